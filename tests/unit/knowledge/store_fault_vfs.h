// A file system for SQLite whose Nth writing call fails: write, sync, truncate, delete. While it lives it is the
// default one. Not thread-safe.
#pragma once

#include <cstring>
#include <memory>
#include <sqlite3.h>

namespace rustcoder::knowledge {

class FaultVfs {
public:
    FaultVfs() {
        real_ = sqlite3_vfs_find(nullptr);
        vfs_ = *real_;
        vfs_.zName = "fault";
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        vfs_.pNext = nullptr;
        vfs_.xOpen = open;
        vfs_.xDelete = remove;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~FaultVfs() {
        sqlite3_vfs_register(real_, 1);
        sqlite3_vfs_unregister(&vfs_);
    }
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;
    /// The nth call from now on fails, 0: none.
    void fail_at(int n) {
        left_ = n;
        failed_ = false;
    }
    bool failed() const { return failed_; }

private:
    struct File {
        sqlite3_file base;
        sqlite3_io_methods methods; // the real ones, some replaced
        sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };
    static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real(); }
    static bool now() {
        if (left_ == 0 || --left_ > 0)
            return false;
        failed_ = true;
        return true;
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* out, int flags, int* out_flags) {
        auto* file = reinterpret_cast<File*>(out);
        file->base.pMethods = nullptr;
        const int code = real_->xOpen(real_, name, file->real(), flags, out_flags);
        if (code != SQLITE_OK)
            return code;
        sqlite3_io_methods& m = file->methods;
        m = {};
        m.iVersion = 2; // shared memory, no mapping
        m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
        m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
            return real(f)->pMethods->xRead(real(f), to, n, at);
        };
        m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
            return now() ? SQLITE_IOERR_WRITE : real(f)->pMethods->xWrite(real(f), from, n, at);
        };
        m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
            return now() ? SQLITE_IOERR_TRUNCATE : real(f)->pMethods->xTruncate(real(f), size);
        };
        m.xSync = [](sqlite3_file* f, int how) {
            return now() ? SQLITE_IOERR_FSYNC : real(f)->pMethods->xSync(real(f), how);
        };
        m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); };
        m.xLock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); };
        m.xUnlock = [](sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); };
        m.xCheckReservedLock = [](sqlite3_file* f, int* held) {
            return real(f)->pMethods->xCheckReservedLock(real(f), held);
        };
        m.xFileControl = [](sqlite3_file* f, int what, void* with) {
            return real(f)->pMethods->xFileControl(real(f), what, with);
        };
        m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
        m.xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); };
        m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
            return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
        };
        m.xShmLock = [](sqlite3_file* f, int at, int n, int how) {
            return real(f)->pMethods->xShmLock(real(f), at, n, how);
        };
        m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
        m.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
        file->base.pMethods = &file->methods;
        return SQLITE_OK;
    }
    static int remove(sqlite3_vfs*, const char* name, int sync) {
        return now() ? SQLITE_IOERR_DELETE : real_->xDelete(real_, name, sync);
    }

    sqlite3_vfs vfs_{};
    static inline sqlite3_vfs* real_ = nullptr;
    static inline int left_ = 0;
    static inline bool failed_ = false;
};

} // namespace rustcoder::knowledge
