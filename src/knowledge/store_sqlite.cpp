#include "knowledge/store_sqlite.h"

#include "base/log.h"
#include "knowledge/store_schema.h"
#include "knowledge/words_cut.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t max_idle = 4;

} // namespace

Status Store::atomically(const std::function<Status()>&) {
    return fail(Errc::unavailable, "this store cannot write several things as one");
}

SqliteStore::SqliteStore(std::filesystem::path file, StoreOptions options, FileLock lock, Database writer,
                         bool immutable)
    : file_(std::move(file)), options_(options), lock_(std::move(lock)), immutable_(immutable),
      writer_(std::move(writer)) {
    if (options_.read_only) // it serves as the first reader
        idle_.push_back(std::move(writer_));
}

SqliteStore::Read::~Read() {
    if (!store_)
        return;
    const std::lock_guard guard(store_->idle_lock_);
    if (store_->idle_.size() < max_idle)
        store_->idle_.push_back(std::move(own_));
}

Result<SqliteStore::ReadPtr> SqliteStore::reading() {
    if (writing_here())
        return std::make_unique<Read>(writer_);
    {
        const std::lock_guard guard(idle_lock_);
        if (!idle_.empty()) {
            auto out = std::make_unique<Read>(*this, std::move(idle_.back()));
            idle_.pop_back();
            return out;
        }
    }
    using Mode = Database::Mode;
    RC_TRY_ASSIGN(Database db, connect(file_, immutable_ ? Mode::immutable : Mode::read_only, options_));
    return std::make_unique<Read>(*this, std::move(db));
}

Status SqliteStore::begin() {
    if (depth_ > 0)
        return writer_.run(fmt::format("SAVEPOINT nested{}", depth_));
    RC_TRY(writer_.run("BEGIN IMMEDIATE"));
    // Another program may have brought the file to a newer form since it was opened.
    const auto is_current = current(writer_);
    if (is_current && *is_current)
        return {};
    (void)writer_.run("ROLLBACK");
    if (!is_current)
        return std::unexpected(is_current.error());
    return fail(Errc::unavailable, "the knowledge base was upgraded by a newer program", file_.string(),
                "Start this program again, or use the newer one.");
}

Result<SqliteStore::WritePtr> SqliteStore::writing() {
    if (options_.read_only)
        return fail(Errc::unavailable, "the knowledge base was opened read-only", file_.string());
    std::unique_lock lock(write_lock_);
    RC_TRY(begin());
    return std::make_unique<Write>(*this, std::move(lock));
}

SqliteStore::Write::Write(SqliteStore& store, std::unique_lock<std::recursive_mutex> lock)
    : store_(store), lock_(std::move(lock)) {
    if (store_.depth_++ == 0)
        store_.owner_ = std::this_thread::get_id();
}

SqliteStore::Write::~Write() {
    const int outer = --store_.depth_;
    if (outer == 0)
        store_.owner_ = std::thread::id();
    if (done_ || !store_.writer_.in_transaction()) // a full disk has undone it all already
        return;
    if (outer == 0)
        (void)store_.writer_.run("ROLLBACK");
    else
        (void)store_.writer_.script(fmt::format("ROLLBACK TO nested{0}; RELEASE nested{0}", outer));
}

Status SqliteStore::Write::changed(std::string_view id, bool removed) {
    return store_.writer_.run("INSERT INTO changes(id, removed) VALUES (?1, ?2)", id, removed);
}

Status SqliteStore::Write::commit() {
    Database& db = store_.writer_;
    if (!db.in_transaction())
        return fail(Errc::unavailable, "the transaction was undone by an earlier failure", store_.file_.string());
    if (store_.depth_ > 1) {
        RC_TRY(db.run(fmt::format("RELEASE nested{}", store_.depth_ - 1)));
    } else {
        RC_TRY(db.run("DELETE FROM changes WHERE revision <= "
                      "(SELECT max(revision) FROM changes) - ?1",
                      change_log_length));
        RC_TRY(db.run("COMMIT"));
    }
    done_ = true;
    return {};
}

Status SqliteStore::atomically(const std::function<Status()>& body) {
    RC_TRY_ASSIGN(auto transaction, writing());
    RC_TRY(body());
    return transaction->commit();
}

Status SqliteStore::rebuild_index() {
    base::log_warn("the full text of the knowledge base is damaged and is made anew");
    RC_TRY_ASSIGN(auto transaction, writing());
    RC_TRY((*transaction)->run("INSERT INTO search(search) VALUES ('rebuild')"));
    return transaction->commit();
}

} // namespace rustcoder::knowledge
