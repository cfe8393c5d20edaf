#include "toolchain/toolchain.h"

#include "base/json.h"
#include "base/os.h"
#include "base/text.h"

#include <charconv>
#include <cstdlib>
#include <fmt/format.h>
#include <optional>
#include <sys/stat.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

namespace {

std::string env(const char* name) {
    const char* value =
        std::getenv(name); // NOLINT(concurrency-mt-unsafe): nothing in the program writes the environment
    return value ? value : "";
}

constexpr const char* how_to_install = "Install Rust with `curl https://sh.rustup.rs -sSf | sh`, or on Debian 12 "
                                       "`apt-get install rustc-web cargo-web`, or "
                                       "name the binaries with CARGO_PATH and RUST_COMPILER_PATH";

struct Pair {
    fs::path cargo, rustc;
    std::string note;
};

bool is_program(const fs::path& p) {
    struct stat s{};
    return ::stat(p.c_str(), &s) == 0 && S_ISREG(s.st_mode) && (s.st_mode & 0111) != 0;
}

/// rustup installs every tool as a link to (or a copy of) itself.
bool is_rustup_proxy(const fs::path& p) {
    std::error_code ec;
    const fs::path real = fs::canonical(p, ec);
    if (ec)
        return false;
    if (real.filename() == "rustup" || real.filename() == "rustup-init")
        return true;
    struct stat mine{}, rustup{};
    if (::stat(real.c_str(), &mine) != 0 || ::stat((real.parent_path() / "rustup").c_str(), &rustup) != 0)
        return false;
    return mine.st_ino == rustup.st_ino || mine.st_size == rustup.st_size;
}

fs::path rustup_home() {
    if (std::string home = env("RUSTUP_HOME"); !home.empty())
        return home;
    const std::string home = env("HOME");
    return home.empty() ? fs::path() : fs::path(home) / ".rustup";
}

/// `default_toolchain = "..."` of rustup's settings.toml, read by line: the file is written by rustup, one key a line.
std::string default_toolchain(const fs::path& home) {
    const auto text = base::read_file(home / "settings.toml", 1u << 20);
    if (!text)
        return {};
    for (std::string_view line : base::lines(*text)) {
        line = base::trim(line);
        if (line.starts_with('['))
            break; // overrides and profiles follow
        if (!line.starts_with("default_toolchain"))
            continue;
        const auto open = line.find_first_of("\"'");
        const auto close = line.find_last_of("\"'");
        if (open != std::string_view::npos && close > open)
            return std::string(line.substr(open + 1, close - open - 1));
    }
    return {};
}

/// "stable" names the folder "stable-x86_64-unknown-linux-gnu".
fs::path toolchain_folder(const fs::path& home, const std::string& name) {
    const fs::path folder = home / "toolchains";
    std::error_code ec;
    if (name.starts_with('/'))
        return fs::is_directory(name, ec) ? fs::path(name) : fs::path();
    if (fs::is_directory(folder / name, ec))
        return folder / name;
    for (const auto& entry : fs::directory_iterator(folder, ec))
        if (entry.path().filename().string().starts_with(name + "-"))
            return entry.path();
    return {};
}

std::optional<Pair> from_rustup(const std::string& wanted) {
    const fs::path home = rustup_home();
    if (home.empty())
        return std::nullopt;
    const std::string name = wanted.empty() ? default_toolchain(home) : wanted;
    if (name.empty())
        return std::nullopt;
    const fs::path folder = toolchain_folder(home, name);
    if (folder.empty() || !is_program(folder / "bin/cargo") || !is_program(folder / "bin/rustc"))
        return std::nullopt;
    return Pair{folder / "bin/cargo", folder / "bin/rustc",
                fmt::format("rustup toolchain {}{}", folder.filename().string(),
                            wanted.empty() ? " (default)" : " (asked for)")};
}

std::optional<fs::path> on_path(const std::string& tool) {
    const std::string path = env("PATH");
    for (std::string_view folder : base::split(path, ':')) {
        if (folder.empty() || folder.front() != '/')
            continue;
        const fs::path candidate = fs::path(folder) / tool;
        if (is_program(candidate) && !is_rustup_proxy(candidate))
            return candidate;
    }
    const fs::path system = fs::path("/usr/bin") / tool;
    if (is_program(system) && !is_rustup_proxy(system))
        return system;
    return std::nullopt;
}

/// One explicitly named tool: a proxy is replaced by what it stands for.
Result<fs::path> explicit_tool(const std::string& path, const std::string& tool, const std::string& wanted) {
    fs::path p = path;
    if (!p.has_parent_path()) {
        if (auto found = on_path(path))
            return *found;
    }
    if (!is_program(p))
        return fail(Errc::unavailable, fmt::format("{} is not a program", path), tool,
                    fmt::format("Correct {} or leave it unset", tool == "cargo" ? "CARGO_PATH" : "RUST_COMPILER_PATH"));
    if (is_rustup_proxy(p)) {
        if (auto pair = from_rustup(wanted))
            return tool == "cargo" ? pair->cargo : pair->rustc;
        return fail(Errc::unavailable, fmt::format("{} is rustup's proxy, but rustup has no usable toolchain", path),
                    tool, "Run `rustup default stable`");
    }
    std::error_code ec;
    const fs::path absolute = fs::absolute(p, ec);
    return ec ? p : absolute;
}

Result<Pair> choose(const DiscoverOptions& o) {
    Pair pair;
    if (!o.cargo_path.empty() || !o.rustc_path.empty()) {
        if (!o.cargo_path.empty()) {
            RC_TRY_ASSIGN(pair.cargo, explicit_tool(o.cargo_path, "cargo", o.toolchain));
        }
        if (!o.rustc_path.empty()) {
            RC_TRY_ASSIGN(pair.rustc, explicit_tool(o.rustc_path, "rustc", o.toolchain));
        }
        // The one that was not named: its sibling fits best.
        if (pair.cargo.empty() && is_program(pair.rustc.parent_path() / "cargo"))
            pair.cargo = pair.rustc.parent_path() / "cargo";
        if (pair.rustc.empty() && is_program(pair.cargo.parent_path() / "rustc"))
            pair.rustc = pair.cargo.parent_path() / "rustc";
        pair.note = "named by CARGO_PATH / RUST_COMPILER_PATH";
    }
    if (pair.cargo.empty() && pair.rustc.empty()) {
        if (auto rustup = from_rustup(o.toolchain))
            return *rustup;
        if (!o.toolchain.empty())
            return fail(Errc::unavailable, fmt::format("rustup has no toolchain `{}`", o.toolchain), "RUSTUP_TOOLCHAIN",
                        fmt::format("Run `rustup toolchain install {}` or unset RUSTUP_TOOLCHAIN", o.toolchain));
        pair.note = "found on PATH";
    }
    if (pair.cargo.empty())
        pair.cargo = on_path("cargo").value_or(fs::path());
    if (pair.rustc.empty())
        pair.rustc = on_path("rustc").value_or(fs::path());
    if (pair.cargo.empty() || pair.rustc.empty())
        return fail(Errc::unavailable, pair.rustc.empty() ? "no Rust compiler was found" : "cargo was not found", "",
                    how_to_install);
    return pair;
}

std::string stamp(const fs::path& p) {
    struct stat s{};
    if (::stat(p.c_str(), &s) != 0)
        return p.string() + "?";
    return fmt::format("{}|{}|{}.{}|{}", p.string(), s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_ino);
}

fs::path cache_file(const std::string& key) {
    fs::path folder;
    if (std::string x = env("XDG_CACHE_HOME"); x.starts_with('/'))
        folder = x;
    else if (std::string h = env("HOME"); h.starts_with('/'))
        folder = fs::path(h) / ".cache";
    else
        return {};
    return folder / "rustcoder" / fmt::format("toolchain-{:016x}.json", base::hash64(key));
}

/// Output of a tool asked about itself. Confined like any check; where that is not possible, only bounded: it is the
/// user's own compiler, and no code of a project is involved.
std::string ask(const fs::path& program, const std::vector<std::string>& arguments) {
    process::Command command;
    command.argv = {program.string()};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.env = {"PATH=" + program.parent_path().string() + ":/usr/bin:/bin", "HOME=/nonexistent", "LC_ALL=C"};
    command.cwd = program.parent_path();
    process::Policy policy;
    policy.tier = process::Tier::checking;
    policy.read_only = {program.parent_path(), program.parent_path().parent_path()};
    policy.limits.wall = std::chrono::seconds(20);
    for (const auto& sandbox : {process::Sandbox(), process::Sandbox(process::Mode::off)}) {
        const auto exit = sandbox.run(command, policy);
        if (exit)
            return exit->ok() ? exit->out : std::string();
    }
    return {};
}

std::string field(std::string_view text, std::string_view key) {
    for (std::string_view line : base::lines(text))
        if (line.starts_with(key))
            return std::string(base::trim(line.substr(key.size())));
    return {};
}

int minor_of(std::string_view version) {
    const auto dot = version.find('.');
    int minor = 0;
    if (dot != std::string_view::npos)
        std::from_chars(version.data() + dot + 1, version.data() + version.size(), minor);
    return minor;
}

Result<Toolchain> probe(const Pair& pair) {
    Toolchain t;
    t.cargo = pair.cargo;
    t.rustc = pair.rustc;
    t.rustc_verbose = ask(t.rustc, {"-vV"});
    t.rustc_version = field(t.rustc_verbose, "release:");
    if (t.rustc_version.empty())
        return fail(Errc::unavailable, fmt::format("{} does not answer `-vV`", t.rustc.string()), "rustc",
                    how_to_install);
    t.host = field(t.rustc_verbose, "host:");
    t.minor = minor_of(t.rustc_version);
    t.sysroot = std::string(base::trim(ask(t.rustc, {"--print", "sysroot"})));
    if (t.sysroot.empty())
        return fail(Errc::unavailable, fmt::format("{} does not name its sysroot", t.rustc.string()), "rustc",
                    how_to_install);
    const std::string cargo = ask(t.cargo, {"-V"}); // "cargo 1.95.0 (f2d3ce0bd 2026-03-21)"
    const auto words = base::split(base::trim(cargo), ' ');
    if (words.size() < 2)
        return fail(Errc::unavailable, fmt::format("{} does not answer `-V`", t.cargo.string()), "cargo",
                    how_to_install);
    t.cargo_version = std::string(words[1]);
    return t;
}

std::string to_text(const Toolchain& t, const std::string& key) {
    base::json::object o;
    o["key"] = key;
    o["sysroot"] = t.sysroot.string();
    o["rustc_version"] = t.rustc_version;
    o["rustc_verbose"] = t.rustc_verbose;
    o["cargo_version"] = t.cargo_version;
    o["host"] = t.host;
    return base::dump_pretty(o);
}

std::optional<Toolchain> from_text(const std::string& text, const std::string& key, const Pair& pair) {
    const auto parsed = base::parse_json(text);
    if (!parsed || !parsed->is_object())
        return std::nullopt;
    const auto& o = parsed->get_object();
    if (base::get_string(o, "key") != key)
        return std::nullopt;
    Toolchain t;
    t.cargo = pair.cargo;
    t.rustc = pair.rustc;
    t.sysroot = std::string(base::get_string(o, "sysroot"));
    t.rustc_version = base::get_string(o, "rustc_version");
    t.rustc_verbose = base::get_string(o, "rustc_verbose");
    t.cargo_version = base::get_string(o, "cargo_version");
    t.host = base::get_string(o, "host");
    t.minor = minor_of(t.rustc_version);
    std::error_code ec;
    if (t.rustc_version.empty() || !fs::is_directory(t.sysroot, ec))
        return std::nullopt;
    return t;
}

} // namespace

std::vector<std::string> Toolchain::targets() const {
    std::vector<std::string> out;
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(sysroot / "lib/rustlib", ec)) {
        const std::string name = entry.path().filename().string();
        if (name != host && name.find('-') != std::string::npos && !name.starts_with("manifest-") &&
            fs::is_directory(entry.path() / "lib", ec))
            out.push_back(name);
    }
    std::ranges::sort(out);
    out.insert(out.begin(), host);
    return out;
}

std::uint64_t Toolchain::identity() const {
    std::uint64_t h = base::hash64(rustc_verbose);
    h = base::hash64(cargo_version, h);
    h = base::hash64(rustc.string(), h);
    return base::hash64(cargo.string(), h);
}

DiscoverOptions DiscoverOptions::from_environment() {
    return {env("CARGO_PATH"), env("RUST_COMPILER_PATH"), env("RUSTUP_TOOLCHAIN")};
}

Result<Toolchain> discover(const DiscoverOptions& options) try {
    RC_TRY_ASSIGN(const Pair pair, choose(options));
    const std::string key = stamp(pair.cargo) + "\n" + stamp(pair.rustc);
    const fs::path cache = cache_file(key);
    std::optional<Toolchain> found;
    if (!cache.empty())
        if (const auto text = base::read_file(cache, 1u << 20))
            found = from_text(*text, key, pair);
    if (!found) {
        RC_TRY_ASSIGN(found, probe(pair));
        if (!cache.empty())
            (void)base::write_file_atomic(cache, to_text(*found, key)); // a cache that cannot be written is only slower
    }
    std::error_code ec;
    found->has_std_sources = fs::exists(found->sysroot / "lib/rustlib/src/rust/library/std/src/lib.rs", ec);
    found->notes.push_back(pair.note);
    return *found;
} catch (const std::exception& e) {
    return fail(Errc::io, fmt::format("looking for the Rust toolchain failed: {}", e.what()));
}

} // namespace rustcoder::toolchain
