#include "agent/evidence_parts.h"
#include "agent/model_help.h"

namespace rustcoder::agent {

namespace {

using base::json::array;
using base::json::object;
using repair::Preservation;

object diagnostic(const toolchain::Diagnostic& d) {
    object o{{"code", d.code}, {"level", d.is_error() ? "error" : "warning"}, {"message", d.message}};
    if (const auto* at = d.primary()) {
        o["file"] = at->file;
        o["line"] = at->line_begin;
        o["column"] = at->column_begin;
    }
    return o;
}

array diagnostics(const std::vector<toolchain::Diagnostic>& list) {
    array out;
    for (const auto& d : list)
        out.push_back(diagnostic(d));
    return out;
}

object preservation(const Preservation& p) {
    array lost, escapes;
    for (const auto& s : p.lost_items)
        lost.push_back(base::json::string(s));
    for (const auto& s : p.added_escapes)
        escapes.push_back(base::json::string(s));
    return {{"verdict", repair::name(p.verdict)},
            {"tokens_kept", p.tokens_kept},
            {"items", array{p.items_before, p.items_after}},
            {"statements", array{p.statements_before, p.statements_after}},
            {"tests", array{p.tests_before, p.tests_after}},
            {"asserts", array{p.asserts_before, p.asserts_after}},
            {"lost_items", std::move(lost)},
            {"introduced", std::move(escapes)}};
}

array edits(const std::vector<repair::AppliedEdit>& applied) {
    array out;
    for (const auto& e : applied)
        out.push_back(object{{"place", e.place},
                             {"code", e.error_code},
                             {"error", e.error_message},
                             {"rule", e.candidate.rule},
                             {"why", e.candidate.why},
                             {"risk", static_cast<int>(e.candidate.risk)},
                             {"confidence", e.confidence},
                             {"other_candidates_tried", e.alternatives}});
    return out;
}

/// Who was asked and what it took; `edits`: which of the record's edits are its own, by number from 0.
object model(const FixAnswer& answer) {
    array own;
    const auto& applied = answer.outcome.applied;
    for (std::size_t i = 0; i < applied.size(); ++i)
        if (!model_provenance(applied[i].candidate).empty())
            own.emplace_back(i);
    object out = evidence_model(answer.model);
    out["edits"] = std::move(own);
    return out;
}

} // namespace

std::string evidence(const Environment& environment, const FixAnswer& answer) {
    const repair::Outcome& o = answer.outcome;
    object out = evidence_head(environment, repair::name(o.verdict), o.explanation);
    const object more{
        {"original_sha256", o.original.content_hash()},
        {"result_sha256", o.best.content_hash()},
        {"errors_before", diagnostics(o.first_diagnostics)},
        {"errors_after", diagnostics(o.remaining)},
        {"edits", edits(o.applied)},
        {"diff", project::unified_diff(o.original, o.best)},
        {"preservation", preservation(o.preservation)},
        {"costs", object{{"checks", o.checks},
                         {"cargo_calls", o.costs.cargo_calls},
                         {"rustc_calls", o.costs.rustc_calls},
                         {"compiler_ms", o.costs.compiler_wall.count() / 1000},
                         {"compiler_busy_ms", o.costs.compiler_busy.count() / 1000},
                         {"wall_ms", o.wall.count()}}},
    };
    for (const auto& [key, value] : more)
        out[key] = value;
    array builds;
    for (const auto& a : o.attempts)
        builds.push_back(object{{"success", a.success}});
    out["cargo_checks"] = std::move(builds);
    if (o.tests)
        out["tests"] = evidence_run(*o.tests);
    if (o.examples_pass)
        out["examples_pass"] = *o.examples_pass;
    if (!answer.model.model.empty())
        out["model"] = model(answer);
    if (answer.run)
        out["run"] = evidence_run(*answer.run);
    return base::dump_pretty(out);
}

} // namespace rustcoder::agent
