// A Project on disk, kept in step by writing only what differs. One user at a time.
#pragma once

#include "base/os.h"
#include "project/project.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace rustcoder::toolchain {

/// What leads from one Project to another, by path.
struct Difference {
    std::vector<std::string> modified, added, removed;
    bool empty() const { return modified.empty() && added.empty() && removed.empty(); }
};
Difference difference(const project::Project& from, const project::Project& to);

/// The folder is writable for code from the project (build scripts), so nothing here follows a symbolic link: a planted
/// one is an error (denied), never a write somewhere else.
class SourceTree {
public:
    SourceTree() = default;
    /// Creates `root`.
    static Result<SourceTree> create(const std::filesystem::path& root);

    const std::filesystem::path& root() const { return root_; }
    const project::Project& held() const { return held_; }
    /// Makes the folder hold exactly `project` (files that others created there stay). Written files get a new mtime,
    /// so that cargo sees them as changed.
    Status sync(const project::Project& project);
    /// States what the folder holds, when it was changed on purpose behind sync()'s back.
    void assume(const project::Project& project) { held_ = project; }
    /// New mtimes for everything: for a target directory whose fingerprints know other contents.
    Status touch_all();
    /// Removes one file that is not part of the project (a stale Cargo.lock). No error when absent.
    void remove_extra(const std::string& path);

private:
    Status write(const std::string& path, const project::File& file);
    void erase(const std::string& path);

    std::filesystem::path root_;
    base::Fd fd_;
    project::Project held_;
    std::set<std::string, std::less<>> folders_; // known to exist
};

} // namespace rustcoder::toolchain
