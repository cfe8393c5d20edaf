#include "agent/model_manifest.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace rustcoder::agent {

namespace {

std::string_view unquoted(std::string_view s) {
    s = base::trim(s);
    if (s.size() >= 2 && (s.front() == '"' || s.front() == '\'') && s.back() == s.front())
        s = s.substr(1, s.size() - 2);
    return s;
}

/// `key = value` that may go on over several lines until its brackets are closed.
struct Entry {
    std::string key, value; // trimmed, the value without a comment at its end
    std::string text;       // as written, with line ends
    bool is_table = false;  // [name] or [[name]]; `key` is the name
};

/// Net depth of brackets outside strings; `end`: where a comment begins.
int depth_of(std::string_view line, std::size_t& end) {
    int depth = 0;
    char quote = 0;
    end = line.size();
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote) {
            if (c == '\\' && quote == '"')
                ++i;
            else if (c == quote)
                quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#') {
            end = i;
            break;
        } else {
            depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        }
    }
    return depth;
}

std::vector<Entry> entries_of(std::string_view text) {
    std::vector<Entry> out;
    const auto lines = base::lines(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::size_t end = 0;
        const int depth = depth_of(lines[i], end);
        const auto line = base::trim(lines[i].substr(0, end));
        Entry entry{.text = std::string(lines[i]) + "\n"};
        if (line.starts_with('[') && line.ends_with(']')) {
            entry.is_table = true;
            auto name = line;
            while (name.starts_with('['))
                name = name.substr(1, name.size() - 2);
            entry.key = base::trim(name);
        } else if (const auto eq = line.find('='); eq != std::string_view::npos) {
            entry.key = unquoted(line.substr(0, eq));
            entry.value = base::trim(line.substr(eq + 1));
            for (int open = depth; open > 0 && i + 1 < lines.size();) {
                ++i;
                open += depth_of(lines[i], end);
                entry.value += "\n" + std::string(lines[i].substr(0, end));
                entry.text += std::string(lines[i]) + "\n";
            }
        }
        out.push_back(std::move(entry));
    }
    return out;
}

/// The value of a field of an inline table: `{ version = "1", features = ["a"] }`.
std::string_view field(std::string_view table, std::string_view name) {
    for (std::size_t at = 0; (at = table.find(name, at)) != std::string_view::npos; at += name.size()) {
        const auto rest = base::trim(table.substr(at + name.size()));
        const bool starts = at == 0 || !(base::is_ident(table[at - 1]) || table[at - 1] == '-');
        if (starts && rest.starts_with('=')) {
            const auto value = base::trim(rest.substr(1));
            if (value.empty() || (value.front() != '"' && value.front() != '\''))
                return value.substr(0, value.find_first_of(",}\n"));
            const auto end = value.find(value.front(), 1);
            return end == std::string_view::npos ? std::string_view() : value.substr(1, end - 1);
        }
    }
    return {};
}

std::string same_name(std::string_view name) {
    return base::replace_all(std::string(name), "_", "-");
}

bool is_dependencies(std::string_view table) {
    return table == "dependencies" || table == "dev-dependencies" || table.ends_with(".dependencies") ||
           table.ends_with(".dev-dependencies");
}

bool is_unwanted(std::string_view table, const ManifestWishes& wishes) {
    const auto head = table.substr(0, table.find('.'));
    return base::one_of(head, {"build-dependencies", "patch", "replace"}) ||
           table.find("build-dependencies") != std::string_view::npos ||
           (head == "workspace" && !wishes.member_manifests);
}

bool valid_package(std::string_view name) {
    return !name.empty() && name.size() <= 64 && base::is_ident_start(name.front()) &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_';
           });
}

class Mender {
public:
    Mender(const ManifestWishes& wishes) : wishes_(wishes) {}

    SaneManifest mend(std::string_view text) {
        for (auto& entry : entries_of(text))
            take(std::move(entry));
        close_dependency();
        std::string out = package();
        out_.text = base::trim(rest_).empty() ? out : out + "\n" + std::string(base::trim(rest_)) + "\n";
        return std::move(out_);
    }

private:
    void take(Entry entry) {
        if (entry.is_table) {
            close_dependency();
            rest_ += std::exchange(pending_, {});
            table_ = entry.key;
            if (table_ == "package")
                return;
            const auto dot = table_.rfind('.');
            if (is_unwanted(table_, wishes_)) {
                out_.dropped.push_back(fmt::format("[{}]: not allowed here", table_));
            } else if (dot != std::string::npos && is_dependencies(table_.substr(0, dot))) {
                open_ = Entry{.key = std::string(unquoted(table_.substr(dot + 1))), .text = entry.text};
            } else {
                rest_ += entry.text;
            }
            return;
        }
        if (table_ == "package") {
            if (entry.key.empty()) { // a comment between belongs to what follows
                pending_ += entry.text;
                return;
            }
            package_ += std::exchange(pending_, {});
            if (!base::one_of(entry.key, {"build", "links", "workspace", "name", "version", "edition", "rust-version"}))
                package_ += entry.text;
            else if (base::one_of(entry.key, {"build", "links", "workspace"}))
                out_.dropped.push_back(fmt::format("{}: not allowed here", entry.key));
            written_.emplace_back(entry.key, unquoted(entry.value));
        } else if (is_unwanted(table_, wishes_)) {
            return;
        } else if (open_) {
            open_->text += entry.text;
            open_->value += entry.key + " = " + entry.value + "\n";
        } else if (is_dependencies(table_) && !entry.key.empty()) {
            rest_ += dependency(std::move(entry));
        } else if (!(table_ == "lib" && base::one_of(entry.key, {"proc-macro", "proc_macro"}))) {
            rest_ += entry.text;
        }
    }

    /// [dependencies.NAME] is complete.
    void close_dependency() {
        if (!open_)
            return;
        auto entry = std::move(*open_);
        open_.reset();
        const auto crate = find(entry, entry.value);
        if (!crate)
            return;
        const auto old = field(entry.value, "version");
        rest_ += old.empty()
                     ? entry.text + fmt::format("version = \"{}\"\n", crate->version)
                     : base::replace_all(entry.text, fmt::format("\"{}\"", old), fmt::format("\"{}\"", crate->version));
    }

    /// The line, at a version that can be had; "" when the crate cannot.
    std::string dependency(Entry entry) {
        std::string name = entry.key;
        if (const auto dot = name.find('.'); dot != std::string::npos) // serde.workspace = true, rand.version = "0.8"
            entry.key = name = name.substr(0, dot), entry.value = "\"*\"";
        const bool table = entry.value.starts_with('{');
        const auto crate = find(entry, table ? std::string_view(entry.value) : std::string_view());
        if (!crate)
            return {};
        if (!table)
            return fmt::format("{} = \"{}\"\n", entry.key, crate->version);
        const auto old = field(entry.value, "version");
        if (old.empty())
            return fmt::format("{} = {{ version = \"{}\", {}\n", entry.key, crate->version,
                               base::trim(std::string_view(entry.value).substr(1)));
        return base::replace_all(entry.text, fmt::format("\"{}\"", old), fmt::format("\"{}\"", crate->version));
    }

    const AvailableCrate* find(const Entry& entry, std::string_view table) {
        const auto drop = [&](std::string_view why) {
            out_.dropped.push_back(fmt::format("{}: {}", entry.key, why));
            return nullptr;
        };
        for (const auto* source : {"git", "path", "registry"})
            if (!field(table, source).empty())
                return drop(fmt::format("a dependency by {} is not allowed here", source));
        const auto renamed = field(table, "package");
        const auto wanted = same_name(renamed.empty() ? std::string_view(entry.key) : renamed);
        const auto found = std::find_if(wishes_.crates.begin(), wishes_.crates.end(),
                                        [&](const AvailableCrate& c) { return same_name(c.name) == wanted; });
        return found == wishes_.crates.end() ? drop("it cannot be had on this machine") : &*found;
    }

    std::string package() const {
        const auto written = [&](std::string_view key) {
            const auto found = std::find_if(written_.begin(), written_.end(), [&](auto& w) { return w.first == key; });
            return found == written_.end() ? std::string() : found->second;
        };
        auto name = wishes_.package.empty() ? written("name") : wishes_.package;
        if (!valid_package(name))
            name = "project";
        auto edition = wishes_.edition.empty() ? written("edition") : wishes_.edition;
        if (!base::one_of(edition, {"2015", "2018", "2021", "2024"}))
            edition = "2021";
        auto version = written("version");
        if (std::count(version.begin(), version.end(), '.') != 2)
            version = "0.1.0";
        return fmt::format("[package]\nname = \"{}\"\nversion = \"{}\"\nedition = \"{}\"\n", name, version, edition) +
               std::string(base::trim(package_)) + (base::trim(package_).empty() ? "" : "\n");
    }

    const ManifestWishes& wishes_;
    SaneManifest out_;
    std::string table_, package_, rest_, pending_;
    std::vector<std::pair<std::string, std::string>> written_; // of [package]
    std::optional<Entry> open_;
};

} // namespace

SaneManifest sane_manifest(std::string_view text, const ManifestWishes& wishes) {
    return Mender(wishes).mend(text);
}

} // namespace rustcoder::agent
