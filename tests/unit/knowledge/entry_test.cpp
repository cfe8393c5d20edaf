#include "knowledge/entry.h"

#include <gtest/gtest.h>
#include <limits>

namespace rustcoder::knowledge {

namespace {

TEST(EntryTest, NamesOfKindsGoBothWays) {
    for (const Kind kind : {Kind::lesson, Kind::fix, Kind::project, Kind::passage})
        EXPECT_EQ(kind_named(name(kind)), kind);
    EXPECT_EQ(kind_named("poem"), std::nullopt);
}

TEST(EntryTest, IdentityIsContent) {
    const Entry a{.kind = Kind::lesson, .title = "t", .text = "x", .payload = "{}"};
    const std::string id = content_id(a);
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    Entry same = a;
    same.id = "other";
    same.codes = {"E0001"};
    same.provenance.source = "s";
    same.counts.tried = 3;
    same.quarantined = true;
    same.updated = 5;
    EXPECT_EQ(content_id(same), id);
    for (auto change : {+[](Entry& e) { e.kind = Kind::fix; }, +[](Entry& e) { e.title = "tx", e.text = ""; },
                        +[](Entry& e) { e.text = "x{}", e.payload = ""; }, +[](Entry& e) { e.payload = "{ }"; }}) {
        Entry other = a;
        change(other);
        EXPECT_NE(content_id(other), id);
    }
}

TEST(EntryTest, CountsAddUpWithoutOverflow) {
    Counts sum{1, 2, 3, std::numeric_limits<std::uint64_t>::max()};
    sum += {10, 20, 30, 40};
    EXPECT_EQ(sum, (Counts{11, 22, 33, std::numeric_limits<std::uint64_t>::max()}));
}

TEST(EntryTest, WilsonInterval) {
    EXPECT_EQ(wilson_lower(0, 0), 0);
    EXPECT_EQ(wilson_upper(0, 0), 1);
    EXPECT_NEAR(wilson_lower(1, 1), 0.2065, 1e-3); // one success proves little
    EXPECT_NEAR(wilson_lower(8, 10), 0.4902, 1e-3);
    EXPECT_NEAR(wilson_upper(8, 10), 0.9433, 1e-3);
    EXPECT_NEAR(wilson_lower(0, 10), 0, 1e-12);
    EXPECT_NEAR(wilson_upper(10, 10), 1, 1e-12);
    EXPECT_GT(wilson_lower(80, 100), wilson_lower(8, 10));
    EXPECT_LE(wilson_lower(20, 10), 1); // more successes than trials: counts of two processes meeting
}

} // namespace

} // namespace rustcoder::knowledge
