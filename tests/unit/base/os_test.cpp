#include "base/os.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace rustcoder::base {
namespace {

namespace fs = std::filesystem;

TEST(Fd, ClosesOnceAndMoves) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const int number = ends[0];
    {
        Fd a(ends[0]), b(ends[1]);
        Fd c = std::move(a);
        EXPECT_FALSE(a);
        EXPECT_EQ(c.get(), number);
        b = std::move(c);
        EXPECT_EQ(::fcntl(ends[1], F_GETFD), -1) << "the old one is closed on assignment";
        EXPECT_NE(::fcntl(number, F_GETFD), -1);
    }
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(TempDir, IsPrivateAndGoesAway) {
    fs::path path;
    auto outside = TempDir::create("outside");
    ASSERT_TRUE(outside);
    ASSERT_TRUE(write_file(outside->path() / "keep", "x"));
    {
        auto dir = TempDir::create("temp-test");
        ASSERT_TRUE(dir) << dir.error().text();
        path = dir->path();
        EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
        ASSERT_TRUE(write_file(path / "a/b/c", "x"));
        fs::create_directory_symlink(outside->path(), path / "link");
        fs::permissions(path / "a/b", fs::perms::none);
        fs::permissions(path / "a", fs::perms::owner_read);
    }
    EXPECT_FALSE(fs::exists(path));
    EXPECT_TRUE(fs::exists(outside->path() / "keep")) << "symlinks are not followed";
}

TEST(TempDir, MovesAndReleases) {
    auto a = TempDir::create("move"), b = TempDir::create("move");
    ASSERT_TRUE(a && b);
    const auto first = a->path(), second = b->path();
    EXPECT_NE(first, second);
    *a = std::move(*b);
    EXPECT_FALSE(fs::exists(first));
    EXPECT_EQ(a->path(), second);
    const auto kept = a->release();
    *a = TempDir();
    EXPECT_TRUE(fs::exists(kept));
    fs::remove_all(kept);
    EXPECT_FALSE(TempDir::create("x", "/proc/none"));
}

TEST(Scratch, EnvironmentWins) {
    auto dir = TempDir::create("scratch");
    ASSERT_TRUE(dir);
    const char* old = std::getenv("RUSTCODER_SCRATCH");
    const std::string saved = old ? old : "";
    ::setenv("RUSTCODER_SCRATCH", (dir->path() / "new").c_str(), 1);
    EXPECT_EQ(scratch_root(), dir->path() / "new");
    EXPECT_TRUE(TempDir::create("inside")) << "the folder is created";
    ::unsetenv("RUSTCODER_SCRATCH");
    EXPECT_TRUE(fs::is_directory(scratch_root()));
    if (old)
        ::setenv("RUSTCODER_SCRATCH", saved.c_str(), 1);
}

TEST(Files, RoundTrip) {
    auto dir = TempDir::create("files");
    ASSERT_TRUE(dir);
    const std::string bytes("a\0b\xff", 4);
    ASSERT_TRUE(write_file(dir->path() / "x/y", bytes, true));
    EXPECT_EQ(*read_file(dir->path() / "x/y"), bytes);
    EXPECT_NE(fs::status(dir->path() / "x/y").permissions() & fs::perms::owner_exec, fs::perms::none);
    ASSERT_TRUE(write_file(dir->path() / "x/y", ""));
    EXPECT_EQ(*read_file(dir->path() / "x/y"), "");
    EXPECT_EQ(fs::status(dir->path() / "x/y").permissions() & fs::perms::owner_exec, fs::perms::none);
    EXPECT_FALSE(read_file("/proc/self/status")->empty()) << "a file whose size is said to be 0";
}

TEST(Files, Errors) {
    auto dir = TempDir::create("files");
    ASSERT_TRUE(dir);
    const auto p = dir->path();
    EXPECT_EQ(read_file(p / "none").error().code, Errc::not_found);
    EXPECT_EQ(read_file(p).error().code, Errc::invalid_input);
    ASSERT_EQ(::mkfifo((p / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(read_file(p / "fifo").error().code, Errc::invalid_input) << "must not block";
    ASSERT_TRUE(write_file(p / "f", "12345"));
    EXPECT_TRUE(read_file(p / "f", 5));
    EXPECT_EQ(read_file(p / "f", 4).error().code, Errc::limit);
    EXPECT_FALSE(write_file(p / "f/below", "x"));
    EXPECT_FALSE(write_file(p, "x"));
    EXPECT_FALSE(write_file_atomic(p / "f/below", "x"));
}

TEST(Files, AtomicKeepsModeAndLeavesNothingBehind) {
    auto dir = TempDir::create("files");
    ASSERT_TRUE(dir);
    const auto p = dir->path() / "f";
    ASSERT_TRUE(write_file_atomic(p, "one"));
    fs::permissions(p, fs::perms::owner_read | fs::perms::owner_write);
    ASSERT_TRUE(write_file_atomic(p, "two"));
    EXPECT_EQ(*read_file(p), "two");
    EXPECT_EQ(fs::status(p).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    fs::create_directory(dir->path() / "d");
    EXPECT_FALSE(write_file_atomic(dir->path() / "d", "x")) << "cannot replace a folder";
    EXPECT_EQ(std::distance(fs::directory_iterator(dir->path()), fs::directory_iterator()), 2);
}

TEST(Files, ReadersSeeOldOrNewNeverHalf) {
    auto dir = TempDir::create("files");
    ASSERT_TRUE(dir);
    const auto p = dir->path() / "f";
    const std::string a(200000, 'a'), b(300000, 'b');
    ASSERT_TRUE(write_file_atomic(p, a));
    std::jthread writer([&](std::stop_token stop) {
        for (int i = 0; !stop.stop_requested(); ++i)
            (void)write_file_atomic(p, i % 2 ? a : b);
    });
    for (int i = 0; i < 200; ++i) {
        const auto seen = read_file(p);
        ASSERT_TRUE(seen && (*seen == a || *seen == b));
    }
}

} // namespace
} // namespace rustcoder::base
