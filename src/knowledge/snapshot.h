// Knowledge that leaves or enters the machine: one file, versioned, checksummed, merged without duplicates.
// Format (docs/knowledge.md): gzip of JSON lines, the first a header, the last a trailer with the SHA-256 of all
// before.
#pragma once

#include "knowledge/store.h"

#include <stop_token>

namespace rustcoder::knowledge {

struct ExportOptions {
    Filter filter;
    bool vectors = false;
    std::string model; // of the vectors
};
struct SnapshotReport {
    std::size_t entries = 0, fresh = 0, merged = 0, refused = 0, vectors = 0;
};

/// Writes atomically (temporary file, fsync, rename). Only abstract templates are exported of learned fixes.
Result<SnapshotReport> export_snapshot(Store& store, const std::filesystem::path& file,
                                       const ExportOptions& options = {}, std::stop_token stop = {});
/// All or nothing: checks version and checksum before the first write. Entries known already are merged: counts of
/// learned fixes become the greater of both, so that importing twice changes nothing.
Result<SnapshotReport> import_snapshot(Store& store, const std::filesystem::path& file, std::stop_token stop = {});

} // namespace rustcoder::knowledge
