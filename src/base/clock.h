// Wall-clock time as text. Thread-safe.
#pragma once

#include <chrono>
#include <string>

namespace rustcoder::base {

/// "2026-01-31T12:00:00Z"
std::string utc_timestamp(std::chrono::system_clock::time_point t = std::chrono::system_clock::now());

} // namespace rustcoder::base
