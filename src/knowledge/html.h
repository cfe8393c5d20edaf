// HTML pages as a flat list of Markdown blocks: what a reader sees, in order, without navigation and scripts. Made for
// mdBook and rustdoc pages; any other page gives its text. Pure functions, thread-safe.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

struct HtmlBlock {
    enum class Kind {
        heading, // text without marks
        text,    // paragraph, list or table as Markdown
        code,    // fenced
        item     // rustdoc: a variant, field, method ... ; text is its signature
    };
    Kind kind = Kind::text;
    int level = 0;      // of a heading: 1-6
    std::string anchor; // id of the heading or item
    std::string text;
    std::string flags; // of code: the classes of <pre> and <code> ("language-rust compile_fail E0382")
};

enum class HtmlMaker { mdbook, rustdoc, other, redirect };

struct HtmlPage {
    HtmlMaker maker = HtmlMaker::other;
    std::string title;    // of <title>
    std::string language; // of <html lang>
    std::vector<HtmlBlock> blocks;
};

/// Errors: limit (nested so deep that it is an attack rather than a page).
Result<HtmlPage> read_html(std::string_view html);

/// Text with `&amp;`-like names replaced, for the few places that need no tree.
std::string html_text(std::string_view fragment);

} // namespace rustcoder::knowledge
