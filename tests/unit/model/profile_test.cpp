#include "model/profile.h"

#include "base/os.h"

#include <gtest/gtest.h>
#include <map>

namespace rustcoder::model {
namespace {

TEST(Profiles, the_shipped_ones_cover_the_families) {
    const auto profiles = Profiles::load();
    ASSERT_TRUE(profiles) << profiles.error().text();
    const std::pair<std::string, std::string> cases[] = {
        {"Qwen2.5-Coder-3B-Instruct-Q5_K_M", "qwen-coder"},
        {"qwen/qwen3-coder:free", "qwen-coder"},
        {"deepseek-coder-v2", "deepseek"},
        {"DeepSeek-R1-Distill-Qwen-7B", "deepseek"},
        {"gemma-2-9b-it", "gemma"},
        {"Meta-Llama-3.1-8B-Instruct", "llama"},
        {"codestral-latest", "mistral"},
        {"Mistral-7B-Instruct-v0.3", "mistral"},
        {"gpt-4o-mini", "gpt"},
        {"openai/gpt-oss-20b", "gpt"},
        {"claude-sonnet-4-5", "claude"},
        {"anthropic/claude-3.5-haiku", "claude"},
        {"phi-4", "default"},
        {"", "default"},
    };
    for (const auto& [model, family] : cases)
        EXPECT_EQ(profiles->for_model(model).name, family) << model;
    for (const auto& profile : profiles->all()) {
        EXPECT_NE(profile.system.find("{format}"), std::string::npos) << profile.name;
        EXPECT_NE(profile.format.find("<<<<<<< SEARCH"), std::string::npos) << profile.name;
        EXPECT_GE(profile.context_tokens, 4 * 1024) << profile.name;
        EXPECT_LT(profile.max_tokens, profile.context_tokens) << profile.name;
        EXPECT_LE(profile.stop.size(), 4u) << profile.name; // the OpenAI API takes no more
    }
    EXPECT_FALSE(profiles->find("gemma")->system_role);
    EXPECT_TRUE(profiles->find("llama")->system_role);
    EXPECT_EQ(profiles->find("nobody"), nullptr);
}

struct ProfileFiles : testing::Test {
    base::TempDir first = *base::TempDir::create("profiles"), second = *base::TempDir::create("profiles");
    Result<Profiles> load() const {
        const std::filesystem::path folders[] = {first.path(), "/nowhere/at/all", second.path()};
        return Profiles::load(folders);
    }
};

TEST_F(ProfileFiles, the_users_own_change_only_what_they_name) {
    ASSERT_TRUE(base::write_file(first.path() / "a.toml",
                                 "name = 'gemma'\ntemperatures = [0, 1.5]\ncontext_tokens = 4096\n"
                                 "[extra]\nnum_ctx = 4096\noptions = { deep = [true, 1.5, 'x'] }\n"));
    ASSERT_TRUE(base::write_file(first.path() / "b.toml", "name = 'mine'\nmatch = ['PHI-*', 'qwen*coder*special']\n"
                                                          "reasoning = [['<a>', '</a>']]\n"));
    ASSERT_TRUE(base::write_file(second.path() / "c.toml", "name = 'gemma'\nmax_tokens = 77\n"));
    ASSERT_TRUE(base::write_file(second.path() / "not-a-profile.txt", "?"));
    const auto profiles = load();
    ASSERT_TRUE(profiles) << profiles.error().text();
    const auto& gemma = profiles->for_model("gemma-7b");
    EXPECT_EQ(gemma.context_tokens, 4096);
    EXPECT_EQ(gemma.max_tokens, 77);
    EXPECT_FALSE(gemma.system_role);
    EXPECT_EQ(gemma.temperature(0), 0);
    EXPECT_EQ(gemma.temperature(1), 1.5);
    EXPECT_EQ(gemma.temperature(9), 1.5);
    EXPECT_EQ(gemma.extra.at("options").at("deep").as_array().size(), 3u);
    const auto& mine = profiles->for_model("phi-4-mini");
    EXPECT_EQ(mine.name, "mine");
    EXPECT_EQ(mine.system, profiles->find("default")->system);
    EXPECT_EQ(profiles->for_model("qwen2.5-coder-special").name, "mine"); // the longest pattern
    EXPECT_EQ(mine.reasoning, (std::vector<TagPair>{{"<a>", "</a>"}}));
}

TEST_F(ProfileFiles, mistakes_are_named_with_their_line) {
    const std::pair<std::string, std::string> cases[] = {
        {"name = 'x'\ncontext = 1\n", "x.toml:2"},    {"name = 'x'\nmax_tokens = 'many'\n", "x.toml:2"},
        {"name = 'x'\nmax_tokens = 0\n", "x.toml:2"}, {"name = 'x'\ntemperatures = []\n", "x.toml:2"},
        {"name = 'x'\nstop = [1]\n", "x.toml:2"},     {"name = 'x'\nreasoning = [['a']]\n", "x.toml:2"},
        {"name = 'x'\n\n= broken\n", "x.toml:3"},     {"max_tokens = 5\n", "x.toml"},
        {"name = 'x'\ntop_p = 2\n", "x.toml:2"},      {"name = 'x'\nsystem_role = 1\n", "x.toml:2"},
    };
    for (const auto& [text, place] : cases) {
        ASSERT_TRUE(base::write_file(first.path() / "x.toml", text));
        const auto profiles = load();
        ASSERT_FALSE(profiles) << text;
        EXPECT_EQ(profiles.error().code, Errc::invalid_input);
        EXPECT_TRUE(profiles.error().place.ends_with(place)) << profiles.error().text();
    }
}

TEST(ProfileFolders, follow_the_environment) {
    std::map<std::string, std::string> env;
    const auto folders = [&] { return profile_folders([&](const char* name) { return env[name]; }); };
    using Paths = std::vector<std::filesystem::path>;
    EXPECT_EQ(folders(), Paths{});
    env["HOME"] = "/h";
    EXPECT_EQ(folders(), Paths{"/h/.config/rustcoder/profiles"});
    env["XDG_CONFIG_HOME"] = "/c";
    EXPECT_EQ(folders(), Paths{"/c/rustcoder/profiles"});
    env["RUSTCODER_PROFILES"] = "/p";
    EXPECT_EQ(folders(), Paths{"/p"});
}

} // namespace
} // namespace rustcoder::model
