// How text is cut into words for full text and for the in-process embedding: one definition, so that what is indexed is
// what is asked. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

/// Lower-case words. Identifiers give themselves and their parts (`HashMap::entry_mut` -> hashmap, hash, map,
/// entry_mut, entry, mut), error codes stay whole (E0382 -> e0382), operators that mean something in Rust stay as words
/// of their own (`&mut`, `?`, `->`, `=>`, `::<`, `'a`, `dyn`), English words are stemmed lightly (plural -s, -ing, -ed)
/// beside nothing else.
std::vector<std::string> words(std::string_view text);
/// The same as one string separated by spaces, operators spelt in letters: what a plain full text engine can index.
std::string indexable(std::string_view text);

} // namespace rustcoder::knowledge
