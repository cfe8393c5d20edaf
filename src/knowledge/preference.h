// What use teaches about the order of candidates: a small log-linear model on top of the hand-set priors, and how often
// edits turned out to be unneeded. docs/learning.md explains it. Pure values; not thread-safe.
#pragma once

#include "knowledge/template_scene.h"
#include "project/patch.h"

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace rustcoder::knowledge {

/// What a candidate is like, as numbers that hold none of the user's words: its origin, the kind of error, the edit
/// with names and literals left out, and where it stands. The more special come later.
std::vector<std::uint64_t> features_of(const toolchain::Diagnostic& diagnostic, std::string_view origin,
                                       const project::Patch& patch, const TreeOf& tree_of);

/// Nothing but names spelt a little differently. Which spelling is meant is a matter of the words, of which features
/// know nothing: experience treats all such candidates alike.
bool is_respelling(const project::Patch& patch, const TreeOf& tree_of);

/// One decision: candidates of which some were right.
struct Decision {
    struct Option {
        std::vector<std::uint64_t> features;
        double prior = 0.5; // before this model
        bool right = false;
    };
    std::string code;
    std::vector<Option> options;
    double weight = 1; // how sure the verdict is: 1 judged by a user or by tests, less when only the compiler agreed
};

/// Sums for one error code ("" for syntax errors).
class Preferences {
public:
    /// Nats to add to ln(prior); within +-most.
    double leaning(std::span<const std::uint64_t> features) const;
    void learn(const Decision& decision);
    static constexpr double most = 1.25; // a strong hand-set order stays what it is

    bool empty() const { return weights_.empty(); }
    std::string print() const;
    /// Damaged text gives an empty one.
    static Preferences parse(std::string_view json);

private:
    struct Weight {
        float value = 0;
        std::uint32_t seen = 0;
    };
    std::unordered_map<std::uint64_t, Weight> weights_;
};

/// How often edits of a kind were found to be unneeded, and how long patience was worth it.
class Habits {
public:
    void kept(const std::string& origin) { ++edits_[origin].kept, ++all_.kept; }
    void dropped(const std::string& origin) { ++edits_[origin].dropped, ++all_.dropped; }
    /// Careful estimate of the chance that an edit of this origin is unneeded; 1 when nothing is known.
    double droppable(const std::string& origin) const;
    /// A repair that succeeded had waited for so many checks at most.
    void waited(int checks);
    int patience(int usual) const;

    std::string print() const;
    static Habits parse(std::string_view json);

private:
    struct Edits {
        std::uint64_t kept = 0, dropped = 0;
    };
    std::unordered_map<std::string, Edits> edits_;
    Edits all_;
    std::uint64_t repairs_ = 0;
    int longest_ = 0;
};

} // namespace rustcoder::knowledge
