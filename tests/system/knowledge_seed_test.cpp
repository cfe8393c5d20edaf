// The shipped lessons against the real compiler, and seeding from a real toolchain.
#include "base/os.h"
#include "base/text.h"
#include "knowledge/format_markdown.h"
#include "knowledge/import.h"
#include "knowledge/seed_sources.h"
#include "toolchain/workspace.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <mutex>
#include <set>
#include <thread>

namespace rustcoder::knowledge {
namespace {

namespace fs = std::filesystem;

const toolchain::Toolchain& real_toolchain() {
    static const toolchain::Toolchain t = [] {
        auto found = toolchain::discover();
        EXPECT_TRUE(found) << found.error().text();
        return found ? *found : toolchain::Toolchain{};
    }();
    return t;
}

struct Lesson {
    std::string name;
    FrontMatter front;
    std::vector<MarkdownCode> code;

    project::Project files(std::string_view role) const {
        project::Project p;
        for (const auto& c : code)
            if (c.role == role) {
                EXPECT_TRUE(p.set(c.file.empty() ? "src/main.rs" : c.file, c.code)) << name;
            }
        return p;
    }
};

std::vector<Lesson> lessons() {
    std::vector<Lesson> out;
    for (const auto& entry : fs::directory_iterator(fs::path(RC_SOURCE_DIR) / "knowledge/lessons")) {
        const auto text = base::read_file(entry.path());
        EXPECT_TRUE(text);
        std::string_view body = *text;
        Lesson l{entry.path().filename().string(), front_matter(body), {}};
        l.code = code_blocks(body);
        out.push_back(std::move(l));
    }
    std::ranges::sort(out, {}, &Lesson::name);
    return out;
}

struct Verdict {
    bool ok = false;
    std::string said;
};

/// One crate of one or more files, types and borrows only: about 40 ms.
Verdict by_rustc(const project::Project& files, const std::string& edition) {
    auto folder = base::TempDir::create("lesson");
    EXPECT_TRUE(folder);
    EXPECT_TRUE(project::materialise(files, folder->path()));
    process::Command command;
    command.argv = {real_toolchain().rustc.string(),
                    "--edition",
                    edition.empty() ? "2021" : edition,
                    "--emit=metadata",
                    "--crate-type=bin",
                    "-o",
                    (folder->path() / "out.rmeta").string(),
                    (folder->path() / "src/main.rs").string()};
    command.env = {"PATH=/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C"};
    command.cwd = folder->path();
    process::Policy policy;
    policy.tier = process::Tier::checking;
    policy.read_only = {real_toolchain().sysroot};
    policy.read_write = {folder->path()};
    const auto exit = process::Sandbox::from_environment().run(command, policy);
    EXPECT_TRUE(exit) << exit.error().text();
    return exit ? Verdict{exit->ok(), exit->err} : Verdict{};
}

Verdict by_cargo(const project::Project& files) {
    auto workspace = toolchain::Workspace::open(real_toolchain(), process::Sandbox::from_environment());
    EXPECT_TRUE(workspace) << workspace.error().text();
    const auto report = (*workspace)->check(files);
    EXPECT_TRUE(report) << report.error().text();
    return report ? Verdict{report->ok, report->stderr_text + report->cargo_error} : Verdict{};
}

Verdict judge(const Lesson& lesson, std::string_view role) {
    const auto files = lesson.files(role);
    return files.contains("Cargo.toml") ? by_cargo(files) : by_rustc(files, lesson.front.edition);
}

/// What is wrong with a lesson, "" when nothing is.
std::string fault(const Lesson& lesson) {
    if (lesson.front.title.empty() || lesson.front.licence.empty())
        return "no title or licence";
    const Verdict broken = judge(lesson, "broken");
    if (broken.ok)
        return "the broken code compiles";
    const auto& codes = lesson.front.codes;
    const bool named = std::ranges::any_of(codes, [&](const std::string& c) {
        return base::has(broken.said, fmt::format("error[{}]", c)) ||
               base::has(broken.said, fmt::format("[deny({})]", c));
    });
    if (codes.empty() ? lesson.front.says.empty() || !base::has(broken.said, lesson.front.says) : !named)
        return fmt::format("the compiler does not say {}{}: {}", fmt::join(codes, " or "), lesson.front.says,
                           broken.said);
    const Verdict fixed = judge(lesson, "fixed");
    return fixed.ok ? std::string() : "the fixed code does not compile: " + fixed.said;
}

TEST(KnowledgeLessons, EachFailsAsItSaysAndItsFixCompiles) {
    const auto all = lessons();
    ASSERT_GE(all.size(), 40U);
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::vector<std::string> faults;
    {
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < std::max(2U, std::thread::hardware_concurrency()); ++t)
            threads.emplace_back([&] {
                for (std::size_t i = next++; i < all.size(); i = next++)
                    if (const std::string what = fault(all[i]); !what.empty()) {
                        const std::scoped_lock lock(mutex);
                        faults.push_back(fmt::format("{}: {}", all[i].name, what));
                    }
            });
    }
    EXPECT_TRUE(faults.empty()) << fmt::format("{}", fmt::join(faults, "\n"));
}

TEST(KnowledgeLessons, EveryTemplateCompilesAndPassesItsTests) {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(RC_SOURCE_DIR) / "knowledge/projects")) {
        const auto loaded = project::load_folder(entry.path());
        ASSERT_TRUE(loaded) << loaded.error().text();
        auto workspace = toolchain::Workspace::open(real_toolchain(), process::Sandbox::from_environment());
        ASSERT_TRUE(workspace) << workspace.error().text();
        const auto report = (*workspace)->test(loaded->project);
        ASSERT_TRUE(report) << report.error().text();
        EXPECT_TRUE(report->built) << entry.path() << report->build.stderr_text;
        EXPECT_EQ(report->build.warnings(), 0U) << entry.path() << report->build.stderr_text;
        EXPECT_GT(report->passed(), 0U) << entry.path();
        EXPECT_EQ(report->failed(), 0U) << entry.path() << report->exit.out;
        ++count;
    }
    EXPECT_GE(count, 5U);
}

class KnowledgeSeed : public testing::Test {
protected:
    void SetUp() override {
        auto made = base::TempDir::create("seed");
        ASSERT_TRUE(made);
        folder_ = *std::move(made);
        auto store = open_store(folder_.path() / "kb.db");
        ASSERT_TRUE(store) << store.error().text();
        store_ = *std::move(store);
    }
    base::TempDir folder_;
    std::unique_ptr<Store> store_;
};

TEST_F(KnowledgeSeed, EveryCodeIsExplainedByRustcInTheSandbox) {
    Sink sink(*store_, {}, {}, {});
    const auto done = seed_explanations(sink, real_toolchain(), process::Sandbox::from_environment(), {}, {});
    ASSERT_TRUE(done) << done.error().text();
    ASSERT_TRUE(sink.flush());
    std::size_t entries = 0, broken = 0, fixed = 0;
    std::set<std::string> codes;
    ASSERT_TRUE(store_->each({.kinds = {Kind::lesson}}, [&](const Entry& e) {
        ++entries;
        codes.insert(e.codes.begin(), e.codes.end());
        broken += base::has(e.payload, "\"broken\"") ? 1 : 0;
        fixed += base::has(e.payload, "\"fixed\"") ? 1 : 0;
        return true;
    }));
    EXPECT_GT(entries, 450U);
    EXPECT_EQ(codes.size(), entries);
    EXPECT_TRUE(codes.contains("E0382") && codes.contains("E0499") && codes.contains("E0728"));
    EXPECT_GT(broken, entries * 9 / 10);
    EXPECT_GT(fixed, entries * 6 / 10);
}

TEST_F(KnowledgeSeed, WhatIsInstalledIsSeededOnceAndFound) {
    SeedOptions options{.shipped = fs::path(RC_SOURCE_DIR) / "knowledge"};
    options.std_api = false; // the rest is enough to see that the parts work together
    const auto report = seed(*store_, real_toolchain(), process::Sandbox::from_environment(), options);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_GT(report->added, 500U);
    EXPECT_TRUE(report->skipped.empty()) << fmt::format("{}", fmt::join(report->skipped, "\n"));
    EXPECT_EQ(seeded(*store_, real_toolchain(), options), true);
    const auto hits = store_->full_text("E0382 value used after move", {}, 5);
    ASSERT_TRUE(hits);
    EXPECT_FALSE(hits->empty());
    const auto again = seed(*store_, real_toolchain(), process::Sandbox::from_environment(), options);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->read, 0U);
}

TEST_F(KnowledgeSeed, DebiansCratesBecomeProjects) {
    const fs::path registry = "/usr/share/cargo/registry";
    if (!fs::exists(registry))
        GTEST_SKIP() << "no crates of Debian are installed here";
    const auto report = import_path(*store_, registry);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_GT(report->added, 0U);
    ASSERT_TRUE(store_->each({}, [](const Entry& e) {
        EXPECT_EQ(e.kind, Kind::project);
        EXPECT_FALSE(e.provenance.licence.empty()) << e.title;
        EXPECT_TRUE(base::has(e.text, "Crate ")) << e.title;
        return true;
    }));
}

} // namespace
} // namespace rustcoder::knowledge
