#include "knowledge/html_walk.h"

#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

bool has_class(std::string_view classes, std::string_view wanted) {
    for (const auto c : base::split(classes, ' '))
        if (c == wanted)
            return true;
    return false;
}

/// What a page shows beside its text: navigation, buttons, links to sources, hidden lines of examples, drawings.
bool is_noise(const GumboNode& node) {
    switch (node.v.element.tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_TITLE:
        return true;
    default:
        break;
    }
    const std::string_view id = html_attribute(node, "id");
    if (id == "versioninfo" || id == "copy-path")
        return true;
    for (const auto c : base::split(html_attribute(node, "class"), ' '))
        if (base::one_of(c, {"anchor", "doc-anchor", "src", "srclink", "since", "rightside", "boring", "test-arrow",
                             "sub-heading", "grammar-railroad", "rule", "hideme", "tooltip", "out-of-band",
                             "rustdoc-breadcrumbs", "footnote-reference", "buttons"}))
            return true;
    return false;
}

int heading_level(GumboTag tag) {
    switch (tag) {
    case GUMBO_TAG_H1:
        return 1;
    case GUMBO_TAG_H2:
        return 2;
    case GUMBO_TAG_H3:
        return 3;
    case GUMBO_TAG_H4:
        return 4;
    case GUMBO_TAG_H5:
        return 5;
    case GUMBO_TAG_H6:
        return 6;
    default:
        return 0;
    }
}

bool is_block(GumboTag tag) {
    switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_HR:
        return true;
    default:
        return heading_level(tag) != 0;
    }
}

/// "rust", "toml" ... of the classes; rustdoc marks Rust by "rust" alone.
std::string code_language(std::string_view flags) {
    for (const auto c : base::split(flags, ' ')) {
        if (c.starts_with("language-"))
            return std::string(c.substr(9));
        if (c == "rust")
            return "rust";
    }
    return "text";
}

class Walker {
public:
    explicit Walker(std::vector<HtmlBlock>& out) : out_(out) {}

    void block(const GumboNode& node) {
        if (is_text(node)) {
            flow(node);
            return;
        }
        if (node.type != GUMBO_NODE_ELEMENT || is_noise(node))
            return;
        const GumboTag tag = node.v.element.tag;
        if (const int level = heading_level(tag))
            heading(node, level);
        else if (tag == GUMBO_TAG_PRE)
            code(node);
        else if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_DL)
            list(node, 0);
        else if (tag == GUMBO_TAG_TABLE)
            table(node);
        else if (tag == GUMBO_TAG_SECTION && is_item(node))
            item(node);
        else if (is_block(tag))
            children(node);
        else
            flow(node);
    }

    void finish() { end_paragraph(); }

private:
    static bool is_text(const GumboNode& n) {
        return n.type == GUMBO_NODE_TEXT || n.type == GUMBO_NODE_WHITESPACE || n.type == GUMBO_NODE_CDATA;
    }
    /// rustdoc's <section id="method.map" class="method">; the docblock that follows describes it.
    static bool is_item(const GumboNode& n) {
        const auto id = html_attribute(n, "id");
        return base::has(id, ".") || id.starts_with("impl-");
    }

    template <class F> static void each_child(const GumboNode& node, F&& f) {
        if (node.type != GUMBO_NODE_ELEMENT)
            return;
        const GumboVector& kids = node.v.element.children;
        for (unsigned i = 0; i < kids.length; ++i)
            f(*static_cast<const GumboNode*>(kids.data[i]));
    }

    void children(const GumboNode& node) {
        end_paragraph();
        each_child(node, [&](const GumboNode& child) { block(child); });
        end_paragraph();
    }

    void end_paragraph() {
        if (const auto text = base::trim(paragraph_); !text.empty())
            out_.push_back({HtmlBlock::Kind::text, 0, {}, std::string(text), {}});
        paragraph_.clear();
    }

    /// Inline content, into the paragraph at hand; blocks inside it (a <pre> in a <span>) end it.
    void flow(const GumboNode& node) {
        if (node.type == GUMBO_NODE_ELEMENT && !is_noise(node) && contains_block(node)) {
            each_child(node, [&](const GumboNode& child) { block(child); });
            return;
        }
        inline_text(node, paragraph_);
    }

    static bool contains_block(const GumboNode& node) {
        bool found = false;
        each_child(node, [&](const GumboNode& child) {
            if (child.type == GUMBO_NODE_ELEMENT)
                found = found || is_block(child.v.element.tag);
        });
        return found;
    }

    static void append_collapsed(std::string_view text, std::string& out) {
        for (const char c : text) {
            if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f') {
                if (!out.empty() && out.back() != ' ' && out.back() != '\n')
                    out += ' ';
            } else {
                out += c;
            }
        }
    }

    /// One line of Markdown: only code is marked, because emphasis says nothing to a search.
    static void inline_text(const GumboNode& node, std::string& out) {
        if (is_text(node)) {
            append_collapsed(node.v.text.text, out);
            return;
        }
        if (node.type != GUMBO_NODE_ELEMENT || is_noise(node))
            return;
        const GumboTag tag = node.v.element.tag;
        if (tag == GUMBO_TAG_BR) {
            out += '\n';
            return;
        }
        if (tag == GUMBO_TAG_CODE) {
            std::string inside;
            each_child(node, [&](const GumboNode& child) { raw_text(child, inside); });
            if (!base::trim(inside).empty())
                out += fmt::format("`{}`", base::trim(inside));
            return;
        }
        if (is_block(tag) && !out.empty() && out.back() != ' ' && out.back() != '\n')
            out += ' ';
        each_child(node, [&](const GumboNode& child) { inline_text(child, out); });
    }

    static void raw_text(const GumboNode& node, std::string& out) {
        if (is_text(node)) {
            out += node.v.text.text;
            return;
        }
        if (node.type != GUMBO_NODE_ELEMENT || is_noise(node))
            return;
        if (node.v.element.tag == GUMBO_TAG_BR)
            out += '\n';
        each_child(node, [&](const GumboNode& child) { raw_text(child, out); });
    }

    static std::string plain(const GumboNode& node) {
        std::string text;
        inline_text(node, text);
        return std::string(base::trim(text));
    }

    void heading(const GumboNode& node, int level) {
        end_paragraph();
        std::string text = plain(node);
        std::string anchor(html_attribute(node, "id"));
        if (!text.empty())
            out_.push_back({HtmlBlock::Kind::heading, level, std::move(anchor), std::move(text), {}});
    }

    void item(const GumboNode& node) {
        end_paragraph();
        std::string text;
        each_child(node, [&](const GumboNode& child) {
            if (child.type == GUMBO_NODE_ELEMENT && !is_noise(child))
                raw_text(child, text);
        });
        out_.push_back({HtmlBlock::Kind::item,
                        0,
                        std::string(html_attribute(node, "id")),
                        std::string(base::trim(base::replace_all(std::move(text), "\xC2\xA0", " "))),
                        {}});
    }

    void code(const GumboNode& node) {
        end_paragraph();
        std::string flags(html_attribute(node, "class"));
        each_child(node, [&](const GumboNode& child) {
            if (child.type == GUMBO_NODE_ELEMENT && child.v.element.tag == GUMBO_TAG_CODE)
                flags += fmt::format(" {}", html_attribute(child, "class"));
        });
        std::string text;
        each_child(node, [&](const GumboNode& child) { raw_text(child, text); });
        text = base::replace_all(std::move(text), "\xC2\xA0", " ");
        while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
            text.pop_back();
        if (text.starts_with('\n'))
            text.erase(0, 1);
        if (base::trim(text).empty())
            return;
        const char* fence = base::has(text, "```") ? "~~~" : "```";
        text = fmt::format("{}{}\n{}\n{}", fence, code_language(flags), text, fence);
        out_.push_back({HtmlBlock::Kind::code, 0, {}, std::move(text), std::move(flags)});
    }

    /// One block for the whole list, except that code inside an entry is a block of its own.
    void list(const GumboNode& node, int depth) {
        if (depth == 0)
            end_paragraph();
        each_child(node, [&](const GumboNode& child) {
            if (child.type != GUMBO_NODE_ELEMENT || is_noise(child))
                return;
            const GumboTag tag = child.v.element.tag;
            if (tag == GUMBO_TAG_DD && has_class(html_attribute(node, "class"), "item-table")) {
                if (paragraph_.ends_with('\n'))
                    paragraph_.pop_back();
                paragraph_ += ": ";
            } else {
                if (!paragraph_.empty() && !paragraph_.ends_with('\n'))
                    paragraph_ += '\n';
                paragraph_ += fmt::format("{:{}}{}", "", depth * 2, tag == GUMBO_TAG_DD ? "  " : "- ");
            }
            entry(child, depth);
        });
        if (depth == 0)
            end_paragraph();
    }

    void entry(const GumboNode& node, int depth) {
        each_child(node, [&](const GumboNode& child) {
            if (child.type == GUMBO_NODE_ELEMENT && !is_noise(child)) {
                const GumboTag tag = child.v.element.tag;
                if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_DL)
                    return list(child, depth + 1);
                if (tag == GUMBO_TAG_PRE || (contains_block(child) && tag != GUMBO_TAG_P))
                    return block(child);
            }
            inline_text(child, paragraph_);
        });
    }

    void table(const GumboNode& node) {
        end_paragraph();
        rows(node);
        end_paragraph();
    }

    void rows(const GumboNode& node) {
        each_child(node, [&](const GumboNode& child) {
            if (child.type != GUMBO_NODE_ELEMENT)
                return;
            if (child.v.element.tag != GUMBO_TAG_TR) {
                rows(child);
                return;
            }
            std::string line;
            each_child(child, [&](const GumboNode& cell) {
                if (cell.type == GUMBO_NODE_ELEMENT)
                    line += fmt::format("{}{}", line.empty() ? "" : " | ", plain(cell));
            });
            if (!base::trim(line).empty())
                paragraph_ += line + "\n";
        });
    }

    std::vector<HtmlBlock>& out_;
    std::string paragraph_;
};

} // namespace

std::string_view html_attribute(const GumboNode& node, const char* name) {
    if (node.type != GUMBO_NODE_ELEMENT)
        return {};
    const GumboAttribute* a = gumbo_get_attribute(&node.v.element.attributes, name);
    return a != nullptr && a->value != nullptr ? std::string_view(a->value) : std::string_view();
}

void walk_html(const GumboNode& node, std::vector<HtmlBlock>& out) {
    Walker walker(out);
    walker.block(node);
    walker.finish();
}

} // namespace rustcoder::knowledge
