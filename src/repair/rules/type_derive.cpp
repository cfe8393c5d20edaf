// A trait that a type of the project lacks: derive it (E0277, E0369, E0599, E0204), or bound the type parameter.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

constexpr std::string_view derivable[] = {"Debug",      "Clone", "Copy", "PartialEq", "Eq",
                                          "PartialOrd", "Ord",   "Hash", "Default"};

bool can_derive(std::string_view name) {
    return std::find(std::begin(derivable), std::end(derivable), name) != std::end(derivable);
}

struct Need {
    std::string type, trait;
    bool operator==(const Need&) const = default;
};

/// What the diagnostic says is missing: (type, trait) pairs.
std::vector<Need> needs(const toolchain::Diagnostic& d) {
    std::vector<Need> out;
    auto add = [&](std::string type, std::string trait) {
        Need n{strip_refs(clean_type(type)), type_head(clean_type(trait))};
        if (!n.type.empty() && !n.trait.empty() && std::find(out.begin(), out.end(), n) == out.end())
            out.push_back(std::move(n));
    };
    auto ticked = backticked(d.message);
    if (d.message.find("the trait bound `") != std::string::npos && !ticked.empty())
        if (auto colon = ticked[0].find(": "); colon != std::string::npos)
            add(ticked[0].substr(0, colon), ticked[0].substr(colon + 2));
    if (d.message.find("doesn't implement") != std::string::npos && ticked.size() >= 2)
        add(ticked[0], ticked[1]);
    if (d.message.find("can't compare") != std::string::npos && ticked.size() >= 2)
        add(ticked[0], "PartialEq");
    for (const auto& c : d.children) {
        if (c.message.starts_with("an implementation of `")) { // might be missing for
            auto t = backticked(c.message);
            if (t.size() >= 2)
                add(t[1], t[0]);
        }
        if (c.message.starts_with("the following trait bounds were not satisfied"))
            for (auto& t : backticked(c.message))
                if (auto colon = t.find(": "); colon != std::string::npos)
                    add(t.substr(0, colon), t.substr(colon + 2));
        if (c.message.find("defines an item") != std::string::npos &&
            d.message.find(" found for ") != std::string::npos) {
            auto t = backticked(std::string_view(d.message).substr(d.message.find(" found for ")));
            auto traits = backticked(c.message);
            if (!t.empty() && !traits.empty())
                add(t[0], traits.back());
        }
        if (auto note = between(c.message, "the trait `", "`");
            note && c.message.find("is not implemented for `") != std::string::npos)
            add(between(c.message, "is not implemented for `", "`").value_or(""), *note);
    }
    if (d.code == "E0369" || d.code == "E0368") {
        auto op = ticked.empty() ? "" : ticked[0];
        std::string trait = op == "==" || op == "!="                             ? "PartialEq"
                            : op == "<" || op == ">" || op == "<=" || op == ">=" ? "PartialOrd"
                                                                                 : "";
        for (const auto& span : d.spans)
            if (!span.primary && !trait.empty() && !span.label.empty())
                add(span.label, trait);
    }
    if (d.code == "E0599" && ticked.size() >= 2 && d.message.starts_with("no ")) {
        static constexpr std::pair<std::string_view, std::string_view> by_method[] = {
            {"clone", "Clone"},  {"default", "Default"}, {"cmp", "Ord"},           {"partial_cmp", "PartialOrd"},
            {"eq", "PartialEq"}, {"hash", "Hash"},       {"to_string", "Display"}, {"max", "Ord"},
            {"min", "Ord"}};
        for (auto [m, t] : by_method)
            if (ticked[0] == m)
                add(ticked.back(), std::string(t));
    }
    // a moved value of a plain type that is used again
    if (d.code == "E0382" || d.code == "E0507")
        for (const auto& span : d.spans)
            if (auto type = between(span.label, "has type `", "`");
                type && span.label.find("does not implement the `Copy` trait") != std::string::npos)
                add(*type, "Copy");
    return out;
}

/// Traits that have to be derived along.
std::vector<std::string> with_prerequisites(const std::string& trait, const Item& item) {
    std::vector<std::string> out;
    auto want = [&](const char* t) {
        if (std::find(item.derives.begin(), item.derives.end(), t) == item.derives.end() &&
            std::find(out.begin(), out.end(), t) == out.end())
            out.emplace_back(t);
    };
    if (trait == "Copy")
        want("Clone");
    if (trait == "Eq" || trait == "Ord" || trait == "PartialOrd")
        want("PartialEq");
    if (trait == "Ord") {
        want("Eq");
        want("PartialOrd");
    }
    want(trait.c_str());
    return out;
}

std::vector<project::Edit> derive_edit(const Declared& d, const std::vector<std::string>& traits) {
    const Source& s = d.tree->source();
    std::string list; // in one order, so that several errors propose the same edit
    for (auto known : derivable)
        if (std::find(traits.begin(), traits.end(), known) != traits.end())
            list += (list.empty() ? "" : ", ") + std::string(known);
    for (Range a : d.item->attributes) {
        auto text = s.text(a);
        auto open = text.find("derive(");
        auto close = text.rfind(')');
        if (open == std::string_view::npos || close == std::string_view::npos)
            continue;
        std::size_t at = a.begin + close;
        auto inside = base::trim(text.substr(open + 7, close - open - 7));
        bool comma = inside.ends_with(",");
        return {make_edit(d.path, at, at, (inside.empty() ? "" : comma ? " " : ", ") + list)};
    }
    std::size_t at = d.item->attributes.empty() ? d.item->signature.begin : d.item->attributes.front().begin;
    std::string indent(s.line_indent(s.line_of(at)));
    return {make_edit(d.path, at, at, "#[derive(" + list + ")]\n" + indent)};
}

class TypeDerive final : public Rule {
public:
    std::string_view name() const override { return "type-derive"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0277", "E0369", "E0599", "E0204", "E0382", "E0507", "E0368", "E0508"});
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        for (const Need& n : needs(context.diagnostic)) {
            derive(context, n, out);
            bound(context, n, out);
        }
        if (context.diagnostic.code == "E0204")
            field_blocks(context, out);
    }

private:
    static void derive(const RuleContext& context, const Need& n, Proposals& out) {
        if (!can_derive(n.trait))
            return;
        for (const auto& d : types_named(context, type_head(n.type), {})) {
            if (d.item->kind == ItemKind::trait || d.item->kind == ItemKind::type_alias)
                continue;
            if (std::find(d.item->derives.begin(), d.item->derives.end(), n.trait) != d.item->derives.end())
                continue;
            bool manual = false;
            for (const auto& i : items_where(context, [](const Item& i) { return i.kind == ItemKind::impl; }))
                manual |= i.item->name == d.item->name && i.item->trait_name == n.trait;
            if (manual)
                continue;
            // everything else that this check finds missing on the same type comes along
            std::vector<std::string> all = with_prerequisites(n.trait, *d.item);
            std::vector<std::string> more = all;
            for (const auto& other : context.all)
                if (other.is_error())
                    for (const Need& o : needs(other))
                        if (type_head(o.type) == d.item->name && can_derive(o.trait) && o.trait != "Copy")
                            for (auto& t : with_prerequisites(o.trait, *d.item))
                                if (std::find(more.begin(), more.end(), t) == more.end())
                                    more.push_back(t);
            bool copy = n.trait == "Copy";
            double prior = copy ? 0.42 : 0.86;
            std::string why =
                fmt::format("`{}` is used where `{}` is needed; the compiler can write that implementation.",
                            d.item->name, n.trait);
            if (more.size() > all.size())
                out.edits("type-derive", derive_edit(d, more), Risk::low, prior + 0.05, why);
            out.edits("type-derive", derive_edit(d, all), copy ? Risk::cost : Risk::low, prior, why);
            const auto& used = d.tree->source().text();
            if (n.trait == "PartialOrd" && used.find("Ord for " + d.item->name) == std::string::npos)
                out.edits("type-derive", derive_edit(d, with_prerequisites("Ord", *d.item)), Risk::low, prior * 0.4,
                          why);
        }
    }

    /// `T: Trait` on the parameter's declaration, in the way the item already writes bounds.
    static void bound(const RuleContext& context, const Need& n, Proposals& out) {
        auto p = primary_place(context);
        if (!p || n.type.size() > 2 || n.type.empty() || n.type[0] < 'A' || n.type[0] > 'Z')
            return;
        const Source& s = *p->source;
        for (const Item* i = p->tree->item_at(p->begin); i; i = p->tree->parent(*i)) {
            if (i->generics.empty())
                continue;
            for (std::size_t k = s.token_at(i->generics.begin);
                 k < s.tokens().size() && s.tokens()[k].begin < i->generics.end; ++k) {
                if (s.text(s.tokens()[k]) != n.type ||
                    (s.at(static_cast<std::int64_t>(k) - 1) != "<" && s.at(static_cast<std::int64_t>(k) - 1) != ","))
                    continue;
                bool bounded = s.at(static_cast<std::int64_t>(k) + 1) == ":";
                std::string trait = spell_type(*p->tree, p->begin, n.trait);
                if (n.trait == "Display" || n.trait == "Debug")
                    for (const auto& import : p->tree->imports())
                        if (import.name == "fmt")
                            trait = "fmt::" + n.trait;
                if (trait.empty())
                    return;
                out.insert("type-bound", p->path, bounded ? s.tokens()[k + 1].end : s.tokens()[k].end,
                           bounded ? " " + trait + " +" : ": " + trait, Risk::low, n.trait == "Copy" ? 0.45 : 0.75,
                           fmt::format("`{}` can be any type; only with the bound `{}` may it be used like this.",
                                       n.type, n.trait));
                return;
            }
        }
    }

    /// E0204: a field is not `Copy`, so `Copy` cannot be derived.
    static void field_blocks(const RuleContext& context, Proposals& out) {
        auto p = primary_place(context);
        if (!p)
            return;
        const Source& s = *p->source;
        std::size_t i = p->token();
        if (s.at(static_cast<std::int64_t>(i)) != "Copy")
            return;
        std::size_t begin = s.tokens()[i].begin, end = s.tokens()[i].end;
        if (s.at(static_cast<std::int64_t>(i) - 1) == ",")
            begin = s.tokens()[i - 1].begin;
        else if (s.at(static_cast<std::int64_t>(i) + 1) == ",")
            end = s.tokens()[i + 2].begin;
        out.edit("type-derive", p->path, begin, end, "", Risk::low, 0.75,
                 "A type with a field that is not `Copy` cannot be `Copy` itself.");
    }
};

RC_REGISTER_RULE(TypeDerive)

} // namespace

} // namespace rustcoder::repair
