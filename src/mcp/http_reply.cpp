#include "mcp/http_reply.h"

namespace rustcoder::mcp {

net::HttpResponse json_response(int status, const json::value& body) {
    net::HttpResponse out;
    out.status = status;
    out.content_type = "application/json";
    out.body = base::dump(body);
    return out;
}

net::HttpResponse empty_response(int status) {
    net::HttpResponse out;
    out.status = status;
    return out;
}

net::HttpResponse stream_head() {
    net::HttpResponse out;
    out.content_type = "text/event-stream";
    out.headers.set("Cache-Control", "no-cache, no-transform");
    out.headers.set("X-Accel-Buffering", "no");
    return out;
}

namespace {
net::HttpResponse cancelled() {
    return json_response(200, rpc::error(nullptr, -32800, "The request was cancelled"));
}
} // namespace

// --- stateless

void StatelessReply::open() {
    if (!stream_)
        stream_ = responder_->stream(stream_head(), keep_alive_);
}

void StatelessReply::send(const json::object& message) {
    if (!taste_.streams)
        return;
    std::lock_guard lock(mutex_);
    open();
    if (stream_->write(net::sse_event(base::dump(message), "message")) == net::ResponseStream::Write::ok)
        return;
    stream_->close(); // too slow: as if it had left. Not from here, we may be called under locks.
    if (const auto conversation = conversation_.lock())
        conversation->server().timers().after(std::chrono::milliseconds(0), [weak = conversation_] {
            if (const auto c = weak.lock())
                c->cancel_all();
        });
}

void StatelessReply::keep_alive() {
    std::lock_guard lock(mutex_);
    if (taste_.streams)
        open(); // from now on comments keep it open
}

void StatelessReply::finish(json::object response, int status) {
    std::lock_guard lock(mutex_);
    if (taste_.prefers && status == 200)
        open();
    if (!stream_)
        return responder_->respond(json_response(status, response));
    stream_->write(net::sse_event(base::dump(response), "message"));
    stream_->close();
}

void StatelessReply::drop() {
    std::lock_guard lock(mutex_);
    if (stream_)
        stream_->close();
    else
        responder_->respond(cancelled());
}

void StatelessReply::cancel_on_disconnect() {
    on_gone_.emplace(responder_->disconnected(), [weak = conversation_] {
        if (const auto c = weak.lock())
            c->cancel_all();
    });
}

// --- session

std::shared_ptr<EventStream> SessionReply::opened() {
    std::lock_guard lock(mutex_);
    if (!stream_ && taste_.streams) {
        stream_ = session_->open_stream();
        stream_->attach(responder_->stream(stream_head(), keep_alive_), std::nullopt, session_->primes());
    }
    return stream_;
}

void SessionReply::open() {
    opened();
}

void SessionReply::send(const json::object& message) {
    if (const auto stream = opened())
        stream->send(message);
}

void SessionReply::keep_alive() {
    opened();
}

void SessionReply::finish(json::object response, int) {
    session_->touch();
    if (taste_.prefers)
        opened();
    std::lock_guard lock(mutex_);
    if (stream_)
        stream_->finish(response);
    else
        responder_->respond(json_response(200, response));
}

void SessionReply::drop() {
    std::lock_guard lock(mutex_);
    if (stream_)
        stream_->end();
    else
        responder_->respond(cancelled());
}

void SessionReply::disconnect() {
    std::lock_guard lock(mutex_);
    if (stream_)
        stream_->detach();
}

} // namespace rustcoder::mcp
