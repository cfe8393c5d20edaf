#include "server/knowledge_requests.h"

#include "base/text.h"
#include "server/fields.h"

#include <fmt/format.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::size_t longest_query = 8'000; // a whole compiler message
constexpr std::size_t longest_source = 80;

Step read_kinds(const json::object& body, std::vector<knowledge::Kind>& out) {
    std::vector<std::string> names;
    if (auto ok = read_texts(body, "kind", names); !ok)
        return ok;
    for (const auto& list : names) // a query string may hold "lesson,fix"
        for (const auto part : base::split(list, ',')) {
            const auto word = base::trim(part);
            if (word.empty())
                continue;
            const auto kind = knowledge::kind_named(word);
            if (!kind)
                return std::unexpected(field_error("enum", "kind",
                                                   "Input should be 'lesson', 'fix', 'project' or 'passage'",
                                                   json::value(word.substr(0, 100))));
            out.push_back(*kind);
        }
    return {};
}

Step read_mode(const json::object& body, knowledge::Query::Mode& out) {
    std::string mode;
    if (auto ok = read_text(body, "mode", mode); !ok)
        return ok;
    if (mode.empty() || mode == "hybrid")
        out = knowledge::Query::Mode::hybrid;
    else if (mode == "text")
        out = knowledge::Query::Mode::text;
    else if (mode == "vector")
        out = knowledge::Query::Mode::vector;
    else
        return std::unexpected(field_error("enum", "mode", "Input should be 'hybrid', 'text' or 'vector'",
                                           json::value(mode.substr(0, 100))));
    return {};
}

std::expected<std::string, Rejection> read_source(const json::object& body, bool from_agent) {
    std::string name;
    if (auto ok = read_text(body, "source", name); !ok)
        return std::unexpected(std::move(ok).error());
    name = std::string(base::trim(name));
    const auto odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (name.size() > longest_source || std::any_of(name.begin(), name.end(), odd))
        return std::unexpected(field_error("value_error", "source",
                                           fmt::format("Input should be a name of at most {} bytes", longest_source),
                                           json::value(nullptr)));
    if (from_agent)
        return "agent:" + (name.empty() ? std::string("unnamed") : name);
    return name.empty() ? std::string("user") : "user:" + name;
}

std::expected<JobRequest, Rejection> parse_repair(const json::object& body, bool from_agent) {
    JobRequest request;
    request.kind = JobKind::learn;
    auto before = parse_version(body, "before", request.notes);
    if (!before)
        return std::unexpected(std::move(before).error());
    auto after = parse_version(body, "after", request.notes);
    if (!after)
        return std::unexpected(std::move(after).error());
    auto source = read_source(body, from_agent);
    if (!source)
        return std::unexpected(std::move(source).error());
    request.project = *std::move(before);
    request.after = *std::move(after);
    request.source = *std::move(source);
    return request;
}

std::expected<agent::LessonText, Rejection> parse_lesson(const json::object& body, bool from_agent) {
    agent::LessonText lesson;
    for (auto [field, out] : {std::pair<const char*, std::string*>{"error", &lesson.error},
                              {"solution", &lesson.solution},
                              {"context", &lesson.context},
                              {"example", &lesson.example},
                              {"licence", &lesson.licence}})
        if (auto ok = read_text(body, field, *out); !ok)
            return std::unexpected(std::move(ok).error());
    if (auto ok = read_texts(body, "codes", lesson.codes); !ok)
        return std::unexpected(std::move(ok).error());
    if (base::trim(lesson.error).empty() || base::trim(lesson.solution).empty())
        return std::unexpected(bad_request("Send a lesson, 'error' and 'solution' in words, or a repair, 'before' and "
                                           "'after' as flat text or {path: content}"));
    auto source = read_source(body, from_agent);
    if (!source)
        return std::unexpected(std::move(source).error());
    lesson.source = *std::move(source);
    return lesson;
}

} // namespace

std::expected<knowledge::Query, Rejection> parse_search(const json::object& body) {
    knowledge::Query out;
    for (const char* field : {"q", "query"})
        if (auto ok = read_text(body, field, out.text); !ok)
            return std::unexpected(std::move(ok).error());
    if (base::trim(out.text).empty())
        return std::unexpected(
            bad_request("'query' is required: words, an identifier, an error code or a compiler message"));
    if (out.text.size() > longest_query)
        return std::unexpected(field_error("string_too_long", "query",
                                           fmt::format("Input should have at most {} bytes", longest_query), nullptr));
    for (auto [field, to] :
         {std::pair<const char*, std::string*>{"code", &out.filter.code}, {"toolchain", &out.filter.toolchain}})
        if (auto ok = read_text(body, field, *to); !ok)
            return std::unexpected(std::move(ok).error());
    if (auto ok = read_kinds(body, out.filter.kinds); !ok)
        return std::unexpected(std::move(ok).error());
    if (auto ok = read_mode(body, out.mode); !ok)
        return std::unexpected(std::move(ok).error());
    auto limit = read_number(body, "limit", true);
    if (!limit)
        return std::unexpected(std::move(limit).error());
    if (limit->has_value()) {
        if (**limit < 1)
            return std::unexpected(
                field_error("greater_than_equal", "limit", "Input should be greater than or equal to 1", **limit));
        out.limit = static_cast<std::size_t>(std::min<double>(**limit, most_hits));
    }
    return out;
}

std::expected<project::Project, Rejection> parse_version(const json::object& body, const char* field,
                                                         std::vector<std::string>& notes) {
    const auto* value = body.if_contains(field);
    if (!value)
        return std::unexpected(bad_request(
            fmt::format("'{}' is missing: the project in that version, as flat text or as {{path: content}}", field)));
    return value->is_object() ? project_of_files(*value, field) : project_of_text(*value, field, notes);
}

std::expected<std::variant<agent::LessonText, JobRequest>, Rejection> parse_error_lesson(const json::object& body,
                                                                                         bool from_agent) {
    if (body.contains("before") || body.contains("after")) {
        auto repair = parse_repair(body, from_agent);
        if (!repair)
            return std::unexpected(std::move(repair).error());
        return *std::move(repair);
    }
    auto lesson = parse_lesson(body, from_agent);
    if (!lesson)
        return std::unexpected(std::move(lesson).error());
    return *std::move(lesson);
}

std::expected<agent::ProjectText, Rejection> parse_project_example(const json::object& body) {
    agent::ProjectText out;
    for (auto [field, to] : {std::pair<const char*, std::string*>{"query", &out.query},
                             {"example", &out.example},
                             {"licence", &out.licence}})
        if (auto ok = read_text(body, field, *to); !ok)
            return std::unexpected(std::move(ok).error());
    std::vector<std::string> notes;
    for (const char* field : {"project_files", "files", "code"})
        if (const auto* value = body.if_contains(field); value && !value->is_null()) {
            auto files = parse_version(body, field, notes);
            if (!files)
                return std::unexpected(std::move(files).error());
            out.files = *std::move(files);
            break;
        }
    if (base::trim(out.query).empty())
        return std::unexpected(bad_request("'query' is required: what somebody would ask for to get this project"));
    if (out.files.empty() && base::trim(out.example).empty())
        return std::unexpected(bad_request("'project_files' is required: {path: content}, or flat text in 'code'"));
    auto source = read_source(body, false);
    if (!source)
        return std::unexpected(std::move(source).error());
    out.source = *std::move(source);
    return out;
}

bool entry_id(std::string_view text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace rustcoder::server
