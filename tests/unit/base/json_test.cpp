#include "base/json.h"

#include <gtest/gtest.h>

namespace rustcoder::base {
namespace {

TEST(Json, ParsesAndPrints) {
    const auto v = parse_json(" {\"a\":[1,2.5,null,true,\"x\\u00e9\"]} \n");
    ASSERT_TRUE(v) << v.error().text();
    EXPECT_EQ(dump(*v), "{\"a\":[1,2.5E0,null,true,\"x\xC3\xA9\"]}");
    EXPECT_EQ(dump_pretty(*parse_json("{\"a\":[1],\"b\":{},\"c\":[]}")),
              "{\n  \"a\": [\n    1\n  ],\n  \"b\": {},\n  \"c\": []\n}\n");
}

TEST(Json, RejectsWithAPlace) {
    for (const std::string_view bad : {"", " ", "{", "[1,]", "{\"a\":1,}", "nul", "1 2", "{} x", "NaN", "Infinity",
                                       "[1e999]", "{\"a\":[-1e999]}", "\"\xff\"", "'a'", "// c\n1", "01", "\"a"}) {
        const auto v = parse_json(bad);
        ASSERT_FALSE(v) << bad;
        EXPECT_EQ(v.error().code, Errc::invalid_input) << bad;
        EXPECT_TRUE(v.error().place.starts_with("byte ")) << bad;
    }
    EXPECT_EQ(parse_json("[1, x]").error().place, "byte 4");
    EXPECT_EQ(parse_json("{}  x").error().place, "byte 4");
}

TEST(Json, DepthIsBounded) {
    const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
    EXPECT_TRUE(parse_json(nested(120)));
    EXPECT_FALSE(parse_json(nested(130)));
    EXPECT_FALSE(parse_json(nested(1000000)));
}

TEST(Json, Getters) {
    const auto v = *parse_json(
        R"({"s":"x","i":3,"f":4.0,"h":4.5,"b":true,"n":null,"o":{"k":1},"a":[1],"u":18446744073709551615})");
    const auto& o = v.as_object();
    EXPECT_EQ(get_string(o, "s"), "x");
    EXPECT_EQ(get_string(o, "i", "d"), "d");
    EXPECT_EQ(get_string(o, "none", "d"), "d");
    EXPECT_EQ(get_int(o, "i"), 3);
    EXPECT_EQ(get_int(o, "f"), 4);
    EXPECT_EQ(get_int(o, "h", 7), 7);
    EXPECT_EQ(get_int(o, "u", 7), 7);
    EXPECT_EQ(get_int(o, "n", 7), 7);
    EXPECT_TRUE(get_bool(o, "b"));
    EXPECT_TRUE(get_bool(o, "n", true));
    ASSERT_NE(get_object(o, "o"), nullptr);
    EXPECT_EQ(get_object(o, "a"), nullptr);
    ASSERT_NE(get_array(o, "a"), nullptr);
    EXPECT_EQ(get_array(o, "none"), nullptr);
}

TEST(Json, OutputIsAlwaysUtf8) {
    EXPECT_EQ(dump(json::value("a\xff\xC3z\xE2\x82")), "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_TRUE(parse_json(dump(json::value("\xED\xA0\x80 😀 \x80"))));
}

} // namespace
} // namespace rustcoder::base
