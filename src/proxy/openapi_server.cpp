#include "proxy/openapi_server.h"

#include "base/os.h"
#include "base/text.h"
#include "mcp/http.h"
#include "mcp/stdio.h"
#include "proxy/replies.h"

#include <condition_variable>
#include <fmt/format.h>

namespace rustcoder::proxy {

struct OpenApiService {
    OpenApiService(OpenApiOptions o, Workers& w) : options(std::move(o)), client(options.client), workers(w) {}
    OpenApiOptions options;
    net::HttpClient client;
    Workers& workers;
    Service service;
    std::string title, version, description;
    std::vector<std::shared_ptr<const Operation>> operations;
};

namespace {

constexpr std::size_t largest_description = 64u << 20;

Result<std::string> read_source(OpenApiService& s) {
    const auto& source = s.options.source;
    if (!base::has(source, "://"))
        return base::read_file(source, largest_description);
    net::ClientRequest request;
    request.url = source;
    request.headers = s.options.headers;
    request.headers.set("Accept", "application/json, application/yaml, text/yaml, */*;q=0.5");
    request.max_body = largest_description;
    request.max_redirects = 5;
    RC_TRY_ASSIGN(auto response, s.client.send(request));
    if (response.status != 200)
        return fail(Errc::unavailable, fmt::format("{} answers {}", source, response.status), "--openapi");
    return std::move(response.body);
}

/// Runs on a worker.
void run_call(OpenApiService& s, const Operation& operation, const mcp::CallPtr& call) {
    auto request = build_request(s.service, operation, call->arguments());
    if (!request)
        return call->finish(mcp::ToolResult::error(request.error().text()));
    request->timeouts.first_byte = request->timeouts.idle = request->timeouts.total = s.options.timeout;
    net::ClientResponse head;
    std::string body;
    bool cut = false;
    const auto most = s.options.limits.bytes + 4096;
    request->max_body = SIZE_MAX;
    const auto response = s.client.send(
        *request, call->stop_token(),
        [&](std::string_view piece) {
            body.append(piece.substr(0, most - std::min(most, body.size())));
            cut = body.size() >= most;
            return !cut;
        },
        [&](const net::ClientResponse& r) {
            head = r;
            return true;
        });
    if (!response && !cut)
        return call->finish(mcp::ToolResult::error(
            fmt::format("{} {}: no answer: {}", operation.method, operation.path, response.error().text())));
    head.body = std::move(body);
    call->finish(shape_answer(operation, head, s.options.limits, cut));
}

class NetworkSide {
public:
    NetworkSide(std::shared_ptr<mcp::Server> server, FrontOptions options)
        : options_(std::move(options)), transport_(std::move(server), http_options(options_)) {}
    ~NetworkSide() {
        if (http_)
            http_->stop_accepting();
        transport_.close();
        if (http_)
            http_->stop(std::chrono::milliseconds(500));
    }
    Status start() {
        RC_TRY(check_exposure(options_.server));
        RC_TRY_ASSIGN(
            http_, net::HttpServer::start(options_.server.http,
                                          [this](net::HttpRequest request, auto answer) { handle(request, answer); }));
        return {};
    }
    std::string url() const { return fmt::format("http://{}:{}", options_.server.http.address, http_->port()); }

private:
    static mcp::HttpOptions http_options(const FrontOptions& o) {
        mcp::HttpOptions out;
        out.keep_alive = o.keep_alive;
        out.session_ttl = o.server.session_ttl;
        return out;
    }
    void handle(const net::HttpRequest& request, const std::shared_ptr<net::Responder>& answer) {
        if (auto refusal = refuse_stranger(options_.server, request))
            return answer->respond(std::move(*refusal));
        if (request.path == "/mcp" || request.path == "/mcp/")
            return transport_.handle(request, answer);
        if (request.path == "/sse" && request.method == "GET")
            return transport_.open_sse(request, answer);
        if (request.path == "/message" || request.path == "/messages")
            return transport_.post_message(request, answer);
        if (request.path == "/healthz" || request.path == "/health")
            return answer->respond(
                json_response(200, base::dump(json::object{{"status", "ok"}, {"upstream", options_.what}})));
        answer->respond(json_response(404, R"({"detail":"There is /mcp, /sse with /message, and /healthz."})"));
    }

    const FrontOptions options_;
    mcp::HttpTransport transport_;
    std::unique_ptr<net::HttpServer> http_;
};

} // namespace

Result<std::shared_ptr<OpenApiService>> load_openapi(const OpenApiOptions& options, Workers& workers) {
    auto s = std::make_shared<OpenApiService>(options, workers);
    RC_TRY_ASSIGN(const auto text, read_source(*s));
    RC_TRY_ASSIGN(const auto document, read_openapi(text));
    const bool remote = base::has(options.source, "://");
    s->service.base = options.base.empty() ? server_url(document, remote ? options.source : "") : options.base;
    while (s->service.base.ends_with('/'))
        s->service.base.pop_back();
    if (!s->service.base.starts_with("http://") && !s->service.base.starts_with("https://"))
        return fail(Errc::invalid_input, "the description does not say where the service is", options.source,
                    "Give it with --base URL.");
    s->service.headers = options.headers;
    s->service.key = options.key;
    if (const auto* info = base::get_object(document, "info")) {
        s->title = base::get_string(*info, "title", "OpenAPI service");
        s->version = base::get_string(*info, "version", "0");
        s->description = std::string(base::get_string(*info, "description").substr(0, 2000));
        if (!base::valid_utf8(s->description))
            s->description.clear();
    }
    for (auto& operation : list_operations(document, options.filter))
        s->operations.push_back(std::make_shared<const Operation>(std::move(operation)));
    if (s->operations.empty())
        return fail(Errc::invalid_input, "no operation of the description is left", options.source,
                    "Check --tag, --method and --path.");
    return s;
}

std::size_t tool_count(const OpenApiService& service) {
    return service.operations.size();
}

std::shared_ptr<mcp::Server> openapi_server(const std::shared_ptr<OpenApiService>& service) {
    auto registry = std::make_shared<mcp::Registry>();
    for (const auto& operation : service->operations)
        registry->add_tool(operation->tool, [service, operation](const mcp::CallPtr& call) {
            if (!service->workers.post([service, operation, call] { run_call(*service, *operation, call); }))
                call->finish(mcp::ToolResult::error("Too many calls run at once; try again in a moment."));
        });
    mcp::ServerOptions options;
    options.name = service->title;
    options.version = service->version;
    options.instructions = service->description;
    return mcp::Server::create(std::move(options), std::move(registry));
}

Status run_openapi(const OpenApiOptions& options, const std::optional<FrontOptions>& front, std::stop_token stop,
                   const std::function<void(const std::string& url, std::size_t tools)>& on_started) {
    Workers workers; // outlives the server and its calls
    RC_TRY_ASSIGN(const auto service, load_openapi(options, workers));
    const auto server = openapi_server(service);
    const base::Defer end([&] { server->shutdown(); });
    if (!front)
        return mcp::serve_stdio(0, 1, server);
    auto with_name = *front;
    with_name.what = service->service.base;
    NetworkSide network(server, std::move(with_name));
    RC_TRY(network.start());
    on_started(network.url(), tool_count(*service));
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
    return {};
}

} // namespace rustcoder::proxy
