#include "knowledge/store_sqlite.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t most_findings = 100;

using Findings = std::vector<std::string>;

void note(Findings& findings, std::string what) {
    if (findings.size() < most_findings)
        findings.push_back(std::move(what));
}

/// Rows of a check of the engine; damage that ends the check itself is a finding too.
Status engine_check(Database& db, std::string_view sql, Findings& findings) {
    auto rows = db.query(sql);
    for (;;) {
        const auto row = rows ? rows->step() : Result<bool>(std::unexpected(rows.error()));
        if (!row && !db.damaged())
            return std::unexpected(row.error());
        if (!row)
            note(findings, row.error().message);
        if (!row || !*row)
            return {};
        if (const std::string said = rows->text(0); said != "ok")
            note(findings, "file: " + said);
    }
}

Status foreign_keys(Database& db, Findings& findings) {
    RC_TRY_ASSIGN(auto rows, db.query("PRAGMA foreign_key_check"));
    for (;;) {
        RC_TRY_ASSIGN(const bool row, rows.step());
        if (!row)
            return {};
        note(findings, fmt::format("table {}: row {} belongs to no entry", rows.text(0), rows.integer(1)));
    }
}

/// What has to be the same in two tables.
Status counts(Database& db, Findings& findings) {
    RC_TRY_ASSIGN(const std::int64_t entries, db.number("SELECT count(*) FROM entries", 0));
    RC_TRY_ASSIGN(const std::int64_t texts, db.number("SELECT count(*) FROM texts", 0));
    RC_TRY_ASSIGN(const std::int64_t indexed, db.number("SELECT count(*) FROM search_docsize", 0));
    if (entries != texts)
        note(findings, fmt::format("{} entries have {} texts", entries, texts));
    if (texts != indexed)
        note(findings, fmt::format("{} texts, {} of them in the full text", texts, indexed));
    RC_TRY_ASSIGN(const std::int64_t odd, db.number("SELECT count(*) FROM vectors v JOIN models m USING (model) "
                                                    "WHERE length(v.value) <> 4 * m.dimension",
                                                    0));
    if (odd != 0)
        note(findings, fmt::format("{} vectors have another dimension than their model", odd));
    return {};
}

} // namespace

Result<std::vector<std::string>> SqliteStore::verify(bool thorough) {
    Findings findings;
    {
        RC_TRY_ASSIGN(auto db, reading());
        RC_TRY(engine_check(**db, thorough ? "PRAGMA integrity_check(100)" : "PRAGMA quick_check(100)", findings));
        if (!findings.empty())
            return findings; // what follows would fail in confusing ways
        RC_TRY(foreign_keys(**db, findings));
        RC_TRY(counts(**db, findings));
        if (thorough) {
            RC_TRY_ASSIGN(auto rows, (*db)->query("SELECT e.digest, " RC_ENTRY_COLUMNS
                                                  " FROM entries e JOIN texts t ON t.seq = e.seq"));
            for (;;) {
                RC_TRY_ASSIGN(const bool row, rows.step());
                if (!row)
                    break;
                const Entry entry = entry_of(rows, 1);
                if (content_id(entry) != rows.text(0))
                    note(findings, fmt::format("entry {}: the content is not what was stored", entry.id));
            }
        }
    }
    if (thorough && !options_.read_only) { // the engine takes this check for a write
        bool sound = true;
        {
            RC_TRY_ASSIGN(auto transaction, writing());
            const Status done = (*transaction)->run("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)");
            sound = done.has_value();
            if (!sound && !(*transaction)->damaged())
                return std::unexpected(done.error());
        }
        if (!sound) { // it is derived: there is nothing to lose
            const bool made = rebuild_index().has_value();
            note(findings, made ? "the full text did not agree with the entries; it has been made anew"
                                : "the full text does not agree with the entries and cannot be made anew");
        }
    }
    return findings;
}

} // namespace rustcoder::knowledge
