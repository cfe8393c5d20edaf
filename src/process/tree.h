// What a process tree and a set of directories use at this moment, read from /proc and the file system. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <sys/types.h>
#include <vector>

namespace rustcoder::process {

struct TreeUsage {
    std::uint64_t processes = 0, threads = 0;
    std::uint64_t resident_bytes = 0;         // sum; pages shared between processes count more than once
    std::uint64_t largest_resident_bytes = 0; // of one process
    std::vector<pid_t> pids;
};

/// Everything in the leader's session and everything that descends from it. The view of /proc is shared by concurrent
/// callers and may be up to `max_age` old.
TreeUsage tree_usage(pid_t leader, std::chrono::milliseconds max_age);
/// Time the last look at /proc took; the caller spaces its looks by it.
std::chrono::microseconds last_scan_cost();

/// Proportional set size of the processes: shared pages are divided among their users. Slower and exact.
std::uint64_t proportional_bytes(const std::vector<pid_t>& pids);

/// Allocated bytes below the directories; nested ones are counted once; symbolic links are not followed. Stops early
/// once more than `enough` are found.
std::uint64_t disk_usage(const std::vector<std::filesystem::path>& directories, std::uint64_t enough);

} // namespace rustcoder::process
