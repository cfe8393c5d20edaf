#include "agent/model_objection.h"

#include "base/text.h"
#include "repair/engine.h"
#include "syntax/source.h"

#include <array>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace {

constexpr std::string_view words[] = {"todo!()",      "unimplemented!()", "unsafe", "process::exit", "process::abort",
                                      "an attribute", "include!",         "asm!",   "panic!()"};
using Counts = std::array<int, std::size(words)>;

/// How often each of the words stands in a source. Attributes: those that configure code away or give it to others.
Counts count(const std::string& text) {
    const syntax::Source source(text);
    Counts out{};
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(source.tokens().size()); ++i) {
        const auto word = source.at(i), next = source.at(i + 1), last = source.at(i - 1);
        const bool macro = next == "!";
        if (macro && word == "todo")
            ++out[0];
        else if (macro && word == "unimplemented")
            ++out[1];
        else if (word == "unsafe")
            ++out[2];
        else if (word == "exit" && last == "::")
            ++out[3];
        else if (word == "abort" && last == "::")
            ++out[4];
        else if (last == "[" && base::one_of(word, {"cfg", "cfg_attr", "path", "no_mangle", "link", "ignore"}) &&
                 base::one_of(source.at(i - 2), {"#", "!"}))
            ++out[5];
        else if (macro && base::one_of(word, {"include", "include_str", "include_bytes"}))
            ++out[6];
        else if (macro && base::one_of(word, {"asm", "global_asm"}))
            ++out[7];
        else if (macro && base::one_of(word, {"panic", "unreachable"}) && last != "=>" && source.at(i - 2) != "=>")
            ++out[8];
    }
    return out;
}

} // namespace

std::string objection_to(const project::Project& before, const project::Project& after) {
    for (const auto& [path, file] : after.files()) {
        const auto* old = before.find(path);
        if (!path.ends_with(".rs") || (old && *old == *file.bytes))
            continue;
        const auto was = old ? count(*old) : Counts{}, is = count(*file.bytes);
        for (std::size_t i = 0; i < is.size(); ++i)
            if (is[i] > was[i])
                return fmt::format("{}: it puts {} in", path, words[i]);
    }
    const auto kept = repair::compare(before, after);
    if (!kept.lost_items.empty())
        return fmt::format("it deletes `{}`", kept.lost_items.front());
    if (kept.tests_after < kept.tests_before || kept.asserts_after < kept.asserts_before)
        return "it deletes tests or assertions";
    if (kept.statements_after < kept.statements_before || kept.verdict == repair::Preservation::Verdict::gutted)
        return "it deletes code instead of repairing it";
    return {};
}

} // namespace rustcoder::agent
