#include "repair/rules/type_evidence.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

Retype of_range(const Declared& d, Range type, std::string wanted, std::string what, bool is_public) {
    Retype r;
    r.path = d.path;
    r.begin = type.begin;
    r.end = type.end;
    r.old_type = std::string(d.tree->source().text(type));
    r.new_type = std::move(wanted);
    r.what = std::move(what);
    r.is_public = is_public;
    return r;
}

/// Two partial types of one thing: holes of one are filled from the other. "" when they disagree.
std::string unify(const std::string& a, const std::string& b) {
    if (a == b || b == "_" || b.empty())
        return a;
    if (a == "_" || a.empty() || (a == "{integer}" && is_integer(b)) || (a == "{float}" && is_float(b)))
        return b;
    if ((b == "{integer}" && is_integer(a)) || (b == "{float}" && is_float(a)))
        return a;
    if (type_head(a) != type_head(b))
        return {};
    if (is_ref(a)) {
        auto inner = unify(strip_ref(a), strip_ref(b));
        return inner.empty() || is_mut_ref(a) != is_mut_ref(b) ? "" : (is_mut_ref(a) ? "&mut " : "&") + inner;
    }
    auto x = type_arguments(a), y = type_arguments(b);
    if (x.empty() || x.size() != y.size())
        return {};
    std::string inside;
    for (std::size_t i = 0; i < x.size(); ++i) {
        auto u = unify(x[i], y[i]);
        if (u.empty())
            return {};
        inside += (i ? ", " : "") + u;
    }
    if (a[0] == '(')
        return "(" + inside + ")";
    if (a[0] == '[')
        return "[" + inside + "]";
    return type_head(a) + "<" + inside + ">";
}

/// What every mismatch of this check says about the value that the function (written without a return type) gives.
std::string found_by_all(const RuleContext& context, const Declared& f, std::string type) {
    for (const auto& d : context.all) {
        if (d.code != "E0308" || !d.is_error())
            continue;
        for (const Mismatch& m : mismatches(context, d)) {
            if (m.expected == "()" && m.place.path == f.path && f.item->body.contains(m.expression.begin)) {
                if (auto u = unify(type, m.found); !u.empty())
                    type = u;
            } else if (m.found == "()" && m.text().starts_with(f.item->name + "(")) {
                if (auto u = unify(type, m.expected); !u.empty())
                    type = u;
            }
        }
    }
    return type;
}

bool takes_reference(const Item& f) {
    for (const auto& p : f.parameters)
        if (p.type_text.find('&') != std::string::npos || p.type_text.find("<'") != std::string::npos)
            return true;
    return false;
}

std::optional<Retype> return_of(const Declared& d, std::string wanted) {
    const Item& f = *d.item;
    if (is_ref(wanted) && !takes_reference(f) && wanted.starts_with("&") && !is_mut_ref(wanted))
        wanted = "&'static " + strip_ref(wanted);
    // `Self` where the impl says so itself
    if (const Item* owner = owner_of(*d.tree, f);
        owner && owner->kind == ItemKind::impl && wanted == clean_type(owner->self_type)) {
        auto body = d.tree->source().text(f.body);
        auto whole = d.tree->source().text(owner->range);
        bool literal = body.find("Self {") != std::string_view::npos || body.find("Self(") != std::string_view::npos;
        if (literal || (body.find(owner->name + " {") == std::string_view::npos &&
                        whole.find("-> Self") != std::string_view::npos))
            wanted = "Self";
    }
    if (!f.return_type.empty()) {
        std::string spelled = spell_type(*d.tree, f.signature.begin, wanted);
        if (spelled.empty())
            return std::nullopt;
        return of_range(d, f.return_type, spelled, fmt::format("the return type of `{}`", f.name), f.is_public);
    }
    if (wanted == "()" || f.name == "main" || f.is_test)
        return std::nullopt;
    std::string spelled = spell_type(*d.tree, f.signature.begin, wanted);
    if (spelled.empty())
        return std::nullopt;
    // behind the parameter list
    const Source& s = d.tree->source();
    std::size_t i = s.token_at(f.name_range.end);
    while (i < s.tokens().size() && s.at(static_cast<std::int64_t>(i)) != "(" && s.tokens()[i].begin < f.signature.end)
        ++i;
    if (i >= s.tokens().size() || s.tokens()[i].match < 0)
        return std::nullopt;
    std::size_t at = s.tokens()[static_cast<std::size_t>(s.tokens()[i].match)].end;
    Retype r =
        of_range(d, {at, at}, " -> " + spelled, fmt::format("the missing return type of `{}`", f.name), f.is_public);
    r.adds_return = true;
    return r;
}

const Item* enclosing_closure_free_function(const Tree& tree, std::size_t offset) {
    return tree.function_at(offset);
}

/// The struct literal field whose value is the expression: `name: expr` or shorthand; gives the field's declaration.
void literal_field(const RuleContext& context, const Place& p, Range e, const std::string& found,
                   std::vector<Retype>& out) {
    const Source& s = *p.source;
    auto before = s.token_before(e.begin);
    if (before < 1 || s.at(before) != ":")
        return;
    std::string name(s.at(before - 1));
    auto open = s.enclosing_open(static_cast<std::size_t>(before));
    if (open < 1 || s.at(open) != "{")
        return;
    std::string type(s.at(open - 1));
    if (type == "Self")
        if (const Item* f = p.tree->function_at(e.begin))
            if (const Item* owner = owner_of(*p.tree, *f))
                type = owner->name;
    for (const auto& d : types_named(context, type, p.path))
        for (const auto& f : d.item->fields)
            if (f.name == name) {
                std::string spelled = spell_type(*d.tree, f.type.begin, found);
                if (!spelled.empty())
                    out.push_back(of_range(d, f.type, spelled, fmt::format("the field `{}`", name), f.is_public));
            }
}

/// Retypes that would make the place expect what was found.
void expectations(const RuleContext& context, const toolchain::Diagnostic& d, const Mismatch& m,
                  std::vector<Retype>& out) {
    const std::string& found = m.found;
    if (found.empty())
        return;
    for (const auto& span : d.spans) {
        if (span.primary || !span.in_project)
            continue;
        bool from_return = span.label.find("because of return type") != std::string::npos;
        bool from_let =
            span.label == "expected due to this" || span.label.starts_with("expected because of the type of the ");
        if (!from_return && !from_let)
            continue;
        auto p = place_of(context, span);
        if (!p)
            continue;
        const Item* f = enclosing_closure_free_function(*p->tree, p->begin);
        if (from_return && f) {
            if (auto r = return_of({p->path, p->tree, f}, found)) {
                r->direct = true;
                out.push_back(*r);
            }
        } else if (from_let) {
            std::string spelled = spell_type(*p->tree, p->begin, found);
            if (!spelled.empty()) {
                Retype r = of_range({p->path, p->tree, f}, {p->begin, p->end}, spelled, "the declared type", false);
                r.direct = true;
                out.push_back(r);
            }
        }
    }
    // tail or `return` in a function without return type
    if (m.expected == "()" || m.expected.empty()) {
        const Item* f = m.place.tree->function_at(m.expression.begin);
        if (f && f->return_type.empty() && found != "()") {
            Declared where{m.place.path, m.place.tree, f};
            std::string type = found_by_all(context, where, found);
            auto integers = type.find("{integer}") == std::string::npos ? std::vector<std::string>{""}
                                                                        : likely_integers(*m.place.tree, nullptr);
            for (std::size_t k = 0; k < integers.size() && k < 4; ++k)
                if (auto r = return_of(where, base::replace_all(type, "{integer}", integers[k]))) {
                    r->direct = true;
                    r->rank = static_cast<int>(k);
                    out.push_back(*r);
                }
        }
    }
    literal_field(context, m.place, m.expression, found, out);
    // a parameter of our own function: the note points at `name: Type`
    for (const auto& child : d.children) {
        if (child.message.find("defined here") == std::string::npos)
            continue;
        for (const auto& span : child.spans) {
            if (!span.in_project || span.primary)
                continue;
            auto p = place_of(context, span);
            if (!p)
                continue;
            const Item* f = p->tree->function_at(p->begin);
            if (!f)
                continue;
            for (const auto& parameter : f->parameters) {
                if (parameter.range.begin > p->begin || parameter.range.end < p->end || parameter.type.empty() ||
                    parameter.is_self)
                    continue;
                if (!same_type(clean_type(parameter.type_text), m.expected))
                    continue;
                std::string spelled = spell_type(*p->tree, parameter.type.begin, found);
                if (!spelled.empty())
                    out.push_back(of_range({p->path, p->tree, f}, parameter.type, spelled,
                                           fmt::format("the parameter `{}` of `{}`", parameter.name, f->name),
                                           f->is_public));
            }
        }
    }
}

void add_binding(const RuleContext& context, const Place& p, std::string_view name, std::size_t offset,
                 const std::string& wanted, int depth, std::vector<Retype>& out) {
    for (const auto& b : p.tree->bindings_at(offset)) {
        if (b.name != name)
            continue;
        if (!b.type_range.empty() && b.name_range.end <= b.type_range.begin) {
            std::string spelled = spell_type(*p.tree, b.type_range.begin, wanted);
            const Item* f = p.tree->function_at(b.name_range.begin);
            bool parameter = b.origin == syntax::Binding::Origin::parameter;
            if (!spelled.empty())
                out.push_back(of_range({p.path, p.tree, f}, b.type_range, spelled,
                                       fmt::format("the type of `{}`", name), parameter && f && f->is_public));
        } else if (!b.initializer.empty() && b.origin == syntax::Binding::Origin::let) {
            const Source& s = *p.source;
            auto before = s.at(static_cast<std::int64_t>(s.token_at(b.name_range.begin)) - 1);
            if (before == "let" || before == "mut") {
                auto more = declarations_behind(context, p, b.initializer, wanted, depth + 1);
                out.insert(out.end(), more.begin(), more.end());
            }
        }
        return;
    }
    for (const Item& i : p.tree->items())
        if ((i.kind == ItemKind::constant || i.kind == ItemKind::static_) && i.name == name && !i.type_text.empty()) {
            auto at = p.source->text(i.range).find(i.type_text);
            std::string spelled = spell_type(*p.tree, i.range.begin, wanted);
            if (at != std::string_view::npos && !spelled.empty()) {
                std::size_t begin = i.range.begin + at;
                out.push_back(of_range({p.path, p.tree, &i}, {begin, begin + i.type_text.size()}, spelled,
                                       fmt::format("the type of `{}`", name), i.is_public));
            }
        }
}

/// Mismatches of operands: either side may have the wrong declaration.
void operand_evidence(const RuleContext& context, const toolchain::Diagnostic& d, std::vector<Retype>& out) {
    auto operands = operands_of(d);
    const toolchain::Span* primary = d.primary();
    if (!operands || !primary)
        return;
    auto op = place_of(context, *primary);
    if (!op)
        return;
    auto ranges = operand_ranges(*op);
    if (!ranges)
        return;
    auto add = [&](Range side, const std::string& wanted) {
        if (wanted.empty())
            return;
        auto more = declarations_behind(context, *op, side, wanted, 0);
        out.insert(out.end(), more.begin(), more.end());
    };
    if (operands->right != "{integer}" && operands->right != "{float}")
        add(ranges->left, strip_refs(operands->right));
    else if (operands->left == "()" || operands->left.empty())
        add(ranges->left, operands->right == "{integer}" ? "i32" : "f64");
    if (operands->left != "{integer}" && operands->left != "{float}")
        add(ranges->right, strip_refs(operands->left));
}

std::vector<Retype> of_diagnostic(const RuleContext& context, const toolchain::Diagnostic& d) {
    std::vector<Retype> out;
    if (d.code == "E0308")
        for (const Mismatch& m : mismatches(context, d)) {
            expectations(context, d, m, out);
            if (!m.expected.empty()) {
                auto more = declarations_behind(context, m.place, m.expression, m.expected, 0);
                out.insert(out.end(), more.begin(), more.end());
            }
        }
    if (d.code == "E0277" || d.code == "E0369" || d.code == "E0368")
        operand_evidence(context, d, out);
    if (d.code == "E0277" && d.message.find("cannot be indexed by") != std::string::npos)
        if (const auto* primary = d.primary())
            if (auto p = place_of(context, *primary)) {
                auto more = declarations_behind(context, *p, {p->begin, p->end}, "usize", 0);
                out.insert(out.end(), more.begin(), more.end());
            }
    std::vector<Retype> unique;
    for (auto& r : out)
        if (r.old_type != r.new_type && std::none_of(unique.begin(), unique.end(), [&](const Retype& u) {
                return u.path == r.path && u.begin == r.begin && u.new_type == r.new_type;
            }))
            unique.push_back(std::move(r));
    return unique;
}

} // namespace

std::vector<Retype> declarations_behind(const RuleContext& context, const Place& p, Range e, std::string wanted,
                                        int depth) {
    std::vector<Retype> out;
    const Source& s = *p.source;
    const auto& tokens = s.tokens();
    if (depth > 3 || e.empty())
        return out;
    std::size_t first = s.token_at(e.begin);
    auto last_index = s.token_before(e.end);
    if (last_index < static_cast<std::int64_t>(first))
        return out;
    auto last = static_cast<std::size_t>(last_index);
    auto head = s.text(tokens[first]);
    if (head == "&" && is_ref(wanted)) {
        bool is_mut = s.at(static_cast<std::int64_t>(first) + 1) == "mut";
        return declarations_behind(context, p, {tokens[first + (is_mut ? 2 : 1)].begin, e.end}, strip_ref(wanted),
                                   depth + 1);
    }
    if (head == "*")
        return declarations_behind(context, p, {tokens[first + 1].begin, e.end}, "&" + wanted, depth + 1);
    if (head == "-")
        return declarations_behind(context, p, {tokens[first + 1].begin, e.end}, wanted, depth + 1);
    if (first == last) {
        if (tokens[first].kind == Kind::ident)
            add_binding(context, p, head, e.begin, wanted, depth, out);
        return out;
    }
    if (tokens[first].kind == Kind::open && tokens[first].match == static_cast<std::int32_t>(last) && head == "(")
        return declarations_behind(context, p, {tokens[first + 1].begin, tokens[last].begin}, wanted, depth + 1);
    // `a + b` of the wrong type: either operand may be to blame, when its type is the declared one
    if (p.tree->postfix_from(tokens[first].begin).end < e.end) {
        Range whole = p.tree->postfix_from(tokens[first].begin);
        std::size_t op = s.token_at(whole.end);
        auto t = s.at(static_cast<std::int64_t>(op));
        if (!whole.empty() && (t == "+" || t == "-" || t == "*" || t == "/" || t == "%") && op + 1 <= last)
            for (Range side : {whole, Range{tokens[op + 1].begin, e.end}}) {
                auto more = declarations_behind(context, p, side, wanted, depth + 1);
                out.insert(out.end(), more.begin(), more.end());
            }
        return out;
    }
    auto tail = s.text(tokens[last]);
    if (tokens[last].kind == Kind::ident && s.text(tokens[last - 1]) == ".") { // field
        std::string receiver = strip_refs(guess_type(context, *p.tree, p.path, {e.begin, tokens[last - 1].begin}));
        for (const auto& d : types_named(context, type_head(receiver), p.path))
            for (const auto& f : d.item->fields)
                if (f.name == tail) {
                    std::string spelled = spell_type(*d.tree, f.type.begin, wanted);
                    if (!spelled.empty())
                        out.push_back(of_range(d, f.type, spelled, fmt::format("the field `{}`", f.name), f.is_public));
                }
        return out;
    }
    if (tail == ")" && tokens[last].match > static_cast<std::int32_t>(first)) { // call
        auto open = static_cast<std::size_t>(tokens[last].match);
        auto name = s.at(static_cast<std::int64_t>(open) - 1);
        bool is_method = s.at(static_cast<std::int64_t>(open) - 2) == ".";
        auto found = functions_named(context, name, p.path);
        std::vector<Declared> fitting;
        for (const auto& d : found) {
            bool has_self = !d.item->parameters.empty() && d.item->parameters.front().is_self;
            if (has_self == is_method || s.at(static_cast<std::int64_t>(open) - 2) == "::")
                fitting.push_back(d);
        }
        if (is_method && (name == "clone" || name == "to_owned" || name == "unwrap" || name == "iter" || name == "len"))
            fitting.clear();
        if (fitting.size() <= 2)
            for (const auto& d : fitting)
                if (auto r = return_of(d, wanted))
                    out.push_back(*r);
        if (fitting.empty() && is_method && (name == "clone" || name == "to_owned"))
            return declarations_behind(context, p, {e.begin, tokens[open - 2].begin}, wanted, depth + 1);
    }
    return out;
}

std::vector<Retype> retypes(const RuleContext& context) {
    std::vector<Retype> mine = of_diagnostic(context, context.diagnostic);
    if (mine.empty())
        return mine;
    const auto own = context.diagnostic.fingerprint();
    const auto* at = context.diagnostic.primary();
    for (const auto& other : context.all) {
        if (!other.is_error())
            continue;
        const auto* there = other.primary();
        bool same = other.fingerprint() == own && at && there && there->begin == at->begin && there->file == at->file;
        if (same || &other == &context.diagnostic)
            continue;
        for (const Retype& r : of_diagnostic(context, other))
            for (Retype& m : mine)
                if (m.path == r.path && m.begin == r.begin && m.new_type == r.new_type)
                    ++m.evidence;
    }
    return mine;
}

} // namespace rustcoder::repair
