#include "mcp/stdio.h"

#include "base/text.h"
#include "mcp/batch.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <unistd.h>

namespace rustcoder::mcp {

namespace {

/// Lines out, whole, in order, from any thread. A reader that is gone is noticed without SIGPIPE.
class LineWriter final : public Sink {
public:
    explicit LineWriter(int fd) : fd_(fd) {}
    void send(const json::object& message) override { write(message); }
    void write(const json::value& message) {
        const std::string line = base::dump(message) + "\n";
        std::lock_guard lock(mutex_);
        if (broken_)
            return;
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

class LineReply final : public Reply {
public:
    explicit LineReply(std::shared_ptr<LineWriter> out) : out_(std::move(out)) {}
    void send(const json::object& message) override { out_->write(message); }
    void finish(json::object response, int) override { out_->write(std::move(response)); }
    void drop() override {}
    bool shared() const override { return true; }

private:
    const std::shared_ptr<LineWriter> out_;
};

class StdioServer {
public:
    StdioServer(int in, int out, const std::shared_ptr<Server>& server, StdioOptions options)
        : in_(in), options_(options), out_(std::make_shared<LineWriter>(out)), conversation_(server->open()) {
        conversation_->set_outlet(out_);
    }

    Status run() {
        constexpr std::size_t piece = 65536;
        std::string buffer;
        std::size_t scanned = 0;
        bool skipping = false; // the rest of a line that was too long
        const auto chunk = std::make_unique<char[]>(piece);
        while (!out_->broken()) {
            const auto n = ::read(in_, chunk.get(), piece);
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
            if (buffer.size() <= options_.longest_line)
                continue;
            if (!skipping)
                error(rpc::invalid_request,
                      "The message is longer than " + std::to_string(options_.longest_line) + " bytes");
            skipping = true;
            buffer.clear();
            scanned = 0;
        }
        if (!skipping)
            line(buffer); // a last line without its end
        return end({});
    }

private:
    void error(int code, std::string_view text) { out_->write(rpc::error(nullptr, code, text)); }

    void line(std::string_view text) {
        text = base::trim(text);
        if (text.empty())
            return;
        auto value = base::parse_json(text);
        if (!value)
            return error(rpc::parse_error, "Parse error: " + value.error().text());
        auto* batch = value->if_array();
        if (!batch)
            return conversation_->handle(classify(std::move(*value)), std::make_shared<LineReply>(out_));
        if (const char* wrong = batch_problem(*batch, conversation_->revision()))
            return error(rpc::invalid_request, wrong);
        handle_batch(*conversation_, std::move(*batch), out_, [out = out_](json::array all) {
            if (!all.empty())
                out->write(std::move(all));
        });
    }

    Status end(Status status) {
        const auto until = std::chrono::steady_clock::now() + options_.end_grace;
        while (conversation_->active() > 0 && !out_->broken() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        conversation_->cancel_all();
        conversation_->server().shutdown();
        return status;
    }

    const int in_;
    const StdioOptions options_;
    const std::shared_ptr<LineWriter> out_;
    const std::shared_ptr<Conversation> conversation_;
};

} // namespace

Status serve_stdio(int in, int out, const std::shared_ptr<Server>& server, StdioOptions options) {
    try {
        StdioServer stdio(in, out, server, options);
        return stdio.run();
    } catch (const std::exception& e) {
        return fail(Errc::internal, std::string("MCP over stdio ended: ") + e.what());
    }
}

} // namespace rustcoder::mcp
