#include "agent/model_manifest.h"

#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

const std::vector<AvailableCrate> crates{{"rand", "0.8.5"}, {"serde", "1.0.152"}, {"lazy_static", "1.4.0"}};

SaneManifest mended(std::string_view text, std::string package = "tool", std::string edition = "2021") {
    return sane_manifest(text, {std::move(package), std::move(edition), crates});
}

TEST(ModelManifestTest, none_is_made) {
    EXPECT_EQ(mended("").text, "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    EXPECT_EQ(mended("", "", "").text, "[package]\nname = \"project\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
}

TEST(ModelManifestTest, name_and_edition_are_those_asked_for_else_those_written) {
    const std::string text =
        "[package]\nname = \"my-app\"\nversion = \"1.2.3\"\nedition = \"2024\"\nauthors = [\"x\"]\n";
    EXPECT_EQ(mended(text).text,
              "[package]\nname = \"tool\"\nversion = \"1.2.3\"\nedition = \"2021\"\nauthors = [\"x\"]\n");
    EXPECT_EQ(mended(text, "", "").text,
              "[package]\nname = \"my-app\"\nversion = \"1.2.3\"\nedition = \"2024\"\nauthors = [\"x\"]\n");
    EXPECT_EQ(mended("[package]\nname = \"My App!\"\nedition = \"next\"\nversion = \"1\"\n", "", "").text,
              "[package]\nname = \"project\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
}

TEST(ModelManifestTest, dependencies_get_the_version_that_can_be_had) {
    const auto out = mended("[package]\nname = \"a\"\n\n[dependencies]\nrand = \"0.9\" # dice\n"
                            "serde = { version = \"1.0.200\", features = [\n  \"derive\",\n] }\n"
                            "lazy-static = \"*\"\n\n[dev-dependencies.rand]\nversion = \"9\"\n");
    EXPECT_TRUE(out.dropped.empty());
    EXPECT_NE(out.text.find("\nrand = \"0.8.5\"\n"), std::string::npos) << out.text;
    EXPECT_NE(out.text.find("serde = { version = \"1.0.152\", features = [\n  \"derive\",\n] }\n"), std::string::npos)
        << out.text;
    EXPECT_NE(out.text.find("lazy-static = \"1.4.0\"\n"), std::string::npos) << out.text;
    EXPECT_NE(out.text.find("[dev-dependencies.rand]\nversion = \"0.8.5\"\n"), std::string::npos) << out.text;
}

TEST(ModelManifestTest, what_cannot_be_had_or_may_not_be_is_dropped_and_told) {
    const auto out = mended("[package]\nname = \"a\"\nbuild = \"evil.rs\"\nlinks = \"z\"\n"
                            "[dependencies]\ntokio = { version = \"1\", features = [\"full\"] }\n"
                            "rand = { git = \"https://example.com/rand\" }\nserde = { path = \"/tmp/serde\" }\n"
                            "[dependencies.reqwest]\nversion = \"0.11\"\n"
                            "[build-dependencies]\ncc = \"1\"\n[patch.crates-io]\nrand = { path = \"../x\" }\n"
                            "[lib]\nproc-macro = true\nname = \"x\"\n[workspace]\nmembers = []\n");
    for (const auto* gone :
         {"evil", "links", "tokio", "git", "/tmp", "reqwest", "cc =", "patch", "proc-macro", "workspace"})
        EXPECT_EQ(out.text.find(gone), std::string::npos) << gone << "\n" << out.text;
    EXPECT_NE(out.text.find("[lib]\nname = \"x\"\n"), std::string::npos) << out.text;
    std::string told;
    for (const auto& d : out.dropped)
        told += d + "\n";
    for (const auto* name :
         {"build:", "links:", "tokio: it cannot be had", "rand: a dependency by git", "serde: a dependency by path",
          "reqwest: it cannot", "[build-dependencies]", "[patch.crates-io]", "[workspace]"})
        EXPECT_NE(told.find(name), std::string::npos) << name << "\n" << told;
}

TEST(ModelManifestTest, what_needs_no_change_stays) {
    const std::string text =
        "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n# why\n[profile.release]\n"
        "lto = true\n\n[[bin]]\nname = \"x\"\npath = \"src/main.rs\"\n";
    EXPECT_EQ(mended(text).text, text);
}

TEST(ModelManifestTest, any_text_is_survived) {
    for (const auto* text : {"[", "]", "[[[", "a = [", "= 1", "[dependencies]\n= \"1\"\n", "[dependencies]\nrand\n",
                             "[dependencies]\nrand = {", "\"\"\"", "[package\nname", "[dependencies.]\n", "\xff\xfe"})
        EXPECT_TRUE(mended(text).text.starts_with("[package]\nname = \"tool\"")) << text;
}

} // namespace
} // namespace rustcoder::agent
