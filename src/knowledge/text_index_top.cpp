// The best k of a text query. Words are taken heaviest first, and each adds to a running score per document. Once the
// words that are left cannot lift a document that has none so far above the k-th best, only documents that are still in
// the race are looked up in the (long) lists of the remaining, common words.
#include "knowledge/text_index.h"

#include <algorithm>
#include <array>

namespace rustcoder::knowledge {
namespace {

constexpr float k1 = 1.2f, b = 0.4f; // passages are of one size by their making; bench/retrieval.md
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

/// Running scores, and a lower bound of the k-th best of them: scores only grow, so it only rises.
class Race {
public:
    Race(std::size_t documents, std::size_t k) : scores(documents, 0.0f), k_(k) {}

    void add(Doc d, float gain) {
        if (scores[d] == 0)
            docs.push_back(d);
        lift(d, gain);
    }
    void lift(Doc d, float gain) {
        scores[d] += gain;
        if (scores[d] > bar_) {
            leaders_.push_back(d);
            if (leaders_.size() >= 4 * k_ + 1024)
                settle();
        }
    }
    /// The k-th best so far; 0 when there are fewer.
    float bar() {
        settle();
        return bar_;
    }

    /// Documents in ascending order.
    void sort() {
        if (docs.size() < scores.size() / 16) {
            std::sort(docs.begin(), docs.end());
            return;
        }
        docs.clear(); // reading all scores costs less than sorting many
        for (Doc d = 0; d < scores.size(); ++d)
            if (scores[d] > 0)
                docs.push_back(d);
    }

    std::vector<float> scores;
    std::vector<Doc> docs; // those with a score, as they came

private:
    void settle() {
        std::sort(leaders_.begin(), leaders_.end());
        leaders_.erase(std::unique(leaders_.begin(), leaders_.end()), leaders_.end());
        if (leaders_.size() < k_)
            return;
        std::nth_element(leaders_.begin(), leaders_.begin() + static_cast<std::ptrdiff_t>(k_ - 1), leaders_.end(),
                         [&](Doc a, Doc b) { return scores[a] > scores[b]; });
        leaders_.resize(k_);
        bar_ = scores[leaders_.back()];
    }

    std::size_t k_;
    float bar_ = 0;
    std::vector<Doc> leaders_; // at least all that are above the bar
};

using At = std::span<const std::uint32_t>::iterator;

/// The first posting that is not before `wanted`, looked for in steps that double: the next is mostly near.
At gallop(At at, At end, std::uint32_t wanted) {
    std::ptrdiff_t step = 1;
    while (end - at > step && at[step] < wanted) {
        at += step;
        step *= 2;
    }
    return std::lower_bound(at, end - at > step ? at + step + 1 : end, wanted);
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
    Race race(lists.empty() ? 0 : documents(), std::max<std::size_t>(k, 1));
    std::size_t i = 0;
    for (; i < lists.size() && rest >= race.bar() * safety; ++i) {
        const auto& list = lists[i];
        for (const auto posting : list.postings)
            if (const Doc d = posting >> 8; !allowed || allowed->has(d))
                race.add(d, gain(list.weight, posting & 255, norm[lengths_[d]]));
        rest -= list.most;
    }
    if (i < lists.size())
        race.sort();
    for (; i < lists.size(); ++i) {
        std::erase_if(race.docs, [&, bar = race.bar()](Doc d) { return race.scores[d] + rest < bar * safety; });
        const auto& list = lists[i];
        auto at = list.postings.begin();
        for (const Doc d : race.docs) {
            at = gallop(at, list.postings.end(), d << 8);
            if (at == list.postings.end())
                break;
            if (*at >> 8 == d)
                race.lift(d, gain(list.weight, *at & 255, norm[lengths_[d]]));
        }
        rest -= list.most;
    }
    std::vector<Ranked> out;
    for (const Doc d : race.docs)
        out.push_back({d, race.scores[d]});
    keep_best(out, k);
    return out;
}

} // namespace rustcoder::knowledge
