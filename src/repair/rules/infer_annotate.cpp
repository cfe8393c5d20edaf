// E0282, E0283, E0284: the compiler needs to be told a type. The turbofish or annotation is filled from what the
// function returns, what follows, and the types the file uses.
#include "repair/rules/field_table.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

struct Choice {
    std::string type;
    double prior;
};

class InferAnnotate final : public Rule {
public:
    std::string_view name() const override { return "infer-annotate"; }
    bool applies(const toolchain::Diagnostic& d) const override { return code_is(d, {"E0282", "E0283", "E0284"}); }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto p = primary_place(context);
        if (!p)
            return;
        const Source& s = *p->source;
        // at a method: `collect`, `parse`, `sum`
        std::size_t token = p->token();
        if (s.at(static_cast<std::int64_t>(token) - 1) == "." && s.at(static_cast<std::int64_t>(token) + 1) == "(")
            turbofish(*p, token, out);
        // at a binding: the method that the label points at, else the initialiser's last one
        for (const auto& b : p->tree->bindings_at(p->end + 1))
            if (b.name_range.begin >= p->begin && b.name_range.end <= p->end + 1 && b.type_range.empty() &&
                !b.initializer.empty()) {
                binding(context, *p, b, out);
                return;
            }
        if (const Item* f = p->tree->function_at(p->begin))
            for (const auto& b : p->tree->bindings_in(*f))
                if (b.name_range.end == p->end && b.type_range.empty() && !b.initializer.empty()) {
                    binding(context, *p, b, out);
                    return;
                }
    }

private:
    /// What a `collect`, `parse` or `sum` may give here, best first.
    static std::vector<Choice> choices(const Place& p, std::size_t token, std::string_view used_as) {
        const Source& s = *p.source;
        std::string_view method = s.at(static_cast<std::int64_t>(token));
        const Item* f = p.tree->function_at(p.begin);
        std::string returns = f ? clean_type(s.text(f->return_type)) : "";
        std::vector<Choice> out;
        auto add = [&](std::string type, double prior) {
            if (std::none_of(out.begin(), out.end(), [&](const Choice& c) { return c.type == type; }))
                out.push_back({std::move(type), prior});
        };
        if (method == "collect") {
            std::string next(used_as);
            if (has_method(Family::owned_text, next) && !has_method(Family::vector, next))
                add("String", 0.8);
            if (next == "contains_key" || next == "entry")
                add("std::collections::HashMap<_, _>", 0.6);
            if (next == "is_subset" || next == "intersection" || next == "union" || next == "difference")
                add("std::collections::HashSet<_>", 0.7);
            if (type_head(returns) == "Result" && (next == "?" || next.empty()))
                add("Result<Vec<_>, _>", next == "?" ? 0.8 : 0.2);
            if (type_head(returns) == "Option" && (next == "?" || next.empty()))
                add("Option<Vec<_>>", next == "?" ? 0.8 : 0.2);
            add("Vec<_>", 0.75);
            add("String", 0.4);
            add("Vec<String>", 0.25);
        } else if (method == "parse" || method == "sum" || method == "product") {
            double prior = 0.6;
            if (is_numeric(strip_refs(returns)))
                add(strip_refs(returns), 0.75);
            for (std::string_view head : {"Option", "Result", "Vec"})
                if (auto inner = wraps(returns, head); inner && is_numeric(*inner))
                    add(*inner, 0.75);
            for (const auto& t : likely_integers(*p.tree, f)) {
                add(t, prior);
                prior *= 0.75;
                if (prior < 0.15)
                    break;
            }
            if (s.text().find("f64") != std::string::npos)
                add("f64", 0.45);
        } else if (method == "into" || method == "default" || method == "from") {
            add("String", 0.5);
        }
        return out;
    }

    static void turbofish(const Place& p, std::size_t token, Proposals& out) {
        const Source& s = *p.source;
        std::string_view method = s.text(s.tokens()[token]);
        if (method == "into")
            return;
        auto close = s.tokens()[token + 1].match;
        auto after = close > 0 ? s.at(close + 1) : std::string_view();
        std::string_view used_as = after == "." ? s.at(close + 2) : after == "?" ? "?" : "";
        for (const auto& c : choices(p, token, used_as))
            out.insert("infer-turbofish", p.path, s.tokens()[token].end, "::<" + c.type + ">",
                       c.prior > 0.5 ? Risk::low : Risk::behaviour, c.prior,
                       fmt::format("`{}` can give many types; `::<{}>` says which.", method, c.type));
    }

    static void binding(const RuleContext& context, const Place& p, const syntax::Binding& b, Proposals& out) {
        const Source& s = *p.source;
        // how the variable is used afterwards
        std::string used_as;
        const Item* f = p.tree->function_at(p.begin);
        std::size_t end = f ? f->body.end : s.text().size();
        std::string pushed;
        for (std::size_t i = s.token_at(b.initializer.end); i < s.tokens().size() && s.tokens()[i].begin < end; ++i) {
            if (s.text(s.tokens()[i]) != b.name || s.at(static_cast<std::int64_t>(i) + 1) != ".")
                continue;
            if (used_as.empty())
                used_as = s.at(static_cast<std::int64_t>(i) + 2);
            auto method = s.at(static_cast<std::int64_t>(i) + 2);
            if ((method == "push" || method == "push_back" || method == "insert") && i + 3 < s.tokens().size() &&
                pushed.empty()) {
                for (Range r : p.tree->arguments(s.tokens()[i + 3].begin)) {
                    auto t = guess_type(context, *p.tree, p.path, r);
                    pushed += (pushed.empty() ? "" : ", ") + (t.empty() || t[0] == '{' ? "_" : t);
                }
            }
        }
        std::string_view init = s.text(b.initializer);
        std::vector<Choice> list;
        for (std::size_t i = s.token_at(b.initializer.begin);
             i < s.tokens().size() && s.tokens()[i].begin < b.initializer.end; ++i)
            if (s.at(static_cast<std::int64_t>(i) - 1) == "." && s.at(static_cast<std::int64_t>(i) + 1) == "(")
                if (auto more = choices(p, i, used_as); !more.empty())
                    list = std::move(more);
        bool question = init.ends_with("?");
        if (question) // the value behind `?`, not the Result itself
            std::erase_if(list,
                          [](const Choice& c) { return c.type.starts_with("Result") || c.type.starts_with("Option"); });
        if (list.empty()) {
            const Item* function = p.tree->function_at(p.begin);
            auto ints = likely_integers(*p.tree, function);
            for (std::string_view head : {"Vec", "VecDeque", "HashSet", "BTreeSet"})
                if (init.find(std::string(head) + "::new") != std::string_view::npos ||
                    init.find(std::string(head) + "::with_capacity") != std::string_view::npos ||
                    (head == "Vec" && init == "vec![]")) {
                    if (!pushed.empty())
                        list.push_back({fmt::format("{}<{}>", head, pushed), 0.6});
                    list.push_back({fmt::format("{}<{}>", head, ints.front()), 0.4});
                    list.push_back({fmt::format("{}<String>", head), 0.3});
                }
            if (init.find("HashMap::new") != std::string_view::npos ||
                init.find("BTreeMap::new") != std::string_view::npos) {
                std::string head = init.find("BTreeMap") != std::string_view::npos ? "BTreeMap" : "HashMap";
                list.push_back({fmt::format("{}<{}, {}>", head, ints.front(), ints.front()), 0.3});
                list.push_back({fmt::format("{}<String, {}>", head, ints.front()), 0.3});
            }
            if (init == "None") {
                list.push_back({fmt::format("Option<{}>", ints.front()), 0.45});
                list.push_back({"Option<String>", 0.3});
            }
            if (init.ends_with(".into()") || init == "Default::default()")
                list.push_back({"String", 0.5});
        }
        for (const auto& c : list) {
            std::string spelled = spell_type(*p.tree, p.begin, base::replace_all(c.type, "_", "i_hole"));
            std::string type = base::replace_all(spelled.empty() ? c.type : spelled, "i_hole", "_");
            out.insert("infer-annotation", p.path, b.name_range.end, ": " + type,
                       c.prior > 0.5 ? Risk::low : Risk::behaviour, c.prior,
                       fmt::format("The compiler cannot tell the type of `{}`; it is written down.", b.name));
        }
    }
};

RC_REGISTER_RULE(InferAnnotate)

} // namespace

} // namespace rustcoder::repair
