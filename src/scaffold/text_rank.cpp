#include "scaffold/text_rank.h"

#include "base/text.h"
#include "scaffold/terms.h"

#include <cmath>
#include <functional>

namespace rustcoder::scaffold {

namespace {

constexpr double saturation = 1.6;       // k1 of BM25, in weighted occurrences
constexpr double length_part = 0.4;      // b of BM25
constexpr double pair_weight = 0.6;      // of two words side by side, against one
constexpr double requirement_part = 0.5; // of a word of the requirements, against the description

/// Words that count, and pairs of those that stand beside each other. Pairs hold a space.
void each_term(std::string_view text, const std::function<void(std::string, double)>& give) {
    const auto list = terms(text);
    const Term* before = nullptr;
    for (const auto& term : list) {
        if (term.filler)
            continue;
        give(term.root, 1);
        const bool near = before && text.substr(before->end, term.begin - before->end).find_first_of(",.;:()") ==
                                        std::string_view::npos;
        if (near)
            give(before->root + ' ' + term.root, pair_weight);
        before = &term;
    }
}

struct Field {
    double weight = 1;
    std::vector<std::string_view> texts;
};

std::vector<Field> fields_of(const Template& from) {
    std::vector<Field> out(6);
    out[0] = {3, {from.title, from.name}};
    out[1] = {4, {from.keywords.begin(), from.keywords.end()}};
    out[2] = {2, {from.summary}};
    out[3] = {1, {from.asks.begin(), from.asks.end()}};
    out[4] = {1.6, {}};
    out[5] = {0.7, {}};
    for (const auto& cover : from.covers) {
        out[4].texts.insert(out[4].texts.end(), cover.words.begin(), cover.words.end());
        out[5].texts.push_back(cover.says);
    }
    for (const auto& feature : from.features) {
        out[5].texts.insert(out[5].texts.end(), feature.words.begin(), feature.words.end());
        out[5].texts.push_back(feature.says);
    }
    for (const auto& slot : from.slots)
        out[5].texts.push_back(slot.says);
    return out;
}

using Counts = std::unordered_map<std::string, double>;

} // namespace

Question question_of(const Request& request) {
    Counts counts;
    const auto take = [&](std::string_view text, double weight) {
        each_term(text, [&](std::string term, double part) {
            auto& now = counts[std::move(term)];
            now = std::max(now, weight * part);
        });
    };
    const auto described = static_cast<std::size_t>(
        std::count_if(request.wishes.begin(), request.wishes.end(), [](const Wish& wish) { return !wish.unwanted; }));
    const bool any = described > 0;
    for (const auto& wish : request.wishes)
        if (!wish.unwanted)
            take(wish.text, request.description.find(wish.text) != std::string::npos ? 1 : requirement_part);
    if (!any) // nothing but negations, or no sentence: all of it
        take(request.description + "\n" + request.requirements, 1);
    Question out;
    out.terms.assign(counts.begin(), counts.end());
    std::sort(out.terms.begin(), out.terms.end());
    return out;
}

TextRank::TextRank(const std::vector<std::shared_ptr<const Template>>& templates) : documents_(templates.size()) {
    std::vector<std::vector<std::pair<double, Counts>>> all; // by template, field
    std::vector<double> lengths(6, 0);
    for (const auto& from : templates) {
        auto& mine = all.emplace_back();
        for (const auto& field : fields_of(*from)) {
            Counts counts;
            for (const auto text : field.texts)
                each_term(text, [&](std::string term, double part) { counts[std::move(term)] += part; });
            for (const auto& [term, count] : counts)
                lengths[mine.size()] += count / static_cast<double>(std::max<std::size_t>(documents_, 1));
            mine.emplace_back(field.weight, std::move(counts));
        }
    }
    for (std::size_t d = 0; d < all.size(); ++d) {
        Counts sum;
        for (std::size_t f = 0; f < all[d].size(); ++f) {
            double length = 0;
            for (const auto& [term, count] : all[d][f].second)
                length += count;
            const double norm = 1 - length_part + length_part * length / std::max(lengths[f], 1e-9);
            for (const auto& [term, count] : all[d][f].second)
                sum[term] += all[d][f].first * count / std::max(norm, 0.1);
        }
        for (const auto& [term, weight] : sum)
            postings_[term].push_back(
                {static_cast<std::uint32_t>(d), static_cast<float>(weight / (saturation + weight))});
    }
}

double TextRank::rarity(const std::string& term) const {
    const auto it = postings_.find(term);
    const double having = it == postings_.end() ? 0 : static_cast<double>(it->second.size());
    const double all = static_cast<double>(documents_);
    return std::log(1 + (all - having + 0.5) / (having + 0.5));
}

std::vector<TextScore> TextRank::rank(const Question& question) const {
    std::vector<TextScore> out(documents_);
    double most = 0, words = 0;
    for (const auto& [term, weight] : question.terms) {
        const bool pair = base::has(term, " ");
        const auto it = postings_.find(term);
        if (pair && it == postings_.end())
            continue; // that nobody has these words side by side says nothing
        const double value = weight * rarity(term);
        most += value;
        words += pair ? 0 : value;
        if (it == postings_.end())
            continue;
        for (const auto& posting : it->second) {
            out[posting.document].score += value * posting.weight;
            out[posting.document].known += pair ? 0 : value;
        }
    }
    for (auto& one : out) {
        one.share = most > 0 ? one.score / most : 0;
        one.known = words > 0 ? one.known / words : 0;
    }
    return out;
}

} // namespace rustcoder::scaffold
