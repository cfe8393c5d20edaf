// One line on standard error that is written over, for people who wait; nothing when nobody watches. Internal to cli/.
#pragma once

#include <string_view>

namespace rustcoder::cli {

/// Not thread-safe.
class StatusLine {
public:
    explicit StatusLine(bool on) : on_(on) {}
    ~StatusLine() { clear(); }
    StatusLine(const StatusLine&) = delete;
    void show(std::string_view text);
    void clear();

private:
    bool on_, drawn_ = false;
};

/// Standard error is a terminal.
bool somebody_watches();

} // namespace rustcoder::cli
