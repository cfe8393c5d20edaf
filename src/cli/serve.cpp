// rustcoder serve (REST and MCP over HTTP) and rustcoder mcp (MCP over standard input and output).
#include "base/log.h"
#include "cli/common.h"
#include "server/server.h"

#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace {

struct ServeOptions {
    std::string host, api_key_file;
    int port = -1, grace = 30;
    bool insecure = false, json_log = false, no_seed = false;
    std::vector<std::string> hosts, origins;
};

int run_serve(const ServeOptions& o) {
    base::configure_log(base::LogLevel::info, o.json_log);
    auto options = server::ServerOptions::from_environment();
    if (!o.host.empty())
        options.http.address = o.host;
    if (o.port >= 0)
        options.http.port = o.port;
    options.insecure = o.insecure;
    options.allowed_hosts.insert(options.allowed_hosts.end(), o.hosts.begin(), o.hosts.end());
    options.allowed_origins.insert(options.allowed_origins.end(), o.origins.begin(), o.origins.end());
    if (const auto chat = make_chat(); !chat)
        return report(chat.error()); // now, not at the first request
    const auto knowledge = make_knowledge(true);
    auto status = server::serve_until_signal(
        options, [knowledge] { return environment(knowledge); },
        [](const server::Server& s) {
            std::cerr << "Rust Coder listens on " << s.url() << "\n"
                      << "  page and REST  " << s.url() << "/  (API: " << s.url() << "/docs)\n"
                      << "  MCP            " << s.url() << "/mcp\n";
        },
        std::chrono::seconds(o.grace), {knowledge, !o.no_seed});
    return status ? ok : report(status.error());
}

int run_mcp(bool no_seed) {
    if (const auto chat = make_chat(); !chat)
        return report(chat.error()); // now, not at the first request
    const auto knowledge = make_knowledge(true);
    auto status =
        server::run_mcp_stdio(0, 1, [knowledge] { return environment(knowledge); }, {}, {knowledge, !no_seed});
    return status ? ok : report(status.error());
}

} // namespace

void add_serve(CLI::App& app, Run& run) {
    auto o = std::make_shared<ServeOptions>();
    auto* cmd = app.add_subcommand("serve", "Serve REST and MCP over HTTP");
    cmd->add_option("--host", o->host, "Address to listen on (default 127.0.0.1)");
    cmd->add_option("--port,-p", o->port, "Port (default 8000 or API_PORT; 0 takes a free one)")
        ->check(CLI::Range(0, 65535));
    cmd->add_flag("--insecure", o->insecure, "Listen beyond loopback without an API key");
    cmd->add_option("--allow-host", o->hosts, "Further Host name that is answered; may be repeated");
    cmd->add_option("--allow-origin", o->origins, "Further browser origin that is answered; may be repeated");
    cmd->add_option("--grace", o->grace, "Seconds that running work gets at shutdown")->check(CLI::Range(0, 3600));
    cmd->add_flag("--json-log", o->json_log, "Log lines as JSON");
    cmd->add_flag("--no-seed", o->no_seed, "Do not fill the knowledge base on the first start");
    cmd->callback([o, &run] { run = [o] { return run_serve(*o); }; });
}

void add_mcp(CLI::App& app, Run& run) {
    auto* cmd = app.add_subcommand("mcp", "Speak MCP over standard input and output (for editors and agents)");
    auto no_seed = std::make_shared<bool>(false);
    cmd->add_flag("--no-seed", *no_seed, "Do not fill the knowledge base when it is first asked");
    cmd->callback([no_seed, &run] { run = [no_seed] { return run_mcp(*no_seed); }; });
}

} // namespace rustcoder::cli
