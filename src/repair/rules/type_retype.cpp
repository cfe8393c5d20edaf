// E0308, E0277, E0369: the declaration has the wrong type, not the expression.
#include "repair/rules/type_evidence.h"

#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

/// Slips people make in a declaration: another integer width, owned for borrowed, a forgotten layer.
double kinship(const std::string& from, const std::string& to) {
    std::string a = clean_type(from), b = clean_type(to);
    if (is_integer(a) && is_integer(b))
        return 1.0;
    if (is_numeric(a) && is_numeric(b))
        return 0.9;
    auto text = [](const std::string& t) { return strip_refs(t) == "str" || strip_refs(t) == "String"; };
    if (text(a) && text(b))
        return 1.0;
    if (strip_ref(a) == strip_ref(b))
        return 0.95;
    if (wraps(b, "Option").value_or("") == a || wraps(a, "Option").value_or("") == b ||
        wraps(b, "Result").value_or("") == a || wraps(b, "Vec").value_or("") == a ||
        wraps(a, "Vec").value_or("") == b || wraps(b, "Box").value_or("") == a)
        return 0.75;
    if (type_head(a) == type_head(b))
        return 0.9;
    return 0.55;
}

/// A value written out whose kind the declared type cannot hold: `let label: i32 = "box";`. Nothing was calculated, so
/// it is the type that was mistaken.
bool literal_of_other_kind(const RuleContext& context, const Retype& r) {
    if (!r.direct || context.diagnostic.code != "E0308")
        return false;
    for (const Mismatch& m : mismatches(context)) {
        auto t = m.text();
        if (t.empty() || clean_type(r.old_type) != m.expected)
            continue;
        const auto kind = [](std::string_view type) {
            std::string v = strip_refs(type);
            return is_numeric(v) ? 1 : v == "str" || v == "String" || v == "char" ? 2 : v == "bool" ? 3 : 0;
        };
        bool literal = t.front() == '"' || t.front() == '\'' || (t.front() >= '0' && t.front() <= '9') ||
                       t.front() == '-' || t == "true" || t == "false" || t.starts_with("String::from(\"");
        int wanted = kind(m.expected), have = kind(m.found);
        if (literal && have != 0 && wanted != have && (wanted != 0 || is_complete_type(m.expected)))
            return true;
    }
    return false;
}

class TypeRetype final : public Rule {
public:
    std::string_view name() const override { return "type-retype"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0308", "E0277", "E0369", "E0368"});
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        for (const Retype& r : retypes(context)) {
            double prior;
            Risk risk = r.is_public ? Risk::behaviour : Risk::low;
            std::string why;
            if (r.adds_return) {
                prior = r.direct ? 0.9 : 0.72;
                prior += 0.02 * (r.evidence - 1) - 0.12 * r.rank;
                risk = Risk::low;
                why =
                    fmt::format("The function gives back a value, but its signature does not say so: `{}` is missing.",
                                base::trim(r.new_type));
            } else {
                // A retype that compiles agrees with every other use, a cast at one place always compiles: hence the
                // higher rank for the same single piece of evidence.
                double base = r.direct ? 0.62 : 0.6;
                if (r.is_public)
                    base -= 0.06;
                if (r.evidence == 2)
                    base += 0.22;
                else if (r.evidence > 2)
                    base += 0.3;
                prior = base * kinship(r.old_type, r.new_type);
                if (literal_of_other_kind(context, r))
                    prior = std::max(prior, 0.84);
                why = r.evidence > 1
                          ? fmt::format("{} errors say the same: {} should be `{}`, not `{}`.", r.evidence, r.what,
                                        r.new_type, r.old_type)
                          : fmt::format("{} says `{}`, but the value is used as `{}`.", r.what, r.old_type, r.new_type);
            }
            out.edit("type-retype", r.path, r.begin, r.end, r.new_type, risk, std::min(prior, 0.95), why);
        }
    }
};

RC_REGISTER_RULE(TypeRetype)

} // namespace

} // namespace rustcoder::repair
