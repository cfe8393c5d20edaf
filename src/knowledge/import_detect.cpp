#include "knowledge/import_detect.h"

#include "base/text.h"
#include "knowledge/import_split.h"

#include <zlib.h>

namespace rustcoder::knowledge {

namespace {

bool ends_with_one(std::string_view name, std::initializer_list<std::string_view> ends) {
    return std::any_of(ends.begin(), ends.end(), [&](std::string_view e) { return name.ends_with(e); });
}

/// A line "Q1:" followed later by a line "A1:".
bool looks_like_qna(std::string_view head) {
    bool question = false;
    for (auto line : base::lines(head)) {
        line = base::trim(line);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || colon < 2 || colon > 8)
            continue;
        const bool number = std::all_of(line.begin() + 1, line.begin() + static_cast<long>(colon),
                                        [](char c) { return c >= '0' && c <= '9'; });
        if (number && line[0] == 'Q')
            question = true;
        else if (number && line[0] == 'A' && question)
            return true;
    }
    return false;
}

/// What the first bytes of a gzip file unpack to; "" when they do not.
std::string inflated(std::string_view head) {
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
        return {};
    std::string out(512, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(head.data())); // zlib's interface knows no const
    stream.avail_in = static_cast<uInt>(head.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int rc = inflate(&stream, Z_SYNC_FLUSH);
    out.resize(rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR ? out.size() - stream.avail_out : 0);
    inflateEnd(&stream);
    return out;
}

} // namespace

std::optional<Format> detect_format(std::string_view file_name, std::string_view head) {
    const std::string name = lowered(file_name);
    if (ends_with_one(name, {".json", ".jsonl", ".ndjson"}))
        return Format::json;
    if (ends_with_one(name, {".csv"}))
        return Format::csv;
    if (ends_with_one(name, {".md", ".markdown"}))
        return Format::markdown;
    if (ends_with_one(name, {".html", ".htm"}))
        return Format::html;
    const bool gzip = head.starts_with("\x1F\x8B");
    if (gzip && inflated(head).starts_with('{'))
        return Format::snapshot;
    const bool tar = head.size() >= 262 && head.substr(257, 5) == "ustar";
    if (tar || ends_with_one(name, {".tar", ".tar.gz", ".tgz", ".snapshot"}))
        return Format::qdrant;
    if (gzip || base::has(head, std::string_view("\0", 1)))
        return std::nullopt;
    const std::string_view start = base::trim(head.starts_with("\xEF\xBB\xBF") ? head.substr(3) : head);
    if (start.starts_with("<!DOCTYPE") || start.starts_with("<html") || start.starts_with("<!doctype"))
        return Format::html;
    if (looks_like_qna(head))
        return Format::qna;
    if (ends_with_one(name, {".txt", ".text"}))
        return Format::text;
    if (start.starts_with("---\n"))
        return Format::markdown;
    if (start.starts_with("{\"") || start.starts_with("[{") || start.starts_with("{\n"))
        return Format::json;
    return std::nullopt;
}

} // namespace rustcoder::knowledge
