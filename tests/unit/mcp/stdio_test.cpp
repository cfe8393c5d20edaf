// Lines in, lines out, through pipes.
#include "base/os.h"
#include "mcp/stdio.h"
#include "mcp_fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace rustcoder::test {
namespace {

struct Stdio : McpTest {
    base::Fd to, from;
    std::thread thread;
    mcp::StdioOptions stdio;
    std::string buffer;

    void start() {
        begin();
        int in[2], out[2];
        ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);
        ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
        to = base::Fd(in[1]);
        from = base::Fd(out[0]);
        thread = std::thread([this, i = in[0], o = out[1]] {
            const base::Fd a(i), b(o);
            EXPECT_TRUE(mcp::serve_stdio(i, o, server, stdio));
        });
    }
    void TearDown() override {
        to.reset();
        if (thread.joinable())
            thread.join();
        McpTest::TearDown();
    }
    void send(std::string_view text) {
        ASSERT_EQ(::write(to.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void send(const json::object& m) { send(base::dump(m) + "\n"); }
    json::value next(int timeout_ms = 10'000) {
        std::size_t eol;
        while ((eol = buffer.find('\n')) == std::string::npos) {
            pollfd p{from.get(), POLLIN, 0};
            char chunk[65536];
            const auto n = ::poll(&p, 1, timeout_ms) > 0 ? ::read(from.get(), chunk, sizeof chunk) : 0;
            if (n <= 0)
                return nullptr;
            buffer.append(chunk, static_cast<std::size_t>(n));
        }
        const auto value = base::parse_json(std::string_view(buffer).substr(0, eol));
        EXPECT_TRUE(value) << buffer;
        buffer.erase(0, eol + 1);
        return value ? *value : json::value(nullptr);
    }
};

TEST_F(Stdio, both_eras_share_the_pipe) {
    start();
    send(modern("probe", "server/discover"));
    EXPECT_EQ(next().at("result").at("resultType"), "complete");
    send(initialize("2025-06-18"));
    EXPECT_EQ(next().at("result").at("protocolVersion"), "2025-06-18");
    send(request(2, "tools/list"));
    send(modern(3, "tools/list"));
    EXPECT_FALSE(next().at("result").as_object().contains("ttlMs"));
    EXPECT_TRUE(next().at("result").as_object().contains("ttlMs"));
}

TEST_F(Stdio, what_is_not_json_rpc) {
    stdio.longest_line = 1000;
    start();
    send("\n \r\n{nonsense\n");
    EXPECT_EQ(next().at("error").at("code"), -32700);
    send(std::string(200'000, 'x'));
    EXPECT_EQ(next().at("error").at("code"), -32600);
    send(std::string(10, 'x') + "\n");
    send(request(1, "ping"));
    EXPECT_EQ(next().at("id"), 1) << "it goes on after the line that was too long";
    send("[]\n");
    EXPECT_EQ(next().at("error").at("code"), -32600);
}

TEST_F(Stdio, batches_are_answered_together) {
    start();
    send(initialize(mcp::batch_revision));
    next();
    send("[" + base::dump(request(1, "ping")) + "," + base::dump(request(2, "tools/call", named("wait"))) + "," +
         base::dump(notification("notifications/initialized")) + "]\n");
    const auto call = take();
    EXPECT_TRUE(next(50).is_null());
    call->finish(mcp::ToolResult::text("now"));
    EXPECT_EQ(next().as_array().size(), 2u);
}

TEST_F(Stdio, questions_and_cancellation) {
    add("ask", [](const CallPtr& call) {
        call->ask({{"r", mcp::list_roots()}},
                  [call](Result<mcp::Answers>) { call->finish(mcp::ToolResult::text("ok")); });
    });
    start();
    send(initialize(mcp::latest_legacy, capable({"roots"})));
    next();
    send(request(2, "tools/call", named("ask")));
    const auto question = next();
    EXPECT_EQ(question.at("method"), "roots/list");
    send(mcp::rpc::result(question.at("id"), {{"roots", json::array{}}}));
    EXPECT_EQ(next().at("result").at("content").at(0).at("text"), "ok");
    send(request(3, "tools/call", named("wait")));
    const auto call = take();
    send(notification("notifications/cancelled", {{"requestId", 3}}));
    for (int i = 0; i < 400 && !call->stop_token().stop_requested(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(call->stop_token().stop_requested());
    EXPECT_TRUE(next(50).is_null());
}

TEST_F(Stdio, the_end_of_input_lets_calls_finish_for_a_moment_then_cancels) {
    stdio.end_grace = 100ms;
    start();
    send(request(1, "tools/call", named("wait")));
    send(request(2, "tools/call", named("wait")));
    send(base::dump(request(3, "ping"))); // without its end of line
    const auto quick = take(), slow = take();
    to.reset();
    EXPECT_EQ(next().at("id"), 3);
    quick->finish(mcp::ToolResult::text("in time"));
    EXPECT_EQ(next().at("id"), 1);
    thread.join();
    EXPECT_TRUE(slow->stop_token().stop_requested());
    EXPECT_TRUE(next(50).is_null());
}

TEST_F(Stdio, a_reader_that_is_gone_is_no_signal) {
    start();
    from.reset();
    send(request(1, "ping")); // the answer finds nobody, and the server ends by itself
    thread.join();
}

TEST_F(Stdio, shutdown_tells_who_listens) {
    registry->announce_changes();
    start();
    send(modern("sub", "subscriptions/listen", {{"notifications", json::object{{"toolsListChanged", true}}}}));
    EXPECT_EQ(next().at("method"), "notifications/subscriptions/acknowledged");
    server->shutdown();
    const auto last = next();
    EXPECT_EQ(last.at("method"), "notifications/cancelled");
    EXPECT_EQ(last.at("params").at("requestId"), "sub");
}

} // namespace
} // namespace rustcoder::test
