// Project -> disk: only what changed (write_changes, for a user's folder) or everything (materialise, for workspaces).
#include "project/beneath.h"
#include "project/project.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <unistd.h>

namespace rustcoder::project {

namespace fs = std::filesystem;
using base::Fd;

namespace {

struct Change {
    std::string path;             // in the project
    std::string at;               // below the root, symlinks inside the folder resolved
    const File* before = nullptr; // null: new file
    const File* after = nullptr;  // null: removed
    std::string staged;           // temporary sibling that holds the new bytes
    bool done = false;
};

std::unexpected<Error> changed_on_disk(const std::string& path, std::string_view how) {
    return fail(Errc::busy, fmt::format("the file {} since it was read; nothing was written", how), path,
                "Run the command again on the newer state.");
}

std::string full_name(const fs::path& root, std::string_view path) {
    return (root / path).string();
}

mode_t mode_for(const File& file, mode_t old) {
    return file.executable ? old | ((old & 0444) >> 2) : old & ~static_cast<mode_t>(0111);
}

std::vector<Change> changes_between(const Project& before, const Project& after) {
    std::vector<Change> out;
    for (const auto& [path, file] : before.files()) {
        const auto now = after.files().find(path);
        if (now == after.files().end())
            out.push_back({path, path, &file, nullptr});
        else if (now->second != file)
            out.push_back({path, path, &file, &now->second});
    }
    for (const auto& [path, file] : after.files())
        if (!before.contains(path))
            out.push_back({path, path, nullptr, &file});
    return out;
}

/// One run of write_changes. Everything that can fail for want of space or rights happens while staging, when nothing
/// of the user's has been touched; what remains are renames, and those are undone when one fails.
class Writer {
public:
    Writer(const fs::path& root, int root_fd, std::vector<Change> changes)
        : root_(root), root_fd_(root_fd), changes_(std::move(changes)) {}

    ~Writer() {
        for (const auto& c : changes_)
            if (!c.staged.empty())
                if (auto folder = folder_of(c, false))
                    ::unlinkat(folder->get(), c.staged.c_str(), 0);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Status run() {
        for (auto& c : changes_)
            RC_TRY(resolve(c));
        RC_TRY(check_targets());
        for (const auto& c : changes_)
            RC_TRY(check_disk(c));
        RC_TRY(remove_files_in_the_way());
        for (auto& c : changes_)
            if (auto status = stage(c); !status)
                return undo(std::move(status));
        for (auto& c : changes_)
            if (auto status = commit(c); !status)
                return undo(std::move(status));
        for (const auto& c : changes_)
            if (!c.after)
                remove_empty_folders(c);
        return {};
    }

private:
    Result<Fd> folder_of(const Change& c, bool create) const {
        return beneath::open_folder(root_fd_, beneath::split_name(c.at).first, create);
    }
    static std::string name_of(const Change& c) { return std::string(beneath::split_name(c.at).second); }

    /// Follows symlinks that stay inside the folder; later steps refuse any symlink, so a swap in between cannot lead
    /// out.
    Status resolve(Change& c) const {
        std::error_code ec;
        const fs::path real_root = fs::canonical(root_, ec);
        if (ec)
            return fail(Errc::io, "cannot resolve the folder: " + ec.message(), root_.string());
        const fs::path full = real_root / c.path;
        if (!c.after && fs::is_symlink(fs::symlink_status(full, ec)))
            return {}; // removing the name removes the link itself
        const fs::path real = fs::weakly_canonical(full, ec);
        const std::string at = ec ? std::string() : real.lexically_relative(real_root).generic_string();
        if (at.empty() || at == "." || at == ".." || at.starts_with("../"))
            return fail(Errc::denied, "the path leads out of the project's folder through a symlink",
                        full_name(root_, c.path), "Replace the symlink by what it points to.");
        c.at = at;
        return {};
    }

    Status check_targets() const {
        std::map<std::string, const File*> targets;
        for (const auto& c : changes_) {
            const auto [it, fresh] = targets.try_emplace(c.at, c.after);
            const bool same = it->second == c.after || (it->second && c.after && *it->second == *c.after);
            if (!fresh && !same)
                return fail(Errc::invalid_input, "two changed paths are the same file on disk, with different content",
                            full_name(root_, c.path));
        }
        return {};
    }

    Status check_disk(const Change& c) const {
        const auto place = full_name(root_, c.path);
        auto folder = folder_of(c, false);
        if (!folder) {
            if (c.before)
                return changed_on_disk(place, "is gone");
            return folder.error().code == Errc::not_found || replaces_a_file(c) ? Status{}
                                                                                : std::unexpected(folder.error());
        }
        const auto info = beneath::look(folder->get(), name_of(c));
        if (!c.before && !info)
            return {};
        if (!info)
            return changed_on_disk(place, "is gone");
        if (S_ISLNK(info->st_mode) && !c.after)
            return {};
        if (!S_ISREG(info->st_mode))
            return S_ISDIR(info->st_mode) && !c.before && holds_only_removed(c)
                       ? Status{}
                       : changed_on_disk(place, "is no regular file any more");
        const File& expected = c.before ? *c.before : *c.after; // a new file may be there already, just as we want it
        auto bytes = beneath::read(folder->get(), name_of(c), expected.bytes->size());
        if (!bytes && bytes.error().code != Errc::limit)
            return std::unexpected(bytes.error());
        if (!bytes || *bytes != *expected.bytes)
            return changed_on_disk(place, c.before ? "was changed" : "was created by someone else");
        return {};
    }

    /// "a" is removed and "a/b" is new.
    bool replaces_a_file(const Change& c) const {
        return std::ranges::any_of(changes_, [&](const Change& o) { return !o.after && c.at.starts_with(o.at + "/"); });
    }
    /// "a/b" is removed and "a" is new: allowed when the folder becomes empty, which rmdir will tell.
    bool holds_only_removed(const Change& c) const {
        return std::ranges::any_of(changes_, [&](const Change& o) { return !o.after && o.at.starts_with(c.at + "/"); });
    }

    /// A file that becomes a folder, or the reverse, must go before the new files can be staged beside their targets.
    Status remove_files_in_the_way() {
        for (auto& c : changes_) {
            const bool in_the_way = !c.after && std::ranges::any_of(changes_, [&](const Change& o) {
                return o.after && !o.before && (o.at.starts_with(c.at + "/") || c.at.starts_with(o.at + "/"));
            });
            if (!in_the_way)
                continue;
            if (auto status = commit(c); !status)
                return undo(std::move(status));
            remove_empty_folders(c);
        }
        return {};
    }

    Status stage(Change& c) {
        if (!c.after)
            return {};
        RC_TRY_ASSIGN(const Fd folder, folder_of(c, true));
        static std::atomic<unsigned> serial{0};
        std::string name = fmt::format(".rustcoder.{}.{}.tmp", ::getpid(), ++serial);
        const auto info = beneath::look(folder.get(), name_of(c));
        ::unlinkat(folder.get(), name.c_str(), 0); // left by a process of this number that was killed
        c.staged = name;
        if (auto status = beneath::create(folder.get(), name, *c.after->bytes, c.after->executable ? 0777 : 0666, true);
            !status) {
            status.error().place = full_name(root_, c.path);
            return status;
        }
        if (info && S_ISREG(info->st_mode)) { // keep owner and readers of the file that is replaced
            const Fd fd(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
            if (fd && ::fchown(fd.get(), info->st_uid, info->st_gid) != 0) {
                // Only root may give files away; anyone else owns the new file, as with any editor.
            }
            if (fd && ::fchmod(fd.get(), mode_for(*c.after, info->st_mode & 07777)) != 0)
                return beneath::os_error("set the mode of the file", full_name(root_, c.path), errno);
        }
        return {};
    }

    Status commit(Change& c) {
        if (c.done)
            return {};
        RC_TRY_ASSIGN(const Fd folder, folder_of(c, false));
        const std::string name = name_of(c);
        const int failed = c.after ? ::renameat(folder.get(), c.staged.c_str(), folder.get(), name.c_str())
                                   : ::unlinkat(folder.get(), name.c_str(), 0);
        if (failed)
            return beneath::os_error(c.after ? "replace the file" : "remove the file", full_name(root_, c.path), errno);
        c.staged.clear();
        c.done = true;
        return {};
    }

    /// Puts back what was replaced or removed so far, then reports `why`.
    Status undo(Status why) {
        bool restored = true;
        for (auto& c : changes_) {
            if (!c.done)
                continue;
            Change back{c.path, c.at, c.after, c.before};
            restored &= stage(back) && commit(back);
            if (!back.staged.empty())
                if (auto folder = folder_of(back, false))
                    ::unlinkat(folder->get(), back.staged.c_str(), 0);
        }
        why.error().next_step += restored ? "The folder is as it was." : "Some files were already written.";
        return why;
    }

    void remove_empty_folders(const Change& c) const {
        auto path = beneath::split_name(c.at).first;
        while (!path.empty()) {
            const auto [parent, name] = beneath::split_name(path);
            auto folder = beneath::open_folder(root_fd_, parent, false);
            if (!folder || ::unlinkat(folder->get(), std::string(name).c_str(), AT_REMOVEDIR) != 0)
                return; // not empty: someone else's files live there
            path = parent;
        }
    }

    const fs::path& root_;
    int root_fd_;
    std::vector<Change> changes_;
};

} // namespace

Status write_changes(const fs::path& root, const Project& before, const Project& after) {
    try {
        auto changes = changes_between(before, after);
        if (changes.empty())
            return {};
        RC_TRY_ASSIGN(const Fd fd, beneath::open_root(root));
        return Writer(root, fd.get(), std::move(changes)).run();
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot write the project: ") + e.what(), root.string());
    }
}

Status materialise(const Project& project, const fs::path& root) {
    try {
        RC_TRY_ASSIGN(const Fd root_fd, beneath::open_root(root));
        std::string_view open_path; // files come sorted, so one folder is opened once
        Fd folder;
        for (const auto& [path, file] : project.files()) {
            const auto [parent, name] = beneath::split_name(path);
            if (!folder || parent != open_path) {
                RC_TRY_ASSIGN(folder, beneath::open_folder(root_fd.get(), parent, true));
                open_path = parent;
            }
            // An older file is unlinked, not truncated: it may be a symlink or a hard link to something else.
            if (::unlinkat(folder.get(), std::string(name).c_str(), 0) != 0 && errno != ENOENT)
                return beneath::os_error("replace the file", full_name(root, path), errno);
            if (auto status = beneath::create(folder.get(), name, *file.bytes, file.executable ? 0777 : 0666, false);
                !status) {
                status.error().place = full_name(root, path);
                return status;
            }
        }
        return {};
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot write the project: ") + e.what(), root.string());
    }
}

} // namespace rustcoder::project
