// Snapshots of Qdrant collections: payloads of the points, read from the archive without a server. The layout is that
// of the payload storage "gridstore" (Qdrant 1.13 and later); older snapshots keep payloads in RocksDB and are refused
// with what to do. Vectors are left: they belong to the model of whoever made the snapshot.
#pragma once

#include "knowledge/import_sink.h"

#include <filesystem>
#include <map>

namespace rustcoder::knowledge {

/// The files of one payload storage, by name ("tracker.dat", "page_0.dat", "config.json").
using GridFiles = std::map<std::string, std::string, std::less<>>;
/// Every payload (JSON object as text) in it. Errors: invalid_input when the files do not fit together.
Status read_gridstore(const GridFiles& files, const std::function<Status(std::string_view payload)>& visit);

/// One block of LZ4 (no frame) that gives exactly `size` bytes.
Result<std::string> lz4_block(std::string_view packed, std::size_t size);

/// A snapshot: a tar, gzipped or not, of segments, which are folders or tars themselves. Errors: invalid_input (no
/// snapshot, or one that keeps its payloads in RocksDB), limit.
Status read_qdrant_snapshot(const std::filesystem::path& file, const Emit& emit, std::size_t max_file_bytes);

} // namespace rustcoder::knowledge
