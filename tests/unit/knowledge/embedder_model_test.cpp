// The sentence encoder: number by number against npm's own implementation, all kernels alike, damaged files refused.
// Tests that need the weights are skipped where scripts/fetch-embeddings.sh could not get them.
#include "base/json.h"
#include "base/os.h"
#include "base/text.h"
#include "knowledge/embedder_local.h"
#include "knowledge/use_lite_model.h"
#include "knowledge/use_lite_tokens.h"
#include "knowledge/use_lite_weights.h"

#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace rustcoder;
using namespace rustcoder::knowledge;

namespace {

struct Reference {
    std::string text;
    std::vector<std::uint32_t> pieces;
    std::vector<float> vector;
};

std::vector<Reference> references() {
    std::vector<Reference> out;
    const auto file = base::read_file(RC_TESTS_DIR "/unit/knowledge/data/use_lite_reference.tsv");
    EXPECT_TRUE(file) << file.error().text();
    for (const auto line : base::lines(file ? std::string_view(*file) : std::string_view{})) {
        const auto fields = base::split(line, '\t');
        if (fields.size() != 3)
            continue;
        Reference r;
        r.text = std::string(base::parse_json(fields[0])->as_string());
        for (const auto number : base::split(fields[1], ' '))
            r.pieces.push_back(static_cast<std::uint32_t>(std::stoul(std::string(number))));
        for (std::size_t i = 0; i + 4 <= fields[2].size(); i += 4) {
            const auto bits = static_cast<std::uint16_t>(std::stoul(std::string(fields[2].substr(i, 4)), nullptr, 16));
            r.vector.push_back(static_cast<float>(static_cast<std::int16_t>(bits)) / 32768);
        }
        out.push_back(std::move(r));
    }
    return out;
}

std::vector<Kernel> kernels_here() {
    std::vector<Kernel> out{Kernel::scalar};
    if (best_kernel() != Kernel::scalar)
        out.push_back(Kernel::avx2);
    if (best_kernel() == Kernel::avx512)
        out.push_back(Kernel::avx512);
    return out;
}

class UseLite : public testing::Test {
protected:
    void SetUp() override {
        const auto found = embedding_folder();
        if (!found)
            GTEST_SKIP() << found.error().text();
        folder = *found;
    }
    std::filesystem::path folder;
};

/// A small model folder with one tensor [2, 2], for what can be wrong with files.
class UseLiteFiles : public testing::Test {
protected:
    void SetUp() override { dir = std::move(*base::TempDir::create("use-lite-test")); }
    void write(std::string_view model, std::string_view shard) {
        ASSERT_TRUE(base::write_file(dir.path() / "model.json", model));
        ASSERT_TRUE(base::write_file(dir.path() / "part", shard));
    }
    static std::string model(std::string_view shape = "[2, 2]", std::string_view type = "float32",
                             std::string_view path = "part") {
        return fmt::format(R"({{"weightsManifest": [{{"paths": ["{}"], "weights": [{{"name": "a/w", "shape": {},
                               "dtype": "{}"}}]}}]}})",
                           path, shape, type);
    }
    static std::string floats(std::initializer_list<float> values) {
        return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(float)};
    }
    base::TempDir dir;
};

} // namespace

TEST_F(UseLite, SameAsTheReferenceInEveryKernel) {
    const auto tokens = UseLiteTokens::parse(*base::read_file(folder / "vocab.json"));
    ASSERT_TRUE(tokens) << tokens.error().text();
    const auto model = UseLiteModel::load(folder);
    ASSERT_TRUE(model) << model.error().text();
    const auto all = references();
    ASSERT_GE(all.size(), 50u);
    std::vector<std::vector<std::uint32_t>> lists;
    for (const auto& r : all) {
        EXPECT_EQ(tokens->encode(r.text), r.pieces) << r.text;
        lists.push_back(r.pieces);
        lists.back().resize(std::min(lists.back().size(), UseLiteModel::max_tokens));
    }
    for (const Kernel kernel : kernels_here()) {
        // The scalar kernel is slow in an unoptimised build; a few texts show as much.
        const std::size_t count = kernel == Kernel::scalar ? 8 : all.size();
        const auto vectors = (*model)->encode(std::span(lists).first(count), kernel);
        ASSERT_EQ(vectors.size(), count);
        for (std::size_t i = 0; i < count; ++i) {
            float worst = 0;
            for (std::size_t k = 0; k < vectors[i].size(); ++k)
                worst = std::max(worst, std::abs(vectors[i][k] - all[i].vector[k]));
            EXPECT_LT(worst, 2e-5F) << all[i].text; // half a step of the stored values, and rounding
        }
    }
}

TEST_F(UseLite, ABatchGivesWhatEachTextGivesAlone) {
    const auto model = UseLiteModel::load(folder);
    ASSERT_TRUE(model);
    const std::vector<std::vector<std::uint32_t>> lists{{2002, 102, 311}, {}, {7, 9, 11, 13, 15, 17}};
    const auto together = (*model)->encode(lists, best_kernel());
    ASSERT_EQ(together.size(), 3u);
    EXPECT_TRUE(together[1].empty());
    const auto alone = (*model)->encode(std::span(lists).last(1), best_kernel());
    for (std::size_t i = 0; i < alone[0].size(); ++i)
        EXPECT_NEAR(alone[0][i], together[2][i], 1e-6F);
}

TEST_F(UseLite, AsAnEmbedder) {
    const auto embedder = open_local_embedder({.parts = LocalParts::use, .folder = folder});
    ASSERT_TRUE(embedder) << embedder.error().text();
    EXPECT_EQ((*embedder)->dimension(), 512u);
    const std::string texts[] = {"how do I copy a list", "duplicating a vector", "the weather in spring"};
    const auto vectors = (*embedder)->embed(texts);
    ASSERT_TRUE(vectors) << vectors.error().text();
    const auto like = [&](int a, int b) { return dot((*vectors)[a].data(), (*vectors)[b].data(), 512); };
    EXPECT_NEAR(like(0, 0), 1, 1e-5);
    EXPECT_GT(like(0, 1), like(0, 2));
}

TEST(UseLiteTokensOf, CutsTheLikeliestPieces) {
    const auto tokens = UseLiteTokens::parse(
        R"([["?",0],["<s>",0],["</s>",0],["x",0],["y",0],["z",0],["▁",-2],["a",-3],["b",-3],["ab",-4],["▁ab",-5],["c",null]])");
    ASSERT_TRUE(tokens) << tokens.error().text();
    EXPECT_EQ(tokens->size(), 12u);
    EXPECT_EQ(tokens->encode("ab"), (std::vector<std::uint32_t>{10}));
    EXPECT_EQ(tokens->encode("ba"), (std::vector<std::uint32_t>{6, 8, 7}));
    EXPECT_EQ(tokens->encode("b??a"), (std::vector<std::uint32_t>{6, 8, 0, 7})); // unknown letters are one
    EXPECT_EQ(tokens->encode("ab ab ab", 2).size(), 2u);
    EXPECT_TRUE(tokens->encode("").empty());
    EXPECT_FALSE(tokens->encode("\xFF\xC3").empty()); // no UTF-8: unknown, no crash
}

TEST(UseLiteTokensOf, RefusesWhatIsNoVocabulary) {
    EXPECT_FALSE(UseLiteTokens::parse("{}"));
    EXPECT_FALSE(UseLiteTokens::parse("[]"));
    EXPECT_FALSE(UseLiteTokens::parse(R"([["a",0],["b",0],["c",0],["d",0],["e",0],["f",0],["g"]])"));
    EXPECT_FALSE(UseLiteTokens::parse(R"([["a",0],["b",0],["c",0],["d",0],["e",0],["f",0],["",1]])"));
}

TEST_F(UseLiteFiles, ReadsTensorsByTheEndOfTheirName) {
    write(model(), floats({1, 2, 3, 4}));
    const auto weights = UseLiteWeights::open(dir.path());
    ASSERT_TRUE(weights) << weights.error().text();
    const auto tensor = weights->find("w", {2, 2});
    ASSERT_TRUE(tensor) << tensor.error().text();
    EXPECT_EQ(tensor->values[3], 4);
    EXPECT_FALSE(weights->find("w", {4}));
    EXPECT_FALSE(weights->find("v", {2, 2}));
}

TEST_F(UseLiteFiles, RefusesDamage) {
    EXPECT_FALSE(UseLiteWeights::open(dir.path())); // nothing there
    const auto refused = [&](const std::string& json, const std::string& shard) {
        write(json, shard);
        const auto weights = UseLiteWeights::open(dir.path());
        return !weights || !weights->find("w", {2, 2});
    };
    EXPECT_FALSE(refused(model(), floats({1, 2, 3, 4})));
    EXPECT_TRUE(refused("{", floats({1, 2, 3, 4})));
    EXPECT_TRUE(refused(model(), floats({1, 2, 3})));
    EXPECT_TRUE(refused(model(), floats({1, 2, 3, 4, 5})));
    EXPECT_TRUE(refused(model(), floats({1, 2, 3, std::nanf("")})));
    EXPECT_TRUE(refused(model("[-2, 2]"), floats({1, 2, 3, 4})));
    EXPECT_TRUE(refused(model("[4611686018427387904, 4]"), floats({1, 2, 3, 4})));
    EXPECT_TRUE(refused(model("[2, 2]", "float16"), floats({1, 2, 3, 4})));
    EXPECT_TRUE(refused(model("[2, 2]", "float32", "../part"), floats({1, 2, 3, 4})));
}

TEST(EmbedderKernels, ProductsAgreeInAllShapes) {
    for (const std::size_t columns : {1U, 31U, 32U, 70U})
        for (const std::size_t count : {1U, 3U, 8U, 13U}) {
            const std::size_t rows = 19, padded = (columns + 31) / 32 * 32;
            std::vector<float> w(rows * columns), x(count * rows), bias(columns);
            for (std::size_t i = 0; i < w.size(); ++i)
                w[i] = static_cast<float>(i % 7) - 3;
            for (std::size_t i = 0; i < x.size(); ++i)
                x[i] = static_cast<float>(i % 5) - 2;
            for (std::size_t i = 0; i < columns; ++i)
                bias[i] = static_cast<float>(i);
            const auto panels = Panels::pack(w.data(), rows, columns, columns);
            for (const Kernel kernel : kernels_here()) {
                std::vector<float> y(count * padded);
                multiply(x.data(), count, rows, panels, bias.data(), y.data(), padded, kernel);
                for (std::size_t m = 0; m < count; ++m)
                    for (std::size_t c = 0; c < columns; ++c) {
                        float expected = bias[c];
                        for (std::size_t k = 0; k < rows; ++k)
                            expected += x[m * rows + k] * w[k * columns + c];
                        ASSERT_FLOAT_EQ(y[m * padded + c], expected);
                    }
            }
        }
}
