#include "cli/status_line.h"

#include <algorithm>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rustcoder::cli {

namespace {

std::size_t columns() {
    winsize size{};
    return ::ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
}

} // namespace

void StatusLine::show(std::string_view text) {
    if (!on_)
        return;
    // By characters, so that the line neither wraps nor ends inside one.
    std::size_t bytes = 0, shown = 0;
    const std::size_t most = columns();
    while (bytes < text.size() && text[bytes] != '\n') {
        const bool starts = (static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80;
        if (starts && shown == most)
            break;
        shown += starts;
        ++bytes;
    }
    std::cerr << "\r\x1b[2K" << text.substr(0, bytes) << std::flush;
    drawn_ = true;
}

void StatusLine::clear() {
    if (drawn_)
        std::cerr << "\r\x1b[2K" << std::flush;
    drawn_ = false;
}

bool somebody_watches() {
    return ::isatty(2) == 1;
}

} // namespace rustcoder::cli
