// Scratch directories and what killed processes leave behind.
#include "toolchain/scratch.h"

#include <csignal>
#include <ctime>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace rustcoder::toolchain {
namespace {

namespace fs = std::filesystem;

// The age of a directory is its change time, which nobody can set back; the test waits for nothing and instead asks
// what the sweep does to directories that are young.
TEST(Scratch, HoldsALockAndIsRemoved) {
    auto parent = base::TempDir::create("scratch-test");
    ASSERT_TRUE(parent);
    fs::path path;
    {
        auto scratch = create_scratch(parent->path());
        ASSERT_TRUE(scratch) << scratch.error().text();
        path = scratch->dir.path();
        EXPECT_TRUE(path.filename().string().starts_with("rustcoder-workspace."));
        EXPECT_TRUE(static_cast<bool>(scratch->lock));
        EXPECT_EQ(sweep_scratch(parent->path()), 0);
        EXPECT_TRUE(fs::exists(path));
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST(Scratch, SweepsOnlyWhatIsOldAndNobodyHolds) {
    auto parent = base::TempDir::create("scratch-test");
    ASSERT_TRUE(parent);
    auto held = create_scratch(parent->path());
    ASSERT_TRUE(held);
    const fs::path left = parent->path() / "rustcoder-workspace.left";
    const fs::path other = parent->path() / "something-else.left";
    for (const fs::path& p : {left, other})
        ASSERT_TRUE(base::write_file(p / "main" / "src" / "main.rs", "fn main() {}"));
    EXPECT_EQ(sweep_scratch(parent->path()), 0); // a second old: may be about to be locked
    EXPECT_EQ(sweep_scratch(parent->path(), std::time(nullptr) + 3600), 1);
    EXPECT_FALSE(fs::exists(left));
    EXPECT_TRUE(fs::exists(other));
    EXPECT_TRUE(fs::exists(held->dir.path()));
}

TEST(Scratch, TheKernelGivesAKilledOwnersDirectoryBack) {
    auto parent = base::TempDir::create("scratch-test");
    ASSERT_TRUE(parent);
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        auto scratch = create_scratch(parent->path());
        [[maybe_unused]] auto n = ::write(ready[1], "x", 1);
        ::pause();
        ::_exit(0);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    const std::time_t later = std::time(nullptr) + 3600;
    EXPECT_EQ(sweep_scratch(parent->path(), later), 0) << "its owner lives";
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(sweep_scratch(parent->path(), later), 1);
    EXPECT_TRUE(fs::is_empty(parent->path()));
    ::close(ready[0]);
    ::close(ready[1]);
}

} // namespace
} // namespace rustcoder::toolchain
