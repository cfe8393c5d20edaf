// links: mcp
// Lines of any bytes as one client's messages, in both eras: nothing crashes, every request gets exactly one response
// or is dropped once, nothing else is answered, and every answer is valid JSON-RPC.
#include "mcp/conversation.h"
#include "mcp/http_headers.h"
#include "mcp/tasks.h"

#include "base/text.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace rustcoder;
using namespace rustcoder::mcp;

void require(bool condition, const char* what) {
    if (condition)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

class Collect final : public Reply {
public:
    void send(const json::object& m) override {
        require(m.contains("method"), "what is sent meanwhile is a request or a notification");
        require(base::parse_json(base::dump(m)).has_value(), "and valid JSON");
    }
    void finish(json::object response, int) override {
        ++ends;
        require(base::get_string(response, "jsonrpc") == "2.0" && response.contains("id"), "a response");
        require(response.contains("result") != response.contains("error"), "result or error, not both");
        require(base::parse_json(base::dump(response)).has_value(), "the answer is valid JSON");
    }
    void drop() override { ++ends; }
    std::atomic<int> ends{0};
};

std::shared_ptr<Registry> make_registry() {
    auto registry = std::make_shared<Registry>();
    registry->announce_changes();
    registry->allow_subscriptions();
    const auto add = [&](const char* name, TaskSupport task, Handler handler) {
        Tool tool;
        tool.name = name;
        tool.task = task;
        registry->add_tool(std::move(tool), std::move(handler));
    };
    add("echo", TaskSupport::never,
        [](const CallPtr& call) { call->finish(ToolResult::text(base::dump(call->arguments()))); });
    add("ask", TaskSupport::optional, [](const CallPtr& call) {
        call->progress(1, 2, "asking");
        call->log("error", "asking");
        if (call->arguments().contains("task"))
            call->become_task();
        json::object properties, schema;
        properties["x"] = json::object{{"type", "integer"}};
        schema["properties"] = std::move(properties);
        schema["required"] = json::array{"x"};
        call->ask({{"a", elicit("?", std::move(schema))}, {"b", list_roots()}}, [call](Result<Answers> answers) {
            call->finish(answers ? ToolResult::text("known") : ToolResult::error(answers.error().text()));
        });
    });
    add("forget", TaskSupport::required, [](const CallPtr& call) { call->become_task(); });
    registry->add_prompt({.name = "p", .arguments = {{"x", "", true}}},
                         [](const CallPtr& call) { call->finish(PromptResult().user(content::text(call->name()))); });
    registry->add_template({.uri_template = "a://{x}/{+y}", .name = "t"}, [](const CallPtr& call) {
        call->finish(ReadResult().text(call->name(), base::dump(call->arguments())));
    });
    return registry;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto registry = make_registry();
    ServerOptions options;
    options.state_key = "known"; // so that the fuzzer can find states that are right
    options.progress_gap = std::chrono::milliseconds(0);
    const auto server = Server::create(options, registry);
    const auto conversation = server->open();
    std::vector<std::pair<std::shared_ptr<Collect>, int>> all;
    for (const auto line : base::split({reinterpret_cast<const char*>(data), size}, '\n')) {
        (void)decode_header(line);
        (void)match_template(line, line);
        auto value = base::parse_json(line);
        if (!value)
            continue;
        auto m = classify(std::move(*value));
        const bool answered = m.kind == Message::Kind::request || m.kind == Message::Kind::invalid;
        all.emplace_back(std::make_shared<Collect>(), answered ? 1 : 0);
        conversation->handle(std::move(m), all.back().first);
        server->tools_changed();
    }
    conversation->cancel_all();
    server->shutdown();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].first->ends != all[i].second)
            std::fprintf(stderr, "message %zu: %d ends\n", i, all[i].first->ends.load());
        require(all[i].first->ends == all[i].second, "one end for a request, none for the rest");
    }
    require(conversation->active() == 0, "nothing runs");
    return 0;
}
