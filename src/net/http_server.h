// An HTTP/1.1 server on one I/O thread. Knows bytes, limits and connections; no routes, no JSON.
//
// Thread contract: start() spawns the I/O thread; the Handler is called on it and must not block. Responder and
// ResponseStream may be used from any thread, also after the server is gone (then they do nothing).
#pragma once

#include "base/result.h"
#include "net/http.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace rustcoder::net {

/// The body of a response that is sent piece by piece (chunked), for Server-Sent Events.
class ResponseStream {
public:
    enum class Write {
        ok,
        full,  // more than stream_buffer_bytes wait for a slow reader: nothing was queued; wait or give up
        closed // the client went away or close() was called
    };
    virtual ~ResponseStream() = default;
    virtual Write write(std::string chunk) = 0;
    /// Waits (not on the I/O thread) until a write would be taken, the stream is closed or the time is over.
    virtual bool wait_writable(std::chrono::milliseconds timeout) = 0;
    /// Sends what is queued, then ends the response. Idempotent.
    virtual void close() = 0;
    virtual bool open() const = 0;
};

/// Completes one request, once; later calls are ignored. If it is destroyed unused, the client gets a 500.
class Responder {
public:
    virtual ~Responder() = default;
    virtual void respond(HttpResponse response) = 0;
    /// Sends the head now. `response.body` is the first chunk when not empty. `keep_alive`: a comment line is sent when
    /// nothing else was for that long (0 = never).
    virtual std::shared_ptr<ResponseStream> stream(HttpResponse head, std::chrono::milliseconds keep_alive) = 0;
    /// Fires when the client closes its end (a half-close counts) or the server drops the connection, before the answer
    /// was sent completely. Callbacks run on the I/O thread.
    virtual std::stop_token disconnected() const = 0;
};

using Handler = std::function<void(HttpRequest, std::shared_ptr<Responder>)>;

struct HttpServerOptions {
    std::string address = "127.0.0.1";    // IPv4 or IPv6 literal, or "localhost" (127.0.0.1, and ::1 where it exists)
    int port = 8000;                      // 0 = any free port, see HttpServer::port()
    std::size_t header_bytes = 32u << 10; // 431 above
    std::size_t body_bytes = 16u << 20;   // 413 above, before the body is read when Content-Length tells
    std::size_t all_body_bytes = 256u << 20; // of all requests being read or answered together; 503 above
    std::size_t stream_buffer_bytes = 1u << 20;
    std::size_t max_connections = 8192;               // 503 above
    std::chrono::milliseconds header_timeout{10'000}; // from the first byte of a request to the end of its head
    std::chrono::milliseconds body_timeout{60'000};
    std::chrono::milliseconds idle_timeout{75'000};  // keep-alive connection without a request
    std::chrono::milliseconds write_timeout{60'000}; // one write that makes no progress
    /// Makes the answer for what the server itself refuses (400, 408, 413, 431, 500, 503). Default: plain text.
    std::function<HttpResponse(int status, std::string_view detail)> refuse;
};

class HttpServer {
public:
    /// Errors: invalid_input (address), busy (port taken), denied (port below 1024), io.
    static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, Handler handler);
    virtual ~HttpServer() = default; // stop()
    virtual int port() const = 0;
    virtual std::size_t connections() const = 0;
    /// Stops listening and closes idle connections; running requests go on, each with "Connection: close". Idempotent.
    virtual void stop_accepting() = 0;
    /// stop_accepting(), waits until every running request is answered or the time is over, then closes everything and
    /// joins the thread. True if all were answered. Idempotent; not from the I/O thread.
    virtual bool stop(std::chrono::milliseconds grace) = 0;
};

} // namespace rustcoder::net
