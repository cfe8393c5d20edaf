// What Cargo.toml says about a package, as far as a knowledge base wants to know. Reads the TOML that cargo and people
// write in manifests (tables, strings, multi-line strings, arrays, inline tables as dependencies), not all of TOML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

struct Manifest {
    std::string name, version, description, licence, edition;
    std::vector<std::string> features, dependencies, keywords;
    bool package = false; // false: a workspace without a package of its own
};
Manifest read_manifest(std::string_view toml);

} // namespace rustcoder::knowledge
