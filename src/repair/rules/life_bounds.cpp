// Lifetimes that must outlive each other, and lifetimes that are declared wrongly: E0195 E0227 E0228 E0261 E0262 E0263
// E0316 E0478 E0491 E0495 E0496 E0581 E0582 E0621 E0623 E0637 E0803 and "lifetime may not live long enough".
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <set>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// Every token with that text inside the range.
std::vector<Range> tokens_named(const Source& s, Range in, std::string_view name) {
    std::vector<Range> out;
    for (std::size_t i = s.token_at(in.begin); i < s.tokens().size() && s.tokens()[i].begin < in.end; ++i)
        if (s.text(s.tokens()[i]) == name)
            out.push_back({s.tokens()[i].begin, s.tokens()[i].end});
    return out;
}

std::string fresh_lifetime(const Source& s, Range in) {
    for (char c = 'a'; c <= 'z'; ++c) {
        std::string name = std::string("'") + c;
        if (tokens_named(s, in, name).empty())
            return name;
    }
    return "'long";
}

const Item* declaring(const Site& site, std::string_view lifetime) {
    // innermost item around the error whose generics declare it
    const Item* item = site.t().item_at(site.at().begin);
    for (; item; item = site.t().parent(*item))
        if (!item->generics.empty() && !tokens_named(site.s(), item->generics, lifetime).empty())
            return item;
    return nullptr;
}

/// `'long: 'short` at the declaration of 'long.
std::optional<Edit> outlives(const Site& site, std::string_view longer, std::string_view shorter) {
    const Item* item = declaring(site, longer);
    if (!item || longer == shorter)
        return std::nullopt;
    const Source& s = site.s();
    auto at = tokens_named(s, item->generics, longer);
    auto next = s.token_at(at.front().end);
    if (s.at(static_cast<Index>(next)) == ":")
        return site.put(s.tokens()[next].end, " " + std::string(shorter) + " +");
    return site.put(at.front().end, ": " + std::string(shorter));
}

std::vector<std::string> lifetimes_in(const Diagnostic& d) {
    std::vector<std::string> out;
    auto read = [&](const std::string& text) {
        for (const auto& t : backticked(text))
            if (t.starts_with("'") && std::find(out.begin(), out.end(), t) == out.end())
                out.push_back(t);
    };
    read(d.message);
    for (const auto& span : d.spans)
        read(span.label);
    for (const auto& child : d.children)
        read(child.message);
    return out;
}

void one_outlives_other(Site& site) {
    // rustc says it in words only: "consider adding the following bound: `'a: 'b`"
    for (const Child& child : site.d.children)
        if (auto bound = between(child.message, "adding the following bound: `", "`")) {
            auto colon = bound->find(':');
            if (colon == std::string::npos)
                continue;
            std::string longer(base::trim(std::string_view(*bound).substr(0, colon)));
            std::string shorter(base::trim(std::string_view(*bound).substr(colon + 1)));
            if (auto edit = outlives(site, longer, shorter))
                site.propose(Risk::low, 0.75,
                             "what has lifetime `" + longer + "` is used where `" + shorter +
                                 "` is promised, so it must live as long.",
                             {*edit});
            // or they are one and the same
            if (const Item* item = declaring(site, longer); item && !longer.starts_with("'_") && shorter != "'static") {
                const Source& s = site.s();
                std::vector<Edit> edits;
                auto declared = tokens_named(s, item->generics, shorter);
                if (declared.size() == 1) {
                    edits.push_back(site.cut(with_separator(s, declared.front())));
                    Range rest{item->generics.end, item->range.end};
                    for (Range r : tokens_named(s, rest, shorter))
                        edits.push_back(site.swap(r, longer));
                    site.propose(Risk::cost, 0.35, "`" + longer + "` and `" + shorter + "` have to be the same here.",
                                 std::move(edits));
                }
            }
        }
    auto names = lifetimes_in(site.d);
    if (site.d.code == "E0478" || site.d.code == "E0491" || site.d.code == "E0623" || site.d.code == "E0495")
        for (const auto& a : names)
            for (const auto& b : names) {
                if (a == b || a == "'static" || a == "'_" || b == "'_")
                    continue;
                if (auto edit = outlives(site, a, b)) {
                    // E0478 names the one that must live longer first, E0491 second
                    bool first = &a == &names.front();
                    double prior = (site.d.code == "E0491") != first ? 0.66 : 0.4;
                    site.propose(Risk::low, prior, "one lifetime has to outlive the other: `" + a + ": " + b + "`.",
                                 {*edit});
                }
            }
}

/// The reference type of a parameter gets the lifetime of the result: E0621 and the elided `'1`.
void name_the_parameter(Site& site) {
    const Item* fn = site.function();
    if (!fn)
        return;
    const Source& s = site.s();
    for (const Span& span : site.d.spans) {
        auto hidden = between(span.label, "let's call the lifetime of this reference `", "`");
        Range r = site.range(&span);
        if (!hidden || r.empty())
            continue;
        std::size_t token = s.token_at(r.begin);
        if (s.at(static_cast<Index>(token)) != "&")
            continue;
        std::vector<std::string> declared;
        for (const Item* item = fn; item; item = site.t().parent(*item))
            if (!item->generics.empty())
                for (std::size_t i = s.token_at(item->generics.begin); s.tokens()[i].begin < item->generics.end; ++i)
                    if (s.tokens()[i].kind == Kind::lifetime)
                        declared.emplace_back(s.text(s.tokens()[i]));
        for (const auto& name : declared)
            site.propose(Risk::low, 0.55,
                         "what comes in through this reference leaves as `" + name + "`, so it has that lifetime.",
                         {site.put(s.tokens()[token].end, name + " ")});
        if (declared.empty()) { // both hidden: one new name for both
            std::vector<Edit> edits;
            std::string name = fresh_lifetime(s, fn->range);
            std::size_t references = 0;
            for (const auto& p : fn->parameters) {
                if (p.is_self || !is_ref(p.type_text) || has(p.type_text, "'"))
                    continue;
                ++references;
                edits.push_back(site.put(p.type.begin + 1, name + " "));
            }
            if (!fn->return_type.empty() && s.text(fn->return_type).starts_with("&"))
                edits.push_back(site.put(fn->return_type.begin + 1, name + " "));
            edits.push_back(fn->generics.empty() ? site.put(fn->name_range.end, "<" + name + ">")
                                                 : site.put(fn->generics.begin + 1, name + ", "));
            if (references)
                site.propose(Risk::low, 0.45, "the references depend on each other, so they share one lifetime.",
                             std::move(edits));
        }
    }
    // the result borrows from self although it should borrow from the argument, or the other way round
    if (!fn->return_type.empty() && has(site.d.message, "lifetime may not live long enough")) {
        const Item* owner = owner_of(site.t(), *fn);
        std::string type = site.str(fn->return_type);
        auto amp = type.find('&');
        if (owner && !owner->generics.empty() && amp != std::string::npos && !type.substr(amp + 1).starts_with("'"))
            for (std::size_t i = s.token_at(owner->generics.begin); s.tokens()[i].begin < owner->generics.end; ++i)
                if (s.tokens()[i].kind == Kind::lifetime) {
                    std::string name(s.text(s.tokens()[i]));
                    site.propose(Risk::low, 0.5,
                                 "the result comes out of the data that the type borrows (`" + name +
                                     "`), not out of `self`.",
                                 {site.put(fn->return_type.begin + amp + 1, name + " ")});
                }
    }
}

/// Declared twice, under a reserved name, or in the wrong place.
void declarations(Site& site) {
    const Source& s = site.s();
    std::string name = site.str(site.at());
    const Item* item = site.t().item_at(site.at().begin);
    if (!item)
        return;
    if (site.d.code == "E0496") { // the method's `'a` shadows the impl's
        std::string fresh = fresh_lifetime(
            s, item->parent >= 0 ? site.t().items()[static_cast<std::size_t>(item->parent)].range : item->range);
        std::vector<Edit> edits;
        for (Range r : tokens_named(s, item->range, name))
            edits.push_back(site.swap(r, fresh));
        site.propose(Risk::low, 0.62,
                     "the method declared a lifetime of the same name as its impl; it gets another name.",
                     std::move(edits));
        bool only = site.text(item->generics) == "<" + name + ">";
        site.propose(Risk::low, 0.45, "the impl already declares `" + name + "`; the method uses that one.",
                     {only ? site.cut(item->generics) : site.cut(with_separator(s, site.at()))});
    }
    if (site.d.code == "E0262" || site.d.code == "E0637") {
        if (!item->generics.empty() && item->generics.begin <= site.at().begin &&
            site.at().begin < item->generics.end) {
            std::string fresh = fresh_lifetime(s, item->range);
            std::vector<Edit> edits;
            for (Range r : tokens_named(s, {item->generics.begin, item->signature.end}, name))
                edits.push_back(site.swap(r, fresh));
            site.propose(Risk::low, 0.66,
                         "`" + name + "` is reserved and cannot be declared; the lifetime gets a name of its own.",
                         std::move(edits));
            bool only = site.text(item->generics) == "<" + name + ">";
            if (name == "'static")
                site.propose(Risk::low, 0.5, "`'static` exists everywhere and is not declared.",
                             {only ? site.cut(item->generics) : site.cut(with_separator(s, site.at()))});
        }
    }
    if (site.d.code == "E0261") {
        // declared on the method although the impl header needs it, or nowhere
        const Item* impl = item;
        while (impl && impl->kind != ItemKind::impl)
            impl = site.t().parent(*impl);
        if (impl && impl->signature.begin <= site.at().begin && site.at().begin < impl->signature.end) {
            std::vector<Edit> edits{
                impl->generics.empty()
                    ? site.put(impl->signature.begin + s.text(impl->signature).find("impl") + 4, "<" + name + ">")
                    : site.put(impl->generics.begin + 1, name + ", ")};
            for (const Item* m : members_of(site.t(), *impl))
                if (!m->generics.empty())
                    for (Range r : tokens_named(s, m->generics, name))
                        edits.push_back(site.text(m->generics) == "<" + name + ">" ? site.cut(m->generics)
                                                                                   : site.cut(with_separator(s, r)));
            if (edits.size() > 1)
                site.propose(Risk::low, 0.85, "the impl declares `" + name + "`, and its methods use that one.",
                             std::move(edits));
            site.propose(Risk::low, 0.6, "the type's `" + name + "` says nothing here that `'_` would not.",
                         {site.swap(site.at(), "'_")});
        }
    }
}

/// `for<'a> Fn() -> &'a T`: nothing that goes in has `'a`.
void higher_ranked(Site& site) {
    const Source& s = site.s();
    auto ticked = lifetimes_in(site.d);
    if (ticked.empty())
        return;
    std::string name = ticked.front();
    auto frames = frames_at(s, site.at().begin);
    const Item* item = site.t().item_at(site.at().begin);
    if (!item)
        return;
    // the nearest `for<'a>` before the error
    Index i = static_cast<Index>(site.token());
    while (i > 0 && !(s.at(i) == "for" && s.at(i + 1) == "<"))
        --i;
    if (s.at(i) != "for")
        return;
    Index close = i + 2;
    while (static_cast<std::size_t>(close) < s.tokens().size() && s.at(close) != ">")
        ++close;
    Range binder{s.tokens()[static_cast<std::size_t>(i)].begin, s.tokens()[static_cast<std::size_t>(close) + 1].begin};
    Range scope{binder.end, site.at().end};
    bool single = close == i + 3;
    if (!single)
        return;
    std::vector<Edit> forever{site.cut(binder)}, outer{site.cut(binder)};
    for (Range r : tokens_named(s, scope, name))
        forever.push_back(site.swap(r, "'static"));
    site.propose(Risk::behaviour, 0.4,
                 "nothing that goes in has the lifetime `" + name + "`, so the result must live for ever.",
                 std::move(forever));
    if (item->kind == ItemKind::function || item->kind == ItemKind::structure || item->kind == ItemKind::impl) {
        outer.push_back(item->generics.empty() ? site.put(item->name_range.end, "<" + name + ">")
                                               : site.put(item->generics.begin + 1, name + ", "));
        site.propose(Risk::low, item->kind == ItemKind::function ? 0.6 : 0.2,
                     "the caller chooses `" + name + "`, so the function declares it.", std::move(outer));
    }
    // only the result: its own lifetime stays with the inputs, the result lives for ever
    std::vector<Edit> result;
    for (Range r : tokens_named(s, site.at(), name))
        result.push_back(site.swap(r, "'static"));
    site.propose(Risk::behaviour, 0.38, "the result cannot borrow from the arguments, so it lives for ever.",
                 std::move(result));
}

void nested_binders(Site& site) { // E0316
    const Source& s = site.s();
    Index inner = static_cast<Index>(site.token());
    while (inner > 0 && s.at(inner) != "for")
        ++inner;
    Index outer = static_cast<Index>(site.token()) - 1;
    while (outer > 0 && s.at(outer) != "for")
        --outer;
    if (s.at(inner) != "for" || s.at(outer) != "for" || s.at(inner + 1) != "<" || s.at(outer + 1) != "<")
        return;
    auto end_of = [&](Index i) {
        while (static_cast<std::size_t>(i) < s.tokens().size() && s.at(i) != ">")
            ++i;
        return static_cast<std::size_t>(i);
    };
    std::size_t inner_end = end_of(inner), outer_end = end_of(outer);
    if (inner_end + 1 >= s.tokens().size())
        return;
    std::string names(s.text(s.tokens()[static_cast<std::size_t>(inner) + 2].begin, s.tokens()[inner_end].begin));
    site.propose(Risk::none, 0.9, "one `for<..>` declares all the lifetimes; it cannot be nested.",
                 {site.put(s.tokens()[outer_end].begin, ", " + names),
                  site.cut({s.tokens()[static_cast<std::size_t>(inner)].begin, s.tokens()[inner_end + 1].begin})});
}

void object_bounds(Site& site) { // E0226 E0227 E0228
    const Source& s = site.s();
    const Item* item = site.t().item_at(site.at().begin);
    if (site.d.code == "E0226") {
        site.propose(Risk::behaviour, 0.6, "a trait object has one lifetime bound; the second one goes.",
                     {site.cut(with_separator(s, site.at()))});
        return;
    }
    std::vector<std::string> names;
    if (item && !item->generics.empty())
        for (std::size_t i = s.token_at(item->generics.begin); s.tokens()[i].begin < item->generics.end; ++i)
            if (s.tokens()[i].kind == Kind::lifetime &&
                std::find(names.begin(), names.end(), s.text(s.tokens()[i])) == names.end())
                names.emplace_back(s.text(s.tokens()[i]));
    names.emplace_back("'static");
    bool behind_reference = s.at(static_cast<Index>(site.token()) - 1) == "&";
    for (std::size_t k = 0; k < names.size(); ++k) {
        std::string text = site.str(site.at()) + " + " + names[k];
        site.propose(Risk::low, names[k] == "'static" ? 0.5 : 0.4 - 0.05 * static_cast<double>(k),
                     "how long the object lives cannot be told from the context; it is written down.",
                     {site.swap(site.at(), behind_reference ? "(" + text + ")" : text)});
    }
}

/// E0803: the reference in the trait's argument is the data's, not self's.
void trait_argument(Site& site) {
    const Source& s = site.s();
    const Item* impl = generic_impl_around(site);
    if (!impl)
        return;
    std::string name;
    for (std::size_t i = s.token_at(impl->generics.begin); s.tokens()[i].begin < impl->generics.end && name.empty();
         ++i)
        if (s.tokens()[i].kind == Kind::lifetime)
            name = s.text(s.tokens()[i]);
    if (name.empty())
        return;
    std::vector<Edit> edits;
    auto add = [&](Range in) {
        for (Range r : tokens_named(s, in, "&"))
            if (auto next = s.token_at(r.end); next < s.tokens().size() && s.tokens()[next].kind != Kind::lifetime)
                edits.push_back(site.put(r.end, name + " "));
    };
    add({impl->generics.end, impl->body.begin});
    for (const Item* m : members_of(site.t(), *impl))
        if (!m->return_type.empty())
            add(m->return_type);
    site.propose(Risk::low, 0.75,
                 "the reference comes out of the data with lifetime `" + name + "`, so it is written with it.",
                 std::move(edits));
}

} // namespace

RC_CODE_RULE(one_outlives_other, "life-outlives", "E0478", "E0491", "E0495", "E0623",
             "~lifetime may not live long enough", "E0312")
RC_CODE_RULE(name_the_parameter, "life-parameter", "E0621", "E0623", "~lifetime may not live long enough")
RC_CODE_RULE(declarations, "life-declaration", "E0261", "E0262", "E0496", "E0637")
RC_CODE_RULE(higher_ranked, "life-higher-ranked", "E0581", "E0582")
RC_CODE_RULE(nested_binders, "life-nested", "E0316")
RC_CODE_RULE(object_bounds, "life-object", "E0226", "E0227", "E0228")
RC_CODE_RULE(trait_argument, "life-trait-argument", "E0803")

} // namespace rustcoder::repair
