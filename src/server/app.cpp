// From a request to its route: ids, admission, dispatch, and the things every answer carries.
#include "base/counters.h"
#include "base/log.h"
#include "base/text.h"
#include "server/face.h"
#include "server/mcp_http.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::size_t inline_body = 32u << 10;            // larger bodies are parsed off the I/O thread
constexpr auto sse_keep_alive = std::chrono::seconds(15); // proxies and clients give up after 30..300 s of silence

bool good_id(std::string_view s) {
    return !s.empty() && s.size() <= 128 &&
           s.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789._-") == std::string_view::npos;
}

/// The trace id of a W3C traceparent, or empty.
std::string_view trace_id(std::string_view header) {
    if (header.size() < 55 || header[2] != '-' || header[35] != '-' || header[52] != '-')
        return {};
    const auto id = header.substr(3, 32);
    return id.find_first_not_of("0123456789abcdef") == std::string_view::npos ? id : std::string_view();
}

bool match(std::string_view pattern, std::string_view path, std::vector<std::string>& params) {
    params.clear();
    for (;;) {
        const auto a = pattern.find('/', 1), b = path.find('/', 1);
        const auto want = pattern.substr(0, a), have = path.substr(0, b);
        if (want.ends_with("...}")) { // the rest of the path
            params.emplace_back(path.substr(1));
            return path.size() > 1;
        }
        if (want.starts_with("/{")) {
            if (have.size() < 2)
                return false;
            params.emplace_back(have.substr(1));
        } else if (want != have) {
            return false;
        }
        if (a == std::string_view::npos || b == std::string_view::npos)
            return a == b;
        pattern.remove_prefix(a);
        path.remove_prefix(b);
    }
}

void count(const Route* route, const std::string& method, int status, double seconds) {
    const std::string pattern = route ? route->pattern : "(none)";
    const std::string known = route || method == "GET" || method == "POST" ? method : "(other)";
    base::counter("http_requests_total", "HTTP requests by route, method and status",
                  fmt::format("route=\"{}\",method=\"{}\",code=\"{}\"", pattern, known, status))
        .add();
    base::histogram("http_request_seconds", "Time to the whole answer (streams: to its head)",
                    fmt::format("route=\"{}\"", pattern))
        .observe(seconds);
}

} // namespace

int status_of(const Error& error) {
    switch (error.code) {
    case Errc::invalid_input:
        return 400;
    case Errc::limit:
        return 413;
    case Errc::not_found:
        return 404;
    case Errc::timeout:
        return 504;
    case Errc::busy:
        return 503;
    case Errc::unavailable:
        return 503;
    case Errc::cancelled:
        return 409;
    case Errc::denied:
        return 503; // the sandbox refuses to run without a mechanism: the server's state, not the caller's
    case Errc::io:
    case Errc::internal:
        break;
    }
    return 500;
}

net::HttpResponse problem_response(int status, std::string_view detail, std::string_view request_id) {
    json::object body;
    body["type"] = "about:blank";
    body["title"] = net::reason_phrase(status);
    body["status"] = status;
    body["detail"] = base::valid_utf8(detail) ? detail : std::string_view("(not printable)");
    if (!request_id.empty())
        body["request_id"] = request_id;
    net::HttpResponse r;
    r.status = status;
    r.content_type = "application/problem+json";
    r.body = base::dump(body);
    return r;
}

// --- Call

Call::Call(App& a, net::HttpRequest r, std::shared_ptr<net::Responder> responder)
    : app(a), request(std::move(r)), responder_(std::move(responder)) {
    const auto given = request.header("X-Request-Id");
    id = good_id(given) ? std::string(given) : random_id();
}

void Call::finish(net::HttpResponse& response) {
    auto& h = response.headers;
    h.set("X-Request-Id", id);
    h.set("X-Content-Type-Options", "nosniff");
    h.set("Referrer-Policy", "no-referrer");
    h.set("Cross-Origin-Resource-Policy", "same-origin");
    h.set("X-Frame-Options", "DENY");
    if (!h.find("Content-Security-Policy"))
        h.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    if (!h.find("Cache-Control"))
        h.set("Cache-Control", "no-store");
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    count(route, request.method, response.status, seconds);
    const auto trace = trace_id(request.header("traceparent"));
    base::log_info(fmt::format("{} {} -> {} in {:.3f} s, request {}{}{}", request.method, request.path, response.status,
                               seconds, id, trace.empty() ? "" : ", trace ", trace));
}

void Call::send(net::HttpResponse response) {
    finish(response);
    responder_->respond(std::move(response));
}

void Call::json(int status, const json::value& body, const net::Headers& headers) {
    net::HttpResponse r;
    r.status = status;
    r.content_type = "application/json";
    r.body = base::dump(body);
    r.headers = headers;
    send(std::move(r));
}

void Call::reject(int status, const json::object& body, const net::Headers& headers) {
    json(status, body, headers);
}

void Call::problem(int status, std::string_view detail, const net::Headers& headers) {
    auto r = problem_response(status, detail, id);
    r.headers = headers;
    send(std::move(r));
}

void Call::problem(const Error& error) {
    net::Headers headers;
    const int status = status_of(error);
    if (status == 503) {
        const auto stats = app.jobs.stats(); // a job takes a few seconds: the queue's share of that
        headers.set("Retry-After",
                    std::to_string(1 + 2 * stats.queued / static_cast<std::size_t>(std::max(1, stats.workers))));
    }
    problem(status, error.text(), headers);
}

std::shared_ptr<net::ResponseStream> Call::stream(net::HttpResponse head) {
    head.content_type = "text/event-stream";
    head.headers.set("X-Accel-Buffering", "no");
    finish(head);
    return responder_->stream(std::move(head), sse_keep_alive);
}

bool require_json(const std::shared_ptr<Call>& call) {
    const auto type = call->request.header("Content-Type");
    if (type.empty() || net::has_token(type, "application/json"))
        return true;
    call->problem(415, "Send the body as JSON, with Content-Type: application/json.");
    return false;
}

// --- App

App::App(ServerOptions o, std::shared_ptr<UseCases> u)
    : options(std::move(o)), use_cases(std::move(u)), jobs(use_cases, timers, options.jobs),
      mcp(std::make_unique<McpHub>(*this)) {
    add_rest_routes(*this);
    add_job_routes(*this);
    add_generate_routes(*this);
    add_knowledge_routes(*this);
    add_mcp_routes(*this);
    add_system_routes(*this);
    add_page_routes(*this);
}

App::~App() {
    desk.stop();
    front_.stop();
    timers.stop();
}

void App::handle(net::HttpRequest request, std::shared_ptr<net::Responder> responder) {
    auto call = std::make_shared<Call>(*this, std::move(request), std::move(responder));
    const auto& path = call->request.path;
    const bool head = call->request.method == "HEAD";
    std::string allow;
    std::vector<std::string> params;
    const Route* found = nullptr;
    for (const auto& route : routes) {
        if (!match(route.pattern, path, params))
            continue;
        allow += (allow.empty() ? "" : ", ") + route.method + (route.method == "GET" ? ", HEAD" : "");
        if (!found && (route.method == call->request.method || (head && route.method == "GET"))) {
            found = &route;
            call->params = params;
        }
    }
    call->route = found;
    if (!admit(call, found))
        return;
    if (allow.empty())
        return call->reject(404, {{"detail", "Not Found"}});
    net::Headers headers;
    headers.set("Allow", allow + ", OPTIONS");
    if (!found && call->request.method == "OPTIONS") {
        net::HttpResponse r;
        r.status = 204;
        r.headers = headers;
        return call->send(std::move(r));
    }
    if (!found)
        return call->reject(405, {{"detail", "Method Not Allowed"}}, headers);
    if (found->background || call->request.body.size() > inline_body)
        front_.post([this, call] { dispatch(call); });
    else
        dispatch(call);
}

bool App::admit(const std::shared_ptr<Call>& call, const Route* route) {
    std::string why;
    if (!host_allowed(options, call->request, why)) {
        call->problem(403, why);
        return false;
    }
    if (route && route->access == Access::key && !key_matches(options, call->request)) {
        net::Headers headers;
        headers.set("WWW-Authenticate", "Bearer realm=\"rustcoder\"");
        call->problem(401, "This server wants its API key: Authorization: Bearer KEY.", headers);
        return false;
    }
    return true;
}

void App::dispatch(const std::shared_ptr<Call>& call) {
    try {
        call->route->handler(call);
    } catch (const std::exception& e) {
        base::log_error(fmt::format("{} {}: {}", call->request.method, call->request.path, e.what()));
        call->problem(500, "The server failed on this request.");
    }
}

void App::run_sync(const std::shared_ptr<Call>& call, JobRequest request,
                   std::function<json::object(const JobRequest&, const Answer&)> render,
                   std::function<void(const std::shared_ptr<Call>&, const Error&)> failed) {
    struct Wait {
        std::optional<std::stop_callback<std::function<void()>>> on_gone;
    };
    auto wait = std::make_shared<Wait>();
    auto job =
        jobs.submit(std::move(request), Keep::no, [call, wait, render, failed](const Job& j, const JobEvent& event) {
            if (!event.last())
                return;
            const auto& result = *j.result();
            if (result)
                call->json(200, render(j.request(), *result));
            else if (failed)
                failed(call, result.error());
            else
                call->problem(result.error());
        });
    if (!job)
        return call->problem(job.error());
    wait->on_gone.emplace(call->disconnected(), [this, weak = std::weak_ptr(*job)] {
        if (auto j = weak.lock())
            jobs.cancel(j);
    });
}

} // namespace rustcoder::server
