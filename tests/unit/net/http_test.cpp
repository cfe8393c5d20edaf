#include "net/http.h"

#include <gtest/gtest.h>

namespace rustcoder::net {
namespace {

TEST(Http, headers_compare_names_without_case_and_set_replaces) {
    Headers h;
    h.add("X-A", "1");
    h.add("x-a", "2");
    EXPECT_EQ(h.count("X-a"), 2u);
    EXPECT_EQ(h.get("x-A"), "1");
    h.set("X-A", "3");
    EXPECT_EQ(h.count("x-a"), 1u);
    EXPECT_EQ(h.get("x-a"), "3");
    EXPECT_EQ(h.find("absent"), nullptr);
}

TEST(Http, targets_are_cut_and_decoded) {
    std::string path, query;
    ASSERT_TRUE(parse_target("/a%20b/c?x=1&y=%2F#frag", path, query));
    EXPECT_EQ(path, "/a b/c");
    EXPECT_EQ(query, "x=1&y=%2F");
    ASSERT_TRUE(parse_target("http://host:80/x", path, query));
    EXPECT_EQ(path, "/x");
    ASSERT_TRUE(parse_target("http://host", path, query));
    EXPECT_EQ(path, "/");
    EXPECT_FALSE(parse_target("/%zz", path, query));
    EXPECT_FALSE(parse_target("/%2", path, query));
    EXPECT_FALSE(parse_target("/a%00b", path, query));
    EXPECT_FALSE(parse_target("nope", path, query));
    EXPECT_FALSE(parse_target("", path, query));
}

TEST(Http, query_values_are_form_decoded) {
    HttpRequest r;
    r.query = "a=1+2&b=%41&c&d=%zz";
    EXPECT_EQ(r.query_value("a"), "1 2");
    EXPECT_EQ(r.query_value("b"), "A");
    EXPECT_EQ(r.query_value("c"), "");
    EXPECT_EQ(r.query_value("d"), std::nullopt);
    EXPECT_EQ(r.query_value("e"), std::nullopt);
}

TEST(Http, tokens_in_lists) {
    EXPECT_TRUE(has_token("text/event-stream, application/json;q=0.9", "application/json"));
    EXPECT_TRUE(has_token(" A ,b", "B"));
    EXPECT_FALSE(has_token("application/jsonp", "application/json"));
    EXPECT_FALSE(has_token("", "x"));
}

TEST(Http, sse_events_keep_every_line_in_data) {
    EXPECT_EQ(sse_event("a\nb\r\nc\rd", "m", "7", 500),
              "id: 7\nevent: m\nretry: 500\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
    EXPECT_EQ(sse_event(""), "data: \n\n");
}

} // namespace
} // namespace rustcoder::net
