// What happens to a store whose file is damaged, old, new, foreign, read-only or full.
#include "base/log.h"
#include "base/text.h"
#include "knowledge/sqlite.h"
#include "unit/knowledge/store_support.h"

#include <fstream>
#include <sqlite3.h>

namespace rustcoder::knowledge {

namespace {

using Ids = std::vector<std::string>;

class StoreRecoveryTest : public StoreTest {
protected:
    void fill(int entries) {
        auto store = open();
        std::vector<Entry> batch;
        for (int i = 0; i < entries; ++i) {
            Entry e = passage(fmt::format("entry{} {}", i, std::string(300, 'a' + i % 26)));
            e.counts.tried = static_cast<std::uint64_t>(i);
            e.codes = {"E0308"};
            batch.push_back(e);
        }
        ASSERT_TRUE(store->put(batch));
    }
    void overwrite(std::uint64_t at, std::string_view bytes) {
        std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(static_cast<std::streamoff>(at));
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        ASSERT_TRUE(file.good());
    }
    void sql(const std::string& text) {
        sqlite3* db = nullptr; // as another program would: nothing is defended
        char* why = nullptr;
        ASSERT_EQ(sqlite3_open(file_.c_str(), &db), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, &why), SQLITE_OK) << (why ? why : "");
        sqlite3_free(why);
        sqlite3_close(db);
    }
    void check_next_time() { std::filesystem::resize_file(file_.string() + ".lock", 0); }
    std::vector<std::filesystem::path> set_aside() const {
        std::vector<std::filesystem::path> out;
        for (const auto& item : std::filesystem::directory_iterator(file_.parent_path()))
            if (base::has(item.path().filename().string(), ".damaged-"))
                out.push_back(item.path());
        return out;
    }
    /// The page of the file that holds the first of the bytes.
    std::uint64_t page_with(std::string_view bytes) {
        std::ifstream file(file_, std::ios::binary);
        const std::string all((std::istreambuf_iterator<char>(file)), {});
        return all.find(bytes) / 4096 * 4096;
    }
};

TEST_F(StoreRecoveryTest, DamagedPageCostsOnlyWhatWasOnIt) {
    fill(500);
    overwrite(page_with("entry250 "), std::string(4096, '\xA5'));
    check_next_time();
    auto store = open();
    ASSERT_TRUE(store);
    const auto aside = set_aside();
    ASSERT_EQ(aside.size(), 1u);
    EXPECT_EQ(std::filesystem::file_size(aside[0]) % 4096, 0u);
    const auto saved = store->stats()->entries.at(Kind::passage);
    EXPECT_GT(saved, 450u);
    EXPECT_LT(saved, 500u);
    ASSERT_EQ(found(*store, "entry499").size(), 1u);
    const Entry last = **store->get(found(*store, "entry499")[0]);
    EXPECT_EQ(last.counts.tried, 499u);
    EXPECT_EQ(last.codes, Ids{"E0308"});
    EXPECT_EQ(found(*store, "entry250"), Ids{});
    expect_sound(*store);
    EXPECT_TRUE(put(*store, passage("goes on")).size());
}

TEST_F(StoreRecoveryTest, HeadlessFileIsSetAside) {
    fill(5);
    overwrite(0, std::string(200, 'x'));
    auto store = open();
    ASSERT_TRUE(store);
    EXPECT_EQ(set_aside().size(), 1u);
    EXPECT_TRUE(store->stats()->entries.empty());
    expect_sound(*store);
}

TEST_F(StoreRecoveryTest, TruncatedFileIsSetAside) {
    fill(300);
    std::filesystem::resize_file(file_, std::filesystem::file_size(file_) / 2 / 4096 * 4096);
    check_next_time();
    auto store = open();
    ASSERT_TRUE(store);
    EXPECT_EQ(set_aside().size(), 1u);
    EXPECT_GT(store->stats()->entries[Kind::passage], 0u);
    expect_sound(*store);
}

TEST_F(StoreRecoveryTest, NothingIsMovedWhileAnotherUsesTheFile) {
    fill(500);
    const auto other = open();
    overwrite(page_with("entry250 "), std::string(4096, '\xA5'));
    check_next_time();
    const auto store = open_store(file_);
    ASSERT_FALSE(store);
    EXPECT_TRUE(base::has(store.error().next_step, "other processes")) << store.error().text();
    EXPECT_TRUE(set_aside().empty());
}

TEST_F(StoreRecoveryTest, InterruptedRescueIsEnded) {
    fill(3);
    std::filesystem::rename(file_, file_.string() + ".salvaged");
    auto store = open();
    EXPECT_EQ(store->stats()->entries.at(Kind::passage), 3u);
}

TEST_F(StoreRecoveryTest, ForeignFilesAreLeftAlone) {
    std::filesystem::create_directories(file_.parent_path());
    sql("CREATE TABLE theirs(x); INSERT INTO theirs VALUES (1)");
    const auto before = base::read_file(file_);
    auto store = open_store(file_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::invalid_input);
    EXPECT_EQ(base::read_file(file_).value(), before.value());
    std::filesystem::remove(file_.string() + ".lock");
    std::ofstream(file_) << "a letter to grandmother, more than one hundred bytes long or not";
    store = open_store(file_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::invalid_input);
    EXPECT_EQ(base::read_file(file_)->substr(0, 8), "a letter");
    EXPECT_TRUE(set_aside().empty());
}

TEST_F(StoreRecoveryTest, NewerFileIsRefused) {
    fill(1);
    sql("PRAGMA user_version = 99");
    const auto store = open_store(file_);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::unavailable);
    EXPECT_TRUE(base::has(store.error().message, "version 99")) << store.error().text();
    EXPECT_TRUE(set_aside().empty());
}

TEST_F(StoreRecoveryTest, UpgradeBehindTheBackStopsWriting) {
    auto store = open();
    sql("PRAGMA user_version = 99");
    const Entry e = passage("late");
    const auto ids = store->put({&e, 1});
    ASSERT_FALSE(ids);
    EXPECT_TRUE(base::has(ids.error().message, "upgraded")) << ids.error().text();
}

TEST_F(StoreRecoveryTest, ReadOnly) {
    const auto none = open_store(file_, {.read_only = true});
    EXPECT_EQ(none.error().code, Errc::not_found);
    fill(3);
    auto store = open({.read_only = true});
    EXPECT_EQ(found(*store, "entry1").size(), 1u);
    const Entry e = passage("no");
    EXPECT_EQ(store->put({&e, 1}).error().code, Errc::unavailable);
    EXPECT_EQ(store->set_meta("a", "b").error().code, Errc::unavailable);
    expect_sound(*store);
    auto writer = open(); // what it writes is seen
    const std::string id = put(*writer, passage("fresh"));
    EXPECT_TRUE(store->get(id).value());
}

TEST_F(StoreRecoveryTest, FullStoreKeepsWhatItHas) {
    auto store = open({.max_bytes = 400'000});
    Ids kept;
    std::optional<Error> error;
    for (int i = 0; !error && i < 10'000; ++i) {
        const Entry e = passage(fmt::format("number{} {}", i, std::string(2000, 'a' + i % 26)));
        const auto ids = store->put({&e, 1});
        if (ids)
            kept.push_back(ids->at(0));
        else
            error = ids.error();
    }
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, Errc::unavailable);
    EXPECT_TRUE(base::has(error->message, "space")) << error->text();
    EXPECT_GT(kept.size(), 20u);
    expect_sound(*store);
    // In a greater transaction too: everything of it is undone, and the store goes on.
    EXPECT_FALSE(store->atomically([&]() -> Status {
        for (int i = 0; i < 1000; ++i) {
            const Entry e = passage(fmt::format("more{} {}", i, std::string(2000, 'b')));
            RC_TRY(store->put({&e, 1}));
        }
        return {};
    }));
    for (const std::string& id : kept)
        EXPECT_TRUE(store->get(id).value());
    EXPECT_EQ(store->stats()->entries.at(Kind::passage), kept.size());
    ASSERT_TRUE(store->remove(kept[0]).value()) << "room can be made";
    expect_sound(*store);
    store.reset();
    EXPECT_EQ(open()->stats()->entries.at(Kind::passage), kept.size() - 1);
}

TEST_F(StoreRecoveryTest, LockedStoreSaysSo) {
    auto store = open({.busy_timeout = std::chrono::milliseconds(50)});
    auto db = Database::open(file_, Database::Mode::read_write, std::chrono::seconds(1));
    ASSERT_TRUE(db && db->script("BEGIN IMMEDIATE"));
    const Entry e = passage("waits");
    const auto ids = store->put({&e, 1});
    ASSERT_FALSE(ids);
    EXPECT_EQ(ids.error().code, Errc::unavailable);
    EXPECT_TRUE(base::has(ids.error().message, "another process")) << ids.error().text();
    EXPECT_EQ(found(*store, "waits"), Ids{}); // reading goes on
    ASSERT_TRUE(db->script("ROLLBACK"));
    EXPECT_TRUE(store->put({&e, 1}));
}

TEST_F(StoreRecoveryTest, DamagedFullTextIsMadeAnew) {
    fill(50);
    sql("UPDATE search_data SET block = x'00000000' WHERE id > 10"); // silent: words are gone
    auto store = open();
    const auto findings = store->verify(true);
    ASSERT_TRUE(findings && findings->size() == 1);
    EXPECT_TRUE(base::has(findings->at(0), "made anew")) << findings->at(0);
    EXPECT_EQ(found(*store, "entry49").size(), 1u);
    expect_sound(*store);
}

TEST_F(StoreRecoveryTest, FullTextThatFailsIsMadeAnewWhenItIsNeeded) {
    fill(50);
    sql("DELETE FROM search_data WHERE id > 10");
    auto store = open();
    EXPECT_EQ(found(*store, "entry49").size(), 1u);
    expect_sound(*store);
    store.reset();
    sql("UPDATE search_data SET block = x'ffffffff' WHERE id = 10");
    store = open();
    const std::string id = put(*store, passage("healing words"));
    EXPECT_EQ(found(*store, "healing"), Ids{id});
    EXPECT_EQ(found(*store, "entry49").size(), 1u);
    expect_sound(*store);
}

TEST_F(StoreRecoveryTest, TamperedContentIsFound) {
    fill(3);
    sql("UPDATE texts SET payload = '{\"evil\":1}' WHERE seq = 2");
    const auto findings = open()->verify(true);
    ASSERT_TRUE(findings);
    ASSERT_EQ(findings->size(), 1u);
    EXPECT_TRUE(base::has(findings->at(0), "not what was stored")) << findings->at(0);
}

// The tables as version 1 had them, without the full text, which needs the program's own tokenizer to be written to.
constexpr const char* version_1 = R"sql(
PRAGMA journal_mode = WAL;
CREATE TABLE meta(key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT;
CREATE TABLE entries(
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL,
    kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), source TEXT NOT NULL, licence TEXT NOT NULL,
    toolchain TEXT NOT NULL, created INTEGER NOT NULL, added INTEGER NOT NULL, updated INTEGER NOT NULL,
    tried INTEGER NOT NULL DEFAULT 0, compiled INTEGER NOT NULL DEFAULT 0, passed INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0, quarantined INTEGER NOT NULL DEFAULT 0 CHECK (quarantined IN (0, 1))) STRICT;
CREATE INDEX entries_digest ON entries(digest);
CREATE INDEX entries_kind ON entries(kind, id);
CREATE TABLE texts(
    seq INTEGER PRIMARY KEY REFERENCES entries(seq) ON DELETE CASCADE, title TEXT NOT NULL, text TEXT NOT NULL,
    payload TEXT NOT NULL, codes TEXT NOT NULL) STRICT;
CREATE TABLE codes(
    code TEXT NOT NULL COLLATE NOCASE, seq INTEGER NOT NULL REFERENCES entries(seq) ON DELETE CASCADE,
    PRIMARY KEY (code, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX codes_seq ON codes(seq);
CREATE TABLE models(model INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL) STRICT;
CREATE TABLE vectors(
    seq INTEGER NOT NULL REFERENCES entries(seq) ON DELETE CASCADE, model INTEGER NOT NULL REFERENCES models(model),
    value BLOB NOT NULL, UNIQUE (seq, model)) STRICT;
CREATE INDEX vectors_model ON vectors(model, seq);
CREATE TABLE changes(revision INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, removed INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE search USING fts5(title, text, codes, content='texts', content_rowid='seq', tokenize='ascii');
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'ascii', 'rust') WHERE name = 'search';
PRAGMA writable_schema = OFF;
PRAGMA application_id = 1380141890;
PRAGMA user_version = 1;
)sql";

TEST_F(StoreRecoveryTest, OlderFileIsMigratedWithEverythingInIt) {
    std::filesystem::create_directories(file_.parent_path());
    const Entry old{.kind = Kind::fix, .title = "An old title", .text = "older wording", .codes = {"E0277"}};
    const std::string id = content_id(old);
    sql(version_1);
    sql(fmt::format("INSERT INTO entries VALUES (1, '{0}', '{0}', 1, 'engine', '', '1.95.0', 5, 6, 7, 4, 3, 2, 1, 0);"
                    "INSERT INTO texts VALUES (1, 'An old title', 'older wording', '', 'E0277');"
                    "INSERT INTO codes VALUES ('E0277', 1); INSERT INTO changes(id, removed) VALUES ('{0}', 0);",
                    id));
    EXPECT_EQ(open_store(file_, {.read_only = true}).error().code, Errc::unavailable);
    auto store = open();
    ASSERT_TRUE(store);
    const auto got = store->get(id).value();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->counts, (Counts{4, 3, 2, 1}));
    EXPECT_EQ(found(*store, "older wording", {.kinds = {Kind::fix}, .code = "E0277"}), Ids{id});
    EXPECT_EQ(store->revision().value(), 1u);
    expect_sound(*store);
    store.reset();
    EXPECT_TRUE(open_store(file_, {.read_only = true}));
}

} // namespace

} // namespace rustcoder::knowledge
