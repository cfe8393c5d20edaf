// The private directory of a workspace, and what killed processes left of theirs. Internal to toolchain/.
#pragma once

#include "base/os.h"

#include <ctime>

namespace rustcoder::toolchain {

/// A private directory that this process holds a lock on as long as it lives. The kernel gives the lock back however
/// the process ends, so a directory that nobody locks belongs to nobody.
struct Scratch {
    base::TempDir dir;
    base::Fd lock; // declared last: given back before the directory is removed
};
Result<Scratch> create_scratch(const std::filesystem::path& parent = {});

/// Removes scratch directories of our user that nobody holds and that are older than a minute (one that is being
/// created has no lock yet). Returns how many.
int sweep_scratch(const std::filesystem::path& parent, std::time_t now = std::time(nullptr));

} // namespace rustcoder::toolchain
