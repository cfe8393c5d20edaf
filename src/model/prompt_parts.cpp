#include "model/prompt_parts.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::model {

namespace {

constexpr std::size_t per_message = 8;      // tokens around a message
constexpr std::size_t max_rendered = 3'000; // a diagnostic's text in bytes

std::string joined(const std::vector<Piece>& pieces, const std::vector<bool>& taken, const Frame& frame) {
    std::string out;
    std::optional<std::size_t> open;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (!taken[i])
            continue;
        if (pieces[i].section != open) {
            open = pieces[i].section;
            out += fmt::format("{}# {}\n\n", out.empty() ? "" : "\n", frame.titles[*open]);
        }
        out += pieces[i].text;
    }
    return out + (frame.reminder.empty() ? "" : "\n" + frame.reminder + "\n");
}

} // namespace

std::string cut_text(std::string_view text, std::size_t bytes) {
    text = base::trim(text);
    if (text.size() <= bytes)
        return std::string(text);
    const auto line = text.rfind('\n', bytes); // whole lines, and so whole characters
    return std::string(text.substr(0, line == std::string_view::npos ? 0 : line)) + "\n(cut)";
}

std::string fenced(std::string_view fence, std::string_view language, std::string_view text) {
    std::string mark(fence);
    while (base::has(text, mark))
        mark += mark.back();
    return fmt::format("{}{}\n{}{}{}\n", mark, language, text, text.ends_with('\n') ? "" : "\n", mark);
}

std::string diagnostic_text(const toolchain::Diagnostic& error, std::string_view fence) {
    return fenced(fence, "text",
                  error.rendered.empty() ? "error: " + error.message : cut_text(error.rendered, max_rendered));
}

Result<Prompt> fit(std::vector<Piece> pieces, const Frame& frame, const Profile& profile) {
    std::stable_sort(pieces.begin(), pieces.end(), [](auto& a, auto& b) { return a.section < b.section; });

    Prompt out;
    const auto room = static_cast<std::size_t>(std::max(0, profile.context_tokens - frame.answer_tokens));
    out.tokens = estimate_tokens(frame.system) + estimate_tokens(frame.reminder) + 2 * per_message;
    for (const auto title : frame.titles) // rather all than recount
        out.tokens += estimate_tokens(title) + 3;
    std::vector<std::size_t> order(pieces.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(!pieces[a].needed, pieces[a].rank) < std::pair(!pieces[b].needed, pieces[b].rank);
    });
    std::vector<bool> taken(pieces.size());
    for (const auto i : order) {
        const auto tokens = estimate_tokens(pieces[i].text);
        if (out.tokens + tokens <= room) {
            taken[i] = true;
            out.tokens += tokens;
        } else if (pieces[i].needed) {
            return fail(Errc::limit,
                        fmt::format("{} for a model with {} tokens", frame.too_long, profile.context_tokens));
        } else {
            out.left_out.push_back(pieces[i].what);
        }
    }
    for (std::size_t i = 0; i < pieces.size(); ++i)
        if (taken[i] && !pieces[i].file.empty() &&
            std::find(out.files.begin(), out.files.end(), pieces[i].file) == out.files.end())
            out.files.push_back(pieces[i].file);
    out.messages = {{Role::system, frame.system}, {Role::user, joined(pieces, taken, frame)}};
    return out;
}

} // namespace rustcoder::model
