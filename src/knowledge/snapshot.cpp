#include "knowledge/snapshot.h"

#include "base/clock.h"
#include "base/text.h"
#include "knowledge/snapshot_format.h"
#include "knowledge/template.h"

#include <fmt/format.h>
#include <unordered_set>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t batch = 500;

Status stopped(const std::stop_token& stop) {
    if (stop.stop_requested())
        return fail(Errc::cancelled, "stopped");
    return {};
}

/// A learned fix leaves the machine, or enters it, only as the template that it is: text and title are made from the
/// template, whatever else was written there stays behind, and so do the names of those it was learned from.
bool make_abstract(Entry& entry) {
    if (entry.kind != Kind::fix)
        return true;
    const auto what = parse_template(entry.payload);
    if (!what)
        return false;
    entry.payload = print(*what);
    entry.title = title_of(*what);
    entry.text = text_of(*what);
    entry.codes = what->code.empty() ? std::vector<std::string>() : std::vector<std::string>{what->code};
    std::string& source = entry.provenance.source;
    source.resize(std::min(source.find_first_of(":/ "), source.size()));
    return true;
}

/// Only a learned fix may go by an id that is not that of its content: it was revised under its first one.
bool own_name(const Entry& entry) {
    return entry.kind == Kind::fix || entry.id == content_id(entry);
}

/// The greater of both, as what has to be added to `now`.
Counts missing(const Counts& now, const Counts& other) {
    const auto more = [](std::uint64_t a, std::uint64_t b) { return b > a ? b - a : 0; };
    return {more(now.tried, other.tried), more(now.compiled, other.compiled), more(now.passed, other.passed),
            more(now.rejected, other.rejected)};
}

class Import {
public:
    Import(Store& store, std::stop_token stop) : store_(store), stop_(std::move(stop)) {}

    /// Reads all lines; writes only when `apply` is set. What is wrong with the file is an error in either case.
    Status read(SnapshotReader& reader, bool apply) {
        apply_ = apply;
        report_ = {};
        RC_TRY_ASSIGN(const auto first, reader.line());
        if (!first)
            return fail(Errc::invalid_input, "the snapshot is empty", reader.place());
        RC_TRY_ASSIGN(const SnapshotHeader header, placed(parse_header(*first), reader));
        model_ = header.model;
        std::uint64_t entries = 0, vectors = 0;
        for (;;) {
            RC_TRY(stopped(stop_));
            RC_TRY_ASSIGN(const auto line, reader.line());
            if (!line)
                return fail(Errc::invalid_input, "the snapshot is damaged: it ends without its checksum",
                            reader.place(), "Take another copy of it, or export it again.");
            RC_TRY_ASSIGN(SnapshotRecord record, placed(parse_record(*line), reader));
            if (const auto* trailer = std::get_if<SnapshotTrailer>(&record)) {
                RC_TRY(check_end(reader, *trailer, entries, vectors));
                return flush();
            }
            if (auto* entry = std::get_if<Entry>(&record)) {
                ++entries;
                entries_.push_back(std::move(*entry));
            } else {
                ++vectors;
                vectors_.push_back(std::get<Store::Vector>(std::move(record)));
            }
            if (entries_.size() + vectors_.size() >= batch)
                RC_TRY(flush());
        }
    }
    const SnapshotReport& report() const { return report_; }

private:
    template <class T> static Result<T> placed(Result<T> result, const SnapshotReader& reader) {
        if (!result)
            result.error().place = reader.place();
        return result;
    }

    static Status check_end(SnapshotReader& reader, const SnapshotTrailer& trailer, std::uint64_t entries,
                            std::uint64_t vectors) {
        const auto wrong = [&](const char* why) {
            return fail(Errc::invalid_input, std::string("the snapshot is damaged: ") + why, reader.place(),
                        "Take another copy of it, or export it again.");
        };
        if (reader.sum() != trailer.sha256)
            return wrong("its checksum does not fit");
        if (trailer.entries != entries || trailer.vectors != vectors)
            return wrong("it does not hold as much as it says");
        const std::string place = reader.place();
        RC_TRY_ASSIGN(const auto more, reader.line());
        if (more)
            return wrong("something follows its end");
        return {};
    }

    Status flush() {
        if (apply_) {
            RC_TRY(apply_entries());
            RC_TRY(apply_vectors());
        }
        entries_.clear();
        vectors_.clear();
        return {};
    }

    Status apply_entries() {
        std::vector<std::string> ids;
        for (const Entry& entry : entries_)
            ids.push_back(entry.id);
        RC_TRY_ASSIGN(const std::vector<Entry> known, store_.get(ids));
        std::map<std::string_view, const Entry*> local;
        for (const Entry& entry : known)
            local[entry.id] = &entry;
        std::vector<Entry> taken;
        for (Entry& entry : entries_) {
            const bool equal = own_name(entry);
            if (!equal || !make_abstract(entry)) {
                ++report_.refused;
                continue;
            }
            ++report_.entries;
            const auto found = local.find(entry.id);
            if (found == local.end()) {
                ++report_.fresh;
                same_.insert(entry.id);
            } else {
                ++report_.merged;
                if (content_id(*found->second) == content_id(entry))
                    same_.insert(entry.id);
                if (entry.kind == Kind::fix)
                    RC_TRY(store_.count(entry.id, missing(found->second->counts, entry.counts)));
            }
            taken.push_back(std::move(entry));
        }
        const auto put = store_.put(taken);
        if (!put)
            return std::unexpected(put.error());
        return {};
    }

    /// Only for entries whose text is the one that the vector was made from.
    Status apply_vectors() {
        std::erase_if(vectors_, [&](const Store::Vector& vector) { return !same_.contains(vector.id); });
        report_.vectors += vectors_.size();
        return vectors_.empty() ? Status() : store_.put_vectors(model_, vectors_);
    }

    Store& store_;
    std::stop_token stop_;
    bool apply_ = false;
    std::string model_;
    std::vector<Entry> entries_;
    std::vector<Store::Vector> vectors_;
    std::unordered_set<std::string> same_;
    SnapshotReport report_;
};

Status write_entries(Store& store, SnapshotWriter& writer, const ExportOptions& options, const std::stop_token& stop,
                     SnapshotReport& report, std::unordered_set<std::string>& exported) {
    Status written;
    RC_TRY(store.each(options.filter, [&](const Entry& entry) {
        Entry out = entry;
        written = stopped(stop);
        if (written && !make_abstract(out)) {
            ++report.refused;
            return true;
        }
        if (written)
            written = writer.add(entry_line(out));
        ++report.entries;
        if (options.vectors && out.title == entry.title && out.text == entry.text)
            exported.insert(entry.id);
        return written.has_value();
    }));
    return written;
}

} // namespace

Result<SnapshotReport> export_snapshot(Store& store, const std::filesystem::path& file, const ExportOptions& options,
                                       std::stop_token stop) {
    try {
        if (options.vectors && options.model.empty())
            return fail(Errc::invalid_input, "vectors are wanted, but of which embedding model is not said", "model");
        SnapshotReport report;
        RC_TRY_ASSIGN(const auto writer, SnapshotWriter::create(file));
        RC_TRY(writer->add(
            header_line({.created = base::utc_timestamp(), .model = options.vectors ? options.model : ""})));
        std::unordered_set<std::string> exported;
        RC_TRY(write_entries(store, *writer, options, stop, report, exported));
        if (options.vectors) {
            Status written;
            RC_TRY(store.each_vector(options.model, [&](const Store::Vector& vector) {
                if (!exported.contains(vector.id))
                    return true;
                written = stopped(stop);
                if (written)
                    written = writer->add(vector_line(vector));
                ++report.vectors;
                return written.has_value();
            }));
            RC_TRY(written);
        }
        RC_TRY(writer->commit(report.entries, report.vectors));
        return report;
    } catch (const std::exception& e) { // out of memory
        return fail(Errc::internal, std::string("cannot export: ") + e.what(), file.string());
    }
}

Result<SnapshotReport> import_snapshot(Store& store, const std::filesystem::path& file, std::stop_token stop) {
    try {
        Import import(store, stop);
        {
            RC_TRY_ASSIGN(const auto reader, SnapshotReader::open(file));
            RC_TRY(import.read(*reader, false));
        }
        // Read once more, and checked once more: the file may have been changed in between.
        RC_TRY(store.atomically([&]() -> Status {
            RC_TRY_ASSIGN(const auto reader, SnapshotReader::open(file));
            return import.read(*reader, true);
        }));
        return import.report();
    } catch (const std::exception& e) { // out of memory
        return fail(Errc::internal, std::string("cannot import: ") + e.what(), file.string());
    }
}

} // namespace rustcoder::knowledge
