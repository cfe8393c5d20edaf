// rustcoder serve (REST and MCP over HTTP) and rustcoder mcp (MCP over standard input and output).
#include "base/log.h"
#include "cli/common.h"
#include "cli/generate_setup.h"
#include "server/job_folder.h"
#include "server/server.h"

#include <cstdlib>
#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace {

struct ServeOptions {
    std::string host, api_key_file, data;
    double data_hours = -1;
    std::int64_t data_mib = -1;
    int port = -1, grace = 30;
    bool insecure = false, json_log = false, no_seed = false;
    std::vector<std::string> hosts, origins;
};

std::string setting(const std::string& option, const char* variable) {
    const char* value = std::getenv(variable);
    return !option.empty() ? option : value ? value : "";
}

/// A positive number of the environment; nothing else is taken for one.
Result<std::optional<double>> number_setting(const char* variable) {
    const char* value = std::getenv(variable);
    if (!value || !*value)
        return std::optional<double>();
    char* end = nullptr;
    const double number = std::strtod(value, &end);
    if (*end || !(number > 0) || number > 1e9)
        return fail(Errc::invalid_input, std::string("not a positive number: ") + value, variable);
    return std::optional<double>(number);
}

/// --data, RUSTCODER_DATA, else the state directory; "off" is none. A folder that nobody named and that cannot be used
/// costs durability, not the server.
Result<std::shared_ptr<server::JobFolder>> job_folder(const ServeOptions& o) {
    const auto named = setting(o.data, "RUSTCODER_DATA");
    const auto usual = state_directory();
    if (named == "off" || (named.empty() && usual.empty()))
        return std::shared_ptr<server::JobFolder>();
    server::JobFolderOptions options;
    options.root = (named.empty() ? usual : std::filesystem::path(named)) / "jobs";
    RC_TRY_ASSIGN(const auto hours, number_setting("RUSTCODER_DATA_HOURS"));
    RC_TRY_ASSIGN(const auto mib, number_setting("RUSTCODER_DATA_MIB"));
    if (const double h = o.data_hours > 0 ? o.data_hours : hours.value_or(0); h > 0)
        options.keep = std::chrono::seconds(static_cast<std::int64_t>(h * 3600));
    if (const double m = o.data_mib > 0 ? static_cast<double>(o.data_mib) : mib.value_or(0); m > 0)
        options.most_bytes = static_cast<std::uint64_t>(m) << 20;
    auto folder = server::JobFolder::open(options);
    if (folder || !named.empty())
        return folder;
    base::log_warn("Jobs will not survive a restart: " + folder.error().text());
    return std::shared_ptr<server::JobFolder>();
}

Result<agent::Environment> serving(const std::shared_ptr<agent::Knowledge>& knowledge) {
    RC_TRY_ASSIGN(auto e, environment(knowledge));
    e.templates = make_library(knowledge);
    return e;
}

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
    auto folder = job_folder(o);
    if (!folder)
        return report(folder.error());
    options.jobs.folder = *std::move(folder);
    const auto knowledge = make_knowledge(true);
    auto status = server::serve_until_signal(
        options, [knowledge] { return serving(knowledge); },
        [jobs = options.jobs.folder](const server::Server& s) {
            std::cerr << "Rust Coder listens on " << s.url() << "\n"
                      << "  page and REST  " << s.url() << "/  (API: " << s.url() << "/docs)\n"
                      << "  MCP            " << s.url() << "/mcp\n"
                      << "  jobs           " << (jobs ? jobs->options().root.string() : "in memory only") << "\n";
        },
        std::chrono::seconds(o.grace), {knowledge, !o.no_seed});
    return status ? ok : report(status.error());
}

int run_mcp(bool no_seed) {
    if (const auto chat = make_chat(); !chat)
        return report(chat.error());
    const auto knowledge = make_knowledge(true);
    auto status = server::run_mcp_stdio(0, 1, [knowledge] { return serving(knowledge); }, {}, {knowledge, !no_seed});
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
    cmd->add_option(
        "--data", o->data,
        "Folder for jobs that survive a restart (default: the state directory, or RUSTCODER_DATA), or \"off\"");
    cmd->add_option("--data-hours", o->data_hours,
                    "How long finished jobs are kept (default 168, or RUSTCODER_DATA_HOURS)")
        ->check(CLI::PositiveNumber);
    cmd->add_option("--data-mib", o->data_mib, "Disk that jobs may take, in MiB (default 2048, or RUSTCODER_DATA_MIB)")
        ->check(CLI::PositiveNumber);
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
