// The rules of docs/flat-text.md, row by row.
#include "project/flat_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

namespace rustcoder::project {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

using Files = std::map<std::string, std::string>;

Files files_of(const Project& project) {
    Files out;
    for (const auto& [path, file] : project.files())
        out[path] = *file.bytes;
    return out;
}

Parsed parse(std::string_view text) {
    auto parsed = parse_flat_text(text);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text()) << "\n" << text;
    return parsed ? *parsed : Parsed{};
}

Files files(std::string_view text) {
    return files_of(parse(text).project);
}

const std::string toml = "[package]\nname = \"x\"\nversion = \"0.1.0\"\n";
const std::string rust = "fn main() {\n    println!(\"hi\");\n}\n";
const Files both{{"Cargo.toml", toml}, {"src/main.rs", rust}};
const std::string plain = "[filename: Cargo.toml]\n" + toml + "\n[filename: src/main.rs]\n" + rust;

TEST(FlatText, ContractForm) {
    EXPECT_EQ(files(plain), both);
    EXPECT_EQ(
        files("[filename: Cargo.toml]\n" + toml + "\n[filename: src/main.rs]\n" + rust.substr(0, rust.size() - 1)),
        both)
        << "stripped at the end, as combined_text is";
    EXPECT_TRUE(parse(plain).notes.empty());
}

TEST(FlatText, PrintsTheContractForm) {
    EXPECT_EQ(print_flat_text(parse(plain).project), plain.substr(0, plain.size() - 1));
}

TEST(FlatText, BuildTails) {
    for (const std::string tail :
         {"# Build succeeded", "# Build failed\n# \n# The build failed with errors.\n# Compiling x v0.1.0",
          "# Build failed\n# The specific error was:    Compiling x v0.1.0 (/tmp/x)\n"}) {
        EXPECT_EQ(files(plain + tail), both);
        EXPECT_EQ(files(plain + "\n" + tail + "\n\n"), both);
        EXPECT_THAT(parse(plain + tail).notes, Contains(HasSubstr("# Build")));
    }
    // Not a tail: code follows.
    const auto kept = files("[filename: build.sh]\n# Build succeeded\necho done\n");
    EXPECT_EQ(kept.at("build.sh"), "# Build succeeded\necho done\n");
}

TEST(FlatText, FencesAroundAFile) {
    for (const auto& [open, close] : std::map<std::string, std::string>{{"```rust", "```"},
                                                                        {"```rust,no_run", "```"},
                                                                        {"```", "```"},
                                                                        {"````rust", "````"},
                                                                        {"~~~", "~~~"},
                                                                        {"~~~ rust ignore", "~~~~"},
                                                                        {"``` Rust title=\"x\"", "```  "}}) {
        const auto text = "[filename: src/main.rs]\n" + open + "\n" + rust + close + "\n";
        EXPECT_EQ(files(text), (Files{{"src/main.rs", rust}})) << text;
        EXPECT_EQ(files(text + "\nThis prints a greeting.\n\n```sh\ncargo run\n```\n"), (Files{{"src/main.rs", rust}}))
            << "prose after the closing fence is no source";
    }
}

TEST(FlatText, FencedContentIsExact) {
    EXPECT_EQ(files("[filename: a.rs]\n```rust\n  let x = 1;\n\n\n```\n").at("a.rs"), "  let x = 1;\n\n\n");
    EXPECT_EQ(files("[filename: a.rs]\n```\n```\n").at("a.rs"), "");
}

TEST(FlatText, FenceOnTheMarkersLineOrBeforeIt) {
    EXPECT_EQ(files("[filename: src/main.rs] ```rust\n" + rust + "```\n"), (Files{{"src/main.rs", rust}}));
    EXPECT_EQ(files("```toml\n[filename: Cargo.toml]\n" + toml + "```\n\nand\n\n```rust\n[filename: src/main.rs]\n" +
                    rust + "```\nDone.\n"),
              both);
    EXPECT_EQ(files("Here it is:\n```\n" + plain + "```\nHope this helps!\n"), both) << "one fence around everything";
    EXPECT_EQ(files("[filename: Cargo.toml]\n" + toml + "```rust\n[filename: src/main.rs]\n" + rust + "```\n"), both);
}

TEST(FlatText, UnclosedAndStrayFences) {
    EXPECT_EQ(files("[filename: Cargo.toml]\n```toml\n" + toml + "\n[filename: src/main.rs]\n```rust\n" + rust), both);
    EXPECT_EQ(files("[filename: src/main.rs]\n" + rust + "```\n"), (Files{{"src/main.rs", rust}}));
}

TEST(FlatText, ReadmeKeepsItsBlocks) {
    const std::string readme = "# Title\n\n```sh\ncargo run\n```\n";
    EXPECT_EQ(files("[filename: README.md]\n" + readme + "\n[filename: src/main.rs]\n" + rust),
              (Files{{"README.md", readme}, {"src/main.rs", rust}}));
    EXPECT_EQ(files("[filename: README.md]\n```markdown\n" + readme + "```\n"), (Files{{"README.md", readme}}));
    EXPECT_EQ(files("[filename: README.md]\n```markdown\n# T\n```\nbare\n```\nmore\n```\n"),
              (Files{{"README.md", "# T\n```\nbare\n```\nmore\n"}}));
    EXPECT_EQ(files("[filename: README.md]\n````md\n" + readme + "````\n"), (Files{{"README.md", readme}}));
    const std::string first_block = "```text\nart\n```\nwords\n";
    EXPECT_EQ(files("[filename: README.md]\n" + first_block), (Files{{"README.md", first_block}}));
    EXPECT_EQ(files("```\n[filename: README.md]\n" + readme + "\n[filename: src/main.rs]\n" + rust + "```\n"),
              (Files{{"README.md", readme}, {"src/main.rs", rust}}));
}

TEST(FlatText, ProseAround) {
    const auto parsed = parse("Sure! Here is the project [filename: x] you asked for:\n\n" + plain +
                              "\nThis program prints a greeting.\nRun it with cargo run.\n");
    EXPECT_EQ(files_of(parsed.project), both);
    EXPECT_THAT(parsed.notes, Contains(HasSubstr("before the first marker")));
    EXPECT_THAT(parsed.notes, Contains("src/main.rs: text after the code was left out"));
    EXPECT_EQ(files("[filename: Cargo.toml]\n" + toml +
                    "\nAnd here is the program:\n\n---\n\n[filename: src/main.rs]\n" + rust),
              both);
}

TEST(FlatText, TrailingProseOfCodeFilesOnly) {
    EXPECT_EQ(files("[filename: src/main.rs]\n" + rust + "\n### Explanation\n- I fixed the missing paren.\n")
                  .at("src/main.rs"),
              rust);
    const auto commented = toml + "\n# Explanation of this\n";
    EXPECT_EQ(files("[filename: Cargo.toml]\n" + commented).at("Cargo.toml"), commented) << "a comment in TOML";
    const auto text = "Hello there\n\nThis is a text file.\n";
    EXPECT_EQ(files(std::string("[filename: a.txt]\n") + text).at("a.txt"), text);
    const auto code = rust + "\nType Alias Missing = 3;\n";
    EXPECT_EQ(files("[filename: src/main.rs]\n" + code).at("src/main.rs"), code);
    EXPECT_EQ(files("[filename: src/main.rs]\nThis is all prose here.\n").at("src/main.rs"),
              "This is all prose here.\n");
}

TEST(FlatText, ThinkBlocks) {
    const std::string think = "<think>\nThe user wants\n[filename: wrong.rs]\nfoo\n</think>\n";
    EXPECT_EQ(files(think + plain), both);
    EXPECT_EQ(files("\n" + think + "Here:\n" + plain), both);
    EXPECT_THAT(parse(think + plain).notes, Contains(HasSubstr("<think>")));
    const auto late = files("[filename: a.txt]\n<think>\n</think>\n");
    EXPECT_EQ(late.at("a.txt"), "<think>\n</think>\n") << "content after a marker is content";
    EXPECT_EQ(files("<think>\nnever closed\n" + plain), both);
}

TEST(FlatText, IndentedInput) {
    std::string indented;
    for (std::size_t at = 0; at < plain.size();) {
        const auto end = plain.find('\n', at) + 1;
        indented += end - at == 1 ? "\n" : "        " + plain.substr(at, end - at);
        at = end;
    }
    EXPECT_EQ(files(indented), both);
    EXPECT_EQ(files("\n" + indented + "    "), both) << "a Python string with its closing indent";
    EXPECT_EQ(files(indented.substr(8)), both) << "first marker right behind the opening quotes";
    EXPECT_EQ(files("1. Manifest:\n   [filename: Cargo.toml]\n   ```toml\n   [package]\n   ```\n2. Done\n"),
              (Files{{"Cargo.toml", "[package]\n"}}));
}

TEST(FlatText, DecoratedMarkers) {
    for (const std::string marker :
         {"**[filename: src/main.rs]**", "`[filename: src/main.rs]`", "### [filename: src/main.rs]",
          "## **`[filename: src/main.rs]`**", "[filename: `src/main.rs`]", "[filename:src/main.rs]",
          "[filename: src/main.rs]:", "[Filename: src/main.rs]", "[FILENAME:   \"src/main.rs\"  ]",
          "[filename: src\\main.rs]", "[filename: src\\\\main.rs]", "[filename: ./src//main.rs]  ",
          "**[filename: src/main.rs]:**", "2. **[filename: src/main.rs]**", "- `[filename: src/main.rs]`"})
        EXPECT_EQ(files(marker + "\n" + rust), (Files{{"src/main.rs", rust}})) << marker;
}

TEST(FlatText, NotMarkers) {
    for (const std::string line : {"println!(\"[filename: x.rs]\");", "let s = \"", "// [filename: x.rs] is a marker",
                                   "[filename: a] and [filename: b]", "File: x.rs", "[filename x.rs]",
                                   "[filename: x.rs", "x [filename: x.rs]"}) {
        const auto content = "fn f() {\n" + line + "\n}\n";
        EXPECT_EQ(files("[filename: src/lib.rs]\n" + content), (Files{{"src/lib.rs", content}})) << line;
    }
    const std::string in_string = "fn f() {\n    let s = \"\n    [filename: x.rs]\n    y\n\";\n}\n";
    const auto parsed = parse("[filename: src/lib.rs]\n" + in_string);
    EXPECT_EQ(files_of(parsed.project), (Files{{"src/lib.rs", in_string}}));
    EXPECT_THAT(parsed.notes, Contains(HasSubstr("line 4 looks like a marker but is indented")));
    EXPECT_EQ(parse(in_string).single_file, true);
}

TEST(FlatText, MarkerAtTheStartOfALineAlwaysCounts) {
    EXPECT_EQ(files("[filename: a.rs]\nlet s = \"\n[filename: b.rs]\nx\n"),
              (Files{{"a.rs", "let s = \"\n"}, {"b.rs", "x\n"}}));
}

TEST(FlatText, DuplicatesEmptyFilesAndNames) {
    const auto twice = parse("[filename: a.rs]\none\n[filename: a.rs]\ntwo\n");
    EXPECT_EQ(files_of(twice.project), (Files{{"a.rs", "two\n"}}));
    EXPECT_THAT(twice.notes, Contains("a.rs is given more than once: the one at line 3 counts"));
    EXPECT_EQ(files("[filename: a.rs]\n\n[filename: b.rs]\n\n\n[filename: c.rs]"),
              (Files{{"a.rs", ""}, {"b.rs", ""}, {"c.rs", ""}}));
    EXPECT_EQ(files("[filename: rust]\nshort\n"), (Files{{"rust", "short\n"}})) << "upstream deletes this one";
    EXPECT_EQ(files("[filename: a]b].rs]\nx\n"), (Files{{"a]b].rs", "x\n"}}));
}

TEST(FlatText, NoFileIsInvented) {
    EXPECT_EQ(files("[filename: src/lib.rs]\npub fn f() {}\n"), (Files{{"src/lib.rs", "pub fn f() {}\n"}}));
}

TEST(FlatText, CrlfAndByteOrderMark) {
    EXPECT_EQ(files("\xEF\xBB\xBF" + plain), both);
    EXPECT_EQ(files("[filename: a.rs]\r\nx\r\ny\r\n\r\n[filename: b.rs]\r\nz"),
              (Files{{"a.rs", "x\r\ny\r\n"}, {"b.rs", "z\r\n"}}));
    EXPECT_EQ(files("[filename: a.rs]\n\xEF\xBB\xBFx\n").at("a.rs"), "\xEF\xBB\xBFx\n") << "inside a file it stays";
}

TEST(FlatText, PlainRust) {
    const auto parsed = parse(rust);
    EXPECT_TRUE(parsed.single_file);
    EXPECT_EQ(*parsed.project.find("src/main.rs"), rust);
    EXPECT_NE(parsed.project.find("Cargo.toml"), nullptr);
    EXPECT_THAT(parsed.notes, Contains(HasSubstr("single-file")));
    for (const std::string broken : {"fn main() {\n    println!(\"Hello\"\n}\n", "fn main( { let x = 1; }",
                                     "//! docs\nuse std::io;\n\nfn main() {\n    let x: i32 = \"a\";\n"})
        EXPECT_EQ(*parse(broken).project.find("src/main.rs"), broken);
    EXPECT_NE(parse("pub struct A {\n    x: i32,\n}\n").project.find("src/lib.rs"), nullptr);
    const std::string with_fence = "/**\n```\nlet x = 1;\n```\n*/\npub fn f() {}\n";
    EXPECT_TRUE(parse_flat_text("pub fn g() {}\n" + with_fence)->single_file);
}

TEST(FlatText, BlocksWithoutMarkers) {
    EXPECT_EQ(files("Here:\n```toml\n" + toml + "```\nand\n```rust\n" + rust + "```\nRun:\n```bash\ncargo run\n```\n"),
              both);
    EXPECT_EQ(files("**Cargo.toml**\n```\n" + toml + "```\n`src/util.rs`:\n```rust\npub fn u() {}\n```\n```rust\n" +
                    rust + "```\n"),
              (Files{{"Cargo.toml", toml}, {"src/main.rs", rust}, {"src/util.rs", "pub fn u() {}\n"}}));
    const auto alone = parse("The fix:\n\n```rust\n" + rust + "```\n");
    EXPECT_TRUE(alone.single_file);
    EXPECT_EQ(*alone.project.find("src/main.rs"), rust);
}

TEST(FlatText, ClearErrors) {
    const auto error = [](std::string_view text) {
        const auto parsed = parse_flat_text(text);
        EXPECT_FALSE(parsed) << text;
        return parsed ? Error{} : parsed.error();
    };
    EXPECT_EQ(error("").place, "line 1");
    EXPECT_THAT(error(" \n\n").message, HasSubstr("empty"));
    EXPECT_THAT(error("I am sorry, I cannot do that.").message, HasSubstr("not Rust source"));
    EXPECT_THAT(error("Please write fn main for me").message, HasSubstr("not Rust source"));
    EXPECT_EQ(error("Look:\n\n```bash\nls\n```\n").place, "line 3");
    EXPECT_EQ(error("[filename: a]\nx\n[filename: ]\n").place, "line 3");
    EXPECT_THAT(error("[filename: a]\nx\n[filename: a/b]\ny\n").place, HasSubstr("line 3"));
    EXPECT_EQ(error("[filename: a; bytes=9]\nx\n").code, Errc::invalid_input);
    EXPECT_EQ(error("[filename: a; bytes=1]\nxy\n").code, Errc::invalid_input);
    EXPECT_EQ(error("[filename: a; bytes=x]\nxy\n").code, Errc::invalid_input);
    EXPECT_EQ(error("[filename: a; bytes=99999999999999999999]\nxy\n").code, Errc::invalid_input);
    EXPECT_EQ(error("[filename: a; bytes=1]\r\nx\r\n").code, Errc::invalid_input);
}

TEST(FlatText, PathAttacks) {
    for (const std::string path : {"/etc/passwd", "../x", "a/../../x", "..", "C:\\x", "c:/x", "\\\\server\\share",
                                   "a\\..\\..\\x", "a\tb", "a\x7f", "a\x1b[31m", "\xff"}) {
        const auto parsed = parse_flat_text("[filename: ok.rs]\nx\n[filename: " + path + "]\ny\n");
        ASSERT_FALSE(parsed) << path;
        EXPECT_EQ(parsed.error().code, Errc::denied) << path;
        EXPECT_THAT(parsed.error().place, HasSubstr("line 3")) << path;
    }
    const std::string nul("[filename: a\0b]\nx\n", 18);
    ASSERT_FALSE(parse_flat_text(nul));
    EXPECT_EQ(parse_flat_text(nul).error().code, Errc::denied);
    EXPECT_FALSE(parse_flat_text("[filename: src/]\nx\n"));
    EXPECT_FALSE(parse_flat_text("[filename: .]\nx\n"));
}

TEST(FlatText, LimitsAreMessages) {
    Limits small;
    small.files = 2;
    small.file_bytes = 10;
    small.total_bytes = 15;
    small.path_bytes = 20;
    small.path_depth = 3;
    const auto code = [&](std::string_view text) {
        const auto parsed = parse_flat_text(text, small);
        return parsed ? "none" : std::string(name(parsed.error().code));
    };
    EXPECT_EQ(code("[filename: a]\n1\n[filename: b]\n2\n"), "none");
    EXPECT_EQ(code("[filename: a]\n1\n[filename: b]\n2\n[filename: c]\n3\n"), "limit");
    EXPECT_EQ(code("[filename: a]\n1234567890123\n"), "limit");
    EXPECT_EQ(code("[filename: a]\n12345678\n[filename: b]\n12345678\n"), "limit");
    EXPECT_EQ(code("[filename: a/b/c/d]\n1\n"), "limit");
    EXPECT_EQ(code("[filename: abcdefghijabcdefghijabcdefghij]\n1\n"), "limit");
    EXPECT_EQ(code("[filename: a; bytes=12]\n123456789012\n"), "limit");
    EXPECT_EQ(code("fn main() { let x = 1; }"), "limit");
    const std::string deep(300, 'a');
    EXPECT_FALSE(parse_flat_text("[filename: " + deep + "]\nx\n"));
}

TEST(FlatText, ExactForm) {
    const std::string content = "no newline [filename: x]\n[filename: y]\n```";
    EXPECT_EQ(files("Intro\n[filename: a; bytes=" + std::to_string(content.size()) + "]\n" + content +
                    "\n[filename: b]\nx\n"),
              (Files{{"a", content}, {"b", "x\n"}}));
    EXPECT_EQ(files("[filename: a; bytes=0]\n"), (Files{{"a", ""}}));
    EXPECT_EQ(files("[files: 0]\n"), Files{});
}

} // namespace
} // namespace rustcoder::project
