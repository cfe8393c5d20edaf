// rustcoder fix PATH: compile, repair, compile again.
#include "agent/examples.h"
#include "agent/model_help.h"
#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/status_line.h"
#include "project/flat_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace rustcoder::cli {

namespace {

struct FixOptions {
    std::string path, examples;
    bool write = false, partial = false, json = false, diff = false, test = false, no_test = false, strict = false;
    bool compiler_only = false, deny_warnings = false, run = false, no_build = false, quiet = false;
    bool no_learn = false, no_knowledge = false, no_model = false;
    int max_checks = 400, timeout = 120, jobs = 0, samples = 3;
    std::vector<std::string> run_args;
};

void print_diagnostics(const std::vector<toolchain::Diagnostic>& list, const Style& style) {
    constexpr std::size_t shown = 8;
    for (std::size_t i = 0; i < std::min(list.size(), shown); ++i)
        std::cout << (list[i].rendered.empty() ? list[i].message + "\n" : list[i].rendered);
    if (list.size() > shown)
        std::cout << style.dim(fmt::format("... and {} more\n", list.size() - shown));
}

void print_edits(const repair::Outcome& o, const Style& style) {
    for (const auto& e : o.applied) {
        std::string code = e.error_code.empty() ? "syntax" : e.error_code;
        std::cout << style.bold(e.place.empty() ? "project" : e.place) << "  " << style.yellow(code) << "  "
                  << e.error_message << "\n"
                  << "    " << e.candidate.why << "\n"
                  << "    "
                  << style.dim(fmt::format("rule {}, risk {}, confidence {:.0f} %{}", e.candidate.rule,
                                           repair::name(e.candidate.risk), 100 * e.confidence,
                                           e.error_code.empty() ? "" : ", rustc --explain " + e.error_code))
                  << "\n";
    }
}

/// Whether the model had a part in it, and what it took.
std::string model_line(const agent::FixAnswer& answer) {
    const auto& m = answer.model;
    if (m.model.empty())
        return {};
    const auto& applied = answer.outcome.applied;
    const auto own = std::count_if(applied.begin(), applied.end(),
                                   [](const auto& e) { return !agent::model_provenance(e.candidate).empty(); });
    std::string out = fmt::format("model: {} was asked about the errors ({} request{}, {} tokens in, {} out, {:.1f} s",
                                  m.model, m.requests, m.requests == 1 ? "" : "s", m.prompt_tokens, m.completion_tokens,
                                  static_cast<double>(m.wall.count()) / 1000);
    out += m.cost > 0 ? fmt::format(", {:.4f} by its prices)", m.cost) : ")";
    if (own > 0)
        return out + fmt::format("; {} of {} edits {} its own, verified like the others", own, applied.size(),
                                 own == 1 ? "is" : "are");
    return out + (m.failure.empty() ? "; nothing of it was used" : "; " + m.failure);
}

std::string headline(const repair::Outcome& o, const Style& style) {
    std::string cost = fmt::format("{} checks, {:.2f} s", o.checks, static_cast<double>(o.wall.count()) / 1000);
    switch (o.verdict) {
    case repair::Verdict::already_ok:
        return style.green("compiles") + ": nothing to repair";
    case repair::Verdict::fixed:
        return style.green("fixed") + fmt::format(": {} ({})", o.explanation, cost);
    case repair::Verdict::partial:
        return style.yellow("partly repaired") +
               fmt::format(": {} errors before, {} now; it does not compile yet: {} ({})", o.errors_before,
                           o.errors_after, o.explanation, cost);
    case repair::Verdict::unchanged:
        return style.red("not fixed") + fmt::format(": {} ({})", o.explanation, cost);
    case repair::Verdict::cancelled:
        return style.yellow("stopped") + fmt::format(": {} ({})", o.explanation, cost);
    case repair::Verdict::failed:
        return style.red("not judged") + ": " + o.explanation;
    }
    return "";
}

// What the file held before is kept, so that --write can be taken back by hand.
std::string keep_original(const repair::Outcome& o) {
    auto dir = state_directory();
    if (dir.empty())
        return {};
    project::Project changed;
    for (const auto& [path, file] : o.original.files())
        if (const std::string* now = o.best.find(path); !now || *now != *file.bytes)
            (void)changed.set(path, *file.bytes);
    auto path = dir / "undo" / (o.original.content_hash().substr(0, 16) + ".txt");
    return base::write_file_atomic(path, project::print_flat_text(changed)) ? path.string() : std::string();
}

Status write_back(const Input& in, const repair::Outcome& o) {
    if (in.kind == Input::Kind::folder)
        return project::write_changes(in.path, o.original, o.best);
    if (in.path.empty())
        return {};
    std::string bytes =
        in.kind == Input::Kind::file ? *o.best.find(in.file_in_project) : project::print_flat_text(o.best);
    return base::write_file_atomic(in.path, bytes);
}

int exit_code(const repair::Outcome& o, const FixOptions& options) {
    bool builds = o.verdict == repair::Verdict::fixed || o.verdict == repair::Verdict::already_ok;
    if (o.verdict == repair::Verdict::cancelled)
        return interrupted;
    if (o.verdict == repair::Verdict::failed)
        return unavailable;
    if (builds && options.test && o.tests && (o.tests->failed() > 0 || !o.tests->exit.ok()))
        return not_fixed;
    if (o.examples_pass && !*o.examples_pass)
        return not_fixed;
    return builds ? ok : not_fixed;
}

int print_human(const Input& in, const agent::FixAnswer& answer, const FixOptions& options, const Style& style) {
    const repair::Outcome& o = answer.outcome;
    if (options.diff) {
        std::cout << project::unified_diff(o.original, o.best);
        std::cerr << headline(o, style_for(2)) << "\n";
        return exit_code(o, options);
    }
    for (const auto& note : in.notes)
        std::cout << style.dim("note: " + note) << "\n";
    if (!options.quiet && o.verdict != repair::Verdict::already_ok)
        print_diagnostics(o.first_diagnostics, style);
    if (!o.applied.empty()) {
        std::cout << "\n";
        print_edits(o, style);
        std::cout << "\n" << style.diff(project::unified_diff(o.original, o.best)) << "\n";
    }
    std::cout << headline(o, style) << "\n";
    if (const auto line = model_line(answer); !line.empty())
        std::cout << style.dim(line) << "\n";
    if (!o.applied.empty())
        std::cout << style.dim("preserved: " + o.preservation.summary) << "\n";
    if (!o.remaining.empty() && o.verdict == repair::Verdict::partial) {
        std::cout << "\nstill to do:\n";
        print_diagnostics(o.remaining, style);
    }
    if (o.tests)
        std::cout << fmt::format("tests: {} passed, {} failed\n", o.tests->passed(), o.tests->failed());
    if (answer.run)
        std::cout << "\n"
                  << style.bold("program output") << " (" << answer.run->exit.describe() << ")\n"
                  << answer.run->exit.out << answer.run->exit.err;
    return exit_code(o, options);
}

Result<std::vector<repair::Example>> read_examples(const std::string& path) {
    RC_TRY_ASSIGN(auto text, base::read_file(path));
    RC_TRY_ASSIGN(auto json, base::parse_json(text));
    return agent::parse_examples(json);
}

int run_fix(const FixOptions& options) {
    auto stop = interrupt_token();
    auto in = read_input(options.path);
    if (!in)
        return report(in.error()), usage;
    // The baseline is what cargo could do: it knows nothing from before and asks nobody.
    const bool baseline = options.compiler_only;
    auto env =
        environment(options.no_knowledge || baseline ? nullptr : make_knowledge(), !options.no_model && !baseline);
    if (!env)
        return report(env.error());
    agent::FixRequest request;
    request.learn = !options.no_learn;
    request.use_model = !options.no_model;
    request.model_samples = options.samples;
    request.project = in->project;
    request.run = options.run;
    request.input.arguments = options.run_args;
    request.options.max_checks = options.max_checks;
    request.options.deadline = std::chrono::seconds(options.timeout);
    request.options.max_risk = options.strict ? repair::Risk::cost : repair::Risk::destructive;
    request.options.compiler_only = options.compiler_only;
    request.options.deny_warnings = options.deny_warnings;
    request.options.run_tests = options.test;
    request.options.judge_by_tests = !options.no_test;
    request.options.build = !options.no_build;
    request.options.threads = options.jobs;
    if (!options.examples.empty()) {
        auto examples = read_examples(options.examples);
        if (!examples)
            return report(examples.error()), usage;
        request.options.examples = std::move(*examples);
    }
    StatusLine progress(!options.json && !options.quiet && somebody_watches());
    auto answer = agent::fix(*env, request, stop, [&](const repair::Event& e) {
        progress.show(fmt::format("{} checks, {} errors left  {}", e.checks, e.errors, e.message));
    });
    progress.clear();
    if (!answer)
        return report(answer.error());
    const repair::Outcome& o = answer->outcome;
    bool worth = o.verdict == repair::Verdict::fixed || (options.partial && o.verdict == repair::Verdict::partial);
    if (options.write && worth) {
        std::string undo = keep_original(o);
        if (auto status = write_back(*in, o); !status)
            return report(status.error());
        if (!undo.empty() && !options.json && !options.quiet)
            std::cerr << style_for(2).dim("the changed files as they were: " + undo) << "\n";
    }
    if (options.json)
        std::cout << answer->evidence_json;
    else if (in->kind == Input::Kind::flat_text && in->path.empty() && !options.diff && ::isatty(1) != 1) {
        // Flat text in, flat text out: a filter.
        std::cout << project::print_flat_text(o.best);
        std::cerr << headline(o, style_for(2)) << "\n";
    } else
        return print_human(*in, *answer, options, style_for(1));
    return exit_code(o, options);
}

} // namespace

void add_fix(CLI::App& app, Run& run) {
    auto o = std::make_shared<FixOptions>();
    auto* cmd =
        app.add_subcommand("fix", "Compile a Rust project, repair its errors, and compile again until it builds");
    cmd->add_option("path", o->path,
                    "Project folder, single .rs file, flat-text file, or - for flat text on standard input")
        ->required();
    cmd->add_flag("--write,-w", o->write,
                  "Write the repaired files back (only when the project builds; originals are kept)");
    cmd->add_flag("--partial", o->partial,
                  "With --write: also write a state that has fewer errors but does not build yet");
    cmd->add_flag("--json", o->json, "Print the evidence record as JSON");
    cmd->add_flag("--diff", o->diff, "Print only the unified diff");
    cmd->add_flag("--test", o->test, "The project's tests must pass too");
    cmd->add_flag("--no-test", o->no_test, "Do not judge repairs by the project's tests");
    cmd->add_option(
        "--examples", o->examples,
        "JSON file of acceptance examples: [{\"args\": [], \"stdin\": \"\", \"stdout\": \"...\", \"code\": 0}]");
    cmd->add_flag("--strict", o->strict, "Refuse edits that may change behaviour, delete code or panic");
    cmd->add_flag("--deny-warnings", o->deny_warnings, "Treat warnings as errors");
    cmd->add_flag("--compiler-only", o->compiler_only, "Use nothing but the compiler's own suggestions (a baseline)");
    cmd->add_flag("--no-learn", o->no_learn, "Learn nothing from this repair (what was learned before is used)");
    cmd->add_flag("--no-knowledge", o->no_knowledge, "Neither use nor feed the knowledge base");
    cmd->add_flag("--no-model", o->no_model, "Ask no language model, even when one is configured");
    cmd->add_option("--samples", o->samples, "Answers that a model is asked for at once (3)")->check(CLI::Range(1, 16));
    cmd->add_flag("--no-build", o->no_build, "Stop after `cargo check`; do not link");
    cmd->add_flag("--quiet,-q", o->quiet, "Do not print the compiler's messages");
    cmd->add_flag("--run", o->run, "Run the program at the end (in the sandbox)");
    cmd->add_option("--arg", o->run_args, "Argument for --run; may be repeated");
    cmd->add_option("--max-checks", o->max_checks, "Bound on compiler checks of candidates")
        ->check(CLI::Range(1, 100000));
    cmd->add_option("--timeout", o->timeout, "Bound in seconds")->check(CLI::Range(1, 86400));
    cmd->add_option("--jobs,-j", o->jobs, "Parallel checks (default: cores)")->check(CLI::Range(1, 256));
    cmd->callback([o, &run] { run = [o] { return run_fix(*o); }; });
}

} // namespace rustcoder::cli
