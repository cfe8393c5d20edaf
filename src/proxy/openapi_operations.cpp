#include "proxy/openapi_operations.h"

#include "base/text.h"
#include "net/http.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace rustcoder::proxy {

namespace {

constexpr std::size_t longest_name = 64, longest_argument = 64, longest_text = 1'200;
constexpr const char* body_argument = "body";

std::string legal(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        if (good)
            out += c;
        else if (!out.empty() && out.back() != '_')
            out += '_';
    }
    while (out.ends_with('_'))
        out.pop_back();
    return out;
}

/// Cut and told apart by a hash of what it stands for.
std::string hashed(const std::string& name, std::string_view whole, std::size_t longest) {
    const auto mark = "_" + base::sha256_hex(whole).substr(0, 8);
    return name.substr(0, longest - mark.size()) + mark;
}

std::string unique_name(const json::object& operation, const std::string& method, const std::string& path,
                        std::set<std::string>& taken) {
    const auto whole = method + " " + path;
    auto name = legal(base::get_string(operation, "operationId"));
    if (name.empty())
        name = legal(base::lower(method) + "_" + path);
    if (name.size() > longest_name)
        name = hashed(name, whole, longest_name);
    if (!taken.insert(base::lower(name)).second) {
        name = hashed(name, whole, longest_name);
        taken.insert(base::lower(name));
    }
    return name;
}

std::string shortened(std::string_view text) {
    if (text.size() <= longest_text)
        return std::string(text);
    auto end = text.rfind('\n', longest_text);
    if (end == std::string_view::npos || end < longest_text / 2)
        end = text.rfind(' ', longest_text);
    if (end == std::string_view::npos)
        for (end = longest_text; end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80;) // whole characters
            --end;
    return std::string(text.substr(0, end)) + " ...";
}

std::string describe(const json::object& operation, const std::string& method, const std::string& path) {
    const auto summary = base::trim(base::get_string(operation, "summary"));
    const auto description = base::trim(base::get_string(operation, "description"));
    std::string out(summary);
    if (!description.empty() && description != summary)
        out += (out.empty() ? "" : "\n\n") + shortened(description);
    if (base::get_bool(operation, "deprecated"))
        out += "\n\nDeprecated.";
    return out + (out.empty() ? "" : "\n\n") + method + " " + path;
}

class Builder {
public:
    Builder(const json::object& document, const json::object& item, const json::object& operation)
        : document_(document), item_(item), operation_(operation) {}

    Operation build(const std::string& method, const std::string& path, std::set<std::string>& taken) {
        out_.method = method;
        out_.path = path;
        out_.tool.name = unique_name(operation_, method, path, taken);
        out_.tool.title = std::string(base::trim(base::get_string(operation_, "summary")));
        out_.tool.description = describe(operation_, method, path);
        out_.tool.annotations = {{"readOnlyHint", method == "GET" || method == "HEAD"},
                                 {"destructiveHint", method == "DELETE"},
                                 {"idempotentHint", method != "POST" && method != "PATCH"},
                                 {"openWorldHint", true}};
        for (const auto* list : {base::get_array(operation_, "parameters"), base::get_array(item_, "parameters")})
            if (list)
                for (const auto& p : *list)
                    parameter(p);
        templates(path);
        body();
        credential();
        responses();
        json::object schema{{"type", "object"}, {"properties", std::move(properties_)}};
        if (!required_.empty())
            schema["required"] = std::move(required_);
        schema["additionalProperties"] = false;
        out_.tool.input_schema = std::move(schema);
        return std::move(out_);
    }

private:
    /// An argument name that is free.
    std::string argument_for(const std::string& name, const char* in) {
        auto argument = legal(name);
        if (argument.empty() || argument.size() > longest_argument)
            argument = hashed(argument, name, longest_argument);
        if (argument == body_argument || properties_.contains(argument))
            argument = argument.substr(0, longest_argument - 8) + "_" + in;
        while (properties_.contains(argument))
            argument = hashed(argument, argument + name, longest_argument);
        return argument;
    }

    void parameter(const json::value& value) {
        const auto* p = follow(document_, value);
        if (!p)
            return;
        Parameter out;
        const auto in = base::get_string(*p, "in");
        out.name = base::get_string(*p, "name");
        using In = Parameter::In;
        out.in = in == "path" ? In::path : in == "header" ? In::header : in == "cookie" ? In::cookie : In::query;
        // The operation's own come first; these headers are the proxy's to set.
        if (out.name.empty() || !seen_.insert(fmt::format("{} {}", in, out.name)).second ||
            (out.in == In::header && (net::iequals(out.name, "Accept") || net::iequals(out.name, "Content-Type") ||
                                      net::iequals(out.name, "Authorization"))))
            return;
        const bool form = out.in == In::query || out.in == In::cookie;
        out.style = base::get_string(*p, "style", form ? "form" : "simple");
        out.explode = base::get_bool(*p, "explode", out.style == "form");
        out.required = out.in == In::path || base::get_bool(*p, "required");
        out.segments = base::get_bool(*p, "x-multi-segment");
        json::object schema{{"type", "string"}};
        if (const auto* s = p->if_contains("schema")) {
            schema = plain_schema(document_, *s);
        } else if (const auto* content = base::get_object(*p, "content"); content && !content->empty()) {
            out.as_json = true;
            if (const auto* media = content->begin()->value().if_object(); media && media->contains("schema"))
                schema = plain_schema(document_, media->at("schema"));
        }
        if (const auto text = base::get_string(*p, "description"); !text.empty())
            schema["description"] = shortened(text);
        add(std::move(out), std::move(schema), std::string(in).c_str());
    }

    void add(Parameter p, json::object schema, const char* in) {
        p.argument = argument_for(p.name, in);
        if (p.required)
            required_.emplace_back(p.argument);
        properties_[p.argument] = std::move(schema);
        out_.parameters.push_back(std::move(p));
    }

    /// {names} of the path that nobody describes.
    void templates(std::string_view path) {
        for (auto at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1)) {
            const auto end = path.find('}', at);
            if (end == std::string_view::npos)
                return;
            Parameter p;
            p.name = path.substr(at + 1, end - at - 1);
            p.in = Parameter::In::path;
            p.style = "simple";
            p.required = true;
            if (seen_.insert("path " + p.name).second)
                add(std::move(p), {{"type", "string"}}, "path");
        }
    }

    void body() {
        const auto* value = operation_.if_contains("requestBody");
        const auto* request = value ? follow(document_, *value) : nullptr;
        const auto* content = request ? base::get_object(*request, "content") : nullptr;
        if (!content || content->empty())
            return;
        const json::key_value_pair* chosen = nullptr;
        int best = 99;
        for (const auto& media : *content) {
            const std::string_view type = media.key();
            const int rank = type.starts_with("application/json")                    ? 0
                             : base::has(type, "+json") || base::has(type, "/json")  ? 1
                             : type.starts_with("application/x-www-form-urlencoded") ? 2
                             : type.starts_with("multipart/form-data")               ? 3
                             : type.starts_with("text/")                             ? 4
                                                                                     : 5;
            if (rank < best) {
                best = rank;
                chosen = &media;
            }
        }
        out_.body_type = chosen->key() == "*/*" ? "application/json" : std::string(chosen->key());
        out_.body_required = base::get_bool(*request, "required");
        json::object schema;
        if (const auto* media = chosen->value().if_object(); media && media->contains("schema"))
            schema = plain_schema(document_, media->at("schema"));
        if (best >= 4)
            schema = {{"type", "string"}};
        if (!schema.contains("description"))
            if (const auto text = base::get_string(*request, "description"); !text.empty())
                schema["description"] = shortened(text);
        properties_[body_argument] = std::move(schema);
        if (out_.body_required)
            required_.emplace_back(body_argument);
    }

    void credential() {
        const auto* security = base::get_array(operation_, "security");
        if (!security)
            security = base::get_array(document_, "security");
        const auto* components = base::get_object(document_, "components");
        const auto* schemes = components ? base::get_object(*components, "securitySchemes") : nullptr;
        if (!security || !schemes) {
            out_.credential.kind = schemes && security ? Credential::Kind::none : Credential::Kind::bearer;
            return;
        }
        for (const auto& choice : *security)
            if (const auto* names = choice.if_object())
                for (const auto& name : *names)
                    if (const auto* v = schemes->if_contains(name.key()))
                        if (const auto* scheme = follow(document_, *v); scheme && take_scheme(*scheme))
                            return;
    }

    bool take_scheme(const json::object& scheme) {
        using Kind = Credential::Kind;
        const auto type = base::get_string(scheme, "type"), in = base::get_string(scheme, "in");
        out_.credential.name = base::get_string(scheme, "name");
        if (type == "apiKey")
            out_.credential.kind = in == "header" ? Kind::header : in == "query" ? Kind::query : Kind::cookie;
        else if (type == "http" && net::iequals(base::get_string(scheme, "scheme"), "basic"))
            out_.credential.kind = Kind::basic;
        else if (base::one_of(type, {"http", "oauth2", "openIdConnect"}))
            out_.credential.kind = Kind::bearer;
        return out_.credential.kind != Kind::none;
    }

    void responses() {
        std::set<std::string> types;
        if (const auto* all = base::get_object(operation_, "responses"))
            for (const auto& response : *all)
                if (const auto* r = response.key().starts_with("2") ? follow(document_, response.value()) : nullptr)
                    if (const auto* content = base::get_object(*r, "content"))
                        for (const auto& media : *content)
                            if (media.key() == "application/json" || base::has(media.key(), "+json") ||
                                media.key().starts_with("text/"))
                                types.insert(std::string(media.key()));
        out_.accept = types.contains("application/json") || types.empty() ? "application/json" : *types.begin();
        out_.accept += ", application/json;q=0.9, text/*;q=0.8, */*;q=0.1";
    }

    const json::object &document_, &item_, &operation_;
    Operation out_;
    json::object properties_;
    json::array required_;
    std::set<std::string> seen_;
};

bool wanted(const OperationFilter& filter, const json::object& operation, const std::string& method,
            std::string_view path) {
    const auto any = [](const auto& list, const auto& test) {
        return list.empty() || std::any_of(list.begin(), list.end(), test);
    };
    const auto* tags = base::get_array(operation, "tags");
    return any(filter.methods, [&](const std::string& m) { return net::iequals(m, method); }) &&
           any(filter.paths, [&](const std::string& p) { return glob_match(p, path); }) &&
           any(filter.tags, [&](const std::string& wanted_tag) {
               return tags && std::any_of(tags->begin(), tags->end(), [&](const json::value& tag) {
                          return tag.is_string() && net::iequals(std::string_view(tag.get_string()), wanted_tag);
                      });
           });
}

} // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] != '*' && pattern[p] == text[t]))) {
            ++p;
            ++t;
        } else if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<Operation> list_operations(const json::object& document, const OperationFilter& filter) {
    std::vector<Operation> out;
    std::set<std::string> taken;
    for (const auto& entry : *base::get_object(document, "paths")) {
        const auto* item = follow(document, entry.value());
        if (!item)
            continue;
        for (const auto verb : {"get", "head", "post", "put", "patch", "delete", "options"}) {
            const auto* operation = base::get_object(*item, verb);
            std::string method(verb);
            std::transform(method.begin(), method.end(), method.begin(),
                           [](char c) { return static_cast<char>(c - 32); });
            if (operation && wanted(filter, *operation, method, entry.key()))
                out.push_back(Builder(document, *item, *operation).build(method, std::string(entry.key()), taken));
        }
    }
    return out;
}

std::string server_url(const json::object& document, const std::string& document_url) {
    const auto* servers = base::get_array(document, "servers");
    const auto* first = servers && !servers->empty() ? (*servers)[0].if_object() : nullptr;
    std::string url(first ? base::get_string(*first, "url", "/") : "/");
    if (const auto* variables = first ? base::get_object(*first, "variables") : nullptr)
        for (const auto& variable : *variables)
            if (const auto* v = variable.value().if_object())
                url = base::replace_all(std::move(url), "{" + std::string(variable.key()) + "}",
                                        base::get_string(*v, "default"));
    if (!base::has(url, "://")) {
        const auto scheme = document_url.find("://");
        if (scheme == std::string::npos)
            return {};
        const auto origin = document_url.substr(0, document_url.find_first_of("/?#", scheme + 3));
        url = url.starts_with('/') ? origin + url : document_url.substr(0, document_url.rfind('/') + 1) + url;
    }
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

} // namespace rustcoder::proxy
