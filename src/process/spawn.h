// Starts one child with vfork semantics: the caller's memory is shared until execve, so the cost does not grow with the
// server's heap. Everything the child needs is built before; between clone and execve only system calls happen.
// Thread-safe.
#pragma once

#include "base/os.h"
#include "base/result.h"

#include <linux/filter.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace rustcoder::process {

struct ResourceLimit {
    int resource;
    rlim_t soft, hard;
};

struct Launch {
    std::vector<std::string> argv; // argv[0] is the path that is executed
    std::vector<std::string> env;
    std::string cwd;                      // empty: the caller's
    std::vector<int> fds;                 // become 0, 1, 2, ... in the child; every other descriptor is closed
    std::vector<ResourceLimit> limits;    // lowered to the hard limits in force
    int landlock = -1;                    // ruleset to enter (a rule for the child's own /proc entry is added to it)
    std::span<const sock_filter> seccomp; // filter to enter; empty: none
    bool drop_capabilities = false;       // keeps CAP_DAC_OVERRIDE only, for a server that runs as root
};

struct Child {
    pid_t pid = -1; // leader of a session and process group of its own
    base::Fd pidfd;
};

/// Errors: not_found (no such program), io (the step that failed is in the message).
Result<Child> spawn(const Launch& launch);

/// Orphans of our children come to us, so that they can be waited for by group. Once per process.
void become_subreaper();

} // namespace rustcoder::process
