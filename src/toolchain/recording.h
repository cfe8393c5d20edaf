// rustc's command lines as cargo ran them, one per unit (target + profile), read from `cargo -vv`. Plain data.
#pragma once

#include "toolchain/diagnostic.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::toolchain {

struct Unit {
    enum class Status { ok, failed, not_run };

    std::string key;   // crate name + extra-filename ("p-0ccdd812816dc58d"): unique in a target directory
    std::string label; // "bin p", "lib p (test)"
    std::vector<std::string> env, argv; // as recorded; argv[0] is rustc
    std::filesystem::path cwd, out_dir;
    std::string root;                 // project-relative root source
    std::string package, package_dir; // name; project-relative folder of its Cargo.toml ("" = the project root)
    std::vector<std::string> depends; // keys of the units among its --extern
    bool test = false, proc_macro = false, build_script = false;
    bool links = false;        // codegen was asked for (host dependency, proc macro, build script)
    bool macro_extern = false; // an --extern is a dynamic library: rustc runs a proc macro
    bool has_extern = false;

    Status status = Status::not_run;
    std::optional<std::vector<std::string>> files;      // what it read last time (project-relative), when known
    std::optional<std::vector<Diagnostic>> diagnostics; // what it reported last time, when known
};

/// A "Running `...`" line of cargo -vv, cut into words.
struct RunningLine {
    std::vector<std::string> env, argv;
};

/// Every Running line, in order. Values may hold newlines and backticks (inside quotes).
std::vector<RunningLine> running_lines(std::string_view cargo_stderr);

/// What cargo prints without -vv: no Running, Dirty and Fresh lines, no "Caused by" blocks that only repeat rustc's
/// command, no build-script output.
std::string plain_stderr(std::string_view cargo_stderr);

struct RecordContext {
    std::filesystem::path source_root; // where the project copy is
    std::filesystem::path cargo_dir;   // where cargo was started
    std::filesystem::path rustc;       // lines that run another program (a wrapper) are not recorded
};

/// nullopt when the line is not rustc on a source file of the project.
std::optional<Unit> unit_of(const RunningLine& line, const RecordContext& context);

/// Paths after "target:" in a dep-info file (Makefile syntax, escaped spaces), as written.
std::vector<std::string> dep_info_paths(std::string_view text);

} // namespace rustcoder::toolchain
