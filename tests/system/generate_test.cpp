// agent::generate with a real compiler, small templates of the test's own and a scripted model.
#include "agent/generate.h"
#include "agent/knowledge_lessons.h"
#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "model/chat.h"

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

constexpr const char* greeter_toml = R"(
title = "Greeter"
summary = "Prints a friendly greeting for a person."
area = "cli"
kind = "bin"
keywords = ["greeting", "hello", "welcome"]
asks = ["Say hello to somebody", "A program that greets me by name", "Print a welcome line", "Greeting on the console"]

[[covers]]
says = "Greets the person named by the first argument"
words = ["greet", "name", "person", "hello"]
[[covers]]
says = "Prints one line"
words = ["line", "print"]
[[covers]]
says = "Has a default for nobody"
words = ["default", "nobody", "world"]

[[feature]]
name = "shout"
says = "Prints the greeting in capital letters"
words = ["capital letters", "uppercase", "shout"]
default = false
[[feature]]
name = "bye"
says = "Says goodbye afterwards"
words = ["goodbye", "farewell"]
default = false

[[slot]]
name = "word"
says = "the word of greeting"
kind = "text"
default = "Hello"
cues = ["greeting word", "word"]

[[example]]
args = ["Ann"]
stdout = "Hello, Ann!\n"
[[example]]
args = []
stdout = "Hello, world!\n"
)";

constexpr const char* greeter_main = R"(fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| String::from("world"));
    println!("{}", greeter::greeting(&name));
    println!("Goodbye!"); // @feature bye
}
)";

constexpr const char* greeter_lib = R"(/// The greeting for `name`.
pub fn greeting(name: &str) -> String {
    let text = format!("{}, {name}!", "Hello"); // @slot word
    // @feature shout
    let text = text.to_uppercase();
    // @end
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_the_person() {
        assert!(super::greeting("Ann").to_lowercase().contains("ann"));
    }
}
)";

std::string manifest(const std::string& name) {
    return "[package]\nname = \"" + name + "\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
}

scaffold::Template greeter() {
    project::Project files;
    EXPECT_TRUE(files.set("template.toml", greeter_toml));
    EXPECT_TRUE(files.set("Cargo.toml", manifest("greeter")));
    EXPECT_TRUE(files.set("src/main.rs", greeter_main));
    EXPECT_TRUE(files.set("src/lib.rs", greeter_lib));
    auto read = scaffold::read_template("greeter", files);
    EXPECT_TRUE(read) << read.error().text();
    return read ? *read : scaffold::Template{};
}

/// Gives its answers one after the other, and remembers what it was asked.
class ScriptedModel final : public model::ChatModel {
public:
    explicit ScriptedModel(std::deque<std::string> answers) : answers_(std::move(answers)) {}
    const std::string& name() const override { return name_; }
    const model::Profile& profile() const override { return profile_; }
    Result<model::ChatReply> chat(const model::ChatRequest& request, std::stop_token, const model::OnDelta&) override {
        asked.emplace_back();
        for (const auto& m : request.messages)
            asked.back() += m.text + "\n";
        if (answers_.empty())
            return fail(Errc::unavailable, "the scripted model has nothing more to say");
        model::ChatReply reply;
        reply.samples.push_back({.text = answers_.front()});
        reply.requests = 1;
        reply.usage.prompt = 100;
        reply.usage.completion = 50;
        answers_.pop_front();
        return reply;
    }
    std::vector<std::string> asked;

private:
    const std::string name_ = "scripted";
    model::Profile profile_;
    std::deque<std::string> answers_;
};

struct Generate : testing::Test {
    Environment environment;
    GenerateRequest request;
    void SetUp() override {
        auto toolchain = toolchain::discover();
        ASSERT_TRUE(toolchain) << toolchain.error().text();
        environment.toolchain = *toolchain;
        environment.sandbox = process::Sandbox::from_environment();
        scaffold::LibraryOptions options;
        options.more.push_back(greeter());
        environment.templates = std::make_shared<scaffold::Library>(std::move(options));
        request.description = "Greet a person by name on the console";
    }
    std::shared_ptr<ScriptedModel> model(std::deque<std::string> answers) {
        auto m = std::make_shared<ScriptedModel>(std::move(answers));
        environment.chat = m;
        return m;
    }
    GenerateAnswer must() {
        auto answer = generate(environment, request);
        EXPECT_TRUE(answer) << answer.error().text();
        return answer ? std::move(*answer) : GenerateAnswer{};
    }
    Errc refused() {
        auto answer = generate(environment, request);
        EXPECT_FALSE(answer);
        return answer ? Errc::internal : answer.error().code;
    }
};

TEST_F(Generate, ATemplateIsFilledBuiltAndTested) {
    request.from = "greeter";
    request.requirements = "- in capital letters\n- sends an e-mail to the boss";
    request.package = "hi-there";
    request.run = true;
    const auto answer = must();
    ASSERT_TRUE(answer.success) << answer.message;
    EXPECT_EQ(answer.origin, "template:greeter");
    EXPECT_EQ(answer.features, std::vector<std::string>{"shout"});
    ASSERT_TRUE(answer.tests);
    EXPECT_EQ(answer.tests->passed(), 1u);
    ASSERT_TRUE(answer.run);
    EXPECT_EQ(answer.run->exit.out, "HELLO, WORLD!\n");
    const auto met = [&](std::string_view words) {
        const auto r = std::ranges::find_if(answer.requirements,
                                            [&](const RequirementReport& r) { return base::has(r.text, words); });
        return r == answer.requirements.end() ? -1 : static_cast<int>(r->met);
    };
    EXPECT_EQ(met("capital letters"), 1);
    EXPECT_EQ(met("e-mail"), 0);
    EXPECT_TRUE(base::has(answer.message, "e-mail")) << "what is missing is said: " << answer.message;
    const auto* readme = answer.project.find("README.md");
    ASSERT_TRUE(readme);
    EXPECT_TRUE(base::has(*readme, "# hi-there"));
    EXPECT_TRUE(base::has(*readme, "e-mail")) << *readme;
    EXPECT_TRUE(base::has(*answer.project.find("src/main.rs"), "hi_there::greeting"));
    const auto evidence = base::parse_json(answer.evidence_json);
    ASSERT_TRUE(evidence);
    EXPECT_EQ(evidence->at("verdict"), "generated");
    EXPECT_EQ(evidence->at("result_sha256").as_string(), answer.project.content_hash());
}

TEST_F(Generate, WhatNoTemplateMakesIsRefusedWithTheNearest) {
    request.description = "A kubernetes operator that rotates TLS certificates of postgres clusters";
    const auto answer = must();
    EXPECT_FALSE(answer.success);
    EXPECT_TRUE(answer.project.empty());
    ASSERT_EQ(answer.nearest.size(), 1u);
    EXPECT_LT(answer.nearest.front().confidence, scaffold::least_confidence);
    EXPECT_TRUE(base::has(answer.message, "greeter")) << answer.message;
    EXPECT_TRUE(answer.attempts.empty());
}

TEST_F(Generate, AnExampleFindsTheFeatureThatNobodySpokeOf) {
    request.from = "greeter";
    request.examples = {{.arguments = {"Ann"}, .expected_stdout = "Hello, Ann!\nGoodbye!\n", .expected_code = 0}};
    const auto answer = must();
    ASSERT_TRUE(answer.success) << answer.message;
    EXPECT_EQ(answer.features, std::vector<std::string>{"bye"});
    EXPECT_GE(answer.attempts.size(), 2u);
}

TEST_F(Generate, AnExampleThatCannotHoldIsNoSuccess) {
    request.from = "greeter";
    request.examples = {{.arguments = {"Ann"}, .expected_stdout = "Moin, Ann!\n"}};
    const auto answer = must();
    EXPECT_FALSE(answer.success);
    EXPECT_FALSE(answer.project.empty()) << "the nearest state is handed over all the same";
    ASSERT_EQ(answer.examples.size(), 1u);
    EXPECT_TRUE(base::has(answer.examples[0].what, "`Moin, Ann!`")) << answer.examples[0].what;
    EXPECT_TRUE(base::has(answer.message, "Moin")) << answer.message;
    EXPECT_FALSE(answer.artifact);
}

TEST_F(Generate, TheCallersTestsJudge) {
    request.from = "greeter";
    request.package = "hi";
    request.tests = {{"tests/mine.rs", "#[test]\nfn t() { assert_eq!(hi::greeting(\"B\"), \"Hello, B!\"); }\n"}};
    auto answer = must();
    EXPECT_TRUE(answer.success) << answer.message;
    EXPECT_EQ(answer.tests->passed(), 2u);
    request.tests["tests/mine.rs"] = "#[test]\nfn t() { assert_eq!(hi::greeting(\"B\"), \"Bonjour, B!\"); }\n";
    answer = must();
    EXPECT_FALSE(answer.success);
    EXPECT_EQ(*answer.project.find("tests/mine.rs"), request.tests["tests/mine.rs"]) << "never changed";
}

TEST_F(Generate, TheArtifactIsTheProgram) {
    request.from = "greeter";
    request.artifact = ArtifactOptions{.release = false};
    const auto answer = must();
    ASSERT_TRUE(answer.artifact) << answer.artifact_problem;
    EXPECT_EQ(answer.artifact->file, "greeter");
    EXPECT_EQ(answer.artifact->bytes->substr(1, 3), "ELF");
    EXPECT_EQ(answer.artifact->sha256, base::sha256_hex(*answer.artifact->bytes));
    EXPECT_EQ(answer.artifact->target, environment.toolchain.host);
}

TEST_F(Generate, BadInputIsRefusedBeforeAnyWork) {
    auto with = [&](auto change) {
        const auto kept = request;
        change(request);
        const auto code = refused();
        request = kept;
        return code;
    };
    EXPECT_EQ(with([](auto& r) { r.description = "  "; }), Errc::invalid_input);
    EXPECT_EQ(with([](auto& r) { r.package = "No Name"; }), Errc::invalid_input);
    EXPECT_EQ(with([](auto& r) { r.edition = "1999"; }), Errc::invalid_input);
    EXPECT_EQ(with([](auto& r) { r.tests = {{"src/main.rs", ""}}; }), Errc::invalid_input);
    EXPECT_NE(with([](auto& r) { r.tests = {{"tests/../src/main.rs", ""}}; }), Errc::internal);
    EXPECT_EQ(with([](auto& r) { r.from = "no-such-template"; }), Errc::not_found);
    EXPECT_EQ(with([](auto& r) { r.artifact = ArtifactOptions{.target = "pdp11-dec-unix"}; }), Errc::invalid_input);
    environment.templates = nullptr;
    EXPECT_EQ(refused(), Errc::unavailable);
}

TEST_F(Generate, CancellingAndTheDeadlineEndIt) {
    request.from = "greeter";
    std::stop_source stop;
    stop.request_stop();
    const auto cancelled = generate(environment, request, stop.get_token());
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, Errc::cancelled);
    request.deadline = std::chrono::milliseconds(1);
    const auto late = generate(environment, request);
    ASSERT_TRUE(late) << late.error().text();
    EXPECT_FALSE(late->success);
    EXPECT_TRUE(base::has(late->message, "time")) << late->message;
}

// --- with a model

const std::string fine_main = "fn main() {\n    println!(\"{}\", 6 * 7);\n}\n\n#[cfg(test)]\nmod tests {\n"
                              "    #[test]\n    fn product() {\n        assert_eq!(6 * 7, 42);\n    }\n}\n";
std::string written(const std::string& main) {
    return "[filename: Cargo.toml]\n" + manifest("answer") + "\n[filename: src/main.rs]\n" + main;
}

TEST_F(Generate, AModelWritesWhatNoTemplateMakes) {
    auto m = model({written(fine_main)});
    request.description = "Rotate certificates of postgres clusters on kubernetes";
    request.package = "rotator";
    request.examples = {{.expected_stdout = "42\n"}};
    const auto answer = must();
    ASSERT_TRUE(answer.success) << answer.message;
    EXPECT_EQ(answer.origin, "model:scripted");
    EXPECT_EQ(m->asked.size(), 1u);
    EXPECT_EQ(answer.model.requests, 1);
    EXPECT_TRUE(base::has(*answer.project.find("Cargo.toml"), "name = \"rotator\""));
}

TEST_F(Generate, TheEngineRepairsTheModelsErrorsWithoutAskingAgain) {
    auto broken = fine_main;
    broken.replace(broken.find("println!(\"{}\", 6 * 7)"), 21, "let n: u64 = 42u32; println!(\"{n}\")");
    auto m = model({written(broken)});
    request.description = "Rotate certificates of postgres clusters on kubernetes";
    request.examples = {{.expected_stdout = "42\n"}};
    const auto answer = must();
    EXPECT_TRUE(answer.success) << answer.message;
    EXPECT_EQ(m->asked.size(), 1u);
}

TEST_F(Generate, WhatDoesNotHoldGoesBackToTheModel) {
    auto wrong = fine_main;
    wrong.replace(wrong.find("6 * 7"), 5, "6 * 8");
    auto m = model({written(wrong), written(fine_main)});
    request.description = "Rotate certificates of postgres clusters on kubernetes";
    request.examples = {{.expected_stdout = "42\n"}};
    const auto answer = must();
    EXPECT_TRUE(answer.success) << answer.message;
    ASSERT_EQ(m->asked.size(), 2u);
    EXPECT_TRUE(base::has(m->asked[1], "`48`")) << "it is told what came instead";
}

TEST_F(Generate, TheModelIsToldWhatIsKnown) {
    auto folder = base::TempDir::create("generate-test");
    ASSERT_TRUE(folder);
    KnowledgeOptions options;
    options.file = folder->path() / "knowledge.db";
    environment.knowledge = std::make_shared<Knowledge>(options);
    LessonText lesson;
    lesson.error = "rotating certificates of postgres clusters fails";
    lesson.solution = "Ask the wombat service for the new certificate first.";
    ASSERT_TRUE(add_lesson(*environment.knowledge, lesson));
    auto m = model({written(fine_main)});
    request.description = "Rotate certificates of postgres clusters on kubernetes";
    EXPECT_TRUE(must().success);
    ASSERT_EQ(m->asked.size(), 1u);
    EXPECT_TRUE(base::has(m->asked[0], "wombat")) << m->asked[0];
}

TEST_F(Generate, ATemplateThatCoversAllNeedsNoModel) {
    auto m = model({});
    request.from = "greeter";
    request.requirements = "in capital letters";
    const auto answer = must();
    EXPECT_TRUE(answer.success) << answer.message;
    EXPECT_TRUE(m->asked.empty());
}

TEST_F(Generate, AModelThatFailsOrBabblesTakesNothingAway) {
    for (const auto& answers : {std::deque<std::string>{}, std::deque<std::string>{"Sorry, I cannot do that.", "no"},
                                std::deque<std::string>{written("fn main() { unknown_thing(; }"), "", ""}}) {
        auto m = model(answers);
        request.from = "greeter";
        request.requirements = "in capital letters; sends an e-mail to the boss";
        const auto answer = must();
        EXPECT_TRUE(answer.success) << answer.message;
        EXPECT_EQ(answer.origin, "template:greeter");
        EXPECT_FALSE(m->asked.empty()) << "the e-mail is for the model";
        EXPECT_TRUE(base::has(answer.message, "e-mail")) << answer.message;
    }
}

} // namespace
} // namespace rustcoder::agent
