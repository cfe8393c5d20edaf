#include "agent/learning_adapters.h"

#include "agent/model_help.h"
#include "base/text.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace rustcoder::agent {

namespace {

using knowledge::Decision;
using repair::Candidate;
using repair::Trial;

constexpr std::string_view learned = "learned"; // the rule's name of candidates from memory
constexpr double only_compiled = 0.1;           // weight of a verdict that no test confirmed
constexpr double asked = 0.12;                  // edits less droppable than this were not tried without
constexpr std::size_t max_options = 160;        // of one decision
constexpr std::size_t max_decisions = 60;       // of one repair

knowledge::TreeOf trees(const repair::SourceMap& sources) {
    return [&sources](std::string_view path) { return sources.tree(path); };
}

// What a candidate is known by: its rule; a suggestion of the compiler by its wording too.
std::string origin_of(const Candidate& c) {
    return c.rule == "compiler" ? c.rule + ": " + knowledge::shape_of(c.origin).text : c.rule;
}

class LearnedFixes final : public repair::CandidateSource {
public:
    explicit LearnedFixes(std::shared_ptr<knowledge::Memory> memory) : memory_(std::move(memory)) {}
    std::string_view name() const override { return learned; }

    void propose(const repair::RuleContext& context, repair::Proposals& out) const override {
        constexpr std::size_t much = 24; // bytes taken away for which nothing comes
        for (knowledge::Recalled& r :
             memory_->recall(context.diagnostic, trees(context.sources), context.rustc_minor)) {
            Candidate c;
            c.risk = r.adds_panic                                  ? repair::Risk::destructive
                     : r.deletes && r.patch.deleted_bytes() > much ? repair::Risk::behaviour
                     : r.adds_clone                                ? repair::Risk::cost
                                                                   : repair::Risk::low;
            c.patch = std::move(r.patch);
            c.rule = learned;
            c.why = std::move(r.why);
            c.prior = r.chance;
            c.origin = std::move(r.id);
            out.add(std::move(c));
        }
    }

private:
    std::shared_ptr<knowledge::Memory> memory_;
};

class FromMemory final : public repair::Experience {
public:
    explicit FromMemory(std::shared_ptr<knowledge::Memory> memory) : memory_(std::move(memory)) {}

    double prior(const Candidate& c, const repair::RuleContext& context) const override {
        const std::string& code = context.diagnostic.code;
        if (!memory_->leans(code))
            return c.prior;
        const auto features = knowledge::features_of(context.diagnostic, origin_of(c), c.patch, trees(context.sources));
        return c.prior * std::exp(memory_->leaning(code, features));
    }
    bool sure(const Candidate& c, const repair::RuleContext& context) const override {
        constexpr double clearly = 0.4; // nats in its favour
        constexpr double likely = 0.6;  // by its source alone
        const std::string& code = context.diagnostic.code;
        if (c.prior < likely || !memory_->leans(code)) // c.prior holds prior() already
            return false;
        if (knowledge::is_respelling(c.patch, trees(context.sources)))
            return false;
        const auto features = knowledge::features_of(context.diagnostic, origin_of(c), c.patch, trees(context.sources));
        const double leaning = memory_->leaning(code, features);
        return leaning > clearly && c.prior * std::exp(-leaning) > likely;
    }
    double droppable(const Candidate& c, const repair::RuleContext&) const override {
        return memory_->droppable(origin_of(c));
    }
    int patience(int usual) const override { return memory_->patience(usual); }

private:
    std::shared_ptr<knowledge::Memory> memory_;
};

Decision::Option option(const Candidate& c, const toolchain::Diagnostic& d, const repair::SourceMap& sources,
                        bool right) {
    return {knowledge::features_of(d, origin_of(c), c.patch, trees(sources)), c.prior, right};
}

// One state that a repair came by, with what was tried for its errors.
struct Visit {
    const project::Project* state = nullptr;
    std::vector<toolchain::Diagnostic> errors;
    std::vector<std::vector<const Trial*>> trials; // of each error
};

std::vector<Visit> visits(const std::vector<Trial>& trials) {
    std::vector<Visit> out;
    std::map<std::string, std::size_t> by_state;
    for (const Trial& t : trials) {
        auto [at, fresh] = by_state.emplace(t.state.content_hash(), out.size());
        if (fresh)
            out.push_back({&t.state, {}, {}});
        Visit& v = out[at->second];
        std::size_t i = 0;
        while (i < v.errors.size() && v.errors[i].fingerprint() != t.diagnostic.fingerprint())
            ++i;
        if (i == v.errors.size()) {
            v.errors.push_back(t.diagnostic);
            v.trials.emplace_back();
        }
        v.trials[i].push_back(&t);
    }
    return out;
}

// The engine's own verdicts: what was accepted against what the compiler turned down. A rival that compiles too may
// have been as good; it says nothing.
void judge_by_trials(const Visit& visit, double weight, std::vector<Decision>& out) {
    const repair::SourceMap sources(*visit.state);
    for (std::size_t i = 0; i < visit.errors.size(); ++i) {
        Decision d{visit.errors[i].code, {}, weight};
        std::set<std::uint64_t> taken;
        for (const Trial* t : visit.trials[i])
            if (t->result == Trial::Result::accepted && taken.insert(t->candidate.patch.hash()).second)
                d.options.push_back(option(t->candidate, visit.errors[i], sources, true));
        if (d.options.empty())
            continue;
        for (const Trial* t : visit.trials[i])
            if (t->result == Trial::Result::rejected && taken.insert(t->candidate.patch.hash()).second)
                d.options.push_back(option(t->candidate, visit.errors[i], sources, false));
        if (d.options.size() > 1)
            out.push_back(std::move(d));
    }
}

} // namespace

std::shared_ptr<const repair::CandidateSource> learned_fixes(std::shared_ptr<knowledge::Memory> memory) {
    return std::make_shared<LearnedFixes>(std::move(memory));
}

std::shared_ptr<const repair::Experience> experience(std::shared_ptr<knowledge::Memory> memory) {
    return std::make_shared<FromMemory>(std::move(memory));
}

bool judged_by_tests(const repair::Outcome& outcome) {
    const bool tests = outcome.tests && outcome.tests->passed() > 0 && outcome.tests->failed() == 0;
    return tests || outcome.examples_pass.value_or(false);
}

std::vector<Decision> decisions(const project::Project& state, std::span<const toolchain::Diagnostic> errors,
                                const knowledge::Target& answer, const repair::Options& options, int rustc_minor) {
    std::vector<Decision> out;
    const repair::SourceMap sources(state);
    std::set<std::uint64_t> seen;
    for (const toolchain::Diagnostic& error : errors) {
        if (!seen.insert(error.fingerprint()).second || out.size() >= max_decisions)
            continue;
        repair::RuleContext context{sources, error, errors, rustc_minor};
        Decision d{error.code, {}, 1};
        bool any = false;
        for (Candidate& c : repair::propose_all(context, options.sources)) {
            if (d.options.size() >= max_options)
                break;
            d.options.push_back(option(c, error, sources, answer.towards(state, c.patch)));
            any = any || d.options.back().right;
        }
        if (any && d.options.size() > 1)
            out.push_back(std::move(d));
    }
    return out;
}

knowledge::Experiences experiences(const repair::Outcome& outcome, const knowledge::Target* answer,
                                   const repair::Options& options, int rustc_minor) {
    knowledge::Experiences out;
    const bool fixed = outcome.verdict == repair::Verdict::fixed;
    if (!fixed && !answer)
        return out;
    const bool sure = answer || judged_by_tests(outcome);
    for (const Trial& t : outcome.trials) {
        if (t.candidate.rule != learned)
            continue;
        knowledge::Counts counts{1, 0, 0, 0};
        if (answer) {
            const bool right = answer->towards(t.state, t.candidate.patch);
            counts.compiled = counts.passed = right ? 1 : 0;
            counts.rejected = right ? 0 : 1;
        } else if (t.result == Trial::Result::accepted) {
            counts.compiled = 1;
            counts.passed = sure ? 1 : 0;
        } else if (t.result == Trial::Result::rejected || t.result == Trial::Result::dropped) {
            counts.rejected = 1;
        }
        out.evidence.push_back({t.diagnostic.code, t.candidate.origin, counts});
    }
    for (const Visit& v : visits(outcome.trials)) {
        if (out.decisions.size() >= max_decisions)
            break;
        if (answer)
            for (Decision& d : decisions(*v.state, v.errors, *answer, options, rustc_minor))
                out.decisions.push_back(std::move(d));
        else
            judge_by_trials(v, sure ? 1 : only_compiled, out.decisions);
    }
    if (!fixed)
        return out;
    out.waits.push_back(outcome.patience_used);
    for (const Trial& t : outcome.trials)
        if (t.result == Trial::Result::dropped)
            out.dropped.push_back(origin_of(t.candidate));
    if (outcome.applied.size() + out.dropped.size() > 1)
        for (const repair::AppliedEdit& e : outcome.applied)
            if (e.droppable >= asked)
                out.kept.push_back(origin_of(e.candidate));
    return out;
}

std::vector<knowledge::Lesson> lessons(const repair::Outcome& outcome, const std::string& toolchain,
                                       const std::string& source) {
    std::vector<knowledge::Lesson> out;
    for (const repair::AppliedEdit& e : outcome.applied)
        if (e.trial && e.candidate.rule != learned)
            out.push_back({e.trial->state,
                           e.candidate.patch,
                           {e.trial->diagnostic},
                           toolchain,
                           model_provenance(e.candidate).empty() ? source : model_provenance(e.candidate),
                           judged_by_tests(outcome)});
    return out;
}

} // namespace rustcoder::agent
