// build(), test(), run(): real code generation, then programs of the project in the running tier.
#include "base/counters.h"
#include "base/text.h"
#include "toolchain/workspace_impl.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

namespace {

const std::vector<std::string>& build_env() {
    static const std::vector<std::string> env{"CARGO_PROFILE_DEV_DEBUG=0", "CARGO_PROFILE_TEST_DEBUG=0"};
    return env;
}

RunReport::Test::Result test_result(std::string_view word) {
    if (word == "ok")
        return RunReport::Test::Result::ok;
    return word.starts_with("ignored") ? RunReport::Test::Result::ignored : RunReport::Test::Result::failed;
}

} // namespace

/// libtest's lines: "test module::name ... ok", with what the test printed in between when it is not captured.
std::vector<RunReport::Test> parse_libtest(std::string_view out) {
    std::vector<RunReport::Test> tests;
    for (std::string_view line : base::lines(out)) {
        if (!line.starts_with("test "))
            continue;
        const auto dots = line.rfind(" ... ");
        if (dots == std::string_view::npos || dots <= 5 || line.starts_with("test result:"))
            continue;
        std::string_view name = line.substr(5, dots - 5);
        if (name.ends_with(" - should panic"))
            name.remove_suffix(15);
        tests.push_back({std::string(name), test_result(base::trim(line.substr(dots + 5)))});
    }
    return tests;
}

Result<WorkspaceImpl::Built> WorkspaceImpl::compile(const project::Project& project, std::vector<std::string> arguments,
                                                    std::stop_token stop) {
    static auto& total = base::counter("checks_total", "Checks by kind", "kind=\"build\"");
    static auto& seconds = base::histogram("check_seconds", "Duration of checks", "kind=\"build\"");
    total.add();
    const auto start = std::chrono::steady_clock::now();
    binaries_.reset();
    RC_TRY(main_.tree.sync(project));
    if (!Cargo::manifest_folder(project))
        return Built{no_manifest(), {}};
    arguments.insert(arguments.end(), {"--workspace", "--offline", "-vv", "--message-format=json"});
    process::Limits limits = options_.check_limits;
    const bool release = std::ranges::find(arguments, "--release") != arguments.end();
    std::string kind = release ? "release" : "build";
    if (const auto target = std::ranges::find(arguments, "--target"); target != arguments.end())
        kind += "-" + *std::next(target);
    const std::string key = warm_up(project, kind, limits);
    RC_TRY_ASSIGN(CargoRun run, run_cargo(main_, arguments, build_env(), limits, stop));
    const fs::path folder = main_.tree.root() / Cargo::manifest_folder(project).value_or("");
    for (const RunningLine& line : running_lines(run.raw_err))
        if (const auto unit = unit_of(line, {main_.tree.root(), folder, toolchain_.rustc}))
            ran_user_code_ = ran_user_code_ || unit->build_script || unit->proc_macro;
    Built built;
    built.report = report_of(run, main_.tree, options_.registries);
    built.report.complete = built.report.ok;
    built.artifacts = std::move(run.output.artifacts);
    if (built.report.ok && !ran_user_code_)
        dependencies_.save(key, main_.target, built.artifacts);
    built.report.wall = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    seconds.observe(std::chrono::duration<double>(built.report.wall).count());
    return built;
}

Result<CheckReport> WorkspaceImpl::build(const project::Project& project, std::stop_token stop) try {
    const std::scoped_lock lock(cargo_mutex_);
    if (built_ && built_->first == project) // check() has just done it
        return built_->second;
    RC_TRY_ASSIGN(Built built, compile(project, {"build"}, stop));
    if (built.report.ok)
        built_.emplace(project, built.report);
    return std::move(built.report);
} catch (const std::exception& e) {
    return fail(Errc::internal, fmt::format("the build failed: {}", e.what()));
}

Result<process::Exit> WorkspaceImpl::execute(const fs::path& program, const std::vector<std::string>& arguments,
                                             const std::string& stdin_bytes, const fs::path& cwd,
                                             std::stop_token stop) {
    process::Command command;
    command.argv = {program.string()};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    const fs::path libraries = program.parent_path();
    command.env = {
        "PATH=/usr/bin:/bin",
        "HOME=" + main_.home.string(),
        "LC_ALL=C.UTF-8",
        // cargo's order: beside the program, its dependencies, the standard library
        fmt::format("LD_LIBRARY_PATH={0}:{0}/deps:{1}/lib/rustlib/{2}/lib", libraries.string(),
                    toolchain_.sysroot.string(), toolchain_.host),
        "CARGO_MANIFEST_DIR=" + cwd.string(),
    };
    command.cwd = cwd;
    command.stdin_bytes = stdin_bytes;
    process::Policy policy;
    policy.tier = process::Tier::running;
    policy.read_only = cargo_.read_only();
    policy.read_only.push_back(main_.target);
    policy.read_write = {main_.tree.root(), main_.home};
    policy.limits = options_.run_limits;
    counting_.runs.fetch_add(1, std::memory_order_relaxed);
    RC_TRY_ASSIGN(process::Exit exit, sandbox_.run(command, policy, stop));
    if (exit.ended == process::Ended::cancelled)
        return fail(Errc::cancelled, "the run was cancelled");
    return exit;
}

const Artifact* WorkspaceImpl::chosen_binary(const Built& built, const project::Project& project,
                                             const std::string& name, std::string& why) {
    std::vector<const Artifact*> bins;
    for (const Artifact& a : built.artifacts)
        if (!a.executable.empty() && a.kind == "bin" && (name.empty() || a.target_name == name))
            bins.push_back(&a);
    std::ranges::sort(bins, {}, &Artifact::target_name);
    std::string names;
    for (const Artifact* a : bins)
        names += (names.empty() ? "" : ", ") + a->target_name;
    if (bins.size() > 1) { // package.default-run, else the one that is named like its package
        const std::string wanted = default_run(project);
        std::erase_if(bins, [&](const Artifact* a) { return a->target_name != wanted; });
    }
    if (bins.size() == 1)
        return bins.front();
    why = !names.empty() ? fmt::format("the project has several binaries ({}); name the one to run", names)
                         : (name.empty() ? std::string("the project has no binary to run; it is a library")
                                         : fmt::format("the project has no binary `{}`", name));
    return nullptr;
}

Result<WorkspaceImpl::Built> WorkspaceImpl::binaries(const project::Project& project, const BinaryInput& input,
                                                     std::stop_token stop) {
    if (binaries_ && binaries_->release == input.release && binaries_->target == input.target &&
        binaries_->project == project)
        return binaries_->built;
    std::vector<std::string> arguments{"build", "--bins"};
    if (input.release)
        arguments.emplace_back("--release");
    if (!input.target.empty())
        arguments.insert(arguments.end(), {"--target", input.target});
    RC_TRY_ASSIGN(Built built, compile(project, arguments, stop));
    if (built.report.ok)
        binaries_ = Binaries{project, input.release, input.target, built};
    return built;
}

Result<RunReport> WorkspaceImpl::run(const project::Project& project, const RunInput& input, std::stop_token stop) try {
    const std::scoped_lock lock(cargo_mutex_);
    RC_TRY_ASSIGN(Built built, binaries(project, {.release = input.release, .target = {}, .bin = input.bin}, stop));
    RunReport report;
    report.build = std::move(built.report);
    if (!report.build.ok)
        return report;
    const Artifact* bin = chosen_binary(built, project, input.bin, report.build.cargo_error);
    if (!bin)
        return report;
    report.built = true;
    report.executable = bin->executable;
    if (input.files.empty()) {
        RC_TRY_ASSIGN(report.exit,
                      execute(report.executable, input.arguments, input.stdin_bytes, main_.tree.root(), stop));
        return report;
    }
    RC_TRY_ASSIGN(const auto folder, base::TempDir::create("run", main_.home)); // writable for the program already
    RC_TRY(project::materialise(input.files, folder.path()));
    RC_TRY_ASSIGN(report.exit, execute(report.executable, input.arguments, input.stdin_bytes, folder.path(), stop));
    return report;
} catch (const std::exception& e) {
    return fail(Errc::internal, fmt::format("the run failed: {}", e.what()));
}

Result<BinaryReport> Workspace::binary(const project::Project&, const BinaryInput&, std::size_t, std::stop_token) {
    return fail(Errc::unavailable, "this workspace keeps no executables");
}

Result<BinaryReport> WorkspaceImpl::binary(const project::Project& project, const BinaryInput& input,
                                           std::size_t most_bytes, std::stop_token stop) try {
    if (const auto installed = toolchain_.targets();
        !input.target.empty() && std::ranges::find(installed, input.target) == installed.end())
        return fail(Errc::invalid_input, fmt::format("the toolchain cannot build for {}", input.target),
                    fmt::format("installed: {}", fmt::join(installed, ", ")),
                    fmt::format("rustup target add {}", input.target));
    const std::scoped_lock lock(cargo_mutex_);
    RC_TRY_ASSIGN(Built built, binaries(project, input, stop));
    BinaryReport report;
    report.build = std::move(built.report);
    if (!report.build.ok)
        return report;
    if (const Artifact* bin = chosen_binary(built, project, input.bin, report.build.cargo_error)) {
        RC_TRY_ASSIGN(report.executable, base::read_file(bin->executable, most_bytes));
        report.file = fs::path(bin->executable).filename().string();
    }
    return report;
} catch (const std::exception& e) {
    return fail(Errc::internal, fmt::format("the build failed: {}", e.what()));
}

std::string WorkspaceImpl::default_run(const project::Project& project) {
    const std::string folder = Cargo::manifest_folder(project).value_or("");
    const std::string* manifest = project.find(folder.empty() ? "Cargo.toml" : folder + "/Cargo.toml");
    std::string name, chosen;
    bool package = false;
    for (std::string_view line : base::lines(manifest ? std::string_view(*manifest) : std::string_view())) {
        line = base::trim(line);
        if (line.starts_with('['))
            package = line.starts_with("[package]");
        if (!package)
            continue;
        const auto open = line.find('"');
        if (open == std::string_view::npos)
            continue;
        const std::string value(line.substr(open + 1, line.find('"', open + 1) - open - 1));
        const std::string_view key = base::trim(line.substr(0, line.find('=')));
        if (key == "default-run")
            chosen = value;
        else if (key == "name")
            name = value;
    }
    return chosen.empty() ? name : chosen;
}

namespace {

fs::path package_folder(const Artifact& a, const fs::path& fallback) {
    // "path+file:///dir#name@0.1.0", or "name 0.1.0 (path+file:///dir)" before cargo 1.77
    const auto at = a.package_id.find("path+file://");
    if (at == std::string::npos)
        return fallback;
    const auto begin = at + std::string_view("path+file://").size();
    const auto end = a.package_id.find_first_of("#)", begin);
    return a.package_id.substr(begin, end - begin);
}

void append(process::Exit& total, process::Exit one, bool first) {
    if (first) {
        total = std::move(one);
        return;
    }
    total.out += one.out;
    total.err += one.err;
    total.out_truncated = total.out_truncated || one.out_truncated;
    total.err_truncated = total.err_truncated || one.err_truncated;
    total.wall += one.wall;
    total.user += one.user;
    total.sys += one.sys;
    total.peak_bytes = std::max(total.peak_bytes, one.peak_bytes);
    if (total.ok() && !one.ok()) { // the first failure is the verdict
        total.ended = one.ended;
        total.code = one.code;
        total.signal = one.signal;
    }
}

/// A doc comment with a code block, in a file that rustdoc may read.
bool has_doc_code(const project::Project& project) {
    for (const auto& [path, file] : project.files()) {
        if (!path.ends_with(".rs") || file.bytes->find("```") == std::string::npos)
            continue;
        for (std::string_view line : base::lines(*file.bytes)) {
            line = base::trim(line);
            if ((line.starts_with("///") || line.starts_with("//!")) && line.find("```") != std::string_view::npos)
                return true;
        }
    }
    return false;
}

} // namespace

// Examples in documentation are tests too. rustdoc compiles and runs each, so that cargo is called as a whole in the
// running tier and with the bounds of a run.
Status WorkspaceImpl::test_documentation(const project::Project& project, RunReport& report, bool first,
                                         std::stop_token stop) {
    std::error_code ec;
    const bool library =
        project.contains("src/lib.rs") || std::ranges::any_of(project.files(), [](const auto& f) {
            return f.first.ends_with("/src/lib.rs") ||
                   (f.first.ends_with("Cargo.toml") && f.second.bytes->find("[lib]") != std::string::npos);
        });
    if (!library || !has_doc_code(project) || !fs::exists(toolchain_.cargo.parent_path() / "rustdoc", ec))
        return {};
    process::Limits limits = options_.run_limits;
    limits.wall = std::max(limits.wall, options_.check_limits.wall);
    RC_TRY_ASSIGN(CargoRun run,
                  run_cargo(main_, {"test", "--doc", "--workspace", "--offline"}, build_env(), limits, stop));
    counting_.runs.fetch_add(1, std::memory_order_relaxed);
    auto tests = parse_libtest(run.exit.out);
    if (tests.empty()) // every crate has harness-less or no documentation tests, or cargo could not start rustdoc
        return {};
    std::ranges::move(tests, std::back_inserter(report.tests));
    append(report.exit, std::move(run.exit), first);
    return {};
}

Result<RunReport> WorkspaceImpl::test(const project::Project& project, std::stop_token stop) try {
    const std::scoped_lock lock(cargo_mutex_);
    RC_TRY_ASSIGN(Built built, compile(project, {"test", "--no-run"}, stop));
    RunReport report;
    report.build = std::move(built.report);
    report.built = report.build.ok;
    if (!report.built)
        return report;
    report.exit.code = 0; // no test at all is a success, as with cargo
    bool first = true;
    for (const Artifact& a : built.artifacts) {
        if (a.executable.empty() || !a.test)
            continue;
        const fs::path cwd = package_folder(a, main_.tree.root());
        RC_TRY_ASSIGN(process::Exit exit, execute(a.executable, {"--test-threads=2"}, "", cwd, stop));
        std::ranges::move(parse_libtest(exit.out), std::back_inserter(report.tests));
        append(report.exit, std::move(exit), std::exchange(first, false));
        report.executable = a.executable;
    }
    RC_TRY(test_documentation(project, report, first, stop));
    return report;
} catch (const std::exception& e) {
    return fail(Errc::internal, fmt::format("the test run failed: {}", e.what()));
}

} // namespace rustcoder::toolchain
