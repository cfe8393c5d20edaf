// Names: spelling, scope, declarations.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <map>
#include <set>

namespace rustcoder::repair {

namespace {

std::string lowered(std::string_view s) {
    std::string out;
    for (char c : s)
        if (c != '_')
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

void push_unique(std::vector<std::string>& v, std::string name) {
    if (!name.empty() && std::find(v.begin(), v.end(), name) == v.end())
        v.push_back(std::move(name));
}

/// Items nameable without a path at the offset: those of the innermost module (or file) and of the functions around.
template <class Keep>
void collect_items(const Tree& tree, std::size_t offset, Keep keep, std::vector<std::string>& out) {
    const Item* at = tree.item_at(offset);
    std::set<int> scopes;
    bool in_module = false;
    for (const Item* i = at; i; i = tree.parent(*i)) {
        if (i->kind == ItemKind::module || i->kind == ItemKind::function) {
            if (i->body.contains(offset) && !in_module)
                scopes.insert(static_cast<int>(i - tree.items().data()));
            if (i->kind == ItemKind::module && i->body.contains(offset)) {
                in_module = true;
                break;
            }
        }
    }
    if (!in_module)
        scopes.insert(-1);
    for (const Item& i : tree.items())
        if (scopes.contains(i.parent) && keep(i))
            push_unique(out, i.name);
    if (in_module) // `use super::*` is what most inner modules start with
        for (const Item& i : tree.items())
            if (i.parent == -1 && keep(i))
                push_unique(out, i.name);
}

bool looks_like_type(std::string_view name) {
    return !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
}

} // namespace

double closeness(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty() || a == b)
        return a == b && !a.empty() ? 1 : 0;
    const double longer = static_cast<double>(std::max(a.size(), b.size()));
    const double shorter = static_cast<double>(std::min(a.size(), b.size()));
    if (lowered(a) == lowered(b))
        return 0.96;
    const std::size_t distance = base::edit_distance(a, b, 4);
    double score = 0;
    if (distance <= 4) {
        score = 1.0 - static_cast<double>(distance) / (longer + 1);
        if (distance == 1 && longer >= 3)
            score = std::max(score, 0.85);
        if (distance == 2 && longer >= 6)
            score = std::max(score, 0.75);
    }
    // one is a word of the other: `count` for `word_count`
    if (score < 0.6 && shorter >= 3 && (a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos))
        score = std::max(score, 0.45 + 0.15 * shorter / longer);
    // the same words in another order, plural or singular
    if (a.front() == b.front())
        score += 0.02;
    if (a.back() == b.back())
        score += 0.01;
    return std::min(score, 0.97);
}

std::vector<Near> closest(std::string_view name, const std::vector<std::string>& among, std::size_t limit) {
    std::vector<Near> out;
    for (const auto& candidate : among) {
        if (candidate == name || candidate.empty() || candidate == "_")
            continue;
        double c = closeness(name, candidate);
        if (c >= 0.5)
            out.push_back({candidate, c});
    }
    std::stable_sort(out.begin(), out.end(), [](const Near& a, const Near& b) { return a.closeness > b.closeness; });
    std::vector<Near> unique;
    for (auto& n : out)
        if (std::none_of(unique.begin(), unique.end(), [&](const Near& u) { return u.name == n.name; }))
            unique.push_back(std::move(n));
    if (unique.size() > limit)
        unique.resize(limit);
    return unique;
}

std::vector<std::string> visible_values(const Tree& tree, std::size_t offset) {
    std::vector<std::string> out;
    for (const auto& b : tree.bindings_at(offset))
        push_unique(out, b.name);
    collect_items(
        tree, offset,
        [](const Item& i) {
            return i.kind == ItemKind::function || i.kind == ItemKind::constant || i.kind == ItemKind::static_ ||
                   i.kind == ItemKind::structure;
        },
        out);
    for (const auto& i : tree.imports())
        push_unique(out, i.name);
    return out;
}

std::vector<std::string> visible_functions(const Tree& tree, std::size_t offset) {
    std::vector<std::string> out;
    collect_items(
        tree, offset, [](const Item& i) { return i.kind == ItemKind::function || i.kind == ItemKind::structure; }, out);
    for (const auto& i : tree.imports())
        push_unique(out, i.name);
    for (const auto& b : tree.bindings_at(offset)) {
        auto init = tree.source().text(b.initializer);
        if (init.starts_with("|") || init.starts_with("move") || b.type_text.find("Fn") != std::string::npos ||
            b.type_text.find("fn(") != std::string::npos || b.origin == syntax::Binding::Origin::parameter)
            push_unique(out, b.name);
    }
    for (const char* prelude : {"Some", "Ok", "Err", "drop"})
        push_unique(out, prelude);
    return out;
}

std::vector<std::string> generic_names(std::string_view generics) {
    std::vector<std::string> out;
    auto g = base::trim(generics);
    if (!g.starts_with("<") || !g.ends_with(">"))
        return out;
    for (const auto& a : type_arguments(std::string("X") + std::string(g))) {
        std::string_view n = a;
        if (n.starts_with("const "))
            n.remove_prefix(6);
        std::size_t end = 0;
        while (end < n.size() && base::is_ident(n[end]))
            ++end;
        push_unique(out, std::string(n.substr(0, end)));
    }
    return out;
}

std::vector<std::string> visible_types(const Tree& tree, std::size_t offset) {
    std::vector<std::string> out;
    collect_items(
        tree, offset,
        [](const Item& i) {
            return i.kind == ItemKind::structure || i.kind == ItemKind::enumeration || i.kind == ItemKind::union_ ||
                   i.kind == ItemKind::trait || i.kind == ItemKind::type_alias;
        },
        out);
    for (const auto& i : tree.imports())
        push_unique(out, i.name);
    for (const Item* i = tree.item_at(offset); i; i = tree.parent(*i))
        for (auto& g : generic_names(tree.source().text(i->generics)))
            push_unique(out, g);
    for (const char* prelude : {"String",
                                "Vec",
                                "Option",
                                "Result",
                                "Box",
                                "Self",
                                "Iterator",
                                "IntoIterator",
                                "Clone",
                                "Copy",
                                "Default",
                                "PartialEq",
                                "Eq",
                                "PartialOrd",
                                "Ord",
                                "From",
                                "Into",
                                "TryFrom",
                                "TryInto",
                                "AsRef",
                                "AsMut",
                                "ToString",
                                "ToOwned",
                                "Extend",
                                "FromIterator",
                                "Fn",
                                "FnMut",
                                "FnOnce",
                                "Drop",
                                "Send",
                                "Sync",
                                "Sized",
                                "DoubleEndedIterator",
                                "ExactSizeIterator",
                                "Debug",
                                "Hash",
                                "i8",
                                "i16",
                                "i32",
                                "i64",
                                "i128",
                                "isize",
                                "u8",
                                "u16",
                                "u32",
                                "u64",
                                "u128",
                                "usize",
                                "f32",
                                "f64",
                                "bool",
                                "char",
                                "str"})
        push_unique(out, prelude);
    return out;
}

std::vector<std::pair<std::string, int>> identifiers(const Source& source) {
    std::map<std::string, int, std::less<>> counts;
    for (const auto& t : source.tokens())
        if (t.kind == Kind::ident)
            ++counts[std::string(source.text(t))];
    std::vector<std::pair<std::string, int>> out(counts.begin(), counts.end());
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    return out;
}

std::pair<std::size_t, std::string> import_position(const Tree& tree, std::size_t offset) {
    const Source& s = tree.source();
    int module = -1;
    const Item* at = nullptr;
    for (const Item* i = tree.item_at(offset); i; i = tree.parent(*i))
        if (i->kind == ItemKind::module && i->body.contains(offset)) {
            module = static_cast<int>(i - tree.items().data());
            at = i;
            break;
        }
    const Item* first = nullptr;
    const Item* last_use = nullptr;
    for (const Item& i : tree.items()) {
        if (i.parent != module)
            continue;
        if (!first)
            first = &i;
        if (i.kind == ItemKind::use)
            last_use = &i;
        else if (last_use && i.kind != ItemKind::extern_crate && i.kind != ItemKind::module)
            break;
    }
    const Item* anchor = last_use ? last_use : first;
    if (anchor) {
        auto begin = anchor->range.begin;
        auto line = s.line_of(begin);
        if (last_use && !last_use->attributes.empty())
            begin = last_use->range.begin;
        return {s.line_begin(line), std::string(s.line_indent(line))};
    }
    if (at)
        return {at->body.begin + 1, std::string(s.line_indent(s.line_of(at->range.begin))) + "    "};
    return {0, ""};
}

std::vector<std::string> likely_integers(const Tree& tree, const Item* function) {
    std::vector<std::string> out;
    auto push = [&](std::string t) {
        if (is_integer(t) && t[0] != '{')
            push_unique(out, std::move(t));
    };
    if (function) {
        push(clean_type(tree.source().text(function->return_type)));
        for (const auto& p : function->parameters)
            push(strip_refs(clean_type(p.type_text)));
    }
    for (const auto& [name, count] : identifiers(tree.source()))
        push(name);
    push("i32");
    return out;
}

project::Edit import_edit(const Tree& tree, std::string_view file, std::size_t offset, std::string_view path) {
    auto [at, indent] = import_position(tree, offset);
    // among neighbours in alphabetical order
    const Source& s = tree.source();
    for (std::size_t line = s.line_of(at);; ++line) {
        auto text = base::trim(line < s.line_count() ? s.line_text(line) : std::string_view());
        if (!text.starts_with("use ") || !text.ends_with(";") || text.substr(4) > std::string(path) + ";") {
            if (text.empty() && line > s.line_of(at))
                at = s.line_begin(line);
            break;
        }
        at = line + 1 < s.line_count() ? s.line_begin(line + 1) : s.text().size();
    }
    return make_edit(file, at, at, indent + "use " + std::string(path) + ";\n");
}

std::vector<Declared> items_where(const RuleContext& context, bool (*keep)(const Item&)) {
    std::vector<Declared> out;
    for (const auto& path : context.sources.rust_files())
        if (auto tree = context.sources.tree(path))
            for (const Item& i : tree->items())
                if (keep(i))
                    out.push_back({path, tree, &i});
    return out;
}

namespace {

template <class Keep> std::vector<Declared> items_if(const RuleContext& context, std::string_view prefer, Keep keep) {
    std::vector<Declared> out;
    for (const auto& path : context.sources.rust_files())
        if (auto tree = context.sources.tree(path))
            for (const Item& i : tree->items())
                if (keep(i, *tree))
                    out.push_back({path, tree, &i});
    std::stable_sort(out.begin(), out.end(),
                     [&](const Declared& a, const Declared& b) { return (a.path == prefer) > (b.path == prefer); });
    return out;
}

} // namespace

std::vector<Declared> functions_named(const RuleContext& context, std::string_view name, std::string_view prefer) {
    return items_if(context, prefer,
                    [&](const Item& i, const Tree&) { return i.kind == ItemKind::function && i.name == name; });
}

std::vector<Declared> types_named(const RuleContext& context, std::string_view name, std::string_view prefer) {
    return items_if(context, prefer, [&](const Item& i, const Tree&) {
        return i.name == name &&
               (i.kind == ItemKind::structure || i.kind == ItemKind::enumeration || i.kind == ItemKind::union_ ||
                i.kind == ItemKind::trait || i.kind == ItemKind::type_alias);
    });
}

std::string modules_of(const Declared& d) {
    std::string file = d.path;
    if (auto src = file.rfind("src/"); src != std::string::npos)
        file = file.substr(src + 4);
    if (file.ends_with(".rs"))
        file.resize(file.size() - 3);
    if (file.ends_with("/mod"))
        file.resize(file.size() - 4);
    std::string inner;
    for (const Item* m = d.tree->parent(*d.item); m; m = d.tree->parent(*m))
        if (m->kind == ItemKind::module)
            inner = m->name + "::" + inner;
    return (file == "lib" || file == "main" ? "" : base::replace_all(file, "/", "::") + "::") + inner;
}

const Item* owner_of(const Tree& tree, const Item& function) {
    const Item* p = tree.parent(function);
    return p && (p->kind == ItemKind::impl || p->kind == ItemKind::trait) ? p : nullptr;
}

std::vector<Declared> methods_of(const RuleContext& context, std::string_view type) {
    std::string head = type_head(type);
    return items_if(context, {}, [&](const Item& i, const Tree& tree) {
        if (i.kind != ItemKind::function)
            return false;
        const Item* owner = owner_of(tree, i);
        return owner && (owner->name == head ||
                         (owner->kind == ItemKind::impl && type_head(clean_type(owner->self_type)) == head));
    });
}

std::vector<syntax::Field> fields_of(const RuleContext& context, std::string_view type) {
    for (const auto& d : types_named(context, type_head(strip_refs(type))))
        if (d.item->kind == ItemKind::structure || d.item->kind == ItemKind::union_)
            return d.item->fields;
    return {};
}

std::string spell_type(const Tree& tree, std::size_t offset, std::string_view type) {
    std::string t(base::trim(type));
    t = base::replace_all(t, "{integer}", "i32");
    t = base::replace_all(t, "{float}", "f64");
    if (is_iterator_adapter(t)) {
        std::string item = iterator_item(t);
        const auto here = visible_types(tree, offset);
        bool local = std::find(here.begin(), here.end(), type_head(t)) != here.end();
        if (item.empty() && !local)
            return {};
        if (!item.empty() && !local)
            return "impl Iterator<Item = " + spell_type(tree, offset, item) + ">" +
                   (t.find('&') != std::string::npos || t.find("Chars") != std::string::npos ||
                            item.find('&') != std::string::npos
                        ? " + '_"
                        : "");
    }
    if (!is_complete_type(t))
        return {};
    const auto known = visible_types(tree, offset);
    std::string out;
    for (std::size_t i = 0; i < t.size();) {
        if (!base::is_ident_start(t[i])) {
            out += t[i++];
            continue;
        }
        std::size_t end = i;
        while (end < t.size() && base::is_ident(t[end]))
            ++end;
        std::string word = t.substr(i, end - i);
        if (looks_like_type(word) && !(i >= 2 && t[i - 1] == ':') &&
            std::find(known.begin(), known.end(), word) == known.end()) {
            auto paths = std_paths(word);
            if (!paths.empty())
                word = paths.front();
        }
        out += word;
        i = end;
    }
    return out;
}

} // namespace rustcoder::repair
