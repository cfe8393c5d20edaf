#include "model/edit_blocks.h"

#include "model/edit_match.h"

#include <gtest/gtest.h>

namespace rustcoder::model {
namespace {

const std::string main_rs = "mod util;\n"
                            "\n"
                            "fn main() {\n"
                            "    let total = util::add(1, \"2\");\n"
                            "    println!(\"{}\", total);\n"
                            "}\n";
const std::string util_rs = "pub fn add(a: i32, b: i32) -> i32 {\n"
                            "    a + b\n"
                            "}\n"
                            "\n"
                            "pub fn double(a: i32) -> i32 {\n"
                            "    a + a\n"
                            "}\n";

project::Project sample() {
    project::Project p;
    EXPECT_TRUE(p.set("Cargo.toml", "[package]\nname = \"p\"\n"));
    EXPECT_TRUE(p.set("src/main.rs", main_rs));
    EXPECT_TRUE(p.set("src/util.rs", util_rs));
    return p;
}

std::string block(std::string_view search, std::string_view replace) {
    return "<<<<<<< SEARCH\n" + std::string(search) + "=======\n" + std::string(replace) + ">>>>>>> REPLACE\n";
}
const std::string fix = block("    let total = util::add(1, \"2\");\n", "    let total = util::add(1, 2);\n");

struct After {
    project::Project project;
    EditAnswer answer;
    std::string file(std::string_view path) const {
        const auto* text = project.find(path);
        return text ? *text : "(none)";
    }
    std::string reasons() const {
        std::string out;
        for (const auto& r : answer.refused)
            out += r.path + ": " + r.reason + "\n";
        return out;
    }
};
After read(std::string_view text, const project::Project& project = sample()) {
    After out{project, read_edits(text, project)};
    const auto applied = project::apply(project, out.answer.patch);
    EXPECT_TRUE(applied) << applied.error().text();
    if (applied)
        out.project = *applied;
    return out;
}

std::string replaced(std::string_view from, std::string_view to, std::string text = main_rs) {
    return text.replace(text.find(from), from.size(), to);
}
const std::string fixed = replaced("\"2\"", "2");

TEST(EditBlocks, are_found_in_whatever_stands_around_them) {
    const std::string answers[] = {
        "src/main.rs\n" + fix,
        "src/main.rs\n```rust\n" + fix + "```\n",
        "```rust\nsrc/main.rs\n" + fix + "```\n",
        "```rust src/main.rs\n" + fix + "```\n",
        "```rust:src/main.rs\n" + fix + "```\n",
        "```rust\n// src/main.rs\n" + fix + "```\n",
        "**`src/main.rs`**:\n\n" + fix,
        "### File: src/main.rs\n" + fix,
        "1. In `src/main.rs`, the literal is text, e.g. self.x:\n\n```diff\n" + fix + "```\nThat is all.",
        "[filename: src/main.rs]\n" + fix,
        "<<<<<<< SEARCH src/main.rs\n" + fix.substr(fix.find('\n') + 1),
        "./src/main.rs\n" + fix,
        "src\\main.rs\n" + fix,
        "my_project/src/main.rs\n" + fix,
        "main.rs\n" + fix,
        fix, // only one file holds the text
        "<<<<<<<\n" + fix.substr(fix.find('\n') + 1),
        "<<<<<<<<< ORIGINAL\n    let total = util::add(1, \"2\");\n=========\n    let total = util::add(1, "
        "2);\n>>>>>>>>> UPDATED\n",
        "src/main.rs\n" + fix + "and once more:\nsrc/main.rs\n" + fix, // said twice
        block("```rust\n    let total = util::add(1, \"2\");\n```\n",
              "```rust\n    let total = util::add(1, 2);\n```\n"),
    };
    for (const auto& answer : answers) {
        const auto after = read(answer);
        EXPECT_EQ(after.file("src/main.rs"), fixed) << answer << after.reasons();
        EXPECT_EQ(after.answer.refused.size(), 0u) << after.reasons();
        EXPECT_EQ(after.file("src/util.rs"), util_rs);
    }
    std::string crlf;
    for (const char c : "src/main.rs\n" + fix)
        crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    EXPECT_EQ(read(crlf).file("src/main.rs"), fixed);
}

TEST(EditBlocks, several_blocks_and_files_one_after_the_other) {
    const auto after = read("src/util.rs\n" + block("    a + b\n", "    a - b\n") + "\n" +
                            block("    a - b\n", "    a * b\n") + // sees the first one's work, in the same file
                            "src/main.rs\n" + fix);
    EXPECT_EQ(after.answer.applied, 3u) << after.reasons();
    EXPECT_EQ(after.file("src/util.rs"), replaced("a + b", "a * b", util_rs));
    EXPECT_EQ(after.file("src/main.rs"), fixed);
}

TEST(EditBlocks, white_space_may_differ_where_the_place_is_certain) {
    const auto file = [](std::string search, std::string replace) {
        const auto after = read("src/main.rs\n" + block(search, replace));
        return after.file("src/main.rs") + after.reasons();
    };
    EXPECT_EQ(file("    let total = util::add(1, \"2\");   \n", "    let total = util::add(1, 2);\n"), fixed);
    // no indentation in the answer, the file's in the result
    EXPECT_EQ(
        file("let total = util::add(1, \"2\");\nprintln!(\"{}\", total);\n",
             "let total = util::add(1, 2);\nif total > 0 {\n    println!(\"{}\", total);\n}\n"),
        replaced("    println!(\"{}\", total);\n", "    if total > 0 {\n    println!(\"{}\", total);\n    }\n", fixed));
    // deeper than the file
    EXPECT_EQ(file("        let total = util::add(1, \"2\");\n", "        let total = util::add(1, 2);\n"), fixed);
    // blank lines around
    EXPECT_EQ(file("\n    let total = util::add(1, \"2\");\n\n", "\n    let total = util::add(1, 2);\n"), fixed);
    // numbers copied from the prompt
    EXPECT_EQ(file(" 4 |     let total = util::add(1, \"2\");\n 5 |     println!(\"{}\", total);\n",
                   " 4 |     let total = util::add(1, 2);\n 5 |     println!(\"{}\", total);\n"),
              fixed);
    // a part of a line
    EXPECT_EQ(file("util::add(1, \"2\")\n", "util::add(1, 2)\n"), fixed);
    // lines taken out
    EXPECT_EQ(file("    println!(\"{}\", total);\n", ""), replaced("    println!(\"{}\", total);\n", ""));
}

TEST(EditBlocks, a_file_keeps_its_line_ends) {
    project::Project p;
    ASSERT_TRUE(p.set("src/lib.rs", "fn a() {\r\n    one();\r\n}\r\n"));
    EXPECT_EQ(read("src/lib.rs\n" + block("    one();\n", "    one();\n    two();\n"), p).file("src/lib.rs"),
              "fn a() {\r\n    one();\r\n    two();\r\n}\r\n");
    ASSERT_TRUE(p.set("src/lib.rs", "fn a() {\n    one()\n}")); // no end of line at the end
    EXPECT_EQ(read("src/lib.rs\n" + block("}\n", "}\nfn b() {}\n"), p).file("src/lib.rs"),
              "fn a() {\n    one()\n}\nfn b() {}");
}

TEST(EditBlocks, what_does_not_fit_is_refused_with_a_reason) {
    const auto reason = [](std::string_view answer) {
        const auto after = read(answer);
        EXPECT_EQ(after.project, sample()) << answer;
        EXPECT_TRUE(after.answer.patch.empty());
        EXPECT_EQ(after.answer.applied, 0u);
        return after.answer.refused.empty() ? "(nothing refused)" : after.answer.refused[0].reason;
    };
    EXPECT_EQ(reason("src/main.rs\n" + block("    let sum = 1;\n", "    let sum = 2;\n")),
              "the text to replace is not in the file; copy it exactly");
    EXPECT_EQ(reason("src/util.rs\n" + block("}\n", "};\n")),
              "the text to replace occurs 2 times in the file; repeat more of the lines around it");
    EXPECT_EQ(reason("src/gone.rs\n" + block("a\n", "b\n")), "there is no such file");
    EXPECT_EQ(reason("../../etc/passwd.txt\n" + block("", "b\n")), "its path is outside the project");
    EXPECT_EQ(reason("/etc/passwd.txt\n" + block("a\n", "b\n")), "its path is outside the project");
    EXPECT_EQ(reason(block("    a +\n", "b\n")), "it names no file");
    EXPECT_EQ(reason("src/main.rs\n" + block("fn main() {\n    // ... existing code ...\n}\n", "fn main() {}\n")),
              "the text to replace leaves code out; repeat it completely");
    EXPECT_EQ(reason("src/main.rs\n" + block("    println!(\"{}\", total);\n", "    // ... rest of the code ...\n")),
              "the new text leaves code out; write it completely");
    EXPECT_EQ(reason("src/main.rs\n" + block("", "fn main() {}\n")),
              "the text to replace is empty, but the file exists");
    EXPECT_EQ(reason("src/main.rs\n" + block("fn main() {\n", "fn main() {\n")), "it changes nothing");
    EXPECT_EQ(reason("src/main.rs\n```rust\nfn main() {}\n```\n"),
              "it is a whole file, but the file exists; answer with search and replace blocks");
    EXPECT_EQ(reason("main.rs\n```rust\nfn main() {}\n```\n"),
              "it is a whole file, but the file exists; answer with search and replace blocks");
    EXPECT_EQ(reason("src/main.rs\n<<<<<<< SEARCH\nfn main() {\n=======\nfn main() -> () {\n"),
              "the answer ends within the block");
    EXPECT_EQ(reason("src/main.rs\n<<<<<<< SEARCH\nfn main() {\n>>>>>>> REPLACE\n"), "the block has no dividing line");
    EXPECT_EQ(reason("src/main.rs\n<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE\n"),
              "the block has two dividing lines");
    EXPECT_EQ(reason("src/new.rs\n```rust\nfn a() {\n"), "the file is not complete: its fence is not closed");
    EXPECT_EQ(reason("src/new.rs\n" + block("", " \n")), "the file is empty");
    EXPECT_EQ(reason("src/new.rs\n" + block("", "fn a() {}\n// ... the rest of the code\n")),
              "the file leaves code out; write it completely");
    for (const auto* path : {"build.rs", ".cargo/config.toml", "rust-toolchain.toml", "src/.hidden/x.rs", "target/x.rs",
                             "run.sh", "Cargo.lock", "crates/x/build.rs"})
        EXPECT_EQ(reason(std::string(path) + "\n" + block("", "x\n")), "such a file may not be added") << path;
    EXPECT_EQ(reason(std::string((1u << 20) + 1, 'x')), "the answer is too long");
}

TEST(EditBlocks, what_fits_is_kept_when_other_blocks_are_refused) {
    const auto after = read("src/main.rs\n<<<<<<< SEARCH\nnever ended\nsrc/main.rs\n" + fix + "src/util.rs\n" +
                            block("nowhere\n", "x\n"));
    EXPECT_EQ(after.file("src/main.rs"), fixed);
    EXPECT_EQ(after.reasons(), "src/main.rs: the block has no end\n"
                               "src/util.rs: the text to replace is not in the file; copy it exactly\n");
    EXPECT_EQ(after.answer.refused[0].line, 2u);
}

TEST(EditBlocks, new_files_come_whole) {
    for (const auto& answer : {"src/shapes.rs\n" + block("", "pub struct Dot;\n"),
                               std::string("Create `src/shapes.rs`:\n\n```rust\npub struct Dot;\n```\nDone."),
                               std::string("```rust src/shapes.rs\npub struct Dot;\n```\n"),
                               std::string("[filename: src/shapes.rs]\n```rust\npub struct Dot;\n```\n")}) {
        const auto after = read(answer + "\nsrc/main.rs\n" + fix);
        EXPECT_EQ(after.file("src/shapes.rs"), "pub struct Dot;\n") << answer << after.reasons();
        EXPECT_EQ(after.file("src/main.rs"), fixed);
        EXPECT_EQ(after.answer.patch.added.size(), 1u);
    }
}

TEST(EditBlocks, prose_and_illustrations_change_nothing) {
    for (const auto* answer :
         {"", "I cannot help with that.", "The fix is to write `2`:\n\n```rust\nlet x = 2;\n```\n",
          "```\nerror[E0308]: mismatched types\n```", "=======\n>>>>>>> REPLACE\n", "<<<< 4\n", "a < b\n"}) {
        const auto after = read(answer);
        EXPECT_EQ(after.project, sample()) << answer;
        EXPECT_EQ(after.answer.refused.size(), 0u) << after.reasons();
    }
}

TEST(EditMatch, left_out_code_is_recognised_and_code_is_not) {
    for (const auto* line : {"...", "// ...", "  // ... existing code ...", "// ... rest of the function", "/* ... */",
                             "// rest of the code", "// Existing code here", "// (unchanged)", "// \u2026", "# ...",
                             "// remaining code ..."})
        EXPECT_TRUE(is_elision(line)) << line;
    for (const auto* line :
         {"", "..", "..Default::default()", "let x = 0..3;", "// the same as before, but faster", "// a comment...",
          "println!(\"...\");", "code();", "#[derive(Debug)]", "*rest = 1;", "// compares the rest with code points"})
        EXPECT_FALSE(is_elision(line)) << line;
    const auto kept = replace_in("a\n// ...\nb\n", "// ...\nb\n", "// ...\nc\n"); // the author's own dots
    ASSERT_TRUE(kept);
    EXPECT_EQ(*kept, "a\n// ...\nc\n");
}

} // namespace
} // namespace rustcoder::model
