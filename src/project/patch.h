// Changes as values. Compiler suggestions, rules, learned fixes, a model's answer and a user's own change are all
// Patches; conflict, merge, invert, diff are defined once, here. Offsets are bytes into the Project the patch is for.
#pragma once

#include "project/project.h"

#include <optional>

namespace rustcoder::project {

struct Edit {
    std::string path;
    std::size_t begin = 0, end = 0; // [begin, end); begin == end inserts
    std::string text;
    auto operator<=>(const Edit&) const = default;
};

struct Patch {
    std::vector<Edit> edits;           // kept sorted by (path, begin, end); non-overlapping
    std::map<std::string, File> added; // whole files, new
    std::vector<std::string> removed;  // whole files

    bool empty() const { return edits.empty() && added.empty() && removed.empty(); }
    /// Sorts, drops exact duplicates. invalid_input when two edits overlap. Two insertions at one offset are allowed
    /// and keep their order.
    Status normalise();
    /// Bytes removed plus bytes inserted.
    std::size_t size() const;
    std::size_t deleted_bytes() const;
    /// Stable 64-bit identity (content, not provenance).
    std::uint64_t hash() const;
};

/// Errors: not_found (file), invalid_input (range outside the file, not on a UTF-8 boundary, overlap, added file
/// exists).
Result<Project> apply(const Project& project, const Patch& patch);
/// True when both cannot be applied together: overlapping ranges, insertions inside a replaced range, two different
/// insertions at the same point, same file added/removed by both with different content.
bool conflict(const Patch& a, const Patch& b);
/// Union of two non-conflicting patches against the same project; nullopt when they conflict.
std::optional<Patch> merge(const Patch& a, const Patch& b);
/// The patch that leads from `from` to `to`, as minimal line-then-token hunks (Myers).
Patch diff(const Project& from, const Project& to);
/// Patch against apply(project, patch) that restores `project`.
Result<Patch> invert(const Project& project, const Patch& patch);
/// git-style unified diff ("--- a/x", "+++ b/x", @@ hunks, "\ No newline at end of file"), empty when equal.
std::string unified_diff(const Project& from, const Project& to, int context = 3);

} // namespace rustcoder::project
