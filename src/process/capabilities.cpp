#include "process/capabilities.h"

#include "process/landlock.h"
#include "process/mechanisms.h"
#include "process/sandbox.h"
#include "process/seccomp.h"

#include <fmt/core.h>

#include <fstream>
#include <unistd.h>

namespace rustcoder::process {
namespace {

constexpr int needed_abi = 2; // REFER: renames between directories

std::string why_not(const Confinement& confinement) {
    Command command;
    command.argv = {"/bin/true"};
    command.cwd = "/";
    Policy policy;
    policy.tier = Tier::checking;
    policy.limits.wall = std::chrono::seconds(10);
    const auto done = run_direct(confinement, command, policy, {});
    if (!done)
        return done.error().text();
    return done->exit.ok() ? std::string() : done->exit.describe();
}

CheckingSupport probe() {
    CheckingSupport s;
    s.landlock_abi = landlock_abi();
    if (s.landlock_abi >= needed_abi && seccomp_filter(Tier::checking) && why_not({}).empty()) {
        s.landlock = s.seccomp = s.works = true; // both at once, the usual case: one process instead of two
        return s;
    }
    std::string landlock_trouble, seccomp_trouble;
    if (s.landlock_abi < needed_abi)
        landlock_trouble = s.landlock_abi == 0
                               ? "the kernel has no landlock, or it is switched off"
                               : fmt::format("landlock ABI {} is too old, {} is needed", s.landlock_abi, needed_abi);
    else
        landlock_trouble = why_not({.landlock = true, .seccomp = false});
    if (auto filter = seccomp_filter(Tier::checking); !filter)
        seccomp_trouble = filter.error().text();
    else
        seccomp_trouble = why_not({.landlock = false, .seccomp = true});
    s.landlock = landlock_trouble.empty();
    s.seccomp = seccomp_trouble.empty();
    s.works = s.landlock && s.seccomp;
    s.detail = !s.landlock ? landlock_trouble : seccomp_trouble;
    return s;
}

std::string user_namespace_detail() {
    std::ifstream in("/proc/sys/user/max_user_namespaces");
    std::string limit;
    if (!std::getline(in, limit))
        return "the kernel has none";
    return "at most " + limit;
}

Capabilities probe_all() {
    const CheckingSupport& checking = checking_support();
    const BubblewrapSupport& bwrap = bubblewrap_support();
    Capabilities c;
    c.mechanisms.push_back(
        {"landlock", checking.landlock,
         checking.landlock ? fmt::format("ABI {}", checking.landlock_abi) : checking.detail,
         checking.landlock ? "" : "a kernel of 5.19 or newer started with landlock in its lsm= list"});
    c.mechanisms.push_back({"seccomp", checking.seccomp, checking.seccomp ? "filter loaded" : checking.detail,
                            checking.seccomp ? "" : "a kernel with CONFIG_SECCOMP_FILTER"});
    c.mechanisms.push_back({"bubblewrap", bwrap.works,
                            bwrap.program.empty() ? bwrap.detail : bwrap.program + ": " + bwrap.detail, bwrap.remedy});
    c.mechanisms.push_back({"user namespaces", bwrap.works && bwrap.variant.user_namespace, user_namespace_detail(),
                            bwrap.works && bwrap.variant.user_namespace ? "" : bwrap.remedy});
    c.running_ok = bwrap.works && checking.seccomp;
    // namespaces can stand in for landlock, at the running tier's price
    c.checking_ok = checking.works || c.running_ok;
    return c;
}

} // namespace

const CheckingSupport& checking_support() {
    static const CheckingSupport support = probe();
    return support;
}

const Capabilities& capabilities() {
    static const Capabilities all = probe_all();
    return all;
}

} // namespace rustcoder::process
