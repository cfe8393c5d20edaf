#include "server/generate_request.h"

#include "base/text.h"
#include "server/fields.h"
#include "server/render.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::size_t longest_wish = 100'000; // bytes of a description or of requirements
constexpr auto usual_deadline = std::chrono::seconds(300);

Step required_text(const json::object& body, const char* field, std::string& out) {
    const auto* v = body.if_contains(field);
    if (!v)
        return std::unexpected(field_error("missing", field, "Field required", body));
    if (!v->is_string())
        return std::unexpected(field_error("string_type", field, "Input should be a valid string", echo(*v)));
    return read_text(body, field, out);
}

Step read_tests(const json::object& body, std::map<std::string, std::string>& out) {
    const auto* v = body.if_contains("tests");
    if (!v || v->is_null())
        return {};
    const auto* tests = v->if_object();
    if (!tests)
        return std::unexpected(
            field_error("dict_type", "tests", "Input should be an object of path and content", echo(*v)));
    for (const auto& [path, content] : *tests) {
        const auto* text = content.if_string();
        if (!text)
            return std::unexpected(field_error("string_type", "tests." + std::string(path),
                                               "Input should be a valid string", echo(content)));
        if (const auto good = agent::check_test_path(path); !good)
            return std::unexpected(
                field_error("value_error", "tests." + std::string(path), good.error().text(), echo(path)));
        out[std::string(path)] = std::string(text->data(), text->size());
    }
    return {};
}

Step read_artifact(const json::object& body, std::optional<agent::ArtifactOptions>& out) {
    const auto* v = body.if_contains("artifact");
    if (!v || v->is_null())
        return {};
    if (const auto* wanted = v->if_bool()) {
        if (*wanted)
            out.emplace();
        return {};
    }
    const auto* o = v->if_object();
    if (!o)
        return std::unexpected(field_error(
            "value_error", "artifact", "Input should be a boolean or an object of release, target and bin", echo(*v)));
    out.emplace();
    for (const auto& [key, value] : *o)
        if (key != "release" && key != "target" && key != "bin")
            return std::unexpected(field_error("extra_forbidden", "artifact." + std::string(key),
                                               "Extra inputs are not permitted", echo(value)));
    for (auto step :
         {read_flag(*o, "release", out->release), read_text(*o, "target", out->target), read_text(*o, "bin", out->bin)})
        if (!step)
            return step;
    return {};
}

} // namespace

std::expected<JobRequest, Rejection> parse_generate(const json::object& body, const GenerateRules& rules) {
    JobRequest request;
    request.kind = JobKind::generate;
    request.run = rules.run;
    request.deadline = std::min<std::chrono::milliseconds>(usual_deadline, rules.longest);
    auto& g = request.generate;
    if (auto step = required_text(body, "description", request.description); !step)
        return std::unexpected(std::move(step).error());
    if (base::trim(request.description).empty())
        return std::unexpected(field_error("value_error", "description", "Input should say what to make",
                                           json::value(json::string(request.description))));
    for (auto [field, to] : {std::pair<const char*, std::string*>{"requirements", &g.requirements},
                             {"name", &g.package},
                             {"edition", &g.edition},
                             {"template", &g.from}})
        if (auto step = read_text(body, field, *to); !step)
            return std::unexpected(std::move(step).error());
    for (const auto& [field, text] : {std::pair<const char*, const std::string*>{"description", &request.description},
                                      {"requirements", &g.requirements}})
        if (text->size() > longest_wish)
            return std::unexpected(field_error(
                "string_too_long", field, fmt::format("Input should have at most {} bytes", longest_wish), nullptr));
    for (auto step :
         {read_flag(body, "use_model", g.use_model), read_tests(body, g.tests), read_artifact(body, g.artifact)})
        if (!step)
            return std::unexpected(std::move(step).error());
    SubmissionRules options;
    options.default_attempts = request.max_attempts;
    options.longest = rules.longest;
    if (auto step = read_common_options(body, options, request); !step)
        return std::unexpected(std::move(step).error());
    return request;
}

json::array examples_json(const std::vector<repair::Example>& examples) {
    json::array out;
    for (const auto& e : examples) {
        json::array args;
        for (const auto& a : e.arguments)
            args.emplace_back(clean_utf8(a));
        json::object o{{"args", std::move(args)}, {"stdin", clean_utf8(e.stdin_bytes)}};
        if (!e.files.empty()) {
            json::object files;
            for (const auto& [path, file] : e.files.files())
                files[path] = clean_utf8(*file.bytes);
            o["files"] = std::move(files);
        }
        if (e.expected_stdout)
            o["stdout"] = clean_utf8(*e.expected_stdout);
        if (e.expected_code)
            o["code"] = *e.expected_code;
        out.emplace_back(std::move(o));
    }
    return out;
}

json::object generate_fields(const JobRequest& r) {
    const auto& g = r.generate;
    json::object tests;
    for (const auto& [path, content] : g.tests)
        tests[path] = content;
    json::object out{{"description", r.description},
                     {"requirements", g.requirements},
                     {"name", g.package},
                     {"edition", g.edition},
                     {"template", g.from},
                     {"use_model", g.use_model},
                     {"examples", examples_json(r.examples)},
                     {"tests", std::move(tests)},
                     {"run", r.run},
                     {"max_attempts", r.max_attempts},
                     {"timeout_seconds", std::chrono::duration<double>(r.deadline).count()}};
    if (g.artifact)
        out["artifact"] =
            json::object{{"release", g.artifact->release}, {"target", g.artifact->target}, {"bin", g.artifact->bin}};
    else
        out["artifact"] = false;
    return out;
}

} // namespace rustcoder::server
