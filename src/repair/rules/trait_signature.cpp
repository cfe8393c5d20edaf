// E0049 E0050 E0053 E0185 E0186 E0195 E0276: a method in an impl does not match the trait. One side takes over the
// other's signature: the impl the trait's, or, where the impls agree with each other, the trait theirs.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

struct Pair {
    const Item* impl = nullptr;     // the impl block
    const Item* method = nullptr;   // in it
    Declared trait;                 // the trait
    const Item* required = nullptr; // its method
};

std::optional<Pair> find_pair(const Site& site) {
    Pair p;
    p.method = site.function();
    if (!p.method)
        return std::nullopt;
    p.impl = owner_of(site.t(), *p.method);
    if (!p.impl || p.impl->trait_name.empty())
        return std::nullopt;
    auto trait = trait_named(site.context, p.impl->trait_name);
    if (!trait)
        return std::nullopt;
    p.trait = *trait;
    for (const Item* member : members_of(*trait->tree, *trait->item))
        if (member->kind == ItemKind::function && member->name == p.method->name)
            p.required = member;
    return p.required ? std::optional(p) : std::nullopt;
}

Range signature_of(const Source& s, const Item& fn) {
    Range r = fn.signature;
    auto text = s.text(r);
    while (!text.empty() && (text.back() == ';' || text.back() == ' ' || text.back() == '\n' || text.back() == '{'))
        text.remove_suffix(1);
    return {r.begin, r.begin + text.size()};
}

/// Whole-word replacement of the names.
std::string substitute(const std::string& text, const std::vector<std::pair<std::string, std::string>>& names) {
    Source s{text};
    std::string out;
    std::size_t done = 0;
    for (const auto& t : s.tokens())
        for (const auto& [from, to] : names)
            if (s.text(t) == from) {
                out += text.substr(done, t.begin - done) + to;
                done = t.end;
                break;
            }
    return out + text.substr(done);
}

std::string names_kept(const Source& from, const Item& signature, const Item& names, const Source& names_source) {
    // the text of `signature`, parameter patterns taken from `names` where there is a partner at that place
    Range r = signature_of(from, signature);
    std::string out;
    std::size_t done = r.begin;
    std::size_t skip_a = !signature.parameters.empty() && signature.parameters.front().is_self ? 1 : 0;
    std::size_t skip_b = !names.parameters.empty() && names.parameters.front().is_self ? 1 : 0;
    for (std::size_t k = skip_a; k < signature.parameters.size(); ++k) {
        const auto& p = signature.parameters[k];
        std::size_t partner = k - skip_a + skip_b;
        if (partner >= names.parameters.size() || p.pattern.empty() || p.pattern.begin < done)
            continue;
        std::string_view wanted = names_source.text(names.parameters[partner].pattern);
        // a trait declaration without body takes no patterns
        if (signature.body.empty() == false && names.body.empty() && wanted == "_")
            continue;
        out += from.text(done, p.pattern.begin);
        out += wanted;
        done = p.pattern.end;
    }
    out += from.text(done, r.end);
    return out;
}

std::vector<std::pair<std::string, std::string>> trait_arguments(const Site& site, const Pair& p) {
    std::vector<std::pair<std::string, std::string>> out;
    auto names = generic_names(p.trait.tree->source().text(p.trait.item->generics));
    std::string head = site.str({p.impl->signature.begin, p.impl->signature.end});
    auto at = head.find(p.impl->trait_name + "<");
    if (at == std::string::npos)
        return out;
    std::size_t open = at + p.impl->trait_name.size(), end = open;
    int depth = 0;
    for (; end < head.size(); ++end) {
        if (head[end] == '<')
            ++depth;
        if (head[end] == '>' && --depth == 0)
            break;
    }
    auto arguments = type_arguments("X" + head.substr(open, end - open + 1));
    for (std::size_t k = 0; k < names.size() && k < arguments.size(); ++k)
        out.emplace_back(names[k], arguments[k]);
    return out;
}

std::string without_qualifier(std::string text) {
    for (std::string_view word : {"pub(crate) ", "pub "})
        if (text.starts_with(word))
            text.erase(0, word.size());
    return text;
}

/// Other impls whose method is written like this one's (parameter types and result).
int agreeing(const Site& site, const Pair& p) {
    auto shape = [](const Item& fn) {
        std::string out;
        for (const auto& q : fn.parameters)
            out += clean_type(q.type_text) + ",";
        return out;
    };
    int count = 0;
    for (const Declared& d : functions_named(site.context, p.method->name)) {
        const Item* owner = owner_of(*d.tree, *d.item);
        if (owner && owner->kind == ItemKind::impl && owner->trait_name == p.impl->trait_name && d.item != p.method &&
            shape(*d.item) == shape(*p.method))
            ++count;
    }
    return count;
}

void match_trait(Site& site) {
    auto p = find_pair(site);
    if (!p)
        return;
    const Source& here = site.s();
    const Source& there = p->trait.tree->source();
    Range mine = signature_of(here, *p->method), theirs = signature_of(there, *p->required);
    int others = agreeing(site, *p);
    double trait_wrong = others > 0 ? 0.7 : 0.3;
    std::string taken =
        without_qualifier(substitute(names_kept(there, *p->required, *p->method, here), trait_arguments(site, *p)));
    bool uses_self = !uses_of(here, p->method->body, "self").empty();
    bool self_there = !p->required->parameters.empty() && p->required->parameters.front().is_self;
    double adopt = 1 - trait_wrong;
    if (uses_self && !self_there)
        adopt = 0.05;
    if (site.d.code == "E0185" && !uses_self)
        adopt = 0.45;
    site.propose(Risk::low, adopt,
                 "the trait `" + p->trait.item->name + "` declares `" + p->method->name +
                     "` differently; the impl takes over its signature.",
                 {site.swap(mine, taken)});
    // the trait follows the impl; names of the impl's own generics stay out of it
    std::string given =
        without_qualifier(substitute(names_kept(here, *p->method, *p->required, there), {{p->impl->name, "Self"}}));
    site.propose(Risk::behaviour, site.d.code == "E0185" && uses_self ? 0.7 : trait_wrong,
                 others > 0
                     ? "all impls write `" + p->method->name + "` the same way; the trait's declaration follows them."
                     : "the trait's declaration of `" + p->method->name + "` follows its impl.",
                 {make_edit(p->trait.path, theirs.begin, theirs.end, given)});
}

} // namespace

RC_CODE_RULE(match_trait, "trait-signature", "E0049", "E0050", "E0053", "E0185", "E0186", "E0195", "E0276")

} // namespace rustcoder::repair
