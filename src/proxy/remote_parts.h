// What the two transports of remote.h share. Private.
#pragma once

#include "proxy/remote.h"
#include "proxy/tool_headers.h"

#include <atomic>
#include <deque>

namespace rustcoder::proxy {

struct RemoteShared {
    RemoteOptions options;
    net::HttpClient client;
    Workers& workers;
    std::atomic<bool> speaks_sse{false};
    ToolHeaders tool_headers;
    RemoteShared(RemoteOptions o, Workers& w, net::ClientOptions c)
        : options(std::move(o)), client(std::move(c)), workers(w) {}
};

/// A request to the server with its headers; streams have no bound in time.
net::ClientRequest remote_request(const RemoteShared& shared, const char* method, const std::string& url);
/// The server certainly did not get it.
bool never_sent(const Error& error);
std::string http_trouble(int status, const std::string& url, std::string_view body);

std::shared_ptr<Upstream> make_streamable(std::shared_ptr<RemoteShared> shared, Upstream::Events events);
std::shared_ptr<Upstream> make_remote_sse(std::shared_ptr<RemoteShared> shared, Upstream::Events events);

/// Runs tasks one after the other on a worker while there are any.
class Strand : public std::enable_shared_from_this<Strand> {
public:
    explicit Strand(Workers& workers) : workers_(workers) {}
    bool post(std::function<void()> what);
    bool idle() const;

private:
    void drain();
    Workers& workers_;
    mutable std::mutex mutex_;
    std::deque<std::function<void()>> queue_;
    bool running_ = false;
};

} // namespace rustcoder::proxy
