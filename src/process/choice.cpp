#include "process/choice.h"

#include <fmt/core.h>

namespace rustcoder::process {

Way choose(Tier tier, Mode mode, const Host& host) {
    if (mode == Mode::off)
        return Way::partial;
    if (tier == Tier::checking && host.checking().works)
        return Way::landlock;
    // namespaces are stronger than landlock and can stand in for it; the filter is part of both
    if (host.bubblewrap().works && (host.checking().seccomp || mode == Mode::weak))
        return Way::bubblewrap;
    return mode == Mode::weak ? Way::partial : Way::refused;
}

Error refusal(Tier tier, const Host& host) {
    const BubblewrapSupport& bwrap = host.bubblewrap();
    const CheckingSupport& checking = host.checking();
    if (tier == Tier::running && bwrap.works)
        return {Errc::denied,
                fmt::format("programs are not run, because system calls cannot be filtered here: {}", checking.detail),
                "sandbox", "use a kernel with CONFIG_SECCOMP_FILTER, or ask for RUSTCODER_SANDBOX=weak"};
    if (tier == Tier::running)
        return {Errc::denied,
                fmt::format("programs are not run, because bubblewrap does not work here: {}", bwrap.detail), "sandbox",
                bwrap.remedy};
    return {
        Errc::denied,
        fmt::format(
            "the compiler is not started, because neither landlock with seccomp ({}) nor bubblewrap ({}) works here",
            checking.detail, bwrap.works ? "without seccomp" : bwrap.detail),
        "sandbox", "use a kernel of 5.19 or newer with landlock, or: " + bwrap.remedy};
}

} // namespace rustcoder::process
