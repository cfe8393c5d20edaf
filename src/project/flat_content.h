// The content of one file out of the lines between its marker and the next. Internal to project. Pure, thread-safe.
#pragma once

#include "project/flat_lines.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::project::flat {

struct Region {
    std::span<const std::string_view> lines; // with terminators, dedented
    std::string_view path;
    std::optional<Fence> open; // a fence that was opened just before the marker, or on its line
    bool crlf = false;         // the marker's own line ended in CRLF
    bool last = false;         // no marker follows
};

struct Content {
    std::string bytes;
    std::optional<Fence> open; // a fence that is open when the next marker begins
    std::string note;          // what was left out or assumed, empty if nothing
};

Content read_content(const Region& region);

/// The fence that is open at the end of `lines` when its opening line is the last one with text; `open` as in Region.
std::optional<Fence> open_at_end(std::span<const std::string_view> lines, std::optional<Fence> open);

} // namespace rustcoder::project::flat
