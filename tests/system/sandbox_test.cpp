// Attempts to break out of both tiers. Every attempt is first made without a sandbox, where it must succeed: an attempt
// that fails for another reason would prove nothing.
#include "process/fork_server.h"
#include "unit/process/support.h"

#include <arpa/inet.h>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fmt/core.h>
#include <fstream>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rustcoder::process::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int refused = 1; // the probe's exit status

/// A directory with the compiled probe; the compiler itself runs in the checking tier.
const fs::path& probe_dir() {
    static const base::TempDir dir = [] {
        auto made = base::TempDir::create("sandbox-probe");
        if (!made)
            throw std::runtime_error(made.error().text());
        fs::create_directory(made->path() / "tmp");
        Command c;
        c.argv = {"/usr/bin/cc", "-O1", "-pthread", "-o", "probe", fs::path(RC_TESTS_DIR) / "system/sandbox_probe.c"};
        c.env = {"PATH=/usr/bin:/bin", "TMPDIR=" + (made->path() / "tmp").string()};
        c.cwd = made->path();
        Policy p = policy(Tier::checking, {made->path()});
        p.read_only = {fs::path(RC_TESTS_DIR) / "system"};
        const Exit e = run(c, p);
        EXPECT_TRUE(e.ok()) << e.err;
        return std::move(*made);
    }();
    return dir.path();
}

/// The same attempts from children of the fork server: ctest runs this program a second time with the variable.
bool forking() {
    return std::getenv("RC_TEST_FORK_SERVER") != nullptr;
}

/// Children of this process, zombies too.
std::size_t children() {
    std::size_t count = 0;
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
        std::ifstream list(task.path() / "children");
        for (int pid = 0; list >> pid;)
            ++count;
    }
    return count;
}

class BreakOut : public ::testing::TestWithParam<Tier> {
protected:
    void SetUp() override {
        auto outside = base::TempDir::create("sandbox-secret");
        auto inside = base::TempDir::create("sandbox-work");
        ASSERT_TRUE(outside && inside);
        outside_ = std::move(*outside);
        inside_ = std::move(*inside);
        secret_ = outside_.path() / "secret.txt";
        ASSERT_TRUE(base::write_file(secret_, "top secret"));
        if (forking() && GetParam() == Tier::checking) {
            const std::string program = (probe_dir() / "probe").string();
            prepare_fork_server(program);
            ASSERT_TRUE(wait_for_fork_server(program));
        }
    }

    Command attempt(std::vector<std::string> words) const {
        Command c;
        c.argv = {(probe_dir() / "probe").string()};
        c.argv.insert(c.argv.end(), words.begin(), words.end());
        c.env = {"PATH=/usr/bin:/bin"};
        c.cwd = inside_.path();
        return c;
    }

    Policy policy() const {
        Policy p = testing::policy(GetParam(), {inside_.path()});
        p.read_only = {probe_dir()};
        return p;
    }

    Exit confined(std::vector<std::string> words) const { return run(attempt(std::move(words)), policy()); }
    Exit control(std::vector<std::string> words) const { return run(attempt(std::move(words)), policy(), Mode::off); }

    /// Succeeds without a sandbox, is refused inside.
    void expect_refused(const std::vector<std::string>& words) const {
        const Exit free = control(words);
        EXPECT_TRUE(free.ok()) << "the attempt itself is broken: " << free.describe() << ' ' << free.out;
        const Exit e = confined(words);
        EXPECT_EQ(e.code, refused) << words[0] << ' ' << e.describe() << '\n' << e.out;
        EXPECT_EQ(e.out.find("secret\n"), std::string::npos);
    }

    std::string inside(const char* name) const { return (inside_.path() / name).string(); }
    std::string outside(const char* name) const { return (outside_.path() / name).string(); }

    base::TempDir outside_, inside_;
    fs::path secret_;
};
INSTANTIATE_TEST_SUITE_P(Sandbox, BreakOut, ::testing::Values(Tier::checking, Tier::running), tier_name);

/// A process outside with a secret in its environment.
class Victim {
public:
    Victim() {
        char* const argv[] = {const_cast<char*>("sleep"), const_cast<char*>("600"), nullptr};
        char* const env[] = {const_cast<char*>("API_KEY=victim-secret"), nullptr};
        EXPECT_EQ(posix_spawn(&pid_, "/bin/sleep", nullptr, nullptr, argv, env), 0);
        // The kernel lets the spawn return a moment before the new environment is in place.
        for (int i = 0; i < 500 && environment().empty(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(4));
    }
    ~Victim() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    Victim(const Victim&) = delete;
    Victim& operator=(const Victim&) = delete;
    std::string pid() const { return std::to_string(pid_); }
    bool alive() const { return waitpid(pid_, nullptr, WNOHANG) == 0; }

private:
    std::string environment() const {
        std::ifstream in("/proc/" + pid() + "/environ");
        return {std::istreambuf_iterator<char>(in), {}};
    }

    pid_t pid_ = 0;
};

/// A listening or bound socket outside.
base::Fd listener(const sockaddr* address, socklen_t size, int type) {
    base::Fd fd(socket(address->sa_family, type | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(fd.get(), address, size), 0) << strerror(errno);
    if (type == SOCK_STREAM) {
        EXPECT_EQ(listen(fd.get(), 8), 0);
    }
    return fd;
}

std::pair<base::Fd, std::string> loopback(int type) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    base::Fd fd = listener(reinterpret_cast<sockaddr*>(&a), sizeof a, type);
    socklen_t size = sizeof a;
    getsockname(fd.get(), reinterpret_cast<sockaddr*>(&a), &size);
    return {std::move(fd), std::to_string(ntohs(a.sin_port))};
}

TEST_P(BreakOut, ReadSecretFile) {
    EXPECT_EQ(control({"read", secret_}).out, "top secret");
    expect_refused({"read", secret_});
    for (const char* path : {"/etc/passwd", "/etc/shadow", "/root/.bashrc"})
        if (access(path, R_OK) == 0)
            expect_refused({"read", path});
    for (const std::string way : {"/proc/self/root", "/proc/self/cwd/../../../../../../.."})
        expect_refused({"read", way + secret_.string()});
    EXPECT_EQ(confined({"read", "/proc/1/root" + secret_.string()}).code, refused);
}

TEST_P(BreakOut, ReadServersEnvironment) {
    const Victim victim;
    EXPECT_NE(control({"read", "/proc/" + victim.pid() + "/environ"}).out.find("victim-secret"), std::string::npos);
    expect_refused({"read", "/proc/" + victim.pid() + "/environ"});
    EXPECT_TRUE(control({"read-parent-environment"}).ok());
    const Exit e = confined({"read-parent-environment"});
    // in a namespace the parent is bubblewrap's init, whose environment was empty
    EXPECT_TRUE(e.code == refused || e.out.empty()) << e.out;
}

TEST_P(BreakOut, WriteOutside) {
    expect_refused({"write", outside("new.txt")});
    fs::remove(outside("new.txt"));
    for (const char* how : {"write", "truncate", "unlink"}) {
        ASSERT_TRUE(base::write_file(secret_, "top secret"));
        // The same attempts from a child of the fork server: ctest runs this program a second time with the variable.
        if (forking() && GetParam() == Tier::checking) {
            const std::string program = (probe_dir() / "probe").string();
            prepare_fork_server(program);
            ASSERT_TRUE(wait_for_fork_server(program));
        }
        const Exit e = confined({how, secret_});
        EXPECT_EQ(e.code, refused) << how << e.out;
        EXPECT_EQ(base::read_file(secret_).value_or("gone"), "top secret") << how;
        EXPECT_TRUE(control({how, secret_}).ok()) << how;
    }
    for (const char* path : {"/usr/pwned", "/etc/pwned", "/pwned", "/dev/pwned", "/proc/self/oom_score_adj"}) {
        const Exit e = confined({"write", path});
        if (std::string_view(path).starts_with("/proc") && GetParam() == Tier::running)
            continue; // its own, in its own /proc
        EXPECT_EQ(e.code, refused) << path;
        EXPECT_FALSE(fs::exists(path) && !std::string_view(path).starts_with("/proc")) << path;
    }
}

TEST_P(BreakOut, SymlinkAndHardLinkTricks) {
    for (const char* how : {"symlink-read", "symlink-write", "link", "rename"}) {
        ASSERT_TRUE(base::write_file(secret_, "top secret"));
        // The same attempts from a child of the fork server: ctest runs this program a second time with the variable.
        if (forking() && GetParam() == Tier::checking) {
            const std::string program = (probe_dir() / "probe").string();
            prepare_fork_server(program);
            ASSERT_TRUE(wait_for_fork_server(program));
        }
        fs::remove(inside("l"));
        const Exit e = confined({how, secret_, inside("l")});
        EXPECT_EQ(e.code, refused) << how << e.out;
        EXPECT_EQ(base::read_file(secret_).value_or("gone"), "top secret") << how;
        fs::remove(inside("l"));
        EXPECT_TRUE(control({how, secret_, inside("l")}).ok()) << how;
    }
    // a link that was planted before, and a directory swapped for a link
    fs::remove(inside("l"));
    fs::create_directory_symlink(outside_.path(), inside("l"));
    ASSERT_TRUE(base::write_file(secret_, "top secret"));
    expect_refused({"read", inside("l/secret.txt")});
}

TEST_P(BreakOut, Sockets) {
    const auto [tcp, tcp_port] = loopback(SOCK_STREAM);
    const auto [udp, udp_port] = loopback(SOCK_DGRAM);
    expect_refused({"tcp", tcp_port});
    EXPECT_TRUE(control({"udp", udp_port}).ok());
    char byte;
    EXPECT_EQ(recv(udp.get(), &byte, 1, MSG_DONTWAIT), 1);
    confined({"udp", udp_port}); // in a namespace of its own it may send, to nobody
    EXPECT_EQ(recv(udp.get(), &byte, 1, MSG_DONTWAIT), -1);

    sockaddr_un a{};
    a.sun_family = AF_UNIX;
    const std::string path = outside("s");
    path.copy(a.sun_path, sizeof a.sun_path - 1);
    const base::Fd named = listener(reinterpret_cast<sockaddr*>(&a), sizeof a, SOCK_STREAM);
    expect_refused({"unix", path});
    const std::string name = fmt::format("rustcoder-test-{}", getpid());
    sockaddr_un b{};
    b.sun_family = AF_UNIX;
    name.copy(b.sun_path + 1, name.size());
    const base::Fd abstract =
        listener(reinterpret_cast<sockaddr*>(&b),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size()), SOCK_STREAM);
    expect_refused({"abstract", name});
}

TEST_P(BreakOut, KillAndTraceNeighbours) {
    {
        const Victim victim;
        for (const char* how : {"ptrace", "kill"}) {
            EXPECT_EQ(confined({how, victim.pid()}).code, refused) << how;
            EXPECT_TRUE(victim.alive());
        }
        EXPECT_TRUE(control({"ptrace", victim.pid()}).ok());
        EXPECT_TRUE(control({"kill", victim.pid()}).ok());
    }
    static std::atomic<int> received;
    received = 0;
    const auto before = std::signal(SIGUSR1, [](int) { ++received; });
    confined({"signal-parent"});
    EXPECT_EQ(received, 0);
    EXPECT_TRUE(control({"signal-parent"}).ok());
    EXPECT_EQ(received, 1);
    std::signal(SIGUSR1, before);
}

TEST_P(BreakOut, KernelDoorsAreClosed) {
    ASSERT_TRUE(base::write_file(inside("probe-suid"), "x"));
    const Exit e = confined({"doors"});
    EXPECT_EQ(e.code, 0) << "open doors:\n" << e.out;
}

TEST_P(BreakOut, ForkBomb) {
    Policy p = policy();
    p.limits.processes = 1000;
    EXPECT_TRUE(run(attempt({"fork-bomb", "150"}), p).ok());
    p.limits.processes = 50;
    const Exit e = run(attempt({"fork-bomb", "150"}), p);
    EXPECT_EQ(e.ended, Ended::process_limit) << e.describe();
    EXPECT_EQ(children(), GetParam() == Tier::checking && forking() ? 1u : 0u) << "something of the bomb is left";
    EXPECT_EQ(run(attempt({"threads", "900"}), p).ended, Ended::process_limit);
}

TEST_P(BreakOut, FillMemory) {
    Policy p = policy();
    const Exit free = run(attempt({"eat", "400"}), p);
    EXPECT_TRUE(free.ok());
    EXPECT_GE(free.peak_bytes, 400u << 20);
    EXPECT_TRUE(run(attempt({"eat-together", "4", "100"}), p).ok());
    p.limits.memory_bytes = 200 << 20;
    EXPECT_EQ(run(attempt({"eat", "400"}), p).code, refused);
    EXPECT_EQ(run(attempt({"eat-together", "4", "100"}), p).ended, Ended::memory_limit);
}

TEST_P(BreakOut, FillDisk) {
    Policy p = policy();
    EXPECT_TRUE(run(attempt({"fill", inside("big"), "64"}), p).ok());
    fs::remove(inside("big"));
    p.limits.file_bytes = 16 << 20;
    const Exit one = run(attempt({"fill", inside("big"), "64"}), p);
    EXPECT_EQ(one.ended, Ended::disk_limit) << one.describe();
    EXPECT_LE(fs::file_size(inside("big")), 16u << 20);
    fs::remove(inside("big"));
    p.limits.disk_bytes = 32 << 20;
    const Exit many = run(attempt({"fill-files", inside("."), "150"}), p);
    EXPECT_EQ(many.ended, Ended::disk_limit) << many.describe();
    // memory that looks like disk
    p.limits.file_bytes = 1 << 30;
    for (const char* dir : {"/tmp/fill", "/dev/shm/fill", "/run/fill", "/fill", "/dev/fill"}) {
        const Exit e = run(attempt({"fill", dir, "64"}), p);
        EXPECT_EQ(e.code, refused) << dir << e.describe();
        EXPECT_FALSE(fs::exists(dir)) << dir;
    }
}

TEST_P(BreakOut, PrintForEverAndSleepForEver) {
    Policy p = policy();
    p.limits.output_bytes = 1 << 20;
    p.limits.wall = 300ms;
    Command c = attempt({});
    c.argv = {"/usr/bin/yes"};
    EXPECT_EQ(run(c, p).ended, Ended::output_limit);
    c.argv = {"/bin/sleep", "infinity"};
    const Exit e = run(c, p);
    EXPECT_EQ(e.ended, Ended::timed_out);
    EXPECT_LT(e.wall, 1s);
    // a program that ignores every polite signal
    c.argv = {"/bin/sh", "-c", "trap '' TERM INT HUP QUIT; while :; do sleep 1; done"};
    EXPECT_EQ(run(c, p).ended, Ended::timed_out);
}

TEST_P(BreakOut, LeaveADaemonBehind) {
    control({"daemon", inside("alive-control")});
    confined({"daemon", inside("alive")});
    std::this_thread::sleep_for(1300ms);
    EXPECT_TRUE(fs::exists(inside("alive-control"))) << "the attempt itself is broken";
    EXPECT_FALSE(fs::exists(inside("alive")));
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    } // the control's orphan
}

TEST_P(BreakOut, DieWithTheServer) {
    run(attempt({"read", "/dev/null"}), policy()); // probes, so that the copy below starts at once
    const Command c = attempt({"daemon", inside("alive")});
    const pid_t server = fork();
    ASSERT_GE(server, 0);
    if (server == 0) {
        Command endless = c;
        endless.argv = {"/bin/sh", "-c", "touch started; while :; do touch beat; sleep 0.05; done"};
        (void)Sandbox().run(endless, policy());
        _exit(0);
    }
    for (int i = 0; i < 200 && !fs::exists(inside("started")); ++i)
        std::this_thread::sleep_for(10ms);
    ASSERT_TRUE(fs::exists(inside("started")));
    kill(server, SIGKILL);
    waitpid(server, nullptr, 0);
    std::this_thread::sleep_for(200ms);
    fs::remove(inside("beat"));
    std::this_thread::sleep_for(300ms);
    EXPECT_FALSE(fs::exists(inside("beat"))) << "the program outlived the server";
}

// ---- a host without user namespaces -------------------------------------------------------------------------------

/// Runs inside the running tier, where no further namespace can be made: like a container without that right.
TEST(Nested, DISABLED_InAContainerWithoutNamespaces) {
    const Command c = shell("echo ran");
    const auto refused_run = Sandbox(Mode::strict).run(c, policy(Tier::running));
    ASSERT_FALSE(refused_run);
    EXPECT_EQ(refused_run.error().code, Errc::denied);
    EXPECT_FALSE(refused_run.error().next_step.empty());
    EXPECT_FALSE(capabilities().running_ok);
    EXPECT_TRUE(capabilities().checking_ok);
    EXPECT_EQ(Sandbox(Mode::strict).describe(Tier::running), "none: runs are refused");
    EXPECT_EQ(run(c, policy(Tier::checking)).out, "ran\n");
    // weak: what is left still keeps the program from its server's files
    EXPECT_EQ(run(c, policy(Tier::running), Mode::weak).out, "ran\n");
    Command steal = shell("cat " + std::string(std::getenv("OWN_DIRECTORY")) + "/secret");
    EXPECT_EQ(run(steal, policy(Tier::running), Mode::off).out, "own");
    EXPECT_EQ(run(steal, policy(Tier::running), Mode::weak).out, "");
}

TEST(Nested, StrictModeRefusesAndWeakModeConfines) {
    auto dir = base::TempDir::create("nested");
    ASSERT_TRUE(dir && base::write_file(dir->path() / "secret", "own"));
    Command c;
    const fs::path self = fs::read_symlink("/proc/self/exe");
    c.argv = {self.string(), "--gtest_also_run_disabled_tests", "--gtest_filter=Nested.DISABLED_*"};
    c.env = {"PATH=/usr/bin:/bin", "OWN_DIRECTORY=" + dir->path().string()};
    c.cwd = dir->path();
    Policy p = policy(Tier::running, {dir->path()});
    p.read_only = {self.parent_path()};
    const Exit e = run(c, p);
    EXPECT_TRUE(e.ok()) << e.out << e.err;
    EXPECT_NE(e.out.find("[  PASSED  ] 1 test."), std::string::npos) << e.out;
}

// ---- the compiler itself ------------------------------------------------------------------------------------------

/// The toolchain's own directory (bin/rustc below it), or empty.
fs::path toolchain() {
    const char* home = std::getenv("HOME");
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(fs::path(home ? home : "/root") / ".rustup/toolchains", ec))
        if (fs::exists(entry.path() / "bin/rustc"))
            return entry.path();
    return fs::exists("/usr/bin/rustc") ? "/usr" : "";
}

class Rustc : public BreakOut {
protected:
    Exit compile(const std::string& source, std::vector<std::string> options, Mode mode = Mode::strict) const {
        EXPECT_TRUE(base::write_file(inside("main.rs"), source));
        Command c = attempt({});
        c.argv = {(toolchain() / "bin/rustc").string(), "--edition=2021", "main.rs"};
        c.argv.insert(c.argv.end(), options.begin(), options.end());
        c.env.push_back("TMPDIR=" + inside_.path().string());
        Policy p = policy();
        p.read_only.push_back(toolchain());
        return run(c, p, mode);
    }
};
INSTANTIATE_TEST_SUITE_P(Sandbox, Rustc, ::testing::Values(Tier::checking, Tier::running), tier_name);

TEST_P(Rustc, ChecksLinksAndTheResultRuns) {
    if (toolchain().empty())
        GTEST_SKIP() << "no rustc";
    const std::string source = "fn main() { println!(\"{}\", std::env::args().count()); }";
    const Exit check = compile(source, {"--emit=metadata,dep-info", "-C", "incremental=inc"});
    EXPECT_TRUE(check.ok()) << check.err;
    EXPECT_EQ(check.err, "");
    const Exit again = compile(source, {"--emit=metadata,dep-info", "-C", "incremental=inc"});
    EXPECT_TRUE(again.ok()) << again.err;
    const Exit link = compile(source, {"-o", "prog"});
    EXPECT_TRUE(link.ok()) << link.err;
    Command c = attempt({});
    c.argv = {inside("prog"), "x"};
    EXPECT_EQ(run(c, policy()).out, "2\n");
}

TEST_P(Rustc, IncludeCannotReadSecrets) {
    if (toolchain().empty())
        GTEST_SKIP() << "no rustc";
    const std::string source =
        fmt::format("const _: u8 = include_bytes!(\"{}\")[100]; fn main() {{}}", secret_.string());
    const Exit free = compile(source, {"--emit=metadata"}, Mode::off);
    EXPECT_NE(free.err.find("E0080"), std::string::npos) << "the attempt itself is broken: " << free.err;
    const Exit e = compile(source, {"--emit=metadata"});
    EXPECT_NE(e.err.find("couldn't read"), std::string::npos) << e.err;
    EXPECT_EQ(e.err.find("E0080"), std::string::npos) << e.err;
}

class Program : public Rustc {}; // programs run in the running tier only
INSTANTIATE_TEST_SUITE_P(Sandbox, Program, ::testing::Values(Tier::running), tier_name);

TEST_P(Program, CompiledProgramCannotReadSecretsOrConnect) {
    if (toolchain().empty())
        GTEST_SKIP() << "no rustc";
    const auto [tcp, port] = loopback(SOCK_STREAM);
    const std::string source = R"(fn main() {
        let a: Vec<String> = std::env::args().collect();
        println!("{:?}", std::fs::read_to_string(&a[1]).map_err(|e| e.kind()));
        println!("{:?}", std::net::TcpStream::connect(&a[2]).map(|_| ()).map_err(|e| e.kind()));
        let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap(); // its own loopback works
        println!("{:?}", std::net::TcpStream::connect(own.local_addr().unwrap()).map(|_| ()));
        println!("{:?}", std::thread::spawn(|| 7).join());
        println!("{}", std::process::Command::new("/bin/echo").arg("child").output().unwrap().status);
    })";
    ASSERT_TRUE(compile(source, {"-o", "prog"}).ok());
    Command c = attempt({});
    c.argv = {inside("prog"), secret_, "127.0.0.1:" + port};
    EXPECT_EQ(run(c, policy(), Mode::off).out, "Ok(\"top secret\")\nOk(())\nOk(())\nOk(7)\nexit status: 0\n");
    EXPECT_EQ(run(c, policy()).out, "Err(NotFound)\nErr(ConnectionRefused)\nOk(())\nOk(7)\nexit status: 0\n");
}

} // namespace
} // namespace rustcoder::process::testing
