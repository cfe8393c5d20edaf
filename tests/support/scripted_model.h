// A model server that says what the test tells it to: OpenAI-compatible (/chat/completions, /embeddings) and Anthropic
// (/messages). Every request is compared with the published APIs; what breaks them fails the test that made it.
#pragma once

#include "base/json.h"
#include "net/http_server.h"

#include <condition_variable>
#include <deque>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <list>
#include <thread>

namespace rustcoder::test {

namespace json = boost::json;

/// What is wrong with a request, by the published API of its path; empty = nothing.
std::vector<std::string> api_breaches(const net::HttpRequest& request);

/// One answer.
struct Act {
    int status = 200;
    net::Headers headers = {};
    std::string body = {}; // when there are no events
    std::string content_type = "application/json";
    std::vector<std::string> events = {}; // sent as they are, in one stream
    std::chrono::milliseconds pause{0};   // before each event
    bool hang = false;                    // after the events, or instead of an answer: nothing more until the end
};

class ScriptedModel {
public:
    ScriptedModel() {
        auto started =
            net::HttpServer::start({.port = 0}, [this](net::HttpRequest request, std::shared_ptr<net::Responder> to) {
                take(std::move(request), std::move(to));
            });
        if (started)
            server_ = std::move(*started);
        else
            ADD_FAILURE() << started.error().text();
    }
    ~ScriptedModel() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        for (auto& thread : threads_)
            thread.join();
        server_->stop(std::chrono::milliseconds(0));
    }
    std::string base() const { return fmt::format("http://127.0.0.1:{}/v1", server_->port()); }
    /// Acts are used up in order; then `otherwise` answers, if set; then 500.
    void then(Act act) {
        const std::lock_guard lock(mutex_);
        acts_.push_back(std::move(act));
    }
    void otherwise(std::function<Act(const net::HttpRequest&)> answer) {
        const std::lock_guard lock(mutex_);
        otherwise_ = std::move(answer);
    }
    std::vector<net::HttpRequest> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    json::object request_body(std::size_t i) const {
        const auto all = requests();
        const auto parsed = base::parse_json(i < all.size() ? all[i].body : "");
        return parsed && parsed->is_object() ? parsed->get_object() : json::object{};
    }

private:
    void take(net::HttpRequest request, std::shared_ptr<net::Responder> to) {
        for (const auto& breach : api_breaches(request))
            ADD_FAILURE() << "the request breaks the API of " << request.path << ": " << breach << "\n" << request.body;
        std::unique_lock lock(mutex_);
        requests_.push_back(request);
        Act act{.status = 500, .body = "no act is left", .content_type = "text/plain"};
        if (!acts_.empty()) {
            act = std::move(acts_.front());
            acts_.pop_front();
        } else if (otherwise_) {
            act = otherwise_(request);
        }
        threads_.emplace_back([this, act = std::move(act), to = std::move(to)] { perform(act, to); });
    }
    bool wait(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, time, [&] { return stopping_; });
    }
    void perform(const Act& act, const std::shared_ptr<net::Responder>& to) {
        net::HttpResponse head{.status = act.status, .content_type = act.content_type, .headers = act.headers};
        if (act.events.empty() && act.hang) {
            wait(std::chrono::hours(1));
            return;
        }
        if (act.events.empty()) {
            if (wait(act.pause)) {
                head.body = act.body;
                to->respond(std::move(head));
            }
            return;
        }
        head.content_type = "text/event-stream";
        const auto stream = to->stream(std::move(head), std::chrono::milliseconds(0));
        for (const auto& event : act.events) {
            if (act.pause.count() > 0 && !wait(act.pause))
                break;
            while (stream->write(event) == net::ResponseStream::Write::full &&
                   stream->wait_writable(std::chrono::milliseconds(50))) {
            }
        }
        if (act.hang)
            wait(std::chrono::hours(1));
        stream->close();
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::deque<Act> acts_;
    std::function<Act(const net::HttpRequest&)> otherwise_;
    std::vector<net::HttpRequest> requests_;
    std::list<std::thread> threads_;
    std::unique_ptr<net::HttpServer> server_;
};

// ---- answers ---------------------------------------------------------------------------------------------------

/// A streamed chat completion: one event a piece, the reason it ends, usage, [DONE].
inline Act streamed(const std::vector<std::string>& pieces, std::string finish = "stop", int index = 0) {
    Act act;
    const auto event = [&](json::object choice) {
        choice["index"] = index;
        act.events.push_back(net::sse_event(base::dump(json::object{{"id", "c1"},
                                                                    {"object", "chat.completion.chunk"},
                                                                    {"model", "scripted"},
                                                                    {"choices", json::array{std::move(choice)}}})));
    };
    event({{"delta", {{"role", "assistant"}, {"content", ""}}}, {"finish_reason", nullptr}});
    for (const auto& piece : pieces)
        event({{"delta", {{"content", piece}}}, {"finish_reason", nullptr}});
    if (!finish.empty())
        event({{"delta", json::object{}}, {"finish_reason", finish}});
    act.events.push_back(net::sse_event(
        base::dump(json::object{{"choices", json::array{}},
                                {"usage", {{"prompt_tokens", 11}, {"completion_tokens", 7}, {"total_tokens", 18}}}})));
    act.events.push_back(net::sse_event("[DONE]"));
    return act;
}

/// Vectors for the inputs of a request: component k of text i is i + 1 + k.
inline Act embedded(const net::HttpRequest& request, std::size_t dimension) {
    const auto parsed = base::parse_json(request.body);
    json::array data;
    const auto count = parsed ? base::get_array(parsed->get_object(), "input")->size() : 0;
    for (std::size_t i = 0; i < count; ++i) {
        json::array vector;
        for (std::size_t k = 0; k < dimension; ++k)
            vector.emplace_back(static_cast<double>(i + 1 + k));
        data.push_back(json::object{{"object", "embedding"}, {"index", i}, {"embedding", std::move(vector)}});
    }
    return {.body = base::dump(json::object{{"object", "list"}, {"data", std::move(data)}, {"model", "scripted"}})};
}

// ---- the published APIs ------------------------------------------------------------------------------------------

class ApiCheck {
public:
    explicit ApiCheck(const net::HttpRequest& request) : request_(request) {}
    std::vector<std::string> breaches;

    void run() {
        const auto& path = request_.path;
        require(request_.method == "POST", "the method is " + request_.method);
        require(request_.header("Content-Type") == "application/json", "Content-Type is not application/json");
        const auto parsed = base::parse_json(request_.body);
        if (!parsed || !parsed->is_object())
            return breach("the body is no JSON object");
        body_ = parsed->get_object();
        if (path.ends_with("/chat/completions"))
            chat();
        else if (path.ends_with("/embeddings"))
            embeddings();
        else if (path.ends_with("/messages"))
            messages();
        else
            breach("no such path");
    }

private:
    void breach(std::string what) { breaches.push_back(std::move(what)); }
    void require(bool condition, std::string what) {
        if (!condition)
            breach(std::move(what));
    }
    const json::value* field(const char* name) const { return body_.if_contains(name); }
    void known(std::initializer_list<std::string_view> names) {
        for (const auto& member : body_)
            require(std::find(names.begin(), names.end(), member.key()) != names.end(),
                    "unknown field " + std::string(member.key()));
    }
    void text(const char* name) {
        const auto* v = field(name);
        require(v && v->is_string() && !v->get_string().empty(), std::string(name) + " is no text");
    }
    void number(const char* name, double low, double high, bool whole) {
        const auto* v = field(name);
        if (!v)
            return;
        require(v->is_number() && (!whole || v->is_int64() || v->is_uint64()), std::string(name) + " has no such type");
        if (v->is_number())
            require(v->to_number<double>() >= low && v->to_number<double>() <= high,
                    std::string(name) + " is out of range");
    }
    void texts(const char* name, std::size_t most) {
        const auto* v = field(name);
        if (!v)
            return;
        const auto* list = v->if_array();
        require(list && !list->empty() && list->size() <= most, std::string(name) + " has a wrong length");
        for (std::size_t i = 0; list && i < list->size(); ++i)
            require(list->at(i).is_string() && !list->at(i).get_string().empty(), std::string(name) + " holds no text");
    }
    void bearer() {
        if (const auto* value = request_.headers.find("Authorization"))
            require(value->starts_with("Bearer ") && value->size() > 7, "Authorization is no bearer token");
    }

    void chat() {
        known({"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "n", "stop", "seed",
               "stream", "stream_options", "reasoning_effort", "presence_penalty", "frequency_penalty", "user"});
        bearer();
        text("model");
        turns({"system", "developer", "user", "assistant"});
        number("max_tokens", 1, 1e6, true);
        number("max_completion_tokens", 1, 1e6, true);
        require(!field("max_tokens") || !field("max_completion_tokens"), "both names of the token limit");
        number("temperature", 0, 2, false);
        number("top_p", 0, 1, false);
        number("n", 1, 128, true);
        number("seed", -9.3e18, 9.3e18, true);
        texts("stop", 4);
        const auto* stream = field("stream");
        require(!stream || stream->is_bool(), "stream is no bool");
        if (const auto* options = field("stream_options")) {
            require(stream && stream->is_bool() && stream->get_bool(), "stream_options without stream");
            require(options->is_object() && options->get_object().if_contains("include_usage"), "odd stream_options");
        }
    }
    void messages() {
        known({"model", "messages", "max_tokens", "system", "temperature", "top_p", "top_k", "stop_sequences", "stream",
               "metadata", "thinking"});
        require(!request_.header("x-api-key").empty(), "x-api-key is missing");
        require(request_.header("anthropic-version") == "2023-06-01", "anthropic-version is missing");
        require(!request_.headers.find("Authorization"), "two kinds of credentials");
        text("model");
        require(field("max_tokens") != nullptr, "max_tokens is missing");
        number("max_tokens", 1, 1e6, true);
        number("temperature", 0, 1, false);
        number("top_p", 0, 1, false);
        if (field("system"))
            text("system");
        texts("stop_sequences", 1000);
        turns({"user", "assistant"});
        const auto* list = base::get_array(body_, "messages");
        if (list && !list->empty() && list->front().is_object())
            require(base::get_string(list->front().get_object(), "role") == "user", "the first turn is not the user's");
    }
    void turns(std::initializer_list<std::string_view> roles) {
        const auto* list = base::get_array(body_, "messages");
        if (!list || list->empty())
            return breach("messages are missing");
        for (const auto& item : *list) {
            const auto* turn = item.if_object();
            if (!turn)
                return breach("a message is no object");
            const auto role = base::get_string(*turn, "role");
            require(std::find(roles.begin(), roles.end(), role) != roles.end(), "unknown role " + std::string(role));
            require(!base::get_string(*turn, "content").empty(), "a message is empty");
        }
    }
    void embeddings() {
        known({"model", "input", "encoding_format", "dimensions", "user"});
        bearer();
        text("model");
        require(field("input") && field("input")->is_array(), "input is missing");
        texts("input", 2048);
    }

    const net::HttpRequest& request_;
    json::object body_;
};

inline std::vector<std::string> api_breaches(const net::HttpRequest& request) {
    ApiCheck check(request);
    check.run();
    return check.breaches;
}

} // namespace rustcoder::test
