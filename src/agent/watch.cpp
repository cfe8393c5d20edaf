#include "agent/watch.h"

#include "base/text.h"
#include "repair/naturalness.h"

#include <algorithm>

namespace rustcoder::agent {

namespace {

constexpr std::size_t waiting_repairs = 8; // older ones are dropped: somebody types faster than we can learn

/// What decides whether recorded command lines still hold.
std::string manifests_of(const project::Project& project) {
    std::string out;
    for (const auto& [path, file] : project.files())
        if (path.ends_with("Cargo.toml") || path.ends_with("Cargo.lock") || path.starts_with(".cargo/") ||
            path.ends_with("build.rs"))
            out += path + "\n" + *file.bytes + "\n";
        else if (path.ends_with(".rs"))
            out += path + "\n"; // a new file may be a new target
    return out;
}

std::vector<std::uint64_t> errors_of(const toolchain::CheckReport& report) {
    std::vector<std::uint64_t> out;
    for (const auto& d : report.diagnostics)
        if (d.is_error())
            out.push_back(d.fingerprint());
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace

std::size_t changed_lines(const project::Project& a, const project::Project& b) {
    const std::string diff = project::unified_diff(a, b, 0);
    std::size_t n = 0;
    for (const auto line : base::lines(diff))
        n += (line.starts_with("+") && !line.starts_with("+++")) || (line.starts_with("-") && !line.starts_with("---"));
    return n;
}

Result<std::unique_ptr<WatchSession>> WatchSession::open(const Environment& environment, WatchOptions options) {
    toolchain::WorkspaceOptions workspace_options;
    workspace_options.cache_dir = environment.cache_dir;
    RC_TRY_ASSIGN(auto workspace,
                  toolchain::Workspace::open(environment.toolchain, environment.sandbox, workspace_options));
    options.learn = options.learn && environment.memory;
    auto session = std::make_unique<WatchSession>(
        std::move(workspace),
        [environment](const project::Project& before, const project::Project& after, std::stop_token stop) {
            return learn_from_fix(environment, before, after, "watch", stop);
        },
        options);
    session->prepare = [environment](repair::Options& o) {
        if (environment.naturalness)
            o.naturalness = repair::Naturalness::installed(environment.cache_dir, environment.toolchain);
        use_memory(environment, false, o);
    };
    return session;
}

WatchSession::WatchSession(std::unique_ptr<toolchain::Workspace> workspace, Learn learn, WatchOptions options)
    : workspace_(std::move(workspace)), learn_(std::move(learn)), options_(options) {}

Result<toolchain::CheckReport> WatchSession::judge(const project::Project& project, std::stop_token stop) {
    auto manifests = manifests_of(project);
    if (manifests == manifests_) {
        RC_TRY_ASSIGN(auto quick, workspace_->quick_check(project, stop));
        if (!quick.ok)
            return quick;
    }
    manifests_.clear();
    RC_TRY_ASSIGN(auto full, workspace_->check(project, stop));
    if (full.cargo_error.empty())
        manifests_ = std::move(manifests);
    return full;
}

Result<toolchain::CheckReport> WatchSession::check(const project::Project& project, std::stop_token stop) {
    RC_TRY_ASSIGN(auto report, judge(project, stop));
    if (stop.stop_requested())
        return fail(Errc::cancelled, "a newer state is there");
    remember(project, report);
    return report;
}

void WatchSession::remember(const project::Project& project, const toolchain::CheckReport& report) {
    if (!report.ok) {
        State state{project, errors_of(report)};
        if (state.errors.empty() || report.timed_out)
            return; // cargo's own trouble: nothing to learn from
        if (!first_broken_)
            first_broken_ = state;
        last_broken_ = std::move(state);
        return;
    }
    // Back to what it was is no repair, it is giving up.
    if (last_broken_ && !(sound_ && *sound_ == project)) {
        repaired(*last_broken_, project);
        if (first_broken_->errors != last_broken_->errors)
            repaired(*first_broken_, project);
    }
    first_broken_.reset();
    last_broken_.reset();
    sound_ = project;
}

void WatchSession::repaired(const State& broken, const project::Project& sound) {
    if (!options_.learn || broken.errors.size() > options_.learn_errors)
        return;
    const auto lines = changed_lines(broken.project, sound);
    if (lines == 0 || lines > options_.learn_lines)
        return;
    if (repairs_.size() >= waiting_repairs)
        repairs_.pop_front();
    repairs_.push_back({broken.project, sound});
}

Result<repair::Outcome> WatchSession::repair(const project::Project& project, std::stop_token stop) {
    repair::Options options;
    options.max_checks = options_.max_checks;
    options.deadline = options_.deadline;
    options.build = false; // the author's own build does that
    if (prepare)
        prepare(options);
    return repair::repair(*workspace_, project, options, stop);
}

Result<std::optional<LearnedFix>> WatchSession::learn_next(std::stop_token stop) {
    if (repairs_.empty())
        return std::nullopt;
    auto learned = learn_(repairs_.front().before, repairs_.front().after, stop);
    if (!learned && learned.error().code == Errc::cancelled)
        return std::unexpected(std::move(learned).error());
    repairs_.pop_front();
    if (!learned && learned.error().code == Errc::invalid_input)
        return std::nullopt; // it compiles now, but it was no repair: code was deleted, or nothing can be told apart
    if (!learned)
        return std::unexpected(std::move(learned).error());
    if (learned->report.fresh + learned->report.strengthened + learned->report.generalised == 0)
        return std::nullopt;
    return std::optional(*std::move(learned));
}

} // namespace rustcoder::agent
