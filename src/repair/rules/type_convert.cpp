// E0308: the expression gets what turns its type into the expected one.
#include "repair/rules/type_conversions.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

bool is_block_like(const Mismatch& m) {
    auto t = m.text();
    return t.starts_with("if ") || t.starts_with("match ") || t.starts_with("{") || t.starts_with("for ") ||
           t.starts_with("while ") || t.starts_with("loop");
}

/// A macro's expansion has no expression of ours to wrap unless the whole call is the expression.
bool usable(const Mismatch& m) {
    return !m.expression.empty() && m.place.span;
}

void literals(const Mismatch& m, Proposals& out) {
    auto t = m.text();
    bool digit = !t.empty() && t[0] >= '0' && t[0] <= '9';
    if (digit && is_float(m.expected) && is_integer(m.found))
        out.edit("type-literal", m.place.path, m.expression.begin, m.expression.end, std::string(t) + ".0", Risk::none,
                 0.85, "A floating-point number is written with a point.");
    if (digit && is_integer(m.expected) && is_float(m.found) && t.ends_with(".0"))
        out.edit("type-literal", m.place.path, m.expression.begin, m.expression.end,
                 std::string(t.substr(0, t.size() - 2)), Risk::low, 0.8, "An integer is written without a point.");
    if (digit && is_numeric(m.expected) && m.expected[0] != '{' && m.found.size() > 1 && t.ends_with(m.found)) {
        out.edit("type-literal", m.place.path, m.expression.end - m.found.size(), m.expression.end, m.expected,
                 Risk::low, 0.7, fmt::format("The literal says `{}` but a `{}` is wanted.", m.found, m.expected));
        out.edit("type-literal", m.place.path, m.expression.end - m.found.size(), m.expression.end, "", Risk::low, 0.5,
                 "Without its suffix the literal takes the type that is wanted.");
    }
    bool is_string = t.size() >= 3 && t.front() == '"' && t.back() == '"';
    if (is_string && (m.expected == "char" || m.expected == "u8" || m.expected == "&char")) {
        auto inner = t.substr(1, t.size() - 2);
        bool one = inner.size() == 1 || (inner.size() == 2 && inner[0] == '\\') ||
                   static_cast<unsigned char>(inner[0]) >= 0xC0;
        if (one) {
            std::string body = inner == "'" ? "\\'" : inner == "\\\"" ? "\"" : std::string(inner);
            out.edit("type-literal", m.place.path, m.expression.begin, m.expression.end,
                     (m.expected == "u8"      ? "b'"
                      : m.expected == "&char" ? "&'"
                                              : "'") +
                         body + "'",
                     Risk::none, 0.86, "Single quotes make a character, double quotes a text.");
        }
    }
    bool is_char = t.size() >= 3 && t.front() == '\'' && t.back() == '\'';
    if (is_char) {
        auto inner = t.substr(1, t.size() - 2);
        std::string body = inner == "\"" ? "\\\"" : inner == "\\'" ? "'" : std::string(inner);
        if (m.expected == "&str" || m.expected == "&&str" || m.expected == "str")
            out.edit("type-literal", m.place.path, m.expression.begin, m.expression.end, "\"" + body + "\"", Risk::none,
                     0.86, "Double quotes make a text, single quotes a character.");
        if (m.expected == "u8" || m.expected == "&u8")
            out.edit("type-literal", m.place.path, m.expression.begin, m.expression.begin, "b", Risk::none, 0.86,
                     "A byte is written `b'x'`, a character `'x'`.");
        if (m.expected == "String")
            out.edit("type-literal", m.place.path, m.expression.begin, m.expression.end, "\"" + body + "\".to_string()",
                     Risk::none, 0.5, "A text is written with double quotes.");
    }
    if (t.starts_with("b'") && m.expected == "char")
        out.edit("type-literal", m.place.path, m.expression.begin, m.expression.begin + 1, "", Risk::none, 0.8,
                 "A character is written `'x'`, a byte `b'x'`.");
    if (t.starts_with("b\"") && m.expected == "&str")
        out.edit("type-literal", m.place.path, m.expression.begin, m.expression.begin + 1, "", Risk::none, 0.7,
                 "`b\"..\"` is bytes; a text has no `b`.");
}

/// Takes away what is too much: `&`, `Some(..)`, a trailing adapter.
void removals(const Mismatch& m, Proposals& out) {
    const Source& s = *m.place.source;
    auto t = m.text();
    const auto& tokens = s.tokens();
    std::size_t first = s.token_at(m.expression.begin);
    auto last = s.token_before(m.expression.end);
    if (first >= tokens.size() || last < 0)
        return;
    if (t.starts_with("&") && is_ref(m.found) && same_type(m.expected, strip_ref(m.found))) {
        std::size_t end = tokens[first].end;
        if (s.at(static_cast<std::int64_t>(first) + 1) == "mut")
            end = tokens[first + 2].begin;
        out.edit("type-unborrow", m.place.path, m.expression.begin, end, "", Risk::low,
                 is_mut_ref(m.found) ? 0.6 : 0.82, "The value itself is wanted here, not a reference to it.");
    }
    if (t.starts_with("&") && !t.starts_with("&mut") && is_mut_ref(m.expected))
        out.insert("type-mut-borrow", m.place.path, tokens[first].end, "mut ", Risk::low, 0.85,
                   "The callee changes the value, so it needs a mutable reference.");
    if (t.starts_with("*") && same_type(m.expected, "&" + m.found))
        out.edit("type-drop-deref", m.place.path, m.expression.begin, tokens[first].end, "", Risk::low, 0.8,
                 "The reference itself is wanted, so it must not be followed.");
    // Some(x), Ok(x), Box::new(x) where x is wanted
    for (std::string_view head : {"Some", "Ok", "Box::new", "Rc::new", "Arc::new", "RefCell::new", "vec!"}) {
        std::string call = std::string(head) + (head == "vec!" ? "[" : "(");
        if (!t.starts_with(call) || tokens[static_cast<std::size_t>(last)].match < 0)
            continue;
        auto open = static_cast<std::size_t>(tokens[static_cast<std::size_t>(last)].match);
        if (tokens[open].begin != m.expression.begin + call.size() - 1)
            continue;
        auto inner = s.text(tokens[open].end, tokens[static_cast<std::size_t>(last)].begin);
        auto arguments = type_arguments(m.found);
        if (arguments.empty() || !same_type(m.expected, arguments[0]))
            continue;
        out.edit("type-unwrap-literal", m.place.path, m.expression.begin, m.expression.end, std::string(inner),
                 Risk::low, 0.72, fmt::format("`{}` is one layer too much: `{}` is wanted.", head, m.expected));
    }
    // a trailing adapter whose receiver already has the type: `.to_string()`, `.unwrap()`, `.collect()`, `.len()`
    auto end = static_cast<std::size_t>(last);
    if (tokens[end].kind == Kind::close && tokens[end].match > 1) {
        auto open = static_cast<std::size_t>(tokens[end].match);
        if (s.at(static_cast<std::int64_t>(open) - 2) == "." && open + 1 == end) {
            std::string_view name = s.at(static_cast<std::int64_t>(open) - 1);
            Range receiver{m.expression.begin, tokens[open - 2].begin};
            static constexpr std::string_view adapters[] = {"to_string", "to_owned", "clone",   "unwrap", "into",
                                                            "as_str",    "iter",     "collect", "cloned", "copied",
                                                            "len",       "as_ref",   "chars",   "to_vec"};
            for (auto a : adapters)
                if (a == name)
                    out.edit("type-drop-adapter", m.place.path, receiver.end, m.expression.end, "", Risk::low,
                             name == "unwrap" || name == "to_string" ? 0.35 : 0.2,
                             fmt::format("Without `.{}()` the value has the type that is wanted.", name));
        }
    }
    if (t.ends_with("?"))
        out.edit("type-drop-question", m.place.path, m.expression.end - 1, m.expression.end, "", Risk::low, 0.3,
                 "The `Result` itself is wanted, not the value in it.");
}

/// `for (i, x) in values.iter()`: the pattern wants pairs, the iterator gives single values.
void numbering(const RuleContext& context, const Mismatch& m, Proposals& out) {
    auto t = m.text();
    if (!t.starts_with("(") || !m.found.starts_with("(_, _") || type_arguments(m.found).size() != 2)
        return;
    for (const auto& span : context.diagnostic.spans)
        if (span.label.starts_with("this is an iterator with items of type") && span.file == m.place.path) {
            Range e{span.begin, span.end};
            const Source& s = *m.place.source;
            auto text = s.text(e);
            bool plain = text.find('(') == std::string_view::npos; // a bare collection
            bool range = text.find("..") != std::string_view::npos;
            auto add = [&](std::string after, double prior) {
                out.edits("type-enumerate", wrap_edits(s, m.place.path, e, "", std::move(after), true), Risk::low,
                          prior, "The pattern takes a number and an element; `enumerate` numbers the elements.");
            };
            add(plain && !range ? ".iter().enumerate()" : ".enumerate()", 0.9);
            if (text.ends_with(".chars()"))
                out.edit("type-enumerate", m.place.path, e.end - 7, e.end, "char_indices()", Risk::low, 0.5,
                         "`char_indices` gives each character with its position.");
        }
}

/// Branches of two types: the earlier branch may be the one that lacks its conversion.
void other_branch(const RuleContext& context, const Mismatch& m, Proposals& out) {
    if (context.diagnostic.message.find("incompatible types") == std::string::npos)
        return;
    for (const auto& span : context.diagnostic.spans) {
        if (span.primary || span.file != m.place.path)
            continue;
        if (span.label != "expected because of this" && !span.label.starts_with("this is found to be of type"))
            continue;
        auto text = m.place.source->text(span.begin, span.end);
        for (auto& c : conversions(m.found, m.expected, text))
            if (c.after != "?" && c.drop == 0)
                out.edits("type-other-branch",
                          wrap_edits(*m.place.source, m.place.path, {span.begin, span.end}, c.before, c.after, c.tight),
                          c.risk, c.prior * 0.95, c.why);
    }
}

class TypeConvert final : public Rule {
public:
    std::string_view name() const override { return "type-convert"; }
    bool applies(const toolchain::Diagnostic& d) const override { return d.code == "E0308"; }

    void propose(const RuleContext& context, Proposals& out) const override {
        std::vector<Mismatch> all = mismatches(context);
        const std::size_t first = out.candidates.size();
        for (const Mismatch& m : all) {
            if (!usable(m))
                continue;
            literals(m, out);
            removals(m, out);
            numbering(context, m, out);
            other_branch(context, m, out);
            if (is_block_like(m))
                continue;
            for (auto& c : conversions(m.expected, m.found, m.text())) {
                double prior = c.prior;
                if (c.after == "?") {
                    auto r = return_type_at(*m.place.tree, m.expression.begin);
                    bool carries = type_head(r) == type_head(m.found);
                    if (!carries)
                        continue;
                }
                if (c.drop > 0) {
                    out.edit("type-recast", m.place.path, m.expression.end - c.drop, m.expression.end, c.after, c.risk,
                             prior, c.why);
                    continue;
                }
                auto edits = wrap_edits(*m.place.source, m.place.path, m.expression, c.before, c.after, c.tight);
                out.edits("type-convert", std::move(edits), c.risk, prior, c.why);
                auto init = c.before.empty() ? plain_initializer(*m.place.tree, m.expression) : std::nullopt;
                if (!init || prior < 0.35)
                    continue;
                int alike = 0; // errors about the same variable
                for (const auto& d : context.all)
                    if (d.is_error())
                        for (const auto& span : d.spans)
                            alike += span.primary && span.file == m.place.path &&
                                     span.end - span.begin == m.text().size() &&
                                     m.place.source->text(span.begin, span.end) == m.text();
                out.edits("type-initializer",
                          wrap_edits(*m.place.source, m.place.path, *init, c.before, c.after, c.tight), c.risk,
                          alike > 1 ? std::min(0.92, prior * 1.1) : prior * 0.75,
                          c.why + fmt::format(" It is missing where `{}` is set.", m.text()));
            }
        }
        for (const auto& span : context.diagnostic.spans) // no types in this label
            if (auto p = span.label == "types differ in mutability" ? place_of(context, span) : std::nullopt)
                if (p->text().starts_with("&") && !p->text().starts_with("&mut "))
                    out.insert("type-mut-borrow", p->path, p->begin + 1, "mut ", Risk::low, 0.88,
                               "A mutable reference is wanted here: `&mut`.");
        // one argument of several wrong ones is rarely the whole story
        if (all.size() > 1 || context.diagnostic.labelled("unexpected argument") ||
            context.diagnostic.labelled("is missing"))
            for (std::size_t i = first; i < out.candidates.size(); ++i)
                out.candidates[i].prior *= 0.7;
        // every wrong argument of one call at once
        if (all.size() > 1 && context.diagnostic.message.starts_with("arguments to this"))
            together(all, out);
    }

private:
    static void together(const std::vector<Mismatch>& all, Proposals& out) {
        std::vector<project::Edit> edits;
        double prior = 1;
        Risk risk = Risk::none;
        for (const Mismatch& m : all) {
            auto options = conversions(m.expected, m.found, m.text());
            if (options.empty())
                return;
            const Conversion* best = &options.front();
            for (const auto& o : options)
                if (o.prior > best->prior && o.after != "?")
                    best = &o;
            if (best->drop > 0)
                return;
            prior = std::min(prior, best->prior);
            risk = std::max(risk, best->risk);
            for (auto& e :
                 wrap_edits(*m.place.source, m.place.path, m.expression, best->before, best->after, best->tight))
                edits.push_back(std::move(e));
        }
        if (all.size() >= 2)
            out.edits("type-convert", std::move(edits), risk, prior * 0.95,
                      "Each argument is brought to the type of its parameter.");
    }
};

RC_REGISTER_RULE(TypeConvert)

} // namespace

} // namespace rustcoder::repair
