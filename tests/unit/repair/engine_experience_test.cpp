// What the engine takes from outside: candidates, experience; and what it tells: trials.
#include "repair/engine.h"
#include "unit/repair/fake_workspace.h"

#include <gtest/gtest.h>

using namespace rustcoder;
using repair::Trial;
using repair::Verdict;
using test::diagnostic;
using test::FakeWorkspace;
using toolchain::Applicability;
using toolchain::Diagnostic;

namespace {

constexpr auto MA = Applicability::machine_applicable;
constexpr auto MI = Applicability::maybe_incorrect;

project::Project one(std::string text) {
    project::Project p;
    EXPECT_TRUE(p.set("Cargo.toml", "[package]\nname = \"x\"\n"));
    EXPECT_TRUE(p.set("src/main.rs", std::move(text)));
    return p;
}

bool holds(const project::Project& p, std::string_view part) {
    return p.find("src/main.rs")->find(part) != std::string::npos;
}

// Prefers one replacement; otherwise as the sources say.
class Favourite final : public repair::Experience {
public:
    explicit Favourite(std::string text, double droppable = 1, int patience = 1000)
        : text_(std::move(text)), droppable_(droppable), patience_(patience) {}
    double prior(const repair::Candidate& c, const repair::RuleContext&) const override {
        return !c.patch.edits.empty() && c.patch.edits[0].text == text_ ? 0.95 : c.prior * 0.3;
    }
    double droppable(const repair::Candidate&, const repair::RuleContext&) const override { return droppable_; }
    int patience(int usual) const override { return std::min(usual, patience_); }

private:
    std::string text_;
    double droppable_;
    int patience_;
};

class OneFix final : public repair::CandidateSource {
public:
    std::string_view name() const override { return "outside"; }
    void propose(const repair::RuleContext& context, repair::Proposals& out) const override {
        const auto* at = context.diagnostic.primary();
        out.edit("outside", at->file, at->begin, at->end, "remedy", repair::Risk::low, 0.4, "it helped before");
        out.candidates.back().origin = "id";
    }
};

std::vector<Diagnostic> wants(const project::Project& p, std::string_view good) {
    if (holds(p, good))
        return {};
    if (!holds(p, "xxx"))
        return {diagnostic("E0002", "src/main.rs", 12, 15, {})};
    return {diagnostic("E0001", "src/main.rs", 12, 15, {{"first", MA}, {"other", MI}})};
}

} // namespace

TEST(EngineExperience, ChangesTheOrderOfCandidates) {
    FakeWorkspace w([](const project::Project& p) { return wants(p, "other"); });
    auto plain = repair::repair(w, one("fn main() { xxx }\n"));
    ASSERT_TRUE(plain);
    repair::Options options;
    options.experience = std::make_shared<Favourite>("other");
    auto led = repair::repair(w, one("fn main() { xxx }\n"), options);
    ASSERT_TRUE(led);
    EXPECT_EQ(plain->verdict, Verdict::fixed);
    EXPECT_EQ(led->verdict, Verdict::fixed);
    EXPECT_GT(plain->checks, 1);
    EXPECT_EQ(led->checks, 1);
}

TEST(EngineExperience, CandidatesFromOutsideAreTriedByTheBaselineToo) {
    for (bool compiler_only : {false, true}) {
        FakeWorkspace w([](const project::Project& p) { return wants(p, "remedy"); });
        repair::Options options;
        options.compiler_only = compiler_only;
        options.sources.push_back(std::make_shared<OneFix>());
        auto o = repair::repair(w, one("fn main() { xxx }\n"), options);
        ASSERT_TRUE(o);
        EXPECT_EQ(o->verdict, Verdict::fixed);
        ASSERT_EQ(o->applied.size(), 1u);
        EXPECT_EQ(o->applied[0].candidate.origin, "id");
    }
}

TEST(EngineExperience, TrialsSayWhatBecameOfEach) {
    FakeWorkspace w([](const project::Project& p) { return wants(p, "other"); });
    repair::Options options;
    options.record_trials = true;
    const auto broken = one("fn main() { xxx }\n");
    auto o = repair::repair(w, broken, options);
    ASSERT_TRUE(o);
    auto count = [&](Trial::Result r) {
        return std::count_if(o->trials.begin(), o->trials.end(), [&](const Trial& t) { return t.result == r; });
    };
    EXPECT_GE(count(Trial::Result::rejected), 1);
    EXPECT_EQ(count(Trial::Result::accepted), 1);
    for (const Trial& t : o->trials) {
        EXPECT_EQ(t.diagnostic.code, "E0001");
        EXPECT_EQ(t.state, broken);
        EXPECT_TRUE(project::apply(t.state, t.candidate.patch));
    }
    options.record_trials = false;
    o = repair::repair(w, broken, options);
    EXPECT_TRUE(o->trials.empty());
}

TEST(EngineExperience, EditsThatAreNeverDroppedAreNotAskedAbout) {
    // Two independent errors, two needed edits.
    auto compiler = [](const project::Project& p) {
        std::vector<Diagnostic> out;
        const std::string& s = *p.find("src/main.rs");
        for (const char* bad : {"aaa", "bbb"})
            if (auto at = s.find(bad); at != std::string::npos) {
                out.push_back(diagnostic(bad == std::string("aaa") ? "E0001" : "E0002", "src/main.rs", at, at + 3,
                                         {{bad == std::string("aaa") ? "ok1" : "ok2", MA}}));
            }
        return out;
    };
    int checks[2];
    for (int sure : {0, 1}) {
        FakeWorkspace w(compiler);
        repair::Options options;
        options.experience = std::make_shared<Favourite>("", sure == 1 ? 0.01 : 1.0);
        auto o = repair::repair(w, one("fn main() { aaa; bbb }\n"), options);
        ASSERT_TRUE(o);
        EXPECT_EQ(o->verdict, Verdict::fixed);
        checks[sure] = o->checks;
    }
    EXPECT_EQ(checks[1], checks[0] - 2);
}

TEST(EngineExperience, PatienceEndsAHopelessSearchEarlier) {
    // Every change gives another error of the same kind.
    auto compiler = [](const project::Project& p) {
        std::vector<Diagnostic> out;
        std::vector<std::pair<std::string, Applicability>> offers;
        for (int i = 0; i < 60; ++i)
            offers.emplace_back("w" + std::to_string(i), MI);
        if (holds(p, "xxx"))
            out.push_back(diagnostic("E0001", "src/main.rs", 12, 15, offers));
        else
            out.push_back(diagnostic("E0001", "src/main.rs", 12, 14, {}));
        return out;
    };
    int checks[2];
    for (int quick : {0, 1}) {
        FakeWorkspace w(compiler);
        repair::Options options;
        options.experience = std::make_shared<Favourite>("", 1, quick == 1 ? 10 : 1000);
        auto o = repair::repair(w, one("fn main() { xxx }\n"), options);
        ASSERT_TRUE(o);
        EXPECT_NE(o->verdict, Verdict::fixed);
        checks[quick] = o->checks;
    }
    EXPECT_LT(checks[1], checks[0]);
    EXPECT_LE(checks[1], 12);
}
