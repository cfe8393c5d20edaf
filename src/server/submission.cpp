#include "server/submission.h"

#include "agent/examples.h"
#include "base/text.h"
#include "server/fields.h"

#include <cmath>
#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

const json::value* member(const json::object& o, std::string_view key) {
    return o.if_contains(key);
}

Step read_project(const json::object& body, JobRequest& request) {
    const auto* code = member(body, "code");
    const auto* files = member(body, "files");
    if (code && files)
        return std::unexpected(bad_request("Send either 'code' or 'files', not both"));
    if (files) {
        auto project = project_of_files(*files);
        if (!project)
            return std::unexpected(std::move(project).error());
        request.project = *std::move(project);
        return {};
    }
    auto project = project_of_text(*code, "code", request.notes);
    if (!project)
        return std::unexpected(std::move(project).error());
    request.project = *std::move(project);
    return {};
}

} // namespace

std::string Rejection::text() const {
    if (const auto* s = detail.if_string())
        return std::string(s->data(), s->size());
    std::string out;
    if (const auto* list = detail.if_array())
        for (const auto& item : *list) {
            const auto& o = item.get_object();
            const auto* location = base::get_array(o, "loc");
            std::string field = location && location->size() > 1 && (*location)[1].is_string()
                                    ? std::string((*location)[1].get_string().c_str())
                                    : std::string("body");
            out += fmt::format("{}'{}': {}", out.empty() ? "" : "; ", field, base::get_string(o, "msg"));
        }
    return out;
}

std::expected<json::object, Rejection> parse_object(std::string_view body) {
    if (base::trim(body).empty())
        return std::unexpected(field_error("missing", "", "Field required", nullptr));
    auto parsed = base::parse_json(body);
    if (!parsed) {
        auto rejection = field_error("json_invalid", "", "JSON decode error", json::object());
        auto& item = rejection.detail.get_array()[0].get_object();
        item["ctx"] = json::object{{"error", parsed.error().text()}};
        return std::unexpected(std::move(rejection));
    }
    if (!parsed->is_object())
        return std::unexpected(field_error("dict_type", "", "Input should be a valid dictionary", echo(*parsed)));
    return std::move(parsed->get_object());
}

Step read_common_options(const json::object& body, const SubmissionRules& rules, JobRequest& request) {
    request.max_attempts = rules.default_attempts;
    auto attempts = read_number(body, "max_attempts", true);
    if (!attempts)
        return std::unexpected(std::move(attempts).error());
    if (attempts->has_value()) {
        if (**attempts > most_attempts)
            request.notes.push_back(fmt::format("max_attempts {:.0f} was taken as {}", **attempts, most_attempts));
        request.max_attempts = static_cast<int>(std::clamp<double>(**attempts, 0, most_attempts));
    }
    auto seconds = read_number(body, "timeout_seconds", false);
    if (!seconds)
        return std::unexpected(std::move(seconds).error());
    if (seconds->has_value()) {
        const double limit = std::chrono::duration<double>(rules.longest).count();
        if (**seconds <= 0 || **seconds > limit)
            return std::unexpected(field_error("value_error", "timeout_seconds",
                                               fmt::format("Input should be greater than 0 and at most {:.0f}", limit),
                                               **seconds));
        request.deadline = std::chrono::milliseconds(std::max<std::int64_t>(1, std::llround(**seconds * 1000)));
    }
    if (auto ok = read_flag(body, "run", request.run); !ok)
        return ok;
    if (const auto* list = member(body, "examples"); list && !list->is_null()) {
        auto examples = agent::parse_examples(*list);
        if (!examples)
            return std::unexpected(field_error("value_error", "examples", examples.error().text(), echo(*list)));
        request.examples = std::move(*examples);
    }
    return {};
}

Step read_options(const json::object& body, const SubmissionRules& rules, JobRequest& request) {
    for (auto [field, out] : {std::pair<const char*, bool*>{"strict", &request.strict}, {"tests", &request.tests}})
        if (auto ok = read_flag(body, field, *out); !ok)
            return ok;
    return read_common_options(body, rules, request);
}

std::expected<JobRequest, Rejection> parse_submission(JobKind kind, const json::object& body,
                                                      const SubmissionRules& rules) {
    const bool has_input = member(body, "code") || member(body, "files");
    if (!has_input || (rules.description_required && !member(body, "description")))
        return std::unexpected(bad_request(rules.missing));
    JobRequest request;
    request.kind = kind;
    if (auto ok = read_project(body, request); !ok)
        return std::unexpected(std::move(ok).error());
    if (auto ok = read_text(body, "description", request.description); !ok)
        return std::unexpected(std::move(ok).error());
    if (auto ok = read_options(body, rules, request); !ok)
        return std::unexpected(std::move(ok).error());
    return request;
}

} // namespace rustcoder::server
