// Whether a template is known to be without something: only where its own text can tell. Pure.
#pragma once

#include "scaffold/template.h"

#include <string_view>
#include <vector>

namespace rustcoder::scaffold {

/// Of words such as "floating", "threads", "unsafe", "database": true when each that has a sign in source code has none
/// in the template's. nullopt: no word has one, so nothing is known.
std::optional<bool> known_to_lack(const Template& from, std::string_view wish);

} // namespace rustcoder::scaffold
