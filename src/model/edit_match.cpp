#include "model/edit_match.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <vector>

namespace rustcoder::model {

namespace {

using Lines = std::vector<std::string_view>;

std::string_view without_end_space(std::string_view s) {
    while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r'))
        s.remove_suffix(1);
    return s;
}
std::string_view indent_of(std::string_view line) {
    return line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
}
bool blank(std::string_view line) {
    return base::trim(line).empty();
}

Lines without_outer_blanks(Lines lines) {
    while (!lines.empty() && blank(lines.back()))
        lines.pop_back();
    lines.erase(lines.begin(), std::find_if_not(lines.begin(), lines.end(), blank));
    return lines;
}

enum class Likeness { exact, line_ends, indentation };

bool alike(std::string_view a, std::string_view b, Likeness likeness) {
    switch (likeness) {
    case Likeness::exact:
        return a == b;
    case Likeness::line_ends:
        return without_end_space(a) == without_end_space(b);
    default:
        return base::trim(a) == base::trim(b);
    }
}

struct Hits {
    std::size_t first = 0, count = 0;
};
Hits find_lines(const Lines& file, const Lines& search, Likeness likeness) {
    Hits hits;
    for (std::size_t at = 0; !search.empty() && at + search.size() <= file.size(); ++at) {
        std::size_t i = 0;
        while (i < search.size() && alike(file[at + i], search[i], likeness))
            ++i;
        if (i == search.size() && hits.count++ == 0)
            hits.first = at;
    }
    return hits;
}

/// The new lines, indented as the file indents the lines that they replace; lines that stay are taken from the file.
std::vector<std::string> adopt_indent(std::span<const std::string_view> old, const Lines& search,
                                      const Lines& replace) {
    std::string_view in_file, in_search;
    for (std::size_t i = 0; i < search.size(); ++i)
        if (!blank(search[i])) {
            in_file = indent_of(old[i]);
            in_search = indent_of(search[i]);
            break;
        }
    std::vector<std::string> out;
    std::size_t next = 0; // first line of `search` that was not met yet
    for (const auto line : replace) {
        const auto same = std::find_if(search.begin() + static_cast<std::ptrdiff_t>(next), search.end(),
                                       [&](std::string_view s) { return base::trim(s) == base::trim(line); });
        if (!blank(line) && same != search.end()) {
            next = static_cast<std::size_t>(same - search.begin()) + 1;
            out.emplace_back(old[next - 1]);
        } else if (blank(line)) {
            out.emplace_back();
        } else if (line.starts_with(in_search)) {
            out.push_back(std::string(in_file) + std::string(line.substr(in_search.size())));
        } else { // outdented beyond the first line
            const auto missing = in_search.size() - indent_of(line).size();
            out.push_back(std::string(in_file.substr(0, in_file.size() - std::min(in_file.size(), missing))) +
                          std::string(base::trim(line)));
        }
    }
    return out;
}

std::string_view line_ending(std::string_view file) {
    const auto end = file.find('\n');
    return end != std::string_view::npos && end > 0 && file[end - 1] == '\r' ? "\r\n" : "\n";
}

/// `count` lines of the file from `first` become `lines`.
std::string splice(std::string_view file, const Lines& file_lines, std::size_t first, std::size_t count,
                   const std::vector<std::string>& lines) {
    const auto begin = static_cast<std::size_t>(file_lines[first].data() - file.data());
    const auto last = file_lines[first + count - 1];
    auto end = static_cast<std::size_t>(last.data() - file.data()) + last.size();
    std::string out(file.substr(0, begin));
    for (std::size_t i = 0; i < lines.size(); ++i)
        out.append(i == 0 ? "" : line_ending(file)).append(lines[i]);
    if (lines.empty()) // the terminator goes with the lines
        end = std::min(file.find('\n', end), file.size() - 1) + 1;
    return out.append(file.substr(end));
}

std::unexpected<Error> occurs(std::size_t times) {
    return fail(Errc::invalid_input, fmt::format("the text to replace occurs {} times in the file; repeat more of the "
                                                 "lines around it",
                                                 times));
}

/// nullopt: it is nowhere.
std::optional<Result<std::string>> by_lines(std::string_view file, const Lines& search, const Lines& replace) {
    const auto lines = base::lines(file);
    for (const auto likeness : {Likeness::exact, Likeness::line_ends, Likeness::indentation}) {
        const auto hits = find_lines(lines, search, likeness);
        if (hits.count == 0)
            continue;
        if (hits.count > 1)
            return occurs(hits.count);
        std::vector<std::string> adopted(replace.begin(), replace.end());
        if (likeness == Likeness::indentation)
            adopted = adopt_indent(std::span(lines).subspan(hits.first, search.size()), search, replace);
        return splice(file, lines, hits.first, search.size(), adopted);
    }
    return std::nullopt;
}

/// A piece of one line, or of neighbouring lines, word for word.
std::optional<Result<std::string>> by_part(std::string_view file, std::string_view search, std::string_view replace) {
    search = base::trim(search);
    replace = base::trim(replace);
    const auto at = file.find(search);
    if (search.size() < 4 || at == std::string_view::npos)
        return std::nullopt;
    std::size_t times = 0;
    for (auto next = at; next != std::string_view::npos; next = file.find(search, next + 1))
        ++times;
    if (times > 1)
        return occurs(times);
    return std::string(file.substr(0, at)).append(replace).append(file.substr(at + search.size()));
}

/// "  12 | code" -> "code" for every line; nullopt when one of them has no number.
std::optional<Lines> without_numbers(const Lines& lines) {
    Lines out;
    for (const auto line : lines) {
        const auto digits = line.find_first_not_of(" \t");
        const auto bar = digits == std::string_view::npos ? digits : line.find_first_not_of("0123456789", digits);
        if (blank(line)) {
            out.push_back(line);
            continue;
        }
        if (bar == std::string_view::npos || bar == digits)
            return std::nullopt;
        auto rest = line.substr(bar);
        while (rest.starts_with(' '))
            rest.remove_prefix(1);
        if (!rest.starts_with('|') && !rest.starts_with(':'))
            return std::nullopt;
        rest.remove_prefix(1);
        out.push_back(rest.starts_with(' ') ? rest.substr(1) : rest);
    }
    return out;
}

} // namespace

bool is_elision(std::string_view line) {
    auto text = base::trim(line);
    const bool comment = text.starts_with("//") || text.starts_with("/*") || text.starts_with('#');
    while (!text.empty() && (text.front() == '/' || text.front() == '*' || text.front() == '#' || text.front() == ' ' ||
                             text.front() == '(' || text.front() == '['))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == '/' || text.back() == '*' || text.back() == ' '))
        text.remove_suffix(1);
    const auto words = base::lower(base::replace_all(std::string(text), "\u2026", "..."));
    const bool dots = base::has(words, "...");
    if (dots && words.find_first_not_of(". ") == std::string::npos)
        return true;
    if (!comment)
        return false;
    for (const auto* start : {"rest of", "the rest of", "existing code", "remaining code", "unchanged", "omitted",
                              "same as before", "other code", "previous code"})
        if (words.starts_with(start))
            return true;
    for (const auto* word : {"existing", "rest", "remain", "unchanged", "same", "omitted", "previous", "code"})
        if (dots && (words.starts_with("...") || words.ends_with("...")) && base::has(words, word))
            return true;
    return false;
}

Result<std::string> replace_in(std::string_view file, std::string_view search, std::string_view replace) {
    auto wanted = base::lines(search), lines = base::lines(replace);
    for (const auto line : wanted)
        if (is_elision(line) && !base::has(file, base::trim(line)))
            return fail(Errc::invalid_input, "the text to replace leaves code out; repeat it completely");
    for (const auto line : lines)
        if (is_elision(line) && !base::has(search, base::trim(line)))
            return fail(Errc::invalid_input, "the new text leaves code out; write it completely");
    if (auto done = by_lines(file, wanted, lines))
        return *std::move(done);
    wanted = without_outer_blanks(std::move(wanted));
    lines = without_outer_blanks(std::move(lines));
    if (wanted.empty())
        return fail(Errc::invalid_input, "the text to replace is empty, but the file exists");
    if (auto done = by_lines(file, wanted, lines))
        return *std::move(done);
    if (auto done = by_part(file, search, replace))
        return *std::move(done);
    if (const auto plain = without_numbers(wanted))
        if (auto done = by_lines(file, *plain, without_numbers(lines).value_or(lines)))
            return *std::move(done);
    return fail(Errc::invalid_input, "the text to replace is not in the file; copy it exactly");
}

} // namespace rustcoder::model
