// E0277 E0310: a struct demands a bound of its parameter; every impl of the struct has to repeat it.
#include "repair/own_support.h"

#include "base/text.h"

#include <map>

namespace rustcoder::repair {

namespace {

/// Bounds of each parameter, from `<T: Fn(u32) -> u32>` and the where clause.
std::map<std::string, std::string> bounds_of(const Source& s, const Item& item) {
    std::map<std::string, std::string> out;
    for (Range in : {item.generics, item.where_clause}) {
        std::size_t begin = 0;
        int depth = 0;
        std::string name;
        auto finish = [&](std::size_t end) {
            std::string bound(base::trim(s.text(begin, end)));
            while (!bound.empty() && (bound.back() == ',' || bound.back() == '{'))
                bound = base::trim(std::string_view(bound).substr(0, bound.size() - 1));
            if (!name.empty() && !bound.empty())
                out[name] += (out[name].empty() ? "" : " + ") + bound;
            name.clear();
        };
        for (std::size_t i = s.token_at(in.begin); i < s.tokens().size() && s.tokens()[i].end <= in.end; ++i) {
            auto text = s.text(s.tokens()[i]);
            if (text == "<" || s.tokens()[i].kind == Kind::open)
                ++depth;
            else if (text == ">" || s.tokens()[i].kind == Kind::close)
                --depth;
            const bool outer = in == item.generics ? depth == 1 : depth == 0;
            if (outer && text == ":" && i > 0 && s.tokens()[i - 1].kind == Kind::ident) {
                name = std::string(s.text(s.tokens()[i - 1]));
                begin = s.tokens()[i].end;
            } else if (!name.empty() && ((outer && text == ",") || (in == item.generics && depth == 0))) {
                finish(s.tokens()[i].begin);
            }
        }
        finish(in.end);
    }
    return out;
}

void repeat_bound(Site& site) {
    const Source& s = site.s();
    const Item* impl = generic_impl_around(site);
    if (!impl)
        return;
    auto type = local_type(site.context, impl->name);
    if (!type || type->item->generics.empty())
        return;
    const auto bounds = bounds_of(type->tree->source(), *type->item);
    const auto theirs = generic_names(type->tree->source().text(type->item->generics));
    const auto arguments = type_arguments(impl->self_type);
    const auto there = bounds_of(s, *impl);
    std::vector<Edit> edits;
    for (std::size_t k = 0; k < theirs.size() && k < arguments.size(); ++k) {
        auto bound = bounds.find(theirs[k]);
        if (bound == bounds.end() || there.contains(arguments[k]))
            continue;
        for (std::size_t i = s.token_at(impl->generics.begin);
             i < s.tokens().size() && s.tokens()[i].end <= impl->generics.end; ++i)
            if (s.text(s.tokens()[i]) == arguments[k])
                edits.push_back(site.put(s.tokens()[i].end, ": " + bound->second));
    }
    if (!edits.empty())
        site.propose(Risk::low, 0.92,
                     "`" + impl->name + "` demands this of its parameter, so its impl has to say it, too.",
                     std::move(edits));
}

} // namespace

RC_CODE_RULE(repeat_bound, "trait-bound-repeated", "E0277", "E0310")

} // namespace rustcoder::repair
