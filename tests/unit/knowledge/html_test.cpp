#include "knowledge/html.h"

#include <gtest/gtest.h>

namespace rustcoder::knowledge {
namespace {

using Kind = HtmlBlock::Kind;

HtmlPage read(std::string_view html) {
    auto page = read_html(html);
    EXPECT_TRUE(page) << page.error().text();
    return page ? *page : HtmlPage{};
}

TEST(Html, HeadingsParagraphsAndCodeInOrder) {
    const auto page =
        read("<h1 id=\"top\">Title <code>x</code></h1><p>One <em>two</em>\n three <code>&amp;mut T</code>.</p>"
             "<pre><code class=\"language-rust ignore\">let a = 1;\n</code></pre>");
    ASSERT_EQ(page.blocks.size(), 3U);
    EXPECT_EQ(page.blocks[0].kind, Kind::heading);
    EXPECT_EQ(page.blocks[0].level, 1);
    EXPECT_EQ(page.blocks[0].anchor, "top");
    EXPECT_EQ(page.blocks[0].text, "Title `x`");
    EXPECT_EQ(page.blocks[1].text, "One two three `&mut T`.");
    EXPECT_EQ(page.blocks[2].kind, Kind::code);
    EXPECT_EQ(page.blocks[2].text, "```rust\nlet a = 1;\n```");
    EXPECT_EQ(page.blocks[2].flags, " language-rust ignore");
}

TEST(Html, NavigationScriptsAndHiddenLinesAreDropped) {
    const auto page = read("<nav>Menu</nav><script>x()</script><p>Text<a class=\"anchor\">§</a></p>"
                           "<pre><code><span class=\"boring\">fn main() {\n</span>shown();\n"
                           "<span class=\"boring\">}</span></code></pre><button>Copy</button>");
    ASSERT_EQ(page.blocks.size(), 2U);
    EXPECT_EQ(page.blocks[0].text, "Text");
    EXPECT_EQ(page.blocks[1].text, "```text\nshown();\n```");
}

TEST(Html, ListsNestAndTablesBecomeRows) {
    const auto page = read("<ul><li>one</li><li>two<ul><li>deep</li></ul></li></ul>"
                           "<table><thead><tr><th>Op</th><th>Means</th></tr></thead>"
                           "<tr><td><code>..</code></td><td>range</td></tr></table>");
    ASSERT_EQ(page.blocks.size(), 2U);
    EXPECT_EQ(page.blocks[0].text, "- one\n- two\n  - deep");
    EXPECT_EQ(page.blocks[1].text, "Op | Means\n`..` | range");
}

TEST(Html, CodeInsideAListIsABlockOfItsOwn) {
    const auto page = read("<ul><li><p>Write:</p><pre><code>a</code></pre></li></ul>");
    ASSERT_EQ(page.blocks.size(), 2U);
    EXPECT_EQ(page.blocks[0].text, "- Write:");
    EXPECT_EQ(page.blocks[1].kind, Kind::code);
}

TEST(Html, FenceInsideCodeIsFencedDifferently) {
    const auto page = read("<pre><code class=\"language-rust\">/// ```\n/// x\n/// ```</code></pre>");
    ASSERT_EQ(page.blocks.size(), 1U);
    EXPECT_TRUE(page.blocks[0].text.starts_with("~~~rust\n"));
}

TEST(Html, WhoMadeThePage) {
    EXPECT_EQ(read("<head><meta name=\"generator\" content=\"rustdoc\"></head>").maker, HtmlMaker::rustdoc);
    EXPECT_EQ(read("<head><!-- Book generated using mdBook --></head>").maker, HtmlMaker::mdbook);
    EXPECT_EQ(read("<head><meta http-equiv=\"refresh\" content=\"0\"></head>moved").maker, HtmlMaker::redirect);
    const auto page = read("<html lang=\"ja\"><head><title>A &amp; B</title></head><p>x</p>");
    EXPECT_EQ(page.maker, HtmlMaker::other);
    EXPECT_EQ(page.title, "A & B");
    EXPECT_EQ(page.language, "ja");
}

TEST(Html, NestedPagesOfAnAttackerAreRefused) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "<div>";
    const auto page = read_html(deep);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Errc::limit);
    // Unbalanced ends do not hide the depth.
    std::string sly;
    for (int i = 0; i < 100'000; ++i)
        sly += "<div><span></b></b>";
    EXPECT_FALSE(read_html(sly));
}

TEST(Html, ReopenedFormattingIsBounded) {
    std::string html;
    for (int i = 0; i < 400; ++i)
        html += "<b id=\"" + std::to_string(i) + "\">";
    for (int i = 0; i < 1'000'000; ++i)
        html += "<p>x";
    const auto page = read_html(html);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, Errc::limit);
}

TEST(Html, DamagedInputGivesWhatIsThere) {
    EXPECT_TRUE(read_html(""));
    EXPECT_TRUE(read_html("<"));
    EXPECT_TRUE(read_html("<p>open <code"));
    EXPECT_EQ(html_text("a &lt;b&gt; <i>c</i>"), "a <b> c");
}

} // namespace
} // namespace rustcoder::knowledge
