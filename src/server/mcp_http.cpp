#include "server/mcp_http.h"

#include "base/log.h"
#include "server/mcp_session.h"

#include <charconv>
#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr auto sweep_every = std::chrono::seconds(60);
constexpr const char* session_header = "Mcp-Session-Id";

bool accepts(const net::HttpRequest& request, std::string_view type) {
    const auto accept = request.header("Accept");
    const auto family = std::string(type.substr(0, type.find('/'))) + "/*";
    return accept.empty() || net::has_token(accept, type) || net::has_token(accept, "*/*") ||
           net::has_token(accept, family);
}

bool wants_stream(const net::HttpRequest& request) { // only when it says so
    return net::has_token(request.header("Accept"), "text/event-stream");
}

void rpc_error(const std::shared_ptr<Call>& call, int status, const json::value& id, int code, std::string_view text,
               json::value data = nullptr) {
    call->json(status, rpc::error(id, code, text, std::move(data)));
}

/// One JSON body; notifications are left out.
class JsonReply final : public McpReply {
public:
    JsonReply(std::shared_ptr<Call> call, net::Headers headers, bool stateless)
        : call_(std::move(call)), headers_(std::move(headers)), stateless_(stateless) {}
    void notify(const json::object&) override {}
    void finish(json::object response, int status) override {
        call_->json(stateless_ ? status : 200, response, headers_);
    }
    void drop() override { call_->json(200, rpc::error(nullptr, -32800, "The request was cancelled"), headers_); }

private:
    std::shared_ptr<Call> call_;
    net::Headers headers_;
    bool stateless_;
};

/// A stream of the session: outlives the connection.
class SessionReply final : public McpReply {
public:
    explicit SessionReply(std::shared_ptr<McpStream> stream) : stream_(std::move(stream)) {}
    void notify(const json::object& notification) override { stream_->send(notification, false); }
    void finish(json::object response, int) override { stream_->send(response, true); }
    void drop() override { stream_->end(); }
    bool can_ask() const override { return true; }

private:
    std::shared_ptr<McpStream> stream_;
};

/// A stateless stream, or a plain body when the answer is there before anything was said.
class StatelessReply final : public McpReply {
public:
    explicit StatelessReply(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    void notify(const json::object& notification) override {
        std::lock_guard lock(mutex_);
        if (!stream_)
            stream_ = call_->stream({});
        stream_->write(net::sse_event(base::dump(notification), "message"));
    }
    void finish(json::object response, int status) override {
        std::lock_guard lock(mutex_);
        if (!stream_)
            return call_->json(status, response);
        stream_->write(net::sse_event(base::dump(response), "message"));
        stream_->close();
    }
    void drop() override {
        std::lock_guard lock(mutex_);
        if (stream_)
            stream_->close();
        else
            call_->json(200, rpc::error(nullptr, -32800, "The request was cancelled"));
    }
    /// The runs of the conversation hold this reply; so the callback lives while something runs.
    void cancel_on_disconnect(std::shared_ptr<McpConversation> conversation) {
        conversation_ = conversation;
        on_gone_.emplace(call_->disconnected(), [weak = std::weak_ptr(conversation)] {
            if (auto c = weak.lock())
                c->cancel_all();
        });
    }

private:
    std::mutex mutex_;
    std::shared_ptr<Call> call_;
    std::shared_ptr<net::ResponseStream> stream_;
    std::shared_ptr<McpConversation> conversation_; // its runs know it only weakly
    std::optional<std::stop_callback<std::function<void()>>> on_gone_;
};

class BatchReply final : public McpReply {
public:
    explicit BatchReply(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    ~BatchReply() override { // the last of the batch is done
        if (all_.empty()) {
            net::HttpResponse r;
            r.status = 202;
            call_->send(std::move(r));
        } else {
            call_->json(200, std::move(all_));
        }
    }
    void notify(const json::object&) override {}
    void finish(json::object response, int) override {
        std::lock_guard lock(mutex_);
        all_.emplace_back(std::move(response));
    }
    void drop() override {}

private:
    std::shared_ptr<Call> call_;
    std::mutex mutex_;
    json::array all_;
};

/// Empty when the headers of a stateless request say the same as its body.
std::string header_mismatch(const net::HttpRequest& request, const Message& m) {
    const auto differs = [&](const char* header, std::string_view body) -> std::string {
        const auto* value = request.headers.find(header);
        if (!value)
            return fmt::format("Header {} is missing", header);
        return *value == body ? std::string()
                              : fmt::format("Header {} is \"{}\", the body says \"{}\"", header, *value, body);
    };
    if (auto bad = differs("MCP-Protocol-Version", m.revision()); !bad.empty())
        return bad;
    if (auto bad = differs("Mcp-Method", m.method); !bad.empty())
        return bad;
    return m.method == "tools/call" ? differs("Mcp-Name", base::get_string(m.params, "name")) : std::string();
}

} // namespace

McpHub::McpHub(App& app) : app_(app), services_{app.jobs, app.timers, *app.use_cases, app.desk} {}

McpHub::~McpHub() {
    for (const auto& [id, session] : sessions_)
        session->close();
}

std::size_t McpHub::sessions() const {
    std::lock_guard lock(mutex_);
    return sessions_.size();
}

void McpHub::post(const std::shared_ptr<Call>& call) {
    if (!require_json(call))
        return;
    const auto& request = call->request;
    if (!accepts(request, "application/json") && !accepts(request, "text/event-stream"))
        return rpc_error(call, 406, nullptr, rpc::invalid_request, "Accept application/json and text/event-stream");
    const auto value = base::parse_json(request.body);
    if (!value)
        return rpc_error(call, 400, nullptr, rpc::parse_error, "Parse error: " + value.error().text());
    if (const auto* items = value->if_array())
        return batch(call, *items);
    const auto m = classify(*value);
    if (m.kind == Message::Kind::invalid)
        return rpc_error(call, 400, m.id, rpc::invalid_request, m.problem);
    const auto header = request.header("MCP-Protocol-Version");
    if (!m.revision().empty() || header == modern_revision)
        return stateless(call, m);
    if (m.kind == Message::Kind::request && m.method == "initialize")
        return initialize(call, m);
    if (!header.empty() && !legacy_revision(header)) {
        json::object data;
        data["supported"] = json::array{json::value(modern_revision), json::value(latest_legacy)};
        data["requested"] = header;
        return rpc_error(call, 400, m.id, rpc::unsupported_revision, "Unsupported protocol version", std::move(data));
    }
    const auto session = find(call);
    if (!session)
        return;
    if (m.kind != Message::Kind::request) {
        session->conversation->handle(m, nullptr);
        net::HttpResponse accepted;
        accepted.status = 202;
        return call->send(std::move(accepted));
    }
    if (m.method != "tools/call" || !wants_stream(request))
        return session->conversation->handle(m, std::make_shared<JsonReply>(call, net::Headers{}, false));
    const auto stream = session->open_stream();
    stream->attach(call->stream({}), 0);
    session->conversation->handle(m, std::make_shared<SessionReply>(stream)); // a lost connection does not cancel
}

void McpHub::initialize(const std::shared_ptr<Call>& call, const Message& m) {
    auto session = std::make_shared<McpSession>(random_id(), services_);
    {
        std::lock_guard lock(mutex_);
        if (sessions_.size() >= app_.options.max_sessions) {
            for (auto it = sessions_.begin(); it != sessions_.end();) // make room: whoever is not connected right now
                it = it->second->idle_for(std::chrono::seconds(60)) ? sessions_.erase(it) : std::next(it);
            if (sessions_.size() >= app_.options.max_sessions) {
                net::Headers headers;
                headers.set("Retry-After", "30");
                return call->problem(503, "Too many MCP sessions are open.", headers);
            }
        }
        sessions_.emplace(session->id(), session);
        if (!sweeping_) {
            sweeping_ = true;
            app_.timers.after(sweep_every, [this] { sweep(); });
        }
    }
    net::Headers headers;
    headers.set(session_header, session->id());
    session->conversation->handle(m, std::make_shared<JsonReply>(call, std::move(headers), false));
}

void McpHub::stateless(const std::shared_ptr<Call>& call, const Message& m) {
    if (m.kind != Message::Kind::request) { // nothing that outlives a request could be meant
        net::HttpResponse accepted;
        accepted.status = 202;
        return call->send(std::move(accepted));
    }
    if (m.revision().empty())
        return rpc_error(call, 400, m.id, rpc::invalid_params,
                         "_meta[\"io.modelcontextprotocol/protocolVersion\"] is missing");
    if (const auto bad = header_mismatch(call->request, m); !bad.empty())
        return rpc_error(call, 400, m.id, rpc::header_mismatch, bad);
    auto conversation = std::make_shared<McpConversation>(services_);
    const auto reply = std::make_shared<StatelessReply>(call);
    conversation->handle(m, reply);
    reply->cancel_on_disconnect(conversation); // here, unlike in a session, leaving means cancelling
}

void McpHub::batch(const std::shared_ptr<Call>& call, const json::array& items) {
    const auto session = find(call);
    if (!session)
        return;
    if (session->conversation->revision() != batch_revision || items.empty())
        return rpc_error(call, 400, nullptr, rpc::invalid_request,
                         items.empty() ? "The batch is empty" : "Batches belong to protocol version 2025-03-26 only");
    const auto together = std::make_shared<BatchReply>(call);
    for (const auto& item : items)
        session->conversation->handle(classify(item), together);
}

std::shared_ptr<McpSession> McpHub::find(const std::shared_ptr<Call>& call) {
    const auto id = call->request.header(session_header);
    if (id.empty()) {
        rpc_error(call, 400, nullptr, rpc::invalid_request, "Header Mcp-Session-Id is missing: send initialize first");
        return nullptr;
    }
    std::shared_ptr<McpSession> session;
    {
        std::lock_guard lock(mutex_);
        if (const auto it = sessions_.find(std::string(id)); it != sessions_.end())
            session = it->second;
    }
    if (session)
        session->touch();
    else
        rpc_error(call, 404, nullptr, -32001, "There is no such session; it may have ended: send initialize again");
    return session;
}

void McpHub::get(const std::shared_ptr<Call>& call) {
    if (call->request.header(session_header).empty()) { // stateless clients have no GET
        net::Headers headers;
        headers.set("Allow", "POST, OPTIONS");
        return call->reject(405, {{"detail", "GET /mcp needs the Mcp-Session-Id of a session"}}, headers);
    }
    if (!wants_stream(call->request))
        return rpc_error(call, 406, nullptr, rpc::invalid_request, "Accept text/event-stream");
    const auto session = find(call);
    if (!session)
        return;
    const auto last = call->request.header("Last-Event-ID");
    if (last.empty())
        return session->standing()->attach(call->stream({}), 0);
    std::uint64_t number = 0, after = 0;
    const auto cut = last.find('_');
    if (cut != std::string_view::npos) {
        std::from_chars(last.data(), last.data() + cut, number);
        std::from_chars(last.data() + cut + 1, last.data() + last.size(), after);
    }
    const auto stream = session->find_stream(number);
    if (!stream)
        return rpc_error(call, 404, nullptr, rpc::invalid_request, "This stream is not kept any more");
    stream->attach(call->stream({}), after);
}

void McpHub::remove(const std::shared_ptr<Call>& call) {
    if (call->request.header(session_header).empty()) {
        net::Headers headers;
        headers.set("Allow", "POST, OPTIONS");
        return call->reject(405, {{"detail", "DELETE /mcp needs the Mcp-Session-Id of a session"}}, headers);
    }
    const auto session = find(call);
    if (!session)
        return;
    {
        std::lock_guard lock(mutex_);
        sessions_.erase(session->id());
    }
    session->close();
    net::HttpResponse r;
    r.status = 204;
    call->send(std::move(r));
}

void McpHub::sweep() {
    std::vector<std::shared_ptr<McpSession>> ended;
    {
        std::lock_guard lock(mutex_);
        for (auto it = sessions_.begin(); it != sessions_.end();)
            if (it->second->idle_for(app_.options.session_ttl)) {
                ended.push_back(it->second);
                it = sessions_.erase(it);
            } else {
                ++it;
            }
        sweeping_ = !sessions_.empty();
        if (sweeping_)
            app_.timers.after(sweep_every, [this] { sweep(); });
    }
    for (const auto& session : ended)
        session->close();
}

void McpHub::close_idle_streams() {
    std::vector<std::shared_ptr<McpSession>> all;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [id, session] : sessions_)
            all.push_back(session);
    }
    for (const auto& session : all)
        session->close_standing();
}

void add_mcp_routes(App& app) {
    auto& hub = *app.mcp;
    const std::vector<Route::Response> stream = {
        {200, "JSON, or Server-Sent Events with the progress and then the response", ""}};
    app.routes.push_back({"POST", "/mcp", Access::key, false, [&hub](const std::shared_ptr<Call>& c) { hub.post(c); },
                          "mcp", "Model Context Protocol, Streamable HTTP: one JSON-RPC message", "", stream});
    app.routes.push_back({"GET",
                          "/mcp",
                          Access::key,
                          false,
                          [&hub](const std::shared_ptr<Call>& c) { hub.get(c); },
                          "mcp",
                          "The session's standing stream, or a lost one by Last-Event-ID",
                          "",
                          {{200, "Server-Sent Events", "", "text/event-stream"}}});
    app.routes.push_back({"DELETE",
                          "/mcp",
                          Access::key,
                          false,
                          [&hub](const std::shared_ptr<Call>& c) { hub.remove(c); },
                          "mcp",
                          "End the session and cancel what it runs",
                          "",
                          {{204, "Ended", ""}}});
}

} // namespace rustcoder::server
