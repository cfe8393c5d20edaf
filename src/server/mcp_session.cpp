#include "server/mcp_session.h"

namespace rustcoder::server {

namespace {
constexpr std::size_t kept_bytes_limit = 16u << 20; // a stream; the oldest messages go first, never the last one
constexpr std::size_t kept_messages = 512;
constexpr std::size_t kept_streams = 32; // finished ones of a session
constexpr int retry_ms = 1000;
} // namespace

void McpStream::write(const std::string& text) {
    if (connection_ && connection_->write(text) != net::ResponseStream::Write::ok) {
        connection_->close(); // gone or too slow: it may come back with Last-Event-ID
        connection_.reset();
    }
}

void McpStream::send(const base::json::object& message, bool last) {
    std::lock_guard lock(mutex_);
    const auto number = next_++;
    auto text = net::sse_event(base::dump(message), "message", id(number));
    write(text);
    kept_bytes_ += text.size();
    kept_.emplace_back(number, std::move(text));
    while (kept_.size() > 1 && (kept_.size() > kept_messages || kept_bytes_ > kept_bytes_limit)) {
        kept_bytes_ -= kept_.front().second.size();
        kept_.pop_front();
    }
    if (!last)
        return;
    over_ = true;
    if (connection_)
        connection_->close();
    connection_.reset();
}

void McpStream::end() {
    std::lock_guard lock(mutex_);
    over_ = true;
    if (connection_)
        connection_->close();
    connection_.reset();
}

void McpStream::attach(std::shared_ptr<net::ResponseStream> stream, std::uint64_t after) {
    std::lock_guard lock(mutex_);
    if (connection_)
        connection_->close();
    connection_ = std::move(stream);
    if (prime_ && after == 0)
        write(net::sse_event("", {}, id(0), retry_ms));
    for (const auto& [number, text] : kept_)
        if (number > after)
            write(text);
    if (over_ && connection_) {
        connection_->close();
        connection_.reset();
    }
}

void McpStream::detach() {
    std::lock_guard lock(mutex_);
    if (connection_)
        connection_->close();
    connection_.reset();
}

bool McpStream::attached() const {
    std::lock_guard lock(mutex_);
    return connection_ && connection_->open();
}

bool McpStream::over() const {
    std::lock_guard lock(mutex_);
    return over_;
}

std::shared_ptr<McpStream> McpSession::open_stream() {
    const bool prime = primes();
    std::lock_guard lock(mutex_);
    std::size_t finished = 0;
    for (auto it = streams_.rbegin(); it != streams_.rend(); ++it)
        finished += it->second->over();
    for (auto it = streams_.begin(); it != streams_.end() && finished > kept_streams;)
        if (it->second->over()) {
            it = streams_.erase(it);
            --finished;
        } else {
            ++it;
        }
    auto stream = std::make_shared<McpStream>(next_++, prime);
    streams_.emplace(stream->number(), stream);
    return stream;
}

std::shared_ptr<McpStream> McpSession::find_stream(std::uint64_t number) {
    std::lock_guard lock(mutex_);
    if (standing_ && standing_->number() == number)
        return standing_;
    const auto it = streams_.find(number);
    return it == streams_.end() ? nullptr : it->second;
}

std::shared_ptr<McpStream> McpSession::standing() {
    const bool prime = primes();
    std::lock_guard lock(mutex_);
    if (!standing_ || standing_->over())
        standing_ = std::make_shared<McpStream>(next_++, prime);
    return standing_;
}

void McpSession::touch() {
    std::lock_guard lock(mutex_);
    used_ = std::chrono::steady_clock::now();
}

bool McpSession::idle_for(std::chrono::seconds ttl) const {
    if (conversation->active() > 0)
        return false;
    std::lock_guard lock(mutex_);
    if (standing_ && standing_->attached())
        return false;
    return std::chrono::steady_clock::now() - used_ >= ttl;
}

void McpSession::close_standing() {
    std::lock_guard lock(mutex_);
    if (standing_)
        standing_->end();
}

void McpSession::close() {
    conversation->cancel_all();
    std::lock_guard lock(mutex_);
    for (const auto& [number, stream] : streams_)
        stream->end();
    if (standing_)
        standing_->end();
}

} // namespace rustcoder::server
