// What may be implemented for what: foreign types, conflicting impls, Copy and Drop, unconstrained and unused
// parameters. E0116 E0117 E0118 E0119 E0120 E0184 E0204 E0207 E0366 E0367 E0390 E0392.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using base::has;

const Item* impl_at(const Site& site) {
    for (const Item& item : site.t().items())
        if (item.kind == ItemKind::impl && item.range.begin <= site.at().begin && site.at().begin < item.range.end)
            return &item;
    return nullptr;
}

std::string upper_first(std::string name) {
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z')
        name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return name;
}

/// `impl Vec<u8> { fn f(&self) {} }` -> an extension trait with the same methods.
void extension_trait(Site& site) {
    const Item* impl = impl_at(site);
    if (!impl || impl->body.empty() || !impl->trait_name.empty())
        return;
    const Source& s = site.s();
    std::string name =
        fresh_name(s, upper_first(impl->name.empty() || impl->name.size() == 1 ? "Value" : impl->name) + "Ext");
    std::string pad = indent_at(s, impl->range.begin), declarations;
    std::vector<Edit> edits;
    bool is_public = false;
    for (const Item* m : members_of(site.t(), *impl)) {
        if (m->kind != ItemKind::function)
            return;
        std::string signature(base::trim(s.text(m->signature)));
        for (std::string_view word : {"pub(crate) ", "pub "})
            if (signature.starts_with(word)) {
                signature.erase(0, word.size());
                edits.push_back(site.cut({m->signature.begin, m->signature.begin + word.size()}));
                is_public = is_public || word == "pub ";
            }
        while (!signature.empty() && (signature.back() == '{' || signature.back() == ' '))
            signature.pop_back();
        declarations += "\n" + pad + "    " + signature + ";";
    }
    std::string generics = site.str(impl->generics);
    std::string trait = std::string(is_public ? "pub " : "") + "trait " + name + " {" + declarations +
                        (declarations.empty() ? "" : "\n" + pad) + "}\n\n" + pad;
    std::size_t self =
        impl->generics.empty() ? s.text(impl->signature).find("impl") + 4 + impl->signature.begin : impl->generics.end;
    edits.push_back(site.put(impl->signature.begin, trait));
    edits.push_back(site.put(self, " " + name + " for"));
    site.propose(Risk::cost, 0.62,
                 "methods cannot be added to a type of another crate directly; a trait of our own carries them.",
                 std::move(edits));
    if (impl->self_type.starts_with("&")) {
        auto at = s.text(impl->signature).rfind(impl->self_type);
        std::size_t begin = impl->signature.begin + at;
        if (at != std::string_view::npos)
            site.propose(Risk::low, 0.5, "methods belong to the type itself, not to references to it.",
                         {site.swap({begin, begin + impl->self_type.size()}, strip_refs(impl->self_type))});
    }
}

std::optional<Edit> without_derive(const Declared& type, std::string_view trait) {
    const Source& s = type.tree->source();
    for (Range a : type.item->attributes) {
        if (!has(s.text(a), "derive"))
            continue;
        for (std::size_t i = s.token_at(a.begin); i < s.tokens().size() && s.tokens()[i].begin < a.end; ++i)
            if (s.text(s.tokens()[i]) == trait) {
                Range r = with_separator(s, {s.tokens()[i].begin, s.tokens()[i].end});
                bool only = type.item->derives.size() == 1;
                if (only)
                    return cut_line(s, type.path, a);
                return make_edit(type.path, r.begin, r.end, {});
            }
    }
    return std::nullopt;
}

void drop_and_copy(Site& site) {
    auto ticked = backticked(site.d.message);
    const Item* item = site.t().item_at(site.at().begin);
    std::optional<Declared> type;
    for (const auto& candidate : site.t().items())
        if ((candidate.kind == ItemKind::structure || candidate.kind == ItemKind::enumeration) &&
            candidate.range.begin <= site.at().begin && site.at().begin < candidate.range.end)
            type = Declared{site.path(), site.context.sources.tree(site.path()), &candidate};
    if (type) { // #[derive(Copy)]
        if (auto edit = without_derive(*type, "Copy")) {
            bool cloned =
                std::find(type->item->derives.begin(), type->item->derives.end(), "Clone") != type->item->derives.end();
            site.propose(Risk::cost, cloned ? 0.7 : 0.4,
                         "`" + type->item->name +
                             "` owns something that cannot be copied bit by bit, so it cannot be Copy.",
                         {*edit});
            if (!cloned) {
                const Source& s = site.s();
                for (Range a : type->item->attributes)
                    for (std::size_t i = s.token_at(a.begin); i < s.tokens().size() && s.tokens()[i].begin < a.end; ++i)
                        if (s.text(s.tokens()[i]) == "Copy")
                            site.propose(Risk::cost, 0.55,
                                         "`" + type->item->name + "` cannot be copied bit by bit; it can be cloned.",
                                         {site.swap({s.tokens()[i].begin, s.tokens()[i].end}, "Clone")});
            }
        }
        return;
    }
    const Item* impl = impl_at(site);
    (void)item;
    if (!impl || impl->trait_name != "Copy")
        return;
    auto local = local_type(site.context, impl->self_type);
    if (!local || local->item->kind != ItemKind::structure)
        return;
    std::string body;
    for (const auto& f : local->item->fields)
        body += (body.empty() ? " " : ", ") + f.name + ": self." + f.name + ".clone()";
    std::string_view head = site.text(impl->signature);
    auto at = head.find("Copy");
    if (at != std::string_view::npos)
        site.propose(
            Risk::cost, 0.45,
            "`" + local->item->name + "` owns something that cannot be copied bit by bit; it can be cloned.",
            {site.swap({impl->signature.begin + at, impl->signature.begin + at + 4}, "Clone"),
             site.swap(impl->body, "{\n    fn clone(&self) -> Self {\n        Self {" + body + " }\n    }\n}")});
}

void conflicting(Site& site) {
    auto ticked = backticked(site.d.message);
    if (ticked.empty())
        return;
    std::string trait = type_head(ticked.front());
    if (auto colons = ticked.front().rfind("::"); colons != std::string::npos)
        trait = type_head(std::string_view(ticked.front()).substr(colons + 2));
    // derive + manual impl
    for (const Span& span : site.d.spans)
        for (const auto& candidate : site.t().items())
            if ((candidate.kind == ItemKind::structure || candidate.kind == ItemKind::enumeration) && span.in_project &&
                span.file == site.path() && candidate.range.begin <= span.begin && span.begin < candidate.range.end) {
                Declared type{site.path(), site.context.sources.tree(site.path()), &candidate};
                if (auto edit = without_derive(type, trait))
                    site.propose(Risk::low, 0.88,
                                 "`" + trait + "` is both derived and written by hand; the hand-written one stays.",
                                 {*edit});
            }
    // blanket impl: the special one and the general one cannot coexist unless the general one asks for something
    const Item* second = impl_at(site);
    for (const Span& span : site.d.spans) {
        if (span.primary || span.file != site.path() || !second)
            continue;
        for (const Item& item : site.t().items())
            if (item.kind == ItemKind::impl && item.range.begin <= span.begin && span.begin < item.range.end &&
                &item != second) {
                Source a{site.str(item.body)}, b{site.str(second->body)};
                bool same = a.tokens().size() == b.tokens().size();
                for (std::size_t i = 0; same && i < a.tokens().size(); ++i)
                    same = a.text(a.tokens()[i]) == b.text(b.tokens()[i]);
                if (same)
                    site.propose(Risk::destructive, 0.6, "the same impl is written twice; one is enough.",
                                 {cut_line(site.s(), site.path(), second->range)});
            }
    }
}

/// impl<T> with a T that appears in no type: it belongs to the method, or to the type.
void unconstrained(Site& site) {
    const Item* impl = impl_at(site);
    const Source& s = site.s();
    if (!impl || impl->generics.empty())
        return;
    // the whole parameter `T: Default`, the list's separator included
    std::size_t open = s.token_at(impl->generics.begin);
    std::vector<Range> parameters;
    std::size_t first = open + 1;
    int depth = 0;
    for (std::size_t i = open + 1; i < s.tokens().size() && s.tokens()[i].end <= impl->generics.end; ++i) {
        auto text = s.text(s.tokens()[i]);
        if (text == "<" || text == "(")
            ++depth;
        if ((text == "," && depth == 0) || s.tokens()[i].end == impl->generics.end) {
            if (i > first)
                parameters.push_back({s.tokens()[first].begin, s.tokens()[i - 1].end});
            first = i + 1;
        }
        if (text == ">" || text == ")")
            --depth;
    }
    Range parameter;
    for (Range p : parameters)
        if (p.begin <= site.at().begin && site.at().begin < p.end)
            parameter = p;
    if (parameter.empty())
        return;
    std::string declaration = site.str(parameter);
    std::size_t name_at = s.token_at(parameter.begin) + (declaration.starts_with("const ") ? 1 : 0);
    std::string name(s.text(s.tokens()[name_at]));
    Edit remove = parameters.size() == 1 ? site.cut(impl->generics) : site.cut(with_separator(s, parameter));
    auto mentions = [&](Range r) {
        for (std::size_t i = s.token_at(r.begin); i < s.tokens().size() && s.tokens()[i].begin < r.end; ++i)
            if (s.text(s.tokens()[i]) == name)
                return true;
        return false;
    };
    if (impl->trait_name.empty()) {
        std::vector<Edit> edits{remove};
        int used = 0;
        for (const Item* m : members_of(site.t(), *impl))
            if (m->kind == ItemKind::function && mentions(m->range)) {
                ++used;
                if (m->generics.empty())
                    edits.push_back(site.put(m->name_range.end, "<" + declaration + ">"));
                else
                    edits.push_back(site.put(m->generics.begin + 1, declaration + ", "));
            }
        site.propose(Risk::low, used ? 0.75 : 0.55,
                     used ? "`" + name + "` says nothing about the type; it belongs to the method that uses it."
                          : "`" + name + "` is not used by the type or its methods.",
                     std::move(edits));
        return;
    }
    if (name.starts_with("'")) {
        std::vector<Edit> edits{remove};
        for (std::size_t i = s.token_at(impl->generics.end);
             i < s.tokens().size() && s.tokens()[i].end <= impl->range.end; ++i)
            if (s.text(s.tokens()[i]) == name)
                edits.push_back(site.swap({s.tokens()[i].begin, s.tokens()[i].end}, "'static"));
        site.propose(Risk::behaviour, 0.35, "nothing ties `" + name + "` to the type, so it can only be `'static`.",
                     std::move(edits));
    }
    // the type carries the parameter
    auto local = local_type(site.context, impl->self_type);
    if (!local || local->item->kind != ItemKind::structure || !local->item->generics.empty())
        return;
    std::string bare = name;
    std::string marker = "std::marker::PhantomData<" + (name.starts_with("'") ? "&" + name + " ()" : name) + ">";
    const Source& ts = local->tree->source();
    std::vector<Edit> edits{
        make_edit(local->path, local->item->name_range.end, local->item->name_range.end, "<" + bare + ">")};
    std::string_view text = ts.text(local->item->range);
    if (text.ends_with(";") && local->item->fields.empty())
        edits.push_back(
            make_edit(local->path, local->item->range.end - 1, local->item->range.end - 1, "(" + marker + ")"));
    else
        return;
    auto at = site.text(impl->signature).rfind(impl->self_type);
    std::size_t end = impl->signature.begin + at + impl->self_type.size();
    edits.push_back(site.put(end, "<" + bare + ">"));
    site.propose(Risk::cost, declaration.starts_with("const ") ? 0.1 : 0.4,
                 "the type carries `" + name + "`, so that the impl depends on it.", std::move(edits));
}

void drop_impl(Site& site) {
    const Item* impl = impl_at(site);
    if (!impl)
        return;
    auto local = local_type(site.context, impl->self_type);
    if (!local)
        return;
    const Source& ts = local->tree->source();
    std::string generics(ts.text(local->item->generics));
    auto self = site.text(impl->signature).rfind(impl->self_type);
    if (self == std::string_view::npos)
        return;
    Range self_range{impl->signature.begin + self, impl->signature.begin + self + impl->self_type.size()};
    if (site.d.code == "E0120") {
        if (is_ref(impl->self_type))
            site.propose(Risk::low, 0.7, "Drop is implemented for the type itself, not for a reference to it.",
                         {site.swap(self_range, strip_refs(impl->self_type))});
        return;
    }
    std::string names;
    for (const auto& n : generic_names(generics))
        names += (names.empty() ? "" : ", ") + n;
    if (generics.empty())
        return;
    std::vector<Edit> edits{site.swap(self_range, local->item->name + "<" + names + ">")};
    if (impl->generics.empty())
        edits.push_back(site.put(site.text(impl->signature).find("impl") + impl->signature.begin + 4, generics));
    else
        edits.push_back(site.swap(impl->generics, generics));
    site.propose(Risk::behaviour, site.d.code == "E0366" ? 0.75 : 0.4,
                 "Drop must be implemented for every form of the type, with the same parameters.", std::move(edits));
    if (site.d.code == "E0367") {
        std::string mine = site.str(impl->generics);
        site.propose(Risk::cost, 0.55, "the type asks for the same bound as its Drop impl.",
                     {make_edit(local->path, local->item->generics.begin, local->item->generics.end, mine)});
    }
}

/// E0392: a parameter that no field uses.
void unused_parameter(Site& site) {
    const Source& s = site.s();
    const Item* type = nullptr;
    for (const Item& item : site.t().items())
        if ((item.kind == ItemKind::structure || item.kind == ItemKind::enumeration) &&
            item.range.begin <= site.at().begin && site.at().begin < item.range.end)
            type = &item;
    if (!type || type->generics.empty())
        return;
    std::size_t name_token = site.token();
    std::string name(s.text(s.tokens()[name_token]));
    std::string marker = "std::marker::PhantomData<" + (name.starts_with("'") ? "&" + name + " ()" : name) + ">";
    std::string why = "no field uses `" + name + "`; a marker field says that it belongs to the type.";
    if (type->kind == ItemKind::structure) {
        std::string_view text = s.text(type->range);
        std::vector<Edit> edits;
        if (text.ends_with(";") && type->body.empty() && type->fields.empty()) {
            edits.push_back(site.put(type->range.end - 1, "(" + marker + ")"));
        } else if (!type->fields.empty()) {
            bool tuple = type->fields.front().name == "0";
            Range last = type->fields.back().range;
            auto next = s.token_at(last.end);
            bool comma = next < s.tokens().size() && s.text(s.tokens()[next]) == ",";
            std::size_t at = comma ? s.tokens()[next].end : last.end;
            std::string field = tuple ? marker : "_marker: " + marker;
            edits.push_back(
                site.put(at, (comma ? "" : ",") + gap_at(s, last.begin) + field + (comma && !tuple ? "," : "")));
            // literals of the type
            for (const auto& path : site.context.sources.rust_files()) {
                auto tree = site.context.sources.tree(path);
                const Source& u = tree->source();
                for (std::size_t i = 0; i + 1 < u.tokens().size(); ++i) {
                    auto k = static_cast<std::int64_t>(i);
                    bool self = u.text(u.tokens()[i]) == "Self" && tree->item_at(u.tokens()[i].begin);
                    if (u.text(u.tokens()[i]) != type->name && !self)
                        continue;
                    if (u.at(k + 1) == (tuple ? "(" : "{") && u.tokens()[i + 1].match >= 0 &&
                        !(path == site.path() && u.tokens()[i].begin >= type->range.begin &&
                          u.tokens()[i].begin < type->range.end) &&
                        (tuple ? u.at(k - 1) != "fn" : brace_kind(u, i + 1) == BraceKind::literal)) {
                        if (self)
                            continue;
                        const auto& close = u.tokens()[static_cast<std::size_t>(u.tokens()[i + 1].match)];
                        auto before = u.at(u.tokens()[i + 1].match - 1);
                        std::string value = tuple ? "std::marker::PhantomData" : "_marker: std::marker::PhantomData";
                        edits.push_back(
                            make_edit(path, close.begin, close.begin,
                                      (before == "," || before == "{" ? " " : ", ") + value + (tuple ? "" : " ")));
                    }
                }
            }
        } else if (!type->body.empty()) {
            edits.push_back(site.put(type->body.begin + 1, " _marker: " + marker + " "));
        }
        site.propose(Risk::cost, 0.6, why, std::move(edits));
    } else if (!type->variants.empty()) {
        Range last = type->variants.back().range;
        auto next = s.token_at(last.end);
        bool comma = next < s.tokens().size() && s.text(s.tokens()[next]) == ",";
        std::size_t at = comma ? s.tokens()[next].end : last.end;
        site.propose(Risk::behaviour, 0.25,
                     "no variant uses `" + name + "`; a marker variant says that it belongs to the type.",
                     {site.put(at, (comma ? "" : ",") + gap_at(s, last.begin) + "_Marker(" + marker + ")" +
                                       (comma ? "," : ""))});
        auto empty_variant = std::count_if(type->variants.begin(), type->variants.end(),
                                           [](const auto& v) { return v.shape == syntax::Variant::Shape::unit; });
        if (empty_variant == 1 && type->variants.size() == 1 && !name.starts_with("'"))
            site.propose(Risk::behaviour, 0.3,
                         "the only variant carries the value that `" + name + "` was declared for.",
                         {site.put(type->variants.front().range.end, "(" + name + ")")});
    }
    // nobody passes an argument for it: it can go
    Range r = with_separator(s, {s.tokens()[name_token].begin, s.tokens()[name_token].end});
    auto names = generic_names(site.str(type->generics));
    Edit remove =
        site.text(type->generics).find(',') == std::string_view::npos ? site.cut(type->generics) : site.cut(r);
    site.propose(Risk::behaviour, 0.3, "`" + name + "` is declared but never used.", {remove});
}

} // namespace

RC_CODE_RULE(extension_trait, "trait-extension", "E0116", "E0118", "E0390")
RC_CODE_RULE(drop_and_copy, "trait-copy", "E0184", "E0204")
RC_CODE_RULE(conflicting, "trait-conflict", "E0119")
RC_CODE_RULE(unconstrained, "trait-unconstrained", "E0207")
RC_CODE_RULE(drop_impl, "trait-drop", "E0120", "E0366", "E0367")
RC_CODE_RULE(unused_parameter, "trait-unused-parameter", "E0392")

} // namespace rustcoder::repair
