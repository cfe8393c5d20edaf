#include "model/dialect.h"

#include "base/json.h"
#include "base/text.h"

#include <algorithm>

namespace rustcoder::model {

namespace json = boost::json;

std::vector<std::string> stop_words(const Question& question, std::size_t most) {
    std::vector<std::string> out;
    for (const auto* list : {&question.request.stop, &question.profile.stop})
        for (const auto& word : *list)
            if (!base::trim(word).empty() && out.size() < most && std::find(out.begin(), out.end(), word) == out.end())
                out.push_back(word);
    return out;
}

Turns turns_of(const Question& question) {
    Turns out;
    for (const auto& message : question.request.messages) {
        if (base::trim(message.text).empty())
            continue;
        if (message.role == Role::system)
            out.system += (out.system.empty() ? "" : "\n\n") + message.text;
        else if (!out.rest.empty() && out.rest.back().role == message.role)
            out.rest.back().text += "\n\n" + message.text;
        else
            out.rest.push_back(message);
    }
    if (out.rest.empty() || out.rest.front().role != Role::user)
        out.rest.insert(out.rest.begin(), Message{Role::user, out.rest.empty() ? "Go on." : "Let us go on."});
    return out;
}

std::string content_text(const json::value* content) {
    if (!content)
        return {};
    if (const auto* text = content->if_string())
        return std::string(std::string_view(*text));
    std::string out;
    if (const auto* parts = content->if_array())
        for (const auto& part : *parts)
            if (const auto* object = part.if_object())
                out += base::get_string(*object, "text");
    return out;
}

Failure garbage(std::string what) {
    return {.error = {Errc::unavailable, "the model server's answer cannot be read: " + std::move(what), {}, {}},
            .again = true,
            .dead = true};
}

Failure reported(std::string_view body) {
    int status = 500;
    if (const auto parsed = base::parse_json(body); parsed && parsed->is_object()) {
        const auto* error = base::get_object(parsed->get_object(), "error");
        const auto type = error ? base::get_string(*error, "type") : std::string_view();
        if (const auto code = error ? base::get_int(*error, "code") : 0; code >= 400 && code < 600)
            status = static_cast<int>(code);
        else if (type == "invalid_request_error")
            status = 400;
        else if (base::one_of(type, {"authentication_error", "permission_error"}))
            status = 401;
        else if (type == "rate_limit_error")
            status = 429;
    }
    return status_failure({.status = status, .body = std::string(body)}, {}, {});
}

} // namespace rustcoder::model
