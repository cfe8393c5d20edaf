// JSON of the contract, of our own, and of collections that others filled.
#include "base/text.h"
#include "knowledge/format_readers.h"
#include "knowledge/import_split.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace json = base::json;

namespace {

constexpr std::size_t title_bytes = 200;
constexpr std::size_t listed_files = 40;

std::string string_in(const json::object& o, std::initializer_list<std::string_view> keys) {
    for (const auto key : keys)
        if (const auto value = base::get_string(o, key); !base::trim(value).empty())
            return std::string(value);
    return {};
}

void part(std::string& text, std::string_view title, std::string_view body) {
    if (body = base::trim(body); body.empty())
        return;
    if (!text.empty())
        text += "\n\n";
    if (!title.empty())
        text += fmt::format("{}:\n", title);
    text += body;
}

/// Code that was stored without a fence gets one, prose stays prose.
std::string fenced(std::string_view code) {
    const auto s = base::trim(code);
    const bool looks_like_code = base::has(s, "fn ") || base::has(s, "let ") || base::has(s, "use ") ||
                                 base::has(s, ";\n") || base::has(s, "impl ");
    if (base::has(s, "```") || !looks_like_code)
        return std::string(s);
    return fmt::format("```rust\n{}\n```", s);
}

Entry error_example(const json::object& o) {
    Entry e;
    e.kind = Kind::lesson;
    const std::string error = string_in(o, {"error"});
    e.title = clip(error, title_bytes);
    part(e.text, {}, error);
    part(e.text, "What to do", base::get_string(o, "solution"));
    part(e.text, "Context", fenced(base::get_string(o, "context")));
    part(e.text, "Example", fenced(base::get_string(o, "example")));
    e.codes = codes_in(e.text);
    e.payload = base::dump(o);
    return e;
}

Entry project_example(const json::object& o) {
    Entry e;
    e.kind = Kind::project;
    const std::string query = string_in(o, {"query"});
    e.title = clip(query, title_bytes);
    part(e.text, {}, query);
    part(e.text, {}, fenced(base::get_string(o, "example")));
    if (const auto* files = base::get_object(o, "project_files")) {
        std::string list;
        for (const auto& [path, content] : *files)
            if (list.empty() || std::count(list.begin(), list.end(), '\n') < static_cast<long>(listed_files))
                list += fmt::format("- {}\n", std::string_view(path));
        part(e.text, "Files", list);
    }
    e.payload = base::dump(o);
    return e;
}

std::optional<Entry> own_entry(const json::object& o) {
    const auto kind = kind_named(base::get_string(o, "kind"));
    if (!kind)
        return std::nullopt;
    Entry e;
    e.kind = *kind;
    e.title = clip(base::get_string(o, "title"), title_bytes);
    e.text = base::get_string(o, "text");
    if (const auto* payload = base::get_object(o, "payload"))
        e.payload = base::dump(*payload);
    else if (const auto text = base::get_string(o, "payload"); text.starts_with('{'))
        e.payload = text;
    if (const auto* codes = base::get_array(o, "codes"))
        for (const auto& code : *codes)
            if (code.is_string())
                e.codes.emplace_back(code.get_string());
    e.provenance.licence = base::get_string(o, "licence");
    if (e.text.empty() && e.payload.empty())
        return std::nullopt;
    return e;
}

/// {source} alone is the text (Gaia); beside a text it says where the text is from (LangChain and others).
std::optional<Entry> passage(const json::object& o) {
    Entry e;
    e.text = string_in(o, {"text", "content", "page_content", "document", "chunk"});
    std::string origin = string_in(o, {"source", "url", "file", "path"});
    if (const auto* metadata = base::get_object(o, "metadata"); metadata != nullptr && origin.empty())
        origin = string_in(*metadata, {"source", "url", "file"});
    if (e.text.empty())
        e.text = std::exchange(origin, {});
    if (e.text.empty())
        return std::nullopt;
    e.title = clip(string_in(o, {"title", "heading", "name"}), title_bytes);
    if (e.title.empty())
        e.title = clip(e.text.substr(0, e.text.find('\n')), 80);
    if (!origin.empty() && origin.size() <= 300 && !base::has(origin, "\n"))
        e.provenance.source = fmt::format("import:{}", origin);
    e.codes = codes_in(e.text);
    return e;
}

/// Objects of a document, however they are wrapped: itself, an array, the one array among its members.
Status each_object(const json::value& v, int depth, const std::function<Status(const json::object&)>& visit) {
    if (const auto* array = v.if_array()) {
        for (const auto& item : *array)
            RC_TRY(each_object(item, depth, visit));
        return {};
    }
    const auto* object = v.if_object();
    if (object == nullptr)
        return {};
    // A wrapper has no text of its own, but {"result": {"points": [...]}}, {"data": [...]}.
    for (const std::string_view key : {"result", "points", "data", "items", "entries", "examples", "rows"})
        if (const auto* inner = object->if_contains(key);
            inner != nullptr && inner->is_structured() && !object->contains("payload") && depth < 4)
            return each_object(*inner, depth + 1, visit);
    return visit(*object);
}

/// The whole text as JSON, else a value a line.
Status each_object(std::string_view text, const std::function<Status(const json::object&)>& visit,
                   const std::function<void(std::size_t)>& odd) {
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    auto whole = base::parse_json(text);
    if (whole)
        return each_object(*whole, 0, visit);
    std::size_t good = 0, bad = 0, number = 0;
    for (const auto line : base::lines(text)) {
        ++number;
        if (base::trim(line).empty())
            continue;
        if (const auto value = base::parse_json(line)) {
            ++good;
            RC_TRY(each_object(*value, 0, visit));
        } else {
            ++bad;
            if (good == 0 && bad > 3)
                break;
            if (odd)
                odd(number);
        }
    }
    if (good == 0)
        return std::unexpected(std::move(whole).error());
    return {};
}

} // namespace

std::optional<Entry> entry_of(const json::object& o) {
    if (!base::trim(base::get_string(o, "error")).empty() && o.contains("solution"))
        return error_example(o);
    if (!base::trim(base::get_string(o, "query")).empty() && (o.contains("example") || o.contains("project_files")))
        return project_example(o);
    if (o.contains("kind"))
        if (auto own = own_entry(o))
            return own;
    return passage(o);
}

Status read_json(std::string_view text, const Emit& emit, const std::function<void(std::size_t)>& odd) {
    return each_object(
        text,
        [&](const json::object& o) -> Status {
            if (const auto* payload = base::get_object(o, "payload"); payload != nullptr && !o.contains("kind")) {
                if (auto e = entry_of(*payload))
                    return emit(std::move(*e));
                return {};
            }
            if (auto e = entry_of(o))
                return emit(std::move(*e));
            return {};
        },
        odd);
}

std::string lesson_payload(std::string_view broken, std::string_view fixed) {
    json::object o;
    if (!broken.empty())
        o["broken"] = broken;
    if (!fixed.empty())
        o["fixed"] = fixed;
    return o.empty() ? std::string() : base::dump(o);
}

} // namespace rustcoder::knowledge
