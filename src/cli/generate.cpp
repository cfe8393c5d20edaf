// rustcoder generate "DESCRIPTION": a whole project that builds and passes its tests.
#include "agent/generate.h"
#include "agent/examples.h"
#include "base/os.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/generate_setup.h"
#include "cli/status_line.h"
#include "project/flat_text.h"

#include <fmt/format.h>

#include <iostream>

namespace rustcoder::cli {

namespace fs = std::filesystem;

namespace {

struct GenerateOptions {
    std::string description, requirements, output, name, edition, from, examples, artifact, target;
    std::vector<std::string> tests, run_args;
    bool list = false, no_model = false, json = false, run = false, quiet = false;
    int timeout = 300;
};

/// A requirement text, or @FILE.
Result<std::string> text_or_file(const std::string& text) {
    if (!text.starts_with('@'))
        return text;
    return base::read_file(text.substr(1), 1u << 20);
}

Result<agent::GenerateRequest> request_of(const GenerateOptions& options) {
    agent::GenerateRequest request;
    RC_TRY_ASSIGN(request.description, text_or_file(options.description));
    RC_TRY_ASSIGN(request.requirements, text_or_file(options.requirements));
    request.package = options.name;
    request.edition = options.edition;
    request.from = options.from;
    request.use_model = !options.no_model;
    request.run = options.run;
    request.input.arguments = options.run_args;
    request.deadline = std::chrono::seconds(options.timeout);
    if (!options.examples.empty()) {
        RC_TRY_ASSIGN(const auto text, base::read_file(options.examples));
        RC_TRY_ASSIGN(const auto json, base::parse_json(text));
        RC_TRY_ASSIGN(request.examples, agent::parse_examples(json));
    }
    for (const auto& file : options.tests) {
        RC_TRY_ASSIGN(auto text, base::read_file(file));
        request.tests.emplace("tests/" + fs::path(file).filename().string(), std::move(text));
    }
    if (!options.artifact.empty() || !options.target.empty())
        request.artifact = agent::ArtifactOptions{.target = options.target};
    return request;
}

Status write_artifact(const fs::path& file, const agent::GenerateAnswer& answer) {
    RC_TRY(base::write_file_atomic(file, *answer.artifact->bytes, true));
    return base::write_file_atomic(file.string() + ".evidence.json", answer.evidence_json);
}

void print_requirements(const agent::GenerateAnswer& answer, const Style& style) {
    for (const auto& r : answer.requirements) {
        const auto mark = r.met ? style.green("yes ") : r.claimed ? style.yellow("said") : style.red("no  ");
        std::cerr << "  " << mark << "  " << r.text << style.dim("  (" + r.how + ")") << "\n";
    }
}

void print_summary(const agent::GenerateAnswer& answer, const GenerateOptions& options) {
    const Style style = style_for(2);
    std::cerr << (answer.success ? style.green("generated") : style.red("not generated")) << ": " << answer.message
              << style.dim(fmt::format(" ({:.2f} s)", static_cast<double>(answer.wall.count()) / 1000)) << "\n";
    if (options.quiet)
        return;
    print_requirements(answer, style);
    if (!answer.success && !answer.nearest.empty()) {
        std::cerr << "nearest templates:\n";
        for (const auto& n : answer.nearest)
            std::cerr << fmt::format("  {:3.0f} %  {}  {}\n", 100 * n.confidence, style.bold(n.name), n.title);
    }
    if (answer.run)
        std::cerr << style.bold("program output") << " (" << answer.run->exit.describe() << ")\n"
                  << answer.run->exit.out << answer.run->exit.err;
    if (answer.model.requests > 0)
        std::cerr << style.dim(fmt::format("model {}: {} requests, {} + {} tokens, {:.1f} s\n", answer.model.model,
                                           answer.model.requests, answer.model.prompt_tokens,
                                           answer.model.completion_tokens,
                                           static_cast<double>(answer.model.wall.count()) / 1000));
}

int list_templates(bool json) {
    auto library = make_library(make_knowledge());
    auto all = library->all();
    if (!all)
        return report(all.error());
    base::json::array list;
    for (const auto& t : *all) {
        if (!json) {
            std::cout << fmt::format("{:<24} {:<12} {}\n", t->name, t->area, t->title);
            continue;
        }
        base::json::array features, slots;
        for (const auto& f : t->features)
            features.push_back(base::json::object{{"name", f.name}, {"says", f.says}, {"default", f.on}});
        for (const auto& s : t->slots)
            slots.push_back(base::json::object{{"name", s.name}, {"says", s.says}, {"default", s.default_value}});
        list.push_back(base::json::object{{"name", t->name},
                                          {"area", t->area},
                                          {"title", t->title},
                                          {"summary", t->summary},
                                          {"features", std::move(features)},
                                          {"slots", std::move(slots)}});
    }
    if (json)
        std::cout << base::dump_pretty(list);
    for (const auto& problem : library->problems())
        std::cerr << "note: " << problem << "\n";
    return ok;
}

int hand_over(const agent::GenerateAnswer& answer, const GenerateOptions& options) {
    if (!options.output.empty() && answer.success)
        if (auto written = write_new_folder(options.output, answer.project); !written)
            return report(written.error());
    if (!options.artifact.empty() && answer.artifact)
        if (auto written = write_artifact(options.artifact, answer); !written)
            return report(written.error());
    if (!options.json) { // what was done, once it is done
        print_summary(answer, options);
        if (!options.quiet && !options.output.empty() && answer.success)
            std::cerr << fmt::format("written to {}\n", options.output);
        if (!options.quiet && !options.artifact.empty() && answer.artifact)
            std::cerr << fmt::format("artifact: {} ({} bytes, {}), evidence beside it\n", options.artifact,
                                     answer.artifact->bytes->size(), answer.artifact->target);
    }
    if (options.json)
        std::cout << answer.evidence_json;
    else if (options.output.empty() && answer.success)
        std::cout << project::print_flat_text(answer.project);
    return answer.success && answer.artifact_problem.empty() ? ok : not_fixed;
}

int run_generate(const GenerateOptions& options) {
    if (options.list)
        return list_templates(options.json);
    std::error_code ec;
    if (!options.artifact.empty() && (options.artifact.ends_with('/') || fs::is_directory(options.artifact, ec)))
        return report({Errc::invalid_input, "the artifact has to be a file", options.artifact, "name a file in it"});
    if (!options.output.empty())
        if (auto free = check_new_folder(options.output); !free)
            return report(free.error());
    auto request = request_of(options);
    if (!request)
        return report(request.error()), usage;
    const auto knowledge = make_knowledge();
    auto env = environment(knowledge, !options.no_model);
    if (!env)
        return report(env.error());
    env->templates = make_library(knowledge);
    StatusLine progress(!options.json && !options.quiet && somebody_watches());
    auto answer = agent::generate(*env, *request, interrupt_token(),
                                  [&](const repair::Event& e) { progress.show(base::lines(e.message).front()); });
    progress.clear();
    if (!answer)
        return report(answer.error());
    return hand_over(*answer, options);
}

} // namespace

void add_generate(CLI::App& app, Run& run) {
    auto o = std::make_shared<GenerateOptions>();
    auto* cmd = app.add_subcommand(
        "generate", "Make a whole project from a description; it is compiled and tested before it is handed over");
    cmd->add_option("description", o->description, "What the program is to do, in a sentence or two; @FILE reads it");
    cmd->add_option("--requirements,-r", o->requirements, "Further wishes, a list or sentences; @FILE reads them");
    cmd->add_option(
        "--output,-o", o->output,
        "Folder to write the project to (not there yet, or empty); without it: flat text on standard output");
    cmd->add_option("--name", o->name, "Name of the package");
    cmd->add_option("--edition", o->edition, "Rust edition");
    cmd->add_option("--template", o->from, "Take this template; no choosing");
    cmd->add_flag("--list", o->list, "List the templates");
    cmd->add_option("--examples", o->examples,
                    "JSON file of acceptance examples: [{\"args\": [], \"stdin\": \"\", \"files\": {}, \"stdout\": "
                    "\"...\", \"code\": 0}]");
    cmd->add_option("--test", o->tests, "Rust test file that must pass, put into tests/; may be repeated");
    cmd->add_option("--artifact", o->artifact,
                    "Build with --release and write the program here, its evidence beside it");
    cmd->add_option("--target", o->target, "Target of the artifact (an installed one)")->needs("--artifact");
    cmd->add_flag("--no-model", o->no_model, "Ask no model");
    cmd->add_flag("--run", o->run, "Run the program at the end (in the sandbox)");
    cmd->add_option("--arg", o->run_args, "Argument for --run; may be repeated");
    cmd->add_flag("--json", o->json, "Print the evidence record as JSON");
    cmd->add_flag("--quiet,-q", o->quiet, "Say less");
    cmd->add_option("--timeout", o->timeout, "Bound in seconds")->check(CLI::Range(1, 86400));
    cmd->callback([o, &run] {
        if (o->description.empty() && !o->list)
            throw CLI::RequiredError("description");
        run = [o] { return run_generate(*o); };
    });
}

} // namespace rustcoder::cli
