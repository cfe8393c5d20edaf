// One request and its answer, shared between the I/O thread and whoever answers. Private to net/.
#pragma once

#include "net/http_server.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace rustcoder::net {

/// Thread-safe. The session takes from it on the I/O thread; handles of the two public interfaces put into it.
class Exchange {
public:
    Exchange(std::function<void()> wake, std::size_t buffer_bytes)
        : wake_(std::move(wake)), buffer_bytes_(buffer_bytes) {}

    // Called by the answering side.
    void respond(HttpResponse response);
    bool start_stream(HttpResponse head, std::chrono::milliseconds keep_alive);
    ResponseStream::Write write(std::string chunk);
    bool wait_writable(std::chrono::milliseconds timeout);
    void close_stream();
    bool stream_open() const;
    bool answered() const;
    std::stop_token token() const { return gone_.get_token(); }

    // Called by the session, on the I/O thread.
    struct Head {
        bool ready = false, streaming = false;
        HttpResponse response;
    };
    Head take_head();
    struct Body {
        std::string bytes;
        bool last = false;
    };
    Body take_body();
    /// Queues an SSE comment if nothing was written for the keep-alive interval.
    void keep_alive(std::chrono::steady_clock::time_point now);
    /// No more bytes can be delivered. Fires the stop token when the answer was not complete.
    void lost();
    /// The answer went out completely.
    void finished();
    bool is_lost() const;

private:
    void wake_up();

    mutable std::mutex mutex_;
    std::condition_variable writable_;
    std::function<void()> wake_;
    const std::size_t buffer_bytes_;
    bool answered_ = false, taken_ = false, streaming_ = false, closing_ = false, lost_ = false, finished_ = false;
    HttpResponse response_;
    std::string pending_;
    std::chrono::milliseconds keep_alive_{0};
    std::chrono::steady_clock::time_point last_write_{};
    std::stop_source gone_;
};

/// The public face handed to a Handler.
std::shared_ptr<Responder> make_responder(std::shared_ptr<Exchange> exchange,
                                          std::function<HttpResponse()> when_dropped);

} // namespace rustcoder::net
