// The resident index: segments that never change, and for each the set of documents that were replaced or removed
// since. A new state is made beside the old one, so questions go on undisturbed. Thread-safe: immutable.
#pragma once

#include "knowledge/fuse.h"
#include "knowledge/text_index.h"
#include "knowledge/vector_index.h"

namespace rustcoder::knowledge {

struct Segment {
    DocTable docs;
    TextIndex text;
    VectorIndex vectors;
    std::size_t bytes() const { return docs.bytes() + text.bytes() + vectors.bytes(); }
};

/// Collects entries in ascending order of ids, then vectors in any order.
class SegmentBuilder {
public:
    void add(const Entry& entry);
    /// Vectors of entries that are not here or of another dimension are left out.
    void add_vector(const Store::Vector& vector, std::size_t dimension);
    std::size_t documents() const { return docs_.size(); }
    std::shared_ptr<const Segment> build();

private:
    DocTable docs_;
    TextIndexBuilder text_;
    bool closed_ = false;
    VectorIndex unsorted_; // documents in the order in which their vectors came
};

class Index {
public:
    struct Part {
        std::shared_ptr<const Segment> segment;
        std::shared_ptr<const DocSet> gone; // never null
        std::size_t gone_count = 0;
        double length = 0; // of the living documents
        std::size_t alive() const { return segment->docs.size() - gone_count; }
    };

    Index() = default;
    Index(std::vector<Part> parts, std::uint64_t revision);
    static Part whole(std::shared_ptr<const Segment> segment);

    std::vector<Candidate> by_text(std::string_view query, const Filter& filter, std::size_t k) const;
    std::vector<Candidate> by_vector(std::span<const float> query, const Filter& filter, std::size_t k,
                                     std::stop_token stop) const;

    /// The state after `changed` ids were dropped everywhere and `fresh` (null: nothing) was added.
    Index with(std::span<const std::string> changed, std::shared_ptr<const Segment> fresh,
               std::uint64_t revision) const;

    /// Segments that should become one, as indexes into parts(): few documents behind many, or many gone. Empty: none.
    std::vector<std::size_t> worth_merging() const;
    static std::shared_ptr<const Segment> merged(std::span<const Part> parts);
    /// `merged` in the place of `old`, parts of an earlier state; nullopt when they are no longer here. What went since
    /// is gone in the merged one too.
    std::optional<Index> with_merged(std::span<const Part> old, std::shared_ptr<const Segment> merged) const;

    const std::vector<Part>& parts() const { return parts_; }
    std::uint64_t revision() const { return revision_; }
    std::size_t documents() const;
    std::size_t vectors() const; // about: replaced ones are counted until they are merged away
    std::size_t bytes() const;

private:
    /// Per part; nullopt where all documents are.
    std::vector<std::optional<DocSet>> allowed(const Filter& filter) const;
    std::vector<Candidate> best(std::vector<std::vector<Ranked>> found, std::size_t k) const;

    std::vector<Part> parts_;
    std::uint64_t revision_ = 0;
};

} // namespace rustcoder::knowledge
