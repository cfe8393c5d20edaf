// Who may use the network side: the same rules as of our own server.
#include "proxy/front.h"

#include "base/json.h"
#include "proxy/replies.h"
#include "server/face.h"

namespace rustcoder::proxy {

Status check_exposure(const server::ServerOptions& options) {
    if (server::is_loopback(options.http.address) || !options.api_key.empty() || options.insecure)
        return {};
    return fail(Errc::denied,
                "listening beyond this machine needs a key: whoever can reach the port could run the server",
                options.http.address, "Set RUSTCODER_API_KEY, or pass --insecure if the network is trusted");
}

void allow_page(const net::HttpRequest& request, net::Headers& headers) {
    const auto* origin = request.headers.find("Origin");
    if (!origin) // host_allowed() has let it in
        return;
    headers.set("Access-Control-Allow-Origin", *origin);
    headers.set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate");
    headers.set("Vary", "Origin");
}

std::optional<net::HttpResponse> refuse_stranger(const server::ServerOptions& options,
                                                 const net::HttpRequest& request) {
    const auto problem = [](int status, std::string_view text) {
        return json_response(status, base::dump(base::json::object{{"detail", text}}));
    };
    std::string why;
    if (!server::host_allowed(options, request, why))
        return problem(403, why);
    if (request.method == "OPTIONS") { // browsers send it without the key
        net::HttpResponse r;
        r.status = 204;
        allow_page(request, r.headers);
        r.headers.set("Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
        r.headers.set("Access-Control-Allow-Headers", std::string(request.headers.get("Access-Control-Request-Headers",
                                                                                      "Content-Type, Authorization")));
        r.headers.set("Allow", "GET, POST, DELETE, OPTIONS");
        return r;
    }
    if (request.path == "/healthz" || request.path == "/health" || server::key_matches(options, request))
        return std::nullopt;
    auto r = problem(401, "This proxy needs a key: send \"Authorization: Bearer <key>\".");
    r.headers.set("WWW-Authenticate", "Bearer");
    return r;
}

} // namespace rustcoder::proxy
