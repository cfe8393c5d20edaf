// What the knowledge base holds, as plain values. Thread-safe as values.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

enum class Kind {
    lesson,  // an error and what to do about it, in words and code
    fix,     // a learned fix: abstract template, see learn.h
    project, // a project template or example: files in the payload
    passage  // a section of documentation
};
/// "lesson", "fix", "project", "passage".
const char* name(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

struct Provenance {
    std::string source;    // where it is from: "rustc --explain E0382", "rust-docs/book/ch04-01.html#slices", "user",
                           // "agent:NAME", "engine", "model:NAME", "watch", "import:FILE"
    std::string licence;   // SPDX expression when known
    std::string toolchain; // "1.95.0" when it was verified with one
    std::int64_t created = 0; // seconds since 1970, set by the store when 0
};

/// What use has shown. For fixes: candidates tried; those that compiled; those part of a verified answer; those turned
/// down by compiler, tests or a person. For others: `tried` counts how often it was retrieved for use.
struct Counts {
    std::uint64_t tried = 0, compiled = 0, passed = 0, rejected = 0;
    Counts& operator+=(const Counts& o);
    bool operator==(const Counts&) const = default;
};

struct Entry {
    std::string id; // 32 hex digits: content_id(); set by the store when empty
    Kind kind = Kind::passage;
    std::string title;
    std::string text;    // what is searched and shown: plain text or Markdown
    std::string payload; // JSON object for machines, "" when there is none (kinds' shapes: docs/knowledge.md)
    std::vector<std::string> codes; // error codes and lint names it is about
    Provenance provenance;
    Counts counts;
    bool quarantined = false; // kept and counted, but not used
    std::int64_t updated = 0; // seconds since 1970
};

/// Identity by content: kind, title, text and payload (not provenance, counts or time). Equal content is one entry.
std::string content_id(const Entry& entry);

/// Lower bound of the Wilson score interval: what share of successes is certain after `successes` of `trials`, at 1.96
/// standard deviations (Wilson 1927). 0 without trials.
double wilson_lower(std::uint64_t successes, std::uint64_t trials, double z = 1.96);
/// The upper bound; 1 without trials.
double wilson_upper(std::uint64_t successes, std::uint64_t trials, double z = 1.96);

} // namespace rustcoder::knowledge
