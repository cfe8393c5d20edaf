// Dependencies without a network: directory sources such as Debian's librust-*-dev or a vendored folder.
#include "base/os.h"
#include "base/text.h"
#include "toolchain/cargo.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

namespace {

std::string between(std::string_view text, std::string_view before, std::string_view after) {
    const auto at = text.find(before);
    if (at == std::string_view::npos)
        return {};
    const auto begin = at + before.size();
    const auto end = text.find(after, begin);
    return std::string(text.substr(begin, end == std::string_view::npos ? end : end - begin));
}

/// Versions of `crate` in the registries, from the names of their folders ("itoa-1.0.1").
std::vector<std::string> versions_there(const std::string& crate, const std::vector<fs::path>& registries) {
    std::vector<std::string> out;
    std::error_code ec;
    for (const fs::path& registry : registries) {
        for (const auto& entry : fs::directory_iterator(registry, ec)) {
            const std::string name = entry.path().filename().string();
            if (name.size() > crate.size() + 1 && name.starts_with(crate + "-") &&
                std::isdigit(static_cast<unsigned char>(name[crate.size() + 1])))
                out.push_back(name.substr(crate.size() + 1));
        }
    }
    std::ranges::sort(out);
    return out;
}

/// The requirement as written in some Cargo.toml: `crate = "1"` or `crate = { version = "1" }`.
std::string wanted_version(const std::string& crate, const project::Project& project) {
    for (const auto& [path, file] : project.files()) {
        if (path != "Cargo.toml" && !path.ends_with("/Cargo.toml"))
            continue;
        for (std::string_view line : base::lines(*file.bytes)) {
            line = base::trim(line);
            const auto eq = line.find('=');
            if (eq == std::string_view::npos)
                continue;
            std::string_view key = base::trim(line.substr(0, eq));
            if (key.size() > 1 && (key.front() == '"' || key.front() == '\''))
                key = key.substr(1, key.size() - 2);
            if (key != crate)
                continue;
            std::string_view value = base::trim(line.substr(eq + 1));
            if (value.starts_with('{')) {
                const auto version = value.find("version");
                if (version == std::string_view::npos)
                    return {};
                value = value.substr(version);
            }
            const auto open = value.find_first_of("\"'");
            if (open != std::string_view::npos)
                return std::string(value.substr(open + 1, value.find_first_of("\"'", open + 1) - open - 1));
        }
    }
    return {};
}

std::string join(const std::vector<std::string>& list, std::string_view separator) {
    std::string out;
    for (const std::string& s : list)
        out += (out.empty() ? "" : std::string(separator)) + s;
    return out;
}

} // namespace

Status write_cargo_home(const fs::path& cargo_home, const std::vector<fs::path>& registries) {
    if (registries.empty())
        return {};
    fs::path folder = registries.front();
    if (registries.size() > 1) { // cargo takes one replacement for crates.io
        folder = cargo_home / "registries";
        std::error_code ec;
        fs::create_directories(folder, ec);
        for (const fs::path& registry : registries)
            for (const auto& entry : fs::directory_iterator(registry, ec))
                fs::create_directory_symlink(entry.path(), folder / entry.path().filename(), ec); // first one wins
    }
    return base::write_file(
        cargo_home / "config.toml",
        fmt::format("[source.crates-io]\nreplace-with = \"local\"\n\n[source.local]\ndirectory = '{}'\n",
                    folder.string()));
}

std::string explain_missing_crate(std::string_view text, const project::Project& project,
                                  const std::vector<fs::path>& registries) {
    std::string crate = between(text, "no matching package named `", "`");
    std::string wanted, present;
    if (crate.empty()) {
        const std::string requirement = between(text, "failed to select a version for the requirement `", "`");
        if (!requirement.empty()) {
            crate = requirement.substr(0, requirement.find(' '));
            wanted = between(requirement, "\"", "\"");
            present = between(text, "candidate versions found which didn't match: ", "\n");
        }
    }
    if (crate.empty() && text.find("offline") != std::string_view::npos) {
        crate = between(text, "failed to get `", "`"); // git dependencies and other registries
        if (crate.empty())
            crate = between(text, "failed to download `", "`");
        crate = crate.substr(0, crate.find(' '));
    }
    if (crate.empty())
        return {};
    if (wanted.empty())
        wanted = wanted_version(crate, project);
    if (present.empty())
        present = join(versions_there(crate, registries), ", ");
    std::vector<std::string> places;
    for (const fs::path& r : registries)
        places.push_back(r.string());
    std::string out = fmt::format("crate `{}` cannot be had offline: ", crate);
    out += wanted.empty() ? "any version is wanted" : fmt::format("version \"{}\" is wanted", wanted);
    if (!present.empty())
        out += fmt::format(", {} is there", present);
    else if (places.empty())
        out += ", and there is no local registry on this machine";
    else
        out += fmt::format(", none is in {}", join(places, ", "));
    out += ". ";
    if (!present.empty())
        out += "Ask for a version that is there, or vendor";
    else
        out += fmt::format("Remove the dependency, install it (on Debian: librust-{}-dev), or vendor",
                           base::replace_all(crate, "_", "-"));
    return out + " the wanted one into the project with `cargo vendor` and its .cargo/config.toml.";
}

} // namespace rustcoder::toolchain
