// Faults that the compiler reports only as warnings once the errors are gone. Internal to repair/.
#pragma once

#include "repair/rule.h"

#include <optional>

namespace rustcoder::repair {

/// A library item that nothing in the library uses and that nobody outside can reach: next to public neighbours a
/// dropped `pub` is the likely cause. Answers rustc's dead_code warnings of library units with one patch that makes
/// the unused roots public; nullopt when there are none.
std::optional<Candidate> restore_visibility(const project::Project& project,
                                            const std::vector<toolchain::Diagnostic>& diagnostics);

} // namespace rustcoder::repair
