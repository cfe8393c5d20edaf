#include "proxy/stdio_front.h"

#include "base/log.h"
#include "base/text.h"
#include "mcp/protocol.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <stop_token>
#include <thread>
#include <unistd.h>

namespace rustcoder::proxy {

namespace {

class Output final : public Client {
public:
    explicit Output(int fd) : fd_(fd) {}
    void deliver(Message message, const std::string&) override {
        message.text += '\n';
        std::lock_guard lock(mutex_);
        std::string_view rest = message.text;
        while (!rest.empty() && !broken_) {
            const auto n = ::write(fd_, rest.data(), rest.size());
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0 && errno == EAGAIN) {
                pollfd p{fd_, POLLOUT, 0};
                ::poll(&p, 1, 1000);
                continue;
            }
            if (n < 0)
                broken_ = true; // the client reads no more; the end of its output follows
            else
                rest.remove_prefix(static_cast<std::size_t>(n));
        }
    }

private:
    const int fd_;
    std::mutex mutex_;
    bool broken_ = false;
};

void take_line(std::string line, Relay& relay, Relay::ClientId client, Output& output) {
    if (base::trim(line).empty())
        return;
    bool batch = false;
    const auto messages = Message::read_batch(std::move(line), batch);
    if (!messages)
        return output.deliver(error_answer("", mcp::rpc::parse_error, messages.error().text()), {});
    for (const auto& m : *messages)
        if (auto sent = relay.send(client, m); !sent && m.kind == Message::Kind::request)
            output.deliver(error_answer(m.raw(m.id), mcp::rpc::internal_error, sent.error().text()), {});
        else if (!sent)
            base::log_warn(m.method + " was not delivered: " + sent.error().text());
}

} // namespace

Status serve_stdio(int in, int out, MakeUpstream make, Workers& workers, std::stop_token stop,
                   StdioFrontOptions options) {
    const auto relay = Relay::create(std::move(make), {}, workers);
    const auto output = std::make_shared<Output>(out);
    const auto client = relay->attach(output, true);
    std::string line;
    Status end;
    char bytes[64 << 10];
    while (!stop.stop_requested()) {
        pollfd p{in, POLLIN, 0};
        if (::poll(&p, 1, 200) == 0)
            continue;
        const auto n = ::read(in, bytes, sizeof bytes);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            break;
        std::string_view piece(bytes, static_cast<std::size_t>(n));
        for (auto eol = piece.find('\n'); eol != std::string_view::npos; eol = piece.find('\n')) {
            line.append(piece.substr(0, eol));
            piece.remove_prefix(eol + 1);
            take_line(std::exchange(line, {}), *relay, client, *output);
        }
        line.append(piece);
        if (line.size() > options.longest_line) {
            end = fail(Errc::limit, fmt::format("a line is longer than {} bytes", options.longest_line));
            break;
        }
    }
    if (end)
        take_line(std::move(line), *relay, client, *output); // a last line without its end
    const auto until = std::chrono::steady_clock::now() + options.end_grace;
    while (relay->pending() > 0 && std::chrono::steady_clock::now() < until && !stop.stop_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    relay->close();
    return end;
}

} // namespace rustcoder::proxy
