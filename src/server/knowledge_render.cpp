#include "server/knowledge_render.h"

#include "base/clock.h"
#include "base/text.h"
#include "server/render_parts.h"

#include <fmt/format.h>

#include <set>

namespace rustcoder::server {

namespace json = base::json;

namespace {

std::string when(std::int64_t seconds) {
    return base::utc_timestamp(std::chrono::system_clock::time_point(std::chrono::seconds(seconds)));
}

json::value when_or_null(std::int64_t seconds) {
    return seconds > 0 ? json::value(when(seconds)) : json::value(nullptr);
}

json::object kinds_json(const std::map<knowledge::Kind, std::uint64_t>& kinds) {
    json::object out;
    for (const auto& [kind, count] : kinds)
        out[knowledge::name(kind)] = count;
    return out;
}

} // namespace

json::object counts_json(const knowledge::Counts& counts) {
    return {{"tried", counts.tried},
            {"compiled", counts.compiled},
            {"passed", counts.passed},
            {"rejected", counts.rejected}};
}

json::object entry_json(const knowledge::Entry& entry) {
    json::object out;
    out["id"] = entry.id;
    out["kind"] = knowledge::name(entry.kind);
    out["title"] = clean_utf8(entry.title);
    out["text"] = clean_utf8(entry.text);
    auto payload = entry.payload.empty() ? Result<json::value>(json::value(nullptr)) : base::parse_json(entry.payload);
    out["payload"] = payload ? *std::move(payload) : json::value(clean_utf8(entry.payload));
    out["codes"] = strings(entry.codes);
    out["source"] = clean_utf8(entry.provenance.source);
    out["licence"] = clean_utf8(entry.provenance.licence);
    out["toolchain"] = clean_utf8(entry.provenance.toolchain);
    out["created"] = when_or_null(entry.provenance.created);
    out["updated"] = when_or_null(entry.updated);
    out["counts"] = counts_json(entry.counts);
    out["quarantined"] = entry.quarantined;
    return out;
}

json::object hit_json(const knowledge::Hit& hit) {
    json::object out;
    out["id"] = hit.entry.id;
    out["kind"] = knowledge::name(hit.entry.kind);
    out["title"] = clean_utf8(hit.entry.title);
    out["snippet"] = clean_utf8(hit.snippet);
    out["codes"] = strings(hit.entry.codes);
    out["source"] = clean_utf8(hit.entry.provenance.source);
    out["score"] = hit.score;
    out["text_rank"] = hit.text_rank;
    out["vector_rank"] = hit.vector_rank;
    if (hit.entry.kind == knowledge::Kind::fix)
        out["counts"] = counts_json(hit.entry.counts);
    return out;
}

json::object search_json(const knowledge::Answer& answer) {
    json::array hits;
    for (const auto& hit : answer.hits)
        hits.emplace_back(hit_json(hit));
    json::object out;
    out["count"] = hits.size();
    out["hits"] = std::move(hits);
    out["note"] = clean_utf8(answer.note);
    out["took_ms"] = static_cast<double>(answer.took.count()) / 1000;
    return out;
}

json::object background_json(const agent::KnowledgeBackground::State& state) {
    json::object out;
    out["phase"] = agent::KnowledgeBackground::name(state.phase);
    out["text"] = clean_utf8(state.text());
    out["source"] = clean_utf8(state.progress.source);
    out["done"] = state.progress.done;
    out["all"] = state.progress.all;
    out["entries"] = state.progress.entries;
    out["embedded"] = state.embedded;
    out["to_embed"] = state.to_embed;
    return out;
}

json::object stats_json(const knowledge::Stats& stats, const agent::KnowledgeBackground::State* background) {
    json::object entries;
    std::uint64_t all = 0;
    for (const auto kind :
         {knowledge::Kind::lesson, knowledge::Kind::fix, knowledge::Kind::project, knowledge::Kind::passage}) {
        const auto found = stats.entries.find(kind);
        const std::uint64_t count = found == stats.entries.end() ? 0 : found->second;
        entries[knowledge::name(kind)] = count;
        all += count;
    }
    entries["all"] = all;
    json::object sources, growth;
    for (const auto& [source, count] : stats.by_source)
        sources[clean_utf8(source)] = count;
    for (const auto& [day, kinds] : stats.growth)
        growth[day] = kinds_json(kinds);
    json::object out;
    out["entries"] = std::move(entries);
    out["quarantined"] = stats.quarantined;
    out["vectors"] = stats.vectors;
    out["bytes"] = stats.bytes;
    out["fixes"] = counts_json(stats.fixes);
    out["sources"] = std::move(sources);
    out["oldest"] = when_or_null(stats.oldest);
    out["newest"] = when_or_null(stats.newest);
    out["growth"] = std::move(growth);
    if (background)
        out["background"] = background_json(*background);
    return out;
}

json::object explanation_json(const agent::Explanation& explanation) {
    json::array lessons, fixes;
    for (const auto& hit : explanation.lessons)
        lessons.emplace_back(hit_json(hit));
    for (const auto& entry : explanation.fixes) {
        json::object fix;
        fix["id"] = entry.id;
        fix["title"] = clean_utf8(entry.title);
        fix["text"] = clean_utf8(entry.text);
        fix["counts"] = counts_json(entry.counts);
        fix["record"] = record_text(entry.counts);
        fix["quarantined"] = entry.quarantined;
        fixes.emplace_back(std::move(fix));
    }
    json::object out;
    out["code"] = explanation.code;
    out["message"] = clean_utf8(explanation.message);
    out["explanation"] = clean_utf8(explanation.text);
    out["explanation_from"] = clean_utf8(explanation.text_from);
    out["lessons"] = std::move(lessons);
    out["fixes"] = std::move(fixes);
    out["note"] = clean_utf8(explanation.note);
    return out;
}

json::object learned_json(const agent::LearnedFix& learned) {
    json::object out;
    out["success"] = true; // the pair was verified; what it taught is told apart
    out["kind"] = knowledge::name(knowledge::Kind::fix);
    out["ids"] = strings(learned.report.ids);
    out["fresh"] = learned.report.fresh;
    out["strengthened"] = learned.report.strengthened;
    out["generalised"] = learned.report.generalised;
    out["errors"] = learned.errors;
    out["changes"] = learned.changes;
    out["explained"] = learned.explained;
    out["checks"] = learned.checks;
    out["learned"] = strings(learned.learned);
    out["note"] = clean_utf8(learned.report.note);
    return out;
}

json::object import_json(const knowledge::ImportReport& report) {
    return {
        {"read", report.read}, {"added", report.added}, {"known", report.known}, {"skipped", strings(report.skipped)}};
}

json::object snapshot_json(const knowledge::SnapshotReport& report) {
    return {{"entries", report.entries},
            {"fresh", report.fresh},
            {"merged", report.merged},
            {"refused", report.refused},
            {"vectors", report.vectors}};
}

std::string record_text(const knowledge::Counts& counts) {
    const auto tried = std::max(counts.tried, counts.passed);
    return tried == 0 ? "not tried yet" : fmt::format("right {} of {} times", counts.passed, tried);
}

std::string learned_text(const agent::LearnedFix& learned) {
    const auto& r = learned.report;
    std::string out = fmt::format("Verified: the broken version has {} error{}, the repaired one compiles. ",
                                  learned.errors, learned.errors == 1 ? "" : "s");
    if (r.fresh + r.strengthened + r.generalised == 0)
        return out + "Nothing new was learned" + (r.note.empty() ? "." : ": " + r.note);
    out += fmt::format("Learned {} new, confirmed {}, widened {}.", r.fresh, r.strengthened, r.generalised);
    for (const auto& line : learned.learned)
        out += "\n- " + line;
    return out;
}

std::string search_text(std::string_view query, const knowledge::Answer& answer) {
    if (answer.hits.empty())
        return fmt::format("Nothing was found for \"{}\".{}", query,
                           answer.note.empty() ? "" : " (" + answer.note + ")");
    std::string out;
    int n = 0;
    for (const auto& hit : answer.hits) {
        out += fmt::format("{}. {} [{}{}{}] id {}\n", ++n, hit.entry.title, knowledge::name(hit.entry.kind),
                           hit.entry.provenance.source.empty() ? "" : ", ", hit.entry.provenance.source, hit.entry.id);
        const auto snippet = base::trim(hit.snippet);
        if (!snippet.empty())
            out += "   " + base::replace_all(std::string(snippet), "\n", "\n   ") + "\n";
    }
    if (!answer.note.empty())
        out += "(" + answer.note + ")\n";
    return out;
}

std::string explanation_text(const agent::Explanation& explanation) {
    std::string out;
    if (!explanation.text.empty())
        out += fmt::format("{} ({})\n\n{}\n", explanation.code, explanation.text_from, base::trim(explanation.text));
    if (!explanation.fixes.empty()) {
        out += "\nFixes that were learned:\n";
        std::set<std::string_view> told; // specific and general forms of one repair read alike
        for (const auto& fix : explanation.fixes)
            if (told.insert(fix.title).second)
                out += fmt::format("- {} ({})\n", fix.title, record_text(fix.counts));
    }
    if (!explanation.lessons.empty()) {
        out += "\nSee also:\n";
        for (const auto& hit : explanation.lessons) {
            out += fmt::format("- {} ({})\n", hit.entry.title, hit.entry.provenance.source);
            const auto snippet = base::trim(hit.snippet);
            if (!snippet.empty())
                out += "  " + base::replace_all(std::string(snippet), "\n", "\n  ") + "\n";
        }
    }
    if (out.empty())
        out = "Nothing is known about this.\n";
    if (!explanation.note.empty())
        out += "(" + explanation.note + ")\n";
    return out;
}

} // namespace rustcoder::server
