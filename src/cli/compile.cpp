// rustcoder compile PATH: build in the sandbox, say what the compiler says, optionally run.
#include "base/json.h"
#include "cli/common.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace {

struct CompileOptions {
    std::string path;
    bool json = false, no_run = false, release = false;
    std::string bin, stdin_file;
    std::vector<std::string> args;
};

std::string to_json(const agent::CompileAnswer& a) {
    base::json::array list;
    for (const auto& d : a.report.diagnostics) {
        base::json::object o{{"code", d.code}, {"level", d.is_error() ? "error" : "warning"}, {"message", d.message}};
        if (const auto* at = d.primary())
            o["file"] = at->file, o["line"] = at->line_begin, o["column"] = at->column_begin;
        list.push_back(std::move(o));
    }
    base::json::object out{{"success", a.success}, {"diagnostics", std::move(list)}, {"build_output", a.build_output}};
    out["run_output"] = nullptr;
    if (a.run) {
        out["run_output"] = a.run->exit.out;
        out["exit"] = a.run->exit.describe();
    }
    return base::dump_pretty(out);
}

int run_compile(const CompileOptions& options) {
    auto stop = interrupt_token();
    auto in = read_input(options.path);
    if (!in)
        return report(in.error()), usage;
    auto env = environment(nullptr, false);
    if (!env)
        return report(env.error());
    agent::CompileRequest request{in->project, !options.no_run, {options.args, "", options.bin, options.release}};
    auto answer = agent::compile(*env, request, stop);
    if (!answer)
        return report(answer.error());
    if (options.json) {
        std::cout << to_json(*answer);
        return answer->success ? ok : not_fixed;
    }
    for (const auto& note : in->notes)
        std::cerr << style_for(2).dim("note: " + note) << "\n";
    std::cerr << answer->build_output << (answer->build_output.ends_with('\n') ? "" : "\n");
    if (answer->run) {
        std::cout << answer->run->exit.out;
        std::cerr << answer->run->exit.err;
        if (!answer->run->exit.ok())
            std::cerr << "the program ended with: " << answer->run->exit.describe() << "\n";
    }
    return answer->success ? ok : not_fixed;
}

} // namespace

void add_compile(CLI::App& app, Run& run) {
    auto o = std::make_shared<CompileOptions>();
    auto* cmd = app.add_subcommand("compile", "Build a Rust project in the sandbox and run its program");
    cmd->add_option("path", o->path,
                    "Project folder, single .rs file, flat-text file, or - for flat text on standard input")
        ->required();
    cmd->add_flag("--json", o->json, "Print the result as JSON");
    cmd->add_flag("--no-run", o->no_run, "Do not run the program");
    cmd->add_flag("--release", o->release, "Optimised build");
    cmd->add_option("--bin", o->bin, "Which binary to run");
    cmd->add_option("--arg", o->args, "Argument for the program; may be repeated");
    cmd->callback([o, &run] { run = [o] { return run_compile(*o); }; });
}

} // namespace rustcoder::cli
