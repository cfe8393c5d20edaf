// Between clients and one upstream: knows which request is whose, which answer belongs where, and starts the upstream
// (again) when there is something to say to it. Messages pass untouched; only where several clients share an upstream
// are request ids and progress tokens replaced by unique ones and put back on the way home. Thread-safe.
#pragma once

#include "proxy/upstream.h"
#include "proxy/workers.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace rustcoder::proxy {

class Client {
public:
    virtual ~Client() = default;
    /// `related`: canonical id, as this client knows it, of its request that the message belongs to; empty when that
    /// cannot be told. Must not block for long.
    virtual void deliver(Message message, const std::string& related) = 0;
};

struct RelayOptions {
    bool shared = false;
    std::chrono::milliseconds first_backoff{250}, longest_backoff{30'000};
    std::chrono::milliseconds stable{30'000};  // an upstream that lived that long is started again at once
    std::chrono::milliseconds patience{5'000}; // requests wait that long for a restart; past it they are refused
};

struct RelayStatus {
    std::string state, upstream; // "idle", "starting", "up"; describe() of the upstream
    std::size_t clients = 0, pending = 0, starts = 0, failures = 0;
    std::string last_error;
};

class Relay : public std::enable_shared_from_this<Relay> {
public:
    using ClientId = std::uint64_t;
    /// `workers` outlives the relay.
    static std::shared_ptr<Relay> create(MakeUpstream make, RelayOptions options, Workers& workers);
    ~Relay();

    /// `listens`: takes what belongs to no request in particular.
    ClientId attach(std::weak_ptr<Client> client, bool listens);
    /// Cancels what the client still waits for.
    void detach(ClientId client);
    /// Errors: invalid_input (an id that is in use), unavailable, limit.
    Status send(ClientId client, const Message& message);
    void close();
    RelayStatus status() const;
    std::size_t pending() const;

private:
    enum class State { idle, starting, greeting, up, closed };
    struct Pending { // a request of a client that the upstream has not answered
        ClientId client = 0;
        std::string id, key, token; // as the client wrote them; its canonical id
        std::string sent_id;        // as the upstream knows it
        std::string sent_token;
        std::string method;
        bool wants_log = false, greeting = false;
        std::uint64_t order = 0; // of arrival
    };
    struct Attached {
        std::weak_ptr<Client> client;
        bool listens = false;
    };
    struct Delivery {
        std::weak_ptr<Client> client;
        Message message;
        std::string related;
    };
    using Deliveries = std::vector<Delivery>;

    Relay(MakeUpstream make, RelayOptions options, Workers& workers)
        : make_(std::move(make)), options_(options), workers_(workers) {}

    Status take_request(ClientId client, const Message& message);
    bool answer_greeting(ClientId client, const Message& message);
    void take_notification(ClientId client, const Message& message);
    void take_response(ClientId client, const Message& message);
    Status forward(Message message);
    void begin_start();
    void start();
    void started(std::uint64_t generation, Result<std::shared_ptr<Upstream>> upstream);
    void flush();

    void on_message(std::uint64_t generation, Message message, const std::string& related);
    void on_closed(std::uint64_t generation, const std::string& why, std::vector<Message> unsent);
    void ended(std::uint64_t generation, const std::string& why, std::vector<Message> unsent);
    void route_response(Message message, Deliveries& out);
    void route_request(Message message, const std::string& related, Deliveries& out);
    void route_notification(Message message, const std::string& related, Deliveries& out);
    void broadcast(const Message& message, Deliveries& out);
    void fail_all(const std::string& why, Deliveries& out);
    const Pending* find_related(const Message& message, const std::string& related) const;
    const Pending* only_pending() const;
    Pending* find_own(ClientId client, const std::string& key);
    void forget(std::map<std::string, Pending>::iterator it);
    void add(const Pending& pending, Message message, Deliveries& out) const;
    void bury(std::shared_ptr<Upstream> upstream);
    static void deliver(Deliveries deliveries);

    const MakeUpstream make_;
    const RelayOptions options_;
    Workers& workers_;

    mutable std::mutex mutex_;
    std::condition_variable closing_;
    State state_ = State::idle;
    std::shared_ptr<Upstream> upstream_;
    std::uint64_t generation_ = 0, next_client_ = 0, next_id_ = 0, taken_ = 0;
    std::optional<std::string> died_early_; // closed before started() was told of it
    std::map<ClientId, Attached> clients_;
    std::map<std::string, Pending> pending_;    // by canonical id as the upstream knows it
    std::map<std::string, std::string> tokens_; // progress token as the upstream knows it -> key in pending_
    std::map<std::string, ClientId> asked_;     // requests of the server by id
    std::vector<Message> queue_;                // for the upstream that is being started
    // The handshake of the revisions that have one, to be said again to an upstream that is started again.
    std::optional<Message> initialize_, initialized_, greeting_answer_;
    std::vector<std::pair<ClientId, std::string>> greeting_waiters_; // further clients of a shared upstream: raw ids
    std::string greeting_id_;
    std::chrono::steady_clock::time_point started_at_{}, next_start_{};
    std::chrono::milliseconds backoff_{0};
    std::size_t starts_ = 0, failures_ = 0;
    std::string last_error_;
};

} // namespace rustcoder::proxy
