// What the HTTP faces share: one request on its way (Call), the route table, the App that owns the parts. Private.
#pragma once

#include "base/json.h"
#include "net/http_server.h"
#include "server/front.h"
#include "server/jobs.h"
#include "server/server.h"

#include <functional>
#include <memory>
#include <optional>

namespace rustcoder::server {

class App;
class McpHub;
struct Route;

/// One HTTP request on its way to its answer. Whoever holds it may answer, once, from any thread.
class Call {
public:
    Call(App& app, net::HttpRequest request, std::shared_ptr<net::Responder> responder);

    App& app;
    net::HttpRequest request;
    std::vector<std::string> params; // what the {} of the route matched
    const Route* route = nullptr;
    std::string id; // X-Request-Id

    void send(net::HttpResponse response);
    void json(int status, const base::json::value& body, const net::Headers& headers = {});
    /// RFC 9457.
    void problem(int status, std::string_view detail, const net::Headers& headers = {});
    void problem(const Error& error);
    /// {"detail": ...} as the contract has it.
    void reject(int status, const base::json::object& body, const net::Headers& headers = {});
    std::shared_ptr<net::ResponseStream> stream(net::HttpResponse head);
    std::stop_token disconnected() const { return responder_->disconnected(); }

private:
    void finish(net::HttpResponse& response);

    std::shared_ptr<net::Responder> responder_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

enum class Access { open, key };

struct Route {
    std::string method, pattern; // "/v1/jobs/{id}"; a last "{path...}" takes slashes too
    Access access = Access::key;
    bool background = false; // never on the I/O thread
    std::function<void(const std::shared_ptr<Call>&)> handler;
    // For /openapi.json:
    std::string tag, summary, request_schema; // schema names of openapi.cpp, empty = none
    struct Response {
        int status;
        std::string description, schema, content_type = "application/json";
    };
    std::vector<Response> responses;
    struct Parameter {
        std::string name, description;
        bool required = false;
    };
    std::vector<Parameter> query; // of the query string
};

inline constexpr std::size_t desk_waiting = 256;

class App {
public:
    App(ServerOptions options, std::shared_ptr<UseCases> use_cases);
    ~App();
    void handle(net::HttpRequest request, std::shared_ptr<net::Responder> responder);
    /// Runs a job whose answer is the answer of this call; the client leaving cancels it. `failed` answers for the
    /// machinery's errors, which are problems without it.
    void run_sync(const std::shared_ptr<Call>& call, JobRequest request,
                  std::function<base::json::object(const JobRequest&, const Answer&)> render,
                  std::function<void(const std::shared_ptr<Call>&, const Error&)> failed = nullptr);
    base::json::object openapi() const;

    ServerOptions options;
    std::shared_ptr<UseCases> use_cases;
    Timers timers;
    JobStore jobs;
    Front desk{desk_threads, desk_waiting}; // questions to the knowledge base
    std::unique_ptr<McpHub> mcp;
    std::vector<Route> routes;
    net::HttpServer* http = nullptr; // for gauges, set once it runs
    const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

private:
    void dispatch(const std::shared_ptr<Call>& call);
    bool admit(const std::shared_ptr<Call>& call, const Route* route);
    Front front_;
};

/// True when the Host and Origin headers are ones that this server answers (DNS rebinding, foreign pages).
bool host_allowed(const ServerOptions& options, const net::HttpRequest& request, std::string& why);
bool key_matches(const ServerOptions& options, const net::HttpRequest& request);
bool is_loopback(std::string_view address);
/// "127.0.0.1:80" -> "127.0.0.1", "[::1]:80" -> "::1".
std::string_view host_of(std::string_view authority);

int status_of(const Error& error);
net::HttpResponse problem_response(int status, std::string_view detail, std::string_view request_id);
/// {id, kind, state, created, seconds, success, error, title, links}.
base::json::object status_body(const JobSummary& job);
/// False and 415 answered when a body is there that is not JSON.
bool require_json(const std::shared_ptr<Call>& call);

/// Schemas of /knowledge and of /generate, by name, as JSON text.
const char* knowledge_schemas();
const char* generate_schemas();

void add_rest_routes(App& app);
void add_job_routes(App& app);
void add_generate_routes(App& app);
void add_system_routes(App& app);
void add_page_routes(App& app);
void add_knowledge_page(App& app);
void add_generate_page(App& app);
/// A page or its script or style: open, self-contained, with a strict content policy.
void add_page(App& app, const char* path, const char* type, const char* text);
void add_mcp_routes(App& app);
void add_knowledge_routes(App& app);

} // namespace rustcoder::server
