#include "knowledge/import.h"

#include "base/os.h"
#include "base/text.h"
#include "knowledge/format_project.h"
#include "knowledge/format_qdrant.h"
#include "knowledge/format_readers.h"
#include "knowledge/import_detect.h"
#include "knowledge/import_sink.h"
#include "knowledge/import_walk.h"
#include "knowledge/snapshot.h"

#include <array>
#include <fmt/format.h>
#include <fstream>

namespace rustcoder::knowledge {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::pair<Format, const char*>, 10> format_names{{
    {Format::automatic, "automatic"},
    {Format::project, "project"},
    {Format::json, "json"},
    {Format::qna, "qna"},
    {Format::csv, "csv"},
    {Format::text, "text"},
    {Format::markdown, "markdown"},
    {Format::html, "html"},
    {Format::qdrant, "qdrant"},
    {Format::snapshot, "snapshot"},
}};

constexpr std::size_t html_bytes = 8U << 20U; // of one page

std::string head_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string head(8192, '\0');
    in.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
    return head;
}

/// Our own snapshots and Qdrant's may both be gzip of anything: ours begins with a JSON line.
Result<ImportReport> from_snapshot(Store& store, const fs::path& file, std::stop_token stop) {
    RC_TRY_ASSIGN(const SnapshotReport report, import_snapshot(store, file, std::move(stop)));
    ImportReport out;
    out.read = report.entries;
    out.added = report.fresh;
    out.known = report.merged;
    if (report.refused != 0)
        out.skipped.push_back(fmt::format("{}: {} entries refused", file.filename().string(), report.refused));
    return out;
}

Status read_text_file(Sink& sink, const fs::path& file, Format format, std::string_view text,
                      const std::string& below) {
    const std::string name = file.filename().string();
    switch (format) {
    case Format::json:
        return read_json(text, sink.emit(),
                         [&](std::size_t line) { sink.skip(fmt::format("{} line {}", name, line), "no JSON"); });
    case Format::qna:
        return read_qna(text, sink.emit());
    case Format::csv:
        return read_csv(text, sink.emit());
    case Format::markdown:
        return read_markdown(text, file.stem().string(), sink.emit());
    case Format::html:
        return read_html_page(text, {.path = below, .source = sink.source()}, sink.emit());
    default:
        return read_text(text, sink.emit());
    }
}

Status read_file_as(Sink& sink, const fs::path& file, Format format, const std::string& below) {
    if (format == Format::qdrant) {
        // A dump of points is JSON whatever it is called.
        const std::string head = head_of(file);
        if (const auto start = base::trim(head); !start.starts_with('{') && !start.starts_with('['))
            return read_qdrant_snapshot(file, sink.emit(), sink.options().max_file_bytes);
        format = Format::json;
    }
    const std::size_t most =
        format == Format::html ? std::min(html_bytes, sink.options().max_file_bytes) : sink.options().max_file_bytes;
    RC_TRY_ASSIGN(const std::string text, base::read_file(file, most));
    if (!base::valid_utf8(text))
        return fail(Errc::invalid_input, "the text is not UTF-8", file.string(), "Convert it with iconv");
    return read_text_file(sink, file, format, text, below);
}

/// What a whole folder is; automatic: its files one by one.
Format folder_format(const fs::path& folder) {
    std::error_code ec;
    if (fs::exists(folder / "Cargo.toml", ec))
        return Format::project;
    std::size_t looked = 0;
    for (const auto& entry : fs::directory_iterator(folder, ec)) {
        if (++looked > 1000)
            break;
        if (entry.is_directory(ec) && fs::exists(entry.path() / "Cargo.toml", ec))
            return Format::project;
    }
    return Format::automatic;
}

Status read_folder(Sink& sink, const fs::path& folder, Format format) {
    if (format == Format::automatic)
        format = folder_format(folder);
    if (format == Format::project)
        return read_projects(sink, folder);
    const std::string base_source = sink.source();
    RC_TRY_ASSIGN(const auto files, files_below(folder, [&](const fs::path& p) {
                      const auto found = detect_format(p.filename().string(), {});
                      return format == Format::automatic
                                 ? p.extension() != ".rs"
                                 : found == format || (format == Format::qna && p.extension() == ".txt") ||
                                       (format == Format::qdrant && p.extension() == ".json");
                  }));
    std::size_t done = 0, understood = 0;
    for (const auto& file : files) {
        RC_TRY(sink.stopped());
        sink.advance(done++, files.size());
        const auto kind = format == Format::automatic ? detect_format(file.filename().string(), head_of(file))
                                                      : std::optional(format);
        if (!kind || *kind == Format::snapshot)
            continue;
        const std::string below = file.lexically_relative(folder).generic_string();
        sink.source(fmt::format("{}/{}", base_source, below));
        const std::size_t before = sink.report().read;
        const Status read = read_file_as(sink, file, *kind, below);
        sink.source(base_source);
        if (!read) {
            // A file that cannot be read is left out; what concerns all of them ends the import.
            if (read.error().code != Errc::invalid_input && read.error().code != Errc::io &&
                (read.error().code != Errc::limit || sink.report().read >= sink.options().max_entries))
                return read;
            sink.skip(below, read.error().text());
        }
        understood += sink.report().read > before ? 1 : 0;
    }
    sink.advance(done, files.size());
    if (understood == 0)
        return fail(Errc::invalid_input, "no file here has a format that is known", folder.string(),
                    "Name the format, or see docs/importing.md for what is read");
    return {};
}

} // namespace

std::optional<Format> format_named(std::string_view wanted) {
    for (const auto& [format, text] : format_names)
        if (wanted == text)
            return format;
    return std::nullopt;
}

const char* name(Format format) {
    for (const auto& [known, text] : format_names)
        if (known == format)
            return text;
    return "automatic";
}

Result<ImportReport> import_path(Store& store, const fs::path& path, const ImportOptions& options, std::stop_token stop,
                                 const OnProgress& progress) {
    try {
        std::error_code ec;
        const auto status = fs::status(path, ec);
        if (!fs::exists(status))
            return fail(Errc::not_found, "no such file or folder", path.string());
        ImportOptions own = options;
        if (own.source.empty()) {
            const fs::path named = fs::absolute(path, ec).lexically_normal();
            own.source =
                fmt::format("import:{}", (named.has_filename() ? named : named.parent_path()).filename().string());
        }
        Sink sink(store, own, stop, progress);
        Status done;
        if (fs::is_directory(status)) {
            done = read_folder(sink, path, options.format);
        } else if (fs::is_regular_file(status)) {
            Format format = options.format;
            if (format == Format::automatic) {
                const auto found = detect_format(path.filename().string(), head_of(path));
                if (!found)
                    return fail(Errc::invalid_input, "the format is not recognised", path.string(),
                                "Name it, see docs/importing.md");
                format = *found;
            }
            if (format == Format::snapshot)
                return from_snapshot(store, path, std::move(stop));
            if (format == Format::project)
                return fail(Errc::invalid_input, "a project is a folder with Cargo.toml", path.string(),
                            "Name the folder");
            done = read_file_as(sink, path, format, path.filename().string());
            sink.advance(1, 1);
        } else {
            return fail(Errc::invalid_input, "neither file nor folder", path.string());
        }
        RC_TRY(sink.flush()); // what was read before a failure stays
        if (!done)
            return std::unexpected(std::move(done).error());
        return sink.report();
    } catch (const std::exception& e) { // std::filesystem and memory
        return fail(Errc::internal, fmt::format("import failed: {}", e.what()), path.string());
    }
}

} // namespace rustcoder::knowledge
