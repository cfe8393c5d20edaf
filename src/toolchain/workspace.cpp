#include "base/counters.h"
#include "base/log.h"
#include "base/text.h"
#include "process/fork_server.h"
#include "toolchain/workspace_impl.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

std::size_t CheckReport::errors() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(diagnostics, [](const Diagnostic& d) { return d.is_error(); }));
}

std::size_t CheckReport::warnings() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(diagnostics, [](const Diagnostic& d) { return d.level == Level::warning; }));
}

std::size_t RunReport::passed() const {
    return static_cast<std::size_t>(std::ranges::count(tests, Test::Result::ok, &Test::result));
}

std::size_t RunReport::failed() const {
    return static_cast<std::size_t>(std::ranges::count(tests, Test::Result::failed, &Test::result));
}

bool is_structural(const std::string& path, const Baseline& base) {
    const std::string name = path.substr(path.rfind('/') + 1); // npos + 1 == 0
    if (name == "Cargo.toml" || name == "Cargo.lock" || name == "build.rs" || name.starts_with("rust-toolchain"))
        return true;
    if (path.starts_with(".cargo/") || path.find("/.cargo/") != std::string::npos)
        return true;
    bool scripted = false; // the package has a build script: files other than sources may be its inputs
    for (const Unit& u : base.units) {
        if (!u.build_script)
            continue;
        if (u.root == path || (u.files && std::ranges::find(*u.files, path) != u.files->end()))
            return true;
        scripted = scripted || u.package_dir.empty() || path.starts_with(u.package_dir + "/");
    }
    return scripted && !name.ends_with(".rs");
}

bool may_be_target(const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name == "main.rs" || name == "lib.rs")
        return true;
    for (std::string_view folder : {"bin", "tests", "examples", "benches"}) {
        const std::string inside = std::string(folder) + "/";
        if (path.starts_with(inside) || path.find("/" + inside) != std::string::npos)
            return name.ends_with(".rs");
    }
    return false;
}

WorkspaceImpl::WorkspaceImpl(const Toolchain& toolchain, const process::Sandbox& sandbox, WorkspaceOptions options)
    : toolchain_(toolchain), sandbox_(sandbox), options_(std::move(options)), cargo_(toolchain_, sandbox_, options_),
      dependencies_(options_.cache_dir, toolchain_.identity()) {}

Status WorkspaceImpl::prepare() {
    static std::once_flag swept;
    std::call_once(swept, [] {
        if (const int n = sweep_scratch(base::scratch_root()); n > 0)
            base::log_info(fmt::format("removed {} scratch folders of processes that were killed", n));
    });
    RC_TRY_ASSIGN(scratch_, create_scratch());
    const fs::path& root = scratch_.dir.path();
    if (options_.registries.empty() && fs::is_directory("/usr/share/cargo/registry"))
        options_.registries.emplace_back("/usr/share/cargo/registry");
    RC_TRY_ASSIGN(main_.tree, SourceTree::create(root / "main"));
    main_.target = root / "target";
    main_.home = root / "home";
    main_.cargo_home = root / "cargo";
    for (const fs::path& p : {main_.target, main_.home, main_.cargo_home})
        fs::create_directories(p);
    RC_TRY(write_cargo_home(main_.cargo_home, options_.registries));
    if (!options_.cache_dir.empty()) { // cargo asks rustc three things at its first start in a target directory: 50 ms
        const auto info =
            base::read_file(options_.cache_dir / fmt::format("rustc-info-{:016x}.json", toolchain_.identity()));
        if (info)
            (void)base::write_file(main_.target / ".rustc_info.json", *info);
    }
    int n = options_.slots;
    if (n <= 0)
        n = static_cast<int>(std::max(1u, std::thread::hardware_concurrency())) * 2;
    for (int i = 0; i < n; ++i) {
        auto slot = std::make_unique<Slot>();
        slot->index = i;
        slot->root = root / "slots" / std::to_string(i);
        free_slots_.push_back(slot.get());
        slots_.push_back(std::move(slot));
    }
    return {};
}

Result<std::unique_ptr<Workspace>> Workspace::open(const Toolchain& toolchain, const process::Sandbox& sandbox,
                                                   WorkspaceOptions options) try {
    auto workspace = std::make_unique<WorkspaceImpl>(toolchain, sandbox, std::move(options));
    RC_TRY(workspace->prepare());
    return workspace;
} catch (const std::exception& e) {
    return fail(Errc::io, fmt::format("opening a workspace failed: {}", e.what()));
}

Costs WorkspaceImpl::costs() const {
    return {counting_.cargo.load(), counting_.rustc.load(), counting_.runs.load(),
            std::chrono::microseconds(counting_.micros.load()), counting_.busy()};
}

CheckReport WorkspaceImpl::no_manifest() const {
    CheckReport report;
    report.cargo_error = "the project has no Cargo.toml, so cargo does not know what to build. Add one";
    report.stderr_text = "error: could not find `Cargo.toml` in `/project`\n";
    return report;
}

std::vector<std::string> WorkspaceImpl::check_arguments(const project::Project& project) const {
    std::vector<std::string> out{"check", "--workspace", "--offline", "-vv", "--message-format=json"};
    if (toolchain_.minor >= 74)
        out.emplace_back("--keep-going");
    if (options_.all_targets && has_test_code(project))
        out.emplace_back("--all-targets");
    return out;
}

Result<CargoRun> WorkspaceImpl::run_cargo(Place& place, const std::vector<std::string>& arguments,
                                          const std::vector<std::string>& env, const process::Limits& limits,
                                          std::stop_token stop) {
    const CargoCall call{arguments, env, limits};
    RC_TRY_ASSIGN(CargoRun run, cargo_.run(place, call, counting_, stop));
    const std::string lock = Cargo::manifest_folder(place.tree.held()).value_or("");
    const std::string path = lock.empty() ? "Cargo.lock" : lock + "/Cargo.lock";
    // A lock file that pins what is not here would doom the project although other versions would do: try without.
    const bool unusable =
        !run.exit.ok() && run.output.artifacts.empty() && !run.output.parsed.build_finished &&
        (run.plain.find("locked") != std::string::npos || run.plain.find("lock file") != std::string::npos ||
         run.plain.find("checksum") != std::string::npos ||
         run.plain.find("updated and forgotten") != std::string::npos);
    if (unusable && place.tree.held().contains(path)) {
        const project::Project with = place.tree.held();
        project::Project without = with;
        without.erase(path);
        RC_TRY(place.tree.sync(without));
        auto second = cargo_.run(place, call, counting_, stop);
        place.tree.assume(with);
        return second;
    }
    return run;
}

namespace {

/// Reads a file that code from the project could have replaced by a link: only a regular file, never through a link.
std::string read_plain(const fs::path& path, std::size_t limit) {
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat s{};
    if (!fd || ::fstat(fd.get(), &s) != 0 || !S_ISREG(s.st_mode) || static_cast<std::size_t>(s.st_size) > limit)
        return {};
    std::string out(static_cast<std::size_t>(s.st_size), '\0');
    std::size_t have = 0;
    while (have < out.size()) {
        const ssize_t n = ::read(fd.get(), out.data() + have, out.size() - have);
        if (n <= 0)
            break;
        have += static_cast<std::size_t>(n);
    }
    out.resize(have);
    return out;
}

} // namespace

void WorkspaceImpl::read_results(Unit& unit) const {
    const std::string root = main_.tree.root().string() + "/";
    unit.files.reset();
    unit.diagnostics.reset();
    // Modules that were not reached (parse and resolve errors) are missing from dep-info: then it is not trusted below.
    const std::string info = read_plain(unit.out_dir / (unit.key + ".d"), 16u << 20);
    if (!info.empty()) {
        std::vector<std::string> files;
        for (const std::string& p : dep_info_paths(info)) {
            const std::string absolute = normal_path(p.starts_with('/') ? p : unit.cwd.string() + "/" + p);
            if (absolute.starts_with(root))
                files.push_back(absolute.substr(root.size()));
        }
        unit.files = std::move(files);
    }
    // cargo keeps what each unit printed, to print it again when the unit is fresh: .fingerprint/p-HASH/output-*.
    const auto dash = unit.key.rfind('-');
    const fs::path folder = unit.out_dir.parent_path() / ".fingerprint" / (unit.package + unit.key.substr(dash));
    std::error_code ec;
    std::string output;
    bool found = false;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
        if (!entry.path().filename().string().starts_with("output-"))
            continue;
        output = read_plain(entry.path(), 64u << 20);
        found = true;
    }
    if (!found && (ec || unit.status == Unit::Status::failed))
        return; // a cargo that keeps it elsewhere: unknown, so the unit is simply run again
    const std::string prefix = main_.tree.root().string();
    const std::string cwd = unit.cwd.string();
    ParseContext context =
        Cargo::parse_context(main_.tree, cwd.size() > prefix.size() ? cwd.substr(prefix.size() + 1) : "");
    context.unit = unit.label;
    unit.diagnostics = parse_cargo_output(output, context).parsed.diagnostics;
    const bool early = std::ranges::any_of(*unit.diagnostics, [](const Diagnostic& d) {
        return d.is_error() && (d.phase == Phase::parse || d.phase == Phase::resolve);
    });
    if (early)
        unit.files.reset();
}

std::shared_ptr<const Baseline> WorkspaceImpl::record(const CargoRun& run, const CheckReport& report) {
    auto next = std::make_shared<Baseline>();
    next->project = main_.tree.held();
    next->cargo_failed = !report.cargo_error.empty();
    std::map<std::string, Unit> units;
    if (baseline_) { // units that an error in their dependency keeps from running now are still what cargo would run
        const Difference d = difference(baseline_->project, next->project);
        bool same = true;
        for (const auto* list : {&d.modified, &d.added, &d.removed})
            for (const std::string& path : *list)
                same = same && !is_structural(path, *baseline_) && (list == &d.modified || !may_be_target(path));
        if (same)
            for (const Unit& u : baseline_->units)
                units.emplace(u.key, u);
        for (auto& [key, u] : units)
            u.status = Unit::Status::not_run;
    }
    const std::string folder = Cargo::manifest_folder(next->project).value_or("");
    const RecordContext context{main_.tree.root(), folder.empty() ? main_.tree.root() : main_.tree.root() / folder,
                                toolchain_.rustc};
    std::size_t foreign = 0; // rustc on our sources, but not by us: a wrapper
    for (const RunningLine& line : running_lines(run.raw_err)) {
        auto unit = unit_of(line, context);
        if (!unit) {
            foreign += !line.argv.empty() && line.argv[0] != toolchain_.rustc.string() &&
                       std::ranges::find(line.argv, "--crate-name") != line.argv.end();
            continue;
        }
        unit->status = Unit::Status::failed;
        known_units_[unit->key] = *unit;
        units[unit->key] = std::move(*unit);
    }
    for (const Artifact& artifact : run.output.artifacts) {
        if (artifact.kind == "custom-build" &&
            !artifact.files.empty()) // the file is not named by the hash, its folder is
            for (auto& [key, u] : known_units_)
                if (u.build_script && fs::path(artifact.files.front()).parent_path() == u.out_dir)
                    units.try_emplace(key, u).first->second.status = Unit::Status::ok;
        for (const std::string& file : artifact.files) {
            const std::string name = fs::path(file).filename().string();
            std::string key = name.substr(0, name.rfind('.'));
            next->user_code_in_rustc = next->user_code_in_rustc || name.ends_with(".so");
            if (key.starts_with("lib") && known_units_.contains(key.substr(3)))
                key.erase(0, 3);
            const auto known = known_units_.find(key);
            if (known == known_units_.end())
                continue;
            Unit& u = units.try_emplace(key, known->second).first->second;
            u.status = Unit::Status::ok;
        }
    }
    for (auto& [key, u] : units) {
        if (u.build_script || u.proc_macro)
            ran_user_code_ = true;
        if (u.status != Unit::Status::not_run)
            read_results(u);
        next->units.push_back(std::move(u));
    }
    if (foreign > 0)
        next->cargo_failed = true;
    return next;
}

void WorkspaceImpl::save_rustc_info() {
    if (rustc_info_saved_ || options_.cache_dir.empty())
        return;
    rustc_info_saved_ = true;
    const fs::path cached = options_.cache_dir / fmt::format("rustc-info-{:016x}.json", toolchain_.identity());
    std::error_code ec;
    // Never from a workspace where code of the project has run: it could have written anything there.
    if (ran_user_code_ || fs::exists(cached, ec))
        return;
    const std::string info = read_plain(main_.target / ".rustc_info.json", 1u << 20);
    if (!info.empty())
        (void)base::write_file_atomic(cached, info);
}

std::string WorkspaceImpl::warm_up(const project::Project& project, std::string_view kind, process::Limits& limits) {
    if (!has_external_dependencies(project))
        return {};
    std::string key = dependencies_.key(project, kind, options_.registries);
    const bool first = warmed_.insert(key.empty() ? std::string(kind) : key).second;
    // Never into a folder that code of the project could have prepared with links.
    const bool warm = first && !ran_user_code_ && dependencies_.restore(key, main_.target);
    if (first && !warm) { // a cold build of a few crates takes a busy machine minutes
        limits.wall *= 5;
        limits.cpu_seconds *= 5;
    }
    return key;
}

namespace {

/// One package that is nothing but a library, without test code: one unit.
bool is_lone_library(const project::Project& project) {
    std::size_t manifests = 0;
    for (const auto& [path, file] : project.files()) {
        const std::string name = path.substr(path.rfind('/') + 1);
        if (name == "main.rs" || path.find("src/bin/") != std::string::npos)
            return false;
        if (name == "Cargo.toml") {
            ++manifests;
            if (file.bytes->find("[[") != std::string::npos || file.bytes->find("path") != std::string::npos)
                return false;
        }
    }
    return manifests == 1 && !has_test_code(project);
}

/// A library that failed hides its dependents, and at the first check nobody knows which they are.
bool reached_every_unit(const std::vector<Unit>& units, const project::Project& project) {
    bool library_failed = false;
    for (const Unit& u : units) {
        if (u.status == Unit::Status::not_run)
            return false;
        const bool leaf = u.test || u.label.starts_with("bin") || u.label.starts_with("example") ||
                          u.label.starts_with("test") || u.label.starts_with("bench");
        library_failed = library_failed || (u.status == Unit::Status::failed && !leaf);
    }
    return !library_failed || is_lone_library(project);
}

} // namespace

/// A candidate that passed the quick check is about to be built as well. Without test code a build compiles the very
/// units of a check, so it is made at once and build() has its answer ready: one compile less. nullopt: check as usual.
std::optional<Result<CheckReport>> WorkspaceImpl::build_instead(const project::Project& project, std::stop_token stop) {
    {
        const std::scoped_lock lock(passed_mutex_);
        if (!passed_ || !(*passed_ == project))
            return std::nullopt;
    }
    // Units that the last check did not reach would stay unknown to the quick checks that may still follow.
    // Dependencies would have to be compiled a second time, which the caller may not want.
    if (!complete_ || has_test_code(project) || has_external_dependencies(project))
        return std::nullopt;
    auto built = compile(project, {"build"}, stop);
    if (!built)
        return std::unexpected(std::move(built).error());
    if (!built->report.ok)
        return std::nullopt; // a check tells errors of the code from those of the linker, and records anew
    built_.emplace(project, built->report);
    return std::move(built->report);
}

Result<CheckReport> WorkspaceImpl::check(const project::Project& project, std::stop_token stop) try {
    static auto& total = base::counter("checks_total", "Checks by kind", "kind=\"cargo\"");
    static auto& seconds = base::histogram("check_seconds", "Duration of checks", "kind=\"cargo\"");
    std::scoped_lock cargo_lock(cargo_mutex_);
    std::unique_lock state_lock(state_mutex_);
    total.add();
    const auto start = std::chrono::steady_clock::now();
    RC_TRY(main_.tree.sync(project));
    if (!Cargo::manifest_folder(project)) {
        auto none = std::make_shared<Baseline>();
        none->project = project;
        none->cargo_failed = true;
        baseline_ = std::move(none);
        complete_ = false;
        return no_manifest();
    }
    if (auto built = build_instead(project, stop))
        return std::move(*built);
    if (sandbox_.mode() == process::Mode::strict) // loads beside cargo; the quick checks that follow start from it
        process::prepare_fork_server(toolchain_.rustc.string());
    process::Limits limits = options_.check_limits;
    const std::string key = warm_up(project, "check", limits);
    RC_TRY_ASSIGN(CargoRun run, run_cargo(main_, check_arguments(project), {}, limits, stop));
    CheckReport report = report_of(run, main_.tree, options_.registries);
    baseline_ = record(run, report);
    report.complete = report.cargo_error.empty() && run.output.parsed.build_finished.has_value() &&
                      reached_every_unit(baseline_->units, project);
    complete_ = report.complete;
    save_rustc_info();
    const bool reached =
        std::ranges::any_of(baseline_->units, [](const Unit& u) { return u.status != Unit::Status::not_run; });
    if (reached && report.cargo_error.empty() && !ran_user_code_)
        dependencies_.save(key, main_.target, run.output.artifacts);
    report.wall = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    seconds.observe(std::chrono::duration<double>(report.wall).count());
    return report;
} catch (const std::exception& e) {
    return fail(Errc::internal, fmt::format("the check failed: {}", e.what()));
}

} // namespace rustcoder::toolchain
