// /v1/jobs: the same work as a handle that outlives a connection.
#include "base/clock.h"
#include "net/http.h"
#include "server/face.h"
#include "server/render.h"
#include "server/submission.h"

#include <charconv>
#include <ctime>
#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

json::object status_body(const Job& job) {
    const auto state = job.state();
    const std::string self = "/v1/jobs/" + job.id();
    json::object out;
    out["id"] = job.id();
    out["kind"] = name(job.request().kind);
    out["state"] = name(state);
    out["created"] = base::utc_timestamp(job.created());
    out["seconds"] = job.seconds();
    if (const auto* result = job.result(); result && *result)
        out["success"] = succeeded(**result);
    else
        out["success"] = nullptr;
    if (const auto* result = job.result(); result && !*result)
        out["error"] = clean_utf8(result->error().text());
    else
        out["error"] = nullptr;
    out["links"] = json::object{{"self", self}, {"events", self + "/events"}, {"result", self + "/result"}};
    return out;
}

std::shared_ptr<Job> job_of(const std::shared_ptr<Call>& call) {
    auto job = call->app.jobs.find(call->params.at(0));
    if (!job)
        call->problem(404, "There is no such job; finished jobs are kept for an hour.");
    return job;
}

void create(const std::shared_ptr<Call>& call) {
    if (!require_json(call))
        return;
    auto body = parse_object(call->request.body);
    if (!body)
        return call->reject(body.error().status, body.error().body());
    call->request.body = {};
    JobKind kind = JobKind::fix;
    if (const auto* k = body->if_contains("kind")) {
        const std::string_view text = k->is_string() ? base::get_string(*body, "kind") : std::string_view();
        if (text == "compile")
            kind = JobKind::compile;
        else if (text == "check")
            kind = JobKind::check;
        else if (text != "fix") {
            const auto r = field_error("enum", "kind", "Input should be 'fix', 'compile' or 'check'",
                                       k->is_string() && text.size() < 100 ? *k : json::value(nullptr));
            return call->reject(r.status, r.body());
        }
    }
    SubmissionRules rules;
    rules.missing = "Missing 'code' or 'files' field";
    rules.longest = call->app.jobs.longest();
    auto request = parse_submission(kind, *body, rules);
    if (!request)
        return call->reject(request.error().status, request.error().body());
    auto job = call->app.jobs.submit(*std::move(request), true);
    if (!job)
        return call->problem(job.error());
    net::Headers headers;
    headers.set("Location", "/v1/jobs/" + (*job)->id());
    call->json(202, status_body(**job), headers);
}

void status(const std::shared_ptr<Call>& call) {
    if (const auto job = job_of(call))
        call->json(200, status_body(*job));
}

void cancel(const std::shared_ptr<Call>& call) {
    const auto job = job_of(call);
    if (!job)
        return;
    call->app.jobs.cancel(job);
    call->json(202, status_body(*job));
}

void result(const std::shared_ptr<Call>& call) {
    const auto job = job_of(call);
    if (!job)
        return;
    const auto* r = job->result();
    if (!r) {
        net::Headers headers;
        headers.set("Retry-After", "1");
        return call->json(202, status_body(*job), headers);
    }
    if (!*r)
        return call->problem(r->error());
    call->json(200, answer_body(job->request(), **r));
}

std::string event_text(const JobEvent& e) {
    json::object data;
    data["state"] = name(e.state);
    if (e.type == JobEvent::Type::progress) {
        data["phase"] = e.phase;
        data["errors"] = e.errors;
        data["checks"] = e.checks;
    }
    data["message"] = clean_utf8(e.message);
    return net::sse_event(base::dump(data),
                          e.last()                          ? "done"
                          : e.type == JobEvent::Type::state ? "state"
                                                            : "progress",
                          std::to_string(e.id));
}

/// The id after which the reader wants events: Last-Event-ID, else ?after=.
std::uint64_t after_of(const net::HttpRequest& request) {
    std::string text(request.header("Last-Event-ID"));
    if (text.empty())
        text = request.query_value("after").value_or("");
    std::uint64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
}

void events(const std::shared_ptr<Call>& call) {
    const auto job = job_of(call);
    if (!job)
        return;
    const auto after = after_of(call->request);
    net::HttpResponse head;
    head.body = "retry: 2000\n\n";
    auto stream = call->stream(std::move(head));
    if (call->request.method == "HEAD")
        return stream->close();
    struct Watch {
        std::uint64_t handle = 0;
        std::optional<std::stop_callback<std::function<void()>>> on_gone;
    };
    auto watch = std::make_shared<Watch>();
    watch->handle = job->listen(after, [stream, watch](const Job&, const JobEvent& event) {
        // A reader that is too slow is sent away; it comes back with Last-Event-ID.
        if (stream->write(event_text(event)) == net::ResponseStream::Write::full || event.last())
            stream->close();
    });
    if (finished(job->state()))
        stream->close(); // nothing new will come; what there was has been written
    watch->on_gone.emplace(call->disconnected(), [job = std::weak_ptr(job), handle = watch->handle] {
        if (auto j = job.lock())
            j->unlisten(handle);
    });
}

} // namespace

void add_job_routes(App& app) {
    const std::vector<Route::Response> missing = {{404, "No such job", "Problem", "application/problem+json"}};
    auto with = [&](std::vector<Route::Response> list) {
        list.insert(list.end(), missing.begin(), missing.end());
        return list;
    };
    app.routes.push_back({"POST",
                          "/v1/jobs",
                          Access::key,
                          false,
                          create,
                          "jobs",
                          "Start a job",
                          "JobRequest",
                          {{202, "Accepted; Location names the job", "Job"},
                           {400, "Something required is missing, or the flat text cannot be read", "Detail"},
                           {422, "A field has the wrong type", "ValidationError"},
                           {503, "The queue is full; see Retry-After", "Problem", "application/problem+json"}}});
    app.routes.push_back({"GET", "/v1/jobs/{id}", Access::key, false, status, "jobs", "How a job stands", "",
                          with({{200, "Its state", "Job"}})});
    app.routes.push_back({"DELETE", "/v1/jobs/{id}", Access::key, false, cancel, "jobs", "Cancel a job", "",
                          with({{202, "It ends within a second", "Job"}})});
    app.routes.push_back({"GET", "/v1/jobs/{id}/result", Access::key, false, result, "jobs", "The answer of a job", "",
                          with({{200, "As /compile and /compile-and-fix answer", "FixResponse"},
                                {202, "Not finished yet", "Job"},
                                {409, "It was cancelled", "Problem", "application/problem+json"}})});
    app.routes.push_back({"GET", "/v1/jobs/{id}/events", Access::key, false, events, "jobs",
                          "Follow a job: Server-Sent Events `state`, `progress`, `done`, resumable by Last-Event-ID",
                          "", with({{200, "The events", "", "text/event-stream"}})});
}

} // namespace rustcoder::server
