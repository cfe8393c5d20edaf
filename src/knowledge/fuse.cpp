#include "knowledge/fuse.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace rustcoder::knowledge {

std::vector<Fused> fuse(std::span<const Candidate> text, std::span<const Candidate> vector,
                        const FuseWeights& weights) {
    std::vector<Fused> out;
    out.reserve(text.size() + vector.size());
    std::unordered_map<std::string_view, std::size_t> at;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (at.emplace(text[i].id, out.size()).second)
            out.push_back(
                {text[i].id, text[i].group, weights.text / (weights.constant + static_cast<double>(i + 1)), i + 1, 0});
    for (std::size_t i = 0; i < vector.size(); ++i) {
        const auto [place, fresh] = at.emplace(vector[i].id, out.size());
        if (fresh)
            out.push_back({vector[i].id, vector[i].group});
        auto& fused = out[place->second];
        if (fused.vector_rank != 0)
            continue;
        fused.vector_rank = i + 1;
        fused.score += weights.vector / (weights.constant + static_cast<double>(i + 1));
    }
    const auto rank = [](std::size_t r) { return r == 0 ? std::numeric_limits<std::size_t>::max() : r; };
    std::sort(out.begin(), out.end(), [&](const Fused& a, const Fused& b) {
        if (a.score != b.score)
            return a.score > b.score;
        if (a.text_rank != b.text_rank)
            return rank(a.text_rank) < rank(b.text_rank);
        return a.id < b.id;
    });
    return out;
}

void spread_groups(std::vector<Fused>& ranked) {
    std::unordered_set<std::uint64_t> seen;
    std::vector<Fused> first, rest;
    for (auto& f : ranked)
        (f.group == 0 || seen.insert(f.group).second ? first : rest).push_back(std::move(f));
    first.insert(first.end(), std::make_move_iterator(rest.begin()), std::make_move_iterator(rest.end()));
    ranked = std::move(first);
}

} // namespace rustcoder::knowledge
