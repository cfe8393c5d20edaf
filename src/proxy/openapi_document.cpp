#include "proxy/openapi_document.h"

#include "base/text.h"

#include <charconv>
#include <cmath>
#include <yaml-cpp/yaml.h>

namespace rustcoder::proxy {

namespace {

constexpr std::size_t most_nodes = 3'000'000; // aliases can make a small text large
constexpr int deepest = 100;

/// Plain scalars have the types of YAML's core schema; quoted ones are text.
json::value scalar(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str")
        return json::value(text);
    if (base::one_of(text, {"", "~", "null", "Null", "NULL"}))
        return nullptr;
    if (base::one_of(text, {"true", "True", "TRUE"}))
        return true;
    if (base::one_of(text, {"false", "False", "FALSE"}))
        return false;
    const auto digits = std::string_view(text).substr(text.front() == '+' ? 1 : 0);
    std::int64_t whole = 0;
    double number = 0;
    const auto* end = digits.data() + digits.size();
    if (const auto r = std::from_chars(digits.data(), end, whole); r.ec == std::errc() && r.ptr == end)
        return whole;
    if (const auto r = std::from_chars(digits.data(), end, number);
        r.ec == std::errc() && r.ptr == end && std::isfinite(number) && text.find_first_of("0123456789") < 3)
        return number;
    return json::value(text);
}

struct TooLarge {};

json::value to_json(const YAML::Node& node, std::size_t& nodes, int depth) {
    if (++nodes > most_nodes || depth > deepest)
        throw TooLarge();
    if (node.IsMap()) {
        json::object out;
        for (const auto& item : node)
            out[item.first.Scalar()] = to_json(item.second, nodes, depth + 1);
        return out;
    }
    if (node.IsSequence()) {
        json::array out;
        for (const auto& item : node)
            out.push_back(to_json(item, nodes, depth + 1));
        return out;
    }
    return node.IsScalar() ? scalar(node) : json::value(nullptr);
}

Result<json::value> from_yaml(std::string_view text) {
    try {
        std::size_t nodes = 0;
        return to_json(YAML::Load(std::string(text)), nodes, 0);
    } catch (const TooLarge&) {
        return fail(Errc::limit, "the YAML is too deep or too large");
    } catch (const std::exception& e) {
        return fail(Errc::invalid_input, std::string("neither JSON nor YAML: ") + e.what());
    }
}

std::string unescape_pointer(std::string_view token) {
    return base::replace_all(base::replace_all(std::string(token), "~1", "/"), "~0", "~");
}

} // namespace

Result<json::object> read_openapi(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    const bool looks_json = start != std::string_view::npos && text[start] == '{';
    auto value = looks_json ? base::parse_json(text.substr(start)) : from_yaml(text);
    if (!value && looks_json)
        value = from_yaml(text); // YAML may begin with a brace too
    if (!value)
        return std::unexpected(std::move(value).error());
    auto* document = value->if_object();
    const auto version = document ? base::get_string(*document, "openapi") : std::string_view();
    if (!version.starts_with("3."))
        return fail(Errc::invalid_input, "this is no OpenAPI 3 description", "openapi",
                    "Swagger 2.0 can be converted first.");
    if (!base::get_object(*document, "paths"))
        return fail(Errc::invalid_input, "the description has no paths", "paths");
    return std::move(*document);
}

const json::value* find_reference(const json::object& document, std::string_view reference) {
    if (!reference.starts_with("#/"))
        return nullptr;
    const json::object* at = &document;
    const json::value* value = nullptr;
    json::array const* list = nullptr;
    for (const auto token : base::split(reference.substr(2), '/')) {
        const auto key = unescape_pointer(token);
        value = nullptr;
        if (at) {
            value = at->if_contains(key);
        } else if (list) {
            std::size_t index = 0;
            if (std::from_chars(key.data(), key.data() + key.size(), index).ec == std::errc() && index < list->size())
                value = &(*list)[index];
        }
        if (!value)
            return nullptr;
        at = value->if_object();
        list = value->if_array();
    }
    return value;
}

const json::object* follow(const json::object& document, const json::value& value) {
    const auto* object = value.if_object();
    for (int hops = 0; object && hops < 32; ++hops) {
        const auto reference = base::get_string(*object, "$ref");
        if (reference.empty())
            return object;
        const auto* next = find_reference(document, reference);
        object = next ? next->if_object() : nullptr;
    }
    return nullptr;
}

} // namespace rustcoder::proxy
