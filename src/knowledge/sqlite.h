// SQLite with errors as values: one connection, its cached statements, and nothing else. Not thread-safe: one thread at
// a time uses a Database and the statements taken from it.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace rustcoder::knowledge {

/// A prepared statement lent by its Database; reset when destroyed. Bound text must live until then.
class Statement {
    friend class Database;

public:
    Statement(sqlite3* db, sqlite3_stmt* statement, bool* in_use) : db_(db), statement_(statement), in_use_(in_use) {}
    Statement(Statement&& o) noexcept
        : db_(o.db_), statement_(std::exchange(o.statement_, nullptr)), in_use_(o.in_use_), code_(o.code_) {}
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    void bind(int at, std::string_view text);
    void bind(int at, const char* text) { bind(at, std::string_view(text)); }
    void bind(int at, const std::string& text) { bind(at, std::string_view(text)); }
    void bind(int at, std::int64_t number);
    void bind(int at, std::uint64_t number) { bind(at, static_cast<std::int64_t>(number)); }
    void bind(int at, int number) { bind(at, static_cast<std::int64_t>(number)); }
    void bind(int at, bool flag) { bind(at, static_cast<std::int64_t>(flag)); }
    void bind(int at, double number);
    void bind(int at, std::span<const std::byte> blob);

    /// True: a row is there. False: the end.
    Result<bool> step();
    /// Ends this run and keeps the statement for another.
    void reset();

    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::string_view bytes(int column) const; // valid until the next step

private:
    sqlite3* db_;
    sqlite3_stmt* statement_;
    bool* in_use_;
    int code_ = 0; // of a bind that failed
};

class Database {
public:
    enum class Mode { read_only, immutable, read_write };
    /// Errors: io, unavailable, internal (no database, damaged).
    static Result<Database> open(const std::filesystem::path& file, Mode mode, std::chrono::milliseconds busy_timeout);
    Database() = default;
    Database(Database&& o) noexcept;
    Database& operator=(Database&& o) noexcept;
    ~Database();

    /// The statement for `sql`, prepared once. The text itself is the key.
    Result<Statement> statement(std::string_view sql);
    /// The statement with its parameters; text among them must outlive it, so a temporary string is refused.
    template <class... Values> Result<Statement> query(std::string_view sql, Values&&... values) {
        static_assert(!(std::is_same_v<Values, std::string> || ...), "bound text must outlive the statement");
        auto made = statement(sql);
        if (made) {
            int at = 0;
            (made->bind(++at, values), ...);
        }
        return made;
    }
    /// Runs to the end, rows are dropped.
    template <class... Values> Status run(std::string_view sql, const Values&... values) {
        RC_TRY_ASSIGN(auto made, query(sql, values...));
        return finish(made);
    }
    /// First column of the first row; `fallback` when there is no row or it is NULL.
    template <class... Values>
    Result<std::int64_t> number(std::string_view sql, std::int64_t fallback, const Values&... values) {
        RC_TRY_ASSIGN(auto made, query(sql, values...));
        return first_number(made, fallback);
    }
    /// Several statements separated by semicolons, without parameters; not cached.
    Status script(std::string_view sql);

    std::int64_t last_rowid() const;
    std::int64_t changed_rows() const; // by the last statement
    bool in_transaction() const;
    /// What SQLite said last on this connection.
    bool damaged() const;
    bool index_damaged() const; // a full text index, which can be made anew
    /// Reads on where the file is shorter than it says; for rescue only.
    void tolerate_damage();
    sqlite3* handle() const { return db_; }

private:
    struct Cached {
        sqlite3_stmt* statement = nullptr;
        bool in_use = false;
    };
    static Status finish(Statement& statement);
    static Result<std::int64_t> first_number(Statement& statement, std::int64_t fallback);

    sqlite3* db_ = nullptr;
    std::map<std::string, std::unique_ptr<Cached>, std::less<>> cache_;
    std::vector<std::unique_ptr<Cached>> extra_; // the same statement used twice at a time
};

/// The error for a result code of this connection.
std::unexpected<Error> sqlite_error(sqlite3* db, int code);

} // namespace rustcoder::knowledge
