#include "server/server.h"

#include "base/log.h"
#include "base/text.h"
#include "server/face.h"
#include "server/mcp_http.h"

#include <cstdlib>
#include <fmt/core.h>

namespace rustcoder::server {

const char* const version = "0.1.0";

namespace {

constexpr auto after_work = std::chrono::seconds(2); // for answers to reach their clients

std::vector<std::string> list_of(const char* text) {
    std::vector<std::string> out;
    if (text)
        for (const auto item : base::split(text, ','))
            if (const auto trimmed = base::trim(item); !trimmed.empty())
                out.emplace_back(trimmed);
    return out;
}

class ServerImpl final : public Server {
public:
    ServerImpl(ServerOptions options, std::shared_ptr<UseCases> use_cases)
        : app_(std::move(options), std::move(use_cases)) {}
    ~ServerImpl() override { stop(std::chrono::milliseconds(0)); }

    Status listen() {
        auto options = app_.options.http;
        options.refuse = [](int status, std::string_view detail) { return problem_response(status, detail, {}); };
        RC_TRY_ASSIGN(
            http_, net::HttpServer::start(std::move(options),
                                          [this](net::HttpRequest request, std::shared_ptr<net::Responder> responder) {
                                              app_.handle(std::move(request), std::move(responder));
                                          }));
        app_.http = http_.get();
        app_.use_cases->start_background();
        app_.jobs.resume();
        return {};
    }

    int port() const override { return http_->port(); }
    std::string url() const override {
        const auto& address = app_.options.http.address;
        const bool v6 = address.find(':') != std::string::npos;
        return fmt::format("http://{}{}{}:{}", v6 ? "[" : "", address, v6 ? "]" : "", port());
    }

    bool stop(std::chrono::milliseconds grace) override {
        std::lock_guard once(mutex_);
        if (!http_ || stopped_)
            return clean_;
        stopped_ = true;
        http_->stop_accepting();
        app_.mcp->close_idle_streams();
        app_.use_cases->shutdown(); // seeding goes on at the next start
        const auto before = app_.jobs.stats();
        const auto deadline = std::chrono::steady_clock::now() + grace;
        app_.jobs.shutdown(grace);
        const bool in_time = std::chrono::steady_clock::now() < deadline || before.running + before.queued == 0;
        const bool answered =
            http_->stop(std::min<std::chrono::milliseconds>(after_work, grace + std::chrono::milliseconds(100)));
        clean_ = in_time && answered;
        return clean_;
    }

private:
    App app_;
    std::unique_ptr<net::HttpServer> http_;
    std::mutex mutex_;
    bool stopped_ = false, clean_ = true;
};

} // namespace

ServerOptions ServerOptions::from_environment() {
    ServerOptions out;
    if (const char* key = std::getenv("RUSTCODER_API_KEY"))
        out.api_key = key;
    out.allowed_hosts = list_of(std::getenv("RUSTCODER_ALLOWED_HOSTS"));
    out.allowed_origins = list_of(std::getenv("RUSTCODER_ALLOWED_ORIGINS"));
    if (const char* port = std::getenv("API_PORT"))
        if (const int n = std::atoi(port); n > 0 && n < 65536)
            out.http.port = n;
    return out;
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, std::shared_ptr<UseCases> use_cases) {
    if (!is_loopback(options.http.address) && options.api_key.empty() && !options.insecure)
        return fail(Errc::denied, "Listening beyond this machine without an API key would let anybody run code here",
                    options.http.address, "Set RUSTCODER_API_KEY, or pass --insecure if the network is trusted");
    try {
        auto server = std::make_unique<ServerImpl>(std::move(options), std::move(use_cases));
        RC_TRY(server->listen());
        return server;
    } catch (const std::exception& e) {
        return fail(Errc::internal, std::string("The server could not start: ") + e.what());
    }
}

} // namespace rustcoder::server
