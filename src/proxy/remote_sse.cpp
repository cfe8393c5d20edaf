// The HTTP+SSE transport of 2024-11-05 as a client: one stream for everything that comes, a POST for everything that
// goes, to the address that the stream's first event names.
#include "proxy/remote_parts.h"

#include "base/log.h"
#include "base/text.h"

#include <condition_variable>
#include <fmt/format.h>

namespace rustcoder::proxy {

namespace {

constexpr auto short_post = std::chrono::seconds(30);
constexpr auto endpoint_wait = std::chrono::seconds(30);

std::string origin_of(const std::string& url) {
    const auto scheme = url.find("://");
    return scheme == std::string::npos ? std::string() : url.substr(0, url.find_first_of("/?#", scheme + 3));
}

/// The address that the server names, seen from its stream; empty when it is another server's.
std::string post_address(const std::string& stream_url, const std::string& named) {
    const auto origin = origin_of(stream_url);
    if (base::has(named, "://"))
        return origin_of(named) == origin ? named : std::string();
    if (named.starts_with('/'))
        return origin + named;
    const auto path = stream_url.substr(0, stream_url.find_first_of("?#"));
    if (named.starts_with('?'))
        return path + named;
    return path.substr(0, path.rfind('/') + 1) + named;
}

class RemoteSse final : public Upstream, public std::enable_shared_from_this<RemoteSse> {
public:
    RemoteSse(std::shared_ptr<RemoteShared> shared, Events events)
        : shared_(std::move(shared)), events_(std::move(events)), strand_(std::make_shared<Strand>(shared_->workers)) {}

    void start() {
        if (!shared_->workers.post([self = shared_from_this()] { self->read(); }))
            close();
    }

    Status send(const Message& message) override {
        {
            std::lock_guard lock(mutex_);
            if (closed_)
                return fail(Errc::unavailable, "the conversation has ended", describe());
        }
        if (!strand_->post([self = shared_from_this(), message] { self->post(message); }))
            return fail(Errc::busy, "too many requests run at once", describe());
        return {};
    }

    void close() override {
        {
            std::lock_guard lock(mutex_);
            closed_ = true;
        }
        stop_.request_stop();
        changed_.notify_all();
    }

    std::string describe() const override { return "SSE server " + shared_->options.url; }

private:
    void read() {
        auto request = remote_request(*shared_, "GET", shared_->options.url);
        request.headers.set("Accept", "text/event-stream");
        net::SseReader reader(shared_->options.longest_message);
        int status = 0;
        Status bad;
        auto response = shared_->client.send(
            request, stop_.get_token(),
            [&](std::string_view piece) {
                if (status == 200)
                    bad = reader.feed(piece, [&](const net::SseMessage& e) { return take(e); });
                return status == 200 && bad.has_value();
            },
            [&](const net::ClientResponse& r) {
                status = r.status;
                return true;
            });
        const std::string why = !bad            ? bad.error().text()
                                : !response     ? response.error().text()
                                : status != 200 ? http_trouble(status, shared_->options.url, {})
                                                : "the server ended its stream";
        {
            std::lock_guard lock(mutex_);
            if (std::exchange(closed_, true))
                return;
        }
        stop_.request_stop();
        changed_.notify_all();
        events_.closed(why, {});
    }

    bool take(const net::SseMessage& event) {
        if (event.event == "endpoint") {
            auto address = post_address(shared_->options.url, event.data);
            if (address.empty()) {
                base::log_error(describe() + " names an address of another server; it is not used: " + event.data);
                return false;
            }
            std::lock_guard lock(mutex_);
            endpoint_ = std::move(address);
            changed_.notify_all();
            return true;
        }
        auto message = Message::read(event.data);
        if (!message) {
            base::log_warn(fmt::format("{} sent an event that is no message: {}", describe(), message.error().text()));
            return true;
        }
        events_.message(std::move(*message), {});
        return true;
    }

    void post(const Message& message) {
        std::string endpoint;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, endpoint_wait, [&] { return closed_ || !endpoint_.empty(); });
            if (closed_)
                return;
            endpoint = endpoint_;
        }
        std::string why = "the server did not say where to post";
        if (!endpoint.empty()) {
            auto request = remote_request(*shared_, "POST", endpoint);
            request.headers.set("Content-Type", "application/json");
            request.body = message.text;
            request.timeouts.total = short_post;
            request.max_body = 1u << 20;
            const auto response = shared_->client.send(request, stop_.get_token());
            if (response && response->status < 300)
                return;
            why = response ? http_trouble(response->status, endpoint, response->body) : response.error().text();
        }
        if (message.kind == Message::Kind::request)
            events_.message(error_answer(message.raw(message.id), -32603, why), {});
        else
            base::log_warn(fmt::format("{} was not delivered: {}", message.method, why));
    }

    const std::shared_ptr<RemoteShared> shared_;
    const Events events_;
    const std::shared_ptr<Strand> strand_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string endpoint_;
    bool closed_ = false;
};

} // namespace

std::shared_ptr<Upstream> make_remote_sse(std::shared_ptr<RemoteShared> shared, Upstream::Events events) {
    auto remote = std::make_shared<RemoteSse>(std::move(shared), std::move(events));
    remote->start();
    return remote;
}

} // namespace rustcoder::proxy
