// Cargo.toml as a model writes it, made sane. Pure text in, text out.
#pragma once

#include "agent/model_writer.h"

namespace rustcoder::agent {

struct SaneManifest {
    std::string text;
    std::vector<std::string> dropped; // "name: reason", in the order of the text
};

struct ManifestWishes {
    std::string package, edition; // empty: as written, else "project" and 2021
    std::span<const AvailableCrate> crates;
    bool member_manifests = false; // the project has further Cargo.toml files
};

/// Name, version and edition are there; dependencies are only crates that can be had, at the version that can be had;
/// build scripts, patches, git and outside paths are gone. Lines that need no change stay as they are, with their
/// comments. Text that is no TOML comes out no worse, and cargo says what is wrong with it.
SaneManifest sane_manifest(std::string_view text, const ManifestWishes& wishes);

} // namespace rustcoder::agent
