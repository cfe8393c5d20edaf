#include "knowledge/vector_index.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace rustcoder::knowledge;

namespace {

std::vector<float> random_vector(std::mt19937& random, std::size_t dimension) {
    std::normal_distribution<float> normal;
    std::vector<float> v(dimension);
    float sum = 0;
    for (auto& x : v) {
        x = normal(random);
        sum += x * x;
    }
    for (auto& x : v)
        x /= std::sqrt(sum);
    return v;
}

struct Exact {
    explicit Exact(std::size_t dimension, std::size_t count, unsigned seed = 1) : index(dimension) {
        std::mt19937 random(seed);
        for (std::size_t i = 0; i < count; ++i) {
            vectors.push_back(random_vector(random, dimension));
            index.add(static_cast<Doc>(i * 2), vectors.back()); // every other document has no vector
        }
        query = random_vector(random, dimension);
    }
    std::vector<Doc> best(const DocSet* allowed, std::size_t k) const {
        std::vector<std::pair<double, Doc>> all;
        for (std::size_t i = 0; i < vectors.size(); ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < query.size(); ++j)
                sum += static_cast<double>(vectors[i][j]) * query[j];
            if (!allowed || allowed->has(static_cast<Doc>(i * 2)))
                all.emplace_back(-sum, static_cast<Doc>(i * 2));
        }
        std::sort(all.begin(), all.end());
        std::vector<Doc> out;
        for (std::size_t i = 0; i < std::min(k, all.size()); ++i)
            out.push_back(all[i].second);
        return out;
    }
    VectorIndex index;
    std::vector<std::vector<float>> vectors;
    std::vector<float> query;
};

std::vector<Doc> docs_of(const std::vector<Ranked>& ranked) {
    std::vector<Doc> out;
    for (const auto& r : ranked)
        out.push_back(r.doc);
    return out;
}

} // namespace

TEST(VectorIndex, FindsWhatAFullComputationFinds) {
    for (const std::size_t dimension : {64u, 100u, 384u, 512u}) {
        const Exact exact(dimension, 3000);
        EXPECT_EQ(docs_of(exact.index.top(exact.query, nullptr, 20)), exact.best(nullptr, 20)) << dimension;
    }
}

TEST(VectorIndex, FiltersInsideTheScan) {
    const Exact exact(128, 3000);
    for (const std::size_t step : {2u, 6u, 254u}) { // many, some, a few of a block
        DocSet allowed(6000);
        for (Doc d = 0; d < 6000; d += static_cast<Doc>(step))
            allowed.add(d);
        const auto found = docs_of(exact.index.top(exact.query, &allowed, 20));
        EXPECT_EQ(found.size(), 20u) << "as many as were asked for, whatever the filter leaves out";
        EXPECT_EQ(found, exact.best(&allowed, 20)) << step;
    }
}

TEST(VectorIndex, EqualVectorsComeInTheOrderOfDocuments) {
    VectorIndex index(64);
    std::vector<float> v(64, 0.125f);
    for (Doc d = 0; d < 1000; ++d)
        index.add(d, v);
    const auto found = docs_of(index.top(v, nullptr, 5));
    EXPECT_EQ(found, (std::vector<Doc>{0, 1, 2, 3, 4}));
}

TEST(VectorIndex, ScoresAreDotProducts) {
    const Exact exact(512, 50);
    for (const auto& hit : exact.index.top(exact.query, nullptr, 50)) {
        double sum = 0;
        for (std::size_t j = 0; j < 512; ++j)
            sum += static_cast<double>(exact.vectors[hit.doc / 2][j]) * exact.query[j];
        EXPECT_NEAR(hit.score, sum, 1e-4);
    }
}

TEST(VectorIndex, OddInput) {
    VectorIndex index(64);
    EXPECT_TRUE(index.top(std::vector<float>(64, 1.0f), nullptr, 5).empty());
    index.add(0, std::vector<float>(64, 0.0f));
    EXPECT_EQ(index.top(std::vector<float>(64, 1.0f), nullptr, 5).size(), 1u);
    EXPECT_TRUE(index.top(std::vector<float>(63, 1.0f), nullptr, 5).empty()) << "another dimension";
    EXPECT_TRUE(index.top(std::vector<float>(64, 1.0f), nullptr, 0).empty());
}

TEST(VectorIndex, AllKernelsAgreeToTheBit) {
    std::mt19937 random(7);
    std::uniform_int_distribution<int> byte(-127, 127);
    for (const std::size_t stride : {64u, 192u, 512u}) {
        std::vector<std::int8_t> rows(stride * 10), query(stride);
        for (auto& x : rows)
            x = static_cast<std::int8_t>(byte(random));
        for (auto& x : query)
            x = static_cast<std::int8_t>(byte(random));
        std::fill_n(rows.begin(), stride, std::int8_t{-127}); // the extremes must not overflow
        std::fill_n(query.begin(), stride / 2, std::int8_t{127});
        std::int32_t expected[10], found[10];
        dot_kernels().back().dots(rows.data(), 10, stride, query.data(), expected);
        std::int32_t first = 0;
        for (std::size_t i = 0; i < stride; ++i)
            first += rows[i] * query[i];
        EXPECT_EQ(expected[0], first);
        for (const auto& kernel : dot_kernels()) {
            kernel.dots(rows.data(), 10, stride, query.data(), found);
            EXPECT_TRUE(std::equal(expected, expected + 10, found)) << kernel.name << " " << stride;
        }
    }
}
