#include "knowledge/fuse.h"

#include <gtest/gtest.h>

using namespace rustcoder::knowledge;

namespace {

std::vector<Candidate> list(std::initializer_list<const char*> ids) {
    std::vector<Candidate> out;
    for (const auto* id : ids)
        out.push_back({id});
    return out;
}

std::string order(const std::vector<Fused>& fused) {
    std::string out;
    for (const auto& f : fused)
        out += f.id;
    return out;
}

} // namespace

TEST(Fuse, FoundByBothBeatsFoundByOne) {
    const auto fused = fuse(list({"a", "b", "c"}), list({"d", "b", "e"}));
    EXPECT_EQ(order(fused), "badce");
    EXPECT_EQ(fused[0].text_rank, 2u);
    EXPECT_EQ(fused[0].vector_rank, 2u);
    EXPECT_DOUBLE_EQ(fused[0].score, 2.0 / 62);
    EXPECT_EQ(fused[2].text_rank, 0u);
}

TEST(Fuse, OnePartAlone) {
    EXPECT_EQ(order(fuse(list({"b", "a"}), {})), "ba");
    EXPECT_EQ(order(fuse({}, list({"b", "a"}))), "ba");
    EXPECT_TRUE(fuse({}, {}).empty());
}

TEST(Fuse, WeightsAndConstant) {
    FuseWeights weights;
    weights.vector = 2;
    EXPECT_EQ(order(fuse(list({"a"}), list({"b"}), weights)), "ba");
    // With a small constant the first places count for much more than being found twice lower down.
    weights = {.constant = 0.5};
    EXPECT_EQ(order(fuse(list({"a", "x", "y", "b"}), list({"z", "v", "w", "b"}), weights)).substr(0, 2), "az");
}

TEST(Fuse, RepeatedIdsCountOnce) {
    const auto fused = fuse(list({"a", "a"}), list({"b", "b"}));
    ASSERT_EQ(fused.size(), 2u);
    EXPECT_DOUBLE_EQ(fused[0].score, fused[1].score);
}

TEST(Fuse, NearDuplicatesStandBack) {
    std::vector<Candidate> found{{"a", 7}, {"b", 7}, {"c", 0}, {"d", 0}, {"e", 7}, {"f", 9}};
    auto fused = fuse(found, {});
    spread_groups(fused);
    EXPECT_EQ(order(fused), "acdfbe");
}
