// Broken programs with the diagnostic that rustc would give, for tests of learning.
#pragma once

#include "knowledge/learn.h"
#include "knowledge/template.h"

#include <gtest/gtest.h>

namespace rustcoder::knowledge {

inline const std::string lesson_file = "src/main.rs";

inline project::Project program(std::string text) {
    project::Project p;
    EXPECT_TRUE(p.set(lesson_file, std::move(text)));
    return p;
}

inline TreeOf trees_of(const project::Project& p) {
    return [p](std::string_view path) -> std::shared_ptr<const syntax::Tree> {
        const std::string* text = p.find(path);
        return text ? std::make_shared<const syntax::Tree>(std::make_shared<const syntax::Source>(*text)) : nullptr;
    };
}

/// Span over the `nth` occurrence of `what`.
inline toolchain::Span span_of(const std::string& text, const std::string& what, std::string label, bool primary = true,
                               int nth = 0) {
    std::size_t at = text.find(what);
    for (; nth > 0; --nth)
        at = text.find(what, at + 1);
    EXPECT_NE(at, std::string::npos) << what;
    toolchain::Span s;
    s.file = lesson_file;
    s.begin = at;
    s.end = at + what.size();
    s.line_begin = s.line_end = 1;
    s.primary = primary;
    s.in_project = true;
    s.label = std::move(label);
    return s;
}

inline toolchain::Diagnostic error(std::string code, std::string message, std::vector<toolchain::Span> spans) {
    toolchain::Diagnostic d;
    d.code = std::move(code);
    d.message = std::move(message);
    d.spans = std::move(spans);
    return d;
}

inline Lesson lesson_of(const std::string& before, const std::string& after, toolchain::Diagnostic d) {
    return {program(before), project::diff(program(before), program(after)), {std::move(d)}, "1.95.0", "user", true};
}

/// The texts that the memory proposes for an error, best first.
inline std::vector<std::string> proposals(const Memory& memory, const std::string& text,
                                          const toolchain::Diagnostic& d) {
    std::vector<std::string> out;
    const project::Project p = program(text);
    for (const Recalled& r : memory.recall(d, trees_of(p), 95)) {
        auto changed = project::apply(p, r.patch);
        EXPECT_TRUE(changed);
        if (changed)
            out.push_back(*changed->find(lesson_file));
    }
    return out;
}

} // namespace rustcoder::knowledge
