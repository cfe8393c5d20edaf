// What one line of flat text is: a marker, a code fence, or just text. Internal to project. Pure, thread-safe.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::project::flat {

/// ``` or ~~~ of any length with an optional info string.
struct Fence {
    char character = '`';
    std::size_t length = 3;
    std::string_view info; // trimmed
    /// True when this line ends a block that `open` began.
    bool closes(const Fence& open) const {
        return info.empty() && character == open.character && length >= open.length;
    }
};
std::optional<Fence> parse_fence(std::string_view line);

/// `[filename: PATH]` alone on its line, perhaps indented, decorated (#, **, `) or followed by an opening fence.
struct Marker {
    std::string_view indent;
    std::string path;                 // decoration stripped; verbatim in the exact form
    std::optional<std::size_t> bytes; // exact form `[filename: PATH; bytes=N]`
    bool exact = false;               // has the exact form's suffix (bytes is empty when N is no number)
    bool bare = false;                // nothing but the marker on the line: no indent, decoration, fence, '\r'
    std::optional<Fence> fence;       // "[filename: x] ```rust"
};
std::optional<Marker> parse_marker(std::string_view line);

bool blank(std::string_view line);
/// "# Build succeeded", "# Build failed": what the known services append after the last file.
bool is_build_tail(std::string_view line);
/// A line of English rather than of Rust or TOML (`hash_is_comment`), judged cautiously.
bool is_prose(std::string_view line, bool hash_is_comment);
/// Rust source rather than prose; tolerant of broken code.
bool looks_like_rust(std::string_view text);
/// Lines with their terminators.
std::vector<std::string_view> cut_lines(std::string_view text);

} // namespace rustcoder::project::flat
