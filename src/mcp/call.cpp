#include "mcp/call.h"

#include "base/text.h"

#include <cmath>

namespace rustcoder::mcp {

bool Caller::knows_extension(std::string_view extension) const {
    const auto* extensions = base::get_object(capabilities, "extensions");
    return extensions && extensions->contains(extension);
}

std::string_view Ask::capability() const {
    if (method.starts_with("elicitation/"))
        return "elicitation";
    return method.starts_with("sampling/") ? "sampling" : "roots";
}

json::object to_json(const Ask& ask) {
    json::object out;
    out["method"] = ask.method;
    out["params"] = ask.params;
    return out;
}

Ask elicit(std::string message, json::object schema) {
    Ask ask{"elicitation/create", {}};
    ask.params["message"] = message;
    ask.params["requestedSchema"] = std::move(schema);
    return ask;
}

Ask elicit_url(std::string message, std::string url, std::string elicitation_id) {
    Ask ask{"elicitation/create", {}};
    ask.params["mode"] = "url";
    ask.params["message"] = message;
    ask.params["url"] = url;
    ask.params["elicitationId"] = elicitation_id;
    return ask;
}

Ask sample(std::string prompt, int max_tokens, std::string system_prompt) {
    Ask ask{"sampling/createMessage", {}};
    PromptResult messages;
    messages.user(content::text(std::move(prompt)));
    ask.params["messages"] = std::move(messages.messages);
    ask.params["maxTokens"] = max_tokens;
    if (!system_prompt.empty())
        ask.params["systemPrompt"] = system_prompt;
    return ask;
}

Ask list_roots() {
    return {"roots/list", {}};
}

void Call::fail_missing(std::string_view capability) {
    json::object required, data;
    required[capability] = json::object();
    data["requiredCapabilities"] = std::move(required);
    fail(caller().modern() ? rpc::missing_capability : rpc::invalid_request,
         "The client did not declare the capability that this needs: " + std::string(capability), std::move(data));
}

namespace {

bool type_fits(std::string_view type, const json::value& v) {
    if (type == "string")
        return v.is_string();
    if (type == "boolean")
        return v.is_bool();
    if (type == "number")
        return v.is_number();
    if (type == "integer")
        return v.is_int64() || v.is_uint64() || (v.is_double() && std::trunc(v.get_double()) == v.get_double());
    return type != "array" || v.is_array();
}

bool form_fits(const json::object& schema, const json::object& content) {
    if (const auto* required = base::get_array(schema, "required"))
        for (const auto& name : *required)
            if (name.is_string() && !content.contains(name.get_string()))
                return false;
    const auto* properties = base::get_object(schema, "properties");
    for (const auto& member : content)
        if (const auto* one = properties ? base::get_object(*properties, member.key()) : nullptr)
            if (!type_fits(base::get_string(*one, "type"), member.value()))
                return false;
    return true;
}

} // namespace

bool answer_fits(const Ask& ask, const json::value& answer) {
    const auto* o = answer.if_object();
    if (!o)
        return false;
    if (ask.method == "roots/list")
        return base::get_array(*o, "roots") != nullptr;
    if (ask.method == "sampling/createMessage") {
        const auto* content = o->if_contains("content");
        return content && (content->is_object() || content->is_array());
    }
    const auto action = base::get_string(*o, "action");
    if (action != "accept")
        return base::one_of(action, {"decline", "cancel"});
    const auto* schema = base::get_object(ask.params, "requestedSchema");
    if (!schema)
        return true;
    const auto* content = base::get_object(*o, "content");
    return form_fits(*schema, content ? *content : json::object());
}

} // namespace rustcoder::mcp
