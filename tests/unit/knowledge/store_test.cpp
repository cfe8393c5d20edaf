#include "knowledge/store.h"

#include "knowledge/sqlite.h"
#include "unit/knowledge/store_support.h"

#include <atomic>
#include <sys/stat.h>
#include <thread>

namespace rustcoder::knowledge {

namespace {

using Ids = std::vector<std::string>;

TEST_F(StoreTest, KeepsWhatItIsGiven) {
    const Entry entry{.kind = Kind::lesson,
                      .title = "Use after move",
                      .text = "The value was moved by `let b = a;`",
                      .payload = R"({"after":"let b = a.clone();"})",
                      .codes = {"E0382", "clippy::redundant_clone"},
                      .provenance = {"agent:tester", "MIT", "1.95.0", 1234},
                      .counts = {5, 4, 3, 2},
                      .quarantined = true};
    std::string id;
    {
        auto store = open();
        id = put(*store, entry);
        EXPECT_EQ(id, content_id(entry));
    }
    auto store = open();
    const auto got = store->get(id);
    ASSERT_TRUE(got && *got);
    const Entry& e = **got;
    EXPECT_EQ(e.id, id);
    EXPECT_EQ(e.kind, Kind::lesson);
    EXPECT_EQ(e.title, entry.title);
    EXPECT_EQ(e.text, entry.text);
    EXPECT_EQ(e.payload, entry.payload);
    EXPECT_EQ(e.codes, entry.codes);
    EXPECT_EQ(e.provenance.source, "agent:tester");
    EXPECT_EQ(e.provenance.licence, "MIT");
    EXPECT_EQ(e.provenance.toolchain, "1.95.0");
    EXPECT_EQ(e.provenance.created, 1234);
    EXPECT_EQ(e.counts, entry.counts);
    EXPECT_TRUE(e.quarantined);
    EXPECT_GT(e.updated, 1'700'000'000);
    expect_sound(*store);
}

TEST_F(StoreTest, FileIsPrivate) {
    open();
    struct stat info{};
    ASSERT_EQ(::stat(file_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    ASSERT_EQ(::stat(file_.parent_path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(StoreTest, EqualContentIsOneEntry) {
    auto store = open();
    Entry entry = passage("same text");
    entry.counts.tried = 7;
    entry.codes = {"E0001"};
    const std::string id = put(*store, entry);
    entry.counts.tried = 100;
    entry.codes = {"E0002"};
    entry.provenance.source = "somebody else";
    EXPECT_EQ(put(*store, entry), id);
    const auto got = store->get(id);
    ASSERT_TRUE(got && *got);
    EXPECT_EQ((*got)->counts.tried, 7u);
    EXPECT_EQ((*got)->provenance.source, "test");
    EXPECT_EQ((*got)->codes, (Ids{"E0001", "E0002"}));
    EXPECT_EQ(found(*store, "E0002"), Ids{id});
    expect_sound(*store);
}

TEST_F(StoreTest, RefusesAWholeBatchForOneBadEntry) {
    auto store = open();
    struct Bad {
        Entry entry;
        const char* why;
    };
    std::vector<Bad> bad{{Entry{.title = "only a title"}, "neither text nor payload"},
                         {Entry{.payload = "[1]"}, "no JSON object"},
                         {Entry{.payload = "{"}, "JSON"},
                         {passage("\xff\xfe"), "UTF-8"},
                         {passage(std::string(5 << 20, 'x')), "longer than"},
                         {passage("x"), "hexadecimal"},
                         {passage("y"), "code"}};
    bad[5].entry.id = "no id";
    bad[6].entry.codes = {"E0001 E0002"};
    for (const Bad& b : bad) {
        const Entry batch[] = {passage("good"), b.entry};
        const auto ids = store->put(batch);
        ASSERT_FALSE(ids);
        EXPECT_EQ(ids.error().code, Errc::invalid_input);
        EXPECT_NE(ids.error().message.find(b.why), std::string::npos) << ids.error().text();
        EXPECT_NE(ids.error().place.find("entry 1"), std::string::npos) << ids.error().text();
    }
    EXPECT_TRUE(store->stats()->entries.empty());
}

TEST_F(StoreTest, RevisedEntryKeepsItsIdAndItsPlaceInTheIndex) {
    auto store = open();
    Entry entry{.kind = Kind::fix, .title = "narrow", .text = "first wording", .payload = R"({"v":1})"};
    const std::string id = put(*store, entry);
    const Store::Vector vector{id, {1, 0}};
    ASSERT_TRUE(store->put_vectors("m", {&vector, 1}));
    Entry wider = entry;
    wider.id = id;
    wider.text = "second phrase";
    wider.codes = {"E0599"};
    ASSERT_TRUE(store->revise(wider));
    EXPECT_EQ(found(*store, "wording"), Ids{});
    EXPECT_EQ(found(*store, "phrase"), Ids{id});
    EXPECT_EQ(found(*store, "phrase", {.code = "E0599"}), Ids{id});
    EXPECT_EQ(store->without_vector("m", 10), Ids{id}); // it was made from the old text
    EXPECT_EQ(put(*store, entry), id);                  // met again as it was
    wider.id.clear();
    EXPECT_EQ(put(*store, wider), id); // and as it is
    EXPECT_EQ(store->stats()->entries.at(Kind::fix), 1u);
    expect_sound(*store);
    wider.id = std::string(32, '0');
    EXPECT_EQ(store->revise(wider).error().code, Errc::not_found);
    wider.id = id;
    wider.kind = Kind::lesson;
    EXPECT_EQ(store->revise(wider).error().code, Errc::invalid_input);
}

TEST_F(StoreTest, RemovedEntryLeavesNothingBehind) {
    auto store = open();
    Entry entry = passage("ephemeral words");
    entry.codes = {"E0001"};
    const std::string id = put(*store, entry);
    const Store::Vector vector{id, {1, 0}};
    ASSERT_TRUE(store->put_vectors("m", {&vector, 1}));
    EXPECT_TRUE(store->remove(id).value());
    EXPECT_FALSE(store->remove(id).value());
    EXPECT_EQ(found(*store, "ephemeral"), Ids{});
    EXPECT_EQ(store->stats()->vectors, 0u);
    expect_sound(*store);
    EXPECT_EQ(put(*store, entry), id); // and may come back
    EXPECT_EQ(found(*store, "ephemeral"), Ids{id});
    expect_sound(*store);
}

TEST_F(StoreTest, CountsAndQuarantine) {
    auto store = open();
    const std::string id = put(*store, {.kind = Kind::fix, .text = "t", .counts = {1, 1, 1, 0}});
    ASSERT_TRUE(store->count(id, {2, 1, 0, 1}));
    EXPECT_EQ((*store->get(id))->counts, (Counts{3, 2, 1, 1}));
    EXPECT_EQ(store->stats()->fixes, (Counts{3, 2, 1, 1}));
    EXPECT_EQ(store->count(std::string(32, 'a'), {1, 0, 0, 0}).error().code, Errc::not_found);
    EXPECT_EQ(store->count(id, {1ull << 63, 0, 0, 0}).error().code, Errc::invalid_input);
    ASSERT_TRUE(store->quarantine(id, true));
    EXPECT_EQ(found(*store, "t"), Ids{});
    EXPECT_EQ(found(*store, "t", {.quarantined = true}), Ids{id});
    ASSERT_TRUE(store->quarantine(id, false));
    EXPECT_EQ(found(*store, "t"), Ids{id});
    EXPECT_EQ(store->quarantine(std::string(32, 'a'), true).error().code, Errc::not_found);
}

TEST_F(StoreTest, FiltersAndOrder) {
    auto store = open();
    Ids lessons, all;
    for (int i = 0; i < 600; ++i) { // more than one page of `each`
        Entry e = passage(fmt::format("word number{}", i));
        e.kind = i % 3 == 0 ? Kind::lesson : Kind::passage;
        e.codes = {i % 2 ? "E0001" : "E0002"};
        e.provenance.toolchain = i % 5 == 0 ? "1.90.0" : i % 5 == 1 ? "1.95.0" : "";
        all.push_back(put(*store, e));
        if (i % 3 == 0)
            lessons.push_back(all.back());
    }
    const auto each = [&](const Filter& filter) {
        Ids out;
        EXPECT_TRUE(store->each(filter, [&](const Entry& e) {
            out.push_back(e.id);
            return true;
        }));
        EXPECT_TRUE(std::is_sorted(out.begin(), out.end()));
        return out;
    };
    std::sort(all.begin(), all.end());
    std::sort(lessons.begin(), lessons.end());
    EXPECT_EQ(each({}), all);
    EXPECT_EQ(each({.kinds = {Kind::lesson}}), lessons);
    EXPECT_EQ(each({.kinds = {Kind::lesson, Kind::passage}}), all);
    EXPECT_EQ(each({.code = "e0001"}).size(), 300u);
    EXPECT_EQ(each({.kinds = {Kind::lesson}, .code = "E0002"}).size(), 100u);
    EXPECT_EQ(each({.toolchain = "1.95.0"}).size(), 480u);
    EXPECT_EQ(each({.kinds = {Kind::project}}), Ids{});
    std::size_t seen = 0;
    EXPECT_TRUE(store->each({}, [&](const Entry& e) { return store->get(e.id) && ++seen < 300; }));
    EXPECT_EQ(seen, 300u);
    EXPECT_EQ(store->full_text("word", {.kinds = {Kind::lesson}, .toolchain = "1.95.0"}, 1000)->size(), 160u);
    const auto some = store->get(Ids{all[5], std::string(32, 'f'), all[2]});
    ASSERT_EQ(some->size(), 2u);
    EXPECT_EQ(some->at(0).id, all[5]);
    EXPECT_EQ(some->at(1).id, all[2]);
}

TEST_F(StoreTest, ChangesAreKnownToOthers) {
    auto store = open();
    const auto other = open();
    const auto start = other->revision().value();
    const std::string a = put(*store, passage("a")), b = put(*store, passage("b"));
    ASSERT_TRUE(store->remove(a));
    EXPECT_GT(other->revision().value(), start);
    const auto changes = other->changes_since(start).value();
    ASSERT_TRUE(changes);
    std::map<std::string, bool> seen;
    for (const auto& change : *changes)
        seen[change.id] = change.removed;
    EXPECT_EQ(seen, (std::map<std::string, bool>{{a, true}, {b, false}}));
    const auto now = other->revision().value();
    EXPECT_EQ(other->changes_since(now).value()->size(), 0u);
    put(*store, passage("b")); // known: changes nothing
    ASSERT_TRUE(store->set_meta("note", "x"));
    EXPECT_EQ(other->revision().value(), now);
    EXPECT_EQ(other->meta("note").value(), "x");
    EXPECT_EQ(other->meta("nothing").value(), std::nullopt);
    EXPECT_FALSE(other->changes_since(now + 1).value()); // a file that was ahead
    ASSERT_TRUE(store->count(b, {1, 0, 0, 0}));
    EXPECT_EQ(other->changes_since(now).value()->size(), 1u);
}

TEST_F(StoreTest, ForgottenChangesAreSaidToBe) {
    auto store = open();
    std::vector<Entry> many;
    for (int i = 0; i < 20'050; ++i)
        many.push_back(passage(std::to_string(i)));
    ASSERT_TRUE(store->put(many));
    EXPECT_FALSE(store->changes_since(0).value());
    EXPECT_EQ(store->changes_since(100).value()->size(), 19'950u);
}

TEST_F(StoreTest, Vectors) {
    auto store = open();
    const std::string a = put(*store, passage("a")), b = put(*store, passage("b"));
    const std::vector<Store::Vector> vectors{{a, {0.5f, -1, 0}}, {std::string(32, '0'), {1, 2, 3}}};
    ASSERT_TRUE(store->put_vectors("model/1", vectors));
    EXPECT_EQ(store->without_vector("model/1", 10).value(), Ids{b});
    EXPECT_EQ(store->without_vector("model/2", 10).value().size(), 2u);
    EXPECT_EQ(store->without_vector("model/2", 1).value().size(), 1u);
    std::vector<Store::Vector> seen;
    ASSERT_TRUE(store->each_vector("model/1", [&](const Store::Vector& v) {
        seen.push_back(v);
        return true;
    }));
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].id, a);
    EXPECT_EQ(seen[0].values, vectors[0].values);
    const Store::Vector wrong[] = {{b, {1, 2}}, {b, {}}, {b, {1, 2, NAN}}};
    for (const auto& v : wrong)
        EXPECT_EQ(store->put_vectors("model/1", {&v, 1}).error().code, Errc::invalid_input);
    const Store::Vector again{a, {9, 9, 9}};
    ASSERT_TRUE(store->put_vectors("model/1", {&again, 1}));
    EXPECT_EQ(store->stats()->vectors, 1u);
    expect_sound(*store);
}

TEST_F(StoreTest, AtomicallyIsAllOrNothing) {
    auto store = open();
    const auto other = open();
    std::string id;
    const Status failed = store->atomically([&]() -> Status {
        id = put(*store, passage("inside"));
        EXPECT_TRUE(store->get(id).value()) << "own writes are seen";
        EXPECT_FALSE(other->get(id).value()) << "by others not yet";
        EXPECT_EQ(found(*store, "inside"), Ids{id});
        return fail(Errc::cancelled, "changed my mind");
    });
    EXPECT_EQ(failed.error().code, Errc::cancelled);
    EXPECT_FALSE(store->get(id).value());
    const Status done = store->atomically([&]() -> Status {
        put(*store, passage("kept"));
        EXPECT_FALSE(store->atomically([&]() -> Status { // an inner one fails alone
            put(*store, passage("dropped"));
            return fail(Errc::cancelled, "no");
        }));
        return store->atomically([&]() -> Status {
            put(*store, passage("kept too"));
            return {};
        });
    });
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_EQ(other->stats()->entries.at(Kind::passage), 2u);
    EXPECT_EQ(found(*other, "dropped"), Ids{});
    expect_sound(*store);
}

TEST_F(StoreTest, StatsShowGrowth) {
    auto store = open();
    for (const char* source : {"rustc --explain E0001", "rustc --explain E0002", "rust-docs/book/ch01.html", "user"}) {
        Entry e = passage(source);
        e.provenance = {.source = source, .created = source[0] == 'u' ? 2000 : 1000};
        put(*store, e);
    }
    const Stats stats = store->stats().value();
    EXPECT_EQ(stats.by_source, (std::map<std::string, std::uint64_t>{{"rustc", 2}, {"rust-docs", 1}, {"user", 1}}));
    EXPECT_EQ(stats.oldest, 1000);
    EXPECT_EQ(stats.newest, 2000);
    ASSERT_EQ(stats.growth.size(), 1u); // added today, whenever it was written
    EXPECT_EQ(stats.growth.begin()->second.at(Kind::passage), 4u);
    EXPECT_EQ(stats.growth.begin()->first.substr(0, 2), "20");
    EXPECT_GT(stats.bytes, 4096u);
}

TEST_F(StoreTest, ManyThreads) {
    auto store = open();
    std::atomic<int> failures = 0;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 20; ++i) {
                const Entry e = passage(fmt::format("thread{} item{}", t, i));
                const auto ids = store->put({&e, 1});
                const auto hits = store->full_text(fmt::format("item{}", i), {}, 10);
                const bool good = ids && hits && !hits->empty() && store->get(ids->at(0)).value().has_value() &&
                                  store->count(ids->at(0), {1, 0, 0, 0});
                failures += !good;
            }
        });
    threads.clear();
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(store->stats()->entries.at(Kind::passage), 120u);
    expect_sound(*store);
}

} // namespace

} // namespace rustcoder::knowledge
