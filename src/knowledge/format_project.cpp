#include "knowledge/format_project.h"

#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "knowledge/format_manifest.h"
#include "knowledge/import_split.h"
#include "knowledge/import_walk.h"
#include "syntax/tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rustcoder::knowledge {

namespace fs = std::filesystem;
namespace json = base::json;

namespace {

constexpr std::size_t api_items = 200;
constexpr std::size_t api_bytes = 16U << 10U;
constexpr std::size_t api_files = 200;
constexpr std::size_t source_bytes = 1U << 20U; // of one file that is read for its API
constexpr std::size_t carried_bytes = 128U << 10U;
constexpr std::size_t carried_files = 60;
constexpr std::size_t listed_features = 60;

/// The first sentence of the documentation that stands before an item.
std::string first_sentence(std::string_view item) {
    std::string doc;
    for (auto line : base::lines(item)) {
        line = base::trim(line);
        if (!line.starts_with("///"))
            break;
        line = base::trim(line.substr(3));
        if (line.empty() && !doc.empty())
            break;
        doc += (doc.empty() ? "" : " ") + std::string(line);
    }
    if (const auto dot = doc.find(". "); dot != std::string::npos)
        doc.resize(dot + 1);
    return clip(doc, 160);
}

/// The first paragraph of `//!` at the top of a file.
std::string crate_doc(std::string_view source) {
    std::string doc;
    for (auto line : base::lines(source.substr(0, 64U << 10U))) {
        line = base::trim(line);
        if (!line.starts_with("//!")) {
            if (!doc.empty())
                break;
            continue;
        }
        line = base::trim(line.substr(3));
        if (line.empty() && doc.size() > 80)
            break;
        if (!line.starts_with("[!") && !line.starts_with("[") && !line.starts_with("#") && !line.starts_with("<"))
            doc += (doc.empty() || line.empty() ? "" : " ") + std::string(line);
    }
    return clip(doc, 600);
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (space && (out.empty() || out.back() == ' '))
            continue;
        out += space ? ' ' : c;
    }
    return clip(out, 240);
}

class Surface {
public:
    void add(std::string_view text) {
        const syntax::Tree tree(std::make_shared<const syntax::Source>(std::string(text)));
        for (const auto& item : tree.items()) {
            if (count_ >= api_items || out_.size() >= api_bytes)
                return;
            if (!item.is_public || item.is_test || !shown(item.kind) || !reachable(tree, item))
                continue;
            const auto* parent = tree.parent(item);
            const bool member = parent != nullptr && parent->kind == syntax::ItemKind::impl;
            const std::string signature = one_line(tree.source().text(item.signature));
            const std::string doc = first_sentence(tree.source().text(item.range));
            out_ += fmt::format("- `{}{}`{}{}\n", member ? parent->name + ": " : "", signature, doc.empty() ? "" : " ",
                                doc);
            ++count_;
        }
    }
    const std::string& text() const { return out_; }

private:
    static bool shown(syntax::ItemKind kind) {
        using K = syntax::ItemKind;
        return kind == K::function || kind == K::structure || kind == K::enumeration || kind == K::trait ||
               kind == K::type_alias || kind == K::constant || kind == K::macro_definition;
    }
    /// Not inside a function or a private module.
    static bool reachable(const syntax::Tree& tree, const syntax::Item& item) {
        for (const auto* up = tree.parent(item); up != nullptr; up = tree.parent(*up))
            if (up->kind == syntax::ItemKind::function || (up->kind == syntax::ItemKind::module && !up->is_public))
                return false;
        return true;
    }

    std::string out_;
    std::size_t count_ = 0;
};

/// lib.rs first, then the other sources in the order of their paths.
std::string api_of(const project::Project& project) {
    Surface surface;
    if (const auto* lib = project.find("src/lib.rs"); lib != nullptr && lib->size() <= source_bytes)
        surface.add(*lib);
    std::size_t files = 0;
    for (const auto& [path, file] : project.files()) {
        if (!path.starts_with("src/") || !path.ends_with(".rs") || path == "src/lib.rs" || path == "src/main.rs" ||
            base::has(path, "test") || file.bytes->size() > source_bytes)
            continue;
        if (++files > api_files)
            break;
        surface.add(*file.bytes);
    }
    return surface.text();
}

json::object payload_of(const Manifest& m, const project::Project& project, bool with_files) {
    json::object o{{"name", m.name}, {"version", m.version}, {"query", m.description}};
    const auto list = [](const std::vector<std::string>& names) {
        json::array a;
        for (std::size_t i = 0; i < names.size() && i < listed_features; ++i)
            a.emplace_back(names[i]);
        return a;
    };
    o["features"] = list(m.features);
    o["dependencies"] = list(m.dependencies);
    if (with_files && project.total_bytes() <= carried_bytes && project.files().size() <= carried_files) {
        json::object files;
        for (const auto& [path, file] : project.files())
            if (base::valid_utf8(*file.bytes))
                files[path] = *file.bytes;
        o["project_files"] = std::move(files);
    }
    return o;
}

/// Folders with a Cargo.toml below `folder`, itself included. Packages inside a package (its tests' fixtures) are its
/// own affair, unless it says that it is a workspace.
void find_projects(const fs::path& folder, int depth, std::vector<fs::path>& out) {
    std::error_code ec;
    if (fs::is_regular_file(fs::symlink_status(folder / "Cargo.toml", ec))) {
        out.push_back(folder);
        const auto toml = base::read_file(folder / "Cargo.toml", source_bytes);
        if (!toml || !base::has(*toml, "[workspace"))
            return;
    }
    if (depth == 0 || out.size() > 100'000)
        return;
    std::vector<fs::path> inner;
    for (const auto& entry : fs::directory_iterator(folder, fs::directory_options::skip_permission_denied, ec)) {
        const std::string name = entry.path().filename().string();
        if (entry.is_directory(ec) && !entry.is_symlink(ec) && !name.starts_with('.') && name != "target" &&
            name != "node_modules" && name != "src")
            inner.push_back(entry.path());
    }
    std::sort(inner.begin(), inner.end());
    for (const auto& path : inner)
        find_projects(path, depth - 1, out);
}

Status read_one(Sink& sink, const fs::path& folder) {
    const project::Limits limits{.files = 5'000, .file_bytes = 4U << 20U, .total_bytes = 64U << 20U};
    auto loaded = project::load_folder(folder, limits);
    if (!loaded) {
        sink.skip(folder.string(), loaded.error().text());
        return {};
    }
    const bool registry = loaded->project.contains(".cargo-checksum.json");
    auto entry = project_entry(loaded->project, !registry);
    if (!entry) {
        if (entry.error().code != Errc::not_found) // a workspace without a package
            sink.skip(folder.string(), entry.error().text());
        return {};
    }
    return sink.add(std::move(*entry));
}

} // namespace

Result<Entry> project_entry(const project::Project& project, bool with_files) {
    const auto* toml = project.find("Cargo.toml");
    if (toml == nullptr)
        return fail(Errc::not_found, "no Cargo.toml");
    const Manifest m = read_manifest(*toml);
    if (!m.package || m.name.empty())
        return fail(Errc::not_found, "Cargo.toml describes no package");
    Entry e;
    e.kind = Kind::project;
    const std::string about = one_line(m.description);
    e.title = clip(fmt::format("{} {}{}{}", m.name, m.version, about.empty() ? "" : ": ", about), 200);
    e.provenance.licence = m.licence;
    e.text = fmt::format("Crate {} {}. {}\n", m.name, m.version, m.description);
    const auto line = [&](std::string_view label, const std::vector<std::string>& names) {
        if (!names.empty())
            e.text += fmt::format("{}: {}\n", label, clip(fmt::format("{}", fmt::join(names, ", ")), 2000));
    };
    if (!m.licence.empty())
        e.text += fmt::format("Licence: {}\n", m.licence);
    line("Keywords", m.keywords);
    line("Features", m.features);
    line("Depends on", m.dependencies);
    const auto* root = project.find("src/lib.rs");
    if (root == nullptr)
        root = project.find("src/main.rs");
    if (root != nullptr)
        if (const auto doc = crate_doc(*root); !doc.empty())
            e.text += fmt::format("\n{}\n", doc);
    if (const std::string api = api_of(project); !api.empty())
        e.text += fmt::format("\nPublic API:\n{}", api);
    e.payload = base::dump(payload_of(m, project, with_files));
    return e;
}

Status read_projects(Sink& sink, const fs::path& folder) {
    std::vector<fs::path> projects;
    find_projects(folder, 4, projects);
    if (projects.empty())
        return fail(Errc::invalid_input, "no Cargo.toml here or up to four folders below", folder.string(),
                    "Name a cargo project or a folder of them");
    const std::string base_source = sink.source();
    std::size_t done = 0;
    for (const auto& path : projects) {
        RC_TRY(sink.stopped());
        sink.advance(done++, projects.size());
        if (path != folder)
            sink.source(fmt::format("{}/{}", base_source, path.lexically_relative(folder).string()));
        RC_TRY(read_one(sink, path));
    }
    sink.source(base_source);
    sink.advance(done, projects.size());
    return {};
}

} // namespace rustcoder::knowledge
