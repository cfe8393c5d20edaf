// The user's cargo and rustc: where they are, what they are. Value type, thread-safe.
#pragma once

#include "base/result.h"
#include "process/sandbox.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rustcoder::toolchain {

struct Toolchain {
    std::filesystem::path cargo, rustc; // the real binaries, never rustup's proxies (each costs 10 ms)
    std::filesystem::path sysroot;
    std::string rustc_version; // "1.95.0"
    std::string rustc_verbose; // rustc -vV
    std::string cargo_version;
    std::string host; // target triple
    int minor = 0;    // 95
    bool has_std_sources = false;
    std::vector<std::string> notes; // what was chosen and why

    /// Triples with a standard library, the host's first.
    std::vector<std::string> targets() const;
    /// 64-bit identity of the pair, for caches.
    std::uint64_t identity() const;
};

struct DiscoverOptions {
    std::string cargo_path; // CARGO_PATH of the contract
    std::string rustc_path; // RUST_COMPILER_PATH of the contract
    std::string toolchain;  // rustup toolchain name, RUSTUP_TOOLCHAIN
    static DiscoverOptions from_environment();
};

/// Order: explicit paths; rustup's active toolchain (resolved through `rustup which` semantics without running the
/// proxies where possible); cargo/rustc on PATH; Debian's /usr/bin. Errors: unavailable with how to install.
/// The result is cached on disk per (path, mtime) so that the second start costs no process.
Result<Toolchain> discover(const DiscoverOptions& options = DiscoverOptions::from_environment());

} // namespace rustcoder::toolchain
