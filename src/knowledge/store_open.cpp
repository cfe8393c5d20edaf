#include "base/log.h"
#include "base/text.h"
#include "knowledge/store_schema.h"
#include "knowledge/store_sqlite.h"
#include "knowledge/store_tokenizer.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace rustcoder::knowledge {

namespace {

namespace fs = std::filesystem;
using Mode = Database::Mode;

constexpr std::int64_t check_every = 24 * 3600; // seconds; reading 100 MB at each start would cost half a second

/// Private from the start: SQLite gives its journal the same mode.
Status create_private(const fs::path& file) {
    std::error_code ec;
    const fs::path parent = fs::absolute(file).parent_path();
    if (!fs::exists(parent, ec)) {
        fs::create_directories(parent, ec);
        if (ec)
            return fail(Errc::io, fmt::format("cannot create the folder: {}", ec.message()), parent.string(),
                        "Check the permissions of the folder above.");
        fs::permissions(parent, fs::perms::owner_all, ec);
    }
    return {};
}

Status create_file(const fs::path& file) {
    const base::Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd && errno != EEXIST)
        return fail(errno == EROFS || errno == EACCES ? Errc::unavailable : Errc::io,
                    fmt::format("cannot create the knowledge base: {}", std::strerror(errno)), file.string(),
                    "Check the permissions of the folder.");
    return {};
}

std::uint64_t size_of(const fs::path& file) {
    std::error_code ec;
    const auto size = fs::file_size(file, ec);
    return ec ? 0 : size;
}

bool looks_like_sqlite(const fs::path& file) {
    char magic[16]{};
    std::ifstream(file, std::ios::binary).read(magic, sizeof magic);
    return std::string_view(magic, sizeof magic) == std::string_view("SQLite format 3\0", 16);
}

/// First complaint of the quick check, "" when sound.
Result<std::string> complaint(Database& db) {
    RC_TRY_ASSIGN(auto rows, db.query("PRAGMA quick_check(1)"));
    RC_TRY_ASSIGN(const bool row, rows.step());
    const std::string said = row ? rows.text(0) : "ok";
    return said == "ok" ? std::string() : said;
}

Status refuse(const Identity& identity, const fs::path& file) {
    if (identity.state == FileState::newer)
        return fail(Errc::unavailable,
                    fmt::format("the knowledge base has version {}, this program knows up to {}", identity.version,
                                schema_version),
                    file.string(), "Use the newer program that wrote it.");
    if (identity.state == FileState::foreign)
        return fail(Errc::invalid_input, "the file is a database of another program", file.string(),
                    "Name another file for the knowledge base.");
    return {};
}

struct Opened {
    Database db;
    bool damaged = false;
    std::string why;
};

/// Opens, identifies, checks and migrates. Damage is reported, not an error.
Result<Opened> try_open(const fs::path& file, const StoreOptions& options, bool check) {
    Opened out;
    const auto damaged = [&](std::string why) {
        out.damaged = true;
        out.why = std::move(why);
        out.db = Database();
        return std::move(out);
    };
    auto db = Database::open(file, Mode::read_write, options.busy_timeout);
    if (!db)
        return std::unexpected(db.error());
    const auto identity = identify(*db); // before anything is written: the file may be somebody else's
    if (!identity)
        return db->damaged() ? Result<Opened>(damaged(identity.error().message)) : std::unexpected(identity.error());
    RC_TRY(refuse(*identity, file));
    if (const Status configured = configure(*db, true, options); !configured)
        return db->damaged() ? Result<Opened>(damaged(configured.error().message))
                             : std::unexpected(configured.error());
    if (check) {
        const auto said = complaint(*db);
        if (!said && !db->damaged())
            return std::unexpected(said.error());
        if (!said || !said->empty())
            return damaged(said ? *said : said.error().message);
    }
    if (const Status migrated = migrate(*db); !migrated) {
        if (db->damaged() && !db->index_damaged())
            return damaged(migrated.error().message);
        return std::unexpected(migrated.error());
    }
    out.db = *std::move(db);
    return out;
}

Result<std::unique_ptr<Store>> open_read_only(const fs::path& file, const StoreOptions& options) {
    std::error_code ec;
    if (!fs::exists(file, ec))
        return fail(Errc::not_found, "there is no knowledge base", file.string(),
                    "Create it by opening it for writing, for example `rustcoder knowledge stats`.");
    FileLock lock;
    if (auto taken = FileLock::take(file, options.busy_timeout))
        lock = *std::move(taken);
    // In a folder that cannot be written SQLite has no shared memory for the journal; without a journal the file alone
    // is everything.
    bool immutable = false;
    auto db = connect(file, Mode::read_only, options);
    if (!db && size_of(file.string() + "-wal") == 0) {
        db = connect(file, Mode::immutable, options);
        immutable = true;
    }
    if (!db)
        return std::unexpected(db.error());
    RC_TRY_ASSIGN(const Identity identity, identify(*db));
    RC_TRY(refuse(identity, file));
    RC_TRY_ASSIGN(const bool is_current, identity.state == FileState::ours ? current(*db) : Result<bool>(false));
    if (!is_current)
        return fail(Errc::unavailable, "the knowledge base is of an older version", file.string(),
                    "Open it once for writing, which brings it up to date.");
    lock.opened();
    return std::make_unique<SqliteStore>(file, options, std::move(lock), *std::move(db), immutable);
}

Result<std::unique_ptr<Store>> open_writable(const fs::path& file, const StoreOptions& options) {
    RC_TRY(create_private(file));
    RC_TRY_ASSIGN(FileLock lock, FileLock::take(file, options.busy_timeout));
    RC_TRY(finish_set_aside(file));
    RC_TRY(create_file(file));
    // A file that is no database and that we never had open is a mistake in the name, not a damaged store.
    if (lock.fresh() && size_of(file) > 0 && !looks_like_sqlite(file)) {
        std::error_code ignored;
        fs::remove(file.string() + ".lock", ignored);
        return fail(Errc::invalid_input, "the file is no knowledge base", file.string(),
                    "Name another file for the knowledge base.");
    }
    const std::int64_t now = now_seconds();
    const std::int64_t since = now - lock.checked();
    // A journal that was left behind is the trace of a crash (or of another process at work).
    const bool check = since < 0 || since > check_every || (size_of(file.string() + "-wal") > 0 && lock.alone());
    RC_TRY_ASSIGN(Opened opened, try_open(file, options, check));
    if (opened.damaged) {
        if (!lock.alone())
            return fail(Errc::internal, "the knowledge base is damaged: " + opened.why, file.string(),
                        "End the other processes that use it and start again: what can be read is then saved.");
        RC_TRY(set_aside(file, options));
        RC_TRY_ASSIGN(opened, try_open(file, options, true));
        if (opened.damaged)
            return fail(Errc::internal, "the knowledge base is damaged: " + opened.why, file.string(),
                        "Check disk and file system.");
    }
    if (check)
        lock.note_checked(now);
    lock.opened();
    return std::make_unique<SqliteStore>(file, options, std::move(lock), std::move(opened.db), false);
}

} // namespace

std::int64_t now_seconds() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

Status configure(Database& db, bool writes, const StoreOptions& options) {
    RC_TRY(add_tokenizer(db));
    if (writes) {
        RC_TRY_ASSIGN(auto journal, db.query("PRAGMA journal_mode = WAL"));
        RC_TRY(journal.step());
    }
    // FULL: in WAL mode every commit is synced, so what was acknowledged survives a power cut.
    RC_TRY(db.script(fmt::format("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; "
                                 "PRAGMA cache_size = {}; PRAGMA journal_size_limit = 67108864;",
                                 writes ? -64'000 : -16'000))); // KiB; what an import touches shall stay
    if (writes && options.max_bytes > 0) {
        RC_TRY_ASSIGN(const std::int64_t page, db.number("PRAGMA page_size", 4096));
        RC_TRY(db.script(fmt::format("PRAGMA max_page_count = {}",
                                     std::max<std::int64_t>(1, static_cast<std::int64_t>(options.max_bytes) / page))));
    }
    // How many documents hold a word; made when the tables are there.
    RC_TRY(db.script("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search, row)"));
    RC_TRY(db.number("SELECT count(*) FROM sqlite_schema", 0)); // reads the file, so that damage is seen here
    return {};
}

Result<Database> connect(const fs::path& file, Mode mode, const StoreOptions& options) {
    RC_TRY_ASSIGN(Database db, Database::open(file, mode, options.busy_timeout));
    RC_TRY(configure(db, mode == Mode::read_write, options));
    return db;
}

Result<std::unique_ptr<Store>> open_store(const fs::path& file, const StoreOptions& options) {
    try {
        return options.read_only ? open_read_only(file, options) : open_writable(file, options);
    } catch (const std::exception& e) { // std::filesystem
        return fail(Errc::io, std::string("cannot open the knowledge base: ") + e.what(), file.string());
    }
}

} // namespace rustcoder::knowledge
