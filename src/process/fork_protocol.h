// What the fork server's client (fork_server.cpp) and the library inside the server (preload/fork_preload.cc) agree on.
// One request is one packet: the header, limits, filter, then the strings cwd, arguments, environment, each with its
// NUL. Descriptors travel beside it: standard input, output and error, then the landlock ruleset. The answer is the pid
// of the child, or a negative errno.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rustcoder::process::fork_protocol {

constexpr int socket_fd = 3, library_fd = 4; // in the server
constexpr int stream_count = 3;
constexpr std::size_t max_packet = 160 << 10; // below the default bound of a socket's buffer
constexpr std::size_t max_strings = 4096;
constexpr char ready = 'R';
constexpr int setup_failed = 126; // exit status of a child that could not be confined; nothing ran
constexpr int idle_ms = 120'000;  // then the server ends by itself; it is started again when there is work

struct Limit {
    std::int64_t resource;
    std::uint64_t soft, hard;
};

struct Header {
    std::uint32_t argument_count, environment_count, limit_count, filter_length;
    std::int32_t parent; // who asks; the child ends when it is gone
    std::uint32_t spare;
};

} // namespace rustcoder::process::fork_protocol
