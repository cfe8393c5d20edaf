#include "process/bubblewrap.h"

#include "process/mechanisms.h"
#include "process/system_paths.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fmt/core.h>
#include <mutex>
#include <unistd.h>

namespace rustcoder::process {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t private_tmp_bytes = 512ull << 20;
constexpr int sandbox_id = 1000; // what the program sees as its user and group; the files still belong to the server's

using Words = std::vector<std::string>;

void add(Words& to, std::initializer_list<std::string> words) {
    to.insert(to.end(), words);
}

void add_namespaces(Words& to, const BubblewrapVariant& variant) {
    if (variant.user_namespace)
        add(to, {"--unshare-user", "--uid", std::to_string(sandbox_id), "--gid", std::to_string(sandbox_id)});
    add(to, {"--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try", "--hostname",
             "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL"});
}

void add_system(Words& to, const BubblewrapVariant& variant, const Limits& limits) {
    for (const auto& path : system_paths()) {
        std::error_code ec;
        if (fs::is_symlink(path, ec) && path.parent_path() == "/")
            add(to, {"--symlink", fs::read_symlink(path, ec).string(), path.string()});
        else
            add(to, {"--ro-bind", path.string(), path.string()});
    }
    if (variant.own_proc)
        add(to, {"--proc", "/proc"});
    add(to, {"--dev", "/dev"});
    // memory in disguise: bounded like memory
    const auto tmp_bytes = std::to_string(
        std::max<std::uint64_t>(1 << 20, std::min({private_tmp_bytes, limits.memory_bytes / 2, limits.disk_bytes})));
    for (const char* dir : {"/tmp", "/dev/shm"})
        add(to, {"--perms", "1777", "--size", tmp_bytes, "--tmpfs", dir});
}

/// Outer paths first, so that an inner one with other rights lies on top.
void add_paths(Words& to, const Policy& policy) {
    struct Bind {
        fs::path path;
        const char* option;
    };
    std::vector<Bind> binds;
    binds.reserve(policy.read_only.size() + policy.read_write.size());
    for (const auto& p : policy.read_only)
        binds.push_back({p.lexically_normal(), "--ro-bind"});
    for (const auto& p : policy.read_write)
        binds.push_back({p.lexically_normal(), "--bind"});
    const auto depth = [](const Bind& b) { return std::distance(b.path.begin(), b.path.end()); };
    std::stable_sort(binds.begin(), binds.end(), [&](const Bind& a, const Bind& b) { return depth(a) < depth(b); });
    for (const auto& b : binds)
        add(to, {b.option, b.path.string(), b.path.string()});
    // what is left of these two is scaffolding made by bubblewrap in memory
    add(to, {"--remount-ro", "/dev", "--remount-ro", "/"});
}

} // namespace

std::vector<std::string> bubblewrap_arguments(const BubblewrapVariant& variant, const Command& command,
                                              const Policy& policy, int seccomp_fd, int status_fd) {
    Words args;
    add_namespaces(args, variant);
    add_system(args, variant, policy.limits);
    add_paths(args, policy);
    add(args, {"--chdir", command.cwd.string()});
    for (const auto& entry : command.env) {
        const auto eq = entry.find('=');
        add(args, {"--setenv", entry.substr(0, eq), entry.substr(eq + 1)});
    }
    if (seccomp_fd >= 0)
        add(args, {"--seccomp", std::to_string(seccomp_fd)});
    add(args, {"--json-status-fd", std::to_string(status_fd)});
    return args;
}

namespace {

Command probe_command(const char* program) {
    Command c;
    c.argv = {program};
    c.cwd = "/";
    return c;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// Why the attempt failed, or empty when the program ran.
std::string attempt(const std::string& program, const BubblewrapVariant& variant) {
    Policy policy;
    policy.limits.wall = std::chrono::seconds(10);
    auto done = run_bubblewrap(program, variant, probe_command("/bin/true"), policy, {});
    if (!done)
        return done.error().text();
    if (!done->started || !done->exit.ok())
        return done->exit.err.empty() ? done->exit.describe() : first_line(done->exit.err);
    return {};
}

std::string find_program() {
    for (const char* path : {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"})
        if (access(path, X_OK) == 0)
            return path;
    return {};
}

std::string describe(const BubblewrapVariant& v) {
    return fmt::format("{}, {}", v.user_namespace ? "own user namespace" : "as root without a user namespace",
                       v.own_proc ? "own /proc" : "no /proc (the host forbids mounting one)");
}

BubblewrapSupport probe() {
    BubblewrapSupport s;
    s.program = bubblewrap_program();
    if (s.program.empty()) {
        s.detail = "bwrap is not installed";
        s.remedy = "apt-get install bubblewrap";
        return s;
    }
    std::vector<BubblewrapVariant> variants = {{true, true}, {true, false}};
    if (geteuid() == 0)
        variants = {{true, true}, {false, true}, {true, false}, {false, false}};
    for (const auto& v : variants) {
        const std::string why = attempt(s.program, v);
        if (why.empty()) {
            s.works = true;
            s.variant = v;
            s.detail = describe(v);
            return s;
        }
        if (s.detail.empty())
            s.detail = why;
    }
    s.remedy =
        "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1; on Ubuntu "
        "kernel.apparmor_restrict_unprivileged_userns=0), in a container run it with --security-opt seccomp=unconfined "
        "--security-opt apparmor=unconfined --security-opt systempaths=unconfined, or ask for RUSTCODER_SANDBOX=weak";
    return s;
}

} // namespace

namespace {

std::once_flag settled;
std::atomic<bool> known = false;
BubblewrapSupport support; // written once, under the flag

} // namespace

const std::string& bubblewrap_program() {
    static const std::string path = find_program();
    return path;
}

bool bubblewrap_known() {
    return known;
}

void note_bubblewrap_works() {
    std::call_once(settled, [] {
        support.program = bubblewrap_program();
        support.works = true;
        support.detail = describe(support.variant);
        known = true;
    });
}

const BubblewrapSupport& bubblewrap_support() {
    std::call_once(settled, [] {
        support = probe();
        known = true;
    });
    return support;
}

} // namespace rustcoder::process
