// LZ4 block format: sequences of literals and of copies from what was written before (lz4_Block_format.md).
#include "knowledge/format_qdrant.h"

namespace rustcoder::knowledge {

namespace {

std::unexpected<Error> damaged(const char* what) {
    return fail(Errc::invalid_input, what, "LZ4 block");
}

/// A length of which the token holds the first 15; false at the end of the input.
bool long_length(std::string_view packed, std::size_t& at, std::size_t& length) {
    if (length < 15)
        return true;
    for (;;) {
        if (at >= packed.size())
            return false;
        const auto more = static_cast<unsigned char>(packed[at++]);
        length += more;
        if (more != 255)
            return true;
    }
}

} // namespace

Result<std::string> lz4_block(std::string_view packed, std::size_t size) {
    std::string out;
    // A byte gives at most 255: what claims more is damaged, and nothing is reserved for it.
    if (size > packed.size() * 255 + 64)
        return damaged("the stated size cannot be");
    out.reserve(size);
    std::size_t at = 0;
    while (at < packed.size()) {
        const auto token = static_cast<unsigned char>(packed[at++]);
        std::size_t literals = token >> 4U;
        if (!long_length(packed, at, literals) || literals > packed.size() - at || literals > size - out.size())
            return damaged("literals run over the end");
        out.append(packed, at, literals);
        at += literals;
        if (at >= packed.size())
            break; // the last sequence has no copy
        if (packed.size() - at < 2)
            return damaged("an offset is cut off");
        const std::size_t offset = static_cast<unsigned char>(packed[at]) |
                                   static_cast<std::size_t>(static_cast<unsigned char>(packed[at + 1])) << 8U;
        at += 2;
        std::size_t length = token & 15U;
        if (!long_length(packed, at, length))
            return damaged("a length is cut off");
        length += 4;
        if (offset == 0 || offset > out.size() || length > size - out.size())
            return damaged("a copy from outside");
        for (std::size_t i = 0; i < length; ++i) // may overlap what it writes
            out += out[out.size() - offset];
    }
    if (out.size() != size)
        return damaged("fewer bytes than stated");
    return out;
}

} // namespace rustcoder::knowledge
