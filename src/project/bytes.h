// Byte-level helpers shared inside project. Pure, thread-safe.
#pragma once

#include "base/text.h"

#include <cstddef>
#include <string_view>

namespace rustcoder::project {

/// True when `offset` lies strictly inside a well-formed UTF-8 character. A stray continuation byte is no character.
inline bool inside_character(std::string_view s, std::size_t offset) {
    if (offset >= s.size() || (static_cast<unsigned char>(s[offset]) & 0xC0u) != 0x80u)
        return false;
    for (std::size_t back = 1; back <= 3 && back <= offset; ++back)
        for (std::size_t length = back + 1; length <= 4 && offset - back + length <= s.size(); ++length)
            if ((static_cast<unsigned char>(s[offset - back]) & 0xC0u) == 0xC0u &&
                base::valid_utf8(s.substr(offset - back, length)))
                return true;
    return false;
}

} // namespace rustcoder::project
