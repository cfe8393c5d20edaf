// Tells when the files of a project change (inotify), and when it is quiet again. Build output, editors' helper files
// and version control's own files do not count; a checkout or a save by renaming is one change.
#pragma once

#include "base/os.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>

namespace rustcoder::agent {

struct FileWatchOptions {
    std::chrono::milliseconds quiet{80};      // without a further change before it counts as one
    std::chrono::milliseconds longest{1'500}; // of waiting for that
    std::chrono::milliseconds git{10'000};    // of waiting for a git operation that holds its lock
    std::chrono::milliseconds poll{2'000};    // when not every folder can be watched
    std::size_t folders = 8'192;              // watched one by one; more are looked at by polling
};

/// Thread-safe. One thread of its own reads the kernel's events.
class FileWatch {
public:
    /// `root`: a folder, watched with everything below, or one file. Errors: not_found, io.
    static Result<std::unique_ptr<FileWatch>> open(const std::filesystem::path& root, FileWatchOptions options = {});
    ~FileWatch();
    FileWatch(const FileWatch&) = delete;

    /// Waits for the next change to be complete. False when stopped. What was seen is a hint: compare contents.
    bool wait(std::stop_token stop);
    /// Fires with the first change after the last wait(): what is being computed is then out of date.
    std::stop_token outdated() const;
    /// Not every folder could be watched; wait() also returns from time to time. Why.
    std::string partly() const;

private:
    FileWatch(std::filesystem::path root, std::string only, base::Fd events, base::Fd wake, FileWatchOptions options);
    void read(std::stop_token stop);
    /// True when something that counts is among the events.
    bool take(const char* begin, const char* end);
    void add(const std::filesystem::path& folder); // with all below
    bool git_works() const;

    const std::filesystem::path root_; // the folder
    const std::string only_;           // one file's name, or empty
    const base::Fd events_, wake_;
    const FileWatchOptions options_;
    std::map<int, std::filesystem::path> folders_; // by watch; the reading thread's own after the start
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string partly_;
    bool pending_ = false;
    std::chrono::steady_clock::time_point first_{}, last_{};
    std::stop_source outdated_;
    std::jthread thread_;
};

/// Names that no change of a project has: editors' swap and backup files, lock files.
bool is_helper_file(std::string_view name);

} // namespace rustcoder::agent
