// rustcoder generate: the real binary over the shipped templates, without a model.
#include "program.h"

#include "base/text.h"

namespace rustcoder::test {
namespace {

namespace fs = std::filesystem;

struct GenerateCli : OwnFolder {
    void SetUp() override {
        OwnFolder::SetUp();
        variables["RUSTCODER_SHARE"] = RC_SOURCE_DIR;
        variables["LLM_API_BASE"] = "";
        variables["XDG_CONFIG_HOME"] = at("config");
    }
};

TEST_F(GenerateCli, AFolderThatBuilds) {
    const auto end = rustcoder({"generate", "convert numbers to roman numerals and back", "-o", at("made"), "--name",
                                "numerals", "--run", "--arg", "14"});
    ASSERT_EQ(end.status, 0) << end.out << end.err;
    EXPECT_TRUE(base::has(end.err, "XIV")) << end.err;
    EXPECT_TRUE(fs::exists(at("made/Cargo.toml")) && fs::exists(at("made/README.md")) &&
                !fs::exists(at("made/target")));
    EXPECT_EQ(rustcoder({"compile", at("made")}).status, 0);
    const auto again = rustcoder({"generate", "convert numbers to roman numerals and back", "-o", at("made")});
    EXPECT_EQ(again.status, 2) << "nobody's files are written over";
    EXPECT_TRUE(base::has(again.err, "not empty")) << again.err;
}

TEST_F(GenerateCli, FlatTextOnStandardOutputCompilesAgain) {
    const auto end = rustcoder({"generate", "a library with an LRU cache", "-q"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_TRUE(end.out.starts_with("[filename: ")) << end.out.substr(0, 80);
    put("flat.txt", end.out);
    EXPECT_EQ(rustcoder({"compile", at("flat.txt"), "--no-run"}).status, 0);
}

TEST_F(GenerateCli, WhatCannotBeMadeIsSaid) {
    const auto end =
        rustcoder({"generate", "speech recognition for Klingon with a neural network on the GPU", "-o", at("no")});
    EXPECT_EQ(end.status, 1) << end.err;
    EXPECT_TRUE(end.out.empty());
    EXPECT_FALSE(fs::exists(at("no")));
    EXPECT_TRUE(base::has(end.err, "nearest")) << end.err;
    EXPECT_EQ(rustcoder({"generate"}).status, 2);
    EXPECT_EQ(rustcoder({"generate", "x", "--target", "y"}).status, 2);
}

TEST_F(GenerateCli, ExamplesAndTheArtifact) {
    put("examples.json", R"([{"args": ["5", "km", "m"], "stdout": "5 km = 5000 m\n", "code": 0}])");
    const auto end = rustcoder({"generate", "convert miles, kilometres and pounds into other units", "--examples",
                                at("examples.json"), "--artifact", at("out/convert"), "--json"});
    ASSERT_EQ(end.status, 0) << end.out << end.err;
    const auto evidence = end.json();
    EXPECT_EQ(evidence.at("verdict"), "generated");
    ASSERT_EQ(evidence.at("examples").as_array().size(), 1u);
    const auto binary = base::read_file(at("out/convert"));
    ASSERT_TRUE(binary);
    EXPECT_EQ(evidence.at("artifact").at("sha256").as_string(), base::sha256_hex(*binary));
    EXPECT_TRUE(fs::exists(at("out/convert.evidence.json")));
}

TEST_F(GenerateCli, TemplatesAreListedAndTheUsersOwnCount) {
    auto end = rustcoder({"generate", "--list"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_GE(base::lines(end.out).size(), 60u);
    EXPECT_TRUE(end.err.empty()) << end.err;
    const fs::path from = fs::path(RC_SOURCE_DIR) / "knowledge/projects/roman-numerals";
    for (const auto& file : fs::recursive_directory_iterator(from)) { // under a name of its own
        if (!file.is_regular_file())
            continue;
        auto text = base::read_file(file.path());
        ASSERT_TRUE(text);
        *text = base::replace_all(base::replace_all(*text, "roman-numerals", "my-own"), "roman_numerals", "my_own");
        put("config/rustcoder/templates/my-own/" + fs::relative(file.path(), from).string(), *text);
    }
    end = rustcoder({"generate", "--list"});
    EXPECT_TRUE(base::has(end.out, "my-own")) << end.out << end.err;
}

TEST_F(GenerateCli, AProjectThatTheKnowledgeBaseKnowsIsATemplateToo) {
    put("bees.json", R"({"query": "Weigh beehives and tell the honey yield of each colony", "project_files": {
        "Cargo.toml": "[package]\nname = \"beehive-scale\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        "src/main.rs": "fn main() {\n    println!(\"honey\");\n}\n"}})");
    auto end = rustcoder({"knowledge", "import", at("bees.json")});
    ASSERT_EQ(end.status, 0) << end.err;
    end = rustcoder(
        {"generate", "Weigh the beehives, tell the yield of honey of each colony", "-o", at("bees"), "--run"});
    ASSERT_EQ(end.status, 0) << end.err;
    EXPECT_TRUE(base::has(end.err, "template:beehive-scale") && base::has(end.err, "honey\n")) << end.err;
}

} // namespace
} // namespace rustcoder::test
