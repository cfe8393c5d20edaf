// Inside of parse_output(): the same reading with what only a Workspace knows. Pure functions, thread-safe.
#pragma once

#include "toolchain/diagnostic.h"

#include <functional>

namespace rustcoder::toolchain {

struct ParseContext {
    std::string project_prefix; // absolute directory of the project copy, "" = none
    std::string relative_base;  // project-relative directory that relative names start from ("" = the project root)
    std::string unit;           // name for diagnostics that carry none (plain rustc output)
    std::function<bool(std::string_view)> is_ours;
};

/// A compiler artifact as cargo reports it.
struct Artifact {
    std::string package_id, target_name, kind;
    std::vector<std::string> files;
    std::string executable;
    bool fresh = false, test = false;
};

struct CargoOutput {
    ParsedOutput parsed;
    std::vector<Artifact> artifacts;
};

CargoOutput parse_cargo_output(std::string_view ndjson, const ParseContext& context);

/// Adds `more` to `into`; equal diagnostics (same code, message and places) become one that names all units.
void merge_diagnostics(std::vector<Diagnostic>& into, std::vector<Diagnostic> more);

/// Without ANSI escape sequences.
std::string strip_ansi(std::string_view s);

/// "a/./b/../c" -> "a/c", textually; keeps leading ".." of relative paths.
std::string normal_path(std::string_view path);

} // namespace rustcoder::toolchain
