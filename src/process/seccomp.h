// System call filters of the two tiers, built once with libseccomp and kept as program bytes. Thread-safe.
#pragma once

#include "base/result.h"
#include "process/sandbox.h"

#include <linux/filter.h>

#include <span>

namespace rustcoder::process {

/// Lives as long as the process. Errors: unavailable (with the reason).
Result<std::span<const sock_filter>> seccomp_filter(Tier tier);

} // namespace rustcoder::process
