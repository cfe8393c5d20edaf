#include "base/clock.h"
#include "knowledge/store_sqlite.h"

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t growth_days = 90;

Result<std::uint64_t> present_revision(Database& db) {
    RC_TRY_ASSIGN(const std::int64_t last, db.number("SELECT seq FROM sqlite_sequence WHERE name = 'changes'", 0));
    return static_cast<std::uint64_t>(last);
}

/// Calls `take` for each row.
template <class Take> Status rows_of(Database& db, std::string_view sql, Take take) {
    RC_TRY_ASSIGN(auto rows, db.query(sql));
    for (;;) {
        RC_TRY_ASSIGN(const bool row, rows.step());
        if (!row)
            return {};
        take(rows);
    }
}

Status add_growth(Database& db, Stats& stats) {
    RC_TRY(rows_of(db, "SELECT added / 86400 AS day, kind, count(*) FROM entries GROUP BY day, kind",
                   [&](const Statement& row) {
                       const auto when = std::chrono::system_clock::from_time_t(row.integer(0) * 86400);
                       stats.growth[base::utc_timestamp(when).substr(0, 10)][static_cast<Kind>(row.integer(1) & 3)] =
                           static_cast<std::uint64_t>(row.integer(2));
                   }));
    while (stats.growth.size() > growth_days)
        stats.growth.erase(stats.growth.begin());
    return {};
}

} // namespace

Result<std::optional<std::string>> SqliteStore::meta(std::string_view key) {
    RC_TRY_ASSIGN(auto db, reading());
    RC_TRY_ASSIGN(auto row, (*db)->query("SELECT value FROM meta WHERE key = ?1", key));
    RC_TRY_ASSIGN(const bool there, row.step());
    return there ? std::optional(row.text(0)) : std::nullopt;
}

Status SqliteStore::set_meta(std::string_view key, std::string_view value) {
    if (key.empty() || key.starts_with('.'))
        return fail(Errc::invalid_input, "the name is empty or begins with the dot that the store keeps for itself",
                    std::string(key));
    return write([&](Write& transaction) -> Status {
        return transaction->run("INSERT OR REPLACE INTO meta(key, value) VALUES (?1, ?2)", key,
                                std::as_bytes(std::span(value)));
    });
}

Result<std::uint64_t> SqliteStore::revision() {
    RC_TRY_ASSIGN(auto db, reading());
    return present_revision(**db);
}

Result<std::optional<std::vector<Store::Change>>> SqliteStore::changes_since(std::uint64_t since) {
    RC_TRY_ASSIGN(auto db, reading());
    RC_TRY_ASSIGN(const std::uint64_t now, present_revision(**db));
    if (since == now)
        return std::vector<Change>();
    RC_TRY_ASSIGN(const std::int64_t first, (*db)->number("SELECT min(revision) FROM changes", 0));
    // Ahead of the file: it is another one, made after damage or taken back from a copy.
    if (since > now || first == 0 || since + 1 < static_cast<std::uint64_t>(first))
        return std::nullopt;
    std::map<std::string, bool> last; // of each entry
    RC_TRY_ASSIGN(auto rows,
                  (*db)->query("SELECT id, removed FROM changes WHERE revision > ?1 ORDER BY revision", since));
    for (;;) {
        RC_TRY_ASSIGN(const bool row, rows.step());
        if (!row)
            break;
        last[rows.text(0)] = rows.integer(1) != 0;
    }
    std::vector<Change> out;
    out.reserve(last.size());
    for (auto& [id, removed] : last)
        out.push_back({id, removed});
    return out;
}

Result<Stats> SqliteStore::stats() {
    Stats out;
    const auto number = [](const Statement& row, int column) {
        return static_cast<std::uint64_t>(row.integer(column));
    };
    RC_TRY_ASSIGN(auto db, reading());
    RC_TRY(rows_of(**db,
                   "SELECT kind, count(*), sum(quarantined), min(created), max(created), sum(tried), sum(compiled), "
                   "sum(passed), sum(rejected) FROM entries GROUP BY kind",
                   [&](const Statement& row) {
                       const auto kind = static_cast<Kind>(row.integer(0) & 3);
                       out.entries[kind] = number(row, 1);
                       out.quarantined += number(row, 2);
                       out.oldest = out.oldest == 0 ? row.integer(3) : std::min(out.oldest, row.integer(3));
                       out.newest = std::max(out.newest, row.integer(4));
                       if (kind == Kind::fix)
                           out.fixes = {number(row, 5), number(row, 6), number(row, 7), number(row, 8)};
                   }));
    RC_TRY(rows_of(**db, "SELECT source FROM entries", [&](const Statement& row) {
        const std::string_view source = row.bytes(0);
        ++out.by_source[std::string(source.substr(0, source.find_first_of("/ ")))];
    }));
    RC_TRY(add_growth(**db, out));
    RC_TRY_ASSIGN(const std::int64_t vectors, (*db)->number("SELECT count(*) FROM vectors", 0));
    out.vectors = static_cast<std::uint64_t>(vectors);
    RC_TRY_ASSIGN(const std::int64_t pages, (*db)->number("PRAGMA page_count", 0));
    RC_TRY_ASSIGN(const std::int64_t page, (*db)->number("PRAGMA page_size", 0));
    out.bytes = static_cast<std::uint64_t>(pages * page);
    return out;
}

} // namespace rustcoder::knowledge
