// Landlock by raw system calls (Debian 12's headers are older than the kernels we meet). Thread-safe.
#pragma once

#include "base/os.h"
#include "base/result.h"

#include <filesystem>
#include <vector>

namespace rustcoder::process {

/// 0: the kernel has none or it is switched off.
int landlock_abi();

/// A ruleset that denies everything except reading and running the system directories and `read_only`, and everything
/// but device nodes below `read_write`. TCP, signals to and abstract sockets of the outside are denied where known.
Result<base::Fd> make_landlock_ruleset(const std::vector<std::filesystem::path>& read_only,
                                       const std::vector<std::filesystem::path>& read_write);

/// In the child between clone and execve: allows its own /proc entry, then restricts itself. Only system calls.
bool enter_landlock(int ruleset);

} // namespace rustcoder::process
