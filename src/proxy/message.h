// One JSON-RPC message as it came over the wire, with the few facts that a relay needs. The text itself is never made
// anew: a changed id is spliced in, everything else stays byte for byte. Thread-safe as a value.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rustcoder::proxy {

/// Part of a message's text; empty = not there.
struct Span {
    std::size_t at = 0, size = 0;
    explicit operator bool() const { return size > 0; }
};

class Message {
public:
    enum class Kind { request, notification, response };
    /// Line breaks between tokens become blanks, so the text is always one line. Errors: invalid_input (not JSON, or
    /// neither a method nor an answer), limit (nested too deep).
    static Result<Message> read(std::string text);
    /// A batch of revision 2025-03-26, or a single message as a list of one.
    static Result<std::vector<Message>> read_batch(std::string text, bool& batch);

    Kind kind = Kind::notification;
    std::string text;
    std::string method;
    std::string revision; // params._meta: a stateless request of the modern era
    std::string name;     // what the header Mcp-Name repeats: params.name, params.uri or params.taskId
    int error_code = 0;   // of a response
    bool is_error = false;
    bool has_capabilities = false; // params._meta declares the client's capabilities
    Span id, params, result;       // values
    Span progress_token;           // of a request's params._meta, or of notifications/progress
    Span cancelled;                // params.requestId of notifications/cancelled
    Span subscription;             // params._meta: which listening request a notification belongs to
    Span log_level;                // params._meta: a stateless request that wants log messages

    std::string_view raw(Span s) const { return std::string_view(text).substr(s.at, s.size); }
    /// Comparable form of an id: the same for every way to write the same string or number.
    std::string key() const;
    std::string key(Span s) const;
    bool modern() const { return !revision.empty(); }
    using Edit = std::pair<Span, std::string_view>;
    Message edited(std::vector<Edit> edits) const;
    /// Members of the object `span`, in their order, with their values.
    static std::vector<std::pair<std::string, Span>> members(std::string_view text, Span span);

private:
    static Result<Message> scan(std::string text);
};

/// Canonical form of a JSON id, "" for nothing.
std::string canonical_id(std::string_view raw);
/// Answers that the relay itself has to give. `id` is raw JSON.
Message error_answer(std::string_view id, int code, std::string_view text);
Message cancel_notice(std::string_view id, std::string_view reason);

} // namespace rustcoder::proxy
