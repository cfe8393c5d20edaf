// Error codes and lint names in a text.
#include "base/text.h"
#include "knowledge/format_readers.h"

#include <algorithm>

namespace rustcoder::knowledge {

namespace {

bool is_code(std::string_view s) {
    return s.size() == 5 && s[0] == 'E' &&
           std::all_of(s.begin() + 1, s.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool is_lint_char(char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

} // namespace

std::vector<std::string> codes_in(std::string_view text) {
    std::vector<std::string> codes;
    const auto note = [&](std::string_view code) {
        if (!code.empty() && std::find(codes.begin(), codes.end(), code) == codes.end() && codes.size() < 32)
            codes.emplace_back(code);
    };
    const auto lint_from = [&](std::size_t at) {
        std::size_t end = at;
        while (end < text.size() && is_lint_char(text[end]))
            ++end;
        return text.substr(at, end - at);
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i > 0 && base::is_ident(text[i - 1]))
            continue;
        if (text[i] == 'E' && is_code(text.substr(i, 5)) && (i + 5 == text.size() || !base::is_ident(text[i + 5]))) {
            note(text.substr(i, 5));
        } else if (text.substr(i).starts_with("clippy::")) {
            if (const auto lint = lint_from(i + 8); lint.size() > 3)
                note(text.substr(i, 8 + lint.size()));
        } else {
            // rustc: "`#[warn(unused_variables)]` on by default"
            for (const std::string_view level : {"warn(", "deny(", "forbid("})
                if (text.substr(i).starts_with(level) && i >= 2 && text.substr(i - 2, 2) == "#[")
                    note(lint_from(i + level.size()));
        }
    }
    return codes;
}

} // namespace rustcoder::knowledge
