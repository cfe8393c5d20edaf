// A variable holds an `Option` or a `Result` and is used as what is inside: `?` was lost where it was set. Each use is
// an error of its own; one edit at the initialiser answers them all.
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

struct Wrapped {
    Range expression;
    std::string type;
};

/// Expressions of the error that are known to be an `Option` or a `Result`.
std::vector<Wrapped> wrapped_values(const RuleContext& context, const Place& p) {
    std::vector<Wrapped> out;
    const auto& d = context.diagnostic;
    auto add = [&](Range e, std::string type) {
        type = strip_refs(type);
        if (auto head = type_head(type); !e.empty() && (head == "Option" || head == "Result"))
            out.push_back({e, std::move(type)});
    };
    if (auto types = operands_of(d))
        if (auto ranges = operand_ranges(p)) {
            add(ranges->left, types->left);
            add(ranges->right, types->right);
        }
    if (d.code == "E0308")
        for (const Mismatch& m : mismatches(context))
            if (m.place.path == p.path && type_head(m.expected) != type_head(m.found))
                add(m.expression, m.found);
    const Source& s = *p.source;
    Index token = static_cast<Index>(p.token());
    auto ticked = backticked(d.message);
    std::string type;
    for (const auto& t : ticked)
        if (auto head = type_head(strip_refs(clean_type(t))); head == "Option" || head == "Result")
            type = clean_type(t);
    if (d.code == "E0624") // the wrapper's private method hides the value's
        for (const auto& child : d.children)
            for (const char* head : {"Option", "Result"})
                if (child.message.find(std::string("`") + head + "::expect`") != std::string::npos)
                    type = std::string(head) + "<_>";
    if (type.empty())
        return out;
    if (s.at(token - 1) == ".")
        add(p.tree->postfix_before(s.tokens()[static_cast<std::size_t>(token) - 1].begin), type);
    else if (s.at(token) == "*")
        add({s.tokens()[static_cast<std::size_t>(token)].end, p.end}, type);
    else if (code_is(d, {"E0277", "E0605", "E0606", "E0608", "E0609"}))
        add(p.tree->postfix_from(p.begin), type);
    return out;
}

/// The expression a name of a pattern is bound to: `let x = e`, `let (a, x) = (e0, e)`.
Range bound_expression(const Tree& tree, const syntax::Binding& b) {
    const Source& s = tree.source();
    if (b.initializer.empty())
        return {};
    Index i = static_cast<Index>(s.token_at(b.name_range.begin));
    if (s.at(i - 1) == "mut")
        --i;
    if (s.at(i - 1) == "let")
        return b.initializer;
    Index open = s.enclosing_open(static_cast<std::size_t>(i));
    if (open < 1 || s.at(open) != "(" || s.at(open - 1) != "let")
        return {};
    auto pattern = tree.arguments(s.tokens()[static_cast<std::size_t>(open)].begin);
    std::size_t first = s.token_at(b.initializer.begin);
    if (s.at(static_cast<Index>(first)) != "(" || s.tokens()[first].match < 0 ||
        s.tokens()[static_cast<std::size_t>(s.tokens()[first].match)].end != b.initializer.end)
        return {};
    auto values = tree.arguments(s.tokens()[first].begin);
    for (std::size_t k = 0; k < pattern.size() && pattern.size() == values.size(); ++k)
        if (pattern[k].contains(b.name_range.begin))
            return values[k];
    return {};
}

class QuestionWhereSet final : public Rule {
public:
    std::string_view name() const override { return "type-question"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0308", "E0277", "E0369", "E0368", "E0599", "E0614", "E0608", "E0609", "E0600", "E0624",
                           "E0605", "E0606"});
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto p = primary_place(context);
        if (!p)
            return;
        const Source& s = *p->source;
        std::string returned = type_head(return_type_at(*p->tree, p->begin));
        for (const Wrapped& w : wrapped_values(context, *p)) {
            std::string name(s.text(w.expression));
            for (const auto& b : p->tree->bindings_at(w.expression.begin)) {
                if (b.name != name)
                    continue;
                Range set = b.origin == syntax::Binding::Origin::let ? bound_expression(*p->tree, b) : Range{};
                std::string head = type_head(w.type);
                if (set.empty())
                    break;
                auto text = s.text(set);
                bool call = text.ends_with(")"); // `?` stands behind calls, hardly ever behind a name
                if (returned == head)
                    out.edits("type-question", wrap_edits(s, p->path, set, "", "?", true), Risk::low, call ? 0.86 : 0.5,
                              "`" + name + "` is used as the value inside a `" + head +
                                  "`; `?` where it is set takes the value out or hands the failure on.");
                else
                    out.edits("type-question", wrap_edits(s, p->path, set, "", ".unwrap()", true), Risk::destructive,
                              call ? 0.55 : 0.4,
                              "`" + name + "` is used as the value inside a `" + head +
                                  "`; `unwrap` where it is set takes it out (and panics when there is none).");
                break;
            }
        }
    }
};

RC_REGISTER_RULE(QuestionWhereSet)

} // namespace

} // namespace rustcoder::repair
