// E0603, E0616, E0624, E0451, E0446, E0365, E0364: an item of the project that is not visible where it is used.
#include "repair/rule_support.h"

#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

class ModulePrivacy final : public Rule {
public:
    std::string_view name() const override { return "module-privacy"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0603", "E0616", "E0624", "E0451", "E0446", "E0365", "E0364"});
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        const auto& d = context.diagnostic;
        auto ticked = backticked(d.message);
        std::string name = ticked.empty() ? "" : ticked[0];
        if (auto colon = name.rfind("::"); colon != std::string::npos)
            name = name.substr(colon + 2);
        if (d.code == "E0616" || d.code == "E0451") {
            field(context, ticked, out);
            return;
        }
        // where it is defined: a note's span, or a labelled one
        auto visit = [&](const toolchain::Span& span) {
            auto p = place_of(context, span);
            if (!p)
                return;
            for (const Item& i : p->tree->items())
                if (i.name == name && i.range.begin <= p->begin && p->begin < i.range.end && !i.is_public &&
                    i.kind != ItemKind::impl)
                    publish(*p, i, out);
            const Item* use = p->tree->item_at(p->begin);
            if (use && use->kind == ItemKind::use && !use->is_public)
                publish(*p, *use, out);
        };
        for (const auto& c : d.children)
            if (c.message.find("defined here") != std::string::npos)
                for (const auto& span : c.spans)
                    visit(span);
        for (const auto& span : d.spans)
            if (!span.primary)
                visit(span);
        if (out.candidates.empty())
            for (const auto& i : items_where(context, [](const Item& i) {
                     return !i.is_public && i.kind != ItemKind::impl && i.kind != ItemKind::use;
                 }))
                if (i.item->name == name && !name.empty())
                    if (auto p = place_in(context, i.path, i.item->range.begin, i.item->range.end))
                        publish(*p, *i.item, out);
    }

private:
    static void publish(const Place& p, const Item& i, Proposals& out) {
        const Source& s = *p.source;
        std::size_t k = s.token_at(i.signature.begin);
        if (k >= s.tokens().size())
            return;
        std::string why = fmt::format("`{}` is private to its module but used from outside; `pub` opens it.",
                                      i.name.empty() ? "The import" : i.name);
        std::string restricted;
        if (s.at(static_cast<std::int64_t>(k)) == "pub") { // pub(self), pub(super): widen
            if (s.at(static_cast<std::int64_t>(k) + 1) == "(" && s.tokens()[k + 1].match > 0)
                out.edit("module-pub", p.path, s.tokens()[k + 1].begin,
                         s.tokens()[static_cast<std::size_t>(s.tokens()[k + 1].match)].end, "", Risk::low, 0.7, why);
            return;
        }
        out.insert("module-pub", p.path, s.tokens()[k].begin, "pub ", Risk::low, 0.88, why);
        out.insert("module-pub", p.path, s.tokens()[k].begin, "pub(crate) ", Risk::low, 0.4, why);
    }

    static void field(const RuleContext& context, const std::vector<std::string>& ticked, Proposals& out) {
        auto p = primary_place(context);
        if (!p || ticked.size() < 2)
            return;
        std::string name = ticked[0], type = type_head(strip_refs(clean_type(ticked[1])));
        const Source& s = *p->source;
        std::size_t token = p->token();
        bool access = s.at(static_cast<std::int64_t>(token) - 1) == ".";
        auto after = s.at(static_cast<std::int64_t>(token) + 1);
        bool assigned = after == "=" || after == "+=" || after == "-=";
        bool accessor = false;
        if (access && !assigned)
            for (const auto& m : methods_of(context, type)) {
                bool plain = m.item->parameters.size() == 1 && m.item->parameters[0].is_self;
                if (plain && (m.item->name == name || m.item->name == "get_" + name)) {
                    accessor = true;
                    out.edit(
                        "module-accessor", p->path, s.tokens()[token].begin, s.tokens()[token].end, m.item->name + "()",
                        Risk::low, 0.75,
                        fmt::format("The field `{}` is private; the method `{}` gives its value.", name, m.item->name));
                }
            }
        for (const auto& d : types_named(context, type, p->path))
            for (const auto& f : d.item->fields)
                if (f.name == name && !f.is_public)
                    out.insert("module-pub", d.path, f.range.begin, "pub ", Risk::low, accessor ? 0.5 : 0.8,
                               fmt::format("The field `{}` is private to its module; `pub` opens it.", name));
    }
};

RC_REGISTER_RULE(ModulePrivacy)

} // namespace

} // namespace rustcoder::repair
