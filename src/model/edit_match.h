// Where a block's text stands in a file, and what the file becomes. Pure functions. Private to model/.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace rustcoder::model {

/// The file with `search` replaced. Tried in this order: the same lines; but for white space at line ends; but for
/// indentation (the new lines are indented as the old ones are); a part of a line. Each only where it occurs exactly
/// once; line numbers copied from the prompt are cut off when nothing else fits. Errors (invalid_input): why not.
Result<std::string> replace_in(std::string_view file, std::string_view search, std::string_view replace);

/// True for a line that stands for code left out: "// ... existing code ...", "...", "// rest of the function".
bool is_elision(std::string_view line);

} // namespace rustcoder::model
