#include "agent/model_writer.h"

#include "support/scripted_chat.h"

#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

const std::string whole =
    "[filename: Cargo.toml]\n```toml\n[package]\nname = \"other\"\n[dependencies]\nrand = \"0.9\"\n"
    "tokio = \"1\"\n```\n[filename: src/main.rs]\n```rust\nfn main() {\n    println!(\"1\");\n}\n```\n";
const std::string block =
    "src/main.rs\n<<<<<<< SEARCH\n    println!(\"1\");\n=======\n    println!(\"2\");\n>>>>>>> REPLACE\n";

struct ModelWriterTest : testing::Test {
    test::Scripted model;
    WriteInput input{.description = "prints a number", .package = "number", .crates = {{"rand", "0.8.5"}}};

    project::Project base() {
        project::Project p;
        EXPECT_TRUE(p.set("Cargo.toml", "[package]\nname = \"number\"\nversion = \"0.1.0\"\n"));
        EXPECT_TRUE(p.set("src/main.rs", "fn main() {\n    println!(\"1\");\n}\n"));
        return p;
    }
};

TEST_F(ModelWriterTest, a_project_from_nothing_is_whole_files_with_a_sane_manifest) {
    model.script = {{whole}};
    const auto written = write_project(model, input);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_EQ(
        *written->project.find("Cargo.toml"),
        "[package]\nname = \"number\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\nrand = \"0.8.5\"\n");
    ASSERT_EQ(written->dropped.size(), 1u);
    EXPECT_EQ(written->dropped[0], "tokio: it cannot be had on this machine");
    EXPECT_EQ(written->costs.model, "scripted");
    EXPECT_EQ(written->costs.requests, 1);
    EXPECT_EQ(written->costs.prompt_tokens, 100);
    ASSERT_EQ(model.prompts.size(), 1u);
    for (const auto* part : {"prints a number", "The package is called `number`", "rand 0.8.5"})
        EXPECT_NE(model.prompts[0].find(part), std::string::npos) << part << model.prompts[0];
    EXPECT_NE(model.systems[0].find("[filename: src/main.rs]"), std::string::npos);
}

TEST_F(ModelWriterTest, a_base_is_changed_by_blocks_and_its_manifest_stays) {
    input.base = base();
    input.base_title = "Number printer";
    input.missing = {"prints two"};
    model.script = {{block}};
    const auto written = write_project(model, input);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_NE(written->project.find("src/main.rs")->find("println!(\"2\")"), std::string::npos);
    EXPECT_EQ(*written->project.find("Cargo.toml"), *input.base.find("Cargo.toml"));
    for (const auto* part : {"Number printer", "prints two", "println!(\"1\")"})
        EXPECT_NE(model.prompts[0].find(part), std::string::npos) << part;
    EXPECT_NE(model.systems[0].find("<<<<<<< SEARCH"), std::string::npos);
}

TEST_F(ModelWriterTest, the_callers_tests_are_shown_and_never_changed) {
    input.tests["tests/given.rs"] = "#[test]\nfn given() {}\n";
    model.script = {{whole + "[filename: tests/given.rs]\n```rust\n#[test]\nfn given() { /* easier */ }\n```\n"}};
    const auto written = write_project(model, input);
    ASSERT_TRUE(written);
    EXPECT_EQ(*written->project.find("tests/given.rs"), input.tests["tests/given.rs"]);
    ASSERT_EQ(written->refused.size(), 1u);
    EXPECT_EQ(written->refused[0], "tests/given.rs: this file must stay as it is");
    EXPECT_NE(model.prompts[0].find("fn given() {}"), std::string::npos);
}

TEST_F(ModelWriterTest, hostile_files_do_not_come_in) {
    model.script = {{whole + "[filename: build.rs]\nfn main() {}\n[filename: .cargo/config.toml]\n[build]\n"
                             "[filename: ../outside.rs]\nfn x() {}\n"}};
    const auto written = write_project(model, input);
    ASSERT_TRUE(written);
    EXPECT_EQ(written->project.files().size(), 2u);
}

TEST_F(ModelWriterTest, an_answer_of_no_use_is_asked_for_again_with_the_reason_and_then_an_error) {
    model.script = {{"I am not able to help."}, {whole}};
    EXPECT_TRUE(write_project(model, input));
    ASSERT_EQ(model.prompts.size(), 2u);
    EXPECT_NE(model.prompts[1].find("it holds no file and no edit block"), std::string::npos);
    model.script = {{"No."}};
    model.prompts.clear();
    const auto written = write_project(model, input);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::invalid_input);
    EXPECT_EQ(model.prompts.size(), 2u);
    model.error = Error{Errc::timeout, "no first token", {}, {}};
    EXPECT_EQ(write_project(model, input).error().code, Errc::timeout);
}

TEST_F(ModelWriterTest, a_revision_is_told_what_failed) {
    toolchain::Diagnostic error;
    error.message = "mismatched types";
    error.rendered = "error[E0308]: mismatched types\n --> src/main.rs:2:5\n";
    model.script = {{block}};
    const auto written = revise_project(model, input, base(), {.errors = {error}, .words = "test sums ... FAILED"});
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_NE(written->project.find("src/main.rs")->find("\"2\""), std::string::npos);
    for (const auto* part : {"E0308", "test sums ... FAILED", "println!(\"1\")"})
        EXPECT_NE(model.prompts[0].find(part), std::string::npos) << part;
}

TEST_F(ModelWriterTest, an_answer_cut_by_its_limit_keeps_what_is_complete) {
    model.end = model::Sample::End::length;
    model.script = {{"[filename: Cargo.toml]\n[package]\nname = \"a\"\n[filename: src/lib.rs]\npub fn f() {}\n"
                     "[filename: src/main.rs]\nfn main() {\n    prin"}};
    const auto written = write_project(model, input);
    ASSERT_TRUE(written);
    EXPECT_TRUE(written->project.contains("src/lib.rs"));
    EXPECT_FALSE(written->project.contains("src/main.rs"));
    EXPECT_EQ(written->refused.at(0), "src/main.rs: the answer ended within this file");
}

TEST(AvailableCratesTest, are_those_of_the_local_registry_newest_first_known) {
    const auto crates = available_crates(Environment());
    for (std::size_t i = 0; i < crates.size(); ++i) {
        EXPECT_FALSE(crates[i].name.empty());
        EXPECT_TRUE(crates[i].version[0] >= '0' && crates[i].version[0] <= '9') << crates[i].name;
        EXPECT_TRUE(i == 0 || crates[i - 1].name < crates[i].name);
    }
    if (!std::filesystem::is_directory("/usr/share/cargo/registry")) {
        EXPECT_TRUE(crates.empty());
    }
}

} // namespace
} // namespace rustcoder::agent
