#include "proxy/remote_parts.h"

#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::proxy {

bool Strand::post(std::function<void()> what) {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(what));
    if (running_)
        return true;
    running_ = workers_.post([self = shared_from_this()] { self->drain(); });
    if (!running_)
        queue_.pop_back();
    return running_;
}

bool Strand::idle() const {
    std::lock_guard lock(mutex_);
    return !running_;
}

void Strand::drain() {
    std::unique_lock lock(mutex_);
    while (!queue_.empty()) {
        auto what = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        what();
        what = nullptr;
        lock.lock();
    }
    running_ = false;
}

net::ClientRequest remote_request(const RemoteShared& shared, const char* method, const std::string& url) {
    net::ClientRequest r;
    r.method = method;
    r.url = url;
    r.headers = shared.options.headers;
    r.timeouts.first_byte = r.timeouts.idle = r.timeouts.total = std::chrono::milliseconds(0);
    r.max_body = SIZE_MAX; // of a stream; each message is bounded
    return r;
}

bool never_sent(const Error& error) {
    return base::one_of(name(error.code), {"unavailable", "timeout"}) &&
           (error.message.starts_with("no connection") || error.message.starts_with("no secure connection") ||
            error.message.starts_with("the name "));
}

std::string http_trouble(int status, const std::string& url, std::string_view body) {
    auto text = fmt::format("{} answers {} {}", url, status, net::reason_phrase(status));
    body = base::trim(body.substr(0, 500));
    if (!body.empty() && base::valid_utf8(body))
        text += fmt::format(": {}", body);
    if (status == 401 || status == 403)
        text += ". Give the key that it wants: --bearer-env NAME, or -H \"Authorization=...\"";
    return text;
}

MakeUpstream remote_upstream(RemoteOptions options, Workers& workers, net::ClientOptions client) {
    auto shared = std::make_shared<RemoteShared>(std::move(options), workers, std::move(client));
    const auto path = shared->options.url.substr(0, shared->options.url.find_first_of("?#"));
    using Transport = RemoteOptions::Transport;
    shared->speaks_sse = shared->options.transport == Transport::sse ||
                         (shared->options.transport == Transport::automatic && path.ends_with("/sse"));
    return [shared](Upstream::Events events) -> Result<std::shared_ptr<Upstream>> {
        return shared->speaks_sse ? make_remote_sse(shared, std::move(events))
                                  : make_streamable(shared, std::move(events));
    };
}

} // namespace rustcoder::proxy
