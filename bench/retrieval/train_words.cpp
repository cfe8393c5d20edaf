// Makes src/knowledge/rust_words.vec: vectors of words, such that the sum over a heading or a sentence lies nearer to
// the sum over the passage that it is from than to other passages. Every passage of a seeded store gives pairs: heading
// and text, a sentence and the rest, two parts of one section (the "inverse cloze task" of Lee et al. 2019). The loss
// is a softmax over the passages of one batch; AdaGrad with one rate a word. A minute on two cores; the same seed gives
// the same file. bench/retrieval/questions.tsv is not trained on: with --watch its set `tune` is only measured.
#include "base/os.h"
#include "base/text.h"
#include "knowledge/store.h"
#include "knowledge/trained_vectors.h"
#include "knowledge/words.h"
#include "retrieval/judge.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <random>
#include <unordered_map>

using namespace rustcoder;
using namespace rustcoder::knowledge;

namespace {

struct Options {
    std::string store, out;
    std::size_t dimension = 256, batch = 512, rounds = 16, least = 3;
    float rate = 4.8F, start = 0.3F, temperature = 0.05F, dropout = 0.25F;
    bool watch = false;
};

using Bag = std::vector<std::pair<std::uint32_t, float>>; // word, weight
using Words = std::vector<std::uint32_t>;

struct Passage {
    knowledge::Entry entry;
    Words title;                  // the last heading only
    Words path;                   // all of the title
    std::vector<Words> sentences; // of the text
};

float product(const float* a, const float* b, std::size_t n) {
    float sum[16] = {};
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (std::size_t j = 0; j < 16; ++j)
            sum[j] += a[i + j] * b[i + j];
    float all = 0;
    for (const float s : sum)
        all += s;
    for (; i < n; ++i)
        all += a[i] * b[i];
    return all;
}

class Corpus {
public:
    Corpus(Store& store, std::size_t least) {
        std::unordered_map<std::string, std::size_t> having;
        (void)store.each({}, [&](const Entry& e) {
            if (e.kind == Kind::passage || e.kind == Kind::lesson) {
                passages_.push_back({e, {}, {}, {}});
                auto all = words(e.title + "\n" + e.text);
                std::ranges::sort(all);
                all.erase(std::ranges::unique(all).begin(), all.end());
                for (auto& word : all)
                    ++having[word];
            }
            return true;
        });
        std::vector<std::pair<std::string, std::size_t>> kept;
        for (auto& [word, count] : having)
            if (count >= least)
                kept.emplace_back(word, count);
        std::ranges::sort(kept);
        for (auto& [word, count] : kept) {
            numbers_[word] = static_cast<std::uint32_t>(names_.size());
            names_.push_back(word);
            weight_.push_back(TrainedVectors::weight(word));
            rarity_.push_back(std::log(1 + static_cast<float>(passages_.size()) / static_cast<float>(count)));
        }
        for (auto& p : passages_)
            cut(p);
    }

    Words numbers(std::string_view text) const {
        Words out;
        for (const auto& word : words(text))
            if (const auto at = numbers_.find(word); at != numbers_.end())
                out.push_back(at->second);
        return out;
    }
    const std::vector<Passage>& passages() const { return passages_; }
    const std::vector<std::string>& names() const { return names_; }
    float rarity(std::size_t word) const { return rarity_[word]; }
    float weight(std::uint32_t word) const { return weight_[word]; }

private:
    void cut(Passage& p) {
        std::string_view title = p.entry.title;
        p.path = numbers(title);
        if (const auto at = title.rfind(" > "); at != std::string_view::npos)
            title.remove_prefix(at + 3);
        p.title = numbers(title);
        const std::string& text = p.entry.text;
        std::size_t from = 0;
        for (std::size_t i = 0; i <= text.size(); ++i) {
            const bool end = i == text.size() || text[i] == '\n' ||
                             ((text[i] == '.' || text[i] == '?' || text[i] == '!') &&
                              (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n'));
            if (!end)
                continue;
            if (auto sentence = numbers(std::string_view(text).substr(from, i - from)); sentence.size() >= 4)
                p.sentences.push_back(std::move(sentence));
            from = i + 1;
        }
    }

    std::vector<Passage> passages_;
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<std::string> names_;
    std::vector<float> rarity_, weight_;
};

Bag bag_of(const Corpus& corpus, std::span<const Words* const> lists) {
    std::map<std::uint32_t, float> counts;
    for (const Words* list : lists)
        for (const auto word : *list)
            counts[word] += 1;
    Bag bag(counts.begin(), counts.end());
    for (auto& [word, n] : bag)
        n = corpus.weight(word) * (1 + std::log(n));
    return bag;
}

Bag bag_of_passage(const Corpus& corpus, const Passage& p) {
    std::vector<const Words*> lists{&p.path, &p.path};
    for (const auto& s : p.sentences)
        lists.push_back(&s);
    return bag_of(corpus, lists);
}

class Trainer {
public:
    Trainer(const Corpus& corpus, const Options& options)
        : corpus_(corpus), o_(options), values_(corpus.names().size() * options.dimension),
          seen_(corpus.names().size(), 1e-3F) {
        std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(o_.dimension)));
        for (std::size_t w = 0; w < corpus.names().size(); ++w)
            for (std::size_t i = 0; i < o_.dimension; ++i)
                values_[w * o_.dimension + i] = o_.start * normal(random_) * corpus.rarity(w);
    }

    double round() {
        std::vector<std::size_t> order(corpus_.passages().size());
        std::iota(order.begin(), order.end(), 0);
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1], order[random_() % i]);
        double loss = 0;
        std::size_t batches = 0;
        for (std::size_t first = 0; first + o_.batch <= order.size(); first += o_.batch, ++batches)
            loss += step(std::span(order).subspan(first, o_.batch));
        return loss / static_cast<double>(batches);
    }

    /// Length before it was made 1.
    float encode(const Bag& bag, float* out) const {
        std::fill_n(out, o_.dimension, 0.0F);
        for (const auto& [word, weight] : bag) {
            const float* v = values_.data() + word * o_.dimension;
            for (std::size_t i = 0; i < o_.dimension; ++i)
                out[i] += weight * v[i];
        }
        const float length = std::sqrt(product(out, out, o_.dimension)) + 1e-6F;
        for (std::size_t i = 0; i < o_.dimension; ++i)
            out[i] /= length;
        return length;
    }
    const float* values(std::size_t word) const { return values_.data() + word * o_.dimension; }

private:
    struct Side {
        std::vector<Bag> bags;
        std::vector<float> vectors, gradients, lengths;
    };

    /// Something short and the passage without it.
    void pair(const Passage& p, Bag& asked, Bag& passage) {
        std::vector<const Words*> shorter, rest;
        const std::size_t n = p.sentences.size();
        if (n < 2 || random_() % 3 == 0) {
            shorter.push_back(random_() % 2 ? &p.title : &p.path);
            for (const auto& s : p.sentences)
                rest.push_back(&s);
        } else {
            const std::size_t chosen = random_() % n;
            const bool keep = random_() % 10 == 0;
            shorter.push_back(&p.sentences[chosen]);
            rest.insert(rest.end(), {&p.path, &p.path});
            for (std::size_t i = 0; i < n; ++i)
                if (i != chosen || keep)
                    rest.push_back(&p.sentences[i]);
        }
        asked = bag_of(corpus_, shorter);
        Bag kept;
        for (const auto& word : asked)
            if (static_cast<float>(random_() % 1000) >= 1000 * o_.dropout)
                kept.push_back(word);
        if (!kept.empty())
            asked = std::move(kept);
        passage = bag_of(corpus_, rest);
    }

    double step(std::span<const std::size_t> numbers) {
        const std::size_t n = numbers.size(), d = o_.dimension;
        Side asked, found;
        for (Side* side : {&asked, &found}) {
            side->bags.resize(n);
            side->vectors.resize(n * d);
            side->gradients.resize(n * d);
            side->lengths.resize(n);
        }
        for (std::size_t i = 0; i < n; ++i) {
            pair(corpus_.passages()[numbers[i]], asked.bags[i], found.bags[i]);
            asked.lengths[i] = encode(asked.bags[i], &asked.vectors[i * d]);
            found.lengths[i] = encode(found.bags[i], &found.vectors[i * d]);
        }
        double loss = 0;
        std::vector<float> share(n);
        for (std::size_t i = 0; i < n; ++i) {
            float most = -1e9F, sum = 0;
            for (std::size_t j = 0; j < n; ++j) {
                share[j] = product(&asked.vectors[i * d], &found.vectors[j * d], d) / o_.temperature;
                // Parts of one section are no wrong answers to each other.
                if (j != i && same_section(numbers[i], numbers[j]))
                    share[j] = -1e9F;
                most = std::max(most, share[j]);
            }
            for (auto& s : share)
                sum += s = std::exp(s - most);
            loss -= std::log(share[i] / sum + 1e-9F);
            for (std::size_t j = 0; j < n; ++j) {
                const float g = (share[j] / sum - (i == j ? 1.0F : 0.0F)) / o_.temperature / static_cast<float>(n);
                if (std::abs(g) < 1e-6F)
                    continue;
                for (std::size_t k = 0; k < d; ++k) {
                    asked.gradients[i * d + k] += g * found.vectors[j * d + k];
                    found.gradients[j * d + k] += g * asked.vectors[i * d + k];
                }
            }
        }
        learn(asked);
        learn(found);
        return loss / static_cast<double>(n);
    }

    bool same_section(std::size_t a, std::size_t b) const {
        return corpus_.passages()[a].entry.provenance.source == corpus_.passages()[b].entry.provenance.source;
    }

    void learn(Side& side) {
        const std::size_t n = side.bags.size(), d = o_.dimension;
        for (std::size_t i = 0; i < n; ++i) {
            float* gradient = &side.gradients[i * d];
            const float* v = &side.vectors[i * d];
            const float along = product(v, gradient, d);
            for (std::size_t k = 0; k < d; ++k)
                gradient[k] = (gradient[k] - along * v[k]) / side.lengths[i];
            const float size = product(gradient, gradient, d) / static_cast<float>(d) * static_cast<float>(n);
            for (const auto& [word, weight] : side.bags[i]) {
                seen_[word] += weight * weight * size;
                const float rate = o_.rate * weight / std::sqrt(seen_[word]);
                float* to = values_.data() + word * d;
                for (std::size_t k = 0; k < d; ++k)
                    to[k] -= rate * gradient[k];
            }
        }
    }

    const Corpus& corpus_;
    const Options& o_;
    std::mt19937 random_{20240607};
    std::vector<float> values_;
    std::vector<float> seen_; // squares of gradients so far
};

void measure(const Corpus& corpus, const Trainer& trainer, const Options& o) {
    const std::size_t d = o.dimension, n = corpus.passages().size();
    std::vector<float> vectors(n * d), asked(d);
    for (std::size_t i = 0; i < n; ++i)
        trainer.encode(bag_of_passage(corpus, corpus.passages()[i]), &vectors[i * d]);
    bench::Figures figures;
    for (const auto& q : bench::read_questions(RC_SOURCE_DIR "/bench/retrieval/questions.tsv")) {
        if (q.set != "tune")
            continue;
        const auto words = corpus.numbers(q.text);
        const Words* lists[] = {&words};
        trainer.encode(bag_of(corpus, lists), asked.data());
        std::vector<std::pair<float, std::size_t>> ranked;
        for (std::size_t i = 0; i < n; ++i)
            ranked.emplace_back(-product(asked.data(), &vectors[i * d], d), i);
        std::partial_sort(ranked.begin(), ranked.begin() + 20, ranked.end());
        std::size_t rank = 0, place = 0;
        std::map<std::string, int> sections;
        for (std::size_t i = 0; i < 20 && rank == 0; ++i) {
            const Entry& e = corpus.passages()[ranked[i].second].entry;
            if (sections[e.provenance.source]++ > 0)
                continue; // search shows the best part of a section
            ++place;
            if (bench::answers(e, q))
                rank = place;
        }
        figures.add(rank);
    }
    fmt::print("  tune: recall@1 {:.3f} @5 {:.3f} @10 {:.3f} MRR {:.3f}\n", figures.at_1(), figures.at_5(),
               figures.at_10(), figures.mrr());
}

Options parse(int count, char** values) {
    Options o;
    for (int i = 1; i < count; ++i) {
        const std::string_view key = values[i];
        if (key == "--watch") {
            o.watch = true;
            continue;
        }
        const char* value = i + 1 < count ? values[++i] : "";
        if (key == "--store")
            o.store = value;
        else if (key == "--out")
            o.out = value;
        else if (key == "--dimension")
            o.dimension = std::stoul(value);
        else if (key == "--rounds")
            o.rounds = std::stoul(value);
        else if (key == "--least")
            o.least = std::stoul(value);
        else if (key == "--batch")
            o.batch = std::stoul(value);
        else if (key == "--rate")
            o.rate = std::stof(value);
        else if (key == "--start")
            o.start = std::stof(value);
        else if (key == "--temperature")
            o.temperature = std::stof(value);
        else if (key == "--dropout")
            o.dropout = std::stof(value);
    }
    return o;
}

} // namespace

int main(int count, char** values) {
    const Options o = parse(count, values);
    auto store = open_store(o.store, {.read_only = true});
    if (!store) {
        fmt::print(stderr, "train_words: {}\nusage: train_words --store FILE --out FILE [--rounds N] [--watch]\n",
                   store.error().text());
        return 1;
    }
    const Corpus corpus(**store, o.least);
    fmt::print("{} passages, {} words\n", corpus.passages().size(), corpus.names().size());
    Trainer trainer(corpus, o);
    for (std::size_t r = 1; r <= o.rounds; ++r) {
        const double loss = trainer.round();
        if (r % 4 == 0) {
            fmt::print("round {}: loss {:.3f}\n", r, loss);
            if (o.watch)
                measure(corpus, trainer, o);
            std::fflush(stdout);
        }
    }
    if (o.out.empty())
        return 0;
    std::vector<TrainedVectors::Word> out;
    for (std::size_t w = 0; w < corpus.names().size(); ++w)
        out.push_back({base::hash64(corpus.names()[w]), {trainer.values(w), trainer.values(w) + o.dimension}});
    if (auto done = base::write_file_atomic(o.out, TrainedVectors::serialise(out)); !done) {
        fmt::print(stderr, "train_words: {}\n", done.error().text());
        return 1;
    }
}
