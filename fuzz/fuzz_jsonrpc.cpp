// links: server
// Any bytes as a JSON-RPC line: a conversation never fails, answers each request exactly once or later through its job,
// answers no notification, and every answer is valid JSON-RPC. A fake engine finishes every job at once.
#include "server/front.h"
#include "server/mcp.h"

#include <atomic>

#include <cstdio>
#include <cstdlib>

namespace {

using namespace rustcoder;
using namespace rustcoder::server;
namespace json = base::json;

void require(bool condition, const char* what) {
    if (condition)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

class Instant final : public UseCases {
public:
    Result<agent::CompileAnswer> compile(const agent::CompileRequest&, std::stop_token) override {
        return fail(Errc::unavailable, "no compiler here");
    }
    Result<agent::FixAnswer> fix(const agent::FixRequest&, std::stop_token,
                                 const std::function<void(const repair::Event&)>&) override {
        return fail(Errc::unavailable, "no compiler here");
    }
    std::vector<ReadyCheck> ready() override { return {}; }
};

class Collect final : public McpReply {
public:
    void notify(const json::object& n) override {
        require(n.contains("method") && !n.contains("id"), "a notification has no id");
    }
    void finish(json::object response, int) override {
        ++finished;
        require(base::get_string(response, "jsonrpc") == "2.0", "the answer is JSON-RPC 2.0");
        require(response.contains("id"), "the answer has an id");
        require(response.contains("result") != response.contains("error"), "result or error, not both");
        require(base::parse_json(base::dump(response)).has_value(), "the answer is valid JSON");
    }
    void drop() override {}
    std::atomic<int> finished{0};
};

struct World {
    Timers timers;
    std::shared_ptr<Instant> use_cases = std::make_shared<Instant>();
    JobStore jobs{use_cases, timers, {.workers = 1, .queue = 4096}};
    Front desk;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    const auto value = base::parse_json(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!value)
        return 0;
    auto conversation =
        std::make_shared<McpConversation>(McpServices{world.jobs, world.timers, *world.use_cases, world.desk});
    const auto one = [&](const json::value& v) {
        const auto message = classify(v);
        auto reply = std::make_shared<Collect>();
        conversation->handle(message, reply);
        while (conversation->active() > 0)
            std::this_thread::yield();
        const bool answered = message.kind == Message::Kind::request || message.kind == Message::Kind::invalid;
        require(reply->finished == (answered ? 1 : 0), "one answer for a request, none for the rest");
    };
    if (const auto* batch = value->if_array())
        for (const auto& item : *batch)
            one(item);
    else
        one(*value);
    return 0;
}
