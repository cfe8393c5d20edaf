// Learning with the real compiler: a fix that a user supplied helps with another program; nothing wrong is learned.
#include "agent/learning.h"
#include "base/os.h"

#include <gtest/gtest.h>

using namespace rustcoder;

namespace {

project::Project library(const std::string& text) {
    project::Project p;
    EXPECT_TRUE(p.set("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"));
    EXPECT_TRUE(p.set("src/lib.rs", text));
    return p;
}

class LearningSystem : public ::testing::Test {
protected:
    void SetUp() override {
        auto toolchain = toolchain::discover();
        if (!toolchain)
            GTEST_SKIP() << toolchain.error().text();
        environment.toolchain = *toolchain;
        environment.sandbox = process::Sandbox::from_environment();
        environment.naturalness = false;
        auto made = base::TempDir::create("learning");
        ASSERT_TRUE(made);
        dir = std::move(*made);
        auto opened = knowledge::open_store(dir.path() / "knowledge.db");
        ASSERT_TRUE(opened) << opened.error().text();
        store = std::move(*opened);
        auto memory = knowledge::open_memory(*store);
        ASSERT_TRUE(memory);
        environment.memory = std::move(*memory);
    }

    Result<agent::FixAnswer> fix(const std::string& text, bool compiler_only, bool learn) {
        agent::FixRequest request;
        request.project = library(text);
        request.options.compiler_only = compiler_only;
        request.learn = learn;
        return agent::fix(environment, request);
    }

    base::TempDir dir;
    std::unique_ptr<knowledge::Store> store;
    agent::Environment environment;
};

// A lost `let`, which the compiler's suggestions do not bring back.
std::string without_let(const std::string& fn, const std::string& name, const std::string& value) {
    return "pub fn " + fn + "(n: u32) -> u32 {\n    " + name + " = " + value + ";\n    " + name + " + n\n}\n";
}
std::string with_return(const std::string& fn, const std::string& type, const std::string& value, bool broken) {
    return "pub fn " + fn + "(n: u32) " + (broken ? "" : "-> " + type + " ") + "{\n    " + value + "\n}\n";
}

} // namespace

TEST_F(LearningSystem, AUsersFixRepairsTheNextProgram) {
    const std::string next = with_return("labels", "Vec<String>", "vec![format!(\"no {n}\")]", true);
    auto before = fix(next, true, false);
    ASSERT_TRUE(before);
    auto learned = agent::learn_from_fix(environment, library(with_return("price", "u64", "u64::from(n) * 3", true)),
                                         library(with_return("price", "u64", "u64::from(n) * 3", false)), "user");
    ASSERT_TRUE(learned) << learned.error().text();
    EXPECT_GT(learned->report.fresh, 0u) << learned->report.note;
    EXPECT_EQ(learned->errors, 1u);
    EXPECT_EQ(learned->explained, 1u);

    auto answer = fix(next, true, false);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->outcome.verdict, repair::Verdict::fixed) << answer->outcome.explanation;
    EXPECT_NE(answer->outcome.best.find("src/lib.rs")->find("-> Vec<String>"), std::string::npos);
}

TEST_F(LearningSystem, ChangesAreToldApart) {
    const std::string good = "pub fn one(n: u32) -> u32 {\n    let twice = n * 2;\n    twice\n}\n\n"
                             "pub fn two(words: &[String]) -> usize {\n    words.iter().map(|w| w.len()).sum()\n}\n";
    std::string bad = good;
    bad.replace(bad.find("let twice"), 9, "twice");
    bad.replace(bad.find(".iter()"), 7, "");
    auto learned = agent::learn_from_fix(environment, library(bad), library(good), "user");
    ASSERT_TRUE(learned) << learned.error().text();
    EXPECT_EQ(learned->changes, 2u);
    EXPECT_EQ(learned->explained, 2u);
    EXPECT_EQ(learned->learned.size(), 2u);
}

TEST_F(LearningSystem, NothingIsLearnedFromWhatIsNoRepair) {
    const std::string good = without_let("f", "let x", "1"), bad = without_let("f", "x", "1");
    auto works_before = agent::learn_from_fix(environment, library(good), library(good + "\npub fn g() {}\n"), "user");
    ASSERT_FALSE(works_before);
    EXPECT_EQ(works_before.error().code, Errc::invalid_input);
    auto still_broken = agent::learn_from_fix(environment, library(bad), library(bad + "\npub fn g() {}\n"), "user");
    ASSERT_FALSE(still_broken);
    EXPECT_EQ(still_broken.error().code, Errc::invalid_input);
    auto gutted = agent::learn_from_fix(environment, library(bad), library("\n"), "user");
    ASSERT_FALSE(gutted);
    EXPECT_EQ(gutted.error().code, Errc::invalid_input);
    knowledge::Filter all;
    int entries = 0;
    ASSERT_TRUE(store->each(all, [&](const knowledge::Entry&) { return ++entries > 0; }));
    EXPECT_EQ(entries, 0);
}

TEST_F(LearningSystem, OwnRepairsAreLearnedAndChangeNoAnswer) {
    const std::string broken = without_let("total", "sum", "40");
    auto first = fix(broken, false, true);
    ASSERT_TRUE(first);
    ASSERT_EQ(first->outcome.verdict, repair::Verdict::fixed);
    auto second = fix(broken, false, true);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->outcome.verdict, repair::Verdict::fixed);
    EXPECT_EQ(first->outcome.best, second->outcome.best);
    EXPECT_LE(second->outcome.checks, first->outcome.checks);
}
