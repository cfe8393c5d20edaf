#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "knowledge/store_schema.h"
#include "knowledge/store_sqlite.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace rustcoder::knowledge {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t batch = 500;
constexpr std::int64_t widest_gap = 2'000'000; // single look-ups between the two readable ends

#define RC_ENTRIES_FROM "SELECT e.seq, " RC_ENTRY_COLUMNS " FROM entries e CROSS JOIN texts t ON t.seq = e.seq "

/// Entries of a damaged file: from the front up to the damage, from the back down to it, then one by one between.
class Reader {
public:
    Reader(Database& from, Store& to) : from_(from), to_(to) {}

    Status run() {
        const std::int64_t front = scan(RC_ENTRIES_FROM "ORDER BY e.seq");
        const bool all = clean_;
        if (!all) {
            const std::int64_t back = scan(RC_ENTRIES_FROM "ORDER BY e.seq DESC");
            const std::int64_t last = back > 0 ? back : front + widest_gap / 100;
            for (std::int64_t seq = front + 1; seq < last && seq - front < widest_gap; ++seq)
                one(seq);
        }
        return flush();
    }
    std::size_t saved() const { return saved_; }

private:
    /// Last seq that could be read.
    std::int64_t scan(const char* sql) {
        std::int64_t last = 0;
        clean_ = false;
        auto rows = from_.query(sql);
        while (rows) {
            const auto row = rows->step();
            if (!row)
                break;
            if (!*row) {
                clean_ = true;
                break;
            }
            last = rows->integer(0);
            take(*rows);
        }
        return last;
    }

    void one(std::int64_t seq) {
        auto row = from_.query(RC_ENTRIES_FROM "WHERE e.seq = ?1", seq);
        if (row && row->step().value_or(false))
            take(*row);
    }

    void take(const Statement& row) {
        Entry entry = entry_of(row, 1);
        if (!base::valid_utf8(entry.title + entry.text + entry.payload))
            return;
        pending_.push_back(std::move(entry));
        if (pending_.size() >= batch)
            (void)flush();
    }

    Status flush() {
        const auto put = to_.put(pending_);
        if (put)
            saved_ += put->size();
        else // one bad entry must not cost the others
            for (const Entry& entry : pending_)
                saved_ += to_.put({&entry, 1}).has_value();
        pending_.clear();
        return {};
    }

    Database& from_;
    Store& to_;
    std::vector<Entry> pending_;
    std::size_t saved_ = 0;
    bool clean_ = false;
};
#undef RC_ENTRIES_FROM

fs::path salvaged_name(const fs::path& file) {
    return file.string() + ".salvaged";
}

void remove_with_journal(const fs::path& file) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"})
        fs::remove(file.string() + suffix, ignored);
}

Status move(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
        return fail(Errc::io, fmt::format("cannot move the damaged knowledge base aside: {}", std::strerror(errno)),
                    from.string(), "Move it away by hand, then start again.");
    return {};
}

void sync_folder(const fs::path& file) {
    const fs::path parent = file.parent_path().empty() ? fs::path(".") : file.parent_path();
    if (base::Fd folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); folder)
        ::fsync(folder.get()); // best effort
}

fs::path free_name(const fs::path& file) {
    const std::string stem = file.string() + ".damaged-" + base::replace_all(base::utc_timestamp(), ":", "");
    fs::path out = stem;
    std::error_code ignored;
    for (int n = 2; fs::exists(out, ignored); ++n)
        out = fmt::format("{}-{}", stem, n);
    return out;
}

std::size_t salvage(const fs::path& damaged, const fs::path& into, const StoreOptions& options) {
    auto to = open_store(into, StoreOptions{.busy_timeout = options.busy_timeout,
                                            .max_entry_bytes = std::max<std::size_t>(options.max_entry_bytes, 1u << 30),
                                            .max_bytes = options.max_bytes});
    auto from = Database::open(damaged, Database::Mode::read_write, options.busy_timeout);
    if (!to || !from)
        return 0;
    from->tolerate_damage();
    if (!from->number("SELECT count(*) FROM sqlite_schema", 0)) { // not even the journal can be read
        from = Database::open(damaged, Database::Mode::immutable, options.busy_timeout);
        if (!from)
            return 0;
        from->tolerate_damage();
    }
    Reader reader(*from, **to);
    (void)reader.run();
    return reader.saved();
}

} // namespace

Result<fs::path> set_aside(const fs::path& file, const StoreOptions& options) {
    try {
        // The copy is complete before the first name changes: an interrupted rescue starts again or is ended by
        // finish_set_aside.
        const fs::path copy = salvaged_name(file);
        remove_with_journal(copy);
        const std::size_t saved = salvage(file, copy, options);
        const fs::path aside = free_name(file);
        RC_TRY(move(file.string() + "-wal", aside.string() + "-wal"));
        std::error_code ignored;
        fs::remove(file.string() + "-shm", ignored);
        RC_TRY(move(file, aside));
        RC_TRY(finish_set_aside(file));
        base::log_error(fmt::format("the knowledge base {} was damaged: moved to {}, {} entries were saved from it",
                                    file.string(), aside.string(), saved));
        return aside;
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot set the damaged knowledge base aside: ") + e.what(), file.string());
    }
}

Status finish_set_aside(const fs::path& file) {
    const fs::path copy = salvaged_name(file);
    std::error_code ignored;
    if (fs::exists(file, ignored) || !fs::exists(copy, ignored))
        return {};
    RC_TRY(move(copy.string() + "-wal", file.string() + "-wal"));
    RC_TRY(move(copy, file));
    fs::remove(copy.string() + ".lock", ignored);
    sync_folder(file);
    return {};
}

} // namespace rustcoder::knowledge
