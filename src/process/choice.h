// Which mechanism carries a run. Pure, so that hosts which lack a mechanism can be tested anywhere.
#pragma once

#include "base/result.h"
#include "process/bubblewrap.h"
#include "process/capabilities.h"
#include "process/sandbox.h"

#include <functional>

namespace rustcoder::process {

enum class Way {
    landlock,   // direct child with landlock and seccomp
    bubblewrap, // own namespaces
    partial,    // what is there (weak) or limits only (off)
    refused,
};

/// The probes behind the functions start processes, so only those that are needed are asked.
struct Host {
    std::function<const CheckingSupport&()> checking = checking_support;
    std::function<const BubblewrapSupport&()> bubblewrap = bubblewrap_support;
};

Way choose(Tier tier, Mode mode, const Host& host);

/// Why a strict run is refused and what to do about it.
Error refusal(Tier tier, const Host& host);

} // namespace rustcoder::process
