#include "agent/agent.h"

#include "base/clock.h"
#include "base/json.h"

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

object run_report(const toolchain::RunReport& run) {
    return {{"ended", process::name(run.exit.ended)},
            {"exit_code", run.exit.code},
            {"tests_passed", run.passed()},
            {"tests_failed", run.failed()},
            {"stdout_bytes", run.exit.out.size()}};
}

} // namespace

std::string evidence(const Environment& environment, const FixAnswer& answer) {
    const repair::Outcome& o = answer.outcome;
    object out{
        {"format", "rustcoder-evidence/1"},
        {"time", base::utc_timestamp()},
        {"verdict", repair::name(o.verdict)},
        {"explanation", o.explanation},
        {"toolchain", object{{"rustc", environment.toolchain.rustc_version},
                             {"cargo", environment.toolchain.cargo_version},
                             {"host", environment.toolchain.host}}},
        {"sandbox", object{{"checking", environment.sandbox.describe(process::Tier::checking)},
                           {"running", environment.sandbox.describe(process::Tier::running)}}},
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
    array builds;
    for (const auto& a : o.attempts)
        builds.push_back(object{{"success", a.success}});
    out["cargo_checks"] = std::move(builds);
    if (o.tests)
        out["tests"] = run_report(*o.tests);
    if (o.examples_pass)
        out["examples_pass"] = *o.examples_pass;
    if (answer.run)
        out["run"] = run_report(*answer.run);
    return base::dump_pretty(out);
}

} // namespace rustcoder::agent
