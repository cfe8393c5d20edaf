// Schemas of a description as the schemas of tools.
#include "proxy/openapi_document.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::proxy {

namespace {

constexpr int deepest = 12;
constexpr std::size_t most_nodes = 1'500; // of one tool: beyond that a schema helps no model
constexpr std::size_t longest_description = 600;

class Plain {
public:
    explicit Plain(const json::object& document) : document_(document) {}

    json::object schema(const json::value& value, int depth) {
        if (++nodes_ > most_nodes || depth > deepest)
            return cut("");
        const auto* object = value.if_object();
        if (!object) // true and false
            return {};
        if (const auto reference = base::get_string(*object, "$ref"); !reference.empty()) {
            const std::string name(reference);
            if (std::find(open_.begin(), open_.end(), name) != open_.end())
                return cut(name.substr(name.rfind('/') + 1));
            const auto* target = find_reference(document_, name);
            if (!target)
                return {};
            open_.push_back(name);
            auto out = schema(*target, depth + 1);
            open_.pop_back();
            if (const auto text = base::get_string(*object, "description"); !text.empty())
                out["description"] = shortened(text);
            return out;
        }
        return keywords(*object, depth);
    }

private:
    static json::object cut(const std::string& name) {
        json::object out{{"type", "object"}};
        if (!name.empty())
            out["description"] = "Another " + name + ".";
        return out;
    }
    static std::string shortened(std::string_view text) {
        if (text.size() <= longest_description)
            return std::string(text);
        auto end = text.rfind(' ', longest_description);
        return std::string(text.substr(0, end == std::string_view::npos ? longest_description : end)) + " ...";
    }

    json::object keywords(const json::object& in, int depth) {
        json::object out;
        for (const auto key :
             {"format", "pattern", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties",
              "maxProperties", "multipleOf", "minimum", "maximum", "title", "enum", "const", "default"})
            if (const auto* v = in.if_contains(key))
                out[key] = *v;
        if (const auto text = base::get_string(in, "description"); !text.empty())
            out["description"] = shortened(text);
        bounds(in, out);
        const bool null = types(in, out);
        properties(in, out, depth);
        if (const auto* items = in.if_contains("items"))
            out["items"] = schema(*items, depth + 1);
        else if (base::get_string(out, "type") == "array")
            out["items"] = json::object();
        if (const auto* more = in.if_contains("additionalProperties");
            more && more->is_object() && !more->get_object().empty())
            out["additionalProperties"] = schema(*more, depth + 1);
        for (const auto key : {"anyOf", "oneOf", "allOf"})
            if (const auto* list = base::get_array(in, key); list && !list->empty()) {
                json::array all;
                for (const auto& one : *list)
                    all.emplace_back(schema(one, depth + 1));
                out[key] = std::move(all);
            }
        if (!out.contains("type") && (out.contains("properties") || out.contains("additionalProperties")))
            out["type"] = "object";
        return null ? or_null(std::move(out)) : out;
    }

    /// 3.0 has flags beside the bounds, 3.1 has bounds of their own.
    static void bounds(const json::object& in, json::object& out) {
        for (const auto& [exclusive, plain] :
             {std::pair{"exclusiveMinimum", "minimum"}, std::pair{"exclusiveMaximum", "maximum"}}) {
            const auto* v = in.if_contains(exclusive);
            if (v && v->is_number())
                out[exclusive] = *v;
            else if (v && v->is_bool() && v->get_bool() && in.contains(plain)) {
                out[exclusive] = in.at(plain);
                out.erase(plain);
            }
        }
    }

    /// True when null is allowed too. Several types become alternatives, because many clients take only one.
    static bool types(const json::object& in, json::object& out) {
        bool null = base::get_bool(in, "nullable");
        if (const auto one = base::get_string(in, "type"); !one.empty())
            out["type"] = one;
        json::array several;
        if (const auto* list = base::get_array(in, "type")) {
            for (const auto& type : *list) {
                const auto word = type.is_string() ? std::string_view(type.get_string()) : "";
                null = null || word == "null";
                if (!word.empty() && word != "null")
                    several.emplace_back(json::object{{"type", type}});
            }
        }
        if (several.size() == 1)
            out["type"] = several[0].at("type");
        else if (several.size() > 1)
            out["anyOf"] = std::move(several);
        return null;
    }

    void properties(const json::object& in, json::object& out, int depth) {
        const auto* all = base::get_object(in, "properties");
        if (!all)
            return;
        json::object kept;
        for (const auto& property : *all) {
            const auto* target = follow(document_, property.value());
            if (target && base::get_bool(*target, "readOnly")) // the server's to say
                continue;
            kept[property.key()] = schema(property.value(), depth + 1);
        }
        json::array required;
        if (const auto* names = base::get_array(in, "required"))
            for (const auto& name : *names)
                if (name.is_string() && kept.contains(name.get_string()))
                    required.push_back(name);
        out["properties"] = std::move(kept);
        if (!required.empty())
            out["required"] = std::move(required);
    }

    static json::object or_null(json::object schema) {
        json::object out;
        for (const auto key : {"description", "title", "default"})
            if (auto* v = schema.if_contains(key)) {
                out[key] = std::move(*v);
                schema.erase(key);
            }
        if (const auto* list = base::get_array(schema, "enum")) {
            json::array kept;
            for (const auto& v : *list)
                if (!v.is_null())
                    kept.push_back(v);
            schema["enum"] = std::move(kept);
        }
        out["anyOf"] = json::array{std::move(schema), json::object{{"type", "null"}}};
        return out;
    }

    const json::object& document_;
    std::vector<std::string> open_; // references being resolved
    std::size_t nodes_ = 0;
};

} // namespace

json::object plain_schema(const json::object& document, const json::value& schema) {
    return Plain(document).schema(schema, 0);
}

} // namespace rustcoder::proxy
