// One ranking out of several: reciprocal rank fusion (Cormack, Clarke, Buettcher 2009), and what keeps near-duplicates
// from filling it. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace rustcoder::knowledge {

/// What one part found, best first.
struct Candidate {
    std::string id;
    std::uint64_t group = 0; // near-duplicates have the same; 0 = alone
};

struct Fused {
    std::string id;
    std::uint64_t group = 0;
    double score = 0;
    std::size_t text_rank = 0, vector_rank = 0; // 1-based, 0 = not there
};

struct FuseWeights {
    double constant = 60;
    double text = 1, vector = 1;
};

/// Best first; equal scores: found by text higher up, then by id.
std::vector<Fused> fuse(std::span<const Candidate> text, std::span<const Candidate> vector,
                        const FuseWeights& weights = {});
/// Puts the best of every group first, the others after all of them, both in their order.
void spread_groups(std::vector<Fused>& ranked);

} // namespace rustcoder::knowledge
