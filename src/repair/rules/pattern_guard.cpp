// E0158 E0164: a pattern that only a calculation could give (an associated constant of a type parameter, a call) is a
// comparison: `L::MAX => ..` becomes `value if value == L::MAX => ..`.
#include "repair/own_support.h"

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

void compare_instead(Site& site) {
    const Source& s = site.s();
    const Range at = site.at();
    const auto after = static_cast<Index>(s.token_at(at.end));
    const auto before = s.at(static_cast<Index>(site.token()) - 1);
    if (before != "{" && before != "," && before != "}")
        return; // inside a larger pattern
    const std::string name = fresh_name(s, "value"), test = name + " if " + name + " == " + site.str(at);
    const std::string why =
        "`" + site.str(at) + "` is not known when patterns are compiled; the value is compared with it in a guard.";
    if (s.at(after) == "=>")
        site.propose(Risk::low, 0.85, why, {site.swap(at, test)});
    else if (s.at(after) == "if")
        site.propose(Risk::low, 0.8, why,
                     {site.swap({at.begin, s.tokens()[static_cast<std::size_t>(after)].end}, test + " &&")});
}

} // namespace

RC_CODE_RULE(compare_instead, "pattern-guard", "E0158", "E0164", "E0532")

} // namespace rustcoder::repair
