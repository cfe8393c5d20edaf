// The protocol core, rule by rule, without a transport.
#include "mcp_fixture.h"

namespace rustcoder::test {
namespace {

using Conversations = McpTest;

TEST_F(Conversations, initialize_agrees_on_a_revision_each_side_knows) {
    begin();
    for (const char* revision : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
        EXPECT_EQ(ask(initialize(revision))->result().at("protocolVersion"), revision);
    EXPECT_EQ(ask(initialize("1999-01-01"))->result().at("protocolVersion"), "2025-11-25");
    EXPECT_EQ(ask(initialize("2026-07-28"))->result().at("protocolVersion"), "2025-11-25") << "has no initialize";
}

TEST_F(Conversations, what_is_no_message_is_answered_with_its_reason) {
    begin();
    for (const char* text :
         {"5", "null", "[]", "{}", R"({"jsonrpc":"1.0","id":1,"method":"ping"})",
          R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", R"({"jsonrpc":"2.0","id":null,"method":"ping"})",
          R"({"jsonrpc":"2.0","id":[1],"method":"ping"})", R"({"jsonrpc":"2.0","id":1,"method":7})",
          R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})"}) {
        const auto heard = ask(*base::parse_json(text));
        EXPECT_EQ(heard->code(), -32600) << text;
        EXPECT_EQ(heard->status(), 400) << text;
    }
}

TEST_F(Conversations, notifications_and_strange_responses_are_not_answered) {
    legacy();
    for (const char* text :
         {R"({"jsonrpc":"2.0","method":"notifications/initialized"})", R"({"jsonrpc":"2.0","method":"nonsense"})",
          R"({"jsonrpc":"2.0","id":7,"result":{}})", R"({"jsonrpc":"2.0","id":"x","error":{"code":1,"message":""}})",
          R"({"jsonrpc":"2.0","id":-1,"result":{}})", R"({"jsonrpc":"2.0","result":{}})",
          R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}})",
          R"({"jsonrpc":"2.0","method":"notifications/cancelled"})"})
        EXPECT_EQ(ask(*base::parse_json(text))->finished(), 0) << text;
}

TEST_F(Conversations, modern_requests_name_revision_and_capabilities) {
    begin();
    auto m = modern(1, "server/discover");
    EXPECT_EQ(ask(m)->result().at("resultType"), "complete");
    m["params"].at("_meta").as_object().erase(mcp::meta::client_capabilities);
    EXPECT_EQ(ask(m)->code(), -32602);
    m = modern(2, "server/discover");
    m["params"].at("_meta").as_object()[mcp::meta::revision] = "2099-01-01";
    const auto heard = ask(m);
    EXPECT_EQ(heard->code(), -32022);
    EXPECT_EQ(heard->status(), 400);
    EXPECT_EQ(heard->response().at("error").at("data").at("requested"), "2099-01-01");
    EXPECT_EQ(ask(request(3, "server/discover"))->code(), -32602);
    for (const char* removed : {"initialize", "ping", "logging/setLevel", "resources/subscribe", "tasks/list"}) {
        const auto r = ask(modern(4, removed, {}, with_tasks()));
        EXPECT_EQ(r->code(), -32601) << removed;
        EXPECT_EQ(r->status(), 404) << removed;
    }
}

TEST_F(Conversations, what_is_not_offered_is_not_there) {
    legacy();
    for (const char* method : {"resources/list", "prompts/list", "resources/read", "prompts/get", "completion/complete",
                               "resources/subscribe", "subscriptions/listen"})
        EXPECT_EQ(ask(request(1, method))->code(), -32601) << method;
    const auto capabilities = ask(initialize("2025-06-18"))->result().at("capabilities").as_object();
    EXPECT_TRUE(capabilities.contains("tools"));
    EXPECT_FALSE(capabilities.contains("resources"));
    EXPECT_FALSE(capabilities.contains("tasks")) << "only 2025-11-25 has them";
}

TEST_F(Conversations, lists_come_in_pages) {
    options.page_size = 2;
    legacy();
    std::vector<std::string> names;
    json::object params;
    for (int pages = 1;; ++pages) {
        const auto result = ask(request(pages, "tools/list", params))->result();
        for (const auto& tool : result.at("tools").as_array())
            names.emplace_back(tool.at("name").as_string());
        EXPECT_LE(result.at("tools").as_array().size(), 2u);
        if (!result.contains("nextCursor")) {
            EXPECT_EQ(pages, 3);
            break;
        }
        params["cursor"] = result.at("nextCursor");
    }
    EXPECT_THAT(names, testing::ElementsAre("echo", "wait", "task", "throw", "drop"));
    for (const json::value& bad :
         {json::value("x"), json::value("-1"), json::value(""), json::value("99"), json::value("2 "), json::value(2)}) {
        params["cursor"] = bad;
        EXPECT_EQ(ask(request(9, "tools/list", params))->code(), -32602) << base::dump(bad);
    }
}

TEST_F(Conversations, wrong_calls_are_faults) {
    legacy();
    EXPECT_EQ(ask(request(1, "tools/call", named("nothing")))->code(), -32602);
    EXPECT_EQ(ask(request(2, "tools/call"))->code(), -32602);
    auto params = named("echo");
    params["arguments"] = 5;
    EXPECT_EQ(ask(request(3, "tools/call", params))->code(), -32602);
    params["arguments"] = nullptr;
    EXPECT_EQ(ask(request(4, "tools/call", params))->result().at("isError"), false);
}

TEST_F(Conversations, a_handler_that_throws_or_forgets_is_an_internal_error_once) {
    legacy();
    for (const char* tool : {"throw", "drop"}) {
        const auto heard = ask(request(tool, "tools/call", named(tool)));
        EXPECT_EQ(heard->code(), -32603) << tool;
        EXPECT_EQ(heard->finished(), 1) << tool;
    }
    EXPECT_EQ(conversation->active(), 0u);
}

TEST_F(Conversations, the_first_answer_counts) {
    legacy();
    const auto heard = ask(request(1, "tools/call", named("wait")));
    const auto call = take();
    call->finish(mcp::ToolResult::text("first"));
    call->finish(mcp::ToolResult::text("second"));
    call->fail(mcp::rpc::internal_error, "third");
    EXPECT_EQ(heard->result().at("content").at(0).at("text"), "first");
    EXPECT_EQ(heard->finished(), 1);
}

TEST_F(Conversations, cancelled_requests_stop_and_are_not_answered) {
    legacy();
    const auto heard = ask(request("a", "tools/call", named("wait")));
    const auto call = take();
    EXPECT_FALSE(call->stop_token().stop_requested());
    ask(notification("notifications/cancelled", {{"requestId", "a"}}));
    EXPECT_TRUE(call->stop_token().stop_requested());
    EXPECT_TRUE(heard->dropped());
    call->finish(mcp::ToolResult::text("too late"));
    EXPECT_EQ(heard->finished(), 0);
    EXPECT_EQ(conversation->active(), 0u);
}

TEST_F(Conversations, ids_are_told_apart_by_type_and_must_not_run_twice) {
    legacy();
    const auto number = ask(request(1, "tools/call", named("wait")));
    const auto text = ask(request("1", "tools/call", named("wait")));
    EXPECT_EQ(ask(request(1, "tools/call", named("wait")))->code(), -32600);
    const auto first = take(), second = take();
    ask(notification("notifications/cancelled", {{"requestId", "1"}}));
    EXPECT_FALSE(first->stop_token().stop_requested());
    EXPECT_TRUE(second->stop_token().stop_requested());
    first->finish(mcp::ToolResult::text("done"));
    EXPECT_EQ(number->response().at("id"), 1);
    EXPECT_TRUE(text->dropped());
    const auto again = ask(request(1, "tools/call", named("wait"))); // free again
    take()->finish(mcp::ToolResult::text("again"));
    EXPECT_EQ(again->finished(), 1);
}

TEST_F(Conversations, running_requests_are_limited) {
    options.max_calls = 3;
    legacy();
    for (int i = 0; i < 3; ++i)
        ask(request(i, "tools/call", named("wait")));
    EXPECT_EQ(ask(request(3, "tools/call", named("wait")))->code(), -32600);
    take()->finish(mcp::ToolResult::text(""));
    EXPECT_EQ(ask(request(4, "tools/call", named("echo")))->result().at("isError"), false);
    conversation->cancel_all();
    EXPECT_EQ(conversation->active(), 0u);
}

TEST_F(Conversations, progress_rises_strictly_and_only_for_who_asked) {
    legacy();
    const auto heard = ask(request(1, "tools/call", with_token(named("wait"), "t")));
    const auto silent = ask(request(2, "tools/call", named("wait")));
    const auto call = take(), other = take();
    for (const double value : {0.0, 10.0, 10.0, 5.0, 20.5})
        call->progress(value, 100);
    call->progress("a step");
    other->progress(1, 2);
    call->finish(mcp::ToolResult::text(""));
    other->finish(mcp::ToolResult::text(""));
    EXPECT_EQ(heard->response().at("id"), 1);
    std::string values;
    for (const auto& m : heard->messages())
        values += base::dump(m.at("params").at("progress")) + " ";
    EXPECT_EQ(values, "0 10 2.05E1 21 ");
    EXPECT_EQ(heard->messages().front().at("params").at("progressToken"), "t");
    EXPECT_TRUE(silent->messages().empty());
}

TEST_F(Conversations, silent_calls_are_kept_alive) {
    options.heartbeat = 20ms;
    legacy();
    const auto heard = ask(request(1, "tools/call", with_token(named("wait"), 7)));
    const auto call = take();
    call->progress(50, 100, "half");
    double last = -1;
    for (const auto& m : heard->messages(4)) {
        const auto now = m.at("params").at("progress").to_number<double>();
        EXPECT_GT(now, last);
        EXPECT_LT(now, 100);
        last = now;
    }
    EXPECT_EQ(heard->messages().back().at("params").at("message"), "still working: half");
    call->finish(mcp::ToolResult::text(""));
    heard->response();
    const auto count = heard->messages().size();
    std::this_thread::sleep_for(60ms);
    EXPECT_EQ(heard->messages().size(), count) << "nothing after the response";
}

TEST_F(Conversations, logs_respect_the_level) {
    legacy();
    EXPECT_EQ(ask(request(1, "logging/setLevel", {{"level", "loud"}}))->code(), -32602);
    ask(request(2, "logging/setLevel", {{"level", "warning"}}))->result();
    const auto heard = ask(request(3, "tools/call", named("wait")));
    auto call = take();
    call->log("info", "no");
    call->log("error", json::object{{"why", "yes"}}, "here");
    ASSERT_EQ(heard->messages().size(), 1u);
    EXPECT_EQ(heard->messages()[0].at("params").at("logger"), "here");
    for (const bool wanted : {false, true}) {
        json::object params = named("wait");
        if (wanted)
            params["_meta"] = json::object{{mcp::meta::log_level, "debug"}};
        const auto stateless = ask(modern(4, "tools/call", params));
        call = take();
        call->log("error", "modern");
        EXPECT_EQ(stateless->messages().size(), wanted ? 1u : 0u);
        call->finish(mcp::ToolResult::text(""));
    }
}

TEST_F(Conversations, structured_content_of_legacy_clients_is_an_object) {
    add("list", [](const CallPtr& call) { call->finish(mcp::ToolResult::data(json::array{1, 2}, "1 2")); });
    legacy();
    EXPECT_FALSE(ask(request(1, "tools/call", named("list")))->result().contains("structuredContent"));
    EXPECT_TRUE(ask(modern(2, "tools/call", named("list")))->result().at("structuredContent").is_array());
}

} // namespace
} // namespace rustcoder::test
