// What this host offers to the checking tier. Thread-safe.
#pragma once

#include <string>

namespace rustcoder::process {

struct CheckingSupport {
    int landlock_abi = 0;
    bool landlock = false; // present, with the rights a compiler needs
    bool seccomp = false;
    bool works = false; // /bin/true ran with both
    std::string detail; // why not
};

/// Probed once per process.
const CheckingSupport& checking_support();

} // namespace rustcoder::process
