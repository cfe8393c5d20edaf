// The part of a text that answers a question best, short enough to show. Pure function.
#pragma once

#include <string>
#include <string_view>

namespace rustcoder::knowledge {

/// At most about `max_bytes` of `text`: the stretch of whole lines (parts of long ones) with most of the query's
/// different words, rare-looking ones counted more. Cut at words, never inside a character, with "..." where something
/// is left out; common indentation is taken off and the rest kept, so that code stays readable. Without any word of the
/// query in it: the beginning.
std::string make_snippet(std::string_view text, std::string_view query, std::size_t max_bytes = 300);

} // namespace rustcoder::knowledge
