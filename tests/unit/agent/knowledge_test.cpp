// The handle of the knowledge base: lazy, honest about what is missing.
#include "agent/knowledge_background.h"
#include "agent/knowledge_lessons.h"

#include "base/os.h"

#include <fstream>
#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

namespace fs = std::filesystem;

struct KnowledgeHandle : testing::Test {
    Result<base::TempDir> folder = base::TempDir::create("knowledge-handle");
    fs::path file() const { return folder->path() / "sub" / "knowledge.db"; }
    std::shared_ptr<Knowledge> make() {
        KnowledgeOptions o;
        o.file = file();
        return std::make_shared<Knowledge>(o);
    }
};

TEST_F(KnowledgeHandle, nothing_is_made_before_something_is_learned) {
    auto knowledge = make();
    auto memory = memory_of(knowledge);
    ASSERT_TRUE(memory);
    toolchain::Diagnostic d;
    d.code = "E0308";
    EXPECT_TRUE(memory->recall(d, [](std::string_view) { return nullptr; }, 95).empty());
    EXPECT_EQ(memory->leaning("E0308", {}), 0);
    EXPECT_FALSE(memory->leans("E0308"));
    EXPECT_EQ(memory->droppable("rule"), 1);
    EXPECT_EQ(memory->patience(7), 7);
    EXPECT_FALSE(knowledge->exists());
    EXPECT_FALSE(fs::exists(file()));
    ASSERT_TRUE(knowledge->store());
    EXPECT_TRUE(knowledge->exists());
}

TEST_F(KnowledgeHandle, off_is_off_and_says_why) {
    Knowledge off({.off_because = "switched off by a test"});
    EXPECT_FALSE(off.on());
    auto store = off.store();
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::unavailable);
    EXPECT_EQ(store.error().message, "switched off by a test");
    EXPECT_FALSE(memory_of(std::make_shared<Knowledge>(KnowledgeOptions{})));
    EXPECT_FALSE(memory_of(nullptr));
}

TEST_F(KnowledgeHandle, a_store_that_cannot_be_opened_does_not_stop_a_repair) {
    fs::create_directories(file()); // a folder where the file should be
    auto memory = memory_of(make());
    toolchain::Diagnostic d;
    EXPECT_TRUE(memory->recall(d, [](std::string_view) { return nullptr; }, 95).empty());
    EXPECT_FALSE(memory->learn({}));
}

TEST_F(KnowledgeHandle, a_lesson_by_hand_and_the_same_imported_are_one_entry) {
    auto knowledge = make();
    LessonText lesson;
    lesson.error = "error[E0433]: failed to resolve";
    lesson.solution = "Import it.";
    lesson.example = "use std::fmt;";
    auto id = add_lesson(*knowledge, lesson);
    ASSERT_TRUE(id) << id.error().text();
    const auto json = folder->path() / "one.json";
    std::ofstream(json)
        << R"({"error":"error[E0433]: failed to resolve","solution":"Import it.","example":"use std::fmt;"})";
    auto report = knowledge::import_path(**knowledge->store(), json);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->added, 0u);
    EXPECT_EQ(report->known, 1u);
    EXPECT_FALSE(add_lesson(*knowledge, {.error = "no solution"}));
    EXPECT_FALSE(add_project(*knowledge, {.query = "no files"}));
}

TEST_F(KnowledgeHandle, without_a_model_search_goes_by_text_and_says_so) {
    auto knowledge = make();
    ASSERT_TRUE(add_lesson(*knowledge, {.error = "lifetime may not live long enough", .solution = "Name it."}));
    auto answer = knowledge->search({.text = "lifetime"});
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->hits.size(), 1u);
    EXPECT_FALSE(answer->note.empty());
    EXPECT_EQ(knowledge->embedder_name(), "");
    EXPECT_FALSE(knowledge->embedder_error().empty());
    EXPECT_EQ(knowledge->embed_missing().value_or(99), 0u);
}

TEST_F(KnowledgeHandle, explanations_come_from_what_is_filed_under_the_code) {
    auto knowledge = make();
    ASSERT_TRUE(add_lesson(*knowledge, {.error = "error[E0382]: use of moved value", .solution = "Borrow."}));
    ASSERT_TRUE(add_lesson(*knowledge, {.error = "error[E0308]: mismatched types", .solution = "Convert."}));
    auto e = explain(*knowledge, nullptr, "E0382");
    ASSERT_TRUE(e) << e.error().text();
    EXPECT_EQ(e->code, "E0382");
    ASSERT_FALSE(e->lessons.empty());
    EXPECT_EQ(e->lessons[0].entry.codes, std::vector<std::string>{"E0382"});
    EXPECT_FALSE(explain(*knowledge, nullptr, "  "));
    e = explain(*knowledge, nullptr, "mismatched types");
    ASSERT_TRUE(e);
    EXPECT_EQ(e->code, "");
    ASSERT_FALSE(e->lessons.empty());
    EXPECT_EQ(e->lessons[0].entry.codes, std::vector<std::string>{"E0308"});
}

TEST(Gist, keeps_what_is_wrong_and_drops_where) {
    EXPECT_EQ(gist_of("error[E0382]: borrow of moved value: `v`\n"
                      "  --> src/main.rs:4:20\n"
                      "   |\n"
                      "2  |     let v = vec![secret_name];\n"
                      "   |         - move occurs because `v` has type `Vec<i32>`\n"
                      "4  |     println!(\"{:?}\", v);\n"
                      "   |                      ^ value borrowed here after move\n"
                      "   |\n"
                      "   = note: this error originates in a macro\n"),
              "error[E0382]: borrow of moved value: `v`\n"
              "move occurs because `v` has type `Vec<i32>`\n"
              "value borrowed here after move\n"
              "note: this error originates in a macro");
    EXPECT_EQ(gist_of("E0382"), "E0382");
    EXPECT_EQ(gist_of(""), "");
}

TEST_F(KnowledgeHandle, the_background_thread_ends_at_once_and_seeds_only_when_asked) {
    auto knowledge = make();
    KnowledgeBackground quiet(knowledge,
                              []() -> Result<Environment> { return fail(Errc::unavailable, "no toolchain here"); },
                              {.seed = false, .settle = std::chrono::milliseconds(1)});
    EXPECT_EQ(quiet.state().phase, KnowledgeBackground::State::Phase::waiting);
    quiet.start();
    quiet.added();
    const auto before = std::chrono::steady_clock::now();
    quiet.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(2));
    EXPECT_EQ(quiet.state().phase, KnowledgeBackground::State::Phase::stopped);
    quiet.start();
    quiet.stop(); // both without effect
    KnowledgeBackground seeding(
        knowledge, []() -> Result<Environment> { return fail(Errc::unavailable, "no toolchain here"); }, {});
    seeding.start();
    for (int i = 0; i < 1'000 && seeding.state().detail.empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_NE(seeding.state().text().find("no toolchain here"), std::string::npos) << seeding.state().text();
}

} // namespace
} // namespace rustcoder::agent
