// Folders of real files: what is read, what is written, and what is refused.
#include "base/os.h"
#include "project/project.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace rustcoder::project {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;

class Folder : public ::testing::Test {
protected:
    Folder() : dir_(*base::TempDir::create("folder-test")), root_(dir_.path() / "p") {
        fs::create_directories(root_);
        fs::create_directories(dir_.path() / "outside");
    }
    void put(const std::string& path, std::string_view bytes, bool executable = false) {
        ASSERT_TRUE(base::write_file(root_ / path, bytes, executable));
    }
    std::string get(const std::string& path) {
        const auto bytes = base::read_file(root_ / path);
        return bytes ? *bytes : std::string("!") + name(bytes.error().code);
    }
    Loaded load() {
        auto loaded = load_folder(root_);
        EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().text());
        return loaded ? *loaded : Loaded{};
    }
    base::TempDir dir_;
    fs::path root_;
};

TEST_F(Folder, LoadsSourcesAndSkipsOutput) {
    put("Cargo.toml", "[package]");
    put("src/main.rs", "fn main() {}");
    put("src/target/mod.rs", "// a module named target");
    put("run.sh", "x", true);
    put("target/debug/x", "junk");
    put("member/Cargo.toml", "[package]");
    put("member/target/debug/x", "junk");
    put(".git/config", "x");
    put(".vscode/settings.json", "{}");
    put(".cargo/config.toml", "[build]");
    const auto loaded = load();
    std::vector<std::string> paths;
    for (const auto& [path, file] : loaded.project.files())
        paths.push_back(path);
    EXPECT_THAT(paths, ::testing::ElementsAre(".cargo/config.toml", "Cargo.toml", "member/Cargo.toml", "run.sh",
                                              "src/main.rs", "src/target/mod.rs"));
    EXPECT_TRUE(loaded.project.files().at("run.sh").executable);
    EXPECT_FALSE(loaded.project.files().at("Cargo.toml").executable);
    EXPECT_TRUE(loaded.skipped.empty());
}

TEST_F(Folder, LinksAndOddFiles) {
    put("src/real.rs", "real");
    ASSERT_TRUE(base::write_file(dir_.path() / "outside/secret", "secret"));
    fs::create_symlink("real.rs", root_ / "src/inside.rs");
    fs::create_symlink("../outside/secret", root_ / "leak.txt");
    fs::create_symlink("/etc/passwd", root_ / "abs.txt");
    fs::create_symlink("nowhere", root_ / "dangling");
    fs::create_symlink("loop", root_ / "loop");
    fs::create_directory_symlink("../outside", root_ / "folder");
    ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
    const auto loaded = load();
    EXPECT_EQ(loaded.project.files().size(), 2u);
    EXPECT_EQ(*loaded.project.find("src/inside.rs"), "real");
    for (const char* name : {"leak.txt", "abs.txt", "dangling", "loop", "folder", "pipe"})
        EXPECT_THAT(loaded.skipped, Contains(HasSubstr(name)));
}

TEST_F(Folder, LimitsSkipDataButNotSources) {
    put("src/main.rs", "fn main() {}");
    for (int i = 0; i < 20; ++i)
        put("aaa/data" + std::to_string(i), "x");
    put("big.bin", std::string(100, 'x'));
    Limits limits;
    limits.files = 5;
    limits.file_bytes = 50;
    const auto loaded = load_folder(root_, limits);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->project.contains("src/main.rs"));
    EXPECT_EQ(loaded->project.files().size(), 5u);
    EXPECT_THAT(loaded->skipped, Contains(HasSubstr("big.bin: longer than 50 bytes")));
    put("src/huge.rs", std::string(100, 'x'));
    const auto refused = load_folder(root_, limits);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::limit);
    EXPECT_EQ(refused.error().place, "src/huge.rs");
}

TEST_F(Folder, MissingFolderAndFile) {
    EXPECT_EQ(load_folder(root_ / "none").error().code, Errc::not_found);
    put("x.rs", "");
    EXPECT_EQ(load_folder(root_ / "x.rs").error().code, Errc::invalid_input);
}

TEST_F(Folder, WritesOnlyWhatChanged) {
    put("a.rs", "one");
    put("b.rs", "two");
    put("old/c.rs", "three");
    fs::permissions(root_ / "a.rs", fs::perms::owner_read | fs::perms::owner_write);
    const auto before = load().project;
    const auto untouched = fs::last_write_time(root_ / "b.rs");
    auto after = before;
    ASSERT_TRUE(after.set("a.rs", "ONE"));
    ASSERT_TRUE(after.set("new/d/e.rs", "four"));
    ASSERT_TRUE(after.set("run.sh", "five", true));
    after.erase("old/c.rs");
    const auto status = write_changes(root_, before, after);
    ASSERT_TRUE(status) << status.error().text();
    EXPECT_EQ(load().project, after);
    EXPECT_EQ(fs::last_write_time(root_ / "b.rs"), untouched);
    EXPECT_FALSE(fs::exists(root_ / "old")) << "a folder that became empty goes";
    EXPECT_EQ(fs::status(root_ / "a.rs").permissions(), fs::perms::owner_read | fs::perms::owner_write);
    for (const auto& entry : fs::recursive_directory_iterator(root_))
        EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr(".tmp")));
    EXPECT_TRUE(write_changes(root_, after, after));
}

TEST_F(Folder, NewerWorkIsNeverOverwritten) {
    put("a.rs", "one");
    put("b.rs", "two");
    const auto before = load().project;
    auto after = before;
    ASSERT_TRUE(after.set("a.rs", "ONE"));
    ASSERT_TRUE(after.set("b.rs", "TWO"));
    put("b.rs", "edited meanwhile");
    const auto status = write_changes(root_, before, after);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::busy);
    EXPECT_THAT(status.error().place, HasSubstr("b.rs"));
    EXPECT_EQ(get("a.rs"), "one") << "nothing at all is written";
    EXPECT_EQ(get("b.rs"), "edited meanwhile");

    fs::remove(root_ / "b.rs");
    EXPECT_EQ(write_changes(root_, before, after).error().code, Errc::busy);
    put("b.rs", "two");
    put("c.rs", "someone else's");
    ASSERT_TRUE(after.set("c.rs", "ours"));
    EXPECT_EQ(write_changes(root_, before, after).error().code, Errc::busy);
    EXPECT_EQ(get("a.rs"), "one");
}

TEST_F(Folder, AFullDiskChangesNothing) {
    put("a.rs", "one");
    put("b.rs", "two");
    put("c.rs", "three");
    const auto before = load().project;
    auto after = before;
    ASSERT_TRUE(after.set("a.rs", "ONE"));
    ASSERT_TRUE(after.set("b.rs", std::string(5000, 'x')));
    ASSERT_TRUE(after.set("d.rs", "new"));
    after.erase("c.rs");
    rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
    rlimit small{1000, old.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto status = write_changes(root_, before, after);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error().place, HasSubstr("b.rs"));
    EXPECT_EQ(load().project, before) << "nothing is half written, no temporary file stays";
}

TEST_F(Folder, FilesAndFoldersMayChangePlaces) {
    put("a", "one");
    put("d/e", "two");
    const auto before = load().project;
    Project after;
    ASSERT_TRUE(after.set("a/b", "three"));
    ASSERT_TRUE(after.set("d", "four"));
    const auto status = write_changes(root_, before, after);
    ASSERT_TRUE(status) << status.error().text();
    EXPECT_EQ(load().project, after);
}

TEST_F(Folder, LinksThatLeaveAreRefused) {
    ASSERT_TRUE(base::write_file(dir_.path() / "outside/x.rs", "theirs"));
    fs::create_directory_symlink(dir_.path() / "outside", root_ / "src");
    fs::create_symlink(dir_.path() / "outside/x.rs", root_ / "y.rs");
    Project before, after;
    ASSERT_TRUE(after.set("src/new.rs", "x"));
    EXPECT_EQ(write_changes(root_, before, after).error().code, Errc::denied);
    Project theirs, ours;
    ASSERT_TRUE(theirs.set("y.rs", "theirs"));
    ASSERT_TRUE(ours.set("y.rs", "ours"));
    EXPECT_EQ(write_changes(root_, theirs, ours).error().code, Errc::denied);
    EXPECT_FALSE(fs::exists(dir_.path() / "outside/new.rs"));
    EXPECT_EQ(*base::read_file(dir_.path() / "outside/x.rs"), "theirs");
}

TEST_F(Folder, LinksInsideAreWrittenThrough) {
    put("real.rs", "one");
    fs::create_symlink("real.rs", root_ / "link.rs");
    const auto before = load().project;
    auto after = before;
    ASSERT_TRUE(after.set("link.rs", "two"));
    const auto status = write_changes(root_, before, after);
    ASSERT_TRUE(status) << status.error().text();
    EXPECT_TRUE(fs::is_symlink(root_ / "link.rs"));
    EXPECT_EQ(get("real.rs"), "two");
    auto torn = after;
    ASSERT_TRUE(torn.set("real.rs", "two")); // as it is on disk now
    auto both = torn;
    ASSERT_TRUE(both.set("real.rs", "three"));
    ASSERT_TRUE(both.set("link.rs", "four"));
    EXPECT_EQ(write_changes(root_, torn, both).error().code, Errc::invalid_input) << "one file, two contents";
}

TEST_F(Folder, MaterialiseFollowsNoLinks) {
    ASSERT_TRUE(base::write_file(dir_.path() / "outside/x", "theirs"));
    fs::create_symlink(dir_.path() / "outside/x", root_ / "a");
    fs::create_directory_symlink(dir_.path() / "outside", root_ / "d");
    Project p;
    ASSERT_TRUE(p.set("a", "ours", true));
    ASSERT_TRUE(p.set("b/c", "deep"));
    const auto status = materialise(p, root_);
    ASSERT_TRUE(status) << status.error().text();
    EXPECT_FALSE(fs::is_symlink(root_ / "a"));
    EXPECT_EQ(get("a"), "ours");
    EXPECT_EQ(get("b/c"), "deep");
    EXPECT_EQ(*base::read_file(dir_.path() / "outside/x"), "theirs");
    ASSERT_TRUE(p.set("d/x", "leak"));
    EXPECT_EQ(materialise(p, root_).error().code, Errc::denied);
    EXPECT_EQ(*base::read_file(dir_.path() / "outside/x"), "theirs");
    EXPECT_FALSE(materialise(p, root_ / "none"));
}

} // namespace
} // namespace rustcoder::project
