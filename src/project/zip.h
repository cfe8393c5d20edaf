// A project as a zip archive.
#pragma once

#include "project/project.h"

namespace rustcoder::project {

/// Entries are named "prefix/path", in order; the same project gives the same bytes, whenever and wherever. Errors:
/// internal.
Result<std::string> zip(const Project& project, std::string_view prefix);

} // namespace rustcoder::project
