// A learned fix as a value: what to look for around an error and what to put there, with holes where the user's names
// and literals were. docs/learning.md explains the method. Pure functions on values; thread-safe.
#pragma once

#include "knowledge/template_scene.h"
#include "project/patch.h"

#include <optional>

namespace rustcoder::knowledge {

enum class HoleType : std::uint8_t {
    name,
    lifetime,
    integer,
    floating,
    text,    // string, character and byte literals
    operand, // any one of the above
    run      // a sequence of tokens that the diagnostic quotes
};

/// One token of a pattern.
struct Term {
    enum class Kind : std::uint8_t {
        word, // this token: Rust's or the standard library's
        hole, // whatever the hole holds
        near, // a known name spelt almost like what the hole holds
        fresh // a lifetime that is not in use yet
    } kind = Kind::word;
    std::string word;
    int hole = -1;
    std::uint8_t gap = 0; // white space in front, in added text: 0 none, 1 space, 2 line break
    bool operator==(const Term&) const = default;
};
using Pattern = std::vector<Term>;

/// What a quoted part of the diagnostic must look like.
struct AtomPattern {
    std::string role;
    Pattern pattern;
    bool operator==(const AtomPattern&) const = default;
};

struct TemplateHunk {
    static constexpr int anywhere = 99; // as offset: where the pattern fits, nearest to the anchor
    std::string anchor;                 // role of a place (template_scene.h)
    bool at_end = false;                // counted from its end
    int offset = 0;                     // tokens from there to the change
    Pattern left, removed, added, right;
    std::uint8_t trail = 0; // white space after the added text
    bool operator==(const TemplateHunk&) const = default;
};

struct Template {
    std::string code, shape;
    std::vector<HoleType> holes;
    std::vector<AtomPattern> atoms;
    std::vector<TemplateHunk> hunks;
    bool operator==(const Template&) const = default;
    /// How much of it is concrete, 0..1: more matches less often, but is more surely meant.
    double specificity() const;
};

/// Payload of the store's entry. `parse` refuses what is not a template of ours or breaks its bounds.
std::string print(const Template& t);
std::optional<Template> parse_template(std::string_view json);
/// "E0308 mismatched types: insert `&`"; and a longer text to search and to read.
std::string title_of(const Template& t);
std::string text_of(const Template& t);

/// Templates of one lesson and one of its errors, the most specific first; empty when the change cannot be explained
/// from the diagnostic and the tokens around. `why` says then what was in the way.
std::vector<Template> abstract(const Scene& scene, const project::Project& before, const project::Patch& patch,
                               std::string* why = nullptr);

/// What the template proposes at this error, best first, at most three.
struct Instance {
    project::Patch patch;
    bool exact = true; // found where the template says, not merely nearby
};
std::vector<Instance> instantiate(const Template& t, const Scene& scene);

/// The least general template that covers both; nullopt when they have no common form that still says what to write.
std::optional<Template> generalise(const Template& a, const Template& b);

} // namespace rustcoder::knowledge
