// What the engine takes from outside itself: more candidates (learned fixes, a model) and experience with the ones it
// has. Declared here so that repair is tested with neither knowledge nor model; agent/ supplies the implementations.
#pragma once

#include "repair/rule.h"

#include <chrono>
#include <stop_token>

namespace rustcoder::repair {

/// Candidates from beyond the rules. Thread-safe; total (any diagnostic, any broken source); answers within
/// milliseconds, because the search waits for it. Nothing it proposes is trusted: the compiler, the preservation test
/// and the tests judge it like any other candidate.
class CandidateSource {
public:
    virtual ~CandidateSource() = default;
    virtual std::string_view name() const = 0;
    virtual void propose(const RuleContext& context, Proposals& out) const = 0;
    /// For sources that need longer than the search can wait at each state: asked when the search gets nowhere without
    /// them (time zero: only whether something has come), and once more, with what is left of its time, before it gives
    /// up. True: the source has something that it did not have before; the best states are then asked about again.
    /// Candidates of such a source are marked `late`.
    virtual bool wait(std::chrono::milliseconds, const std::stop_token&) const { return false; }
    /// A late candidate was tried and is no repair; `why`: what the compiler or the tests said.
    virtual void turned_down(const Candidate&, std::string_view) const {}
};

/// What use has taught about candidates of any source. Thread-safe, answers in microseconds.
class Experience {
public:
    virtual ~Experience() = default;
    /// The chance (0..1) that the candidate is what the author meant, given what its own source says (candidate.prior)
    /// and how often candidates like it were right for diagnostics like this one. Without evidence: candidate.prior.
    virtual double prior(const Candidate& candidate, const RuleContext& context) const = 0;
    /// Upper bound of the chance that an edit like this one turns out to be unneeded once everything compiles; 1
    /// without evidence. The engine drops the check whether it can be left out when this is small.
    virtual double droppable(const Candidate& candidate, const RuleContext& context) const = 0;
    /// Experience says clearly that this candidate is the one: rivals that cost nearly the same need not be checked.
    virtual bool sure(const Candidate&, const RuleContext&) const { return false; }
    /// How many checks without a better state are worth making before giving up, when nobody knows better: `usual`.
    virtual int patience(int usual) const { return usual; }
};

/// What became of one candidate; the raw material of learning. In the order in which they happened.
struct Trial {
    enum class Result {
        rejected, // checked, and worse or no better
        helped,   // its errors went, others remain
        compiled, // nothing is left to complain about
        dropped,  // found to be unneeded at the end
        accepted  // part of the answer that was verified
    } result = Result::rejected;
    Candidate candidate;
    toolchain::Diagnostic diagnostic; // what it answered
    project::Project state;           // what its patch is against
};

} // namespace rustcoder::repair
