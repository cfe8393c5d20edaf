#include "toolchain/scratch.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace rustcoder::toolchain {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "rustcoder-workspace";
constexpr std::time_t settled_after = 60; // seconds

base::Fd open_folder(const fs::path& path) {
    return base::Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool abandoned(const base::Fd& folder, std::time_t now) {
    struct stat status{};
    return folder && ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid() &&
           status.st_ctime + settled_after < now && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
}

} // namespace

Result<Scratch> create_scratch(const fs::path& parent) {
    RC_TRY_ASSIGN(base::TempDir dir, base::TempDir::create(prefix, parent));
    Scratch scratch{std::move(dir), {}};
    scratch.lock = open_folder(scratch.dir.path());
    if (scratch.lock && ::flock(scratch.lock.get(), LOCK_SH | LOCK_NB) != 0)
        scratch.lock.reset(); // a file system without locks: then its like are never swept there either
    return scratch;
}

int sweep_scratch(const fs::path& parent, std::time_t now) {
    int removed = 0;
    std::error_code ec;
    std::vector<fs::path> found;
    for (auto it = fs::directory_iterator(parent, ec); !ec && it != fs::directory_iterator(); it.increment(ec))
        if (it->path().filename().string().starts_with(std::string(prefix) + "."))
            found.push_back(it->path());
    for (const fs::path& path : found) {
        const base::Fd folder = open_folder(path);
        if (!abandoned(folder, now))
            continue;
        // Renamed first, so that two sweepers never work in one tree, and a half-removed one is found again.
        const fs::path mine = path.string() + ".swept";
        fs::rename(path, mine, ec);
        if (ec)
            continue;
        fs::remove_all(mine, ec); // does not follow symlinks
        ++removed;
    }
    return removed;
}

} // namespace rustcoder::toolchain
