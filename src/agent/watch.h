// One project over time: is it sound now, what would repair it, and what did its author do about it. Not thread-safe.
// docs/watch.md
#pragma once

#include "agent/agent.h"
#include "agent/learning.h"
#include "toolchain/workspace.h"

#include <deque>

namespace rustcoder::agent {

struct WatchOptions {
    bool learn = true;
    int max_checks = 150;                       // of the search for a ready fix
    std::chrono::milliseconds deadline{15'000}; // of that search
    std::size_t learn_lines = 60;               // a larger change is work, not a repair
    std::size_t learn_errors = 30;              // in a state that broken nobody says which change mended what
};

class WatchSession {
public:
    using Learn = std::function<Result<LearnedFix>(const project::Project& before, const project::Project& after,
                                                   std::stop_token stop)>;
    static Result<std::unique_ptr<WatchSession>> open(const Environment& environment, WatchOptions options = {});
    /// For tests: any workspace, anything that learns.
    WatchSession(std::unique_ptr<toolchain::Workspace> workspace, Learn learn, WatchOptions options);

    /// Quick where the compiler's lines are known; what compiles is confirmed by cargo. Remembers the state.
    Result<toolchain::CheckReport> check(const project::Project& project, std::stop_token stop = {});
    /// The best repair of that state, verified; nothing is written.
    Result<repair::Outcome> repair(const project::Project& project, std::stop_token stop = {});

    /// Repairs by the author that wait to be learned.
    std::size_t to_learn() const { return repairs_.size(); }
    /// Learns the oldest; it stays when stopped. nullopt: there is none, or it taught nothing.
    Result<std::optional<LearnedFix>> learn_next(std::stop_token stop = {});

    std::function<void(repair::Options&)> prepare; // memory and naturalness, of the environment

private:
    struct State {
        project::Project project;
        std::vector<std::uint64_t> errors; // fingerprints, sorted
    };
    struct Repair {
        project::Project before, after;
    };
    Result<toolchain::CheckReport> judge(const project::Project& project, std::stop_token stop);
    void remember(const project::Project& project, const toolchain::CheckReport& report);
    void repaired(const State& broken, const project::Project& sound);

    const std::unique_ptr<toolchain::Workspace> workspace_;
    const Learn learn_;
    const WatchOptions options_;
    std::string manifests_;                           // of the last full check: another one needs a full check
    std::optional<State> first_broken_, last_broken_; // since it last compiled
    std::optional<project::Project> sound_;
    std::deque<Repair> repairs_;
};

/// Lines that differ, both sides counted.
std::size_t changed_lines(const project::Project& a, const project::Project& b);

} // namespace rustcoder::agent
