// The resident index itself: building, following, merging, and all of it at once from several threads.
#include "knowledge/search.h"
#include "knowledge/search_resident.h"
#include "unit/knowledge/fake_embedder.h"
#include "unit/knowledge/fake_store.h"

#include <gtest/gtest.h>
#include <random>
#include <thread>

using namespace rustcoder;
using namespace rustcoder::knowledge;
using namespace std::chrono_literals;

namespace {

Entry numbered(int i, std::string_view word) {
    return entry_of(fmt::format("{:05}", i), Kind::passage, fmt::format("t{}", i),
                    fmt::format("{} number n{}", word, i));
}

void put_many(FakeStore& store, int from, int to, std::string_view word) {
    std::vector<Entry> entries;
    for (int i = from; i < to; ++i)
        entries.push_back(numbered(i, word));
    ASSERT_TRUE(store.put(entries));
}

std::vector<std::string> ids_of(const std::vector<Candidate>& found) {
    std::vector<std::string> out;
    for (const auto& c : found)
        out.push_back(c.id);
    return out;
}

/// What a new index of the same store finds.
std::vector<std::string> afresh(FakeStore& store, std::string_view query, std::size_t k) {
    ResidentIndex index(store, "", 0, 60s);
    return ids_of(index.get()->by_text(query, {}, k));
}

} // namespace

TEST(ResidentIndex, QuestionsDoNotWaitForABuild) {
    FakeStore store;
    put_many(store, 0, 50, "car");
    std::mutex gate;
    gate.lock();
    store.before_each = [&] { std::lock_guard wait(gate); };
    auto searcher = make_searcher(store, nullptr, {.resident = true, .first_wait = 0ms});
    const auto answer = searcher->search({.text = "n7"});
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->hits.size(), 1u) << "answered by the store itself";
    EXPECT_EQ(store.full_text_asked, 1);
    gate.unlock();
    for (int i = 0; i < 1000 && store.full_text_asked == i + 1; ++i) {
        std::this_thread::sleep_for(2ms);
        EXPECT_EQ(searcher->search({.text = "n7"})->hits.size(), 1u);
    }
    const int asked = store.full_text_asked;
    EXPECT_EQ(searcher->search({.text = "n7"})->hits.size(), 1u);
    EXPECT_EQ(store.full_text_asked, asked) << "by now from memory";
}

TEST(ResidentIndex, FollowsFewChangesAtOnceAndManyInTheBackground) {
    FakeStore store;
    put_many(store, 0, 1000, "car");
    ResidentIndex index(store, "", 0, 60s);
    ASSERT_NE(index.get(), nullptr);
    put_many(store, 1000, 1010, "bus");
    EXPECT_EQ(index.get()->by_text("bus", {}, 100).size(), 10u);
    put_many(store, 2000, 2600, "train");
    (void)index.get();
    ASSERT_TRUE(index.settle(60s));
    EXPECT_EQ(index.get()->by_text("train", {}, 1000).size(), 600u);
    EXPECT_EQ(index.get()->documents(), 1610u);
    store.forgetful = true;
    put_many(store, 3000, 3001, "ship");
    (void)index.get();
    ASSERT_TRUE(index.settle(60s));
    EXPECT_EQ(index.get()->by_text("ship", {}, 10).size(), 1u) << "built anew when changes are not known";
    EXPECT_EQ(index.get()->parts().size(), 1u);
}

TEST(ResidentIndex, SegmentsStayFewAndFindWhatANewIndexFinds) {
    FakeStore store;
    put_many(store, 0, 400, "car");
    ResidentIndex index(store, "", 0, 60s);
    std::mt19937 random(5);
    for (int i = 0; i < 600; ++i) {
        const auto id = fmt::format("{:05}", std::uniform_int_distribution<int>(0, 500)(random));
        if (i % 3 == 0) {
            put_many(store, 1000 + i, 1001 + i, "car");
        } else if (i % 3 == 1) {
            ASSERT_TRUE(store.remove(id));
        } else if (auto entry = store.get(id).value()) {
            entry->text = fmt::format("car bus {}", i);
            ASSERT_TRUE(store.revise(*entry));
        }
        EXPECT_LE(index.get()->parts().size(), 9u);
    }
    ASSERT_TRUE(index.settle(60s));
    const auto now = index.get();
    for (const auto* query : {"car", "bus", "number n17", "n1003", "car bus"}) {
        auto found = ids_of(now->by_text(query, {}, 2000)), expected = afresh(store, query, 2000);
        std::sort(found.begin(), found.end());
        std::sort(expected.begin(), expected.end());
        EXPECT_EQ(found, expected) << query;
    }
    EXPECT_GT(now->bytes(), 0u);
}

TEST(ResidentIndex, MergesKeepVectorsWithTheirDocuments) {
    FakeStore store;
    const auto embedder = std::make_shared<FakeEmbedder>();
    auto searcher = make_searcher(store, embedder, {.resident = true, .first_wait = 60s});
    for (int i = 0; i < 120; ++i) {
        put_many(store, 1000 - i, 1001 - i, fmt::format("word{}", i % 10)); // ids fall: merging has to sort
        if (i % 3 != 0) {
            ASSERT_TRUE(searcher->embed_missing());
        }
        ASSERT_TRUE(searcher->search({.text = "word1"}));
    }
    for (int w = 0; w < 10; ++w) {
        const auto word = fmt::format("word{} number", w);
        const auto resident = searcher->search({.text = word, .limit = 50, .mode = Query::Mode::vector});
        const auto direct = make_searcher(store, embedder, {.resident = false})
                                ->search({.text = word, .limit = 50, .mode = Query::Mode::vector});
        ASSERT_TRUE(resident && direct);
        ASSERT_EQ(resident->hits.size(), 50u);
        for (std::size_t i = 0; i < 10; ++i)
            EXPECT_EQ(resident->hits[i].entry.id, direct->hits[i].entry.id) << word << " " << i;
    }
}

TEST(ResidentIndex, AFailedBuildIsNoEnd) {
    FakeStore store;
    put_many(store, 0, 10, "car");
    store.broken = true;
    ResidentIndex index(store, "", 0, 60s);
    EXPECT_EQ(index.get(), nullptr) << "and returns when the build has failed, not after the whole wait";
}

TEST(ResidentIndex, QuestionsAndWritersAtOnce) {
    FakeStore store;
    put_many(store, 0, 300, "car");
    const auto embedder = std::make_shared<FakeEmbedder>();
    auto searcher = make_searcher(store, embedder, {.resident = true, .first_wait = 5ms});
    std::atomic<bool> done{false};
    std::atomic<int> answered{0};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            while (!done || answered < 30) {
                const auto answer = searcher->search({.text = t == 0 ? "car number n5" : "car bus", .limit = 20});
                ASSERT_TRUE(answer);
                for (std::size_t i = 1; i < answer->hits.size(); ++i)
                    ASSERT_LE(answer->hits[i].score, answer->hits[i - 1].score + 1e-12);
                ASSERT_FALSE(answer->hits.empty());
                ++answered;
            }
        });
    threads.emplace_back([&] { ASSERT_TRUE(searcher->embed_missing()); });
    for (int i = 0; i < 30; ++i) {
        put_many(store, 1000 + 40 * i, 1000 + 40 * i + (i % 5 == 0 ? 200 : 3), "bus");
        ASSERT_TRUE(store.remove(fmt::format("{:05}", i + 100)));
        std::this_thread::sleep_for(1ms);
    }
    done = true;
    threads.clear();
    ASSERT_TRUE(searcher->embed_missing());
    const auto last = searcher->search({.text = "n1000"});
    ASSERT_TRUE(last);
    ASSERT_FALSE(last->hits.empty());
    EXPECT_EQ(last->hits[0].entry.id, "01000");
}
