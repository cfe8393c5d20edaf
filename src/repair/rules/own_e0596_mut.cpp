// E0384 E0594 E0596: something is changed that was not declared changeable. One change rarely suffices: the binding,
// the reference, the method's `self`, the trait and every caller must agree.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <set>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

class Chain {
public:
    Chain(const RuleContext& context, std::vector<Edit>& edits) : context_(context), edits_(edits) {}

    /// `let x` or the parameter pattern becomes `mut`.
    void binding_mut(const std::string& path, std::size_t offset, std::string_view name) {
        auto tree = context_.sources.tree(path);
        for (const auto& b : tree->bindings_at(offset)) {
            if (b.name != name)
                continue;
            if (!b.is_mutable && !is_mut_ref(b.type_text) && seen_.insert({path, b.name_range.begin}).second &&
                (b.origin == syntax::Binding::Origin::let || b.origin == syntax::Binding::Origin::parameter)) {
                if (is_ref(b.type_text) && b.origin == syntax::Binding::Origin::parameter)
                    return;
                edits_.push_back(make_edit(path, b.name_range.begin, b.name_range.begin, "mut "));
            }
            return;
        }
    }

    /// The function's parameter becomes `&mut`, and so does what the callers pass.
    void parameter_mut(const Declared& fn, std::size_t index, int depth = 0) {
        const Item& item = *fn.item;
        if (depth > 3 || index >= item.parameters.size())
            return;
        const auto& p = item.parameters[index];
        const Source& s = fn.tree->source();
        if (!seen_.insert({fn.path, p.range.begin}).second)
            return;
        std::string text(s.text(p.is_self ? p.range : p.type));
        std::size_t at = (p.is_self ? p.range.begin : p.type.begin) + 1;
        if (!text.starts_with("&") || text.starts_with("&mut"))
            return;
        if (text.size() > 1 && text[1] == '\'') {
            auto space = text.find(' ');
            if (space == std::string::npos)
                return;
            edits_.push_back(make_edit(fn.path, at - 1 + space + 1, at - 1 + space + 1, "mut "));
        } else {
            edits_.push_back(make_edit(fn.path, at, at, "mut "));
        }
        partners(fn, index);
        bool self = !item.parameters.empty() && item.parameters.front().is_self;
        for (const Call& call : calls_of(context_, fn)) {
            auto source = context_.sources.source(call.path);
            if (p.is_self && call.method) {
                receiver(call, depth);
            } else {
                std::size_t argument = self && call.method ? index - 1 : index;
                if (argument >= call.arguments.size())
                    continue;
                Range a = call.arguments[argument];
                auto passed = source->text(a);
                if (passed.starts_with("&") && !passed.starts_with("&mut")) {
                    edits_.push_back(make_edit(call.path, a.begin + 1, a.begin + 1, "mut "));
                    place(call.path, {a.begin + 1, a.end}, depth);
                } else if (std::all_of(passed.begin(), passed.end(), [](char c) { return base::is_ident(c); })) {
                    forwarded(call.path, a, depth);
                }
            }
        }
    }

private:
    /// The same method in the trait and in the other impls of it.
    void partners(const Declared& fn, std::size_t index) {
        const Item* owner = owner_of(*fn.tree, *fn.item);
        if (!owner || index != 0)
            return;
        std::string trait = owner->kind == ItemKind::trait ? owner->name : owner->trait_name;
        if (trait.empty())
            return;
        for (const Declared& other : functions_named(context_, fn.item->name, fn.path)) {
            const Item* o = owner_of(*other.tree, *other.item);
            if (!o || other.item == fn.item || (o->kind == ItemKind::trait ? o->name : o->trait_name) != trait ||
                other.item->parameters.empty() || !other.item->parameters.front().is_self)
                continue;
            const auto& p = other.item->parameters.front();
            auto text = other.tree->source().text(p.range);
            if (text == "&self" && seen_.insert({other.path, p.range.begin}).second)
                edits_.push_back(make_edit(other.path, p.range.begin + 1, p.range.begin + 1, "mut "));
        }
    }

    void receiver(const Call& call, int depth) { place(call.path, call.receiver, depth); }

    /// The variable at the root of a place that is now changed.
    void place(const std::string& path, Range place, int depth) {
        auto source = context_.sources.source(path);
        auto tree = context_.sources.tree(path);
        auto token = source->token_at(place.begin);
        if (token >= source->tokens().size() || source->tokens()[token].end > place.end)
            return;
        std::string root(source->text(source->tokens()[token]));
        const Item* fn = tree->function_at(place.begin);
        if (!fn)
            return;
        for (std::size_t k = 0; k < fn->parameters.size(); ++k) {
            const auto& p = fn->parameters[k];
            if (p.name == root &&
                (p.is_self ? source->text(p.range) == "&self" : is_ref(p.type_text) && !is_mut_ref(p.type_text))) {
                parameter_mut({path, tree, fn}, k, depth + 1);
                return;
            }
        }
        if (root != "self")
            binding_mut(path, place.begin, root);
    }

    void forwarded(const std::string& path, Range argument, int depth) {
        auto tree = context_.sources.tree(path);
        const Item* fn = tree->function_at(argument.begin);
        std::string name(context_.sources.source(path)->text(argument));
        if (fn)
            for (std::size_t k = 0; k < fn->parameters.size(); ++k)
                if (fn->parameters[k].name == name && is_ref(fn->parameters[k].type_text))
                    parameter_mut({path, tree, fn}, k, depth + 1);
    }

    const RuleContext& context_;
    std::vector<Edit>& edits_;
    std::set<std::pair<std::string, std::size_t>> seen_;
};

/// The root variable of the changed place.
std::string root_of(const Site& site) {
    const Source& s = site.s();
    std::size_t i = s.token_at(site.at().begin);
    while (i < s.tokens().size() && s.tokens()[i].kind != Kind::ident && s.tokens()[i].kind != Kind::keyword &&
           s.tokens()[i].begin < site.at().end)
        ++i;
    return std::string(s.at(static_cast<Index>(i)) == "mut" ? s.at(static_cast<Index>(i) + 1)
                                                            : s.at(static_cast<Index>(i)));
}

std::string root_name(const Source& s, Range r) {
    auto i = s.token_at(r.begin);
    return i < s.tokens().size() ? std::string(s.text(s.tokens()[i])) : std::string();
}

void whole_chain(Site& site) {
    const Item* fn = site.function();
    std::string root = root_of(site);
    if (!fn)
        return;
    for (std::size_t k = 0; k < fn->parameters.size(); ++k) {
        const auto& p = fn->parameters[k];
        if (p.name != root)
            continue;
        if (p.is_self ? site.text(p.range) == "&self" || site.text(p.range).starts_with("&'")
                      : is_ref(p.type_text) && !is_mut_ref(p.type_text)) {
            const Item* owner = owner_of(site.t(), *fn);
            if (p.is_self && owner && owner->kind == ItemKind::impl && !owner->trait_name.empty() &&
                !trait_named(site.context, owner->trait_name))
                return; // a foreign trait fixes the signature
            std::vector<Edit> edits;
            Chain chain(site.context, edits);
            chain.parameter_mut({site.path(), site.context.sources.tree(site.path()), fn}, k);
            site.propose(Risk::low, 0.83,
                         p.is_self
                             ? "the method changes its object, so it needs `&mut self`, and so do the trait and the "
                               "callers' bindings."
                             : "`" + root +
                                   "` is changed, so the function takes it as `&mut`, and the callers pass it so.",
                         std::move(edits));
        }
        return;
    }
}

/// A shared iterator or lookup where a mutable one is needed.
void mutable_access(Site& site) {
    const Source& s = site.s();
    const Item* fn = site.function();
    std::string root = root_of(site);
    if (!fn)
        return;
    static constexpr std::pair<std::string_view, std::string_view> twins[] = {
        {"iter", "iter_mut"}, {"get", "get_mut"},           {"values", "values_mut"}, {"first", "first_mut"},
        {"last", "last_mut"}, {"as_ref", "as_mut"},         {"borrow", "borrow_mut"}, {"chunks", "chunks_mut"},
        {"peek", "peek_mut"}, {"as_deref", "as_deref_mut"}, {"front", "front_mut"},   {"back", "back_mut"},
        {"read", "write"},    {"split_at", "split_at_mut"}};
    for (const auto& b : site.t().bindings_at(site.at().begin)) {
        if (b.name != root)
            continue;
        // the statement or header that produced the binding
        Range from = b.statement;
        if (from.empty())
            break;
        std::size_t i = s.token_at(b.origin == syntax::Binding::Origin::closure ? fn->body.begin : from.begin);
        std::size_t stop = std::max(b.initializer.end, b.name_range.end);
        if (b.origin != syntax::Binding::Origin::let) { // up to the header's brace
            stop = site.at().begin;
        }
        if (b.origin == syntax::Binding::Origin::match_arm) { // the header of the match
            Index open = s.enclosing_open(s.token_at(b.name_range.begin));
            while (open >= 0 && s.at(open) != "{")
                open = s.enclosing_open(static_cast<std::size_t>(open));
            Index head = open;
            while (head > 0 && s.at(head) != "match" && s.at(head) != ";")
                --head;
            if (open >= 0 && s.at(head) == "match") {
                i = static_cast<std::size_t>(head);
                stop = s.tokens()[static_cast<std::size_t>(open)].begin;
            }
        }
        // `for x in all` over a parameter that is a shared reference
        for (std::size_t k = i;
             b.origin == syntax::Binding::Origin::for_loop && k + 2 < s.tokens().size() && k < i + 12; ++k)
            if (s.text(s.tokens()[k]) == "in" && s.at(static_cast<Index>(k) + 2) == "{") {
                for (std::size_t n = 0; n < fn->parameters.size(); ++n) {
                    const auto& p = fn->parameters[n];
                    if (p.name != s.at(static_cast<Index>(k) + 1) || !is_ref(p.type_text) || is_mut_ref(p.type_text))
                        continue;
                    std::vector<Edit> edits;
                    Chain(site.context, edits)
                        .parameter_mut({site.path(), site.context.sources.tree(site.path()), fn}, n);
                    site.propose(Risk::low, 0.83,
                                 "the loop changes the elements of `" + p.name +
                                     "`, so the function takes it as `&mut`.",
                                 std::move(edits));
                }
                break;
            }
        std::size_t found = 0;
        for (; i + 1 < s.tokens().size() && s.tokens()[i].begin < stop; ++i) {
            auto next = s.at(static_cast<Index>(i) + 1);
            for (auto [shared, exclusive] : twins)
                if (s.text(s.tokens()[i]) == shared && next == "(" && s.at(static_cast<Index>(i) - 1) == "." &&
                    found < 3) {
                    ++found;
                    std::vector<Edit> edits{
                        site.swap({s.tokens()[i].begin, s.tokens()[i].end}, std::string(exclusive))};
                    Chain chain(site.context, edits);
                    Range receiver = site.t().postfix_before(s.tokens()[i - 1].begin);
                    std::string base = root_name(s, receiver);
                    if (!base.empty() && base != "self")
                        chain.binding_mut(site.path(), receiver.begin, base);
                    std::string changed_shared(shared);
                    site.propose(Risk::low, 0.8,
                                 "`" + changed_shared + "` lends the value for reading only; `" +
                                     std::string(exclusive) + "` lends it for changing.",
                                 std::move(edits));
                }
            // `for x in &v`, `match &x`, `if let Some(y) = &x`
            if (s.text(s.tokens()[i]) == "&" && next != "mut" &&
                (s.at(static_cast<Index>(i) - 1) == "in" || s.at(static_cast<Index>(i) - 1) == "=" ||
                 s.at(static_cast<Index>(i) - 1) == "match")) {
                std::vector<Edit> edits{site.put(s.tokens()[i].end, "mut ")};
                Chain chain(site.context, edits);
                if (next != "self")
                    chain.binding_mut(site.path(), s.tokens()[i + 1].begin, next);
                site.propose(Risk::low, 0.8,
                             "`" + root + "` comes from a shared borrow but is changed; the borrow becomes mutable.",
                             std::move(edits));
            }
        }
        // a reference stored in a binding: `let r = &x;`
        break;
    }
}

void pattern_and_closure(Site& site) {
    const Source& s = site.s();
    // a call of a `let f = || ..` that changes its surroundings
    std::vector<Edit> edits;
    Chain chain(site.context, edits);
    std::string root = root_of(site);
    chain.binding_mut(site.path(), site.at().begin, root);
    if (!edits.empty())
        site.propose(Risk::none, 0.7, "`" + root + "` is changed, so it must be declared `mut`.", std::move(edits));
    if (!has(site.d.message, "`Fn` closure") && !site.d.mentions("`Fn` closure"))
        return;
    std::size_t closure = site.at().begin;
    for (Index open = s.enclosing_open(s.token_at(closure)); open >= 0;
         open = s.enclosing_open(static_cast<std::size_t>(open))) {
        std::size_t argument = 0;
        std::size_t inside = s.tokens()[static_cast<std::size_t>(open)].end;
        if (s.at(open) != "(")
            continue;
        auto call = call_around(site, inside, &argument);
        auto callee = call ? callee_of(site.context, *call) : std::nullopt;
        if (!callee)
            continue;
        const Source& cs = callee->tree->source();
        std::vector<Edit> change;
        for (std::size_t i = cs.token_at(callee->item->signature.begin);
             i < cs.tokens().size() && cs.tokens()[i].begin < callee->item->signature.end; ++i)
            if (cs.text(cs.tokens()[i]) == "Fn")
                change.push_back(make_edit(callee->path, cs.tokens()[i].begin, cs.tokens()[i].end, "FnMut"));
        if (change.empty())
            continue;
        for (const auto& p : callee->item->parameters)
            if (!p.is_self && !p.by_mut && !p.name.empty() && p.name.size() && !is_ref(p.type_text)) {
                bool callable = false; // `f(` in the body
                for (Range use : uses_of(cs, callee->item->body, p.name))
                    callable |= cs.at(static_cast<Index>(cs.token_at(use.begin)) + 1) == "(";
                if (callable)
                    change.push_back(make_edit(callee->path, p.pattern.begin, p.pattern.begin, "mut "));
            }
        site.propose(Risk::low, 0.75,
                     "the closure changes what it captures, so `" + callee->item->name + "` accepts `FnMut` closures.",
                     std::move(change));
        return;
    }
}

void make_mutable(Site& site) {
    whole_chain(site);
    mutable_access(site);
    pattern_and_closure(site);
}

} // namespace

RC_CODE_RULE(make_mutable, "own-e0596", "E0384", "E0594", "E0596")

} // namespace rustcoder::repair
