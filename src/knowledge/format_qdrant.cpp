#include "knowledge/format_qdrant.h"

#include "base/os.h"
#include "base/text.h"
#include "knowledge/format_readers.h"

#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>

namespace rustcoder::knowledge {

namespace json = base::json;

namespace {

constexpr std::size_t max_archive_bytes = 2ULL << 30U; // unpacked, all files together
constexpr std::size_t max_archive_files = 100'000;
constexpr std::size_t max_value_bytes = 16U << 20U;

std::uint32_t word(std::string_view bytes, std::size_t at) {
    std::uint32_t v = 0;
    std::memcpy(&v, bytes.data() + at, sizeof v); // little endian, as the machines that Qdrant runs on
    return v;
}

struct Close {
    void operator()(archive* a) const { archive_read_free(a); }
};
using Archive = std::unique_ptr<archive, Close>;

Archive open_archive() {
    Archive a(archive_read_new());
    archive_read_support_filter_gzip(a.get());
    archive_read_support_filter_none(a.get());
    archive_read_support_format_tar(a.get());
    return a;
}

/// What has been found in a snapshot so far.
struct Found {
    std::map<std::string, GridFiles> storages; // by folder
    bool rocksdb = false, segments = false;
    std::size_t bytes = 0, files = 0;
};

bool wanted(std::string_view name) {
    return base::one_of(name, {"tracker.dat", "append_only_tracker.dat", "config.json"}) ||
           ((name.starts_with("page_") || name.starts_with("append_only_page_")) && name.ends_with(".dat"));
}

Result<std::string> data_of(archive* a, Found& found, std::size_t most) {
    std::string out;
    std::string buffer(256U << 10U, '\0');
    for (;;) {
        const auto n = archive_read_data(a, buffer.data(), buffer.size());
        if (n < 0)
            return fail(Errc::invalid_input, fmt::format("damaged archive: {}", archive_error_string(a)));
        if (n == 0)
            return out;
        found.bytes += static_cast<std::size_t>(n);
        if (out.size() + static_cast<std::size_t>(n) > most || found.bytes > max_archive_bytes)
            return fail(Errc::limit, "the archive unpacks to more than is read", {},
                        "Export the collection's points as JSON instead");
        out.append(buffer, 0, static_cast<std::size_t>(n));
    }
}

Status read_tar(archive* a, const std::string& prefix, int depth, Found& found, std::size_t most);

/// A tar inside a tar is read as a stream, because segments are larger than what should be held.
struct Inner {
    archive* outer;
    Found& found;
    std::string buffer = std::string(256U << 10U, '\0');
};

la_ssize_t read_inner(archive* a, void* data, const void** block) {
    auto& inner = *static_cast<Inner*>(data);
    const auto n = archive_read_data(inner.outer, inner.buffer.data(), inner.buffer.size());
    *block = inner.buffer.data();
    if (n > 0)
        inner.found.bytes += static_cast<std::size_t>(n);
    if (n < 0 || inner.found.bytes > max_archive_bytes) {
        archive_set_error(a, EIO, "%s", n < 0 ? "the archive around it is damaged" : "it unpacks to more than is read");
        return -1;
    }
    return n;
}

Status read_nested(archive* outer, const std::string& prefix, int depth, Found& found, std::size_t most) {
    Inner data{outer, found};
    const Archive inner = open_archive();
    if (archive_read_open(inner.get(), &data, nullptr, read_inner, nullptr) != ARCHIVE_OK)
        return fail(Errc::invalid_input, fmt::format("damaged archive: {}", archive_error_string(inner.get())), prefix);
    return read_tar(inner.get(), prefix, depth, found, most);
}

Status read_tar(archive* a, const std::string& prefix, int depth, Found& found, std::size_t most) {
    archive_entry* entry = nullptr;
    for (;;) {
        const int rc = archive_read_next_header(a, &entry);
        if (rc == ARCHIVE_EOF)
            return {};
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
            return fail(Errc::invalid_input, fmt::format("damaged archive: {}", archive_error_string(a)), prefix);
        if (++found.files > max_archive_files)
            return fail(Errc::limit, "more files in the archive than a snapshot has");
        const char* raw = archive_entry_pathname(entry);
        if (raw == nullptr || archive_entry_filetype(entry) != AE_IFREG)
            continue;
        const std::string path = prefix + raw;
        const auto slash = path.rfind('/');
        const std::string folder = slash == std::string::npos ? std::string() : path.substr(0, slash);
        const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
        found.segments = found.segments || base::has(path, "segments/") || name == "segment.json";
        found.rocksdb = found.rocksdb || name == "CURRENT" || name.starts_with("MANIFEST-");
        if (name.ends_with(".tar") && depth > 0) {
            RC_TRY(read_nested(a, path + "/", depth - 1, found, most));
        } else if (folder.ends_with("payload_storage") && wanted(name)) {
            RC_TRY_ASSIGN(auto bytes, data_of(a, found, most));
            // A page is allocated whole and mostly empty.
            while (name.ends_with(".dat") && name.find("page_") != std::string::npos && !bytes.empty() &&
                   bytes.back() == '\0')
                bytes.pop_back();
            found.storages[folder][name] = std::move(bytes);
        }
    }
}

/// Bytes [begin, begin + length) of the pages from `page` on; what was zeros at a page's end comes back as zeros.
Result<std::string> value_bytes(const GridFiles& files, std::string_view prefix, std::uint32_t page, std::size_t begin,
                                std::size_t length, std::size_t page_bytes) {
    std::string out;
    while (out.size() < length) {
        const auto it = files.find(fmt::format("{}page_{}.dat", prefix, page));
        if (it == files.end() || begin >= page_bytes)
            return fail(Errc::invalid_input, "a payload lies outside the pages", fmt::format("page {}", page));
        const std::size_t before = out.size();
        const std::size_t take = std::min(length - before, page_bytes - begin);
        if (begin < it->second.size())
            out.append(it->second, begin, take);
        out.resize(before + take);
        ++page;
        begin = 0;
    }
    return out;
}

} // namespace

Status read_gridstore(const GridFiles& files, const std::function<Status(std::string_view)>& visit) {
    const auto config_file = files.find("config.json");
    if (config_file == files.end())
        return fail(Errc::invalid_input, "a payload storage without config.json");
    RC_TRY_ASSIGN(const json::value config_value, base::parse_json(config_file->second));
    if (!config_value.is_object())
        return fail(Errc::invalid_input, "config.json of a payload storage is no object");
    const auto& config = config_value.get_object();
    const auto block = base::get_int(config, "block_size_bytes", 128);
    const auto page_bytes = base::get_int(config, "page_size_bytes", 32LL << 20U);
    if (block <= 0 || block > (1 << 20) || page_bytes <= 0 || page_bytes > (1LL << 32U))
        return fail(Errc::invalid_input, "sizes in config.json that cannot be", "payload storage");
    const bool packed = base::get_string(config, "compression", "LZ4") == "LZ4";
    const bool append_only = base::get_string(config, "mode", "dynamic") == "append_only";
    const std::string_view prefix = append_only ? "append_only_" : "";
    const auto tracker_file = files.find(fmt::format("{}tracker.dat", prefix));
    if (tracker_file == files.end())
        return fail(Errc::invalid_input, "a payload storage without tracker.dat");
    const std::string& tracker = tracker_file->second;
    const std::size_t header = append_only ? 0 : 4;
    if (tracker.size() < header)
        return {};
    // 16 bytes a point: is there one, page, block, length.
    const std::size_t fits = (tracker.size() - header) / 16;
    const std::size_t count = append_only ? fits : std::min<std::size_t>(word(tracker, 0), fits);
    const std::size_t page_end = append_only ? std::size_t{1} << 40U : static_cast<std::size_t>(page_bytes);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = header + i * 16;
        const std::uint32_t length = word(tracker, at + 12);
        if (word(tracker, at) == 0 || length == 0)
            continue;
        if (length > max_value_bytes)
            return fail(Errc::invalid_input, "a payload of more than 16 MiB", fmt::format("point {}", i));
        RC_TRY_ASSIGN(std::string value,
                      value_bytes(files, prefix, word(tracker, at + 4),
                                  word(tracker, at + 8) * static_cast<std::size_t>(block), length, page_end));
        if (packed) {
            if (value.size() < 4 || word(value, 0) > max_value_bytes)
                return fail(Errc::invalid_input, "a payload that is not LZ4", fmt::format("point {}", i));
            RC_TRY_ASSIGN(value, lz4_block(std::string_view(value).substr(4), word(value, 0)));
        }
        RC_TRY(visit(value));
    }
    return {};
}

Status read_qdrant_snapshot(const std::filesystem::path& file, const Emit& emit, std::size_t max_file_bytes) {
    const Archive a = open_archive();
    if (archive_read_open_filename(a.get(), file.c_str(), 64U << 10U) != ARCHIVE_OK)
        return fail(Errc::invalid_input, fmt::format("not a tar archive: {}", archive_error_string(a.get())),
                    file.string(), "Name a snapshot made by Qdrant, or points exported as JSON");
    Found found;
    RC_TRY(read_tar(a.get(), {}, 3, found, max_file_bytes));
    for (const auto& [folder, files] : found.storages)
        RC_TRY(read_gridstore(files, [&](std::string_view payload) -> Status {
            const auto value = base::parse_json(payload);
            if (!value || !value->is_object())
                return {};
            if (auto e = entry_of(value->get_object()))
                return emit(std::move(*e));
            return {};
        }));
    if (!found.storages.empty())
        return {};
    constexpr const char* instead = "Load the snapshot into Qdrant, export the points as JSON (POST "
                                    "/collections/NAME/points/scroll with {\"limit\": 10000, \"with_payload\": true}) "
                                    "and import that file";
    if (found.rocksdb)
        return fail(Errc::invalid_input,
                    "this snapshot keeps its payloads in RocksDB (Qdrant before 1.13), which is not read",
                    file.string(), instead);
    return fail(Errc::invalid_input,
                found.segments ? "no payload storage in this snapshot" : "no snapshot of a Qdrant collection",
                file.string(), instead);
}

} // namespace rustcoder::knowledge
