#include "knowledge/store_schema.h"

#include "knowledge/words_cut.h"

#include <array>
#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

// Narrow rows for filters, counting and order; the bulky text apart. `digest` is the content id of the present content,
// which differs from `id` after a revision. The full text reads from
// `texts`; it is kept in step by index_text and unindex_text, because triggers on virtual tables would need a schema
// that is trusted, and the file may come from anybody.
constexpr const char* version_1 = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT;
CREATE TABLE entries(
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
    source TEXT NOT NULL,
    licence TEXT NOT NULL,
    toolchain TEXT NOT NULL,
    created INTEGER NOT NULL,
    added INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    tried INTEGER NOT NULL DEFAULT 0,
    compiled INTEGER NOT NULL DEFAULT 0,
    passed INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0 CHECK (quarantined IN (0, 1))
) STRICT;
CREATE INDEX entries_digest ON entries(digest);
CREATE INDEX entries_kind ON entries(kind, id);
CREATE TABLE texts(
    seq INTEGER PRIMARY KEY REFERENCES entries(seq) ON DELETE CASCADE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    payload TEXT NOT NULL,
    codes TEXT NOT NULL
) STRICT;
CREATE TABLE codes(
    code TEXT NOT NULL COLLATE NOCASE,
    seq INTEGER NOT NULL REFERENCES entries(seq) ON DELETE CASCADE,
    PRIMARY KEY (code, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX codes_seq ON codes(seq);
CREATE TABLE models(model INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL) STRICT;
CREATE TABLE vectors(
    seq INTEGER NOT NULL REFERENCES entries(seq) ON DELETE CASCADE,
    model INTEGER NOT NULL REFERENCES models(model),
    value BLOB NOT NULL,
    UNIQUE (seq, model)
) STRICT;
CREATE INDEX vectors_model ON vectors(model, seq);
CREATE TABLE changes(revision INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, removed INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE search USING fts5(title, text, codes, content='texts', content_rowid='seq', tokenize='rust');
)sql";

// Passages are most of the rows, are never revised and seldom asked for by kind: without them in the indexes 100,000
// entries are put in 9 seconds of CPU time instead of 13.
constexpr const char* version_2 = R"sql(
DROP INDEX entries_digest;
DROP INDEX entries_kind;
CREATE INDEX entries_digest ON entries(digest) WHERE digest <> id;
CREATE INDEX entries_kind ON entries(kind, id) WHERE kind < 3;
)sql";

constexpr std::array<const char*, schema_version> migrations{version_1, version_2};

Result<std::int64_t> stored_words_version(Database& db) {
    return db.number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = '.words'", 0);
}

Status migrate_inside(Database& db, std::int64_t from) {
    for (std::int64_t version = from; version < schema_version; ++version)
        RC_TRY(db.script(migrations[static_cast<std::size_t>(version)]));
    if (from < schema_version)
        RC_TRY(db.script(
            fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {};", schema_version, application_id)));
    RC_TRY_ASSIGN(const std::int64_t words, stored_words_version(db));
    if (words == words_version)
        return {};
    if (from > 0)
        RC_TRY(db.run("INSERT INTO search(search) VALUES ('rebuild')"));
    return db.run("INSERT OR REPLACE INTO meta(key, value) VALUES ('.words', CAST(?1 AS BLOB))",
                  std::to_string(words_version));
}

} // namespace

Result<Identity> identify(Database& db) {
    RC_TRY_ASSIGN(const std::int64_t application, db.number("PRAGMA application_id", 0));
    RC_TRY_ASSIGN(const std::int64_t version, db.number("PRAGMA user_version", 0));
    RC_TRY_ASSIGN(const std::int64_t tables, db.number("SELECT count(*) FROM sqlite_schema", 0));
    if (application != application_id)
        return Identity{application == 0 && version == 0 && tables == 0 ? FileState::empty : FileState::foreign,
                        version};
    return Identity{version > schema_version ? FileState::newer : FileState::ours, version};
}

Result<bool> current(Database& db) {
    RC_TRY_ASSIGN(const std::int64_t version, db.number("PRAGMA user_version", 0));
    if (version != schema_version)
        return false;
    RC_TRY_ASSIGN(const std::int64_t words, stored_words_version(db));
    return words == words_version;
}

Status migrate(Database& db) {
    RC_TRY_ASSIGN(const std::int64_t version, db.number("PRAGMA user_version", 0));
    if (version == schema_version) {
        RC_TRY_ASSIGN(const bool done, current(db));
        if (done)
            return {};
    }
    RC_TRY(db.run("BEGIN IMMEDIATE"));
    // Asked again inside: another process may have been quicker.
    auto from = db.number("PRAGMA user_version", 0);
    Status done = from ? migrate_inside(db, *from) : Status(std::unexpected(from.error()));
    if (done)
        done = db.run("COMMIT");
    if (!done && db.in_transaction())
        (void)db.run("ROLLBACK");
    return done;
}

} // namespace rustcoder::knowledge
