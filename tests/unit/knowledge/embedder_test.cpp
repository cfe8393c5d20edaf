// Checks and memory around an embedder; the trained words; how the local embedder is put together.
#include "base/os.h"
#include "base/text.h"
#include "knowledge/embedder_local.h"
#include "knowledge/embedder_wrap.h"
#include "knowledge/trained_vectors.h"
#include "knowledge/use_lite_model.h"
#include "knowledge/words.h"
#include "unit/knowledge/fake_embedder.h"

#include <cmath>
#include <cstdlib>
#include <gtest/gtest.h>
#include <limits>
#include <thread>

using namespace rustcoder;
using namespace rustcoder::knowledge;

namespace {

using Vectors = std::vector<std::vector<float>>;

/// Answers what it is told to.
class Scripted final : public Embedder {
public:
    explicit Scripted(Vectors answer) : answer_(std::move(answer)) {}
    const std::string& name() const override { return name_; }
    std::size_t dimension() const override { return 2; }
    Result<Vectors> embed(std::span<const std::string> texts, std::stop_token) override {
        asked.assign(texts.begin(), texts.end());
        return answer_;
    }
    std::vector<std::string> asked;

private:
    std::string name_ = "scripted";
    Vectors answer_;
};

Errc refused(Vectors answer) {
    const std::string texts[] = {"one", "two"};
    const auto result = checked(std::make_shared<Scripted>(std::move(answer)))->embed(texts);
    return result ? Errc::busy : result.error().code; // busy: never an answer of it
}

std::vector<float> words_of(std::string_view text) {
    std::vector<float> out(TrainedVectors::carried().dimension());
    EXPECT_TRUE(TrainedVectors::carried().encode(text, out)) << text;
    return out;
}

float like(std::string_view a, std::string_view b) {
    const auto x = words_of(a), y = words_of(b);
    return dot(x.data(), y.data(), x.size());
}

} // namespace

TEST(CheckedEmbedder, RefusesNonsense) {
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
    EXPECT_EQ(refused({{1, 0}, {0, 1}}), Errc::busy);
    EXPECT_EQ(refused({{1, 0}}), Errc::internal);
    EXPECT_EQ(refused({{1, 0}, {0, 1}, {1, 1}}), Errc::internal);
    EXPECT_EQ(refused({{1, 0}, {0, 1, 0}}), Errc::internal);
    EXPECT_EQ(refused({{1, 0}, {}}), Errc::internal);
    EXPECT_EQ(refused({{1, 0}, {nan, 1}}), Errc::internal);
    EXPECT_EQ(refused({{1, 0}, {inf, 1}}), Errc::internal);
    EXPECT_EQ(refused({{1, 0}, {0, 0}}), Errc::internal);
}

TEST(CheckedEmbedder, MakesLengthOneAndRefusesBlankTexts) {
    const auto inner = std::make_shared<Scripted>(Vectors{{3, 4}});
    const auto embedder = checked(inner, {.text_bytes = 5});
    const std::string texts[] = {"ab\xC3\xA4\xC3\xA4"};
    const auto vectors = embedder->embed(texts);
    ASSERT_TRUE(vectors) << vectors.error().text();
    EXPECT_FLOAT_EQ((*vectors)[0][0], 0.6F);
    EXPECT_FLOAT_EQ((*vectors)[0][1], 0.8F);
    EXPECT_EQ(inner->asked[0], "ab\xC3\xA4"); // cut, and not inside a letter

    inner->asked.clear();
    const std::string blank[] = {"x", " \n"};
    const auto refused = embedder->embed(blank);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_input);
    EXPECT_TRUE(inner->asked.empty());
}

TEST(CheckedEmbedder, HandsOnInBatchesAndStops) {
    const auto inner = std::make_shared<FakeEmbedder>();
    const auto embedder = checked(inner, {.batch = 4});
    const std::vector<std::string> texts(10, "a vector of cars");
    const auto vectors = embedder->embed(texts);
    ASSERT_TRUE(vectors);
    EXPECT_EQ(vectors->size(), 10u);
    EXPECT_EQ(inner->asked, 3);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = embedder->embed(texts, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::cancelled);
    EXPECT_EQ(inner->asked, 3);
}

TEST(CachedEmbedder, AsksOnceAndForgetsTheOldest) {
    const auto inner = std::make_shared<FakeEmbedder>();
    const auto embedder = cached(inner, {.entries = 2});
    const std::string twice[] = {"alpha", "beta", "alpha"};
    const auto first = embedder->embed(twice);
    ASSERT_TRUE(first);
    EXPECT_EQ((*first)[0], (*first)[2]);
    EXPECT_EQ(inner->texts_asked, 2);
    const std::string alpha[] = {"alpha"}, gamma[] = {"gamma"}, beta[] = {"beta"};
    EXPECT_EQ((*embedder->embed(alpha))[0], (*first)[0]);
    EXPECT_EQ(inner->texts_asked, 2);
    ASSERT_TRUE(embedder->embed(gamma)); // beta was used least recently
    ASSERT_TRUE(embedder->embed(alpha));
    EXPECT_EQ(inner->texts_asked, 3);
    ASSERT_TRUE(embedder->embed(beta));
    EXPECT_EQ(inner->texts_asked, 4);
}

TEST(CachedEmbedder, KeepsNoFailure) {
    const auto inner = std::make_shared<FakeEmbedder>();
    const auto embedder = cached(inner);
    const std::string text[] = {"alpha"};
    inner->down = true;
    EXPECT_FALSE(embedder->embed(text));
    inner->down = false;
    EXPECT_TRUE(embedder->embed(text));
}

TEST(CachedEmbedder, ManyThreads) {
    const auto embedder = cached(checked(std::make_shared<FakeEmbedder>()), {.entries = 8});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                const std::string texts[] = {"text " + std::to_string(i % 16)};
                ASSERT_TRUE(embedder->embed(texts));
            }
        });
    for (auto& thread : threads)
        thread.join();
}

TEST(TrainedVectors, KnowTheMatter) {
    ASSERT_GT(TrainedVectors::carried().size(), 5'000u);
    const auto v = words_of("How to sort a vector");
    EXPECT_NEAR(dot(v.data(), v.data(), v.size()), 1, 1e-4);
    EXPECT_EQ(v, words_of("How to sort a vector"));
    EXPECT_GT(like("thread", "concurrency mutex spawn"), like("thread", "lifetime annotation syntax"));
    EXPECT_GT(like("cannot borrow as mutable", "mutable references and borrowing"),
              like("cannot borrow as mutable", "publishing a crate to the registry"));
}

TEST(TrainedVectors, SayWhenNothingIsKnown) {
    std::vector<float> out(TrainedVectors::carried().dimension());
    EXPECT_FALSE(TrainedVectors::carried().encode("zxqvj", out));
    EXPECT_FALSE(TrainedVectors::carried().encode("", out));
}

TEST(TrainedVectors, ReadWhatTheyWroteAndNothingElse) {
    std::vector<TrainedVectors::Word> words{{base::hash64("beta"), {0, 2}}, {base::hash64("alpha"), {1, 0}}};
    const auto bytes = TrainedVectors::serialise(words);
    const auto read = TrainedVectors::parse(bytes);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->size(), 2u);
    std::vector<float> out(2);
    ASSERT_TRUE(read->encode("beta", out));
    EXPECT_FLOAT_EQ(out[0], 0);
    EXPECT_FLOAT_EQ(out[1], 1);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        EXPECT_FALSE(TrainedVectors::parse(std::string_view(bytes).substr(0, cut)));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
        EXPECT_FALSE(TrainedVectors::parse(damaged)) << i;
    }
}

TEST(LocalEmbedder, WordsNeedNoFiles) {
    const auto embedder = open_local_embedder({.parts = LocalParts::words});
    ASSERT_TRUE(embedder) << embedder.error().text();
    EXPECT_EQ((*embedder)->dimension(), TrainedVectors::carried().dimension());
    const std::string texts[] = {"borrowed value does not live long enough"}, unknown[] = {"zxqvj"};
    EXPECT_TRUE((*embedder)->embed(texts));
    const auto nothing = (*embedder)->embed(unknown);
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, Errc::invalid_input);
}

TEST(LocalEmbedder, SaysWhatIsMissing) {
    const auto dir = base::TempDir::create("local-embedder-test");
    ASSERT_TRUE(dir);
    const auto nowhere = open_local_embedder({.folder = dir->path() / "none"});
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, Errc::unavailable);
    EXPECT_FALSE(parts_named("everything"));
    // A folder that is there and damaged: an error of every call, not vectors of another kind.
    ASSERT_TRUE(base::write_file(dir->path() / "model.json", "{}"));
    ASSERT_TRUE(base::write_file(dir->path() / "vocab.json", "[]"));
    const auto damaged = open_local_embedder({.folder = dir->path()});
    ASSERT_TRUE(damaged);
    const std::string texts[] = {"vector"};
    EXPECT_FALSE((*damaged)->embed(texts));
}

TEST(LocalEmbedder, BothPartsSideBySide) {
    const auto folder = embedding_folder();
    if (!folder)
        GTEST_SKIP() << folder.error().text();
    const auto embedder = open_local_embedder({.folder = *folder});
    ASSERT_TRUE(embedder);
    EXPECT_EQ((*embedder)->dimension(), TrainedVectors::carried().dimension() + UseLiteModel::dimension);
    const std::string texts[] = {"sort a vector", "zxqvj"}; // the second has no trained word, but pieces
    const auto vectors = (*embedder)->embed(texts);
    ASSERT_TRUE(vectors) << vectors.error().text();
    for (const auto& v : *vectors)
        EXPECT_NEAR(dot(v.data(), v.data(), v.size()), 1, 1e-4);
}
