// Traits used as types and generic lists: E0038 E0128 E0161 E0191 E0203 E0220 E0223 E0225 E0393 E0403 E0404 E0446 E0666
// E0719 E0747 E0770 E0801.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// The generic list around the error, split at top-level commas.
std::vector<Range> generic_list(const Source& s, std::size_t token, Range* list = nullptr) {
    Index i = static_cast<Index>(token);
    int depth = 0;
    for (; i >= 0; --i) {
        auto t = s.at(i);
        if (t == ">" && s.at(i - 1) != "-")
            ++depth;
        if (t == "<" && depth-- == 0)
            break;
        if (t == ";" || t == "{" || t == "}")
            return {};
    }
    std::vector<Range> out;
    if (i < 0)
        return out;
    std::size_t first = static_cast<std::size_t>(i) + 1;
    depth = 0;
    for (std::size_t k = first; k < s.tokens().size(); ++k) {
        const auto& t = s.tokens()[k];
        auto text = s.text(t);
        if (t.kind == Kind::open && t.match >= 0) {
            k = static_cast<std::size_t>(t.match);
            continue;
        }
        if (text == "<")
            ++depth;
        bool end = depth == 0 && (text == ">" || text == ">>" || text == ">=" || text == ">>=");
        if ((text == "," && depth == 0) || end) {
            if (k > first)
                out.push_back({s.tokens()[first].begin, s.tokens()[k - 1].end});
            first = k + 1;
            if (end) {
                if (list)
                    *list = {s.tokens()[static_cast<std::size_t>(i)].begin, t.begin + 1};
                return out;
            }
        }
        if (text == ">")
            --depth;
        if (text == ">>")
            depth -= 2;
    }
    return {};
}

void order_of_generics(Site& site) { // E0747, E0128
    const Source& s = site.s();
    auto list = generic_list(s, site.token());
    if (list.size() < 2)
        return;
    std::vector<std::string> texts;
    for (Range r : list)
        texts.push_back(site.str(r));
    auto before = texts;
    if (site.d.code == "E0747") {
        std::stable_partition(texts.begin(), texts.end(), [](const std::string& t) { return t.starts_with("'"); });
    } else {
        // a default may only name parameters declared before it
        for (std::size_t k = 0; k < list.size(); ++k)
            if (list[k].begin <= site.at().begin && site.at().begin < list[k].end)
                for (std::size_t j = k + 1; j < list.size(); ++j)
                    if (texts[j].starts_with(site.str(site.at())))
                        std::rotate(texts.begin() + static_cast<Index>(k), texts.begin() + static_cast<Index>(j),
                                    texts.begin() + static_cast<Index>(j) + 1);
    }
    if (texts == before)
        return;
    std::string joined;
    for (const auto& t : texts)
        joined += (joined.empty() ? "" : ", ") + t;
    site.propose(Risk::low, site.d.code == "E0747" ? 0.92 : 0.7,
                 site.d.code == "E0747" ? "lifetimes come first in a list of generic arguments."
                                        : "a default may only name parameters declared before it.",
                 {site.swap({list.front().begin, list.back().end}, joined)});
}

/// E0403: the same generic name twice.
void generic_twice(Site& site) {
    const Source& s = site.s();
    std::string name = site.str(site.at());
    const Item* item = site.t().item_at(site.at().begin);
    if (!item)
        return;
    std::string fresh;
    for (char c : std::string("UVWXYZABCDEFGHIJKLMNOPQRS")) {
        fresh = std::string(1, c);
        bool used = false;
        for (const auto& t : s.tokens())
            used = used || s.text(t) == fresh;
        if (!used)
            break;
    }
    if (name.starts_with("'"))
        fresh = "'" + std::string(1, static_cast<char>(fresh[0] + 32));
    Range first = site.labelled("first use of");
    bool same_list = !first.empty() && item->generics.begin <= first.begin && first.begin < item->generics.end;
    std::vector<Edit> edits{site.swap(site.at(), fresh)};
    if (same_list) {
        // the later parameters of that type are the second one's
        std::vector<Range> users;
        for (const auto& p : item->parameters)
            if (p.type_text == name)
                users.push_back(p.type);
        if (users.size() > 1)
            edits.push_back(site.swap(users.back(), fresh));
    } else {
        for (std::size_t i = s.token_at(site.at().end); i < s.tokens().size() && s.tokens()[i].begin < item->range.end;
             ++i)
            if (s.text(s.tokens()[i]) == name)
                edits.push_back(site.swap({s.tokens()[i].begin, s.tokens()[i].end}, fresh));
        bool only = generic_list(s, site.token()).size() == 1;
        site.propose(Risk::low, 0.3, "`" + name + "` is already declared around it, and that one is meant.",
                     {only ? site.cut(item->generics) : site.cut(with_separator(s, site.at()))});
    }
    site.propose(Risk::low, 0.62, "two generic parameters had the same name; the second gets its own.",
                 std::move(edits));
}

void object_safety(Site& site) { // E0038
    std::string name;
    auto ticked = backticked(site.d.message);
    if (!ticked.empty())
        name = type_head(ticked.front());
    auto trait = trait_named(site.context, name);
    const Source& s = site.s();
    // the methods that stand in the way
    if (trait) {
        std::vector<Edit> edits;
        for (const Child& child : site.d.children)
            for (const Span& span : child.spans) {
                if (!span.in_project || span.file != trait->path || !has(span.label, "because"))
                    continue;
                for (const Item* m : members_of(*trait->tree, *trait->item)) {
                    const Source& ts = trait->tree->source();
                    if (m->kind != ItemKind::function || span.begin < m->range.begin || span.begin >= m->range.end ||
                        has(ts.text(m->signature), "Self: Sized"))
                        continue;
                    std::string_view signature = base::trim(ts.text(m->signature));
                    std::size_t end =
                        m->signature.begin + (signature.data() - ts.text(m->signature).data()) + signature.size();
                    while (end > m->signature.begin &&
                           (ts.text()[end - 1] == ';' || ts.text()[end - 1] == ' ' || ts.text()[end - 1] == '{'))
                        --end;
                    Edit e = make_edit(trait->path, end, end,
                                       m->where_clause.empty() ? " where Self: Sized" : ", Self: Sized");
                    if (std::find(edits.begin(), edits.end(), e) == edits.end())
                        edits.push_back(std::move(e));
                }
            }
        site.propose(
            Risk::low, 0.6,
            "a trait object cannot offer this method, so the method asks for a concrete type (`where Self: Sized`).",
            std::move(edits));
    }
    // `dyn` -> `impl` in a parameter, or the only implementor
    Index i = static_cast<Index>(site.token());
    while (i > 0 && s.at(i) != "dyn" && s.tokens()[static_cast<std::size_t>(i)].end > site.at().begin)
        --i;
    if (s.at(i) != "dyn" && s.at(i - 1) == "dyn")
        --i;
    if (s.at(i) != "dyn")
        return;
    Range dyn{s.tokens()[static_cast<std::size_t>(i)].begin, s.tokens()[static_cast<std::size_t>(i)].end};
    const Item* fn = site.t().function_at(site.at().begin);
    if (!fn)
        for (const Item& item : site.t().items())
            if (item.kind == ItemKind::function && item.signature.begin <= dyn.begin && dyn.begin < item.signature.end)
                fn = &item;
    if (fn && fn->signature.begin <= dyn.begin && dyn.begin < fn->signature.end &&
        dyn.begin < (fn->return_type.empty() ? fn->signature.end : fn->return_type.begin))
        site.propose(Risk::low, 0.5,
                     "the trait cannot be used as an object; a generic parameter (`impl`) can take its place.",
                     {site.swap(dyn, "impl")});
    for (const Child& child : site.d.children)
        if (has(child.message, "only type"))
            if (auto names = backticked(child.message); !names.empty()) {
                std::size_t last = static_cast<std::size_t>(i) + 1;
                while (last + 1 < s.tokens().size() && s.at(static_cast<Index>(last) + 1) == "::")
                    last += 2;
                site.propose(Risk::behaviour, 0.35,
                             "the trait cannot be used as an object, and only `" + names.front() + "` implements it.",
                             {site.swap({dyn.begin, s.tokens()[last].end}, names.front())});
            }
}

/// E0225: `dyn Read + Write` needs a trait that is both.
void two_traits(Site& site) {
    const Source& s = site.s();
    Index i = static_cast<Index>(site.token());
    while (i > 0 && s.at(i) != "dyn")
        --i;
    if (s.at(i) != "dyn")
        return;
    std::size_t first = static_cast<std::size_t>(i) + 1, last = s.token_at(site.at().end - 1);
    std::string bounds = std::string(s.text(s.tokens()[first].begin, s.tokens()[last].end)), name;
    for (std::size_t k = first; k <= last; ++k)
        if (s.tokens()[k].kind == Kind::ident && s.at(static_cast<Index>(k) + 1) != "::")
            name += s.text(s.tokens()[k]);
    if (name.empty() || has(bounds, "<") || has(bounds, "'"))
        return;
    name = fresh_name(s, name);
    const Item* item = site.t().item_at(site.at().begin);
    for (const Item* parent = item; parent; parent = site.t().parent(*parent))
        if (parent->kind != ItemKind::module)
            item = parent;
    std::size_t at = item ? item->range.begin : 0;
    std::string declaration = "trait " + name + ": " + bounds + " {}\nimpl<T: " + bounds + " + ?Sized> " + name +
                              " for T {}\n\n" + indent_at(s, at);
    site.propose(Risk::low, 0.8, "an object has one trait; a trait that asks for both stands for them.",
                 {site.put(at, declaration), site.swap({s.tokens()[first].begin, s.tokens()[last].end}, name)});
}

void associated_types(Site& site) { // E0191 E0220 E0223
    const Source& s = site.s();
    if (site.d.code == "E0220") {
        // the trait has just one associated type
        auto ticked = backticked(site.d.message);
        std::string owner = ticked.size() > 1 ? type_head(ticked[1]) : "";
        for (const Declared& d : types_named(site.context, owner)) {
            std::vector<std::string> names;
            for (const Item* m : members_of(*d.tree, *d.item))
                if (m->kind == ItemKind::type_alias)
                    names.push_back(m->name);
            for (const auto& n : names)
                site.propose(Risk::low, names.size() == 1 ? 0.55 : 0.3,
                             "`" + owner + "` calls its associated type `" + n + "`.", {site.swap(site.at(), n)});
        }
        const Item* trait = site.t().item_at(site.at().begin);
        while (trait && trait->kind != ItemKind::trait)
            trait = site.t().parent(*trait);
        if (trait && s.at(static_cast<Index>(site.token()) - 2) == "Self") {
            std::string pad = indent_at(s, trait->range.begin) + "    ";
            site.propose(Risk::behaviour, 0.3, "the trait uses an associated type that it does not declare yet.",
                         {site.put(trait->body.begin + 1, "\n" + pad + "type " + site.str(site.at()) + ";")});
        }
        return;
    }
    if (site.d.code == "E0191") {
        auto ticked = backticked(site.d.message);
        std::string trait = ticked.size() > 1 ? type_head(ticked[1]) : "";
        if (ticked.empty())
            return;
        std::string value;
        for (const Declared& d : items_where(site.context, [](const Item& i) { return i.kind == ItemKind::impl; }))
            if (d.item->trait_name == trait)
                for (const Item* m : members_of(*d.tree, *d.item))
                    if (m->kind == ItemKind::type_alias && m->name == ticked.front() && value.empty())
                        value = m->type_text;
        bool known = !value.empty();
        if (!known)
            value = "i32";
        auto text = site.str(site.at());
        std::string replaced = text.ends_with(">")
                                   ? text.substr(0, text.size() - 1) + ", " + ticked.front() + " = " + value + ">"
                                   : text + "<" + ticked.front() + " = " + value + ">";
        site.propose(known ? Risk::low : Risk::behaviour, known ? 0.6 : 0.15,
                     "an object of `" + trait + "` must say what its `" + ticked.front() + "` is.",
                     {site.swap(site.at(), replaced)});
        return;
    }
    std::string text = site.str(site.at()); // Trait::X
    auto colons = text.rfind("::");
    if (colons == std::string::npos)
        return;
    std::string trait = text.substr(0, colons), member = text.substr(colons + 2);
    for (const Declared& d : items_where(site.context, [](const Item& i) { return i.kind == ItemKind::impl; }))
        if (d.item->trait_name == trait)
            site.propose(Risk::low, 0.5, "which type's `" + member + "` is meant must be said.",
                         {site.swap(site.at(), "<" + d.item->self_type + " as " + trait + ">::" + member)});
    for (const Item* item = site.t().item_at(site.at().begin); item; item = site.t().parent(*item))
        for (const auto& g : generic_names(site.str(item->generics)))
            site.propose(Risk::low, 0.5, "which type's `" + member + "` is meant must be said.",
                         {site.swap(site.at(), "<" + g + " as " + trait + ">::" + member)});
    const Item* item = site.t().item_at(site.at().begin);
    if (item && item->kind == ItemKind::trait)
        site.propose(Risk::low, 0.5, "inside the trait its own type is `Self::" + member + "`.",
                     {site.swap(site.at(), "Self::" + member)});
}

void not_a_trait(Site& site) { // E0404
    std::string name = site.str(site.at());
    const Source& s = site.s();
    for (const Declared& d : types_named(site.context, type_head(name))) {
        const Source& ts = d.tree->source();
        if (d.item->kind == ItemKind::structure && d.item->fields.empty() && ts.text(d.item->range).ends_with(";") &&
            d.item->generics.empty()) {
            auto at = ts.text(d.item->signature).find("struct");
            if (at == std::string_view::npos)
                continue;
            std::size_t begin = d.item->signature.begin + at;
            site.propose(Risk::behaviour, 0.35,
                         "`" + name + "` is used as a trait and has no data, so it is declared as one.",
                         {make_edit(d.path, begin, begin + 6, "trait"),
                          make_edit(d.path, d.item->range.end - 1, d.item->range.end, " {}")});
        }
        if (d.item->kind == ItemKind::type_alias && !d.item->type_text.empty()) {
            std::string bound = d.item->type_text;
            if (bound.starts_with("dyn "))
                bound.erase(0, 4);
            site.propose(Risk::low, 0.6, "an alias names a type, not a trait; the trait itself is the bound.",
                         {site.swap(site.at(), bound)});
        }
    }
    // `impl Struct for Trait` the wrong way round
    const Item* impl = site.t().item_at(site.at().begin);
    while (impl && impl->kind != ItemKind::impl)
        impl = site.t().parent(*impl);
    if (impl && trait_named(site.context, impl->self_type)) {
        auto at = s.text(impl->signature).rfind(impl->self_type);
        Range self{impl->signature.begin + at, impl->signature.begin + at + impl->self_type.size()};
        site.propose(Risk::low, 0.8, "the trait comes first: `impl Trait for Type`.",
                     {site.swap(site.at(), impl->self_type), site.swap(self, name)});
    }
}

void by_value_self(Site& site) { // E0161: self of an unsized type
    auto line = site.t().postfix_from(site.at().begin);
    const Source& s = site.s();
    Index dot = static_cast<Index>(s.token_at(site.at().end));
    (void)line;
    if (s.at(dot) != ".")
        return;
    std::string method(s.at(dot + 1));
    std::vector<Edit> borrow, boxed;
    bool only_reads = true;
    for (const Declared& d : functions_named(site.context, method)) {
        if (d.item->parameters.empty())
            continue;
        const auto& self = d.item->parameters.front();
        if (d.tree->source().text(self.range) != "self")
            continue;
        borrow.push_back(make_edit(d.path, self.range.begin, self.range.end, "&self"));
        boxed.push_back(make_edit(d.path, self.range.begin, self.range.end, "self: Box<Self>"));
        if (!d.item->body.empty())
            only_reads = only_reads && usage_of(d.tree->source(), d.item->body, "self") == Usage::reads;
    }
    site.propose(Risk::low, only_reads ? 0.7 : 0.3,
                 "an object of unknown size cannot be passed by value; the method borrows it.", std::move(borrow));
    site.propose(Risk::low, only_reads ? 0.4 : 0.6,
                 "an object of unknown size cannot be passed by value; the method takes the box.", std::move(boxed));
}

void parameter_defaults(Site& site) { // E0393
    site.propose(Risk::behaviour, 0.3,
                 "the default of the parameter is `Self`, which an object does not have; it is written out.",
                 {site.put(site.at().end, "<()>")});
}

void const_parameter(Site& site) { // E0770
    site.propose(Risk::behaviour, 0.5, "the type of a const parameter must be fixed; `usize` is the usual one.",
                 {site.swap(site.at(), "usize")});
}

void twice_in_list(Site& site) { // E0203 E0719
    const Source& s = site.s();
    Range last = site.at();
    for (const Span& span : site.d.spans)
        if (span.primary && !site.range(&span).empty() && site.range(&span).begin > last.begin)
            last = site.range(&span);
    site.propose(Risk::low, 0.75, "it is said twice; once is enough.", {site.cut(with_separator(s, last))});
}

void nested_impl(Site& site) { // E0666: impl A<impl B>
    const Item* fn = nullptr;
    for (const Item& item : site.t().items())
        if (item.kind == ItemKind::function && item.signature.begin <= site.at().begin &&
            site.at().begin < item.signature.end)
            fn = &item;
    std::string text = site.str(site.at());
    if (!fn || !text.starts_with("impl "))
        return;
    std::string name = "T";
    while (has(site.str(fn->generics), name) || local_type(site.context, name))
        ++name[0];
    site.propose(Risk::none, 0.85, "`impl Trait` cannot be nested; the inner one becomes a named generic parameter.",
                 {site.swap(site.at(), name),
                  fn->generics.empty() ? site.put(fn->name_range.end, "<" + name + ": " + text.substr(5) + ">")
                                       : site.put(fn->generics.end - 1, ", " + name + ": " + text.substr(5))});
}

void self_type(Site& site) { // E0801
    const Source& s = site.s();
    const Item* fn = site.function();
    if (!fn)
        for (const Item& item : site.t().items())
            if (item.kind == ItemKind::function && item.signature.begin <= site.at().begin &&
                site.at().begin < item.signature.end)
                fn = &item;
    if (!fn || fn->parameters.empty())
        return;
    std::vector<Edit> edits{site.swap(fn->parameters.front().range, "&self")},
        sized = {site.swap(fn->parameters.front().range, "self: Box<Self>")};
    if (!fn->generics.empty() && fn->generics.begin < site.at().begin &&
        has(site.str(fn->generics), site.str(site.at())) &&
        generic_list(s, s.token_at(fn->generics.begin) + 1).size() == 1) {
        edits.push_back(site.cut(fn->generics));
        sized.push_back(site.cut(fn->generics));
    }
    site.propose(Risk::low, 0.65,
                 "the type of `self` is one of the fixed forms; `&self` is what a dereferenced owner gives.",
                 std::move(edits));
    site.propose(Risk::low, 0.3, "the type of `self` is one of the fixed forms.", std::move(sized));
}

void private_in_public(Site& site) { // E0446
    auto ticked = backticked(site.d.message);
    if (ticked.empty())
        return;
    for (const Declared& d : types_named(site.context, type_head(ticked.front())))
        if (!d.item->is_public) {
            const Source& ts = d.tree->source();
            auto text = ts.text(d.item->signature);
            std::size_t at = d.item->signature.begin;
            if (text.starts_with("pub"))
                continue;
            site.propose(Risk::low, 0.85,
                         "`" + ticked.front() + "` appears in a public interface, so it is public too.",
                         {make_edit(d.path, at, at, "pub ")});
        }
}

} // namespace

RC_CODE_RULE(order_of_generics, "trait-generic-order", "E0747", "E0128")
RC_CODE_RULE(generic_twice, "trait-generic-twice", "E0403")
RC_CODE_RULE(object_safety, "trait-e0038", "E0038")
RC_CODE_RULE(two_traits, "trait-e0225", "E0225")
RC_CODE_RULE(associated_types, "trait-associated", "E0191", "E0220", "E0223")
RC_CODE_RULE(not_a_trait, "trait-e0404", "E0404")
RC_CODE_RULE(by_value_self, "trait-e0161", "E0161")
RC_CODE_RULE(parameter_defaults, "trait-e0393", "E0393")
RC_CODE_RULE(const_parameter, "trait-e0770", "E0770")
RC_CODE_RULE(twice_in_list, "trait-twice", "E0203", "E0719")
RC_CODE_RULE(nested_impl, "trait-e0666", "E0666")
RC_CODE_RULE(self_type, "trait-e0801", "E0801")
RC_CODE_RULE(private_in_public, "trait-e0446", "E0446")

} // namespace rustcoder::repair
