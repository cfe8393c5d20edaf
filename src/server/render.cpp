#include "server/render.h"

#include "server/knowledge_render.h"

#include "base/text.h"
#include "project/flat_text.h"
#include "project/patch.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::size_t longest_text = 1u << 20; // of one output field; more is cut with a note

/// Length of the well-formed UTF-8 sequence at the start of s, 0 if there is none.
std::size_t sequence(std::string_view s) {
    const auto b = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const auto tail = [&](std::size_t n) {
        if (s.size() < n)
            return false;
        for (std::size_t i = 1; i < n; ++i)
            if ((b(i) & 0xC0) != 0x80)
                return false;
        return true;
    };
    const unsigned char c = b(0);
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        return tail(2) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF)
        return tail(3) && !(c == 0xE0 && b(1) < 0xA0) && !(c == 0xED && b(1) > 0x9F) ? 3 : 0;
    if (c >= 0xF0 && c <= 0xF4)
        return tail(4) && !(c == 0xF0 && b(1) < 0x90) && !(c == 0xF4 && b(1) > 0x8F) ? 4 : 0;
    return 0;
}

std::string output_text(std::string_view s) {
    if (s.size() <= longest_text)
        return clean_utf8(s);
    return clean_utf8(s.substr(0, longest_text)) + fmt::format("\n[{} more bytes left out]\n", s.size() - longest_text);
}

json::object files_json(const project::Project& project) {
    json::object out;
    for (const auto& [path, file] : project.files())
        out[path] = clean_utf8(*file.bytes);
    return out;
}

json::array strings(const std::vector<std::string>& list) {
    json::array out;
    for (const auto& s : list)
        out.emplace_back(clean_utf8(s));
    return out;
}

const char* level_name(toolchain::Level level) {
    switch (level) {
    case toolchain::Level::error:
        return "error";
    case toolchain::Level::warning:
        return "warning";
    case toolchain::Level::note:
        return "note";
    case toolchain::Level::help:
        return "help";
    case toolchain::Level::failure_note:
        return "failure-note";
    case toolchain::Level::ice:
        return "error: internal compiler error";
    case toolchain::Level::other:
        break;
    }
    return "other";
}

const char* applicability_name(toolchain::Applicability a) {
    switch (a) {
    case toolchain::Applicability::machine_applicable:
        return "machine-applicable";
    case toolchain::Applicability::maybe_incorrect:
        return "maybe-incorrect";
    case toolchain::Applicability::has_placeholders:
        return "has-placeholders";
    case toolchain::Applicability::unspecified:
        break;
    }
    return "unspecified";
}

/// First primary span, wherever it is; diagnostics without one have no place.
const toolchain::Span* place_of(const toolchain::Diagnostic& d) {
    const toolchain::Span* any = nullptr;
    for (const auto& s : d.spans)
        if (s.primary) {
            if (s.in_project)
                return &s;
            if (!any)
                any = &s;
        }
    return any;
}

std::string headline(const toolchain::Diagnostic& d) {
    return d.code.empty() ? "error: " + d.message : fmt::format("error[{}]: {}", d.code, d.message);
}

/// Upstream read these two from cargo's text, and only for "error[": plain "error:" (all syntax errors) came out empty.
json::object error_details(const std::string& text, std::span<const toolchain::Diagnostic> diagnostics,
                           const std::string& cargo_error) {
    std::string message, location;
    for (const auto& d : diagnostics) {
        if (!d.is_error())
            continue;
        message = headline(d);
        if (const auto* s = place_of(d))
            location = fmt::format("--> {}:{}:{}", s->file, s->line_begin, s->column_begin);
        break;
    }
    if (message.empty() && !cargo_error.empty())
        message = std::string(base::trim(cargo_error.substr(0, cargo_error.find('\n'))));
    json::object out;
    out["full_error"] = output_text(text);
    out["error_message"] = clean_utf8(message);
    out["error_location"] = clean_utf8(location);
    return out;
}

json::value run_output(const std::optional<toolchain::RunReport>& run, const json::value& when_failed) {
    if (!run || !run->built)
        return nullptr; // no binary: there is nothing to run
    if (!run->exit.ok())
        return when_failed;
    return json::value(output_text(run->exit.out));
}

json::object preservation_json(const repair::Preservation& p) {
    json::object out;
    out["verdict"] = repair::name(p.verdict);
    out["summary"] = clean_utf8(p.summary);
    out["tokens_kept"] = p.tokens_kept;
    out["items_before"] = p.items_before;
    out["items_after"] = p.items_after;
    out["tests_before"] = p.tests_before;
    out["tests_after"] = p.tests_after;
    out["lost_items"] = strings(p.lost_items);
    out["added_escapes"] = strings(p.added_escapes);
    return out;
}

/// "src/main.rs:3" -> file and line.
void put_place(json::object& out, const repair::AppliedEdit& edit) {
    const auto colon = edit.place.rfind(':');
    const bool has_line = colon != std::string::npos && colon + 1 < edit.place.size() &&
                          edit.place.find_first_not_of("0123456789", colon + 1) == std::string::npos;
    out["file"] = clean_utf8(has_line ? edit.place.substr(0, colon) : edit.place);
    if (has_line)
        out["line"] = std::atoi(edit.place.c_str() + colon + 1);
    else
        out["line"] = nullptr;
}

json::array edits_json(const std::vector<repair::AppliedEdit>& applied) {
    json::array out;
    for (const auto& edit : applied) {
        json::object o;
        put_place(o, edit);
        o["code"] = edit.error_code;
        o["message"] = clean_utf8(edit.error_message);
        o["why"] = clean_utf8(edit.candidate.why);
        o["rule"] = edit.candidate.rule;
        o["risk"] = repair::name(edit.candidate.risk);
        o["confidence"] = edit.confidence;
        out.emplace_back(std::move(o));
    }
    return out;
}

json::value evidence_json(const std::string& text) {
    if (text.empty())
        return nullptr;
    auto parsed = base::parse_json(text);
    return parsed ? std::move(*parsed) : json::value(nullptr);
}

json::object suggestion_json(const toolchain::Suggestion& s) {
    json::object o;
    o["message"] = clean_utf8(s.message);
    o["applicability"] = applicability_name(s.applicability);
    json::array parts;
    for (const auto& part : s.parts) {
        json::object p;
        p["file"] = clean_utf8(part.file);
        p["begin"] = part.begin;
        p["end"] = part.end;
        p["text"] = clean_utf8(part.text);
        parts.emplace_back(std::move(p));
    }
    o["edits"] = std::move(parts);
    return o;
}

json::object diagnostic_json(const toolchain::Diagnostic& d) {
    json::object o;
    o["code"] = d.code;
    o["level"] = level_name(d.level);
    o["message"] = clean_utf8(d.message);
    if (const auto* s = place_of(d)) {
        o["file"] = clean_utf8(s->file);
        o["line"] = s->line_begin;
        o["column"] = s->column_begin;
        o["label"] = clean_utf8(s->label);
    } else {
        o["file"] = nullptr;
        o["line"] = nullptr;
        o["column"] = nullptr;
        o["label"] = "";
    }
    json::array help;
    for (const auto& child : d.children)
        if (!child.message.empty())
            help.emplace_back(clean_utf8(std::string(level_name(child.level)) + ": " + child.message));
    o["help"] = std::move(help);
    json::array suggestions;
    for (const auto& s : d.suggestions)
        suggestions.emplace_back(suggestion_json(s));
    o["suggestions"] = std::move(suggestions);
    return o;
}

} // namespace

std::string clean_utf8(std::string_view bytes) {
    if (base::valid_utf8(bytes))
        return std::string(bytes);
    std::string out;
    out.reserve(bytes.size() + 16);
    while (!bytes.empty()) {
        if (const auto n = sequence(bytes)) {
            out.append(bytes.substr(0, n));
            bytes.remove_prefix(n);
        } else {
            out.append("\xEF\xBF\xBD");
            bytes.remove_prefix(1);
        }
    }
    return out;
}

const char* verdict_name(repair::Verdict verdict) {
    switch (verdict) {
    case repair::Verdict::already_ok:
        return "already_ok";
    case repair::Verdict::fixed:
        return "fixed";
    case repair::Verdict::partial:
        return "partial";
    case repair::Verdict::unchanged:
        return "unchanged";
    case repair::Verdict::cancelled:
        return "cancelled";
    case repair::Verdict::failed:
        return "failed";
    }
    return "failed";
}

bool fixed(const repair::Outcome& outcome) {
    return outcome.verdict == repair::Verdict::already_ok || outcome.verdict == repair::Verdict::fixed;
}

bool succeeded(const Answer& answer) {
    if (const auto* compile = std::get_if<agent::CompileAnswer>(&answer))
        return compile->success;
    if (const auto* fix = std::get_if<agent::FixAnswer>(&answer))
        return fixed(fix->outcome);
    return true; // a pair that is no repair is an error, not an answer
}

json::object compile_body(const JobRequest& request, const agent::CompileAnswer& answer) {
    json::array files;
    for (const auto& [path, file] : request.project.files())
        files.emplace_back(path);
    json::object out;
    out["success"] = answer.success;
    out["files"] = std::move(files);
    if (answer.success) {
        out["build_output"] = "Build successful";
        out["run_output"] = run_output(answer.run, "Failed to run project");
    } else {
        const auto& text = answer.build_output.empty() ? answer.report.stderr_text : answer.build_output;
        out["build_output"] = output_text(text);
        out["error_details"] = error_details(text, answer.report.diagnostics, answer.report.cargo_error);
    }
    return out;
}

json::object fix_body(const JobRequest& request, const agent::FixAnswer& answer) {
    const auto& outcome = answer.outcome;
    const bool ok = fixed(outcome);
    json::array attempts;
    int number = 0;
    for (const auto& attempt : outcome.attempts) {
        json::object a;
        a["attempt"] = ++number;
        a["success"] = attempt.success;
        if (attempt.success)
            a["output"] = nullptr;
        else
            a["output"] = output_text(attempt.output);
        attempts.emplace_back(std::move(a));
    }
    json::object out;
    out["success"] = ok;
    out["message"] = ok ? std::string("Code fixed and compiled successfully")
                        : fmt::format("Failed to fix code after {} attempts", number);
    out["attempts"] = std::move(attempts);
    out["combined_text"] = combined_text(answer);
    out["files"] = files_json(outcome.best);
    out["build_output"] = ok ? std::string("Build successful") : output_text(outcome.build_output);
    if (ok)
        out["run_output"] = run_output(answer.run, nullptr);
    out["build_success"] = ok;
    // From here on ours.
    const std::string first_error = outcome.build_output.empty() ? outcome.explanation : outcome.build_output;
    if (!ok)
        out["error_details"] = error_details(first_error, outcome.remaining, "");
    out["verdict"] = verdict_name(outcome.verdict);
    out["explanation"] = clean_utf8(outcome.explanation);
    out["diff"] = clean_utf8(project::unified_diff(outcome.original, outcome.best));
    out["edits"] = edits_json(outcome.applied);
    out["preservation"] = preservation_json(outcome.preservation);
    out["diagnostics"] = diagnostics_json(outcome.remaining);
    out["notes"] = strings(request.notes);
    out["evidence"] = evidence_json(answer.evidence_json);
    return out;
}

json::array diagnostics_json(std::span<const toolchain::Diagnostic> list, std::size_t most) {
    json::array out;
    for (const bool errors : {true, false}) // errors first, each in the compiler's order
        for (const auto& d : list)
            if (d.is_error() == errors && out.size() < most)
                out.emplace_back(diagnostic_json(d));
    return out;
}

json::object check_body(const agent::CompileAnswer& answer) {
    std::size_t errors = 0;
    for (const auto& d : answer.report.diagnostics)
        errors += d.is_error();
    json::object out;
    out["success"] = answer.success;
    out["errors"] = errors;
    out["warnings"] = answer.report.diagnostics.size() - errors;
    out["diagnostics"] = diagnostics_json(answer.report.diagnostics);
    if (!answer.report.cargo_error.empty())
        out["cargo_error"] = output_text(answer.report.cargo_error);
    return out;
}

std::string combined_text(const agent::FixAnswer& answer) {
    const auto& outcome = answer.outcome;
    std::string out = clean_utf8(project::print_flat_text(outcome.best));
    if (fixed(outcome))
        return out;
    if (!out.empty() && out.back() != '\n')
        out += '\n';
    out += "\n# Build failed\n";
    out += fmt::format("# Verdict: {}, {} errors before, {} now\n", verdict_name(outcome.verdict),
                       outcome.errors_before, outcome.errors_after);
    std::size_t shown = 0;
    for (const auto& d : outcome.remaining) {
        if (!d.is_error() || ++shown > 5)
            continue;
        const auto* s = place_of(d);
        const std::string line =
            headline(d) + (s ? fmt::format(" at {}:{}:{}", s->file, s->line_begin, s->column_begin) : "");
        out += "# " + clean_utf8(base::replace_all(line, "\n", " ")) + "\n";
    }
    if (!outcome.explanation.empty())
        out += "# " + clean_utf8(base::replace_all(outcome.explanation, "\n", " ")) + "\n";
    return out;
}

json::object answer_body(const JobRequest& request, const Answer& answer) {
    if (const auto* fix = std::get_if<agent::FixAnswer>(&answer))
        return fix_body(request, *fix);
    if (const auto* learned = std::get_if<agent::LearnedFix>(&answer))
        return learned_json(*learned);
    const auto& compile = std::get<agent::CompileAnswer>(answer);
    if (request.kind == JobKind::check)
        return check_body(compile);
    auto out = compile_body(request, compile);
    out["diagnostics"] = diagnostics_json(compile.report.diagnostics);
    out["notes"] = strings(request.notes);
    return out;
}

} // namespace rustcoder::server
