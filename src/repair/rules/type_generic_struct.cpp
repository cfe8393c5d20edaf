// A struct of one type that is built with two (`Wrapper::new(42)`, `Wrapper::new("x")`): it becomes generic. A
// conversion of the odd argument would compile as well, and mean something else.
#include "base/text.h"
#include "repair/own_support.h"
#include "repair/rules/type_mismatch.h"

#include <algorithm>
#include <set>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;
using base::one_of;

/// Types whose values are plainly of different kinds; a number for another number may be a slip.
int family(std::string_view type) {
    std::string t = strip_refs(type);
    return is_numeric(t)                 ? (is_float(t) ? 2 : 1)
           : t == "bool"                 ? 3
           : t == "char"                 ? 4
           : t == "str" || t == "String" ? 5
                                         : 0;
}

/// Where the tokens of `type` stand in the range.
std::vector<Range> places_of_type(const Source& s, Range in, std::string_view type) {
    std::vector<Range> out;
    const bool borrowed = type.starts_with("&");
    const std::string_view word = borrowed ? type.substr(1) : type;
    for (std::size_t i = s.token_at(in.begin); i < s.tokens().size() && s.tokens()[i].end <= in.end; ++i)
        if (s.text(s.tokens()[i]) == word && s.at(static_cast<Index>(i) + 1) != "::" &&
            (!borrowed || s.at(static_cast<Index>(i) - 1) == "&"))
            out.push_back({s.tokens()[borrowed ? i - 1 : i].begin, s.tokens()[i].end});
    return out;
}

/// What has to hold the new type: the struct, the concrete type written now, the fields that get the parameter.
struct Target {
    Declared type;
    std::string concrete;
    std::set<std::string> fields;
    int other_uses = 0; // places that build it with the concrete type, without complaint
};

class GenericStruct {
public:
    GenericStruct(Site& site, Target target) : site_(site), target_(std::move(target)) {}

    void propose(double prior) {
        auto careful = edits(false), broad = edits(true);
        const std::string why = "`" + target_.type.item->name +
                                "` is built with values of different types, so it has to be generic: `" +
                                target_.type.item->name + "<T>`.";
        if (careful == broad)
            prior = std::min(0.95, prior * 1.05);
        else
            site_.propose(Risk::low, prior * 0.9, why, std::move(broad));
        site_.propose(Risk::low, prior, why, std::move(careful));
    }

private:
    /// `broad`: every mention of the type in the struct's own functions becomes the parameter.
    std::vector<Edit> edits(bool broad) const {
        const Declared& type = target_.type;
        std::vector<Edit> out{make_edit(type.path, type.item->name_range.end, type.item->name_range.end, "<T>")};
        for (const auto& field : type.item->fields)
            if (target_.fields.contains(field.name))
                replace(type.path, type.tree->source(), field.type, out);
        for (const auto& path : site_.context.sources.rust_files())
            if (auto tree = site_.context.sources.tree(path))
                in_file(path, *tree, broad, out);
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return out;
    }

    void replace(const std::string& path, const Source& s, Range in, std::vector<Edit>& out) const {
        for (Range r : places_of_type(s, in, target_.concrete))
            out.push_back(make_edit(path, r.begin, r.end, "T"));
    }

    void in_file(const std::string& path, const Tree& tree, bool broad, std::vector<Edit>& out) const {
        const Source& s = tree.source();
        std::vector<Range> own; // impls that are generic now
        for (const Item& item : tree.items()) {
            if (item.kind != ItemKind::impl || item.self_type != target_.type.item->name || !item.generics.empty())
                continue;
            std::size_t head = s.token_at(item.signature.begin);
            while (head < s.tokens().size() && s.text(s.tokens()[head]) != "impl")
                ++head;
            const std::string& trait = item.trait_name;
            std::string bound = one_of(trait, {"Display", "Debug"})   ? "std::fmt::" + trait
                                : one_of(trait, {"Clone", "Default"}) ? trait
                                                                      : "";
            if (!trait.empty() && bound.empty())
                continue; // for the type it was written for: handled below
            own.push_back(item.range);
            out.push_back(make_edit(path, s.tokens()[head].end, s.tokens()[head].end,
                                    bound.empty() ? "<T>" : "<T: " + bound + ">"));
            for (const Item* function : members_of(tree, item))
                if (trait.empty() && function->kind == ItemKind::function)
                    in_signature(path, s, *function, broad, out);
        }
        for (std::size_t i = 1; i < s.tokens().size(); ++i)
            if (s.text(s.tokens()[i]) == target_.type.item->name && as_type(s, static_cast<Index>(i))) {
                const std::size_t end = s.tokens()[i].end;
                bool inside = std::any_of(own.begin(), own.end(), [&](Range r) { return r.contains(end - 1); });
                out.push_back(make_edit(path, end, end, inside ? "<T>" : "<" + target_.concrete + ">"));
            }
    }

    void in_signature(const std::string& path, const Source& s, const Item& function, bool broad,
                      std::vector<Edit>& out) const {
        for (const auto& p : function.parameters)
            if (broad || flows(s, function, p.name))
                replace(path, s, p.type, out);
        bool gives = broad;
        for (const auto& field : target_.fields)
            for (Range use : uses_of_field(s, function.body, field))
                gives = gives || s.text(use.end, function.body.end).find(';') == std::string_view::npos;
        if (gives && !function.return_type.empty())
            replace(path, s, function.return_type, out);
    }

    static std::vector<Range> uses_of_field(const Source& s, Range in, std::string_view field) {
        std::vector<Range> out;
        for (std::size_t i = s.token_at(in.begin); i < s.tokens().size() && s.tokens()[i].begin < in.end; ++i)
            if (s.text(s.tokens()[i]) == field && s.at(static_cast<Index>(i) - 1) == ".")
                out.push_back({s.tokens()[i].begin, s.tokens()[i].end});
        return out;
    }

public:
    /// The parameter ends up in one of the fields: by name, in a literal, or in a call on the field.
    bool flows(const Source& s, const Item& function, const std::string& parameter) const {
        return flows_into(s, function, parameter, target_.fields);
    }
    static bool flows_into(const Source& s, const Item& function, const std::string& parameter,
                           const std::set<std::string>& fields) {
        if (parameter.empty() || parameter == "self")
            return false;
        for (Range use : uses_of(s, function.body, parameter)) {
            auto i = static_cast<Index>(s.token_at(use.begin));
            if ((s.at(i - 1) == ":" && fields.contains(std::string(s.at(i - 2)))) ||
                (fields.contains(parameter) && one_of(s.at(i - 1), {"{", ",", "="}) &&
                 one_of(s.at(i + 1), {",", "}", ";"})))
                return true;
            if (s.at(i - 1) == "=" && fields.contains(std::string(s.at(i - 2))) && s.at(i - 3) == ".")
                return true;
            Index open = s.enclosing_open(static_cast<std::size_t>(i)); // self.items.push(item)
            if (open > 4 && s.at(open) == "(" && s.at(open - 2) == "." && fields.contains(std::string(s.at(open - 3))))
                return true;
        }
        return false;
    }

private:
    /// A mention of the struct that names its type (no literal, no path to a function, no declaration).
    static bool as_type(const Source& s, Index i) {
        std::string_view before = s.at(i - 1), after = s.at(i + 1);
        if (after == "::" || after == "<" || after == "(" || after == "!")
            return false;
        if (before == "->" || before == "for")
            return s.at(i - 2) != "in";
        if (before == "impl")
            return true;
        return after != "{" && one_of(before, {":", "<", "&", "mut", "(", "[", ",", "dyn", "=", ">"}) &&
               (before != "(" || after == ")" || after == ",") && (before != "=" || after == ";") &&
               (before != "," || one_of(after, {",", ">", ")"}));
    }

    Site& site_;
    Target target_;
};

/// The struct literal around an expression that is a field's value: struct name and field.
std::optional<std::pair<std::string, std::string>> literal_field(const Source& s, Range expression) {
    auto i = static_cast<Index>(s.token_at(expression.begin));
    if (s.at(i - 1) != ":")
        return std::nullopt;
    Index open = s.enclosing_open(static_cast<std::size_t>(i));
    if (open < 1 || s.at(open) != "{" || s.tokens()[static_cast<std::size_t>(open) - 1].kind != Kind::ident)
        return std::nullopt;
    return std::pair(std::string(s.at(open - 1)), std::string(s.at(i - 2)));
}

bool complained_about(const RuleContext& context, std::string_view path, Range r) {
    return std::any_of(context.all.begin(), context.all.end(), [&](const Diagnostic& d) {
        return std::any_of(d.spans.begin(), d.spans.end(), [&](const Span& span) {
            return span.file == path && span.begin >= r.begin && span.end <= r.end &&
                   span.label.starts_with("expected");
        });
    });
}

/// Other literals of the struct without complaint.
int calm_literals(const RuleContext& context, const Declared& type) {
    int n = 0;
    for (const auto& path : context.sources.rust_files()) {
        auto source = context.sources.source(path);
        for (std::size_t i = 1; source && i + 1 < source->tokens().size(); ++i) {
            const auto& open = source->tokens()[i + 1];
            if (source->text(source->tokens()[i]) == type.item->name && source->text(open) == "{" && open.match > 0 &&
                !one_of(source->at(static_cast<Index>(i) - 1), {"struct", "impl", "for", "->"}))
                n += !complained_about(context, path,
                                       {open.begin, source->tokens()[static_cast<std::size_t>(open.match)].end});
        }
    }
    return n;
}

std::optional<Target> target_of(Site& site, const Mismatch& m) {
    const Source& s = *m.place.source;
    Target t;
    if (auto literal = literal_field(s, m.expression)) {
        auto type = local_type(site.context, literal->first);
        if (!type || type->item->kind != ItemKind::structure)
            return std::nullopt;
        for (const auto& f : type->item->fields)
            if (f.name == literal->second)
                t.concrete = f.type_text;
        t.type = *type;
        t.fields.insert(literal->second);
        t.other_uses = calm_literals(site.context, *type);
        return t;
    }
    std::size_t number = 0;
    auto call = call_around(site, m.expression.begin, &number);
    auto callee = call ? callee_of(site.context, *call) : std::nullopt;
    if (!callee)
        return std::nullopt;
    const Item* owner = owner_of(*callee->tree, *callee->item);
    auto parameter = parameter_of(*callee->item, *call, number);
    if (!owner || owner->kind != ItemKind::impl || !owner->trait_name.empty() || !parameter)
        return std::nullopt;
    auto type = local_type(site.context, owner->name);
    if (!type || type->item->kind != ItemKind::structure)
        return std::nullopt;
    const auto& p = callee->item->parameters[*parameter];
    t.concrete = p.type_text;
    t.type = *type;
    for (const auto& f : type->item->fields)
        if (GenericStruct::flows_into(callee->tree->source(), *callee->item, p.name, {f.name}))
            t.fields.insert(f.name);
    for (const Call& other : calls_of(site.context, *callee))
        if (auto source = site.context.sources.source(other.path); source && number < other.arguments.size())
            t.other_uses += !complained_about(site.context, other.path, other.arguments[number]);
    return t;
}

void generic_struct(Site& site) { // E0308
    std::optional<Target> all;
    bool numbers = false;
    for (const Mismatch& m : mismatches(site.context)) {
        if (m.place.path != site.path() || m.expression.empty())
            continue;
        auto t = target_of(site, m);
        const int wanted = family(m.expected), found = family(m.found);
        if (!t || t->fields.empty() || t->concrete.empty() || !t->type.item->generics.empty() || wanted == 0 ||
            wanted == found || t->concrete != m.expected)
            continue;
        numbers = numbers || (wanted <= 2 && found <= 2);
        if (all)
            all->fields.insert(t->fields.begin(), t->fields.end());
        else
            all = std::move(t);
    }
    if (!all || all->other_uses == 0)
        return;
    // Fields of that type of which other errors tell, too.
    for (const Diagnostic& d : site.context.all) {
        RuleContext other{site.context.sources, d, site.context.all, site.context.rustc_minor};
        if (d.code == "E0308" && &d != &site.d)
            for (const Mismatch& m : mismatches(other))
                if (auto literal = m.place.source ? literal_field(*m.place.source, m.expression) : std::nullopt;
                    literal && literal->first == all->type.item->name && m.expected == all->concrete)
                    all->fields.insert(literal->second);
    }
    GenericStruct(site, std::move(*all)).propose(numbers ? 0.6 : 0.86);
}

} // namespace

RC_CODE_RULE(generic_struct, "type-generic-struct", "E0308")

} // namespace rustcoder::repair
