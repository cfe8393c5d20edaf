// One client's messages in, answers out, without a transport. Both eras may be mixed (stdio); a stateless HTTP request
// opens a conversation of its own. Thread-safe.
#pragma once

#include "mcp/server.h"

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
    /// Ends the connection under the call; what follows waits for the client to come back. Only sessions can.
    virtual void disconnect() {}
};

class RunningCall;

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
    /// tools/list and its sisters; false when the method is none of them.
    bool list(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    /// tools/call, resources/read, prompts/get, completion/complete.
    bool start(Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    void start_call(const std::shared_ptr<RunningCall>& call, const Tool* tool, Handler handler);
    bool subscribe(const Message& m, const std::shared_ptr<Reply>& reply);
    void listen(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    bool modern_tasks(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    bool legacy_tasks(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply);
    void answered(const Message& m);
    void cancelled(const Message& m);
    void ended(const std::string& key, const RunningCall* call);
    /// A request to the client through `way`, or the outlet; the id to forget it by.
    std::string request_client(const std::shared_ptr<Reply>& way, std::string_view method, json::object params,
                               Answer answer);
    void forget(const std::string& id);
    void announce(std::string_view method, json::object params, std::string_view uri = {});
    Caller legacy_caller() const;
    std::string log_level() const;

    const std::shared_ptr<Server> server_;
    const std::string principal_;
    mutable std::mutex mutex_;
    std::string revision_, level_ = "info";
    json::object client_capabilities_, client_info_;
    std::map<std::string, std::shared_ptr<RunningCall>> running_;
    std::map<std::string, Answer> asked_; // requests to the client by their id
    std::uint64_t next_ask_ = 1;
    std::vector<std::string> subscribed_; // resource URIs (legacy)
    std::shared_ptr<Sink> outlet_;
};

/// Parses one message (or a batch, where the revision has them) and handles it; answers what is not JSON-RPC.
/// `make_reply` is called at most once. For transports that carry text.
void handle_text(Conversation& conversation, std::string_view text,
                 const std::function<std::shared_ptr<Reply>()>& make_reply);

} // namespace rustcoder::mcp
