#include "knowledge/store.h"

#include "knowledge/store_schema.h"
#include "unit/knowledge/store_support.h"

#include <sys/stat.h>
#include <thread>

namespace rustcoder::knowledge {

namespace {

using testing::Test;
using Ids = std::vector<std::string>;

TEST_F(StoreTest, KeepsWhatItIsGiven) {
    Entry entry{.kind = Kind::lesson,
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

TEST_F(StoreTest, FindsByWordsOfTitleTextAndCodes) {
    auto store = open();
    Entry moved = passage("the closure may outlive the function", "Closures");
    moved.codes = {"E0373"};
    const std::string closure = put(*store, moved);
    const std::string map = put(*store, passage("call `HashMap::entry_mut` on it", "Maps"));
    EXPECT_EQ(found(*store, "e0373"), Ids{closure});
    EXPECT_EQ(found(*store, "outliving closures"), Ids{closure});
    EXPECT_EQ(found(*store, "hash"), Ids{map});
    EXPECT_EQ(found(*store, "entry_mut()"), Ids{map});
    EXPECT_EQ(found(*store, "nothing resembling"), Ids{});
    EXPECT_EQ(found(*store, R"(" OR title:* NEAR( -^ "closure" AND)"), Ids{closure});
    EXPECT_EQ(found(*store, ""), Ids{});
}

} // namespace

} // namespace rustcoder::knowledge
