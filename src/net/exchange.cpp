#include "net/exchange.h"

namespace rustcoder::net {

void Exchange::wake_up() {
    if (wake_)
        wake_();
}

void Exchange::respond(HttpResponse response) {
    {
        std::lock_guard lock(mutex_);
        if (answered_)
            return;
        answered_ = true;
        response_ = std::move(response);
    }
    wake_up();
}

bool Exchange::start_stream(HttpResponse head, std::chrono::milliseconds keep_alive) {
    {
        std::lock_guard lock(mutex_);
        if (answered_)
            return false;
        answered_ = streaming_ = true;
        pending_ = std::move(head.body);
        head.body.clear();
        response_ = std::move(head);
        keep_alive_ = keep_alive;
        last_write_ = std::chrono::steady_clock::now();
    }
    wake_up();
    return true;
}

ResponseStream::Write Exchange::write(std::string chunk) {
    {
        std::lock_guard lock(mutex_);
        if (lost_ || closing_)
            return ResponseStream::Write::closed;
        // One chunk larger than the bound is still taken when nothing waits, so that progress is always possible.
        if (!pending_.empty() && pending_.size() + chunk.size() > buffer_bytes_)
            return ResponseStream::Write::full;
        pending_.append(chunk);
    }
    wake_up();
    return ResponseStream::Write::ok;
}

bool Exchange::wait_writable(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return writable_.wait_for(lock, timeout,
                              [&] { return lost_ || closing_ || pending_.size() < buffer_bytes_ / 2 + 1; });
}

void Exchange::close_stream() {
    {
        std::lock_guard lock(mutex_);
        if (closing_)
            return;
        closing_ = true;
    }
    writable_.notify_all();
    wake_up();
}

bool Exchange::stream_open() const {
    std::lock_guard lock(mutex_);
    return !lost_ && !closing_;
}

bool Exchange::answered() const {
    std::lock_guard lock(mutex_);
    return answered_;
}

bool Exchange::is_lost() const {
    std::lock_guard lock(mutex_);
    return lost_;
}

Exchange::Head Exchange::take_head() {
    std::lock_guard lock(mutex_);
    if (!answered_ || taken_)
        return {};
    taken_ = true;
    return {true, streaming_, std::move(response_)};
}

Exchange::Body Exchange::take_body() {
    Body out;
    {
        std::lock_guard lock(mutex_);
        out.bytes.swap(pending_);
        out.last = closing_;
        if (!out.bytes.empty())
            last_write_ = std::chrono::steady_clock::now();
    }
    writable_.notify_all();
    return out;
}

void Exchange::keep_alive(std::chrono::steady_clock::time_point now) {
    {
        std::lock_guard lock(mutex_);
        if (!streaming_ || closing_ || lost_ || keep_alive_.count() == 0 || !pending_.empty() ||
            now - last_write_ < keep_alive_)
            return;
        pending_ = ":\n\n";
    }
    wake_up();
}

void Exchange::lost() {
    {
        std::lock_guard lock(mutex_);
        if (lost_ || finished_)
            return;
        lost_ = true;
        pending_.clear();
    }
    writable_.notify_all();
    gone_.request_stop(); // outside the lock: callbacks may call back in
}

void Exchange::finished() {
    {
        std::lock_guard lock(mutex_);
        finished_ = true;
        closing_ = true;
    }
    writable_.notify_all();
}

namespace {

class StreamHandle final : public ResponseStream {
public:
    explicit StreamHandle(std::shared_ptr<Exchange> e) : exchange_(std::move(e)) {}
    ~StreamHandle() override { exchange_->close_stream(); }
    Write write(std::string chunk) override { return exchange_->write(std::move(chunk)); }
    bool wait_writable(std::chrono::milliseconds t) override { return exchange_->wait_writable(t); }
    void close() override { exchange_->close_stream(); }
    bool open() const override { return exchange_->stream_open(); }

private:
    std::shared_ptr<Exchange> exchange_;
};

class ClosedStream final : public ResponseStream { // what a second stream() on one request gets
public:
    Write write(std::string) override { return Write::closed; }
    bool wait_writable(std::chrono::milliseconds) override { return true; }
    void close() override {}
    bool open() const override { return false; }
};

class ResponderHandle final : public Responder {
public:
    ResponderHandle(std::shared_ptr<Exchange> e, std::function<HttpResponse()> when_dropped)
        : exchange_(std::move(e)), when_dropped_(std::move(when_dropped)) {}
    ~ResponderHandle() override {
        if (!exchange_->answered())
            exchange_->respond(when_dropped_());
    }
    void respond(HttpResponse response) override { exchange_->respond(std::move(response)); }
    std::shared_ptr<ResponseStream> stream(HttpResponse head, std::chrono::milliseconds keep_alive) override {
        if (!exchange_->start_stream(std::move(head), keep_alive))
            return std::make_shared<ClosedStream>();
        return std::make_shared<StreamHandle>(exchange_);
    }
    std::stop_token disconnected() const override { return exchange_->token(); }

private:
    std::shared_ptr<Exchange> exchange_;
    std::function<HttpResponse()> when_dropped_;
};

} // namespace

std::shared_ptr<Responder> make_responder(std::shared_ptr<Exchange> exchange,
                                          std::function<HttpResponse()> when_dropped) {
    return std::make_shared<ResponderHandle>(std::move(exchange), std::move(when_dropped));
}

} // namespace rustcoder::net
