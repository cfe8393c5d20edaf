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
    std::unordered_map<std::string_view, std::size_t> by_id;
    std::unordered_map<std::uint64_t, std::size_t> by_group;
    std::vector<Fused> repeated; // further members of a group that has its place already
    // Each list ranks groups: two parts that find different passages of one section agree on the section.
    const auto take = [&](std::span<const Candidate> list, std::size_t Fused::* rank_of, double weight) {
        std::size_t rank = 0, position = 0;
        for (const auto& c : list) {
            ++position;
            std::size_t place = out.size();
            if (const auto known = by_id.find(c.id); known != by_id.end())
                place = known->second;
            else if (c.group != 0)
                place = by_group.try_emplace(c.group, place).first->second;
            if (place == out.size())
                out.push_back({c.id, c.group});
            else if (out[place].id != c.id && !by_id.contains(c.id))
                repeated.emplace_back(Fused{c.id, c.group}).*rank_of = position;
            by_id.emplace(c.id, place);
            if (out[place].*rank_of != 0)
                continue;
            out[place].*rank_of = ++rank;
            out[place].score += weight / (weights.constant + static_cast<double>(rank));
        }
    };
    take(text, &Fused::text_rank, weights.text);
    take(vector, &Fused::vector_rank, weights.vector);
    const auto rank = [](std::size_t r) { return r == 0 ? std::numeric_limits<std::size_t>::max() : r; };
    std::sort(out.begin(), out.end(), [&](const Fused& a, const Fused& b) {
        if (a.score != b.score)
            return a.score > b.score;
        if (a.text_rank != b.text_rank)
            return rank(a.text_rank) < rank(b.text_rank);
        return a.id < b.id;
    });
    out.insert(out.end(), std::make_move_iterator(repeated.begin()), std::make_move_iterator(repeated.end()));
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
