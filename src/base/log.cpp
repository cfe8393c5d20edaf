#include "base/log.h"

#include "base/json.h"
#include "base/text.h"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <string>

namespace rustcoder::base {

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
    case LogLevel::trace:
        return spdlog::level::trace;
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warn:
        return spdlog::level::warn;
    case LogLevel::error:
        return spdlog::level::err;
    case LogLevel::off:
        return spdlog::level::off;
    }
    return spdlog::level::warn;
}

spdlog::level::level_enum level_from_environment() {
    const char* value = std::getenv("RUSTCODER_LOG");
    const std::string_view name = value ? value : "";
    for (const auto& [text, level] : {std::pair{"trace", spdlog::level::trace},
                                      {"debug", spdlog::level::debug},
                                      {"info", spdlog::level::info},
                                      {"error", spdlog::level::err},
                                      {"off", spdlog::level::off}})
        if (name == text)
            return level;
    return spdlog::level::warn;
}

struct Logger {
    // Level and the json flag may change while other threads log; the sink has its own mutex.
    spdlog::logger plain{"rustcoder", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
    spdlog::logger json{"rustcoder", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
    std::atomic<bool> as_json{false};

    Logger() {
        plain.set_formatter(std::make_unique<spdlog::pattern_formatter>("%H:%M:%S.%e %^%l%$ %v"));
        json.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","thread":%t,"message":%v})",
            spdlog::pattern_time_type::utc));
        set(level_from_environment());
    }
    void set(spdlog::level::level_enum level) {
        plain.set_level(level);
        json.set_level(level);
    }
};

Logger& logger() {
    static auto* l = new Logger; // never destroyed: threads may log while statics die
    return *l;
}

/// What a request sent must not forge a log line or drive the terminal.
std::string tame(std::string_view message) {
    std::string out;
    out.reserve(message.size());
    for (const char c : message) {
        if (c == '\n')
            out += "\n    ";
        else
            out += (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f ? '?' : c;
    }
    return out;
}

} // namespace

void configure_log(LogLevel level, bool json) {
    logger().set(to_spdlog(level));
    logger().as_json.store(json, std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view message) {
    auto& l = logger();
    const auto severity = to_spdlog(level);
    if (level == LogLevel::off || !l.plain.should_log(severity))
        return;
    if (l.as_json.load(std::memory_order_relaxed))
        l.json.log(severity, spdlog::string_view_t(dump(json::string(message))));
    else
        l.plain.log(severity, spdlog::string_view_t(tame(message)));
}

} // namespace rustcoder::base
