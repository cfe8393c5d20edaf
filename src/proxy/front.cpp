#include "proxy/front.h"

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "mcp/protocol.h"
#include "proxy/session.h"
#include "proxy/tool_headers.h"
#include "server/job.h"

#include <atomic>
#include <condition_variable>
#include <fmt/format.h>
#include <thread>
#include <unordered_map>

namespace rustcoder::proxy {

namespace {

using Clock = std::chrono::steady_clock;
using Responder = std::shared_ptr<net::Responder>;
namespace rpc = mcp::rpc;

constexpr std::size_t inline_body = 128u << 10; // larger ones are read off the I/O thread
constexpr auto tick_every = std::chrono::milliseconds(250);
constexpr const char* session_header = "Mcp-Session-Id";

bool accepts(const net::HttpRequest& request, std::string_view type) {
    const auto accept = request.header("Accept");
    const auto family = std::string(type.substr(0, type.find('/'))) + "/*";
    return accept.empty() || net::has_token(accept, type) || net::has_token(accept, "*/*") ||
           net::has_token(accept, family);
}

/// One request of the stateless era, on its way.
class StatelessCall final : public Client {
public:
    using Done = std::function<void()>;
    StatelessCall(Responder responder, ReplyOptions options, Done done, ToolHeaders* learns)
        : reply_(std::move(responder), std::move(options), nullptr), done_(std::move(done)), learns_(learns) {}
    void deliver(Message message, const std::string&) override {
        const bool last = message.kind == Message::Kind::response;
        if (message.kind == Message::Kind::request || reply_.done()) // this era knows no requests of the server
            return;
        if (last && learns_)
            learns_->learn(message);
        reply_.send(message, last);
        if (last)
            done_();
    }
    Reply& reply() { return reply_; }
    Relay::ClientId client = 0;
    std::optional<std::stop_callback<std::function<void()>>> on_gone;

private:
    Reply reply_;
    const Done done_;
    ToolHeaders* const learns_;
};

class FrontServer final : public Front {
public:
    FrontServer(FrontOptions options, MakeUpstream make, Workers& workers)
        : options_(std::move(options)), make_(std::move(make)), workers_(workers),
          common_(Relay::create(make_, RelayOptions{.shared = true}, workers)) {}
    ~FrontServer() override { stop(); }

    Status run() {
        RC_TRY(check_exposure(options_.server));
        auto http = options_.server.http;
        http.stream_buffer_bytes = 32u << 20; // a large result must not look like a slow reader
        RC_TRY_ASSIGN(http_, net::HttpServer::start(http, [this](net::HttpRequest request, Responder responder) {
                          handle(std::move(request), std::move(responder));
                      }));
        ticker_ = std::thread([this] { tick(); });
        return {};
    }
    int port() const override { return http_->port(); }
    std::string url() const override {
        const auto& a = options_.server.http.address;
        return base::has(a, ":") ? fmt::format("http://[{}]:{}", a, port()) : fmt::format("http://{}:{}", a, port());
    }

    void stop() override {
        if (stopped_.exchange(true))
            return;
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        if (ticker_.joinable())
            ticker_.join();
        if (http_)
            http_->stop_accepting();
        decltype(sessions_) sessions;
        {
            std::lock_guard lock(mutex_);
            sessions.swap(sessions_);
        }
        for (auto& [id, session] : sessions)
            session->close();
        common_->close();
        if (http_)
            http_->stop(std::chrono::milliseconds(500));
        std::lock_guard lock(mutex_);
        calls_.clear();
    }

private:
    void handle(net::HttpRequest request, Responder responder) {
        if (request.body.size() <= inline_body)
            return route(request, responder);
        auto shared = std::make_shared<net::HttpRequest>(std::move(request));
        if (!workers_.post([this, shared, responder] { route(*shared, responder); }))
            trouble(*shared, responder, 503, "", rpc::internal_error, "too much is being worked on");
    }

    void route(const net::HttpRequest& request, const Responder& responder) {
        if (auto refusal = refuse_stranger(options_.server, request))
            return responder->respond(std::move(*refusal));
        const auto& path = request.path;
        const bool get = request.method == "GET", post = request.method == "POST";
        if (path == "/mcp" || path == "/mcp/" || (path == "/" && post))
            return post                           ? post_mcp(request, responder)
                   : get                          ? get_mcp(request, responder)
                   : (request.method == "DELETE") ? delete_mcp(request, responder)
                                                  : wrong_method(request, responder, "GET, POST, DELETE");
        if (path == "/sse")
            return get    ? open_sse(request, responder)
                   : post ? post_mcp(request, responder) // clients try the newer transport first
                          : wrong_method(request, responder, "GET");
        if (path == "/message" || path == "/messages" || path == "/messages/")
            return post ? post_message(request, responder) : wrong_method(request, responder, "POST");
        if ((path == "/healthz" || path == "/health") && (get || request.method == "HEAD"))
            return health(responder);
        respond(request, responder, 404, R"({"detail":"There is /mcp, /sse with /message, and /healthz."})");
    }

    // --- answers of the proxy itself

    static net::Headers page_headers(const net::HttpRequest& request) {
        net::Headers h;
        allow_page(request, h);
        return h;
    }
    static void respond(const net::HttpRequest& request, const Responder& responder, int status, std::string body) {
        auto headers = page_headers(request);
        auto r = json_response(status, std::move(body), headers);
        if (r.body.empty())
            r.content_type.clear();
        responder->respond(std::move(r));
    }
    static void trouble(const net::HttpRequest& request, const Responder& responder, int status, std::string_view id,
                        int code, std::string_view text) {
        respond(request, responder, status, error_answer(id, code, text).text);
    }
    static void wrong_method(const net::HttpRequest& request, const Responder& responder, const char* allow) {
        auto r = json_response(405, R"({"detail":"Method not allowed"})", page_headers(request));
        r.headers.set("Allow", allow);
        responder->respond(std::move(r));
    }
    static void accepted(const net::HttpRequest& request, const Responder& responder) {
        respond(request, responder, 202, {});
    }
    /// Of a message that could not be passed on.
    static void not_passed(const net::HttpRequest& request, const Responder& responder, const Message& m,
                           const Error& error) {
        const bool theirs = error.code == Errc::invalid_input;
        trouble(request, responder, theirs ? 400 : 503, m.raw(m.id),
                theirs ? rpc::invalid_request : rpc::internal_error, error.text());
    }

    // --- POST of the one endpoint

    void post_mcp(const net::HttpRequest& request, const Responder& responder) {
        const auto type = request.header("Content-Type");
        if (!type.empty() && !net::has_token(type, "application/json"))
            return trouble(request, responder, 415, "", rpc::invalid_request, "Content-Type must be application/json");
        if (!accepts(request, "application/json") && !accepts(request, "text/event-stream"))
            return trouble(request, responder, 406, "", rpc::invalid_request,
                           "Accept must list application/json and text/event-stream");
        bool batch = false;
        const auto messages = Message::read_batch(request.body, batch);
        if (!messages) {
            const bool json = base::parse_json(request.body).has_value();
            return trouble(request, responder, 400, "", json ? rpc::invalid_request : rpc::parse_error,
                           messages.error().text());
        }
        const auto& m = messages->front();
        const auto version = base::trim(request.header("MCP-Protocol-Version"));
        if (!batch && (m.modern() || modern_header(version, m)))
            return stateless(request, responder, m);
        if (!batch && m.kind == Message::Kind::request && m.method == "initialize")
            return initialize(request, responder, m);
        if (!version.empty() && !mcp::legacy_revision(version))
            return trouble(request, responder, 400, m.raw(m.id), rpc::invalid_request,
                           "Unsupported protocol version in MCP-Protocol-Version");
        const auto session = find_session(request, responder, m.raw(m.id));
        if (session)
            in_session(request, responder, session, *messages, batch);
    }

    /// The header of a stateless revision on a request without its metadata; the old handshake stays what it is.
    static bool modern_header(std::string_view version, const Message& m) {
        return version >= mcp::modern_revision && version.size() == mcp::modern_revision.size() &&
               m.method != "initialize" && m.kind != Message::Kind::response;
    }

    ReplyOptions reply_options(const net::HttpRequest& request) const {
        ReplyOptions o;
        o.headers = page_headers(request);
        o.json = accepts(request, "application/json");
        o.stream = accepts(request, "text/event-stream");
        o.keep_alive = options_.keep_alive;
        return o;
    }

    void stateless(const net::HttpRequest& request, const Responder& responder, const Message& m) {
        const auto id = m.raw(m.id);
        if (m.kind == Message::Kind::notification) {
            const auto client = common_->attach({}, false);
            (void)common_->send(client, m);
            common_->detach(client);
            return accepted(request, responder);
        }
        if (!m.modern() || !m.has_capabilities)
            return trouble(
                request, responder, 400, id, rpc::invalid_params,
                fmt::format("params._meta must have {} and {}", mcp::meta::revision, mcp::meta::client_capabilities));
        auto bad = standard_mismatch(m, request.headers);
        if (bad.empty())
            bad = tool_headers_.mismatch(m, request.headers);
        if (!bad.empty())
            return trouble(request, responder, 400, id, rpc::header_mismatch, "Header mismatch: " + bad);
        auto options = reply_options(request);
        options.modern = true;
        const auto number = ++calls_made_;
        auto call = std::make_shared<StatelessCall>(
            responder, std::move(options), [this, number] { end_call(number, false); },
            m.method == "tools/list" ? &tool_headers_ : nullptr);
        {
            std::lock_guard lock(mutex_);
            if (stopping_)
                return trouble(request, responder, 503, id, rpc::internal_error, "the proxy is ending");
            calls_[number] = call;
        }
        call->client = common_->attach(call, false);
        call->on_gone.emplace(responder->disconnected(), [this, number] { end_call(number, true); });
        if (auto sent = common_->send(call->client, m); !sent) {
            not_passed(request, responder, m, sent.error());
            end_call(number, true);
        }
    }

    /// `gone`: the client left, which cancels.
    void end_call(std::uint64_t number, bool gone) {
        std::shared_ptr<StatelessCall> call;
        {
            std::lock_guard lock(mutex_);
            const auto it = calls_.find(number);
            if (it == calls_.end())
                return;
            call = std::move(it->second);
            calls_.erase(it);
        }
        if (gone && !call->reply().done())
            base::log_debug("a client left: its request is cancelled");
        common_->detach(call->client);
        // Destroying the callback waits for it when it runs on another thread, which waits for nothing of ours.
        workers_.post([call] { call->on_gone.reset(); });
    }

    // --- sessions

    std::shared_ptr<Session> new_session(Session::Kind kind) {
        std::lock_guard lock(mutex_);
        if (stopping_ || sessions_.size() >= options_.server.max_sessions)
            return nullptr;
        auto relay = options_.shared ? common_ : Relay::create(make_, RelayOptions{}, workers_);
        auto session = Session::open(kind, mcp::random_id(), relay, !options_.shared);
        sessions_[session->id()] = session;
        return session;
    }

    void initialize(const net::HttpRequest& request, const Responder& responder, const Message& m) {
        const auto session = new_session(Session::Kind::streamable);
        if (!session)
            return trouble(request, responder, 503, m.raw(m.id), rpc::internal_error, "too many sessions");
        auto options = reply_options(request);
        options.headers.set(session_header, session->id());
        auto reply = std::make_shared<Reply>(responder, std::move(options), session->new_log());
        if (auto sent = session->request(m, reply); !sent) {
            not_passed(request, responder, m, sent.error());
            end_session(session->id());
        }
    }

    std::shared_ptr<Session> find_session(const net::HttpRequest& request, const Responder& responder,
                                          std::string_view id) {
        const auto* given = request.headers.find(session_header);
        if (!given) {
            trouble(request, responder, 400, id, rpc::invalid_request,
                    "Header Mcp-Session-Id is missing: begin with initialize, or send the metadata of 2026-07-28");
            return nullptr;
        }
        std::lock_guard lock(mutex_);
        const auto it = sessions_.find(*given);
        if (it != sessions_.end() && it->second->kind() == Session::Kind::streamable)
            return it->second;
        trouble(request, responder, 404, id, rpc::session_not_found, "Session not found: initialize again");
        return nullptr;
    }

    void in_session(const net::HttpRequest& request, const Responder& responder,
                    const std::shared_ptr<Session>& session, const std::vector<Message>& messages, bool batch) {
        auto options = reply_options(request);
        if (!batch && messages.front().kind == Message::Kind::request) {
            const auto& m = messages.front();
            // Calls may take long; clients of this revision know how to resume.
            options.primed =
                m.method == "tools/call" && base::trim(request.header("MCP-Protocol-Version")) == mcp::latest_legacy;
            auto reply = std::make_shared<Reply>(responder, std::move(options), session->new_log());
            if (auto sent = session->request(m, reply); !sent)
                reply->send(error_answer(m.raw(m.id), rpc::invalid_request, sent.error().text()), true);
            return;
        }
        for (const auto& m : messages) // the answers to a batch's requests come on the session's common stream
            if (auto sent = m.kind == Message::Kind::request ? session->request(m, nullptr) : session->tell(m); !sent)
                return not_passed(request, responder, m, sent.error());
        accepted(request, responder);
    }

    void get_mcp(const net::HttpRequest& request, const Responder& responder) {
        if (!request.headers.find(session_header))
            return wrong_method(request, responder, "POST");
        if (!accepts(request, "text/event-stream"))
            return trouble(request, responder, 406, "", rpc::invalid_request, "Accept must list text/event-stream");
        const auto session = find_session(request, responder, "");
        if (!session)
            return;
        auto log = session->general();
        std::optional<std::uint64_t> after;
        if (const auto* last = request.headers.find("Last-Event-ID")) {
            std::uint64_t number = 0;
            log = session->find_log(base::trim(*last), number);
            if (!log)
                return trouble(request, responder, 400, "", rpc::invalid_request,
                               "Last-Event-ID names nothing that is still kept");
            after = number;
        }
        log->attach(responder->stream(stream_head(request), options_.keep_alive), after);
    }

    static net::HttpResponse stream_head(const net::HttpRequest& request) {
        net::HttpResponse head;
        head.content_type = "text/event-stream";
        head.headers = page_headers(request);
        head.headers.set("Cache-Control", "no-cache, no-transform");
        head.headers.set("X-Accel-Buffering", "no");
        return head;
    }

    void delete_mcp(const net::HttpRequest& request, const Responder& responder) {
        if (!request.headers.find(session_header))
            return wrong_method(request, responder, "POST");
        const auto session = find_session(request, responder, "");
        if (!session)
            return;
        end_session(session->id());
        net::HttpResponse r;
        r.status = 204;
        r.headers = page_headers(request);
        responder->respond(std::move(r));
    }

    void end_session(const std::string& id) {
        std::shared_ptr<Session> session;
        {
            std::lock_guard lock(mutex_);
            const auto it = sessions_.find(id);
            if (it == sessions_.end())
                return;
            session = std::move(it->second);
            sessions_.erase(it);
            gone_callbacks_.erase(id);
        }
        session->close();
    }

    // --- the transport of 2024-11-05

    void open_sse(const net::HttpRequest& request, const Responder& responder) {
        const auto session = new_session(Session::Kind::sse);
        if (!session)
            return trouble(request, responder, 503, "", rpc::internal_error, "too many sessions");
        auto head = stream_head(request);
        head.body = net::sse_event("/message?sessionId=" + session->id(), "endpoint");
        session->use_stream(responder->stream(std::move(head), options_.keep_alive));
        auto callback = std::make_shared<std::stop_callback<std::function<void()>>>(
            responder->disconnected(), [this, id = session->id()] {
                // Not within the callback: ending the session destroys it.
                workers_.post([this, id] { end_session(id); });
            });
        std::lock_guard lock(mutex_);
        if (sessions_.contains(session->id()))
            gone_callbacks_[session->id()] = std::move(callback);
    }

    void post_message(const net::HttpRequest& request, const Responder& responder) {
        auto id = request.query_value("sessionId");
        if (!id)
            id = request.query_value("session_id");
        std::shared_ptr<Session> session;
        {
            std::lock_guard lock(mutex_);
            if (const auto it = sessions_.find(id.value_or("")); it != sessions_.end())
                session = it->second;
        }
        if (!session || session->kind() != Session::Kind::sse)
            return trouble(request, responder, 404, "", rpc::session_not_found,
                           "There is no such session: open /sse and post to the address that it names");
        bool batch = false;
        const auto messages = Message::read_batch(request.body, batch);
        if (!messages)
            return trouble(request, responder, 400, "", rpc::parse_error, messages.error().text());
        for (const auto& m : *messages)
            if (auto sent = m.kind == Message::Kind::request ? session->request(m, nullptr) : session->tell(m); !sent)
                return not_passed(request, responder, m, sent.error());
        net::HttpResponse r;
        r.status = 202;
        r.content_type = "text/plain";
        r.body = "Accepted";
        r.headers = page_headers(request);
        responder->respond(std::move(r));
    }

    // --- upkeep

    void health(const Responder& responder) {
        const auto common = common_->status();
        base::json::object body;
        std::size_t failures = common.failures, starts = common.starts;
        std::string last_error = common.last_error;
        {
            std::lock_guard lock(mutex_);
            for (const auto& [id, session] : sessions_)
                if (!options_.shared) {
                    const auto s = session->relay_status();
                    failures += s.failures;
                    starts += s.starts;
                    last_error = s.last_error.empty() ? last_error : s.last_error;
                }
            body["sessions"] = sessions_.size();
            body["calls"] = calls_.size();
        }
        body["status"] = last_error.empty() || common.state == "up" ? "ok" : "degraded";
        body["upstream"] = options_.what;
        body["state"] = common.state;
        body["starts"] = starts;
        body["failures"] = failures;
        if (!last_error.empty())
            body["last_error"] = last_error;
        responder->respond(json_response(200, base::dump(body)));
    }

    void tick() {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
            wake_.wait_for(lock, tick_every, [&] { return stopping_; });
            const auto now = Clock::now();
            std::vector<std::shared_ptr<Session>> sessions;
            std::vector<std::shared_ptr<StatelessCall>> calls;
            for (const auto& [id, session] : sessions_)
                sessions.push_back(session);
            for (const auto& [number, call] : calls_)
                calls.push_back(call);
            lock.unlock();
            for (const auto& call : calls)
                call->reply().tick(now);
            for (const auto& session : sessions) {
                session->tick(now);
                if (session->expired(now, options_.server.session_ttl))
                    end_session(session->id());
            }
            sessions.clear();
            calls.clear();
            lock.lock();
        }
    }

    const FrontOptions options_;
    const MakeUpstream make_;
    Workers& workers_;
    const std::shared_ptr<Relay> common_; // of stateless requests, and of all sessions when shared
    ToolHeaders tool_headers_;
    std::atomic<std::uint64_t> calls_made_{0};
    std::atomic<bool> stopped_{false};

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::unordered_map<std::string, std::shared_ptr<Session>> sessions_;
    std::unordered_map<std::uint64_t, std::shared_ptr<StatelessCall>> calls_;
    std::unordered_map<std::string, std::shared_ptr<std::stop_callback<std::function<void()>>>> gone_callbacks_;
    std::unique_ptr<net::HttpServer> http_;
    std::thread ticker_;
};

} // namespace

Result<std::unique_ptr<Front>> Front::start(FrontOptions options, MakeUpstream make, Workers& workers) {
    auto front = std::make_unique<FrontServer>(std::move(options), std::move(make), workers);
    RC_TRY(front->run());
    return front;
}

} // namespace rustcoder::proxy
