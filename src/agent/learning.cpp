#include "agent/learning.h"

#include "agent/learning_adapters.h"
#include "base/log.h"
#include "repair/naturalness.h"
#include "syntax/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rustcoder::agent {

namespace {

using toolchain::Diagnostic;

constexpr std::size_t max_changes = 12; // that are tried without, one by one
constexpr int practice_checks = 80;     // of our own attempt at the same errors
constexpr std::chrono::seconds practice_time{20};

std::vector<Diagnostic> errors_in(const toolchain::CheckReport& report) {
    std::vector<Diagnostic> out;
    std::copy_if(report.diagnostics.begin(), report.diagnostics.end(), std::back_inserter(out),
                 [](const Diagnostic& d) { return d.is_error(); });
    return out;
}

// Openers less closers of each kind that an edit brings.
std::array<int, 3> balance(const project::Project& before, const project::Edit& e) {
    std::array<int, 3> out{};
    auto count = [&](std::string_view text, int sign) {
        const syntax::Source source{std::string(text)};
        for (const syntax::Token& t : source.tokens()) {
            const std::string_view s = source.text(t);
            for (std::size_t k = 0; k < 3; ++k)
                out[k] +=
                    sign * ((s == std::string_view("([{").substr(k, 1)) - (s == std::string_view(")]}").substr(k, 1)));
        }
    };
    count(e.text, 1);
    if (const std::string* text = before.find(e.path))
        count(std::string_view(*text).substr(e.begin, e.end - e.begin), -1);
    return out;
}

// Edits that only make sense together: on one line, or the two ends of a new pair of delimiters.
std::vector<project::Patch> changes_of(const project::Project& before, const project::Patch& all) {
    constexpr std::size_t near_lines = 3;
    struct Group {
        std::vector<project::Edit> edits;
        std::string path;
        std::size_t first = 0, last = 0; // lines
        std::array<int, 3> open{};
    };
    std::vector<Group> groups;
    repair::SourceMap sources(before);
    for (const project::Edit& e : all.edits) {
        auto source = sources.source(e.path);
        const std::size_t first = source ? source->line_of(e.begin) : 0, last = source ? source->line_of(e.end) : 0;
        const auto open = balance(before, e);
        Group* home = nullptr;
        for (Group& g : groups) {
            const bool same_line = g.path == e.path && first <= g.last;
            bool pair = false;
            for (std::size_t k = 0; k < 3; ++k)
                pair = pair || (g.path == e.path && g.open[k] * open[k] < 0 && first <= g.last + near_lines);
            if (same_line || pair)
                home = &g;
        }
        if (!home)
            home = &groups.emplace_back(Group{{}, e.path, first, last, {}});
        home->edits.push_back(e);
        home->last = std::max(home->last, last);
        for (std::size_t k = 0; k < 3; ++k)
            home->open[k] += open[k];
    }
    std::vector<project::Patch> out;
    for (Group& g : groups) {
        project::Patch p;
        p.edits = std::move(g.edits);
        out.push_back(std::move(p));
    }
    if (!all.added.empty() || !all.removed.empty()) {
        project::Patch p;
        p.added = all.added;
        p.removed = all.removed;
        out.push_back(std::move(p));
    }
    return out;
}

std::optional<project::Project> all_but(const project::Project& before, const std::vector<project::Patch>& changes,
                                        std::size_t skip) {
    project::Patch rest;
    for (std::size_t i = 0; i < changes.size(); ++i)
        if (i != skip) {
            auto merged = project::merge(rest, changes[i]);
            if (!merged)
                return std::nullopt;
            rest = std::move(*merged);
        }
    auto applied = project::apply(before, rest);
    return applied ? std::optional(std::move(*applied)) : std::nullopt;
}

class Teacher {
public:
    Teacher(const Environment& environment, toolchain::Workspace& workspace, std::string source, std::stop_token stop)
        : environment_(environment), workspace_(workspace), source_(std::move(source)), stop_(stop) {
        options_.sources.push_back(learned_fixes(environment.memory));
        options_.experience = experience(environment.memory);
    }

    Result<LearnedFix> teach(const project::Project& before, const project::Project& after) {
        RC_TRY_ASSIGN(auto broken, workspace_.check(before, stop_));
        RC_TRY_ASSIGN(auto whole, workspace_.check(after, stop_));
        out_.checks = 2;
        RC_TRY(judge(before, after, broken, whole));
        const std::vector<Diagnostic> errors = errors_in(broken);
        out_.errors = errors.size();

        const knowledge::Target answer(after);
        knowledge::Experiences all;
        auto add = [&](const project::Project& state, std::span<const Diagnostic> seen) {
            for (auto& d : decisions(state, seen, answer, options_, environment_.toolchain.minor))
                all.decisions.push_back(std::move(d));
        };
        add(before, errors);
        const std::vector<project::Patch> changes = changes_of(before, project::diff(before, after));
        out_.changes = changes.size();
        if (changes.size() == 1) {
            RC_TRY(lesson(before, after, errors));
        } else if (changes.size() <= max_changes) {
            // Everything repaired but one change: the errors that come back are what this change is for.
            for (std::size_t i = 0; i < changes.size(); ++i) {
                auto state = all_but(before, changes, i);
                if (!state || *state == after)
                    continue;
                RC_TRY_ASSIGN(auto report, workspace_.quick_check(*state, stop_));
                ++out_.checks;
                const std::vector<Diagnostic> back = errors_in(report);
                if (back.empty())
                    continue; // not needed to make it compile
                RC_TRY(lesson(*state, after, back));
                add(*state, back);
            }
        } else {
            out_.report.note = fmt::format("{} changes at once are too many to tell apart", changes.size());
        }
        RC_TRY(practise(before, answer, all));
        RC_TRY(environment_.memory->record(all));
        if (!out_.report.ids.empty())
            out_.report.note.clear();
        return std::move(out_);
    }

private:
    static Status judge(const project::Project& before, const project::Project& after,
                        const toolchain::CheckReport& broken, const toolchain::CheckReport& whole) {
        if (errors_in(broken).empty())
            return fail(Errc::invalid_input,
                        broken.ok ? "the first version compiles: there is nothing to learn from"
                                  : "the first version fails without an error in its code",
                        "before", "send the version that did not compile");
        if (!whole.ok) {
            const auto left = errors_in(whole);
            return fail(Errc::invalid_input,
                        left.empty() ? "the second version does not compile"
                                     : "the second version does not compile: " + left.front().message,
                        "after", "send the version that compiles");
        }
        const auto kept = repair::compare(before, after);
        if (kept.verdict == repair::Preservation::Verdict::gutted)
            return fail(Errc::invalid_input, "the second version deletes code instead of repairing it: " + kept.summary,
                        "after", "send a repair that keeps what the program does");
        return {};
    }

    Status lesson(const project::Project& state, const project::Project& after, const std::vector<Diagnostic>& errors) {
        knowledge::Lesson lesson{
            state, project::diff(state, after), errors, environment_.toolchain.rustc_version, source_, true};
        RC_TRY_ASSIGN(auto report, environment_.memory->learn(lesson));
        ++out_.explained;
        out_.report.fresh += report.fresh;
        out_.report.strengthened += report.strengthened;
        out_.report.generalised += report.generalised;
        out_.report.ids.insert(out_.report.ids.end(), report.ids.begin(), report.ids.end());
        if (!report.note.empty())
            out_.report.note = report.note;
        const Diagnostic& first = errors.front();
        out_.learned.push_back(fmt::format("{}{}{}", first.code, first.code.empty() ? "" : " ", first.message) +
                               (report.ids.empty() ? ": " + report.note : std::string()));
        return {};
    }

    // Our own attempt at the same errors, held against the answer: what we would have tried first, what was in vain.
    Status practise(const project::Project& before, const knowledge::Target& answer, knowledge::Experiences& all) {
        repair::Options options = options_;
        options.max_checks = practice_checks;
        options.deadline = practice_time;
        options.build = false;
        options.record_trials = true;
        if (environment_.naturalness)
            options.naturalness = repair::Naturalness::installed(environment_.cache_dir, environment_.toolchain);
        RC_TRY_ASSIGN(auto outcome, repair::repair(workspace_, before, options, stop_));
        out_.checks += outcome.checks;
        knowledge::Experiences own = experiences(outcome, &answer, options_, environment_.toolchain.minor);
        std::move(own.evidence.begin(), own.evidence.end(), std::back_inserter(all.evidence));
        std::move(own.decisions.begin(), own.decisions.end(), std::back_inserter(all.decisions));
        all.kept = std::move(own.kept);
        all.dropped = std::move(own.dropped);
        all.waits = std::move(own.waits);
        return {};
    }

    const Environment& environment_;
    toolchain::Workspace& workspace_;
    std::string source_;
    std::stop_token stop_;
    repair::Options options_;
    LearnedFix out_;
};

} // namespace

Result<LearnedFix> learn_from_fix(const Environment& environment, const project::Project& before,
                                  const project::Project& after, std::string_view source, std::stop_token stop) {
    if (!environment.memory)
        return fail(Errc::unavailable, "there is no knowledge base to learn into", "knowledge",
                    "run without switching it off");
    if (before.empty() || after.empty())
        return fail(Errc::invalid_input, "both versions of the project are needed", before.empty() ? "before" : "after",
                    "send at least Cargo.toml and one source file");
    if (before == after)
        return fail(Errc::invalid_input, "both versions are the same", "after", "send the repaired version");
    toolchain::WorkspaceOptions options;
    options.cache_dir = environment.cache_dir;
    RC_TRY_ASSIGN(auto workspace, toolchain::Workspace::open(environment.toolchain, environment.sandbox, options));
    return Teacher(environment, *workspace, std::string(source), stop).teach(before, after);
}

void use_memory(const Environment& environment, bool learn, repair::Options& options) {
    if (!environment.memory)
        return;
    options.sources.push_back(learned_fixes(environment.memory));
    options.experience = experience(environment.memory);
    options.record_trials = options.record_trials || learn;
}

void learn_from_repair(const Environment& environment, const repair::Outcome& outcome, const repair::Options& options,
                       const std::string& source) {
    if (!environment.memory || outcome.verdict != repair::Verdict::fixed)
        return;
    auto tell = [](const Error& error) { base::log_warn("nothing was learned from this repair: " + error.text()); };
    if (auto status = environment.memory->record(experiences(outcome, nullptr, options, environment.toolchain.minor));
        !status)
        return tell(status.error());
    for (const knowledge::Lesson& lesson : lessons(outcome, environment.toolchain.rustc_version, source))
        if (auto report = environment.memory->learn(lesson); !report)
            return tell(report.error());
}

} // namespace rustcoder::agent
