#include "base/os.h"
#include "knowledge/format_manifest.h"
#include "knowledge/format_project.h"
#include "knowledge/format_readers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rustcoder::knowledge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string data(const std::string& name) {
    auto text = base::read_file(std::string(RC_TESTS_DIR) + "/cases/import/" + name);
    EXPECT_TRUE(text) << name;
    return text ? *text : std::string();
}

/// What a reader emits; its error, if any, in `failed`.
struct Collected {
    std::vector<Entry> entries;
    std::optional<Error> failed;
    Emit emit() {
        return [this](Entry e) -> Status {
            entries.push_back(std::move(e));
            return {};
        };
    }
    void end(const Status& status) {
        if (!status)
            failed = status.error();
    }
    std::vector<std::string> titles() const {
        std::vector<std::string> out;
        for (const auto& e : entries)
            out.push_back(e.title);
        return out;
    }
};

TEST(FormatJson, ErrorExampleOfTheContractIsALesson) {
    Collected c;
    c.end(read_json(data("contract/error_examples/move.json"), c.emit()));
    ASSERT_EQ(c.entries.size(), 1U);
    const Entry& e = c.entries[0];
    EXPECT_EQ(e.kind, Kind::lesson);
    EXPECT_EQ(e.title, "error[E0382]: borrow of moved value: `name`");
    EXPECT_THAT(e.codes, ElementsAre("E0382"));
    EXPECT_THAT(e.text, HasSubstr("Borrow the value instead of moving it"));
    EXPECT_THAT(e.text, HasSubstr("```rust\nfn show"));
    const auto payload = base::parse_json(e.payload);
    ASSERT_TRUE(payload);
    EXPECT_EQ(base::get_string(payload->get_object(), "context"), "The function takes its parameter by value");
}

TEST(FormatJson, ProjectExampleKeepsItsFiles) {
    Collected c;
    c.end(read_json(data("contract/project_examples/counter.json"), c.emit()));
    ASSERT_EQ(c.entries.size(), 1U);
    EXPECT_EQ(c.entries[0].kind, Kind::project);
    EXPECT_THAT(c.entries[0].text, HasSubstr("- src/main.rs"));
    const auto payload = base::parse_json(c.entries[0].payload);
    const auto* files = base::get_object(payload->get_object(), "project_files");
    ASSERT_NE(files, nullptr);
    EXPECT_EQ(files->size(), 2U);
}

TEST(FormatJson, ScrollAnswerOfQdrant) {
    Collected c;
    c.end(read_json(data("scroll.json"), c.emit()));
    ASSERT_THAT(c.titles(), ElementsAre("Rust has no garbage collector.", "Traits", "error[E0308]: mismatched types"));
    EXPECT_EQ(c.entries[0].text, "Rust has no garbage collector.");
    EXPECT_EQ(c.entries[0].provenance.source, "");
    EXPECT_EQ(c.entries[1].provenance.source, "import:traits.md");
    EXPECT_EQ(c.entries[2].kind, Kind::lesson);
}

TEST(FormatJson, LinesWithOneThatIsNoJson) {
    Collected c;
    std::vector<std::size_t> odd;
    c.end(read_json(data("points.jsonl"), c.emit(), [&](std::size_t line) { odd.push_back(line); }));
    EXPECT_FALSE(c.failed);
    EXPECT_THAT(c.titles(), ElementsAre("First line of a dump.", "Second line of a dump."));
    EXPECT_THAT(odd, ElementsAre(2U));
    EXPECT_EQ(c.entries[1].provenance.source, "import:book.md");
}

TEST(FormatJson, OwnEntriesAndArrays) {
    Collected c;
    c.end(read_json(R"([{"kind": "lesson", "title": "T", "text": "words", "codes": ["E0001"], "payload": {"a": 1}},
                        {"kind": "passage"}, 5, null, {"error": "", "solution": "x"}])",
                    c.emit()));
    ASSERT_EQ(c.entries.size(), 1U);
    EXPECT_EQ(c.entries[0].payload, R"({"a":1})");
    EXPECT_THAT(c.entries[0].codes, ElementsAre("E0001"));
}

TEST(FormatJson, NoJsonAtAllIsAnErrorWithItsPlace) {
    Collected c;
    c.end(read_json("one\ntwo\nthree\nfour\nfive", c.emit()));
    ASSERT_TRUE(c.failed);
    EXPECT_EQ(c.failed->code, Errc::invalid_input);
}

TEST(FormatQna, FencedProseAndPastedAnswers) {
    Collected c;
    c.end(read_qna(data("pairs.txt"), c.emit()));
    EXPECT_FALSE(c.failed);
    ASSERT_EQ(c.entries.size(), 3U);
    EXPECT_EQ(c.entries[0].kind, Kind::project);
    const auto payload = base::parse_json(c.entries[0].payload);
    EXPECT_THAT(std::string(base::get_string(payload->get_object(), "example")), HasSubstr("read_line(&mut line)?;"));
    EXPECT_THAT(c.entries[0].payload, Not(HasSubstr("```")));
    EXPECT_EQ(c.entries[1].kind, Kind::passage);
    EXPECT_THAT(c.entries[1].codes, ElementsAre("E0502"));
    EXPECT_THAT(c.entries[2].payload, HasSubstr("pasted"));
    EXPECT_THAT(c.entries[2].payload, Not(HasSubstr("rustCopy")));
}

TEST(FormatQna, TextWithoutPairsIsRefused) {
    Collected c;
    c.end(read_qna("Question: none\nAnswer: none\n", c.emit()));
    ASSERT_TRUE(c.failed);
    EXPECT_EQ(c.failed->code, Errc::invalid_input);
}

TEST(FormatCsv, QuotesLineBreaksAndHeader) {
    Collected c;
    c.end(read_csv(data("table.csv"), c.emit()));
    ASSERT_THAT(c.titles(), ElementsAre("ownership in one sentence", "borrowing"));
    EXPECT_EQ(c.entries[0].text, "Ownership moves a value, and \"copies\" only what is Copy.\nSecond line.");
}

TEST(FormatCsv, OneColumnAndColumnsTheOtherWayRound) {
    Collected one;
    one.end(read_csv("Just a text that stands alone\n\nanother\n", one.emit()));
    EXPECT_THAT(one.titles(), ElementsAre("Just a text that stands alone", "another"));
    Collected turned;
    turned.end(read_csv("question,answer\nwhat is a trait,an interface\n", turned.emit()));
    ASSERT_EQ(turned.entries.size(), 1U);
    EXPECT_EQ(turned.entries[0].title, "what is a trait");
    EXPECT_EQ(turned.entries[0].text, "an interface");
}

TEST(FormatCsv, AQuoteThatNeverEndsIsAnError) {
    Collected c;
    c.end(read_csv("a,b\n\"open,c\n", c.emit()));
    ASSERT_TRUE(c.failed);
    EXPECT_THAT(c.failed->place, HasSubstr("line"));
}

TEST(FormatText, ParagraphsKeepFencesWhole) {
    Collected c;
    c.end(read_text(data("paragraphs.txt"), c.emit()));
    ASSERT_EQ(c.entries.size(), 3U);
    EXPECT_EQ(c.entries[0].title, "Ownership is a set of rules");
    EXPECT_EQ(c.entries[1].text, "A borrow never outlives\nits owner.");
    EXPECT_EQ(c.entries[2].text, "```rust\nfn a() {}\n\nfn b() {}\n```");
}

TEST(FormatMarkdown, SectionsByHeading) {
    Collected c;
    c.end(read_markdown(data("notes.md"), "notes", c.emit()));
    EXPECT_THAT(c.titles(), ElementsAre("House rules", "House rules > Errors", "House rules > Errors > Messages",
                                        "House rules > Tests"));
    EXPECT_EQ(c.entries[1].provenance.source, "#errors");
    EXPECT_EQ(c.entries[1].provenance.licence, "CC0-1.0");
    EXPECT_THAT(c.entries[1].codes, ElementsAre("E0277"));
    EXPECT_THAT(c.entries[1].text, HasSubstr("# not a heading"));
}

TEST(FormatMarkdown, LessonWithBrokenAndFixedCode) {
    Collected c;
    c.end(read_markdown(
        "---\ntitle: T\ncodes: [E0382, \"E0505\"]\nedition: 2021\n---\nWhy.\n\n```rust broken\nlet a;\n```\n"
        "\nHow.\n\n```rust fixed\nlet b;\n```\n",
        "name", c.emit()));
    ASSERT_EQ(c.entries.size(), 1U);
    EXPECT_EQ(c.entries[0].kind, Kind::lesson);
    EXPECT_THAT(c.entries[0].codes, ElementsAre("E0382", "E0505"));
    EXPECT_EQ(c.entries[0].text, "Why.\n\n```rust\nlet a;\n```\n\nHow.\n\n```rust\nlet b;\n```");
    const auto payload = base::parse_json(c.entries[0].payload);
    EXPECT_EQ(base::get_string(payload->get_object(), "broken"), "let a;\n");
    EXPECT_EQ(base::get_string(payload->get_object(), "fixed"), "let b;\n");
}

TEST(FormatMarkdown, LessonOfSeveralFiles) {
    Collected c;
    c.end(read_markdown(
        "---\ntitle: T\n---\n```toml broken file=Cargo.toml\n[package]\n```\n\n```rust broken file=src/main.rs\n"
        "x\n```\n\n```rust fixed file=src/main.rs\ny\n```\n",
        "name", c.emit()));
    ASSERT_EQ(c.entries.size(), 1U);
    const auto payload = base::parse_json(c.entries[0].payload);
    ASSERT_TRUE(payload) << c.entries[0].payload;
    const auto* broken = base::get_object(payload->get_object(), "broken_files");
    ASSERT_NE(broken, nullptr);
    EXPECT_EQ(base::get_string(*broken, "src/main.rs"), "x\n");
    EXPECT_THAT(c.entries[0].text, HasSubstr("Cargo.toml:\n\n```toml\n[package]"));
}

TEST(FormatHtml, ChapterBySections) {
    Collected c;
    c.end(read_html_page(data("html/book/ch04-01.html"),
                         {.path = "book/ch04-01.html",
                          .source = "rust-docs/book/ch04-01.html",
                          .book = "The Book",
                          .parents = {"Ownership"},
                          .leave_out = {}},
                         c.emit()));
    ASSERT_THAT(c.titles(), ElementsAre("The Book > Ownership > The Slice Type",
                                        "The Book > Ownership > The Slice Type > String Slices"));
    EXPECT_EQ(c.entries[0].provenance.source, "rust-docs/book/ch04-01.html#the-slice-type");
    EXPECT_THAT(c.entries[0].text, HasSubstr("```rust\nlet word = &s[0..5];\n```"));
    EXPECT_THAT(c.entries[0].text, HasSubstr("See also:\n\nVectors."));
    EXPECT_THAT(c.entries[1].text, HasSubstr("- two\n  - deep"));
}

TEST(FormatHtml, ItemsOfTheStandardLibrary) {
    Collected c;
    c.end(read_html_page(
        data("html/std/option/enum.Option.html"),
        {.path = "std/option/enum.Option.html", .source = "s", .book = {}, .parents = {}, .leave_out = {}}, c.emit()));
    ASSERT_THAT(c.titles(),
                ElementsAre("std::option::Option", "std::option::Option > Variants", "std::option::Option::map"));
    EXPECT_THAT(c.entries[0].text, HasSubstr("pub enum Option<T>"));
    EXPECT_EQ(c.entries[1].text, "- `None`: No value.");
    EXPECT_EQ(c.entries[2].provenance.source, "s#method.map");
    EXPECT_THAT(c.entries[2].text, HasSubstr("Examples:\n\n```rust\nassert_eq!"));
    for (const auto& e : c.entries)
        EXPECT_THAT(e.text, Not(HasSubstr("Noise")));
}

TEST(FormatHtml, ItemsToldElsewhereAreLeftOut) {
    Collected c;
    c.end(read_html_page(data("html/std/option/enum.Option.html"),
                         {.path = "std/option/enum.Option.html",
                          .source = "s",
                          .book = {},
                          .parents = {},
                          .leave_out = [](std::string_view item) { return item == "map"; }},
                         c.emit()));
    EXPECT_EQ(c.entries.size(), 2U);
}

TEST(FormatHtml, RedirectsAndTranslationsGiveNothing) {
    Collected c;
    c.end(read_html_page(data("html/book/old.html"),
                         {.path = "book/old.html", .source = "s", .book = {}, .parents = {}, .leave_out = {}},
                         c.emit()));
    c.end(read_html_page("<html lang=\"es\"><p>Hola</p></html>",
                         {.path = "x.html", .source = "s", .book = {}, .parents = {}, .leave_out = {}}, c.emit()));
    EXPECT_TRUE(c.entries.empty());
}

TEST(FormatCodes, CodesAndLints) {
    EXPECT_THAT(codes_in("error[E0382] and E0382, E05020 xE0502 E0502."), ElementsAre("E0382", "E0502"));
    EXPECT_THAT(codes_in("note: `#[warn(unused_variables)]` on by default; clippy::needless_return"),
                ElementsAre("unused_variables", "clippy::needless_return"));
    EXPECT_TRUE(codes_in("EABCD warn(x)").empty());
}

TEST(FormatManifest, WhatCargoWrites) {
    const auto m = read_manifest(R"(# generated
[package]
name = "serde"  # comment
version = "1.0.152"
description = """
A framework \
    for data"""
license = 'MIT OR Apache-2.0'
edition = "2021"
keywords = [
    "a", # one
    "b]",
]

[features]
default = ["std"]
"std" = []

[dependencies]
libc = { version = "0.2", features = ["x"] }
log.workspace = true

[dependencies.rand]
version = "0.8"

[target.'cfg(unix)'.dependencies.nix]
version = "1"

[dev-dependencies]
criterion = "0.5"
)");
    EXPECT_TRUE(m.package);
    EXPECT_EQ(m.name, "serde");
    EXPECT_EQ(m.licence, "MIT OR Apache-2.0");
    EXPECT_EQ(m.description, "\nA framework for data");
    EXPECT_THAT(m.keywords, ElementsAre("a", "b]"));
    EXPECT_THAT(m.features, ElementsAre("default", "std"));
    EXPECT_THAT(m.dependencies, ElementsAre("libc", "log", "rand", "nix"));
}

TEST(FormatManifest, BrokenTomlEndsSomewhere) {
    EXPECT_EQ(read_manifest("[package]\nname = \"open\nversion = '1'\n").version, "1");
    EXPECT_FALSE(read_manifest("[workspace]\nmembers = [\"a\"").package);
    EXPECT_EQ(read_manifest("= =\n[[x\n\\").name, "");
}

TEST(FormatProject, PublicApiInBrief) {
    project::Project p;
    ASSERT_TRUE(p.set("Cargo.toml", "[package]\nname = \"geo\"\nversion = \"0.2.0\"\nlicense = \"MIT\"\n"
                                    "description = \"Shapes\"\n[features]\nstd = []\n"));
    ASSERT_TRUE(p.set("src/lib.rs", "//! Areas and more of them, for plane shapes.\n\n/// Area of a square. More.\n"
                                    "pub fn area(side: f64) -> f64 { side * side }\nfn hidden() {}\n"
                                    "mod inner { pub fn unseen() {} }\npub struct Point { pub x: f64 }\n"
                                    "impl Point {\n    /// Moves it.\n    pub fn shift(&mut self) {}\n}\n"));
    const auto e = project_entry(p, true);
    ASSERT_TRUE(e);
    EXPECT_EQ(e->kind, Kind::project);
    EXPECT_EQ(e->title, "geo 0.2.0: Shapes");
    EXPECT_EQ(e->provenance.licence, "MIT");
    EXPECT_THAT(e->text, HasSubstr("Areas and more of them"));
    EXPECT_THAT(e->text, HasSubstr("- `pub fn area(side: f64) -> f64` Area of a square."));
    EXPECT_THAT(e->text, HasSubstr("- `Point: pub fn shift(&mut self)` Moves it."));
    EXPECT_THAT(e->text, Not(HasSubstr("hidden")));
    EXPECT_THAT(e->text, Not(HasSubstr("unseen")));
    EXPECT_THAT(e->payload, HasSubstr("project_files"));
    EXPECT_THAT(project_entry(p, false)->payload, Not(HasSubstr("project_files")));
}

TEST(FormatProject, WorkspaceWithoutPackageIsNone) {
    project::Project p;
    ASSERT_TRUE(p.set("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"));
    const auto e = project_entry(p, true);
    ASSERT_FALSE(e);
    EXPECT_EQ(e.error().code, Errc::not_found);
}

} // namespace
} // namespace rustcoder::knowledge
