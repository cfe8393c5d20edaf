#include "mcp/http.h"

#include "mcp/batch.h"
#include "mcp/http_headers.h"
#include "mcp/http_reply.h"

#include <charconv>
#include <unordered_map>

namespace rustcoder::mcp {

namespace {

constexpr const char* session_header = "Mcp-Session-Id";
constexpr auto sweep_every = std::chrono::seconds(60);

bool accepts(const net::HttpRequest& request, std::string_view type) {
    const auto accept = request.header("Accept");
    const auto family = std::string(type.substr(0, type.find('/'))) + "/*";
    return accept.empty() || net::has_token(accept, type) || net::has_token(accept, "*/*") ||
           net::has_token(accept, family);
}

constexpr const char* event_stream = "text/event-stream";

bool wants_stream(const net::HttpRequest& request) { // only when it says so
    return net::has_token(request.header("Accept"), event_stream);
}

Taste taste_of(const net::HttpRequest& request) {
    const auto accept = request.header("Accept");
    return {wants_stream(request), accept.find(event_stream) < accept.find("application/json")};
}

void refuse(const ResponderPtr& answer, int status, const json::value& id, int code, std::string_view text,
            json::value data = nullptr) {
    answer->respond(json_response(status, rpc::error(id, code, text, std::move(data))));
}

/// The message of a POST, or an answer given.
std::optional<json::value> read_body(const net::HttpRequest& request, const ResponderPtr& answer) {
    if (!net::has_token(request.header("Content-Type"), "application/json")) {
        refuse(answer, 415, nullptr, rpc::invalid_request, "Content-Type must be application/json");
        return std::nullopt;
    }
    auto value = base::parse_json(request.body);
    if (!value) {
        refuse(answer, 400, nullptr, rpc::parse_error, "Parse error: " + value.error().text());
        return std::nullopt;
    }
    return std::move(*value);
}

void method_not_allowed(const ResponderPtr& answer) {
    auto response = json_response(
        405, rpc::error(nullptr, rpc::invalid_request, "Only POST works without the Mcp-Session-Id of a session"));
    response.headers.set("Allow", "POST");
    answer->respond(std::move(response));
}

} // namespace

struct HttpTransport::Shared : std::enable_shared_from_this<HttpTransport::Shared> {
    using SessionPtr = std::shared_ptr<HttpSession>;
    std::shared_ptr<Server> server;
    HttpOptions options;
    mutable std::mutex mutex;
    std::unordered_map<std::string, SessionPtr> sessions;
    struct Old { // of the HTTP+SSE transport
        std::shared_ptr<SseSession> session;
        std::shared_ptr<std::stop_callback<std::function<void()>>> on_gone;
    };
    std::unordered_map<std::string, Old> old;
    bool sweeping = false;

    int retry_ms() const { return static_cast<int>(options.retry.count()); }
    void post(const Request& request, const Answer& answer, const std::string& principal);
    void get(const Request& request, const Answer& answer, const std::string& principal);
    void remove(const Request& request, const Answer& answer, const std::string& principal);
    void stateless(const Request& request, const Answer& answer, const std::string& principal, Message m);
    void initialize(const Answer& answer, const std::string& principal, Message m);
    void batch(const Request& request, const Answer& answer, const std::string& principal, json::array& items);
    SessionPtr find(const Request& request, const Answer& answer, const std::string& principal);
    /// False when there is no room, even after those left that nobody uses.
    bool add(const SessionPtr& session);
    void plan_sweep(); // under mutex
    void sweep();
    void forget_old(const std::string& id);
};

HttpTransport::HttpTransport(std::shared_ptr<Server> server, HttpOptions options)
    : shared_(std::make_shared<Shared>()) {
    shared_->server = std::move(server);
    shared_->options = std::move(options);
}

HttpTransport::~HttpTransport() {
    close();
}

void HttpTransport::handle(const Request& request, const Answer& answer, const std::string& principal) {
    if (request.method == "POST")
        return shared_->post(request, answer, principal);
    if (request.headers.find(session_header) && request.header("MCP-Protocol-Version") != modern_revision) {
        if (request.method == "GET")
            return shared_->get(request, answer, principal);
        if (request.method == "DELETE")
            return shared_->remove(request, answer, principal);
    }
    method_not_allowed(answer);
}

// --- POST

void HttpTransport::Shared::post(const Request& request, const Answer& answer, const std::string& principal) {
    if (!accepts(request, "application/json") && !accepts(request, "text/event-stream"))
        return refuse(answer, 406, nullptr, rpc::invalid_request, "Accept application/json and text/event-stream");
    auto value = read_body(request, answer);
    if (!value)
        return;
    const auto header = request.header("MCP-Protocol-Version");
    if (auto* items = value->if_array())
        return batch(request, answer, principal, *items);
    auto m = classify(std::move(*value));
    if (m.kind == Message::Kind::invalid)
        return refuse(answer, 400, m.id, rpc::invalid_request, m.problem);
    if (!m.revision().empty() || header == modern_revision)
        return stateless(request, answer, principal, std::move(m));
    if (m.kind == Message::Kind::request && m.method == "initialize")
        return initialize(answer, principal, std::move(m));
    if (!header.empty() && !legacy_revision(header)) {
        json::object data;
        data["supported"] = json::array{json::value(modern_revision), json::value(latest_legacy)};
        data["requested"] = header;
        return refuse(answer, 400, m.id, rpc::unsupported_revision, "Unsupported protocol version", std::move(data));
    }
    const auto session = find(request, answer, principal);
    if (!session)
        return;
    if (m.kind != Message::Kind::request) {
        session->conversation().handle(std::move(m), nullptr);
        return answer->respond(empty_response(202));
    }
    const auto reply = std::make_shared<SessionReply>(answer, session, taste_of(request), options.keep_alive);
    if (m.method == "tools/call") // what may take long can be resumed from its start
        reply->open();
    session->conversation().handle(std::move(m), reply); // a lost connection does not cancel
}

void HttpTransport::Shared::stateless(const Request& request, const Answer& answer, const std::string& principal,
                                      Message m) {
    if (m.kind != Message::Kind::request) // nothing that outlives a request could be meant
        return answer->respond(empty_response(202));
    if (m.revision().empty())
        return refuse(answer, 400, m.id, rpc::invalid_params,
                      std::string("_meta[\"").append(meta::revision).append("\"] is missing"));
    auto conversation = server->open(principal);
    std::shared_ptr<const Catalog> catalog;
    const Tool* tool = nullptr;
    if (m.method == "tools/call") {
        Caller caller;
        caller.principal = principal;
        caller.revision = m.revision();
        catalog = server->handlers().catalog(caller);
        const auto it = catalog->tool_by_name.find(base::get_string(m.params, "name"));
        tool = it == catalog->tool_by_name.end() ? nullptr : &it->second;
    }
    if (const auto bad = header_mismatch(request, m, tool); !bad.empty())
        return refuse(answer, 400, m.id, rpc::header_mismatch, bad);
    const auto reply = std::make_shared<StatelessReply>(answer, conversation, taste_of(request), options.keep_alive);
    conversation->handle(std::move(m), reply);
    reply->cancel_on_disconnect(); // here, unlike in a session, leaving means cancelling
}

void HttpTransport::Shared::initialize(const Answer& answer, const std::string& principal, Message m) {
    /// The answer with the id of the session.
    class First final : public Reply {
    public:
        First(Answer answer, std::string id) : answer_(std::move(answer)), id_(std::move(id)) {}
        bool streams() const override { return false; }
        void send(const json::object&) override {}
        void finish(json::object response, int) override {
            auto out = json_response(200, response);
            out.headers.set(session_header, id_);
            answer_->respond(std::move(out));
        }
        void drop() override {}

    private:
        Answer answer_;
        std::string id_;
    };
    auto session = std::make_shared<HttpSession>(server->open(principal), retry_ms());
    if (!add(session)) {
        auto full = json_response(503, rpc::error(m.id, rpc::internal_error, "Too many MCP sessions are open"));
        full.headers.set("Retry-After", "30");
        return answer->respond(std::move(full));
    }
    session->conversation().handle(std::move(m), std::make_shared<First>(answer, session->id()));
}

void HttpTransport::Shared::batch(const Request& request, const Answer& answer, const std::string& principal,
                                  json::array& items) {
    if (request.header("MCP-Protocol-Version") == modern_revision)
        return refuse(answer, 400, nullptr, rpc::invalid_request, "There are no batches in this protocol version");
    const auto session = find(request, answer, principal);
    if (!session)
        return;
    if (const char* wrong = batch_problem(items, session->conversation().revision()))
        return refuse(answer, 400, nullptr, rpc::invalid_request, wrong);
    handle_batch(session->conversation(), std::move(items), nullptr, [answer](json::array all) {
        answer->respond(all.empty() ? empty_response(202) : json_response(200, std::move(all)));
    });
}

// --- sessions

HttpTransport::Shared::SessionPtr HttpTransport::Shared::find(const Request& request, const Answer& answer,
                                                              const std::string& principal) {
    const auto id = request.header(session_header);
    if (id.empty()) {
        refuse(answer, 400, nullptr, rpc::invalid_request, "Header Mcp-Session-Id is missing: send initialize first");
        return nullptr;
    }
    SessionPtr session;
    {
        std::lock_guard lock(mutex);
        if (const auto it = sessions.find(std::string(id)); it != sessions.end())
            session = it->second;
    }
    if (session && session->conversation().principal() == principal) {
        session->touch();
        return session;
    }
    refuse(answer, 404, nullptr, rpc::session_not_found,
           "There is no such session; it may have ended: send initialize again");
    return nullptr;
}

bool HttpTransport::Shared::add(const SessionPtr& session) {
    std::vector<SessionPtr> left; // closed after the lock
    bool added = false;
    {
        std::lock_guard lock(mutex);
        for (auto it = sessions.begin(); sessions.size() >= options.max_sessions && it != sessions.end();) {
            if (!it->second->idle_for(std::chrono::seconds(60))) {
                ++it;
                continue;
            }
            left.push_back(std::move(it->second));
            it = sessions.erase(it);
        }
        if (sessions.size() < options.max_sessions) {
            added = sessions.emplace(session->id(), session).second;
            plan_sweep();
        }
    }
    for (const auto& one : left)
        one->close();
    return added;
}

void HttpTransport::Shared::plan_sweep() {
    if (std::exchange(sweeping, true))
        return;
    server->timers().after(std::min<std::chrono::milliseconds>(sweep_every, options.session_ttl),
                           [weak = weak_from_this()] {
                               if (const auto self = weak.lock())
                                   self->sweep();
                           });
}

void HttpTransport::Shared::sweep() {
    std::vector<SessionPtr> ended;
    {
        std::lock_guard lock(mutex);
        for (auto it = sessions.begin(); it != sessions.end();)
            if (it->second->idle_for(options.session_ttl)) {
                ended.push_back(std::move(it->second));
                it = sessions.erase(it);
            } else {
                ++it;
            }
        sweeping = false;
        if (!sessions.empty())
            plan_sweep();
    }
    for (const auto& session : ended)
        session->close();
}

void HttpTransport::Shared::get(const Request& request, const Answer& answer, const std::string& principal) {
    if (!wants_stream(request))
        return refuse(answer, 406, nullptr, rpc::invalid_request, "Accept text/event-stream");
    const auto session = find(request, answer, principal);
    if (!session)
        return;
    const auto last = request.header("Last-Event-ID");
    const auto connect = [&] { return answer->stream(stream_head(), options.keep_alive); };
    if (last.empty())
        return session->standing()->attach(connect(), std::nullopt, session->primes());
    const auto cut = std::min(last.find('_'), last.size());
    const auto number_in = [](std::string_view text) {
        std::uint64_t n = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
        return ec == std::errc() && end == text.data() + text.size() ? std::optional(n) : std::nullopt;
    };
    const auto number = number_in(last.substr(0, cut)), after = number_in(last.substr(std::min(cut + 1, last.size())));
    const auto stream = number && after ? session->find_stream(*number) : nullptr;
    if (!stream)
        return refuse(answer, 404, nullptr, rpc::invalid_request, "This stream is not kept any more");
    stream->attach(connect(), after, false);
}

void HttpTransport::Shared::remove(const Request& request, const Answer& answer, const std::string& principal) {
    const auto session = find(request, answer, principal);
    if (!session)
        return;
    {
        std::lock_guard lock(mutex);
        sessions.erase(session->id());
    }
    session->close();
    answer->respond(empty_response(204));
}

// --- HTTP+SSE of 2024-11-05

void HttpTransport::open_sse(const Request&, const Answer& answer, const std::string& principal) {
    auto& s = *shared_;
    {
        std::lock_guard lock(s.mutex);
        if (s.old.size() >= s.options.max_sessions)
            return refuse(answer, 503, nullptr, rpc::internal_error, "Too many MCP sessions are open");
    }
    const auto gone = answer->disconnected();
    auto session =
        std::make_shared<SseSession>(s.server->open(principal), answer->stream(stream_head(), s.options.keep_alive));
    const auto id = session->id();
    {
        std::lock_guard lock(s.mutex);
        s.old[id].session = session;
    }
    session->start(s.options.message_path);
    // Its end is the end of the session: there is no way to come back to it.
    auto on_gone =
        std::make_shared<std::stop_callback<std::function<void()>>>(gone, [weak = std::weak_ptr(shared_), id] {
            if (const auto shared = weak.lock())
                shared->forget_old(id);
        });
    std::lock_guard lock(s.mutex);
    if (const auto it = s.old.find(id); it != s.old.end())
        it->second.on_gone = std::move(on_gone);
}

void HttpTransport::Shared::forget_old(const std::string& id) {
    Old gone; // dropped after the lock
    {
        std::lock_guard lock(mutex);
        const auto it = old.find(id);
        if (it == old.end())
            return;
        gone = std::move(it->second);
        old.erase(it);
    }
    gone.session->close();
}

void HttpTransport::post_message(const Request& request, const Answer& answer, const std::string& principal) {
    std::shared_ptr<SseSession> session;
    {
        std::lock_guard lock(shared_->mutex);
        const auto it = shared_->old.find(request.query_value("sessionId").value_or(""));
        if (it != shared_->old.end() && it->second.session->conversation().principal() == principal)
            session = it->second.session;
    }
    if (!session)
        return refuse(answer, 404, nullptr, rpc::session_not_found, "There is no such session: open the stream again");
    auto value = read_body(request, answer);
    if (!value)
        return;
    answer->respond(empty_response(202));
    session->conversation().handle(classify(std::move(*value)), session->reply());
}

// --- all

std::size_t HttpTransport::sessions() const {
    std::lock_guard lock(shared_->mutex);
    return shared_->sessions.size() + shared_->old.size();
}

void HttpTransport::close_idle_streams() {
    std::vector<Shared::SessionPtr> all;
    {
        std::lock_guard lock(shared_->mutex);
        for (const auto& [id, session] : shared_->sessions)
            all.push_back(session);
    }
    for (const auto& session : all)
        session->standing()->detach();
}

void HttpTransport::close() {
    decltype(shared_->sessions) all;
    decltype(shared_->old) old;
    {
        std::lock_guard lock(shared_->mutex);
        all.swap(shared_->sessions);
        old.swap(shared_->old);
    }
    for (const auto& [id, session] : all)
        session->close();
    for (const auto& [id, one] : old)
        one.session->close();
}

} // namespace rustcoder::mcp
