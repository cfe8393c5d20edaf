// A client with a session (revisions up to 2025-11-25): Streamable HTTP with a stream for each POST and one for the
// rest, or the single stream of the 2024-11-05 transport. Thread-safe.
#pragma once

#include "proxy/relay.h"
#include "proxy/replies.h"

namespace rustcoder::proxy {

class Session final : public Client, public std::enable_shared_from_this<Session> {
public:
    enum class Kind { streamable, sse };
    /// `own_relay`: ends with the session.
    static std::shared_ptr<Session> open(Kind kind, std::string id, std::shared_ptr<Relay> relay, bool own_relay);
    ~Session() override;

    const std::string& id() const { return id_; }
    Kind kind() const { return kind_; }
    /// A request whose answer goes to this reply, or to the session's one stream.
    Status request(const Message& message, std::shared_ptr<Reply> reply);
    /// Notifications and answers of the client.
    Status tell(const Message& message);
    std::shared_ptr<EventStream> new_log();
    /// The stream for what belongs to no request.
    const std::shared_ptr<EventStream>& general() const { return general_; }
    /// That an event id names; null when it is not kept any more.
    std::shared_ptr<EventStream> find_log(std::string_view event_id, std::uint64_t& number);
    void use_stream(std::shared_ptr<net::ResponseStream> stream); // kind sse

    void deliver(Message message, const std::string& related) override;
    void tick(std::chrono::steady_clock::time_point now);
    bool expired(std::chrono::steady_clock::time_point now, std::chrono::seconds ttl) const;
    /// The server refused the handshake.
    bool refused() const;
    void close();
    RelayStatus relay_status() const { return relay_->status(); }

private:
    Session(Kind kind, std::string id, std::shared_ptr<Relay> relay, bool own_relay)
        : kind_(kind), id_(std::move(id)), relay_(std::move(relay)), own_relay_(own_relay) {}
    void touch();
    void keep(std::shared_ptr<EventStream> log);

    const Kind kind_;
    const std::string id_;
    const std::shared_ptr<Relay> relay_;
    const bool own_relay_;
    const std::shared_ptr<EventStream> general_ = std::make_shared<EventStream>("g");
    Relay::ClientId client_ = 0;

    mutable std::mutex mutex_;
    struct Waiting {
        std::shared_ptr<Reply> reply;
        bool greeting = false;
    };
    std::map<std::string, Waiting> waiting_;            // by canonical request id
    std::deque<std::shared_ptr<EventStream>> finished_; // for clients that lost the end of a stream
    std::shared_ptr<net::ResponseStream> stream_;
    std::uint64_t logs_ = 0;
    std::chrono::steady_clock::time_point used_ = std::chrono::steady_clock::now();
    bool refused_ = false, closed_ = false;
};

} // namespace rustcoder::proxy
