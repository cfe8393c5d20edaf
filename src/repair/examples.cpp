#include "repair/examples.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

constexpr std::size_t shown = 200; // bytes of a line

std::string quoted(std::string_view line) {
    return fmt::format("`{}{}`", line.substr(0, shown), line.size() > shown ? "..." : "");
}

/// The first line in which two texts differ.
std::string first_difference(std::string_view expected, std::string_view got) {
    const auto want = base::lines(expected), have = base::lines(got);
    for (std::size_t i = 0; i < std::max(want.size(), have.size()); ++i) {
        if (i >= have.size())
            return fmt::format("line {} is missing: {}", i + 1, quoted(want[i]));
        if (i >= want.size())
            return fmt::format("line {} is not expected: {}", i + 1, quoted(have[i]));
        if (want[i] != have[i])
            return fmt::format("line {} is {}, expected {}", i + 1, quoted(have[i]), quoted(want[i]));
    }
    return "they differ in line ends only";
}

} // namespace

std::string describe(const Example& example) {
    std::string out = "program";
    for (const auto& argument : example.arguments)
        out += argument.find_first_of(" '\"\n") == std::string::npos && !argument.empty()
                   ? " " + argument
                   : fmt::format(" '{}'", argument);
    if (!example.stdin_bytes.empty())
        out += fmt::format(" < {} bytes", example.stdin_bytes.size());
    return out;
}

Result<std::string> judge_example(toolchain::Workspace& workspace, const project::Project& project,
                                  const Example& example, std::stop_token stop) {
    RC_TRY_ASSIGN(const auto run, workspace.run(project,
                                                {.arguments = example.arguments,
                                                 .stdin_bytes = example.stdin_bytes,
                                                 .bin = {},
                                                 .release = false,
                                                 .files = example.files},
                                                stop));
    if (!run.built)
        return run.build.cargo_error.empty() ? std::string("the program does not build") : run.build.cargo_error;
    if (run.exit.ended != process::Ended::exited)
        return fmt::format("the program ended by {}", run.exit.describe());
    if (example.expected_stdout && run.exit.out != *example.expected_stdout)
        return "the output differs: " + first_difference(*example.expected_stdout, run.exit.out);
    if (example.expected_code && run.exit.code != *example.expected_code) {
        const auto said = base::trim(run.exit.err);
        return fmt::format("the exit status is {}, expected {}{}", run.exit.code, *example.expected_code,
                           said.empty() ? std::string() : ": " + std::string(said.substr(0, shown)));
    }
    return std::string();
}

} // namespace rustcoder::repair
