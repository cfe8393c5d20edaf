// Counting and smoothing.
#include "base/text.h"
#include "repair/naturalness_model.h"

#include <algorithm>
#include <cmath>

namespace rustcoder::repair::ngram {

namespace {

// A gram must have been counted so often to be kept, by length. What is dropped goes to the shorter context.
constexpr std::array<std::uint32_t, order + 1> least = {0, 0, 2, 2, 3};
constexpr std::uint32_t least_texts = 3; // a word of the vocabulary stands in so many texts
constexpr int memory = 400;              // tokens of a text that go into its identity

struct Counted {
    std::uint64_t gram = 0;
    std::uint32_t count = 0;
};

std::vector<Counted> count_runs(std::vector<std::uint64_t>& grams) {
    std::sort(grams.begin(), grams.end());
    std::vector<Counted> out;
    for (std::uint64_t g : grams) {
        if (out.empty() || out.back().gram != g)
            out.push_back({g, 0});
        ++out.back().count;
    }
    return out;
}

// In how many different contexts each gram without its first symbol stands (Kneser-Ney's continuation count).
std::vector<Counted> continuations(const std::vector<Counted>& longer, int length) {
    std::vector<std::uint64_t> grams;
    grams.reserve(longer.size());
    const std::uint64_t mask = (1ull << (16 * (length - 1))) - 1;
    for (const Counted& c : longer)
        grams.push_back(c.gram & mask);
    return count_runs(grams);
}

double discount(const std::vector<Counted>& grams) {
    double once = 1, twice = 1;
    for (const Counted& c : grams) {
        once += c.count == 1;
        twice += c.count == 2;
    }
    return std::clamp(once / (once + 2 * twice), 0.3, 0.95);
}

std::uint8_t quantise(double p) {
    return static_cast<std::uint8_t>(std::clamp(std::lround(-16 * std::log(std::max(p, 1e-9))), 0l, 255l));
}

} // namespace

Trainer::Spelling Trainer::intern(const syntax::Token& token, std::string_view text) {
    Symbol fresh = class_of(token, text, false);
    // Literals are one spelling a class; anything else is itself.
    bool word = may_be_word(token, text);
    std::string_view spelling = text;
    std::string name;
    if (!word) {
        name = std::string(1, '\0') + static_cast<char>('A' + fresh);
        spelling = name;
    }
    if (auto it = index_.find(spelling); it != index_.end())
        return it->second;
    auto id = static_cast<Spelling>(known_.size());
    index_.emplace(spelling, id);
    known_.push_back({std::string(spelling), fresh, class_of(token, text, true), word, 0, 0});
    return id;
}

bool Trainer::add(const syntax::Source& source, int weight) {
    const std::size_t begin = stream_.size();
    std::uint64_t hash = 0;
    const auto number = static_cast<std::uint32_t>(texts_.size() + 1);
    for (const syntax::Token& token : source.tokens()) {
        if (token.kind == syntax::Kind::doc)
            continue;
        Spelling id = intern(token, source.text(token));
        stream_.push_back(id);
        if (stream_.size() - begin < memory)
            hash = (hash ^ id) * 0x9e3779b97f4a7c15ull + 1;
    }
    if (stream_.size() == begin || !had_.insert(hash).second) {
        stream_.resize(begin);
        return false;
    }
    for (std::size_t i = begin; i < stream_.size(); ++i) {
        Known& k = known_[stream_[i]];
        if (k.last_text != number)
            k.last_text = number, ++k.texts;
    }
    texts_.push_back({begin, stream_.size(), weight});
    return true;
}

Model Trainer::build() && {
    Model model;
    std::vector<Spelling> candidates;
    for (Spelling i = 0; i < known_.size(); ++i)
        if (known_[i].may_be_word && (known_[i].texts >= least_texts || known_[i].fresh == unknown))
            candidates.push_back(i);
    std::sort(candidates.begin(), candidates.end(), [&](Spelling a, Spelling b) {
        return std::tie(known_[b].texts, known_[a].text) < std::tie(known_[a].texts, known_[b].text);
    });
    candidates.resize(std::min(candidates.size(), max_words));
    std::vector<Symbol> word(known_.size(), 0);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        word[candidates[i]] = static_cast<Symbol>(first_word + i);
        model.words_.emplace(known_[candidates[i]].text, word[candidates[i]]);
    }

    std::unordered_map<std::uint32_t, std::uint32_t> parts;
    for (const Known& k : known_)
        if (k.may_be_word && k.fresh >= snake_new && k.fresh <= upper_seen)
            for (std::uint32_t part : parts_of(k.text))
                parts[part] += k.texts;
    for (const auto& [part, texts] : parts)
        if (texts >= least_texts)
            model.parts_.push_back(part);
    std::sort(model.parts_.begin(), model.parts_.end());

    std::vector<std::uint64_t> grams;
    grams.reserve(stream_.size() * 5 / 4);
    std::vector<std::uint32_t> in_text(known_.size(), 0);
    for (std::uint32_t t = 0; t < texts_.size(); ++t) {
        std::uint64_t gram = 0;
        for (std::size_t i = texts_[t].begin; i < texts_[t].end; ++i) {
            Spelling id = stream_[i];
            Symbol s = word[id] ? word[id] : in_text[id] == t + 1 ? known_[id].seen : known_[id].fresh;
            in_text[id] = t + 1;
            gram = gram << 16 | s;
            for (int n = 0; n < texts_[t].weight; ++n)
                grams.push_back(gram);
        }
    }
    std::array<std::vector<Counted>, order + 1> counts;
    counts[order] = count_runs(grams);
    grams = {};
    for (int length = order - 1; length >= 1; --length)
        counts[length] = continuations(counts[length + 1], length + 1);

    // Shortest first: longer grams are mixed with what the shorter ones say.
    double total = 0;
    for (const Counted& c : counts[1])
        total += c.count;
    model.single_.assign(first_word + candidates.size(), quantise(0.5 / (total + 1)));
    for (const Counted& c : counts[1])
        model.single_[c.gram] = quantise(c.count / total);
    for (int length = 2; length <= order; ++length) {
        Model::Table& table = model.tables_[length - 2];
        const auto& all = counts[length];
        const double d = discount(all);
        for (std::size_t i = 0; i < all.size();) {
            const std::uint64_t context = all[i].gram >> 16;
            std::size_t end = i;
            double sum = 0, freed = 0;
            bool kept = false;
            for (; end < all.size() && all[end].gram >> 16 == context; ++end) {
                sum += all[end].count;
                bool keep = all[end].count >= least[length];
                kept = kept || keep;
                freed += keep ? d : all[end].count;
            }
            if (kept) {
                const double rest = freed / sum;
                table.contexts.push_back(context);
                table.backoff.push_back(quantise(rest));
                for (std::size_t k = i; k < end; ++k) {
                    if (all[k].count < least[length])
                        continue;
                    const std::uint64_t mask = (1ull << (16 * (length - 1))) - 1;
                    table.grams.push_back(all[k].gram);
                    table.probability.push_back(quantise((all[k].count - d) / sum +
                                                         rest * std::exp(model.lower(length - 1, all[k].gram & mask))));
                }
            }
            i = end;
        }
    }
    return model;
}

} // namespace rustcoder::repair::ngram
