// rustcoder port PATH: a small program in Python, C or C++ as a cargo project that behaves the same.
#include "agent/port.h"
#include "agent/examples.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/status_line.h"
#include "project/flat_text.h"

#include <fmt/format.h>

#include <iostream>

namespace rustcoder::cli {

namespace fs = std::filesystem;

namespace {

struct PortOptions {
    std::string path, output, name, examples;
    std::vector<std::string> inputs, cases;
    bool plan_only = false, json = false, quiet = false;
    int rounds = 4, timeout = 600;
};

Result<project::Project> read_sources(const std::string& path) {
    std::error_code ec;
    if (fs::is_directory(path, ec)) {
        RC_TRY_ASSIGN(auto loaded, project::load_folder(fs::canonical(path, ec)));
        return std::move(loaded.project);
    }
    project::Project out;
    RC_TRY_ASSIGN(auto text, base::read_file(path));
    RC_TRY(out.set(fs::path(path).filename().string(), std::move(text)));
    return out;
}

/// Each --case, each --input (as standard input), and those of --examples.
Result<std::vector<repair::Example>> read_cases(const PortOptions& options) {
    std::vector<repair::Example> out;
    if (!options.examples.empty()) {
        RC_TRY_ASSIGN(const auto text, base::read_file(options.examples));
        RC_TRY_ASSIGN(const auto json, base::parse_json(text));
        RC_TRY_ASSIGN(out, agent::parse_examples(json));
    }
    for (const auto& line : options.cases)
        out.push_back({.arguments = base::shell_split(line)});
    for (const auto& file : options.inputs) {
        RC_TRY_ASSIGN(auto text, base::read_file(file));
        out.push_back({.stdin_bytes = std::move(text)});
    }
    return out;
}

void print_answer(const agent::PortAnswer& answer, const PortOptions& options) {
    const Style style = style_for(2);
    if (!answer.plan.empty() && (options.plan_only || !options.quiet))
        std::cerr << style.bold("plan") << "\n" << answer.plan.text();
    for (const auto& c : answer.cases) {
        const std::string word = agent::name(c.verdict);
        std::cerr << (c.verdict == agent::PortCase::Verdict::equal       ? style.green(word)
                      : c.verdict == agent::PortCase::Verdict::different ? style.red(word)
                                                                         : style.yellow(word))
                  << "  " << (c.what.empty() ? c.input : c.what) << "\n";
    }
    if (!options.plan_only)
        std::cerr << (answer.success ? style.green("ported") : style.red("not ported")) << ": " << answer.message
                  << "\n";
    if (answer.model.requests > 0 && !options.quiet)
        std::cerr << style.dim(fmt::format(
            "model {}: {} requests, {} tokens in, {} out, {:.1f} s of {:.1f} s\n", answer.model.model,
            answer.model.requests, answer.model.prompt_tokens, answer.model.completion_tokens,
            static_cast<double>(answer.model.wall.count()) / 1000, static_cast<double>(answer.wall.count()) / 1000));
}

int run_port(const PortOptions& options) {
    auto stop = interrupt_token();
    agent::PortRequest request;
    auto sources = read_sources(options.path);
    if (!sources)
        return report(sources.error());
    request.sources = std::move(*sources);
    auto cases = read_cases(options);
    if (!cases)
        return report(cases.error());
    request.cases = std::move(*cases);
    request.package = options.name;
    request.plan_only = options.plan_only;
    request.rounds = options.rounds;
    request.deadline = std::chrono::seconds(options.timeout);
    if (!options.output.empty())
        if (auto free = check_new_folder(options.output); !free)
            return report(free.error()); // before the model is asked
    auto env = environment(make_knowledge());
    if (!env)
        return report(env.error());
    StatusLine progress(!options.json && !options.quiet && somebody_watches());
    auto answer = agent::port(*env, request, stop, [&](const repair::Event& e) { progress.show(e.message); });
    progress.clear();
    if (!answer)
        return report(answer.error());
    if (options.json)
        std::cout << answer->evidence_json;
    else
        print_answer(*answer, options);
    // A port that is not right is handed over too, when a folder was named for it: there is nothing to lose.
    if (!answer->project.empty() && !options.output.empty()) {
        if (auto written = write_new_folder(options.output, answer->project); !written)
            return report(written.error());
        if (!options.json && !options.quiet)
            std::cerr << "written to " << options.output << (answer->success ? "\n" : ", as far as it came\n");
    } else if (!answer->project.empty() && !options.json) {
        std::cout << project::print_flat_text(answer->project);
    }
    return answer->success ? ok : not_fixed;
}

} // namespace

void add_port(CLI::App& app, Run& run) {
    auto o = std::make_shared<PortOptions>();
    auto* cmd = app.add_subcommand("port", "Port a small Python, C or C++ program to Rust with a language model");
    cmd->add_option("path", o->path, "The program: a file, or a folder of its sources")->required();
    cmd->add_option("--output,-o", o->output, "Folder for the project (new or empty; default: flat text on stdout)");
    cmd->add_option("--case", o->cases, "Arguments both programs are run with, as one word: --case '-n 3'; repeatable");
    cmd->add_option("--input", o->inputs, "File that both get as standard input; repeatable");
    cmd->add_option("--examples", o->examples,
                    "JSON file of cases, with the expected output where the original cannot be run here");
    cmd->add_option("--name", o->name, "Name of the package");
    cmd->add_flag("--plan-only", o->plan_only, "Show the plan (modules, crates, risks) and write nothing");
    cmd->add_option("--rounds", o->rounds, "Answers with code that the model is asked for at most (4)")
        ->check(CLI::Range(1, 20));
    cmd->add_option("--timeout", o->timeout, "Bound in seconds")->check(CLI::Range(1, 86400));
    cmd->add_flag("--json", o->json, "Print the evidence record as JSON");
    cmd->add_flag("--quiet,-q", o->quiet, "Say only what came of it");
    cmd->callback([o, &run] { run = [o] { return run_port(*o); }; });
}

} // namespace rustcoder::cli
