#include "server/job_work.h"

#include "base/log.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace {

using OnEvent = std::function<void(const repair::Event&)>;

Result<Answer> compile(UseCases& use_cases, const JobRequest& r, std::stop_token stop) {
    agent::CompileRequest request;
    request.project = r.project;
    request.run = r.kind == JobKind::compile && r.run;
    RC_TRY_ASSIGN(auto answer, use_cases.compile(request, stop));
    return Answer(std::move(answer));
}

Result<Answer> fix(UseCases& use_cases, const JobRequest& r, std::stop_token stop, const OnEvent& on_event) {
    if (r.max_attempts <= 0) { // the contract: nothing is compiled, nothing succeeds
        agent::FixAnswer none;
        none.outcome.verdict = repair::Verdict::unchanged;
        none.outcome.original = none.outcome.best = r.project;
        none.outcome.build_output = "No compilation attempts were made";
        none.outcome.explanation = "max_attempts was 0, so nothing was compiled.";
        return Answer(std::move(none));
    }
    agent::FixRequest request;
    request.project = r.project;
    request.description = r.description;
    request.options.max_builds = r.max_attempts;
    request.options.deadline = r.deadline;
    request.options.run_tests = r.tests;
    request.options.examples = r.examples;
    if (r.strict)
        request.options.max_risk = repair::Risk::cost;
    request.run = r.run;
    request.chat = r.chat;
    if (r.chat) // people may have to agree to each question
        request.model_samples = 1;
    RC_TRY_ASSIGN(auto answer, use_cases.fix(request, stop, on_event));
    return Answer(std::move(answer));
}

Result<Answer> generate(UseCases& use_cases, const JobRequest& r, std::stop_token stop, const OnEvent& on_event) {
    auto request = r.generate;
    request.description = r.description;
    request.examples = r.examples;
    request.run = r.run;
    request.max_attempts = r.max_attempts;
    request.deadline = r.deadline;
    request.chat = r.chat;
    RC_TRY_ASSIGN(auto answer, use_cases.generate(request, stop, on_event));
    return Answer(std::move(answer));
}

Result<Answer> dispatch(UseCases& use_cases, const JobRequest& r, std::stop_token stop, const OnEvent& on_event) {
    switch (r.kind) {
    case JobKind::compile:
    case JobKind::check:
        return compile(use_cases, r, stop);
    case JobKind::fix:
        return fix(use_cases, r, stop, on_event);
    case JobKind::generate:
        return generate(use_cases, r, stop, on_event);
    case JobKind::learn:
        break;
    }
    RC_TRY_ASSIGN(auto learned, use_cases.learn(r.project, r.after, r.source, stop));
    return Answer(std::move(learned));
}

} // namespace

Result<Answer> perform(UseCases& use_cases, const std::string& id, const JobRequest& request, std::stop_token stop,
                       const OnEvent& on_event) {
    if (stop.stop_requested())
        return fail(Errc::cancelled, "The job was cancelled");
    try {
        return dispatch(use_cases, request, stop, on_event);
    } catch (const std::exception& e) {
        base::log_error(fmt::format("job {}: {}", id, e.what()));
        return fail(Errc::internal, "The server failed on this job", {}, "Please report it with the job id " + id);
    }
}

} // namespace rustcoder::server
