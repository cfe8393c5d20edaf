// A Rust project as a value: an immutable map of safe relative paths to file contents. Cheap to copy (contents are
// shared), content-hashed. It cannot hold an absolute path, "..", NUL, an empty or over-long component, or more than
// the limits allow. Thread-safe as any value.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::project {

struct Limits {
    std::size_t files = 10'000;
    std::size_t file_bytes = 8u << 20;
    std::size_t total_bytes = 64u << 20;
    std::size_t path_bytes = 512; // whole path
    std::size_t path_depth = 32;  // components
};

struct File {
    std::shared_ptr<const std::string> bytes;
    bool executable = false;
    bool operator==(const File& o) const {
        return executable == o.executable && (bytes == o.bytes || *bytes == *o.bytes);
    }
};

/// Normalises ("./a//b" -> "a/b", '\\' -> '/') and validates. Errors: denied (absolute, "..", drive letter, NUL,
/// control characters), limit, invalid_input (empty).
Result<std::string> safe_path(std::string_view raw, const Limits& limits = {});

class Project {
public:
    using Files = std::map<std::string, File, std::less<>>;

    /// Adds or replaces a file. Errors of safe_path, limit; invalid_input if a file would also be a directory.
    Status set(std::string_view path, std::string bytes, bool executable = false, const Limits& limits = {});
    Status set_shared(std::string_view path, File file, const Limits& limits = {});
    bool erase(std::string_view path);                    // false if absent
    const std::string* find(std::string_view path) const; // nullptr if absent
    bool contains(std::string_view path) const { return files_.contains(path); }
    const Files& files() const { return files_; }
    bool empty() const { return files_.empty(); }
    std::size_t total_bytes() const { return total_; }
    /// SHA-256 over paths, modes and contents, hex.
    std::string content_hash() const;
    bool operator==(const Project& o) const { return files_ == o.files_; }

private:
    Files files_;
    std::size_t total_ = 0;
};

/// Reads a cargo project folder: skips target/, .git/, other VCS and editor folders, files over the limit that are not
/// needed by cargo (reported in `skipped`), symlinks that leave the folder. A single `.rs` file gives a project with a
/// generated Cargo.toml only through single_file().
struct Loaded {
    Project project;
    std::vector<std::string> skipped; // "path: reason"
};
Result<Loaded> load_folder(const std::filesystem::path& root, const Limits& limits = {});

/// Writes only the files that differ between `before` and `after`, each atomically; creates and removes as needed.
/// Refuses (denied) to write through a symlink that leaves root. If a file on disk is not what `before` holds, nothing
/// is written and the error (busy) names it: a user's newer work is never overwritten.
Status write_changes(const std::filesystem::path& root, const Project& before, const Project& after);

/// Plain Rust source -> project {Cargo.toml (edition 2021, name from hint), src/main.rs if it defines fn main, else
/// src/lib.rs}. Used for input with no marker; callers say that they did so.
Result<Project> single_file(std::string_view source, std::string_view name_hint = "rust_project");

/// Writes the whole project below an existing directory (used for workspaces). No symlinks are followed.
Status materialise(const Project& project, const std::filesystem::path& root);

} // namespace rustcoder::project
