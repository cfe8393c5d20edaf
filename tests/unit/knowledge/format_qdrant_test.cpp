#include "base/os.h"
#include "knowledge/format_qdrant.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rustcoder::knowledge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string word(std::uint32_t v) {
    std::string s(4, '\0');
    for (int i = 0; i < 4; ++i)
        s[static_cast<std::size_t>(i)] = static_cast<char>(v >> (8 * i));
    return s;
}

/// LZ4 with literals only, size in front, as the payload storage writes it.
std::string packed(const std::string& text) {
    std::string out = word(static_cast<std::uint32_t>(text.size()));
    if (text.size() < 15) {
        out += static_cast<char>(text.size() << 4U);
    } else {
        out += '\xF0';
        std::size_t rest = text.size() - 15;
        for (; rest >= 255; rest -= 255)
            out += '\xFF';
        out += static_cast<char>(rest);
    }
    return out + text;
}

/// A storage with blocks of 16 bytes and pages of 64.
GridFiles storage(const std::vector<std::string>& payloads) {
    std::string pages, tracker = word(static_cast<std::uint32_t>(payloads.size() + 1));
    for (const auto& payload : payloads) {
        const std::string value = packed(payload);
        tracker += word(1) + word(static_cast<std::uint32_t>(pages.size() / 64)) +
                   word(static_cast<std::uint32_t>(pages.size() % 64 / 16)) +
                   word(static_cast<std::uint32_t>(value.size()));
        pages += value;
        pages.resize((pages.size() + 15) / 16 * 16);
    }
    tracker += std::string(16, '\0'); // a point without payload
    GridFiles files{
        {"config.json", R"({"page_size_bytes":64,"block_size_bytes":16,"region_size_blocks":4,"compression":"LZ4"})"},
        {"tracker.dat", tracker}};
    for (std::size_t i = 0; i * 64 < pages.size(); ++i)
        files[fmt::format("page_{}.dat", i)] = pages.substr(i * 64, 64);
    return files;
}

std::vector<std::string> read(const GridFiles& files) {
    std::vector<std::string> out;
    const auto done = read_gridstore(files, [&](std::string_view p) -> Status {
        out.emplace_back(p);
        return {};
    });
    EXPECT_TRUE(done) << done.error().text();
    return out;
}

using Files = std::vector<std::pair<std::string, std::string>>;

std::string tar(const Files& files) {
    std::string out(8U << 20U, '\0');
    std::size_t used = 0;
    archive* a = archive_write_new();
    archive_write_set_format_ustar(a);
    EXPECT_EQ(archive_write_open_memory(a, out.data(), out.size(), &used), ARCHIVE_OK);
    for (const auto& [name, bytes] : files) {
        archive_entry* e = archive_entry_new();
        archive_entry_set_pathname(e, name.c_str());
        archive_entry_set_size(e, static_cast<la_int64_t>(bytes.size()));
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_write_header(a, e);
        archive_write_data(a, bytes.data(), bytes.size());
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    out.resize(used);
    return out;
}

class Snapshot : public testing::Test {
protected:
    void SetUp() override {
        auto made = base::TempDir::create("qdrant-test");
        ASSERT_TRUE(made);
        folder_ = *std::move(made);
    }
    Status read_tar(const std::string& bytes) {
        const auto path = folder_.path() / "x.snapshot";
        EXPECT_TRUE(base::write_file(path, bytes));
        return read_qdrant_snapshot(
            path,
            [this](Entry e) -> Status {
                texts_.push_back(e.text);
                return {};
            },
            64U << 20U);
    }
    base::TempDir folder_;
    std::vector<std::string> texts_;
};

TEST(Lz4, LiteralsCopiesAndOverlaps) {
    EXPECT_EQ(lz4_block(std::string_view("\x50hello", 6), 5), "hello");
    // "ab" and a copy of six from two back, then the last literals.
    EXPECT_EQ(lz4_block(std::string_view("\x22"
                                         "ab\x02\x00\x10z",
                                         7),
                        9),
              "ababababz");
    EXPECT_EQ(lz4_block(std::string_view("\x00", 1), 0), "");
}

TEST(Lz4, DamageIsFound) {
    EXPECT_FALSE(lz4_block(std::string_view("\x50hel", 4), 5));   // literals cut off
    EXPECT_FALSE(lz4_block(std::string_view("\x50hello", 6), 9)); // fewer than stated
    EXPECT_FALSE(lz4_block(std::string_view("\x12"
                                            "a\x05\x00",
                                            4),
                           7)); // a copy from before the start
    EXPECT_FALSE(lz4_block(std::string_view("\x12"
                                            "a\x00\x00",
                                            4),
                           7));                                        // from nowhere
    EXPECT_FALSE(lz4_block(std::string_view("\xF0\xFF\xFF", 3), 100)); // a length that never ends
    EXPECT_FALSE(lz4_block(std::string_view("\x10"
                                            "a",
                                            2),
                           std::size_t{1} << 40U)); // nothing that large is reserved
}

TEST(Gridstore, ValuesAcrossPagesAndGaps) {
    const std::string longer(150, 'x');
    EXPECT_THAT(read(storage({"{}", R"({"source":"a"})", longer, "{\"b\":1}"})),
                ElementsAre("{}", R"({"source":"a"})", longer, "{\"b\":1}"));
}

TEST(Gridstore, TrimmedPagesReadAsZeros) {
    GridFiles files = storage({std::string(20, 'y')});
    auto& page = files["page_0.dat"];
    while (!page.empty() && page.back() == '\0')
        page.pop_back();
    EXPECT_THAT(read(files), ElementsAre(std::string(20, 'y')));
}

TEST(Gridstore, DamageIsAnError) {
    const auto nothing = [](std::string_view) -> Status { return {}; };
    EXPECT_FALSE(read_gridstore({}, nothing));
    GridFiles files = storage({"{}"});
    files.erase("page_0.dat");
    EXPECT_FALSE(read_gridstore(files, nothing));
    files = storage({"{}"});
    files["tracker.dat"].replace(16, 4, word(0xFFFFFFFFU)); // a length
    EXPECT_FALSE(read_gridstore(files, nothing));
    files = storage({"{}"});
    files["config.json"] = R"({"block_size_bytes": -1})";
    EXPECT_FALSE(read_gridstore(files, nothing));
}

TEST_F(Snapshot, SegmentsAsFoldersAndAsTars) {
    Files flat, nested;
    for (const auto& [name, bytes] : storage({R"({"source":"first"})", R"({"text":"second"})"}))
        flat.emplace_back("0/segments/a1/payload_storage/" + name, bytes);
    for (const auto& [name, bytes] : storage({R"({"source":"third"})"}))
        nested.emplace_back("snapshot/files/payload_storage/" + name, bytes);
    flat.emplace_back("0/segments/b2.tar", tar(nested));
    flat.emplace_back("config.json", "{}");
    const auto done = read_tar(tar(flat));
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_THAT(texts_, testing::UnorderedElementsAre("first", "second", "third"));
}

TEST_F(Snapshot, RocksDbIsRefusedWithTheNextStep) {
    const auto done = read_tar(tar({{"0/segments/a/CURRENT", "MANIFEST-1\n"}, {"0/segments/a/000004.sst", "x"}}));
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, HasSubstr("RocksDB"));
    EXPECT_THAT(done.error().next_step, HasSubstr("points/scroll"));
}

TEST_F(Snapshot, WhatIsNoSnapshotIsRefused) {
    EXPECT_FALSE(read_tar(tar({{"a.txt", "x"}})));
    EXPECT_FALSE(read_tar("no archive at all"));
    EXPECT_FALSE(read_tar(tar({{"0/segments/a/payload_storage/config.json", "{"}}).substr(0, 600)));
}

} // namespace
} // namespace rustcoder::knowledge
