#include "process/tree.h"

#include "base/os.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_set>

namespace rustcoder::process {
namespace {

using Clock = std::chrono::steady_clock;

struct ProcessEntry {
    pid_t pid, parent, session;
    std::uint64_t threads, resident_pages;
};

struct DirCloser {
    void operator()(DIR* d) const { closedir(d); }
};
using Dir = std::unique_ptr<DIR, DirCloser>;

/// Fields of /proc/PID/stat behind the command name, which may itself hold spaces and parentheses.
bool parse_stat(std::string_view text, ProcessEntry& e) {
    const auto close = text.rfind(')');
    if (close == std::string_view::npos)
        return false;
    char state = 0;
    int ppid = 0, pgrp = 0, session = 0;
    long threads = 0;
    long resident = 0;
    // state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime prio nice threads
    // itrealvalue starttime vsize rss
    const int n = std::sscanf(text.data() + close + 1,
                              " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld %*d %*u %*u %ld",
                              &state, &ppid, &pgrp, &session, &threads, &resident);
    if (n != 6 || state == 'Z' || state == 'X')
        return false;
    e.parent = ppid;
    e.session = session;
    e.threads = static_cast<std::uint64_t>(std::max(threads, 0L));
    e.resident_pages = static_cast<std::uint64_t>(std::max(resident, 0L));
    return true;
}

std::vector<ProcessEntry> scan() {
    std::vector<ProcessEntry> out;
    const Dir proc(opendir("/proc"));
    if (!proc)
        return out;
    const int at = dirfd(proc.get());
    char text[1024];
    while (const dirent* entry = readdir(proc.get())) {
        char* end = nullptr;
        const long pid = std::strtol(entry->d_name, &end, 10);
        if (*end != '\0' || pid <= 0)
            continue;
        const std::string name = fmt::format("{}/stat", pid);
        const base::Fd fd(openat(at, name.c_str(), O_RDONLY | O_CLOEXEC));
        if (!fd)
            continue;
        const ssize_t n = read(fd.get(), text, sizeof text - 1);
        if (n <= 0)
            continue;
        text[n] = '\0';
        ProcessEntry e{static_cast<pid_t>(pid), 0, 0, 0, 0};
        if (parse_stat({text, static_cast<std::size_t>(n)}, e))
            out.push_back(e);
    }
    return out;
}

struct Snapshot {
    std::mutex mutex;
    Clock::time_point taken{};
    std::shared_ptr<const std::vector<ProcessEntry>> entries;
    std::atomic<std::int64_t> cost_us{0};
};

Snapshot& snapshot() {
    static Snapshot s;
    return s;
}

std::shared_ptr<const std::vector<ProcessEntry>> processes(std::chrono::milliseconds max_age) {
    Snapshot& s = snapshot();
    const std::lock_guard lock(s.mutex);
    const auto start = Clock::now();
    if (!s.entries || start - s.taken > max_age) {
        s.entries = std::make_shared<const std::vector<ProcessEntry>>(scan());
        s.taken = Clock::now();
        s.cost_us = std::chrono::duration_cast<std::chrono::microseconds>(s.taken - start).count();
    }
    return s.entries;
}

std::uint64_t allocated_below(int parent, const char* name, std::uint64_t enough, int depth) {
    const base::Fd fd(openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd || depth > 256)
        return 0;
    const int listing = dup(fd.get());
    const Dir dir(fdopendir(listing));
    if (!dir) {
        close(listing);
        return 0;
    }
    std::uint64_t sum = 0;
    while (const dirent* entry = readdir(dir.get())) {
        if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0)
            continue;
        struct stat st{};
        if (fstatat(fd.get(), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        sum += static_cast<std::uint64_t>(st.st_blocks) * 512;
        if (sum <= enough && S_ISDIR(st.st_mode))
            sum += allocated_below(fd.get(), entry->d_name, enough - sum, depth + 1);
        if (sum > enough)
            break;
    }
    return sum;
}

bool is_below(const std::filesystem::path& inner, const std::filesystem::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

} // namespace

TreeUsage tree_usage(pid_t leader, std::chrono::milliseconds max_age) {
    const auto all = processes(max_age);
    std::unordered_set<pid_t> members{leader};
    // parents nearly always have smaller numbers than their children; the loop catches wrapped numbers
    for (bool grown = true; grown;) {
        grown = false;
        for (const auto& e : *all)
            if ((e.session == leader || members.contains(e.parent)) && members.insert(e.pid).second)
                grown = true;
    }
    static const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    TreeUsage usage;
    for (const auto& e : *all) {
        if (!members.contains(e.pid))
            continue;
        ++usage.processes;
        usage.threads += e.threads;
        usage.resident_bytes += e.resident_pages * page;
        usage.largest_resident_bytes = std::max(usage.largest_resident_bytes, e.resident_pages * page);
        usage.pids.push_back(e.pid);
    }
    return usage;
}

std::chrono::microseconds last_scan_cost() {
    return std::chrono::microseconds(snapshot().cost_us.load());
}

std::uint64_t proportional_bytes(const std::vector<pid_t>& pids) {
    std::uint64_t sum = 0;
    char text[2048];
    for (const pid_t pid : pids) {
        const base::Fd fd(open(fmt::format("/proc/{}/smaps_rollup", pid).c_str(), O_RDONLY | O_CLOEXEC));
        const ssize_t n = fd ? read(fd.get(), text, sizeof text - 1) : -1;
        if (n <= 0)
            continue;
        text[n] = '\0';
        unsigned long long kib = 0;
        if (const char* line = std::strstr(text, "\nPss:"); line && std::sscanf(line, "\nPss: %llu", &kib) == 1)
            sum += kib * 1024;
    }
    return sum;
}

std::uint64_t disk_usage(const std::vector<std::filesystem::path>& directories, std::uint64_t enough) {
    std::vector<std::filesystem::path> sorted = directories;
    std::sort(sorted.begin(), sorted.end());
    std::uint64_t sum = 0;
    const std::filesystem::path* last = nullptr;
    for (const auto& dir : sorted) {
        if (last && is_below(dir, *last))
            continue;
        last = &dir;
        sum += allocated_below(AT_FDCWD, dir.c_str(), enough > sum ? enough - sum : 0, 0);
        if (sum > enough)
            break;
    }
    return sum;
}

} // namespace rustcoder::process
