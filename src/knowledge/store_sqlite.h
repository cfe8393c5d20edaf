// The Store over one SQLite file; made by open_store only. Thread-safe: one connection writes, guarded by a lock that
// its thread may take again; every read borrows a connection of its own, so that readers wait for nobody.
#pragma once

#include "knowledge/sqlite.h"
#include "knowledge/store.h"
#include "knowledge/store_file.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace rustcoder::knowledge {

class SqliteStore final : public Store {
public:
    SqliteStore(std::filesystem::path file, StoreOptions options, FileLock lock, Database writer, bool immutable);

    Result<std::vector<std::string>> put(std::span<const Entry> entries) override;
    Result<std::optional<Entry>> get(std::string_view id) override;
    Result<std::vector<Entry>> get(std::span<const std::string> ids) override;
    Result<bool> remove(std::string_view id) override;
    Status revise(const Entry& entry) override;
    Status count(std::string_view id, const Counts& more) override;
    Status quarantine(std::string_view id, bool on) override;
    Status each(const Filter& filter, const std::function<bool(const Entry&)>& visit) override;
    Status atomically(const std::function<Status()>& body) override;

    Result<std::vector<TextHit>> full_text(std::string_view query, const Filter& filter, std::size_t limit) override;

    Status put_vectors(std::string_view model, std::span<const Vector> vectors) override;
    Status each_vector(std::string_view model, const std::function<bool(const Vector&)>& visit) override;
    Result<std::vector<Vector>> vectors_of(std::string_view model, std::span<const std::string> ids) override;
    Result<std::vector<std::string>> without_vector(std::string_view model, std::size_t limit) override;

    Result<std::optional<std::string>> meta(std::string_view key) override;
    Status set_meta(std::string_view key, std::string_view value) override;
    Result<std::uint64_t> revision() override;
    Result<std::optional<std::vector<Change>>> changes_since(std::uint64_t revision) override;
    Result<Stats> stats() override;
    Result<std::vector<std::string>> verify(bool thorough) override;

private:
    /// A connection for one read; goes back when destroyed. Inside the thread's own transaction it is the writing one.
    class Read {
    public:
        Read(SqliteStore& store, Database own) : store_(&store), own_(std::move(own)), db_(&own_) {}
        explicit Read(Database& writer) : db_(&writer) {}
        Read(const Read&) = delete;
        Read& operator=(const Read&) = delete;
        ~Read();
        Database* operator->() { return db_; }
        Database& operator*() { return *db_; }

    private:
        SqliteStore* store_ = nullptr;
        Database own_;
        Database* db_;
    };
    using ReadPtr = std::unique_ptr<Read>;

    /// A transaction, or a savepoint inside the thread's outer one; undone unless committed.
    class Write {
    public:
        Write(SqliteStore& store, std::unique_lock<std::recursive_mutex> lock);
        Write(const Write&) = delete;
        Write& operator=(const Write&) = delete;
        ~Write();
        Database* operator->() { return &store_.writer_; }
        Database& operator*() { return store_.writer_; }
        /// Notes that derived indexes have to look at the entry again.
        Status changed(std::string_view id, bool removed = false);
        Status commit();

    private:
        SqliteStore& store_;
        std::unique_lock<std::recursive_mutex> lock_;
        bool done_ = false;
    };
    using WritePtr = std::unique_ptr<Write>;

    Result<ReadPtr> reading();
    Result<WritePtr> writing();
    Status begin();
    bool writing_here() const { return owner_.load() == std::this_thread::get_id(); }
    /// Runs a body that writes in a transaction; makes the full text index anew and tries once more when only that is
    /// damaged.
    template <class Body> auto write(Body body) -> decltype(body(std::declval<Write&>()));
    Status rebuild_index();

    Result<std::string> put_one(Write& write, const Entry& entry);
    Result<std::string> insert(Write& write, const Entry& entry, const std::string& digest);
    Status merge_codes(Write& write, std::int64_t seq, const std::string& id, const Entry& entry);
    Result<std::vector<TextHit>> match(Database& db, std::string_view query, const Filter& filter, std::size_t limit);
    Result<std::vector<std::string>> pruned(Database& db, std::string_view query);
    Result<std::size_t> documents(Database& db);

    std::filesystem::path file_;
    StoreOptions options_;
    FileLock lock_;  // held as long as the store lives
    bool immutable_; // read-only file in a folder that cannot be written either
    Database writer_;
    std::recursive_mutex write_lock_;
    std::atomic<std::thread::id> owner_{}; // of the transaction that is open
    int depth_ = 0;                        // of nested transactions; guarded by write_lock_
    std::mutex idle_lock_;
    std::vector<Database> idle_; // connections for reading, at most max_idle

    struct Frequencies { // of words in documents; asked for again when the store has grown by a tenth
        std::mutex lock;
        std::uint64_t revision = 0;
        std::size_t documents = 0, counted_at = 0;
        std::unordered_map<std::string, std::size_t> words;
    } frequencies_;
};

/// Tokenizer, journal, foreign keys, durability, bounds.
Status configure(Database& db, bool writes, const StoreOptions& options);
Result<Database> connect(const std::filesystem::path& file, Database::Mode mode, const StoreOptions& options);

/// Columns of an entry as `entry_of` reads them, from "entries e JOIN texts t".
#define RC_ENTRY_COLUMNS                                                                                               \
    "e.id, e.kind, t.title, t.text, t.payload, t.codes, e.source, e.licence, e.toolchain, e.created, e.tried, "        \
    "e.compiled, e.passed, e.rejected, e.quarantined, e.updated"
Entry entry_of(const Statement& row, int first = 0);
/// Bit per kind; all when the filter names none.
std::int64_t kind_bits(const Filter& filter);
std::string join_codes(const std::vector<std::string>& codes);
std::int64_t now_seconds();

template <class Body> auto SqliteStore::write(Body body) -> decltype(body(std::declval<Write&>())) {
    for (bool again = true;; again = false) {
        RC_TRY_ASSIGN(auto transaction, writing());
        auto result = body(*transaction);
        if (result) {
            RC_TRY(transaction->commit());
            return result;
        }
        const bool repairable = again && writer_.index_damaged() && depth_ == 1;
        transaction.reset();
        if (!repairable || !rebuild_index())
            return result;
    }
}

} // namespace rustcoder::knowledge
