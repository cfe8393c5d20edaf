#include "knowledge/snapshot_format.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace rustcoder::knowledge {

namespace {

constexpr unsigned chunk = 1u << 18;

std::unexpected<Error> os_error(const char* what, const std::filesystem::path& path) {
    const int error = errno;
    return fail(error == ENOENT ? Errc::not_found : Errc::io, fmt::format("cannot {}: {}", what, std::strerror(error)),
                path.string(), error == ENOSPC ? "Free some disk space and try again." : "");
}

} // namespace

Result<std::unique_ptr<SnapshotWriter>> SnapshotWriter::create(const std::filesystem::path& file) {
    std::unique_ptr<SnapshotWriter> out(new SnapshotWriter);
    out->target_ = file;
    std::string pattern = (file.parent_path() / fmt::format(".{}.XXXXXX", file.filename().string())).string();
    out->fd_ = base::Fd(::mkostemp(pattern.data(), O_CLOEXEC)); // 0600: what was learned is private
    if (!out->fd_)
        return os_error("write the snapshot", file);
    out->temporary_ = pattern;
    const int twin = ::fcntl(out->fd_.get(), F_DUPFD_CLOEXEC, 0);
    out->gz_ = twin < 0 ? nullptr : gzdopen(twin, "wb6");
    if (!out->gz_) {
        if (twin >= 0)
            ::close(twin);
        return fail(Errc::io, "cannot write the snapshot", file.string());
    }
    gzbuffer(out->gz_, chunk);
    return out;
}

SnapshotWriter::~SnapshotWriter() {
    if (gz_)
        gzclose(gz_);
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
}

Status SnapshotWriter::write(std::string_view line) {
    for (std::string_view rest : {line, std::string_view("\n")})
        while (!rest.empty()) {
            const auto size = static_cast<unsigned>(std::min<std::size_t>(rest.size(), 1u << 30));
            if (gzwrite(gz_, rest.data(), size) != static_cast<int>(size))
                return os_error("write the snapshot", target_);
            rest.remove_prefix(size);
        }
    return {};
}

Status SnapshotWriter::add(std::string_view line) {
    sum_.add(line);
    sum_.add("\n");
    return write(line);
}

Status SnapshotWriter::commit(std::uint64_t entries, std::uint64_t vectors) {
    RC_TRY(write(trailer_line({entries, vectors, sum_.hex()})));
    if (gzclose(std::exchange(gz_, nullptr)) != Z_OK || ::fsync(fd_.get()) != 0 ||
        ::rename(temporary_.c_str(), target_.c_str()) != 0)
        return os_error("write the snapshot", target_);
    temporary_.clear();
    const auto parent = target_.parent_path().empty() ? std::filesystem::path(".") : target_.parent_path();
    if (base::Fd folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); folder)
        ::fsync(folder.get()); // best effort
    return {};
}

Result<std::unique_ptr<SnapshotReader>> SnapshotReader::open(const std::filesystem::path& file,
                                                             const SnapshotLimits& limits) {
    std::unique_ptr<SnapshotReader> out(new SnapshotReader);
    out->file_ = file;
    out->limits_ = limits;
    base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return os_error("open the snapshot", file);
    if (!S_ISREG(info.st_mode))
        return fail(Errc::invalid_input, "not a regular file", file.string());
    out->gz_ = gzdopen(fd.get(), "rb");
    if (!out->gz_)
        return fail(Errc::io, "cannot open the snapshot", file.string());
    fd.release();
    gzbuffer(out->gz_, chunk);
    if (gzdirect(out->gz_)) // zlib would hand out a plain file as it is
        return fail(Errc::invalid_input, "the file is no snapshot of a knowledge base: it is not compressed",
                    file.string());
    return out;
}

SnapshotReader::~SnapshotReader() {
    if (gz_)
        gzclose(gz_);
}

std::string SnapshotReader::place() const {
    return fmt::format("{}:{}", file_.string(), number_);
}

std::unexpected<Error> SnapshotReader::damaged(std::string why) const {
    return fail(Errc::invalid_input, "the snapshot is damaged: " + why, place(),
                "Take another copy of it, or export it again.");
}

/// More bytes behind those that are left; false at the end of the file.
Result<bool> SnapshotReader::fill() {
    buffer_.erase(0, std::exchange(at_, 0));
    const std::size_t old = buffer_.size();
    if (old > limits_.line_bytes)
        return fail(Errc::limit, fmt::format("a line of the snapshot is longer than {} bytes", limits_.line_bytes),
                    place());
    buffer_.resize(old + chunk);
    const int got = gzread(gz_, buffer_.data() + old, chunk);
    buffer_.resize(old + static_cast<std::size_t>(std::max(got, 0)));
    int code = Z_OK;
    const char* said = gzerror(gz_, &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
        return code == Z_BUF_ERROR ? damaged("it ends too early") : damaged(said ? said : "it cannot be decompressed");
    all_ += static_cast<std::uint64_t>(got);
    if (all_ > limits_.all_bytes)
        return fail(Errc::limit, fmt::format("the snapshot has more than {} bytes", limits_.all_bytes), place());
    return got > 0;
}

Result<std::optional<std::string_view>> SnapshotReader::line() {
    if (given_ > 0) { // the line before is known not to be the trailer
        sum_.add(std::string_view(buffer_).substr(at_ - given_, given_));
        given_ = 0;
    }
    std::size_t searched = 0;
    for (;;) {
        const std::size_t end = buffer_.find('\n', at_ + searched);
        if (end != std::string::npos) {
            const auto out = std::string_view(buffer_).substr(at_, end - at_);
            given_ = end + 1 - at_;
            at_ = end + 1;
            ++number_;
            return out;
        }
        searched = buffer_.size() - at_;
        RC_TRY_ASSIGN(const bool more, fill());
        if (!more && buffer_.empty())
            return std::nullopt;
        if (!more)
            return damaged("it ends in the middle of a line");
    }
}

} // namespace rustcoder::knowledge
