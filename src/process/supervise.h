// Waits for one child: feeds stdin, collects both outputs, watches the limits, kills the tree, reaps everything.
#pragma once

#include "process/sandbox.h"
#include "process/spawn.h"

#include <stop_token>

namespace rustcoder::process {

struct Pipes {
    base::Fd in;  // write end, or empty when there is nothing to feed
    base::Fd out; // read ends
    base::Fd err;
    base::Fd status; // bubblewrap's reports, or empty
};

struct Supervised {
    Exit exit;
    bool started = true; // false: bubblewrap ended before it ran the command; exit.err holds its message
};

/// Blocks until the child and its tree are gone. Always reaps, also when a callback throws.
Supervised supervise(Child child, Pipes pipes, const Command& command, const Policy& policy, std::stop_token stop);

} // namespace rustcoder::process
