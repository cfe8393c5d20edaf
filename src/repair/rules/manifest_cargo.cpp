// Faults of Cargo.toml, from cargo's own message (phase cargo), and crates that a misspelt table hides (E0433, E0432).
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

struct Line {
    std::size_t begin = 0, end = 0; // without the terminator
    std::string_view text;
};

std::vector<Line> manifest_lines(const std::string& s) {
    std::vector<Line> out;
    for (std::size_t i = 0; i < s.size();) {
        auto end = std::min(s.find('\n', i), s.size());
        out.push_back({i, end, std::string_view(s).substr(i, end - i)});
        i = end + 1;
    }
    return out;
}

std::string folder_of(std::string_view path) {
    auto slash = path.rfind('/');
    return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash + 1));
}

struct Manifest {
    std::string path;
    const std::string* text = nullptr;
    std::vector<Line> lines;
    std::size_t line = std::string::npos; // 0-based, when cargo names one
    std::size_t column = 0;
};

/// The manifest that the message is about.
std::optional<Manifest> manifest_of(const RuleContext& context) {
    const auto& d = context.diagnostic;
    const std::string& m = d.rendered.size() > d.message.size() ? d.rendered : d.message;
    Manifest out;
    std::size_t best = 0;
    for (const auto& [path, file] : context.project().files())
        if ((path == "Cargo.toml" || path.ends_with("/Cargo.toml")) &&
            (m.find("/" + path) != std::string::npos || m.find(" " + path) != std::string::npos))
            if (path.size() > best) {
                best = path.size();
                out.path = path;
            }
    if (out.path.empty())
        out.path = !d.spans.empty() && d.spans[0].file.ends_with("Cargo.toml") ? d.spans[0].file : "Cargo.toml";
    out.text = context.project().find(out.path);
    if (!out.text)
        return std::nullopt;
    out.lines = manifest_lines(*out.text);
    if (auto at = m.find("Cargo.toml:"); at != std::string::npos) {
        int line = std::atoi(m.c_str() + at + 11);
        auto colon = m.find(':', at + 11);
        if (line > 0) {
            out.line = static_cast<std::size_t>(line) - 1;
            out.column = colon == std::string::npos
                             ? 0
                             : static_cast<std::size_t>(std::max(1, std::atoi(m.c_str() + colon + 1))) - 1;
        }
    }
    if (out.line != std::string::npos && out.line >= out.lines.size())
        out.line = std::string::npos;
    return out;
}

/// Key of a `key = value` line, "" for anything else.
std::string_view key_of(std::string_view line) {
    auto eq = line.find('=');
    if (eq == std::string_view::npos)
        return {};
    auto key = base::trim(line.substr(0, eq));
    return key.starts_with("#") || key.starts_with("[") ? std::string_view() : key;
}

const std::vector<std::string>& tables() {
    static const std::vector<std::string> v = {"package",
                                               "dependencies",
                                               "dev-dependencies",
                                               "build-dependencies",
                                               "lib",
                                               "features",
                                               "workspace",
                                               "profile.release",
                                               "profile.dev",
                                               "patch.crates-io",
                                               "workspace.dependencies",
                                               "lints"};
    return v;
}

const std::vector<std::string>& package_keys() {
    static const std::vector<std::string> v = {"name",    "version",    "edition",      "authors", "description",
                                               "license", "repository", "rust-version", "publish", "default-run",
                                               "build",   "path",       "readme",       "autobins"};
    return v;
}

class ManifestCargo final : public Rule {
public:
    std::string_view name() const override { return "manifest-cargo"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return d.phase == toolchain::Phase::cargo || code_is(d, {"E0433", "E0432", "E0670", "E0728"});
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        if (context.diagnostic.phase != toolchain::Phase::cargo) {
            if (const std::string* text = context.project().find("Cargo.toml"))
                from_source(context, *text, out);
            return;
        }
        auto m = manifest_of(context);
        if (!m)
            return;
        const auto& d = context.diagnostic;
        const std::string& message = d.rendered.size() > d.message.size() ? d.rendered : d.message;
        edition(*m, message, out);
        fields(*m, message, out);
        names(*m, out);
        if (m->line != std::string::npos)
            syntax_line(*m, message, out);
        targets(context, *m, message, out);
        dependencies(context, *m, message, out);
    }

private:
    static void replace_line(const Manifest& m, const Line& l, std::string text, Risk risk, double prior,
                             std::string why, Proposals& out) {
        out.edit("manifest", m.path, l.begin, l.end, std::move(text), risk, prior, std::move(why));
    }

    static void edition(const Manifest& m, const std::string& message, Proposals& out) {
        if (message.find("edition") == std::string::npos)
            return;
        for (const Line& l : m.lines)
            if (key_of(l.text) == "edition") {
                double prior = 0.9;
                std::string value;
                for (char c : l.text.substr(l.text.find('=') + 1))
                    if (c >= '0' && c <= '9')
                        value += c;
                for (const char* e : {"2021", "2024", "2018", "2015"}) {
                    replace_line(m, l, fmt::format("edition = \"{}\"", e), Risk::low, value == e ? 0.95 : prior,
                                 "Rust's editions are 2015, 2018, 2021 and 2024.", out);
                    prior -= value == "2024" ? 0.1 : 0.25;
                }
                return;
            }
    }

    /// Missing name or version in [package].
    static void fields(const Manifest& m, const std::string& message, Proposals& out) {
        bool name = message.find("missing field `package.name`") != std::string::npos ||
                    message.find("missing field `name`") != std::string::npos;
        bool version = message.find("missing field `package.version`") != std::string::npos;
        if (!name && !version)
            return;
        for (const Line& l : m.lines)
            if (base::trim(l.text) == "[package]") {
                std::string folder = folder_of(m.path);
                if (folder.ends_with("/"))
                    folder.pop_back();
                if (auto slash = folder.rfind('/'); slash != std::string::npos)
                    folder = folder.substr(slash + 1);
                std::string text =
                    name ? fmt::format("\nname = \"{}\"", folder.empty() ? "app" : folder) : "\nversion = \"0.1.0\"";
                out.insert("manifest", m.path, l.end, text, Risk::low, 0.6, "A package needs a name and a version.");
            }
    }

    /// Misspelt tables and keys, wherever cargo stumbles.
    static void names(const Manifest& m, Proposals& out) {
        std::string table;
        for (const Line& l : m.lines) {
            auto t = base::trim(l.text);
            if (t.starts_with("[")) {
                auto open = t.find_first_not_of('[');
                auto close = t.find(']');
                table = std::string(open == std::string_view::npos
                                        ? ""
                                        : t.substr(open, close == std::string_view::npos ? close : close - open));
                bool known = std::find(tables().begin(), tables().end(), table) != tables().end();
                if (known || t.starts_with("[["))
                    continue;
                for (const auto& n : closest(table, tables(), 1))
                    if (n.closeness > 0.7) {
                        replace_line(m, l, "[" + n.name + "]", Risk::low, 0.85,
                                     fmt::format("Cargo knows the table `[{}]`, not `[{}]`.", n.name, table), out);
                        table = n.name;
                    }
                continue;
            }
            auto key = key_of(l.text);
            if (key.empty() || table != "package")
                continue;
            if (std::find(package_keys().begin(), package_keys().end(), key) != package_keys().end() ||
                key.find('.') != std::string_view::npos)
                continue;
            for (const auto& n : closest(key, package_keys(), 1))
                if (n.closeness > 0.7)
                    out.edit("manifest", m.path, l.begin + l.text.find(key), l.begin + l.text.find(key) + key.size(),
                             n.name, Risk::low, 0.7, fmt::format("The key is spelt `{}`.", n.name));
        }
    }

    /// TOML that does not parse, at the line cargo names.
    static void syntax_line(const Manifest& m, const std::string& message, Proposals& out) {
        const Line& l = m.lines[m.line];
        auto t = std::string(base::trim(l.text));
        auto has = [&](std::string_view n) { return message.find(n) != std::string::npos; };
        if (has("duplicate key")) {
            auto key = key_of(l.text);
            std::size_t end = std::min(l.end + 1, m.text->size());
            for (const Line& other : m.lines)
                if (other.begin < l.begin && key_of(other.text) == key)
                    out.edit("manifest", m.path, l.begin, end, "",
                             base::trim(other.text) == t ? Risk::low : Risk::behaviour,
                             base::trim(other.text) == t ? 0.92 : 0.6, fmt::format("`{}` is given twice.", key));
            return;
        }
        auto eq = l.text.find('=');
        if (has("key with no value") || eq == std::string_view::npos) {
            auto colon = l.text.find(':');
            if (colon != std::string_view::npos) {
                std::size_t begin = l.begin + colon;
                bool spaced = colon > 0 && l.text[colon - 1] == ' ';
                out.edit("manifest", m.path, begin, begin + 1, spaced ? "=" : " =", Risk::none, 0.92,
                         "TOML separates key and value with `=`.");
            } else if (auto space = t.find(' '); space != std::string::npos) {
                replace_line(m, l, t.substr(0, space) + " = " + std::string(base::trim(t.substr(space))), Risk::none,
                             0.8, "TOML separates key and value with `=`.", out);
            }
        }
        if (has("unclosed table") || (t.starts_with("[") && !t.ends_with("]")))
            replace_line(m, l, t + (t.starts_with("[[") ? (t.ends_with("]") ? "]" : "]]") : "]"), Risk::none, 0.92,
                         "The table's header has to be closed.", out);
        if (eq == std::string_view::npos)
            return;
        auto key = std::string(base::trim(l.text.substr(0, eq)));
        auto value = std::string(base::trim(l.text.substr(eq + 1)));
        if (has("missing comma") && m.column <= l.text.size()) {
            auto at = l.begin + std::min(m.column, l.text.size());
            while (at > l.begin && (*m.text)[at - 1] == ' ')
                --at;
            out.insert("manifest", m.path, at, ",", Risk::none, 0.92,
                       "The parts of an inline table are separated by commas.");
        }
        if (has("unclosed inline table") || (value.starts_with("{") && !value.ends_with("}")))
            replace_line(m, l, key + " = " + value + " }", Risk::none, 0.9,
                         "The inline table has to be closed with `}`.", out);
        if (has("unclosed array") || (value.starts_with("[") && !value.ends_with("]")))
            replace_line(m, l, key + " = " + value + "]", Risk::none, 0.85, "The list has to be closed with `]`.", out);
        bool open_quote = value.starts_with("\"") && (value.size() == 1 || !value.ends_with("\""));
        bool close_quote = !value.starts_with("\"") && value.ends_with("\"");
        if (open_quote)
            replace_line(m, l, key + " = " + value + "\"", Risk::none, 0.92, "The text has to be closed with a quote.",
                         out);
        else if (close_quote && !value.starts_with("{") && !value.starts_with("["))
            replace_line(m, l, key + " = \"" + value, Risk::none, 0.92, "The text has to start with a quote.", out);
        else if (!value.empty() && value[0] != '"' && value[0] != '{' && value[0] != '[' && value[0] != '\'' &&
                 value != "true" && value != "false")
            replace_line(m, l,
                         key + " = \"" +
                             (key == "version" && value.find('.') == value.rfind('.') ? value + ".0" : value) + "\"",
                         Risk::none, 0.9, "A text is written in quotes.", out);
        if (key == "version" && has("minor version") && value.size() > 2)
            replace_line(m, l,
                         fmt::format("version = \"{}.0\"", value.substr(1, value.size() - 2) +
                                                               (value.find('.') == std::string::npos ? ".0" : "")),
                         Risk::none, 0.92, "A version has three numbers.", out);
        if (key == "version" && has("patch") && value.size() > 2)
            replace_line(m, l, fmt::format("version = \"{}.0\"", value.substr(1, value.size() - 2)), Risk::none, 0.8,
                         "A version has three numbers.", out);
        if (key == "name" && has("package name") && value.size() > 2) {
            std::string fixed = value;
            for (char& c : fixed)
                if (c != '"' && c != '-' && !base::is_ident(c))
                    c = '-';
            replace_line(m, l, "name = " + fixed, Risk::low, 0.85,
                         "A package name has letters, digits, `-` and `_` only.", out);
        }
    }

    /// `[bin]` for `[[bin]]`, a target whose file is elsewhere.
    static void targets(const RuleContext& context, const Manifest& m, const std::string& message, Proposals& out) {
        for (const Line& l : m.lines)
            for (std::string_view one : {"bin", "test", "example", "bench"})
                if (base::trim(l.text) == fmt::format("[{}]", one))
                    replace_line(m, l, fmt::format("[[{}]]", one), Risk::none, 0.92,
                                 fmt::format("There may be several: the table is `[[{}]]`.", one), out);
        for (const Line& l : m.lines)
            if (base::trim(l.text) == "[[lib]]")
                replace_line(m, l, "[lib]", Risk::none, 0.92, "A package has one library: `[lib]`.", out);
        if (message.find("can't find") == std::string::npos && message.find("couldn't read") == std::string::npos)
            return;
        std::string folder = folder_of(m.path);
        std::vector<std::string> files;
        for (const auto& path : context.sources.rust_files())
            if (path.starts_with(folder))
                files.push_back(path.substr(folder.size()));
        bool lib = message.find("can't find lib") != std::string::npos;
        for (const Line& l : m.lines) {
            if (key_of(l.text) != "path" || l.text.find(".rs") == std::string_view::npos)
                continue;
            auto value = between(l.text, "\"", "\"");
            if (!value || context.project().contains(folder + *value))
                continue;
            for (const auto& n : closest(*value, files, 3))
                replace_line(m, l, fmt::format("path = \"{}\"", n.name), Risk::low, std::clamp(n.closeness, 0.2, 0.92),
                             fmt::format("The file is `{}`.", n.name), out);
            for (const auto& f : files)
                if (f == (lib ? "src/lib.rs" : "src/main.rs"))
                    replace_line(m, l, fmt::format("path = \"{}\"", f), Risk::low, 0.7,
                                 fmt::format("The file is `{}`.", f), out);
        }
    }

    static std::vector<std::pair<std::string, std::string>> local_crates(const RuleContext& context) { // name, folder
        std::vector<std::pair<std::string, std::string>> out;
        for (const auto& [path, file] : context.project().files())
            if (path.ends_with("Cargo.toml"))
                for (const Line& l : manifest_lines(*file.bytes))
                    if (key_of(l.text) == "name") {
                        out.emplace_back(between(l.text, "\"", "\"").value_or(""), folder_of(path));
                        break;
                    }
        return out;
    }

    static std::string relative(const std::string& from, const std::string& to) {
        std::string up, rest = to;
        std::string base_folder = from;
        while (!rest.starts_with(base_folder)) {
            base_folder = base_folder.empty() ? "" : folder_of(base_folder.substr(0, base_folder.size() - 1));
            up += "../";
        }
        std::string out = up + rest.substr(base_folder.size());
        if (out.ends_with("/"))
            out.pop_back();
        return out;
    }

    static void dependencies(const RuleContext& context, const Manifest& m, const std::string& message,
                             Proposals& out) {
        auto crates = local_crates(context);
        std::string folder = folder_of(m.path);
        // misspelt path or key of a dependency on a crate of this project
        for (const Line& l : m.lines) {
            auto key = std::string(key_of(l.text));
            if (key.empty())
                continue;
            for (const auto& [name, where] : crates) {
                if (name.empty() || where == folder)
                    continue;
                std::string path = relative(folder, where);
                auto value = l.text.substr(l.text.find('=') + 1);
                bool inline_table = value.find('{') != std::string_view::npos;
                if (key == name && inline_table && value.find("\"" + path + "\"") == std::string_view::npos)
                    if (auto given = between(value, "\"", "\""))
                        out.edit("manifest", m.path, l.begin + l.text.find(*given),
                                 l.begin + l.text.find(*given) + given->size(), path, Risk::low, 0.88,
                                 fmt::format("The crate `{}` is in the folder `{}`.", name, path));
                if (key == name && (message.find("specified without") != std::string::npos || !inline_table))
                    replace_line(m, l, fmt::format("{} = {{ path = \"{}\" }}", name, path), Risk::low, 0.85,
                                 fmt::format("`{}` is a crate of this project, found by its path.", name), out);
                if (key != name && inline_table && value.find("\"" + path + "\"") != std::string_view::npos)
                    out.edit("manifest", m.path, l.begin + l.text.find(key), l.begin + l.text.find(key) + key.size(),
                             name, Risk::low, 0.88, fmt::format("The crate at `{}` is called `{}`.", path, name));
                if (key == "members" || l.text.find("\"") != std::string_view::npos)
                    for (auto given = between(l.text, "\"", "\""); key == "members" && given; given = std::nullopt)
                        if (*given != path && closeness(*given, path) > 0.7)
                            out.edit("manifest", m.path, l.begin + l.text.find(*given),
                                     l.begin + l.text.find(*given) + given->size(), path, Risk::low, 0.85,
                                     fmt::format("The member's folder is `{}`.", path));
            }
            // a feature that the crate does not have
            if (message.find("does not have that feature") != std::string::npos)
                if (auto at = l.text.find(", features = ["); at != std::string_view::npos) {
                    auto close = l.text.find(']', at);
                    if (close != std::string_view::npos && message.find("`" + key + "`") != std::string::npos)
                        out.edit("manifest", m.path, l.begin + at, l.begin + close + 1, "", Risk::behaviour, 0.6,
                                 fmt::format("`{}` has no such feature.", key));
                }
        }
    }

    /// The source uses a crate of this project that no dependency names, or the edition is missing.
    static void from_source(const RuleContext& context, const std::string& text, Proposals& out) {
        Manifest m;
        m.path = "Cargo.toml";
        m.text = &text;
        m.lines = manifest_lines(text);
        const auto& d = context.diagnostic;
        if (d.code == "E0670" || d.code == "E0728" || d.message.find("maybe a missing crate") != std::string::npos) {
            bool has =
                std::any_of(m.lines.begin(), m.lines.end(), [](const Line& l) { return key_of(l.text) == "edition"; });
            for (const Line& l : m.lines)
                if (!has && key_of(l.text) == "version")
                    out.insert("manifest", m.path, l.end, "\nedition = \"2021\"", Risk::low, 0.85,
                               "Without an edition cargo takes 2015, which lacks this.");
            for (const Line& l : m.lines)
                if (has && d.code == "E0670" && key_of(l.text) == "edition")
                    out.edit("manifest", m.path, l.begin, l.end, "edition = \"2021\"", Risk::low, 0.8,
                             "`async` needs edition 2018 or later.");
        }
        const auto* span = d.primary();
        if (!span || d.message.find("module or crate") == std::string::npos)
            return;
        auto ticked = backticked(d.message);
        if (ticked.empty())
            return;
        names(m, out);
        for (const auto& [name, where] : local_crates(context)) {
            if (base::replace_all(name, "-", "_") != ticked[0] || where.empty())
                continue;
            std::string line = fmt::format("{} = {{ path = \"{}\" }}\n", name, relative("", where));
            std::size_t at = text.size();
            bool table = false;
            for (const Line& l : m.lines)
                if (base::trim(l.text) == "[dependencies]") {
                    at = std::min(l.end + 1, text.size());
                    table = true;
                }
            out.insert(
                "manifest", m.path, at,
                (table                  ? ""
                 : text.ends_with("\n") ? "\n[dependencies]\n"
                                        : "\n\n[dependencies]\n") +
                    line,
                Risk::low, 0.85,
                fmt::format("`{}` is a crate of this project; `Cargo.toml` has to name it as a dependency.", name));
        }
    }
};

RC_REGISTER_RULE(ManifestCargo)

} // namespace

} // namespace rustcoder::repair
