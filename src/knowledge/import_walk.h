// Files below a folder, bounded and in a stable order. Links are not followed.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <functional>
#include <vector>

namespace rustcoder::knowledge {

struct WalkLimits {
    std::size_t files = 200'000;
    int depth = 24;
};
/// Regular files for which `wanted` holds, sorted by path; hidden folders, target/ and node_modules/ are left out.
/// Errors: not_found, limit.
Result<std::vector<std::filesystem::path>> files_below(const std::filesystem::path& root,
                                                       const std::function<bool(const std::filesystem::path&)>& wanted,
                                                       const WalkLimits& limits = {});

} // namespace rustcoder::knowledge
