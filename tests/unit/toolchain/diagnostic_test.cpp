// Reading rustc's JSON, on output captured from rustc and cargo 1.95 (data/).
#include "base/os.h"
#include "base/text.h"
#include "toolchain/diagnostic_parse.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace rustcoder::toolchain {
namespace {

std::string data(const std::string& name) {
    auto text = base::read_file(std::string(RC_TESTS_DIR) + "/unit/toolchain/data/" + name);
    EXPECT_TRUE(text) << name;
    return text ? *text : "";
}

/// rustc was started in the folder of the file.
std::vector<Diagnostic> parsed(const std::string& name) {
    std::string file = name + ".rs";
    ParsedOutput out = parse_output(
        data(name + ".rustc.json"), "/w/main",
        [](void* f, std::string_view path) { return path == *static_cast<std::string*>(f); }, &file);
    EXPECT_TRUE(out.other.empty());
    return out.diagnostics;
}

const Diagnostic& with(const std::vector<Diagnostic>& all, std::string_view needle) {
    static const Diagnostic none;
    const auto found = std::ranges::find_if(
        all, [&](const Diagnostic& d) { return d.code == needle || d.message.starts_with(needle); });
    EXPECT_NE(found, all.end()) << needle;
    return found == all.end() ? none : *found;
}

TEST(Parse, SummariesAreDroppedAndWarningsKept) {
    const auto all = parsed("multipart");
    ASSERT_EQ(all.size(), 5u);
    EXPECT_EQ(std::ranges::count_if(all, [](const Diagnostic& d) { return d.is_error(); }), 4);
    EXPECT_EQ(all.back().level, Level::warning);
    EXPECT_EQ(all.back().phase, Phase::lint);
}

TEST(Parse, SpansAndLabels) {
    const auto all = parsed("borrow");
    const Diagnostic& d = with(all, "E0502");
    ASSERT_EQ(d.spans.size(), 3u);
    ASSERT_NE(d.primary(), nullptr);
    EXPECT_EQ(d.primary()->line_begin, 5);
    EXPECT_EQ(d.primary()->text, "    v.push(2);");
    EXPECT_TRUE(d.primary()->in_project);
    const Span* later = d.labelled("later used here");
    ASSERT_NE(later, nullptr);
    EXPECT_EQ(later->line_begin, 6);
    EXPECT_FALSE(later->primary);
    EXPECT_TRUE(d.mentions("immutable borrow occurs here"));
    EXPECT_FALSE(d.mentions("no such words"));
    EXPECT_NE(d.rendered.find("error[E0502]"), std::string::npos);
}

TEST(Parse, ImportSuggestion) {
    const auto all = parsed("imports");
    const Diagnostic& d = with(all, "E0433");
    ASSERT_EQ(d.suggestions.size(), 1u);
    EXPECT_EQ(d.suggestions[0].parts[0].text, "use std::collections::HashMap;\n\n");
    EXPECT_EQ(d.suggestions[0].applicability, Applicability::maybe_incorrect);
    EXPECT_EQ(with(all, "E0107").suggestions[0].applicability, Applicability::has_placeholders);
}

TEST(Parse, MultipartStaysTogether) {
    const auto all = parsed("multipart");
    const Diagnostic& lifetime = with(all, "E0106");
    ASSERT_EQ(lifetime.suggestions.size(), 1u);
    ASSERT_EQ(lifetime.suggestions[0].parts.size(), 2u);
    EXPECT_EQ(lifetime.suggestions[0].parts[0].text, "<'a>");
    EXPECT_EQ(lifetime.suggestions[0].parts[1].text, "'a ");
    const Diagnostic& wrap = with(all, "E0308");
    ASSERT_EQ(wrap.suggestions.size(), 1u);
    EXPECT_EQ(wrap.suggestions[0].parts.size(), 2u);
    EXPECT_TRUE(wrap.suggestions[0].message.starts_with("try wrapping the expression in `Some`"));
}

TEST(Parse, FlattenedAlternativesAreSplit) {
    const auto imports = parsed("alternatives");
    const Diagnostic& d = with(imports, "E0425");
    ASSERT_EQ(d.suggestions.size(), 2u);
    EXPECT_EQ(d.suggestions[0].parts.size(), 1u);
    EXPECT_NE(d.suggestions[0].parts[0].text, d.suggestions[1].parts[0].text);
    // Two alternatives of two parts each.
    const auto variants = parsed("variants");
    const Diagnostic& v = with(variants, "E0308");
    ASSERT_EQ(v.suggestions.size(), 2u);
    ASSERT_EQ(v.suggestions[0].parts.size(), 2u);
    EXPECT_EQ(v.suggestions[0].parts[0].text, "E::A(");
    EXPECT_EQ(v.suggestions[0].parts[1].text, ")");
    EXPECT_EQ(v.suggestions[1].parts[0].text, "E::B(");
}

TEST(Parse, OverlappingPartsAreAlternatives) {
    const std::string line =
        R"({"$message_type":"diagnostic","message":"m","code":null,"level":"error","spans":[],"rendered":"","children":[)"
        R"({"message":"h","code":null,"level":"help","rendered":null,"children":[],"spans":[)"
        R"({"file_name":"a.rs","byte_start":1,"byte_end":5,"line_start":1,"line_end":1,"column_start":1,"column_end":2,)"
        R"("is_primary":true,"text":[],"label":null,"suggested_replacement":"x","suggestion_applicability":"Unspecified","expansion":null},)"
        R"({"file_name":"a.rs","byte_start":2,"byte_end":3,"line_start":1,"line_end":1,"column_start":1,"column_end":2,)"
        R"("is_primary":true,"text":[],"label":null,"suggested_replacement":"y","suggestion_applicability":"Unspecified","expansion":null}]}]})";
    const ParsedOutput out = parse_output(line, "", nullptr, nullptr);
    ASSERT_EQ(out.diagnostics.size(), 1u);
    EXPECT_EQ(out.diagnostics[0].suggestions.size(), 2u);
}

TEST(Parse, MacroPlacesAreResolvedOutwards) {
    const auto all = parsed("expansion");
    const Diagnostic& compare = with(all, "can't compare"); // rustc points into library/core's assert_eq!
    ASSERT_NE(compare.primary(), nullptr);
    EXPECT_EQ(compare.primary()->file, "expansion.rs");
    EXPECT_EQ(compare.primary()->line_begin, 3);
    EXPECT_TRUE(compare.primary()->from_expansion);
    EXPECT_EQ(compare.primary()->macro, "assert_eq!");
    const Diagnostic& name = with(all, "cannot find value `y`"); // a desugaring, but the span is the author's
    ASSERT_NE(name.primary(), nullptr);
    EXPECT_EQ(name.primary()->end - name.primary()->begin, 1u);
    const auto inner = std::ranges::find_if(
        all, [](const Diagnostic& d) { return d.code == "E0308" && d.primary() && d.primary()->line_begin == 1; });
    EXPECT_NE(inner, all.end()) << "a span in a macro of the project stays where it is";
    for (const Diagnostic& d : all)
        for (const Suggestion& s : d.suggestions)
            for (const Replacement& r : s.parts)
                EXPECT_TRUE(r.in_project) << r.file;
}

TEST(Parse, FilesOutsideTheProjectAreFlagged) {
    const auto all = parsed("closure");
    const Diagnostic& d = with(all, "cannot find type `Strin`");
    const auto outside = std::ranges::find_if(d.spans, [](const Span& s) { return !s.in_project; });
    ASSERT_NE(outside, d.spans.end());
    EXPECT_TRUE(outside->file.starts_with("/rustc/"));
}

TEST(Parse, OffsetsCountTheByteOrderMark) {
    const auto all = parsed("bom");
    const Diagnostic& d = with(all, "E0308");
    EXPECT_EQ(d.primary()->begin, 48u);
    EXPECT_EQ(d.primary()->end, 49u);
}

TEST(Parse, CargoLinesMergeUnitsAndKeepTheVerdict) {
    ParseContext context;
    context.project_prefix = "/w/p1";
    context.is_ours = [](std::string_view f) { return f == "src/main.rs"; };
    const CargoOutput out = parse_cargo_output(data("cargo.json"), context);
    ASSERT_EQ(out.parsed.diagnostics.size(), 2u) << "bin and bin test report the same";
    EXPECT_EQ(out.parsed.diagnostics[1].unit, "bin p1");
    EXPECT_EQ(out.parsed.build_finished, false);
    ASSERT_EQ(out.artifacts.size(), 2u);
    EXPECT_EQ(out.artifacts[0].kind, "lib");
    EXPECT_FALSE(out.artifacts[0].test);
    EXPECT_TRUE(out.artifacts[1].test);
}

TEST(Parse, WhatIsNotJsonIsKeptApart) {
    const ParsedOutput out = parse_output(
        "hello\n{\"broken\": \n{}\n[1]\n{\"$message_type\":\"artifact\",\"artifact\":\"x\"}\n", "", nullptr, nullptr);
    EXPECT_TRUE(out.diagnostics.empty());
    EXPECT_EQ(out.other, (std::vector<std::string>{"hello", "{\"broken\": ", "{}", "[1]"}));
}

TEST(Parse, WrongTypesNeverThrow) {
    for (
        const char* line :
        {R"({"message":3,"level":[],"spans":{"a":1},"children":7,"code":"x"})",
         R"({"message":"m","level":"error","spans":[1,null,{"byte_start":-5,"expansion":{"span":3}}],"children":[[],{}]})",
         R"({"reason":"compiler-message","message":"no"})",
         R"({"reason":"compiler-artifact","filenames":[1],"target":[]})"})
        (void)parse_output(line, "/p", nullptr, nullptr);
    SUCCEED();
}

TEST(Parse, ColoursAreRemoved) {
    EXPECT_EQ(strip_ansi("\x1b[0m\x1b[1m\x1b[38;5;9merror\x1b[0m: x"), "error: x");
    EXPECT_EQ(strip_ansi("\x1b["), "");
}

TEST(Fingerprint, IgnoresPositionsOnly) {
    Diagnostic a;
    a.code = "E0308";
    a.message = "mismatched `{closure@src/a.rs:3:5: 3:10}`";
    a.spans.push_back({.file = "src/a.rs", .begin = 5, .end = 6, .line_begin = 3, .primary = true, .in_project = true});
    Diagnostic b = a;
    b.message = "mismatched `{closure@src/a.rs:44:15: 44:20}`";
    b.spans[0].begin = 99;
    b.spans[0].line_begin = 44;
    EXPECT_EQ(a.fingerprint(), b.fingerprint());
    b.spans[0].file = "src/b.rs";
    EXPECT_NE(a.fingerprint(), b.fingerprint());
    b = a;
    b.code = "E0277";
    EXPECT_NE(a.fingerprint(), b.fingerprint());
    b = a;
    b.message = "expected 2 arguments";
    a.message = "expected 3 arguments";
    EXPECT_NE(a.fingerprint(), b.fingerprint());
}

TEST(PhaseOf, RealOutput) {
    EXPECT_EQ(parsed("delimiter").front().phase, Phase::parse);
    EXPECT_EQ(with(parsed("imports"), "E0433").phase, Phase::resolve);
    EXPECT_EQ(with(parsed("expansion"), "can't compare").phase, Phase::type);
    const auto borrow = parsed("borrow");
    EXPECT_EQ(with(borrow, "lifetime may not live long enough").phase, Phase::borrow);
    EXPECT_EQ(with(borrow, "E0382").phase, Phase::borrow);
    EXPECT_EQ(with(parsed("lint"), "literal out of range").phase, Phase::lint);
}

TEST(PhaseOf, Table) {
    const std::pair<const char*, Phase> cases[] = {
        {"E0765", Phase::parse},     {"E0425", Phase::resolve}, {"E0603", Phase::resolve},
        {"E0583", Phase::resolve},   {"E0308", Phase::type},    {"E0599", Phase::type},
        {"E0004", Phase::type},      {"E0106", Phase::resolve}, {"E0505", Phase::borrow},
        {"E0716", Phase::borrow},    {"E0080", Phase::borrow},  {"unused_must_use", Phase::lint},
        {"clippy::all", Phase::lint}};
    for (const auto& [code, phase] : cases) {
        Diagnostic d;
        d.code = code;
        EXPECT_EQ(phase_of(d), phase) << code;
    }
    for (const auto& [message, phase] : {std::pair{"linking with `cc` failed: exit status: 1", Phase::link},
                                         std::pair{"cannot find macro `prnt` in this scope", Phase::resolve},
                                         std::pair{"expected one of `;` or `}`, found `x`", Phase::parse},
                                         std::pair{"implementation of `Fn` is not general enough", Phase::borrow}}) {
        Diagnostic d;
        d.message = message;
        EXPECT_EQ(phase_of(d), phase) << message;
    }
}

TEST(NormalPath, IsTextual) {
    EXPECT_EQ(normal_path("a/./b/../c//d"), "a/c/d");
    EXPECT_EQ(normal_path("/x/../y"), "/y");
    EXPECT_EQ(normal_path("../z"), "../z");
}

} // namespace
} // namespace rustcoder::toolchain
