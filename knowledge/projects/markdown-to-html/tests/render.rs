use markdown_to_html::render;

#[test]
fn headings_have_levels() {
    assert_eq!(render("### Three"), "<h3>Three</h3>\n");
    assert_eq!(render("#none"), "<p>#none</p>\n");
    assert_eq!(render("####### seven"), "<p>####### seven</p>\n");
}

#[test]
fn paragraphs_end_at_blank_lines_and_blocks() {
    assert_eq!(render("a\nb\n\nc\n# d"), "<p>a\nb</p>\n<p>c</p>\n<h1>d</h1>\n");
}

#[test]
fn lists_take_indented_lines() {
    assert_eq!(render("* a\n  b\n* c"), "<ul>\n<li>a\nb</li>\n<li>c</li>\n</ul>\n");
}

#[test]
fn emphasis_nests() {
    assert_eq!(render("**a *b* c**"), "<p><strong>a <em>b</em> c</strong></p>\n");
    assert_eq!(render("2 * 3 * 4"), "<p>2 * 3 * 4</p>\n");
    assert_eq!(render("\\*plain\\*"), "<p>*plain*</p>\n");
}

#[test]
fn html_is_escaped_everywhere() {
    assert_eq!(render("<b> & `<i>`"), "<p>&lt;b&gt; &amp; <code>&lt;i&gt;</code></p>\n");
}

#[test]
fn rules_are_rules() {
    assert_eq!(render("a\n\n---\nb"), "<p>a</p>\n<hr>\n<p>b</p>\n");
}

#[test]
fn any_text_is_accepted() {
    for text in ["", "*", "**", "`", "[", "![](", "> ", "```", "- ", "1. ", "\\", "ä*ö", "> > >"] {
        render(text);
    }
}

// @feature links
#[test]
fn links_and_images() {
    assert_eq!(render("[a *b*](x?y&z)"), "<p><a href=\"x?y&amp;z\">a <em>b</em></a></p>\n");
    assert_eq!(render("![cat](c.png)"), "<p><img src=\"c.png\" alt=\"cat\"></p>\n");
    assert!(!render("[x](javascript:alert)").contains("<a"));
}
// @end

// @feature fences
#[test]
fn code_blocks_keep_their_text() {
    let html = render("```rust\nlet *a* = 1 < 2;\n```\nend");
    assert!(html.starts_with("<pre><code class=\"language-rust\">let *a* = 1 &lt; 2;\n</code>"));
    assert!(html.ends_with("<p>end</p>\n"));
}
// @end

// @feature ordered
#[test]
fn numbered_lists() {
    assert_eq!(render("1. a\n2. b"), "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n");
}
// @end

// @feature quotes
#[test]
fn quotations_hold_blocks() {
    assert_eq!(render("> # a\n> b"), "<blockquote>\n<h1>a</h1>\n<p>b</p>\n</blockquote>\n");
}
// @end

// @feature page
#[test]
fn pages_are_titled_by_the_first_heading() {
    let page = markdown_to_html::page("text\n\n# A & B\n");
    assert!(page.contains("<title>A &amp; B</title>"));
    assert!(page.contains(&format!("lang=\"{}\"", markdown_to_html::LANGUAGE)));
}
// @end
