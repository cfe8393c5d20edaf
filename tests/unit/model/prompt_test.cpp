#include "model/prompt.h"

#include "base/text.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rustcoder::model {
namespace {

using base::has;

toolchain::Diagnostic error_at(const project::Project& project, std::string file, std::string_view needle,
                               std::string message = "mismatched types") {
    toolchain::Diagnostic d;
    d.code = "E0308";
    d.message = message;
    d.rendered = "error[E0308]: " + message + "\n --> " + file;
    toolchain::Span s;
    s.file = file;
    const auto* text = project.find(file);
    s.begin = text ? text->find(needle) : 0;
    EXPECT_NE(s.begin, std::string::npos);
    s.end = s.begin + needle.size();
    s.primary = s.in_project = true;
    d.spans.push_back(s);
    return d;
}

/// A file of many functions, each of ten lines.
std::string long_file(int functions) {
    std::string out;
    for (int i = 0; i < functions; ++i) {
        out += fmt::format("fn f{}() {{\n", i);
        for (int k = 0; k < 8; ++k)
            out += fmt::format("    let v{} = {};\n", k, i * 10 + k);
        out += "}\n";
    }
    return out;
}

struct PromptTest : testing::Test {
    project::Project project;
    Profile profile{.system = "Repair.\n{format}",
                    .format = "Blocks.",
                    .reminder = "Blocks only.",
                    .max_tokens = 500,
                    .context_tokens = 8000};
    std::vector<toolchain::Diagnostic> errors;

    PromptTest() {
        EXPECT_TRUE(project.set("Cargo.toml", "[package]\nname = \"p\"\n"));
        EXPECT_TRUE(project.set("src/main.rs", "fn main() {\n    let a: i32 = \"x\";\n}\n"));
        EXPECT_TRUE(project.set("src/long.rs", long_file(40)));
        EXPECT_TRUE(project.set("src/secret.rs", "const SECRET: u8 = 1;\n"));
    }
    PromptInput input() const { return {.project = project, .errors = errors}; }
    std::string user(const PromptInput& in) const {
        const auto prompt = assemble_prompt(in, profile);
        EXPECT_TRUE(prompt) << prompt.error().text();
        return prompt ? prompt->messages[1].text : "";
    }
};

TEST_F(PromptTest, tells_the_error_its_source_and_how_to_answer) {
    errors = {error_at(project, "src/main.rs", "\"x\"")};
    auto in = input();
    in.task = "Adds numbers.";
    in.lessons = "A literal in quotes is text.";
    in.fixes = "\"5\" became 5";
    in.api = "fn parse()";
    in.refused = "the text to replace is not in the file";
    const auto prompt = assemble_prompt(in, profile);
    ASSERT_TRUE(prompt);
    EXPECT_EQ(prompt->messages[0].text, "Repair.\nBlocks.");
    const auto& text = prompt->messages[1].text;
    EXPECT_TRUE(has(text, "error[E0308]: mismatched types"));
    EXPECT_TRUE(has(text, "src/main.rs:\n```rust\n   1 | fn main() {\n   2 |     let a: i32 = \"x\";\n   3 | }\n```"))
        << text;
    for (const auto* part : {"Adds numbers.", "A literal in quotes is text.", "\"5\" became 5", "fn parse()",
                             "the text to replace is not in the file", "name = \"p\""})
        EXPECT_TRUE(has(text, part)) << part;
    EXPECT_TRUE(text.ends_with("Blocks only.\n"));
    EXPECT_FALSE(has(text, "SECRET")); // files that no error names stay here
    EXPECT_EQ(prompt->files, (std::vector<std::string>{"Cargo.toml", "src/main.rs"}));
    EXPECT_TRUE(prompt->left_out.empty());
    EXPECT_GE(prompt->tokens, estimate_tokens(prompt->messages[0].text) + estimate_tokens(text));
    EXPECT_EQ(user(in), user(in));
}

TEST_F(PromptTest, of_a_long_file_only_the_items_concerned) {
    errors = {error_at(project, "src/long.rs", "let v3 = 203"), error_at(project, "src/long.rs", "let v1 = 11;")};
    const auto text = user(input());
    EXPECT_TRUE(has(text, "src/long.rs, lines 201 to 210:")) << text;
    EXPECT_TRUE(has(text, " 201 | fn f20() {"));
    EXPECT_TRUE(has(text, "src/long.rs, lines 11 to 20:"));
    EXPECT_FALSE(has(text, "fn f5()"));
}

TEST_F(PromptTest, of_a_long_item_what_is_near_and_its_head) {
    std::string body = "struct S;\nimpl S {\n    fn long(\n        &self,\n    ) {\n";
    for (int i = 0; i < 400; ++i)
        body += fmt::format("        step({});\n", i);
    body += "    }\n}\n";
    ASSERT_TRUE(project.set("src/long.rs", body));
    errors = {error_at(project, "src/long.rs", "step(200)")};
    const auto text = user(input());
    for (const auto* part : {"impl S {", "fn long(", "step(176)", "step(225)"})
        EXPECT_TRUE(has(text, part)) << part;
    for (const auto* part : {"step(100)", "step(300)"})
        EXPECT_FALSE(has(text, part)) << part;
}

TEST_F(PromptTest, what_does_not_fit_is_left_out_least_needed_first) {
    for (int i = 0; i < 19; ++i)
        errors.push_back(
            error_at(project, "src/long.rs", fmt::format("let v3 = {};", 2 * i * 10 + 3), fmt::format("number {}", i)));
    auto in = input();
    in.lessons = std::string(3000, 'l') + "\nlesson two";
    in.fixes = "the nearest fix";
    profile.context_tokens = 1400;
    profile.max_tokens = 300;
    const auto prompt = assemble_prompt(in, profile);
    ASSERT_TRUE(prompt) << prompt.error().text();
    const auto& text = prompt->messages[1].text;
    EXPECT_LE(prompt->tokens, 1100u);
    EXPECT_LE(estimate_tokens(text), 1100u);
    EXPECT_TRUE(has(text, "number 0"));
    EXPECT_TRUE(has(text, "let v3 = 3;"));
    EXPECT_TRUE(has(text, "the nearest fix"));
    EXPECT_FALSE(has(text, "lesson two"));
    EXPECT_FALSE(has(text, "number 18"));
    EXPECT_FALSE(prompt->left_out.empty());
    profile.context_tokens = 200;
    EXPECT_EQ(assemble_prompt(in, profile).error().code, Errc::limit);
}

TEST_F(PromptTest, sources_cannot_break_out_of_their_fence) {
    ASSERT_TRUE(project.set("src/main.rs", "/// ```\n/// ````\nfn main() { x }\n"));
    errors = {error_at(project, "src/main.rs", "x ")};
    EXPECT_TRUE(has(user(input()), "`````rust\n   1 | /// ```\n"));
}

TEST_F(PromptTest, errors_without_a_place_and_odd_spans_are_survived) {
    EXPECT_EQ(assemble_prompt(input(), profile).error().code, Errc::invalid_input);
    toolchain::Diagnostic cargo;
    cargo.message = "failed to parse manifest";
    errors = {cargo};
    EXPECT_TRUE(has(user(input()), "   2 | name = \"p\""));
    EXPECT_TRUE(has(user(input()), "error: failed to parse manifest"));
    for (const std::size_t begin : {std::size_t{0}, std::size_t{1} << 40}) {
        auto odd = error_at(project, "src/long.rs", "let v3 = 203");
        odd.spans[0].begin = odd.spans[0].end = begin;
        odd.spans.push_back({.file = "src/gone.rs", .begin = 5, .in_project = true});
        odd.spans.push_back({.file = "/usr/lib/rust/core.rs", .begin = 5});
        errors = {odd};
        EXPECT_TRUE(has(user(input()), "src/long.rs, lines"));
    }
    ASSERT_TRUE(project.set("src/main.rs", ""));
    errors = {error_at(project, "src/main.rs", "")};
    EXPECT_TRUE(has(user(input()), "mismatched types"));
    errors = std::vector(30, error_at(project, "src/secret.rs", "SECRET"));
    EXPECT_TRUE(has(user(input()), "(10 more errors)"));
}

} // namespace
} // namespace rustcoder::model
