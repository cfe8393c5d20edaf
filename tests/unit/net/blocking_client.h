// A tiny blocking HTTP client for tests: plain sockets, no library shared with the server under test.
#pragma once

#include "net/http.h"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace rustcoder::test {

struct Reply {
    int status = 0; // 0 = no answer
    net::Headers headers;
    std::string body;
};

class Connection {
public:
    explicit Connection(int port, bool ipv6 = false) {
        if (ipv6) {
            fd_ = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockaddr_in6 a{};
            a.sin6_family = AF_INET6;
            a.sin6_port = htons(static_cast<std::uint16_t>(port));
            a.sin6_addr = in6addr_loopback;
            connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0;
        } else {
            fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockaddr_in a{};
            a.sin_family = AF_INET;
            a.sin_port = htons(static_cast<std::uint16_t>(port));
            a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0;
        }
    }
    Connection(Connection&& o) noexcept
        : fd_(std::exchange(o.fd_, -1)), connected_(o.connected_), buffer_(std::move(o.buffer_)) {}
    Connection(const Connection&) = delete;
    ~Connection() { close(); }
    void close() {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = -1;
    }
    bool connected() const { return connected_; }
    int fd() const { return fd_; }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
        return true;
    }

    /// Reads more into the buffer. False at the end, on error or when the time is over.
    bool fill(int timeout_ms = 10'000) {
        pollfd p{fd_, POLLIN, 0};
        if (::poll(&p, 1, timeout_ms) <= 0)
            return false;
        char chunk[65536];
        const auto n = ::recv(fd_, chunk, sizeof chunk, 0);
        if (n <= 0)
            return false;
        buffer_.append(chunk, static_cast<std::size_t>(n));
        return true;
    }
    /// True when the server has closed its side (anything before the end is kept).
    bool at_end(int timeout_ms = 10'000) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
        while (std::chrono::steady_clock::now() < until) {
            pollfd p{fd_, POLLIN, 0};
            if (::poll(&p, 1, 50) <= 0)
                continue;
            char chunk[4096];
            const auto n = ::recv(fd_, chunk, sizeof chunk, 0);
            if (n == 0 || (n < 0 && errno != EINTR))
                return true;
            buffer_.append(chunk, static_cast<std::size_t>(n));
        }
        return false;
    }

    /// The head of the next response; the body stays in the buffer.
    Reply read_head(int timeout_ms = 10'000) {
        Reply reply;
        std::size_t end;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
            if (!fill(timeout_ms))
                return reply;
        std::string head = buffer_.substr(0, end + 2);
        buffer_.erase(0, end + 4);
        if (head.size() > 12)
            reply.status = std::atoi(head.c_str() + 9);
        std::size_t at = head.find("\r\n") + 2;
        while (at < head.size()) {
            const auto eol = head.find("\r\n", at);
            const auto colon = head.find(": ", at);
            if (colon < eol)
                reply.headers.add(head.substr(at, colon - at), head.substr(colon + 2, eol - colon - 2));
            at = eol + 2;
        }
        return reply;
    }

    /// A whole response (not for endless streams).
    Reply read(bool head_only = false, int timeout_ms = 10'000) {
        Reply reply = read_head(timeout_ms);
        if (reply.status == 100)
            reply = read_head(timeout_ms);
        if (reply.status == 0 || head_only)
            return reply;
        if (const auto* length = reply.headers.find("Content-Length")) {
            const auto n = static_cast<std::size_t>(std::atoll(length->c_str()));
            while (buffer_.size() < n)
                if (!fill(timeout_ms))
                    return Reply{};
            reply.body = buffer_.substr(0, n);
            buffer_.erase(0, n);
        } else if (reply.headers.get("Transfer-Encoding") == "chunked") {
            for (std::string chunk; read_chunk(chunk, timeout_ms) && !chunk.empty();)
                reply.body += chunk;
        } else if (reply.status != 204 && reply.status != 304) {
            while (fill(timeout_ms)) {
            }
            reply.body.swap(buffer_);
        }
        return reply;
    }

    /// One chunk of a chunked body; empty = the last one.
    bool read_chunk(std::string& out, int timeout_ms = 10'000) {
        std::size_t eol;
        while ((eol = buffer_.find("\r\n")) == std::string::npos)
            if (!fill(timeout_ms))
                return false;
        const auto n = static_cast<std::size_t>(std::strtoull(buffer_.c_str(), nullptr, 16));
        while (buffer_.size() < eol + 4 + n)
            if (!fill(timeout_ms))
                return false;
        out = buffer_.substr(eol + 2, n);
        buffer_.erase(0, eol + 4 + n);
        return true;
    }

    /// Decoded stream text until it contains `needle`; what was read so far is returned either way.
    std::string read_stream_until(std::string_view needle, int timeout_ms = 10'000) {
        std::string text, chunk;
        while (text.find(needle) == std::string::npos && read_chunk(chunk, timeout_ms) && !chunk.empty())
            text += chunk;
        return text;
    }

private:
    int fd_ = -1;
    bool connected_ = false;
    std::string buffer_;
};

inline std::string request_text(std::string_view method, std::string_view target, std::string_view body = {},
                                const std::vector<std::pair<std::string, std::string>>& headers = {}, int port = 0) {
    std::string out = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
    bool host = false, type = false;
    for (const auto& [k, v] : headers) {
        out += k + ": " + v + "\r\n";
        host = host || net::iequals(k, "host");
        type = type || net::iequals(k, "content-type");
    }
    if (!host)
        out += "Host: localhost" + (port ? ":" + std::to_string(port) : std::string()) + "\r\n";
    if (!body.empty() && !type)
        out += "Content-Type: application/json\r\n";
    if (!body.empty() || method == "POST")
        out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return out + "\r\n" + std::string(body);
}

/// One request on a fresh connection.
inline Reply fetch(int port, std::string_view method, std::string_view target, std::string_view body = {},
                   const std::vector<std::pair<std::string, std::string>>& headers = {}) {
    Connection c(port);
    c.send(request_text(method, target, body, headers, port));
    return c.read(method == "HEAD", 60'000);
}

} // namespace rustcoder::test
