// The file under the store: who has it open, whether it is sound, and what can be saved of a damaged one.
#pragma once

#include "base/os.h"
#include "knowledge/store.h"

namespace rustcoder::knowledge {

/// Locks "NAME.lock", apart from the database because closing any descriptor of a file drops SQLite's own locks on it.
/// Every store holds it shared while open; `only_one` serialises opening (creation, migration, setting aside).
class FileLock {
public:
    FileLock() = default; // holds nothing: read-only places
    static Result<FileLock> take(const std::filesystem::path& database, std::chrono::milliseconds patience);
    /// Lets others open it; this store stays noted as a user.
    void opened();
    /// True when no other store, in this process or another, has the file open; stays so until `opened`.
    bool alone();
    /// When the file was last found sound, in seconds since 1970; 0 = never.
    std::int64_t checked() const;
    void note_checked(std::int64_t now);
    bool fresh() const { return fresh_; } // the lock file was made just now

private:
    base::Fd fd_;
    bool fresh_ = false;
};

/// Moves the file (with its journal) aside and puts in its place what could be read of it. Returns where it went.
Result<std::filesystem::path> set_aside(const std::filesystem::path& file, const StoreOptions& options);
/// Ends a `set_aside` that a crash interrupted.
Status finish_set_aside(const std::filesystem::path& file);

} // namespace rustcoder::knowledge
