// MCP over stdio: one JSON-RPC message a line, in both directions.
#include "base/log.h"
#include "base/text.h"
#include "server/front.h"
#include "server/mcp.h"
#include "server/server.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <unistd.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::size_t longest_line = 64u << 20;

/// Lines out, whole, in order, from any thread. A reader that is gone is noticed without SIGPIPE.
class LineWriter {
public:
    explicit LineWriter(int fd) : fd_(fd) {}
    void write(const json::value& message) {
        const std::string line = base::dump(message) + "\n";
        std::lock_guard lock(mutex_);
        sigset_t pipe_signal, before, pending;
        sigemptyset(&pipe_signal);
        sigaddset(&pipe_signal, SIGPIPE);
        sigpending(&pending);
        pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
        std::string_view rest = line;
        while (!rest.empty() && !broken_) {
            const auto n = ::write(fd_, rest.data(), rest.size());
            if (n >= 0)
                rest.remove_prefix(static_cast<std::size_t>(n));
            else if (errno != EINTR)
                broken_ = true;
        }
        if (broken_ && !sigismember(&pending, SIGPIPE)) {
            const timespec none{};
            sigtimedwait(&pipe_signal, nullptr, &none);
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    bool broken() {
        std::lock_guard lock(mutex_);
        return broken_;
    }

private:
    int fd_;
    std::mutex mutex_;
    bool broken_ = false;
};

class LineReply final : public McpReply {
public:
    explicit LineReply(LineWriter& out) : out_(out) {}
    void notify(const json::object& notification) override { out_.write(notification); }
    void finish(json::object response, int) override { out_.write(std::move(response)); }
    void drop() override {}
    bool can_ask() const override { return true; }

private:
    LineWriter& out_;
};

/// The responses of a batch leave together (revision 2025-03-26 only); notifications do not wait.
class BatchReply final : public McpReply {
public:
    explicit BatchReply(LineWriter& out) : out_(out) {}
    ~BatchReply() override {
        if (!all_.empty())
            out_.write(std::move(all_));
    }
    void notify(const json::object& notification) override { out_.write(notification); }
    void finish(json::object response, int) override {
        std::lock_guard lock(mutex_);
        all_.emplace_back(std::move(response));
    }
    void drop() override {}

private:
    LineWriter& out_;
    std::mutex mutex_;
    json::array all_;
};

class StdioServer {
public:
    StdioServer(int in, int out, std::shared_ptr<UseCases> use_cases, StdioOptions options)
        : in_(in), options_(options), out_(out), use_cases_(std::move(use_cases)),
          jobs_(use_cases_, timers_, options.jobs),
          conversation_(std::make_shared<McpConversation>(McpServices{jobs_, timers_, *use_cases_, desk_})) {}

    Status run() {
        std::string buffer;
        std::size_t scanned = 0;
        bool skipping = false; // the rest of a line that was too long
        auto chunk = std::make_unique<char[]>(65536);
        for (;;) {
            const auto n = ::read(in_, chunk.get(), 65536);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return end(
                    fail(Errc::io, std::string("Cannot read requests: ") + std::strerror(errno), "standard input"));
            if (n == 0)
                break;
            buffer.append(chunk.get(), static_cast<std::size_t>(n));
            std::size_t start = 0, eol;
            while ((eol = buffer.find('\n', std::max(start, scanned))) != std::string::npos) {
                if (!skipping)
                    line(std::string_view(buffer).substr(start, eol - start));
                skipping = false;
                start = scanned = eol + 1;
            }
            buffer.erase(0, start);
            scanned = buffer.size();
            if (buffer.size() > longest_line) {
                if (!skipping)
                    out_.write(rpc::error(nullptr, rpc::invalid_request, "The message is longer than 64 MiB"));
                skipping = true;
                buffer.clear();
                scanned = 0;
            }
            if (out_.broken())
                break;
        }
        if (!skipping)
            line(buffer); // a last line without its end
        return end({});
    }

private:
    void line(std::string_view text) {
        text = base::trim(text);
        if (text.empty())
            return;
        auto value = base::parse_json(text);
        if (!value)
            return out_.write(rpc::error(nullptr, rpc::parse_error, "Parse error: " + value.error().text()));
        if (const auto* batch = value->if_array())
            return handle_batch(*batch);
        conversation_->handle(classify(*value), std::make_shared<LineReply>(out_));
    }

    void handle_batch(const json::array& batch) {
        if (conversation_->revision() != batch_revision || batch.empty())
            return out_.write(rpc::error(nullptr, rpc::invalid_request,
                                         batch.empty() ? "The batch is empty"
                                                       : "Batches belong to protocol version 2025-03-26 only"));
        auto together = std::make_shared<BatchReply>(out_);
        for (const auto& item : batch)
            conversation_->handle(classify(item), together);
    }

    Status end(Status status) {
        const auto until = std::chrono::steady_clock::now() + options_.end_grace;
        while (conversation_->active() > 0 && !out_.broken() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        conversation_->cancel_all();
        use_cases_->shutdown();
        desk_.stop();
        jobs_.shutdown(std::chrono::milliseconds(0));
        timers_.stop();
        return status;
    }

    int in_;
    StdioOptions options_;
    LineWriter out_;
    std::shared_ptr<UseCases> use_cases_;
    Timers timers_;
    JobStore jobs_;
    Front desk_{desk_threads};
    std::shared_ptr<McpConversation> conversation_;
};

} // namespace

Status run_mcp_stdio(int in, int out, std::shared_ptr<UseCases> use_cases, StdioOptions options) {
    try {
        StdioServer server(in, out, std::move(use_cases), options);
        return server.run();
    } catch (const std::exception& e) {
        return fail(Errc::internal, std::string("MCP over stdio ended: ") + e.what());
    }
}

} // namespace rustcoder::server
