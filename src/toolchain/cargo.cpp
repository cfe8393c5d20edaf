#include "toolchain/cargo.h"

#include "base/counters.h"
#include "base/text.h"
#include "toolchain/recording.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

void Counting::ended(std::chrono::microseconds wall) {
    const Clock::time_point now = Clock::now();
    micros.fetch_add(static_cast<std::uint64_t>(wall.count()), std::memory_order_relaxed);
    const std::scoped_lock lock(mutex_);
    intervals_.emplace_back(now - wall, now);
}

std::chrono::microseconds Counting::busy() const {
    std::unique_lock lock(mutex_);
    auto sorted = intervals_;
    lock.unlock();
    std::ranges::sort(sorted);
    Clock::duration total{};
    Clock::time_point covered{};
    for (const auto& [from, to] : sorted) {
        if (to > covered) {
            total += to - std::max(from, covered);
            covered = to;
        }
    }
    return std::chrono::duration_cast<std::chrono::microseconds>(total);
}

std::optional<std::string> Cargo::manifest_folder(const project::Project& project) {
    std::optional<std::string> best;
    std::size_t depth = 0;
    for (const auto& [path, file] : project.files()) {
        if (path == "Cargo.toml")
            return std::string();
        if (!path.ends_with("/Cargo.toml"))
            continue;
        const auto d = static_cast<std::size_t>(std::ranges::count(path, '/'));
        if (!best || d < depth) {
            best = path.substr(0, path.size() - std::string_view("/Cargo.toml").size());
            depth = d;
        }
    }
    return best;
}

std::vector<std::string> Cargo::base_env(const Place& place) const {
    const fs::path bin = toolchain_.cargo.parent_path();
    std::vector<std::string> env{
        "PATH=" + bin.string() + ":/usr/bin:/bin",
        "HOME=" + place.home.string(),
        "LC_ALL=C.UTF-8",
        "CARGO_HOME=" + place.cargo_home.string(),
        "CARGO_TARGET_DIR=" + place.target.string(),
        "RUSTC=" + toolchain_.rustc.string(),
        "CARGO_NET_OFFLINE=true",
        "CARGO_TERM_COLOR=never",
        "CARGO_TERM_PROGRESS_WHEN=never",
        // A failed compile saves no incremental state, and the first successful one is the last: it costs and never
        // pays.
        "CARGO_INCREMENTAL=0",
    };
    std::error_code ec;
    if (fs::exists(toolchain_.rustc.parent_path() / "rustdoc", ec))
        env.push_back("RUSTDOC=" + (toolchain_.rustc.parent_path() / "rustdoc").string());
    return env;
}

std::vector<fs::path> Cargo::read_only() const {
    std::vector<fs::path> out;
    std::error_code ec;
    auto add = [&](const fs::path& p) {
        const bool system = p.string().starts_with("/usr/") || p == "/usr";
        if (!p.empty() && !system && fs::exists(p, ec) && std::ranges::find(out, p) == out.end())
            out.push_back(p);
    };
    add(toolchain_.sysroot);
    for (const fs::path& tool : {toolchain_.cargo, toolchain_.rustc})
        if (!tool.string().starts_with(toolchain_.sysroot.string() + "/"))
            add(tool.parent_path());
    for (const fs::path& p : options_.registries)
        add(p);
    for (const fs::path& p : options_.extra_read_only)
        add(p);
    return out;
}

ParseContext Cargo::parse_context(const SourceTree& tree, const std::string& folder) {
    ParseContext context;
    context.project_prefix = tree.root().string();
    context.relative_base = folder;
    context.is_ours = [project = &tree.held()](std::string_view file) { return project->contains(file); };
    return context;
}

Result<CargoRun> Cargo::run(const Place& place, const CargoCall& call, Counting& counting, std::stop_token stop) const {
    const std::string folder = manifest_folder(place.tree.held()).value_or("");
    process::Command command;
    command.argv = {toolchain_.cargo.string()};
    command.argv.insert(command.argv.end(), call.arguments.begin(), call.arguments.end());
    command.env = base_env(place);
    command.env.insert(command.env.end(), call.env.begin(), call.env.end());
    command.cwd = folder.empty() ? place.tree.root() : place.tree.root() / folder;
    process::Policy policy;
    policy.tier = process::Tier::running;
    policy.read_only = read_only();
    policy.read_write = {place.tree.root(), place.target, place.home, place.cargo_home};
    policy.limits = call.limits;
    counting.cargo.fetch_add(1, std::memory_order_relaxed);
    RC_TRY_ASSIGN(process::Exit exit, sandbox_.run(command, policy, stop));
    counting.ended(exit.wall);
    if (exit.ended == process::Ended::cancelled)
        return fail(Errc::cancelled, "the check was cancelled");
    CargoRun run;
    run.output = parse_cargo_output(exit.out, parse_context(place.tree, folder));
    run.raw_err = strip_ansi(exit.err);
    run.plain = plain_stderr(run.raw_err);
    run.exit = std::move(exit);
    return run;
}

namespace {

bool names_test(std::string_view s) {
    return s.find("test") != std::string_view::npos || s.find("bench") != std::string_view::npos;
}

/// Any attribute, cfg!() or macro name that says test or bench. Comments count too: only a false yes, never a false no.
bool source_has_tests(std::string_view s) {
    for (std::size_t at = s.find('#'); at != std::string_view::npos; at = s.find('#', at + 1)) {
        std::size_t open = at + 1;
        if (open < s.size() && s[open] == '!')
            ++open;
        if (open >= s.size() || s[open] != '[')
            continue;
        int depth = 0;
        std::size_t end = open;
        for (; end < s.size(); ++end) {
            depth += s[end] == '[' ? 1 : s[end] == ']' ? -1 : 0;
            if (depth == 0)
                break;
        }
        if (names_test(s.substr(open, end - open)))
            return true;
    }
    for (std::size_t at = s.find('!'); at != std::string_view::npos; at = s.find('!', at + 1)) {
        std::size_t begin = at;
        while (begin > 0 && base::is_ident(s[begin - 1]))
            --begin;
        const std::string_view name = s.substr(begin, at - begin);
        if (name == "cfg" ? names_test(s.substr(at, 200)) : names_test(name))
            return true;
    }
    return false;
}

} // namespace

bool has_test_code(const project::Project& project) {
    for (const auto& [path, file] : project.files()) {
        for (std::string_view folder : {"tests/", "examples/", "benches/"})
            if (path.starts_with(folder) || path.find("/" + std::string(folder)) != std::string::npos)
                return true;
        const std::string_view text = *file.bytes;
        if (path.ends_with("Cargo.toml") &&
            (text.find("[[test") != std::string_view::npos || text.find("[[example") != std::string_view::npos ||
             text.find("[[bench") != std::string_view::npos))
            return true;
        if (path.ends_with(".rs") && source_has_tests(text))
            return true;
    }
    return false;
}

namespace {

bool about_units(std::string_view line, std::string& package, std::string& kind) {
    const bool error = line.starts_with("error: could not compile `");
    if (!error && !line.starts_with("warning: `"))
        return false;
    const auto open = line.find('`');
    const auto close = line.find('`', open + 1);
    if (close == std::string_view::npos)
        return false;
    package = line.substr(open + 1, close - open - 1);
    kind.clear();
    if (const auto paren = line.find('(', close); paren != std::string_view::npos) {
        const std::string_view inner = line.substr(paren + 1);
        kind = inner.substr(0, inner.find_first_of(" )"));
    }
    return true;
}

bool is_of(const Diagnostic& d, const std::string& package, const std::string& kind) {
    for (std::string_view unit : base::split(d.unit, ',')) {
        unit = base::trim(unit);
        if (unit.starts_with(kind) && unit.ends_with(" " + package))
            return true;
    }
    return d.unit.empty();
}

/// The blocks of cargo's stderr that are errors of cargo itself (manifest, resolution, build script), not rustc's
/// count.
std::string own_errors(std::string_view plain) {
    std::string out;
    bool taking = false;
    for (std::string_view line : base::lines(plain)) {
        if (line.starts_with("error: could not compile") || line.starts_with("warning: build failed"))
            taking = false;
        else if (line.starts_with("error"))
            taking = true;
        else if (line.starts_with("warning"))
            taking = false;
        if (taking)
            out.append(line).append("\n");
    }
    return out;
}

} // namespace

std::string compose_text(std::string_view plain, const std::vector<Diagnostic>& diagnostics, const std::string& root) {
    std::string out;
    std::vector<bool> printed(diagnostics.size());
    auto print = [&](auto&& wanted) {
        for (std::size_t i = 0; i < diagnostics.size(); ++i) {
            if (printed[i] || !wanted(diagnostics[i]))
                continue;
            out += diagnostics[i].rendered;
            printed[i] = true;
        }
    };
    const auto all = [](const Diagnostic&) { return true; };
    std::string package, kind;
    for (std::string_view line : base::lines(plain)) {
        if (about_units(line, package, kind))
            print([&](const Diagnostic& d) { return is_of(d, package, kind); });
        else if (line.starts_with("    Finished "))
            print(all);
        out.append(line).append("\n");
    }
    print(all);
    return base::replace_all(std::move(out), root, "/project");
}

CheckReport report_of(CargoRun& run, const SourceTree& tree, const std::vector<fs::path>& registries) {
    CheckReport report;
    report.wall = run.exit.wall;
    report.diagnostics = std::move(run.output.parsed.diagnostics);
    // Warnings in dependencies are nobody's business here; errors are.
    std::erase_if(report.diagnostics, [](const Diagnostic& d) {
        return d.level == Level::warning && !d.spans.empty() &&
               std::ranges::none_of(d.spans, [](const Span& s) { return s.in_project; });
    });
    report.ok = run.exit.ok() && report.errors() == 0;
    const std::string root = tree.root().string();
    if (!report.ok) {
        const std::string missing = explain_missing_crate(run.plain, tree.held(), registries);
        std::string own = base::replace_all(own_errors(run.plain), root, "/project");
        if (run.exit.ended != process::Ended::exited)
            own = "the compiler was stopped: " + run.exit.describe() + "\n" + own;
        else if (own.empty() && report.errors() == 0)
            own = "cargo failed without a diagnostic (" + run.exit.describe() + ")\n" + run.plain;
        report.cargo_error = missing.empty() ? own : missing + "\n" + own;
    }
    report.timed_out = run.exit.ended == process::Ended::timed_out;
    report.stderr_text = compose_text(run.plain, report.diagnostics, root);
    if (run.exit.ended != process::Ended::exited)
        report.stderr_text += "error: the compiler was stopped: " + run.exit.describe() + "\n";
    return report;
}

} // namespace rustcoder::toolchain
