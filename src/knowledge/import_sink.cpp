#include "knowledge/import_sink.h"

#include "base/text.h"

#include <fmt/format.h>
#include <unordered_set>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t batch_entries = 400;
constexpr std::size_t batch_bytes = 4U << 20U;
constexpr std::size_t max_skipped = 100;

} // namespace

Sink::Sink(Store& store, const ImportOptions& options, std::stop_token stop, OnProgress progress)
    : store_(store), options_(options), stop_(std::move(stop)), progress_(std::move(progress)), source_(options.source),
      licence_(options.licence) {}

Status Sink::stopped() const {
    if (stop_.stop_requested())
        return fail(Errc::cancelled, fmt::format("stopped after {} entries", report_.read), source_,
                    "Start it again: what was read before is kept");
    return {};
}

Status Sink::add(Entry entry) {
    RC_TRY(stopped());
    if (base::trim(entry.text).empty() && entry.payload.empty())
        return {};
    if (report_.read >= options_.max_entries)
        return fail(Errc::limit, fmt::format("more than {} entries", options_.max_entries), source_,
                    "Import it in parts, or raise the limit");
    ++report_.read;
    if (entry.provenance.source.empty())
        entry.provenance.source = source_;
    else if (entry.provenance.source.starts_with('#')) // an anchor within it
        entry.provenance.source = source_ + entry.provenance.source;
    if (entry.provenance.licence.empty())
        entry.provenance.licence = licence_;
    if (entry.provenance.toolchain.empty())
        entry.provenance.toolchain = toolchain_;
    entry.id = content_id(entry);
    waiting_bytes_ += entry.title.size() + entry.text.size() + entry.payload.size();
    waiting_.push_back(std::move(entry));
    if (waiting_.size() >= batch_entries || waiting_bytes_ >= batch_bytes)
        return flush();
    return {};
}

Status Sink::write(std::span<const Entry> entries) {
    std::vector<std::string> ids;
    ids.reserve(entries.size());
    for (const auto& e : entries)
        ids.push_back(e.id);
    RC_TRY_ASSIGN(const auto there, store_.get(ids));
    std::unordered_set<std::string> known;
    for (const auto& e : there)
        known.insert(e.id);
    RC_TRY(store_.put(entries));
    for (const auto& id : ids)
        ++(known.insert(id).second ? report_.added : report_.known);
    return {};
}

Status Sink::flush() {
    if (waiting_.empty())
        return {};
    const std::vector<Entry> batch = std::exchange(waiting_, {});
    waiting_bytes_ = 0;
    const auto done = write(batch);
    if (done)
        return {};
    if (done.error().code != Errc::invalid_input && done.error().code != Errc::limit)
        return done;
    // One entry spoils its transaction: the others go in alone.
    for (const auto& entry : batch) {
        const auto one = write({&entry, 1});
        if (!one && one.error().code != Errc::invalid_input && one.error().code != Errc::limit)
            return one;
        if (!one)
            skip(entry.title.empty() ? entry.provenance.source : entry.title, one.error().text());
    }
    return {};
}

void Sink::skip(std::string_view what, std::string_view why) {
    if (report_.skipped.size() < max_skipped)
        report_.skipped.push_back(fmt::format("{}: {}", what, why));
    else if (report_.skipped.size() == max_skipped)
        report_.skipped.emplace_back("and more");
}

void Sink::advance(std::size_t done, std::size_t all) {
    at_.source = source_;
    at_.done = done;
    at_.all = all;
    at_.entries = report_.read;
    if (progress_)
        progress_(at_);
}

} // namespace rustcoder::knowledge
