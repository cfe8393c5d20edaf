#include "toolchain/target_seed.h"

#include "base/os.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

namespace {

constexpr off_t large = 64 << 10;

std::unexpected<Error> os_error(const char* what, const fs::path& place) {
    return fail(Errc::io, fmt::format("cannot {}: {}", what, std::strerror(errno)),
                place.string()); // NOLINT(concurrency-mt-unsafe)
}

/// rustc and the linkers replace these by renaming; everything else may be written in place and must not be shared.
bool is_replaced_whole(const fs::path& p) {
    const std::string e = p.extension().string();
    return e == ".rlib" || e == ".rmeta" || e == ".so";
}

Status copy_bytes(const fs::path& from, const fs::path& to, const struct stat& s) {
    const base::Fd in(::open(from.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    const base::Fd out(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, s.st_mode & 0777));
    if (!in || !out)
        return os_error("copy", from);
    for (off_t left = s.st_size; left > 0;) {
        const ssize_t n = ::copy_file_range(in.get(), nullptr, out.get(), nullptr, static_cast<std::size_t>(left), 0);
        if (n > 0) {
            left -= n;
            continue;
        }
        if (n == 0)
            break;
        if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
            return os_error("copy", from);
        char buffer[1 << 16]; // across file systems
        const ssize_t got = ::read(in.get(), buffer, sizeof buffer);
        if (got < 0 || ::write(out.get(), buffer, static_cast<std::size_t>(got)) != got)
            return os_error("copy", from);
        if (got == 0)
            break;
        left -= got;
    }
    const timespec times[2] = {s.st_atim, s.st_mtim};
    return ::futimens(out.get(), times) == 0 ? Status() : os_error("set the time of", to);
}

Status copy_entry(const fs::path& from, const fs::path& to, const SeedOptions& options) {
    struct stat s{};
    if (::lstat(from.c_str(), &s) != 0)
        return {}; // gone meanwhile
    if (S_ISDIR(s.st_mode)) {
        std::error_code ec;
        fs::create_directory(to, ec);
        return {};
    }
    if (!S_ISREG(s.st_mode))
        return {};
    struct stat there{};
    if (::lstat(to.c_str(), &there) == 0)
        return {};
    if (options.link_large && s.st_size >= large && is_replaced_whole(from) && ::link(from.c_str(), to.c_str()) == 0)
        return {};
    return copy_bytes(from, to, s);
}

} // namespace

Status seed_target(const fs::path& from, const fs::path& to, const SeedOptions& options) {
    std::error_code ec;
    auto walk = fs::recursive_directory_iterator(from, fs::directory_options::skip_permission_denied, ec);
    if (ec)
        return {}; // nothing there to start from
    for (; walk != fs::recursive_directory_iterator(); walk.increment(ec)) {
        if (ec)
            return fail(Errc::io, fmt::format("cannot read the folder: {}", ec.message()), from.string());
        const fs::path& path = walk->path();
        const std::string name = path.filename().string();
        const std::string relative = path.lexically_relative(from).string();
        if (name == "incremental" || name == ".cargo-lock" || (options.skip && options.skip(relative))) {
            walk.disable_recursion_pending();
            continue;
        }
        RC_TRY(copy_entry(path, to / relative, options));
    }
    return {};
}

} // namespace rustcoder::toolchain
