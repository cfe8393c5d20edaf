// What the tests of mcp/ share: messages, a collecting Reply, a server with a few tools whose calls the test finishes.
#pragma once

#include "mcp/conversation.h"

#include <condition_variable>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rustcoder::test {

namespace json = base::json;
using namespace std::chrono_literals;
using mcp::CallPtr;

inline json::object request(const json::value& id, std::string_view method, json::object params = {}) {
    return mcp::rpc::request(id, method, std::move(params));
}
inline json::object notification(std::string_view method, json::object params = {}) {
    return mcp::rpc::notification(method, std::move(params));
}
inline json::object initialize(std::string_view revision, json::object capabilities = {}) {
    json::object params;
    params["protocolVersion"] = revision;
    params["capabilities"] = std::move(capabilities);
    params["clientInfo"] = json::object{{"name", "test"}, {"version", "1"}};
    return request(1, "initialize", std::move(params));
}
inline json::object capable(std::initializer_list<std::string_view> names) {
    json::object out;
    for (const auto name : names)
        out[name] = json::object();
    return out;
}
inline json::object with_tasks(json::object capabilities = {}) {
    json::object extensions;
    extensions[mcp::tasks_extension] = json::object();
    capabilities["extensions"] = std::move(extensions);
    return capabilities;
}
/// A stateless request.
inline json::object modern(const json::value& id, std::string_view method, json::object params = {},
                           json::object capabilities = {}) {
    json::object m;
    if (const auto* given = base::get_object(params, "_meta"))
        m = *given;
    m[mcp::meta::revision] = mcp::modern_revision;
    m[mcp::meta::client_capabilities] = std::move(capabilities);
    params["_meta"] = std::move(m);
    return request(id, method, std::move(params));
}
inline json::object named(std::string_view name, json::object arguments = {}) {
    json::object params;
    params["name"] = name;
    params["arguments"] = std::move(arguments);
    return params;
}
inline json::object with_token(json::object params, const json::value& token) {
    json::object m;
    m["progressToken"] = token;
    params["_meta"] = std::move(m);
    return params;
}
inline json::object accept(json::object content) {
    json::object out;
    out["action"] = "accept";
    out["content"] = std::move(content);
    return out;
}

/// Everything that was said about one request.
class Heard : public mcp::Reply {
public:
    void send(const json::object& message) override {
        std::lock_guard lock(mutex_);
        messages_.push_back(message);
        changed_.notify_all();
    }
    void finish(json::object response, int status) override {
        std::lock_guard lock(mutex_);
        ++finished_;
        response_ = std::move(response);
        status_ = status;
        changed_.notify_all();
    }
    void drop() override {
        std::lock_guard lock(mutex_);
        dropped_ = true;
        changed_.notify_all();
    }
    json::object response() { // waits
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return finished_ > 0; }));
        return response_;
    }
    json::object result() {
        auto r = response();
        EXPECT_TRUE(r.contains("result")) << base::dump(r);
        const auto* result = base::get_object(r, "result");
        return result ? *result : json::object();
    }
    std::int64_t code() {
        auto r = response();
        const auto* error = base::get_object(r, "error");
        EXPECT_TRUE(error) << base::dump(r);
        return error ? base::get_int(*error, "code") : 0;
    }
    std::vector<json::object> messages(std::size_t at_least = 0) { // waits for so many
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return messages_.size() >= at_least; })) << messages_.size();
        return messages_;
    }
    int finished() {
        std::lock_guard lock(mutex_);
        return finished_;
    }
    int status() {
        std::lock_guard lock(mutex_);
        return status_;
    }
    bool dropped() {
        std::lock_guard lock(mutex_);
        return dropped_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<json::object> messages_;
    json::object response_;
    int finished_ = 0, status_ = 0;
    bool dropped_ = false;
};

struct McpTest : testing::Test {
    std::shared_ptr<mcp::Registry> registry = std::make_shared<mcp::Registry>();
    mcp::ServerOptions options;
    std::shared_ptr<mcp::Server> server;
    std::shared_ptr<mcp::Conversation> conversation;
    std::mutex mutex;
    std::vector<CallPtr> calls; // of "wait", oldest first

    McpTest() {
        options.name = "test";
        options.version = "1";
        add("echo", [](const CallPtr& call) {
            call->finish(mcp::ToolResult::text(std::string(base::get_string(call->arguments(), "text"))));
        });
        add("wait", [this](const CallPtr& call) { keep(call); });
        add("task", [this](const CallPtr& call) { keep(call); }, mcp::TaskSupport::optional);
        add("throw", [](const CallPtr&) { throw std::runtime_error("broken handler"); });
        add("drop", [](const CallPtr&) {});
    }
    void TearDown() override {
        calls.clear();
        conversation = nullptr;
        server = nullptr;
    }
    void add(const char* name, mcp::Handler handler, mcp::TaskSupport task = mcp::TaskSupport::never,
             json::object schema = {}) {
        mcp::Tool tool;
        tool.name = name;
        tool.input_schema = std::move(schema);
        tool.task = task;
        tool.task_after.reset();
        registry->add_tool(std::move(tool), std::move(handler));
    }
    void keep(const CallPtr& call) {
        std::lock_guard lock(mutex);
        calls.push_back(call);
    }
    CallPtr take() {
        for (int i = 0; i < 1000; ++i) {
            {
                std::lock_guard lock(mutex);
                if (!calls.empty()) {
                    auto call = calls.front();
                    calls.erase(calls.begin());
                    return call;
                }
            }
            std::this_thread::sleep_for(5ms);
        }
        ADD_FAILURE() << "no call";
        return nullptr;
    }
    void begin() {
        server = mcp::Server::create(options, registry);
        conversation = server->open();
    }
    std::shared_ptr<Heard> ask(const json::value& message) {
        auto heard = std::make_shared<Heard>();
        conversation->handle(mcp::classify(message), heard);
        return heard;
    }
    void legacy(std::string_view revision = mcp::latest_legacy, json::object capabilities = {}) {
        begin();
        const auto result = ask(initialize(revision, std::move(capabilities)))->result();
        EXPECT_EQ(base::get_string(result, "protocolVersion"), revision);
    }
};

} // namespace rustcoder::test
