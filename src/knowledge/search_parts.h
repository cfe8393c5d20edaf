// The two rankings that are fused, from the resident index or straight from the store. Thread-safe.
#pragma once

#include "knowledge/fuse.h"
#include "knowledge/search.h"

namespace rustcoder::knowledge {

class Parts {
public:
    virtual ~Parts() = default;
    virtual Result<std::vector<Candidate>> by_text(std::string_view text, const Filter& filter, std::size_t k) = 0;
    virtual Result<std::vector<Candidate>> by_vector(std::span<const float> query, const Filter& filter, std::size_t k,
                                                     std::stop_token stop) = 0;
    virtual Result<bool> has_vectors() = 0;
    /// Whether candidates say which near-duplicates they belong to; else the entries have to be looked at.
    virtual bool knows_groups() const = 0;
};

/// Full text of the store, and all its vectors read once per question: nothing is loaded before the first question.
std::unique_ptr<Parts> direct_parts(Store& store, std::string model);

} // namespace rustcoder::knowledge
