// A broken program and how far down the list of proposals its repair stands.
#pragma once

#include "repair/rule.h"
#include "syntax/grammar.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace rustcoder::repair::testing {

inline toolchain::Diagnostic diagnostic(const std::string& text, std::size_t begin, std::size_t end,
                                        std::string code = {}, std::string message = "expected something else") {
    toolchain::Diagnostic d;
    d.code = std::move(code);
    d.message = std::move(message);
    toolchain::Span s;
    s.file = "src/main.rs";
    s.begin = begin;
    s.end = end;
    s.line_begin = s.line_end =
        1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n'));
    s.primary = s.in_project = true;
    d.spans.push_back(s);
    d.phase = d.code.empty() ? toolchain::Phase::parse : toolchain::phase_of(d);
    return d;
}

/// A syntax error where the text stops being readable.
inline toolchain::Diagnostic syntax_error(const std::string& text) {
    syntax::Source source(text);
    auto reading = syntax::read_file(syntax::lexemes(source));
    std::size_t begin = reading.error < source.tokens().size() ? source.tokens()[reading.error].begin : text.size();
    return diagnostic(text, begin, std::min(begin + 1, text.size()));
}

inline std::vector<std::pair<Candidate, std::string>> proposals(const std::string& text,
                                                                const toolchain::Diagnostic& d) {
    project::Project project;
    EXPECT_TRUE(project.set("src/main.rs", text));
    SourceMap sources(project);
    std::vector<toolchain::Diagnostic> all{d};
    RuleContext context{sources, all[0], all, 95};
    std::vector<std::pair<Candidate, std::string>> out;
    for (Candidate& c : propose_all(context)) {
        auto changed = project::apply(project, c.patch);
        if (changed)
            out.emplace_back(std::move(c), *changed->find("src/main.rs"));
    }
    return out;
}

inline std::string tokens_of(const std::string& text) {
    syntax::Source source(text);
    std::string out;
    for (const auto& t : source.tokens())
        out += std::string(source.text(t)) + ' ';
    return out;
}

/// 1 for the first proposal whose tokens are those of `fixed`; 0 when there is none.
inline int rank_of(const std::vector<std::pair<Candidate, std::string>>& list, const std::string& fixed) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (tokens_of(list[i].second) == tokens_of(fixed))
            return static_cast<int>(i) + 1;
    return 0;
}

} // namespace rustcoder::repair::testing
