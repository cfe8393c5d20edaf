#include "project/flat_content.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::project::flat {

namespace {

using Lines = std::span<const std::string_view>;

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::string join(Lines lines) {
    std::string out;
    for (const auto line : lines)
        out += line;
    return out;
}

std::size_t first_text(Lines lines) {
    const auto it = std::ranges::find_if_not(lines, blank);
    return it == lines.end() ? none : static_cast<std::size_t>(it - lines.begin());
}

/// Number of lines up to and including the last one with text.
std::size_t text_end(Lines lines) {
    std::size_t n = lines.size();
    while (n > 0 && blank(lines[n - 1]))
        --n;
    return n;
}

bool is_markdown(std::string_view path) {
    const auto name = base::lower(path);
    return name.ends_with(".md") || name.ends_with(".markdown");
}

/// The line that closes `open`, counting blocks that are opened inside with an info string.
std::size_t balanced_closer(Lines lines, std::size_t from, const Fence& open) {
    std::size_t depth = 1;
    for (std::size_t i = from; i < lines.size(); ++i) {
        const auto fence = parse_fence(lines[i]);
        if (!fence || fence->character != open.character || fence->length < open.length)
            continue;
        if (!fence->info.empty()) {
            depth += fence->length == open.length ? 1 : 0;
            continue;
        }
        if (--depth == 0)
            return i;
    }
    return none;
}

/// A Markdown file may hold bare blocks of its own, so the last bare fence is the one that wraps it. In any other file
/// a bare fence is foreign: the first one will do when the count never comes out even.
std::size_t find_closer(Lines lines, std::size_t from, const Fence& open, bool markdown) {
    if (const auto at = markdown ? none : balanced_closer(lines, from, open); at != none)
        return at;
    const auto closes = [&](std::string_view line) {
        const auto fence = parse_fence(line);
        return fence && fence->closes(open);
    };
    std::size_t out = none;
    for (std::size_t i = from; i < lines.size() && (markdown || out == none); ++i)
        if (closes(lines[i]))
            out = i;
    return out;
}

/// Does the fence in lines[at] wrap the file (rather than being the first block of a Markdown file)?
bool wraps_file(Lines lines, std::size_t at, const Fence& fence, bool markdown) {
    if (!markdown)
        return true;
    const auto info = base::lower(fence.info);
    if (info == "markdown" || info == "md")
        return true;
    if (!info.empty() && info != "text" && info != "txt")
        return false;
    const auto closer = balanced_closer(lines, at + 1, fence);
    return closer != none && closer + 1 == text_end(lines);
}

/// Unfenced content: blank lines at the end are the format's, one newline ends the file.
std::string plain(Lines lines, bool crlf) {
    std::string out = join(lines.first(text_end(lines)));
    if (!out.empty() && out.back() != '\n')
        out += crlf && out.back() != '\r' ? "\r\n" : "\n";
    return out;
}

/// Where trailing paragraphs of English begin ("This program prints ..."), lines.size() if there are none.
std::size_t prose_begin(Lines lines, bool toml) {
    std::size_t begin = lines.size();
    for (std::size_t end = text_end(lines); end > 0; end = text_end(lines.first(begin))) {
        std::size_t first = end;
        while (first > 0 && !blank(lines[first - 1]))
            --first;
        // A paragraph stands apart from the code, and every line of it is prose.
        const auto prose = [toml](auto line) { return is_prose(line, toml); };
        if (first == 0 || !std::ranges::all_of(lines.subspan(first, end - first), prose))
            break;
        begin = first;
    }
    return begin;
}

Content unfenced(const Region& region, bool markdown) {
    Lines lines = region.lines;
    Content out;
    const auto end = text_end(lines);
    const auto stray = end > 0 ? parse_fence(lines[end - 1]) : std::nullopt;
    const auto open = region.open ? std::nullopt : open_at_end(lines, std::nullopt);
    if (stray && open && !region.last) { // "```rust" just before the next marker belongs to the next file
        out.open = open;
        lines = lines.first(end - 1);
    } else if (stray && open && !markdown && stray->info.empty()) {
        out.note = "a closing fence that nothing opened was left out";
        lines = lines.first(end - 1);
    }
    if (const bool toml = region.path.ends_with(".toml"); toml || region.path.ends_with(".rs")) {
        const auto cut = prose_begin(lines, toml);
        if (cut < lines.size()) {
            out.note = "text after the code was left out";
            lines = lines.first(cut);
        }
    }
    out.bytes = plain(lines, region.crlf);
    return out;
}

/// Content up to lines[closer]; what follows is prose.
Content fenced(const Region& region, std::size_t from, std::size_t closer) {
    Content out;
    out.bytes = join(region.lines.subspan(from, closer - from));
    const Lines rest = region.lines.subspan(closer + 1);
    out.open = open_at_end(rest, region.open && from > 0 ? region.open : std::nullopt);
    const bool only_fences = std::ranges::all_of(rest, [](auto line) { return blank(line) || parse_fence(line); });
    if (!only_fences)
        out.note = "text after the closing fence was left out";
    return out;
}

} // namespace

std::optional<Fence> open_at_end(std::span<const std::string_view> lines, std::optional<Fence> open) {
    std::size_t opened_at = none;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto fence = parse_fence(lines[i]);
        if (!fence)
            continue;
        if (open && fence->closes(*open)) {
            open.reset();
        } else if (!open || opened_at == none) {
            open = fence;
            opened_at = i;
        }
    }
    return open && opened_at != none && opened_at + 1 == text_end(lines) ? open : std::nullopt;
}

Content read_content(const Region& region) {
    const Lines lines = region.lines;
    const bool markdown = is_markdown(region.path);
    const auto first = first_text(lines);
    const auto own = first == none ? std::nullopt : parse_fence(lines[first]);
    const bool closes_open = own && region.open && own->closes(*region.open); // an empty file inside a fence
    if (own && !closes_open && wraps_file(lines, first, *own, markdown)) {
        const auto closer = find_closer(lines, first + 1, *own, markdown);
        if (closer != none)
            return fenced(region, first + 1, closer);
        Content out;
        out.bytes = plain(lines.subspan(first + 1), region.crlf);
        if (first + 1 == text_end(lines)) // "```toml" directly before the next marker
            out.open = own;
        out.note = "its code fence is never closed";
        return out;
    }
    if (region.open) {
        // Around all files, a fence must not end at a README's own block.
        const auto info = base::lower(region.open->info);
        const bool around_all = markdown && info != "markdown" && info != "md";
        const auto closer =
            around_all ? balanced_closer(lines, 0, *region.open) : find_closer(lines, 0, *region.open, markdown);
        if (closer != none)
            return fenced(region, 0, closer);
    }
    Content out = unfenced(region, markdown);
    if (!out.open)
        out.open = region.open; // a fence around all files
    return out;
}

} // namespace rustcoder::project::flat
