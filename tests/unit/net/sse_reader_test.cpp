#include "net/http_client.h"

#include <gtest/gtest.h>

namespace rustcoder::net {
namespace {

std::string show(const SseMessage& m) {
    std::string out = m.event + "|" + m.data + "|" + m.id;
    return m.retry_ms ? out + "|" + std::to_string(*m.retry_ms) : out;
}

/// Everything a reader says to `text`, given in pieces of `step` bytes.
std::vector<std::string> read(std::string_view text, std::size_t step) {
    std::vector<std::string> out;
    SseReader reader;
    for (std::size_t at = 0; at < text.size(); at += step)
        EXPECT_TRUE(reader.feed(text.substr(at, step), [&](const SseMessage& m) {
            out.push_back(show(m));
            return true;
        }));
    return out;
}

using Expected = std::vector<std::string>;

/// The answer may not depend on where the stream is cut.
void expect(std::string_view text, const Expected& expected) {
    for (std::size_t step = 1; step <= text.size(); ++step)
        EXPECT_EQ(read(text, step), expected) << "in pieces of " << step;
}

TEST(SseReader, reads_what_the_server_side_writes) {
    expect(sse_event("one") + sse_event("two\nlines", "token", "7", 250), {"message|one|", "token|two\nlines|7|250"});
}

TEST(SseReader, every_line_end_and_a_byte_order_mark) {
    expect("\xEF\xBB\xBF"
           "data: a\r\n\r\ndata: b\r\rdata: c\n\ndata: d\r\n\n",
           {"message|a|", "message|b|", "message|c|", "message|d|"});
    expect("\xEF\xBB: x\ndata: y\n\n", {"message|y|"}); // half a mark is an unknown field
}

TEST(SseReader, fields_as_the_standard_says) {
    expect(": comment\ndata:x\ndata\ndata:  y\nunknown: z\n\n", {"message|x\n\n y|"});
    expect("data\n\ndata:\n\n", {"message||", "message||"});
    expect("event: gone\n\ndata: a\n\n", {"message|a|"}); // no data, no event
    expect("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", {"message|a|1", "message|b|1", "message|c|"});
    expect("retry: 12x\nretry: -1\nretry:\ndata: a\n\nretry: 9\n\ndata: b\n\n", {"message|a|", "message|b||9"});
    expect(std::string_view("id: a\0b\ndata: x\n\n", 18), {"message|x|"});
}

TEST(SseReader, an_event_cut_by_the_end_is_not_delivered) {
    expect("data: a\n\ndata: half", {"message|a|"});
    expect("data: whole line, no blank\n", {});
}

TEST(SseReader, ends_when_the_caller_has_enough) {
    SseReader reader;
    int seen = 0;
    const auto once = [&](const SseMessage&) {
        ++seen;
        return false;
    };
    ASSERT_TRUE(reader.feed("data: a\n\ndata: b\n\n", once));
    ASSERT_TRUE(reader.feed("data: c\n\n", once));
    EXPECT_EQ(seen, 1);
}

TEST(SseReader, an_endless_event_is_refused_whether_one_line_or_many) {
    const auto ignore = [](const SseMessage&) { return true; };
    for (const std::string piece : {"data: xxxxxxxxxxxxxxxx\n", "xxxxxxxxxxxxxxxxxxxxxxx"}) {
        SseReader reader(1000);
        Status last;
        int fed = 0;
        for (; last && fed < 1000; ++fed)
            last = reader.feed(piece, ignore);
        ASSERT_FALSE(last);
        EXPECT_EQ(last.error().code, Errc::limit);
        EXPECT_LT(fed, 70);
        EXPECT_TRUE(reader.feed("data: a\n\n", ignore)); // and it stays shut
    }
    SseReader small(1000); // the bound is for one event, not for the stream
    for (int i = 0; i < 1000; ++i)
        ASSERT_TRUE(small.feed("data: xxxxxxxxxxxxxxxx\n\n", ignore));
}

} // namespace
} // namespace rustcoder::net
