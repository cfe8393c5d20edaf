// The rules for ownership, lifetimes, traits, patterns and the rest of the catalogue, with the real compiler's
// diagnostics: for every folder of tests/cases/repair of these families one of the candidates for in.rs must give
// out.rs, among the first few, and out.rs must compile.
#include "base/os.h"
#include "repair/rule.h"
#include "toolchain/toolchain.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace rustcoder::repair {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

struct Checked {
    bool ok = false;
    std::vector<toolchain::Diagnostic> errors;
};

bool is_ours(void*, std::string_view file) {
    return file == "src/main.rs";
}

/// rustc --emit=metadata on one file, in a directory of its own.
Checked check(const std::string& source) {
    static const auto found = toolchain::discover();
    EXPECT_TRUE(found) << found.error().text();
    Checked out;
    if (!found)
        return out;
    std::string name = (fs::temp_directory_path() / "repair_borrow_XXXXXX").string();
    if (!mkdtemp(name.data()))
        return out;
    fs::create_directories(fs::path(name) / "src");
    std::ofstream(fs::path(name) / "src/main.rs") << source;
    std::string command =
        "cd " + name + " && " + found->rustc.string() +
        " --error-format=json --emit=metadata --edition=2021 --crate-name=x -o x.rmeta --crate-type=" +
        (source.find("fn main") == std::string::npos ? "lib" : "bin") + " src/main.rs 2>&1";
    std::string output;
    if (FILE* pipe = popen(command.c_str(), "r")) {
        char buffer[8192];
        for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
            output.append(buffer, n);
        out.ok = pclose(pipe) == 0;
    }
    fs::remove_all(name);
    for (auto& d : toolchain::parse_output(output, "", is_ours, nullptr).diagnostics)
        if (d.is_error())
            out.errors.push_back(std::move(d));
    return out;
}

/// Layout may differ, tokens may not.
std::string tokens_of(const std::string& text) {
    syntax::Source source(text);
    std::string out;
    for (const auto& t : source.tokens())
        out += std::string(source.text(t)) + ' ';
    return out;
}

std::vector<fs::path> cases() {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(fs::path(RC_TESTS_DIR) / "cases/repair")) {
        std::string name = entry.path().filename().string();
        for (std::string_view family : {"own-", "life-", "trait-", "pattern-", "misc-"})
            if (name.starts_with(family))
                out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<std::pair<Candidate, std::string>> candidates(const std::string& source, const Checked& checked) {
    project::Project project;
    EXPECT_TRUE(project.set("src/main.rs", source));
    SourceMap sources(project);
    std::vector<std::pair<Candidate, std::string>> out;
    for (const auto& d : checked.errors)
        for (Candidate& c : propose_all({sources, d, checked.errors, 95}))
            if (auto changed = project::apply(project, c.patch))
                out.emplace_back(std::move(c), *changed->find("src/main.rs"));
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.first.prior > b.first.prior; });
    return out;
}

class RepairCase : public ::testing::TestWithParam<fs::path> {};

TEST_P(RepairCase, IsProposedEarlyAndCompiles) {
    std::string before = read(GetParam() / "in.rs"), after = read(GetParam() / "out.rs");
    ASSERT_FALSE(before.empty());
    ASSERT_FALSE(after.empty());
    Checked checked = check(before);
    ASSERT_FALSE(checked.ok) << "in.rs compiles";
    ASSERT_FALSE(checked.errors.empty());
    auto list = candidates(before, checked);
    std::size_t rank = list.size();
    for (std::size_t i = 0; i < list.size() && rank == list.size(); ++i)
        if (tokens_of(list[i].second) == tokens_of(after))
            rank = i;
    std::string seen;
    for (const auto& [c, text] : list)
        seen += "\n  " + std::to_string(c.prior).substr(0, 4) + " " + c.rule + ": " + c.why;
    ASSERT_LT(rank, list.size()) << "not proposed for " << checked.errors.front().rendered << seen;
    EXPECT_LT(rank, 8u) << seen;
    EXPECT_FALSE(list[rank].first.why.empty());
    EXPECT_TRUE(check(after).ok);
}

INSTANTIATE_TEST_SUITE_P(Borrow, RepairCase, ::testing::ValuesIn(cases()), [](const auto& param) {
    std::string name = param.param.filename().string();
    for (char& c : name)
        if (!isalnum(static_cast<unsigned char>(c)))
            c = '_';
    return name;
});

TEST(RepairBorrow, EveryFamilyHasCases) {
    std::map<std::string, int> count;
    for (const auto& path : cases()) {
        std::string name = path.filename().string();
        ++count[name.substr(0, name.find('-'))];
    }
    EXPECT_GE(count["own"], 40);
    EXPECT_GE(count["life"], 5);
    EXPECT_GE(count["trait"], 8);
    EXPECT_GE(count["pattern"], 8);
    EXPECT_GE(count["misc"], 8);
}

} // namespace
} // namespace rustcoder::repair
