// The real proxy between a small server that knows no network (node/echo_server.mjs) and clients of each transport.
#include "net/http_client.h"
#include "program.h"

#include "base/text.h"

#include <gmock/gmock.h>
#include <thread>

namespace rustcoder {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
namespace json = base::json;

std::string call(int id, const std::string& tool, const std::string& arguments = "{}", const std::string& more = "") {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/call","params":{"name":")" + tool +
           R"(","arguments":)" + arguments + more + "}}";
}

constexpr const char* hello =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}})";
constexpr const char* ready = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

bool alive(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

bool eventually(const std::function<bool()>& test, std::chrono::milliseconds within = 10s) {
    for (const auto until = std::chrono::steady_clock::now() + within; std::chrono::steady_clock::now() < until;) {
        if (test())
            return true;
        std::this_thread::sleep_for(20ms);
    }
    return test();
}

struct ProxySystem : test::OwnFolder {
    std::optional<test::Program> proxy;
    std::string url, session;
    net::HttpClient client;

    void SetUp() override {
        OwnFolder::SetUp();
        if (!IsSkipped() && std::system("node --version > /dev/null 2>&1") != 0)
            GTEST_SKIP() << "node is not installed";
    }

    static std::vector<std::string> server(std::vector<std::string> words) {
        for (const auto* word : {"--", "node", RC_TESTS_DIR "/system/node/echo_server.mjs"})
            words.emplace_back(word);
        return words;
    }
    void start(const std::vector<std::string>& words) {
        const auto log = at("proxy.log");
        proxy.emplace(words, variables, "", log);
        ASSERT_TRUE(eventually([&] {
            const auto text = base::read_file(log).value_or("");
            const auto from = text.find("listens on ");
            const auto end = from == std::string::npos ? from : text.find('\n', from);
            if (end == std::string::npos)
                return false;
            url = text.substr(from + 11, end - from - 11);
            return true;
        })) << base::read_file(log).value_or("");
    }
    net::ClientResponse post(const std::string& body) {
        net::ClientRequest r;
        r.method = "POST";
        r.url = url + "/mcp";
        r.headers.set("Content-Type", "application/json");
        r.headers.set("Accept", "application/json, text/event-stream");
        if (!session.empty())
            r.headers.set("Mcp-Session-Id", session);
        r.body = body;
        auto response = client.send(r);
        EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().text());
        return response.value_or(net::ClientResponse());
    }
    void greet() {
        session.clear();
        const auto response = post(hello);
        ASSERT_EQ(response.status, 200) << response.body;
        session = response.headers.get("Mcp-Session-Id");
        ASSERT_FALSE(session.empty());
        EXPECT_EQ(post(ready).status, 202);
    }
    net::ClientResponse end_session() {
        net::ClientRequest r;
        r.method = "DELETE";
        r.url = url + "/mcp";
        r.headers.set("Mcp-Session-Id", session);
        return client.send(r).value_or(net::ClientResponse());
    }
    static std::string result_text(const std::string& body) {
        const auto at = body.rfind("\"text\":\"");
        return at == std::string::npos ? body : body.substr(at + 8, body.find('"', at + 8) - at - 8);
    }
};

TEST_F(ProxySystem, EachSessionHasAServerOfItsOwnThatEndsWithIt) {
    start(server({"proxy", "--listen", "0"}));
    greet();
    EXPECT_EQ(result_text(post(call(1, "echo", R"({"text":"hi"})")).body), "hi");
    const auto progress = post(call(2, "slow", "{}", R"(,"_meta":{"progressToken":"p"})")).body;
    EXPECT_THAT(progress, HasSubstr(R"("progressToken":"p","progress":1)"));
    EXPECT_THAT(progress, HasSubstr("done"));
    const auto grandchild = static_cast<pid_t>(std::stol(result_text(post(call(3, "tree")).body)));
    EXPECT_TRUE(alive(grandchild));

    const auto first = session;
    greet();
    EXPECT_NE(session, first);
    session = first;
    EXPECT_EQ(end_session().status, 204);
    EXPECT_TRUE(eventually([&] { return !alive(grandchild); })) << "the server's whole group ends";
    EXPECT_EQ(post(call(4, "echo", R"({"text":"x"})")).status, 404);
}

TEST_F(ProxySystem, CancellingReachesTheServerAndACrashIsSurvived) {
    start(server({"proxy", "--listen", "0"}));
    greet();
    std::thread waiting([&] { post(call(7, "slow", R"({"steps":1000})")); });
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(post(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})").status, 202);
    EXPECT_EQ(result_text(post(call(8, "cancelled")).body), "[7]");
    waiting.join(); // its stream ends though the server does not answer
    EXPECT_THAT(post(call(9, "crash")).body, HasSubstr("signal 9"));
    EXPECT_EQ(result_text(post(call(10, "echo", R"({"text":"again"})")).body), "again") << "in the same session";
}

TEST_F(ProxySystem, ASharedServerTellsItsClientsApart) {
    start(server({"proxy", "--listen", "0", "--shared"}));
    greet();
    const auto first = session;
    greet();
    const auto second = session;
    EXPECT_EQ(result_text(post(call(1, "echo", R"({"text":"two"})")).body), "two");
    session = first;
    EXPECT_EQ(result_text(post(call(1, "echo", R"({"text":"one"})")).body), "one");
    end_session();
    session = second;
    EXPECT_EQ(result_text(post(call(2, "echo", R"({"text":"still"})")).body), "still");
}

TEST_F(ProxySystem, StdioIsJoinedToBothTransports) {
    start(server({"proxy", "--listen", "0", "--shared"}));
    greet(); // the server is up before those who wait only so long
    const std::string ask = call(2, "ask");
    for (const auto* path : {"/mcp", "/sse"}) {
        const auto lines = std::string(hello) + "\n" + ready + "\n" +
                           call(1, "slow", "{}", R"(,"_meta":{"progressToken":5})") + "\n" + ask + "\n";
        test::Program joined({"proxy", "--connect", url + path}, variables, lines);
        std::string all;
        for (int i = 0; i < 6; ++i) // greeting, three steps, the question, the result
            all += joined.line(10s).value_or("(nothing)") + "\n";
        EXPECT_THAT(all, HasSubstr(R"("serverInfo":{"name":"echo")")) << path;
        EXPECT_THAT(all, HasSubstr(R"("progressToken":5,"progress":3)")) << path;
        EXPECT_THAT(all, HasSubstr(R"("method":"elicitation/create")")) << path;
        EXPECT_THAT(all, HasSubstr("done")) << path;
    }
}

TEST_F(ProxySystem, OnlyTheGivenEnvironmentAndOnlyWithAKeyBeyondLoopback) {
    variables["RC_TEST_SECRET"] = "secret";
    variables["RUSTCODER_API_KEY"] = "";
    const auto refused = test::run(server({"proxy", "--listen", "0.0.0.0:0"}), variables);
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr("RUSTCODER_API_KEY"));

    variables["RUSTCODER_API_KEY"] = "k";
    start(server({"proxy", "--listen", "0", "-e", "RC_TEST_GIVEN=given"}));
    EXPECT_EQ(post(hello).status, 401);
    net::ClientRequest r;
    r.url = url + "/healthz";
    const auto health = client.send(r);
    ASSERT_TRUE(health.has_value());
    EXPECT_THAT(health->body, HasSubstr(R"("status":"ok")"));

    variables["RUSTCODER_API_KEY"] = "";
    proxy.reset();
    start(server({"run", "-p", "0", "-e", "RC_TEST_GIVEN=given"})); // the known short form
    greet();
    EXPECT_EQ(result_text(post(call(1, "env", R"({"name":"RC_TEST_SECRET"})")).body), "(unset)");
    EXPECT_EQ(result_text(post(call(2, "env", R"({"name":"RC_TEST_GIVEN"})")).body), "given");
}

} // namespace
} // namespace rustcoder
