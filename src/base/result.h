// Errors as values. Every function that can fail for a reason outside the programmer's control returns Result<T>.
// Exceptions never cross a module boundary. Thread-safe: plain values.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace rustcoder::base {

enum class Errc {
    invalid_input, // the caller sent something malformed; `place` says where
    limit,         // a size, count or depth bound was passed; `message` names the bound
    not_found,
    denied,      // outside the project, outside the sandbox, not authorised
    io,          // the operating system refused; message holds strerror
    timeout,     // wall-clock bound passed
    cancelled,   // the caller's stop token fired
    unavailable, // a tool or service that is needed is not there; `next_step` says how to get it
    busy,        // queue full, try again later
    internal,    // our fault
};

/// Short stable name of a code ("invalid_input", ...), used in JSON and logs.
const char* name(Errc code);

struct Error {
    Errc code = Errc::internal;
    std::string message;   // the cause, one sentence, no trailing newline
    std::string place;     // file:line, field, path ... or empty
    std::string next_step; // what the reader can do about it, or empty

    /// "message (place). next step"
    std::string text() const;
};

template <class T> using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

inline std::unexpected<Error> fail(Errc code, std::string message, std::string place = {}, std::string next = {}) {
    return std::unexpected(Error{code, std::move(message), std::move(place), std::move(next)});
}

} // namespace rustcoder::base

namespace rustcoder {
using base::Errc;
using base::Error;
using base::fail;
using base::Result;
using base::Status;
} // namespace rustcoder

#define RC_CONCAT_(a, b) a##b
#define RC_CONCAT(a, b) RC_CONCAT_(a, b)
/// Evaluates an expected; on error returns it from the enclosing function.
#define RC_TRY(expr)                                                                                                   \
    do {                                                                                                               \
        if (auto rc_status_ = (expr); !rc_status_)                                                                     \
            return std::unexpected(std::move(rc_status_).error());                                                     \
    } while (false)
/// RC_TRY_ASSIGN(auto x, f()); declares or assigns the value, or returns the error.
#define RC_TRY_ASSIGN(lhs, expr)                                                                                       \
    auto RC_CONCAT(rc_result_, __LINE__) = (expr);                                                                     \
    if (!RC_CONCAT(rc_result_, __LINE__))                                                                              \
        return std::unexpected(std::move(RC_CONCAT(rc_result_, __LINE__)).error());                                    \
    lhs = *std::move(RC_CONCAT(rc_result_, __LINE__))
