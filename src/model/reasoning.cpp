#include "model/reasoning.h"

#include "base/text.h"

namespace rustcoder::model {

namespace {

constexpr std::size_t npos = std::string_view::npos;

/// The first `needle` from `from` that has only white space before it on its line.
std::size_t find_at_line_start(std::string_view text, std::string_view needle, std::size_t from = 0) {
    for (auto at = text.find(needle, from); at != npos; at = text.find(needle, at + 1)) {
        const auto line = at == 0 ? npos : text.rfind('\n', at - 1);
        if (base::trim(text.substr(line == npos ? 0 : line + 1, at - (line == npos ? 0 : line + 1))).empty())
            return at;
    }
    return npos;
}

/// The first `needle` that is the first or the last thing on its line.
std::size_t find_at_line_edge(std::string_view text, std::string_view needle) {
    for (auto at = text.find(needle); at != npos; at = text.find(needle, at + 1)) {
        const auto rest = text.substr(at + needle.size());
        if (base::trim(rest.substr(0, rest.find('\n'))).empty() ||
            find_at_line_start(text.substr(0, at + needle.size()), needle, at) == at)
            return at;
    }
    return npos;
}

void separate(Separated& parts, const TagPair& tags) {
    const auto& [open, close] = tags;
    if (open.empty() || close.empty())
        return;
    const auto note = [&](std::string_view said) {
        said = base::trim(said);
        if (!said.empty())
            parts.reasoning.append(parts.reasoning.empty() ? "" : "\n").append(said);
    };
    const auto closed = find_at_line_edge(parts.answer, close);
    if (closed != npos && find_at_line_start(parts.answer.substr(0, closed), open) == npos) {
        note(std::string_view(parts.answer).substr(0, closed));
        parts.answer.erase(0, closed + close.size());
    }
    for (std::size_t begin; (begin = find_at_line_start(parts.answer, open)) != npos;) {
        const auto inside = begin + open.size();
        const auto end = parts.answer.find(close, inside);
        note(std::string_view(parts.answer).substr(inside, end == npos ? npos : end - inside));
        parts.answer.erase(begin, end == npos ? npos : end + close.size() - begin);
    }
}

} // namespace

Separated separate_reasoning(std::string_view text, const std::vector<TagPair>& tags) {
    Separated parts{std::string(text), {}};
    for (const auto& pair : tags)
        separate(parts, pair);
    return parts;
}

bool is_babbling(std::string_view text) {
    constexpr std::size_t tail = 4000, longest_piece = 200;
    if (text.size() < tail)
        return false;
    text = text.substr(text.size() - tail);
    for (std::size_t period = 1; period <= longest_piece; ++period)
        if (text.substr(period) == text.substr(0, tail - period))
            return true;
    return false;
}

} // namespace rustcoder::model
