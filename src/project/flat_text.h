// The flat-text form of a project: `[filename: PATH]` lines, each followed by the file's content. docs/flat-text.md has
// the rules. Total: any byte string gives a Project or an error with a line and a reason. No file is invented.
#pragma once

#include "project/project.h"

namespace rustcoder::project {

struct Parsed {
    Project project;
    std::vector<std::string> notes; // what was tolerated or assumed, in words ("taken as a single-file project", ...)
    bool single_file = false;       // input had no marker and was taken as plain Rust
};

Result<Parsed> parse_flat_text(std::string_view text, const Limits& limits = {});
/// parse_flat_text(print_flat_text(p)).project == p for every Project (bytes and paths; mode is not carried).
std::string print_flat_text(const Project& project);

} // namespace rustcoder::project
