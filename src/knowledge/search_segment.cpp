#include "knowledge/search_segment.h"

#include <algorithm>
#include <numeric>
#include <optional>

namespace rustcoder::knowledge {
namespace {

void drop(Index::Part& part, std::span<const Doc> docs) {
    auto gone = std::make_shared<DocSet>(*part.gone);
    for (const Doc d : docs) {
        if (gone->has(d))
            continue;
        gone->add(d);
        ++part.gone_count;
        part.length -= part.segment->text.length(d);
    }
    part.gone = std::move(gone);
}

struct Row {
    std::string_view id;
    std::size_t part = 0;
    Doc doc = 0;
};

/// The living documents of all parts by id.
std::vector<Row> rows_of(std::span<const Index::Part> parts) {
    std::vector<Row> rows;
    for (std::size_t p = 0; p < parts.size(); ++p)
        for (Doc d = 0; d < parts[p].segment->docs.size(); ++d)
            if (!parts[p].gone->has(d))
                rows.push_back({parts[p].segment->docs.id(d), p, d});
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.id < b.id; });
    return rows;
}

} // namespace

void SegmentBuilder::add(const Entry& entry) {
    docs_.add(entry);
    text_.add(entry);
}

void SegmentBuilder::add_vector(const Store::Vector& vector, std::size_t dimension) {
    if (vector.values.size() != dimension)
        return;
    const auto doc = docs_.find(vector.id);
    if (!doc)
        return;
    if (unsorted_.dimension() == 0) {
        unsorted_ = VectorIndex(dimension);
        unsorted_.reserve(docs_.size());
    }
    unsorted_.add(*doc, vector.values);
}

std::shared_ptr<const Segment> SegmentBuilder::build() {
    auto segment = std::make_shared<Segment>();
    docs_.finish();
    segment->docs = std::move(docs_);
    segment->text = text_.build();
    std::vector<std::size_t> order(unsorted_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto earlier = [&](std::size_t a, std::size_t b) { return unsorted_.doc(a) < unsorted_.doc(b); };
    if (std::is_sorted(order.begin(), order.end(), earlier)) {
        segment->vectors = std::move(unsorted_);
        return segment;
    }
    std::sort(order.begin(), order.end(), earlier);
    segment->vectors = VectorIndex(unsorted_.dimension());
    segment->vectors.reserve(order.size());
    for (const auto row : order)
        segment->vectors.add(unsorted_.doc(row), unsorted_, row);
    return segment;
}

Index::Index(std::vector<Part> parts, std::uint64_t revision) : parts_(std::move(parts)), revision_(revision) {}

Index::Part Index::whole(std::shared_ptr<const Segment> segment) {
    Part part;
    part.gone = std::make_shared<const DocSet>(segment->docs.size());
    part.length = segment->text.total_length();
    part.segment = std::move(segment);
    return part;
}

std::vector<std::optional<DocSet>> Index::allowed(const Filter& filter) const {
    std::vector<std::optional<DocSet>> out;
    for (const auto& part : parts_) {
        const auto& docs = part.segment->docs;
        auto set = docs.passing(filter);
        const bool hides = !filter.quarantined && docs.quarantined().count() > 0;
        if (!set && (hides || part.gone_count > 0))
            set = DocSet(docs.size(), true);
        if (set)
            set->without(*part.gone);
        if (set && hides)
            set->without(docs.quarantined());
        out.push_back(std::move(set));
    }
    return out;
}

std::vector<Candidate> Index::best(std::vector<std::vector<Ranked>> found, std::size_t k) const {
    struct Place {
        float score;
        std::string_view id;
        std::uint64_t group;
    };
    std::vector<Place> places;
    for (std::size_t p = 0; p < found.size(); ++p)
        for (const auto& r : found[p])
            places.push_back({r.score, parts_[p].segment->docs.id(r.doc), parts_[p].segment->docs.group(r.doc)});
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return a.score != b.score ? a.score > b.score : a.id < b.id; });
    places.resize(std::min(k, places.size()));
    std::vector<Candidate> out;
    for (const auto& place : places)
        out.push_back({std::string(place.id), place.group});
    return out;
}

std::vector<Candidate> Index::by_text(std::string_view text, const Filter& filter, std::size_t k) const {
    const auto query = text_query(text);
    TextStats stats;
    for (const auto& part : parts_) {
        part.segment->text.count(query, stats);
        stats.documents += static_cast<double>(part.alive());
        stats.length += part.length;
    }
    stats.having.resize(query.words.size());
    const auto weighted = weigh(query, stats);
    const auto average = static_cast<float>(stats.length / std::max(1.0, stats.documents));
    const auto sets = allowed(filter);
    std::vector<std::vector<Ranked>> found;
    for (std::size_t p = 0; p < parts_.size(); ++p)
        found.push_back(parts_[p].segment->text.top(weighted, average, sets[p] ? &*sets[p] : nullptr, k));
    return best(std::move(found), k);
}

std::vector<Candidate> Index::by_vector(std::span<const float> query, const Filter& filter, std::size_t k,
                                        std::stop_token stop) const {
    const auto sets = allowed(filter);
    std::vector<std::vector<Ranked>> found;
    for (std::size_t p = 0; p < parts_.size(); ++p)
        found.push_back(parts_[p].segment->vectors.top(query, sets[p] ? &*sets[p] : nullptr, k, stop));
    return best(std::move(found), k);
}

Index Index::with(std::span<const std::string> changed, std::shared_ptr<const Segment> fresh,
                  std::uint64_t revision) const {
    Index next(parts_, revision);
    for (auto& part : next.parts_) {
        std::vector<Doc> docs;
        for (const auto& id : changed)
            if (const auto doc = part.segment->docs.find(id))
                docs.push_back(*doc);
        if (!docs.empty())
            drop(part, docs);
    }
    std::erase_if(next.parts_, [](const Part& p) { return p.alive() == 0; });
    if (fresh && fresh->docs.size() > 0)
        next.parts_.push_back(whole(std::move(fresh)));
    return next;
}

std::vector<std::size_t> Index::worth_merging() const {
    std::vector<std::size_t> out;
    // Every part is more than twice as large as all that follow together, so their number stays a logarithm.
    std::size_t behind = 0;
    std::size_t first = parts_.size();
    for (std::size_t p = parts_.size(); p-- > 0;) {
        if (parts_[p].alive() < 2 * behind)
            first = p;
        behind += parts_[p].alive();
    }
    for (std::size_t p = first; p < parts_.size(); ++p)
        out.push_back(p);
    if (out.empty())
        for (std::size_t p = 0; p < parts_.size(); ++p)
            if (parts_[p].gone_count > parts_[p].alive() / 2)
                out.push_back(p);
    return out;
}

std::shared_ptr<const Segment> Index::merged(std::span<const Part> parts) {
    const auto rows = rows_of(parts);
    auto out = std::make_shared<Segment>();
    std::vector<std::vector<Doc>> renumbered;
    std::size_t dimension = 0, vectors = 0;
    for (const auto& part : parts) {
        renumbered.emplace_back(part.segment->docs.size(), TextIndex::gone);
        dimension = std::max(dimension, part.segment->vectors.dimension());
        vectors += part.segment->vectors.size();
    }
    for (Doc d = 0; d < rows.size(); ++d) {
        renumbered[rows[d].part][rows[d].doc] = d;
        out->docs.add(parts[rows[d].part].segment->docs, rows[d].doc);
    }
    out->docs.finish();
    std::vector<TextIndex::Part> texts;
    for (std::size_t p = 0; p < parts.size(); ++p)
        texts.push_back({&parts[p].segment->text, renumbered[p]});
    out->text = TextIndex::merge(texts, rows.size());
    out->vectors = VectorIndex(dimension);
    out->vectors.reserve(std::min(vectors, rows.size()));
    std::vector<std::size_t> next(parts.size(), 0); // rows of vectors go by document, as the merged ones do
    for (Doc d = 0; d < rows.size(); ++d) {
        const auto& source = parts[rows[d].part].segment->vectors;
        auto& at = next[rows[d].part];
        while (at < source.size() && source.doc(at) < rows[d].doc)
            ++at;
        if (at < source.size() && source.doc(at) == rows[d].doc)
            out->vectors.add(d, source, at);
    }
    return out;
}

std::optional<Index> Index::with_merged(std::span<const Part> old, std::shared_ptr<const Segment> merged) const {
    Index next({}, revision_);
    auto fresh = whole(merged);
    std::vector<Doc> dropped;
    std::size_t met = 0;
    for (const auto& part : parts_) {
        const auto same =
            std::find_if(old.begin(), old.end(), [&](const Part& o) { return o.segment == part.segment; });
        if (same == old.end()) {
            next.parts_.push_back(part);
            continue;
        }
        ++met;
        for (Doc d = 0; d < part.segment->docs.size(); ++d)
            if (part.gone->has(d) && !same->gone->has(d))
                if (const auto doc = merged->docs.find(part.segment->docs.id(d)))
                    dropped.push_back(*doc);
    }
    // A part that vanished had lost all its documents since.
    for (const auto& o : old)
        if (std::none_of(parts_.begin(), parts_.end(), [&](const Part& p) { return p.segment == o.segment; }))
            for (Doc d = 0; d < o.segment->docs.size(); ++d)
                if (const auto doc = o.gone->has(d) ? std::nullopt : merged->docs.find(o.segment->docs.id(d)))
                    dropped.push_back(*doc);
    if (met == 0)
        return std::nullopt;
    drop(fresh, dropped);
    if (fresh.alive() > 0)
        next.parts_.push_back(std::move(fresh));
    std::stable_sort(next.parts_.begin(), next.parts_.end(),
                     [](const Part& a, const Part& b) { return a.alive() > b.alive(); });
    return next;
}

std::size_t Index::documents() const {
    std::size_t n = 0;
    for (const auto& part : parts_)
        n += part.alive();
    return n;
}

std::size_t Index::vectors() const {
    std::size_t n = 0;
    for (const auto& part : parts_)
        n += part.segment->vectors.size();
    return n;
}

std::size_t Index::bytes() const {
    std::size_t n = 0;
    for (const auto& part : parts_)
        n += part.segment->bytes() + part.gone->size() / 8;
    return n;
}

} // namespace rustcoder::knowledge
