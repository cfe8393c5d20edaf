#include "net/http_client.h"

#include "net/http_server.h"
#include "support/raw_server.h"

#include <gtest/gtest.h>
#include <map>

namespace rustcoder::net {
namespace {

using namespace std::chrono_literals;
using test::RawServer;
using Clock = std::chrono::steady_clock;

constexpr std::string_view ok_head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";

HttpResponse text(std::string body, int status = 200) {
    HttpResponse r;
    r.status = status;
    r.content_type = "text/plain";
    r.body = std::move(body);
    return r;
}

struct HttpClientTest : testing::Test {
    HttpClient client;
    std::mutex mutex;
    std::vector<HttpRequest> seen;
    std::vector<std::shared_ptr<Responder>> held; // never answered
    std::unique_ptr<HttpServer> server;           // last: its thread ends before what it uses

    void start(std::function<HttpResponse(const HttpRequest&)> answer = {}) {
        auto started = HttpServer::start({.port = 0}, [this, answer](HttpRequest r, std::shared_ptr<Responder> to) {
            const std::lock_guard lock(mutex);
            seen.push_back(r);
            if (r.path == "/hold")
                return held.push_back(std::move(to));
            to->respond(answer ? answer(r) : text(r.method + " " + r.target + " " + r.body));
        });
        ASSERT_TRUE(started) << started.error().text();
        server = std::move(*started);
    }
    std::string url(std::string_view path) const {
        return "http://127.0.0.1:" + std::to_string(server->port()) + std::string(path);
    }
    Result<ClientResponse> get(std::string address, std::stop_token stop = {}) {
        ClientRequest request;
        request.url = std::move(address);
        return client.send(request, stop);
    }
};

struct Timer {
    Clock::time_point start = Clock::now();
    std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    }
};

TEST_F(HttpClientTest, sends_method_target_headers_and_body_as_given) {
    start();
    ClientRequest request{.method = "POST", .url = url("/a%20b?q=1&r=%2F"), .body = std::string("x\0y", 3)};
    request.headers.add("X-Empty", "");
    request.headers.add("X-Two", "two words");
    const auto answer = client.send(request);
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, std::string("POST /a%20b?q=1&r=%2F x\0y", 25));
    EXPECT_EQ(answer->headers.get("content-type"), "text/plain");
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].header("X-Two"), "two words");
    EXPECT_EQ(seen[0].headers.count("X-Empty"), 1u);
    EXPECT_EQ(seen[0].headers.count("Content-Type"), 0u); // no invented form
    EXPECT_EQ(seen[0].headers.count("Expect"), 0u);

    for (const std::string method : {"PUT", "PATCH", "DELETE", "GET"}) {
        request.method = method;
        const auto other = client.send(request);
        ASSERT_TRUE(other);
        EXPECT_TRUE(other->body.starts_with(method + " ")) << other->body;
        EXPECT_TRUE(other->body.ends_with(std::string_view("x\0y", 3)));
    }
    request.body.clear();
    for (const std::string method : {"POST", "DELETE", "OPTIONS"}) {
        request.method = method;
        const auto other = client.send(request);
        ASSERT_TRUE(other);
        EXPECT_EQ(other->body, method + " /a%20b?q=1&r=%2F ");
    }
    request.method = "HEAD";
    const auto head = client.send(request);
    ASSERT_TRUE(head) << head.error().text();
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->body, "");
}

TEST_F(HttpClientTest, every_status_is_a_response) {
    start([](const HttpRequest& r) { return text("said", std::atoi(r.path.c_str() + 1)); });
    for (const int status : {200, 204, 301, 400, 404, 429, 500, 503}) {
        const auto answer = get(url("/" + std::to_string(status)));
        ASSERT_TRUE(answer) << status << " " << answer.error().text();
        EXPECT_EQ(answer->status, status);
    }
}

TEST_F(HttpClientTest, connections_are_kept_and_shared) {
    std::atomic<int> requests = 0;
    const RawServer raw([&](int fd, const std::atomic<bool>&) {
        while (!RawServer::read_head(fd).empty()) {
            ++requests;
            RawServer::send_all(fd, std::string(ok_head) + "Content-Length: 2\r\n\r\nok");
        }
    });
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(get(raw.url()));
    EXPECT_EQ(requests, 20);
    EXPECT_EQ(raw.accepted(), 1);

    std::vector<std::thread> threads;
    std::atomic<int> good = 0;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i)
                good += get(raw.url()).has_value();
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(good, 160);
    EXPECT_LE(raw.accepted(), 9); // never more than callers at once, plus the first
}

TEST_F(HttpClientTest, a_connection_that_the_server_closed_meanwhile_is_replaced) {
    const RawServer raw([&](int fd, const std::atomic<bool>&) { // says keep-alive, then hangs up
        RawServer::read_head(fd);
        RawServer::send_all(fd, std::string(ok_head) + "Content-Length: 2\r\n\r\nok");
    });
    for (int i = 0; i < 5; ++i) {
        const auto answer = get(raw.url());
        ASSERT_TRUE(answer) << answer.error().text();
        std::this_thread::sleep_for(5ms);
    }
}

TEST_F(HttpClientTest, pieces_come_as_they_are_sent_after_status_and_headers) {
    std::atomic<bool> go = false;
    const RawServer raw([&](int fd, const std::atomic<bool>& stopping) {
        RawServer::read_head(fd);
        RawServer::send_all(fd, "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n");
        RawServer::send_all(fd, std::string(ok_head) + "Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
        while (!go && !stopping)
            std::this_thread::sleep_for(1ms);
        RawServer::send_all(fd, "6\r\nsecond\r\n0\r\nX-Trailer: 1\r\n\r\n");
    });
    std::string log;
    const auto answer = client.send(
        {.url = raw.url()}, {},
        [&](std::string_view piece) {
            log += "[" + std::string(piece) + "]";
            go = true; // the second piece is sent only because the first arrived
            return true;
        },
        [&](const ClientResponse& r) {
            log += std::to_string(r.status) + std::string(r.headers.get("Content-Type")) +
                   std::to_string(r.headers.count("X-Interim"));
            return true;
        });
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(log, "200text/plain0[first][second]");
    EXPECT_EQ(answer->body, "");
}

TEST_F(HttpClientTest, a_reader_that_has_enough_ends_the_call) {
    const RawServer raw([&](int fd, const std::atomic<bool>& stopping) {
        RawServer::read_head(fd);
        RawServer::send_all(fd, std::string(ok_head) + "\r\n");
        while (!stopping)
            RawServer::send_all(fd, std::string(1000, 'x')), std::this_thread::sleep_for(1ms);
    });
    const auto by_data = client.send({.url = raw.url()}, {}, [](std::string_view) { return false; });
    ASSERT_FALSE(by_data);
    EXPECT_EQ(by_data.error().code, Errc::cancelled);
    const auto by_head = client.send({.url = raw.url()}, {}, {}, [](const ClientResponse&) { return false; });
    ASSERT_FALSE(by_head);
    EXPECT_EQ(by_head.error().code, Errc::cancelled);
    const auto thrown = client.send({.url = raw.url()}, {}, [](std::string_view) -> bool { throw 1; });
    ASSERT_FALSE(thrown);
    EXPECT_EQ(thrown.error().code, Errc::internal);
}

TEST_F(HttpClientTest, a_stop_wakes_a_blocked_call_at_once) {
    start();
    for (const auto& where : {url("/hold"), url("/")}) {
        std::stop_source source;
        if (where.ends_with("/")) // stopped before it began
            source.request_stop();
        std::thread stopper([&] {
            std::this_thread::sleep_for(50ms);
            source.request_stop();
        });
        const Timer timer;
        const auto answer = get(where, source.get_token());
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, Errc::cancelled);
        EXPECT_LT(timer.elapsed(), 500ms);
        stopper.join();
    }
}

TEST_F(HttpClientTest, each_phase_has_its_own_timeout_and_says_so) {
    /// Sends the head, then one byte `every` so often.
    const auto slow = [](std::string head, std::chrono::milliseconds every) {
        return [head, every](int fd, const std::atomic<bool>& stopping) {
            RawServer::read_head(fd);
            RawServer::send_all(fd, head);
            for (auto next = Clock::now() + every; !stopping; std::this_thread::sleep_for(5ms))
                if (Clock::now() >= next) {
                    RawServer::send_all(fd, "x");
                    next += every;
                }
        };
    };
    const auto open_end = std::string(ok_head) + "\r\n";
    struct Case {
        std::string head;
        std::chrono::milliseconds every;
        ClientTimeouts timeouts;
        std::string phase;
    } const cases[] = {
        {"", 60s, {.first_byte = 100ms}, "no answer began"},
        {open_end, 60s, {.first_byte = 100ms}, "no answer began"}, // headers are not an answer yet
        {open_end + "a", 60s, {.idle = 100ms}, "fell silent"},
        {open_end + "a", 20ms, {.idle = 5s, .total = 200ms}, "not complete"}, // drips for ever
    };
    for (const auto& c : cases) {
        const RawServer raw(slow(c.head, c.every));
        const Timer timer;
        const auto answer = client.send({.url = raw.url(), .timeouts = c.timeouts});
        ASSERT_FALSE(answer) << c.phase;
        EXPECT_EQ(answer.error().code, Errc::timeout) << answer.error().text();
        EXPECT_NE(answer.error().message.find(c.phase), std::string::npos) << answer.error().text();
        EXPECT_GE(timer.elapsed(), 95ms);
        EXPECT_LT(timer.elapsed(), 1500ms);
    }
}

TEST_F(HttpClientTest, a_deadline_may_depend_on_what_came) {
    const RawServer raw([](int fd, const std::atomic<bool>& stopping) { // comments for ever, one piece of news
        RawServer::read_head(fd);
        RawServer::send_all(fd, std::string(ok_head) + "\r\nnews");
        for (; !stopping; std::this_thread::sleep_for(5ms))
            RawServer::send_all(fd, ":");
    });
    auto last_news = Clock::now();
    const Timer timer;
    const auto answer = client.send({.url = raw.url(), .give_up_at = [&] { return last_news + 150ms; }}, {},
                                    [&](std::string_view piece) {
                                        if (piece.find("news") != std::string_view::npos)
                                            last_news = Clock::now();
                                        return true;
                                    });
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timeout);
    EXPECT_GE(timer.elapsed(), 145ms);
    EXPECT_LT(timer.elapsed(), 1500ms);
}

TEST_F(HttpClientTest, a_server_that_does_not_accept_is_a_connect_timeout_or_unavailable) {
    // A full backlog: the kernel answers no further handshake.
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&a), size), 0);
    ASSERT_EQ(::listen(fd, 0), 0);
    ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &size), 0);
    const int port = ntohs(a.sin_port);
    std::vector<int> fillers;
    for (int i = 0; i < 4; ++i) {
        fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        (void)::connect(fillers.back(), reinterpret_cast<sockaddr*>(&a), size);
    }
    std::this_thread::sleep_for(20ms);
    const Timer timer;
    const auto answer = client.send(
        {.url = "http://127.0.0.1:" + std::to_string(port), .timeouts = {.connect = 150ms, .first_byte = 150ms}});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timeout) << answer.error().text();
    EXPECT_LT(timer.elapsed(), 1500ms);
    for (const int filler : fillers)
        ::close(filler);
    ::close(fd);
    const auto closed = get("http://127.0.0.1:" + std::to_string(port));
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, Errc::unavailable) << closed.error().text();
}

TEST_F(HttpClientTest, cut_and_garbled_answers_are_errors) {
    const std::string answers[] = {
        "",
        "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    };
    for (const auto& answer : answers) {
        const RawServer raw(RawServer::answering(answer));
        const auto got = get(raw.url());
        ASSERT_FALSE(got) << answer;
        EXPECT_EQ(got.error().code, Errc::unavailable) << got.error().text();
        EXPECT_NE(got.error().place.find(std::to_string(raw.port())), std::string::npos);
    }
}

TEST_F(HttpClientTest, what_is_too_large_is_an_error_never_a_cut) {
    start([](const HttpRequest&) { return text(std::string(100'000, 'x')); });
    ClientRequest request{.url = url("/"), .max_body = 100'000};
    EXPECT_TRUE(client.send(request));
    request.max_body = 99'999;
    std::size_t taken = 0;
    for (const bool streamed : {false, true}) {
        const auto answer = client.send(request, {},
                                        streamed ? [&](std::string_view s) { return taken += s.size(), true; }
                                                 : std::function<bool(std::string_view)>());
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, Errc::limit);
    }
    EXPECT_LE(taken, 99'999u);

    const RawServer endless([](int fd, const std::atomic<bool>& stopping) {
        RawServer::read_head(fd);
        RawServer::send_all(fd, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; !stopping && i < 100'000; ++i)
            RawServer::send_all(fd, "X-Filler: " + std::string(1000, 'y') + "\r\n");
    });
    const auto headers = get(endless.url());
    ASSERT_FALSE(headers);
    EXPECT_EQ(headers.error().code, Errc::limit) << headers.error().text();
}

TEST_F(HttpClientTest, malformed_requests_are_refused_before_anything_is_sent) {
    start();
    for (const std::string bad :
         {"", "ftp://127.0.0.1/x", "file:///etc/passwd", "127.0.0.1:1/x", "http://", "http://a b/",
          "http://127.0.0.1:99999/", "http://127.0.0.1/\r\nX: y", "gopher://x"}) {
        const auto answer = get(bad);
        ASSERT_FALSE(answer) << bad;
        EXPECT_EQ(answer.error().code, Errc::invalid_input) << bad << ": " << answer.error().text();
    }
    ClientRequest request{.url = url("/")};
    for (const auto& [key, value] : std::map<std::string, std::string>{
             {"X", "a\r\nY: b"}, {"X Y", "z"}, {"", "z"}, {"X:", "z"}, {"X-Z", std::string("a\0b", 3)}}) {
        request.headers = {};
        request.headers.add(key, value);
        const auto answer = client.send(request);
        ASSERT_FALSE(answer) << key;
        EXPECT_EQ(answer.error().code, Errc::invalid_input);
    }
    request.headers = {};
    request.method = "GET / HTTP/1.1\r\nX: y";
    EXPECT_EQ(client.send(request).error().code, Errc::invalid_input);
    EXPECT_TRUE(seen.empty());
}

TEST_F(HttpClientTest, redirects_are_followed_only_when_asked_and_without_credentials_elsewhere) {
    std::vector<HttpRequest> elsewhere;
    auto other = HttpServer::start({.port = 0}, [&](HttpRequest r, std::shared_ptr<Responder> to) {
        const std::lock_guard lock(mutex);
        elsewhere.push_back(r);
        to->respond(text("other"));
    });
    ASSERT_TRUE(other);
    start([&](const HttpRequest& r) {
        auto answer = text("moved", 302);
        if (r.path == "/away")
            answer.headers.add("Location", "http://127.0.0.1:" + std::to_string((*other)->port()) + "/there?x=1");
        else if (r.path == "/near")
            answer.headers.add("Location", "sub/../here");
        else if (r.path == "/loop")
            answer.headers.add("Location", "/loop");
        else if (r.path == "/file")
            answer.headers.add("Location", "file:///etc/passwd");
        else
            return text("arrived " + r.path + " " + std::string(r.header("Authorization")));
        return answer;
    });
    ClientRequest request{.url = url("/near"), .max_redirects = 3};
    request.headers.add("Authorization", "Bearer secret");
    request.headers.add("X-Api-Key", "secret");
    request.headers.add("Accept", "text/plain");
    std::string pieces;
    const auto near = client.send(request, {}, [&](std::string_view s) { return pieces += s, true; });
    ASSERT_TRUE(near) << near.error().text();
    EXPECT_EQ(pieces, "arrived /here Bearer secret"); // nothing of the redirect's own body

    request.url = url("/away");
    const auto away = client.send(request);
    ASSERT_TRUE(away) << away.error().text();
    EXPECT_EQ(away->body, "other");
    ASSERT_EQ(elsewhere.size(), 1u);
    EXPECT_EQ(elsewhere[0].target, "/there?x=1");
    EXPECT_EQ(elsewhere[0].header("Authorization"), "");
    EXPECT_EQ(elsewhere[0].header("X-Api-Key"), "");
    EXPECT_EQ(elsewhere[0].header("Accept"), "text/plain");

    request.url = url("/loop");
    EXPECT_EQ(client.send(request).error().code, Errc::unavailable);
    request.url = url("/file");
    EXPECT_EQ(client.send(request).error().code, Errc::invalid_input);
    request.url = url("/away");
    request.method = "POST";
    EXPECT_EQ(client.send(request)->status, 302); // a redirect of a POST is the caller's business
    request.method = "GET";
    request.max_redirects = 0;
    EXPECT_EQ(client.send(request)->status, 302);
    EXPECT_EQ(elsewhere.size(), 1u);
}

TEST_F(HttpClientTest, the_environment_changes_nothing_and_errors_show_no_secrets) {
    start();
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    const auto answer = get(url("/x"));
    ::unsetenv("http_proxy");
    ::unsetenv("ALL_PROXY");
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->body, "GET /x ");

    HttpClient through({.proxy = url("")});
    const auto proxied = through.send({.url = "http://nowhere.invalid/path"});
    ASSERT_TRUE(proxied) << proxied.error().text();
    EXPECT_EQ(seen.back().headers.get("Host"), "nowhere.invalid");

    const auto refused = get("http://user:secret@127.0.0.1:1/path?key=secret");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text().find("secret"), std::string::npos) << refused.error().text();
}

} // namespace
} // namespace rustcoder::net
