#include "process/landlock.h"

#include "process/system_paths.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace rustcoder::process {
namespace {

constexpr long sys_create_ruleset = 444, sys_add_rule = 445, sys_restrict_self = 446;
constexpr unsigned create_version = 1;
constexpr int rule_path_beneath = 1;

// include/uapi/linux/landlock.h; the comment is the ABI that introduced the right
enum : std::uint64_t {
    fs_execute = 1 << 0, // 1
    fs_write_file = 1 << 1,
    fs_read_file = 1 << 2,
    fs_read_dir = 1 << 3,
    fs_all_v1 = (1 << 13) - 1,
    fs_make_char = 1 << 6,
    fs_make_block = 1 << 11,
    fs_refer = 1 << 13,     // 2; without it rustc's renames between directories end in EXDEV
    fs_truncate = 1 << 14,  // 3
    fs_ioctl_dev = 1 << 15, // 5
    net_bind_tcp = 1 << 0,  // 4
    net_connect_tcp = 1 << 1,
    scope_abstract_unix = 1 << 0, // 6
    scope_signal = 1 << 1,
};

struct RulesetAttr {
    std::uint64_t fs, net, scoped;
};
struct __attribute__((packed)) PathBeneathAttr {
    std::uint64_t allowed;
    std::int32_t parent;
};

std::uint64_t handled_fs(int abi) {
    std::uint64_t rights = fs_all_v1;
    if (abi >= 2)
        rights |= fs_refer;
    if (abi >= 3)
        rights |= fs_truncate;
    if (abi >= 5)
        rights |= fs_ioctl_dev;
    return rights;
}

constexpr std::uint64_t reading = fs_execute | fs_read_file | fs_read_dir;
constexpr std::uint64_t rights_of_files = fs_execute | fs_write_file | fs_read_file | fs_truncate | fs_ioctl_dev;

/// False with errno when the path is there but cannot be allowed.
bool allow(int ruleset, const char* path, std::uint64_t rights) {
    const base::Fd fd(open(path, O_PATH | O_CLOEXEC));
    struct stat st{};
    if (!fd || fstat(fd.get(), &st) < 0)
        return false;
    if (!S_ISDIR(st.st_mode))
        rights &= rights_of_files;
    const PathBeneathAttr rule{rights, fd.get()};
    return syscall(sys_add_rule, ruleset, rule_path_beneath, &rule, 0) == 0;
}

} // namespace

int landlock_abi() {
    static const int abi = [] {
        const long v = syscall(sys_create_ruleset, nullptr, 0, create_version);
        return v > 0 ? static_cast<int>(v) : 0;
    }();
    return abi;
}

Result<base::Fd> make_landlock_ruleset(const std::vector<std::filesystem::path>& read_only,
                                       const std::vector<std::filesystem::path>& read_write) {
    const int abi = landlock_abi();
    const RulesetAttr attr{handled_fs(abi), net_bind_tcp | net_connect_tcp, scope_abstract_unix | scope_signal};
    const std::size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    base::Fd ruleset(static_cast<int>(syscall(sys_create_ruleset, &attr, size, 0)));
    if (!ruleset)
        return fail(Errc::io, fmt::format("cannot make a landlock ruleset: {}", std::strerror(errno)));
    for (const auto& dir : system_paths())
        allow(ruleset.get(), dir.c_str(), reading); // present on some systems only
    for (const char* file : {"/proc/meminfo", "/proc/cpuinfo", "/proc/sys/vm/overcommit_memory"})
        allow(ruleset.get(), file, fs_read_file);
    for (const char* device : {"/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random"})
        allow(ruleset.get(), device, handled_fs(abi) & (fs_read_file | fs_write_file | fs_truncate));
    for (const auto& path : read_only)
        if (!allow(ruleset.get(), path.c_str(), reading))
            return fail(Errc::not_found, fmt::format("cannot allow reading: {}", std::strerror(errno)), path.string());
    const std::uint64_t writing = handled_fs(abi) & ~(fs_make_char | fs_make_block | fs_ioctl_dev);
    for (const auto& path : read_write)
        if (!allow(ruleset.get(), path.c_str(), writing))
            return fail(Errc::not_found, fmt::format("cannot allow writing: {}", std::strerror(errno)), path.string());
    return ruleset;
}

__attribute__((no_sanitize("address", "thread", "undefined"), noinline)) bool enter_landlock(int ruleset) {
    // Rust's runtime reads its own maps and cgroup; the entry's number is known only here.
    const int self = static_cast<int>(syscall(SYS_openat, AT_FDCWD, "/proc/self", O_PATH | O_CLOEXEC | O_DIRECTORY));
    if (self >= 0) {
        const PathBeneathAttr rule{fs_read_file | fs_read_dir, self};
        syscall(sys_add_rule, ruleset, rule_path_beneath, &rule, 0);
    }
    return syscall(sys_restrict_self, ruleset, 0) == 0;
}

} // namespace rustcoder::process
