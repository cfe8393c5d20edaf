#include "knowledge/search.h"
#include "unit/knowledge/fake_embedder.h"
#include "unit/knowledge/fake_store.h"

#include <gtest/gtest.h>

using namespace rustcoder;
using namespace rustcoder::knowledge;
using namespace std::chrono_literals;

namespace {

std::string ids(const Answer& answer) {
    std::string out;
    for (const auto& hit : answer.hits)
        out += hit.entry.id + " ";
    return out;
}

/// Resident and one-shot keep the same promises.
class Searching : public testing::TestWithParam<bool> {
protected:
    Searching() : embedder(std::make_shared<FakeEmbedder>()) {}
    void open(bool with_embedder = true) {
        searcher =
            make_searcher(store, with_embedder ? embedder : nullptr, {.resident = GetParam(), .first_wait = 60s});
    }
    void put(const Entry& entry) { ASSERT_TRUE(store.put(std::span(&entry, 1))); }
    Answer ask(const std::string& text, Query::Mode mode = Query::Mode::hybrid, Filter filter = {},
               std::size_t limit = 10) {
        auto answer = searcher->search({text, std::move(filter), limit, mode});
        EXPECT_TRUE(answer) << (answer ? "" : answer.error().text());
        return answer ? *answer : Answer{};
    }

    FakeStore store;
    std::shared_ptr<FakeEmbedder> embedder;
    std::unique_ptr<Searcher> searcher;
};
INSTANTIATE_TEST_SUITE_P(Ways, Searching, testing::Bool(),
                         [](const auto& p) { return p.param ? "resident" : "one_shot"; });

} // namespace

TEST_P(Searching, BothPartsAddUp) {
    put(entry_of("a", Kind::passage, "car", "the engine of a car"));
    put(entry_of("b", Kind::passage, "vehicle", "a vehicle with wheels"));
    put(entry_of("c", Kind::passage, "bread", "flour and water"));
    open();
    ASSERT_EQ(searcher->embed_missing().value(), 3u);
    const auto answer = ask("car");
    EXPECT_EQ(answer.note, "");
    ASSERT_GE(answer.hits.size(), 2u);
    EXPECT_EQ(answer.hits[0].entry.id, "a");
    EXPECT_EQ(answer.hits[0].text_rank, 1u);
    EXPECT_GT(answer.hits[0].vector_rank, 0u);
    EXPECT_EQ(answer.hits[1].entry.id, "b") << "no word in common: found by its vector";
    EXPECT_EQ(answer.hits[1].text_rank, 0u);
    EXPECT_GT(answer.hits[0].score, answer.hits[1].score);
    EXPECT_EQ(answer.hits[0].snippet, "the engine of a car");
    EXPECT_EQ(ids(ask("car", Query::Mode::text)), "a ");
    EXPECT_EQ(ids(ask("car", Query::Mode::vector)).substr(0, 4), "b a ") << "the purer text is nearer";
}

TEST_P(Searching, WithoutAModelItSaysSo) {
    put(entry_of("a", Kind::passage, "car", "the engine of a car"));
    open(false);
    const auto answer = ask("car");
    EXPECT_EQ(ids(answer), "a ");
    EXPECT_EQ(answer.note, "no embedding model: searched by text alone");
    EXPECT_EQ(ask("car", Query::Mode::text).note, "") << "nothing was left out";
    const auto vector = searcher->search({.text = "car", .mode = Query::Mode::vector});
    ASSERT_FALSE(vector);
    EXPECT_EQ(vector.error().code, Errc::unavailable);
    EXPECT_EQ(searcher->embed_missing().error().code, Errc::unavailable);
}

TEST_P(Searching, AFailingModelIsLeftAloneForAWhile) {
    put(entry_of("a", Kind::passage, "car", "the engine of a car"));
    open();
    EXPECT_EQ(ask("car").note, "no entry has a vector of fake-64 yet: searched by text alone");
    ASSERT_TRUE(searcher->embed_missing());
    embedder->down = true;
    const int before = embedder->asked;
    for (const auto* text : {"car", "engine", "the car"}) {
        const auto answer = ask(text);
        EXPECT_EQ(ids(answer), "a ");
        EXPECT_NE(answer.note.find("the model is down"), std::string::npos) << answer.note;
        EXPECT_NE(answer.note.find("searched by text alone"), std::string::npos) << answer.note;
    }
    EXPECT_EQ(embedder->asked, before + 1);
    EXPECT_EQ(searcher->search({.text = "car", .mode = Query::Mode::vector}).error().code, Errc::unavailable);
}

TEST_P(Searching, AQuestionIsEmbeddedOnce) {
    put(entry_of("a", Kind::passage, "car", "the engine of a car"));
    open();
    ASSERT_TRUE(searcher->embed_missing());
    const int before = embedder->asked;
    ask("car");
    ask("car");
    EXPECT_EQ(embedder->asked, before + 1);
}

TEST_P(Searching, FiltersLeaveAsManyHitsAsThereAre) {
    // Those that pass are the worst in text and vector alike.
    for (int i = 0; i < 400; ++i)
        put(entry_of(fmt::format("p{:03}", i), Kind::passage, "car", "car car car car"));
    for (int i = 0; i < 20; ++i) {
        auto lesson = entry_of(fmt::format("z{:03}", i), Kind::lesson, fmt::format("lesson {}", i),
                               fmt::format("about many other things and number {} beside the car", i), {"E0277"});
        lesson.provenance.toolchain = i < 12 ? "1.95.0" : "1.80.0";
        lesson.quarantined = i >= 10 && i < 12;
        put(lesson);
    }
    open();
    ASSERT_TRUE(searcher->embed_missing());
    for (const auto mode : {Query::Mode::hybrid, Query::Mode::text, Query::Mode::vector}) {
        EXPECT_EQ(ask("car", mode, {.kinds = {Kind::lesson}}, 10).hits.size(), 10u);
        EXPECT_EQ(ask("car", mode, {.kinds = {Kind::lesson}}, 50).hits.size(), 18u) << "two are quarantined";
        EXPECT_EQ(ask("car", mode, {.code = "E0277"}, 50).hits.size(), 18u);
        EXPECT_EQ(ask("car", mode, {.code = "E0001"}, 50).hits.size(), 0u);
        EXPECT_EQ(ask("car", mode, {.code = "E0277", .toolchain = "1.95.0"}, 50).hits.size(), 10u);
        EXPECT_EQ(ask("car", mode, {.kinds = {Kind::lesson}, .quarantined = true}, 50).hits.size(), 20u);
        EXPECT_EQ(ask("car", mode, {.kinds = {Kind::lesson, Kind::passage}, .toolchain = "1.80.0"}, 100).hits.size(),
                  100u)
            << "those without a toolchain pass";
    }
}

TEST_P(Searching, NearDuplicatesDoNotFillTheList) {
    for (int i = 0; i < 8; ++i) {
        auto entry = entry_of(fmt::format("a{}", i), Kind::passage, "Ownership", fmt::format("car car car part {}", i));
        entry.provenance.source = "book/ch04.html#ownership";
        put(entry);
    }
    auto other = entry_of("b", Kind::passage, "Ownership", "one car elsewhere");
    other.provenance.source = "book/ch15.html#ownership";
    put(other);
    auto fix = entry_of("c1", Kind::fix, "Ownership", "car template");
    put(fix);
    put(entry_of("c2", Kind::fix, "Ownership", "car template, another"));
    open();
    const auto answer = ask("car", Query::Mode::text, {}, 4);
    ASSERT_EQ(answer.hits.size(), 4u);
    std::string first;
    for (const auto& hit : answer.hits)
        first += hit.entry.id.substr(0, 1);
    std::sort(first.begin(), first.end());
    EXPECT_EQ(first, "abcc");
    EXPECT_EQ(ask("car", Query::Mode::text, {}, 100).hits.size(), 11u) << "moved back, not left out";
}

TEST_P(Searching, EqualHitsComeInTheOrderOfIds) {
    for (const auto* id : {"d", "a", "c", "b"})
        put(entry_of(id, Kind::project, "same", "the same text"));
    open();
    ASSERT_TRUE(searcher->embed_missing());
    for (const auto mode : {Query::Mode::hybrid, Query::Mode::text, Query::Mode::vector})
        EXPECT_EQ(ids(ask("same text", mode)), "a b c d ");
}

TEST_P(Searching, SeesWhatIsWritten) {
    open();
    EXPECT_TRUE(ask("car").hits.empty());
    put(entry_of("a", Kind::lesson, "car", "one"));
    EXPECT_EQ(ids(ask("car")), "a ");
    put(entry_of("b", Kind::lesson, "car car", "two"));
    EXPECT_EQ(ask("car").hits.size(), 2u);
    ASSERT_TRUE(store.revise(entry_of("a", Kind::lesson, "bread", "three")));
    EXPECT_EQ(ids(ask("car")), "b ");
    EXPECT_EQ(ids(ask("bread")), "a ");
    ASSERT_TRUE(store.quarantine("b", true));
    EXPECT_TRUE(ask("car").hits.empty());
    ASSERT_TRUE(store.quarantine("b", false));
    ASSERT_TRUE(searcher->embed_missing());
    EXPECT_EQ(ids(ask("vehicle", Query::Mode::vector, {}, 1)), "b ");
    ASSERT_TRUE(store.remove("b"));
    EXPECT_TRUE(ask("car", Query::Mode::text).hits.empty());
    EXPECT_EQ(ids(ask("car", Query::Mode::vector)), "a ");
}

TEST_P(Searching, RefusesNonsense) {
    open();
    EXPECT_EQ(searcher->search({.text = " \n"}).error().code, Errc::invalid_input);
    EXPECT_EQ(searcher->search({.text = "a", .limit = 0}).error().code, Errc::invalid_input);
    EXPECT_EQ(searcher->search({.text = "a", .limit = 101}).error().code, Errc::invalid_input);
    std::stop_source stopped;
    stopped.request_stop();
    EXPECT_EQ(searcher->search({.text = "a"}, stopped.get_token()).error().code, Errc::cancelled);
    put(entry_of("a", Kind::lesson, "t", "operators \" OR * ( have no meaning"));
    EXPECT_EQ(ids(ask("\" OR NEAR( meaning *")), "a ");
}

TEST_P(Searching, AStoreThatFailsIsAnError) {
    put(entry_of("a", Kind::lesson, "car", "one"));
    open();
    ask("car");
    store.broken = true;
    const auto answer = searcher->search({.text = "car"});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    store.broken = false;
    EXPECT_EQ(ids(ask("car")), "a ");
}

TEST_P(Searching, EmbedsInBatchesAndStops) {
    for (int i = 0; i < 200; ++i)
        put(entry_of(fmt::format("{:03}", i), Kind::passage, "", i == 70 ? "---" : fmt::format("text number {}", i)));
    open();
    std::stop_source stop;
    std::vector<std::size_t> done;
    auto count = searcher->embed_missing(stop.get_token(), [&](std::size_t d, std::size_t all) {
        EXPECT_EQ(all, 200u);
        done.push_back(d);
        stop.request_stop();
    });
    ASSERT_TRUE(count);
    EXPECT_EQ(done.size(), 1u);
    EXPECT_EQ(*count, done[0]);
    EXPECT_LT(*count, 200u);
    const auto before = *count;
    count = searcher->embed_missing();
    EXPECT_EQ(*count, 199u - before) << "one has nothing to embed, which hinders none of the others";
    EXPECT_EQ(*searcher->embed_missing(), 0u);
    embedder->down = true;
    EXPECT_EQ(searcher->embed_missing().error().code, Errc::unavailable);
}
