#include "base/text.h"
#include "knowledge/import.h"
#include "knowledge/seed_sources.h"
#include "store_support.h"

#include <gmock/gmock.h>

namespace rustcoder::knowledge {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// A toolchain without programs: its version is that of the docs in cases/import/html, so nothing has to be run.
toolchain::Toolchain paper_toolchain() {
    toolchain::Toolchain t;
    t.rustc_version = "1.99.0";
    t.sysroot = "/nonexistent/toolchains/paper";
    return t;
}

class Seed : public StoreTest {
protected:
    void SetUp() override {
        StoreTest::SetUp();
        store_ = open();
        options_.rust_docs = fs::path(RC_TESTS_DIR) / "cases/import/html";
        options_.shipped = folder_.path() / "shipped";
        ASSERT_TRUE(base::write_file(options_.shipped / "lessons/a.md",
                                     "---\ntitle: Own lesson\ncodes: [E0382]\n---\nWhy.\n\n```rust broken\nx\n```\n\n"
                                     "```rust fixed\ny\n```\n"));
        ASSERT_TRUE(base::write_file(options_.shipped / "projects/tool/Cargo.toml",
                                     "[package]\nname = \"tool\"\nversion = \"0.1.0\"\n"));
        ASSERT_TRUE(base::write_file(options_.shipped / "projects/tool/src/main.rs", "fn main() {}\n"));
    }
    Result<ImportReport> run(std::stop_token stop = {}, const OnProgress& progress = {}) {
        return seed(*store_, toolchain_, process::Sandbox(), options_, std::move(stop), progress);
    }
    bool is_seeded() {
        const auto done = seeded(*store_, toolchain_, options_);
        EXPECT_TRUE(done) << done.error().text();
        return done && *done;
    }
    std::map<std::string, Entry> entries() {
        std::map<std::string, Entry> out;
        EXPECT_TRUE(store_->each({}, [&](const Entry& e) {
            out[e.title] = e;
            return true;
        }));
        return out;
    }
    toolchain::Toolchain toolchain_ = paper_toolchain();
    SeedOptions options_;
    std::unique_ptr<Store> store_;
};

TEST_F(Seed, EverySourceOnce) {
    EXPECT_FALSE(is_seeded());
    const auto report = run();
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->read, report->added);
    EXPECT_TRUE(report->skipped.empty());
    EXPECT_TRUE(is_seeded());

    const auto all = entries();
    ASSERT_TRUE(all.contains("Own lesson"));
    EXPECT_EQ(all.at("Own lesson").provenance.source, "shipped/lessons/a.md");
    EXPECT_EQ(all.at("Own lesson").provenance.licence, "Apache-2.0");
    ASSERT_TRUE(all.contains("tool 0.1.0"));
    EXPECT_THAT(all.at("tool 0.1.0").payload, HasSubstr("src/main.rs"));
    ASSERT_TRUE(all.contains("The Book > Ownership > The Slice Type"));
    EXPECT_TRUE(all.contains("The Book > Ownership"));
    ASSERT_TRUE(all.contains("std::option::Option::map"));
    EXPECT_EQ(all.at("std::option::Option::map").provenance.source, "rust-docs/std/option/enum.Option.html#method.map");
    for (const auto& [title, entry] : all)
        EXPECT_THAT(entry.text, testing::Not(HasSubstr("Bienvenido")));

    const auto again = run();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->read, 0U);
    options_.again = true;
    const auto anew = run();
    ASSERT_TRUE(anew);
    EXPECT_EQ(anew->known, report->added);
    EXPECT_EQ(anew->added, 0U);
}

TEST_F(Seed, ChangedLessonsAreReadAgain) {
    ASSERT_TRUE(run());
    ASSERT_TRUE(base::write_file(options_.shipped / "lessons/b.md", "---\ntitle: Second\n---\nText.\n"));
    EXPECT_FALSE(is_seeded());
    const auto report = run();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->added, 1U);
    EXPECT_TRUE(is_seeded());
}

TEST_F(Seed, GoesOnWhereItWasStopped) {
    std::stop_source stop;
    const auto first = run(stop.get_token(), [&](const Progress& p) {
        if (p.source.starts_with("rust-docs/book") && p.done == 2)
            stop.request_stop();
    });
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, Errc::cancelled);
    const auto so_far = entries().size();
    EXPECT_GT(so_far, 2U); // what was read is kept
    EXPECT_FALSE(is_seeded());
    const auto second = run();
    ASSERT_TRUE(second) << second.error().text();
    EXPECT_TRUE(is_seeded());
    EXPECT_EQ(entries().size(), so_far + second->added);
    EXPECT_FALSE(entries().at("Own lesson").id.empty());
}

TEST_F(Seed, PagesUpToTheMarkAreNotReadAgain) {
    const auto docs = find_rust_docs(toolchain_, options_.rust_docs);
    ASSERT_TRUE(docs);
    EXPECT_EQ(docs->version, "1.99.0 (abc 2030-01-01)");
    SeedState state(*store_, "test");
    ASSERT_TRUE(state.reach("book/ch04-01.html"));
    EXPECT_EQ(*state.reached(), "book/ch04-01.html");
    EXPECT_FALSE(*state.done());
    Sink sink(*store_, {}, {}, {});
    ASSERT_TRUE(seed_book(sink, state, *docs, "book", "The Book"));
    ASSERT_TRUE(sink.flush());
    const auto all = entries();
    EXPECT_FALSE(all.contains("The Book > Ownership > The Slice Type"));
    EXPECT_TRUE(all.contains("The Book > Ownership"));
}

TEST_F(Seed, WithoutDocsAndApiOnlyTheRestIsLeft) {
    options_.std_api = false;
    ASSERT_TRUE(run());
    EXPECT_FALSE(entries().contains("std::option::Option::map"));
    EXPECT_TRUE(is_seeded());
}

TEST_F(Seed, AMissingShippedFolderIsAnError) {
    options_.shipped = folder_.path() / "no such folder";
    const auto report = run();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::not_found);
}

TEST(SeedDocs, ChaptersAboveAPage) {
    const auto above = chapters_above(
        "<ol class=\"chapter\"><li><a href=\"a.html\"><strong aria-hidden=\"true\">1.</strong> A &amp; B</a>"
        "<ol class=\"section\"><li><a href=\"b.html\">C</a><ol><li><a href=\"c.html\">D</a></li></ol></li></ol></li>"
        "<li><a href=\"d.html\">E</a></li></ol><a href=\"not.html\">x</a>");
    EXPECT_EQ(above.size(), 4U);
    EXPECT_THAT(above.at("a.html"), ElementsAre());
    EXPECT_THAT(above.at("b.html"), ElementsAre("A & B"));
    EXPECT_THAT(above.at("c.html"), ElementsAre("A & B", "C"));
    EXPECT_THAT(above.at("d.html"), ElementsAre());
    EXPECT_TRUE(chapters_above("<ol class=\"chapter\"></ol></ol></ol>").empty());
}

constexpr const char* printed = R"(A variable was used after its contents have been moved
elsewhere. It's *gone*.

Erroneous code example:

```
let a = String::new();
let b = a;
drop(a);
```

Clone it, as [the book][book] says:

```
let a = String::new();
let b = a.clone();
drop(a);
```

[book]: https://doc.rust-lang.org/book/
)";

TEST(SeedExplain, LessonWithBothExamples) {
    const auto e = explained_entry("E0382", printed);
    ASSERT_TRUE(e);
    EXPECT_EQ(e->kind, Kind::lesson);
    EXPECT_EQ(e->title, "E0382: A variable was used after its contents have been moved elsewhere");
    EXPECT_THAT(e->codes, ElementsAre("E0382"));
    EXPECT_THAT(e->text, HasSubstr("elsewhere. It's gone.\n\nErroneous code example:\n\n```rust\nlet a"));
    EXPECT_THAT(e->text, HasSubstr("Clone it, as the book says:"));
    EXPECT_THAT(e->text, testing::Not(HasSubstr("https")));
    EXPECT_EQ(
        e->payload,
        R"({"broken":"let a = String::new();\nlet b = a;\ndrop(a);\n","fixed":"let a = String::new();\nlet b = a.clone();\ndrop(a);\n"})");
}

TEST(SeedExplain, PageAndPrintGiveTheSameEntry) {
    const auto page = base::read_file(fs::path(RC_TESTS_DIR) / "cases/import/html/error_codes/E0382.html");
    ASSERT_TRUE(page);
    const auto a = explained_entry_of_page("E0382", *page);
    const auto b = explained_entry("E0382", base::replace_all(printed, ", as [the book][book] says", ""));
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->text, b->text);
    EXPECT_EQ(content_id(*a), content_id(*b));
}

TEST(SeedExplain, RetiredCodesSaySoAndNothingGivesNothing) {
    const auto e = explained_entry(
        "E0001", "#### Note: this error code is no longer emitted by the compiler.\n\nIt was about patterns.\n");
    ASSERT_TRUE(e);
    EXPECT_EQ(e->title, "E0001: It was about patterns (no longer emitted)");
    EXPECT_FALSE(explained_entry("E0998", ""));
}

} // namespace
} // namespace rustcoder::knowledge
