#include "proxy/message.h"

#include <gmock/gmock.h>

namespace rustcoder::proxy {
namespace {

Message read(std::string text) {
    auto m = Message::read(std::move(text));
    EXPECT_TRUE(m.has_value()) << (m ? "" : m.error().text());
    return m ? *m : Message();
}

TEST(ProxyMessage, KnowsWhatARelayNeeds) {
    const auto m = read(R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a\"b","arguments":{"id":"x",
        "method":"y"},"_meta":{"progressToken":"t","io.modelcontextprotocol/protocolVersion":"2026-07-28",
        "io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/logLevel":"info"}}})");
    EXPECT_EQ(m.kind, Message::Kind::request);
    EXPECT_EQ(m.raw(m.id), "7");
    EXPECT_EQ(m.name, "a\"b");
    EXPECT_EQ(m.raw(m.progress_token), "\"t\"");
    EXPECT_EQ(m.revision, "2026-07-28");
    EXPECT_TRUE(m.has_capabilities);
    EXPECT_TRUE(m.log_level);
    EXPECT_EQ(m.text.find('\n'), std::string::npos) << "one message is one line";
}

TEST(ProxyMessage, ChangesOnlyWhatIsReplaced) {
    const std::string text =
        R"({ "params" : {"_meta":{"progressToken":1},"n":1.50,"s":"\u00e9 } ] ,"}, "id" : "a" ,"method":"m"})";
    const auto m = read(text);
    const auto out = m.edited({{m.id, "42"}, {m.progress_token, "\"long\""}});
    EXPECT_EQ(
        out.text,
        R"({ "params" : {"_meta":{"progressToken":"long"},"n":1.50,"s":"\u00e9 } ] ,"}, "id" : 42 ,"method":"m"})");
    EXPECT_EQ(out.raw(out.id), "42");
    EXPECT_EQ(m.edited({}).text, text);
}

TEST(ProxyMessage, OneIdWrittenDifferentlyIsOneId) {
    EXPECT_EQ(canonical_id("1"), canonical_id("1.0"));
    EXPECT_EQ(canonical_id("\"\\u0061\""), canonical_id("\"a\""));
    EXPECT_EQ(canonical_id("\"\xC3\xA9\""), canonical_id("\"\\u00e9\""));
    EXPECT_NE(canonical_id("1"), canonical_id("\"1\""));
}

TEST(ProxyMessage, RefusesWhatIsNoMessage) {
    for (const auto* text : {"", "{", "[]", "1", R"({"id":1})", R"({"id":{},"method":"m"})",
                             R"({"id":null,"method":"m"})", R"({"method":"m"} x)"}) {
        bool batch = false;
        EXPECT_FALSE(Message::read(text).has_value()) << text;
        EXPECT_FALSE(Message::read_batch(text, batch).has_value()) << text;
    }
}

TEST(ProxyMessage, ReadsBatchesAndAnswers) {
    bool batch = false;
    const auto all =
        Message::read_batch(R"([{"id":1,"method":"a"}, {"method":"b"},{"id":2,"error":{"code":-32601}}])", batch);
    ASSERT_TRUE(all.has_value());
    EXPECT_TRUE(batch);
    ASSERT_EQ(all->size(), 3u);
    EXPECT_EQ((*all)[1].kind, Message::Kind::notification);
    EXPECT_EQ((*all)[2].kind, Message::Kind::response);
    EXPECT_EQ((*all)[2].error_code, -32601);
    const auto answer = error_answer("\"x\"", -1, "a \"quote\"");
    EXPECT_EQ(answer.text, R"({"jsonrpc":"2.0","id":"x","error":{"code":-1,"message":"a \"quote\""}})");
}

} // namespace
} // namespace rustcoder::proxy
