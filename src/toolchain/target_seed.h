// Filling a target directory from another one. Internal to toolchain/.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <functional>
#include <string>

namespace rustcoder::toolchain {

struct SeedOptions {
    /// Share the bytes of large compiled files (hard links). Only inside one workspace: whoever may write in one
    /// directory may then change the other.
    bool link_large = true;
    /// Paths (relative to the target directory) to leave out; empty = none.
    std::function<bool(const std::string&)> skip;
};

/// Copies `from` into `to` with modes and mtimes, so that cargo sees what it saw there. Never follows a link; skips
/// incremental state and lock files.
Status seed_target(const std::filesystem::path& from, const std::filesystem::path& to, const SeedOptions& options = {});

} // namespace rustcoder::toolchain
