#include "scaffold/library.h"

#include "base/os.h"
#include "knowledge/embedder_local.h"
#include "knowledge/embedder_wrap.h"
#include "sample.h"
#include "scaffold/vector_rank.h"
#include "unit/knowledge/fake_embedder.h"

#include <filesystem>

namespace rustcoder::scaffold {
namespace {

namespace fs = std::filesystem;

std::vector<Template> shipped() {
    auto loaded = load_folder(fs::path(RC_SOURCE_DIR) / "knowledge/projects");
    EXPECT_TRUE(loaded) << loaded.error().text();
    return loaded ? std::move(loaded->templates) : std::vector<Template>{};
}

std::vector<std::string> lines_of(std::string_view file) {
    const auto read = base::read_file(fs::path(RC_TESTS_DIR) / "unit/scaffold/data" / file);
    EXPECT_TRUE(read) << file;
    const auto text = read.value_or("");
    std::vector<std::string> out;
    for (const auto line : base::lines(text))
        out.emplace_back(line);
    return out;
}

std::shared_ptr<knowledge::Embedder> word_vectors() {
    static const auto embedder = [] {
        auto opened = knowledge::open_local_embedder({.parts = knowledge::LocalParts::words});
        EXPECT_TRUE(opened);
        return knowledge::cached(knowledge::checked(*opened), {.entries = 4096});
    }();
    return embedder;
}

/// Right firsts, and how the confidence of rights and wrongs lies to the threshold.
struct Score {
    int asked = 0, first = 0, accepted = 0;
    double share() const { return asked == 0 ? 0 : static_cast<double>(first) / asked; }
};

void ask(Library& library, std::string_view text, std::string_view wanted, Score& score) {
    const auto chosen = library.choose(read_request(text, ""));
    ASSERT_TRUE(chosen) << text << ": " << chosen.error().text();
    ASSERT_FALSE(chosen->matches.empty());
    const auto& best = chosen->matches.front();
    ++score.asked;
    score.first += best.from->name == wanted ? 1 : 0;
    score.accepted += best.confidence >= least_confidence ? 1 : 0;
    if (!wanted.empty() && best.from->name != wanted)
        std::printf("  %s instead of %s: %s\n", best.from->name.c_str(), std::string(wanted).c_str(),
                    std::string(text).c_str());
    if (wanted.empty() && best.confidence >= least_confidence)
        std::printf("  %s (%.2f) for: %s\n", best.from->name.c_str(), best.confidence, std::string(text).c_str());
}

class Choosing : public ::testing::TestWithParam<bool> {
protected:
    LibraryOptions options(std::vector<Template> templates) const {
        LibraryOptions out{.more = std::move(templates)};
        if (GetParam())
            out.embedder = [] { return Result<std::shared_ptr<knowledge::Embedder>>(word_vectors()); };
        return out;
    }
};

TEST_P(Choosing, DescriptionsFindTheirTemplate) {
    Library library(options(shipped()));
    Score score;
    for (const auto& line : lines_of("descriptions.tsv")) {
        const auto tab = line.find('\t');
        ASSERT_NE(tab, std::string::npos) << line;
        ASSERT_TRUE(library.find(line.substr(0, tab))) << line;
        ask(library, std::string_view(line).substr(tab + 1), line.substr(0, tab), score);
    }
    std::printf("descriptions: %d of %d first, %d accepted\n", score.first, score.asked, score.accepted);
    EXPECT_GE(score.asked, 100);
    EXPECT_GE(score.share(), 0.94);
    EXPECT_GE(score.accepted, score.asked * 9 / 10);
}

TEST_P(Choosing, WhatNoTemplateMakesIsNotAccepted) {
    Library library(options(shipped()));
    Score score;
    for (const auto& line : lines_of("foreign.txt"))
        ask(library, line, "", score);
    std::printf("foreign: %d of %d accepted\n", score.accepted, score.asked);
    EXPECT_GE(score.asked, 60);
    EXPECT_LE(score.accepted, score.asked / 10);
}

/// Every template loses one ask, and must be found by it.
TEST_P(Choosing, AsksThatWereLeftOutFindTheirTemplate) {
    Score score;
    for (const std::size_t k : {0u, 2u}) {
        std::vector<std::pair<std::string, std::string>> asks;
        auto templates = shipped();
        for (auto& one : templates)
            if (k < one.asks.size() && one.asks.size() > 1) {
                asks.emplace_back(one.name, one.asks[k]);
                one.asks.erase(one.asks.begin() + static_cast<std::ptrdiff_t>(k));
            }
        Library library(options(std::move(templates)));
        for (const auto& [name, text] : asks)
            if (const auto chosen = library.choose(read_request(text, ""))) {
                ++score.asked;
                score.first += chosen->matches.front().from->name == name ? 1 : 0;
            }
    }
    std::printf("left out: %d of %d first\n", score.first, score.asked);
    EXPECT_GE(score.asked, 100);
    EXPECT_GE(score.share(), 0.74);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutVectors, Choosing, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "word_vectors" : "text_alone"; });

TEST(Library, FoldersAndMore) {
    auto root = base::TempDir::create("library");
    ASSERT_TRUE(root);
    const auto put = [&](const std::string& folder, const std::string& toml) {
        const auto files = sample_files(toml); // outlives the loop
        for (const auto& [path, file] : files.files())
            ASSERT_TRUE(base::write_file(root->path() / folder / "my-greeter" / path, *file.bytes));
    };
    put("one", sample_toml);
    put("two", sample_with("title = \"Greeter\"", "title = \"Better greeter\""));
    ASSERT_TRUE(base::write_file(root->path() / "two/broken/template.toml", "title ="));
    Library library({.folders = {root->path() / "one", root->path() / "two", root->path() / "none"}});
    const auto all = library.all();
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 1u);
    EXPECT_EQ(all->front()->title, "Better greeter");
    EXPECT_EQ(library.problems().size(), 2u);
    const auto missing = library.find("my-greter");
    ASSERT_FALSE(missing);
    EXPECT_TRUE(base::has(missing.error().next_step, "my-greeter"));
    Library empty({.folders = {root->path() / "none"}});
    ASSERT_FALSE(empty.all());
    EXPECT_EQ(empty.all().error().code, Errc::not_found);
    EXPECT_EQ(empty.problems().size(), 1u);
}

TEST(Library, NothingToGoByIsAnError) {
    Library library({.more = {sample()}});
    for (const auto* text : {"", "please write me a program", "...", "- \n- "}) {
        const auto chosen = library.choose(read_request(text, ""));
        ASSERT_FALSE(chosen) << text;
        EXPECT_EQ(chosen.error().code, Errc::invalid_input);
    }
    std::stop_source stop;
    stop.request_stop();
    const auto chosen = library.choose(read_request("greet", ""), 5, stop.get_token());
    ASSERT_FALSE(chosen);
    EXPECT_EQ(chosen.error().code, Errc::cancelled);
}

TEST(Library, WithoutAnEmbeddingTextDecidesAndTheNoteSaysSo) {
    const auto embedder = std::make_shared<knowledge::FakeEmbedder>();
    embedder->down = true;
    Library library(
        {.more = {sample()}, .embedder = [&] { return Result<std::shared_ptr<knowledge::Embedder>>(embedder); }});
    for (int round = 0; round < 2; ++round) {
        const auto chosen = library.choose(read_request("greet names", ""));
        ASSERT_TRUE(chosen);
        EXPECT_EQ(chosen->matches.front().from->name, "my-greeter");
        EXPECT_TRUE(base::has(chosen->note, "the model is down")) << chosen->note;
    }
    EXPECT_EQ(embedder->asked, 1); // it is not asked again and again
}

TEST(Library, VectorsAreKeptBetweenRuns) {
    auto root = base::TempDir::create("vectors");
    ASSERT_TRUE(root);
    const auto embedder = std::make_shared<knowledge::FakeEmbedder>();
    const std::vector templates{std::make_shared<const Template>(sample())};
    const auto build = [&](std::string& note) {
        return VectorRank::build(embedder, templates, root->path() / "v", note, {});
    };
    const auto score = [&](const Result<VectorRank>& rank) {
        EXPECT_TRUE(rank);
        return rank ? rank->rank("welcome friends", {}).value_or(std::vector<double>{-1}) : std::vector<double>{-2};
    };
    std::string note;
    const auto first = score(build(note));
    const int made = embedder->texts_asked;
    EXPECT_EQ(score(build(note)), first);
    EXPECT_EQ(embedder->texts_asked, made + 1); // the question alone
    EXPECT_EQ(note, "");
    for (const auto& file : fs::directory_iterator(root->path() / "v")) {
        auto bytes = base::read_file(file.path());
        ASSERT_TRUE(bytes);
        (*bytes)[bytes->size() / 2] ^= 1;
        ASSERT_TRUE(base::write_file(file.path(), *bytes));
    }
    EXPECT_EQ(score(build(note)), first);
    EXPECT_TRUE(base::has(note, "damaged")) << note;
    note.clear();
    EXPECT_EQ(score(build(note)), first);
    EXPECT_EQ(note, "");
}

TEST(Library, LibrariesComeFirstWhenALibraryIsAskedFor) {
    auto program = sample(), crate = sample();
    crate.name = "greeter-lib";
    crate.library = true;
    Library library({.more = {program, crate}});
    for (const auto& [text, wanted] : {std::pair{"A library that greets", true}, {"A program that greets", false}}) {
        const auto chosen = library.choose(read_request(text, ""));
        ASSERT_TRUE(chosen);
        EXPECT_EQ(chosen->matches.front().from->library, wanted) << text;
    }
}

} // namespace
} // namespace rustcoder::scaffold
