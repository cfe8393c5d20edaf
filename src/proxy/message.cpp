#include "proxy/message.h"

#include "base/json.h"
#include "base/text.h"
#include "mcp/protocol.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::proxy {

namespace json = base::json;
namespace meta = mcp::meta;

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::size_t skip_blanks(std::string_view s, std::size_t at) {
    return std::min(s.find_first_not_of(blanks, at), s.size());
}

std::size_t skip_string(std::string_view s, std::size_t at) { // at the opening quote
    for (++at; at < s.size() && s[at] != '"'; ++at)
        if (s[at] == '\\')
            ++at;
    return std::min(at + 1, s.size());
}

/// The end of the value at `at`. The text is known to be JSON.
std::size_t skip_value(std::string_view s, std::size_t at) {
    if (at >= s.size())
        return at;
    if (s[at] == '"')
        return skip_string(s, at);
    if (s[at] != '{' && s[at] != '[')
        return std::min(s.find_first_of(",]} \t\r\n", at), s.size());
    int depth = 0;
    while (at < s.size()) {
        if (s[at] == '"') {
            at = skip_string(s, at);
            continue;
        }
        if (s[at] == '{' || s[at] == '[')
            ++depth;
        else if ((s[at] == '}' || s[at] == ']') && --depth == 0)
            return at + 1;
        ++at;
    }
    return at;
}

std::string decode_string(std::string_view raw) {
    if (raw.size() < 2 || raw.front() != '"')
        return {};
    if (!base::has(raw, "\\"))
        return std::string(raw.substr(1, raw.size() - 2));
    const auto value = base::parse_json(raw);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool is_object(std::string_view text, Span s) {
    return s && text[s.at] == '{';
}
bool is_id(std::string_view raw) {
    return !raw.empty() && (raw.front() == '"' || raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9'));
}

void take_meta(Message& m, Span object) {
    for (const auto& [key, value] : Message::members(m.text, object)) {
        if (key == "progressToken" && m.kind == Message::Kind::request)
            m.progress_token = value;
        else if (key == meta::revision)
            m.revision = decode_string(m.raw(value));
        else if (key == meta::client_capabilities)
            m.has_capabilities = is_object(m.text, value);
        else if (key == meta::subscription)
            m.subscription = value;
        else if (key == meta::log_level)
            m.log_level = value;
    }
}

void take_params(Message& m) {
    const bool progress = m.method == "notifications/progress", cancelled = m.method == "notifications/cancelled";
    const bool named = base::one_of(m.method, {"tools/call", "prompts/get"}), read = m.method == "resources/read";
    const bool task = base::one_of(m.method, {"tasks/get", "tasks/update", "tasks/cancel"});
    for (const auto& [key, value] : Message::members(m.text, m.params)) {
        if (key == "_meta" && is_object(m.text, value))
            take_meta(m, value);
        else if (key == "progressToken" && progress)
            m.progress_token = value;
        else if (key == "requestId" && cancelled)
            m.cancelled = value;
        else if ((key == "name" && named) || (key == "uri" && read) || (key == "taskId" && task))
            m.name = decode_string(m.raw(value));
    }
}

} // namespace

std::vector<std::pair<std::string, Span>> Message::members(std::string_view text, Span span) {
    std::vector<std::pair<std::string, Span>> out;
    const auto s = text.substr(0, span.at + span.size);
    auto at = skip_blanks(s, span.at + 1);
    while (at < s.size() && s[at] == '"') {
        const auto key_end = skip_string(s, at);
        auto key = decode_string(s.substr(at, key_end - at));
        const auto value = skip_blanks(s, skip_blanks(s, key_end) + 1); // past the colon
        const auto end = skip_value(s, value);
        out.emplace_back(std::move(key), Span{value, end - value});
        at = skip_blanks(s, end);
        if (at < s.size() && s[at] == ',')
            at = skip_blanks(s, at + 1);
    }
    return out;
}

Result<Message> Message::scan(std::string source) {
    Message m;
    m.text = std::move(source);
    const auto start = skip_blanks(m.text, 0);
    if (start >= m.text.size() || m.text[start] != '{')
        return fail(Errc::invalid_input, "a JSON-RPC message is a JSON object");
    bool has_method = false, has_result = false;
    Span error;
    for (const auto& [key, value] : members(m.text, {start, m.text.size() - start})) {
        if (key == "id")
            m.id = value;
        else if (key == "method") {
            m.method = decode_string(m.raw(value));
            has_method = !m.method.empty();
        } else if (key == "params" && is_object(m.text, value))
            m.params = value;
        else if (key == "result") {
            m.result = value;
            has_result = true;
        } else if (key == "error")
            error = value;
    }
    m.is_error = static_cast<bool>(error);
    if (has_method) {
        if (m.id && !is_id(m.raw(m.id)))
            return fail(Errc::invalid_input, "the id of a request is a string or a number");
        m.kind = m.id ? Kind::request : Kind::notification;
        take_params(m);
    } else if (has_result || m.is_error) {
        m.kind = Kind::response;
        if (is_object(m.text, error))
            for (const auto& [key, value] : members(m.text, error))
                if (key == "code")
                    m.error_code = std::atoi(std::string(m.raw(value)).c_str());
    } else {
        return fail(Errc::invalid_input, "neither \"method\" nor \"result\" nor \"error\" is there");
    }
    return m;
}

Result<Message> Message::read(std::string source) {
    if (auto valid = base::parse_json(source); !valid)
        return std::unexpected(std::move(valid).error());
    std::replace_if(source.begin(), source.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return scan(std::move(source));
}

Result<std::vector<Message>> Message::read_batch(std::string source, bool& batch) {
    const auto start = skip_blanks(source, 0);
    batch = start < source.size() && source[start] == '[';
    std::vector<Message> out;
    if (!batch) {
        RC_TRY_ASSIGN(auto one, read(std::move(source)));
        out.push_back(std::move(one));
        return out;
    }
    RC_TRY_ASSIGN(const auto valid, base::parse_json(source));
    auto at = skip_blanks(source, start + 1);
    while (at < source.size() && source[at] != ']') {
        const auto end = skip_value(source, at);
        RC_TRY_ASSIGN(auto one, read(source.substr(at, end - at)));
        out.push_back(std::move(one));
        at = skip_blanks(source, end);
        if (at < source.size() && source[at] == ',')
            at = skip_blanks(source, at + 1);
    }
    if (out.empty())
        return fail(Errc::invalid_input, "an empty batch");
    return out;
}

std::string canonical_id(std::string_view raw) {
    const bool plain = raw.find_first_of("\\.eE") == std::string_view::npos &&
                       std::all_of(raw.begin(), raw.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (plain || raw.empty())
        return std::string(raw);
    const auto value = base::parse_json(raw);
    if (!value)
        return std::string(raw);
    if (value->is_double() &&
        value->get_double() == static_cast<double>(static_cast<std::int64_t>(value->get_double())))
        return std::to_string(static_cast<std::int64_t>(value->get_double()));
    return base::dump(*value);
}

std::string Message::key() const {
    return canonical_id(raw(id));
}
std::string Message::key(Span s) const {
    return canonical_id(raw(s));
}

Message Message::edited(std::vector<Edit> edits) const {
    std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.first.at < b.first.at; });
    std::string out;
    std::size_t from = 0;
    for (const auto& [span, with] : edits) {
        if (!span)
            continue;
        out.append(text, from, span.at - from).append(with);
        from = span.at + span.size;
    }
    out.append(text, from);
    return *scan(std::move(out)); // still JSON: a value took the place of a value
}

Message error_answer(std::string_view id, int code, std::string_view text) {
    return *Message::read(fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":{}}}}})",
                                      id.empty() ? "null" : id, code,
                                      base::dump(json::string(base::valid_utf8(text) ? text : "(not printable)"))));
}

Message cancel_notice(std::string_view id, std::string_view reason) {
    return *Message::read(
        fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{},"reason":{}}}}})",
                    id, base::dump(json::string(reason))));
}

} // namespace rustcoder::proxy
