#include "toolchain/dependency_cache.h"

#include "base/log.h"
#include "base/text.h"
#include "toolchain/target_seed.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>
#include <sys/stat.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

namespace {

bool is_manifest(const std::string& path) {
    return path == "Cargo.toml" || path.ends_with("/Cargo.toml");
}

/// The manifest without what cannot change a dependency (name, version, authors, targets, comments).
std::string shaping_text(std::string_view manifest) {
    std::string out, section;
    for (std::string_view line : base::lines(manifest)) {
        line = base::trim(line);
        if (line.empty() || line.starts_with('#'))
            continue;
        if (line.starts_with('['))
            section = line;
        const bool package = section.starts_with("[package") && !section.starts_with("[package.metadata");
        const bool kept =
            package ? line.starts_with("edition") || line.starts_with("resolver") || line.starts_with("rust-version")
                    : !section.starts_with("[[") && !section.starts_with("[lib") &&
                          section.find("metadata") == std::string::npos && !section.starts_with("[lints");
        if (kept)
            out.append(line).append("\n");
    }
    return out;
}

std::string tail_hash(std::string_view name) { // "itoa-78bd3f762f0990a8" -> the hash, "" when there is none
    const auto dash = name.rfind('-');
    if (dash == std::string_view::npos || name.size() - dash - 1 != 16)
        return {};
    return std::string(name.substr(dash + 1));
}

bool from_registry(const Artifact& a) {
    return a.package_id.find("path+file://") == std::string::npos;
}

std::string package_of(const Artifact& a) { // "registry+https://...#itoa@1.0.1" or "itoa 1.0.1 (registry+...)"
    const std::string& id = a.package_id;
    if (const auto hash = id.rfind('#'); hash != std::string::npos && id.find(' ') == std::string::npos) {
        const std::string tail = id.substr(hash + 1);
        return tail.substr(0, tail.find('@'));
    }
    return id.substr(0, id.find(' '));
}

/// What may be copied: fingerprints, build output and compiled files of the wanted packages.
class Selection {
public:
    Selection(const fs::path& target, const std::vector<Artifact>& artifacts) {
        std::set<std::string> own;
        for (const Artifact& a : artifacts)
            (from_registry(a) ? packages_ : own).insert(package_of(a));
        for (const std::string& name : own)
            packages_.erase(name);
        std::error_code ec;
        for (auto walk = fs::recursive_directory_iterator(target, ec);
             !ec && walk != fs::recursive_directory_iterator(); walk.increment(ec)) {
            const std::string name = walk->path().filename().string();
            if (walk->path().parent_path().filename() == ".fingerprint") {
                walk.disable_recursion_pending();
                if (is_wanted(name))
                    hashes_.insert(tail_hash(name));
            }
        }
    }
    bool empty() const { return hashes_.empty(); }
    bool skip(const std::string& relative) const {
        const auto parts = base::split(relative, '/');
        const auto at = std::ranges::find_if(
            parts, [](std::string_view p) { return p == ".fingerprint" || p == "build" || p == "deps"; });
        if (at == parts.end()) // a folder on the way there: [TRIPLE/]debug
            return parts.back() != "debug" && parts.back() != "release" &&
                   (parts.size() > 1 || parts.back().find('-') == std::string_view::npos);
        if (at + 1 == parts.end())
            return false;
        const std::string_view name = *(at + 1);
        return *at == "deps" ? !hashes_.contains(tail_hash(name.substr(0, name.find('.')))) : !is_wanted(name);
    }

private:
    bool is_wanted(std::string_view folder) const {
        const auto dash = folder.rfind('-');
        return dash != std::string_view::npos && packages_.contains(std::string(folder.substr(0, dash))) &&
               !tail_hash(folder).empty();
    }
    std::set<std::string> packages_, hashes_;
};

std::uintmax_t bytes_below(const fs::path& folder) {
    std::uintmax_t total = 0;
    std::error_code ec;
    for (auto walk = fs::recursive_directory_iterator(folder, ec); !ec && walk != fs::recursive_directory_iterator();
         walk.increment(ec))
        if (walk->is_regular_file(ec))
            total += walk->file_size(ec);
    return total;
}

} // namespace

bool has_external_dependencies(const project::Project& project) {
    for (const auto& [path, file] : project.files()) {
        if (!is_manifest(path))
            continue;
        std::string section;
        for (std::string_view line : base::lines(*file.bytes)) {
            line = base::trim(line);
            if (line.empty() || line.starts_with('#'))
                continue;
            if (line.starts_with('[')) {
                section = line;
                continue;
            }
            if (section.find("dependencies") != std::string::npos && line.find("path") == std::string_view::npos)
                return true;
        }
    }
    return false;
}

std::string DependencyCache::key(const project::Project& project, std::string_view kind,
                                 const std::vector<fs::path>& registries) const {
    if (folder_.empty() || !has_external_dependencies(project))
        return {};
    std::uint64_t h = base::hash64(kind, identity_);
    for (const auto& [path, file] : project.files()) {
        if (path.starts_with(".cargo/") || path.find("/.cargo/") != std::string::npos)
            return {}; // it may name wrappers, linkers, sources of its own
        if (is_manifest(path))
            h = base::hash64(shaping_text(*file.bytes), h);
        else if (path == "Cargo.lock" || path.ends_with("/Cargo.lock"))
            h = base::hash64(*file.bytes, h);
    }
    for (const fs::path& r : registries) {
        struct stat s{};
        if (::stat(r.c_str(), &s) == 0)
            h = base::hash64(fmt::format("{}|{}.{}", r.string(), s.st_mtim.tv_sec, s.st_mtim.tv_nsec), h);
    }
    return fmt::format("{:016x}-{}", h, kind);
}

bool DependencyCache::restore(const std::string& key, const fs::path& target) const {
    const fs::path entry = folder_ / "dependencies" / key;
    std::error_code ec;
    if (key.empty() || !fs::is_directory(entry, ec))
        return false;
    fs::last_write_time(entry, fs::file_time_type::clock::now(), ec); // used now, evicted last
    if (const auto copied = seed_target(entry, target, {.link_large = false}); !copied)
        base::log_warn("warm dependencies: " + copied.error().text());
    return true;
}

void DependencyCache::save(const std::string& key, const fs::path& target,
                           const std::vector<Artifact>& artifacts) const {
    const fs::path entry = folder_ / "dependencies" / key;
    std::error_code ec;
    if (key.empty() || fs::exists(entry, ec))
        return;
    const Selection selection(target, artifacts);
    if (selection.empty())
        return;
    fs::create_directories(entry.parent_path(), ec);
    auto dir = base::TempDir::create(".new", entry.parent_path());
    if (!dir)
        return;
    const auto copied = seed_target(
        target, dir->path(), {.link_large = false, .skip = [&](const std::string& p) { return selection.skip(p); }});
    if (!copied) {
        base::log_warn("warm dependencies are not kept: " + copied.error().text());
        return;
    }
    fs::rename(dir->path(), entry, ec); // another process may have been first: then ours goes with `dir`
    if (!ec)
        (void)dir->release();
    evict();
}

void DependencyCache::evict() const {
    struct Entry {
        fs::path path;
        fs::file_time_type used;
        std::uintmax_t bytes;
    };
    std::vector<Entry> entries;
    std::error_code ec;
    for (const auto& e : fs::directory_iterator(folder_ / "dependencies", ec))
        if (!e.path().filename().string().starts_with(".new"))
            entries.push_back({e.path(), e.last_write_time(ec), bytes_below(e.path())});
    std::ranges::sort(entries, std::greater(), &Entry::used);
    std::uintmax_t total = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        total += entries[i].bytes;
        if (i > 0 && (total > max_bytes || i >= max_entries))
            fs::remove_all(entries[i].path, ec);
    }
}

} // namespace rustcoder::toolchain
