// E0425, E0423, E0531 for values and functions: a misspelling, a missing `self.`, `let`, prefix or parameter.
#include "repair/rule_support.h"
#include "repair/rules/field_table.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

constexpr std::string_view mutators[] = {
    "push",          "push_str",    "insert",    "remove",    "clear",    "pop",        "sort",      "sort_by",
    "extend",        "append",      "reverse",   "retain",    "drain",    "entry",      "push_back", "push_front",
    "pop_front",     "pop_back",    "dedup",     "next",      "truncate", "swap",       "iter_mut",  "get_mut",
    "sort_unstable", "sort_by_key", "write_all", "read_line", "take",     "values_mut", "push_str"};

bool is_assignment(std::string_view t) {
    return t == "=" || t == "+=" || t == "-=" || t == "*=" || t == "/=" || t == "%=" || t == "|=" || t == "&=" ||
           t == "^=" || t == "<<=" || t == ">>=";
}

struct Uses {
    std::vector<std::size_t> tokens; // free occurrences of the name in the function
};

Uses uses_in(const Source& s, Range range, std::string_view name) {
    Uses u;
    const auto& tokens = s.tokens();
    for (std::size_t i = s.token_at(range.begin); i < tokens.size() && tokens[i].begin < range.end; ++i)
        if (tokens[i].kind == Kind::ident && s.text(tokens[i]) == name && s.at(static_cast<std::int64_t>(i) - 1) != ".")
            u.tokens.push_back(i);
    return u;
}

/// Whether anything after the first use changes the variable, so that `let mut` is needed.
bool changed_later(const Source& s, const Uses& u) {
    for (std::size_t k = 1; k < u.tokens.size(); ++k) {
        auto i = static_cast<std::int64_t>(u.tokens[k]);
        if (is_assignment(s.at(i + 1)) || (s.at(i - 1) == "mut" && s.at(i - 2) == "&"))
            return true;
        if (s.at(i + 1) == "." && s.at(i + 3) == "(" &&
            std::find(std::begin(mutators), std::end(mutators), s.at(i + 2)) != std::end(mutators))
            return true;
        if (s.at(i + 1) == "[") { // x[..] = ..
            auto close = s.tokens()[u.tokens[k] + 1].match;
            if (close > 0 && (is_assignment(s.at(close + 1)) || s.at(close + 1) == "[" ||
                              (s.at(close + 1) == "." && std::find(std::begin(mutators), std::end(mutators),
                                                                   s.at(close + 2)) != std::end(mutators))))
                return true;
        }
        if (s.at(i + 1) == "." && is_assignment(s.at(i + 3)))
            return true;
    }
    return false;
}

class NameValue final : public Rule {
public:
    std::string_view name() const override { return "name-value"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0425", "E0423", "E0531", "E0532", "E0434"}) &&
               d.message.find("cannot find type") == std::string::npos;
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        std::size_t token = place->token();
        if (token >= s.tokens().size())
            return;
        std::string name(s.text(s.tokens()[token]));
        if (s.tokens()[token].kind != Kind::ident && s.tokens()[token].kind != Kind::keyword)
            return;
        bool in_path =
            s.at(static_cast<std::int64_t>(token) - 1) == "::" || s.at(static_cast<std::int64_t>(token) + 1) == "::";
        const Item* f = place->tree->function_at(place->begin);
        if (s.tokens()[token].kind == Kind::keyword && name != "str")
            return;
        if (!in_path) {
            self_prefix(context, *place, name, f, out);
            missing_let(*place, name, f, out);
            missing_parameter(context, *place, name, f, out);
            variants(context, *place, name, out);
            lost_head(context, *place, name, f, out);
            out_of_block(*place, name, f, out);
        }
        spelling(context, *place, name, f, in_path, out);
        std_functions(*place, name, in_path, out);
    }

private:
    static bool is_call(const Place& p) { return p.source->at(static_cast<std::int64_t>(p.token()) + 1) == "("; }

    /// How many errors of this check name the same missing thing.
    static int same_errors(const RuleContext& context, const std::string& message) {
        int n = 0;
        for (const auto& d : context.all)
            n += d.is_error() && d.message == message;
        return n;
    }

    static void spelling(const RuleContext& context, const Place& p, const std::string& name, const Item* f,
                         bool in_path, Proposals& out) {
        const Source& s = *p.source;
        bool call = is_call(p);
        std::vector<std::string> names;
        if (in_path) { // module::name: any function of the project or std name
            for (const auto& d : items_where(context, [](const Item& i) {
                     return i.kind == ItemKind::function || i.kind == ItemKind::constant ||
                            i.kind == ItemKind::structure;
                 }))
                names.push_back(d.item->name);
            for (const auto& n : std_names())
                names.push_back(n);
        } else {
            names = call ? visible_functions(*p.tree, p.begin) : visible_values(*p.tree, p.begin);
        }
        int missing = same_errors(context, context.diagnostic.message);
        std::size_t begin = s.tokens()[p.token()].begin, end = s.tokens()[p.token()].end;
        for (const auto& n : closest(name, names, 4)) {
            if (n.closeness < 0.62 && !(n.closeness >= 0.55 && !in_path))
                continue;
            double prior = std::clamp((n.closeness - 0.45) * 1.85, 0.08, 0.9);
            if (name.size() <= 2)
                prior *= 0.5;
            out.edit("name-spelling", p.path, begin, end, n.name, Risk::low, prior,
                     fmt::format("There is no `{}` here; `{}` is what is meant and is in scope.", name, n.name));
            if (!in_path && n.closeness >= 0.7)
                declaration(context, p, name, n, f, missing, out);
        }
    }

    /// The declaration is misspelt and the uses are right: rename it when nothing else uses its name.
    static void declaration(const RuleContext& context, const Place& p, const std::string& name, const Near& near,
                            const Item* f, int missing, Proposals& out) {
        const Source& s = *p.source;
        auto occurrences = [&](std::string_view word) {
            int n = 0;
            for (const auto& path : context.sources.rust_files())
                if (auto source = context.sources.source(path))
                    for (const auto& t : source->tokens())
                        n += t.kind == Kind::ident && source->text(t) == word;
            return n;
        };
        for (const auto& b : p.tree->bindings_at(p.begin)) {
            if (b.name != near.name || !f)
                continue;
            auto uses = uses_in(s, f->range, near.name);
            if (uses.tokens.size() > 1)
                return;
            double prior = missing > 1 ? 0.9 : 0.6;
            // an inline format argument is not counted as a use, hence not quite sure
            out.edit("name-declaration", p.path, b.name_range.begin, b.name_range.end, name, Risk::low, prior,
                     fmt::format("`{}` is used {} but was declared as `{}`; the declaration is misspelt.", name,
                                 missing > 1 ? fmt::format("{} times", missing) : "here", near.name));
            return;
        }
        for (const auto& d : functions_named(context, near.name, p.path)) {
            if (occurrences(near.name) > 1)
                continue;
            double prior = missing > 1 ? 0.88 : 0.55;
            if (missing == 1 && occurrences(name) > 1)
                prior = 0.8;
            out.edit("name-declaration", d.path, d.item->name_range.begin, d.item->name_range.end, name, Risk::low,
                     prior, fmt::format("`{}` is called but the function is declared as `{}`.", name, near.name));
        }
    }

    static void self_prefix(const RuleContext& context, const Place& p, const std::string& name, const Item* f,
                            Proposals& out) {
        if (!f)
            return;
        const Item* owner = owner_of(*p.tree, *f);
        if (!owner)
            return;
        bool has_self = !f->parameters.empty() && f->parameters.front().is_self;
        bool call = is_call(p);
        if (!call)
            for (const auto& field : fields_of(context, owner->name))
                if (field.name == name && has_self) {
                    // `{ name }` shorthand in a struct literal needs the label too
                    auto t = static_cast<std::int64_t>(p.token());
                    bool shorthand = (p.source->at(t - 1) == "," || p.source->at(t - 1) == "{") &&
                                     (p.source->at(t + 1) == "," || p.source->at(t + 1) == "}");
                    out.insert("name-self", p.path, p.begin, "self.", Risk::low, 0.92,
                               fmt::format("`{}` is a field; inside a method it is written `self.{}`.", name, name));
                    if (shorthand)
                        out.insert(
                            "name-self", p.path, p.begin, name + ": self.", Risk::low, 0.6,
                            fmt::format("`{}` is a field; inside a method it is written `self.{}`.", name, name));
                }
        if (!call) // every use of the field lost its `self.`
            for (const auto& field : fields_of(context, owner->name))
                if (field.name == name && has_self) {
                    std::vector<project::Edit> edits;
                    for (const auto& d : context.all)
                        if (d.is_error() && d.message == context.diagnostic.message)
                            if (const auto* at = d.primary(); at && at->file == p.path && f->range.contains(at->begin))
                                edits.push_back(make_edit(p.path, at->begin, at->begin, "self."));
                    if (edits.size() > 1)
                        out.edits("name-self", std::move(edits), Risk::low, 0.8,
                                  fmt::format("`{}` is a field; inside a method it is written `self.{}`.", name, name));
                }
        if (call)
            for (const auto& d : methods_of(context, owner->name)) {
                double c = closeness(name, d.item->name);
                if (c < 0.85)
                    continue;
                bool method = !d.item->parameters.empty() && d.item->parameters.front().is_self;
                std::size_t end = p.source->tokens()[p.token()].end;
                std::string target = (method ? "self." : "Self::") + d.item->name;
                if (method && !has_self)
                    continue;
                out.edit("name-self", p.path, p.begin, end, target, Risk::low, c >= 1 ? 0.9 : 0.6,
                         fmt::format("`{}` belongs to `{}`; it is called as `{}`.", d.item->name, owner->name, target));
            }
        for (const Item& i : p.tree->items())
            if (i.kind == ItemKind::constant && i.name == name)
                if (const Item* o = p.tree->parent(i); o && o->kind == ItemKind::impl && o->name == owner->name)
                    out.insert(
                        "name-self", p.path, p.begin, "Self::", Risk::low, 0.88,
                        fmt::format("`{}` is a constant of `{}`; it is written `Self::{}`.", name, owner->name, name));
    }

    /// `new()` without its type, `trim()` without `self.`: what stood in front is lost.
    static void lost_head(const RuleContext& context, const Place& p, const std::string& name, const Item* f,
                          Proposals& out) {
        if (!f)
            return;
        const Source& s = *p.source;
        const Item* owner = owner_of(*p.tree, *f);
        bool has_self = !f->parameters.empty() && f->parameters.front().is_self;
        if (is_call(p) && has_self && owner) {
            for (Family family : {Family::owned_text, Family::vector, Family::iterator, Family::option})
                if (has_method(family, name)) {
                    out.insert("name-self", p.path, p.begin, "self.", Risk::low, owner->trait_name.empty() ? 0.4 : 0.7,
                               fmt::format("`{}` is a method; it is called on `self`.", name));
                    break;
                }
        }
        if (name != "new" && name != "from" && name != "with_capacity" && name != "default" && name != "from_utf8" &&
            name != "from_iter")
            return;
        std::vector<std::pair<std::string, double>> heads;
        for (const auto& b : p.tree->bindings_in(*f)) {
            if (b.initializer.begin > p.begin || b.initializer.end <= p.begin)
                continue;
            if (!b.type_text.empty())
                heads.emplace_back(type_head(clean_type(b.type_text)), 0.92);
            for (std::size_t i : uses_in(s, f->body, b.name).tokens) { // by what is done with the variable
                auto method = s.at(static_cast<std::int64_t>(i) + 2);
                if (s.at(static_cast<std::int64_t>(i) + 1) != ".")
                    continue;
                if (method == "push_str")
                    heads.emplace_back("String", 0.85);
                else if (method == "push")
                    heads.emplace_back("Vec", 0.8);
                else if (method == "entry" || method == "contains_key")
                    heads.emplace_back("HashMap", 0.8);
                else if (method == "push_back" || method == "pop_front")
                    heads.emplace_back("VecDeque", 0.85);
                else if (method == "insert")
                    heads.emplace_back("HashSet", 0.5);
            }
        }
        std::string r = type_head(clean_type(s.text(f->return_type)));
        if (!r.empty() && r != "Self" && r != "&")
            heads.emplace_back(r, 0.6);
        for (const char* usual : {"Vec", "String", "HashMap"})
            heads.emplace_back(usual, name == "from" ? (usual[0] == 'S' ? 0.7 : 0.2) : 0.45);
        for (const auto& d : items_where(context, [](const Item& i) { return i.kind == ItemKind::structure; }))
            for (const auto& m : methods_of(context, d.item->name))
                if (m.item->name == name)
                    heads.emplace_back(d.item->name, 0.4);
        for (const auto& [head, prior] : heads)
            out.insert("name-head", p.path, p.begin, head + "::", Risk::low, prior,
                       fmt::format("`{}` belongs to a type and is called as `{}::{}`.", name, head, name));
    }

    static void missing_let(const Place& p, const std::string& name, const Item* f, Proposals& out) {
        if (!f)
            return;
        const Source& s = *p.source;
        auto uses = uses_in(s, f->body, name);
        if (uses.tokens.empty())
            return;
        auto i = static_cast<std::int64_t>(uses.tokens.front());
        std::string_view before = s.at(i - 1);
        bool statement = before == "{" || before == "}" || before == ";";
        if (!statement || s.at(i + 1) != "=")
            return;
        bool is_mutable = changed_later(s, uses);
        double prior = uses.tokens.size() > 1 ? 0.88 : 0.6;
        // a near name in scope makes a misspelt assignment as likely
        for (const auto& n : closest(name, visible_values(*p.tree, p.begin), 1))
            if (n.closeness > 0.84 && name.size() > 3)
                prior -= 0.2;
        std::size_t at = s.tokens()[uses.tokens.front()].begin;
        std::string why =
            fmt::format("`{}` is given a value here for the first time, so it has to be introduced with `let`.", name);
        out.insert("name-let", p.path, at, is_mutable ? "let mut " : "let ", Risk::low, prior, why);
        out.insert("name-let", p.path, at, is_mutable ? "let " : "let mut ", Risk::low, prior * 0.4, why);
    }

    /// Callers pass one argument more than the function takes, and its body uses a name that nothing declares.
    static void missing_parameter(const RuleContext& context, const Place& p, const std::string& name, const Item* f,
                                  Proposals& out) {
        if (!f || f->name_range.empty())
            return;
        const Source& s = *p.source;
        std::size_t open = s.token_at(f->name_range.end);
        while (open < s.tokens().size() && s.at(static_cast<std::int64_t>(open)) != "(" &&
               s.tokens()[open].begin < f->signature.end)
            ++open;
        if (open >= s.tokens().size() || s.tokens()[open].match < 0)
            return;
        for (const auto& d : context.all) {
            if (d.code != "E0061" || !d.is_error())
                continue;
            bool about_us = false;
            for (const auto& c : d.children)
                for (const auto& span : c.spans)
                    about_us |= span.in_project && span.file == p.path && f->signature.contains(span.begin);
            const auto* label = d.labelled("unexpected argument");
            if (!about_us || !label)
                continue;
            auto type = between(label->label, "of type `", "`");
            auto number = between(label->label, "argument #", " ");
            if (!type)
                continue;
            std::string spelled = spell_type(*p.tree, f->signature.begin, clean_type(*type));
            if (*type == "{integer}")
                spelled = likely_integers(*p.tree, f).front();
            std::size_t k = number ? static_cast<std::size_t>(std::max(1, std::atoi(number->c_str()))) - 1 : 0;
            std::size_t self = !f->parameters.empty() && f->parameters.front().is_self ? 1 : 0;
            k += self;
            if (spelled.empty())
                continue;
            if (k < f->parameters.size())
                out.insert("name-parameter", p.path, f->parameters[k].range.begin,
                           fmt::format("{}: {}, ", name, spelled), Risk::low, 0.85,
                           fmt::format("The callers pass a `{}`, and the body uses `{}`: the parameter is missing.",
                                       spelled, name));
            else
                out.insert("name-parameter", p.path, s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)].begin,
                           (f->parameters.empty() ? "" : ", ") + fmt::format("{}: {}", name, spelled), Risk::low, 0.85,
                           fmt::format("The callers pass a `{}`, and the body uses `{}`: the parameter is missing.",
                                       spelled, name));
        }
    }

    static void variants(const RuleContext& context, const Place& p, const std::string& name, Proposals& out) {
        for (const auto& d : items_where(context, [](const Item& i) { return i.kind == ItemKind::enumeration; }))
            for (const auto& v : d.item->variants) {
                double c = closeness(name, v.name);
                if (c < 0.85)
                    continue;
                const Item* f = p.tree->function_at(p.begin);
                const Item* owner = f ? owner_of(*p.tree, *f) : nullptr;
                std::size_t end = p.source->tokens()[p.token()].end;
                // how the file itself writes it
                bool self = owner && owner->kind == ItemKind::impl && owner->name == d.item->name;
                bool file_says_self = p.source->text().find("Self::" + v.name) != std::string::npos;
                std::string why =
                    fmt::format("`{}` is a variant of `{}` and has to be named through it.", v.name, d.item->name);
                out.edit("name-variant", p.path, p.begin, end, d.item->name + "::" + v.name, Risk::low,
                         (c >= 1 ? 0.86 : 0.6) - (self && file_says_self ? 0.1 : 0), why);
                if (self)
                    out.edit("name-variant", p.path, p.begin, end, "Self::" + v.name, Risk::low, c >= 1 ? 0.8 : 0.5,
                             why);
            }
    }

    /// The variable is declared in an inner block that has ended: declare it before the block.
    static void out_of_block(const Place& p, const std::string& name, const Item* f, Proposals& out) {
        if (!f)
            return;
        const Source& s = *p.source;
        for (const auto& b : p.tree->bindings_in(*f)) {
            if (b.name != name || b.scope.contains(p.begin) || b.name_range.begin > p.begin ||
                b.origin != syntax::Binding::Origin::let || b.statement.empty())
                continue;
            auto open = s.enclosing_open(s.token_at(b.name_range.begin));
            if (open <= 0 || s.at(open) != "{")
                continue;
            Range outer = p.tree->statement_at(s.tokens()[static_cast<std::size_t>(open)].begin - 1);
            if (outer.empty() || outer.begin < f->body.begin || outer.contains(p.begin))
                continue;
            std::string text(s.text(b.statement));
            std::string indent(s.line_indent(s.line_of(outer.begin)));
            std::size_t line = s.line_begin(s.line_of(b.statement.begin));
            std::size_t end = b.statement.end;
            if (end < s.text().size() && s.text()[end] == '\n')
                ++end;
            out.edits("name-hoist",
                      {make_edit(p.path, outer.begin, outer.begin, text + "\n" + indent),
                       make_edit(p.path, base::trim(s.text(line, b.statement.begin)).empty() ? line : b.statement.begin,
                                 end, "")},
                      Risk::behaviour, 0.35,
                      fmt::format("`{}` lives only inside the inner block; it has to be declared before it.", name));
            return;
        }
    }

    static void std_functions(const Place& p, const std::string& name, bool in_path, Proposals& out) {
        if (in_path || !is_call(p))
            return;
        for (const auto& path : std_paths(name)) {
            if (path.find("::") == std::string::npos || (path.back() >= 'A' && path.back() <= 'Z'))
                continue;
            out.edits("name-import", {import_edit(*p.tree, p.path, p.begin, path)}, Risk::low, 0.6,
                      fmt::format("`{}` is a function of the standard library that has to be imported.", name));
        }
        if (name == "min" || name == "max" || name == "swap" || name == "replace" || name == "take")
            out.insert("name-import", p.path, p.begin,
                       name == "min" || name == "max" ? "std::cmp::" : "std::mem::", Risk::low, 0.5,
                       fmt::format("`{}` is a function of the standard library.", name));
    }
};

RC_REGISTER_RULE(NameValue)

} // namespace

} // namespace rustcoder::repair
