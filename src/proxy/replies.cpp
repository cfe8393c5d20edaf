#include "proxy/replies.h"

#include "mcp/protocol.h"

#include <fmt/format.h>

namespace rustcoder::proxy {

namespace {

constexpr std::size_t most_kept = 256, most_kept_bytes = 1u << 20;
constexpr auto retry = std::chrono::milliseconds(500); // that clients are told to wait before they come back
constexpr auto cancel_grace = std::chrono::seconds(2); // a server may answer what it was asked to cancel

} // namespace

int modern_status(const Message& answer) {
    namespace rpc = mcp::rpc;
    switch (answer.is_error ? answer.error_code : 0) {
    case rpc::method_not_found:
        return 404;
    case rpc::header_mismatch:
    case rpc::missing_capability:
    case rpc::unsupported_revision:
    case rpc::parse_error:
    case rpc::invalid_request:
        return 400;
    default:
        return 200;
    }
}

net::HttpResponse json_response(int status, std::string body, const net::Headers& headers) {
    net::HttpResponse r;
    r.status = status;
    r.content_type = "application/json";
    r.body = std::move(body);
    r.headers = headers;
    return r;
}

// --- EventStream

void EventStream::write(const Event& event) {
    if (!connection_)
        return;
    using Write = net::ResponseStream::Write;
    if (connection_->write(net::sse_event(event.text, "message", fmt::format("{}-{}", name_, event.number))) ==
        Write::ok) {
        written_ = event.number;
        return;
    }
    connection_->close(); // gone, or too slow: it may come back with the last id that it saw
    connection_.reset();
}

void EventStream::send(const Message& message, bool last) {
    std::lock_guard lock(mutex_);
    kept_.push_back({++number_, message.text});
    bytes_ += message.text.size();
    ended_ = ended_ || last;
    write(kept_.back());
    while (kept_.size() > 1 && (kept_.size() > most_kept || bytes_ > most_kept_bytes)) {
        bytes_ -= kept_.front().text.size();
        kept_.pop_front();
    }
    if (ended_ && connection_)
        connection_->close();
}

void EventStream::attach(std::shared_ptr<net::ResponseStream> connection, std::optional<std::uint64_t> after) {
    std::lock_guard lock(mutex_);
    if (connection_)
        connection_->close();
    connection_ = std::move(connection);
    const auto from = after.value_or(written_);
    for (const auto& event : kept_)
        if (event.number > from)
            write(event);
    if (ended_ && connection_)
        connection_->close();
}

void EventStream::prime() {
    std::lock_guard lock(mutex_);
    if (connection_) // sse_event() leaves an empty id out, and this one's data is empty
        connection_->write(fmt::format("id: {}-{}\nretry: {}\ndata:\n\n", name_, number_, retry.count()));
}

bool EventStream::connected() const {
    std::lock_guard lock(mutex_);
    return connection_ && connection_->open();
}

bool EventStream::ended() const {
    std::lock_guard lock(mutex_);
    return ended_;
}

void EventStream::close() {
    std::lock_guard lock(mutex_);
    ended_ = true;
    if (connection_)
        connection_->close();
}

// --- Reply

Reply::Reply(std::shared_ptr<net::Responder> responder, ReplyOptions options, std::shared_ptr<EventStream> log)
    : responder_(std::move(responder)), options_(std::move(options)), log_(std::move(log)) {
    if (options_.primed && options_.stream && log_) {
        begin_stream();
        log_->prime();
    }
}

void Reply::begin_stream() {
    begun_ = true;
    net::HttpResponse head;
    head.content_type = "text/event-stream";
    head.headers = options_.headers;
    head.headers.set("Cache-Control", "no-cache, no-transform");
    head.headers.set("X-Accel-Buffering", "no");
    stream_ = responder_->stream(std::move(head), options_.keep_alive);
    if (log_)
        log_->attach(stream_, std::nullopt);
}

void Reply::send(const Message& message, bool last) {
    std::lock_guard lock(mutex_);
    if (done_)
        return;
    done_ = last;
    if (last && !begun_ && options_.json) {
        responder_->respond(
            json_response(options_.modern ? modern_status(message) : 200, message.text, options_.headers));
        return;
    }
    if (!begun_) {
        if (!options_.stream) // nowhere to put what comes before the result
            return;
        begin_stream();
    }
    if (log_)
        return log_->send(message, last);
    if (stream_->write(net::sse_event(message.text, "message")) != net::ResponseStream::Write::ok)
        stream_->close(); // too slow: a closed stream cancels the request
    if (last)
        stream_->close();
}

void Reply::tick(std::chrono::steady_clock::time_point now) {
    std::lock_guard lock(mutex_);
    if (!done_ && !begun_ && options_.stream && now - started_ >= options_.patience)
        begin_stream();
}

void Reply::cancelled() {
    std::lock_guard lock(mutex_);
    cancelled_at_ = std::chrono::steady_clock::now();
}

bool Reply::cancelled_long_ago(std::chrono::steady_clock::time_point now) const {
    std::lock_guard lock(mutex_);
    return cancelled_at_.time_since_epoch().count() > 0 && now - cancelled_at_ > cancel_grace;
}

bool Reply::done() const {
    std::lock_guard lock(mutex_);
    return done_;
}

void Reply::drop() {
    std::lock_guard lock(mutex_);
    if (std::exchange(done_, true))
        return;
    if (!begun_ && options_.stream)
        begin_stream();
    if (!begun_)
        responder_->respond(json_response(202, {}, options_.headers));
    else if (log_)
        log_->close();
    else
        stream_->close();
}

} // namespace rustcoder::proxy
