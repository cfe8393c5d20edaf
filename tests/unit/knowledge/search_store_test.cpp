// Search over the real store file: both ways agree, and what another process writes is seen.
#include "base/os.h"
#include "knowledge/search.h"
#include "unit/knowledge/fake_embedder.h"
#include "unit/knowledge/fake_store.h"

#include <gtest/gtest.h>
#include <set>
#include <thread>

using namespace rustcoder;
using namespace rustcoder::knowledge;
using namespace std::chrono_literals;

namespace {

class SearchStore : public testing::Test {
protected:
    SearchStore()
        : dir(base::TempDir::create("search-store").value()), store(open_store(dir.path() / "k.db").value()),
          embedder(std::make_shared<FakeEmbedder>()) {
        std::vector<Entry> entries;
        for (int i = 0; i < 300; ++i) {
            Entry entry;
            entry.kind = i % 3 == 0 ? Kind::lesson : Kind::passage;
            entry.title = fmt::format("Section {}", i);
            entry.text = fmt::format("borrow number{} of group{} and some more words about closures", i, i % 7);
            if (i % 30 == 0)
                entry.codes = {"E0382"};
            entries.push_back(entry);
        }
        EXPECT_TRUE(store->put(entries));
    }
    std::unique_ptr<Searcher> searcher(bool resident) {
        return make_searcher(*store, embedder, {.resident = resident, .first_wait = 60s});
    }
    static std::set<std::string> ids(const Result<Answer>& answer) {
        std::set<std::string> out;
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().text());
        if (answer)
            for (const auto& hit : answer->hits)
                out.insert(hit.entry.id);
        return out;
    }

    base::TempDir dir;
    std::unique_ptr<Store> store;
    std::shared_ptr<FakeEmbedder> embedder;
};

} // namespace

TEST_F(SearchStore, BothWaysFindTheSame) {
    const auto resident = searcher(true), direct = searcher(false);
    ASSERT_EQ(direct->embed_missing().value(), 300u);
    for (const auto& filter : {Filter{}, Filter{.kinds = {Kind::lesson}}, Filter{.code = "E0382"}}) {
        const Query vector{"closures of group3", filter, 50, Query::Mode::vector};
        EXPECT_EQ(resident->search(vector)->hits.size(), direct->search(vector)->hits.size());
        const Query text{"group3", filter, 100, Query::Mode::text};
        EXPECT_EQ(ids(resident->search(text)), ids(direct->search(text)));
    }
    EXPECT_EQ(ids(resident->search({.text = "number17", .limit = 1})),
              ids(direct->search({.text = "number17", .limit = 1})));
    const auto lessons = resident->search({.text = "error[E0382]: some closures", .limit = 5});
    ASSERT_TRUE(lessons);
    ASSERT_EQ(lessons->hits.size(), 5u);
    for (const auto& hit : lessons->hits)
        EXPECT_EQ(hit.entry.codes, std::vector<std::string>{"E0382"}) << hit.entry.title;
}

TEST_F(SearchStore, WhatAnotherHandleWritesIsSeen) {
    const auto resident = searcher(true);
    EXPECT_TRUE(ids(resident->search({.text = "zebra"})).empty());
    const auto other = open_store(dir.path() / "k.db").value();
    Entry entry;
    entry.text = "a zebra crosses";
    const auto id = other->put(std::span(&entry, 1)).value().front();
    EXPECT_EQ(ids(resident->search({.text = "zebra"})), std::set{id});
    ASSERT_TRUE(other->remove(id));
    EXPECT_TRUE(ids(resident->search({.text = "zebra"})).empty());
}

TEST_F(SearchStore, QuestionsWhileVectorsArriveAndEntriesAreWritten) {
    const auto resident = searcher(true);
    std::atomic<bool> done{false};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t)
        threads.emplace_back([&] {
            do
                EXPECT_FALSE(ids(resident->search({.text = "closures about group2"})).empty());
            while (!done);
        });
    threads.emplace_back([&] { EXPECT_TRUE(resident->embed_missing()); });
    for (int i = 0; i < 20; ++i) {
        Entry entry;
        entry.text = fmt::format("written meanwhile{}", i);
        ASSERT_TRUE(store->put(std::span(&entry, 1)));
    }
    done = true;
    threads.clear();
    // So many changes are taken in beside the questions; the last is seen when that is done.
    const Query last{.text = "meanwhile19", .mode = Query::Mode::text};
    for (int i = 0; i < 1000 && ids(resident->search(last)).empty(); ++i)
        std::this_thread::sleep_for(5ms);
    EXPECT_EQ(ids(resident->search(last)).size(), 1u);
}
