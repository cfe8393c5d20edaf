// parse(print(p)) == p, for thousands of generated Projects whose contents try to break the format.
#include "project/flat_text.h"

#include <chrono>
#include <gtest/gtest.h>
#include <random>

namespace rustcoder::project {
namespace {

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_(seed) {}

    Project project() {
        Project out;
        const auto count = pick(6);
        for (std::size_t i = 0; i < count; ++i)
            (void)out.set(path(), content()); // a clash of file and folder is simply left out
        return out;
    }
    std::string content() {
        std::string out;
        const auto pieces = pick(9);
        for (std::size_t i = 0; i < pieces; ++i)
            out += piece();
        return out;
    }
    std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

private:
    std::string path() {
        static const std::vector<std::string> names{
            "Cargo.toml", "src/main.rs", "src/lib.rs", "README.md",     "a.txt",    "x; bytes=3", "we ird.rs",
            "a]b",        "`q`.rs",      "\"q\"",      "[filename: z]", "ünï.rs",   "src/b/c.rs", "a",
            "a/b",        "*",           "**bold**",   "x]: `",         "Build.md", "'"};
        return names[pick(names.size())];
    }
    std::string piece() {
        static const std::vector<std::string> pieces{"\n",
                                                     "\n\n",
                                                     "\r\n",
                                                     "\r",
                                                     " ",
                                                     "    ",
                                                     "\t",
                                                     "x",
                                                     "fn main() {\n",
                                                     "}\n",
                                                     "let s = \"",
                                                     "r#\"",
                                                     "\"#",
                                                     "[filename: a.txt]\n",
                                                     "[filename: evil.rs]",
                                                     "\n[filename: src/main.rs]\n",
                                                     "    [filename: b.rs]\n",
                                                     "[filename: a.txt; bytes=2]\nxy\n",
                                                     "[Filename: Q]\r\n",
                                                     "**[filename: c]**\n",
                                                     "### [filename: d]\n",
                                                     "```\n",
                                                     "```rust\n",
                                                     "````\n",
                                                     "~~~\n",
                                                     "\n```",
                                                     "``` x `\n",
                                                     "# Build succeeded\n",
                                                     "# Build failed\n# why\n",
                                                     "# Build succeeded",
                                                     "<think>\n",
                                                     "</think>\n",
                                                     "\xEF\xBB\xBF",
                                                     std::string("\0", 1),
                                                     "\xff\xfe",
                                                     "é",
                                                     "This is a sentence of words.\n",
                                                     "\nThis is a sentence of words.",
                                                     "---\n",
                                                     "# Title\n",
                                                     "[files: 0]",
                                                     "  y\n",
                                                     "[package]\nname = \"x\"\n",
                                                     "[filename:",
                                                     "]",
                                                     "[filename: ]\n",
                                                     "[filename: /etc/passwd]\n",
                                                     "\x1b[0m"};
        return pieces[pick(pieces.size())];
    }
    std::mt19937_64 random_;
};

TEST(FlatTextProperty, RoundTripsEveryProject) {
    for (std::uint64_t seed = 1; seed <= 6000; ++seed) {
        const Project project = Generator(seed).project();
        const std::string text = print_flat_text(project);
        const auto parsed = parse_flat_text(text);
        ASSERT_TRUE(parsed) << "seed " << seed << ": " << parsed.error().text() << "\n" << text;
        ASSERT_TRUE(parsed->project == project) << "seed " << seed << "\n" << text;
    }
}

TEST(FlatTextProperty, AnyBytesGiveAProjectOrAnErrorWithALine) {
    for (std::uint64_t seed = 1; seed <= 6000; ++seed) {
        Generator generator(seed * 7919);
        const std::string text = generator.content() + generator.content();
        const auto parsed = parse_flat_text(text);
        if (!parsed) {
            EXPECT_TRUE(parsed.error().place.starts_with("line ")) << "seed " << seed << ": " << parsed.error().text();
            EXPECT_FALSE(parsed.error().message.empty());
            continue;
        }
        for (const auto& [path, file] : parsed->project.files())
            EXPECT_EQ(safe_path(path).value_or(""), path) << "seed " << seed;
        const auto again = parse_flat_text(print_flat_text(parsed->project));
        ASSERT_TRUE(again && again->project == parsed->project) << "seed " << seed << "\n" << text;
    }
}

TEST(FlatTextProperty, OrdinaryFilesUseThePlainForm) {
    Project project;
    ASSERT_TRUE(project.set("Cargo.toml", "[package]\nname = \"x\"\n"));
    ASSERT_TRUE(project.set("README.md", "# T\n\n```sh\ncargo run\n```\n"));
    ASSERT_TRUE(project.set("src/empty.rs", ""));
    ASSERT_TRUE(project.set("src/main.rs", "fn main() {\r\n    let s = \"[filename: x]\";\r\n}\r\n"));
    EXPECT_EQ(print_flat_text(project).find("bytes="), std::string::npos) << print_flat_text(project);
    ASSERT_TRUE(project.set("src/odd.rs", "fn f() {}")); // only the file that needs it gets the exact form
    const auto text = print_flat_text(project);
    EXPECT_NE(text.find("[filename: src/odd.rs; bytes=9]\nfn f() {}\n"), std::string::npos) << text;
    EXPECT_EQ(text.find("bytes="), text.rfind("bytes="));
}

TEST(FlatTextProperty, LargeHostileInputIsQuick) {
    const auto begin = std::chrono::steady_clock::now();
    std::string many, ladder;
    for (int i = 0; i < 20000; ++i)
        many += "  [filename: a" + std::to_string(i) + "]\n```\n";
    for (int i = 0; i < 30000; ++i)
        ladder += std::string(static_cast<std::size_t>(i % 40), ' ') + "[filename: x]\n";
    for (const auto& text : {many, ladder, std::string(4 << 20, '`'), std::string(2 << 20, '\n')}) {
        const auto parsed = parse_flat_text(text);
        EXPECT_TRUE(!parsed || !parsed->project.empty());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin,
              std::chrono::seconds(20)); // well under one when nothing is quadratic
}

} // namespace
} // namespace rustcoder::project
