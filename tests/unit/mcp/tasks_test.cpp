// Tasks of both eras, subscriptions, changes.
#include "mcp_fixture.h"

#include "mcp/subscriptions.h"
#include "mcp/tasks.h"

namespace rustcoder::test {
namespace {

struct Tasks : McpTest {
    json::object task(const char* id, std::string_view method = "tasks/get", json::object params = {}) {
        params["taskId"] = id;
        return modern(json::value(std::string(method) + id), method, std::move(params), with_tasks());
    }
    json::object get(const std::string& id) { return ask(task(id.c_str()))->result(); }
    /// A running task and its call.
    std::pair<std::string, CallPtr> started(json::object capabilities = with_tasks()) {
        const auto heard = ask(modern("start", "tools/call", named("task"), std::move(capabilities)));
        const auto call = take();
        EXPECT_TRUE(call->become_task());
        EXPECT_TRUE(call->become_task()) << "is one";
        EXPECT_EQ(heard->result().at("resultType"), "task");
        return {std::string(heard->result().at("taskId").as_string()), call};
    }
};

TEST_F(Tasks, run_on_after_the_handle_was_given) {
    begin();
    const auto [id, call] = started();
    EXPECT_EQ(conversation->active(), 0u);
    conversation->cancel_all(); // the client that leaves does not take its tasks along
    EXPECT_FALSE(call->stop_token().stop_requested());
    EXPECT_EQ(get(id).at("status"), "working");
    call->status("half way");
    EXPECT_EQ(get(id).at("statusMessage"), "half way");
    call->finish(mcp::ToolResult::error("it failed, which is a result"));
    const auto done = get(id);
    EXPECT_EQ(done.at("status"), "completed");
    EXPECT_EQ(done.at("result").at("isError"), true);
    EXPECT_TRUE(done.at("ttlMs").is_int64());
    call->fail(mcp::rpc::internal_error, "late");
    EXPECT_EQ(get(id).at("status"), "completed");
}

TEST_F(Tasks, only_for_clients_that_know_them) {
    begin();
    const auto heard = ask(modern(1, "tools/call", named("task")));
    const auto call = take();
    EXPECT_FALSE(call->become_task());
    call->finish(mcp::ToolResult::text("plain"));
    EXPECT_EQ(heard->result().at("resultType"), "complete");
    for (const char* method : {"tasks/get", "tasks/cancel", "tasks/update"})
        EXPECT_EQ(ask(modern(2, method, {{"taskId", "x"}}))->code(), -32021) << method;
    ask(modern(3, "tools/call", named("wait"), with_tasks()));
    const auto never = take();
    EXPECT_FALSE(never->become_task()) << "a tool that is no task";
    never->finish(mcp::ToolResult::text(""));
}

TEST_F(Tasks, a_long_call_becomes_one_by_itself) {
    mcp::Tool tool;
    tool.name = "long";
    tool.task = mcp::TaskSupport::optional;
    tool.task_after = 20ms;
    registry->add_tool(std::move(tool), [this](const CallPtr& call) { keep(call); });
    begin();
    const auto heard = ask(modern(1, "tools/call", named("long"), with_tasks()));
    const auto call = take();
    EXPECT_EQ(heard->result().at("resultType"), "task");
    EXPECT_TRUE(call->is_task());
    const std::string id(heard->result().at("taskId").as_string());
    call->finish(mcp::ToolResult::text("done"));
    EXPECT_EQ(get(id).at("status"), "completed");
}

TEST_F(Tasks, belong_to_their_principal) {
    begin();
    const auto [id, call] = started();
    const auto other = server->open("somebody else");
    for (const char* method : {"tasks/get", "tasks/cancel"}) {
        const auto heard = std::make_shared<Heard>();
        other->handle(mcp::classify(json::value(task(id.c_str(), method))), heard);
        EXPECT_EQ(heard->code(), -32602) << method;
    }
    EXPECT_FALSE(call->stop_token().stop_requested());
    EXPECT_EQ(ask(task("unknown"))->code(), -32602);
}

TEST_F(Tasks, are_cancelled_by_their_own_method) {
    begin();
    const auto [id, call] = started();
    ask(notification("notifications/cancelled", {{"requestId", "start"}})); // not by this
    EXPECT_FALSE(call->stop_token().stop_requested());
    const auto ack = ask(task(id.c_str(), "tasks/cancel"))->result();
    EXPECT_FALSE(ack.contains("status"));
    EXPECT_TRUE(call->stop_token().stop_requested());
    EXPECT_EQ(get(id).at("status"), "cancelled");
    call->finish(mcp::ToolResult::text("too late"));
    EXPECT_EQ(get(id).at("status"), "cancelled");
    ask(task(id.c_str(), "tasks/cancel"))->result(); // again is fine
}

TEST_F(Tasks, that_are_forgotten_by_their_handler_fail) {
    begin();
    auto [id, call] = started();
    call = nullptr;
    EXPECT_EQ(get(id).at("status"), "failed");
    EXPECT_EQ(get(id).at("error").at("code"), -32603);
}

TEST_F(Tasks, wait_for_answers_key_by_key) {
    begin();
    const auto [id, call] = started(with_tasks(capable({"elicitation"})));
    const auto form = mcp::elicit("?", {});
    std::string heard;
    call->ask({{"a", form}, {"b", form}}, [&](Result<mcp::Answers> all) { heard += std::to_string(all->size()); });
    EXPECT_EQ(get(id).at("inputRequests").as_object().size(), 2u);
    const auto update = [&](json::object responses) {
        ask(task(id.c_str(), "tasks/update", {{"inputResponses", std::move(responses)}}))->result();
    };
    update({{"a", accept({})}, {"zzz", accept({})}, {"b", 5}});
    EXPECT_EQ(get(id).at("status"), "input_required");
    EXPECT_TRUE(get(id).at("inputRequests").as_object().contains("b"));
    EXPECT_EQ(heard, "");
    update({{"b", accept({})}});
    EXPECT_EQ(heard, "2");
    EXPECT_EQ(get(id).at("status"), "working");
    call->ask({{"a", form}}, [&](Result<mcp::Answers>) { heard += "again"; });
    EXPECT_TRUE(get(id).at("inputRequests").as_object().contains("a-2")) << "keys are never used twice";
    update({{"a", accept({})}});
    EXPECT_EQ(heard, "2");
    update({{"a-2", accept({})}});
    EXPECT_EQ(heard, "2again");
    call->finish(mcp::ToolResult::text(""));
}

TEST_F(Tasks, are_limited_and_then_calls_simply_wait) {
    options.max_tasks = 1;
    begin();
    const auto [id, call] = started();
    const auto heard = ask(modern(2, "tools/call", named("task"), with_tasks()));
    const auto second = take();
    EXPECT_FALSE(second->become_task());
    second->finish(mcp::ToolResult::text("in the old way"));
    EXPECT_EQ(heard->result().at("resultType"), "complete");
    call->finish(mcp::ToolResult::text(""));
}

TEST_F(Tasks, of_2025_11_25_are_asked_for_by_the_client) {
    legacy();
    EXPECT_EQ(ask(request(2, "tools/list"))->result().at("tools").at(2).at("execution").at("taskSupport"), "optional");
    auto params = named("task");
    params["task"] = json::object{{"ttl", 5000}};
    const auto created = ask(request(3, "tools/call", params))->result().at("task").as_object();
    EXPECT_EQ(created.at("ttl"), 5000);
    json::object by_id{{"taskId", created.at("taskId")}};
    const auto call = take();
    EXPECT_TRUE(call->is_task());
    EXPECT_EQ(ask(request(4, "tasks/get", by_id))->result().at("status"), "working");
    const auto waiting = ask(request(5, "tasks/result", by_id));
    EXPECT_EQ(waiting->finished(), 0);
    call->finish(mcp::ToolResult::text("done"));
    const auto result = waiting->result();
    EXPECT_EQ(result.at("content").at(0).at("text"), "done");
    EXPECT_EQ(result.at("_meta").at(mcp::meta::related_task).at("taskId"), created.at("taskId"));
    EXPECT_EQ(ask(request(6, "tasks/list"))->result().at("tasks").as_array().size(), 1u);
    EXPECT_EQ(ask(request(7, "tasks/cancel", by_id))->code(), -32602) << "over";
    EXPECT_EQ(ask(request(8, "tasks/get", {{"taskId", "x"}}))->code(), -32602);
}

struct Listening : Tasks {
    Listening() { registry->announce_changes(); }
    std::shared_ptr<Heard> listen(const json::value& id, json::object filter, json::object capabilities = {}) {
        json::object params;
        params["notifications"] = std::move(filter);
        return ask(modern(id, "subscriptions/listen", std::move(params), std::move(capabilities)));
    }
};

TEST_F(Listening, hears_what_it_asked_for_until_it_is_cancelled) {
    registry->add_resource({.uri = "a:b", .name = "b"}, [](const CallPtr&) {});
    registry->allow_subscriptions();
    begin();
    const auto tools = listen("t", {{"toolsListChanged", true}});
    const auto resource = listen(7, {{"resourceSubscriptions", json::array{"a:b"}}, {"promptsListChanged", true}});
    const auto ack = resource->messages(1).at(0);
    EXPECT_EQ(ack.at("method"), "notifications/subscriptions/acknowledged");
    EXPECT_EQ(base::dump(ack.at("params").at("notifications")), R"({"resourceSubscriptions":["a:b"]})")
        << "there are no prompts";
    server->tools_changed();
    server->resource_updated("a:b");
    server->resource_updated("a:c");
    server->resources_changed();
    EXPECT_EQ(tools->messages().size(), 2u);
    EXPECT_EQ(resource->messages().size(), 2u);
    EXPECT_EQ(resource->messages()[1].at("params").at("uri"), "a:b");
    EXPECT_EQ(resource->messages()[1].at("params").at("_meta").at(mcp::meta::subscription), 7);
    EXPECT_EQ(conversation->active(), 0u) << "listening is not work";
    ask(notification("notifications/cancelled", {{"requestId", "t"}}));
    EXPECT_TRUE(tools->dropped());
    server->tools_changed();
    EXPECT_EQ(tools->messages().size(), 2u);
    server->shutdown();
    EXPECT_EQ(resource->result().at("resultType"), "complete");
}

TEST_F(Listening, follows_tasks) {
    begin();
    const auto [id, call] = started();
    EXPECT_EQ(listen(1, {{"taskIds", json::array{json::value(id)}}})->code(), -32021);
    const auto heard = listen(2, {{"taskIds", json::array{json::value(id), "unknown"}}}, with_tasks());
    EXPECT_EQ(base::dump(heard->messages(1).at(0).at("params").at("notifications")), R"({"taskIds":[")" + id + "\"]}");
    call->finish(mcp::ToolResult::text("done"));
    const auto last = heard->messages(2).at(1);
    EXPECT_EQ(last.at("method"), "notifications/tasks");
    EXPECT_EQ(last.at("params").at("result").at("content").at(0).at("text"), "done");
}

TEST_F(Listening, sessions_hear_of_lists_and_of_subscribed_resources) {
    registry->add_resource({.uri = "a:b", .name = "b"}, [](const CallPtr&) {});
    registry->allow_subscriptions();
    legacy();
    const auto outlet = std::make_shared<Heard>();
    conversation->set_outlet(outlet);
    server->resource_updated("a:b");
    EXPECT_TRUE(outlet->messages().empty());
    ask(request(2, "resources/subscribe", {{"uri", "a:b"}}))->result();
    server->resource_updated("a:b");
    server->tools_changed();
    ask(request(3, "resources/unsubscribe", {{"uri", "a:b"}}))->result();
    server->resource_updated("a:b");
    EXPECT_EQ(outlet->messages().size(), 2u);
    EXPECT_EQ(ask(request(4, "resources/subscribe"))->code(), -32602);
}

TEST_F(Listening, is_limited) {
    options.max_subscriptions = 1;
    begin();
    listen(1, {{"toolsListChanged", true}});
    EXPECT_EQ(listen(2, {{"toolsListChanged", true}})->code(), -32603);
    conversation->cancel_all();
    EXPECT_EQ(listen(3, {{"toolsListChanged", true}})->finished(), 0);
}

} // namespace
} // namespace rustcoder::test
