// Flat text without any marker: fenced blocks, or Rust source as it is. Internal to project. Pure, thread-safe.
#pragma once

#include "project/flat_text.h"

namespace rustcoder::project::flat {

/// `first_line` is the number of the first line of `text`, for messages.
Result<Parsed> parse_unmarked(std::string_view text, std::size_t first_line, const Limits& limits);

} // namespace rustcoder::project::flat
