// Programs that fork ready loaded: the same child as from spawn(), and a quiet way back when anything is off.
// What such a child cannot do is tested by sandbox_test.cpp with RC_TEST_FORK_SERVER=1.
#include "base/counters.h"
#include "process/capabilities.h"
#include "process/fork_server.h"
#include "toolchain/workspace.h"
#include "unit/process/support.h"

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace rustcoder::process::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

double forked() {
    return static_cast<double>(
        base::counter("forked_children_total", "Compilers that started as a fork of a loaded one").value());
}

class ForkServer : public ::testing::Test {
protected:
    void SetUp() override {
        if (!checking_support().works)
            GTEST_SKIP() << "no landlock or seccomp here: plain children are used";
        auto made = base::TempDir::create("fork-server");
        ASSERT_TRUE(made);
        dir_ = std::move(*made);
    }

    /// A small C program in a file of its own.
    std::string program(const char* name, const char* source, const char* flag = "-O1") {
        EXPECT_TRUE(base::write_file(dir_.path() / "source.c", source));
        const std::string out = (dir_.path() / name).string();
        const std::string command =
            "/usr/bin/cc " + std::string(flag) + " -o " + out + " " + (dir_.path() / "source.c").string();
        EXPECT_EQ(std::system(command.c_str()), 0);
        return out;
    }

    Exit run_it(const std::string& path, std::vector<std::string> words = {}, std::stop_token stop = {}) {
        Command c;
        c.argv = {path};
        c.argv.insert(c.argv.end(), words.begin(), words.end());
        c.env = {"PLANET=mars"};
        c.cwd = dir_.path();
        Policy p = policy(Tier::checking, {dir_.path()});
        p.limits.open_files = 77;
        auto exit = Sandbox(Mode::strict).run(c, p, stop);
        EXPECT_TRUE(exit) << exit.error().text();
        return exit ? *exit : Exit{};
    }

    base::TempDir dir_;
};

constexpr const char* tells = R"(
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) {
    struct rlimit r;
    char cwd[4096];
    getrlimit(RLIMIT_NOFILE, &r);
    int open_fds = 0;
    for (int i = 0; i < 200; i++) open_fds += lseek(i, 0, SEEK_CUR) != -1 || (dup2(i, i) == i);
    printf("%d %s %s %s %d limit %d fds %d session %d preload %d\n", argc, argv[argc - 1], environ[0], getcwd(cwd, sizeof cwd),
           environ[1] == 0, (int)r.rlim_cur, open_fds, getsid(0) == getpid(), getenv("LD_PRELOAD") != 0);
    while (argc > 2) pause();
    return 7;
}
)";

TEST_F(ForkServer, ChildIsAsFromSpawn) {
    const std::string path = program("tells", tells);
    const Exit plain = run_it(path, {"word"});
    prepare_fork_server(path);
    ASSERT_TRUE(wait_for_fork_server(path));
    const double before = forked();
    const Exit fork = run_it(path, {"word"});
    EXPECT_EQ(forked(), before + 1);
    EXPECT_EQ(plain.code, 7);
    EXPECT_EQ(fork.code, 7);
    EXPECT_EQ(fork.out, plain.out);
    EXPECT_NE(fork.out.find("limit 77 fds 3 session 1 preload 0"), std::string::npos) << fork.out;
}

TEST_F(ForkServer, CancelKillsTheChild) {
    const std::string path = program("tells", tells);
    prepare_fork_server(path);
    ASSERT_TRUE(wait_for_fork_server(path));
    const double before = forked();
    std::stop_source stop;
    std::jthread later([&] {
        std::this_thread::sleep_for(100ms);
        stop.request_stop();
    });
    const Exit exit = run_it(path, {"wait", "for", "ever"}, stop.get_token());
    EXPECT_EQ(exit.ended, Ended::cancelled);
    EXPECT_LT(exit.wall, 5s);
    EXPECT_EQ(forked(), before + 1);
}

TEST_F(ForkServer, ReplacedProgramIsNotForked) {
    const std::string path = program("tells", tells);
    prepare_fork_server(path);
    ASSERT_TRUE(wait_for_fork_server(path));
    fs::remove(path);
    program("tells", "int main() { return 9; }");
    const double before = forked();
    EXPECT_EQ(run_it(path).code, 9);
    EXPECT_EQ(forked(), before);
}

TEST_F(ForkServer, StaticProgramRunsPlainly) {
    const std::string path = program("static", "int main() { return 5; }", "-static");
    prepare_fork_server(path);
    EXPECT_FALSE(wait_for_fork_server(path));
    EXPECT_EQ(run_it(path).code, 5);
}

TEST_F(ForkServer, KilledServerIsReplaced) {
    const std::string path = program("tells", tells);
    prepare_fork_server(path);
    ASSERT_TRUE(wait_for_fork_server(path));
    int killed = 0;
    for (const auto& task : fs::directory_iterator("/proc/self/task")) {
        std::ifstream list(task.path() / "children");
        for (int pid = 0; list >> pid;) {
            std::error_code ec;
            if (fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", ec) == path)
                killed += kill(pid, SIGKILL) == 0;
        }
    }
    ASSERT_EQ(killed, 1);
    EXPECT_EQ(run_it(path).code, 7); // plain, or it would not end well
    for (int i = 0; i < 100 && !wait_for_fork_server(path); ++i) {
        prepare_fork_server(path);
        std::this_thread::sleep_for(10ms);
    }
    const double before = forked();
    EXPECT_EQ(run_it(path).code, 7);
    EXPECT_EQ(forked(), before + 1);
}

TEST_F(ForkServer, ManyAtOnce) {
    const std::string path = program("tells", tells);
    prepare_fork_server(path);
    ASSERT_TRUE(wait_for_fork_server(path));
    std::atomic<int> good = 0;
    std::vector<std::jthread> all;
    for (int t = 0; t < 6; ++t)
        all.emplace_back([&] {
            for (int i = 0; i < 40; ++i)
                good += run_it(path, {"word"}).code == 7;
        });
    all.clear();
    EXPECT_EQ(good, 240);
}

TEST_F(ForkServer, QuickChecksOfRustUseIt) {
    auto toolchain = toolchain::discover();
    ASSERT_TRUE(toolchain) << toolchain.error().text();
    auto workspace = toolchain::Workspace::open(*toolchain, Sandbox(Mode::strict));
    ASSERT_TRUE(workspace);
    project::Project p;
    ASSERT_TRUE(p.set("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"));
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { let x: u32 = \"1\"; println!(\"{x}\"); }\n"));
    ASSERT_TRUE((*workspace)->check(p));
    if (!wait_for_fork_server(toolchain->rustc.string()))
        GTEST_SKIP() << "this rustc cannot be preloaded; plain children are used";
    const double before = forked();
    auto broken = (*workspace)->quick_check(p);
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { let x: u32 = 1; println!(\"{x}\"); }\n"));
    auto good = (*workspace)->quick_check(p);
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { let x: u32 = \"2\"; println!(\"{x}\"); }\n"));
    auto bad = (*workspace)->quick_check(p);
    ASSERT_TRUE(broken && good && bad);
    EXPECT_FALSE(broken->ok);
    EXPECT_TRUE(good->ok);
    EXPECT_FALSE(bad->ok);
    ASSERT_EQ(bad->diagnostics.size(), 1u);
    EXPECT_EQ(bad->diagnostics[0].code, "E0308");
    EXPECT_GE(forked(), before + 2);
}

} // namespace
} // namespace rustcoder::process::testing
