// What a watched project teaches, with a compiler that is a function.
#include "agent/watch.h"

#include "base/text.h"
#include "unit/repair/fake_workspace.h"

#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

using test::FakeWorkspace;

project::Project text(const std::string& main) {
    project::Project p;
    (void)p.set("Cargo.toml", "[package]\nname = \"p\"\n");
    (void)p.set("src/main.rs", main);
    return p;
}

/// Every word "bad" is an error, every "worse" another one.
std::vector<toolchain::Diagnostic> compiler(const project::Project& p) {
    std::vector<toolchain::Diagnostic> out;
    const auto& source = *p.find("src/main.rs");
    for (const auto& [word, code] : {std::pair("bad", "E0001"), std::pair("worse", "E0002")})
        if (const auto at = source.find(word); at != std::string::npos)
            out.push_back(test::diagnostic(code, "src/main.rs", at, at + std::string_view(word).size(), {}));
    return out;
}

struct Watching : testing::Test {
    FakeWorkspace* workspace = nullptr;
    std::vector<std::pair<std::string, std::string>> learned;
    Result<LearnedFix> says = [] {
        LearnedFix f;
        f.report.fresh = 1;
        return f;
    }();
    std::unique_ptr<WatchSession> session;

    void open(WatchOptions options = {}) {
        auto made = std::make_unique<FakeWorkspace>(compiler);
        workspace = made.get();
        session = std::make_unique<WatchSession>(
            std::move(made),
            [this](const project::Project& before, const project::Project& after, std::stop_token) {
                learned.emplace_back(*before.find("src/main.rs"), *after.find("src/main.rs"));
                return says;
            },
            options);
    }
    bool ok(const std::string& main) {
        auto report = session->check(text(main));
        EXPECT_TRUE(report);
        return report && report->ok;
    }
    void learn_all() {
        while (session->to_learn() > 0)
            EXPECT_TRUE(session->learn_next());
    }
};

TEST_F(Watching, a_repair_is_learned_from_the_last_broken_state) {
    open();
    EXPECT_TRUE(ok("fn main() {}"));
    EXPECT_FALSE(ok("fn main() { bad }"));
    EXPECT_EQ(session->to_learn(), 0u);
    EXPECT_TRUE(ok("fn main() { good }"));
    ASSERT_EQ(session->to_learn(), 1u);
    auto l = session->learn_next();
    ASSERT_TRUE(l && *l);
    EXPECT_EQ((*l)->report.fresh, 1u);
    EXPECT_EQ(learned, (decltype(learned){{"fn main() { bad }", "fn main() { good }"}}));
    EXPECT_EQ(session->to_learn(), 0u);
}

TEST_F(Watching, errors_mended_one_after_the_other_are_both_learned) {
    open();
    EXPECT_FALSE(ok("bad worse"));
    EXPECT_FALSE(ok("fine worse"));
    EXPECT_TRUE(ok("fine better"));
    learn_all();
    EXPECT_EQ(learned, (decltype(learned){{"fine worse", "fine better"}, {"bad worse", "fine better"}}));
}

TEST_F(Watching, taking_a_change_back_is_no_repair) {
    open();
    EXPECT_TRUE(ok("fn main() {}"));
    EXPECT_FALSE(ok("fn main() { bad }"));
    EXPECT_TRUE(ok("fn main() {}"));
    EXPECT_EQ(session->to_learn(), 0u);
}

TEST_F(Watching, large_changes_are_work_and_not_a_repair) {
    WatchOptions options;
    options.learn_lines = 4;
    open(options);
    EXPECT_FALSE(ok("bad\n"));
    EXPECT_TRUE(ok("a\nb\nc\nd\ne\nf\n"));
    EXPECT_EQ(session->to_learn(), 0u);
    EXPECT_FALSE(ok("bad\n"));
    EXPECT_TRUE(ok("good\n"));
    EXPECT_EQ(session->to_learn(), 1u);
}

TEST_F(Watching, nothing_is_learned_when_that_is_not_wanted) {
    WatchOptions options;
    options.learn = false;
    open(options);
    EXPECT_FALSE(ok("bad"));
    EXPECT_TRUE(ok("good"));
    EXPECT_EQ(session->to_learn(), 0u);
}

TEST_F(Watching, what_was_interrupted_is_learned_later_and_what_is_no_repair_never) {
    open();
    EXPECT_FALSE(ok("bad"));
    EXPECT_TRUE(ok("good"));
    says = fail(Errc::cancelled, "stopped");
    EXPECT_FALSE(session->learn_next());
    EXPECT_EQ(session->to_learn(), 1u);
    says = fail(Errc::invalid_input, "code was deleted");
    auto l = session->learn_next();
    ASSERT_TRUE(l);
    EXPECT_FALSE(*l);
    EXPECT_EQ(session->to_learn(), 0u);
}

TEST_F(Watching, quick_checks_follow_a_full_one_and_success_is_confirmed_by_cargo) {
    open();
    EXPECT_FALSE(ok("bad"));
    EXPECT_EQ(workspace->checks, 1);
    EXPECT_EQ(workspace->quick, 0);
    EXPECT_FALSE(ok("still bad"));
    EXPECT_EQ(workspace->checks, 1);
    EXPECT_EQ(workspace->quick, 1);
    workspace->full = [](const project::Project&) {
        return std::vector<toolchain::Diagnostic>{test::diagnostic("E0003", "src/main.rs", 0, 1, {})};
    };
    EXPECT_FALSE(ok("good")) << "cargo has the last word";
    EXPECT_EQ(workspace->checks, 2);
    auto p = text("bad");
    (void)p.set("Cargo.toml", "[package]\nname = \"q\"\n");
    EXPECT_TRUE(session->check(p));
    EXPECT_EQ(workspace->checks, 3) << "a new manifest needs cargo";
}

TEST(ChangedLines, counts_both_sides) {
    EXPECT_EQ(changed_lines(text("a\nb\n"), text("a\nb\n")), 0u);
    EXPECT_EQ(changed_lines(text("a\nb\n"), text("a\nc\n")), 2u);
    EXPECT_EQ(changed_lines(text("a\n"), text("a\n---\n")), 1u);
}

} // namespace
} // namespace rustcoder::agent
