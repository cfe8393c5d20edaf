// A cargo project's folder -> Project.
#include "project/beneath.h"
#include "project/project.h"

#include "base/text.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <set>

namespace rustcoder::project {

namespace fs = std::filesystem;
using base::Fd;

namespace {

constexpr std::size_t max_skipped = 200;     // reasons listed; the rest is a count
constexpr std::size_t max_entries = 200'000; // names looked at before giving up

struct Found {
    std::string path; // in the project
    std::string at;   // where it is read, below the root (differs for a symlink inside the folder)
    std::size_t size = 0;
    bool executable = false;
    bool needed = false; // cargo or rustc reads it by its name
};

bool cargo_needs(std::string_view path) {
    const auto name = beneath::split_name(path).second;
    return name.ends_with(".rs") || name == "Cargo.toml" || name == "Cargo.lock" || name == "rust-toolchain.toml" ||
           name == "rust-toolchain" || path == ".cargo/config.toml" || path == ".cargo/config";
}

class Walk {
public:
    Walk(fs::path root, int root_fd, const Limits& limits)
        : root_(std::move(root)), root_fd_(root_fd), limits_(limits) {}

    Status run() {
        std::error_code ec;
        real_root_ = fs::canonical(root_, ec);
        return folder(root_fd_, "", 0);
    }
    std::vector<Found> found;

    void skip(std::string_view path, std::string_view reason) {
        if (++skipped_count_ <= max_skipped)
            skipped_.push_back(fmt::format("{}: {}", path, reason));
    }
    std::vector<std::string> skipped() && {
        if (skipped_count_ > max_skipped)
            skipped_.push_back(fmt::format("... and {} more", skipped_count_ - max_skipped));
        return std::move(skipped_);
    }

private:
    static bool skip_silently(std::string_view name) {
        static const std::set<std::string_view> names{".git",    ".hg",  ".svn",    ".jj",          ".bzr",
                                                      ".pijul",  "CVS",  ".idea",   ".vs",          ".fleet",
                                                      ".vscode", ".zed", ".direnv", "node_modules", ".DS_Store"};
        return names.contains(name);
    }

    /// cargo's output folder, but not a module that happens to be called target.
    static bool is_build_output(int parent, int folder, std::string_view name) {
        return name == "target" && (beneath::look(folder, "CACHEDIR.TAG") ||
                                    beneath::look(folder, ".rustc_info.json") || beneath::look(parent, "Cargo.toml"));
    }

    Status folder(int fd, const std::string& path, std::size_t depth) {
        if (depth >= limits_.path_depth) {
            skip(path, fmt::format("deeper than {} folders", limits_.path_depth));
            return {};
        }
        const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(::fcntl(fd, F_DUPFD_CLOEXEC, 0)), ::closedir);
        if (!listing)
            return beneath::os_error("list the folder", path.empty() ? root_.string() : path, errno);
        std::vector<std::string> names;
        while (const dirent* entry = ::readdir(listing.get())) {
            const std::string_view name = entry->d_name;
            if (name == "." || name == ".." || skip_silently(name))
                continue;
            if (++entries_ > max_entries)
                return fail(Errc::limit, fmt::format("the folder holds more than {} names", max_entries),
                            root_.string(), "Name the folder of the cargo project itself.");
            names.emplace_back(name);
        }
        std::sort(names.begin(), names.end());
        for (const auto& name : names)
            RC_TRY(entry(fd, name, path.empty() ? name : path + "/" + name, depth));
        return {};
    }

    Status entry(int fd, const std::string& name, const std::string& path, std::size_t depth) {
        const auto info = beneath::look(fd, name);
        if (!info)
            return {}; // gone meanwhile
        if (S_ISDIR(info->st_mode)) {
            const Fd below(::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (!below)
                skip(path, "cannot be opened");
            else if (!is_build_output(fd, below.get(), name))
                return folder(below.get(), path, depth + 1);
            return {};
        }
        if (auto safe = safe_path(path, limits_); !safe || *safe != path)
            skip(base::valid_utf8(path) ? path : "(a name that is not UTF-8)",
                 safe ? "its name" : safe.error().message);
        else if (S_ISLNK(info->st_mode))
            symlink(path);
        else if (S_ISREG(info->st_mode))
            file(path, path, *info);
        else
            skip(path, "not a regular file");
        return {};
    }

    void file(const std::string& path, const std::string& at, const struct stat& info) {
        found.push_back(
            {path, at, static_cast<std::size_t>(info.st_size), (info.st_mode & S_IXUSR) != 0, cargo_needs(path)});
    }

    void symlink(const std::string& path) {
        std::error_code ec;
        const fs::path real = fs::canonical(root_ / path, ec);
        if (ec)
            return skip(path, "a symlink that leads nowhere");
        const std::string at = real.lexically_relative(real_root_).generic_string();
        if (at.empty() || at == ".." || at.starts_with("../"))
            return skip(path, "a symlink that leaves the project's folder");
        const auto info = beneath::look(root_fd_, at);
        if (!info || !S_ISREG(info->st_mode))
            return skip(path, "a symlink to a folder");
        file(path, at, *info);
    }

    fs::path root_, real_root_;
    int root_fd_;
    const Limits& limits_;
    std::size_t entries_ = 0, skipped_count_ = 0;
    std::vector<std::string> skipped_;
};

Status take(Project& project, int root, const Found& f, const Limits& limits) {
    const auto [folder, name] = beneath::split_name(f.at);
    RC_TRY_ASSIGN(const Fd fd, beneath::open_folder(root, folder, false));
    RC_TRY_ASSIGN(std::string bytes, beneath::read(fd.get(), name, limits.file_bytes));
    return project.set(f.path, std::move(bytes), f.executable, limits);
}

Result<Loaded> load(const fs::path& root, const Limits& limits) {
    RC_TRY_ASSIGN(const Fd fd, beneath::open_root(root));
    Walk walk(root, fd.get(), limits);
    RC_TRY(walk.run());
    // What cargo reads comes first, so that a heap of data files cannot push the sources over a limit.
    std::stable_partition(walk.found.begin(), walk.found.end(), [](const Found& f) { return f.needed; });
    Loaded out;
    for (const auto& f : walk.found) {
        auto status = f.size > limits.file_bytes && !f.needed
                          ? fail(Errc::limit, fmt::format("longer than {} bytes", limits.file_bytes))
                          : take(out.project, fd.get(), f, limits);
        if (status)
            continue;
        if (f.needed) {
            status.error().place = f.path;
            return std::unexpected(std::move(status).error());
        }
        walk.skip(f.path, status.error().message);
    }
    out.skipped = std::move(walk).skipped();
    return out;
}

} // namespace

Result<Loaded> load_folder(const fs::path& root, const Limits& limits) {
    try {
        return load(root, limits);
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot read the folder: ") + e.what(), root.string());
    }
}

} // namespace rustcoder::project
