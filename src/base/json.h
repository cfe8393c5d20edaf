// The one door to JSON (Boost.JSON 1.81). JSON text exists only at the rim: server, model, toolchain's parsing.
// Parsing is strict (UTF-8, no trailing bytes), depth-limited to 128, and rejects non-finite numbers.
#pragma once

#include "base/result.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace rustcoder::base {

namespace json = boost::json;

/// Errc::invalid_input with the byte offset in `place`.
Result<json::value> parse_json(std::string_view text);
std::string dump(const json::value& v);        // compact
std::string dump_pretty(const json::value& v); // two-space indent, trailing newline
/// Members, or a default when absent, null or of another type.
std::string_view get_string(const json::object& o, std::string_view key, std::string_view fallback = {});
std::int64_t get_int(const json::object& o, std::string_view key, std::int64_t fallback = 0);
bool get_bool(const json::object& o, std::string_view key, bool fallback = false);
const json::object* get_object(const json::object& o, std::string_view key); // nullptr if absent
const json::array* get_array(const json::object& o, std::string_view key);

} // namespace rustcoder::base
