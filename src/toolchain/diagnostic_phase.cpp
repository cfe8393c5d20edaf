// Which compiler pass an error comes from. Read from rustc's sources: the crate that emits the code decides
// (rustc_lexer/parse/expand, rustc_resolve, rustc_hir_analysis/hir_typeck/privacy, rustc_borrowck and the other passes
// on MIR). docs/diagnostics.md explains what hides what.
#include "base/text.h"
#include "toolchain/diagnostic.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace rustcoder::toolchain {

namespace {

constexpr std::array parse_codes{178, 536, 537, 584, 585, 586, 670, 704, 743, 748, 753, 758, 762, 763, 765, 766, 768};

// Name and lifetime resolution, and the checks on the syntax tree and of feature gates that run beside it.
constexpr std::array resolve_codes{106, 128, 130, 197, 198, 252, 254, 255, 259, 260, 261, 262, 263, 364, 365, 379, 401,
                                   403, 404, 405, 407, 408, 411, 412, 415, 416, 422, 423, 424, 425, 426, 428, 429, 430,
                                   431, 432, 433, 434, 435, 437, 438, 449, 460, 461, 462, 463, 464, 466, 468, 469, 530,
                                   531, 532, 554, 567, 568, 573, 574, 575, 576, 577, 578, 583, 601, 602, 603, 635, 636,
                                   637, 658, 659, 666, 725, 726, 735, 742, 767, 770, 771, 774, 777, 778, 779};

// Borrow checking proper, and the other checks that run on MIR, after a body has passed the type checker.
constexpr std::array borrow_codes{10,  15,  80,  133, 373, 381, 382, 383, 384, 492, 493, 499, 500,
                                  501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 515, 521, 524,
                                  594, 595, 596, 597, 621, 623, 626, 700, 712, 713, 716, 764, 793};

static_assert(std::ranges::is_sorted(parse_codes) && std::ranges::is_sorted(resolve_codes) &&
              std::ranges::is_sorted(borrow_codes));

bool starts(std::string_view s, std::string_view prefix) {
    return s.starts_with(prefix);
}
using base::has;

/// 308 for "E0308", -1 when it is no error code (lints have names).
int number_of(std::string_view code) {
    if (code.size() != 5 || code[0] != 'E')
        return -1;
    int n = -1;
    const auto [end, error] = std::from_chars(code.data() + 1, code.data() + code.size(), n);
    return error == std::errc() && end == code.data() + code.size() ? n : -1;
}

Phase codeless_phase(std::string_view m) {
    if (starts(m, "linking with") || starts(m, "could not exec the linker") || starts(m, "linker `"))
        return Phase::link;
    // Region errors of the borrow checker that never got a code.
    if (has(m, "lifetime may not live long enough") || has(m, "is not general enough") ||
        has(m, "higher-ranked lifetime error") || has(m, "higher-ranked subtype error") ||
        has(m, "captured variable cannot escape") || has(m, "does not live long enough") ||
        starts(m, "cannot move out of") || starts(m, "reached the recursion limit while instantiating"))
        return Phase::borrow;
    if (starts(m, "cannot find macro") || starts(m, "cannot find derive macro") || starts(m, "cannot find attribute") ||
        starts(m, "cannot determine resolution") || starts(m, "expected derive macro") ||
        starts(m, "expected attribute, found") || starts(m, "cannot use a glob import") || starts(m, "cannot use `") ||
        has(m, "is ambiguous") || starts(m, "macro-expanded `macro_export` macros"))
        return Phase::resolve;
    if (starts(m, "reached the recursion limit while auto-dereferencing") || starts(m, "type annotations needed") ||
        starts(m, "hidden type") || starts(m, "unconstrained opaque type") || starts(m, "future cannot be") ||
        starts(m, "cannot find type") || starts(m, "queries overflow the depth limit"))
        return Phase::type;
    return Phase::parse;
}

} // namespace

Phase phase_of(const Diagnostic& d) {
    if (d.code.empty())
        return codeless_phase(d.message);
    const int n = number_of(d.code);
    if (n < 0)
        return Phase::lint;
    if (std::ranges::binary_search(parse_codes, n))
        return Phase::parse;
    if (std::ranges::binary_search(resolve_codes, n))
        return Phase::resolve;
    if (std::ranges::binary_search(borrow_codes, n))
        return Phase::borrow;
    return Phase::type;
}

} // namespace rustcoder::toolchain
