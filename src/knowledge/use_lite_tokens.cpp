#include "knowledge/use_lite_tokens.h"

#include "base/json.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <utf8proc.h>

namespace rustcoder::knowledge {
namespace {

constexpr std::uint32_t space_mark = 0x2581; // stands for a space, and before the first word
constexpr std::size_t reserved = 6;

std::uint64_t edge(std::uint32_t node, std::uint32_t letter) {
    return std::uint64_t{node} << 32 | letter;
}

/// Code points; a byte that is no UTF-8 is U+FFFD.
std::vector<std::uint32_t> letters_of(std::string_view text) {
    std::vector<std::uint32_t> out;
    out.reserve(text.size() + 1);
    const auto* p = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    for (std::size_t i = 0; i < text.size();) {
        utf8proc_int32_t letter = 0;
        const auto n = utf8proc_iterate(p + i, static_cast<utf8proc_ssize_t>(text.size() - i), &letter);
        out.push_back(n > 0 ? static_cast<std::uint32_t>(letter) : 0xFFFDU);
        i += n > 0 ? static_cast<std::size_t>(n) : 1;
    }
    return out;
}

/// NFKC; text that is no UTF-8 stays as it is. Plain ASCII is its own normal form.
std::vector<std::uint32_t> normalised(std::string_view text) {
    if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
        return letters_of(text);
    utf8proc_uint8_t* raw = nullptr;
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
    const auto n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                static_cast<utf8proc_ssize_t>(text.size()), &raw, options);
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(raw, std::free);
    return n < 0 ? letters_of(text) : letters_of({reinterpret_cast<const char*>(raw), static_cast<std::size_t>(n)});
}

} // namespace

void UseLiteTokens::insert(const std::vector<std::uint32_t>& letters, Piece piece) {
    std::uint32_t node = 0;
    for (const std::uint32_t letter : letters) {
        const auto [at, fresh] = edges_.try_emplace(edge(node, letter), static_cast<std::uint32_t>(nodes_.size()));
        if (fresh)
            nodes_.emplace_back();
        node = at->second;
    }
    nodes_[node] = piece;
}

Result<UseLiteTokens> UseLiteTokens::parse(std::string_view json) {
    RC_TRY_ASSIGN(const auto value, base::parse_json(json));
    const auto* list = value.if_array();
    if (!list || list->size() <= reserved)
        return fail(Errc::invalid_input, "the vocabulary is no list of pieces");
    UseLiteTokens out;
    out.edges_.reserve(4 * list->size());
    out.lengths_.reserve(list->size());
    for (const auto& item : *list) {
        const auto* pair = item.if_array();
        const auto* text = pair && pair->size() == 2 ? (*pair)[0].if_string() : nullptr;
        if (!text)
            return fail(Errc::invalid_input, "the vocabulary has an entry that is no pair of piece and score",
                        fmt::format("entry {}", out.lengths_.size()));
        // A score may be null; it then counts as 0.
        const auto score = (*pair)[1].is_number() ? (*pair)[1].to_number<float>() : 0.0F;
        const auto letters = letters_of({text->data(), text->size()});
        const auto number = static_cast<std::int32_t>(out.lengths_.size());
        if (letters.empty() || letters.size() > 255)
            return fail(Errc::invalid_input, "the vocabulary has an empty or endless piece",
                        fmt::format("entry {}", number));
        out.lengths_.push_back(static_cast<std::uint8_t>(letters.size()));
        if (out.lengths_.size() > reserved)
            out.insert(letters, {number, score});
    }
    out.lengths_[0] = 1; // the unknown piece stands for one letter
    return out;
}

std::vector<std::uint32_t> UseLiteTokens::encode(std::string_view text, std::size_t limit) const {
    auto letters = normalised(text);
    if (letters.empty())
        return {};
    std::ranges::replace(letters, std::uint32_t{' '}, space_mark);
    letters.insert(letters.begin(), space_mark);

    // The model was trained on the cuts of one particular program, and these are they: a place that no piece ends at
    // counts like the start of the text, and the score 0 like none.
    std::vector<float> best(letters.size() + 1);
    std::vector<std::uint32_t> last(letters.size() + 1);
    const auto offer = [&](std::size_t end, float score, std::uint32_t piece) {
        if (best[end] == 0 || score >= best[end]) {
            best[end] = score;
            last[end] = piece;
        }
    };
    for (std::size_t start = 0; start < letters.size(); ++start) {
        bool any = false;
        std::uint32_t node = 0;
        for (std::size_t end = start; end < letters.size(); ++end) {
            const auto next = edges_.find(edge(node, letters[end]));
            if (next == edges_.end())
                break;
            node = next->second;
            if (const Piece& piece = nodes_[node]; piece.number >= 0) {
                offer(end + 1, piece.score + best[start], static_cast<std::uint32_t>(piece.number));
                any = true;
            }
        }
        if (!any)
            offer(start + 1, best[start], 0);
    }
    std::vector<std::uint32_t> out;
    for (std::size_t end = letters.size(); end > 0; end -= std::min<std::size_t>(end, lengths_[last[end]]))
        if (const std::uint32_t piece = last[end]; piece != 0 || out.empty() || out.back() != 0)
            out.push_back(piece);
    std::ranges::reverse(out);
    if (out.size() > limit)
        out.resize(limit);
    return out;
}

} // namespace rustcoder::knowledge
