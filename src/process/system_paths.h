// What every confined child may read and execute: programs, libraries and the loader's tables; no accounts, no keys.
#pragma once

#include <filesystem>
#include <vector>

namespace rustcoder::process {

/// Those that exist, found once. Thread-safe.
const std::vector<std::filesystem::path>& system_paths();

} // namespace rustcoder::process
