// rustcoder proxy: MCP between transports; and `run -p SPEC`, the known short form of the same.
#include "proxy/proxy.h"
#include "base/log.h"
#include "cli/common.h"
#include "proxy/openapi_server.h"
#include "proxy/spec.h"

#include <cstdlib>
#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace {

struct Options {
    std::string listen, connect, bearer_env, transport = "auto", cwd, ca_file, openapi, base;
    std::vector<std::string> headers, env, command, hosts, origins, tags, methods, paths;
    bool shared = false, inherit = false, insecure = false, json_log = false, security = false;
    int keep_alive = 15, session_ttl = 1800, max_sessions = 256, max_answer = 100, timeout = 60;
};

Result<net::Headers> outgoing_headers(const Options& o) {
    net::Headers headers;
    for (const auto& text : o.headers) {
        RC_TRY_ASSIGN(const auto field, proxy::parse_header(text));
        headers.set(field.first, field.second);
    }
    return headers;
}

/// Empty when none is wanted.
Result<std::string> outgoing_key(const Options& o) {
    if (o.bearer_env.empty())
        return std::string();
    const char* key = std::getenv(o.bearer_env.c_str());
    if (!key || !*key)
        return fail(Errc::invalid_input, "the environment has no " + o.bearer_env, "--bearer-env");
    return std::string(key);
}

Result<proxy::ChildOptions> child_options(const Options& o) {
    proxy::ChildOptions child;
    child.argv = o.command;
    child.cwd = o.cwd;
    child.env = o.inherit ? proxy::inherited_environment() : proxy::clean_environment();
    for (const auto& assignment : o.env)
        if (!proxy::set_variable(child.env, assignment))
            return fail(Errc::invalid_input, "a variable is NAME=VALUE", assignment);
    return child;
}

proxy::FrontOptions front_options(const Options& o, const proxy::ListenSpec& listen) {
    proxy::FrontOptions front;
    front.server = server::ServerOptions::from_environment();
    front.server.http.address = listen.address;
    front.server.http.port = listen.port;
    front.server.insecure = o.insecure;
    front.server.allowed_hosts.insert(front.server.allowed_hosts.end(), o.hosts.begin(), o.hosts.end());
    front.server.allowed_origins.insert(front.server.allowed_origins.end(), o.origins.begin(), o.origins.end());
    front.server.session_ttl = std::chrono::seconds(o.session_ttl);
    front.server.max_sessions = static_cast<std::size_t>(o.max_sessions);
    front.keep_alive = std::chrono::seconds(o.keep_alive);
    front.shared = o.shared;
    return front;
}

Result<proxy::ProxyOptions> proxy_options(const Options& o) {
    proxy::ProxyOptions out;
    if (o.command.empty() == o.connect.empty())
        return fail(Errc::invalid_input, "give either a command (after --) or --connect URL", "proxy");
    if (!o.command.empty()) {
        RC_TRY_ASSIGN(out.child, child_options(o));
    } else {
        proxy::RemoteOptions remote;
        remote.url = o.connect;
        using Transport = proxy::RemoteOptions::Transport;
        remote.transport = o.transport == "sse"    ? Transport::sse
                           : o.transport == "http" ? Transport::streamable
                                                   : Transport::automatic;
        RC_TRY_ASSIGN(remote.headers, outgoing_headers(o));
        RC_TRY_ASSIGN(const auto key, outgoing_key(o));
        if (!key.empty())
            remote.headers.set("Authorization", "Bearer " + key);
        out.remote = std::move(remote);
        out.client.ca_file = o.ca_file;
    }
    if (!o.listen.empty() || out.child) { // a command is there to be reached from elsewhere
        RC_TRY_ASSIGN(const auto listen, proxy::parse_listen(o.listen.empty() ? "3000" : o.listen));
        out.front = front_options(o, listen);
    }
    return out;
}

Status run_description(const Options& o) {
    if (!o.command.empty() || !o.connect.empty())
        return fail(Errc::invalid_input, "--openapi stands alone: without a command and without --connect", "proxy");
    proxy::OpenApiOptions options;
    options.source = o.openapi;
    options.base = o.base;
    options.filter = {o.tags, o.methods, o.paths};
    options.limits.bytes = static_cast<std::size_t>(o.max_answer) << 10;
    options.timeout = std::chrono::seconds(o.timeout);
    options.client.ca_file = o.ca_file;
    RC_TRY_ASSIGN(options.headers, outgoing_headers(o));
    RC_TRY_ASSIGN(options.key, outgoing_key(o));
    std::optional<proxy::FrontOptions> front;
    if (!o.listen.empty()) {
        RC_TRY_ASSIGN(const auto listen, proxy::parse_listen(o.listen));
        front = front_options(o, listen);
    }
    return proxy::run_openapi(options, front, interrupt_token(), [](const std::string& url, std::size_t tools) {
        std::cerr << "The proxy offers " << tools << " tools on " << url << "/mcp and " << url << "/sse\n";
    });
}

int run_with(const Options& o) {
    base::configure_log(base::LogLevel::info, o.json_log);
    if (!o.openapi.empty()) {
        const auto status = run_description(o);
        return status ? ok : report(status.error());
    }
    auto options = proxy_options(o);
    if (!options)
        return report(options.error());
    const auto status = proxy::run_proxy(std::move(*options), interrupt_token(), [](const proxy::Front& front) {
        std::cerr << "The proxy listens on " << front.url() << "\n"
                  << "  MCP     " << front.url() << "/mcp\n"
                  << "  SSE     " << front.url() << "/sse\n"
                  << "  health  " << front.url() << "/healthz\n";
    });
    return status ? ok : report(status.error());
}

int run_short(Options o) {
    const auto spec = proxy::parse_run(o.listen, !o.command.empty());
    if (!spec)
        return report(spec.error());
    o.listen = spec->listens
                   ? (spec->listen.address.find(':') == std::string::npos ? spec->listen.address
                                                                          : "[" + spec->listen.address + "]") +
                         ":" + std::to_string(spec->listen.port)
                   : "";
    o.connect = spec->connect;
    if (o.security)
        std::cerr << "--security is not needed: the proxy checks Host, Origin and the key by itself\n";
    return run_with(o);
}

void common_options(CLI::App& cmd, Options& o) {
    cmd.add_option("-H,--header", o.headers, "NAME=VALUE sent to the server behind; ${VAR} is filled in");
    cmd.add_option("-e,--env", o.env, "NAME=VALUE for the command");
    cmd.add_flag("--insecure", o.insecure, "Listen beyond loopback without an API key");
    cmd.add_flag("--inherit-env", o.inherit, "Give the command the whole environment, not a clean one");
    cmd.add_option("command", o.command, "The server to run, after --");
}

} // namespace

void add_proxy(CLI::App& app, Run& run) {
    auto o = std::make_shared<Options>();
    auto* cmd = app.add_subcommand("proxy", "Join MCP clients and servers over different transports");
    cmd->add_option("--listen,-p", o->listen, "[IP:]PORT to serve /mcp and /sse on (default 127.0.0.1:3000)");
    cmd->add_option("--connect", o->connect, "URL of an MCP server; without --listen it is joined to stdio");
    cmd->add_option("--transport", o->transport, "What the server behind --connect speaks")
        ->check(CLI::IsMember({"auto", "http", "sse"}));
    cmd->add_option("--bearer-env", o->bearer_env,
                    "Variable with the key of the service behind: sent as bearer token, or as its "
                    "description says");
    cmd->add_option("--openapi", o->openapi, "OpenAPI 3 description (file or URL) whose operations become tools");
    cmd->add_option("--base", o->base, "Address of the service, when not as the description says");
    cmd->add_option("--tag", o->tags, "Only operations with this tag; may be repeated");
    cmd->add_option("--method", o->methods, "Only operations with this method; may be repeated");
    cmd->add_option("--path", o->paths, "Only operations whose path fits this pattern (* and ?); may be repeated");
    cmd->add_option("--max-answer", o->max_answer, "KiB of a service's answer that a model gets")
        ->check(CLI::Range(1, 10240));
    cmd->add_option("--timeout", o->timeout, "Seconds that a call of the service may take")->check(CLI::Range(1, 3600));
    cmd->add_flag("--shared", o->shared, "One command for all sessions, not one each");
    cmd->add_option("--cwd", o->cwd, "Working directory of the command");
    cmd->add_option("--ca-file", o->ca_file, "PEM bundle to trust in place of the system's");
    cmd->add_option("--allow-host", o->hosts, "Further Host name that is answered; may be repeated");
    cmd->add_option("--allow-origin", o->origins, "Further browser origin that is answered; may be repeated");
    cmd->add_option("--keep-alive", o->keep_alive, "Seconds between comments on silent streams")
        ->check(CLI::Range(1, 3600));
    cmd->add_option("--session-ttl", o->session_ttl, "Seconds that an idle session is kept")
        ->check(CLI::Range(1, 86400));
    cmd->add_option("--max-sessions", o->max_sessions, "Most sessions at once")->check(CLI::Range(1, 100000));
    cmd->add_flag("--json-log", o->json_log, "Log lines as JSON");
    common_options(*cmd, *o);
    cmd->callback([o, &run] { run = [o] { return run_with(*o); }; });

    auto s = std::make_shared<Options>();
    auto* known = app.add_subcommand("run", "The short form of proxy that openmcp has: run -p SPEC [-- COMMAND]");
    known->group(""); // works, but is not advertised
    known->add_option("-p", s->listen, "[IP:]PORT with a command; HOST:PORT; [IP:]PORT:HOST:PORT")->required();
    known->add_flag("--security", s->security, "Accepted and not needed");
    common_options(*known, *s);
    known->callback([s, &run] { run = [s] { return run_short(*s); }; });
}

} // namespace rustcoder::cli
