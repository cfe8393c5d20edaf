// Which words are public: Rust's own and the standard library's names, and the words of rustc's messages. Everything
// else in a program or a message belongs to its author and becomes a hole. Pure, thread-safe.
#pragma once

#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

/// A name of the standard library, a primitive type, an attribute, or a keyword of another language.
bool is_public_name(std::string_view name);
/// A word (lower case) that rustc's own messages use.
bool is_message_word(std::string_view word);
/// Sorted.
const std::vector<std::string_view>& all_public_names();

} // namespace rustcoder::knowledge
