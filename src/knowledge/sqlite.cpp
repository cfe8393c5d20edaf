#include "knowledge/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace rustcoder::knowledge {

namespace {

constexpr const char* verify_hint = "Run `rustcoder knowledge verify`; opening it again saves what can be read.";

Error describe(int code, const std::string& detail) {
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {Errc::unavailable, "the knowledge base is in use by another process", "", "Try again in a moment."};
    case SQLITE_FULL:
        return {Errc::unavailable, "no space is left for the knowledge base", "",
                "Free some disk space or raise the limit, then try again; what was stored before is safe."};
    case SQLITE_READONLY:
        return {Errc::unavailable, "the knowledge base is read-only", "", "Check the permissions of the file."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {Errc::internal, "the knowledge base is damaged: " + detail, "", verify_hint};
    case SQLITE_IOERR:
        return {Errc::io, "cannot read or write the knowledge base: " + detail, "", "Check disk and file system."};
    case SQLITE_CANTOPEN:
        return {Errc::io, "cannot open the knowledge base: " + detail, "", "Check path and permissions."};
    case SQLITE_NOMEM:
        return {Errc::limit, "not enough memory for the knowledge base", "", ""};
    case SQLITE_TOOBIG:
        return {Errc::limit, "a value is too large for the knowledge base", "", ""};
    case SQLITE_INTERRUPT:
        return {Errc::cancelled, "the query was ended", "", ""};
    default:
        return {Errc::internal, "the knowledge base failed: " + detail, "", verify_hint};
    }
}

} // namespace

std::unexpected<Error> sqlite_error(sqlite3* db, int code) {
    const int extended = db ? sqlite3_extended_errcode(db) : code;
    // The connection remembers its last call, which is not always the one that is reported.
    const bool same = (extended & 0xFF) == (code & 0xFF);
    std::string detail = db && same ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    detail += fmt::format(" (code {})", same ? extended : code);
    Error error = describe(code, detail);
    if (const char* file = db ? sqlite3_db_filename(db, nullptr) : nullptr)
        error.place = file;
    return std::unexpected(std::move(error));
}

Statement::~Statement() {
    if (!statement_)
        return;
    reset();
    *in_use_ = false;
}

void Statement::reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    code_ = 0;
}

void Statement::bind(int at, std::string_view text) {
    // An empty view may have no address, which SQLite would take for NULL.
    const char* data = text.data() ? text.data() : "";
    if (const int code = sqlite3_bind_text64(statement_, at, data, text.size(), SQLITE_STATIC, SQLITE_UTF8))
        code_ = code;
}

void Statement::bind(int at, std::int64_t number) {
    if (const int code = sqlite3_bind_int64(statement_, at, number))
        code_ = code;
}

void Statement::bind(int at, double number) {
    if (const int code = sqlite3_bind_double(statement_, at, number))
        code_ = code;
}

void Statement::bind(int at, std::span<const std::byte> blob) {
    if (const int code = sqlite3_bind_blob64(statement_, at, blob.data(), blob.size(), SQLITE_STATIC))
        code_ = code;
}

Result<bool> Statement::step() {
    if (code_ != SQLITE_OK)
        return sqlite_error(db_, code_);
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    return sqlite_error(db_, code);
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const {
    return sqlite3_column_double(statement_, column);
}

std::string_view Statement::bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data && size > 0 ? std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size))
                            : std::string_view();
}

std::string Statement::text(int column) const {
    return std::string(bytes(column));
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode, std::chrono::milliseconds busy_timeout) {
    // A name that begins with "file:" would be taken for a URI.
    std::string path = std::filesystem::absolute(file).string();
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= mode == Mode::read_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (mode == Mode::immutable) {
        std::string escaped;
        for (const char c : path)
            if (c == '%' || c == '?' || c == '#')
                escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
            else
                escaped += c;
        path = "file:" + escaped + "?immutable=1";
        flags |= SQLITE_OPEN_URI;
    }
    Database out;
    const int code = sqlite3_open_v2(path.c_str(), &out.db_, flags, nullptr);
    if (code != SQLITE_OK) {
        auto error = sqlite_error(out.db_, code);
        error.error().place = file.string();
        return error;
    }
    sqlite3_busy_timeout(out.db_, static_cast<int>(busy_timeout.count()));
    sqlite3_db_config(out.db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(out.db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(out.db_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_limit(out.db_, SQLITE_LIMIT_ATTACHED, 0);
    return out;
}

Database::Database(Database&& o) noexcept
    : db_(std::exchange(o.db_, nullptr)), cache_(std::move(o.cache_)), extra_(std::move(o.extra_)) {
    o.cache_.clear();
    o.extra_.clear();
}

Database& Database::operator=(Database&& o) noexcept {
    if (this != &o) {
        this->~Database();
        new (this) Database(std::move(o));
    }
    return *this;
}

Database::~Database() {
    for (auto& [sql, cached] : cache_)
        sqlite3_finalize(cached->statement);
    for (auto& cached : extra_)
        sqlite3_finalize(cached->statement);
    cache_.clear();
    extra_.clear();
    if (db_)
        sqlite3_close_v2(std::exchange(db_, nullptr));
}

Result<Statement> Database::statement(std::string_view sql) {
    auto found = cache_.find(sql);
    if (found != cache_.end() && !found->second->in_use) {
        found->second->in_use = true;
        return Statement(db_, found->second->statement, &found->second->in_use);
    }
    auto cached = std::make_unique<Cached>();
    const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &cached->statement, nullptr);
    if (code != SQLITE_OK)
        return sqlite_error(db_, code);
    cached->in_use = true;
    Statement out(db_, cached->statement, &cached->in_use);
    if (found == cache_.end()) {
        cache_.emplace(std::string(sql), std::move(cached));
        return out;
    }
    std::erase_if(extra_, [](const auto& old) {
        if (!old->in_use)
            sqlite3_finalize(old->statement);
        return !old->in_use;
    });
    extra_.push_back(std::move(cached));
    return out;
}

Status Database::finish(Statement& statement) {
    for (;;) {
        RC_TRY_ASSIGN(const bool row, statement.step());
        if (!row)
            return {};
    }
}

Result<std::int64_t> Database::first_number(Statement& statement, std::int64_t fallback) {
    RC_TRY_ASSIGN(const bool row, statement.step());
    if (!row || sqlite3_column_type(statement.statement_, 0) == SQLITE_NULL)
        return fallback;
    return statement.integer(0);
}

Status Database::script(std::string_view sql) {
    const int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return sqlite_error(db_, code);
    return {};
}

std::int64_t Database::last_rowid() const {
    return sqlite3_last_insert_rowid(db_);
}

std::int64_t Database::changed_rows() const {
    return sqlite3_changes64(db_);
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(db_) == 0;
}

void Database::tolerate_damage() {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    sqlite3_db_config(db_, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
}

bool Database::damaged() const {
    const int code = sqlite3_errcode(db_) & 0xFF;
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

bool Database::index_damaged() const {
    // Our own statements never write a primary key twice; the full text's tables do when its structure is damaged.
    const int code = sqlite3_extended_errcode(db_);
    return code == SQLITE_CORRUPT_VTAB || code == SQLITE_CONSTRAINT_PRIMARYKEY;
}

} // namespace rustcoder::knowledge
