#include "agent/agent.h"

#include "agent/learning.h"
#include "agent/model_help.h"
#include "repair/naturalness.h"

#include <algorithm>

namespace rustcoder::agent {

namespace {

bool has_tests(const project::Project& project) {
    return std::any_of(project.files().begin(), project.files().end(), [](const auto& f) {
        return f.first.ends_with(".rs") && f.second.bytes->find("#[test]") != std::string::npos;
    });
}

bool has_binary(const project::Project& project) {
    return std::any_of(project.files().begin(), project.files().end(),
                       [](const auto& f) {
                           return f.first.ends_with("main.rs") || f.first.find("src/bin/") != std::string::npos;
                       }) ||
           [&] {
               const std::string* manifest = project.find("Cargo.toml");
               return manifest && manifest->find("[[bin]]") != std::string::npos;
           }();
}

Result<std::unique_ptr<toolchain::Workspace>> open(const Environment& environment) {
    toolchain::WorkspaceOptions options;
    options.cache_dir = environment.cache_dir;
    return toolchain::Workspace::open(environment.toolchain, environment.sandbox, options);
}

} // namespace

ModelCosts& ModelCosts::operator+=(const ModelCosts& more) {
    model = more.model;
    requests += more.requests;
    prompt_tokens += more.prompt_tokens;
    completion_tokens += more.completion_tokens;
    cost += more.cost;
    wall += more.wall;
    return *this;
}

Environment with_model_of(Environment environment, const std::shared_ptr<model::ChatModel>& chat) {
    if (!environment.chat)
        environment.chat = chat;
    return environment;
}

Result<CompileAnswer> compile(const Environment& environment, const CompileRequest& request, std::stop_token stop) {
    if (request.project.empty())
        return fail(Errc::invalid_input, "the project has no files", "",
                    "send at least Cargo.toml and one source file");
    RC_TRY_ASSIGN(auto workspace, open(environment));
    CompileAnswer answer;
    if (request.run && has_binary(request.project)) {
        RC_TRY_ASSIGN(auto run, workspace->run(request.project, request.input, stop));
        answer.report = run.build;
        answer.success = run.build.ok;
        if (run.built)
            answer.run = std::move(run);
    } else {
        RC_TRY_ASSIGN(answer.report, workspace->build(request.project, stop));
        answer.success = answer.report.ok;
    }
    answer.build_output = answer.success ? "Build successful" : answer.report.stderr_text;
    return answer;
}

Result<FixAnswer> fix(const Environment& given, const FixRequest& request, std::stop_token stop,
                      const std::function<void(const repair::Event&)>& on_event) {
    const Environment environment = with_model_of(given, request.chat);
    RC_TRY_ASSIGN(auto workspace, open(environment));
    FixAnswer answer;
    repair::Options options = request.options;
    if (options.judge_by_tests && has_tests(request.project))
        options.run_tests = true;
    if (environment.naturalness && !options.naturalness && !options.compiler_only)
        options.naturalness = repair::Naturalness::installed(environment.cache_dir, environment.toolchain);
    use_memory(environment, request.learn, options);
    auto model = model_for(environment, request, [&] {
        if (on_event)
            on_event({repair::Event::Kind::trying, "waiting for the model's answer"});
    });
    if (model)
        options.sources.push_back(model);
    RC_TRY_ASSIGN(answer.outcome, repair::repair(*workspace, request.project, options, stop, on_event));
    bool builds =
        answer.outcome.verdict == repair::Verdict::fixed || answer.outcome.verdict == repair::Verdict::already_ok;
    if (request.run && builds && has_binary(answer.outcome.best)) {
        // The repair stands whether or not the program can be run.
        if (auto run = workspace->run(answer.outcome.best, request.input, stop); run && run->built)
            answer.run = std::move(*run);
    }
    answer.outcome.costs = workspace->costs();
    if (model) {
        const auto& applied = answer.outcome.applied;
        const bool used = std::any_of(applied.begin(), applied.end(),
                                      [](const auto& e) { return !model_provenance(e.candidate).empty(); });
        answer.model = costs_of(model->report(), used);
    }
    if (request.learn)
        learn_from_repair(environment, answer.outcome, options, "engine");
    answer.evidence_json = evidence(environment, answer);
    return answer;
}

} // namespace rustcoder::agent
