// rustcoder config: every setting, its value and where it comes from.
#include "base/json.h"
#include "cli/common.h"

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace {

struct Setting {
    const char* name;
    const char* fallback;
    const char* meaning;
    bool secret = false;
};

constexpr Setting settings[] = {
    {"CARGO_PATH", "", "cargo to use (default: rustup's active toolchain, PATH, /usr/bin)"},
    {"RUST_COMPILER_PATH", "", "rustc to use"},
    {"RUSTUP_TOOLCHAIN", "", "rustup toolchain by name"},
    {"RUSTCODER_SANDBOX", "strict",
     "strict: refuse when a mechanism is missing; weak: use what is there; off: limits only"},
    {"RUSTCODER_SCRATCH", "", "where projects are compiled (default: /dev/shm when roomy, else TMPDIR or /tmp)"},
    {"RUSTCODER_NATURALNESS", "on", "on: use the model that `doctor --train` made, if any; off: rank by priors alone"},
    {"RUSTCODER_KNOWLEDGE", "", "file of the knowledge base (default: knowledge.db in the state directory), or off"},
    {"RUSTCODER_SHARE", "", "folder whose knowledge/ has the shipped lessons and templates"},
    {"RUSTCODER_TEMPLATES", "", "folder with your own project templates; default ~/.config/rustcoder/templates"},
    {"RUSTCODER_EMBEDDING", "all", "model in the program: words, use (the sentence encoder), all (what is there)"},
    {"RUSTCODER_EMBEDDINGS_DIR", "", "folder with the sentence encoder's files"},
    {"SKIP_VECTOR_SEARCH", "", "true: search by text alone"},
    {"LLM_API_BASE", "", "language model: address of the server, up to its version; none: nobody is asked"},
    {"LLM_API_KEY", "", "its key", true},
    {"LLM_MODEL", "", "name of the model (default: Qwen2.5-Coder-3B-Instruct)"},
    {"LLM_API", "", "openai (and all that speak like it), anthropic, none; default: by the address"},
    {"LLM_PROFILE", "", "how to speak to it; default: by the model's name"},
    {"LLM_CONTEXT", "", "tokens that the server takes; default: the profile's"},
    {"LLM_TIMEOUT", "300", "seconds for one question, attempts and waits included"},
    {"LLM_PROXY", "", "http://host:port"},
    {"RUSTCODER_PROFILES", "", "folder with profiles of your own; default ~/.config/rustcoder/profiles"},
    {"LLM_EMBED_MODEL", "", "embedding model of that server; none: vectors are made in process"},
    {"LLM_EMBED_SIZE", "", "dimension of its vectors"},
    {"RUSTCODER_LOG", "warn", "trace, debug, info, warn, error, off"},
    {"RUSTCODER_API_KEY", "", "bearer key that REST and MCP over HTTP demand", true},
    {"RUSTCODER_DATA", "", "where `serve` keeps jobs over a restart (default: the state directory), or off"},
    {"RUSTCODER_DATA_HOURS", "168", "how long it keeps finished ones"},
    {"RUSTCODER_DATA_MIB", "2048", "disk that they may take; the oldest finished ones go first"},
    {"API_HOST", "127.0.0.1", "address `serve` listens on"},
    {"API_PORT", "8000", "port `serve` listens on"},
};

int run_config(bool json) {
    base::json::array list;
    for (const Setting& s : settings) {
        const char* set = std::getenv(s.name);
        bool given = set && *set;
        std::string value = given ? (s.secret ? "(set)" : set) : s.fallback;
        if (json) {
            list.push_back(base::json::object{{"name", s.name},
                                              {"value", value},
                                              {"from", given ? "environment" : "default"},
                                              {"meaning", s.meaning}});
            continue;
        }
        std::cout << fmt::format("{:<20} {:<24} {}\n{:<20} {}\n", s.name, value.empty() ? "-" : value,
                                 given ? "environment or .env" : "default", "", s.meaning);
    }
    if (json)
        std::cout << base::dump_pretty(
            base::json::object{{"settings", std::move(list)}, {"cache", cache_directory().string()}});
    else
        std::cout << "cache: " << cache_directory().string()
                  << "\nSettings are environment variables; a .env file in the working directory is read too.\n";
    return ok;
}

} // namespace

void add_config(CLI::App& app, Run& run) {
    auto json = std::make_shared<bool>(false);
    auto* cmd = app.add_subcommand("config", "Show every setting, its value and where it comes from");
    cmd->add_flag("--json", *json, "As JSON");
    cmd->callback([json, &run] { run = [json] { return run_config(*json); }; });
}

} // namespace rustcoder::cli
