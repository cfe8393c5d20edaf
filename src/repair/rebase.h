// Steps of a repair as independent patches against the original. Internal to repair/.
#pragma once

#include "repair/engine.h"

namespace rustcoder::repair {

/// Each step is a patch against an intermediate state; this expresses them all against `original`. nullopt when a step
/// edits what an earlier one wrote, or when their sum is not exactly `result`.
std::optional<std::vector<project::Patch>> rebase(const project::Project& original, const project::Project& result,
                                                  const std::vector<AppliedEdit>& steps);

/// All patches but number `skip`, applied to `original`; nullopt when they conflict.
std::optional<project::Project> combine(const project::Project& original, const std::vector<project::Patch>& patches,
                                        std::size_t skip);

} // namespace rustcoder::repair
