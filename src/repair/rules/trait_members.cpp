// E0046 E0323 E0324 E0325 E0326 E0407 E0437 E0438: an impl has an item that the trait has not, lacks one, or has it as
// another kind.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using base::has;

std::vector<std::string> required_names(const Declared& trait, std::initializer_list<ItemKind> kinds) {
    std::vector<std::string> out;
    for (const Item* m : members_of(*trait.tree, *trait.item))
        if (std::find(kinds.begin(), kinds.end(), m->kind) != kinds.end())
            out.push_back(m->name);
    return out;
}

const Item* impl_around(const Site& site) {
    const Item* found = nullptr;
    for (const Item& item : site.t().items())
        if (item.kind == ItemKind::impl && item.range.begin <= site.at().begin && site.at().end <= item.range.end)
            found = &item;
    return found;
}

const Item* member_at(const Site& site, const Item& impl) {
    for (const Item* m : members_of(site.t(), impl))
        if (m->range.begin <= site.at().begin && site.at().begin < m->range.end)
            return m;
    return nullptr;
}

std::string head_of(const Site& site, const Item& impl) {
    // `impl<T> Trait for Foo<T> where ..` -> `impl<T> Foo<T> where ..`
    std::string generics = site.str(impl.generics);
    std::string where = impl.where_clause.empty() ? "" : " " + site.str(impl.where_clause);
    return "impl" + generics + " " + impl.self_type + where;
}

/// The member's text as a declaration in the trait.
std::string declaration(const Site& site, const Item& member) {
    if (member.kind == ItemKind::function) {
        std::string text(base::trim(site.text(member.signature)));
        while (!text.empty() && (text.back() == ';' || text.back() == '{' || text.back() == ' '))
            text.pop_back();
        return text + ";";
    }
    if (member.kind == ItemKind::type_alias)
        return "type " + member.name + ";";
    return "const " + member.name + ": " + member.type_text + ";";
}

void add_to_trait(Site& site, const Item& member, const Declared& trait, double prior) {
    const Source& s = trait.tree->source();
    const Item& t = *trait.item;
    if (t.body.empty())
        return;
    bool empty = base::trim(s.text(t.body.begin + 1, t.body.end - 1)).empty();
    std::string pad = indent_at(s, t.range.begin);
    std::size_t at = t.body.end - 1;
    std::string text = declaration(site, member);
    if (empty && has(s.text(t.body), "\n") == false)
        text = "\n" + pad + "    " + text + "\n" + pad;
    else
        text = "    " + text + "\n" + pad;
    site.propose(Risk::behaviour, prior,
                 "`" + member.name + "` is implemented but not declared in `" + t.name + "`; the trait declares it.",
                 {make_edit(trait.path, at, at, text)});
}

void unknown_member(Site& site) {
    const Item* impl = impl_around(site);
    const Item* member = impl ? member_at(site, *impl) : nullptr;
    if (!member)
        return;
    auto trait = trait_named(site.context, impl->trait_name);
    if (trait) {
        auto present = members_of(site.t(), *impl);
        std::vector<std::string> missing;
        for (const auto& name : required_names(*trait, {member->kind}))
            if (std::none_of(present.begin(), present.end(), [&](const Item* m) { return m->name == name; }))
                missing.push_back(name);
        for (const auto& near : closest(member->name, missing))
            site.propose(Risk::low, 0.5 + 0.4 * near.closeness,
                         "the trait has no `" + member->name + "`, but it wants `" + near.name + "`.",
                         {site.swap(member->name_range, near.name)});
        if (missing.size() == 1 && closest(member->name, missing).empty())
            site.propose(Risk::low, 0.4,
                         "the trait has no `" + member->name + "`, but it still wants `" + missing.front() + "`.",
                         {site.swap(member->name_range, missing.front())});
        add_to_trait(site, *member, *trait, member->kind == ItemKind::function ? 0.3 : 0.5);
    }
    if (member->kind == ItemKind::function || member->kind == ItemKind::constant) {
        auto local = local_type(site.context, impl->self_type);
        if (!local)
            return;
        std::string pad = indent_at(site.s(), impl->range.begin);
        std::string text =
            "\n\n" + pad + head_of(site, *impl) + " {\n" + pad + "    " + site.str(member->range) + "\n" + pad + "}";
        site.propose(Risk::low, trait ? 0.45 : 0.6,
                     "`" + member->name + "` does not belong to the trait; it becomes a plain item of `" + impl->name +
                         "`.",
                     {cut_line(site.s(), site.path(), member->range), site.put(impl->range.end, text)});
    }
}

void wrong_kind(Site& site) {
    const Item* impl = impl_around(site);
    const Item* member = impl ? member_at(site, *impl) : nullptr;
    auto trait = impl ? trait_named(site.context, impl->trait_name) : std::nullopt;
    if (!member || !trait)
        return;
    const Item* wanted = nullptr;
    for (const Item* m : members_of(*trait->tree, *trait->item))
        if (m->name == member->name)
            wanted = m;
    if (!wanted)
        return;
    std::string why = "the trait declares `" + member->name + "` as something else";
    if (wanted->kind == ItemKind::type_alias && member->kind == ItemKind::constant)
        site.propose(Risk::low, 0.5, why + ", a type; the impl gives one.",
                     {site.swap(member->range, "type " + member->name + " = " + member->type_text + ";")});
    if (wanted->kind == ItemKind::constant && member->kind == ItemKind::type_alias)
        if (auto value = default_value(site.context, wanted->type_text); !value.empty())
            site.propose(
                Risk::behaviour, 0.4, why + ", a constant; the impl gives one.",
                {site.swap(member->range, "const " + member->name + ": " + wanted->type_text + " = " + value + ";")});
    // the trait declares what the impls give
    std::string text = declaration(site, *member);
    Range there = wanted->range;
    if (wanted->body.empty())
        site.propose(Risk::behaviour, 0.4, why + "; the trait's declaration follows the impl.",
                     {make_edit(trait->path, there.begin, there.end, text)});
    // the name was meant for another item of the trait
    auto present = members_of(site.t(), *impl);
    for (const auto& name : required_names(*trait, {member->kind}))
        if (std::none_of(present.begin(), present.end(), [&](const Item* m) { return m->name == name; }))
            site.propose(Risk::low, 0.35, why + "; `" + name + "` is still missing and of this kind.",
                         {site.swap(member->name_range, name)});
}

void constant_type(Site& site) {
    const Item* impl = impl_around(site);
    const Item* member = impl ? member_at(site, *impl) : nullptr;
    auto trait = impl ? trait_named(site.context, impl->trait_name) : std::nullopt;
    if (!member || !trait)
        return;
    for (const Item* m : members_of(*trait->tree, *trait->item))
        if (m->name == member->name && m->kind == ItemKind::constant && !m->type_text.empty()) {
            site.propose(Risk::low, 0.5,
                         "the trait declares `" + member->name + "` with another type; the impl uses it.",
                         {site.swap(site.at(), m->type_text)});
            std::string_view text = trait->tree->source().text(m->range);
            auto at = text.find(m->type_text);
            if (at != std::string_view::npos)
                site.propose(Risk::behaviour, 0.4,
                             "the trait declares `" + member->name + "` with another type; it follows the impl.",
                             {make_edit(trait->path, m->range.begin + at, m->range.begin + at + m->type_text.size(),
                                        site.str(site.at()))});
        }
}

/// `Err(Wrong::Way)` in the body: the project's type `Wrong`.
std::string constructed_error(const Site& site, const Item& function) {
    const Source& s = site.s();
    for (std::size_t i = s.token_at(function.body.begin);
         i + 2 < s.tokens().size() && s.tokens()[i].begin < function.body.end; ++i)
        if (s.text(s.tokens()[i]) == "Err" && s.text(s.tokens()[i + 1]) == "(") {
            std::string name(s.text(s.tokens()[i + 2]));
            if (s.tokens()[i + 2].kind == Kind::string)
                return "&'static str";
            if (name == "format" || name == "String")
                return "String";
            if (local_type(site.context, name))
                return name;
        }
    return {};
}

/// What an associated type must be, read off the methods that mention it.
std::string associated_type(const Site& site, const Item& impl, const std::string& name) {
    for (const Item* m : members_of(site.t(), impl)) {
        if (m->kind != ItemKind::function || m->return_type.empty())
            continue;
        std::string result = site.str(m->return_type);
        if (name == "Item" && m->name == "next")
            if (auto inner = wraps(result, "Option"))
                return has(*inner, "Self::") ? std::string() : *inner;
        if ((name == "Err" || name == "Error") &&
            (m->name == "from_str" || m->name == "try_from" || m->name == "try_into")) {
            auto arguments = type_arguments(result);
            if (arguments.size() == 2 && !has(arguments[1], "Self::"))
                return arguments[1];
            return constructed_error(site, *m);
        }
        if (name == "Output" && !has(result, "Self::Output")) {
            if (m->name == "index" || m->name == "index_mut")
                return strip_ref(result);
            return result;
        }
        if (name == "Target" && m->name == "deref")
            return strip_ref(result);
        if (name == "IntoIter" && m->name == "into_iter")
            return result;
    }
    auto trait = trait_named(site.context, impl.trait_name);
    if (!trait)
        return {};
    for (const Item* t : members_of(*trait->tree, *trait->item))
        for (const Item* m : members_of(site.t(), impl)) {
            if (t->name != m->name || t->kind != ItemKind::function || t->return_type.empty() || m->return_type.empty())
                continue;
            std::string pattern(trait->tree->source().text(t->return_type)), result = site.str(m->return_type);
            auto at = pattern.find("Self::" + name);
            if (at != std::string::npos && !has(result, "Self::" + name) &&
                result.size() >= pattern.size() - name.size() - 6) {
                std::string tail = pattern.substr(at + 6 + name.size());
                if (result.starts_with(pattern.substr(0, at)) && result.ends_with(tail))
                    return result.substr(at, result.size() - at - tail.size());
            }
        }
    return {};
}

void missing_member(Site& site) {
    const Item* impl = impl_around(site);
    if (!impl || impl->body.empty())
        return;
    const Source& s = site.s();
    auto names = backticked(site.d.message);
    std::string pad = indent_at(s, impl->range.begin);
    auto present = members_of(site.t(), *impl);
    auto insert_first = [&](const std::string& text) {
        bool empty = base::trim(s.text(impl->body.begin + 1, impl->body.end - 1)).empty();
        return site.put(impl->body.begin + 1, "\n" + pad + "    " + text + (empty ? "\n" + pad : ""));
    };
    auto trait = trait_named(site.context, impl->trait_name);
    std::vector<Edit> together;
    bool all_known = true;
    for (const auto& name : names) {
        if (auto type = associated_type(site, *impl, name); !type.empty()) {
            together.push_back(insert_first("type " + name + " = " + type + ";"));
            continue;
        }
        all_known = false;
        const Item* wanted = nullptr;
        if (trait)
            for (const Item* m : members_of(*trait->tree, *trait->item))
                if (m->name == name)
                    wanted = m;
        if (wanted && wanted->kind == ItemKind::function) {
            std::string signature(base::trim(trait->tree->source().text(wanted->signature)));
            while (!signature.empty() && (signature.back() == ';' || signature.back() == ' '))
                signature.pop_back();
            bool self = !wanted->parameters.empty() && wanted->parameters.front().is_self;
            // an inherent method of the same name does the work
            for (const Declared& d : methods_of(site.context, impl->name)) {
                const Item* owner = owner_of(*d.tree, *d.item);
                if (d.item->name != name || !owner || !owner->trait_name.empty() || owner->kind != ItemKind::impl)
                    continue;
                std::string arguments;
                for (std::size_t k = self ? 1 : 0; k < wanted->parameters.size(); ++k)
                    arguments += (arguments.empty() ? "" : ", ") + wanted->parameters[k].name;
                std::string call =
                    self ? impl->name + "::" + name + "(self" + (arguments.empty() ? "" : ", ") + arguments + ")"
                         : impl->name + "::" + name + "(" + arguments + ")";
                site.propose(Risk::low, 0.55,
                             "`" + impl->name + "` has a method `" + name + "` of its own; the trait's calls it.",
                             {insert_first(signature + " { " + call + " }")});
            }
            if (wanted->return_type.empty() && present.empty())
                site.propose(Risk::destructive, 0.15,
                             "`" + name + "` returns nothing; an empty body satisfies the trait but does nothing.",
                             {insert_first(signature + " {}")});
        } else if (wanted && wanted->kind == ItemKind::constant) {
            if (auto value = default_value(site.context, wanted->type_text); !value.empty())
                site.propose(Risk::behaviour, 0.15,
                             "the trait wants a constant `" + name + "`; it gets a neutral value.",
                             {insert_first("const " + name + ": " + wanted->type_text + " = " + value + ";")});
        }
    }
    if (!together.empty()) {
        std::string text;
        for (const Edit& e : together)
            text += e.text;
        site.propose(Risk::none, all_known ? 0.93 : 0.6,
                     "the trait's associated type follows from what the methods return.",
                     {site.put(impl->body.begin + 1, text)});
    }
    // equality and the like are derived rather than written
    if (impl->trait_name == "Eq" || impl->trait_name == "Copy")
        return;
}

} // namespace

RC_CODE_RULE(unknown_member, "trait-unknown-member", "E0407", "E0437", "E0438")
RC_CODE_RULE(wrong_kind, "trait-wrong-kind", "E0323", "E0324", "E0325")
RC_CODE_RULE(constant_type, "trait-constant-type", "E0326")
RC_CODE_RULE(missing_member, "trait-missing-member", "E0046")

} // namespace rustcoder::repair
