#include "knowledge/snapshot.h"

#include "base/text.h"
#include "knowledge/snapshot_format.h"
#include "knowledge/template.h"
#include "unit/knowledge/store_support.h"

#include <fstream>
#include <zlib.h>

namespace rustcoder::knowledge {

namespace {

class SnapshotTest : public StoreTest {
protected:
    std::unique_ptr<Store> second() {
        auto store = open_store(folder_.path() / "second.db");
        EXPECT_TRUE(store);
        return *std::move(store);
    }
    std::filesystem::path snapshot() const { return folder_.path() / "out.rcks"; }
    void write_gzip(std::string_view text) const {
        gzFile file = gzopen(snapshot().c_str(), "wb");
        gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
        gzclose(file);
    }
    std::string read_gzip() const {
        gzFile file = gzopen(snapshot().c_str(), "rb");
        std::string out(1 << 22, '\0');
        const int size = gzread(file, out.data(), static_cast<unsigned>(out.size()));
        gzclose(file);
        out.resize(static_cast<std::size_t>(std::max(size, 0)));
        return out;
    }
    static Template sample_template() {
        Template t;
        t.code = "E0308";
        t.shape = "mismatched types";
        TemplateHunk hunk;
        hunk.anchor = "primary";
        hunk.added = {{.kind = Term::Kind::word, .word = "&"}};
        t.hunks = {hunk};
        return t;
    }
    static std::size_t size(Store& store) {
        std::size_t n = 0;
        EXPECT_TRUE(store.each({.quarantined = true}, [&](const Entry&) { return ++n; }));
        return n;
    }
    /// A snapshot with these lines between header and trailer, with the right sum.
    std::string made_of(const std::vector<std::string>& lines, std::size_t entries) const {
        std::string all = header_line({}) + "\n";
        for (const std::string& line : lines)
            all += line + "\n";
        return all + trailer_line({entries, lines.size() - entries, base::sha256_hex(all)}) + "\n";
    }
    std::optional<Error> refused(Store& store) {
        const auto report = import_snapshot(store, snapshot());
        return report ? std::nullopt : std::optional(report.error());
    }
};

TEST_F(SnapshotTest, ComesBackAsItWas) {
    auto store = open();
    Entry lesson{.kind = Kind::lesson,
                 .title = "Titel mit Ü",
                 .text = "line\nline \"quoted\" \\ \t end",
                 .payload = R"({"n":1.50,  "keep":"spaces"})",
                 .codes = {"E0001", "E0002"},
                 .provenance = {"agent:x", "MIT", "1.95.0", 77},
                 .counts = {9, 0, 0, 1},
                 .quarantined = true};
    lesson.id = put(*store, lesson);
    for (int i = 0; i < 1200; ++i)
        put(*store, passage(fmt::format("passage {}", i)));
    const Store::Vector vector{lesson.id, {0.25f, -3.5f, 1e-20f}};
    ASSERT_TRUE(store->put_vectors("m", {&vector, 1}));
    const auto out =
        export_snapshot(*store, snapshot(), {.filter = {.quarantined = true}, .vectors = true, .model = "m"});
    ASSERT_TRUE(out) << out.error().text();
    EXPECT_EQ(out->entries, 1201u);
    EXPECT_EQ(out->vectors, 1u);
    EXPECT_EQ(std::filesystem::status(snapshot()).permissions(), std::filesystem::perms(0600));

    auto other = second();
    for (int again = 0; again < 2; ++again) {
        const auto in = import_snapshot(*other, snapshot());
        ASSERT_TRUE(in) << in.error().text();
        EXPECT_EQ(in->entries, 1201u);
        EXPECT_EQ(in->fresh, again ? 0u : 1201u);
        EXPECT_EQ(in->merged, again ? 1201u : 0u);
        EXPECT_EQ(in->refused, 0u);
        const Entry got = **other->get(lesson.id);
        EXPECT_EQ(got.title, lesson.title);
        EXPECT_EQ(got.text, lesson.text);
        EXPECT_EQ(got.payload, lesson.payload);
        EXPECT_EQ(got.codes, lesson.codes);
        EXPECT_EQ(got.provenance.created, 77);
        EXPECT_EQ(got.provenance.source, "agent:x");
        EXPECT_EQ(got.counts, lesson.counts);
        EXPECT_TRUE(got.quarantined);
        EXPECT_TRUE(other->each_vector("m", [&](const Store::Vector& v) {
            EXPECT_EQ(v.values, vector.values);
            return true;
        }));
        EXPECT_EQ(size(*other), 1201u);
        expect_sound(*other);
    }
}

TEST_F(SnapshotTest, FixesLeaveAsTemplatesOnlyAndCountsBecomeTheGreater) {
    auto store = open();
    const std::string payload = print(sample_template());
    ASSERT_TRUE(parse_template(payload)) << payload;
    Entry fix{.kind = Kind::fix,
              .title = "my_secret_name is moved",
              .text = "let my_secret_name = 1;",
              .payload = payload,
              .codes = {"E0308", "my_secret_name"},
              .provenance = {.source = "agent:my_secret_name"},
              .counts = {10, 8, 1, 2}};
    fix.id = put(*store, fix);
    put(*store, {.kind = Kind::fix, .title = "no template", .text = "my_secret_name", .payload = R"({"a":1})"});
    const auto out = export_snapshot(*store, snapshot());
    ASSERT_TRUE(out);
    EXPECT_EQ(out->entries, 1u);
    EXPECT_EQ(out->refused, 1u);
    EXPECT_FALSE(base::has(read_gzip(), "my_secret_name"));

    auto other = second();
    Entry known = fix;
    known.counts = {3, 3, 3, 0};
    put(*other, known);
    for (int again = 0; again < 2; ++again) {
        const auto in = import_snapshot(*other, snapshot());
        ASSERT_TRUE(in) << in.error().text();
        EXPECT_EQ(in->merged, 1u);
        EXPECT_EQ((*other->get(fix.id))->counts, (Counts{10, 8, 3, 2}));
    }
}

TEST_F(SnapshotTest, EveryFlippedOrMissingByteIsRefusedAndNothingIsWritten) {
    auto store = open();
    for (int i = 0; i < 20; ++i)
        put(*store, passage(fmt::format("text {}", i)));
    ASSERT_TRUE(export_snapshot(*store, snapshot()));
    const std::string good = base::read_file(snapshot()).value();
    auto other = second();
    for (std::size_t at = 10; at < good.size(); at += 7) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        ASSERT_TRUE(base::write_file(snapshot(), bad));
        EXPECT_TRUE(refused(*other)) << "byte " << at;
        ASSERT_TRUE(base::write_file(snapshot(), good.substr(0, at)));
        EXPECT_TRUE(refused(*other)) << "cut at " << at;
    }
    EXPECT_EQ(size(*other), 0u);
    ASSERT_TRUE(base::write_file(snapshot(), good));
    EXPECT_FALSE(refused(*other));
    EXPECT_EQ(size(*other), 20u);
}

TEST_F(SnapshotTest, SaysWhatIsWrong) {
    auto store = open();
    Entry e = passage("x");
    e.id = content_id(e);
    const std::string line = entry_line(e);
    const std::string good = made_of({line}, 1);
    const struct {
        std::string text;
        const char* why;
        Errc code = Errc::invalid_input;
    } cases[] = {
        {base::replace_all(good, "\"version\":1", "\"version\":2"), "version 2", Errc::unavailable},
        {base::replace_all(good, "rustcoder-knowledge", "something-else"), "no snapshot"},
        {base::replace_all(good, "\"text\":\"x\"", "\"text\":\"y\""), "checksum"},
        {good + "{}\n", "follows its end"},
        {good.substr(0, good.rfind("{\"entries")), "without its checksum"},
        {good.substr(0, good.size() - 5), "middle of a line"},
        {made_of({line}, 0), "as much as it says"},
        {made_of({"[]"}, 1), "no JSON object"},
        {made_of({"{\"kind\":\"poem\"}"}, 1), "neither entry nor vector"},
        {made_of({"{\"vector\":\"x\",\"values\":\"AAA\"}"}, 0), "vector cannot be read"},
        {made_of({R"({"kind":"fix","counts":[1,2,-3,4]})"}, 1), "count"},
        {std::string(), "empty"},
    };
    for (const auto& c : cases) {
        write_gzip(c.text);
        const auto error = refused(*store);
        ASSERT_TRUE(error) << c.why;
        EXPECT_EQ(error->code, c.code) << error->text();
        EXPECT_TRUE(base::has(error->message, c.why)) << error->text();
        EXPECT_TRUE(base::has(error->place, "out.rcks")) << error->text();
    }
    ASSERT_TRUE(base::write_file(snapshot(), good)); // not compressed
    EXPECT_TRUE(base::has(refused(*store)->message, "not compressed"));
    std::filesystem::remove(snapshot());
    EXPECT_EQ(refused(*store)->code, Errc::not_found);
    EXPECT_EQ(size(*store), 0u);
}

TEST_F(SnapshotTest, AForgedIdIsNotTaken) {
    auto store = open();
    Entry forged = passage("wrong content");
    forged.id = content_id(passage("right content"));
    write_gzip(made_of({entry_line(forged)}, 1));
    const auto report = import_snapshot(*store, snapshot());
    ASSERT_TRUE(report);
    EXPECT_EQ(report->refused, 1u);
    EXPECT_EQ(size(*store), 0u);
}

TEST_F(SnapshotTest, OneUnfitEntryLeavesTheStoreAsItWas) {
    auto store = open();
    std::vector<std::string> lines;
    for (int i = 0; i < 700; ++i) { // more than one batch before it
        Entry e = passage(fmt::format("text {}", i));
        e.id = content_id(e);
        lines.push_back(entry_line(e));
    }
    Entry unfit = passage("t");
    unfit.codes = {"two words"};
    unfit.id = content_id(unfit);
    lines.push_back(entry_line(unfit));
    write_gzip(made_of(lines, lines.size()));
    EXPECT_EQ(refused(*store)->code, Errc::invalid_input);
    EXPECT_EQ(size(*store), 0u);
    EXPECT_EQ(store->revision().value(), 0u);
    expect_sound(*store);
}

TEST_F(SnapshotTest, BombsAreBounded) {
    write_gzip(std::string(1 << 20, 'x'));
    auto reader = SnapshotReader::open(snapshot(), {.line_bytes = 1 << 19});
    ASSERT_TRUE(reader);
    EXPECT_EQ((*reader)->line().error().code, Errc::limit);
    write_gzip(std::string(1 << 20, '\n'));
    reader = SnapshotReader::open(snapshot(), {.all_bytes = 1 << 19});
    ASSERT_TRUE(reader);
    Result<std::optional<std::string_view>> line = std::nullopt;
    do
        line = (*reader)->line();
    while (line && *line);
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code, Errc::limit);
}

TEST_F(SnapshotTest, StoppedExportLeavesNothing) {
    auto store = open();
    put(*store, passage("x"));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(export_snapshot(*store, snapshot(), {}, stop.get_token()).error().code, Errc::cancelled);
    EXPECT_FALSE(export_snapshot(*store, folder_.path() / "no" / "such" / "folder.gz"));
    for (const auto& item : std::filesystem::directory_iterator(folder_.path()))
        EXPECT_EQ(item.path().filename(), "kb");
}

} // namespace

} // namespace rustcoder::knowledge
