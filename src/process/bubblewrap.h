// The running tier's command line for bubblewrap, and which variant of it this host allows. Thread-safe.
#pragma once

#include "process/sandbox.h"

#include <string>
#include <vector>

namespace rustcoder::process {

/// What had to be left out on this host. Full strength: everything true.
struct BubblewrapVariant {
    bool user_namespace = true; // false: needs root; capabilities are dropped all the same
    bool own_proc = true;       // false: no /proc at all in the sandbox
};

struct BubblewrapSupport {
    std::string program; // path, empty when not installed
    std::string version;
    bool works = false;
    BubblewrapVariant variant;
    std::string detail; // what works, or why nothing does
    std::string remedy;
};

/// Runs /bin/true in each variant, strongest first, once per process, unless a real run has shown before that the
/// strongest works.
const BubblewrapSupport& bubblewrap_support();

/// False while nobody knows yet what works here.
bool bubblewrap_known();
/// Where bwrap is installed, or empty.
const std::string& bubblewrap_program();
/// A command ran in the strongest variant with the filter on: that is as good as the probe, and saves its 6 ms.
void note_bubblewrap_works();

/// Arguments for `bwrap --args FD`, without the program and its arguments. `seccomp_fd` < 0: none.
std::vector<std::string> bubblewrap_arguments(const BubblewrapVariant& variant, const Command& command,
                                              const Policy& policy, int seccomp_fd, int status_fd);

} // namespace rustcoder::process
