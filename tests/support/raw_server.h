// A loopback listener that does to each connection whatever the test says: for answers that no HTTP server would give.
#pragma once

#include "unit/net/blocking_client.h"

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace rustcoder::test {

class RawServer {
public:
    /// `serve` is called with a connected socket, one thread a connection; the socket is closed after it.
    using Serve = std::function<void(int fd, const std::atomic<bool>& stopping)>;
    explicit RawServer(Serve serve) : serve_(std::move(serve)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in a{};
        a.sin_family = AF_INET;
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof a;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&a), size) == 0 && ::listen(listener_, 64) == 0 &&
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size) == 0)
            port_ = ntohs(a.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;
    ~RawServer() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR); // wakes accept
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int fd : open_)
                ::shutdown(fd, SHUT_RDWR);
        }
        for (auto& thread : threads_)
            thread.join();
        ::close(listener_);
    }
    int port() const { return port_; }
    int accepted() const { return accepted_; }
    std::string url(std::string_view path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }

    static void send_all(int fd, std::string_view bytes) {
        while (!bytes.empty()) {
            const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0)
                return;
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    /// Reads up to and including the blank line after the head.
    static std::string read_head(int fd) {
        std::string head;
        char c = 0;
        while (!head.ends_with("\r\n\r\n") && ::recv(fd, &c, 1, 0) == 1)
            head += c;
        return head;
    }
    /// Head, then the answer word for word, then the end of the connection.
    static Serve answering(std::string answer) {
        return [answer = std::move(answer)](int fd, const std::atomic<bool>&) {
            read_head(fd);
            send_all(fd, answer);
        };
    }

private:
    void accept_all() {
        while (!stopping_) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0)
                continue;
            ++accepted_;
            const std::lock_guard lock(mutex_);
            open_.push_back(fd);
            threads_.emplace_back([this, fd] {
                serve_(fd, stopping_);
                const std::lock_guard inner(mutex_);
                open_.remove(fd);
                ::close(fd);
            });
        }
    }

    Serve serve_;
    int listener_ = -1, port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<int> accepted_{0};
    std::mutex mutex_;
    std::list<int> open_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

} // namespace rustcoder::test
