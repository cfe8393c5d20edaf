// Light stemming of English words. Pure.
#pragma once

#include <string>

namespace rustcoder::knowledge {

/// Takes plural -s, -ed and -ing off a lower-case ASCII word, and the -e that would keep "move" and "moving" apart.
void stem(std::string& word);

} // namespace rustcoder::knowledge
