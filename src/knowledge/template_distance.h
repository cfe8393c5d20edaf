// Whether a change leads towards a known good version: what somebody's fix says about every other candidate without
// asking the compiler. Pure, thread-safe.
#pragma once

#include "project/patch.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace rustcoder::knowledge {

/// Distances to one version of a project, in tokens: white space, comments and the order of imports do not count.
/// Thread-safe.
class Target {
public:
    explicit Target(const project::Project& good);
    /// Tokens to insert and remove on the way from `state`; only files of `paths` are compared.
    std::size_t distance(const project::Project& state, const std::vector<std::string>& paths) const;
    /// Everything the patch does has to be done on the way from `state`, and it does something.
    bool towards(const project::Project& state, const project::Patch& patch) const;

private:
    struct Content {
        std::vector<std::uint64_t> tokens;  // without imports
        std::vector<std::uint64_t> imports; // sorted
    };
    static Content read(const std::string& text);
    static std::size_t between(const Content& a, const Content& b);
    Content content(std::string_view path) const;

    project::Project good_;
    std::map<std::string, Content, std::less<>> files_;
};

} // namespace rustcoder::knowledge
