#include "mcp/protocol.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <sys/random.h>

namespace rustcoder::mcp {

bool legacy_revision(std::string_view revision) {
    return base::one_of(revision, {"2024-11-05", batch_revision, "2025-06-18", latest_legacy});
}

namespace rpc {

namespace {
json::object envelope() {
    json::object out;
    out["jsonrpc"] = "2.0";
    return out;
}
} // namespace

json::object request(const json::value& id, std::string_view method, json::object params) {
    auto out = envelope();
    out["id"] = id;
    out["method"] = method;
    out["params"] = std::move(params);
    return out;
}

json::object notification(std::string_view method, json::object params) {
    auto out = envelope();
    out["method"] = method;
    if (!params.empty())
        out["params"] = std::move(params);
    return out;
}

json::object result(const json::value& id, json::object result) {
    auto out = envelope();
    out["id"] = id;
    out["result"] = std::move(result);
    return out;
}

json::object error(const json::value& id, int code, std::string_view message, json::value data) {
    json::object inner;
    inner["code"] = code;
    inner["message"] = message;
    if (!data.is_null())
        inner["data"] = std::move(data);
    auto out = envelope();
    out["id"] = id;
    out["error"] = std::move(inner);
    return out;
}

} // namespace rpc

std::string_view Message::revision() const {
    const auto* m = meta();
    return m ? base::get_string(*m, meta::revision) : std::string_view();
}

namespace {

Message wrong(Message m, std::string problem) {
    m.problem = std::move(problem);
    return m;
}

Message classify_object(json::object&& o) {
    Message out;
    const auto* id = o.if_contains("id");
    const bool good_id = id && (id->is_string() || id->is_int64() || id->is_uint64());
    if (good_id)
        out.id = *id;
    if (base::get_string(o, "jsonrpc") != "2.0")
        return wrong(std::move(out), "\"jsonrpc\" must be \"2.0\"");
    const auto* method = o.if_contains("method");
    if (!method) {
        if (!o.contains("result") && !o.contains("error"))
            return wrong(std::move(out), "\"method\" is missing");
        out.kind = Message::Kind::response;
        out.response = std::move(o);
        return out;
    }
    if (!method->is_string())
        return wrong(std::move(out), "\"method\" must be a string");
    if (id && !good_id)
        return wrong(std::move(out), "\"id\" must be a string or an integer");
    out.method.assign(method->get_string().data(), method->get_string().size());
    if (auto* params = o.if_contains("params")) {
        if (!params->is_object())
            return wrong(std::move(out), "\"params\" must be an object");
        out.params = std::move(params->get_object());
    }
    out.kind = good_id ? Message::Kind::request : Message::Kind::notification;
    return out;
}

} // namespace

Message classify(json::value&& value) {
    if (!value.is_object())
        return wrong({}, "A message must be a JSON object");
    return classify_object(std::move(value.get_object()));
}

Message classify(const json::value& value) {
    return classify(json::value(value));
}

const char* batch_problem(const json::array& batch, std::string_view revision) {
    if (batch.empty())
        return "The batch is empty";
    if (revision != batch_revision)
        return "Batches belong to protocol version 2025-03-26 only";
    return batch.size() > largest_batch ? "The batch has more than 1000 messages" : nullptr;
}

int log_rank(std::string_view level) {
    constexpr std::array<std::string_view, 8> levels = {"debug", "info",     "notice", "warning",
                                                        "error", "critical", "alert",  "emergency"};
    const auto it = std::ranges::find(levels, level);
    return it == levels.end() ? -1 : static_cast<int>(it - levels.begin());
}

std::string random_id() {
    std::array<char, 16> bytes;
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        std::abort(); // without randomness ids could be guessed; the kernel gives these few bytes always
    return base::hex_digits({bytes.data(), bytes.size()});
}

} // namespace rustcoder::mcp
