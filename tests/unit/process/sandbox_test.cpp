// What every run promises, in both tiers: results, streams, limits, cancellation, nothing left behind.
#include "unit/process/support.h"

#include <atomic>
#include <csignal>
#include <sys/wait.h>
#include <thread>

namespace rustcoder::process::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class BothTiers : public ::testing::TestWithParam<Tier> {
protected:
    Policy policy(std::vector<std::filesystem::path> read_write = {}) const {
        return testing::policy(GetParam(), std::move(read_write));
    }
};
INSTANTIATE_TEST_SUITE_P(Sandbox, BothTiers, ::testing::Values(Tier::checking, Tier::running), tier_name);

TEST_P(BothTiers, ExitCodesArePassedOn) {
    for (const int code : {0, 1, 101, 128}) {
        const Exit e = run(shell("exit " + std::to_string(code)), policy());
        EXPECT_EQ(e.ended, Ended::exited);
        EXPECT_EQ(e.code, code);
        EXPECT_EQ(e.ok(), code == 0);
    }
}

TEST_P(BothTiers, SignalsAreReported) {
    for (const int signal : {SIGKILL, SIGSEGV, SIGABRT}) {
        const Exit e = run(shell("kill -" + std::to_string(signal) + " $$"), policy());
        EXPECT_EQ(e.ended, Ended::signalled) << e.describe();
        EXPECT_EQ(e.signal, signal);
    }
}

TEST_P(BothTiers, IgnoredAndBlockedSignalsOfTheServerAreNotInherited) {
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const Exit e = run(shell("exec grep -E 'Sig(Ign|Blk)' /proc/self/status"), policy());
    std::signal(SIGPIPE, before);
    EXPECT_EQ(e.out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n") << e.err;
}

TEST_P(BothTiers, StdinIsFedAndClosed) {
    Command c = shell("cat; echo end");
    c.stdin_bytes = "hello\n";
    EXPECT_EQ(run(c, policy()).out, "hello\nend\n");
    EXPECT_EQ(run(shell("cat; echo end"), policy()).out, "end\n");
}

TEST_P(BothTiers, LargeStreamsInThreeDirectionsDoNotDeadlock) {
    Command c = shell("tee /dev/stderr");
    c.argv = {"/usr/bin/tee", "/dev/stderr"};
    c.stdin_bytes.assign(4 << 20, 'x');
    std::size_t streamed = 0;
    c.on_stdout = [&](std::string_view part) { streamed += part.size(); };
    const Exit e = run(c, policy());
    EXPECT_TRUE(e.ok()) << e.describe();
    EXPECT_EQ(e.out, c.stdin_bytes);
    EXPECT_EQ(e.err, c.stdin_bytes);
    EXPECT_EQ(streamed, c.stdin_bytes.size());
}

TEST_P(BothTiers, AReaderThatStopsEarlyDoesNotKillTheServer) {
    Command c = shell("exec 0<&-; sleep 0.1; echo ok");
    c.stdin_bytes.assign(1 << 20, 'x');
    EXPECT_EQ(run(c, policy()).out, "ok\n");
}

TEST_P(BothTiers, OutputIsCutAtTheLimitAndKept) {
    Policy p = policy();
    p.limits.output_bytes = 100'000;
    const Exit e = run(shell("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done"), p);
    EXPECT_EQ(e.ended, Ended::output_limit);
    EXPECT_TRUE(e.out_truncated);
    EXPECT_FALSE(e.err_truncated);
    EXPECT_EQ(e.out.size(), 100'000u);
}

TEST_P(BothTiers, TimeIsBounded) {
    Policy p = policy();
    p.limits.wall = 200ms;
    const auto start = Clock::now();
    const Exit e = run(shell("echo before; sleep 30 & sleep 30"), p);
    EXPECT_EQ(e.ended, Ended::timed_out);
    EXPECT_EQ(e.out, "before\n");
    EXPECT_LT(Clock::now() - start, 2s);
}

TEST_P(BothTiers, ProcessorTimeIsBounded) {
    Policy p = policy();
    p.limits.cpu_seconds = 1;
    const Exit e = run(shell("while :; do :; done"), p);
    EXPECT_EQ(e.ended, Ended::timed_out) << e.describe();
    EXPECT_EQ(e.signal, SIGXCPU);
    EXPECT_GT(e.user + e.sys, 800ms);
}

TEST_P(BothTiers, CancellingKillsTheTreeWithinASecond) {
    std::stop_source source;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(150ms);
        source.request_stop();
    });
    const auto start = Clock::now();
    const Exit e = run(shell("sleep 31.4159 & sleep 31.4159"), policy(), Mode::strict, source.get_token());
    EXPECT_EQ(e.ended, Ended::cancelled);
    EXPECT_LT(Clock::now() - start, 1s);
    // nothing of the tree is left
    EXPECT_NE(std::system("grep -qsz 31[.]4159 /proc/[0-9]*/cmdline"), 0);
}

TEST_P(BothTiers, ACancelledTokenStartsNothing) {
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(run(shell("echo never"), policy(), Mode::strict, source.get_token()).ended, Ended::cancelled);
}

TEST_P(BothTiers, EnvironmentIsWhatWasGiven) {
    setenv("RUSTCODER_TEST_SECRET", "s3cret", 1);
    Command c;
    c.argv = {"/usr/bin/env"};
    c.env = {"A=1", "B=two words=x", "EMPTY=", "PWD=/usr"};
    c.cwd = "/usr";
    const Exit e = run(c, policy());
    std::vector<std::string> lines;
    std::size_t at = 0;
    while (at < e.out.size()) {
        const auto end = e.out.find('\n', at);
        lines.push_back(e.out.substr(at, end - at));
        at = end + 1;
    }
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines, (std::vector<std::string>{"A=1", "B=two words=x", "EMPTY=", "PWD=/usr"})) << e.err;
}

TEST_P(BothTiers, WorkingDirectoryAndWritableDirectory) {
    auto dir = base::TempDir::create("process-test");
    ASSERT_TRUE(dir);
    const Exit e = run(shell("pwd; mkdir -p a/b && echo x > f && mv f a/b/ && ln -s f a/b/l && cat a/b/l", dir->path()),
                       policy({dir->path()}));
    EXPECT_EQ(e.out, dir->path().string() + "\nx\n") << e.err;
    EXPECT_TRUE(std::filesystem::exists(dir->path() / "a/b/f"));
}

TEST_P(BothTiers, ReadOnlyDirectoriesAreReadOnly) {
    auto dir = base::TempDir::create("process-test");
    ASSERT_TRUE(dir);
    ASSERT_TRUE(base::write_file(dir->path() / "f", "text"));
    Policy p = policy();
    p.read_only = {dir->path()};
    const Exit e = run(shell("cat f; echo no > f; echo no > g; rm f; mv f h", dir->path()), p);
    EXPECT_EQ(e.out, "text");
    EXPECT_EQ(base::read_file(dir->path() / "f").value_or(""), "text");
    EXPECT_FALSE(std::filesystem::exists(dir->path() / "g"));
}

TEST_P(BothTiers, MissingProgramsAndBadRequestsAreErrors) {
    const auto errc = [&](const Command& c, const Policy& p) {
        const auto r = Sandbox().run(c, p);
        return r ? Errc::internal : r.error().code;
    };
    Command c = shell("true");
    c.argv[0] = "/usr/bin/no-such-program";
    EXPECT_EQ(errc(c, policy()), Errc::not_found);
    c.argv[0] = "sh";
    EXPECT_EQ(errc(c, policy()), Errc::invalid_input);
    c = shell("true");
    c.env.push_back("no equals sign");
    EXPECT_EQ(errc(c, policy()), Errc::invalid_input);
    c = shell("true", "relative");
    EXPECT_EQ(errc(c, policy()), Errc::invalid_input);
    c = shell(std::string("true\0x", 6));
    EXPECT_EQ(errc(c, policy()), Errc::invalid_input);
    EXPECT_EQ(errc(shell("true"), policy({"/no/such/dir"})), Errc::not_found);
    EXPECT_EQ(errc(shell("true", "/no/such/dir"), policy()), Errc::io);
}

TEST_P(BothTiers, ManyRunsAtOnceKeepTheirStreamsApartAndLeaveNothing) {
    run(shell("true"), policy()); // probes and caches
    const std::size_t fds = count_entries("/proc/self/fd");
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 64; ++i)
            threads.emplace_back([&, i] {
                Command c = shell("read line; echo out $line; echo err $line >&2; exit 7");
                c.stdin_bytes = std::to_string(i) + "\n";
                const Exit e = run(c, policy());
                right += e.code == 7 && e.out == "out " + std::to_string(i) + "\n" &&
                         e.err == "err " + std::to_string(i) + "\n";
            });
    }
    EXPECT_EQ(right, 64);
    EXPECT_EQ(count_entries("/proc/self/fd"), fds);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child was not reaped";
    EXPECT_EQ(errno, ECHILD);
}

TEST_P(BothTiers, NoDescriptorOfTheServerIsInherited) {
    const int leak = dup(1); // without close-on-exec
    const Exit e = run(shell("exec ls /proc/self/fd"), policy());
    close(leak);
    EXPECT_EQ(e.out, "0\n1\n2\n3\n") << e.err; // 3 is the listing itself
}

TEST_P(BothTiers, BackgroundProcessesDieWithTheirLeader) {
    const auto start = Clock::now();
    const Exit e = run(shell("sleep 27.1828 & echo started"), policy());
    EXPECT_EQ(e.out, "started\n");
    EXPECT_TRUE(e.ok());
    EXPECT_LT(Clock::now() - start, 2s);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_P(BothTiers, UsageIsReported) {
    const Exit e = run(shell("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"), policy());
    EXPECT_GT(e.user, 20ms);
    EXPECT_GE(e.wall, e.user / 2);
    EXPECT_GT(e.peak_bytes, 100u << 10);
}

TEST(Sandbox, ThrowingCallbackLeavesNoChild) {
    Command c = shell("echo x; sleep 30");
    c.on_stdout = [](std::string_view) { throw std::runtime_error("callback"); };
    const auto start = Clock::now();
    const auto r = Sandbox().run(c, policy(Tier::checking));
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::internal);
    EXPECT_LT(Clock::now() - start, 2s);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(Sandbox, ModeComesFromTheEnvironmentAndDefaultsToStrict) {
    const auto mode = [](const char* value) {
        value ? setenv("RUSTCODER_SANDBOX", value, 1) : unsetenv("RUSTCODER_SANDBOX");
        return Sandbox::from_environment().mode();
    };
    EXPECT_EQ(mode("off"), Mode::off);
    EXPECT_EQ(mode("weak"), Mode::weak);
    EXPECT_EQ(mode("of"), Mode::strict);
    EXPECT_EQ(mode(""), Mode::strict);
    EXPECT_EQ(mode(nullptr), Mode::strict);
}

TEST(Sandbox, CapabilitiesNameEveryMechanism) {
    const Capabilities& c = capabilities();
    for (const char* wanted : {"landlock", "seccomp", "bubblewrap", "user namespaces"})
        EXPECT_TRUE(std::any_of(c.mechanisms.begin(), c.mechanisms.end(), [&](const Mechanism& m) {
            return m.name == wanted;
        })) << wanted;
    for (const auto& m : c.mechanisms) {
        EXPECT_FALSE(m.detail.empty()) << m.name;
        EXPECT_EQ(m.available, m.remedy.empty()) << m.name << ": " << m.remedy;
    }
}

TEST(Sandbox, DescribesItself) {
    EXPECT_NE(Sandbox().describe(Tier::checking).find("seccomp"), std::string::npos);
    EXPECT_EQ(Sandbox(Mode::off).describe(Tier::running), "off: rlimits, process group");
}

TEST(Exit, DescribesItselfInOneSentence) {
    Exit e;
    e.code = 101;
    EXPECT_EQ(e.describe(), "exit status 101");
    e.ended = Ended::timed_out;
    e.wall = 10s;
    EXPECT_EQ(e.describe(), "killed after 10 s");
    e.ended = Ended::signalled;
    e.signal = SIGSEGV;
    EXPECT_EQ(e.describe(), "killed by signal 11 (Segmentation fault)");
    EXPECT_STREQ(name(Ended::memory_limit), "memory_limit");
}

} // namespace
} // namespace rustcoder::process::testing
