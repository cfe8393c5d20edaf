// Acceptance examples as the doors read them.
#pragma once

#include "base/json.h"
#include "repair/engine.h"

#include <vector>

namespace rustcoder::agent {

/// [{"args": ["a"], "stdin": "", "files": {"in.txt": "..."}, "stdout": "expected", "code": 0}, ...]; with files, the
/// program runs in a folder that holds these alone. Every field may be left out, but one of stdout
/// and code must be there. At most 64 examples. Errors: invalid_input or limit, with the index in `place`.
Result<std::vector<repair::Example>> parse_examples(const base::json::value& list);

} // namespace rustcoder::agent
