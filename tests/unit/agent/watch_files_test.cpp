// Changes as editors, cargo and git make them.
#include "agent/watch_files.h"

#include <atomic>
#include <fstream>
#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct WatchFiles : testing::Test {
    Result<base::TempDir> folder = base::TempDir::create("watch");
    std::unique_ptr<FileWatch> watch;
    FileWatchOptions options{.quiet = 30ms, .longest = 400ms, .git = 1'000ms, .poll = 50ms};

    void SetUp() override {
        ASSERT_TRUE(folder);
        put("Cargo.toml", "[package]\n");
        put("src/main.rs", "fn main() {}\n");
    }
    fs::path at(const std::string& path) const { return folder->path() / path; }
    void put(const std::string& path, const std::string& text) {
        fs::create_directories(at(path).parent_path());
        std::ofstream(at(path), std::ios::trunc) << text;
    }
    void open(const std::string& what = "") {
        auto made = FileWatch::open(what.empty() ? folder->path() : at(what), options);
        ASSERT_TRUE(made) << made.error().text();
        watch = std::move(*made);
    }
    /// Whether wait() returns by itself within the time.
    bool changes(std::chrono::milliseconds within = 5'000ms) {
        std::stop_source stop;
        std::atomic<bool> done{false};
        std::jthread alarm([&] {
            const auto until = Clock::now() + within;
            while (!done && Clock::now() < until)
                std::this_thread::sleep_for(2ms);
            stop.request_stop();
        });
        const bool changed = watch->wait(stop.get_token());
        done = true;
        return changed;
    }
    bool quiet() { return !changes(200ms); }
};

TEST_F(WatchFiles, a_write_and_a_save_by_renaming_are_one_change_each) {
    open();
    EXPECT_TRUE(quiet());
    put("src/main.rs", "fn main() { }\n");
    EXPECT_TRUE(changes());
    EXPECT_TRUE(quiet());
    put("src/.main.rs.new", "fn main() {  }\n");
    fs::rename(at("src/.main.rs.new"), at("src/main.rs"));
    EXPECT_TRUE(changes());
    EXPECT_TRUE(quiet());
    fs::remove(at("src/main.rs"));
    EXPECT_TRUE(changes());
}

TEST_F(WatchFiles, new_folders_are_watched_with_what_is_in_them) {
    open();
    put("src/deep/er/new.rs", "");
    EXPECT_TRUE(changes());
    put("src/deep/er/new.rs", "// more\n");
    EXPECT_TRUE(changes());
    fs::rename(at("src/deep"), at("src/moved"));
    EXPECT_TRUE(changes());
    put("src/moved/er/new.rs", "// and more\n");
    EXPECT_TRUE(changes());
}

TEST_F(WatchFiles, build_output_version_control_and_swap_files_do_not_count) {
    put("target/CACHEDIR.TAG", "");
    put(".git/HEAD", "ref");
    open();
    put("target/debug/a.rs", "");
    put(".git/HEAD", "other");
    for (const char* name : {"src/.main.rs.swp", "src/main.rs~", "src/4913", "src/.#main.rs", "src/#main.rs#"})
        put(name, "x");
    EXPECT_TRUE(quiet());
    put("src/target/mod.rs", ""); // a module of that name is source
    EXPECT_TRUE(changes());
}

TEST_F(WatchFiles, a_burst_is_one_change_that_ends_in_time) {
    options.quiet = 300ms; // the writer may be kept waiting by a busy machine
    options.longest = 800ms;
    open();
    std::atomic<bool> going{true};
    std::jthread writer([&] {
        for (int i = 0; going; ++i) {
            put("src/f" + std::to_string(i % 20) + ".rs", std::to_string(i));
            std::this_thread::sleep_for(5ms);
        }
    });
    const auto before = Clock::now();
    EXPECT_TRUE(changes());
    EXPECT_GE(Clock::now() - before, 500ms) << "it waits for quiet";
    EXPECT_LT(Clock::now() - before, 3s) << "but not for ever";
    going = false;
    writer.join();
    put("src/last.rs", "// the writer may have ended in time\n");
    EXPECT_TRUE(changes());
}

TEST_F(WatchFiles, a_checkout_is_seen_when_git_is_done) {
    put(".git/index.lock", "");
    open();
    put("src/main.rs", "half");
    EXPECT_FALSE(changes(250ms));
    fs::remove(at(".git/index.lock"));
    put("src/main.rs", "whole");
    EXPECT_TRUE(changes());
}

TEST_F(WatchFiles, what_is_being_computed_is_outdated_by_a_change) {
    open();
    const auto outdated = watch->outdated();
    EXPECT_FALSE(outdated.stop_requested());
    put("src/main.rs", "new");
    for (int i = 0; i < 500 && !outdated.stop_requested(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(outdated.stop_requested());
    EXPECT_TRUE(changes());
    EXPECT_FALSE(watch->outdated().stop_requested());
}

TEST_F(WatchFiles, one_file_is_watched_without_its_neighbours) {
    open("src/main.rs");
    put("src/other.rs", "");
    EXPECT_TRUE(quiet());
    put("src/main.rs", "fn main() { }");
    EXPECT_TRUE(changes());
}

TEST_F(WatchFiles, too_many_folders_are_polled) {
    put("src/a/b/c.rs", "");
    options.folders = 2;
    open();
    EXPECT_FALSE(watch->partly().empty());
    EXPECT_TRUE(changes(2'000ms)) << "wait() returns so that contents are compared";
}

TEST_F(WatchFiles, a_path_that_is_not_there_is_an_error) {
    auto made = FileWatch::open(at("nothing"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::not_found);
}

} // namespace
} // namespace rustcoder::agent
