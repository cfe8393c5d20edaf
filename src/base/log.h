// Logging to stderr only (stdout belongs to results and to MCP over stdio). Thread-safe. spdlog behind it.
#pragma once

#include <string_view>

namespace rustcoder::base {

enum class LogLevel { trace, debug, info, warn, error, off };
/// `json` prints one JSON object a line. Default level: RUSTCODER_LOG or "warn".
void configure_log(LogLevel level, bool json);
void log(LogLevel level, std::string_view message);
inline void log_debug(std::string_view m) {
    log(LogLevel::debug, m);
}
inline void log_info(std::string_view m) {
    log(LogLevel::info, m);
}
inline void log_warn(std::string_view m) {
    log(LogLevel::warn, m);
}
inline void log_error(std::string_view m) {
    log(LogLevel::error, m);
}

} // namespace rustcoder::base
