// One client's messages in, answers out, without a transport. Both eras may be mixed (stdio); a stateless HTTP request
// opens a conversation of its own. Thread-safe.
#pragma once

#include "mcp/server.h"

#include <set>

namespace rustcoder::mcp {

/// Where messages go. Must not block for long, must not call back.
class Sink {
public:
    virtual ~Sink() = default;
    /// A notification or a request to the client.
    virtual void send(const json::object& message) = 0;
};

/// Where the messages about one request go; its response ends it.
class Reply : public Sink {
public:
    /// False: only the response reaches the client.
    virtual bool streams() const { return true; }
    /// `status` is what a stateless HTTP answer carries.
    virtual void finish(json::object response, int status = 200) = 0;
    /// The client cancelled: there will be no response.
    virtual void drop() = 0;
    /// One channel for all of a client's requests (stdio).
    virtual bool shared() const { return false; }
    /// Nothing was said for a while and the call goes on.
    virtual void keep_alive() {}
    /// Ends the connection under the call; what follows waits for the client to come back. Only sessions can.
    virtual void disconnect() {}
};

class RunningCall;
struct CallSubject;

class Conversation : public std::enable_shared_from_this<Conversation> {
public:
    Conversation(std::shared_ptr<Server> server, std::string principal);
    ~Conversation();
    /// Requests are answered through `reply`, now or later; nothing else is answered.
    void handle(Message message, const std::shared_ptr<Reply>& reply);
    /// Where messages go that belong to no request (legacy): set by a transport that has such a place.
    void set_outlet(std::shared_ptr<Sink> outlet);
    /// Requests that are not answered yet, subscriptions left out.
    std::size_t active() const;
    void cancel_all();
    /// As agreed on by initialize; empty before.
    std::string revision() const;
    const std::string& principal() const { return principal_; }
    Server& server() { return *server_; }

private:
    friend class RunningCall;
    friend class Subscriptions;
    using Answer = std::function<void(const Message&)>;

    void legacy(Message& m, const std::shared_ptr<Reply>& reply);
    void modern(Message& m, const std::shared_ptr<Reply>& reply);
    bool check_modern(const Message& m, const std::shared_ptr<Reply>& reply) const;
    json::object initialize(const Message& m);
    // False when the method is none of theirs, or is not offered.
    bool list(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    bool start(Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    bool subscribe(const Message& m, const std::shared_ptr<Reply>& reply);
    bool listen(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    bool modern_tasks(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    bool legacy_tasks(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    void run(Message& m, Caller caller, const std::shared_ptr<Reply>& reply, CallSubject subject);
    /// The result of a stateless request, with what every one carries.
    json::object dressed(json::object result, bool cacheable) const;
    void answered(const Message& m);
    void cancelled(const Message& m);
    void ended(const std::string& key, const RunningCall* call);
    /// A request to the client through `way`, or the outlet; the id to forget it by.
    std::int64_t request_client(const std::shared_ptr<Reply>& way, std::string_view method, json::object params,
                                Answer answer);
    /// Takes a question back that has no answer yet.
    void withdraw(const std::shared_ptr<Reply>& way, std::int64_t id);
    void tell(const std::shared_ptr<Reply>& way, const json::object& message) const;
    /// To a legacy client: its lists changed; or a resource, when it has subscribed to it.
    void announce(std::string_view method, const json::object& params, std::string_view uri = {});
    Caller caller_of(const Message& m) const;
    int log_rank_wanted() const;

    const std::shared_ptr<Server> server_;
    const std::string principal_;
    mutable std::mutex mutex_;
    std::string revision_;
    int level_;
    json::object client_capabilities_, client_info_;
    std::map<std::string, std::weak_ptr<RunningCall>> running_;
    std::map<std::int64_t, Answer> asked_; // requests to the client by their id
    std::int64_t next_ask_ = 1;
    std::set<std::string, std::less<>> subscribed_; // resource URIs (legacy)
    std::shared_ptr<Sink> outlet_;
};

} // namespace rustcoder::mcp
