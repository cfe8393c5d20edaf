// /jobs (and /v1/jobs, its older name): the same work as a handle that outlives a connection, and with a data folder
// the process. docs/jobs.md.
#include "base/clock.h"
#include "net/http.h"
#include "server/face.h"
#include "server/generate_request.h"
#include "server/render.h"
#include "server/submission.h"

#include <charconv>
#include <ctime>
#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

std::shared_ptr<Job> job_of(const std::shared_ptr<Call>& call) {
    auto job = call->app.jobs.find(call->params.at(0));
    if (!job)
        call->problem(404, "There is no such job; finished ones are kept for a time only.");
    return job;
}

/// Of the name under which it was asked for.
std::string link_of(const Call& call, const std::string& id) {
    return (call.route->pattern.starts_with("/v1/") ? "/v1/jobs/" : "/jobs/") + id;
}

json::object status_of(const Call& call, const JobSummary& job) {
    auto out = status_body(job);
    const auto self = link_of(call, job.id);
    json::object links{{"self", self}, {"events", self + "/events"}, {"result", self + "/result"}};
    if (job.kind == JobKind::generate)
        links["project"] = "/project/" + job.id;
    out["links"] = std::move(links);
    return out;
}

std::expected<JobRequest, Rejection> parse_job(const json::object& body, std::chrono::milliseconds longest) {
    JobKind kind = JobKind::fix;
    if (const auto* k = body.if_contains("kind")) {
        const auto known = k->is_string() ? job_kind(base::get_string(body, "kind")) : std::nullopt;
        if (!known || *known == JobKind::learn)
            return std::unexpected(field_error("enum", "kind",
                                               "Input should be 'fix', 'compile', 'check' or 'generate'",
                                               k->is_string() && k->get_string().size() < 100 ? *k : json::value()));
        kind = *known;
    }
    if (kind == JobKind::generate)
        return parse_generate(body, {true, longest});
    SubmissionRules rules;
    rules.missing = "Missing 'code' or 'files' field";
    rules.longest = longest;
    return parse_submission(kind, body, rules);
}

void create(const std::shared_ptr<Call>& call) {
    if (!require_json(call))
        return;
    auto body = parse_object(call->request.body);
    if (!body)
        return call->reject(body.error().status, body.error().body());
    call->request.body = {};
    auto request = parse_job(*body, call->app.jobs.longest());
    if (!request)
        return call->reject(request.error().status, request.error().body());
    auto job = call->app.jobs.submit(*std::move(request), Keep::disk);
    if (!job)
        return call->problem(job.error());
    net::Headers headers;
    headers.set("Location", link_of(*call, (*job)->id()));
    call->json(202, status_of(*call, (*job)->summary()), headers);
}

void status(const std::shared_ptr<Call>& call) {
    if (const auto job = job_of(call))
        call->json(200, status_of(*call, job->summary()));
}

/// Cancels what is not finished, forgets what is.
void remove(const std::shared_ptr<Call>& call) {
    const auto job = job_of(call);
    if (!job)
        return;
    if (call->app.jobs.remove(job)) {
        auto out = status_of(*call, job->summary());
        out.erase("links");
        out["deleted"] = true;
        return call->json(200, out);
    }
    call->app.jobs.cancel(job);
    call->json(202, status_of(*call, job->summary()));
}

struct ListQuery {
    std::optional<JobState> state;
    std::optional<JobKind> kind;
    std::size_t limit = 50;
    std::string cursor; // the last id of the page before
};

std::expected<ListQuery, std::string> list_query(const net::HttpRequest& request) {
    ListQuery out;
    if (const auto state = request.query_value("state"); state && !state->empty())
        if (!(out.state = job_state(*state)))
            return std::unexpected("'state' is one of queued, running, done, failed, cancelled");
    if (const auto kind = request.query_value("kind"); kind && !kind->empty())
        if (!(out.kind = job_kind(*kind)))
            return std::unexpected("'kind' is one of fix, compile, check, learn, generate");
    if (const auto limit = request.query_value("limit"); limit && !limit->empty()) {
        const auto end = limit->data() + limit->size();
        if (auto [at, ec] = std::from_chars(limit->data(), end, out.limit);
            ec != std::errc() || at != end || !out.limit)
            return std::unexpected("'limit' is a number from 1 to 500");
        out.limit = std::min<std::size_t>(out.limit, 500);
    }
    out.cursor = request.query_value("cursor").value_or("");
    return out;
}

/// "MILLISECONDS-ID" of the last job of a page: what is older, or as old with a smaller id, comes after it.
std::string cursor_of(const JobSummary& job) {
    return fmt::format("{}-{}", job.created.time_since_epoch() / std::chrono::milliseconds(1), job.id);
}

bool after_cursor(const JobSummary& job, std::string_view cursor) {
    std::int64_t at = 0;
    const auto dash = cursor.find('-');
    std::from_chars(cursor.data(), cursor.data() + std::min(dash, cursor.size()), at);
    const auto created = job.created.time_since_epoch() / std::chrono::milliseconds(1);
    return created < at || (created == at && job.id < cursor.substr(dash + 1));
}

void list(const std::shared_ptr<Call>& call) {
    const auto query = list_query(call->request);
    if (!query)
        return call->reject(400, {{"detail", query.error()}});
    if (!query->cursor.empty() && query->cursor.find('-') == std::string::npos)
        return call->reject(400, {{"detail", "'cursor' is what an earlier page said in next_cursor"}});
    json::array jobs;
    json::value next;
    const JobSummary* last = nullptr;
    const auto all = call->app.jobs.list();
    for (const auto& job : all) {
        if ((query->state && job.state != *query->state) || (query->kind && job.kind != *query->kind) ||
            (!query->cursor.empty() && !after_cursor(job, query->cursor)))
            continue;
        if (jobs.size() == query->limit) {
            next = cursor_of(*last);
            break;
        }
        jobs.emplace_back(status_of(*call, job));
        last = &job;
    }
    call->json(200, json::object{{"jobs", std::move(jobs)}, {"next_cursor", std::move(next)}});
}

void result(const std::shared_ptr<Call>& call) {
    const auto job = job_of(call);
    if (!job)
        return;
    const auto* r = job->result();
    if (!r) {
        net::Headers headers;
        headers.set("Retry-After", "1");
        return call->json(202, status_of(*call, job->summary()), headers);
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

json::object status_body(const JobSummary& job) {
    json::object out;
    out["id"] = job.id;
    out["kind"] = name(job.kind);
    out["state"] = name(job.state);
    out["created"] = base::utc_timestamp(job.created);
    out["seconds"] = job.seconds;
    if (job.success)
        out["success"] = *job.success;
    else
        out["success"] = nullptr;
    if (job.error.empty())
        out["error"] = nullptr;
    else
        out["error"] = clean_utf8(job.error);
    out["title"] = clean_utf8(job.title);
    return out;
}

void add_job_routes(App& app) {
    const bool disk = app.jobs.folder() != nullptr; // then nothing of this is for the I/O thread
    const std::vector<Route::Response> missing = {{404, "No such job", "Problem", "application/problem+json"}};
    auto with = [&](std::vector<Route::Response> list) {
        list.insert(list.end(), missing.begin(), missing.end());
        return list;
    };
    for (const std::string root : {"/jobs", "/v1/jobs"}) {
        const std::string one = root + "/{id}";
        app.routes.push_back(
            {"POST",
             root,
             Access::key,
             disk,
             create,
             "jobs",
             "Start a job",
             "JobRequest",
             {{202, "Accepted; Location names the job", "Job"},
              {400, "Something required is missing, or the flat text cannot be read", "Detail"},
              {422, "A field has the wrong type", "ValidationError"},
              {503, "The queue or the disk is full; see Retry-After", "Problem", "application/problem+json"}}});
        app.routes.push_back({"GET",
                              root,
                              Access::key,
                              disk,
                              list,
                              "jobs",
                              "Jobs that are kept, newest first",
                              "",
                              {{200, "A page of them", "JobList"}, {400, "A parameter is wrong", "Detail"}},
                              {{"state", "queued, running, done, failed or cancelled"},
                               {"kind", "fix, compile, check, learn or generate"},
                               {"limit", "At most 500; default 50"},
                               {"cursor", "next_cursor of the page before"}}});
        app.routes.push_back(
            {"GET", one, Access::key, disk, status, "jobs", "How a job stands", "", with({{200, "Its state", "Job"}})});
        app.routes.push_back({"DELETE", one, Access::key, disk, remove, "jobs",
                              "Cancel a job that is not finished; forget one that is", "",
                              with({{200, "It is forgotten", "Job"}, {202, "It ends within a second", "Job"}})});
        app.routes.push_back({"GET", one + "/result", Access::key, disk, result, "jobs", "The answer of a job", "",
                              with({{200, "As /compile, /compile-and-fix and /generate-sync answer", "FixResponse"},
                                    {202, "Not finished yet", "Job"},
                                    {409, "It was cancelled", "Problem", "application/problem+json"}})});
        app.routes.push_back(
            {"GET", one + "/events", Access::key, disk, events, "jobs",
             "Follow a job: Server-Sent Events `state`, `progress`, `done`, resumable by Last-Event-ID", "",
             with({{200, "The events", "", "text/event-stream"}})});
    }
}

} // namespace rustcoder::server
