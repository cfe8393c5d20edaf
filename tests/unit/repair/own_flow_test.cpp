// Statements, blocks, uses and calls as the ownership rules see them.
#include "repair/own_support.h"

#include <gtest/gtest.h>

namespace rustcoder::repair {
namespace {

std::size_t brace(const Source& s, std::size_t nth = 0) {
    for (std::size_t i = 0; i < s.tokens().size(); ++i)
        if (s.text(s.tokens()[i]) == "{" && nth-- == 0)
            return i;
    return s.tokens().size();
}

std::vector<std::string> statements(const std::string& text, std::size_t nth = 0) {
    Source s(text);
    std::vector<std::string> out;
    for (Range r : statements_of(s, brace(s, nth)))
        out.emplace_back(s.text(r));
    return out;
}

TEST(OwnFlow, SplitsStatements) {
    using V = std::vector<std::string>;
    EXPECT_EQ(statements("fn f() { let a = 1; g(a); a }"), (V{"let a = 1;", "g(a);", "a"}));
    EXPECT_EQ(statements("fn f() { if a { b(); } else { c(); } d(); }"), (V{"if a { b(); } else { c(); }", "d();"}));
    EXPECT_EQ(statements("fn f() { match x { A => 1, B => 2 }.foo(); for i in v { g(i); } }"),
              (V{"match x { A => 1, B => 2 }.foo();", "for i in v { g(i); }"}));
    EXPECT_EQ(statements("fn f() { let p = P { x: 1 }; let c = || { g(); }; }"),
              (V{"let p = P { x: 1 };", "let c = || { g(); };"}));
    EXPECT_EQ(statements("fn f() { fn g() {} let a = 2; }"), (V{"fn g() {}", "let a = 2;"}));
    EXPECT_EQ(statements("fn f() {"), V{});
}

TEST(OwnFlow, KnowsWhatABraceIs) {
    Source s("impl A { fn f(&self) -> B { match x { C { y } => D { z: 1 }, _ => { if a == b { return c; } e } } } }");
    EXPECT_EQ(brace_kind(s, brace(s, 0)), BraceKind::items);
    EXPECT_EQ(brace_kind(s, brace(s, 1)), BraceKind::block);
    EXPECT_EQ(brace_kind(s, brace(s, 2)), BraceKind::match_body);
    EXPECT_EQ(brace_kind(s, brace(s, 4)), BraceKind::literal);
    EXPECT_EQ(brace_kind(s, brace(s, 5)), BraceKind::block);
    EXPECT_EQ(brace_kind(s, brace(s, 6)), BraceKind::block);
}

TEST(OwnFlow, FindsUsesButNotFieldsOrPaths) {
    std::string text = "fn f() { x; a.x; x::y(); println!(\"{x} {x:?} {xx}\"); P { x: 1 }; x(); }";
    Source s(text);
    EXPECT_EQ(uses_of(s, {0, text.size()}, "x").size(), 4u); // x; two in the format string; x()
}

TEST(OwnFlow, FramesGoFromTheInnermostBlockToTheFunction) {
    std::string text = "fn f() { let a = 1; loop { if c { b(a); } } }";
    Source s(text);
    auto frames = frames_at(s, text.find("b(a)"));
    ASSERT_EQ(frames.size(), 3u);
    EXPECT_EQ(s.text(frames[0].statement), "b(a);");
    EXPECT_EQ(s.text(frames[2].statement), "loop { if c { b(a); } }");
    auto pair = common_block(s, text.find("let"), text.find("b(a)"));
    ASSERT_TRUE(pair);
    EXPECT_EQ(s.text(pair->first.statement), "let a = 1;");
    EXPECT_TRUE(loop_between(s, text.find("b(a)"), text.find("let")));
    EXPECT_FALSE(loop_between(s, text.find("let"), 0));
}

std::string edited(const std::string& text, std::vector<Edit> edits) {
    project::Project p;
    EXPECT_TRUE(p.set("src/main.rs", text));
    project::Patch patch;
    patch.edits = std::move(edits);
    EXPECT_TRUE(patch.normalise());
    auto out = project::apply(p, patch);
    return out ? *out->find("src/main.rs") : "";
}

TEST(OwnFlow, MovesWholeLines) {
    std::string text = "fn f() {\n    a();\n    b(); // note\n    c();\n}\n";
    Source s(text);
    auto list = statements_of(s, brace(s));
    EXPECT_EQ(edited(text, move_before(s, "src/main.rs", list[2], list[0].begin)),
              "fn f() {\n    c();\n    a();\n    b(); // note\n}\n");
    EXPECT_EQ(edited(text, move_after(s, "src/main.rs", list[0], list[2])),
              "fn f() {\n    b(); // note\n    c();\n    a();\n}\n");
    EXPECT_TRUE(move_after(s, "src/main.rs", list[0], {text.find("b()"), text.find("b()") + 3}).empty())
        << "a tail keeps its place";
}

TEST(OwnFlow, HoistsAnArgument) {
    std::string text = "fn f() {\n    v.push(v.len());\n}\n";
    Source s(text);
    Range argument{text.find("v.len"), text.find("v.len") + 7};
    EXPECT_EQ(edited(text, hoist(s, "src/main.rs", argument, statements_of(s, brace(s))[0], "len")),
              "fn f() {\n    let len = v.len();\n    v.push(len);\n}\n");
}

TEST(OwnFlow, TellsReadingFromConsuming) {
    auto usage = [](const std::string& body) {
        Source s(body);
        return usage_of(s, {0, body.size()}, "v");
    };
    EXPECT_EQ(usage("{ v.len() + v[0] }"), Usage::reads);
    EXPECT_EQ(usage("{ println!(\"{:?}\", v); for x in v.iter() {} }"), Usage::reads);
    EXPECT_EQ(usage("{ v.push(1); }"), Usage::mutates);
    EXPECT_EQ(usage("{ v.into_iter().sum() }"), Usage::consumes);
    EXPECT_EQ(usage("{ other(v) }"), Usage::consumes);
}

TEST(OwnFlow, BorrowsAParameterAtEveryCall) {
    project::Project p;
    ASSERT_TRUE(p.set("src/main.rs",
                      "fn n(s: String) -> usize { s.len() }\nfn main() { n(a); n(b + c); n(d.clone()); x.n(e); }\n"));
    SourceMap sources(p);
    toolchain::Diagnostic d;
    RuleContext context{sources, d, {}, 95};
    auto found = functions_named(context, "n");
    ASSERT_EQ(found.size(), 1u);
    auto edits = borrow_parameter(context, found[0], 0, false);
    ASSERT_TRUE(edits);
    project::Patch patch;
    patch.edits = *edits;
    ASSERT_TRUE(patch.normalise());
    EXPECT_EQ(*project::apply(p, patch)->find("src/main.rs"),
              "fn n(s: &str) -> usize { s.len() }\nfn main() { n(&a); n(&(b + c)); n(&d); x.n(e); }\n");
}

TEST(OwnFlow, SeparatorsGoWithTheirElement) {
    std::string text = "fn f(a: A, b: B, c: C) {}";
    Source s(text);
    auto cut = [&](std::string_view part) {
        auto at = text.find(part);
        Range r = with_separator(s, {at, at + part.size()});
        return text.substr(0, r.begin) + text.substr(r.end);
    };
    EXPECT_EQ(cut("a: A"), "fn f(b: B, c: C) {}");
    EXPECT_EQ(cut("c: C"), "fn f(a: A, b: B) {}");
}

TEST(OwnFlow, FreshNamesAvoidVariablesOnly) {
    Source s("fn f() { let len = 1; a.rate(); self.keys; }");
    EXPECT_EQ(fresh_name(s, "len"), "len_2");
    EXPECT_EQ(fresh_name(s, "rate"), "rate");
    EXPECT_EQ(fresh_name(s, "keys"), "keys");
    EXPECT_EQ(fresh_name(s, "match"), "value");
}

// Rules are total: every rule on every prefix of a program, with spans that point anywhere.
TEST(OwnFlow, RulesSurviveBrokenSource) {
    std::string text = "struct S<'a> { a: &'a str }\nimpl<'a> S<'a> { fn f(&self, v: Vec<i32>) -> &str { let x = v; "
                       "match x { Some(y) => { y }, _ => \"\" } } }\n"
                       "fn main() { for i in v.iter() { v.push(*i); } let r = &x; drop(x); g(|a, b| a + b, &r); }\n";
    static const char* codes[] = {"E0382", "E0502", "E0499", "E0505", "E0506", "E0507", "E0515", "E0597", "E0716",
                                  "E0596", "E0381", "E0106", "E0261", "E0496", "E0053", "E0407", "E0046", "E0119",
                                  "E0207", "E0392", "E0038", "E0225", "E0004", "E0005", "E0023", "E0428", "E0015",
                                  "E0434", "E0593", "E0733", "E0539", "E0742", "E0116", "E0747", "E0403", "E0081"};
    for (std::size_t cut = 1; cut < text.size(); cut += 7) {
        project::Project p;
        ASSERT_TRUE(p.set("src/main.rs", text.substr(0, cut)));
        SourceMap sources(p);
        for (const char* code : codes) {
            toolchain::Diagnostic d;
            d.code = code;
            d.message = "`x` and `S` have `'a` value";
            for (std::size_t k = 0; k < 3; ++k) {
                toolchain::Span span;
                span.file = "src/main.rs";
                span.begin = (cut * (k + 3) / 7) % cut;
                span.end = std::min(cut, span.begin + 1 + k * 5);
                span.primary = k == 0;
                span.in_project = true;
                span.label = k == 1 ? "value moved here" : k == 2 ? "borrow later used here; takes declared here" : "";
                d.spans.push_back(span);
            }
            std::vector<toolchain::Diagnostic> all{d};
            RuleContext context{sources, all[0], all, 95};
            for (const Candidate& c : propose_all(context))
                EXPECT_TRUE(project::apply(p, c.patch)) << c.rule;
        }
    }
}

} // namespace
} // namespace rustcoder::repair
