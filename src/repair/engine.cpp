#include "repair/engine.h"

#include "base/counters.h"
#include "repair/examples.h"
#include "repair/polish.h"
#include "repair/rebase.h"
#include "repair/search.h"

#include <fmt/format.h>

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Clock = std::chrono::steady_clock;
using toolchain::CheckReport;
using toolchain::Workspace;

// Edits that are dropped more rarely than this are not asked about: the answer costs a check each time.
constexpr double needed_for_sure = 0.12;

class Run {
public:
    Run(Workspace& workspace, const project::Project& original, const Options& options, std::stop_token stop,
        const std::function<void(const Event&)>& on_event)
        : workspace_(workspace), options_(options), stop_(stop), on_event_(on_event), start_(Clock::now()) {
        out_.original = out_.best = original;
    }

    Result<Outcome> go() {
        RC_TRY_ASSIGN(CheckReport first, authoritative(out_.original));
        out_.first_diagnostics = complaints(first, out_.original, options_.deny_warnings);
        out_.errors_before = static_cast<int>(out_.first_diagnostics.size());
        if (accepted(first)) {
            RC_TRY_ASSIGN(bool final_ok, confirm(out_.original));
            if (final_ok)
                return finish(Verdict::already_ok, "the project compiles as it is");
            if (last_errors_.empty())
                return finish(Verdict::unchanged, rejection_);
            out_.first_diagnostics = last_errors_;
            out_.errors_before = static_cast<int>(last_errors_.size());
        } else if (out_.first_diagnostics.empty()) {
            out_.build_output = first.stderr_text;
            return finish(first.timed_out ? Verdict::unchanged : Verdict::failed,
                          first.timed_out ? "the compiler did not finish within its limit"
                                          : "the compiler failed without naming an error in the project");
        }
        if (options_.max_builds == 1)
            return finish(Verdict::unchanged, "one build was allowed and it failed; nothing was tried");

        Search search(workspace_, options_, stop_, on_event_);
        search.add_root(out_.original, out_.first_diagnostics);
        auto judged = try_winners(search);
        out_.checks = search.checks();
        out_.patience_used = search.longest_wait();
        keep_trials(search);
        RC_TRY_ASSIGN(bool done, std::move(judged));
        if (done)
            return finish(Verdict::fixed, "");
        if (search.failure())
            return std::unexpected(*search.failure());
        return give_up(search);
    }

private:
    bool accepted(const CheckReport& report) const {
        return report.ok && !(options_.deny_warnings && report.warnings() > 0);
    }

    Result<CheckReport> authoritative(const project::Project& project) {
        RC_TRY_ASSIGN(CheckReport report, workspace_.check(project, stop_));
        out_.attempts.push_back({accepted(report), report.stderr_text});
        out_.build_output = report.stderr_text;
        last_errors_ = complaints(report, project, options_.deny_warnings);
        emit(Event::Kind::checked, "cargo check", static_cast<int>(last_errors_.size()));
        return report;
    }

    bool builds_left() const {
        return options_.max_builds == 0 || static_cast<int>(out_.attempts.size()) < options_.max_builds;
    }

    // A winner of the quick checks is only a claim: cargo decides, then the linker, then the tests.
    Result<bool> try_winners(Search& search) {
        struct Fallback { // compiles, but its tests or examples fail
            project::Project project;
            std::vector<AppliedEdit> steps;
            std::optional<toolchain::RunReport> tests;
            std::optional<bool> examples_pass;
        };
        std::optional<Fallback> fallback;
        int judged = 0;
        constexpr int max_judged = 12;
        while (const Search::Winner* winner = search.next_winner()) {
            if (!builds_left() || judged++ >= max_judged)
                break;
            emit(Event::Kind::verifying, "cargo", 0);
            project::Project candidate = winner->project;
            std::vector<AppliedEdit> steps = winner->steps;
            minimise(search, candidate, steps);
            RC_TRY_ASSIGN(CheckReport report, authoritative(candidate));
            if (!accepted(report)) {
                // Units that could not be reached before (tests of a library, the next crate): go on from here.
                if (!last_errors_.empty())
                    search.add_root(candidate, last_errors_, winner);
                continue;
            }
            polish(search, report, candidate, steps);
            RC_TRY_ASSIGN(bool ok, confirm(candidate));
            if (!ok && !last_errors_.empty()) {
                search.add_root(candidate, last_errors_, winner);
                continue;
            }
            if (!ok) {
                turn_down(*winner);
                if (compiles_ && !fallback && !winner->late) // a late source has to be right
                    fallback = {candidate, steps, out_.tests, out_.examples_pass};
                continue;
            }
            take(candidate, std::move(steps));
            return true;
        }
        if (fallback) {
            out_.tests = std::move(fallback->tests);
            out_.examples_pass = fallback->examples_pass;
            take(fallback->project, std::move(fallback->steps));
            out_.explanation = rejection_;
            return true;
        }
        return false;
    }

    // The source of a late step hears why its change is not enough.
    void turn_down(const Search::Winner& winner) const {
        constexpr std::size_t most = 2'000; // of the tests' output: its end says what failed
        const auto late = std::find_if(winner.steps.rbegin(), winner.steps.rend(),
                                       [](const AppliedEdit& e) { return e.candidate.late; });
        if (late == winner.steps.rend())
            return;
        std::string words = rejection_;
        if (out_.tests && out_.tests->failed() > 0) {
            const std::string& said = out_.tests->exit.out;
            words += "\n" + said.substr(said.size() - std::min(said.size(), most));
        }
        for (const auto& source : options_.sources)
            source->turned_down(late->candidate, words);
    }

    void take(const project::Project& project, std::vector<AppliedEdit> steps) {
        out_.best = project;
        out_.applied = std::move(steps);
        last_errors_.clear();
        for (const AppliedEdit& e : out_.applied)
            out_.worst_risk = std::max(out_.worst_risk, e.candidate.risk);
    }

    void keep_trials(Search& search) {
        if (!options_.record_trials)
            return;
        std::vector<Trial> all = search.take_trials();
        auto add = [&](const AppliedEdit& step, Trial::Result result) {
            if (step.trial)
                all.push_back(*step.trial), all.back().result = result;
        };
        for (const AppliedEdit& step : dropped_)
            add(step, Trial::Result::dropped);
        for (const AppliedEdit& step : out_.applied)
            add(step, Trial::Result::accepted);
        out_.trials = std::move(all);
    }

    // What the compiler only warns about. Taken when it still compiles and warns less.
    void polish(Search& search, const CheckReport& report, project::Project& candidate,
                std::vector<AppliedEdit>& steps) {
        if (options_.max_risk < Risk::behaviour || options_.compiler_only)
            return;
        auto proposal = restore_visibility(candidate, report.diagnostics);
        if (!proposal)
            return;
        auto changed = project::apply(candidate, proposal->patch);
        if (!changed)
            return;
        auto answer = search.check(*changed);
        if (!answer || !*answer || !accepted(**answer) || (*answer)->warnings() >= report.warnings())
            return;
        AppliedEdit edit;
        edit.error_code = "dead_code";
        edit.error_message = "never used";
        edit.state = steps.empty() ? 0 : steps.back().state + 1;
        edit.confidence = proposal->prior;
        edit.candidate = std::move(*proposal);
        steps.push_back(std::move(edit));
        candidate = std::move(*changed);
    }

    bool compiles(Search& search, const project::Project& project) {
        auto answer = search.check(project);
        return answer && *answer && accepted(**answer);
    }

    // Drops edits that turn out not to be needed: whole steps first, then, where steps built on one another, parts of
    // what they wrote.
    void minimise(Search& search, project::Project& candidate, std::vector<AppliedEdit>& steps) {
        constexpr std::size_t max_steps = 12;
        if (steps.size() < 2 || steps.size() > max_steps)
            return;
        auto patches = rebase(out_.original, candidate, steps);
        if (!patches)
            return minimise_text(search, candidate, steps);
        for (std::size_t i = 0; i < steps.size() && steps.size() > 1;) {
            if (steps[i].droppable < needed_for_sure) {
                ++i;
                continue;
            }
            auto without = combine(out_.original, *patches, i);
            if (!without || *without == candidate || !compiles(search, *without)) {
                ++i;
                continue;
            }
            candidate = std::move(*without);
            dropped_.push_back(steps[i]);
            steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i));
            patches->erase(patches->begin() + static_cast<std::ptrdiff_t>(i));
        }
    }

    // Neighbouring changes of one line, the longest runs first: a chain of steps often leaves a detour in one
    // expression.
    void minimise_text(Search& search, project::Project& candidate, std::vector<AppliedEdit>& steps) {
        constexpr int max_checks = 30;
        constexpr std::size_t max_changes = 40;
        if (std::all_of(steps.begin(), steps.end(),
                        [](const AppliedEdit& step) { return step.droppable < needed_for_sure; }))
            return;
        project::Patch all = project::diff(out_.original, candidate);
        if (!all.added.empty() || !all.removed.empty() || all.edits.size() > max_changes)
            return;
        SourceMap original(out_.original);
        auto line = [&](const project::Edit& e) {
            auto source = original.source(e.path);
            return std::pair(e.path, source ? source->line_of(e.begin) : e.begin);
        };
        int tried = 0;
        for (std::size_t begin = 0; begin < all.edits.size();) {
            std::size_t end = begin + 1;
            while (end < all.edits.size() && line(all.edits[end]) == line(all.edits[begin]))
                ++end;
            std::size_t dropped = 0;
            for (std::size_t length = end - begin; length > 0 && dropped == 0; --length)
                for (std::size_t at = begin; at + length <= end && dropped == 0; ++at) {
                    project::Patch fewer = all;
                    auto first = fewer.edits.begin() + static_cast<std::ptrdiff_t>(at);
                    fewer.edits.erase(first, first + static_cast<std::ptrdiff_t>(length));
                    if (fewer.edits.empty() || tried++ >= max_checks)
                        continue;
                    auto without = project::apply(out_.original, fewer);
                    if (without && compiles(search, *without)) {
                        candidate = std::move(*without);
                        all = std::move(fewer);
                        dropped = length;
                    }
                }
            begin = dropped > 0 ? begin : end; // the rest of the line once more
        }
        // Steps in files that are again as they were have nothing to explain.
        std::erase_if(steps, [&](const AppliedEdit& step) {
            return std::none_of(all.edits.begin(), all.edits.end(), [&](const project::Edit& e) {
                return std::any_of(step.candidate.patch.edits.begin(), step.candidate.patch.edits.end(),
                                   [&](const project::Edit& s) { return s.path == e.path; });
            });
        });
    }

    // Link and const-eval errors appear only in a real build; tests and examples judge behaviour.
    Result<bool> confirm(const project::Project& project) {
        compiles_ = true;
        last_errors_.clear();
        if (options_.build) {
            RC_TRY_ASSIGN(CheckReport built, workspace_.build(project, stop_));
            if (!built.ok) {
                compiles_ = false;
                last_errors_ = complaints(built, project, options_.deny_warnings);
                out_.build_output = built.stderr_text;
                rejection_ = "it passes the check, but the build fails";
                return false;
            }
        }
        if (options_.run_tests) {
            RC_TRY_ASSIGN(toolchain::RunReport tests, workspace_.test(project, stop_));
            bool ok = tests.built && tests.failed() == 0 && tests.exit.ok();
            out_.tests = std::move(tests);
            if (!ok) {
                rejection_ = fmt::format("it compiles, but {} of its tests fail", out_.tests->failed());
                return false;
            }
        }
        if (!options_.examples.empty())
            out_.examples_pass = true;
        for (const Example& example : options_.examples) {
            RC_TRY_ASSIGN(const std::string differs, judge_example(workspace_, project, example, stop_));
            if (!differs.empty()) {
                out_.examples_pass = false;
                rejection_ = "it compiles, but does not do what an example asks for: " + differs;
                return false;
            }
        }
        return true;
    }

    Result<Outcome> give_up(Search& search) {
        Search::Partial partial = search.best_partial();
        out_.remaining = partial.errors;
        std::string why = fmt::format("after {} checks no change was found that the compiler accepts", search.checks());
        if (stop_.stop_requested())
            why = "stopped by the caller; this is the best state so far";
        else if (search.stalled())
            why = fmt::format("{} checks brought nothing better, so the search was ended", search.checks());
        else if (search.exhausted())
            why = fmt::format("the budget ended after {} checks", search.checks());
        if (search.gutted() > 0)
            why += fmt::format("; {} changes that compile were refused because they delete the author's code",
                               search.gutted());
        if (partial.improved) {
            out_.best = partial.project;
            out_.applied = std::move(partial.steps);
        }
        out_.errors_after = static_cast<int>(out_.remaining.size());
        Verdict v = stop_.stop_requested() ? Verdict::cancelled
                    : partial.improved     ? Verdict::partial
                                           : Verdict::unchanged;
        return finish(v, why);
    }

    Result<Outcome> finish(Verdict verdict, std::string why) {
        out_.verdict = verdict;
        if (!why.empty())
            out_.explanation = std::move(why);
        if (verdict == Verdict::unchanged || verdict == Verdict::failed) {
            if (out_.remaining.empty())
                out_.remaining = out_.first_diagnostics;
            out_.errors_after = static_cast<int>(out_.remaining.size());
        }
        out_.preservation = compare(out_.original, out_.best);
        out_.costs = workspace_.costs();
        out_.wall = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_);
        if (out_.explanation.empty())
            out_.explanation = fmt::format("{} error{} repaired with {} edit{}", out_.errors_before,
                                           out_.errors_before == 1 ? "" : "s", out_.applied.size(),
                                           out_.applied.size() == 1 ? "" : "s");
        emit(Event::Kind::done, name(verdict), out_.errors_after);
        static auto& repairs = base::counter("repairs_total", "Repairs ended, of any verdict");
        repairs.add();
        return std::move(out_);
    }

    void emit(Event::Kind kind, std::string message, int errors) {
        if (on_event_)
            on_event_({kind, std::move(message), errors, out_.checks});
    }

    Workspace& workspace_;
    const Options& options_;
    std::stop_token stop_;
    const std::function<void(const Event&)>& on_event_;
    Clock::time_point start_;
    Outcome out_;
    Diagnostics last_errors_;
    std::vector<AppliedEdit> dropped_;
    std::string rejection_;
    bool compiles_ = false;
};

} // namespace

Result<Outcome> repair(Workspace& workspace, const project::Project& project, const Options& options,
                       std::stop_token stop, const std::function<void(const Event&)>& on_event) {
    if (project.empty())
        return fail(Errc::invalid_input, "the project has no files", "",
                    "send at least Cargo.toml and one source file");
    return Run(workspace, project, options, stop, on_event).go();
}

} // namespace rustcoder::repair
