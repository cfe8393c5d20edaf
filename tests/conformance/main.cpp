// mcp-fixture-server [--port N] [--stdio]: on a loopback port (printed as a URL) until standard input ends, or over
// stdio.
#include "fixture.h"

#include "mcp/http.h"
#include "mcp/stdio.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace {

using namespace rustcoder;

int serve_http(const std::shared_ptr<mcp::Server>& server, int port) {
    mcp::HttpTransport transport(server);
    const mcp::HostPolicy policy;
    net::HttpServerOptions options;
    options.address = "localhost";
    options.port = port;
    auto http = net::HttpServer::start(options, [&](net::HttpRequest request, std::shared_ptr<net::Responder> answer) {
        std::string why;
        if (!mcp::host_allowed(policy, request, why))
            return answer->respond({403, "text/plain", why, {}});
        if (request.path == "/mcp")
            return transport.handle(request, answer);
        if (request.path == "/sse" && request.method == "GET")
            return transport.open_sse(request, answer);
        if ((request.path == "/message" || request.path == "/messages") && request.method == "POST")
            return transport.post_message(request, answer);
        answer->respond({404, "text/plain", "Not found", {}});
    });
    if (!http) {
        std::fprintf(stderr, "%s\n", http.error().text().c_str());
        return 1;
    }
    std::printf("http://localhost:%d/mcp\n", (*http)->port());
    std::fflush(stdout);
    char ignored[256];
    while (::read(0, ignored, sizeof ignored) > 0) {
    }
    server->shutdown();
    transport.close();
    (*http)->stop(std::chrono::milliseconds(500));
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    int port = 0;
    bool stdio = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--stdio")
            stdio = true;
        else if (argument == "--port" && i + 1 < argc)
            port = std::atoi(argv[++i]);
        else
            return std::fprintf(stderr, "usage: %s [--port N] [--stdio]\n", argv[0]), 2;
    }
    conformance::Fixture fixture;
    conformance::add_tools(fixture);
    conformance::add_asking_tools(fixture);
    conformance::add_task_tools(fixture);
    conformance::add_resources(fixture);
    conformance::add_prompts(fixture);
    mcp::ServerOptions options;
    options.name = "mcp-fixture-server";
    options.title = "Fixtures of the conformance suite";
    options.version = "1.0.0";
    const auto server = mcp::Server::create(options, fixture.registry);
    fixture.server = server;
    int status = 0;
    if (stdio)
        status = mcp::serve_stdio(0, 1, server) ? 0 : 1;
    else
        status = serve_http(server, port);
    fixture.timers.stop();
    return status;
}
