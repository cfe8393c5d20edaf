// Values of slots: as people write them, and as a line of a file holds them. Pure.
#pragma once

#include "scaffold/template.h"

#include <string_view>

namespace rustcoder::scaffold {

/// Digits, "1,000", "2.5k", "three", "twenty-five", "a dozen", "half a million". nullopt: no number.
std::optional<double> number_of(std::string_view text);
/// Without digits beyond the point that are zero: 64, 0.5.
std::string number_text(double value);

/// `value` in the place of the first occurrence of `from` on a line of code, written as that place wants it: escaped in
/// a literal, with the suffix and the grouping that the number had. nullopt: `from` is not there as a whole.
/// Errors: invalid_input: the place cannot hold the value (several characters in a character literal).
Result<std::optional<std::string>> replace_value(std::string_view line, bool rust, std::string_view from,
                                                 std::string_view value);

} // namespace rustcoder::scaffold
