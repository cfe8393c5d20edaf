#include "knowledge/store_file.h"

#include "base/text.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace rustcoder::knowledge {

namespace {

constexpr off_t opening = 0, in_use = 1; // bytes of the lock file

bool lock_byte(int fd, off_t byte, short type) {
    struct flock lock{};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    while (::fcntl(fd, F_OFD_SETLK, &lock) != 0)
        if (errno != EINTR)
            return false;
    return true;
}

} // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& database, std::chrono::milliseconds patience) {
    const std::string path = database.string() + ".lock";
    FileLock out;
    out.fd_ = base::Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    out.fresh_ = static_cast<bool>(out.fd_);
    if (!out.fd_ && errno == EEXIST)
        out.fd_ = base::Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!out.fd_)
        return fail(errno == EROFS || errno == EACCES ? Errc::unavailable : Errc::io,
                    fmt::format("cannot open the lock file: {}", std::strerror(errno)), path,
                    "Check the permissions of the folder.");
    const auto end = std::chrono::steady_clock::now() + patience;
    for (auto pause = std::chrono::milliseconds(1); !lock_byte(out.fd_.get(), opening, F_WRLCK); pause *= 2) {
        if (errno != EAGAIN && errno != EACCES)
            return fail(Errc::io, fmt::format("cannot lock the knowledge base: {}", std::strerror(errno)), path);
        if (std::chrono::steady_clock::now() >= end)
            return fail(Errc::unavailable, "another process is opening the knowledge base", path,
                        "Try again in a moment.");
        std::this_thread::sleep_for(std::min(pause, std::chrono::milliseconds(50)));
    }
    lock_byte(out.fd_.get(), in_use, F_RDLCK); // nobody has it exclusively without `opening`
    return out;
}

void FileLock::opened() {
    if (!fd_)
        return;
    lock_byte(fd_.get(), in_use, F_RDLCK);
    lock_byte(fd_.get(), opening, F_UNLCK);
}

bool FileLock::alone() {
    return fd_ && lock_byte(fd_.get(), in_use, F_WRLCK);
}

std::int64_t FileLock::checked() const {
    char text[32]{};
    const ssize_t size = fd_ ? ::pread(fd_.get(), text, sizeof text - 1, 0) : 0;
    std::int64_t when = 0;
    constexpr std::string_view word = "checked ";
    const std::string_view line(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    if (line.starts_with(word))
        std::from_chars(line.data() + word.size(), line.data() + line.size(), when);
    return when;
}

void FileLock::note_checked(std::int64_t now) {
    // Only saves work: when it fails, the next opening checks once more.
    const std::string line = fmt::format("checked {}\n", now);
    if (fd_ && ::pwrite(fd_.get(), line.data(), line.size(), 0) < 0)
        return;
}

} // namespace rustcoder::knowledge
