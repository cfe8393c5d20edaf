// Programs a learner might hand in, repaired end to end by the real engine: every folder of tests/cases/fix holds an
// in.rs that does not compile. The result must compile, keep what was written, add no stub or unsafe, and, when the
// program says `// prints: ...`, print exactly that.
#include "agent/agent.h"
#include "base/os.h"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>

namespace rustcoder {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::vector<fs::path>> groups() {
    std::map<std::string, std::vector<fs::path>> out;
    for (const auto& entry : fs::directory_iterator(fs::path(RC_TESTS_DIR) / "cases/fix"))
        if (fs::exists(entry.path() / "in.rs")) {
            std::string name = entry.path().filename().string();
            out[name.substr(0, name.find('-'))].push_back(entry.path());
        }
    for (auto& [group, folders] : out)
        std::sort(folders.begin(), folders.end());
    return out;
}

std::vector<std::string> group_names() {
    std::vector<std::string> out;
    for (const auto& [group, folders] : groups())
        out.push_back(group);
    return out;
}

/// The lines after "// prints: ", each with a line break.
std::string promised_output(const std::string& source) {
    constexpr std::string_view mark = "// prints: ";
    std::string out;
    for (std::size_t at = 0; at < source.size();) {
        std::size_t end = std::min(source.find('\n', at), source.size());
        std::string_view line(source.data() + at, end - at);
        if (line.starts_with(mark))
            out += std::string(line.substr(mark.size())) + '\n';
        at = end + 1;
    }
    return out;
}

std::size_t occurrences(const project::Project& project, std::string_view word) {
    std::size_t count = 0;
    for (const auto& [path, file] : project.files())
        for (std::size_t at = file.bytes->find(word); at != std::string::npos; at = file.bytes->find(word, at + 1))
            ++count;
    return count;
}

std::string steps(const repair::Outcome& outcome) {
    std::string out;
    for (const auto& edit : outcome.applied)
        out += "\n  " + edit.candidate.rule + ": " + edit.candidate.why;
    return out + "\n" + project::unified_diff(outcome.original, outcome.best) + outcome.explanation;
}

void expect_repaired(const agent::Environment& environment, const fs::path& folder) {
    SCOPED_TRACE(folder.filename().string());
    auto source = base::read_file(folder / "in.rs");
    ASSERT_TRUE(source);
    auto project = project::single_file(*source);
    ASSERT_TRUE(project) << project.error().text();
    std::string promised = promised_output(*source);
    agent::FixRequest request;
    request.project = *project;
    request.run = !promised.empty();
    auto answer = agent::fix(environment, request);
    ASSERT_TRUE(answer) << answer.error().text();
    const repair::Outcome& outcome = answer->outcome;
    ASSERT_EQ(outcome.verdict, repair::Verdict::fixed) << name(outcome.verdict) << steps(outcome);
    EXPECT_NE(outcome.preservation.verdict, repair::Preservation::Verdict::gutted)
        << outcome.preservation.summary << steps(outcome);
    for (std::string_view word : {"todo!", "unimplemented!", "unsafe"})
        EXPECT_LE(occurrences(outcome.best, word), occurrences(outcome.original, word)) << word << steps(outcome);
    for (const auto& edit : outcome.applied)
        EXPECT_FALSE(edit.candidate.why.empty()) << edit.candidate.rule;
    if (promised.empty())
        return;
    ASSERT_TRUE(answer->run) << steps(outcome);
    EXPECT_EQ(answer->run->exit.out, promised) << answer->run->exit.err << steps(outcome);
}

class FixCases : public ::testing::TestWithParam<std::string> {};

TEST_P(FixCases, AreRepairedAndDoWhatTheySay) {
    agent::Environment environment;
    auto found = toolchain::discover();
    ASSERT_TRUE(found) << found.error().text();
    environment.toolchain = *found;
    environment.sandbox = process::Sandbox::from_environment();
    environment.naturalness = false; // the answer must not depend on what this machine was trained on
    const auto folders = groups()[GetParam()];
    for (const fs::path& folder : folders)
        expect_repaired(environment, folder);
}

INSTANTIATE_TEST_SUITE_P(Learner, FixCases, ::testing::ValuesIn(group_names()),
                         [](const auto& group) { return group.param; });

TEST(FixCasesSet, CoversTheClasses) {
    auto all = groups();
    std::size_t count = 0;
    for (const auto& [group, folders] : all)
        count += folders.size();
    EXPECT_GE(count, 45u);
    for (std::string_view group : {"own", "mod", "import", "option", "result", "trait", "life", "struct", "enum",
                                   "match", "generic", "iter", "convert", "closure", "thread", "box", "macro"})
        EXPECT_TRUE(all.contains(std::string(group))) << group;
}

} // namespace
} // namespace rustcoder
