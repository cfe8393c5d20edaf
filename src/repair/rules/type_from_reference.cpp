// `T::from(reference)` or `reference.into()` where only the value converts: "the trait bound `T: From<&U>`".
#include "repair/own_support.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

void from_reference(Site& site) {
    auto bound = backticked(site.d.message);
    if (bound.empty() || site.d.message.find("the trait bound `") == std::string::npos)
        return;
    auto at = bound[0].find(": From<&");
    if (at == std::string::npos)
        return;
    std::string type = clean_type(bound[0].substr(at + 8));
    if (type.size() > 1)
        type.pop_back();
    const Source& s = site.s();
    Index i = static_cast<Index>(site.token());
    Range value;
    bool method = false;
    while (s.at(i) != "(" && s.at(i) != ";" && i < static_cast<Index>(s.tokens().size()) &&
           i < static_cast<Index>(site.token()) + 12)
        ++i;
    if (s.at(i) != "(")
        return;
    if (s.at(i - 1) == "from") {
        auto arguments = site.t().arguments(s.tokens()[static_cast<std::size_t>(i)].begin);
        if (arguments.size() == 1)
            value = arguments[0];
    } else if (s.at(i - 1) == "into" && s.at(i - 2) == ".") {
        value = site.t().postfix_before(s.tokens()[static_cast<std::size_t>(i) - 2].begin);
        method = true;
    }
    if (value.empty())
        return;
    auto local = local_type(site.context, type);
    bool copy = is_copy(type) || (local && std::find(local->item->derives.begin(), local->item->derives.end(),
                                                     "Copy") != local->item->derives.end());
    auto text = site.text(value);
    if (text.starts_with("&") && !method) {
        site.propose(Risk::low, 0.85, "the conversion takes the value itself, not a reference.",
                     {site.cut({value.begin, value.begin + 1})});
        return;
    }
    std::vector<Edit> star = {site.put(value.begin, method ? "(*" : "*")};
    if (method)
        star.push_back(site.put(value.end, ")"));
    site.propose(Risk::low, copy ? 0.88 : 0.4, "the conversion takes the value; `*` follows the reference.",
                 std::move(star));
    site.propose(Risk::cost, copy ? 0.3 : 0.6, "the conversion takes the value; a clone can be given away.",
                 {site.put(value.end, ".clone()")});
}

} // namespace

RC_CODE_RULE(from_reference, "type-from-reference", "E0277")

} // namespace rustcoder::repair
