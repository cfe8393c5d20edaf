// E0499: two entries of one map are changed together. `get_disjoint_mut` (since 1.86) lends both at once.
#include "repair/own_support.h"

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

struct Lookup {
    Range call; // map.get_mut(key)
    std::string map, key, name;
    Frame frame;
};

std::optional<Lookup> lookup(const Site& site, Range borrow) {
    const Source& s = site.s();
    auto frames = frames_at(s, borrow.begin);
    if (borrow.empty() || frames.empty())
        return std::nullopt;
    Lookup l;
    l.frame = frames.front();
    l.name = let_name(s, l.frame.statement);
    const auto begin = static_cast<Index>(s.token_at(borrow.begin));
    for (Index i = begin; i < begin + 12; ++i) {
        if (s.at(i) != "." || s.at(i + 1) != "get_mut" || s.at(i + 2) != "(")
            continue;
        const auto close = s.tokens()[static_cast<std::size_t>(i) + 2].match;
        if (close < i + 4 || l.name.empty() || s.at(begin - 1) == "match")
            return std::nullopt;
        auto offset = [&](Index k) { return s.tokens()[static_cast<std::size_t>(k)]; };
        l.map = site.str({offset(begin).begin, offset(i).begin});
        l.key = site.str({offset(i + 3).begin, offset(close - 1).end});
        l.call = {offset(begin).begin, offset(close).end};
        return l;
    }
    return std::nullopt;
}

void both_entries(Site& site) {
    if (site.context.rustc_minor < 86)
        return;
    Range other;
    for (const Span& span : site.d.spans)
        if (Range r = site.range(&span); !span.primary && span.label.find("first mutable borrow") != std::string::npos)
            other = r;
    auto first = lookup(site, other), second = lookup(site, site.at());
    if (!first || !second || first->map != second->map || first->frame.open != second->frame.open ||
        first->name == second->name || first->call.begin >= second->call.begin)
        return;
    const Source& s = site.s();
    std::string type =
        guess_type(site.context, site.t(), site.path(), {first->call.begin, first->call.begin + first->map.size()});
    if (type_head(strip_refs(type)) != "HashMap")
        return;
    const std::size_t at = first->frame.statement.begin;
    site.propose(Risk::low, 0.85,
                 "two entries of `" + first->map + "` are needed at once; `get_disjoint_mut` lends both.",
                 {site.put(at, "let [" + first->name + ", " + second->name + "] = " + first->map +
                                   ".get_disjoint_mut([" + first->key + ", " + second->key + "]);" + gap_at(s, at)),
                  site.swap(first->call, first->name), site.swap(second->call, second->name)});
}

} // namespace

RC_CODE_RULE(both_entries, "own-disjoint-entries", "E0499")

} // namespace rustcoder::repair
