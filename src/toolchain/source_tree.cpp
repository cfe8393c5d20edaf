#include "toolchain/source_tree.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace rustcoder::toolchain {

namespace {

std::unexpected<Error> os_error(const char* what, const std::string& place) {
    const int code = errno;
    if (code == ELOOP || code == EXDEV)
        return fail(Errc::denied, fmt::format("cannot {}: a symbolic link stands in the way", what), place,
                    "A build script of the project put it there");
    return fail(Errc::io, fmt::format("cannot {}: {}", what, std::strerror(code)),
                place); // NOLINT(concurrency-mt-unsafe)
}

/// Opens below `root` without following any link.
base::Fd open_below(int root, const std::string& path, int flags, mode_t mode = 0) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const long fd = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    return base::Fd(static_cast<int>(fd));
}

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

Status write_all(int fd, std::string_view bytes, const std::string& place) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return os_error("write", place);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

} // namespace

Difference difference(const project::Project& from, const project::Project& to) {
    Difference d;
    auto a = from.files().begin();
    auto b = to.files().begin();
    while (a != from.files().end() || b != to.files().end()) {
        if (b == to.files().end() || (a != from.files().end() && a->first < b->first)) {
            d.removed.push_back(a->first);
            ++a;
        } else if (a == from.files().end() || b->first < a->first) {
            d.added.push_back(b->first);
            ++b;
        } else {
            if (!(a->second == b->second))
                d.modified.push_back(a->first);
            ++a;
            ++b;
        }
    }
    return d;
}

Result<SourceTree> SourceTree::create(const std::filesystem::path& root) {
    SourceTree tree;
    std::error_code ec;
    std::filesystem::create_directories(root, ec);
    tree.root_ = root;
    tree.fd_ = base::Fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!tree.fd_)
        return os_error("open the folder", root.string());
    return tree;
}

Status SourceTree::write(const std::string& path, const project::File& file) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const std::string folder = path.substr(0, slash);
        if (folders_.contains(folder))
            continue;
        const std::string parent = parent_of(folder);
        const base::Fd at =
            parent.empty() ? base::Fd(::dup(fd_.get())) : open_below(fd_.get(), parent, O_PATH | O_DIRECTORY);
        if (!at)
            return os_error("open the folder", parent);
        if (::mkdirat(at.get(), name_of(folder).c_str(), 0777) != 0 && errno != EEXIST)
            return os_error("make the folder", folder);
        folders_.insert(folder);
    }
    const mode_t mode = file.executable ? 0777 : 0666;
    const base::Fd fd = open_below(fd_.get(), path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (!fd)
        return os_error("write", path);
    RC_TRY(write_all(fd.get(), *file.bytes, path));
    ::futimens(fd.get(), nullptr); // an empty file written again must look new as well
    if (::fchmod(fd.get(), file.executable ? 0755 : 0644) != 0)
        return os_error("set the mode", path);
    return {};
}

void SourceTree::erase(const std::string& path) {
    const std::string parent = parent_of(path);
    const base::Fd at =
        parent.empty() ? base::Fd(::dup(fd_.get())) : open_below(fd_.get(), parent, O_PATH | O_DIRECTORY);
    if (at)
        ::unlinkat(at.get(), name_of(path).c_str(), 0);
    // A folder that lost its last file goes too: cargo finds targets by folder.
    for (std::string folder = parent; !folder.empty(); folder = parent_of(folder)) {
        const std::string up = parent_of(folder);
        const base::Fd above =
            up.empty() ? base::Fd(::dup(fd_.get())) : open_below(fd_.get(), up, O_PATH | O_DIRECTORY);
        if (!above || ::unlinkat(above.get(), name_of(folder).c_str(), AT_REMOVEDIR) != 0)
            break;
        folders_.erase(folder);
    }
}

Status SourceTree::sync(const project::Project& project) {
    const Difference d = difference(held_, project);
    if (d.empty())
        return {};
    project::Project now = std::exchange(held_, {}); // nothing is held for certain while writing
    for (const std::string& path : d.removed) {
        erase(path);
        now.erase(path);
    }
    for (const auto* list : {&d.modified, &d.added}) {
        for (const std::string& path : *list) {
            const project::File& file = project.files().find(path)->second;
            if (auto written = write(path, file); !written) {
                folders_.clear();
                for (const std::string& half : d.modified)
                    now.erase(half); // written again next time
                held_ = std::move(now);
                return written;
            }
        }
    }
    held_ = project;
    return {};
}

Status SourceTree::touch_all() {
    for (const auto& [path, file] : held_.files()) {
        const base::Fd fd = open_below(fd_.get(), path, O_WRONLY);
        if (!fd || ::futimens(fd.get(), nullptr) != 0)
            return os_error("touch", path);
    }
    return {};
}

void SourceTree::remove_extra(const std::string& path) {
    if (!held_.contains(path))
        erase(path);
}

} // namespace rustcoder::toolchain
