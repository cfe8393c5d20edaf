#include "repair/rule.h"

#include <gtest/gtest.h>

using namespace rustcoder;

namespace {

/// The manifest after the best proposal for cargo's message.
std::string best_fix(const std::string& manifest, const std::string& message,
                     std::vector<std::pair<std::string, std::string>> more = {}) {
    project::Project p;
    EXPECT_TRUE(p.set("Cargo.toml", manifest));
    EXPECT_TRUE(p.set("src/main.rs", "fn main() {}\n"));
    for (auto& [path, text] : more)
        EXPECT_TRUE(p.set(path, text));
    repair::SourceMap sources(p);
    toolchain::Diagnostic d;
    d.phase = toolchain::Phase::cargo;
    d.message = d.rendered = message;
    toolchain::Span span;
    span.file = "Cargo.toml";
    span.primary = span.in_project = true;
    d.spans.push_back(span);
    std::vector<toolchain::Diagnostic> all{d};
    auto candidates = repair::propose_all({sources, d, all, 95});
    if (candidates.empty())
        return "";
    return *project::apply(p, candidates[0].patch)->find("Cargo.toml");
}

const std::string good = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

std::string with(std::string from, std::string to) {
    std::string s = good;
    s.replace(s.find(from), from.size(), to);
    return s;
}

TEST(ManifestRules, Edition) {
    EXPECT_EQ(
        best_fix(with("\"2021\"", "\"2022\""),
                 "failed to parse the `edition` key\n\nCaused by:\n  supported edition values are `2015`, `2018`, "
                 "`2021`, or `2024`, but `2022` is unknown"),
        good);
    EXPECT_EQ(
        best_fix(with("\"2021\"", "2021"),
                 "invalid type: integer `2021`, expected a string or workspace\n --> Cargo.toml:4:11\n edition = 2021"),
        good);
}

TEST(ManifestRules, TomlThatDoesNotParse) {
    EXPECT_EQ(best_fix(with("\"app\"", "\"app"), "invalid basic string, expected `\"`\n --> Cargo.toml:2:12"), good);
    EXPECT_EQ(best_fix(with("name =", "name :"), "key with no value, expected `=`\n --> Cargo.toml:2:6"), good);
    EXPECT_EQ(best_fix(with("[package]", "[package"), "unclosed table, expected `]`\n --> Cargo.toml:1:9"), good);
    EXPECT_EQ(best_fix(with("\"0.1.0\"", "\"0.1\""),
                       "unexpected end of input while parsing minor version number\n --> Cargo.toml:3:11"),
              good);
    EXPECT_EQ(best_fix(good + "edition = \"2021\"\n", "duplicate key\n --> Cargo.toml:5:1"), good);
}

TEST(ManifestRules, MisspeltTable) {
    EXPECT_EQ(best_fix(with("[package]", "[pakage]"),
                       "failed to parse manifest at `/tmp/x/Cargo.toml`\n\nCaused by:\n  manifest is missing either a "
                       "`[package]` or a `[workspace]`"),
              good);
}

TEST(ManifestRules, PathOfALocalCrate) {
    const std::vector<std::pair<std::string, std::string>> util = {
        {"util/Cargo.toml", "[package]\nname = \"util\"\nversion = \"0.1.0\"\n"},
        {"util/src/lib.rs", "pub fn f() {}\n"}};
    const std::string right = good + "[dependencies]\nutil = { path = \"util\" }\n";
    EXPECT_EQ(
        best_fix(good + "[dependencies]\nutil = { path = \"utl\" }\n", "failed to get `util` as a dependency", util),
        right);
    EXPECT_EQ(best_fix(good + "[dependencies]\nutill = { path = \"util\" }\n",
                       "no matching package found\nsearched package name: `utill`", util),
              right);
    EXPECT_EQ(best_fix(good + "[dependencies]\nutil = \"1\"\n", "no matching package named `util` found", util), right);
}

TEST(ManifestRules, TargetPath) {
    EXPECT_EQ(best_fix(good + "[[bin]]\nname = \"app\"\npath = \"src/man.rs\"\n",
                       "can't find bin `app` at path `/tmp/x/src/man.rs`"),
              good + "[[bin]]\nname = \"app\"\npath = \"src/main.rs\"\n");
    EXPECT_EQ(best_fix(good + "[bin]\nname = \"app\"\npath = \"src/main.rs\"\n",
                       "invalid type: map, expected a sequence\n --> Cargo.toml:5:1"),
              good + "[[bin]]\nname = \"app\"\npath = \"src/main.rs\"\n");
}

TEST(ManifestRules, NothingForAnUnknownMessage) {
    EXPECT_EQ(best_fix(good, "the moon is full"), "");
}

} // namespace
