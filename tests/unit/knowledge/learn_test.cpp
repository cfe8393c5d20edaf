// What the memory learns from a fix, and what of it reaches the next program.
#include "unit/knowledge/fake_store.h"
#include "unit/knowledge/lesson.h"

#include <fmt/format.h>

#include <random>

using namespace rustcoder;
using namespace rustcoder::knowledge;

namespace {

class Learning : public ::testing::Test {
protected:
    void SetUp() override {
        auto opened = open_memory(store);
        ASSERT_TRUE(opened);
        memory = std::move(*opened);
    }
    LearnReport learn(const Lesson& lesson) {
        auto report = memory->learn(lesson);
        EXPECT_TRUE(report);
        return report ? *report : LearnReport{};
    }
    std::vector<Entry> entries() {
        std::vector<Entry> out;
        Filter all;
        all.quarantined = true;
        EXPECT_TRUE(store.each(all, [&](const Entry& e) {
            out.push_back(e);
            return true;
        }));
        return out;
    }

    FakeStore store;
    std::unique_ptr<Memory> memory;
};

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// A String is wanted where a literal stands.
Lesson to_string_lesson(const std::string& fn, const std::string& name, const std::string& literal) {
    const std::string head = "fn " + fn + "() -> String {\n    let " + name + ": String = \"" + literal + "\"";
    const std::string tail = ";\n    " + name + "\n}\n";
    return lesson_of(head + tail, head + ".to_string()" + tail,
                     error("E0308", "mismatched types",
                           {span_of(head + tail, "\"" + literal + "\"", "expected `String`, found `&str`")}));
}

Lesson return_type_lesson(const std::string& fn, const std::string& type, const std::string& value) {
    const std::string before = "fn " + fn + "(n: u8) {\n    " + value + "\n}\n";
    const std::string after = "fn " + fn + "(n: u8) -> " + type + " {\n    " + value + "\n}\n";
    return lesson_of(
        before, after,
        error("E0308", "mismatched types", {span_of(before, value, "expected `()`, found `" + type + "`")}));
}

Lesson import_lesson(const std::string& type, const std::string& name) {
    const std::string rest = "fn " + name + "() {\n    let _ = " + type + "::<u8>::new();\n}\n";
    return lesson_of(rest, "use std::collections::" + type + ";\n" + rest,
                     error("E0433", "failed to resolve: use of undeclared type `" + type + "`",
                           {span_of(rest, type, "use of undeclared type `" + type + "`")}));
}

} // namespace

TEST_F(Learning, AFixReachesAnotherProgramWithOtherNames) {
    EXPECT_GT(learn(to_string_lesson("greet", "hello", "good day")).fresh, 0u);
    const Lesson other = to_string_lesson("label_of", "caption", "unrelated words");
    const auto wanted = project::apply(other.before, other.patch);
    EXPECT_TRUE(
        contains(proposals(*memory, *other.before.find(lesson_file), other.errors[0]), *wanted->find(lesson_file)));
}

TEST_F(Learning, AnotherKindOfErrorGetsNothing) {
    learn(to_string_lesson("greet", "hello", "good day"));
    Lesson other = to_string_lesson("a", "b", "c");
    other.errors[0].spans[0].label = "expected `String`, found integer";
    EXPECT_TRUE(proposals(*memory, *other.before.find(lesson_file), other.errors[0]).empty());
}

TEST_F(Learning, TypesThatTheCompilerNamesAreFilledIn) {
    learn(return_type_lesson("price", "u32", "compute(n)"));
    const Lesson other = return_type_lesson("names", "Vec<Option<Thing>>", "collect_all(n)");
    const auto wanted = project::apply(other.before, other.patch);
    EXPECT_TRUE(
        contains(proposals(*memory, *other.before.find(lesson_file), other.errors[0]), *wanted->find(lesson_file)));
}

TEST_F(Learning, TwoLessonsHaveACommonForm) {
    learn(import_lesson("HashMap", "one"));
    learn(import_lesson("HashSet", "two"));
    const Lesson third = import_lesson("BTreeMap", "three");
    const auto wanted = project::apply(third.before, third.patch);
    EXPECT_TRUE(
        contains(proposals(*memory, *third.before.find(lesson_file), third.errors[0]), *wanted->find(lesson_file)));
}

TEST_F(Learning, TheSameLessonAgainIsStrongerNotMore) {
    learn(to_string_lesson("greet", "hello", "good day"));
    const std::size_t before = entries().size();
    const LearnReport again = learn(to_string_lesson("salute", "word", "good night"));
    EXPECT_EQ(entries().size(), before);
    EXPECT_GT(again.strengthened, 0u);
}

TEST_F(Learning, WordsThatComeFromNowhereAreNotLearned) {
    const std::string before = "fn f() {\n    let x = missing;\n}\n", after = "fn f() {\n    let x = 4217;\n}\n";
    const auto report = learn(lesson_of(before, after,
                                        error("E0425", "cannot find value `missing` in this scope",
                                              {span_of(before, "missing", "not found in this scope")})));
    EXPECT_EQ(report.fresh, 0u);
    EXPECT_FALSE(report.note.empty());
    EXPECT_TRUE(entries().empty());
}

TEST_F(Learning, AMessageOfTheUsersIsNotLearned) {
    const std::string before = "fn f() { compile_error!(\"this value must never be empty\"); g(1) }\n";
    const auto report = learn(lesson_of(before, "fn f() { g(&1) }\n",
                                        error("", "this value must never be empty", {span_of(before, "g(1)", "")})));
    EXPECT_EQ(report.ids.size(), 0u);
    EXPECT_TRUE(entries().empty());
}

TEST_F(Learning, WhatFailsInUseSinksIsSetAsideAndForgotten) {
    const Lesson lesson = to_string_lesson("greet", "hello", "good day");
    learn(lesson);
    const auto text = *lesson.before.find(lesson_file);
    const auto first = memory->recall(lesson.errors[0], trees_of(lesson.before), 95);
    ASSERT_FALSE(first.empty());
    auto fail_all = [&](std::uint64_t times) {
        Experiences e;
        for (const Entry& entry : entries())
            e.evidence.push_back({"E0308", entry.id, Counts{times, 0, 0, times}});
        ASSERT_TRUE(memory->record(e));
    };
    fail_all(3);
    learn(to_string_lesson("x1", "x2", "x3")); // reading anew
    const auto second = memory->recall(lesson.errors[0], trees_of(lesson.before), 95);
    ASSERT_FALSE(second.empty());
    EXPECT_LT(second[0].chance, first[0].chance);
    fail_all(60);
    for (const Entry& e : entries())
        EXPECT_TRUE(e.quarantined) << e.title;
    fail_all(150);
    EXPECT_TRUE(entries().empty());
}

TEST_F(Learning, AnotherMemoryOnTheSameStoreKnowsItToo) {
    const Lesson lesson = to_string_lesson("greet", "hello", "good day");
    learn(lesson);
    auto other = open_memory(store);
    ASSERT_TRUE(other);
    EXPECT_FALSE(proposals(**other, *lesson.before.find(lesson_file), lesson.errors[0]).empty());
}

TEST_F(Learning, APreferenceIsKeptByCode) {
    const std::vector<std::uint64_t> good{1, 2}, bad{3, 4};
    Experiences e;
    for (int i = 0; i < 5; ++i)
        e.decisions.push_back({"E0308", {{good, 0.3, true}, {bad, 0.6, false}}, 1});
    ASSERT_TRUE(memory->record(e));
    EXPECT_TRUE(memory->leans("E0308"));
    EXPECT_FALSE(memory->leans("E0382"));
    EXPECT_GT(memory->leaning("E0308", good), 0.2);
    EXPECT_LT(memory->leaning("E0308", bad), -0.2);
}

TEST_F(Learning, ABrokenStoreAnswersWithWhatIsKnown) {
    const Lesson lesson = to_string_lesson("greet", "hello", "good day");
    learn(lesson);
    store.broken = true;
    EXPECT_FALSE(proposals(*memory, *lesson.before.find(lesson_file), lesson.errors[0]).empty());
    EXPECT_EQ(memory->patience(100), 100);
}

TEST_F(Learning, RecallIsQuick) {
    for (int i = 0; i < 40; ++i) // many templates of one kind
        learn(to_string_lesson("f" + std::to_string(i), "x", i % 2 == 0 ? "a" : "b"));
    learn(return_type_lesson("price", "u32", "compute(n)"));
    const Lesson lesson = to_string_lesson("greet", "hello", "good day");
    std::string long_text = *lesson.before.find(lesson_file);
    for (int i = 0; i < 150; ++i)
        long_text += fmt::format("fn filler{}(n: u32) -> u32 {{ n * {} }}\n", i, i);
    const auto p = program(long_text);
    const auto tree = trees_of(p)(lesson_file);
    const TreeOf one_tree = [&](std::string_view) { return tree; };
    constexpr int times = 50;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i)
        EXPECT_FALSE(memory->recall(lesson.errors[0], one_tree, 95).empty());
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    RecordProperty("ms_a_recall", std::to_string(took.count() / times));
    EXPECT_LT(took.count() / times, 10) << "a machine under load, a build without optimisation: still no compile";
}

// The property that matters most: whatever is learned, no word and no literal of the user is in the store.
TEST_F(Learning, NothingOfTheUsersIsStored) {
    std::mt19937 random(20261122);
    std::vector<std::string> secrets;
    auto letters = [&](std::size_t n) {
        std::string s = "q"; // no word of any language begins like this
        for (std::size_t i = 0; i < n; ++i)
            s += static_cast<char>((i % 2 == 0 ? "zxvwj" : "qkzxj")[random() % 5]);
        secrets.push_back(s);
        return s;
    };
    auto number = [&] {
        secrets.push_back(std::to_string(1'000'000 + random() % 8'000'000));
        return secrets.back();
    };
    std::size_t learned = 0;
    for (int round = 0; round < 25; ++round) {
        const std::string fn = letters(7), a = letters(6), b = letters(8), type = "Q" + letters(6).substr(1),
                          literal = letters(9) + " " + letters(5), n = number(), life = "'" + letters(5);
        secrets.push_back(type);
        const std::string prefix = "struct " + type + "<" + life + "> { " + b + ": &" + life + " str }\n";
        std::vector<Lesson> lessons;
        lessons.push_back(to_string_lesson(fn, a, literal));
        lessons.push_back(return_type_lesson(fn, type, a + "(" + n + ", \"" + literal + "\")"));
        lessons.push_back(import_lesson("HashMap", fn));
        {
            const std::string head = prefix + "fn " + fn + "(" + a + ": &" + type + ") {\n    ";
            const std::string call = b + "(" + a + ", " + n + ")";
            const std::string text = head + call + ";\n}\n";
            lessons.push_back(
                lesson_of(text, head + b + "(&" + a + ", " + n + ");\n}\n",
                          error("E0308", "mismatched types",
                                {span_of(text, a + ", ", "expected `&" + type + "`, found `" + type + "`"),
                                 span_of(text, b + "(", "arguments to this function are incorrect", false),
                                 span_of(text, literal.empty() ? fn : fn, "`" + fn + "` defined here", false)})));
        }
        {
            const std::string good =
                "fn " + fn + "() {\n    let " + a + " = " + n + ";\n    " + b + "(" + a + ");\n}\n";
            std::string slip = a;
            std::swap(slip[2], slip[3]);
            secrets.push_back(slip);
            const std::string bad =
                "fn " + fn + "() {\n    let " + a + " = " + n + ";\n    " + b + "(" + slip + ");\n}\n";
            lessons.push_back(lesson_of(bad, good,
                                        error("E0425", "cannot find value `" + slip + "` in this scope: " + literal,
                                              {span_of(bad, "(" + slip, "help: `" + a + "` exists, " + literal)})));
        }
        {
            const std::string bad = "fn " + fn + "() {\n    let " + a + " = " + n + ";\n    " + a + " += 1;\n}\n";
            const std::string good = "fn " + fn + "() {\n    let mut " + a + " = " + n + ";\n    " + a + " += 1;\n}\n";
            lessons.push_back(lesson_of(bad, good,
                                        error("E0384", "cannot assign twice to immutable variable `" + a + "`",
                                              {span_of(bad, a + " +=", "cannot assign twice"),
                                               span_of(bad, a, "first assignment to `" + a + "`", false)})));
        }
        for (const Lesson& lesson : lessons) {
            learned += learn(lesson).ids.size();
            Experiences e;
            const auto features = features_of(lesson.errors[0], "rule", lesson.patch, trees_of(lesson.before));
            e.decisions.push_back({lesson.errors[0].code, {{features, 0.5, true}, {{1}, 0.5, false}}, 1});
            ASSERT_TRUE(memory->record(e));
        }
    }
    ASSERT_GT(learned, 50u) << "nothing was put to the test";
    std::string all;
    for (const Entry& e : entries()) {
        all += e.title + "\n" + e.text + "\n" + e.payload + "\n" + e.provenance.source + "\n";
        for (const std::string& code : e.codes)
            all += code + "\n";
    }
    for (const char* code : {"E0308", "E0425", "E0384", "E0433"})
        if (auto text = store.meta(std::string("learned/preferences/") + code); text && *text)
            all += **text;
    for (const std::string& secret : secrets)
        EXPECT_EQ(all.find(secret), std::string::npos) << secret;
}
