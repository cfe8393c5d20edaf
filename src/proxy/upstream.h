// The server's side of a conversation: a child process, or a server behind HTTP. Thread-safe.
#pragma once

#include "proxy/message.h"

#include <functional>
#include <memory>

namespace rustcoder::proxy {

class Upstream {
public:
    /// Called from the upstream's own threads, never from within send(). They must not block for long.
    struct Events {
        /// `related`: canonical id of the request on whose stream it came, where the transport knows that.
        std::function<void(Message, const std::string& related)> message;
        /// Once, unless close() came first: nothing will come or can be sent any more. `unsent`: certainly not received
        /// by the server.
        std::function<void(const std::string& why, std::vector<Message> unsent)> closed;
    };
    virtual ~Upstream() = default;
    /// Takes it for sending, in order. Errors: unavailable (closed), limit (too much waits), busy.
    virtual Status send(const Message& message) = 0;
    /// Begins to end it: does not block. The destructor waits until it has ended.
    virtual void close() = 0;
    /// One line for people: "child 4711: node server.js".
    virtual std::string describe() const = 0;
};

/// Starts one. Errors say what cannot be started or reached.
using MakeUpstream = std::function<Result<std::shared_ptr<Upstream>>(Upstream::Events)>;

} // namespace rustcoder::proxy
