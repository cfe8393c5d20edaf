// What a repair says to the knowledge base, and what the engine hears from it; a memory that fails disturbs nothing.
#include "agent/learning.h"
#include "agent/learning_adapters.h"
#include "unit/repair/fake_workspace.h"

#include <gtest/gtest.h>

using namespace rustcoder;
using test::diagnostic;
using test::FakeWorkspace;
using toolchain::Applicability;
using toolchain::Diagnostic;

namespace {

project::Project one(std::string text) {
    project::Project p;
    EXPECT_TRUE(p.set("Cargo.toml", "[package]\nname = \"x\"\n"));
    EXPECT_TRUE(p.set("src/main.rs", std::move(text)));
    return p;
}

// The second suggestion is right.
std::vector<Diagnostic> judge(const project::Project& p) {
    const std::string& s = *p.find("src/main.rs");
    if (s.find("right") != std::string::npos)
        return {};
    if (s.find("wrong") != std::string::npos)
        return {diagnostic("E0002", "src/main.rs", 12, 17, {})};
    return {diagnostic("E0001", "src/main.rs", 12, 15,
                       {{"wrong", Applicability::machine_applicable}, {"right", Applicability::maybe_incorrect}})};
}

repair::Outcome repaired() {
    FakeWorkspace w(judge);
    repair::Options options;
    options.record_trials = true;
    auto o = repair::repair(w, one("fn main() { xxx }\n"), options);
    EXPECT_TRUE(o);
    EXPECT_EQ(o->verdict, repair::Verdict::fixed);
    return std::move(*o);
}

class FakeMemory : public knowledge::Memory {
public:
    Result<knowledge::LearnReport> learn(const knowledge::Lesson& lesson) override {
        lessons.push_back(lesson);
        if (broken)
            return fail(Errc::unavailable, "the store is locked");
        return knowledge::LearnReport{};
    }
    std::vector<knowledge::Recalled> recall(const Diagnostic&, const knowledge::TreeOf&, int) const override {
        knowledge::Recalled r;
        r.patch.edits.push_back({"src/main.rs", 12, 15, "right"});
        r.id = "template";
        r.chance = 0.97;
        return {r};
    }
    Status record(const knowledge::Experiences& e) override {
        recorded.push_back(e);
        return broken ? Status(fail(Errc::unavailable, "the store is locked")) : Status{};
    }
    bool leans(const std::string&) const override { return false; }
    double leaning(const std::string&, std::span<const std::uint64_t>) const override { return 0; }
    double droppable(const std::string&) const override { return 1; }
    int patience(int usual) const override { return usual; }

    bool broken = false;
    std::vector<knowledge::Lesson> lessons;
    std::vector<knowledge::Experiences> recorded;
};

} // namespace

TEST(LearningAdapters, OnlyTheCompilersVerdictCountsAgainstACandidate) {
    const auto said = agent::experiences(repaired(), nullptr, repair::Options{}, 95);
    ASSERT_EQ(said.decisions.size(), 1u);
    const auto& d = said.decisions[0];
    EXPECT_EQ(d.code, "E0001");
    EXPECT_LT(d.weight, 0.5) << "no test judged it";
    ASSERT_EQ(d.options.size(), 2u);
    EXPECT_TRUE(d.options[0].right);
    EXPECT_FALSE(d.options[1].right);
    EXPECT_EQ(said.waits.size(), 1u);
    EXPECT_TRUE(said.kept.empty()) << "a single edit was never tried without";
}

TEST(LearningAdapters, TheAnswerJudgesEveryCandidate) {
    auto outcome = repaired();
    const knowledge::Target answer(one("fn main() { right }\n"));
    const auto said = agent::experiences(outcome, &answer, {}, 95);
    ASSERT_EQ(said.decisions.size(), 1u);
    EXPECT_EQ(said.decisions[0].weight, 1);
    int right = 0;
    for (const auto& o : said.decisions[0].options)
        right += o.right ? 1 : 0;
    EXPECT_EQ(right, 1);
}

TEST(LearningAdapters, VerifiedStepsAreLessons) {
    const auto lessons = agent::lessons(repaired(), "1.95.0", "engine");
    ASSERT_EQ(lessons.size(), 1u);
    EXPECT_FALSE(lessons[0].judged);
    EXPECT_EQ(lessons[0].source, "engine");
    EXPECT_EQ(lessons[0].before, one("fn main() { xxx }\n"));
    EXPECT_EQ(lessons[0].errors.size(), 1u);
}

TEST(LearningAdapters, AMemoryThatFailsDisturbsNothing) {
    auto memory = std::make_shared<FakeMemory>();
    memory->broken = true;
    agent::Environment environment;
    environment.memory = memory;
    agent::learn_from_repair(environment, repaired(), {}, "engine");
    EXPECT_EQ(memory->recorded.size(), 1u);
    EXPECT_TRUE(memory->lessons.empty()) << "after the first failure nothing more is tried";
    memory->broken = false;
    agent::learn_from_repair(environment, repaired(), {}, "engine");
    EXPECT_EQ(memory->lessons.size(), 1u);
}

TEST(LearningAdapters, RecalledFixesAreCandidates) {
    auto memory = std::make_shared<FakeMemory>();
    agent::Environment environment;
    environment.memory = memory;
    repair::Options options;
    agent::use_memory(environment, true, options);
    EXPECT_TRUE(options.record_trials);
    FakeWorkspace w(judge);
    auto o = repair::repair(w, one("fn main() { xxx }\n"), options);
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, repair::Verdict::fixed);
    EXPECT_LE(o->checks, 2);
    ASSERT_EQ(o->applied.size(), 1u);
    EXPECT_EQ(o->applied[0].candidate.rule, "learned");
    const auto said = agent::experiences(*o, nullptr, options, 95);
    ASSERT_FALSE(said.evidence.empty());
    EXPECT_EQ(said.evidence.back().origin, "template");
    EXPECT_EQ(said.evidence.back().counts.compiled, 1u);
}

TEST(LearningAdapters, WithoutAMemoryThereIsNothingToLearnInto) {
    const agent::Environment environment;
    auto learned = agent::learn_from_fix(environment, one("a"), one("b"), "user");
    ASSERT_FALSE(learned);
    EXPECT_EQ(learned.error().code, Errc::unavailable);
}
