// Move-only owners of operating-system things, and whole-file I/O with errors as values.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace rustcoder::base {

class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
    Fd& operator=(Fd&& o) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd();
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void reset();

private:
    int fd_ = -1;
};

/// A private directory (0700), removed with everything in it on destruction (symlinks are not followed).
class TempDir {
public:
    /// `parent` empty: scratch_root(). `prefix` becomes part of the name.
    static Result<TempDir> create(std::string_view prefix, const std::filesystem::path& parent = {});
    TempDir() = default;
    TempDir(TempDir&& o) noexcept : path_(std::move(o.path_)) { o.path_.clear(); }
    TempDir& operator=(TempDir&& o) noexcept;
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path release() { return std::exchange(path_, {}); }

private:
    std::filesystem::path path_;
};

/// Where scratch work goes: RUSTCODER_SCRATCH, else /dev/shm when it has at least 1 GiB free (a check on tmpfs costs
/// 95 ms against 114 on ext4), else $TMPDIR, else /tmp.
std::filesystem::path scratch_root();

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes = 64u << 20);
/// Writes in place (parents created). Not atomic.
Status write_file(const std::filesystem::path& path, std::string_view bytes, bool executable = false);
/// Writes to a sibling temporary file, fsyncs, renames over the target: readers see old or new, never half.
Status write_file_atomic(const std::filesystem::path& path, std::string_view bytes, bool executable = false);

class Defer {
public:
    explicit Defer(std::function<void()> f) : f_(std::move(f)) {}
    ~Defer() { f_(); }
    Defer(const Defer&) = delete;
    Defer& operator=(const Defer&) = delete;

private:
    std::function<void()> f_;
};

} // namespace rustcoder::base
