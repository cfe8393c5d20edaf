// The file format of snapshots, apart from the store: lines in and out of gzip, records as JSON.
// docs/knowledge-store.md has it in words. Everything that is read is bounded: a file of a few kilobytes must not
// become gigabytes.
#pragma once

#include "base/os.h"
#include "base/sha256.h"
#include "knowledge/store.h"

#include <variant>

struct gzFile_s;

namespace rustcoder::knowledge {

inline constexpr int snapshot_version = 1;

struct SnapshotLimits {
    std::size_t line_bytes = 32u << 20;               // one entry, escaped
    std::uint64_t all_bytes = std::uint64_t{4} << 30; // decompressed
};

struct SnapshotHeader {
    int version = snapshot_version;
    std::string created; // UTC
    std::string model;   // of the vectors; empty = none
};
struct SnapshotTrailer {
    std::uint64_t entries = 0, vectors = 0;
    std::string sha256; // of all lines before, terminators included
};
using SnapshotRecord = std::variant<Entry, Store::Vector, SnapshotTrailer>;

std::string header_line(const SnapshotHeader& header);
std::string entry_line(const Entry& entry);
std::string vector_line(const Store::Vector& vector);
std::string trailer_line(const SnapshotTrailer& trailer);
/// Errors: invalid_input; unavailable (written by a newer version).
Result<SnapshotHeader> parse_header(std::string_view line);
Result<SnapshotRecord> parse_record(std::string_view line);

/// Writes lines to a private temporary file; `commit` puts it in place.
class SnapshotWriter {
public:
    static Result<std::unique_ptr<SnapshotWriter>> create(const std::filesystem::path& file);
    SnapshotWriter(const SnapshotWriter&) = delete;
    SnapshotWriter& operator=(const SnapshotWriter&) = delete;
    ~SnapshotWriter();
    Status add(std::string_view line);
    /// With the trailer, synced to disk.
    Status commit(std::uint64_t entries, std::uint64_t vectors);

private:
    SnapshotWriter() = default;
    Status write(std::string_view line);

    std::filesystem::path target_, temporary_;
    base::Fd fd_; // the same file as gz_ writes
    gzFile_s* gz_ = nullptr;
    base::Sha256 sum_;
};

/// Reads lines of a gzip file, within limits.
class SnapshotReader {
public:
    static Result<std::unique_ptr<SnapshotReader>> open(const std::filesystem::path& file,
                                                        const SnapshotLimits& limits = {});
    SnapshotReader(const SnapshotReader&) = delete;
    SnapshotReader& operator=(const SnapshotReader&) = delete;
    ~SnapshotReader();
    /// The next line without its terminator; nullopt at the end. Valid until the next call.
    Result<std::optional<std::string_view>> line();
    std::uint64_t number() const { return number_; } // of the line given last, from 1
    /// Of all lines given before the last one; once.
    std::string sum() {
        given_ = 0;
        return sum_.hex();
    }
    std::string place() const;

private:
    SnapshotReader() = default;
    Result<bool> fill();
    std::unexpected<Error> damaged(std::string why) const;

    std::filesystem::path file_;
    SnapshotLimits limits_;
    gzFile_s* gz_ = nullptr;
    std::string buffer_;
    std::size_t at_ = 0;
    std::size_t given_ = 0; // bytes of the line given last, not yet in the sum
    std::uint64_t all_ = 0, number_ = 0;
    base::Sha256 sum_;
};

} // namespace rustcoder::knowledge
