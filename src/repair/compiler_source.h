// The compiler's own suggestions as candidates. Internal to repair/.
#pragma once

#include "repair/rule.h"

namespace rustcoder::repair {

/// Every alternative of every suggestion becomes a candidate of its own; alternatives are never merged. Applicability
/// is one feature of the prior, not a verdict (shared/repair.md: precision 91 % / 71 % / 41 %).
void propose_compiler_suggestions(const RuleContext& context, Proposals& out);

} // namespace rustcoder::repair
