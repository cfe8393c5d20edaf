// The marker comments of a template's files (docs/templates.md), read once for checking and for filling. Pure.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::scaffold {

/// What a line depends on: lines stay when every condition holds.
struct Condition {
    std::string feature;
    bool on = true; // false: of an `@without` block
};

struct MarkedLine {
    std::string text; // without markers; code that was commented out is plain again
    std::vector<Condition> conditions;
    std::vector<std::string> slots;
    std::size_t number = 0; // in the file, from 1
    bool after_cut = false; // a line that held nothing but a marker was before it
};

struct MarkedFile {
    std::vector<MarkedLine> lines;
    bool ends_in_newline = true, ends_in_cut = false;
};

/// Rust files have markers in `//` comments (not in literals that look like them), all others in `#` comments.
/// Errors: invalid_input, place `path:line`: no such marker, a name that is missing, a block without an end or an end
/// without a block, code in an `@without` block that is not commented out.
Result<MarkedFile> read_markers(std::string_view path, std::string_view bytes);

} // namespace rustcoder::scaffold
