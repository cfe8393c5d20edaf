// Shapes of messages, templates as text, their common forms, and the preferences beside them.
#include "knowledge/template_distance.h"
#include "knowledge/template_terms.h"
#include "knowledge/template_words.h"
#include "unit/knowledge/lesson.h"

using namespace rustcoder;
using namespace rustcoder::knowledge;

namespace {

Term word(std::string text) {
    return {Term::Kind::word, std::move(text), -1, 0};
}
Term hole(int n) {
    return {Term::Kind::hole, {}, n, 0};
}

Template borrow() {
    Template t;
    t.code = "E0308";
    t.shape = "mismatched types";
    t.holes = {HoleType::name, HoleType::name};
    t.atoms = {{"p0", {word("&"), hole(0)}}};
    t.hunks = {{"p", false, 0, {word("(")}, {}, {word("&")}, {hole(1), word(")")}, 0}};
    return t;
}

} // namespace

TEST(TemplateShape, KeepsTheCompilersWordsOnly) {
    const Shape s = shape_of("cannot find value `my_total` in this scope");
    EXPECT_EQ(s.text, "cannot find value `_` in this scope");
    EXPECT_EQ(s.atoms, std::vector<std::string>{"my_total"});
    EXPECT_EQ(shape_of("this function takes 2 arguments but 1 argument was supplied").text,
              shape_of("this function takes 3 arguments but 1 argument was supplied").text);
    EXPECT_EQ(shape_of("expected one of `)` or `,`, found `total`").text, "expected one of `)` or `,` found `_`");
    EXPECT_EQ(shape_of("zzyzx frobnicates types").text, "_ types");
    EXPECT_EQ(shape_of("unfinished `quote").atoms, std::vector<std::string>{"quote"});
}

TEST(TemplateText, SurvivesTheRoundTrip) {
    const Template t = borrow();
    const auto back = parse_template(print(t));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, t);
    EXPECT_EQ(title_of(t), "E0308: insert `&`");
}

TEST(TemplateText, RefusesWordsThatArePrivate) {
    Template t = borrow();
    t.hunks[0].added.push_back(word("my_secret"));
    EXPECT_FALSE(parse_template(print(t)));
    t.hunks[0].added.back() = word("\"text\"");
    EXPECT_FALSE(parse_template(print(t)));
    t.hunks[0].added.back() = word("clone");
    EXPECT_TRUE(parse_template(print(t)));
    t.hunks[0].added.back() = hole(7);
    EXPECT_FALSE(parse_template(print(t)));
    EXPECT_FALSE(parse_template("{}"));
    EXPECT_FALSE(parse_template("[1"));
}

TEST(TemplateMerge, WhatDiffersBecomesAHoleIfItIsBound) {
    Template a = borrow(), b = borrow();
    a.atoms = {{"p0", {word("Vec")}}};
    b.atoms = {{"p0", {word("String")}}};
    a.hunks[0].added = {word("Vec"), word("::"), word("from")};
    b.hunks[0].added = {word("String"), word("::"), word("from")};
    a.holes = b.holes = {HoleType::name, HoleType::name};
    const auto both = generalise(a, b);
    ASSERT_TRUE(both);
    EXPECT_EQ(both->hunks[0].added[0].kind, Term::Kind::hole);
    EXPECT_EQ(both->hunks[0].added[0].hole, both->atoms[0].pattern[0].hole);
    b.atoms[0].pattern = {word("Box")}; // now nothing says what to write
    EXPECT_FALSE(generalise(a, b));
}

TEST(TemplateMerge, OtherPlacesHaveNoCommonForm) {
    Template a = borrow(), b = borrow();
    b.hunks[0].at_end = true;
    EXPECT_FALSE(generalise(a, b));
    b = borrow();
    b.hunks[0].left = {word("{")};
    const auto both = generalise(a, b);
    ASSERT_TRUE(both);
    EXPECT_TRUE(both->hunks[0].left.empty());
}

TEST(TemplateTarget, TellsStepsOnTheWayFromOthers) {
    const auto good = program("use std::fmt;\nfn f(x: &str) -> u8 { g(&x, 1) }\n");
    const auto bad = program("fn f(x: &str) -> u8 { g(x) }\n");
    const Target target(good);
    auto patch = [&](const std::string& text) { return project::diff(bad, program(text)); };
    EXPECT_TRUE(target.towards(bad, patch("fn f(x: &str) -> u8 { g(&x) }\n")));
    EXPECT_TRUE(target.towards(bad, patch("fn f(x: &str) -> u8 { use std::fmt; g(x) }\n")) ||
                target.towards(bad, patch("\nuse std::fmt;\n\nfn f(x: &str) -> u8 { g(x) }\n")));
    EXPECT_FALSE(target.towards(bad, patch("fn f(x: String) -> u8 { g(x) }\n")));
    EXPECT_FALSE(target.towards(bad, patch("fn f(x: &str) -> u8 { g(&x, 2) }\n")));
    EXPECT_FALSE(target.towards(bad, patch("fn f(x: &str)  ->  u8 { g(x) }\n")));
}

TEST(TemplateWords, PublicNamesAreRusts) {
    EXPECT_TRUE(is_public_name("HashMap"));
    EXPECT_TRUE(is_public_name("unwrap_or_default"));
    EXPECT_FALSE(is_public_name("my_total"));
    EXPECT_TRUE(is_message_word("mismatched"));
    EXPECT_FALSE(is_message_word("zzyzx"));
}

TEST(Preferences, LearnTheOrderAndSurviveTheRoundTrip) {
    Preferences p;
    const std::vector<std::uint64_t> right{11}, wrong{12};
    for (int i = 0; i < 8; ++i)
        p.learn({"E0308", {{wrong, 0.8, false}, {right, 0.4, true}}, 1});
    EXPECT_GT(p.leaning(right), p.leaning(wrong) + 0.69); // the hand-set order is turned round
    const Preferences back = Preferences::parse(p.print());
    EXPECT_NEAR(back.leaning(right), p.leaning(right), 0.002);
    EXPECT_TRUE(Preferences::parse("{\"x\": 1, \"00000000000000ff\": [\"a\"]}").empty());
    EXPECT_TRUE(Preferences::parse("no JSON").empty());
}

TEST(Preferences, AFewWeakVerdictsDoNotTurnAStrongOrder) {
    Preferences p;
    const std::vector<std::uint64_t> right{11}, wrong{12};
    for (int i = 0; i < 3; ++i)
        p.learn({"E0308", {{wrong, 0.8, false}, {right, 0.4, true}}, 0.25});
    EXPECT_LT(p.leaning(right), p.leaning(wrong) + 0.69);
    for (int i = 0; i < 100'000; ++i)
        p.learn({"E0308", {{wrong, 0.8, false}, {right, 0.4, true}}, 1});
    EXPECT_LE(p.leaning(right), Preferences::most);
}

TEST(Habits, NeedEvidenceAndAreCareful) {
    Habits h;
    EXPECT_EQ(h.droppable("rule"), 1);
    for (int i = 0; i < 20; ++i)
        h.kept("rule");
    EXPECT_LT(h.droppable("rule"), 0.12);
    for (int i = 0; i < 4; ++i)
        h.dropped("other");
    EXPECT_GT(h.droppable("other"), 0.5);
    EXPECT_EQ(h.patience(100), 100);
    for (int i = 0; i < 40; ++i)
        h.waited(5);
    EXPECT_EQ(h.patience(100), 24);
    h.waited(20);
    EXPECT_EQ(Habits::parse(h.print()).patience(100), 60);
    EXPECT_EQ(Habits::parse(h.print()).droppable("rule"), h.droppable("rule"));
}
