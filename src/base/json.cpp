#include "base/json.h"

#include "base/text.h"

#include <boost/json/parser.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <fmt/format.h>

namespace rustcoder::base {

namespace {

constexpr std::size_t max_depth = 128;

/// Boost.JSON turns 1e999 into infinity without a word.
bool all_finite(const json::value& v) {
    if (const auto* number = v.if_double())
        return std::isfinite(*number);
    if (const auto* array = v.if_array()) {
        for (const auto& item : *array)
            if (!all_finite(item))
                return false;
    } else if (const auto* object = v.if_object()) {
        for (const auto& member : *object)
            if (!all_finite(member.value()))
                return false;
    }
    return true;
}

/// Output of a compiler or a program may hold any bytes; JSON text must be UTF-8. Bad bytes become U+FFFD.
std::string ensure_utf8(std::string text) {
    if (valid_utf8(text))
        return text;
    std::string out;
    std::size_t i = 0;
    while (i < text.size()) {
        std::size_t n = 1;
        while (n < 4 && i + n <= text.size() && !valid_utf8(std::string_view(text).substr(i, n)))
            ++n;
        if (i + n <= text.size() && valid_utf8(std::string_view(text).substr(i, n))) {
            out.append(text, i, n);
            i += n;
        } else {
            out += "\xEF\xBF\xBD";
            ++i;
        }
    }
    return out;
}

void print_pretty(std::string& out, const json::value& v, std::size_t indent) {
    const auto pad = [&](std::size_t depth) { out.append(2 * depth, ' '); };
    if (const auto* object = v.if_object(); object && !object->empty()) {
        out += "{\n";
        bool first = true;
        for (const auto& member : *object) {
            if (!std::exchange(first, false))
                out += ",\n";
            pad(indent + 1);
            out += json::serialize(json::string(member.key()));
            out += ": ";
            print_pretty(out, member.value(), indent + 1);
        }
        out += '\n';
        pad(indent);
        out += '}';
    } else if (const auto* array = v.if_array(); array && !array->empty()) {
        out += "[\n";
        bool first = true;
        for (const auto& item : *array) {
            if (!std::exchange(first, false))
                out += ",\n";
            pad(indent + 1);
            print_pretty(out, item, indent + 1);
        }
        out += '\n';
        pad(indent);
        out += ']';
    } else {
        out += json::serialize(v);
    }
}

} // namespace

Result<json::value> parse_json(std::string_view text) {
    try {
        json::parse_options options;
        options.max_depth = max_depth;
        json::parser parser({}, options);
        json::error_code error;
        const std::size_t used = parser.write_some(text.data(), text.size(), error);
        if (error)
            return fail(Errc::invalid_input, "not valid JSON: " + error.message(), fmt::format("byte {}", used));
        const auto rest = text.find_first_not_of(" \t\r\n", used);
        if (rest != std::string_view::npos)
            return fail(Errc::invalid_input, "not valid JSON: something follows the value",
                        fmt::format("byte {}", rest));
        json::value value = parser.release();
        if (!all_finite(value))
            return fail(Errc::invalid_input, "not valid JSON: a number is too large", "byte 0");
        return value;
    } catch (const std::bad_alloc&) {
        return fail(Errc::limit, "the JSON text needs more memory than there is");
    } catch (const std::exception& e) { // boost throws system_error from release() on an incomplete value
        return fail(Errc::invalid_input, std::string("not valid JSON: ") + e.what(),
                    fmt::format("byte {}", text.size()));
    }
}

std::string dump(const json::value& v) {
    return ensure_utf8(json::serialize(v));
}

std::string dump_pretty(const json::value& v) {
    std::string out;
    print_pretty(out, v, 0);
    out += '\n';
    return ensure_utf8(std::move(out));
}

std::string_view get_string(const json::object& o, std::string_view key, std::string_view fallback) {
    const auto* value = o.if_contains(key);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : fallback;
}

std::int64_t get_int(const json::object& o, std::string_view key, std::int64_t fallback) {
    const auto* value = o.if_contains(key);
    if (!value)
        return fallback;
    if (const auto* number = value->if_int64())
        return *number;
    if (const auto* number = value->if_uint64(); number && *number <= INT64_MAX)
        return static_cast<std::int64_t>(*number); // a value that was made, not parsed
    if (const auto* number = value->if_double(); number && std::trunc(*number) == *number && std::abs(*number) < 9e15)
        return static_cast<std::int64_t>(*number); // 3.0 is an integer for most writers of JSON
    return fallback;                               // uint64 beyond int64 is out of range for us
}

bool get_bool(const json::object& o, std::string_view key, bool fallback) {
    const auto* value = o.if_contains(key);
    const auto* flag = value ? value->if_bool() : nullptr;
    return flag ? *flag : fallback;
}

const json::object* get_object(const json::object& o, std::string_view key) {
    const auto* value = o.if_contains(key);
    return value ? value->if_object() : nullptr;
}

const json::array* get_array(const json::object& o, std::string_view key) {
    const auto* value = o.if_contains(key);
    return value ? value->if_array() : nullptr;
}

} // namespace rustcoder::base
