#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rustcoder::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Text, TrimSplitLines) {
    EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
    EXPECT_EQ(trim("  "), "");
    EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
    EXPECT_THAT(split("", ','), ElementsAre(""));
    EXPECT_THAT(lines("a\nb\r\n\nc"), ElementsAre("a", "b", "", "c"));
    EXPECT_THAT(lines("a\n"), ElementsAre("a"));
    EXPECT_THAT(lines("a\r"), ElementsAre("a\r")) << "no terminator, no cut";
    EXPECT_THAT(lines(""), IsEmpty());
}

TEST(Text, Utf8) {
    for (const std::string_view good : {"", "a", "é", "日本", "😀", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
        EXPECT_TRUE(valid_utf8(good)) << good;
    EXPECT_TRUE(valid_utf8(std::string_view("\0", 1)));
    for (const std::string_view bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82", "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3z"})
        EXPECT_FALSE(valid_utf8(bad)) << bad;
}

TEST(Text, ReplaceAll) {
    EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
    EXPECT_EQ(replace_all("aaa", "aa", "b"), "ba");
    EXPECT_EQ(replace_all("abc", "", "x"), "abc");
    EXPECT_EQ(replace_all("", "a", "x"), "");
}

TEST(Text, EditDistance) {
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("pritnln", "println"), 1u) << "a transposition is one step";
    EXPECT_EQ(edit_distance("ab", "ba"), 1u);
    EXPECT_EQ(edit_distance("ca", "abc"), 3u) << "optimal string alignment, not full Damerau";
    EXPECT_EQ(edit_distance("abcdef", "uvwxyz", 2), 3u) << "cap + 1";
    EXPECT_EQ(edit_distance("a", "abcdefgh", 3), 4u);
    EXPECT_EQ(edit_distance("same", "same", 0), 0u);
    // The cap must never change an answer that lies within it.
    const std::vector<std::string> words{"", "a", "ab", "ba", "abc", "acb", "bca", "cab", "abcd", "badc"};
    for (const auto& a : words)
        for (const auto& b : words)
            for (std::size_t cap = 0; cap < 6; ++cap)
                EXPECT_EQ(edit_distance(a, b, cap), std::min(edit_distance(a, b), cap + 1))
                    << a << " " << b << " " << cap;
}

TEST(Text, Hashes) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hash64("abc"), hash64("abc"));
    EXPECT_NE(hash64("abc"), hash64("abd"));
    EXPECT_NE(hash64("abc"), hash64("abc", 1));
}

TEST(Text, Shell) {
    EXPECT_THAT(shell_split("a  'b c' \"d \\\"e\\\\\" f\\ g ''"), ElementsAre("a", "b c", "d \"e\\", "f g", ""));
    EXPECT_THAT(shell_split("--cfg 'feature=\"std\"' x'y'z"), ElementsAre("--cfg", "feature=\"std\"", "xyz"));
    EXPECT_THAT(shell_split("  "), IsEmpty());
    EXPECT_THAT(shell_split("'open"), ElementsAre("open"));
    EXPECT_THAT(shell_split("a\\"), ElementsAre("a\\"));
    EXPECT_EQ(shell_quote("a-b/c.rs"), "a-b/c.rs");
    EXPECT_EQ(shell_quote(""), "''");
    for (const std::string word : {"a b", "it's", "$HOME", "a\"b", "\\", "é", "*"})
        EXPECT_THAT(shell_split(shell_quote(word)), ElementsAre(word));
}

} // namespace
} // namespace rustcoder::base
