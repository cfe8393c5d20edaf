#include "server/fields.h"

#include "project/flat_text.h"

#include <cmath>
#include <fmt/format.h>

namespace rustcoder::server {

namespace json = base::json;

Rejection bad_request(std::string detail) {
    return {400, json::value(std::move(detail))};
}

json::value echo(const json::value& v) {
    if (v.is_string() && v.get_string().size() > 200)
        return json::value(fmt::format("({} bytes)", v.get_string().size()));
    if (v.is_object() || v.is_array())
        return json::value(v.is_object() ? "(object)" : "(array)");
    return v;
}

Rejection field_error(const char* type, std::string_view field, std::string_view message, json::value input) {
    json::array location;
    location.emplace_back("body");
    if (!field.empty())
        location.emplace_back(field);
    json::object item;
    item["type"] = type;
    item["loc"] = std::move(location);
    item["msg"] = message;
    item["input"] = std::move(input);
    json::array list;
    list.emplace_back(std::move(item));
    return {422, std::move(list)};
}

std::expected<project::Project, Rejection> project_of_files(const json::value& files, std::string_view field) {
    const auto* object = files.if_object();
    if (!object)
        return std::unexpected(field_error("dict_type", field, "Input should be a valid dictionary", echo(files)));
    project::Project project;
    for (const auto& member : *object) {
        const std::string path(member.key().data(), member.key().size());
        const auto* content = member.value().if_string();
        if (!content)
            return std::unexpected(field_error("string_type", std::string(field) + "." + path,
                                               "Input should be a valid string", echo(member.value())));
        if (auto set = project.set(path, std::string(content->data(), content->size())); !set)
            return std::unexpected(bad_request(fmt::format("{}[\"{}\"]: {}", field, path, set.error().text())));
    }
    if (project.empty())
        return std::unexpected(bad_request(fmt::format("'{}' is empty: send at least one Rust source file", field)));
    return project;
}

std::expected<project::Project, Rejection> project_of_text(const json::value& value, std::string_view field,
                                                           std::vector<std::string>& notes) {
    const auto* text = value.if_string();
    if (!text)
        return std::unexpected(field_error("string_type", field, "Input should be a valid string", echo(value)));
    auto parsed = project::parse_flat_text(std::string_view(text->data(), text->size()));
    if (!parsed)
        return std::unexpected(
            bad_request(fmt::format("'{}' is not a project in flat text: {}", field, parsed.error().text())));
    notes.insert(notes.end(), parsed->notes.begin(), parsed->notes.end());
    return std::move(parsed->project);
}

Step read_texts(const json::object& body, const char* field, std::vector<std::string>& out) {
    const auto* v = body.if_contains(field);
    if (!v || v->is_null())
        return {};
    if (const auto* s = v->if_string()) {
        out.emplace_back(s->data(), s->size());
        return {};
    }
    const auto* list = v->if_array();
    if (!list)
        return std::unexpected(
            field_error("list_type", field, "Input should be a string or a list of strings", echo(*v)));
    for (const auto& item : *list) {
        if (!item.is_string())
            return std::unexpected(field_error("string_type", field, "Input should be a valid string", echo(item)));
        out.emplace_back(item.get_string().data(), item.get_string().size());
    }
    return {};
}

Step read_text(const json::object& body, const char* field, std::string& out) {
    const auto* v = body.if_contains(field);
    if (!v || v->is_null())
        return {};
    if (!v->is_string())
        return std::unexpected(field_error("string_type", field, "Input should be a valid string", echo(*v)));
    out.assign(v->get_string().data(), v->get_string().size());
    return {};
}

Step read_flag(const json::object& body, const char* field, bool& out) {
    const auto* v = body.if_contains(field);
    if (!v || v->is_null())
        return {};
    if (!v->is_bool())
        return std::unexpected(field_error("bool_type", field, "Input should be a valid boolean", echo(*v)));
    out = v->get_bool();
    return {};
}

std::expected<std::optional<double>, Rejection> read_number(const json::object& body, const char* field, bool whole) {
    const auto* v = body.if_contains(field);
    if (!v || v->is_null())
        return std::optional<double>();
    double number = 0;
    if (v->is_int64())
        number = static_cast<double>(v->get_int64());
    else if (v->is_uint64())
        number = static_cast<double>(v->get_uint64());
    else if (v->is_double())
        number = v->get_double();
    else
        return std::unexpected(field_error(whole ? "int_type" : "float_type", field,
                                           whole ? "Input should be a valid integer" : "Input should be a valid number",
                                           echo(*v)));
    if (whole && number != std::floor(number))
        return std::unexpected(field_error("int_from_float", field,
                                           "Input should be a valid integer, got a number with a fractional part", *v));
    return std::optional<double>(number);
}

} // namespace rustcoder::server
