#include "knowledge/snippets.h"

#include "base/text.h"
#include "knowledge/words_cut.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t max_piece = 100;        // a longer line is cut between words
constexpr std::size_t max_scanned = 64 << 10; // of a text
constexpr std::size_t max_query = 4 << 10;
constexpr double repeated = 0.1; // what a word is worth when it is met again

/// A line, or a part of a long one.
struct Piece {
    std::size_t begin = 0, end = 0;
    std::vector<std::pair<std::size_t, double>> words; // number of a word of the query, its worth
};

std::size_t back_to_character(std::string_view text, std::size_t at) {
    while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
        --at;
    return at;
}

/// Where to end a piece that begins at `begin` and may not pass `limit`: after the last blank, else at a character.
std::size_t cut_before(std::string_view text, std::size_t begin, std::size_t limit) {
    if (limit >= text.size())
        return text.size();
    const auto blank = text.substr(begin, limit - begin).find_last_of(" \t");
    if (blank != std::string_view::npos && blank > 0)
        return begin + blank + 1;
    const auto at = back_to_character(text, limit);
    return at > begin ? at : limit;
}

std::vector<Piece> pieces_of(std::string_view text) {
    std::vector<Piece> out;
    for (std::size_t line = 0; line < text.size();) {
        const auto newline = text.find('\n', line);
        const auto end = newline == std::string_view::npos ? text.size() : newline;
        for (std::size_t at = line; at < end;) {
            const auto stop = end - at <= max_piece ? end : cut_before(text.substr(0, end), at, at + max_piece);
            out.push_back({at, stop, {}});
            at = stop;
        }
        line = end + 1;
    }
    return out;
}

/// The query's words; longer ones and names say more about what is looked for.
std::unordered_map<std::string, std::pair<std::size_t, double>> wanted_words(std::string_view query) {
    std::unordered_map<std::string, std::pair<std::size_t, double>> out;
    cut_words(query.substr(0, max_query), [&](const Word& w) {
        const bool name = w.text.find_first_of("_0123456789") != std::string_view::npos;
        const double worth = w.text.size() < 3 ? 0.2 : w.text.size() < 5 ? 0.6 : name ? 2 : 1;
        out.emplace(std::string(w.text), std::pair(out.size(), w.part ? worth / 2 : worth));
        return true;
    });
    return out;
}

void mark(std::vector<Piece>& pieces, std::string_view text, std::string_view query) {
    const auto wanted = wanted_words(query);
    std::size_t at = 0;
    std::string word;
    cut_words(text, [&](const Word& w) {
        while (at < pieces.size() && pieces[at].end <= w.begin)
            ++at;
        word.assign(w.text);
        if (const auto found = wanted.find(word); at < pieces.size() && found != wanted.end())
            pieces[at].words.push_back(found->second);
        return at < pieces.size();
    });
}

/// First and one past the last piece of the best window. Every window that begins at a piece is tried.
std::pair<std::size_t, std::size_t> best_window(const std::vector<Piece>& pieces, std::size_t max_bytes) {
    std::pair<std::size_t, std::size_t> best{0, 0};
    double most = -1;
    std::vector<std::size_t> seen;
    for (std::size_t first = 0; first < pieces.size(); ++first) {
        if (first > 0 && pieces[first].words.empty())
            continue; // one that begins later is as good
        double worth = 0;
        seen.clear();
        std::size_t last = first;
        for (; last < pieces.size() && (last == first || pieces[last].end - pieces[first].begin <= max_bytes); ++last)
            for (const auto& [number, value] : pieces[last].words) {
                const bool again = std::find(seen.begin(), seen.end(), number) != seen.end();
                worth += again ? value * repeated : value;
                if (!again)
                    seen.push_back(number);
            }
        if (worth > most + 1e-9) {
            most = worth;
            best = {first, last};
        }
    }
    return best;
}

/// A line before the first match explains it: take one when there is room.
void widen(std::pair<std::size_t, std::size_t>& window, const std::vector<Piece>& pieces, std::size_t max_bytes) {
    auto& [first, last] = window;
    while (last > first + 1 && pieces[last - 1].words.empty() &&
           pieces[last - 1].end - pieces[first].begin > max_bytes * 2 / 3)
        --last;
    if (first > 0 && pieces[last - 1].end - pieces[first - 1].begin <= max_bytes)
        --first;
}

std::string without_common_indent(std::string_view text) {
    const auto lines = base::lines(text);
    std::size_t common = std::string_view::npos;
    for (const auto line : lines)
        if (const auto indent = line.find_first_not_of(" \t"); indent != std::string_view::npos)
            common = std::min(common, indent);
    std::string out;
    for (const auto line : lines) {
        if (!out.empty())
            out += '\n';
        if (common != std::string_view::npos && line.size() > common)
            out += line.substr(common);
    }
    return out;
}

} // namespace

std::string make_snippet(std::string_view text, std::string_view query, std::size_t max_bytes) {
    const auto scanned = text.substr(0, back_to_character(text, std::min(text.size(), max_scanned)));
    auto pieces = pieces_of(scanned);
    if (pieces.empty())
        return {};
    mark(pieces, scanned, query);
    auto window = best_window(pieces, max_bytes);
    widen(window, pieces, max_bytes);
    const auto begin = pieces[window.first].begin, end = pieces[window.second - 1].end;
    auto out = without_common_indent(scanned.substr(begin, end - begin));
    while (!out.empty() && (out.back() == ' ' || out.back() == '\n'))
        out.pop_back();
    const bool starts = base::trim(text.substr(0, begin)).empty(), ends = base::trim(text.substr(end)).empty();
    return (starts ? "" : "...") + out + (ends ? "" : "...");
}

} // namespace rustcoder::knowledge
