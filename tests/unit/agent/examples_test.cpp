#include "agent/examples.h"

#include <gtest/gtest.h>

using namespace rustcoder;

namespace {
auto parse(std::string_view text) {
    return agent::parse_examples(*base::parse_json(text));
}
} // namespace

TEST(Examples, ReadsAllFields) {
    auto e = parse(R"([{"args": ["-n", "3"], "stdin": "in", "stdout": "out\n", "code": 2}, {"code": 0}])");
    ASSERT_TRUE(e);
    ASSERT_EQ(e->size(), 2u);
    EXPECT_EQ((*e)[0].arguments, (std::vector<std::string>{"-n", "3"}));
    EXPECT_EQ((*e)[0].stdin_bytes, "in");
    EXPECT_EQ((*e)[0].expected_stdout, "out\n");
    EXPECT_EQ((*e)[0].expected_code, 2);
    EXPECT_FALSE((*e)[1].expected_stdout);
}

TEST(Examples, SaysWhatIsWrongAndWhere) {
    for (const char* bad : {"{}", "[1]", R"([{"stdout": 3}])", R"([{"args": "x", "code": 0}])",
                            R"([{"args": [1], "code": 0}])", R"([{"stdin": "x"}])", R"([{"expect": "x"}])"}) {
        auto e = parse(bad);
        ASSERT_FALSE(e) << bad;
        EXPECT_EQ(e.error().code, Errc::invalid_input);
        EXPECT_FALSE(e.error().place.empty());
    }
    std::string many = "[";
    for (int i = 0; i < 65; ++i)
        many += std::string(i ? "," : "") + R"({"code": 0})";
    auto e = parse(many + "]");
    ASSERT_FALSE(e);
    EXPECT_EQ(e.error().code, Errc::limit);
}
