// quick_check(): rustc's recorded lines on a candidate, in a slot of its own.
#include "base/counters.h"
#include "base/text.h"
#include "toolchain/target_seed.h"
#include "toolchain/workspace_impl.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

/// A slot lent to one thread.
struct WorkspaceImpl::Lease {
    WorkspaceImpl* owner = nullptr;
    Slot* slot = nullptr;
    Lease(WorkspaceImpl* o, Slot* s) : owner(o), slot(s) {}
    Lease(Lease&& o) noexcept : owner(o.owner), slot(std::exchange(o.slot, nullptr)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
        if (!slot)
            return;
        const std::scoped_lock lock(owner->slots_mutex_);
        owner->free_slots_.push_back(slot); // last used first: its source copy is the nearest
        owner->slot_freed_.notify_one();
    }
};

Result<WorkspaceImpl::Lease> WorkspaceImpl::take_slot(std::stop_token stop) {
    std::unique_lock lock(slots_mutex_);
    if (!slot_freed_.wait(lock, stop, [&] { return !free_slots_.empty(); }))
        return fail(Errc::cancelled, "the check was cancelled");
    Slot* slot = free_slots_.back();
    free_slots_.pop_back();
    return Lease(this, slot);
}

Status WorkspaceImpl::prepare_slot(Slot& slot) {
    if (!slot.place.tree.root().empty())
        return {};
    RC_TRY_ASSIGN(slot.place.tree, SourceTree::create(slot.root / "src"));
    slot.out = slot.root / "out";
    slot.place.target = slot.root / "target";
    slot.place.home = slot.root / "home";
    slot.place.cargo_home = slot.root / "cargo";
    fs::create_directories(slot.out);
    return {};
}

Result<CheckReport> WorkspaceImpl::cargo_in_slot(Slot& slot, const project::Project& candidate, std::stop_token stop) {
    if (!Cargo::manifest_folder(candidate))
        return no_manifest();
    if (!slot.target_seeded) {
        for (const fs::path& p : {slot.place.target, slot.place.home, slot.place.cargo_home})
            fs::create_directories(p);
        RC_TRY(write_cargo_home(slot.place.cargo_home, options_.registries));
        RC_TRY(seed_target(main_.target, slot.place.target));
        RC_TRY(slot.place.tree.touch_all()); // nothing in the seed may pass for fresh
        slot.target_seeded = true;
    }
    RC_TRY_ASSIGN(CargoRun run, run_cargo(slot.place, check_arguments(candidate), {}, options_.check_limits, stop));
    return report_of(run, slot.place.tree, options_.registries);
}

namespace {

bool touches_unit(const Unit& u, const Baseline& base, const Difference& change) {
    auto in_package = [&](const std::string& path) {
        return u.package_dir.empty() || path.starts_with(u.package_dir + "/");
    };
    auto reads = [&](const std::string& path) {
        if (u.files)
            return std::ranges::find(*u.files, path) != u.files->end();
        return true; // what it would read is not known: anything may matter
    };
    // A file that comes or goes matters through `mod` lines that nobody has changed.
    return std::ranges::any_of(change.modified, reads) || std::ranges::any_of(change.added, in_package) ||
           std::ranges::any_of(change.removed, [&](const std::string& p) { return in_package(p) || reads(p); });
}

std::vector<std::uint64_t> error_prints(const Unit& u) {
    std::vector<std::uint64_t> out;
    if (u.diagnostics)
        for (const Diagnostic& d : *u.diagnostics)
            if (d.is_error())
                out.push_back(d.fingerprint());
    std::ranges::sort(out);
    return out;
}

/// The same root compiled with and without --test: when the test build fails and the plain one failed before with
/// nothing of its own, the plain one has nothing to add.
const Unit* test_twin(const Unit& u, const Baseline& base) {
    if (u.test || u.status != Unit::Status::failed || !u.diagnostics)
        return nullptr;
    for (const Unit& other : base.units) {
        if (!other.test || other.root != u.root || !other.diagnostics || other.status != Unit::Status::failed)
            continue;
        if (std::ranges::includes(error_prints(other), error_prints(u)))
            return &other;
    }
    return nullptr;
}

/// rustc died or said nothing readable: that is a result to show, not to lose.
Diagnostic abnormal(const process::Exit& exit, const ParsedOutput& parsed, const std::string& label) {
    Diagnostic d;
    d.level = Level::ice;
    d.phase = Phase::type;
    d.unit = label;
    d.message = "the compiler failed without a diagnostic: " + exit.describe();
    for (std::size_t i = 0; i < parsed.other.size() && i < 40; ++i)
        d.rendered += parsed.other[i] + "\n";
    d.rendered = "error: " + d.message + "\n" + d.rendered;
    return d;
}

} // namespace

/// One replay of the recorded units on the candidate that a slot holds.
struct WorkspaceImpl::Replay {
    enum class State { untried, reused, ok, failed, blocked };

    WorkspaceImpl& workspace;
    Slot& slot;
    const Baseline& base;
    const Difference& change;
    std::stop_token stop;
    std::unordered_map<std::string, const Unit*> by_key = {};
    std::unordered_map<std::string, State> states = {};
    CheckReport report = {};
    bool needs_cargo = false; // a host crate (proc macro, what it links) changed and still compiles
    bool all_ok = true;

    Result<State> visit(const Unit& unit);
    Result<State> run(const Unit& unit);
    process::Command command(const Unit& unit) const;
    process::Policy policy(const Unit& unit) const;
    void reuse(const Unit& unit);
    std::string moved(std::string_view text) const {
        return base::replace_all(std::string(text), workspace.main_.tree.root().string(),
                                 slot.place.tree.root().string());
    }
    bool rebuilt(const std::string& key) const {
        const auto found = states.find(key);
        return found != states.end() && found->second == State::ok;
    }
};

process::Command WorkspaceImpl::Replay::command(const Unit& unit) const {
    process::Command c;
    c.cwd = moved(unit.cwd.string());
    for (const std::string& e : unit.env)
        c.env.push_back(moved(e));
    c.env.push_back("PATH=" + workspace.toolchain_.rustc.parent_path().string() + ":/usr/bin:/bin");
    c.env.push_back("LC_ALL=C.UTF-8");
    c.argv.push_back(unit.argv[0]);
    for (std::size_t i = 1; i < unit.argv.size(); ++i) {
        const std::string& a = unit.argv[i];
        if (a == "--out-dir") {
            c.argv.insert(c.argv.end(), {a, slot.out.string()});
            ++i;
        } else if (a.starts_with("--emit=")) {
            c.argv.emplace_back("--emit=metadata");
        } else if (a.starts_with("--json=") || a.starts_with("--diagnostic-width=")) {
            continue;
        } else if (a == "-C" && i + 1 < unit.argv.size() && unit.argv[i + 1].starts_with("incremental=")) {
            ++i;
        } else if (a == "--extern" && i + 1 < unit.argv.size()) {
            const std::string& value = unit.argv[++i];
            const auto eq = value.find('=');
            const std::string file = eq == std::string::npos ? "" : fs::path(value.substr(eq + 1)).filename().string();
            std::string key = file.substr(0, file.rfind('.'));
            if (key.starts_with("lib"))
                key.erase(0, 3);
            c.argv.push_back(a);
            c.argv.push_back(!file.empty() && rebuilt(key)
                                 ? value.substr(0, eq + 1) + (slot.out / ("lib" + key + ".rmeta")).string()
                                 : value);
        } else {
            c.argv.push_back(moved(a));
        }
    }
    // What this slot has rebuilt comes before what the last check left.
    c.argv.insert(c.argv.end(), {"-L", "dependency=" + slot.out.string()});
    return c;
}

process::Policy WorkspaceImpl::Replay::policy(const Unit& unit) const {
    process::Policy p;
    // rustc runs code of others only through proc macros; those may also come in through a dependency's dependency.
    const bool macros = unit.macro_extern || unit.proc_macro || (base.user_code_in_rustc && unit.has_extern);
    const bool odd_flags = std::ranges::any_of(unit.argv, [](const std::string& a) { return a.starts_with("-Z"); });
    p.tier = macros || odd_flags ? process::Tier::running : process::Tier::checking;
    p.read_only = workspace.cargo_.read_only();
    p.read_only.push_back(workspace.main_.target);
    p.read_only.push_back(slot.place.tree.root());
    p.read_write = {slot.out};
    p.limits = workspace.options_.check_limits;
    return p;
}

void WorkspaceImpl::Replay::reuse(const Unit& unit) {
    if (unit.diagnostics)
        merge_diagnostics(report.diagnostics, *unit.diagnostics);
    if (unit.status != Unit::Status::ok)
        all_ok = false;
}

Result<WorkspaceImpl::Replay::State> WorkspaceImpl::Replay::run(const Unit& unit) {
    static auto& total = base::counter("checks_total", "Checks by kind", "kind=\"rustc\"");
    total.add();
    workspace.counting_.rustc.fetch_add(1, std::memory_order_relaxed);
    RC_TRY_ASSIGN(const process::Exit exit, workspace.sandbox_.run(command(unit), policy(unit), stop));
    workspace.counting_.ended(exit.wall);
    if (exit.ended == process::Ended::cancelled)
        return fail(Errc::cancelled, "the check was cancelled");
    const std::string root = workspace.main_.tree.root().string();
    const std::string cwd = unit.cwd.string();
    ParseContext context =
        Cargo::parse_context(slot.place.tree, cwd.size() > root.size() ? cwd.substr(root.size() + 1) : std::string());
    context.unit = unit.label;
    ParsedOutput parsed = parse_cargo_output(exit.err, context).parsed;
    const bool errors = std::ranges::any_of(parsed.diagnostics, [](const Diagnostic& d) { return d.is_error(); });
    if (!exit.ok() && !errors)
        parsed.diagnostics.push_back(abnormal(exit, parsed, unit.label));
    report.timed_out = report.timed_out || exit.ended == process::Ended::timed_out;
    merge_diagnostics(report.diagnostics, std::move(parsed.diagnostics));
    if (!exit.ok()) {
        all_ok = false;
        return State::failed;
    }
    needs_cargo = needs_cargo || unit.proc_macro || unit.build_script || unit.links;
    return State::ok;
}

Result<WorkspaceImpl::Replay::State> WorkspaceImpl::Replay::visit(const Unit& unit) {
    if (const auto known = states.find(unit.key); known != states.end())
        return known->second;
    states[unit.key] = State::blocked; // a cycle cannot happen; if it did, this ends it
    bool affected = unit.status == Unit::Status::not_run ||
                    (unit.status == Unit::Status::failed && !unit.diagnostics) || touches_unit(unit, base, change);
    bool blocked = false;
    for (const std::string& dep : unit.depends) {
        const auto found = by_key.find(dep);
        if (found == by_key.end())
            continue; // a dependency from outside the project: in the target directory
        RC_TRY_ASSIGN(const State state, visit(*found->second));
        affected = affected || state == State::ok;
        blocked = blocked || state == State::failed || state == State::blocked ||
                  (state == State::reused && found->second->status != Unit::Status::ok);
    }
    State result = State::reused;
    if (blocked) {
        result = State::blocked;
        all_ok = false;
    } else if (affected && needs_cargo) {
        result = State::blocked; // it may need the dynamic library that only cargo's line builds
    } else if (affected) {
        if (const Unit* twin = test_twin(unit, base)) {
            RC_TRY_ASSIGN(const State state, visit(*twin));
            if (state == State::failed)
                return states[unit.key] = State::blocked;
        }
        RC_TRY_ASSIGN(result, run(unit));
    } else {
        reuse(unit);
    }
    return states[unit.key] = result;
}

Result<CheckReport> WorkspaceImpl::replay(Slot& slot, const Baseline& base, const Difference& change,
                                          std::stop_token stop) {
    for (const auto& entry : fs::directory_iterator(slot.out)) // of an earlier candidate
        fs::remove_all(entry.path());
    Replay replay{*this, slot, base, change, stop};
    for (const Unit& u : base.units)
        replay.by_key.emplace(u.key, &u);
    for (const Unit& u : base.units) {
        if (auto state = replay.visit(u); !state)
            return std::unexpected(std::move(state).error());
    }
    CheckReport report = std::move(replay.report);
    report.ok = replay.all_ok && report.errors() == 0;
    if (replay.needs_cargo)
        return cargo_in_slot(slot, slot.place.tree.held(), stop);
    for (const Diagnostic& d : report.diagnostics)
        report.stderr_text += d.rendered;
    return report;
}

Result<CheckReport> WorkspaceImpl::quick_check(const project::Project& candidate, std::stop_token stop) try {
    static auto& seconds = base::histogram("check_seconds", "Duration of checks", "kind=\"quick\"");
    const auto start = std::chrono::steady_clock::now();
    const std::shared_lock state_lock(state_mutex_);
    RC_TRY_ASSIGN(const Lease lease, take_slot(stop));
    Slot& slot = *lease.slot;
    RC_TRY(prepare_slot(slot));
    RC_TRY(slot.place.tree.sync(candidate));
    const std::shared_ptr<const Baseline> base = baseline_;
    bool replayable = base && !base->cargo_failed && !base->units.empty();
    Difference change;
    if (replayable) {
        change = difference(base->project, candidate);
        for (const auto* list : {&change.modified, &change.added, &change.removed})
            for (const std::string& path : *list)
                replayable =
                    replayable && !is_structural(path, *base) && (list == &change.modified || !may_be_target(path));
    }
    auto report = replayable ? replay(slot, *base, change, stop) : cargo_in_slot(slot, candidate, stop);
    if (report) {
        report->wall = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
        report->complete = false;
        if (report->ok) {
            const std::scoped_lock lock(passed_mutex_);
            passed_ = candidate;
        }
        seconds.observe(std::chrono::duration<double>(report->wall).count());
    }
    return report;
} catch (const std::exception& e) {
    return fail(Errc::internal, fmt::format("the check failed: {}", e.what()));
}

} // namespace rustcoder::toolchain
