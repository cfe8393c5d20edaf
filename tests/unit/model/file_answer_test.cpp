#include "model/file_answer.h"

#include "base/text.h"

#include <gtest/gtest.h>

namespace rustcoder::model {
namespace {

const std::string manifest = "[package]\nname = \"p\"\n";
const std::string program = "fn main() {\n    println!(\"hi\");\n}\n";
const EditRules free_hand{.replace_files = true, .untouchable = {"tests/given.rs"}};

project::Project made(std::string_view answer, bool cut = false, const project::Project& base = {}) {
    const auto edits = read_files(answer, base, free_hand, cut);
    auto applied = project::apply(base, edits.patch);
    EXPECT_TRUE(applied);
    return applied ? *applied : project::Project{};
}
std::string reason(std::string_view answer, const project::Project& base = {}) {
    const auto edits = read_files(answer, base, free_hand);
    EXPECT_TRUE(edits.patch.empty());
    return edits.refused.empty() ? "" : edits.refused[0].reason;
}
project::Project base() {
    project::Project p;
    EXPECT_TRUE(p.set("Cargo.toml", manifest));
    EXPECT_TRUE(p.set("src/main.rs", program));
    EXPECT_TRUE(p.set("tests/given.rs", "#[test]\nfn t() {}\n"));
    return p;
}

TEST(FileAnswerTest, every_form_gives_the_same_project) {
    const std::string flat = "Here you are.\n\n[filename: Cargo.toml]\n```toml\n" + manifest +
                             "```\n\n[filename: src/main.rs]\n```rust\n" + program + "```\n\nIt prints a greeting.\n";
    const std::string bare = "[filename: Cargo.toml]\n" + manifest + "\n[filename: src/main.rs]\n" + program;
    const std::string headings =
        "## Cargo.toml\n\n```toml\n" + manifest + "```\n\n**src/main.rs**\n```rust\n" + program + "```\n";
    const std::string infos = "```toml Cargo.toml\n" + manifest + "```\n```rust:src/main.rs\n" + program + "```\n";
    const std::string quoted = base::replace_all(program, "\"", "\\\"");
    const auto escaped = [](std::string s) { return base::replace_all(std::move(s), "\n", "\\n"); };
    const std::string json = "```json\n{\"Cargo.toml\": \"" + escaped(base::replace_all(manifest, "\"", "\\\"")) +
                             "\", \"src/main.rs\": \"" + escaped(quoted) + "\"}\n```\n";
    const std::string list = "{\"files\": [{\"path\": \"Cargo.toml\", \"content\": \"" +
                             escaped(base::replace_all(manifest, "\"", "\\\"")) +
                             "\"}, {\"filename\": \"src/main.rs\", \"code\": \"" + escaped(quoted) + "\"}]}";
    for (const auto& answer : {flat, bare, headings, infos, json, list}) {
        const auto p = made(answer);
        ASSERT_EQ(p.files().size(), 2u) << answer;
        EXPECT_EQ(base::trim(*p.find("Cargo.toml")), base::trim(manifest)) << answer;
        EXPECT_EQ(base::trim(*p.find("src/main.rs")), base::trim(program)) << answer;
    }
}

TEST(FileAnswerTest, one_fence_without_a_name_is_the_program) {
    EXPECT_TRUE(made("Sure:\n```rust\n" + program + "```\n").contains("src/main.rs"));
    EXPECT_TRUE(made("```\npub fn twice(x: i32) -> i32 {\n    2 * x\n}\n```").contains("src/lib.rs"));
    EXPECT_TRUE(made("```rust\n" + program + "```\n```rust\nfn other() {}\n```\n").empty()); // which one?
    EXPECT_EQ(made("```rust\n" + program + "```\n", false, base()), base());                 // of a change, never
}

TEST(FileAnswerTest, a_change_is_blocks_or_whole_files) {
    auto p =
        made("src/main.rs\n<<<<<<< SEARCH\n    println!(\"hi\");\n=======\n    println!(\"ho\");\n>>>>>>> REPLACE\n",
             false, base());
    EXPECT_NE(p.find("src/main.rs")->find("ho"), std::string::npos);
    p = made("[filename: src/main.rs]\n```rust\nfn main() {}\n```\n", false, base());
    EXPECT_EQ(*p.find("src/main.rs"), "fn main() {}\n");
    EXPECT_EQ(*p.find("Cargo.toml"), manifest);
}

TEST(FileAnswerTest, what_a_token_limit_cut_is_not_taken) {
    const std::string answer = "[filename: Cargo.toml]\n" + manifest + "[filename: src/main.rs]\nfn main() {\n    prin";
    EXPECT_TRUE(made(answer).contains("src/main.rs"));
    const auto p = made(answer, true);
    EXPECT_TRUE(p.contains("Cargo.toml"));
    EXPECT_FALSE(p.contains("src/main.rs"));
    EXPECT_FALSE(made("src/main.rs\n```rust\nfn main() {\n").contains("src/main.rs")); // the fence tells it
}

TEST(FileAnswerTest, hostile_files_are_refused) {
    for (const auto* path : {"build.rs", "sub/build.rs", ".cargo/config.toml", "rust-toolchain.toml", "/etc/passwd.txt",
                             "../up.rs", "a/../../up.rs", "target/x.rs", ".hidden.rs", "run.sh", "clippy.toml"}) {
        const auto answer = "[filename: " + std::string(path) + "]\n```\nfn main() {}\n```\n";
        EXPECT_TRUE(made(answer).empty()) << path;
    }
    EXPECT_EQ(reason("[filename: tests/given.rs]\n```rust\n#[test]\nfn t() { }\n```\n", base()),
              "this file must stay as it is");
    EXPECT_EQ(reason("tests/given.rs\n<<<<<<< SEARCH\nfn t() {}\n=======\nfn t() { }\n>>>>>>> REPLACE\n", base()),
              "this file must stay as it is");
    EXPECT_EQ(reason("src/main.rs\n```rust\nfn main() {\n    // ... existing code ...\n}\n```\n", base()),
              "the file leaves code out; write it completely");
}

TEST(FileAnswerTest, any_text_is_survived) {
    for (const auto& answer :
         {std::string(), std::string("I cannot do that."), std::string("{\"files\": 3}"), std::string("{{{{"),
          std::string("[filename: ]\n"), std::string("```\n```\n```"), std::string(5u << 20, 'x'),
          std::string("[filename: a.rs]\n\xff\xfe\n"), std::string("{\"a.rs\": {\"b.rs\": [1]}}")})
        EXPECT_TRUE(made(answer).empty() || answer.size() < 40) << answer.substr(0, 40);
}

} // namespace
} // namespace rustcoder::model
