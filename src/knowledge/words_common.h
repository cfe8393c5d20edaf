// English words that carry a question and not what it is about. In documentation some of them are rare ("why", "my"),
// so a measure of rarity alone takes them for the very subject.
#pragma once

#include <string_view>

namespace rustcoder::knowledge {

/// `word` in lower case, stemmed or not. Rust's keywords (for, in, if, use, where, self, ...) are never common.
bool is_common_word(std::string_view word);

} // namespace rustcoder::knowledge
