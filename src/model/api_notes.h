// What a question should say of the project's own types and functions beside the failing source. A pure function.
#pragma once

#include "project/project.h"
#include "toolchain/diagnostic.h"

#include <span>
#include <string>

namespace rustcoder::model {

/// Declarations of the project's items that the lines at fault name (or whose values they use): types with their
/// fields, variants and method signatures, traits, functions. Items in short files that an error points into are left
/// out: the question shows such files whole. "" when there are none.
std::string api_notes(const project::Project& project, std::span<const toolchain::Diagnostic> errors);

} // namespace rustcoder::model
