#include "base/json.h"
#include "base/text.h"
#include "knowledge/store_sqlite.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t max_codes = 64, max_code_bytes = 100, max_note_bytes = 4096;
constexpr std::uint64_t max_count = 1ull << 60;          // sums of these stay within what SQLite can hold
constexpr std::size_t page = 256, page_bytes = 8u << 20; // that `each` holds at a time

bool is_id(std::string_view id) {
    return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Status check_text(std::string_view text, const char* field) {
    if (!base::valid_utf8(text))
        return fail(Errc::invalid_input, "the text is no UTF-8", field);
    return {};
}

Status check_codes(const std::vector<std::string>& codes) {
    if (codes.size() > max_codes)
        return fail(Errc::invalid_input, fmt::format("more than {} codes", max_codes), "codes");
    for (const std::string& code : codes)
        if (code.empty() || code.size() > max_code_bytes || code.find_first_of(" \t\r\n") != std::string::npos ||
            !base::valid_utf8(code))
            return fail(Errc::invalid_input, "a code is empty, too long or has white space in it", "codes");
    return {};
}

Status check_payload(const std::string& payload) {
    if (payload.empty())
        return {};
    const auto value = base::parse_json(payload);
    if (!value)
        return fail(Errc::invalid_input, value.error().message, "payload " + value.error().place);
    if (!value->is_object())
        return fail(Errc::invalid_input, "the payload is no JSON object", "payload");
    return {};
}

Status check_entry(const Entry& entry, const StoreOptions& options) {
    if (!entry.id.empty() && !is_id(entry.id))
        return fail(Errc::invalid_input, "the id is not 32 hexadecimal digits", "id");
    if (entry.text.empty() && entry.payload.empty())
        return fail(Errc::invalid_input, "the entry has neither text nor payload", "text");
    if (entry.title.size() + entry.text.size() + entry.payload.size() > options.max_entry_bytes)
        return fail(Errc::invalid_input, fmt::format("the entry is longer than {} bytes", options.max_entry_bytes));
    RC_TRY(check_text(entry.title, "title"));
    RC_TRY(check_text(entry.text, "text"));
    for (const std::string* note : {&entry.provenance.source, &entry.provenance.licence, &entry.provenance.toolchain}) {
        RC_TRY(check_text(*note, "provenance"));
        if (note->size() > max_note_bytes)
            return fail(Errc::invalid_input, fmt::format("longer than {} bytes", max_note_bytes), "provenance");
    }
    for (const std::uint64_t n :
         {entry.counts.tried, entry.counts.compiled, entry.counts.passed, entry.counts.rejected})
        if (n > max_count)
            return fail(Errc::invalid_input, "a count is out of range", "counts");
    RC_TRY(check_codes(entry.codes));
    return check_payload(entry.payload);
}

std::vector<std::string> split_codes(std::string_view joined) {
    std::vector<std::string> out;
    if (!joined.empty())
        for (const std::string_view code : base::split(joined, ' '))
            out.emplace_back(code);
    return out;
}

Status set_codes(Database& db, std::int64_t seq, const std::vector<std::string>& codes) {
    for (const std::string& code : codes)
        RC_TRY(db.run("INSERT OR IGNORE INTO codes(code, seq) VALUES (?1, ?2)", code, seq));
    return {};
}

/// After the text of a row was written.
Status index_text(Database& db, std::int64_t seq) {
    return db.run("INSERT INTO search(rowid, title, text, codes) SELECT seq, title, text, codes FROM texts "
                  "WHERE seq = ?1",
                  seq);
}

/// Before the text of a row is changed or removed: the full text has to be told what it was.
Status unindex_text(Database& db, std::int64_t seq) {
    return db.run("INSERT INTO search(search, rowid, title, text, codes) "
                  "SELECT 'delete', seq, title, text, codes FROM texts WHERE seq = ?1",
                  seq);
}

Status unknown(std::string_view id) {
    return fail(Errc::not_found, "there is no such entry", std::string(id));
}

} // namespace

std::string join_codes(const std::vector<std::string>& codes) {
    std::string out;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (std::find(codes.begin(), codes.begin() + static_cast<std::ptrdiff_t>(i), codes[i]) !=
            codes.begin() + static_cast<std::ptrdiff_t>(i))
            continue; // named twice
        if (!out.empty())
            out += ' ';
        out += codes[i];
    }
    return out;
}

Entry entry_of(const Statement& row, int first) {
    const auto number = [&](int column) { return static_cast<std::uint64_t>(row.integer(first + column)); };
    Entry out;
    out.id = row.text(first);
    out.kind = static_cast<Kind>(row.integer(first + 1) & 3);
    out.title = row.text(first + 2);
    out.text = row.text(first + 3);
    out.payload = row.text(first + 4);
    out.codes = split_codes(row.bytes(first + 5));
    out.provenance = {row.text(first + 6), row.text(first + 7), row.text(first + 8), row.integer(first + 9)};
    out.counts = {number(10), number(11), number(12), number(13)};
    out.quarantined = row.integer(first + 14) != 0;
    out.updated = row.integer(first + 15);
    return out;
}

std::int64_t kind_bits(const Filter& filter) {
    std::int64_t bits = 0;
    for (const Kind kind : filter.kinds)
        bits |= std::int64_t{1} << static_cast<int>(kind);
    return filter.kinds.empty() ? 15 : bits;
}

Result<std::vector<std::string>> SqliteStore::put(std::span<const Entry> entries) {
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (auto sound = check_entry(entries[i], options_); !sound) {
            sound.error().place =
                fmt::format("entry {}{}{}", i, sound.error().place.empty() ? "" : ": ", sound.error().place);
            return std::unexpected(std::move(sound).error());
        }
    if (entries.empty())
        return std::vector<std::string>();
    return write([&](Write& transaction) -> Result<std::vector<std::string>> {
        std::vector<std::string> ids;
        ids.reserve(entries.size());
        for (const Entry& entry : entries) {
            RC_TRY_ASSIGN(std::string id, put_one(transaction, entry));
            ids.push_back(std::move(id));
        }
        return ids;
    });
}

Result<std::string> SqliteStore::put_one(Write& write, const Entry& entry) {
    const std::string digest = content_id(entry);
    const std::string& id = entry.id.empty() ? digest : entry.id;
    RC_TRY_ASSIGN(std::int64_t seq, write->number("SELECT seq FROM entries WHERE id = ?1", 0, id));
    if (seq == 0 && entry.id.empty()) {
        RC_TRY_ASSIGN(seq,
                      write->number("SELECT seq FROM entries WHERE digest = ?1 AND digest <> id LIMIT 1", 0, digest));
    }
    if (seq == 0)
        return insert(write, entry, digest);
    std::string known;
    {
        RC_TRY_ASSIGN(auto row, write->query("SELECT id FROM entries WHERE seq = ?1", seq));
        RC_TRY_ASSIGN(const bool there, row.step());
        known = there ? row.text(0) : id;
    }
    RC_TRY(merge_codes(write, seq, known, entry));
    return known;
}

Result<std::string> SqliteStore::insert(Write& write, const Entry& entry, const std::string& digest) {
    const std::string& id = entry.id.empty() ? digest : entry.id;
    const std::int64_t now = now_seconds();
    const Provenance& from = entry.provenance;
    const Counts& n = entry.counts;
    RC_TRY(write->run("INSERT INTO entries(id, digest, kind, source, licence, toolchain, created, added, updated, "
                      "tried, compiled, passed, rejected, quarantined) "
                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
                      id, digest, static_cast<int>(entry.kind), from.source, from.licence, from.toolchain,
                      from.created ? from.created : now, now, entry.updated ? entry.updated : now, n.tried, n.compiled,
                      n.passed, n.rejected, entry.quarantined));
    const std::int64_t seq = write->last_rowid();
    RC_TRY(write->run("INSERT INTO texts(seq, title, text, payload, codes) VALUES (?1, ?2, ?3, ?4, ?5)", seq,
                      entry.title, entry.text, entry.payload, join_codes(entry.codes)));
    RC_TRY(index_text(*write, seq));
    RC_TRY(set_codes(*write, seq, entry.codes));
    RC_TRY(write.changed(id));
    return id;
}

Status SqliteStore::merge_codes(Write& write, std::int64_t seq, const std::string& id, const Entry& entry) {
    std::vector<std::string> codes;
    {
        RC_TRY_ASSIGN(auto row, write->query("SELECT codes FROM texts WHERE seq = ?1", seq));
        RC_TRY(row.step());
        codes = split_codes(row.bytes(0));
    }
    const std::size_t before = codes.size();
    for (const std::string& code : entry.codes)
        if (codes.size() < max_codes && std::find(codes.begin(), codes.end(), code) == codes.end())
            codes.push_back(code);
    if (codes.size() == before)
        return {};
    RC_TRY(unindex_text(*write, seq));
    RC_TRY(write->run("UPDATE texts SET codes = ?2 WHERE seq = ?1", seq, join_codes(codes)));
    RC_TRY(index_text(*write, seq));
    RC_TRY(set_codes(*write, seq, codes));
    RC_TRY(write->run("UPDATE entries SET updated = ?2 WHERE seq = ?1", seq, now_seconds()));
    return write.changed(id);
}

Result<std::optional<Entry>> SqliteStore::get(std::string_view id) {
    RC_TRY_ASSIGN(auto db, reading());
    RC_TRY_ASSIGN(
        auto row,
        (*db)->query("SELECT " RC_ENTRY_COLUMNS " FROM entries e JOIN texts t ON t.seq = e.seq WHERE e.id = ?1", id));
    RC_TRY_ASSIGN(const bool there, row.step());
    return there ? std::optional(entry_of(row)) : std::nullopt;
}

Result<std::vector<Entry>> SqliteStore::get(std::span<const std::string> ids) {
    RC_TRY_ASSIGN(auto db, reading());
    RC_TRY_ASSIGN(auto row, (*db)->statement("SELECT " RC_ENTRY_COLUMNS
                                             " FROM entries e JOIN texts t ON t.seq = e.seq WHERE e.id = ?1"));
    std::vector<Entry> out;
    out.reserve(ids.size());
    for (const std::string& id : ids) {
        row.bind(1, id);
        RC_TRY_ASSIGN(const bool there, row.step());
        if (there)
            out.push_back(entry_of(row));
        row.reset();
    }
    return out;
}

Result<bool> SqliteStore::remove(std::string_view id) {
    return write([&](Write& transaction) -> Result<bool> {
        RC_TRY_ASSIGN(const std::int64_t seq, transaction->number("SELECT seq FROM entries WHERE id = ?1", 0, id));
        if (seq == 0)
            return false;
        RC_TRY(unindex_text(*transaction, seq));
        RC_TRY(transaction->run("DELETE FROM entries WHERE seq = ?1", seq)); // texts, codes, vectors follow
        RC_TRY(transaction.changed(id, true));
        return true;
    });
}

Status SqliteStore::revise(const Entry& entry) {
    RC_TRY(check_entry(entry, options_));
    return write([&](Write& transaction) -> Status {
        Entry old;
        std::int64_t seq = 0;
        {
            RC_TRY_ASSIGN(auto row, transaction->query("SELECT e.seq, " RC_ENTRY_COLUMNS
                                                       " FROM entries e JOIN texts t ON t.seq = e.seq WHERE e.id = ?1",
                                                       entry.id));
            RC_TRY_ASSIGN(const bool there, row.step());
            if (!there)
                return unknown(entry.id);
            seq = row.integer(0);
            old = entry_of(row, 1);
        }
        if (old.kind != entry.kind)
            return fail(Errc::invalid_input, "an entry keeps its kind when it is revised", "kind");
        const std::string codes = join_codes(entry.codes);
        if (old.title == entry.title && old.text == entry.text && old.payload == entry.payload &&
            join_codes(old.codes) == codes)
            return {};
        RC_TRY(unindex_text(*transaction, seq));
        RC_TRY(transaction->run("UPDATE texts SET title = ?2, text = ?3, payload = ?4, codes = ?5 WHERE seq = ?1", seq,
                                entry.title, entry.text, entry.payload, codes));
        RC_TRY(index_text(*transaction, seq));
        RC_TRY(transaction->run("DELETE FROM codes WHERE seq = ?1", seq));
        RC_TRY(set_codes(*transaction, seq, entry.codes));
        if (old.title != entry.title || old.text != entry.text)
            RC_TRY(transaction->run("DELETE FROM vectors WHERE seq = ?1", seq));
        RC_TRY(transaction->run("UPDATE entries SET digest = ?2, updated = ?3 WHERE seq = ?1", seq, content_id(entry),
                                now_seconds()));
        return transaction.changed(entry.id);
    });
}

Status SqliteStore::count(std::string_view id, const Counts& more) {
    if (std::max({more.tried, more.compiled, more.passed, more.rejected}) > max_count)
        return fail(Errc::invalid_input, "a count is out of range", "counts");
    if (more == Counts{})
        return {};
    return write([&](Write& transaction) -> Status {
        RC_TRY(transaction->run("UPDATE entries SET tried = min(tried + ?2, ?6), compiled = min(compiled + ?3, ?6), "
                                "passed = min(passed + ?4, ?6), rejected = min(rejected + ?5, ?6), updated = ?7 "
                                "WHERE id = ?1",
                                id, more.tried, more.compiled, more.passed, more.rejected, max_count, now_seconds()));
        if (transaction->changed_rows() == 0)
            return unknown(id);
        return transaction.changed(id);
    });
}

Status SqliteStore::quarantine(std::string_view id, bool on) {
    return write([&](Write& transaction) -> Status {
        RC_TRY_ASSIGN(const std::int64_t now,
                      transaction->number("SELECT quarantined FROM entries WHERE id = ?1", -1, id));
        if (now < 0)
            return unknown(id);
        if ((now != 0) == on)
            return {};
        RC_TRY(
            transaction->run("UPDATE entries SET quarantined = ?2, updated = ?3 WHERE id = ?1", id, on, now_seconds()));
        return transaction.changed(id);
    });
}

Status SqliteStore::each(const Filter& filter, const std::function<bool(const Entry&)>& visit) {
#define RC_REST                                                                                                        \
    "AND e.id > ?1 AND (?2 >> e.kind) & 1 AND e.quarantined <= ?3 AND (?4 = '' OR e.toolchain IN ('', ?4)) "           \
    "ORDER BY e.id LIMIT ?5"
    // One statement for each way that an index can help.
    const char* by_code = "SELECT " RC_ENTRY_COLUMNS " FROM codes c CROSS JOIN entries e ON e.seq = c.seq "
                          "CROSS JOIN texts t ON t.seq = e.seq WHERE c.code = ?6 " RC_REST;
    const char* by_kind = "SELECT " RC_ENTRY_COLUMNS " FROM entries e INDEXED BY entries_kind "
                          "CROSS JOIN texts t ON t.seq = e.seq WHERE e.kind = ?6 AND e.kind < 3 " RC_REST;
    const char* all = "SELECT " RC_ENTRY_COLUMNS " FROM entries e CROSS JOIN texts t ON t.seq = e.seq "
                      "WHERE ?6 = '' " RC_REST;
#undef RC_REST
    std::string last;
    for (std::vector<Entry> entries;; entries.clear()) {
        std::size_t bytes = 0;
        bool more = true;
        {
            RC_TRY_ASSIGN(auto db, reading());
            const bool one_kind = filter.code.empty() && filter.kinds.size() == 1 && filter.kinds[0] != Kind::passage;
            RC_TRY_ASSIGN(auto rows, (*db)->query(!filter.code.empty() ? by_code
                                                  : one_kind           ? by_kind
                                                                       : all,
                                                  last, kind_bits(filter), filter.quarantined, filter.toolchain,
                                                  static_cast<std::int64_t>(page)));
            if (one_kind)
                rows.bind(6, static_cast<int>(filter.kinds[0]));
            else
                rows.bind(6, filter.code);
            while (bytes < page_bytes && entries.size() < page) {
                RC_TRY_ASSIGN(more, rows.step());
                if (!more)
                    break;
                entries.push_back(entry_of(rows));
                bytes += entries.back().text.size() + entries.back().payload.size();
            }
        } // the connection is free again before the visitor is called
        for (const Entry& entry : entries)
            if (!visit(entry))
                return {};
        if (!more)
            return {};
        last = entries.back().id;
    }
}

} // namespace rustcoder::knowledge
