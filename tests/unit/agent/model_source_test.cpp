#include "agent/model_source.h"

#include "support/scripted_chat.h"
#include "unit/repair/fake_workspace.h"

#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

using namespace std::chrono_literals;

const std::string broken = "fn main() {\n    let a: i32 = \"five\";\n}\n";
const std::string repaired = "fn main() {\n    let a: i32 = 5;\n}\n";

std::string block(std::string_view from, std::string_view to) {
    return "src/main.rs\n<<<<<<< SEARCH\n" + std::string(from) + "\n=======\n" + std::string(to) +
           "\n>>>>>>> REPLACE\n";
}
const std::string right = block("    let a: i32 = \"five\";", "    let a: i32 = 5;");
const std::string wrong = block("    let a: i32 = \"five\";", "    let a: i32 = 'f';");
const std::string misfit = block("    let b = 1;", "    let b = 2;");

using test::Scripted;

struct ModelSourceTest : testing::Test {
    std::shared_ptr<Scripted> scripted = std::make_shared<Scripted>();
    ModelSourceOptions source_options{.samples = 1, .head_start = 0ms};
    repair::Options options{.deadline = 5s, .compiler_only = true}; // no rule helps
    project::Project project;

    ModelSourceTest() {
        EXPECT_TRUE(project.set("Cargo.toml", "[package]\nname = \"p\"\n"));
        EXPECT_TRUE(project.set("src/main.rs", broken));
        scripted->script = {{right}};
    }
    std::shared_ptr<ModelSource> source() { return std::make_shared<ModelSource>(scripted, source_options); }
    std::vector<std::pair<std::string, toolchain::Applicability>> compiler_says; // its own suggestions

    repair::Outcome run(const std::shared_ptr<ModelSource>& source) {
        test::FakeWorkspace workspace([this](const project::Project& p) -> std::vector<toolchain::Diagnostic> {
            const auto& text = *p.find("src/main.rs");
            const auto at = text.find("= ") + 2;
            if (text.substr(at, 2) == "5;")
                return {};
            return {test::diagnostic("E0308", "src/main.rs", at, text.find(';', at), compiler_says)};
        });
        auto with_model = options;
        with_model.sources.push_back(source);
        auto outcome = repair::repair(workspace, project, with_model);
        EXPECT_TRUE(outcome) << outcome.error().text();
        return outcome ? *outcome : repair::Outcome{};
    }
};

TEST_F(ModelSourceTest, repairs_what_nothing_else_does_in_one_question) {
    const auto s = source();
    const auto outcome = run(s);
    EXPECT_EQ(outcome.verdict, repair::Verdict::fixed) << outcome.explanation;
    EXPECT_EQ(*outcome.best.find("src/main.rs"), repaired);
    ASSERT_EQ(outcome.applied.size(), 1u);
    EXPECT_EQ(outcome.applied[0].candidate.rule, "model");
    EXPECT_EQ(outcome.applied[0].candidate.origin, "model:scripted#1");
    ASSERT_EQ(scripted->prompts.size(), 1u);
    EXPECT_NE(scripted->prompts[0].find("   2 |     let a: i32 = \"five\";"), std::string::npos);
    EXPECT_EQ(s->report().usage.prompt, 100);
    EXPECT_EQ(s->report().requests, 1);
}

TEST_F(ModelSourceTest, a_wrong_answer_changes_nothing) {
    for (const auto& answer : {wrong, misfit, std::string("I am sorry."), std::string()}) {
        scripted->script = {{answer}};
        scripted->prompts.clear();
        const auto s = source();
        const auto outcome = run(s);
        EXPECT_EQ(s->report().useful, answer == wrong);
        EXPECT_EQ(outcome.verdict, repair::Verdict::unchanged) << answer;
        EXPECT_EQ(outcome.best, project) << answer;
    }
}

TEST_F(ModelSourceTest, the_best_of_several_samples_is_found_by_the_compiler) {
    scripted->script = {{wrong, misfit, right}};
    const auto outcome = run(source());
    EXPECT_EQ(outcome.verdict, repair::Verdict::fixed);
    EXPECT_EQ(outcome.applied[0].candidate.origin, "model:scripted#3");
}

TEST_F(ModelSourceTest, a_block_that_does_not_fit_is_asked_for_again_with_the_reason) {
    scripted->script = {{misfit}, {right}};
    EXPECT_EQ(run(source()).verdict, repair::Verdict::fixed);
    ASSERT_EQ(scripted->prompts.size(), 2u);
    EXPECT_NE(scripted->prompts[1].find("src/main.rs: the text to replace is not in the file"), std::string::npos);
    scripted->script = {{misfit}};
    scripted->prompts.clear();
    run(source());
    EXPECT_EQ(scripted->prompts.size(), 2u); // and then no more
}

TEST_F(ModelSourceTest, what_the_compiler_turned_down_is_asked_for_again_with_its_words) {
    scripted->script = {{wrong}, {right}};
    const auto s = source();
    EXPECT_EQ(run(s).verdict, repair::Verdict::fixed);
    ASSERT_EQ(scripted->prompts.size(), 2u);
    EXPECT_NE(scripted->prompts[1].find("and this came of it"), std::string::npos) << scripted->prompts[1];
    EXPECT_EQ(s->report().requests, 2);
    scripted->script = {{wrong}};
    scripted->prompts.clear();
    EXPECT_EQ(run(source()).verdict, repair::Verdict::unchanged);
    EXPECT_EQ(scripted->prompts.size(), 2u); // and then no more
}

TEST_F(ModelSourceTest, the_engines_own_repair_goes_before_the_models) {
    scripted->script = {{block("    let a: i32 = \"five\";", "    let a: i32 = 5;// the model's")}};
    compiler_says = {{"5", toolchain::Applicability::maybe_incorrect}};
    const auto s = source();
    const auto outcome = run(s);
    EXPECT_EQ(outcome.verdict, repair::Verdict::fixed);
    EXPECT_EQ(outcome.applied[0].candidate.rule, "compiler");
    EXPECT_EQ(*outcome.best.find("src/main.rs"), repaired);
    EXPECT_FALSE(s->report().heard);
}

TEST_F(ModelSourceTest, a_change_that_deletes_code_is_not_even_tried) {
    ASSERT_TRUE(project.set("src/main.rs", "fn main() {\n    let b = 1;\n    let a: i32 = \"five\";\n}\n"));
    scripted->script = {{block("    let b = 1;\n    let a: i32 = \"five\";", "    let a: i32 = 5;")}};
    const auto s = source();
    EXPECT_EQ(run(s).verdict, repair::Verdict::unchanged);
    ASSERT_FALSE(s->report().refused.empty());
    EXPECT_EQ(s->report().refused[0], "it deletes code instead of repairing it");
}

TEST_F(ModelSourceTest, no_tokens_are_spent_when_the_engine_is_faster) {
    compiler_says = {{"5", toolchain::Applicability::machine_applicable}};
    source_options.head_start = 10s;
    const auto begin = model::Clock::now();
    auto s = source();
    EXPECT_EQ(run(s).verdict, repair::Verdict::fixed);
    s.reset();
    EXPECT_TRUE(scripted->prompts.empty());
    EXPECT_LT(model::Clock::now() - begin, 4s);
    ASSERT_TRUE(project.set("src/main.rs", repaired));
    s = source();
    EXPECT_EQ(run(s).verdict, repair::Verdict::already_ok);
    EXPECT_FALSE(s->report().asked);
}

TEST_F(ModelSourceTest, a_search_that_found_nothing_does_not_wait_for_the_head_start) {
    source_options.head_start = 1h;
    const auto begin = model::Clock::now();
    EXPECT_EQ(run(source()).verdict, repair::Verdict::fixed);
    EXPECT_LT(model::Clock::now() - begin, 4s);
}

TEST_F(ModelSourceTest, a_dead_model_costs_nothing_but_its_error) {
    scripted->error = Error{Errc::unavailable, "no connection", {}, {}};
    const auto s = source();
    const auto outcome = run(s);
    EXPECT_EQ(outcome.verdict, repair::Verdict::unchanged);
    EXPECT_EQ(outcome.best, project);
    ASSERT_TRUE(s->report().failure);
    EXPECT_EQ(s->report().failure->message, "no connection");
    EXPECT_EQ(scripted->prompts.size(), 1u);
}

TEST_F(ModelSourceTest, a_slow_model_is_left_at_the_deadline_and_stopped) {
    scripted->takes = 1h;
    options.deadline = 200ms;
    auto s = source();
    const auto begin = model::Clock::now();
    EXPECT_EQ(run(s).verdict, repair::Verdict::unchanged);
    s.reset();
    EXPECT_LT(model::Clock::now() - begin, 3s);
    EXPECT_TRUE(scripted->stopped);
}

TEST_F(ModelSourceTest, what_is_known_goes_into_the_question) {
    source_options.task = "counts sheep";
    source_options.notes = [](const project::Project&, std::span<const toolchain::Diagnostic> errors) {
        return ModelNotes{"lesson on " + errors[0].code, "a fix", "fn api()"};
    };
    run(source());
    for (const auto* part : {"counts sheep", "lesson on E0308", "a fix", "fn api()"})
        EXPECT_NE(scripted->prompts.at(0).find(part), std::string::npos) << part;
}

} // namespace
} // namespace rustcoder::agent
