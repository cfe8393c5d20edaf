// Best-first search over project states. Internal to repair/; docs/repair.md explains it.
#pragma once

#include "repair/check_pool.h"
#include "repair/engine.h"

#include <queue>
#include <set>

namespace rustcoder::repair {

using Diagnostics = std::vector<toolchain::Diagnostic>;

/// What of a report has to go away: errors, with warnings too when they are denied; cargo's own failure as a diagnostic
/// of phase `cargo` placed in the manifest it names.
Diagnostics complaints(const toolchain::CheckReport& report, const project::Project& project, bool deny_warnings);

/// Search weights, in nats (a candidate of prior p costs -ln p). Tuned on programs of our own; bench/README.md has the
/// effect of each.
struct Weights {
    double error = 1.3;      // expected cost of repairing one more error of the same phase
    double error_tail = 0.9; // ... after the sixth
    double risk[5] = {0, 0, 0.35, 0.9, 2.2};
    double per_byte = 0.004;  // edit size
    double later_phase = 0.6; // answering an error that an earlier one may have caused
    double unbalanced = 1.6;  // the patch leaves unmatched delimiters
    double mixed = 1.2;       // an error went, another came
    double warning = 0.25;    // a new warning: the edit disconnected something
    double batch = 0.75;      // several answers checked at once share the risk
    double margin = 0.35;     // look at rivals this close to the first that compiles
    int rivals = 4;           // ... but at most so many
    int max_mixed = 2;        // trades in one chain: longer ones drift away from what was written
    int stall = 100;          // checks without a better state before giving up
    int late = 40;            // ... before late sources are heard if they have something, and how many they are worth
    int late_states = 4;      // the best states about which they are asked
};

class Search {
public:
    Search(toolchain::Workspace& workspace, const Options& options, std::stop_token stop,
           std::function<void(const Event&)> on_event);

    struct Winner {
        project::Project project;
        std::vector<AppliedEdit> steps;
        double cost = 0;
        std::size_t warnings = 0;
        bool returned = false;
        bool sure = false; // so is every step
        bool late = false; // a step is of a late source
    };
    /// A state to work on: the root, or a state that an authoritative check found wanting.
    void add_root(const project::Project& project, Diagnostics errors, const Winner* from = nullptr);

    /// The next best state in which quick checks find no error; nullptr when the space, the budget or the time is used
    /// up, or the caller stopped it. Sources that need time (CandidateSource::wait) are waited for before that.
    const Winner* next_winner();

    /// The best state that still has errors: later phase, fewer errors, lower cost. Falls back to the root.
    struct Partial {
        project::Project project;
        std::vector<AppliedEdit> steps;
        Diagnostics errors;
        bool improved = false;
    };
    Partial best_partial() const;

    /// One quick check, counted; nullptr when out of budget or stopped.
    CheckPool::Answer check(const project::Project& project);
    int checks() const { return checks_; }
    bool exhausted() const;
    bool stalled() const { return checks_ - improved_at_ >= weights_.stall; }
    /// Most checks in a row that brought nothing better, before one did.
    int longest_wait() const { return longest_wait_; }
    /// What became of the candidates, when Options::record_trials.
    std::vector<Trial> take_trials() { return std::move(trials_); }
    int gutted() const { return gutted_; }
    const Error* failure() const { return failure_ ? &*failure_ : nullptr; }

private:
    struct Ranked {
        Candidate candidate;
        double cost = 0;
        double droppable = 1;
        bool sure = false;
        std::vector<std::size_t> targets; // indexes of errors it answers
    };
    struct Node {
        project::Project project;
        Diagnostics errors;
        std::vector<Ranked> ranked;
        std::vector<AppliedEdit> steps;
        double g = 0;
        int depth = 0;
        int tried = 0;
        int mixed = 0; // steps on the way here that traded one error for another
    };
    struct Open {
        double f = 0;
        int order = 0, node = 0;
        std::vector<int> picks;
        std::shared_ptr<project::Project> project; // built on first use
        std::string key;
        double cost = 0;
        bool operator>(const Open& o) const { return f != o.f ? f > o.f : order > o.order; }
    };

    int add_node(project::Project project, Diagnostics errors, std::vector<AppliedEdit> steps, double g, int depth,
                 int mixed = 0);
    void expand(int node);
    /// Into the state's ranking: what all propose, or only these sources.
    void gather(int node, std::span<const std::shared_ptr<const CandidateSource>> late = {});
    void push(int node, std::vector<int> picks);
    static std::tuple<bool, int, std::size_t, double> state_key(const Node& node); // smaller is better
    bool hear_late_sources(std::chrono::milliseconds patience);
    void explore();
    void turn_down(const Candidate& candidate, const Diagnostics& errors) const;
    void push_batch(int node);
    bool prepare(Open& open); // builds the project; false: nothing new
    void evaluate(Open& open, const toolchain::CheckReport& report);
    void retry_good_part(const Open& open, const Diagnostics& errors);
    std::vector<AppliedEdit> steps_of(const Open& open) const;
    void improved();
    void record(const Open& open, const Diagnostics& errors);
    double remaining(const Diagnostics& errors, const std::set<std::size_t>& without) const;
    double candidate_cost(const Candidate& c, bool later_phase) const;
    void hint_rivals();
    const Winner* take_winner();

    toolchain::Workspace& workspace_;
    Options options_;
    Weights weights_;
    std::stop_token stop_;
    std::function<void(const Event&)> on_event_;
    std::chrono::steady_clock::time_point deadline_;
    std::vector<Node> nodes_;
    std::deque<Winner> winners_; // pointers to members stay valid
    std::vector<Open> open_;     // heap
    std::set<std::string> visited_;
    project::Project root_;
    std::optional<Error> failure_;
    std::vector<Trial> trials_;
    int order_ = 0, checks_ = 0, improved_at_ = 0, after_winner_ = 0, gutted_ = 0, longest_wait_ = 0;
    CheckPool pool_; // last: its threads use the workspace and must end first
};

} // namespace rustcoder::repair
