// POST /generate and /generate-sync, GET /project/{id} and what belongs to it: exactly as clients of the known service
// expect them. docs/rest.md.
#include "net/http.h"
#include "project/zip.h"
#include "server/face.h"
#include "server/generate_render.h"
#include "server/generate_request.h"

#include "base/text.h"

namespace rustcoder::server {

namespace json = base::json;

namespace {

std::optional<JobRequest> read(const std::shared_ptr<Call>& call, bool run) {
    if (!require_json(call))
        return std::nullopt;
    auto body = parse_object(call->request.body);
    if (!body) {
        call->reject(body.error().status, body.error().body());
        return std::nullopt;
    }
    call->request.body = {};
    auto request = parse_generate(*body, {run, call->app.jobs.longest()});
    if (!request) {
        call->reject(request.error().status, request.error().body());
        return std::nullopt;
    }
    return *std::move(request);
}

void generate(const std::shared_ptr<Call>& call) {
    auto request = read(call, true);
    if (!request)
        return;
    auto job = call->app.jobs.submit(*std::move(request), Keep::disk);
    if (!job)
        return call->problem(job.error());
    net::Headers headers;
    headers.set("Location", "/project/" + (*job)->id());
    call->json(200, project_started((*job)->id()), headers);
}

void generate_sync(const std::shared_ptr<Call>& call) {
    auto request = read(call, false);
    if (!request)
        return;
    call->app.run_sync(
        call, *std::move(request),
        [](const JobRequest& asked, const Answer& answer) { return answer_body(asked, answer); },
        [](const std::shared_ptr<Call>& failed, const Error& error) {
            const int status = server::status_of(error);
            if (status != 400 && status != 500)
                return failed->problem(error);
            failed->reject(status, {{"detail", "Error generating project: " + clean_utf8(error.text())}});
        });
}

/// The job of the path; null and answered when there is none of that kind.
std::shared_ptr<Job> project_job(const std::shared_ptr<Call>& call, const char* missing = "Project not found") {
    auto job = call->app.jobs.find(call->params.at(0));
    if (job && job->request().kind == JobKind::generate)
        return job;
    call->reject(404, {{"detail", missing}});
    return nullptr;
}

void project(const std::shared_ptr<Call>& call) {
    if (const auto job = project_job(call))
        call->json(200, project_body(*job));
}

/// Files are looked up in the project, which is a map in memory: no path leads to a disk.
void file(const std::shared_ptr<Call>& call) {
    const auto job = project_job(call, "File not found");
    if (!job)
        return;
    const auto* made = project_of(*job);
    const auto* bytes = made ? made->find(call->params.at(1)) : nullptr;
    if (!bytes)
        return call->reject(404, {{"detail", "File not found"}});
    const bool text = base::valid_utf8(*bytes) && bytes->find('\0') == std::string::npos;
    net::HttpResponse r;
    r.content_type = text ? "text/plain; charset=utf-8" : "application/octet-stream";
    r.body = *bytes;
    call->send(std::move(r));
}

void send_file(const std::shared_ptr<Call>& call, const char* type, const std::string& name, std::string bytes) {
    net::HttpResponse r;
    r.content_type = type;
    r.headers.set("Content-Disposition", "attachment; filename=\"" + name + "\"");
    r.body = std::move(bytes);
    call->send(std::move(r));
}

void download(const std::shared_ptr<Call>& call) {
    const auto job = project_job(call);
    if (!job)
        return;
    const auto* made = project_of(*job);
    if (!made)
        return call->reject(
            finished(job->state()) ? 404 : 409,
            {{"detail", finished(job->state()) ? "The project has no files" : "The project is not ready"}});
    auto bytes = project::zip(*made, job->id());
    if (!bytes)
        return call->problem(bytes.error());
    send_file(call, "application/zip", "project-" + job->id() + ".zip", *std::move(bytes));
}

/// A name that cannot break out of a header.
std::string header_name(std::string_view name) {
    std::string out;
    for (const char c : name)
        out += base::is_ident(c) && static_cast<unsigned char>(c) < 0x80 ? c : c == '.' || c == '-' ? c : '_';
    return out.empty() ? "artifact" : out;
}

void artifact(const std::shared_ptr<Call>& call) {
    const auto job = project_job(call);
    if (!job)
        return;
    const auto bytes = call->app.jobs.artifact(*job);
    if (!bytes && bytes.error().code == Errc::not_found)
        return call->reject(404, {{"detail", bytes.error().text()}});
    if (!bytes)
        return call->problem(bytes.error());
    const auto body = answer_body(job->request(), **job->result());
    const auto* about = base::get_object(body, "artifact");
    send_file(call, "application/octet-stream", header_name(about ? base::get_string(*about, "file") : ""), **bytes);
}

void evidence(const std::shared_ptr<Call>& call) {
    const auto job = project_job(call);
    if (!job)
        return;
    const auto* result = job->result();
    const auto body = result && *result ? answer_body(job->request(), **result) : json::object();
    const auto* record = base::get_object(body, "evidence");
    if (!record)
        return call->reject(404, {{"detail", "There is no evidence"}});
    call->json(200, *record);
}

} // namespace

void add_generate_routes(App& app) {
    const bool disk = app.jobs.folder() != nullptr; // then nothing of this is for the I/O thread
    const Route::Response unknown{404, "No such project", "Detail"};
    const Route::Response invalid{422, "The description is missing, or a field has the wrong type", "ValidationError"};
    const Route::Response full{503, "The queue or the disk is full; see Retry-After", "Problem",
                               "application/problem+json"};
    app.routes.push_back({"POST",
                          "/generate",
                          Access::key,
                          disk,
                          generate,
                          "generate",
                          "Start making a project from a description",
                          "GenerateRequest",
                          {{200, "It is being made: follow GET /project/{id}", "Project"}, invalid, full}});
    app.routes.push_back({"POST",
                          "/generate-sync",
                          Access::key,
                          false,
                          generate_sync,
                          "generate",
                          "Make a project from a description and wait for it",
                          "GenerateRequest",
                          {{200, "The project; success:false when it could not be made", "GenerateResponse"},
                           {400, "The request cannot be met as it is", "Detail"},
                           invalid,
                           {500, "The machinery failed", "Detail"},
                           full,
                           {504, "It passed its time limit", "Problem", "application/problem+json"}}});
    app.routes.push_back({"GET",
                          "/project/{id}",
                          Access::key,
                          disk,
                          project,
                          "generate",
                          "How a project stands",
                          "",
                          {{200, "Its status", "Project"}, unknown}});
    app.routes.push_back({"GET",
                          "/project/{id}/files/{path...}",
                          Access::key,
                          disk,
                          file,
                          "generate",
                          "One file of a project",
                          "",
                          {{200, "Its content", "", "text/plain"}, {404, "No such project or file", "Detail"}}});
    app.routes.push_back({"GET",
                          "/project/{id}/download",
                          Access::key,
                          true,
                          download,
                          "generate",
                          "A project as a zip archive, without build output",
                          "",
                          {{200, "The archive", "", "application/zip"}, unknown, {409, "It is not ready", "Detail"}}});
    app.routes.push_back({"GET",
                          "/project/{id}/artifact",
                          Access::key,
                          disk,
                          artifact,
                          "generate",
                          "The built program, when it was asked for",
                          "",
                          {{200, "The file", "", "application/octet-stream"}, unknown}});
    app.routes.push_back({"GET",
                          "/project/{id}/evidence",
                          Access::key,
                          disk,
                          evidence,
                          "generate",
                          "What was run with which result",
                          "",
                          {{200, "The record", ""}, unknown}});
}

} // namespace rustcoder::server
