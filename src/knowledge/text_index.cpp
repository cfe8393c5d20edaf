#include "knowledge/text_index.h"

#include "base/text.h"
#include "knowledge/words_common.h"
#include "knowledge/words_cut.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rustcoder::knowledge {
namespace {

constexpr std::uint32_t title_weight = 3; // a word in the title counts as three in the text
constexpr float common_weight = 0.3f;     // of a question's "how" and "my" beside its subject
constexpr float code_weight = 4;          // an entry about the code that was asked for
constexpr std::size_t max_query_words = 256;
constexpr std::size_t max_query_bytes = 16 << 10; // a compiler's whole output may be pasted in
constexpr std::uint64_t code_seed = 0x636f6465;   // "about code X" is a word of its own beside the word X

std::uint8_t length_code(std::size_t words) {
    return static_cast<std::uint8_t>(
        std::min(255.0f, std::round(TextIndex::log_steps * std::log2(1.0f + static_cast<float>(words)))));
}

bool is_error_code(std::string_view word) {
    return word.size() == 5 && word[0] == 'e' &&
           std::all_of(word.begin() + 1, word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

TextQuery text_query(std::string_view text) {
    TextQuery query;
    std::vector<std::string> found;
    cut_words(text.substr(0, max_query_bytes), [&](const Word& w) {
        found.emplace_back(w.text);
        return true;
    });
    std::sort(found.begin(), found.end());
    for (std::size_t i = 0; i < found.size();) {
        std::size_t end = i + 1;
        while (end < found.size() && found[end] == found[i])
            ++end;
        const bool code = is_error_code(found[i]);
        // A word said three times is not three times as wanted.
        const float weight = is_common_word(found[i]) ? common_weight : 1;
        query.words.push_back({base::hash64(found[i]), weight * (1 + std::log(static_cast<float>(end - i)))});
        if (code || base::has(found[i], "_"))
            query.words.push_back({base::hash64(found[i], code_seed), code ? code_weight : 1});
        i = end;
    }
    return query;
}

bool names_error_code(std::string_view text) {
    bool found = false;
    cut_words(text.substr(0, max_query_bytes), [&](const Word& w) {
        found = is_error_code(w.text);
        return !found;
    });
    return found;
}

std::vector<QueryWord> weigh(const TextQuery& query, const TextStats& stats) {
    std::vector<QueryWord> out;
    for (std::size_t i = 0; i < query.words.size(); ++i) {
        if (stats.having[i] == 0)
            continue;
        // Documents that were replaced are still counted until their segment is merged.
        const double having = std::min(static_cast<double>(stats.having[i]), stats.documents);
        const double idf = std::log(1 + (stats.documents - having + 0.5) / (having + 0.5));
        out.push_back({query.words[i].word, query.words[i].weight * static_cast<float>(idf)});
    }
    std::sort(out.begin(), out.end(), [](const QueryWord& a, const QueryWord& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.word < b.word;
    });
    if (out.size() > max_query_words)
        out.resize(max_query_words);
    return out;
}

std::size_t TextIndex::find(std::uint64_t hash) const {
    const auto at = std::lower_bound(words_.begin(), words_.end(), hash);
    return at != words_.end() && *at == hash ? static_cast<std::size_t>(at - words_.begin()) : words_.size();
}

std::span<const std::uint32_t> TextIndex::postings_of(std::size_t word) const {
    return {postings_.data() + begins_[word], begins_[word + 1] - begins_[word]};
}

void TextIndex::count(const TextQuery& query, TextStats& stats) const {
    stats.having.resize(query.words.size());
    for (std::size_t i = 0; i < query.words.size(); ++i)
        if (const auto word = find(query.words[i].word); word < words_.size())
            stats.having[i] += begins_[word + 1] - begins_[word];
}

const std::array<float, 256>& TextIndex::lengths() {
    static const auto table = [] {
        std::array<float, 256> out{};
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = std::exp2(static_cast<float>(i) / log_steps) - 1;
        return out;
    }();
    return table;
}

double TextIndex::length(Doc d) const {
    return lengths()[lengths_[d]];
}

double TextIndex::total_length() const {
    double sum = 0;
    for (Doc d = 0; d < lengths_.size(); ++d)
        sum += length(d);
    return sum;
}

std::size_t TextIndex::bytes() const {
    return words_.capacity() * 8 + begins_.capacity() * 4 + bounds_.capacity() * 2 + postings_.capacity() * 4 +
           lengths_.capacity();
}

void TextIndex::close_word(std::uint64_t hash) {
    Bound bound;
    for (std::size_t i = begins_.back(); i < postings_.size(); ++i) {
        bound.most = std::max(bound.most, static_cast<std::uint8_t>(postings_[i] & 255));
        bound.shortest = std::min(bound.shortest, lengths_[postings_[i] >> 8]);
    }
    words_.push_back(hash);
    bounds_.push_back(bound);
    begins_.push_back(static_cast<std::uint32_t>(postings_.size()));
}

TextIndex TextIndex::merge(std::span<const Part> parts, std::size_t documents) {
    TextIndex out;
    out.lengths_.resize(documents);
    for (const auto& part : parts)
        for (Doc d = 0; d < part.renumbered.size(); ++d)
            if (part.renumbered[d] != gone)
                out.lengths_[part.renumbered[d]] = part.index->lengths_[d];
    std::vector<std::size_t> next(parts.size(), 0); // the word each part is at
    while (true) {
        std::uint64_t word = ~std::uint64_t{0};
        bool any = false;
        for (std::size_t p = 0; p < parts.size(); ++p)
            if (next[p] < parts[p].index->words_.size()) {
                word = std::min(word, parts[p].index->words_[next[p]]);
                any = true;
            }
        if (!any)
            break;
        const auto begin = static_cast<std::ptrdiff_t>(out.postings_.size());
        for (std::size_t p = 0; p < parts.size(); ++p) {
            const auto& index = *parts[p].index;
            if (next[p] >= index.words_.size() || index.words_[next[p]] != word)
                continue;
            const auto middle = static_cast<std::ptrdiff_t>(out.postings_.size());
            for (const auto posting : index.postings_of(next[p]++))
                if (const Doc d = parts[p].renumbered[posting >> 8]; d != gone)
                    out.postings_.push_back(d << 8 | (posting & 255));
            std::inplace_merge(out.postings_.begin() + begin, out.postings_.begin() + middle, out.postings_.end());
        }
        if (out.postings_.size() > static_cast<std::size_t>(begin))
            out.close_word(word);
    }
    out.words_.shrink_to_fit();
    out.begins_.shrink_to_fit();
    out.bounds_.shrink_to_fit();
    out.postings_.shrink_to_fit();
    return out;
}

TextIndexBuilder::TextIndexBuilder() : slots_(1024) {}

void TextIndexBuilder::grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    for (const auto& slot : slots_) {
        if (slot.number == 0)
            continue;
        std::size_t at = slot.hash & (larger.size() - 1);
        while (larger[at].number != 0)
            at = (at + 1) & (larger.size() - 1);
        larger[at] = slot;
    }
    slots_ = std::move(larger);
}

std::uint32_t TextIndexBuilder::number_of(std::uint64_t hash) {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].number != 0) {
        if (slots_[at].hash == hash)
            return slots_[at].number - 1;
        at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = {hash, static_cast<std::uint32_t>(hashes_.size()) + 1};
    hashes_.push_back(hash);
    counts_.push_back(0);
    if (hashes_.size() * 2 > slots_.size())
        grow();
    return static_cast<std::uint32_t>(hashes_.size()) - 1;
}

void TextIndexBuilder::add(const Entry& entry) {
    const auto doc = static_cast<Doc>(lengths_.size());
    scratch_.clear();
    const auto take = [&](std::string_view text, std::uint32_t weight) {
        cut_words(text, [&](const Word& w) {
            scratch_.emplace_back(base::hash64(w.text), weight);
            return true;
        });
    };
    // The headings above are what many passages share; they say where it is rather than what it is.
    const auto above = entry.title.rfind(" > ");
    const auto own = above == std::string::npos ? 0 : above + 3;
    take(std::string_view(entry.title).substr(own), title_weight);
    take(std::string_view(entry.title).substr(0, own), 1);
    take(entry.text, 1);
    lengths_.push_back(length_code(scratch_.size()));
    for (const auto& code : entry.codes) {
        const auto name = base::lower(code);
        const auto path = name.rfind(':'); // clippy::needless_return is asked for as needless_return
        scratch_.emplace_back(base::hash64(name.substr(path == name.npos ? 0 : path + 1), code_seed), 1);
        take(code, title_weight);
    }
    std::sort(scratch_.begin(), scratch_.end());
    for (std::size_t i = 0; i < scratch_.size();) {
        std::uint32_t count = 0;
        const auto hash = scratch_[i].first;
        for (; i < scratch_.size() && scratch_[i].first == hash; ++i)
            count += scratch_[i].second;
        const auto number = number_of(hash);
        ++counts_[number];
        occurrences_.emplace_back(number, doc << 8 | std::min<std::uint32_t>(count, 255));
    }
}

TextIndex TextIndexBuilder::build() {
    TextIndex out;
    out.lengths_ = std::move(lengths_);
    std::vector<std::uint32_t> order(hashes_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return hashes_[a] < hashes_[b]; });
    std::vector<std::uint32_t> at(hashes_.size()); // where the next posting of a word goes
    std::uint32_t sum = 0;
    for (const auto number : order) {
        at[number] = sum;
        sum += counts_[number];
    }
    std::vector<std::uint32_t> sorted(sum);
    for (const auto& [number, posting] : occurrences_)
        sorted[at[number]++] = posting;
    occurrences_ = {};
    out.words_.reserve(order.size());
    out.bounds_.reserve(order.size());
    out.begins_.reserve(order.size() + 1);
    out.postings_.reserve(sum);
    for (const auto number : order) {
        out.postings_.insert(out.postings_.end(), sorted.begin() + at[number] - counts_[number],
                             sorted.begin() + at[number]);
        out.close_word(hashes_[number]);
    }
    return out;
}

} // namespace rustcoder::knowledge
