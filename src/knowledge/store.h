// Where knowledge is kept: one SQLite file (WAL) behind an interface that a remote store can meet later. The file is
// the truth; every index can be rebuilt from it. Several threads and several processes may use one store at once.
#pragma once

#include "knowledge/entry.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>

namespace rustcoder::knowledge {

struct Filter {
    std::vector<Kind> kinds;  // empty = all
    std::string code;         // only entries about this error code
    std::string toolchain;    // only entries verified with this version, or with none stated
    bool quarantined = false; // include them
};

struct Stats {
    std::map<Kind, std::uint64_t> entries;
    std::uint64_t quarantined = 0, vectors = 0, bytes = 0;
    std::map<std::string, std::uint64_t> by_source; // provenance up to the first '/' or ' '
    Counts fixes;                                   // summed over learned fixes
    std::int64_t oldest = 0, newest = 0;
    /// Entries per kind by day ("2026-11-22"), the last 90 days that brought any: growth.
    std::map<std::string, std::map<Kind, std::uint64_t>> growth;
};

struct TextHit {
    std::string id;
    double score = 0; // BM25, greater is better
};

/// What has been written is durable when the call returns (kill -9 and power loss). Errors: unavailable (locked longer
/// than busy_timeout, disk full, read-only), invalid_input (entry without text and payload, payload no JSON object,
/// sizes over the limits), corrupt data as internal with what to do (`rustcoder knowledge verify`).
class Store {
public:
    virtual ~Store() = default;

    /// Inserts, or merges with the entry of the same id (or, when none is given, of the same present content): counts
    /// are summed up by `count` only, so those given for a new entry are taken and those for a known one ignored; the
    /// first provenance stays; codes are united. Text must be UTF-8. One bad entry refuses all. Returns the ids.
    virtual Result<std::vector<std::string>> put(std::span<const Entry> entries) = 0; // one transaction
    virtual Result<std::optional<Entry>> get(std::string_view id) = 0;
    virtual Result<std::vector<Entry>>
    get(std::span<const std::string> ids) = 0; // in that order, missing ones left out
    virtual Result<bool> remove(std::string_view id) = 0;
    /// Replaces payload, title, text and codes of an entry under its old id (a learned fix that was generalised). Its
    /// vectors are dropped when title or text are others.
    virtual Status revise(const Entry& entry) = 0;
    virtual Status count(std::string_view id, const Counts& more) = 0;
    virtual Status quarantine(std::string_view id, bool on) = 0;
    /// Everything that the body writes through this store, on the calling thread, becomes one transaction: all when it
    /// returns success, else nothing. Reads of that thread see what it wrote. May be nested. Other writers wait.
    /// unavailable: a store without transactions; the body did not run.
    virtual Status atomically(const std::function<Status()>& body);
    /// In the order of ids; the visitor returns false to end, and may use the store. What is written meanwhile may or
    /// may not be seen.
    virtual Status each(const Filter& filter, const std::function<bool(const Entry&)>& visit) = 0;

    /// Full text over title, text and codes, best first. The query is free text; operators of the engine behind it have
    /// no meaning. Words as knowledge/words.h cuts them.
    virtual Result<std::vector<TextHit>> full_text(std::string_view query, const Filter& filter, std::size_t limit) = 0;

    /// Vectors are kept per embedding model; an entry has at most one per model. Wrong dimension or a value that is not
    /// finite: invalid_input. Vectors of entries that are gone are left out.
    struct Vector {
        std::string id;
        std::vector<float> values;
    };
    virtual Status put_vectors(std::string_view model, std::span<const Vector> vectors) = 0;
    virtual Status each_vector(std::string_view model, const std::function<bool(const Vector&)>& visit) = 0;
    /// The vectors of this model that `ids` have, in any order (resident indexes follow changes with it). The default
    /// looks through all of them; a store with an index overrides it.
    virtual Result<std::vector<Vector>> vectors_of(std::string_view model, std::span<const std::string> ids) {
        const std::set<std::string_view> wanted(ids.begin(), ids.end());
        std::vector<Vector> found;
        RC_TRY(each_vector(model, [&](const Vector& v) {
            if (wanted.contains(v.id))
                found.push_back(v);
            return found.size() < wanted.size();
        }));
        return found;
    }
    virtual Result<std::vector<std::string>> without_vector(std::string_view model, std::size_t limit) = 0;

    /// Small named values: state of seeding, caches of derived data.
    virtual Result<std::optional<std::string>> meta(std::string_view key) = 0;
    virtual Status set_meta(std::string_view key, std::string_view value) = 0;

    /// Grows with every write of any process to entries or vectors; derived indexes compare it. `set_meta` and writes
    /// that change nothing leave it.
    virtual Result<std::uint64_t> revision() = 0;
    /// Ids of entries written or removed since `revision` (removed: true), those that got a vector among the written;
    /// nullopt when that is no longer known and all must be read anew.
    struct Change {
        std::string id;
        bool removed = false;
    };
    virtual Result<std::optional<std::vector<Change>>> changes_since(std::uint64_t revision) = 0;

    virtual Result<Stats> stats() = 0;
    /// Checks the file and, when thorough, the full text and every content id; returns what is wrong in words (empty =
    /// sound). A full text that does not agree is made anew and reported.
    virtual Result<std::vector<std::string>> verify(bool thorough) = 0;
};

struct StoreOptions {
    bool read_only = false;
    std::chrono::milliseconds busy_timeout{5'000};
    std::size_t max_entry_bytes = 4 << 20; // title, text and payload together
    std::uint64_t max_bytes = 0;           // of the file; 0 = as large as the disk. Beyond it, writes are unavailable
};

/// Opens or creates the file (0600, directory 0700), migrates older versions in one transaction, checks integrity
/// (quick check: after a crash, else once a day). A damaged file is moved aside to "NAME.damaged-TIME", never deleted,
/// what can be read is salvaged, and the error log says so. A file of a newer version is refused.
Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& file, const StoreOptions& options = {});

} // namespace rustcoder::knowledge
