// One run through each mechanism: the steps that Sandbox::run and the probes share.
#pragma once

#include "process/bubblewrap.h"
#include "process/supervise.h"

namespace rustcoder::process {

/// In bubblewrap, with the running tier's system call filter when there is one.
Result<Supervised> run_bubblewrap(const std::string& program, const BubblewrapVariant& variant, const Command& command,
                                  const Policy& policy, std::stop_token stop);

/// What of the checking tier to switch on.
struct Confinement {
    bool landlock = true;
    bool seccomp = true;
    bool drop_capabilities = true;
};

/// As a direct child.
Result<Supervised> run_direct(const Confinement& confinement, const Command& command, const Policy& policy,
                              std::stop_token stop);

} // namespace rustcoder::process
