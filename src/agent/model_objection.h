// What a model's change may not do although the compiler takes it. Pure.
#pragma once

#include "project/project.h"

#include <string>

namespace rustcoder::agent {

/// One sentence that may be shown to the model; "" when there is nothing to object to. Objected to: items, tests,
/// assertions or statements that are gone; new stubs, unsafe code, ends of the process, code that is configured away,
/// files drawn in at compile time; panics in place of code (in an arm of a match they are let pass).
std::string objection_to(const project::Project& before, const project::Project& after);

} // namespace rustcoder::agent
