// The only file that includes Asio and Beast. One io_context, one thread; a coroutine for each connection.
// g++ 12: no co_await inside conditions or initialisers, no capturing lambda coroutines, no references to temporaries.
#include "net/http_server.h"

#include "base/log.h"
#include "net/exchange.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <ctime>
#include <optional>
#include <thread>
#include <unordered_set>

namespace rustcoder::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Parser = http::request_parser<http::string_body>;

constexpr auto sweep_interval = std::chrono::milliseconds(100); // resolution of all timeouts
constexpr std::size_t pipeline_bytes = 64u << 10; // read ahead while a request runs; past that a disconnect goes unseen
constexpr std::size_t linger_bytes = 1u << 20;    // thrown away after a refusal, so that the client can read it
constexpr std::size_t keep_capacity = 1024;       // larger send buffers are given back: idle streams are many
constexpr std::size_t spare_connections = 256;    // over the bound, only to be told 503
constexpr auto linger_time = std::chrono::milliseconds(1000);

class Session;

/// Everything the I/O thread owns. Others reach it only through weak_ptr + post.
struct Core {
    HttpServerOptions options;
    Handler handler;
    std::unordered_set<Session*> sessions; // I/O thread only
    std::vector<std::shared_ptr<tcp::acceptor>> acceptors;
    std::optional<asio::steady_timer> sweeper;
    bool draining = false, stopping = false; // I/O thread only
    std::size_t body_bytes = 0;              // set aside for bodies, I/O thread only
    std::atomic<std::size_t> connections{0};
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t active = 0;  // requests in a handler or being answered, under mutex
    asio::io_context ioc{1}; // last member: destroyed first, with the coroutines that use the rest

    void active_add(int n) {
        {
            std::lock_guard lock(mutex);
            active += static_cast<std::size_t>(n);
        }
        changed.notify_all();
    }
    HttpResponse refuse(int status, std::string_view detail) const {
        if (options.refuse)
            return options.refuse(status, detail);
        HttpResponse r;
        r.status = status;
        r.content_type = "text/plain; charset=utf-8";
        r.body = std::string(detail) + "\n";
        return r;
    }
};

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm tm{};
    ::gmtime_r(&now, &tm);
    char text[64];
    const auto n = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return std::string(text, n);
}

/// Header values from the application must not be able to split the response.
bool clean(std::string_view s) {
    return s.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string render_head(const HttpResponse& r, bool keep, bool chunked, bool bodiless) {
    std::string out = "HTTP/1.1 " + std::to_string(r.status) + " ";
    out.append(reason_phrase(r.status)).append("\r\nDate: ").append(http_date()).append("\r\n");
    if (!r.content_type.empty() && clean(r.content_type))
        out.append("Content-Type: ").append(r.content_type).append("\r\n");
    for (const auto& [name, value] : r.headers.fields())
        if (clean(name) && clean(value))
            out.append(name).append(": ").append(value).append("\r\n");
    if (chunked)
        out.append("Transfer-Encoding: chunked\r\n");
    else if (!bodiless)
        out.append("Content-Length: ").append(std::to_string(r.body.size())).append("\r\n");
    out.append(keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    return out;
}

std::string chunk_frame(const std::string& bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string size;
    for (std::size_t n = bytes.size(); n; n >>= 4)
        size.insert(size.begin(), digits[n & 15]);
    return size + "\r\n" + bytes + "\r\n";
}

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(std::shared_ptr<Core> core, tcp::socket socket)
        : core_(core.get()), weak_core_(core), socket_(std::move(socket)), event_(core->ioc) {
        core_->sessions.insert(this);
        core_->connections.fetch_add(1);
        event_.expires_at(Clock::time_point::max());
    }
    ~Session() {
        release();
        core_->sessions.erase(this);
        core_->connections.fetch_sub(1);
    }

    static asio::awaitable<void> run(std::shared_ptr<Session> self) {
        try {
            co_await self->serve();
        } catch (const std::exception& e) {
            base::log_error(std::string("connection ended by: ") + e.what());
        }
        if (self->exchange_)
            self->exchange_->lost();
        error_code ec;
        self->socket_.shutdown(tcp::socket::shutdown_both, ec);
        self->socket_.close(ec);
    }

    void sweep(Clock::time_point now) {
        if (exchange_)
            exchange_->keep_alive(now);
        if (now < deadline_)
            return;
        timed_out_ = true;
        deadline_ = Clock::time_point::max();
        error_code ec;
        socket_.cancel(ec);
        event_.cancel();
    }

    void close_if_idle() {
        if (phase_ == Phase::idle)
            abort();
    }

    void abort() {
        aborted_ = true;
        if (exchange_)
            exchange_->lost();
        error_code ec;
        socket_.cancel(ec);
        socket_.shutdown(tcp::socket::shutdown_both, ec);
        wake();
    }

    void turn_away() { turned_away_ = true; }

    void wake() {
        woken_ = true;
        event_.cancel();
    }

private:
    enum class Phase { idle, reading, answering };

    void set_deadline(std::chrono::milliseconds d) {
        timed_out_ = false;
        deadline_ = Clock::now() + d;
    }
    void no_deadline() { deadline_ = Clock::time_point::max(); }

    asio::awaitable<void> serve() {
        if (turned_away_) {
            co_await refuse(503, "Too many connections.");
            co_return;
        }
        bool more = true;
        while (more && !aborted_ && !(core_->draining && buffer_.size() == 0)) {
            if (buffer_.size() == 0) { // nothing is allocated for a connection that waits
                buffer_.shrink_to_fit();
                phase_ = Phase::idle;
                set_deadline(core_->options.idle_timeout);
                error_code ec;
                co_await socket_.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, ec));
                if (ec || aborted_ || timed_out_)
                    co_return;
            }
            phase_ = Phase::reading;
            bool ok = false;
            ok = co_await read_request();
            if (!ok)
                co_return;
            phase_ = Phase::answering;
            core_->active_add(1);
            more = co_await handle();
            core_->active_add(-1);
            exchange_.reset();
            release();
        }
    }

    /// Fills request_, keep_, head_only_. False: the connection is over (a refusal was sent where one is due).
    asio::awaitable<bool> read_request() {
        auto parser = std::make_unique<Parser>();
        parser->header_limit(static_cast<std::uint32_t>(core_->options.header_bytes));
        parser->body_limit(core_->options.body_bytes);
        set_deadline(core_->options.header_timeout);
        error_code ec;
        co_await http::async_read_header(socket_, buffer_, *parser, asio::redirect_error(asio::use_awaitable, ec));
        if (ec) {
            co_await refuse_read(ec);
            co_return false;
        }
        if (!reserve(parser->is_done() ? 0 : parser->content_length().value_or(core_->options.body_bytes))) {
            co_await refuse(503, "Too many large requests at once.");
            co_return false;
        }
        if (!parser->is_done()) {
            set_deadline(core_->options.body_timeout);
            if (iequals(std::string_view(parser->get()[http::field::expect].data(),
                                         parser->get()[http::field::expect].size()),
                        "100-continue")) {
                bool sent = false;
                out_ = "HTTP/1.1 100 Continue\r\n\r\n";
                sent = co_await send();
                if (!sent)
                    co_return false;
                set_deadline(core_->options.body_timeout);
            }
            co_await http::async_read(socket_, buffer_, *parser, asio::redirect_error(asio::use_awaitable, ec));
            if (ec) {
                co_await refuse_read(ec);
                co_return false;
            }
        }
        no_deadline();
        keep_ = parser->keep_alive();
        http11_ = parser->get().version() >= 11;
        const bool valid = take_request(*parser);
        if (!valid) {
            co_await refuse(400, "The request target is malformed.");
            co_return false;
        }
        co_return true;
    }

    /// Sets memory for a body aside until the answer is out. False when others have taken too much.
    bool reserve(std::size_t bytes) {
        if (bytes > 0 && core_->body_bytes + bytes > core_->options.all_body_bytes)
            return false;
        reserved_ = bytes;
        core_->body_bytes += bytes;
        return true;
    }
    void release() { core_->body_bytes -= std::exchange(reserved_, 0); }

    bool take_request(Parser& parser) {
        auto& message = parser.get();
        request_ = HttpRequest{};
        request_.method = std::string(message.method_string().data(), message.method_string().size());
        request_.target = std::string(message.target().data(), message.target().size());
        for (const auto& field : message) {
            const auto name = field.name_string();
            const auto value = field.value();
            request_.headers.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
        }
        request_.body = std::move(message.body());
        head_only_ = request_.method == "HEAD";
        error_code ec;
        const auto peer = socket_.remote_endpoint(ec);
        if (!ec)
            request_.remote = peer.address().is_v6()
                                  ? "[" + peer.address().to_string() + "]:" + std::to_string(peer.port())
                                  : peer.address().to_string() + ":" + std::to_string(peer.port());
        return parse_target(request_.target, request_.path, request_.query);
    }

    asio::awaitable<void> refuse_read(error_code ec) {
        int status = 0;
        std::string detail;
        if (timed_out_) {
            status = 408;
            detail = "The request did not arrive in time.";
        } else if (ec == http::error::header_limit) {
            status = 431;
            detail = "The request head is larger than this server takes.";
        } else if (ec == http::error::body_limit) {
            status = 413;
            detail = "The request body is larger than " + std::to_string(core_->options.body_bytes) +
                     " bytes, the most this server takes.";
        } else if (!aborted_ && ec != http::error::end_of_stream && ec != http::error::partial_message &&
                   ec.category() == make_error_code(http::error::bad_method).category()) {
            status = 400;
            detail = "The request is not valid HTTP/1.1: " + ec.message() + ".";
        }
        if (status != 0)
            co_await refuse(status, detail.c_str());
    }

    asio::awaitable<void> refuse(int status, const char* detail) {
        HttpResponse response = core_->refuse(status, detail);
        if (status == 503)
            response.headers.set("Retry-After", "1");
        out_ = render_head(response, false, false, false) + response.body;
        bool sent = false;
        sent = co_await send();
        if (sent)
            co_await linger();
    }

    /// Closing with unread input would reset the connection and the client might never see the answer.
    asio::awaitable<void> linger() {
        error_code ec;
        socket_.shutdown(tcp::socket::shutdown_send, ec);
        set_deadline(linger_time);
        std::size_t total = 0;
        auto scratch = std::make_unique<char[]>(8192);
        while (!ec && total < linger_bytes && !timed_out_ && !aborted_) {
            std::size_t n = 0;
            n = co_await socket_.async_read_some(asio::buffer(scratch.get(), 8192),
                                                 asio::redirect_error(asio::use_awaitable, ec));
            total += n;
        }
    }

    /// Sends out_. A member, because g++ 12 destroys some temporaries of a co_await expression twice.
    asio::awaitable<bool> send() {
        std::size_t done = 0;
        error_code ec;
        while (done < out_.size()) {
            set_deadline(core_->options.write_timeout);
            std::size_t n = 0;
            n = co_await socket_.async_write_some(asio::buffer(out_.data() + done, out_.size() - done),
                                                  asio::redirect_error(asio::use_awaitable, ec));
            if (ec || aborted_)
                co_return false;
            done += n;
        }
        no_deadline();
        if (out_.capacity() > keep_capacity)
            std::string().swap(out_);
        co_return true;
    }

    asio::awaitable<void> wait_event() {
        if (!woken_) {
            error_code ec;
            event_.expires_at(Clock::time_point::max());
            co_await event_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
        }
        woken_ = false;
    }

    /// True when the connection may take another request.
    asio::awaitable<bool> handle() {
        auto weak = weak_from_this();
        auto weak_core = weak_core_;
        exchange_ = std::make_shared<Exchange>(
            [weak, weak_core] {
                if (auto core = weak_core.lock())
                    asio::post(core->ioc, [weak] {
                        if (auto self = weak.lock())
                            self->wake();
                    });
            },
            core_->options.stream_buffer_bytes);
        auto exchange = exchange_;
        call_handler(exchange);
        Exchange::Head head = exchange->take_head();
        if (!head.ready || head.streaming) {
            watching_ = true;
            stop_watching_ = false;
            asio::co_spawn(core_->ioc, watch(shared_from_this(), exchange), asio::detached);
        }
        while (!head.ready && !exchange->is_lost()) {
            co_await wait_event();
            head = exchange->take_head();
        }
        bool ok = false;
        if (head.ready && !exchange->is_lost())
            ok = co_await answer(head);
        if (ok)
            exchange->finished();
        else
            exchange->lost();
        stop_watching_ = true;
        while (watching_) { // the next read must not race with the watcher's
            error_code ec;
            socket_.cancel(ec);
            co_await wait_event();
        }
        co_return ok&& keep_;
    }

    void call_handler(const std::shared_ptr<Exchange>& exchange) {
        auto weak_core = weak_core_;
        auto responder = make_responder(exchange, [weak_core] {
            auto core = weak_core.lock();
            return core ? core->refuse(500, "The request was dropped inside the server.")
                        : HttpResponse{500, {}, {}, {}};
        });
        try {
            core_->handler(std::move(request_), responder);
        } catch (const std::exception& e) {
            base::log_error(std::string("handler failed: ") + e.what());
            responder->respond(core_->refuse(500, "The server failed on this request."));
        }
    }

    asio::awaitable<bool> answer(Exchange::Head& head) { // lives in handle()'s frame
        const auto exchange = exchange_;
        keep_ = keep_ && !core_->draining && !head.response.headers.find("Connection");
        const int status = head.response.status;
        const bool bodiless = status == 204 || status == 304 || status < 200;
        bool ok = false;
        if (!head.streaming) {
            out_ = render_head(head.response, keep_, false, bodiless);
            if (!head_only_ && !bodiless)
                out_ += head.response.body;
            ok = co_await send();
            co_return ok;
        }
        const bool chunked = http11_;
        keep_ = keep_ && chunked;
        out_ = render_head(head.response, keep_, chunked, true);
        ok = co_await send();
        while (ok && !head_only_) {
            Exchange::Body body = exchange->take_body();
            if (!body.bytes.empty()) {
                out_ = chunked ? chunk_frame(body.bytes) : std::move(body.bytes);
                ok = co_await send();
            } else if (body.last) {
                break;
            } else {
                co_await wait_event();
            }
            if (exchange->is_lost())
                ok = false;
        }
        if (ok && chunked && !head_only_) {
            out_ = "0\r\n\r\n";
            ok = co_await send();
        }
        co_return ok;
    }

    /// While a request runs, notices that the client has gone; keeps a pipelined request for later.
    static asio::awaitable<void> watch(std::shared_ptr<Session> self, std::shared_ptr<Exchange> exchange) {
        error_code ec;
        while (!self->stop_watching_) { // a cancel() that comes between two waits would go unnoticed
            co_await self->socket_.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, ec));
            if (ec)
                break;
            const std::size_t n = self->socket_.available(ec);
            if (ec || n == 0) {
                exchange->lost();
                break;
            }
            if (self->buffer_.size() >= pipeline_bytes)
                break;
            const auto space = self->buffer_.prepare(std::min<std::size_t>(n, 16384));
            const std::size_t got = self->socket_.read_some(space, ec);
            if (ec) {
                exchange->lost();
                break;
            }
            self->buffer_.commit(got);
        }
        self->watching_ = false;
        self->wake();
    }

    Core* core_;
    std::weak_ptr<Core> weak_core_;
    tcp::socket socket_;
    asio::steady_timer event_;
    beast::flat_buffer buffer_;
    HttpRequest request_;
    std::string out_; // what send() sends
    std::shared_ptr<Exchange> exchange_;
    Clock::time_point deadline_ = Clock::time_point::max();
    Phase phase_ = Phase::idle;
    bool keep_ = true, head_only_ = false, http11_ = true;
    bool timed_out_ = false, aborted_ = false, woken_ = false, watching_ = false, stop_watching_ = false;
    bool turned_away_ = false;
    std::size_t reserved_ = 0;
};

asio::awaitable<void> accept_loop(std::shared_ptr<Core> core, std::shared_ptr<tcp::acceptor> acceptor) {
    while (acceptor->is_open()) {
        auto socket = std::make_shared<tcp::socket>(core->ioc);
        error_code ec;
        co_await acceptor->async_accept(*socket, asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted || !acceptor->is_open())
            break;
        if (ec) { // out of descriptors, most likely: give running connections time to end
            asio::steady_timer pause(core->ioc, std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
            continue;
        }
        socket->set_option(tcp::no_delay(true), ec);
        const std::size_t open = core->connections.load();
        if (open >= core->options.max_connections + spare_connections)
            continue; // closes it without a word
        auto session = std::make_shared<Session>(core, std::move(*socket));
        if (open >= core->options.max_connections)
            session->turn_away();
        asio::co_spawn(core->ioc, Session::run(std::move(session)), asio::detached);
    }
}

asio::awaitable<void> sweep_loop(std::shared_ptr<Core> core) {
    while (!core->stopping) { // a cancel() that finds the timer expired already would go unnoticed
        error_code ec;
        core->sweeper->expires_after(sweep_interval);
        co_await core->sweeper->async_wait(asio::redirect_error(asio::use_awaitable, ec));
        if (ec)
            break;
        const auto now = Clock::now();
        for (auto* session : core->sessions)
            session->sweep(now);
    }
}

class ServerImpl final : public HttpServer {
public:
    explicit ServerImpl(std::shared_ptr<Core> core)
        : core_(std::move(core)), work_(asio::make_work_guard(core_->ioc)) {}
    ~ServerImpl() override { stop(std::chrono::milliseconds(0)); }

    Status listen() {
        const bool both = core_->options.address == "localhost";
        RC_TRY(listen_on(both ? "127.0.0.1" : core_->options.address));
        if (both)
            (void)listen_on("::1"); // a host without IPv6 is fine
        return {};
    }

    void run() {
        for (auto& acceptor : core_->acceptors)
            asio::co_spawn(core_->ioc, accept_loop(core_, acceptor), asio::detached);
        core_->sweeper.emplace(core_->ioc);
        asio::co_spawn(core_->ioc, sweep_loop(core_), asio::detached);
        thread_ = std::thread([core = core_] {
            for (;;) {
                try {
                    core->ioc.run();
                    break;
                } catch (const std::exception& e) {
                    base::log_error(std::string("I/O thread: ") + e.what());
                }
            }
        });
    }

    int port() const override { return port_; }
    std::size_t connections() const override { return core_->connections.load(); }

    void stop_accepting() override {
        asio::post(core_->ioc, [core = core_] {
            if (core->draining)
                return;
            core->draining = true;
            error_code ec;
            for (auto& acceptor : core->acceptors)
                acceptor->close(ec);
            for (auto* session : core->sessions)
                session->close_if_idle();
        });
    }

    bool stop(std::chrono::milliseconds grace) override {
        std::lock_guard once(stop_mutex_);
        if (!thread_.joinable())
            return stopped_clean_;
        stop_accepting();
        {
            std::unique_lock lock(core_->mutex);
            stopped_clean_ = core_->changed.wait_for(lock, grace, [&] { return core_->active == 0; });
        }
        asio::post(core_->ioc, [core = core_] {
            const auto all = core->sessions; // abort() may end sessions later, not now; a copy costs nothing
            for (auto* session : all)
                session->abort();
            core->stopping = true;
            core->sweeper->cancel();
        });
        work_.reset();
        thread_.join();
        core_->handler = nullptr; // break cycles through what the handler captured
        return stopped_clean_;
    }

private:
    Status listen_on(const std::string& address) {
        error_code ec;
        const auto ip = asio::ip::make_address(address, ec);
        if (ec)
            return fail(Errc::invalid_input, "\"" + address + "\" is not an IP address", "listen address",
                        "Use 127.0.0.1, ::1, 0.0.0.0, :: or localhost");
        const int wanted = port_ ? port_ : core_->options.port;
        const tcp::endpoint endpoint(ip, static_cast<unsigned short>(wanted));
        auto acceptor = std::make_shared<tcp::acceptor>(core_->ioc);
        acceptor->open(endpoint.protocol(), ec);
        if (!ec)
            acceptor->set_option(tcp::acceptor::reuse_address(true), ec);
        if (!ec && ip.is_v6())
            acceptor->set_option(asio::ip::v6_only(!ip.is_unspecified()), ec);
        if (!ec)
            acceptor->bind(endpoint, ec);
        if (!ec)
            acceptor->listen(1024, ec);
        if (ec)
            return fail(ec == asio::error::address_in_use  ? Errc::busy
                        : ec == asio::error::access_denied ? Errc::denied
                                                           : Errc::io,
                        "Cannot listen: " + ec.message(), address + ":" + std::to_string(wanted),
                        "Choose another address or port");
        port_ = acceptor->local_endpoint(ec).port();
        core_->acceptors.push_back(std::move(acceptor));
        return {};
    }

    std::shared_ptr<Core> core_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
    std::mutex stop_mutex_;
    bool stopped_clean_ = true;
    int port_ = 0;
};

} // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, Handler handler) {
    if (options.port < 0 || options.port > 65535)
        return fail(Errc::invalid_input, "The port must be between 0 and 65535", std::to_string(options.port));
    try {
        auto core = std::make_shared<Core>();
        core->options = std::move(options);
        core->handler = std::move(handler);
        auto server = std::make_unique<ServerImpl>(std::move(core));
        RC_TRY(server->listen());
        server->run();
        return server;
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("Cannot start the HTTP server: ") + e.what());
    }
}

} // namespace rustcoder::net
