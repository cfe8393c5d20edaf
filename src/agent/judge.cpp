#include "agent/judge.h"

#include "agent/learning.h"
#include "repair/examples.h"
#include "repair/naturalness.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace {

constexpr int repair_checks = 200;        // of the engine on what a template or a model made
constexpr std::size_t most_words = 6'000; // of a test run's output: the end says what failed

std::string tail(std::string_view text, std::size_t most) {
    return std::string(text.size() > most ? text.substr(text.size() - most) : text);
}

} // namespace

std::size_t Judgement::rank() const {
    const auto held = std::ranges::count_if(examples, [](const ExampleReport& e) { return e.passed; });
    return (builds ? 1'000'000 : 0) + (tests_pass ? 100'000 : 0) + (examples_pass ? 10'000 : 0) +
           static_cast<std::size_t>(held) + (builds ? 0 : 1'000 - std::min<std::size_t>(report.errors(), 1'000));
}

std::string Judgement::words() const {
    if (!builds) {
        if (!report.cargo_error.empty())
            return "cargo refuses it: " + report.cargo_error;
        return fmt::format("it does not compile:\n{}", tail(report.stderr_text, most_words));
    }
    if (!tests_pass && tests) {
        const auto failed = tests->failed();
        return fmt::format("{} ({})\n{}{}",
                           failed > 0 ? fmt::format("{} of {} tests fail", failed, tests->tests.size())
                                      : std::string("the tests do not come to their end"),
                           tests->exit.describe(), tail(tests->exit.out, most_words),
                           tail(tests->exit.err, most_words));
    }
    std::string out;
    for (const auto& e : examples)
        if (!e.passed)
            out += (out.empty() ? "" : "\n") + e.what;
    return out;
}

Result<Judgement> judge(toolchain::Workspace& workspace, const project::Project& project,
                        const std::vector<repair::Example>& examples, std::stop_token stop) {
    Judgement out;
    RC_TRY_ASSIGN(auto tests, workspace.test(project, stop));
    out.report = tests.build;
    out.builds = tests.built;
    if (!out.builds)
        return out;
    out.tests_pass = tests.failed() == 0 && tests.exit.ok();
    out.tests = std::move(tests);
    if (!out.tests_pass)
        return out;
    out.examples_pass = true;
    for (const auto& example : examples) {
        RC_TRY_ASSIGN(const auto differs, repair::judge_example(workspace, project, example, stop));
        out.examples.push_back({differs.empty(), differs.empty()
                                                     ? std::string()
                                                     : fmt::format("{}: {}", repair::describe(example), differs)});
        out.examples_pass = out.examples_pass && differs.empty();
    }
    // What `cargo test` did not link: the binaries, when no example has run them.
    if (examples.empty()) {
        RC_TRY_ASSIGN(out.report, workspace.build(project, stop));
        out.builds = out.report.ok;
    }
    return out;
}

Result<bool> repair_and_judge(const Environment& environment, toolchain::Workspace& workspace,
                              project::Project& project, Judgement& judged,
                              const std::vector<repair::Example>& examples,
                              const std::map<std::string, std::string>& tests, const Deadline& deadline) {
    repair::Options options;
    options.max_checks = repair_checks;
    options.deadline = deadline.left();
    if (environment.naturalness)
        options.naturalness = repair::Naturalness::installed(environment.cache_dir, environment.toolchain);
    use_memory(environment, false, options);
    RC_TRY_ASSIGN(const auto outcome, repair::repair(workspace, project, options, deadline.token()));
    if (outcome.verdict != repair::Verdict::fixed && outcome.errors_after >= outcome.errors_before)
        return false;
    auto repaired = outcome.best;
    for (const auto& [path, content] : tests) // whatever was proposed there
        RC_TRY(repaired.set(path, content));
    RC_TRY_ASSIGN(auto now, judge(workspace, repaired, examples, deadline.token()));
    if (now.rank() <= judged.rank())
        return false;
    project = std::move(repaired);
    judged = std::move(now);
    return true;
}

} // namespace rustcoder::agent
