// The transports over HTTP on real sockets: sessions, replay, who may cancel, the old transport, hostile headers.
#include "mcp/http.h"
#include "mcp/http_headers.h"
#include "mcp_fixture.h"
#include "unit/net/blocking_client.h"

namespace rustcoder::test {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Http : McpTest {
    mcp::HttpOptions http_options;
    std::optional<mcp::HttpTransport> transport;
    std::unique_ptr<net::HttpServer> http;
    std::string principal;

    void start() {
        begin();
        transport.emplace(server, http_options);
        net::HttpServerOptions o;
        o.port = 0;
        auto started = net::HttpServer::start(o, [this](net::HttpRequest r, std::shared_ptr<net::Responder> answer) {
            const std::string who(r.header("X-User"));
            if (r.path == "/sse")
                return transport->open_sse(r, answer, who);
            if (r.path == "/message")
                return transport->post_message(r, answer, who);
            transport->handle(r, answer, who);
        });
        ASSERT_TRUE(started);
        http = std::move(*started);
    }
    void TearDown() override {
        calls.clear();
        if (server)
            server->shutdown();
        if (transport)
            transport->close();
        http = nullptr;
        transport.reset();
        McpTest::TearDown();
    }
    Reply post(const json::value& message, const Fields& fields = {}) {
        return fetch(http->port(), "POST", "/mcp", base::dump(message), fields);
    }
    /// Opens a connection and sends; the answer is read by the test.
    Connection open(const json::value& message, const Fields& fields) {
        Connection c(http->port());
        c.send(request_text("POST", "/mcp", base::dump(message), fields));
        return c;
    }
    std::string session(std::string_view revision = mcp::latest_legacy, const Fields& fields = {}) {
        const auto reply = post(initialize(revision), fields);
        EXPECT_EQ(reply.status, 200) << reply.body;
        return std::string(reply.headers.get("Mcp-Session-Id"));
    }
    static Fields streams(const std::string& id) {
        return {{"Mcp-Session-Id", id}, {"Accept", "application/json, text/event-stream"}};
    }
    static Fields stateless(const json::object& m, std::string_view name = {}) {
        Fields out = {{"MCP-Protocol-Version", std::string(mcp::modern_revision)},
                      {"Mcp-Method", std::string(m.at("method").as_string())},
                      {"Accept", "application/json, text/event-stream"}};
        if (!name.empty())
            out.emplace_back("Mcp-Name", name);
        return out;
    }
    static std::int64_t code(const Reply& reply) {
        const auto value = base::parse_json(reply.body);
        EXPECT_TRUE(value && value->is_object()) << reply.body;
        const auto* error = value && value->is_object() ? base::get_object(value->get_object(), "error") : nullptr;
        return error ? base::get_int(*error, "code") : 0;
    }
};

TEST_F(Http, sessions_are_begun_used_and_ended) {
    start();
    const auto id = session();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(post(notification("notifications/initialized"), {{"Mcp-Session-Id", id}}).status, 202);
    EXPECT_EQ(post(request(2, "ping"), {{"mcp-session-id", id}}).status, 200);
    EXPECT_EQ(post(request(2, "ping")).status, 400) << "no session named";
    EXPECT_EQ(post(request(2, "ping"), {{"Mcp-Session-Id", "nonsense"}}).status, 404);
    EXPECT_EQ(post(request(2, "ping"), {{"Mcp-Session-Id", id}, {"MCP-Protocol-Version", "1999-01-01"}}).status, 400);
    EXPECT_EQ(transport->sessions(), 1u);
    EXPECT_EQ(fetch(http->port(), "DELETE", "/mcp", {}, {{"Mcp-Session-Id", id}}).status, 204);
    EXPECT_EQ(fetch(http->port(), "DELETE", "/mcp", {}, {{"Mcp-Session-Id", id}}).status, 404);
    EXPECT_EQ(post(request(2, "ping"), {{"Mcp-Session-Id", id}}).status, 404);
    EXPECT_EQ(fetch(http->port(), "GET", "/mcp").status, 405);
    EXPECT_EQ(fetch(http->port(), "DELETE", "/mcp").status, 405);
    EXPECT_EQ(fetch(http->port(), "PUT", "/mcp", "{}").headers.get("Allow"), "POST");
}

TEST_F(Http, a_session_is_no_key_to_what_somebody_else_runs) {
    start();
    const auto id = session(mcp::latest_legacy, {{"X-User", "ann"}});
    EXPECT_EQ(post(request(2, "ping"), {{"Mcp-Session-Id", id}, {"X-User", "ann"}}).status, 200);
    EXPECT_EQ(post(request(2, "ping"), {{"Mcp-Session-Id", id}, {"X-User", "eve"}}).status, 404);
    EXPECT_EQ(fetch(http->port(), "DELETE", "/mcp", {}, {{"Mcp-Session-Id", id}}).status, 404);
}

TEST_F(Http, bodies_that_are_no_messages) {
    start();
    EXPECT_EQ(fetch(http->port(), "POST", "/mcp", "{", {}).status, 400);
    EXPECT_EQ(code(fetch(http->port(), "POST", "/mcp", "{", {})), -32700);
    EXPECT_EQ(fetch(http->port(), "POST", "/mcp", "{}", {}).status, 400);
    EXPECT_EQ(fetch(http->port(), "POST", "/mcp", "{}", {{"Content-Type", "text/plain"}}).status, 415);
    EXPECT_EQ(fetch(http->port(), "POST", "/mcp", "{}", {{"Accept", "text/html"}}).status, 406);
    EXPECT_EQ(fetch(http->port(), "POST", "/mcp", std::string(200, '[') + std::string(200, ']')).status, 400);
}

TEST_F(Http, batches_only_where_the_revision_has_them) {
    start();
    const json::array batch{request(1, "ping"), notification("x"), request("b", "nothing"), json::value(5)};
    EXPECT_EQ(post(batch, {{"Mcp-Session-Id", session()}}).status, 400);
    const auto id = session(mcp::batch_revision);
    const auto reply = post(batch, {{"Mcp-Session-Id", id}});
    EXPECT_EQ(reply.status, 200);
    const auto all = base::parse_json(reply.body);
    ASSERT_TRUE(all && all->is_array()) << reply.body;
    EXPECT_EQ(all->as_array().size(), 3u);
    EXPECT_EQ(post(json::array{notification("x")}, {{"Mcp-Session-Id", id}}).status, 202);
    EXPECT_EQ(post(json::array{}, {{"Mcp-Session-Id", id}}).status, 400);
    EXPECT_EQ(post(json::array(1001, request(1, "ping")), {{"Mcp-Session-Id", id}}).status, 400);
    EXPECT_EQ(post(batch, {{"MCP-Protocol-Version", std::string(mcp::modern_revision)}}).status, 400);
}

TEST_F(Http, a_lost_connection_does_not_cancel_in_a_session_and_is_resumed) {
    start();
    const auto id = session();
    CallPtr call;
    {
        auto c = open(request(2, "tools/call", with_token(named("wait"), 1)), streams(id));
        EXPECT_EQ(c.read_head().headers.get("Content-Type"), "text/event-stream");
        EXPECT_NE(c.read_stream_until("retry:").find("id: 1_0"), std::string::npos) << "primed";
        call = take();
        call->progress(1, 3, "heard");
        c.read_stream_until("id: 1_1");
    }
    std::this_thread::sleep_for(50ms);
    call->progress(2, 3, "missed");
    EXPECT_FALSE(call->stop_token().stop_requested());
    call->finish(mcp::ToolResult::text("the result"));
    auto fields = streams(id);
    fields.emplace_back("Last-Event-ID", "1_1");
    for (int again = 0; again < 2; ++again) {
        const auto reply = fetch(http->port(), "GET", "/mcp", {}, fields);
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body.find("heard"), std::string::npos);
        EXPECT_NE(reply.body.find("missed"), std::string::npos);
        EXPECT_NE(reply.body.find("the result"), std::string::npos);
    }
    for (const char* bad : {"9_1", "x", "1", "_", "1_", "_1", "1_x", "-1_0", "99999999999999999999_1"}) {
        fields.back().second = bad;
        EXPECT_EQ(fetch(http->port(), "GET", "/mcp", {}, fields).status, 404) << bad;
    }
}

TEST_F(Http, ending_a_session_cancels_what_it_runs) {
    start();
    const auto id = session();
    auto c = open(request(2, "tools/call", named("wait")), streams(id));
    const auto call = take();
    fetch(http->port(), "DELETE", "/mcp", {}, {{"Mcp-Session-Id", id}});
    EXPECT_TRUE(call->stop_token().stop_requested());
    c.read_head();
    EXPECT_EQ(c.read_stream_until("result", 2'000).find("result"), std::string::npos);
}

TEST_F(Http, the_standing_stream_carries_what_belongs_to_no_request) {
    registry->announce_changes();
    start();
    const auto id = session();
    server->tools_changed(); // before anybody listens
    auto fields = streams(id);
    {
        Connection c(http->port());
        c.send(request_text("GET", "/mcp", {}, fields));
        EXPECT_EQ(c.read_head().status, 200);
        EXPECT_NE(c.read_stream_until("list_changed").find("id: 0_1"), std::string::npos);
    }
    std::this_thread::sleep_for(50ms);
    Connection c(http->port());
    c.send(request_text("GET", "/mcp", {}, fields));
    c.read_head();
    server->tools_changed();
    const auto text = c.read_stream_until("list_changed");
    EXPECT_EQ(text.find("list_changed"), text.rfind("list_changed")) << "the first was delivered before: " << text;
    transport->close_idle_streams();
    EXPECT_TRUE(c.read_stream_until("never", 1'000).empty());
}

TEST_F(Http, questions_go_out_on_the_stream_of_their_call) {
    add("ask", [](const CallPtr& call) {
        call->ask({{"roots", mcp::list_roots()}}, [call](Result<mcp::Answers> answers) {
            call->finish(mcp::ToolResult::text(answers ? "known" : answers.error().text()));
        });
    });
    start();
    const auto reply = post(initialize(mcp::latest_legacy, capable({"roots"})));
    const std::string id(reply.headers.get("Mcp-Session-Id"));
    auto c = open(request(2, "tools/call", named("ask")), streams(id));
    c.read_head();
    c.read_stream_until("roots/list");
    EXPECT_EQ(post(mcp::rpc::result(1, {{"roots", json::array{}}}), {{"Mcp-Session-Id", id}}).status, 202);
    EXPECT_NE(c.read_stream_until("known").find("known"), std::string::npos);
}

TEST_F(Http, leaving_cancels_a_stateless_request) {
    start();
    const auto m = modern(1, "tools/call", with_token(named("wait"), 1));
    CallPtr call;
    {
        auto c = open(m, stateless(m, "wait"));
        call = take();
        call->progress(1, 2);
        EXPECT_EQ(c.read_head().headers.get("X-Accel-Buffering"), "no");
        c.read_stream_until("progress");
        EXPECT_FALSE(call->stop_token().stop_requested());
    }
    for (int i = 0; i < 400 && !call->stop_token().stop_requested(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(call->stop_token().stop_requested());
}

TEST_F(Http, leaving_ends_a_subscription) {
    registry->announce_changes();
    options.max_subscriptions = 1;
    start();
    const auto m = modern(1, "subscriptions/listen", {{"notifications", json::object{{"toolsListChanged", true}}}});
    {
        auto c = open(m, stateless(m));
        EXPECT_EQ(c.read_head().status, 200);
        c.read_stream_until("acknowledged");
        EXPECT_EQ(post(m, stateless(m)).status, 503);
        server->tools_changed();
        c.read_stream_until("list_changed");
    }
    for (int i = 0; i < 400; ++i) {
        auto c = open(m, stateless(m));
        if (c.read_head().status == 200)
            return;
        std::this_thread::sleep_for(5ms);
    }
    FAIL() << "the place was not given back";
}

TEST_F(Http, headers_of_stateless_requests_say_what_the_body_says) {
    json::object properties, region, schema;
    region["type"] = "integer";
    region["x-mcp-header"] = "Level";
    properties["level"] = region;
    schema["type"] = "object";
    schema["properties"] = properties;
    add(
        "routed", [](const CallPtr& call) { call->finish(mcp::ToolResult::text("")); }, mcp::TaskSupport::never,
        schema);
    start();
    const auto status = [&](const json::object& m, Fields fields) {
        const auto reply = post(m, fields);
        EXPECT_TRUE(reply.status == 200 || code(reply) == -32020) << reply.body;
        return reply.status;
    };
    const auto list = modern(1, "tools/list");
    EXPECT_EQ(status(list, stateless(list)), 200);
    auto fields = stateless(list);
    fields[1].second = "TOOLS/LIST";
    EXPECT_EQ(status(list, fields), 400);
    fields = stateless(list);
    fields[0].second = "2025-11-25";
    EXPECT_EQ(status(list, fields), 400);
    fields = stateless(list);
    fields.push_back(fields[1]);
    EXPECT_EQ(status(list, fields), 400) << "twice";
    const auto call = modern(2, "tools/call", named("routed", {{"level", 30}}));
    EXPECT_EQ(status(call, stateless(call)), 400);
    EXPECT_EQ(status(call, stateless(call, "routed")), 400) << "the parameter's header is missing";
    for (const auto& [value, wanted] : {std::pair("30", 200),
                                        {"30.0", 200},
                                        {"3e1", 200},
                                        {"=?base64?MzA=?=", 200},
                                        {"31", 400},
                                        {"thirty", 400},
                                        {"=?base64?MzA?=", 400},
                                        {"", 400},
                                        {"30 30", 400}}) {
        fields = stateless(call, "=?base64?cm91dGVk?=");
        fields.emplace_back("Mcp-Param-Level", value);
        EXPECT_EQ(status(call, fields), wanted) << value;
    }
    const auto without = modern(3, "tools/call", named("routed"));
    fields = stateless(without, "routed");
    EXPECT_EQ(status(without, fields), 200);
    fields.emplace_back("Mcp-Param-Level", "1");
    EXPECT_EQ(status(without, fields), 400);
    EXPECT_EQ(post(request(4, "tools/list"), {{"MCP-Protocol-Version", std::string(mcp::modern_revision)}}).status,
              400);
}

TEST_F(Http, the_transport_of_2024_11_05) {
    start();
    Connection c(http->port());
    c.send(request_text("GET", "/sse", {}, {{"Accept", "text/event-stream"}}));
    EXPECT_EQ(c.read_head().status, 200);
    auto text = c.read_stream_until("\n\n");
    EXPECT_EQ(text.find("event: endpoint\n"), 0u) << text;
    const auto at = text.find("/message?");
    ASSERT_NE(at, std::string::npos);
    const auto path = text.substr(at, text.find('\n', at) - at);
    const auto send = [&](const json::object& m) { return fetch(http->port(), "POST", path, base::dump(m)).status; };
    EXPECT_EQ(send(initialize("2024-11-05")), 202);
    EXPECT_NE(c.read_stream_until("protocolVersion").find("event: message"), std::string::npos);
    EXPECT_EQ(send(request(2, "tools/call", with_token(named("wait"), 5))), 202);
    const auto call = take();
    call->progress(1, 2);
    c.read_stream_until("progressToken");
    EXPECT_EQ(fetch(http->port(), "POST", "/message?sessionId=x", "{}").status, 404);
    EXPECT_EQ(fetch(http->port(), "POST", "/message", "{}").status, 404);
    EXPECT_EQ(fetch(http->port(), "POST", path, "{}", {{"X-User", "eve"}}).status, 404);
    EXPECT_EQ(transport->sessions(), 1u);
    c.close(); // here the stream is the session
    for (int i = 0; i < 400 && !call->stop_token().stop_requested(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(call->stop_token().stop_requested());
    EXPECT_EQ(transport->sessions(), 0u);
    EXPECT_EQ(send(request(3, "ping")), 404);
}

TEST_F(Http, sessions_are_limited_and_expire) {
    http_options.max_sessions = 2;
    http_options.session_ttl = 1s;
    start();
    const auto first = session();
    session();
    const auto full = post(initialize(mcp::latest_legacy));
    EXPECT_EQ(full.status, 503);
    EXPECT_EQ(full.headers.get("Retry-After"), "30");
    auto c = open(request(2, "tools/call", named("wait")), streams(first)); // has work to do
    const auto call = take();
    for (int i = 0; i < 100 && transport->sessions() > 1; ++i)
        std::this_thread::sleep_for(50ms);
    EXPECT_EQ(transport->sessions(), 1u);
    EXPECT_EQ(post(request(3, "ping"), {{"Mcp-Session-Id", first}}).status, 200);
}

TEST(HttpHeaders, who_may_ask) {
    mcp::HostPolicy policy;
    const auto allowed = [&](Fields fields) {
        net::HttpRequest r;
        for (auto& [k, v] : fields)
            r.headers.add(k, v);
        std::string why;
        const bool yes = mcp::host_allowed(policy, r, why);
        EXPECT_EQ(why.empty(), yes);
        return yes;
    };
    EXPECT_TRUE(allowed({{"Host", "localhost:80"}}));
    EXPECT_TRUE(allowed({{"Host", "[::1]:80"}, {"Origin", "http://127.0.0.1:9"}}));
    EXPECT_FALSE(allowed({{"Host", "evil.example"}}));
    EXPECT_FALSE(allowed({{"Host", "localhost"}, {"Origin", "http://evil.example"}}));
    EXPECT_FALSE(allowed({{"Host", "localhost"}, {"Origin", "null"}}));
    EXPECT_FALSE(allowed({{"Host", "localhost"}, {"Host", "localhost"}}));
    policy.hosts = {"box.example"};
    policy.origins = {"https://page.example"};
    EXPECT_TRUE(allowed({{"Host", "box.example:8000"}, {"Origin", "https://page.example"}}));
    policy.address = "0.0.0.0";
    EXPECT_FALSE(allowed({{"Host", "evil.example"}}));
}

TEST(Base64, is_strict) {
    for (const std::string_view bytes : {"", "a", "ab", "abc", "\xff\x00\x10"})
        EXPECT_EQ(mcp::from_base64(mcp::base64(bytes)), bytes);
    EXPECT_EQ(mcp::base64("Hello"), "SGVsbG8=");
    for (const char* bad : {"SGVsbG8", "SGVs!!!bG8=", "=", "====", "A===", "SG=sbG8="})
        EXPECT_FALSE(mcp::from_base64(bad)) << bad;
}

TEST(Templates, match_segments) {
    const auto match = [](const char* t, const char* uri) {
        const auto o = mcp::match_template(t, uri);
        return o ? base::dump(*o) : "none";
    };
    EXPECT_EQ(match("test://{id}/data", "test://1%20a/data"), R"({"id":"1 a"})");
    EXPECT_EQ(match("test://{id}/data", "test://1/2/data"), "none");
    EXPECT_EQ(match("test://{id}/data", "test:///data"), "none");
    EXPECT_EQ(match("job://{id}/{+path}", "job://7/a/b.txt"), R"({"id":"7","path":"a/b.txt"})");
    EXPECT_EQ(match("{a}-{b}", "1-2"), R"({"a":"1","b":"2"})");
    EXPECT_EQ(match("x:{a}", "x:%zz"), "none");
    EXPECT_EQ(match("x:{a", "x:1"), "none");
    EXPECT_EQ(match("x", "x"), "{}");
    EXPECT_EQ(match("x", "xy"), "none");
}

} // namespace
} // namespace rustcoder::test
