#include "proxy/replies.h"
#include "proxy/spec.h"
#include "proxy/tool_headers.h"

#include <cstdlib>
#include <gmock/gmock.h>

namespace rustcoder::proxy {
namespace {

TEST(ProxySpec, KnownShortForms) {
    const auto serve = parse_run("0.0.0.0:3000", true);
    ASSERT_TRUE(serve.has_value());
    EXPECT_TRUE(serve->listens);
    EXPECT_EQ(serve->listen.address, "0.0.0.0");
    EXPECT_EQ(serve->listen.port, 3000);
    const auto join = parse_run("example.org:8080", false);
    ASSERT_TRUE(join.has_value());
    EXPECT_FALSE(join->listens);
    EXPECT_EQ(join->connect, "http://example.org:8080/sse");
    const auto both = parse_run("127.0.0.2:3001:[::1]:8080", false);
    ASSERT_TRUE(both.has_value());
    EXPECT_EQ(both->listen.address, "127.0.0.2");
    EXPECT_EQ(both->listen.port, 3001);
    EXPECT_EQ(both->connect, "http://[::1]:8080/sse");
    const auto short_both = parse_run("3001:host:80", false);
    ASSERT_TRUE(short_both.has_value());
    EXPECT_EQ(short_both->listen.port, 3001);
    EXPECT_FALSE(parse_run("3000", false).has_value());
    EXPECT_FALSE(parse_run("a:b", true).has_value());
    EXPECT_FALSE(parse_run("99999", true).has_value());
}

TEST(ProxySpec, HeadersTakeTheEnvironment) {
    ::setenv("RC_PROXY_TEST", "k=y", 1);
    const auto field = parse_header("Authorization=Bearer ${RC_PROXY_TEST}");
    ASSERT_TRUE(field.has_value());
    EXPECT_EQ(field->second, "Bearer k=y");
    EXPECT_EQ(parse_header("X-A: b")->second, "b");
    EXPECT_FALSE(parse_header("X=${RC_PROXY_NOT_THERE}").has_value());
    EXPECT_FALSE(parse_header("nothing").has_value());
}

TEST(ProxyToolHeaders, EncodesAsTheRevisionSays) {
    EXPECT_EQ(header_value("us-west1"), "us-west1");
    EXPECT_EQ(header_value(" padded "), "=?base64?IHBhZGRlZCA=?=");
    EXPECT_EQ(header_value("=?base64?literal?="), "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=");
    EXPECT_EQ(decode_header_value("=?base64?bGluZTEKbGluZTI=?="), "line1\nline2");
    EXPECT_FALSE(decode_header_value("=?base64?***?=").has_value());
}

TEST(ProxyToolHeaders, LearnsFromTheListThatPasses) {
    ToolHeaders headers;
    headers.learn(*Message::read(R"({"id":1,"result":{"tools":[{"name":"t","inputSchema":{"type":"object","properties":{
        "region":{"type":"string","x-mcp-header":"Region"},
        "deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}}}}}]}})"));
    const auto call = *Message::read(
        R"({"id":2,"method":"tools/call","params":{"name":"t","arguments":{"region":"eu","deep":{"n":42}}}})");
    auto sent = headers.headers_for(call);
    EXPECT_EQ(sent.get("Mcp-Param-Region"), "eu");
    EXPECT_EQ(sent.get("Mcp-Param-N"), "42");
    EXPECT_EQ(headers.mismatch(call, sent), "");
    sent.set("Mcp-Param-N", "42.0");
    EXPECT_EQ(headers.mismatch(call, sent), "") << "numbers compare as numbers";
    sent.set("Mcp-Param-N", "43");
    EXPECT_NE(headers.mismatch(call, sent), "");
    EXPECT_NE(headers.mismatch(call, {}), "");
}

TEST(ProxyReplies, ErrorsOfTheStatelessEraHaveAStatus) {
    EXPECT_EQ(modern_status(error_answer("1", -32601, "")), 404);
    EXPECT_EQ(modern_status(error_answer("1", -32022, "")), 400);
    EXPECT_EQ(modern_status(error_answer("1", -32602, "")), 200);
}

} // namespace
} // namespace rustcoder::proxy
