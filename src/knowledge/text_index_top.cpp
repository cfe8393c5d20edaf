// The best k of a text query. Words are taken heaviest first, and each adds to a running score per document. Once the
// words that are left cannot lift a document that has none so far above the k-th best, only documents that are still in
// the race are looked up in the (long) lists of the remaining, common words.
#include "knowledge/text_index.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace rustcoder::knowledge {
namespace {

constexpr float k1 = 1.2f, b = 0.75f;
constexpr float safety = 1 - 1e-4f; // bounds are sums of floats as scores are

/// k1 * (1 - b + b * length / average) for every length there can be.
std::array<float, 256> norms(float average_length) {
    std::array<float, 256> out;
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = k1 * (1 - b + b * TextIndex::lengths()[i] / std::max(1.0f, average_length));
    return out;
}

float gain(float weight, std::uint32_t count, float norm) {
    const auto c = static_cast<float>(count);
    return weight * c * (k1 + 1) / (c + norm);
}

struct List {
    std::span<const std::uint32_t> postings;
    float weight = 0;
    float most = 0; // no document gains more from it
};

float kth_best(const std::vector<float>& scores, const std::vector<Doc>& touched, std::size_t k,
               std::vector<float>& scratch) {
    if (touched.size() < k)
        return 0;
    scratch.clear();
    for (const Doc d : touched)
        scratch.push_back(scores[d]);
    std::nth_element(scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(k - 1), scratch.end(),
                     std::greater<>());
    return scratch[k - 1];
}

void drop_hopeless(std::vector<Doc>& docs, const std::vector<float>& scores, float rest, float bar) {
    std::erase_if(docs, [&](Doc d) { return scores[d] + rest < bar * safety; });
}

} // namespace

std::vector<Ranked> TextIndex::top(std::span<const QueryWord> weighted, float average_length, const DocSet* allowed,
                                   std::size_t k) const {
    const auto norm = norms(average_length);
    std::vector<List> lists;
    float rest = 0; // what all lists that are left can give
    for (const auto& w : weighted) {
        const auto word = find(w.word);
        if (word == words_.size())
            continue;
        lists.push_back(
            {postings_of(word), w.weight, gain(w.weight, bounds_[word].most, norm[bounds_[word].shortest])});
        rest += lists.back().most;
    }
    std::vector<float> scores(lists.empty() ? 0 : documents(), 0.0f);
    std::vector<float> scratch;
    std::vector<Doc> docs; // those with a score
    std::size_t i = 0;
    for (; i < lists.size(); ++i) {
        const auto& list = lists[i];
        if (docs.size() >= k && docs.size() < 2 * list.postings.size() &&
            rest < kth_best(scores, docs, k, scratch) * safety)
            break;
        for (const auto posting : list.postings) {
            const Doc d = posting >> 8;
            if (allowed && !allowed->has(d))
                continue;
            if (scores[d] == 0)
                docs.push_back(d);
            scores[d] += gain(list.weight, posting & 255, norm[lengths_[d]]);
        }
        rest -= list.most;
    }
    for (bool sorted = false; i < lists.size(); ++i) {
        drop_hopeless(docs, scores, rest, kth_best(scores, docs, k, scratch));
        if (!std::exchange(sorted, true))
            std::sort(docs.begin(), docs.end());
        auto at = lists[i].postings.begin();
        for (const Doc d : docs) {
            at = std::lower_bound(at, lists[i].postings.end(), d << 8);
            if (at == lists[i].postings.end())
                break;
            if (*at >> 8 == d)
                scores[d] += gain(lists[i].weight, *at & 255, norm[lengths_[d]]);
        }
        rest -= lists[i].most;
    }
    std::vector<Ranked> out;
    out.reserve(docs.size());
    for (const Doc d : docs)
        out.push_back({d, scores[d]});
    keep_best(out, k);
    return out;
}

} // namespace rustcoder::knowledge
