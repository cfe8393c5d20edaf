// One request on its way to its answer, as its handler sees it: the same in both eras, as a task or not.
//
// Thread contract: handlers are called on a transport's thread and must not block; they keep the Call and finish it
// later from any thread. Exactly one finish()/fail() counts. A Call that is dropped unfinished answers an internal
// error.
#pragma once

#include "base/result.h"
#include "mcp/types.h"

#include <functional>
#include <map>
#include <memory>
#include <stop_token>

namespace rustcoder::mcp {

/// Who asks, in which revision, and what it said it can do.
struct Caller {
    std::string principal; // as the transport authenticated it; tasks, sessions and request states belong to it
    std::string revision;
    json::object capabilities, info;
    bool modern() const { return revision >= modern_revision; }
    /// "elicitation", "sampling", "roots".
    bool can(std::string_view capability) const { return capabilities.contains(capability); }
    bool knows_extension(std::string_view extension) const;
};

/// A question to the client, its user or its model.
struct Ask {
    std::string method; // elicitation/create, sampling/createMessage, roots/list
    json::object params;
    /// "elicitation", "sampling" or "roots".
    std::string_view capability() const;
};
json::object to_json(const Ask& ask);
/// `schema`: a flat object schema of strings, numbers, booleans and enums.
Ask elicit(std::string message, json::object schema);
Ask elicit_url(std::string message, std::string url, std::string elicitation_id);
Ask sample(std::string prompt, int max_tokens, std::string system_prompt = {});
Ask list_roots();

/// Whether a client's result has the shape that the question asks for.
bool answer_fits(const Ask& ask, const json::value& answer);

using Asks = std::vector<std::pair<std::string, Ask>>; // a key each, unique within the request
using Answers = std::map<std::string, json::object>;   // key -> the client's result, checked for its shape
/// Errors: unavailable (the client did not declare it can), denied (it answered with an error), cancelled.
using Answered = std::function<void(Result<Answers>)>;

class Call {
public:
    virtual ~Call() = default;

    /// Tool or prompt name, URI of a resource; what a completion refers to.
    virtual const std::string& name() const = 0;
    /// Of a tool or prompt; what a template's {} matched; of a completion {argument, value, context}.
    virtual const json::object& arguments() const = 0;
    /// For whoever dispatches, before the handler is called.
    virtual void set_arguments(json::object arguments) = 0;
    virtual const Caller& caller() const = 0;
    /// Fires when the client cancels, a stateless client leaves, the task is cancelled or the server stops.
    virtual std::stop_token stop_token() const = 0;

    /// Sent when the client asked for progress, if it is more than the last. Without values: steps are counted. A call
    /// that says nothing for a while is kept alive by itself.
    virtual void progress(double value, std::optional<double> total, std::string_view message = {}) = 0;
    virtual void progress(std::string_view message) = 0;
    /// Sent when the client wants that level. `data`: any JSON.
    virtual void log(std::string_view level, json::value data, std::string_view logger = {}) = 0;

    /// Asks all and calls `then` with all answers. Legacy: requests to the client. Modern: the call ends as
    /// "input_required"; when the client retries it the handler is run again from its start and every ask() that is
    /// answered by then goes on at once, so a handler must not do what must happen once before its last ask(). In a
    /// task: the task waits for tasks/update. `then` is not called when the call ends before.
    virtual void ask(Asks asks, Answered then) = 0;
    /// Kept over the rounds of ask() in the modern era, sealed against change. Null at first.
    virtual const json::value& state() const = 0;
    virtual void set_state(json::value state) = 0;

    /// Answers with a task handle now, if the client knows tasks and the tool may: what follows belongs to the task.
    /// `id` empty: random. True if it is a task (already).
    virtual bool become_task(std::string id = {}) = 0;
    virtual bool is_task() const = 0;
    /// Ends the connection under a session's call (revision 2025-11-25); its client comes back for the rest. Else
    /// nothing.
    virtual void disconnect() = 0;
    /// statusMessage of the task; also a progress message when it is none.
    virtual void status(std::string_view message) = 0;

    virtual void finish(json::object result) = 0;
    virtual void fail(Fault fault) = 0;
    void finish(ToolResult result) { finish(to_json(std::move(result))); }
    void finish(ReadResult result) { finish(to_json(std::move(result))); }
    void finish(PromptResult result) { finish(to_json(std::move(result))); }
    void finish(Completion result) { finish(to_json(std::move(result))); }
    void fail(int code, std::string message, json::value data = nullptr) {
        fail(Fault{code, std::move(message), std::move(data)});
    }
    /// -32021 in the modern era, -32600 before; `capability`: "sampling", "elicitation", "roots".
    void fail_missing(std::string_view capability);
};

using CallPtr = std::shared_ptr<Call>;
using Handler = std::function<void(const CallPtr&)>;

} // namespace rustcoder::mcp
