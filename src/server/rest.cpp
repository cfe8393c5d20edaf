// POST /compile and /compile-and-fix, exactly as clients of the known service expect them. docs/rest.md.
#include "server/face.h"
#include "server/render.h"
#include "server/submission.h"

namespace rustcoder::server {

namespace json = base::json;

namespace {

void submit(const std::shared_ptr<Call>& call, JobKind kind, const SubmissionRules& rules,
            std::function<json::object(const JobRequest&, const Answer&)> render) {
    if (!require_json(call))
        return;
    auto body = parse_object(call->request.body);
    if (!body)
        return call->reject(body.error().status, body.error().body());
    call->request.body = {}; // the project holds what is needed
    auto request = parse_submission(kind, *body, rules);
    if (!request)
        return call->reject(request.error().status, request.error().body());
    call->app.run_sync(call, *std::move(request), std::move(render));
}

void compile(const std::shared_ptr<Call>& call) {
    SubmissionRules rules;
    rules.longest = call->app.jobs.longest();
    submit(call, JobKind::compile, rules, [](const JobRequest& request, const Answer& answer) {
        return compile_body(request, std::get<agent::CompileAnswer>(answer));
    });
}

void compile_and_fix(const std::shared_ptr<Call>& call) {
    SubmissionRules rules;
    rules.description_required = true;
    rules.missing = "Missing required fields";
    rules.longest = call->app.jobs.longest();
    submit(call, JobKind::fix, rules, [](const JobRequest& request, const Answer& answer) {
        return fix_body(request, std::get<agent::FixAnswer>(answer));
    });
}

std::vector<Route::Response> responses(const char* schema) {
    return {
        {200, "The outcome; code that does not compile is success:false, not an error", schema},
        {400, "Something required is missing, or the flat text cannot be read", "Detail"},
        {413, "The body is too large", "Problem", "application/problem+json"},
        {415, "The body is not JSON", "Problem", "application/problem+json"},
        {422, "A field has the wrong type", "ValidationError"},
        {503, "The queue is full or the server is not ready; see Retry-After", "Problem", "application/problem+json"},
        {504, "The job passed its time limit", "Problem", "application/problem+json"}};
}

} // namespace

void add_rest_routes(App& app) {
    app.routes.push_back({"POST", "/compile", Access::key, false, compile, "compile",
                          "Compile a project and run its program", "CompileRequest", responses("CompileResponse")});
    app.routes.push_back({"POST", "/compile-and-fix", Access::key, false, compile_and_fix, "fix",
                          "Compile a project, repair it until the compiler accepts it, run it", "FixRequest",
                          responses("FixResponse")});
}

} // namespace rustcoder::server
