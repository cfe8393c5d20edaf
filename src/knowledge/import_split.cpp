#include "knowledge/import_split.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace {

/// "```rust" of a line that opens or closes a fence, else "".
std::string_view fence_of(std::string_view line) {
    const std::string_view s = base::trim(line);
    if (!s.starts_with("```") && !s.starts_with("~~~"))
        return {};
    return s;
}

std::size_t character_bound(std::string_view text, std::size_t at) {
    while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
        --at;
    return at;
}

/// Where to cut prose of more than `most` bytes: after the last sentence, else word, that fits.
std::size_t prose_cut(std::string_view text, std::size_t most) {
    const std::string_view head = text.substr(0, most);
    for (const std::string_view end : {std::string_view("\n"), std::string_view(". "), std::string_view(" ")})
        if (const auto at = head.rfind(end); at != std::string_view::npos && at > most / 2)
            return at + end.size();
    const std::size_t at = character_bound(text, most);
    return at == 0 ? most : at;
}

void cut_prose(std::string_view text, std::size_t most, std::vector<std::string>& out) {
    while (text.size() > most) {
        const std::size_t at = prose_cut(text, most);
        out.emplace_back(base::trim(text.substr(0, at)));
        text.remove_prefix(at);
    }
    if (const auto rest = base::trim(text); !rest.empty())
        out.emplace_back(rest);
}

/// A fenced block, cut at lines; each part is fenced again.
void cut_code(std::string_view block, std::size_t most, std::vector<std::string>& out) {
    const auto all = base::lines(block);
    const std::string open(all.front());
    const std::string close(fence_of(open).substr(0, 3));
    std::string part;
    const auto flush = [&] {
        if (!base::trim(part).empty())
            out.push_back(fmt::format("{}\n{}{}", open, part, close));
        part.clear();
    };
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (i + 1 == all.size() && base::trim(all[i]) == close)
            break;
        for (std::string_view line = all[i];;) { // a line may itself be over-long
            if (part.size() + line.size() > most && !part.empty())
                flush();
            const std::size_t at = line.size() > most ? prose_cut(line, most) : line.size();
            part += fmt::format("{}\n", line.substr(0, at));
            line.remove_prefix(at);
            if (line.empty())
                break;
        }
    }
    flush();
}

} // namespace

std::vector<std::string> paragraphs(std::string_view markdown) {
    std::vector<std::string> out;
    std::string part;
    std::string_view fence; // the marker that closes the open fence
    const auto flush = [&] {
        while (!part.empty() && (part.back() == '\n' || part.back() == ' '))
            part.pop_back();
        if (!base::trim(part).empty())
            out.push_back(std::move(part));
        part.clear();
    };
    for (const std::string_view line : base::lines(markdown)) {
        const std::string_view mark = fence_of(line);
        if (!fence.empty()) {
            part += fmt::format("{}\n", line);
            if (mark == fence) {
                fence = {};
                flush();
            }
        } else if (!mark.empty()) {
            flush();
            fence = mark.substr(0, 3);
            part = fmt::format("{}\n", line);
        } else if (base::trim(line).empty()) {
            flush();
        } else {
            part += fmt::format("{}\n", line);
        }
    }
    flush();
    return out;
}

std::vector<std::string> split_passages(const std::vector<std::string>& blocks, const SplitOptions& options) {
    std::vector<std::string> small;
    for (const auto& block : blocks) {
        if (block.size() <= options.most)
            small.push_back(block);
        else if (!fence_of(block.substr(0, block.find('\n'))).empty())
            cut_code(block, options.most, small);
        else
            cut_prose(block, options.most, small);
    }
    std::vector<std::string> out;
    for (auto& block : small) {
        // An introduction ("For example:") stays with what it introduces even when that overflows a little.
        const bool introduces = !out.empty() && out.back().ends_with(':');
        const std::size_t room = introduces ? options.most : options.target;
        if (!out.empty() && out.back().size() + 2 + block.size() <= room)
            out.back() += "\n\n" + block;
        else
            out.push_back(std::move(block));
    }
    return out;
}

std::string clip(std::string_view text, std::size_t bytes) {
    text = base::trim(text);
    if (text.size() <= bytes)
        return std::string(text);
    std::string_view head = text.substr(0, character_bound(text, bytes));
    if (const auto space = head.find_last_of(" \n"); space != std::string_view::npos && space > head.size() / 2)
        head = head.substr(0, space);
    return std::string(base::trim(head)) + "...";
}

std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
}

} // namespace rustcoder::knowledge
