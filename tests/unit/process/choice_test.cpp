// Hosts that lack a mechanism: refused in strict mode with a way out, never silently weaker.
#include "process/choice.h"
#include "process/mechanisms.h"
#include "unit/process/support.h"

#include <unistd.h>

namespace rustcoder::process::testing {
namespace {

/// Must outlive the Host that refers to it.
struct FakeHost {
    CheckingSupport checking;
    BubblewrapSupport bubblewrap;
    bool asked_bubblewrap = false;

    FakeHost(bool landlock, bool seccomp, bool bwrap) {
        checking.landlock = landlock;
        checking.seccomp = seccomp;
        checking.works = landlock && seccomp;
        checking.detail = checking.works ? "" : "kernel detail";
        bubblewrap.works = bwrap;
        bubblewrap.detail = bwrap ? "" : "bwrap detail";
        bubblewrap.remedy = bwrap ? "" : "bwrap remedy";
    }
    Host host() {
        return {[this]() -> const CheckingSupport& { return checking; },
                [this]() -> const BubblewrapSupport& {
                    asked_bubblewrap = true;
                    return bubblewrap;
                }};
    }
    Way way(Tier tier, Mode mode) { return choose(tier, mode, host()); }
};

TEST(Choice, FullHostUsesTheTiersOwnMechanism) {
    FakeHost h(true, true, true);
    for (const Mode mode : {Mode::strict, Mode::weak}) {
        EXPECT_EQ(h.way(Tier::checking, mode), Way::landlock);
        EXPECT_FALSE(h.asked_bubblewrap) << "a probe that is not needed costs start-up time";
    }
    EXPECT_EQ(h.way(Tier::running, Mode::strict), Way::bubblewrap);
    EXPECT_EQ(h.way(Tier::running, Mode::off), Way::partial);
}

TEST(Choice, NamespacesStandInForLandlock) {
    EXPECT_EQ(FakeHost(false, true, true).way(Tier::checking, Mode::strict), Way::bubblewrap);
}

TEST(Choice, WithoutNamespacesProgramsAreRefusedAndTheCompilerIsNot) {
    FakeHost h(true, true, false);
    EXPECT_EQ(h.way(Tier::checking, Mode::strict), Way::landlock);
    EXPECT_EQ(h.way(Tier::running, Mode::strict), Way::refused);
    EXPECT_EQ(h.way(Tier::running, Mode::weak), Way::partial);
}

TEST(Choice, WithoutAFilterNothingRunsInStrictMode) {
    FakeHost h(true, false, true);
    EXPECT_EQ(h.way(Tier::checking, Mode::strict), Way::refused);
    EXPECT_EQ(h.way(Tier::running, Mode::strict), Way::refused);
    EXPECT_EQ(h.way(Tier::running, Mode::weak), Way::bubblewrap);
}

TEST(Choice, RefusalsNameCauseAndRemedy) {
    FakeHost none(false, false, false), unfiltered(true, false, true);
    for (const Tier tier : {Tier::checking, Tier::running}) {
        const Error e = refusal(tier, none.host());
        EXPECT_EQ(e.code, Errc::denied);
        EXPECT_NE(e.message.find("bwrap detail"), std::string::npos) << e.message;
        EXPECT_NE(e.next_step.find("bwrap remedy"), std::string::npos) << e.next_step;
        const Error u = refusal(tier, unfiltered.host());
        EXPECT_NE(u.message.find("kernel detail"), std::string::npos) << u.message;
        EXPECT_FALSE(u.next_step.empty());
    }
}

/// The weaker variants of bubblewrap, forced on a host that could do better.
TEST(Choice, EveryBubblewrapVariantConfines) {
    const BubblewrapSupport& support = bubblewrap_support();
    if (!support.works)
        GTEST_SKIP() << support.detail;
    auto secret = base::TempDir::create("variant-test");
    ASSERT_TRUE(secret && base::write_file(secret->path() / "s", "secret"));
    const Command c = shell("cat " + (secret->path() / "s").string() + "; id -u; ls /proc | grep -c '^[0-9]'; exit 3");
    for (const bool user_namespace : {true, false})
        for (const bool own_proc : {true, false}) {
            if (!user_namespace && geteuid() != 0)
                continue;
            const auto done = run_bubblewrap(support.program, {user_namespace, own_proc}, c, policy(Tier::running), {});
            ASSERT_TRUE(done) << done.error().text();
            EXPECT_EQ(done->exit.code, 3) << done->exit.err;
            EXPECT_EQ(done->exit.out.find("secret"), std::string::npos);
            EXPECT_TRUE(done->exit.out.starts_with(user_namespace ? "1000\n" : "0\n")) << done->exit.out;
            EXPECT_LE(std::atoi(done->exit.out.substr(done->exit.out.find('\n') + 1).c_str()), 4)
                << "the host's processes";
        }
}

} // namespace
} // namespace rustcoder::process::testing
