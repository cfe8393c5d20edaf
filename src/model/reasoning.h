// What a model says besides its answer. Pure functions, total on any text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rustcoder::model {

using TagPair = std::pair<std::string, std::string>; // "<think>", "</think>"

struct Separated {
    std::string answer, reasoning;
};
/// Takes out what stands between the tags. A tag counts only at the start of a line, so that code which mentions it
/// stays whole; an opening tag that is never closed takes the rest (the answer was cut), and a closing tag that was
/// never opened takes all before it (templates that open it for the model).
Separated separate_reasoning(std::string_view text, const std::vector<TagPair>& tags);

/// True when the text has ended in a loop: its last 4000 bytes repeat one piece of at most 200.
bool is_babbling(std::string_view text);

} // namespace rustcoder::model
