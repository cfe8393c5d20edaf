// Differences between two projects: as a Patch (lines first, then tokens inside a changed block) and as unified text.
#include "project/bytes.h"
#include "project/myers.h"
#include "project/patch.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace rustcoder::project {

namespace {

using Pieces = std::vector<std::string_view>;

/// Lines with their terminator, so that a missing final newline is a difference.
Pieces cut_lines(std::string_view s) {
    Pieces out;
    while (!s.empty()) {
        const auto end = std::min(s.find('\n'), s.size() - 1) + 1;
        out.push_back(s.substr(0, end));
        s.remove_prefix(end);
    }
    return out;
}

/// Words, runs of blanks, single other characters. Bytes above 0x7f are word characters: UTF-8 is never cut.
Pieces cut_tokens(std::string_view s) {
    const auto kind = [](char c) { return base::is_ident(c) ? 1 : c == ' ' || c == '\t' ? 2 : 0; };
    Pieces out;
    while (!s.empty()) {
        std::size_t n = 1;
        if (kind(s[0]) != 0)
            while (n < s.size() && kind(s[n]) == kind(s[0]))
                ++n;
        out.push_back(s.substr(0, n));
        s.remove_prefix(n);
    }
    return out;
}

std::vector<Hunk> compare_pieces(const Pieces& a, const Pieces& b, std::size_t max_cost) {
    std::unordered_map<std::string_view, std::uint32_t> ids;
    const auto number = [&](const Pieces& pieces) {
        std::vector<std::uint32_t> out;
        out.reserve(pieces.size());
        for (const auto piece : pieces)
            out.push_back(ids.try_emplace(piece, static_cast<std::uint32_t>(ids.size())).first->second);
        return out;
    };
    const auto left = number(a), right = number(b);
    return compare(left, right, max_cost);
}

/// Offset of each piece, and the total at the end.
std::vector<std::size_t> offsets(const Pieces& pieces) {
    std::vector<std::size_t> out{0};
    for (const auto piece : pieces)
        out.push_back(out.back() + piece.size());
    return out;
}

void diff_tokens(std::vector<Edit>& out, const std::string& path, std::size_t at, std::string_view a,
                 std::string_view b) {
    const auto left = cut_tokens(a), right = cut_tokens(b);
    const auto from = offsets(left), to = offsets(right);
    for (const auto& h : compare_pieces(left, right, 400))
        out.push_back({path, at + from[h.a_begin], at + from[h.a_end],
                       std::string(b.substr(to[h.b_begin], to[h.b_end] - to[h.b_begin]))});
}

void diff_file(Patch& out, const std::string& path, const std::string& a, const std::string& b) {
    const auto left = cut_lines(a), right = cut_lines(b);
    const auto from = offsets(left), to = offsets(right);
    for (const auto& h : compare_pieces(left, right, 2000))
        diff_tokens(out.edits, path, from[h.a_begin],
                    std::string_view(a).substr(from[h.a_begin], from[h.a_end] - from[h.a_begin]),
                    std::string_view(b).substr(to[h.b_begin], to[h.b_end] - to[h.b_begin]));
}

bool is_binary(std::string_view s) {
    return s.find('\0') != std::string_view::npos || !base::valid_utf8(s);
}

/// As git writes names: quoted when they hold a quote, followed by a tab when they hold a blank.
std::string quoted(std::string_view side, std::string_view path) {
    if (path.find('"') == std::string_view::npos)
        return fmt::format("{}{}", side, path);
    return fmt::format("\"{}{}\"", side, base::replace_all(std::string(path), "\"", "\\\""));
}

std::string name_line(std::string_view mark, std::string_view side, std::string_view path) {
    if (side.empty())
        return fmt::format("{} /dev/null\n", mark);
    return fmt::format("{} {}{}\n", mark, quoted(side, path), path.find(' ') == std::string_view::npos ? "" : "\t");
}

std::string range(std::size_t begin, std::size_t count) {
    if (count == 1)
        return fmt::format("{}", begin + 1);
    return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

void put_lines(std::string& out, char mark, const Pieces& pieces, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
        out += mark;
        out += pieces[i];
        if (!pieces[i].ends_with('\n'))
            out += "\n\\ No newline at end of file\n";
    }
}

void put_hunks(std::string& out, const std::string& a, const std::string& b, std::size_t context) {
    const auto left = cut_lines(a), right = cut_lines(b);
    const auto hunks = compare_pieces(left, right, 2000);
    for (std::size_t i = 0, end = 0; i < hunks.size(); i = end) {
        for (end = i + 1; end < hunks.size() && hunks[end].a_begin - hunks[end - 1].a_end <= 2 * context;)
            ++end;
        const auto lead = std::min(context, hunks[i].a_begin);
        const auto tail = std::min(context, left.size() - hunks[end - 1].a_end);
        const auto a_begin = hunks[i].a_begin - lead, a_end = hunks[end - 1].a_end + tail;
        const auto b_begin = hunks[i].b_begin - lead, b_end = hunks[end - 1].b_end + tail;
        out += fmt::format("@@ -{} +{} @@\n", range(a_begin, a_end - a_begin), range(b_begin, b_end - b_begin));
        auto at = a_begin;
        for (std::size_t j = i; j < end; ++j) {
            put_lines(out, ' ', left, at, hunks[j].a_begin);
            put_lines(out, '-', left, hunks[j].a_begin, hunks[j].a_end);
            put_lines(out, '+', right, hunks[j].b_begin, hunks[j].b_end);
            at = hunks[j].a_end;
        }
        put_lines(out, ' ', left, at, a_end);
    }
}

const char* mode(const File& file) {
    return file.executable ? "100755" : "100644";
}

/// `a` or `b` is null for a new or deleted file.
void put_file(std::string& out, const std::string& path, const File* a, const File* b, std::size_t context) {
    out += fmt::format("diff --git {} {}\n", quoted("a/", path), quoted("b/", path));
    if (!a)
        out += fmt::format("new file mode {}\n", mode(*b));
    else if (!b)
        out += fmt::format("deleted file mode {}\n", mode(*a));
    else if (a->executable != b->executable)
        out += fmt::format("old mode {}\nnew mode {}\n", mode(*a), mode(*b));
    static const std::string nothing;
    const std::string &left = a ? *a->bytes : nothing, &right = b ? *b->bytes : nothing;
    if (left == right)
        return;
    if (is_binary(left) || is_binary(right)) {
        out += fmt::format("Binary files {} and {} differ\n", a ? quoted("a/", path) : "/dev/null",
                           b ? quoted("b/", path) : "/dev/null");
        return;
    }
    out += name_line("---", a ? "a/" : "", path);
    out += name_line("+++", b ? "b/" : "", path);
    put_hunks(out, left, right, context);
}

const File* find(const Project& project, const std::string& path) {
    const auto it = project.files().find(path);
    return it == project.files().end() ? nullptr : &it->second;
}

std::vector<std::string> all_paths(const Project& a, const Project& b) {
    std::vector<std::string> out;
    for (const auto* project : {&a, &b})
        for (const auto& [path, file] : project->files())
            out.push_back(path);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace

Patch diff(const Project& from, const Project& to) {
    Patch out;
    for (const auto& path : all_paths(from, to)) {
        const File *a = find(from, path), *b = find(to, path);
        if (a && b && *a == *b)
            continue;
        if (a && b && a->executable == b->executable && base::valid_utf8(*a->bytes) && base::valid_utf8(*b->bytes)) {
            diff_file(out, path, *a->bytes, *b->bytes);
            continue;
        }
        if (a) // bytes that are not text and a changed mode: the whole file
            out.removed.push_back(path);
        if (b)
            out.added[path] = *b;
    }
    return out;
}

std::string unified_diff(const Project& from, const Project& to, int context) {
    std::string out;
    for (const auto& path : all_paths(from, to)) {
        const File *a = find(from, path), *b = find(to, path);
        if (!a || !b || *a != *b)
            put_file(out, path, a, b, static_cast<std::size_t>(std::max(context, 0)));
    }
    return out;
}

} // namespace rustcoder::project
