#include "scaffold/absence.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace rustcoder::scaffold {

namespace {

/// What would stand in the source if it were there; "[dependencies]": what the standard library does not have.
struct Sign {
    std::string_view word; // or the beginning of one
    std::array<std::string_view, 3> in_code;
};
constexpr auto signs = std::to_array<Sign>({
    {"float", {"f64", "f32", ""}},
    {"unsafe", {"unsafe", "", ""}},
    {"thread", {"thread::", "", ""}},
    {"concurren", {"thread::", "async ", ""}},
    {"network", {"std::net", "TcpStream", "UdpSocket"}},
    {"internet", {"std::net", "TcpStream", "UdpSocket"}},
    {"socket", {"std::net", "TcpStream", "UdpSocket"}},
    {"dependenc", {"[dependencies]", "", ""}},
    {"crate", {"[dependencies]", "", ""}},
    {"database", {"[dependencies]", "", ""}},
    {"sql", {"[dependencies]", "", ""}},
    {"async", {"async ", "[dependencies]", ""}},
    {"tokio", {"[dependencies]", "", ""}},
    {"serde", {"[dependencies]", "", ""}},
    {"gui", {"[dependencies]", "", ""}},
    {"graphical", {"[dependencies]", "", ""}},
    {"unwrap", {".unwrap()", "", ""}},
    {"macro", {"macro_rules!", "", ""}},
});

bool stands_in(const Template& from, std::string_view code) {
    return std::any_of(from.files.files().begin(), from.files.files().end(), [&](const auto& file) {
        const std::string_view text = *file.second.bytes;
        if (code == "[dependencies]")
            return file.first == "Cargo.toml" && base::has(text, code);
        return file.first.ends_with(".rs") && base::has(text, code);
    });
}

} // namespace

std::optional<bool> known_to_lack(const Template& from, std::string_view wish) {
    std::optional<bool> out;
    const auto lowered = base::lower(wish);
    for (std::size_t at = 0; at < lowered.size(); ++at) {
        if (at > 0 && base::is_ident(lowered[at - 1]))
            continue;
        for (const auto& sign : signs) {
            if (!std::string_view(lowered).substr(at).starts_with(sign.word))
                continue;
            const bool there = std::any_of(sign.in_code.begin(), sign.in_code.end(),
                                           [&](auto code) { return !code.empty() && stands_in(from, code); });
            out = out.value_or(true) && !there;
        }
    }
    return out;
}

} // namespace rustcoder::scaffold
