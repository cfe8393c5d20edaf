#include "project/beneath.h"

#include "base/text.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace rustcoder::project::beneath {

using base::Fd;

std::pair<std::string_view, std::string_view> split_name(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos)
        return {{}, path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

std::unexpected<Error> os_error(std::string_view what, std::string_view place, int error) {
    if (error == ELOOP || error == ENOTDIR)
        return fail(Errc::denied, fmt::format("cannot {}: a symlink or a file is in the way", what), std::string(place),
                    "Replace the symlink by the folder or file it points to.");
    const Errc code = error == ENOENT ? Errc::not_found : Errc::io;
    return fail(code, fmt::format("cannot {}: {}", what, std::strerror(error)), std::string(place));
}

Result<Fd> open_root(const std::filesystem::path& root) {
    Fd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && errno == ENOTDIR)
        return fail(Errc::invalid_input, "not a folder", root.string(), "Name the folder that holds Cargo.toml.");
    if (!fd)
        return fail(errno == ENOENT ? Errc::not_found : Errc::io,
                    fmt::format("cannot open the folder: {}", std::strerror(errno)), root.string());
    return fd;
}

Result<Fd> open_folder(int root, std::string_view folder, bool create) {
    Fd at(::fcntl(root, F_DUPFD_CLOEXEC, 0));
    if (!at)
        return os_error("open the folder", folder, errno);
    if (folder.empty())
        return at;
    for (const auto part : base::split(folder, '/')) {
        const std::string name(part);
        if (create && ::mkdirat(at.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
            return os_error("create the folder", folder, errno);
        Fd next(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next)
            return os_error("open the folder", folder, errno);
        at = std::move(next);
    }
    return at;
}

std::optional<struct stat> look(int folder, std::string_view name) {
    struct stat info{};
    if (::fstatat(folder, std::string(name).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return std::nullopt;
    return info;
}

Result<std::string> read(int folder, std::string_view name, std::size_t max_bytes) {
    Fd fd(::openat(folder, std::string(name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd)
        return os_error("read the file", name, errno);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0)
        return os_error("read the file", name, errno);
    if (!S_ISREG(info.st_mode))
        return fail(Errc::denied, "not a regular file", std::string(name));
    std::string out(std::min<std::uint64_t>(static_cast<std::uint64_t>(info.st_size), max_bytes) + 1, '\0');
    std::size_t used = 0;
    for (;;) {
        if (used > max_bytes)
            return fail(Errc::limit, fmt::format("the file is longer than {} bytes", max_bytes), std::string(name));
        if (used == out.size())
            out.resize(out.size() * 2);
        const ssize_t n = ::read(fd.get(), out.data() + used, out.size() - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return os_error("read the file", name, errno);
        if (n == 0)
            break;
        used += static_cast<std::size_t>(n);
    }
    out.resize(used);
    return out;
}

Status create(int folder, std::string_view name, std::string_view bytes, mode_t mode, bool sync) {
    Fd fd(::openat(folder, std::string(name).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!fd)
        return os_error("write the file", name, errno);
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd.get(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return os_error("write the file", name, errno);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (sync && ::fsync(fd.get()) != 0)
        return os_error("write the file", name, errno);
    return {};
}

} // namespace rustcoder::project::beneath
