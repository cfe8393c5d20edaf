// A knowledge base of any size for the search benchmarks, the same on every machine: texts of about 60 words with the
// frequencies that texts have (Zipf), vectors that cluster as embeddings do, and questions of several kinds.
#pragma once

#include "base/os.h"
#include "base/text.h"
#include "knowledge/embedder.h"
#include "knowledge/store.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <random>
#include <unordered_map>

namespace knowledge_bench {

using namespace rustcoder;

inline std::size_t entry_count() {
    const char* set = std::getenv("RC_BENCH_ENTRIES");
    return set ? std::strtoul(set, nullptr, 10) : 100'000;
}

struct Questions {
    const char* name;
    std::vector<std::string> texts;
};

class Data {
public:
    static constexpr std::size_t dimension = 512, latent = 64, topics = 2000, asked = 300;

    static const Data& get() {
        static const Data data(entry_count());
        return data;
    }

    std::vector<knowledge::Entry> entries; // in the order of their ids
    std::vector<std::vector<float>> vectors;
    std::vector<Questions> questions; // rare, common, words12, message40
    std::vector<std::vector<float>> asked_vectors;

private:
    explicit Data(std::size_t count) {
        make_space();
        for (std::size_t i = 0; i < count; ++i) {
            entries.push_back(entry(i));
            vectors.push_back(vector());
        }
        for (std::size_t i = 0; i < asked; ++i)
            asked_vectors.push_back(vector());
        make_questions();
    }

    double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }
    float normal() { return normal_(random_); }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }

    /// Rank r of 200,000 words with a probability of about 1 / r; every ninth is a name of two words.
    std::size_t rank() { return static_cast<std::size_t>(std::exp(uniform() * std::log(200'000.0))); }
    static std::string letters(std::size_t n) {
        std::string out = "q"; // stemming leaves these alone
        for (; n > 0; n /= 20)
            out += "bcdfghjklmnpqrstvwxz"[n % 20];
        return out;
    }
    static std::string word(std::size_t rank) {
        return rank % 9 == 8 ? letters(rank) + "_" + letters(rank / 9) : letters(rank);
    }
    std::string text(std::size_t words) {
        std::string out;
        for (std::size_t i = 0; i < words; ++i)
            out += word(rank()) + ((i + 1) % 12 ? " " : ".\n");
        return out;
    }

    knowledge::Entry entry(std::size_t i) {
        using knowledge::Kind;
        knowledge::Entry e;
        e.id = fmt::format("{:032x}", i);
        e.kind = i % 10 < 8 ? Kind::passage : i % 10 == 8 ? Kind::fix : Kind::lesson;
        e.title = text(4);
        e.text = text(30 + below(61));
        if (e.kind != Kind::passage)
            e.codes = {fmt::format("E{:04}", i / 10 % 500)};
        e.provenance.source = fmt::format("docs/page{}.html#part{}", i / 20, i % 20);
        e.provenance.created = 1;
        return e;
    }

    void make_space() {
        for (auto& x : projection_)
            x = normal();
        topics_.resize(topics * latent);
        for (auto& x : topics_)
            x = normal();
    }
    std::vector<float> vector() {
        float z[latent];
        const float* topic = &topics_[below(topics) * latent];
        for (std::size_t j = 0; j < latent; ++j)
            z[j] = topic[j] + 0.5f * normal();
        std::vector<float> v(dimension);
        float sum = 0;
        for (std::size_t d = 0; d < dimension; ++d) {
            for (std::size_t j = 0; j < latent; ++j)
                v[d] += projection_[d * latent + j] * z[j];
            v[d] += normal();
            sum += v[d] * v[d];
        }
        for (auto& x : v)
            x /= std::sqrt(sum);
        return v;
    }

    /// Words that are together in an entry, as those of a question are.
    std::string words_of_an_entry(std::size_t count) {
        std::string out;
        for (std::size_t have = 0; have < count;) {
            const auto& text = entries[below(entries.size())].text;
            const auto parts = base::split(text, ' ');
            for (std::size_t i = 0; i < parts.size() && have < count; ++i, ++have)
                out += std::string(parts[i]) + " ";
        }
        return out;
    }
    void make_questions() {
        questions = {{"rare", {}}, {"common", {}}, {"words12", {}}, {"message40", {}}};
        for (std::size_t i = 0; i < asked; ++i) {
            const auto unique = fmt::format(" u{}", i); // so that no cache of questions answers
            questions[0].texts.push_back(word(5'000 + below(20'000)) + unique);
            questions[1].texts.push_back(word(2 + below(30)) + " " + word(2 + below(200)) + unique);
            questions[2].texts.push_back(words_of_an_entry(12) + unique);
            questions[3].texts.push_back(fmt::format("error[E{:04}]: ", below(500)) + words_of_an_entry(40) + unique);
        }
    }

    std::mt19937 random_{42};
    std::normal_distribution<float> normal_;
    std::vector<float> projection_ = std::vector<float>(dimension * latent);
    std::vector<float> topics_;
};

/// The vector of a question is known beforehand: what an embedding model costs is measured elsewhere.
class KnownVectors final : public knowledge::Embedder {
public:
    KnownVectors() {
        const auto& data = Data::get();
        for (const auto& kind : data.questions)
            for (std::size_t i = 0; i < kind.texts.size(); ++i)
                at_.emplace(kind.texts[i], i);
    }
    const std::string& name() const override { return name_; }
    std::size_t dimension() const override { return Data::dimension; }
    Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, std::stop_token) override {
        std::vector<std::vector<float>> out;
        for (const auto& text : texts)
            out.push_back(Data::get().asked_vectors[at_.at(text)]);
        return out;
    }

private:
    std::string name_ = "known";
    std::unordered_map<std::string, std::size_t> at_;
};

/// Runs one question per iteration and reports the median and the 99th percentile in microseconds: of the clock, and of
/// the processor time of this thread, which a busy machine changes less.
template <class Ask> void run_questions(benchmark::State& state, const Ask& ask) {
    const auto processor = [] {
        timespec t{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
    };
    std::vector<double> clock, own;
    std::size_t i = 0;
    for (auto _ : state) {
        const auto begin = std::chrono::steady_clock::now();
        const double own_begin = processor();
        ask(i++ % Data::asked);
        own.push_back(processor() - own_begin);
        clock.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    }
    const auto at = [](std::vector<double>& micros, double share) {
        std::sort(micros.begin(), micros.end());
        return micros[static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1))];
    };
    state.counters["p50_us"] = at(clock, 0.5);
    state.counters["p99_us"] = at(clock, 0.99);
    state.counters["cpu_p50_us"] = at(own, 0.5);
    state.counters["cpu_p99_us"] = at(own, 0.99);
}

/// The ids of the ten nearest, computed in full.
inline std::vector<std::size_t> nearest10(const std::vector<float>& query) {
    const auto& data = Data::get();
    std::vector<std::pair<float, std::size_t>> all;
    for (std::size_t i = 0; i < data.vectors.size(); ++i) {
        float sum = 0;
        for (std::size_t d = 0; d < Data::dimension; ++d)
            sum += data.vectors[i][d] * query[d];
        all.emplace_back(-sum, i);
    }
    std::partial_sort(all.begin(), all.begin() + 10, all.end());
    std::vector<std::size_t> out;
    for (int i = 0; i < 10; ++i)
        out.push_back(all[static_cast<std::size_t>(i)].second);
    return out;
}

/// Share of the ten nearest that `find(query)` gives, over thirty questions.
template <class Find> double recall10(const Find& find) {
    std::size_t hit = 0, all = 0;
    for (std::size_t q = 0; q < 30; ++q) {
        const auto found = find(Data::get().asked_vectors[q]);
        for (const auto i : nearest10(Data::get().asked_vectors[q])) {
            ++all;
            hit += static_cast<std::size_t>(std::find(found.begin(), found.end(), i) != found.end());
        }
    }
    return static_cast<double>(hit) / static_cast<double>(all);
}

} // namespace knowledge_bench
