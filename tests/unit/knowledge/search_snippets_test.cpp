#include "base/text.h"
#include "knowledge/snippets.h"

#include <gtest/gtest.h>

using namespace rustcoder;
using rustcoder::knowledge::make_snippet;

namespace {

std::string filler(int lines) {
    std::string out;
    for (int i = 0; i < lines; ++i)
        out += "Some line that says nothing of interest at all.\n";
    return out;
}

} // namespace

TEST(Snippets, ShortTextsAreShownWhole) {
    EXPECT_EQ(make_snippet("The value was moved.", "moved"), "The value was moved.");
    EXPECT_EQ(make_snippet("", "moved"), "");
    EXPECT_EQ(make_snippet("\n\n", "moved"), "");
    EXPECT_EQ(make_snippet("The value was moved.", ""), "The value was moved.");
}

TEST(Snippets, TheDensestPlaceIsShown) {
    const auto text = filler(20) + "A value is used here.\n" + filler(20) +
                      "A moved value cannot be used; clone it before the move.\n" + filler(20);
    const auto s = make_snippet(text, "clone the moved value", 200);
    EXPECT_TRUE(base::has(s, "clone it before the move")) << s;
    EXPECT_TRUE(s.starts_with("...") && s.ends_with("...")) << s;
    EXPECT_LE(s.size(), 210u);
}

TEST(Snippets, WithoutAMatchTheBeginning) {
    const auto s = make_snippet("First line.\n" + filler(20), "unrelated", 100);
    EXPECT_TRUE(s.starts_with("First line.")) << s;
}

TEST(Snippets, CodeKeepsItsLinesAndRelativeIndentation) {
    const auto text =
        filler(10) + "    fn main() {\n        let names = vec![1];\n        drop(names);\n    }\n" + filler(10);
    const auto s = make_snippet(text, "drop names", 120);
    EXPECT_TRUE(base::has(s, "let names = vec![1];\n")) << s;
    EXPECT_TRUE(base::has(s, "drop(names);")) << s;
    EXPECT_FALSE(base::has(s, "        let")) << "common indentation is taken off: " << s;
}

TEST(Snippets, CutsAtWordsAndCharacters) {
    std::string text;
    for (int i = 0; i < 200; ++i)
        text += "größenveränderung übermäßig ";
    text += "target ";
    for (int i = 0; i < 200; ++i)
        text += "größenveränderung übermäßig ";
    auto s = make_snippet(text, "target", 150);
    EXPECT_TRUE(base::valid_utf8(s));
    EXPECT_TRUE(base::has(s, "target"));
    std::string_view inner = s;
    inner.remove_prefix(3);
    inner.remove_suffix(3);
    for (const auto word : base::split(base::trim(inner), ' '))
        EXPECT_TRUE(base::one_of(word, {"größenveränderung", "übermäßig", "target"})) << word;

    std::string unbroken;
    for (int i = 0; i < 5000; ++i)
        unbroken += "語";
    s = make_snippet(unbroken, "x", 100);
    EXPECT_TRUE(base::valid_utf8(s)) << s;
    EXPECT_LE(s.size(), 110u);
}

TEST(Snippets, LongTextsCostLittle) {
    const std::string huge(10 << 20, 'a');
    EXPECT_LE(make_snippet(huge, "a", 100).size(), 110u);
}
