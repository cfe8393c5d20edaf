// Every folder of tests/cases/repair: in.rs does not compile; for one of its errors some proposal must give exactly
// out.rs (or another out*.rs), within the first `max_rank` (file, default 3) of that error. out*.rs must compile.
#include "base/os.h"
#include "base/text.h"
#include "repair/rule.h"
#include "toolchain/toolchain.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

using namespace rustcoder;
namespace fs = std::filesystem;

namespace {

std::string rustc_json(const fs::path& rustc, const std::string& source, const fs::path& scratch) {
    auto file = scratch / "case.rs";
    EXPECT_TRUE(base::write_file(file, source));
    std::string command = "cd " + base::shell_quote(scratch.string()) + " && " + base::shell_quote(rustc.string()) +
                          " --edition 2021 --crate-type lib --crate-name case --error-format=json --emit=metadata "
                          "--cap-lints allow -o out.rmeta case.rs 2>&1";
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    if (!pipe)
        return out;
    char buffer[4096];
    while (auto n = fread(buffer, 1, sizeof buffer, pipe))
        out.append(buffer, n);
    pclose(pipe);
    return out;
}

bool is_ours(void*, std::string_view file) {
    return file == "case.rs";
}

std::vector<toolchain::Diagnostic> errors_of(const std::string& json) {
    std::vector<toolchain::Diagnostic> out;
    for (auto& d : toolchain::parse_output(json, "", is_ours, nullptr).diagnostics)
        if (d.is_error())
            out.push_back(std::move(d));
    return out;
}

std::vector<fs::path> case_folders() {
    std::vector<fs::path> out;
    for (const auto& e : fs::directory_iterator(fs::path(RC_TESTS_DIR) / "cases" / "repair"))
        if (e.is_directory() && fs::exists(e.path() / "in.rs"))
            out.push_back(e.path());
    std::sort(out.begin(), out.end());
    return out;
}

class RepairCase : public ::testing::TestWithParam<fs::path> {};

TEST_P(RepairCase, ProposesTheFix) {
    auto found = toolchain::discover();
    ASSERT_TRUE(found) << found.error().text();
    auto scratch = base::TempDir::create("repair-case");
    ASSERT_TRUE(scratch);
    const fs::path& folder = GetParam();
    const std::string in = base::read_file(folder / "in.rs").value();
    std::vector<std::string> wanted;
    for (const auto& e : fs::directory_iterator(folder))
        if (e.path().filename().string().starts_with("out"))
            wanted.push_back(base::read_file(e.path()).value());
    ASSERT_FALSE(wanted.empty());
    for (const auto& w : wanted)
        EXPECT_TRUE(errors_of(rustc_json(found->rustc, w, scratch->path())).empty())
            << "the expected form does not compile:\n"
            << w;
    std::size_t max_rank = 3;
    if (auto text = base::read_file(folder / "max_rank"))
        max_rank = static_cast<std::size_t>(std::max(1, std::atoi(text->c_str())));

    auto errors = errors_of(rustc_json(found->rustc, in, scratch->path()));
    ASSERT_FALSE(errors.empty()) << "in.rs compiles";
    project::Project project;
    ASSERT_TRUE(project.set("case.rs", in));
    repair::SourceMap sources(project);
    std::string seen;
    for (const auto& error : errors) {
        repair::RuleContext context{sources, error, errors, found->minor};
        auto candidates = repair::propose_all(context);
        seen += error.code + ": " + error.message + "\n";
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            auto applied = project::apply(project, candidates[i].patch);
            ASSERT_TRUE(applied) << candidates[i].rule;
            const std::string& now = *applied->find("case.rs");
            if (i < max_rank && std::find(wanted.begin(), wanted.end(), now) != wanted.end())
                return;
            if (i < max_rank + 3)
                seen += "--- " + candidates[i].rule + " " + std::to_string(candidates[i].prior) + "\n" + now + "\n";
        }
    }
    FAIL() << "no proposal of the first " << max_rank << " is the fix:\n" << seen;
}

INSTANTIATE_TEST_SUITE_P(Folders, RepairCase, ::testing::ValuesIn(case_folders()), [](const auto& info) {
    std::string name = info.param.filename().string();
    for (char& c : name)
        if (!base::is_ident(c))
            c = '_';
    return name;
});

} // namespace
