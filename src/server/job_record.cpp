#include "server/job_record.h"

#include "base/text.h"
#include "server/fields.h"
#include "server/generate_request.h"
#include "server/knowledge_render.h"
#include "server/render_parts.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;
using Clock = std::chrono::system_clock;

namespace {

constexpr auto any_deadline = std::chrono::hours(24); // it was checked when it came in

json::object head() {
    return {{"format", record_format}};
}

Result<json::object> parse(std::string_view text) {
    RC_TRY_ASSIGN(auto value, base::parse_json(text));
    auto* object = value.if_object();
    if (!object || base::get_string(*object, "format") != record_format)
        return fail(Errc::invalid_input, fmt::format("not a record of the format {}", record_format));
    return std::move(*object);
}

std::int64_t milliseconds(Clock::time_point t) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

Clock::time_point time_of(const json::object& o, std::string_view field) {
    constexpr std::int64_t last = 9'000'000'000'000; // nanoseconds end in 2262
    return Clock::time_point(std::chrono::milliseconds(std::clamp<std::int64_t>(base::get_int(o, field), 0, last)));
}

double seconds_of(const json::object& o) {
    const auto* v = o.if_contains("seconds");
    return v && v->is_number() ? std::clamp(v->to_number<double>(), 0.0, 1e6) : 0;
}

Result<std::string> bytes_of_hex(std::string_view hex) {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        const int high = digit(hex[i]), low = digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return fail(Errc::invalid_input, "not hexadecimal");
        out += static_cast<char>(high << 4 | low);
    }
    return out;
}

/// Text as it is; {"hex": ...} for bytes that are no UTF-8, {"text": ..., "executable": true} for programs.
json::object files_record(const project::Project& project) {
    json::object out;
    for (const auto& [path, file] : project.files()) {
        const bool text = base::valid_utf8(*file.bytes);
        if (text && !file.executable) {
            out[path] = *file.bytes;
            continue;
        }
        json::object o;
        if (text)
            o["text"] = *file.bytes;
        else
            o["hex"] = base::hex_digits(*file.bytes);
        o["executable"] = file.executable;
        out[path] = std::move(o);
    }
    return out;
}

Result<project::Project> read_files(const json::object& record, std::string_view field) {
    project::Project out;
    const auto* files = base::get_object(record, field);
    if (!files)
        return out;
    for (const auto& [path, value] : *files) {
        std::string bytes;
        bool executable = false;
        if (const auto* text = value.if_string()) {
            bytes.assign(text->data(), text->size());
        } else if (const auto* o = value.if_object()) {
            executable = base::get_bool(*o, "executable");
            bytes = base::get_string(*o, "text");
            if (o->contains("hex")) {
                RC_TRY_ASSIGN(bytes, bytes_of_hex(base::get_string(*o, "hex")));
            }
        } else {
            return fail(Errc::invalid_input, "a file is neither text nor bytes", std::string(path));
        }
        RC_TRY(out.set(std::string_view(path.data(), path.size()), std::move(bytes), executable));
    }
    return out;
}

Errc code_named(std::string_view text) {
    for (int i = 0; i <= static_cast<int>(Errc::internal); ++i)
        if (text == base::name(static_cast<Errc>(i)))
            return static_cast<Errc>(i);
    return Errc::internal;
}

/// What every kind has beside its project.
Result<JobRequest> read_common(const json::object& o, JobKind kind) {
    if (kind == JobKind::generate) {
        GenerateRules rules;
        rules.longest = any_deadline;
        auto request = parse_generate(o, rules);
        if (!request)
            return fail(Errc::invalid_input, request.error().text());
        return *std::move(request);
    }
    JobRequest request;
    request.kind = kind;
    SubmissionRules rules;
    rules.longest = any_deadline;
    if (auto ok = read_options(o, rules, request); !ok)
        return fail(Errc::invalid_input, ok.error().text());
    request.description = base::get_string(o, "description");
    return request;
}

} // namespace

json::object request_record(const JobRequest& r, Clock::time_point created) {
    auto out = head();
    out["created"] = milliseconds(created);
    out["kind"] = name(r.kind);
    if (r.kind == JobKind::generate) {
        for (auto& [key, value] : generate_fields(r))
            out[key] = std::move(value);
    } else {
        out["description"] = clean_utf8(r.description);
        out["max_attempts"] = r.max_attempts;
        out["run"] = r.run;
        out["strict"] = r.strict;
        out["tests"] = r.tests;
        out["examples"] = examples_json(r.examples);
        out["timeout_seconds"] = std::chrono::duration<double>(r.deadline).count();
        out["files"] = files_record(r.project);
    }
    if (r.kind == JobKind::learn) {
        out["after"] = files_record(r.after);
        out["source"] = clean_utf8(r.source);
    }
    out["notes"] = strings(r.notes);
    return out;
}

Result<RequestRecord> read_request(std::string_view text) {
    RC_TRY_ASSIGN(const auto o, parse(text));
    const auto kind = job_kind(base::get_string(o, "kind"));
    if (!kind)
        return fail(Errc::invalid_input, "not a kind of job", "kind");
    RequestRecord out;
    out.created = time_of(o, "created");
    RC_TRY_ASSIGN(out.request, read_common(o, *kind));
    RC_TRY_ASSIGN(out.request.project, read_files(o, "files"));
    if (*kind == JobKind::learn) {
        RC_TRY_ASSIGN(out.request.after, read_files(o, "after"));
        out.request.source = base::get_string(o, "source", "user");
    }
    if (const auto* notes = base::get_array(o, "notes"))
        for (const auto& note : *notes)
            if (const auto* s = note.if_string())
                out.request.notes.emplace_back(s->data(), s->size());
    if (*kind != JobKind::generate && out.request.project.empty())
        return fail(Errc::invalid_input, "the project is missing", "files");
    return out;
}

json::object end_record(const JobRequest& request, JobState state, double seconds, std::uint64_t last_event,
                        const Result<Answer>& result) {
    auto out = head();
    out["state"] = name(state);
    out["seconds"] = seconds;
    out["last_event"] = last_event;
    if (!result) {
        const auto& e = result.error();
        out["error"] = json::object{{"code", base::name(e.code)},
                                    {"message", clean_utf8(e.message)},
                                    {"place", clean_utf8(e.place)},
                                    {"next_step", clean_utf8(e.next_step)}};
        return out;
    }
    out["success"] = succeeded(*result);
    out["answer"] = answer_body(request, *result);
    if (const auto* learned = std::get_if<agent::LearnedFix>(&*result))
        out["text"] = clean_utf8(learned_text(*learned));
    if (const auto* made = std::get_if<agent::GenerateAnswer>(&*result))
        out["files"] = files_record(made->project);
    if (const auto* stored = std::get_if<StoredAnswer>(&*result)) {
        out["text"] = stored->text;
        out["files"] = files_record(stored->project);
    }
    return out;
}

Result<JobEnd> read_end(std::string_view text) {
    RC_TRY_ASSIGN(auto o, parse(text));
    const auto state = job_state(base::get_string(o, "state"));
    if (!state || !finished(*state))
        return fail(Errc::invalid_input, "not the state of a finished job", "state");
    const double seconds = seconds_of(o);
    const auto last = static_cast<std::uint64_t>(std::max<std::int64_t>(1, base::get_int(o, "last_event")));
    if (const auto* error = base::get_object(o, "error"))
        return JobEnd{
            *state, seconds, last,
            fail(code_named(base::get_string(*error, "code")), std::string(base::get_string(*error, "message")),
                 std::string(base::get_string(*error, "place")), std::string(base::get_string(*error, "next_step")))};
    auto* answer = o.if_contains("answer");
    if (!answer || !answer->is_object())
        return fail(Errc::invalid_input, "the answer is missing", "answer");
    StoredAnswer stored;
    stored.success = base::get_bool(o, "success");
    stored.text = base::get_string(o, "text");
    RC_TRY_ASSIGN(stored.project, read_files(o, "files"));
    stored.body = std::move(answer->get_object());
    return JobEnd{*state, seconds, last, Answer(std::move(stored))};
}

json::object status_record(const JobSummary& s, int tries) {
    auto out = head();
    out["id"] = s.id;
    out["kind"] = name(s.kind);
    out["state"] = name(s.state);
    out["tries"] = tries;
    out["created"] = milliseconds(s.created);
    out["seconds"] = s.seconds;
    if (s.success)
        out["success"] = *s.success;
    out["error"] = clean_utf8(s.error);
    out["title"] = clean_utf8(s.title);
    return out;
}

Result<StatusRecord> read_status(std::string_view text) {
    RC_TRY_ASSIGN(const auto o, parse(text));
    const auto kind = job_kind(base::get_string(o, "kind"));
    const auto state = job_state(base::get_string(o, "state"));
    if (!kind || !state)
        return fail(Errc::invalid_input, "not a kind or a state of a job");
    StatusRecord out;
    out.summary.id = base::get_string(o, "id");
    out.summary.kind = *kind;
    out.summary.state = *state;
    out.summary.created = time_of(o, "created");
    out.summary.seconds = seconds_of(o);
    if (o.contains("success"))
        out.summary.success = base::get_bool(o, "success");
    out.summary.error = base::get_string(o, "error");
    out.summary.title = base::get_string(o, "title");
    out.tries = static_cast<int>(std::clamp<std::int64_t>(base::get_int(o, "tries"), 0, 1000));
    return out;
}

} // namespace rustcoder::server
