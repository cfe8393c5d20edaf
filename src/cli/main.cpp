// The program: picks the subcommand. Everything else is in one file per subcommand.
#include "base/log.h"
#include "cli/common.h"

#include <csignal>
#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    using namespace rustcoder;
    std::signal(SIGPIPE, SIG_IGN);
    cli::load_dotenv();
    CLI::App app{
        "Rust Coder: compiles Rust projects, repairs their errors, and proves it with the compiler.\n"
        "\n"
        "  rustcoder generate \"a to-do list\"   a whole project that builds and passes its tests\n"
        "  rustcoder fix my_project --write     repair a project in place\n"
        "  rustcoder fix broken.rs --diff       show the repair of a single file as a diff\n"
        "  rustcoder fix - < request.txt        flat text in, flat text out\n"
        "  rustcoder serve                      REST and MCP over HTTP on port 8000\n"
        "  rustcoder mcp                        MCP over standard input and output, for editors and agents\n"
        "  rustcoder proxy --listen 3000 -- CMD an MCP server on other transports, or an OpenAPI service as tools\n"
        "  rustcoder port tool.py -o tool       a small Python, C or C++ program in Rust (needs a model)\n"
        "  rustcoder watch my_project           check while you type, show ready fixes, learn from yours\n"
        "  rustcoder knowledge search TEXT      what is known about an error or a piece of Rust\n"
        "  rustcoder doctor                     what is there and what is missing\n"
        "\n"
        "Exit status: 0 it builds; 1 it does not; 2 wrong usage or input; 3 a tool is missing; 130 interrupted.",
        "rustcoder"};
    app.set_version_flag("--version", "rustcoder " RC_VERSION);
    app.require_subcommand(1);
    cli::Run run;
    cli::add_generate(app, run);
    cli::add_fix(app, run);
    cli::add_compile(app, run);
    cli::add_serve(app, run);
    cli::add_mcp(app, run);
    cli::add_watch(app, run);
    cli::add_proxy(app, run);
    cli::add_port(app, run);
    cli::add_knowledge(app, run);
    cli::add_doctor(app, run);
    cli::add_config(app, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        int code = app.exit(e);
        return code == 0 ? cli::ok : cli::usage;
    }
    try {
        return run ? run() : cli::usage;
    } catch (const std::exception& e) { // last line of defence: a bug, said plainly
        std::cerr << "internal error: " << e.what() << "\n";
        return cli::not_fixed;
    }
}
