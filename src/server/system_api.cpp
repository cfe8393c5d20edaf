// /healthz /readyz /metrics /version: what operators ask.
#include "base/counters.h"
#include "server/face.h"
#include "server/job_folder.h"
#include "server/mcp_http.h"
#include "server/render.h"

#include <fmt/core.h>
#include <unistd.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

void healthz(const std::shared_ptr<Call>& call) {
    call->json(200, json::object{{"status", "ok"}});
}

/// Damaged records are told here; they keep nobody from working.
ReadyCheck folder_check(const JobFolder& folder) {
    const auto stats = folder.stats();
    const auto& root = folder.options().root;
    std::string detail = fmt::format("{} finished, {} MiB in {}", stats.finished, stats.bytes >> 20, root.string());
    if (!stats.problems.empty())
        detail += fmt::format("; {} cannot be read, the first is {}", stats.problems.size(), stats.problems.front());
    const bool ok = ::access(root.c_str(), W_OK | X_OK) == 0;
    return {"jobs", ok, ok ? detail : "not writable: " + root.string()};
}

void readyz(const std::shared_ptr<Call>& call) {
    auto checks = call->app.use_cases->ready();
    const auto stats = call->app.jobs.stats();
    const auto limit = call->app.jobs.queue_limit();
    checks.push_back({"queue", stats.accepting && stats.queued < limit,
                      std::to_string(stats.queued) + " of " + std::to_string(limit) + " waiting, " +
                          std::to_string(stats.running) + " of " + std::to_string(stats.workers) + " workers busy" +
                          (stats.accepting ? "" : ", shutting down")});
    if (const auto* folder = call->app.jobs.folder())
        checks.push_back(folder_check(*folder));
    bool all = true;
    json::object list;
    for (const auto& check : checks) {
        all = all && check.ok;
        list[check.name] = json::object{{"ok", check.ok}, {"detail", clean_utf8(check.detail)}};
    }
    json::object body;
    body["status"] = all ? "ready" : "not ready";
    body["checks"] = std::move(list);
    net::Headers headers;
    if (!all)
        headers.set("Retry-After", "5");
    call->json(all ? 200 : 503, body, headers);
}

void metrics(const std::shared_ptr<Call>& call) {
    auto& app = call->app;
    static auto& queued = base::gauge("jobs_queued", "Jobs that wait for a worker");
    static auto& running = base::gauge("jobs_running", "Jobs that are being worked on");
    static auto& kept = base::gauge("jobs_kept", "Finished jobs kept for their result");
    static auto& connections = base::gauge("http_connections", "Open HTTP connections");
    static auto& sessions = base::gauge("mcp_sessions", "Open MCP sessions over HTTP");
    static auto& uptime = base::gauge("uptime_seconds", "Seconds since the server started");
    const auto stats = app.jobs.stats();
    queued.set(static_cast<std::int64_t>(stats.queued));
    running.set(static_cast<std::int64_t>(stats.running));
    kept.set(static_cast<std::int64_t>(stats.kept));
    connections.set(app.http ? static_cast<std::int64_t>(app.http->connections()) : 0);
    sessions.set(static_cast<std::int64_t>(app.mcp->sessions()));
    uptime.set(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - app.started).count());
    net::HttpResponse r;
    r.content_type = "text/plain; version=0.0.4; charset=utf-8";
    r.body = base::render_metrics();
    call->send(std::move(r));
}

void version_info(const std::shared_ptr<Call>& call) {
    call->json(200, json::object{{"name", "rustcoder"}, {"version", version}, {"api", "v1"}});
}

void openapi(const std::shared_ptr<Call>& call) {
    net::HttpResponse r;
    r.content_type = "application/json";
    r.body = base::dump_pretty(call->app.openapi());
    call->send(std::move(r));
}

} // namespace

void add_system_routes(App& app) {
    app.routes.push_back({"GET",
                          "/healthz",
                          Access::open,
                          false,
                          healthz,
                          "system",
                          "Alive",
                          "",
                          {{200, "The process answers", "Health"}}});
    app.routes.push_back({"GET",
                          "/readyz",
                          Access::open,
                          true,
                          readyz,
                          "system",
                          "Able to do work: each check with its finding",
                          "",
                          {{200, "Ready", "Ready"}, {503, "Not ready", "Ready"}}});
    app.routes.push_back({"GET",
                          "/metrics",
                          Access::key,
                          false,
                          metrics,
                          "system",
                          "Prometheus metrics",
                          "",
                          {{200, "Text exposition format 0.0.4", "", "text/plain"}}});
    app.routes.push_back({"GET",
                          "/version",
                          Access::open,
                          false,
                          version_info,
                          "system",
                          "What runs here",
                          "",
                          {{200, "Name and version", "Version"}}});
    app.routes.push_back({"GET",
                          "/openapi.json",
                          Access::open,
                          false,
                          openapi,
                          "system",
                          "This description",
                          "",
                          {{200, "OpenAPI 3.1", "", "application/json"}}});
}

} // namespace rustcoder::server
