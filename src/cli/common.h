// Shared by the subcommands: input, output, wiring of the environment. Internal to cli/.
#pragma once

#include "agent/agent.h"
#include "agent/knowledge.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>

namespace rustcoder::cli {

// Documented in --help and docs/cli.md.
enum ExitCode { ok = 0, not_fixed = 1, usage = 2, unavailable = 3, interrupted = 130 };

/// A subcommand registers its options and sets the callback that runs it.
using Run = std::function<int()>;
void add_generate(CLI::App& app, Run& run);
void add_fix(CLI::App& app, Run& run);
void add_compile(CLI::App& app, Run& run);
void add_doctor(CLI::App& app, Run& run);
void add_config(CLI::App& app, Run& run);
void add_serve(CLI::App& app, Run& run);
void add_mcp(CLI::App& app, Run& run);
void add_knowledge(CLI::App& app, Run& run);
void add_watch(CLI::App& app, Run& run);
void add_proxy(CLI::App& app, Run& run);
void add_port(CLI::App& app, Run& run);

/// Toolchain, sandbox and cache as configured; with `knowledge`, its learned fixes; the model when one is configured.
Result<agent::Environment> environment(const std::shared_ptr<agent::Knowledge>& knowledge = nullptr,
                                       bool with_model = true);
/// LLM_API_BASE and its kin (docs/models.md), RUSTCODER_PROFILES. Null when none is configured, which costs nothing.
/// One for the whole program. Errors: invalid_input (a wrong setting or profile).
Result<std::shared_ptr<model::ChatModel>> make_chat();
/// RUSTCODER_KNOWLEDGE (a file, or "off"), LLM_EMBED_MODEL, SKIP_VECTOR_SEARCH. Opens nothing. `resident`: a server.
std::shared_ptr<agent::Knowledge> make_knowledge(bool resident = false);
/// For choosing templates: the sentence encoder where it is there, because words about Rust say little about what a
/// program is for (docs/generate.md has the figures); else the words.
Result<std::shared_ptr<knowledge::Embedder>> template_embedder();
std::filesystem::path config_directory();
std::filesystem::path cache_directory();
std::filesystem::path state_directory();

/// `.env` in the working directory (contract): sets variables that are not set yet. Lines KEY=VALUE, # comments.
void load_dotenv();

struct Input {
    project::Project project;
    enum class Kind { folder, file, flat_text } kind = Kind::folder;
    std::filesystem::path path;  // folder or file; empty for standard input
    std::string file_in_project; // kind file: which path of the project it is
    std::vector<std::string> notes;
};
/// A folder, a .rs file, a flat-text file, or "-" for flat text on standard input.
Result<Input> read_input(const std::string& path);

/// A folder for a new project is not there yet, or empty: nobody's files are written over. Errors: invalid_input.
Status check_new_folder(const std::filesystem::path& folder);
Status write_new_folder(const std::filesystem::path& folder, const project::Project& project);

/// Terminal styling; plain when stdout is no terminal or NO_COLOR is set.
struct Style {
    bool colour = false;
    std::string red(std::string_view s) const { return paint("31", s); }
    std::string green(std::string_view s) const { return paint("32", s); }
    std::string yellow(std::string_view s) const { return paint("33", s); }
    std::string bold(std::string_view s) const { return paint("1", s); }
    std::string dim(std::string_view s) const { return paint("2", s); }
    std::string paint(std::string_view code, std::string_view s) const;
    std::string diff(const std::string& unified) const;
};
Style style_for(int fd);
int report(const Error& error); // prints, returns the exit code
/// Fires on SIGINT and SIGTERM once installed.
std::stop_token interrupt_token();

} // namespace rustcoder::cli
