// requestState of the modern era: what a client carries from one round to the next, signed so that it cannot change it
// (HMAC-SHA256). Signed, not hidden: nothing secret belongs into it. Immutable. Private.
#pragma once

#include "mcp/protocol.h"

#include <chrono>
#include <optional>

namespace rustcoder::mcp {

class StateSeal {
public:
    explicit StateSeal(std::string key);
    struct Round {
        std::string principal, request; // request: what it may be presented with, see request_digest
        json::object answers;
        json::value state;
    };
    std::string close(const Round& round, std::chrono::system_clock::time_point expires) const;
    /// The text of a refusal when it is not ours, of another principal or request, or too old.
    std::expected<Round, std::string> open(std::string_view sealed, std::string_view principal,
                                           std::string_view request) const;

    /// 64 hex digits.
    std::string sign(std::string_view text) const;

private:
    std::string inner_, outer_;
};

/// Equal for equal method, name and arguments, whatever the order of members.
std::string request_digest(std::string_view method, std::string_view name, const json::object& arguments);

} // namespace rustcoder::mcp
