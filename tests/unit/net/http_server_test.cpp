#include "net/http_server.h"

#include "blocking_client.h"

#include <atomic>
#include <condition_variable>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

namespace rustcoder::net {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::fetch;
using test::request_text;

HttpResponse text(std::string body, int status = 200) {
    HttpResponse r;
    r.status = status;
    r.content_type = "text/plain";
    r.body = std::move(body);
    return r;
}

/// Keeps what a handler was given until the test wants it.
struct Holder {
    std::mutex mutex;
    std::condition_variable cv;
    std::vector<std::shared_ptr<Responder>> waiting;
    std::shared_ptr<Responder> take(std::chrono::milliseconds limit = 5s) {
        std::unique_lock lock(mutex);
        if (!cv.wait_for(lock, limit, [&] { return !waiting.empty(); }))
            return nullptr;
        auto r = waiting.back();
        waiting.pop_back();
        return r;
    }
    void put(std::shared_ptr<Responder> r) {
        {
            std::lock_guard lock(mutex);
            waiting.push_back(std::move(r));
        }
        cv.notify_all();
    }
};

bool eventually(const std::function<bool()>& f, std::chrono::milliseconds limit = 5s) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < until) {
        if (f())
            return true;
        std::this_thread::sleep_for(5ms);
    }
    return f();
}

struct HttpServerTest : testing::Test {
    std::shared_ptr<Holder> holder = std::make_shared<Holder>();
    std::unique_ptr<HttpServer> server;
    int port = 0;

    void start(HttpServerOptions options = {}) {
        options.port = 0;
        auto started = HttpServer::start(options, [h = holder](HttpRequest r, std::shared_ptr<Responder> to) {
            if (r.path == "/hold")
                return h->put(std::move(to));
            if (r.path == "/drop")
                return;
            if (r.path == "/throw")
                throw std::runtime_error("boom");
            to->respond(text(r.method + " " + r.path + " " + r.query + " " + std::to_string(r.body.size())));
        });
        ASSERT_TRUE(started) << started.error().text();
        server = std::move(*started);
        port = server->port();
    }
};

TEST_F(HttpServerTest, answers_and_keeps_the_connection) {
    start();
    Connection c(port);
    for (int i = 0; i < 3; ++i) {
        c.send(request_text("POST", "/x?q=1", "12345"));
        const auto r = c.read();
        EXPECT_EQ(r.status, 200);
        EXPECT_EQ(r.body, "POST /x q=1 5");
        EXPECT_EQ(r.headers.get("Connection"), "keep-alive");
    }
    EXPECT_EQ(server->connections(), 1u);
}

TEST_F(HttpServerTest, pipelined_requests_are_answered_in_order) {
    start();
    Connection c(port);
    c.send(request_text("GET", "/hold") + request_text("GET", "/b") + request_text("GET", "/c"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    std::this_thread::sleep_for(50ms); // lets the watcher read the pipelined bytes
    EXPECT_FALSE(held->disconnected().stop_requested());
    held->respond(text("a"));
    EXPECT_EQ(c.read().body, "a");
    EXPECT_EQ(c.read().body, "GET /b  0");
    EXPECT_EQ(c.read().body, "GET /c  0");
}

TEST_F(HttpServerTest, head_has_the_length_but_no_body) {
    start();
    Connection c(port);
    c.send(request_text("HEAD", "/abc"));
    const auto r = c.read(true);
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.headers.get("Content-Length"), std::to_string(std::string("HEAD /abc  0").size()));
    c.send(request_text("GET", "/d"));
    EXPECT_EQ(c.read().body, "GET /d  0");
}

TEST_F(HttpServerTest, a_slow_answer_does_not_block_others_and_may_come_from_any_thread) {
    start();
    Connection slow(port);
    slow.send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    EXPECT_EQ(fetch(port, "GET", "/quick").status, 200);
    std::thread([held] { held->respond(text("late")); }).join();
    EXPECT_EQ(slow.read().body, "late");
}

TEST_F(HttpServerTest, limits_have_their_status) {
    HttpServerOptions o;
    o.header_bytes = 2048;
    o.body_bytes = 1000;
    start(o);
    EXPECT_EQ(fetch(port, "POST", "/", std::string(1001, 'x')).status, 413);
    EXPECT_EQ(fetch(port, "POST", "/", std::string(1000, 'x')).status, 200);
    EXPECT_EQ(fetch(port, "GET", "/", "", {{"X-Long", std::string(4000, 'a')}}).status, 431);
    Connection c(port); // the chunked form has no length to tell beforehand
    c.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" + std::string(0x800, 'y') +
           "\r\n0\r\n\r\n");
    EXPECT_EQ(c.read().status, 413);
    Connection big(port); // refused before the client has sent everything
    big.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
    EXPECT_EQ(big.read().status, 413);
}

TEST_F(HttpServerTest, bodies_share_a_bound_and_give_it_back) {
    HttpServerOptions o;
    o.body_bytes = 1000;
    o.all_body_bytes = 1500;
    start(o);
    Connection a(port);
    a.send(request_text("POST", "/hold", std::string(1000, 'x')));
    auto held = holder->take();
    ASSERT_TRUE(held);
    EXPECT_EQ(fetch(port, "POST", "/", std::string(900, 'x')).status, 503);
    EXPECT_EQ(fetch(port, "POST", "/", std::string(500, 'x')).status, 200);
    EXPECT_EQ(fetch(port, "GET", "/").status, 200);
    held->respond(text("done"));
    EXPECT_EQ(a.read().status, 200);
    EXPECT_TRUE(eventually([&] { return fetch(port, "POST", "/", std::string(900, 'x')).status == 200; }));
}

TEST_F(HttpServerTest, malformed_requests_get_400) {
    start();
    for (std::string bad :
         {"GARBAGE\r\n\r\n", "GET nope HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"}) {
        Connection c(port);
        c.send(bad);
        EXPECT_EQ(c.read().status, 400) << bad;
        EXPECT_TRUE(c.at_end()) << bad;
    }
}

TEST_F(HttpServerTest, expect_continue_is_answered) {
    start();
    Connection c(port);
    c.send("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(c.read_head().status, 100);
    c.send("abc");
    EXPECT_EQ(c.read().body, "POST /e  3");
}

TEST_F(HttpServerTest, slow_senders_and_idle_connections_are_closed) {
    HttpServerOptions o;
    o.header_timeout = 200ms;
    o.body_timeout = 200ms;
    o.idle_timeout = 300ms;
    start(o);
    Connection head(port), body(port), idle(port);
    head.send("GET / HT");
    body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(head.read().status, 408);
    EXPECT_EQ(body.read().status, 408);
    EXPECT_TRUE(idle.at_end());
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(HttpServerTest, a_client_that_leaves_fires_the_stop_token) {
    start();
    auto c = std::make_unique<Connection>(port);
    c->send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    const auto token = held->disconnected();
    EXPECT_FALSE(token.stop_requested());
    c.reset();
    EXPECT_TRUE(eventually([&] { return token.stop_requested(); }));
    held->respond(text("nobody hears this"));
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

TEST_F(HttpServerTest, the_stop_token_stays_quiet_after_a_complete_answer) {
    start();
    auto c = std::make_unique<Connection>(port);
    c->send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    const auto token = held->disconnected();
    held->respond(text("done"));
    EXPECT_EQ(c->read().body, "done");
    c.reset();
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
    EXPECT_FALSE(token.stop_requested());
}

TEST_F(HttpServerTest, streams_chunks_keep_alives_and_the_end) {
    start();
    Connection c(port);
    c.send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    HttpResponse head;
    head.content_type = "text/event-stream";
    auto stream = held->stream(head, 150ms);
    const auto r = c.read_head();
    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.headers.get("Transfer-Encoding"), "chunked");
    EXPECT_EQ(stream->write(sse_event("one")), ResponseStream::Write::ok);
    EXPECT_EQ(c.read_stream_until("\n\n"), "data: one\n\n");
    EXPECT_EQ(c.read_stream_until("\n\n"), ":\n\n"); // nothing was written for a while
    stream->write(sse_event("two"));
    stream->close();
    EXPECT_EQ(stream->write("x"), ResponseStream::Write::closed);
    EXPECT_NE(c.read_stream_until("two").find("data: two"), std::string::npos);
    std::string last = "?";
    do
        ASSERT_TRUE(c.read_chunk(last));
    while (!last.empty());
    c.send(request_text("GET", "/again"));
    EXPECT_EQ(c.read().body, "GET /again  0");
}

TEST_F(HttpServerTest, a_slow_reader_is_told_full_not_buffered_without_end) {
    HttpServerOptions o;
    o.stream_buffer_bytes = 64 << 10;
    start(o);
    Connection c(port);
    c.send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    auto stream = held->stream({}, 0ms);
    const std::string piece(16 << 10, 'z');
    std::size_t accepted = 0;
    bool full = false;
    while (!full) { // the kernel's buffers fill first, then ours
        if (stream->write(piece) == ResponseStream::Write::ok)
            accepted += piece.size();
        else
            full = !stream->wait_writable(300ms);
        ASSERT_LT(accepted, 256u << 20) << "the reader takes nothing, so the queue must fill";
    }
    EXPECT_EQ(c.read_head().status, 200);
    std::thread reader([&] {
        std::string chunk;
        while (c.read_chunk(chunk, 2000) && !chunk.empty()) {
        }
    });
    EXPECT_TRUE(stream->wait_writable(5s));
    EXPECT_EQ(stream->write(piece), ResponseStream::Write::ok);
    stream->close();
    reader.join();
}

TEST_F(HttpServerTest, a_stream_ends_when_its_reader_leaves) {
    start();
    auto c = std::make_unique<Connection>(port);
    c->send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    auto stream = held->stream({}, 0ms);
    EXPECT_TRUE(stream->open());
    c.reset();
    EXPECT_TRUE(eventually([&] { return !stream->open(); }));
    EXPECT_TRUE(held->disconnected().stop_requested());
    EXPECT_EQ(stream->write("x"), ResponseStream::Write::closed);
}

TEST_F(HttpServerTest, http_1_0_streams_end_with_the_connection) {
    start();
    Connection c(port);
    c.send("GET /hold HTTP/1.0\r\n\r\n");
    auto held = holder->take();
    ASSERT_TRUE(held);
    auto stream = held->stream({}, 0ms);
    stream->write("hello");
    stream->close();
    const auto r = c.read();
    EXPECT_EQ(r.headers.find("Transfer-Encoding"), nullptr);
    EXPECT_EQ(r.body, "hello");
}

TEST_F(HttpServerTest, a_dropped_or_throwing_handler_is_a_500) {
    start();
    EXPECT_EQ(fetch(port, "GET", "/drop").status, 500);
    EXPECT_EQ(fetch(port, "GET", "/throw").status, 500);
    EXPECT_EQ(fetch(port, "GET", "/").status, 200);
}

TEST_F(HttpServerTest, too_many_connections_get_503_and_recover) {
    HttpServerOptions o;
    o.max_connections = 2;
    start(o);
    {
        Connection a(port), b(port);
        a.send(request_text("GET", "/"));
        b.send(request_text("GET", "/"));
        EXPECT_EQ(a.read().status, 200);
        EXPECT_EQ(b.read().status, 200);
        const auto r = fetch(port, "GET", "/");
        EXPECT_EQ(r.status, 503);
        EXPECT_EQ(r.headers.get("Retry-After"), "1");
    }
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
    EXPECT_EQ(fetch(port, "GET", "/").status, 200);
}

TEST_F(HttpServerTest, header_values_cannot_split_a_response) {
    start();
    Connection c(port);
    c.send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    auto r = text("x");
    r.headers.add("X-Evil", "a\r\nSet-Cookie: b");
    held->respond(r);
    const auto reply = c.read();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.headers.find("Set-Cookie"), nullptr);
}

TEST_F(HttpServerTest, drain_finishes_what_runs_and_takes_nothing_new) {
    start();
    Connection busy(port), idle(port);
    busy.send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    server->stop_accepting();
    server->stop_accepting();
    EXPECT_TRUE(idle.at_end());
    EXPECT_TRUE(eventually([&] { return !Connection(port).connected(); }));
    EXPECT_FALSE(held->disconnected().stop_requested());
    std::thread later([&] {
        std::this_thread::sleep_for(50ms);
        held->respond(text("finished"));
    });
    EXPECT_TRUE(server->stop(5s));
    later.join();
    const auto r = busy.read();
    EXPECT_EQ(r.body, "finished");
    EXPECT_EQ(r.headers.get("Connection"), "close");
    EXPECT_TRUE(server->stop(0ms));
}

TEST_F(HttpServerTest, stop_past_the_grace_period_drops_and_tells) {
    start();
    Connection c(port);
    c.send(request_text("GET", "/hold"));
    auto held = holder->take();
    ASSERT_TRUE(held);
    EXPECT_FALSE(server->stop(50ms));
    EXPECT_TRUE(held->disconnected().stop_requested());
    EXPECT_TRUE(c.at_end());
    server.reset();
    held->respond(text("after the end")); // must be harmless
}

TEST_F(HttpServerTest, listens_on_ipv6_and_localhost) {
    HttpServerOptions o;
    o.address = "localhost";
    start(o);
    EXPECT_EQ(fetch(port, "GET", "/").status, 200);
    Connection six(port, true);
    if (!six.connected())
        GTEST_SKIP() << "this host has no IPv6 loopback";
    six.send(request_text("GET", "/six"));
    EXPECT_EQ(six.read().body, "GET /six  0");
}

TEST(HttpServerStart, says_why_it_cannot_listen) {
    HttpServerOptions o;
    o.address = "not an address";
    auto bad = HttpServer::start(o, [](HttpRequest, std::shared_ptr<Responder>) {});
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, Errc::invalid_input);
    o.address = "127.0.0.1";
    o.port = 0;
    auto first = HttpServer::start(o, [](HttpRequest, std::shared_ptr<Responder>) {});
    ASSERT_TRUE(first);
    o.port = (*first)->port();
    auto second = HttpServer::start(o, [](HttpRequest, std::shared_ptr<Responder>) {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::busy);
}

TEST_F(HttpServerTest, a_thousand_idle_streams_hold) {
    start();
    std::vector<Connection> clients;
    std::vector<std::shared_ptr<ResponseStream>> streams;
    for (int i = 0; i < 1000; ++i) {
        clients.emplace_back(port);
        if (!clients.back().connected())
            GTEST_SKIP() << "descriptor limit of this shell is below 2,100 (ulimit -n)";
        clients.back().send(request_text("GET", "/hold"));
        auto held = holder->take();
        ASSERT_TRUE(held) << i;
        streams.push_back(held->stream({}, 0ms));
    }
    EXPECT_EQ(fetch(port, "GET", "/healthz").status, 200);
    for (auto& s : streams)
        s->write("data: x\n\n");
    for (auto& c : clients) {
        EXPECT_EQ(c.read_head().status, 200);
        EXPECT_EQ(c.read_stream_until("\n\n"), "data: x\n\n");
    }
    clients.clear();
    EXPECT_TRUE(eventually([&] { return server->connections() == 0; }));
}

} // namespace
} // namespace rustcoder::net
