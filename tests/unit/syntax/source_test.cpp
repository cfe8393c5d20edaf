#include "syntax/source.h"

#include <gtest/gtest.h>

#include <random>

namespace rustcoder::syntax {
namespace {

std::vector<std::string> texts(const Source& s) {
    std::vector<std::string> out;
    for (const Token& t : s.tokens())
        out.emplace_back(s.text(t));
    return out;
}
using Texts = std::vector<std::string>;

TEST(Source, CutsPunctuationByMaximalMunch) {
    Source s("a::b->c=>d==e&&f..=g..h...i<<=j>>k");
    EXPECT_EQ(texts(s), (Texts{"a",   "::", "b",  "->", "c",   "=>", "d",   "==", "e",  "&&", "f",
                               "..=", "g",  "..", "h",  "...", "i",  "<<=", "j",  ">>", "k"}));
}

TEST(Source, TellsNumbersFromRangesFieldsAndMethods) {
    Source s("1..2 x.0.1 1.5e-3f32 0xff_u8 2.max(3) 1. 7f64 1e5 1_000i32");
    EXPECT_EQ(texts(s), (Texts{"1", "..", "2",   "x", ".", "0", ".",  "1",    "1.5e-3f32", "0xff_u8",
                               "2", ".",  "max", "(", "3", ")", "1.", "7f64", "1e5",       "1_000i32"}));
    EXPECT_EQ(s.tokens()[8].kind, Kind::floating);
    EXPECT_EQ(s.tokens()[16].kind, Kind::floating);
    EXPECT_EQ(s.tokens()[17].kind, Kind::floating);
    EXPECT_EQ(s.tokens()[9].kind, Kind::integer);
}

TEST(Source, TellsCharactersFromLifetimes) {
    Source s("'a' 'b &'static str '\\'' '\\u{1F600}' '∑' b'x' 'loop: loop {} 'abc'");
    std::vector<Kind> kinds;
    for (const Token& t : s.tokens())
        kinds.push_back(t.kind);
    using enum Kind;
    EXPECT_EQ(kinds, (std::vector{character, lifetime, punct, lifetime, ident, character, character, character, byte,
                                  lifetime, punct, keyword, open, close, character}));
    EXPECT_EQ(s.at(14), "'abc'");
}

TEST(Source, ReadsStringsOfEveryKind) {
    Source s(R"--("a\"b" r"c\" r#"d"e"# b"f" br#"g"# c"h" cr"i" r#type "two
lines")--");
    EXPECT_EQ(texts(s), (Texts{R"("a\"b")", R"(r"c\")", R"-(r#"d"e"#)-", R"(b"f")", R"-(br#"g"#)-", R"(c"h")",
                               R"(cr"i")", "r#type", "\"two\nlines\""}));
    EXPECT_EQ(s.tokens()[3].kind, Kind::byte_string);
    EXPECT_EQ(s.tokens()[5].kind, Kind::c_string);
    EXPECT_EQ(s.tokens()[7].kind, Kind::ident);
}

TEST(Source, KeepsCommentsApartAndDocsAsTokens) {
    Source s("#!/usr/bin/env x\n// a\n/* b /* c */ d */ x /// doc\n//! in\n/** o */ //// plain\n/**/");
    EXPECT_EQ(s.comments().size(), 5u);
    EXPECT_EQ(texts(s), (Texts{"x", "/// doc", "//! in", "/** o */"}));
    EXPECT_TRUE(s.in_comment_or_literal(18));
    EXPECT_FALSE(s.in_comment_or_literal(s.tokens()[0].begin));
    EXPECT_EQ(Source("#![allow(x)]").at(0), "#");
}

TEST(Source, FlagsUnterminatedLiterals) {
    Source s("f(\"abc);\nlet x = 1;");
    ASSERT_EQ(s.tokens().size(), 3u);
    EXPECT_TRUE(s.tokens()[2].unterminated);
    EXPECT_EQ(s.tokens()[2].end, s.text().size());
    Source comment("a /* b");
    EXPECT_TRUE(comment.tokens()[1].unterminated);
    Source tick("let c = '; x");
    EXPECT_TRUE(tick.tokens()[3].unterminated);
    EXPECT_EQ(tick.at(tick.tokens().size() - 1), "x");
}

TEST(Source, MarksForeignSymbolsAsUnknown) {
    Source s("“a” – é；日本");
    EXPECT_EQ(texts(s), (Texts{"“", "a", "”", "–", "é", "；", "日本"}));
    EXPECT_EQ(s.tokens()[0].kind, Kind::unknown);
    EXPECT_EQ(s.tokens()[4].kind, Kind::ident);
    EXPECT_EQ(s.tokens()[5].kind, Kind::unknown);
}

TEST(Source, MatchesDelimitersAndNamesTheOddOnes) {
    Source s("{ ( [ ] }");
    EXPECT_FALSE(s.balanced());
    EXPECT_EQ(s.unmatched(), (std::vector<std::size_t>{1}));
    EXPECT_EQ(s.tokens()[0].match, 4);
    EXPECT_EQ(s.tokens()[2].match, 3);
    EXPECT_EQ(s.enclosing_open(3), 1);
    EXPECT_EQ(s.tokens()[3].depth, 2u);
    EXPECT_EQ(Source("{ ( ] }").unmatched(), (std::vector<std::size_t>{1, 2}));
    EXPECT_TRUE(Source("fn a() { b[1]; }").balanced());
}

TEST(Source, KnowsLines) {
    Source s("a\r\n  b\n\tc");
    EXPECT_EQ(s.line_count(), 3u);
    EXPECT_EQ(s.line_text(0), "a");
    EXPECT_EQ(s.line_text(1), "  b");
    EXPECT_EQ(s.line_indent(2), "\t");
    EXPECT_EQ(s.line_of(3), 1u);
    EXPECT_EQ(s.tokens()[2].indent, 4u);
    EXPECT_TRUE(s.tokens()[1].first_on_line);
    EXPECT_EQ(s.token_at(0), 0u);
    EXPECT_EQ(s.token_at(1), 1u);
    EXPECT_EQ(s.token_before(5), 0);
    EXPECT_EQ(s.token_before(6), 1);
    EXPECT_EQ(s.at(-1), "");
    EXPECT_EQ(s.at(99), "");
}

TEST(Source, IsTotalAndCoversEveryByte) {
    std::mt19937 random(7);
    const std::string pieces[] = {"'",  "\"", "r#", "b'",   "/*", "*/", "//", "\n", "{", "}",  "(",   "0x",
                                  "1.", "e+", "\\", "\xE2", "“",  "a",  " ",  "..", "=", "#!", "\xFF"};
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int n = 0; n < 12; ++n)
            text += pieces[random() % std::size(pieces)];
        Source s(text);
        std::size_t last = 0;
        for (const Token& t : s.tokens()) {
            ASSERT_LT(t.begin, t.end) << text;
            ASSERT_LE(last, t.begin) << text;
            ASSERT_LE(t.end, text.size()) << text;
            last = t.end;
        }
    }
}

} // namespace
} // namespace rustcoder::syntax
