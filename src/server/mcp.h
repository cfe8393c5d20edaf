// The Model Context Protocol without a transport: one conversation takes JSON-RPC messages and gives replies.
// Legacy revisions 2024-11-05 .. 2025-11-25 (initialize) and the stateless 2026-07-28 (per-request _meta) side by side.
// Thread-safe. docs/mcp-server.md lists what is answered how.
#pragma once

#include "base/json.h"
#include "server/jobs.h"
#include "server/submission.h"

#include <memory>
#include <set>
#include <span>

namespace rustcoder::server {

inline constexpr std::string_view modern_revision = "2026-07-28";
inline constexpr std::string_view batch_revision = "2025-03-26"; // the only one with JSON-RPC batches
inline constexpr std::string_view latest_legacy = "2025-11-25";
bool legacy_revision(std::string_view revision);

namespace rpc {
inline constexpr int parse_error = -32700, invalid_request = -32600, method_not_found = -32601, invalid_params = -32602,
                     internal_error = -32603, header_mismatch = -32020, unsupported_revision = -32022;
base::json::object result(const base::json::value& id, base::json::object result);
base::json::object error(const base::json::value& id, int code, std::string_view message,
                         base::json::value data = nullptr);
} // namespace rpc

struct Message {
    enum class Kind { request, notification, response, invalid } kind = Kind::invalid;
    base::json::value id;
    std::string method, problem; // problem: why it is invalid
    base::json::object params;
    base::json::object body; // of a response: result or error
    const base::json::object* meta() const { return base::get_object(params, "_meta"); }
    /// The revision named in _meta: a stateless (2026-07-28 or newer) request.
    std::string_view revision() const;
};
Message classify(const base::json::value& value);

/// Where the messages about one request go. Thread-safe; must not block for long.
class McpReply {
public:
    virtual ~McpReply() = default;
    virtual void notify(const base::json::object& notification) = 0;
    /// `status` is what a stateless HTTP answer carries.
    virtual void finish(base::json::object response, int status = 200) = 0;
    /// The client cancelled: there will be no response.
    virtual void drop() = 0;
    /// Whether notify() also carries requests to the client, whose answers come back to the conversation.
    virtual bool can_ask() const { return false; }
};

class Front;

struct McpServices {
    JobStore& jobs;
    Timers& timers;
    UseCases& use_cases;
    Front& desk;                                // questions to the knowledge base
    std::chrono::milliseconds heartbeat{8'000}; // of progress; clients time out on 60 s of silence
    std::chrono::seconds wait{45};              // a tool answers "still running" then
};

class ToolRun;
class ClientModel;

class McpConversation : public std::enable_shared_from_this<McpConversation> {
public:
    explicit McpConversation(McpServices services) : services_(services) {}
    ~McpConversation();
    /// Requests are answered through `reply`, now or later; notifications and responses are not answered.
    void handle(const Message& message, const std::shared_ptr<McpReply>& reply);
    /// Requests that are not answered yet.
    std::size_t active() const;
    void cancel_all();
    /// As negotiated by initialize; empty before.
    std::string revision() const;

private:
    friend class ToolRun;
    void request(const Message& m, const std::shared_ptr<McpReply>& reply);
    void stateless(const Message& m, const std::shared_ptr<McpReply>& reply);
    base::json::object initialize(const Message& m);
    void call_tool(const Message& m, const std::shared_ptr<McpReply>& reply, bool modern);
    void cancelled(const Message& m);
    std::shared_ptr<ClientModel> client_model() const;
    void ended(const std::string& key, const ToolRun* run);

    McpServices services_;
    mutable std::mutex mutex_;
    std::string revision_;
    std::shared_ptr<ClientModel> client_model_; // when the client offers sampling
    std::map<std::string, std::shared_ptr<ToolRun>> running_;
};

// --- tools (mcp_tools.cpp)

/// The array of tools/list, in a fixed order.
const base::json::array& tool_list();
enum class Tool {
    compile,
    compile_and_fix,
    check,
    generate,
    job_result,
    search_knowledge,
    explain_error,
    add_fix,
    knowledge_stats
};
std::optional<Tool> find_tool(std::string_view name);
const char* instructions();

/// Answers a tools/call on a thread of the desk. Gives the result; never throws for what the caller did.
using Question = std::function<base::json::object(UseCases&, std::stop_token)>;

struct ToolStart {
    JobRequest request; // compile, compile_and_fix, check, generate, add_fix with a repair
    std::string job_id; // job_result
    Question question;  // the knowledge tools
    std::chrono::milliseconds wait{};
};
/// The arguments checked, or the text of an isError result.
std::expected<ToolStart, std::string> read_arguments(Tool tool, const base::json::object& arguments,
                                                     const McpServices& services);
base::json::object tool_error(std::string_view text);
/// One text block and what machines read.
base::json::object tool_answer(std::string text, base::json::object structured);
/// mcp_generate.cpp: one tool, and what it answers.
base::json::object generate_tool();
std::expected<JobRequest, std::string> read_generate_arguments(const base::json::object& arguments,
                                                               const McpServices& services);
/// mcp_knowledge.cpp: the last four tools, appended to the list.
base::json::array knowledge_tools();
std::expected<ToolStart, std::string> read_knowledge_arguments(Tool tool, const base::json::object& arguments);
base::json::object tool_result(const Job& job);
base::json::object tool_running(const Job& job, std::chrono::milliseconds waited);

} // namespace rustcoder::server
