// Compiled dependencies kept between workspaces: 10 s become 0.1 s. Internal to toolchain/.
//
// An entry belongs to (toolchain, everything in the manifests that shapes dependencies, Cargo.lock, registries, kind of
// build). It is copied in and out, never shared by hard links: the project's build scripts may write in their target
// directory. Nothing is saved from a workspace where code of the project took part in compiling.
#pragma once

#include "toolchain/cargo.h"

namespace rustcoder::toolchain {

class DependencyCache {
public:
    /// `folder` empty: nothing is cached.
    DependencyCache(std::filesystem::path folder, std::uint64_t toolchain_identity)
        : folder_(std::move(folder)), identity_(toolchain_identity) {}

    /// Name of the entry, or "" when the project has no dependencies to keep or brings its own cargo configuration.
    std::string key(const project::Project& project, std::string_view kind,
                    const std::vector<std::filesystem::path>& registries) const;
    /// True when the entry was there. A damaged or half-copied entry only makes cargo build what is missing.
    bool restore(const std::string& key, const std::filesystem::path& target) const;
    /// Saves the parts of `target` that belong to packages from registries. Errors are of no consequence to the caller.
    void save(const std::string& key, const std::filesystem::path& target,
              const std::vector<Artifact>& artifacts) const;

    static constexpr std::uintmax_t max_bytes = 4ull << 30;
    static constexpr std::size_t max_entries = 32;

private:
    void evict() const;

    std::filesystem::path folder_;
    std::uint64_t identity_;
};

/// True when some manifest names a dependency that is not a plain path dependency.
bool has_external_dependencies(const project::Project& project);

} // namespace rustcoder::toolchain
