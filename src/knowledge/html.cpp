#include "knowledge/html.h"

#include "base/text.h"
#include "knowledge/html_walk.h"

#include <algorithm>
#include <map>
#include <memory>

namespace rustcoder::knowledge {

namespace {

// Gumbo frees its tree by recursion and opens unclosed formatting elements again in every block: the bounds keep a
// hostile page from exhausting stack or memory. Real pages stay under 60, 100,000 and 500,000.
constexpr std::size_t max_depth = 512;
constexpr std::size_t max_tags = 1'000'000;
constexpr std::size_t max_reopened = 8'000'000;

bool is_formatting(std::string_view tag) {
    return base::one_of(
        tag, {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"});
}

bool closes_itself(std::string_view tag) {
    return base::one_of(tag, {"area",  "base",     "br",    "col",    "embed",  "hr",     "img",   "input",
                              "link",  "meta",     "param", "source", "track",  "wbr",    "p",     "li",
                              "dt",    "dd",       "td",    "th",     "tr",     "option", "thead", "tbody",
                              "tfoot", "colgroup", "path",  "rect",   "circle", "line",   "use",   "!doctype"});
}

std::string tag_at(std::string_view html, std::size_t at) {
    std::string tag;
    while (at < html.size() && tag.size() < 24 && !base::one_of(html.substr(at, 1), {" ", ">", "/", "\n", "\t", "\r"}))
        tag += static_cast<char>(std::tolower(static_cast<unsigned char>(html[at++])));
    return tag;
}

/// An upper bound of how deep the tree can get, from the tags alone.
Status check_nesting(std::string_view html) {
    std::map<std::string, std::size_t, std::less<>> open;
    std::size_t depth = 0, tags = 0, formatting = 0, most_formatting = 0;
    for (std::size_t i = html.find('<'); i != std::string_view::npos; i = html.find('<', i + 1)) {
        const bool end = i + 1 < html.size() && html[i + 1] == '/';
        const std::string tag = tag_at(html, i + (end ? 2 : 1));
        tags += end ? 0 : 1;
        if (tag.empty() || closes_itself(tag))
            continue;
        if (!end) {
            ++open[tag];
            ++depth;
            formatting += is_formatting(tag) ? 1 : 0;
        } else if (const auto it = open.find(tag); it != open.end() && it->second > 0) {
            --it->second;
            --depth;
            formatting -= is_formatting(tag) ? 1 : 0;
        }
        most_formatting = std::max(most_formatting, formatting);
        if (depth > max_depth)
            return fail(Errc::limit, "HTML nested deeper than 512 elements", "byte " + std::to_string(i));
    }
    if (tags > max_tags || tags * most_formatting > max_reopened)
        return fail(Errc::limit, "HTML with more elements than are read");
    return {};
}

struct Free {
    void operator()(GumboOutput* o) const { gumbo_destroy_output(&kGumboDefaultOptions, o); }
};
using Tree = std::unique_ptr<GumboOutput, Free>;

Tree parse(std::string_view html) {
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    return Tree(gumbo_parse_with_options(&options, html.data(), html.size()));
}

/// From `from` up to the first of the marks behind it; "" when `from` is not there.
std::string_view between(std::string_view html, std::string_view from, std::initializer_list<std::string_view> ends) {
    const auto begin = html.find(from);
    if (begin == std::string_view::npos)
        return {};
    std::size_t end = html.size();
    for (const auto mark : ends)
        end = std::min(end, html.find(mark, begin));
    return html.substr(begin, end - begin);
}

/// Only what is worth parsing: pages of the standard library are nine tenths navigation and lists of implementations.
std::string_view content(std::string_view html, HtmlMaker maker) {
    switch (maker) {
    case HtmlMaker::rustdoc: {
        const auto part = between(html, "<section id=\"main-content\"",
                                  {"<h2 id=\"trait-implementations\"", "<h2 id=\"implementors\"",
                                   "<h2 id=\"foreign-impls\"", "<h2 id=\"synthetic-implementations\"",
                                   "<h2 id=\"blanket-implementations\"", "<h2 id=\"deref-methods"});
        return part.empty() ? html : part;
    }
    case HtmlMaker::mdbook: {
        const auto part = between(html, "<main", {"</main>"});
        return part.empty() ? html : part;
    }
    default:
        return html;
    }
}

HtmlMaker maker_of(std::string_view html) {
    const std::string_view head = html.substr(0, 4096);
    if (base::has(head, "http-equiv=\"refresh\""))
        return HtmlMaker::redirect;
    if (base::has(head, "content=\"rustdoc\""))
        return HtmlMaker::rustdoc;
    if (base::has(head, "generated using mdBook"))
        return HtmlMaker::mdbook;
    return HtmlMaker::other;
}

} // namespace

Result<HtmlPage> read_html(std::string_view html) {
    HtmlPage page;
    page.maker = maker_of(html);
    const std::string_view head = html.substr(0, std::min<std::size_t>(html.size(), 16'384));
    if (const auto title = between(head, "<title>", {"</title>"}); !title.empty())
        page.title = html_text(title);
    if (const auto at = head.find("<html lang=\""); at != std::string_view::npos)
        page.language = std::string(head.substr(at + 12, head.find('"', at + 12) - at - 12));
    if (page.maker == HtmlMaker::redirect)
        return page;
    const std::string_view part = content(html, page.maker);
    RC_TRY(check_nesting(part));
    if (const Tree tree = parse(part); tree && tree->root != nullptr)
        walk_html(*tree->root, page.blocks);
    return page;
}

std::string html_text(std::string_view fragment) {
    std::vector<HtmlBlock> blocks;
    std::string text;
    if (!check_nesting(fragment))
        return text;
    // A <title> is dropped by the walk, so only what is inside it is parsed.
    if (fragment.starts_with("<title>"))
        fragment.remove_prefix(7);
    if (const Tree tree = parse(fragment); tree && tree->root != nullptr)
        walk_html(*tree->root, blocks);
    for (const auto& block : blocks)
        text += (text.empty() ? "" : " ") + block.text;
    return text;
}

} // namespace rustcoder::knowledge
