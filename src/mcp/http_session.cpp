#include "mcp/http_session.h"

namespace rustcoder::mcp {

namespace {
constexpr std::size_t kept_bytes_limit = 16u << 20; // a stream; the oldest messages go first, never the last one
constexpr std::size_t kept_messages = 512;
constexpr std::size_t kept_streams = 32; // finished ones of a session
constexpr std::uint64_t standing_number = 0;
} // namespace

void EventStream::drop_connection() {
    if (connection_)
        connection_->close();
    connection_.reset();
}

bool EventStream::write(const std::string& text) {
    if (!connection_)
        return false;
    if (connection_->write(text) == net::ResponseStream::Write::ok)
        return true;
    drop_connection(); // gone or too slow: it may come back with Last-Event-ID
    return false;
}

void EventStream::add(const json::object& message, bool last) {
    std::lock_guard lock(mutex_);
    if (over_)
        return;
    const auto number = next_++;
    auto text = net::sse_event(base::dump(message), "message", id(number));
    if (write(text))
        delivered_ = number;
    kept_bytes_ += text.size();
    kept_.emplace_back(number, std::move(text));
    while (kept_.size() > 1 && (kept_.size() > kept_messages || kept_bytes_ > kept_bytes_limit)) {
        kept_bytes_ -= kept_.front().second.size();
        kept_.pop_front();
    }
    if (!last)
        return;
    over_ = true;
    drop_connection();
}

void EventStream::end() {
    std::lock_guard lock(mutex_);
    over_ = true;
    drop_connection();
}

void EventStream::attach(std::shared_ptr<net::ResponseStream> connection, std::optional<std::uint64_t> after,
                         bool prime) {
    std::lock_guard lock(mutex_);
    drop_connection();
    connection_ = std::move(connection);
    if (prime && !after)
        write(net::sse_event("", {}, id(delivered_), retry_));
    const auto from = after.value_or(delivered_);
    for (const auto& [number, text] : kept_)
        if (number > from && write(text))
            delivered_ = std::max(delivered_, number);
    if (over_)
        drop_connection();
}

void EventStream::detach() {
    std::lock_guard lock(mutex_);
    drop_connection();
}

bool EventStream::attached() const {
    std::lock_guard lock(mutex_);
    return connection_ && connection_->open();
}

bool EventStream::over() const {
    std::lock_guard lock(mutex_);
    return over_;
}

HttpSession::HttpSession(std::shared_ptr<Conversation> conversation, int retry_ms)
    : conversation_(std::move(conversation)), retry_(retry_ms),
      standing_(std::make_shared<EventStream>(standing_number, retry_ms)) {
    conversation_->set_outlet(standing_);
}

std::shared_ptr<EventStream> HttpSession::open_stream() {
    std::lock_guard lock(mutex_);
    std::size_t finished = 0;
    for (const auto& [number, stream] : streams_)
        finished += stream->over();
    for (auto it = streams_.begin(); it != streams_.end() && finished >= kept_streams;)
        if (it->second->over()) {
            it = streams_.erase(it);
            --finished;
        } else {
            ++it;
        }
    auto stream = std::make_shared<EventStream>(next_++, retry_);
    streams_.emplace(stream->number(), stream);
    return stream;
}

std::shared_ptr<EventStream> HttpSession::find_stream(std::uint64_t number) {
    if (number == standing_number)
        return standing_;
    std::lock_guard lock(mutex_);
    const auto it = streams_.find(number);
    return it == streams_.end() ? nullptr : it->second;
}

void HttpSession::touch() {
    std::lock_guard lock(mutex_);
    used_ = std::chrono::steady_clock::now();
}

bool HttpSession::idle_for(std::chrono::seconds time) const {
    if (conversation_->active() > 0 || standing_->attached())
        return false;
    std::lock_guard lock(mutex_);
    return std::chrono::steady_clock::now() - used_ >= time;
}

void HttpSession::close() {
    conversation_->cancel_all();
    std::lock_guard lock(mutex_);
    for (const auto& [number, stream] : streams_)
        stream->end();
    standing_->end();
}

// --- HTTP+SSE

class SseSession::Writer final : public Sink {
public:
    explicit Writer(std::shared_ptr<net::ResponseStream> stream) : stream_(std::move(stream)) {}
    void send(const json::object& message) override { text(net::sse_event(base::dump(message), "message")); }
    void text(std::string event) {
        if (stream_->write(std::move(event)) != net::ResponseStream::Write::ok)
            stream_->close(); // nothing is kept here: what is missing cannot be sent again
    }
    void close() { stream_->close(); }

private:
    const std::shared_ptr<net::ResponseStream> stream_;
};

namespace {

class SseReply final : public Reply {
public:
    explicit SseReply(std::shared_ptr<Sink> out) : out_(std::move(out)) {}
    void send(const json::object& message) override { out_->send(message); }
    void finish(json::object response, int) override { out_->send(response); }
    void drop() override {}
    bool shared() const override { return true; }

private:
    const std::shared_ptr<Sink> out_;
};

} // namespace

SseSession::SseSession(std::shared_ptr<Conversation> conversation, std::shared_ptr<net::ResponseStream> stream)
    : conversation_(std::move(conversation)), writer_(std::make_shared<Writer>(std::move(stream))) {
    conversation_->set_outlet(writer_);
}

void SseSession::start(const std::string& message_path) {
    writer_->text(net::sse_event(message_path + "?sessionId=" + id_, "endpoint"));
}

std::shared_ptr<Reply> SseSession::reply() {
    return std::make_shared<SseReply>(writer_);
}

void SseSession::close() {
    conversation_->cancel_all();
    writer_->close();
}

} // namespace rustcoder::mcp
