#include "model/endpoint.h"

#include "base/json.h"
#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::model {

namespace {

namespace json = boost::json;

constexpr std::size_t max_error_body = 64u << 10, max_error_text = 400;

/// Without tags, scripts and styles: enough for the error page of a proxy.
std::string text_of_html(std::string_view html) {
    std::string out;
    for (std::size_t i = 0; i < html.size();) {
        if (html[i] != '<') {
            out += html[i++];
            continue;
        }
        const auto tag = base::lower(html.substr(i + 1, 6));
        const auto skip_to = tag.starts_with("script") ? "</script" : tag.starts_with("style") ? "</style" : "";
        auto end = html.find('>', i);
        if (*skip_to)
            if (const auto close = base::lower(html).find(skip_to, i); close != std::string::npos)
                end = html.find('>', close);
        if (end == std::string_view::npos)
            break;
        out += ' ';
        i = end + 1;
    }
    return out;
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool space = static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
        if (!space)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    out = base::trim(out);
    if (out.size() <= max_error_text)
        return out;
    auto end = max_error_text;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0u) == 0x80u)
        --end;
    return out.substr(0, end) + " ...";
}

/// The text in the JSON shapes that servers use, "" when there is none.
std::string message_of(const json::object& object) {
    if (const auto* error = base::get_object(object, "error")) {
        auto message = std::string(base::get_string(*error, "message"));
        // OpenRouter wraps the message of the server behind it.
        if (const auto* metadata = base::get_object(*error, "metadata"))
            if (const auto raw = base::get_string(*metadata, "raw"); !raw.empty())
                message += fmt::format(" ({})", raw);
        return message.empty() ? base::dump(*error) : message;
    }
    for (const auto* key : {"error", "message", "detail", "error_message"})
        if (const auto text = base::get_string(object, key); !text.empty())
            return std::string(text);
    if (const auto* detail = base::get_array(object, "detail"))
        return base::dump(*detail);
    return {};
}

Errc code_of(int status) {
    switch (status) {
    case 400:
    case 422:
        return Errc::invalid_input;
    case 401:
    case 402:
    case 403:
        return Errc::denied;
    case 404:
    case 405:
        return Errc::not_found;
    case 408:
    case 504:
        return Errc::timeout;
    case 413:
        return Errc::limit;
    case 429:
        return Errc::busy;
    default:
        return Errc::unavailable;
    }
}

std::string next_step_of(int status, const Endpoint& endpoint) {
    switch (status) {
    case 401:
    case 403:
        return endpoint.key.empty() ? "The server wants a key: set LLM_API_KEY." : "Check LLM_API_KEY.";
    case 402:
        return "The account at the model's provider has no credit.";
    case 404:
    case 405:
        return base::has(endpoint.base, "/v1") ? "Check the name of the model (LLM_MODEL)."
                                               : "Check LLM_API_BASE: for most servers it ends in /v1.";
    default:
        return {};
    }
}

/// A prompt that does not fit is told in many ways, all with status 400, 413 or 500.
bool too_long(std::string_view text) {
    const auto t = base::lower(text);
    for (const auto* sign : {"context length", "context window", "context_length", "maximum context", "context size",
                             "too many tokens", "prompt is too long", "input is too large", "input length",
                             "physical batch size", "exceeds the available context"})
        if (base::has(t, sign))
            return true;
    return false;
}

} // namespace

Result<std::string> normalise_base(std::string_view text) {
    auto base = base::trim(text);
    const auto cut_slashes = [&] {
        while (base.ends_with('/'))
            base.remove_suffix(1);
    };
    cut_slashes();
    for (const std::string_view whole : {"/chat/completions", "/embeddings", "/messages"}) // the address of one call
        if (base.ends_with(whole))
            base.remove_suffix(whole.size());
    cut_slashes();
    const auto rest = base.starts_with("https://") ? base.substr(8) : base.starts_with("http://") ? base.substr(7) : "";
    if (rest.empty() || rest.find_first_of(" ?#\t\r\n") != std::string_view::npos)
        return fail(Errc::invalid_input, fmt::format("'{}' is no address of a model server", text), {},
                    "Write it like http://localhost:8080/v1.");
    return std::string(base);
}

std::string error_text(std::string_view body, std::string_view secret) {
    std::string text;
    const auto parsed = base::parse_json(body);
    if (const auto* object = parsed ? parsed->if_object() : nullptr)
        text = message_of(*object);
    else if (const auto* array = parsed ? parsed->if_array() : nullptr; array && !array->empty()) {
        if (const auto* first = array->front().if_object()) // Google wraps the object in a list
            text = message_of(*first);
    } else if (const auto* string = parsed ? parsed->if_string() : nullptr)
        text = std::string_view(*string);
    if (text.empty())
        text = base::trim(body).starts_with('<') ? text_of_html(body) : std::string(body);
    if (!secret.empty())
        text = base::replace_all(std::move(text), secret, "***");
    return base::valid_utf8(text) ? one_line(text) : "(not text)";
}

Failure transport_failure(Error error) {
    Failure out;
    out.dead = error.code == Errc::unavailable || error.code == Errc::timeout;
    out.again = out.dead;
    out.error = std::move(error);
    return out;
}

Failure status_failure(const net::ClientResponse& response, const Endpoint& endpoint, std::string_view place) {
    const int status = response.status;
    Failure out;
    out.status = status;
    const auto text = error_text(response.body, endpoint.key);
    out.error.code = too_long(text) ? Errc::limit : code_of(status);
    out.error.message = fmt::format("the model server answered {} {}{}{}", status, net::reason_phrase(status),
                                    text.empty() ? "" : ": ", text);
    out.error.place = place;
    out.error.next_step = next_step_of(status, endpoint);
    out.again = status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
    out.again = out.again && out.error.code != Errc::limit && status != 501 && status != 505;
    out.dead = status >= 500 && out.error.code != Errc::limit;
    if (base::has(response.body, "insufficient_quota") || base::has(text, "exceeded your current quota"))
        out.again = false; // 429 by name, but no waiting helps
    if (const auto parsed = base::parse_json(response.body); parsed && parsed->is_object())
        if (const auto* error = base::get_object(parsed->get_object(), "error"))
            out.parameter = base::get_string(*error, "param");
    out.after = parse_retry_after(response.headers.get("Retry-After"), response.headers.get("Retry-After-Ms"),
                                  std::chrono::system_clock::now());
    return out;
}

Attempt<net::ClientResponse> post_json(net::HttpClient& client, const Endpoint& endpoint, Post post,
                                       const std::stop_token& stop) {
    net::ClientRequest request{.method = "POST",
                               .url = endpoint.base + std::string(post.path),
                               .headers = endpoint.headers,
                               .body = std::move(post.body),
                               .timeouts = post.timeouts,
                               .give_up_at = std::move(post.give_up_at)};
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Accept", post.on_data ? "text/event-stream, application/json" : "application/json");
    request.headers.set("User-Agent", "rustcoder");
    if (!endpoint.key.empty() && endpoint.key_as_x_api_key)
        request.headers.set("x-api-key", endpoint.key);
    else if (!endpoint.key.empty())
        request.headers.set("Authorization", "Bearer " + endpoint.key);
    bool success = false;
    std::string error_body;
    std::function<bool(std::string_view)> sink;
    if (post.on_data)
        sink = [&](std::string_view piece) {
            if (success)
                return post.on_data(piece);
            error_body += piece.substr(0, max_error_body - std::min(max_error_body, error_body.size()));
            return error_body.size() < max_error_body;
        };
    int status = 0;
    net::ClientResponse head;
    auto response = client.send(request, stop, sink, [&](const net::ClientResponse& r) {
        status = r.status;
        success = status >= 200 && status < 300;
        if (!success)
            head = r;
        else if (post.on_head)
            post.on_head(r);
        return true;
    });
    if (status != 0 && !success) { // what it said counts, even if the rest of its words was lost
        head.body = response && !sink ? std::move(response->body) : std::move(error_body);
        return std::unexpected(status_failure(head, endpoint, request.url));
    }
    if (!response)
        return std::unexpected(transport_failure(std::move(response).error()));
    return *std::move(response);
}

} // namespace rustcoder::model
