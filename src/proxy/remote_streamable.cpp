// Streamable HTTP as a client of both eras. Every request is a POST with an answer or a stream of its own; a stream
// that breaks is resumed where the revision allows that; what belongs to no request comes on a GET stream (legacy).
#include "proxy/remote_parts.h"

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "mcp/protocol.h"

#include <condition_variable>
#include <fmt/format.h>
#include <set>

namespace rustcoder::proxy {

namespace {

using std::chrono::milliseconds;

constexpr auto short_post = std::chrono::seconds(30); // a notification or an answer is only taken, not worked on
constexpr auto longest_pause = std::chrono::seconds(30);
constexpr int most_resumes = 20;

struct Stream {
    std::string key; // of the request; empty: the GET stream
    bool modern = false;
    std::stop_source stop;
};

/// False when `stop` fired.
bool pause(milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

/// What one HTTP exchange brought.
struct Outcome {
    int status = 0;
    bool streamed = false; // as text/event-stream
    std::string body;
    Status status_of_call;
};

class Streamable final : public Upstream, public std::enable_shared_from_this<Streamable> {
public:
    Streamable(std::shared_ptr<RemoteShared> shared, Events events)
        : shared_(std::move(shared)), events_(std::move(events)), strand_(std::make_shared<Strand>(shared_->workers)) {}

    Status send(const Message& message) override {
        if (message.cancelled && stop_modern(message.key(message.cancelled)))
            return {};
        {
            std::lock_guard lock(mutex_);
            if (closed_)
                return fail(Errc::unavailable, "the conversation has ended", describe());
        }
        auto self = shared_from_this();
        const bool request = message.kind == Message::Kind::request, first = message.method == "initialize";
        bool ok = false;
        if (request && !first && strand_->idle())
            ok = shared_->workers.post([self, message] { self->run_request(message); });
        else
            ok = strand_->post([self, message, request, first] {
                if (!request)
                    self->post_short(message);
                else if (first || !self->shared_->workers.post([self, message] { self->run_request(message); }))
                    self->run_request(message);
            });
        return ok ? Status() : fail(Errc::busy, "too many requests run at once", describe());
    }

    void close() override {
        std::string session;
        {
            std::lock_guard lock(mutex_);
            if (std::exchange(closed_, true))
                return;
            session = session_;
            for (const auto& stream : streams_)
                stream->stop.request_stop();
        }
        if (!session.empty())
            shared_->workers.post([self = shared_from_this()] { self->end_session(); });
    }

    std::string describe() const override { return "server " + shared_->options.url; }

private:
    bool stop_modern(const std::string& key) {
        std::lock_guard lock(mutex_);
        for (const auto& stream : streams_)
            if (stream->key == key && stream->modern)
                return stream->stop.request_stop(); // closing the stream is what cancels
        return false;
    }

    std::shared_ptr<Stream> open_stream(const Message* request) {
        auto stream = std::make_shared<Stream>();
        if (request) {
            stream->key = request->key();
            stream->modern = request->modern();
        }
        std::lock_guard lock(mutex_);
        if (closed_)
            stream->stop.request_stop();
        streams_.insert(stream);
        return stream;
    }
    void drop_stream(const std::shared_ptr<Stream>& stream) {
        std::lock_guard lock(mutex_);
        streams_.erase(stream);
    }

    net::ClientRequest prepare(const char* method, const Message* message) {
        auto r = remote_request(*shared_, method, shared_->options.url);
        r.headers.set("Accept", message ? "application/json, text/event-stream" : "text/event-stream");
        if (message) {
            r.headers.set("Content-Type", "application/json");
            r.body = message->text;
        }
        if (message && message->modern()) {
            for (const auto& headers : {standard_headers(*message), shared_->tool_headers.headers_for(*message)})
                for (const auto& [name, value] : headers.fields())
                    r.headers.set(name, value);
            return r;
        }
        std::lock_guard lock(mutex_);
        if (!session_.empty())
            r.headers.set("Mcp-Session-Id", session_);
        if (!version_.empty())
            r.headers.set("MCP-Protocol-Version", version_);
        return r;
    }

    /// Runs one exchange; every message of the answer goes to `take`.
    Outcome exchange(const net::ClientRequest& request, const std::stop_token& stop,
                     const std::function<void(Message)>& take, std::string* last_id, int* retry_ms) {
        Outcome out;
        net::SseReader reader(shared_->options.longest_message);
        Status bad;
        const auto on_response = [&](const net::ClientResponse& r) {
            out.status = r.status;
            out.streamed = r.status < 300 && net::has_token(r.headers.get("Content-Type"), "text/event-stream");
            if (const auto* id = r.headers.find("Mcp-Session-Id"); id && r.status < 300)
                keep_session(*id);
            return true;
        };
        const auto on_event = [&](const net::SseMessage& e) {
            if (last_id && !e.id.empty())
                *last_id = e.id;
            if (retry_ms && e.retry_ms)
                *retry_ms = *e.retry_ms;
            if (e.data.empty())
                return true;
            bool batch = false;
            if (auto messages = Message::read_batch(e.data, batch))
                for (auto& m : *messages)
                    take(std::move(m));
            else
                base::log_warn(
                    fmt::format("{} sent an event that is no message: {}", describe(), messages.error().text()));
            return true;
        };
        const auto on_data = [&](std::string_view piece) {
            if (out.streamed) {
                bad = reader.feed(piece, on_event);
                return bad.has_value();
            }
            if (out.body.size() + piece.size() > shared_->options.longest_message) {
                bad = fail(Errc::limit, "the answer is too large", describe());
                return false;
            }
            out.body += piece;
            return true;
        };
        auto response = shared_->client.send(request, stop, on_data, on_response);
        if (!bad)
            out.status_of_call = bad;
        else if (!response)
            out.status_of_call = std::unexpected(std::move(response).error());
        return out;
    }

    void keep_session(const std::string& id) {
        std::lock_guard lock(mutex_);
        session_ = id;
    }

    void learn_version(const Message& answer) {
        if (!answer.result || answer.text[answer.result.at] != '{')
            return;
        for (const auto& [key, value] : Message::members(answer.text, answer.result))
            if (key == "protocolVersion" && value.size > 2) {
                std::lock_guard lock(mutex_);
                version_ = answer.raw(value).substr(1, value.size - 2);
            }
    }

    void run_request(const Message& request) {
        const auto stream = open_stream(&request);
        request_on(*stream, request);
        drop_stream(stream);
    }

    void request_on(Stream& stream, const Message& request) {
        bool answered = false;
        std::string last_id;
        int retry_ms = 1000;
        const auto take = [&](Message m) {
            if (m.kind == Message::Kind::response && m.key() == stream.key) {
                answered = true;
                if (request.method == "initialize")
                    learn_version(m);
                if (request.method == "tools/list")
                    shared_->tool_headers.learn(m);
            }
            events_.message(std::move(m), stream.key);
        };
        Outcome out;
        for (int attempt = 1;; ++attempt) {
            out = exchange(prepare("POST", &request), stream.stop.get_token(), take, &last_id, &retry_ms);
            if (out.status_of_call || !never_sent(out.status_of_call.error()) ||
                attempt >= shared_->options.connect_tries)
                break;
            if (!pause(milliseconds(200) * (1 << std::min(attempt, 6)), stream.stop.get_token()))
                return;
        }
        if (stream.stop.stop_requested() || answered)
            return;
        if (out.status != 0 && !out.streamed && out.status_of_call)
            return plain_answer(stream, request, out, take);
        for (int n = 0; !answered && !last_id.empty() && !stream.modern && n < most_resumes; ++n) {
            if (!pause(milliseconds(retry_ms), stream.stop.get_token()))
                return;
            auto again = prepare("GET", nullptr);
            again.headers.set("Last-Event-ID", last_id);
            out = exchange(again, stream.stop.get_token(), take, &last_id, &retry_ms);
            if (out.status_of_call && !out.streamed) // the server knows of nothing to resume
                break;
        }
        if (!answered && !stream.stop.stop_requested())
            events_.message(error_answer(request.raw(request.id), mcp::rpc::internal_error,
                                         out.status_of_call ? describe() + " ended its stream without an answer"
                                                            : "no answer: " + out.status_of_call.error().text()),
                            stream.key);
    }

    /// An answer that is no stream: the result, an error of the protocol, or trouble of HTTP.
    void plain_answer(const Stream& stream, const Message& request, const Outcome& out,
                      const std::function<void(Message)>& take) {
        bool batch = false;
        auto messages = Message::read_batch(out.body, batch);
        const bool spoken = messages && messages->front().kind == Message::Kind::response;
        if (!spoken && request.method == "initialize" && !request.modern() &&
            shared_->options.transport == RemoteOptions::Transport::automatic &&
            (out.status == 400 || out.status == 404 || out.status == 405)) {
            shared_->speaks_sse = true; // the oldest transport answers no POST here
            return lost(fmt::format("{} takes no POST; the older SSE transport is tried", shared_->options.url),
                        request);
        }
        bool in_session = false;
        {
            std::lock_guard lock(mutex_);
            in_session = !session_.empty();
        }
        if (out.status == 404 && in_session && !stream.modern && request.method != "initialize")
            return lost("the server has forgotten the session", request);
        if (!spoken) {
            events_.message(error_answer(request.raw(request.id), mcp::rpc::internal_error,
                                         http_trouble(out.status, shared_->options.url, out.body)),
                            stream.key);
            return;
        }
        for (auto& m : *messages) {
            if (!batch && m.is_error && m.key() != stream.key) // it could not read whose error it is; we know
                m = m.id ? m.edited({{m.id, request.raw(request.id)}}) : with_id(m, request.raw(request.id));
            take(std::move(m));
        }
    }

    static Message with_id(const Message& m, std::string_view id) {
        auto text = m.text;
        text.insert(text.find('{') + 1, fmt::format("\"id\":{},", id));
        return *Message::read(std::move(text));
    }

    void lost(const std::string& why, const Message& unsent) {
        {
            std::lock_guard lock(mutex_);
            if (std::exchange(closed_, true))
                return;
            session_.clear();
            for (const auto& stream : streams_)
                if (stream->key != unsent.key())
                    stream->stop.request_stop();
        }
        events_.closed(why, {unsent});
    }

    /// Notifications and answers: the next message waits until the server has taken it.
    void post_short(const Message& message) {
        const auto stream = open_stream(nullptr);
        auto request = prepare("POST", &message);
        request.timeouts.total = short_post;
        const auto out = exchange(request, stream->stop.get_token(), [](const Message&) {}, nullptr, nullptr);
        drop_stream(stream);
        if (!out.status_of_call)
            base::log_warn(fmt::format("{} was not delivered: {}", message.method, out.status_of_call.error().text()));
        else if (out.status >= 400)
            base::log_warn(fmt::format("{} was refused: {}", message.method,
                                       http_trouble(out.status, shared_->options.url, out.body)));
        else if (message.method == "notifications/initialized")
            shared_->workers.post([self = shared_from_this()] { self->listen(); });
    }

    void listen() {
        const auto stream = open_stream(nullptr);
        std::string last_id;
        int retry_ms = 1000;
        auto wait = milliseconds(retry_ms);
        for (;;) {
            auto request = prepare("GET", nullptr);
            if (!last_id.empty())
                request.headers.set("Last-Event-ID", last_id);
            const auto out = exchange(
                request, stream->stop.get_token(), [&](Message m) { events_.message(std::move(m), {}); }, &last_id,
                &retry_ms);
            if (out.status >= 400 && out.status < 500) // the server has nothing to say of its own
                break;
            wait = out.streamed ? milliseconds(retry_ms) : std::min<milliseconds>(wait * 2, longest_pause);
            if (!pause(wait, stream->stop.get_token()))
                break;
        }
        drop_stream(stream);
    }

    void end_session() {
        auto request = prepare("DELETE", nullptr);
        request.timeouts.connect = request.timeouts.total = std::chrono::seconds(2);
        (void)shared_->client.send(request);
    }

    const std::shared_ptr<RemoteShared> shared_;
    const Events events_;
    const std::shared_ptr<Strand> strand_;
    std::mutex mutex_;
    std::string session_, version_;
    std::set<std::shared_ptr<Stream>> streams_;
    bool closed_ = false;
};

} // namespace

std::shared_ptr<Upstream> make_streamable(std::shared_ptr<RemoteShared> shared, Upstream::Events events) {
    return std::make_shared<Streamable>(std::move(shared), std::move(events));
}

} // namespace rustcoder::proxy
