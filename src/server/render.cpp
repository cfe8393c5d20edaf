#include "server/render.h"

#include "project/flat_text.h"
#include "project/patch.h"
#include "server/generate_render.h"
#include "server/knowledge_render.h"
#include "server/render_parts.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

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

} // namespace

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
    if (const auto* made = std::get_if<agent::GenerateAnswer>(&answer))
        return made->success;
    if (const auto* stored = std::get_if<StoredAnswer>(&answer))
        return stored->success;
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
    json::object out;
    out["success"] = ok;
    out["message"] = ok ? std::string("Code fixed and compiled successfully")
                        : fmt::format("Failed to fix code after {} attempts", outcome.attempts.size());
    out["attempts"] = attempts_json(outcome.attempts);
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
    const auto& o = answer.outcome;
    if (fixed(o))
        return clean_utf8(project::print_flat_text(o.best));
    return failed_text(
        o.best,
        fmt::format("Verdict: {}, {} errors before, {} now", verdict_name(o.verdict), o.errors_before, o.errors_after),
        o.remaining, o.explanation);
}

json::object answer_body(const JobRequest& request, const Answer& answer) {
    if (const auto* made = std::get_if<agent::GenerateAnswer>(&answer))
        return generate_body(request, *made);
    if (const auto* stored = std::get_if<StoredAnswer>(&answer))
        return stored->body;
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
