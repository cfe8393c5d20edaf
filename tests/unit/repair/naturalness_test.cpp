// The model on small corpora: what it learns, what it says about edits, and that a bad file is refused.
#include "repair/naturalness.h"

#include "base/os.h"
#include "repair/engine.h"
#include "repair/naturalness_model.h"
#include "unit/repair/fake_workspace.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace rustcoder;
using repair::EditJudge;
using repair::Naturalness;
using repair::ngram::Trainer;
using syntax::Source;

namespace {

constexpr std::uint64_t identity = 0x1234;

std::string corpus(int i) {
    return fmt::format("use std::collections::HashMap;\n"
                       "fn count_{0}(words: &[String]) -> HashMap<String, usize> {{\n"
                       "    let mut counts_{0} = HashMap::new();\n"
                       "    for word in words.iter() {{\n"
                       "        *counts_{0}.entry(word.clone()).or_insert(0) += {0};\n"
                       "    }}\n"
                       "    counts_{0}\n"
                       "}}\n"
                       "fn main() {{\n"
                       "    let total_{0}: Vec<String> = vec![String::from(\"a\")];\n"
                       "    println!(\"{{}}\", total_{0}.len());\n"
                       "}}\n",
                       i);
}

std::string trained_bytes() {
    Trainer trainer;
    for (int i = 0; i < 12; ++i)
        EXPECT_TRUE(trainer.add(Source(corpus(i))));
    return std::move(trainer).build().to_bytes(identity);
}

std::shared_ptr<const Naturalness> trained() {
    auto model = Naturalness::from_bytes(trained_bytes(), identity);
    EXPECT_TRUE(model) << model.error().text();
    return *model;
}

double mean(const Naturalness& n, std::string text) {
    double sum = 0;
    auto scores = n.score(Source(std::move(text)));
    for (double s : scores)
        sum += s;
    return sum / static_cast<double>(scores.size());
}

project::Project project_of(std::string text) {
    project::Project p;
    EXPECT_TRUE(p.set("src/main.rs", std::move(text)));
    return p;
}

double adjustment(const Naturalness* n, const project::Project& p, std::size_t begin, std::size_t end,
                  std::string text) {
    repair::SourceMap sources(p);
    EditJudge judge(n, sources);
    project::Patch patch;
    patch.edits.push_back({"src/main.rs", begin, end, std::move(text)});
    return judge.adjustment(patch);
}

} // namespace

TEST(Naturalness, LikesWhatItHasReadBetterThanScrambledCode) {
    auto n = trained();
    EXPECT_GT(mean(*n, "fn f() { let mut x = HashMap::new(); }"), mean(*n, "fn f() { mut let x = HashMap::new(); }"));
    EXPECT_GT(mean(*n, "fn f() { for w in words.iter() { } }"), mean(*n, "fn f() { for w words in.iter() { } }"));
}

TEST(Naturalness, ProbabilitiesOfOneContextSumToAboutOne) {
    auto n = trained();
    const auto& model = n->model();
    const auto symbols = repair::ngram::first_word + model.words();
    auto mut = model.symbol(Source("mut").tokens().front(), "mut", false);
    auto let = model.symbol(Source("let").tokens().front(), "let", false);
    ASSERT_GE(mut, repair::ngram::first_word);
    for (auto last : {mut, let}) {
        double sum = 0;
        for (std::size_t s = 1; s < symbols; ++s)
            sum += std::exp(model.log_probability({0, 0, last, static_cast<repair::ngram::Symbol>(s)}));
        EXPECT_NEAR(sum, 1.0, 0.15);
    }
}

TEST(Naturalness, PrefersTheEditThatReadsLikeRust) {
    auto n = trained();
    const std::string text = "use std::collections::HashMap;\nfn main() {\n    let counts = HashMap:new();\n}\n";
    auto p = project_of(text);
    std::size_t colon = text.rfind(":new");
    double right = adjustment(n.get(), p, colon, colon + 1, "::"),
           wrong = adjustment(n.get(), p, colon, colon + 1, ";");
    EXPECT_LT(right, wrong);
    EXPECT_LT(right, 0);
}

TEST(Naturalness, PrefersTheNameThatTheFileUses) {
    auto n = trained();
    const std::string text = "fn main() {\n    let quota = 1;\n    let quots = 2;\n    quota.abs();\n    "
                             "quota.max(2);\n    quot.max(1);\n}\n";
    auto p = project_of(text);
    std::size_t at = text.find("quot.max");
    EXPECT_LT(adjustment(n.get(), p, at, at + 4, "quota"), adjustment(n.get(), p, at, at + 4, "quots"));
}

TEST(Naturalness, StaysWithinItsBoundAndIsZeroWithoutAModel) {
    auto n = trained();
    const std::string text = "fn main() {\n    let x = 1;\n}\n";
    auto p = project_of(text);
    for (std::string_view insert : {"}", "let mut", "== == == == ==", "\"", "'", "/*", "fn f() { let x = 1; }", ""}) {
        for (std::size_t at = 0; at <= text.size(); ++at) {
            EXPECT_LE(std::abs(adjustment(n.get(), p, at, text.size(), std::string(insert))),
                      EditJudge::max_adjustment);
            EXPECT_LE(std::abs(adjustment(n.get(), p, at, at, std::string(insert))), EditJudge::max_adjustment);
            EXPECT_EQ(adjustment(nullptr, p, at, at, std::string(insert)), 0);
        }
    }
    EXPECT_EQ(adjustment(n.get(), project_of(""), 0, 0, "fn main() {}"),
              adjustment(n.get(), project_of(""), 0, 0, "fn main() {}"));
    EXPECT_EQ(adjustment(n.get(), p, 0, text.size() + 9, ""), 0); // out of range: not read
}

TEST(Naturalness, TheSameTextsGiveTheSameFile) {
    EXPECT_EQ(trained_bytes(), trained_bytes());
}

TEST(Naturalness, ATextCountsOnce) {
    Trainer trainer;
    EXPECT_TRUE(trainer.add(Source(corpus(1))));
    EXPECT_FALSE(trainer.add(Source(corpus(1))));
    EXPECT_FALSE(trainer.add(Source("// nothing\n")));
}

TEST(Naturalness, ADamagedOrForeignFileIsRefused) {
    std::string bytes = trained_bytes();
    EXPECT_FALSE(Naturalness::from_bytes(bytes, identity + 1));
    for (std::size_t cut : {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1})
        EXPECT_FALSE(Naturalness::from_bytes(bytes.substr(0, cut), identity)) << cut;
    for (std::size_t at = 0; at < bytes.size(); at += at < 100 ? 1 : 37) {
        std::string bad = bytes;
        bad[at] = static_cast<char>(bad[at] ^ 0x20);
        EXPECT_FALSE(Naturalness::from_bytes(bad, identity)) << at;
    }
}

TEST(Naturalness, LearnsFromWhatAToolchainBrings) {
    auto dir = base::TempDir::create("naturalness").value();
    toolchain::Toolchain rust;
    rust.sysroot = dir.path();
    std::string page =
        "<html><pre class=\"playground\"><code class=\"language-rust compile_fail\">let wrong</code></pre>";
    for (int i = 0; i < 120; ++i) {
        std::string code =
            corpus(i) + fmt::format("fn more_{0}(a: &str) -> bool {{ a.len() < {0} && a != \"{0}\" }}\n", i + 100);
        std::string escaped;
        for (char c : code)
            escaped += c == '<'   ? "&lt;"
                       : c == '>' ? "&gt;"
                       : c == '&' ? "&amp;"
                       : c == '"' ? "&quot;"
                                  : std::string(1, c);
        page += "<pre class=\"playground\"><code class=\"language-rust edition2021\"><span class=\"boring\">" +
                escaped + "</span></code></pre>\n";
    }
    ASSERT_TRUE(base::write_file(dir.path() / "share/doc/rust/html/book/ch1.html", page));
    std::string lib = "//! Docs.\n//! ```\n//! let shown = std::mem::take(&mut left);\n//! ```\n" + corpus(777);
    ASSERT_TRUE(base::write_file(dir.path() / "lib/rustlib/src/rust/library/std/src/lib.rs", lib));
    repair::TrainingOptions options;
    options.registries = {dir.path() / "none"};
    auto file = Naturalness::file_for(dir.path() / "cache", rust);
    auto report = repair::train_naturalness(rust, file, options);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->listings, 121u);
    EXPECT_EQ(report->std_files, 1u);
    auto installed = Naturalness::installed(dir.path() / "cache", rust);
    ASSERT_TRUE(installed);
    // Entities were decoded: `&str` and `&&` are known, `&amp;` is not.
    EXPECT_GT(mean(*installed, "fn f(a: &str) -> bool { a.len() < 1 && a != \"\" }"), -4);
}

TEST(Naturalness, SaysWhenThereIsNothingToLearnFrom) {
    auto dir = base::TempDir::create("naturalness").value();
    toolchain::Toolchain rust;
    rust.sysroot = dir.path();
    repair::TrainingOptions options;
    options.registries = {dir.path()};
    auto report = repair::train_naturalness(rust, dir.path() / "m.bin", options);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::not_found);
    EXPECT_FALSE(std::filesystem::exists(dir.path() / "m.bin"));
    EXPECT_FALSE(Naturalness::installed(dir.path(), rust));
}

TEST(Naturalness, BreaksATieInTheSearch) {
    using test::diagnostic;
    using toolchain::Applicability;
    const std::string broken = "use std::collections::HashMap;\nfn main() {\n    let counts = HashMap:new();\n}\n";
    const std::size_t colon = broken.rfind(":new");
    auto compiler = [&](const project::Project& p) -> std::vector<toolchain::Diagnostic> {
        if (*p.find("src/main.rs") != broken)
            return {};
        return {diagnostic("E0001", "src/main.rs", colon, colon + 1,
                           {{".", Applicability::maybe_incorrect}, {"::", Applicability::maybe_incorrect}})};
    };
    project::Project p;
    ASSERT_TRUE(p.set("Cargo.toml", "[package]\nname = \"x\"\n"));
    ASSERT_TRUE(p.set("src/main.rs", broken));
    repair::Options options;
    options.threads = 1;
    options.naturalness = trained();
    test::FakeWorkspace w(compiler);
    auto o = repair::repair(w, p, options);
    ASSERT_TRUE(o);
    ASSERT_EQ(o->applied.size(), 1u);
    EXPECT_EQ(o->applied.front().candidate.patch.edits.front().text, "::");
}
