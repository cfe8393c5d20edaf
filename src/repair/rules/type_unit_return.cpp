// A function without a return type whose last expression gathers an iterator: rustc then says that `()` cannot be built
// from (or summed over) the elements, and so names what the function returns.
#include "repair/own_support.h"
#include "repair/rules/type_conversions.h"
#include "repair/rules/type_mismatch.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Ranked = std::vector<std::pair<std::string, double>>;

Ranked collections_of(const std::string& element) {
    if (auto t = wraps(element, "Option"))
        return {{"Option<Vec<" + *t + ">>", 0.7}, {"Vec<" + element + ">", 0.25}};
    if (auto parts = type_arguments(element); type_head(element) == "Result" && parts.size() == 2)
        return {{"Result<Vec<" + parts[0] + ">, " + parts[1] + ">", 0.7}, {"Vec<" + element + ">", 0.25}};
    if (element == "char")
        return {{"String", 0.75}, {"Vec<char>", 0.3}};
    if (element == "String" || element == "&str" || element == "&'static str")
        return {{"Vec<" + element + ">", 0.6}, {"String", 0.4}};
    if (element.starts_with('(') && element.find(',') != std::string::npos) {
        std::string pair = element.substr(1, element.size() - 2);
        return {{"std::collections::HashMap<" + pair + ">", 0.5},
                {"Vec<" + element + ">", 0.4},
                {"std::collections::BTreeMap<" + pair + ">", 0.3}};
    }
    return {{"Vec<" + element + ">", 0.75}, {"std::collections::HashSet<" + element + ">", 0.15}};
}

class UnitReturn final : public Rule {
public:
    std::string_view name() const override { return "type-unit-return"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return d.code == "E0277" && d.message.find("value of type `()` cannot be") != std::string::npos;
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        const toolchain::Span* at = context.diagnostic.primary();
        auto tree = at ? context.sources.tree(at->file) : nullptr;
        const syntax::Item* function = tree ? tree->function_at(at->begin) : nullptr;
        auto element = between(context.diagnostic.message, "over elements of type `", "`");
        if (!function || !element || !function->return_type.empty() || function->body.empty())
            return;
        bool built = context.diagnostic.message.find("cannot be built from") != std::string::npos;
        Ranked types;
        if (built) {
            types = collections_of(*element);
        } else {
            std::string number = *element;
            while (number.starts_with('&'))
                number.erase(0, 1);
            types = {{number, 0.85}};
        }
        const syntax::Source& source = tree->source();
        std::size_t before = function->where_clause.empty() ? function->body.begin : function->where_clause.begin;
        std::int64_t last = source.token_before(before);
        if (last < 0)
            return;
        for (const auto& [type, prior] : types)
            out.insert("type-unit-return", at->file, source.tokens()[static_cast<std::size_t>(last)].end, " -> " + type,
                       Risk::low, prior,
                       "`" + function->name +
                           "` ends with a value made from the iterator's elements, so it has to say that it returns `" +
                           type + "`.");
    }
};

// `str` has no size of its own; where a type holds it bare, the `&` in front was lost.
class BareStr final : public Rule {
public:
    std::string_view name() const override { return "type-bare-str"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return d.code == "E0277" &&
               d.message.find("size for values of type `str` cannot be known") != std::string::npos;
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        const toolchain::Span* at = context.diagnostic.primary();
        auto tree = at ? context.sources.tree(at->file) : nullptr;
        if (!tree)
            return;
        const syntax::Source& source = tree->source();
        const syntax::Item* item = tree->item_at(at->begin);
        const syntax::Item* function = tree->function_at(at->begin);
        bool lends = function && std::any_of(function->parameters.begin(), function->parameters.end(),
                                             [](const auto& p) { return p.type_text.find('&') != std::string::npos; });
        for (std::size_t i = 0; i < source.tokens().size(); ++i) {
            const syntax::Token& t = source.tokens()[i];
            if (source.at(static_cast<std::int64_t>(i)) != "str" || source.at(static_cast<std::int64_t>(i) + 1) == "::")
                continue;
            std::string_view previous = source.at(static_cast<std::int64_t>(i) - 1);
            if (previous != "<" && previous != "," && previous != ":" && previous != "->" && previous != "(" &&
                previous != "[")
                continue;
            bool near = (t.begin >= at->begin && t.end <= at->end) ||
                        (function && function->signature.contains(t.begin)) ||
                        (item && item->body.empty() && item->range.contains(t.begin)) ||
                        source.line_of(t.begin) == source.line_of(at->begin);
            if (!near)
                continue;
            bool returned = function && function->return_type.contains(t.begin);
            std::string why = "`str` has no known size; text is handled through a reference.";
            double lent = returned && !lends ? 0.05 : 0.5;
            out.insert("type-bare-str", at->file, t.begin, "&", Risk::low, lent, why);
            out.insert("type-bare-str", at->file, t.begin, "&'static ", Risk::low, returned && lends ? 0.45 : 0.55,
                       why);
            out.edit("type-bare-str", at->file, t.begin, t.end, "String", Risk::behaviour, 0.25,
                     "`str` has no known size; `String` owns its text.");
        }
    }
};

/// `if n < 0 { "negative" }` with more behind it: the value was to be returned there.
void early_return(Site& site) { // E0308
    auto types = expected_found(site.d, *site.d.primary());
    if (!types || types->expected != "()" || types->found == "()")
        return;
    const Source& s = site.s();
    const std::string wanted = return_type_at(site.t(), site.at().begin);
    auto frames = frames_at(s, site.at().begin);
    if (wanted.empty() || frames.size() < 2 || without_semicolon(s, frames.front().statement) != site.at() ||
        s.text(frames.front().statement).ends_with(";"))
        return;
    const std::string why = "the `if` has no `else`, so its value would be lost; it is returned.";
    if (same_type(wanted, types->found)) {
        site.propose(Risk::low, 0.9, why, {site.put(site.at().begin, "return "), site.put(site.at().end, ";")});
        return;
    }
    for (const Conversion& c : conversions(wanted, types->found, site.text(site.at()))) {
        if (c.drop > 0 || c.after == "?" || c.prior < 0.4)
            continue;
        auto edits =
            wrap_edits(s, site.path(), site.at(), "return " + c.before, c.after + ";", c.tight && c.before.empty());
        site.propose(c.risk, c.prior, why + " " + c.why, std::move(edits));
    }
}

RC_REGISTER_RULE(UnitReturn)
RC_REGISTER_RULE(BareStr)

} // namespace

RC_CODE_RULE(early_return, "type-early-return", "E0308")

} // namespace rustcoder::repair
