// E0599: a method that only unsigned (or only signed) integers have, asked of the other kind: it is the declaration
// that has the odd type.
#include "repair/rules/type_evidence.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

constexpr std::string_view unsigned_only[] = {"is_multiple_of",
                                              "is_power_of_two",
                                              "next_power_of_two",
                                              "next_multiple_of",
                                              "checked_next_multiple_of",
                                              "checked_add_signed",
                                              "wrapping_add_signed",
                                              "saturating_add_signed",
                                              "checked_next_power_of_two",
                                              "div_ceil",
                                              "checked_signed_diff"};
constexpr std::string_view signed_only[] = {
    "abs",          "signum",      "is_negative",    "is_positive",    "unsigned_abs",         "checked_abs",
    "wrapping_abs", "checked_neg", "saturating_abs", "saturating_neg", "checked_add_unsigned", "checked_sub_unsigned"};

class SignMethod final : public Rule {
public:
    std::string_view name() const override { return "type-sign-method"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return d.code == "E0599" && d.message.starts_with("no method named");
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto ticked = backticked(context.diagnostic.message);
        auto p = primary_place(context);
        if (!p || ticked.size() < 2)
            return;
        std::string type = strip_refs(clean_type(ticked.back()));
        if (!is_integer(type) || type.front() == '{')
            return;
        const bool has_sign = type.front() == 'i';
        auto in = [&](const auto& list) {
            return std::find(std::begin(list), std::end(list), ticked[0]) != std::end(list);
        };
        if (has_sign ? !in(unsigned_only) : !in(signed_only))
            return;
        const Source& s = *p->source;
        auto token = static_cast<std::int64_t>(p->token());
        if (s.at(token - 1) != ".")
            return;
        Range receiver = p->tree->postfix_before(s.tokens()[p->token() - 1].begin);
        std::string wanted = (has_sign ? "u" : "i") + type.substr(1);
        for (const Retype& r : declarations_behind(context, *p, receiver, wanted)) {
            if (clean_type(r.old_type) != type && strip_refs(clean_type(r.old_type)) != type)
                continue;
            std::string text = is_ref(clean_type(r.old_type)) ? "&" + r.new_type : r.new_type;
            out.edit("type-sign-method", r.path, r.begin, r.end, text, r.is_public ? Risk::behaviour : Risk::low,
                     r.is_public ? 0.7 : 0.87,
                     fmt::format("`{}` is a method of `{}`, and {} says `{}`.", ticked[0], wanted, r.what, type));
        }
    }
};

RC_REGISTER_RULE(SignMethod)

} // namespace

} // namespace rustcoder::repair
