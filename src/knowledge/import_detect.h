// Which format a file is in, by name and content. Pure.
#pragma once

#include "knowledge/import.h"

#include <string_view>

namespace rustcoder::knowledge {

/// `head`: the first few kilobytes. nullopt: nothing that is read here (binary, or a source file).
std::optional<Format> detect_format(std::string_view file_name, std::string_view head);

} // namespace rustcoder::knowledge
