// docs/flat-text.md states the rules in words; the order of the steps here is the order there.
#include "project/flat_text.h"

#include "base/text.h"
#include "project/flat_content.h"
#include "project/flat_plain.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <set>

namespace rustcoder::project {

namespace {

using flat::Marker;

constexpr std::string_view bom = "\xEF\xBB\xBF";
constexpr std::string_view no_files = "[files: 0]"; // how a Project without files is printed

struct Line {
    std::string_view text; // with terminator
    std::size_t number = 0;
    std::optional<Marker> marker;   // looks like one
    std::string_view exact_content; // of an exact marker
    bool accepted = false;
};

std::string line_place(std::size_t number) {
    return fmt::format("line {}", number);
}

std::size_t count_lines(std::string_view s) {
    return static_cast<std::size_t>(std::count(s.begin(), s.end(), '\n'));
}

class Parser {
public:
    Parser(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

    Result<Parsed> run() {
        if (text_.size() / 2 > limits_.total_bytes && text_.size() - limits_.total_bytes > (16u << 20))
            return fail(Errc::limit, fmt::format("the text is longer than {} bytes", limits_.total_bytes), "line 1",
                        "Send fewer or smaller files.");
        if (text_.starts_with(bom)) {
            text_.remove_prefix(bom.size());
            note("a byte order mark at the start was left out");
        }
        if (base::trim(text_) == no_files)
            return std::move(out_);
        skip_thinking();
        RC_TRY(read_lines());
        accept_markers();
        drop_build_tail();
        if (std::ranges::none_of(lines_, &Line::accepted))
            return without_markers();
        RC_TRY(read_files());
        return std::move(out_);
    }

private:
    void note(std::string text) {
        if (out_.notes.size() < 100)
            out_.notes.push_back(std::move(text));
    }

    /// <think> blocks of a reasoning model, as long as no marker came before.
    void skip_thinking() {
        for (const std::string_view tag : {"think>", "thinking>"}) {
            const auto open = text_.find(fmt::format("<{}", tag));
            if (open == std::string_view::npos || (open > 0 && text_[open - 1] != '\n'))
                continue;
            const auto before = flat::cut_lines(text_.substr(0, open));
            if (std::ranges::any_of(before, [](auto line) { return flat::parse_marker(line).has_value(); }))
                continue;
            const auto close = text_.find(fmt::format("</{}", tag), open);
            if (close == std::string_view::npos || flat::looks_like_rust(text_.substr(0, open)))
                continue; // never closed: the answer may well be inside
            const auto end = close + tag.size() + 2;
            first_number_ += count_lines(text_.substr(0, end));
            text_.remove_prefix(end);
            note(fmt::format("a <{} block was left out", tag));
        }
    }

    /// Cuts the text into lines; the content of an exact marker is stepped over, whatever it holds.
    Status read_lines() {
        std::size_t number = first_number_;
        for (std::string_view rest = text_; !rest.empty();) {
            const auto end = std::min(rest.find('\n'), rest.size() - 1) + 1;
            Line line{rest.substr(0, end), number, flat::parse_marker(rest.substr(0, end)), {}, false};
            rest.remove_prefix(end);
            ++number;
            if (line.marker && line.marker->exact && line.marker->bare) {
                RC_TRY_ASSIGN(line.exact_content, exact_content(line, rest));
                line.accepted = true;
                rest.remove_prefix(line.exact_content.size());
                number += count_lines(line.exact_content);
            }
            lines_.push_back(std::move(line));
        }
        return {};
    }

    static Result<std::string_view> exact_content(const Line& line, std::string_view rest) {
        const auto broken = [&](std::string_view why) {
            return fail(Errc::invalid_input, fmt::format("a marker with \"bytes=\" does not fit: {}", why),
                        line_place(line.number), "Send the text unchanged, or use a plain [filename: PATH] marker.");
        };
        if (!line.marker->bytes)
            return broken("the number cannot be read");
        if (*line.marker->bytes > rest.size())
            return broken(fmt::format("{} bytes are announced, {} follow", *line.marker->bytes, rest.size()));
        const auto content = rest.substr(0, *line.marker->bytes);
        if (content.size() < rest.size() && rest[content.size()] != '\n')
            return broken("the content does not end where it is announced to");
        return content;
    }

    /// A marker counts at the start of its line. Indented ones count when the first one is indented and all the text
    /// they govern is indented with them: then the whole input was, and the indentation is no part of it.
    void accept_markers() {
        std::optional<std::string_view> base = indent_after_bare_start();
        quoted_indent_ = base.value_or("");
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            auto& line = lines_[i];
            if (!line.marker || line.accepted) {
                if (line.accepted && !base)
                    base = "";
                continue;
            }
            const auto indent = line.marker->indent;
            const bool fits = indent.empty() || ((!base || *base == indent) && governs_indented(i));
            if (!fits) {
                note(fmt::format("line {} looks like a marker but is indented: kept as content", line.number));
                continue;
            }
            line.accepted = true;
            if (!base)
                base = indent;
        }
    }

    /// """[filename: a]       the first marker stands right behind an opening quote, everything else is indented
    ///    content
    ///    [filename: b]
    std::optional<std::string_view> indent_after_bare_start() const {
        std::optional<std::string_view> common;
        std::size_t first = 0;
        while (first < lines_.size() && flat::blank(lines_[first].text))
            ++first;
        if (first == lines_.size() || !lines_[first].marker || !lines_[first].marker->indent.empty())
            return std::nullopt;
        bool another = false;
        for (std::size_t i = first + 1; i < lines_.size(); ++i) {
            const auto& line = lines_[i];
            if (line.accepted)
                return std::nullopt;
            if (flat::blank(line.text))
                continue;
            const auto indent = line.text.substr(0, line.text.find_first_not_of(" \t"));
            if (!common)
                common = indent;
            const auto [a, b] = std::mismatch(common->begin(), common->end(), indent.begin(), indent.end());
            common = common->substr(0, static_cast<std::size_t>(a - common->begin()));
            if (common->empty())
                return std::nullopt;
            another = another || (line.marker && line.marker->indent == *common);
        }
        return another ? common : std::nullopt;
    }

    bool governs_indented(std::size_t marker) const {
        const auto indent = lines_[marker].marker->indent;
        const auto content = [&](std::size_t i) { return lines_[i].text.substr(indent.size()); };
        std::optional<flat::Fence> open;
        bool any = false;
        for (std::size_t i = marker + 1; i < lines_.size(); ++i) {
            const auto& line = lines_[i];
            if (line.accepted || (line.marker && (line.marker->indent.empty() || line.marker->indent == indent)))
                break;
            if (flat::blank(line.text) || is_tail_from(i))
                continue;
            if (!line.text.starts_with(indent))
                return false;
            const auto fence = flat::parse_fence(content(i));
            if (open && fence && fence->closes(*open))
                return true; // what follows is prose and may stand anywhere
            if (!any && fence)
                open = fence;
            any = true;
        }
        return true;
    }

    /// From `i` on there is nothing but the "# Build ..." lines of the known services.
    bool is_tail_from(std::size_t i) const { return i >= tail_begin(); }

    std::size_t tail_begin() const {
        if (tail_)
            return *tail_;
        std::size_t found = lines_.size();
        for (std::size_t i = lines_.size(); i > 0; --i) {
            const auto& line = lines_[i - 1];
            const bool remark = line.text.starts_with("# ") || base::trim(line.text) == "#";
            if (line.marker || !(remark || flat::blank(line.text)))
                break;
            if (flat::is_build_tail(line.text))
                found = i - 1;
        }
        tail_ = found;
        return found;
    }

    void drop_build_tail() {
        const auto begin = tail_begin();
        if (begin == lines_.size())
            return;
        note(fmt::format("the remark \"{}\" after the last file was left out", base::trim(lines_[begin].text)));
        lines_.resize(begin);
    }

    Result<Parsed> without_markers() {
        const auto number = lines_.empty() ? first_number_ : lines_.front().number;
        RC_TRY_ASSIGN(Parsed parsed, flat::parse_unmarked(text_, number, limits_));
        out_.notes.insert(out_.notes.end(), parsed.notes.begin(), parsed.notes.end());
        parsed.notes = std::move(out_.notes);
        return parsed;
    }

    Status read_files() {
        std::size_t at = 0;
        while (!lines_[at].accepted)
            ++at;
        std::vector<std::string_view> before;
        before.reserve(at);
        for (std::size_t i = 0; i < at; ++i)
            before.push_back(lines_[i].text);
        if (std::ranges::any_of(before, [](auto line) { return !flat::blank(line) && !flat::parse_fence(line); }))
            note(fmt::format("text before the first marker (line {}) was left out", lines_[at].number));
        auto open = flat::open_at_end(before, std::nullopt);
        while (at < lines_.size()) {
            std::size_t end = at + 1;
            while (end < lines_.size() && !lines_[end].accepted)
                ++end;
            RC_TRY(read_file(at, end, open));
            at = end;
        }
        return {};
    }

    /// lines_[at] is a marker, lines_[at + 1, end) belong to it. `open`: see flat::Region.
    Status read_file(std::size_t at, std::size_t end, std::optional<flat::Fence>& open) {
        const auto& line = lines_[at];
        const Marker& marker = *line.marker;
        if (marker.exact && !marker.bare)
            return fail(Errc::invalid_input, "a marker with \"bytes=\" is indented, decorated or ends in CRLF",
                        line_place(line.number), "Send the text unchanged, or use a plain [filename: PATH] marker.");
        if (marker.path.empty())
            return fail(Errc::invalid_input, "the marker names no file", line_place(line.number),
                        "Write the path after the colon, for example [filename: src/main.rs].");
        const bool behind_quote = marker.indent.empty() && out_.project.empty();
        const auto indent = behind_quote ? quoted_indent_ : marker.indent;
        std::vector<std::string_view> lines;
        for (std::size_t i = at + 1; i < end; ++i) {
            const bool indented = lines_[i].text.starts_with(indent);
            lines.push_back(indented ? lines_[i].text.substr(indent.size()) : lines_[i].text);
        }
        flat::Content content;
        if (marker.exact) {
            content.bytes = line.exact_content;
            content.open = flat::open_at_end(lines, std::nullopt);
            if (!std::ranges::all_of(lines, flat::blank))
                content.note = "text after the announced bytes was left out";
        } else {
            const bool crlf = line.text.ends_with("\r\n");
            content = flat::read_content(
                {lines, marker.path, marker.fence ? marker.fence : open, crlf, end == lines_.size()});
        }
        open = content.open;
        return add(line, std::move(content));
    }

    Status add(const Line& line, flat::Content content) {
        auto path = safe_path(line.marker->path, limits_);
        if (!path) {
            path.error().place = fmt::format("{}, {}", line_place(line.number), path.error().place);
            return std::unexpected(std::move(path).error());
        }
        if (!content.note.empty())
            note(fmt::format("{}: {}", *path, content.note));
        if (out_.project.contains(*path))
            note(fmt::format("{} is given more than once: the one at line {} counts", *path, line.number));
        auto status = out_.project.set(*path, std::move(content.bytes), false, limits_);
        if (!status)
            status.error().place = fmt::format("{}, {}", line_place(line.number), status.error().place);
        return status;
    }

    std::string_view text_;
    const Limits& limits_;
    std::size_t first_number_ = 1;
    std::vector<Line> lines_;
    std::string_view quoted_indent_; // of everything behind a first marker that is not indented itself
    mutable std::optional<std::size_t> tail_;
    Parsed out_;
};

/// The plain form, which every client knows: one newline ends the content, a blank line follows.
void print_plain(std::string& out, const std::string& path, const std::string& content) {
    out += fmt::format("[filename: {}]\n", path);
    out += content;
    out += '\n';
}

void print_exact(std::string& out, const std::string& path, const std::string& content) {
    out += fmt::format("[filename: {}; bytes={}]\n", path, content.size());
    out += content;
    out += '\n';
}

std::string print(const Project& project, const std::set<std::string_view>& exact) {
    std::string out;
    bool last_plain = false;
    for (const auto& [path, file] : project.files()) {
        last_plain = !exact.contains(path);
        (last_plain ? print_plain : print_exact)(out, path, *file.bytes);
    }
    if (last_plain)
        while (out.ends_with('\n'))
            out.pop_back();
    return out;
}

/// Files of `project` that `text` does not give back.
std::set<std::string_view> lost(const Project& project, const std::string& text) {
    std::set<std::string_view> out;
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    const auto parsed = parse_flat_text(text, Limits{most, most, most, most / 16, most});
    for (const auto& [path, file] : project.files()) {
        const auto* back = parsed ? parsed->project.find(path) : nullptr;
        if (!back || *back != *file.bytes)
            out.insert(path);
    }
    // Nothing lost, but more files than there were: some content was taken for a marker.
    if (out.empty() && parsed->project.files().size() != project.files().size())
        for (const auto& [path, file] : project.files())
            out.insert(path);
    return out;
}

} // namespace

Result<Parsed> parse_flat_text(std::string_view text, const Limits& limits) {
    try {
        return Parser(text, limits).run();
    } catch (const std::bad_alloc&) {
        return fail(Errc::limit, "the text needs more memory than there is", "line 1");
    }
}

std::string print_flat_text(const Project& project) {
    if (project.empty())
        return std::string(no_files);
    std::set<std::string_view> exact;
    for (const auto& [path, file] : project.files()) // what the plain form cannot say by construction
        if (const auto& s = *file.bytes; !s.empty() && (!s.ends_with('\n') || flat::blank(s)))
            exact.insert(path);
    for (int round = 0; round < 4; ++round) {
        const std::string out = print(project, exact);
        const auto missing = lost(project, out);
        if (missing.empty())
            return out;
        const auto before = exact.size();
        exact.insert(missing.begin(), missing.end());
        if (exact.size() == before)
            break;
    }
    for (const auto& [path, file] : project.files()) // lengths leave nothing to interpret
        exact.insert(path);
    return print(project, exact);
}

} // namespace rustcoder::project
