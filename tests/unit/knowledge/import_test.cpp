#include "knowledge/import.h"

#include "knowledge/format_readers.h"
#include "knowledge/import_detect.h"
#include "knowledge/import_split.h"
#include "store_support.h"

#include <gmock/gmock.h>

namespace rustcoder::knowledge {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Import : public StoreTest {
protected:
    void SetUp() override {
        StoreTest::SetUp();
        store_ = open();
    }
    fs::path write(const std::string& name, std::string_view text) const {
        const fs::path path = folder_.path() / "in" / name;
        EXPECT_TRUE(base::write_file(path, text));
        return path;
    }
    static fs::path cases(const std::string& name) { return fs::path(RC_TESTS_DIR) / "cases/import" / name; }
    ImportReport run(const fs::path& path, const ImportOptions& options = {}) {
        auto report = import_path(*store_, path, options);
        EXPECT_TRUE(report) << report.error().text();
        return report ? *report : ImportReport{};
    }
    std::map<std::string, std::string> sources() { // title -> source
        std::map<std::string, std::string> out;
        EXPECT_TRUE(store_->each({}, [&](const Entry& e) {
            out[e.title] = e.provenance.source;
            return true;
        }));
        return out;
    }
    std::unique_ptr<Store> store_;
};

TEST_F(Import, FolderOfTheContractsFilesTwiceIsKnown) {
    const auto first = run(cases("contract"));
    EXPECT_EQ(first.read, 2U);
    EXPECT_EQ(first.added, 2U);
    const auto second = run(cases("contract"));
    EXPECT_EQ(second.added, 0U);
    EXPECT_EQ(second.known, 2U);
    EXPECT_EQ(sources().at("Create a command line counter of words"), "import:contract/project_examples/counter.json");
    EXPECT_THAT(found(*store_, "moved value"), testing::SizeIs(1));
}

TEST_F(Import, EveryTextFormatByItsNameOrContent) {
    EXPECT_EQ(run(cases("pairs.txt")).added, 3U);
    EXPECT_EQ(run(cases("table.csv")).added, 2U);
    EXPECT_EQ(run(cases("notes.md")).added, 4U);
    EXPECT_EQ(run(cases("paragraphs.txt")).added, 3U);
    EXPECT_EQ(run(cases("scroll.json")).added, 3U);
    EXPECT_EQ(run(cases("html/book/ch04-01.html")).added, 2U);
    const auto lines = run(cases("points.jsonl"), {.format = Format::qdrant});
    EXPECT_EQ(lines.added, 2U);
    EXPECT_THAT(lines.skipped, ElementsAre("points.jsonl line 2: no JSON"));
    EXPECT_EQ(sources().at("House rules > Errors"), "import:notes.md#errors");
}

TEST_F(Import, OptionsNameSourceAndLicence) {
    run(write("a.txt", "A paragraph about borrowing."), {.source = "import:mine", .licence = "MIT"});
    ASSERT_TRUE(store_->each({}, [](const Entry& e) {
        EXPECT_EQ(e.provenance.source, "import:mine");
        EXPECT_EQ(e.provenance.licence, "MIT");
        return true;
    }));
}

TEST_F(Import, AFolderIsReadFileByFileAndOddOnesAreSkipped) {
    write("good.md", "# A\n\nText of A.\n");
    write("bad.csv", "a,\"open\n");
    write("picture.png", std::string("\x89PNG\0\0", 6));
    write("code.rs", "fn main() {}");
    write("latin.txt", "caf\xE9");
    const auto report = run(folder_.path() / "in");
    EXPECT_EQ(report.added, 1U);
    EXPECT_THAT(report.skipped, ElementsAre(HasSubstr("bad.csv: a quoted field is never closed"),
                                            HasSubstr("latin.txt: the text is not UTF-8")));
}

TEST_F(Import, LinksInAFolderAreNotFollowed) {
    write("good.md", "Text of a file.\n");
    const fs::path secret = folder_.path() / "secret.md";
    ASSERT_TRUE(base::write_file(secret, "Not to be read.\n"));
    fs::create_symlink(secret, folder_.path() / "in/link.md");
    fs::create_directory_symlink(folder_.path(), folder_.path() / "in/up");
    EXPECT_EQ(run(folder_.path() / "in").added, 1U);
}

TEST_F(Import, ProjectsBelowAFolder) {
    write("ws/Cargo.toml", "[workspace]\nmembers = [\"one\", \"two\"]\n");
    write("ws/one/Cargo.toml", "[package]\nname = \"one\"\nversion = \"0.1.0\"\nlicense = \"MIT\"\n");
    write("ws/one/src/lib.rs", "pub fn first() {}\n");
    write("ws/two/Cargo.toml", "[package]\nname = \"two\"\nversion = \"0.2.0\"\n");
    write("ws/two/.cargo-checksum.json", "{}");
    write("ws/two/src/lib.rs", "pub fn second() {}\n");
    const auto report = run(folder_.path() / "in/ws");
    EXPECT_EQ(report.added, 2U);
    EXPECT_EQ(sources().at("one 0.1.0"), "import:ws/one");
    ASSERT_TRUE(store_->each({}, [](const Entry& e) {
        EXPECT_EQ(e.kind, Kind::project);
        EXPECT_EQ(e.payload.find("project_files") != std::string::npos, e.title == "one 0.1.0");
        return true;
    }));
}

TEST_F(Import, ErrorsSayWhatIsWrong) {
    const auto none = import_path(*store_, folder_.path() / "nothing", {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, Errc::not_found);
    const auto binary = import_path(*store_, write("x.bin", std::string("\0\1\2", 3)), {});
    ASSERT_FALSE(binary);
    EXPECT_EQ(binary.error().code, Errc::invalid_input);
    EXPECT_FALSE(import_path(*store_, write("b.json", "{"), {}));
    write("empty/readme.rs", "");
    EXPECT_FALSE(import_path(*store_, folder_.path() / "in/empty", {}));
}

TEST_F(Import, BoundsAndStops) {
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += fmt::format("Paragraph number {} of the text.\n\n", i);
    const fs::path file = write("many.txt", many);
    const auto bounded = import_path(*store_, file, {.max_entries = 10});
    ASSERT_FALSE(bounded);
    EXPECT_EQ(bounded.error().code, Errc::limit);
    EXPECT_EQ(store_->stats()->entries.at(Kind::passage), 10U); // what was read before stays

    const auto large = import_path(*store_, file, {.max_file_bytes = 100});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, Errc::limit);

    std::stop_source stop;
    stop.request_stop();
    const auto stopped = import_path(*store_, file, {}, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::cancelled);
    EXPECT_EQ(run(file).added, 990U);
}

TEST_F(Import, ProgressNamesTheSource) {
    std::vector<Progress> seen;
    ASSERT_TRUE(import_path(*store_, cases("contract"), {}, {}, [&](const Progress& p) { seen.push_back(p); }));
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back().done, 2U);
    EXPECT_EQ(seen.back().all, 2U);
    EXPECT_EQ(seen.back().entries, 2U);
}

TEST(ImportDetect, ByNameAndContent) {
    EXPECT_EQ(detect_format("a.JSON", ""), Format::json);
    EXPECT_EQ(detect_format("a.jsonl", ""), Format::json);
    EXPECT_EQ(detect_format("a.htm", ""), Format::html);
    EXPECT_EQ(detect_format("a.tar.gz", "\x1F\x8B"), Format::qdrant);
    EXPECT_EQ(detect_format("a.snapshot", ""), Format::qdrant);
    EXPECT_EQ(detect_format("a.txt", "Q1: why\nA1: so\n"), Format::qna);
    EXPECT_EQ(detect_format("a.txt", "Quite: a text\nAnd: more\n"), Format::text);
    EXPECT_EQ(detect_format("a", "<!DOCTYPE html>"), Format::html);
    EXPECT_EQ(detect_format("a", "{\"query\": 1}"), Format::json);
    EXPECT_EQ(detect_format("a", std::string_view("\x7F"
                                                  "ELF\0",
                                                  5)),
              std::nullopt);
    for (const char* name : {"project", "json", "qna", "csv", "text", "markdown", "html", "qdrant", "snapshot"})
        EXPECT_STREQ(rustcoder::knowledge::name(*format_named(name)), name);
    EXPECT_FALSE(format_named("zip"));
}

TEST(ImportSplit, ParagraphsAndFences) {
    EXPECT_THAT(paragraphs("a\nb\n\n\nc\n```rust\nx\n\ny\n```\nd"),
                ElementsAre("a\nb", "c", "```rust\nx\n\ny\n```", "d"));
    EXPECT_THAT(paragraphs("```\nnever closed\n\nstill"), ElementsAre("```\nnever closed\n\nstill"));
}

TEST(ImportSplit, FillsToTheTargetAtParagraphs) {
    const std::vector<std::string> blocks{std::string(500, 'a'), std::string(500, 'b'), std::string(500, 'c')};
    const auto parts = split_passages(blocks);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0], blocks[0] + "\n\n" + blocks[1]);
    EXPECT_EQ(parts[1], blocks[2]);
}

TEST(ImportSplit, AnIntroductionStaysWithItsCode) {
    const std::string code = "```rust\n" + std::string(900, 'x') + "\n```";
    EXPECT_EQ(split_passages({std::string(600, 'a') + ":", code}).size(), 1U);
    EXPECT_EQ(split_passages({std::string(600, 'a') + ".", code}).size(), 2U);
}

TEST(ImportSplit, OverlongBlocksLoseNothing) {
    std::string prose;
    for (int i = 0; i < 400; ++i)
        prose += fmt::format("Sentence {}. ", i);
    std::string joined;
    for (const auto& part : split_passages({prose})) {
        EXPECT_LE(part.size(), 2400U);
        joined += part + " ";
    }
    EXPECT_EQ(joined, prose);

    std::string code = "```rust\n";
    for (int i = 0; i < 400; ++i)
        code += fmt::format("let x{} = 1;\n", i);
    const auto parts = split_passages({code + "```"});
    EXPECT_GT(parts.size(), 1U);
    std::size_t lines = 0;
    for (const auto& part : parts) {
        EXPECT_TRUE(part.starts_with("```rust\n"));
        EXPECT_TRUE(part.ends_with("\n```"));
        lines += static_cast<std::size_t>(std::count(part.begin(), part.end(), ';'));
    }
    EXPECT_EQ(lines, 400U);
}

TEST(ImportSplit, ClipKeepsWholeCharacters) {
    EXPECT_EQ(clip("short", 10), "short");
    EXPECT_EQ(clip("some words here", 11), "some words...");
    EXPECT_EQ(clip("\xC3\xA4\xC3\xA4\xC3\xA4", 3), "\xC3\xA4...");
}

} // namespace
} // namespace rustcoder::knowledge
