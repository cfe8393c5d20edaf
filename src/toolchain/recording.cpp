#include "toolchain/recording.h"

#include "base/text.h"
#include "toolchain/diagnostic_parse.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view running = "     Running `";

/// End of a command in backticks that starts at `from`: the first backtick outside single quotes.
std::size_t closing_backtick(std::string_view s, std::size_t from) {
    bool quoted = false;
    for (std::size_t i = from; i < s.size(); ++i) {
        if (s[i] == '\'' && !(i > from && !quoted && s[i - 1] == '\\'))
            quoted = !quoted;
        else if (s[i] == '`' && !quoted)
            return i;
    }
    return std::string_view::npos;
}

std::size_t line_end(std::string_view s, std::size_t from) {
    const auto nl = s.find('\n', from);
    return nl == std::string_view::npos ? s.size() : nl + 1;
}

/// "NAME=value" before the program. Names may hold dashes (CARGO_BIN_EXE_my-bin); the program is a path.
bool is_assignment(std::string_view word) {
    const auto eq = word.find('=');
    return eq != std::string_view::npos && eq > 0 && base::is_ident_start(word[0]) &&
           word.substr(0, eq).find_first_of("/ \t\n") == std::string_view::npos;
}

std::string_view value_of(const std::vector<std::string>& env, std::string_view name) {
    for (std::string_view e : env)
        if (e.size() > name.size() && e.starts_with(name) && e[name.size()] == '=')
            return e.substr(name.size() + 1);
    return {};
}

/// Path relative to `root`, or nullopt when outside.
std::optional<std::string> inside(const fs::path& root, const std::string& absolute) {
    const std::string path = normal_path(absolute);
    const std::string prefix = root.string();
    if (path == prefix)
        return std::string();
    if (path.size() > prefix.size() && path.starts_with(prefix) && path[prefix.size()] == '/')
        return path.substr(prefix.size() + 1);
    return std::nullopt;
}

/// cargo starts rustc in the workspace root for members, and in the package for path dependencies outside it; the line
/// does not say which root, so look where the source exists.
fs::path working_directory(const std::string& source, const fs::path& manifest_dir, const RecordContext& context) {
    if (source.starts_with('/'))
        return manifest_dir;
    std::error_code ec;
    if (fs::exists(context.cargo_dir / source, ec))
        return context.cargo_dir;
    for (fs::path at = manifest_dir; inside(context.source_root, at.string()); at = at.parent_path())
        if (fs::exists(at / source, ec))
            return at;
    return context.cargo_dir;
}

std::string stem_of_library(std::string_view path) { // ".../libp-0ccd.rmeta" -> "p-0ccd"
    if (const auto slash = path.rfind('/'); slash != std::string_view::npos)
        path.remove_prefix(slash + 1);
    if (path.starts_with("lib"))
        path.remove_prefix(3);
    return std::string(path.substr(0, path.rfind('.')));
}

struct Words { // the parts of rustc's line that matter
    std::string crate, source, out_dir, extra, emit, crate_type;
    std::vector<std::string> externs;
    bool test = false;
};

Words read_words(const std::vector<std::string>& argv) {
    Words w;
    for (std::size_t i = 1; i < argv.size(); ++i) {
        const std::string& a = argv[i];
        const std::string next = i + 1 < argv.size() ? argv[i + 1] : std::string();
        if (a == "--crate-name") {
            w.crate = next, ++i;
        } else if (a == "--out-dir") {
            w.out_dir = next, ++i;
        } else if (a == "--crate-type") {
            w.crate_type = next, ++i;
        } else if (a == "--extern") {
            w.externs.push_back(next), ++i;
        } else if (a == "-C" || a == "--check-cfg" || a == "--cfg" || a == "-L" || a == "-l" || a == "--cap-lints" ||
                   a == "-A" || a == "-W" || a == "-D" || a == "-F" || a == "--target" || a == "--codegen" ||
                   a == "-Z") {
            if (a == "-C" && next.starts_with("extra-filename="))
                w.extra = next.substr(15);
            ++i;
        } else if (a.starts_with("--emit=")) {
            w.emit = a.substr(7);
        } else if (a == "--test") {
            w.test = true;
        } else if (!a.starts_with('-') && w.source.empty()) {
            w.source = a;
        }
    }
    return w;
}

std::string label_of(const Words& w, const Unit& u) {
    std::string kind = "target";
    const bool bin = !value_of(u.env, "CARGO_BIN_NAME").empty();
    const std::string name(bin ? value_of(u.env, "CARGO_BIN_NAME") : std::string_view(w.crate));
    const std::string under =
        u.package_dir.empty() ? u.root : u.root.substr(std::min(u.root.size(), u.package_dir.size() + 1));
    if (u.build_script)
        kind = "custom-build";
    else if (under.starts_with("tests/"))
        kind = "test";
    else if (under.starts_with("examples/"))
        kind = "example";
    else if (under.starts_with("benches/"))
        kind = "bench";
    else if (bin)
        kind = "bin";
    else
        kind = u.proc_macro ? "proc-macro" : "lib";
    const bool plain = kind == "lib" || name == u.package;
    std::string label = plain ? kind + " " + u.package : kind + ":" + name + " " + u.package;
    if (w.test && kind != "test")
        label += " (test)";
    return label;
}

} // namespace

std::vector<RunningLine> running_lines(std::string_view text) {
    std::vector<RunningLine> out;
    std::size_t at = 0;
    while (at < text.size()) {
        if (!text.substr(at).starts_with(running)) {
            at = line_end(text, at);
            continue;
        }
        const std::size_t begin = at + running.size();
        const std::size_t end = closing_backtick(text, begin);
        if (end == std::string_view::npos)
            break;
        RunningLine line;
        for (std::string& word : base::shell_split(text.substr(begin, end - begin))) {
            if (line.argv.empty() && is_assignment(word))
                line.env.push_back(std::move(word));
            else
                line.argv.push_back(std::move(word));
        }
        out.push_back(std::move(line));
        at = line_end(text, end);
    }
    return out;
}

std::string plain_stderr(std::string_view text) {
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        const std::size_t end = line_end(text, at);
        const std::string_view line = text.substr(at, end - at);
        if (rest.starts_with(running)) {
            const std::size_t close = closing_backtick(text, at + running.size());
            at = close == std::string_view::npos ? text.size() : line_end(text, close);
            continue;
        }
        if (line.starts_with("       Fresh ") || line.starts_with("       Dirty ")) {
            at = end;
            continue;
        }
        if (line.starts_with('[') &&
            line.find("] ") != std::string_view::npos) { // "[p 0.1.0] cargo:..." of a build script
            at = end;
            continue;
        }
        constexpr std::string_view cause = "\nCaused by:\n  process didn't exit successfully: `";
        if (rest.starts_with(cause)) {
            const std::size_t close = closing_backtick(text, at + cause.size());
            const std::string_view command =
                close == std::string_view::npos ? rest : text.substr(at + cause.size(), close - at - cause.size());
            if (command.find("--crate-name") != std::string_view::npos) {
                at = close == std::string_view::npos ? text.size() : line_end(text, close);
                continue;
            }
        }
        out += line;
        at = end;
    }
    return out;
}

std::optional<Unit> unit_of(const RunningLine& line, const RecordContext& context) {
    if (line.argv.empty() || line.argv[0] != context.rustc.string())
        return std::nullopt;
    const Words w = read_words(line.argv);
    const std::string manifest(value_of(line.env, "CARGO_MANIFEST_DIR"));
    const auto package_dir = inside(context.source_root, manifest);
    if (w.crate.empty() || w.source.empty() || w.extra.empty() || w.out_dir.empty() || !package_dir)
        return std::nullopt;
    Unit u;
    u.env = line.env;
    u.argv = line.argv;
    u.key = w.crate + w.extra;
    u.package = value_of(line.env, "CARGO_PKG_NAME");
    u.package_dir = *package_dir;
    u.cwd = working_directory(w.source, manifest, context);
    u.out_dir = w.out_dir;
    const auto root = inside(context.source_root, w.source.starts_with('/') ? w.source : (u.cwd / w.source).string());
    if (!root)
        return std::nullopt;
    u.root = *root;
    u.test = w.test;
    u.proc_macro = w.crate_type == "proc-macro";
    u.build_script = w.crate.starts_with("build_script_");
    u.links = w.emit.find("link") != std::string::npos;
    u.has_extern = !w.externs.empty();
    for (const std::string& e : w.externs) {
        const auto eq = e.find('=');
        if (eq == std::string::npos)
            continue;
        const std::string_view path = std::string_view(e).substr(eq + 1);
        u.macro_extern = u.macro_extern || path.ends_with(".so");
        u.depends.push_back(stem_of_library(path));
    }
    u.label = label_of(w, u);
    return u;
}

std::vector<std::string> dep_info_paths(std::string_view text) {
    std::vector<std::string> out;
    const std::string_view first = text.substr(0, text.find('\n'));
    const auto colon = first.find(": ");
    if (colon == std::string_view::npos)
        return out;
    std::string word;
    for (std::size_t i = colon + 2; i <= first.size(); ++i) {
        if (i == first.size() || first[i] == ' ') {
            if (!word.empty())
                out.push_back(std::exchange(word, {}));
        } else if (first[i] == '\\' && i + 1 < first.size() && first[i + 1] == ' ') {
            word += first[++i];
        } else {
            word += first[i];
        }
    }
    return out;
}

} // namespace rustcoder::toolchain
