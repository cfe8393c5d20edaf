#include "knowledge/template_terms.h"

#include "base/text.h"
#include "knowledge/template_words.h"

namespace rustcoder::knowledge {

using syntax::Kind;

std::optional<HoleType> hole_type(const Tok& token) {
    switch (token.kind) {
    case Kind::ident:
        if (token.text == "_" || is_public_name(token.text))
            return std::nullopt;
        return HoleType::name;
    case Kind::lifetime:
        if (token.text == "'static" || token.text == "'_")
            return std::nullopt;
        return HoleType::lifetime;
    case Kind::integer:
        return HoleType::integer;
    case Kind::floating:
        return HoleType::floating;
    case Kind::string:
    case Kind::character:
    case Kind::byte:
    case Kind::byte_string:
    case Kind::c_string:
        return HoleType::text;
    default:
        return std::nullopt;
    }
}

bool is_respelling(const Tok& from, const Tok& to) {
    constexpr std::size_t slip = 2;
    return from.kind == Kind::ident && to.kind == Kind::ident && from.text != to.text && from.text.size() > 2 &&
           !is_public_name(from.text) && base::edit_distance(from.text, to.text, slip) <= slip;
}

namespace {

template <class Visit> void each_pattern(Template& t, const Visit& visit) {
    for (AtomPattern& a : t.atoms)
        visit(a.pattern, false);
    for (TemplateHunk& h : t.hunks) {
        visit(h.left, false);
        visit(h.removed, false);
        visit(h.right, false);
    }
    for (TemplateHunk& h : t.hunks)
        visit(h.added, true);
}

} // namespace

int unbound(const Template& t) {
    std::vector<bool> bound(t.holes.size(), false);
    int missing = -1;
    each_pattern(const_cast<Template&>(t), [&](const Pattern& p, bool added) {
        for (const Term& term : p) {
            if (term.hole < 0 || term.kind == Term::Kind::fresh)
                continue;
            if (!added)
                bound[static_cast<std::size_t>(term.hole)] = true;
            else if (missing < 0 && !bound[static_cast<std::size_t>(term.hole)])
                missing = term.hole;
        }
    });
    return missing;
}

Template compact(Template t) {
    std::vector<int> number(t.holes.size(), -1);
    std::vector<HoleType> types;
    each_pattern(t, [&](Pattern& p, bool) {
        for (Term& term : p) {
            if (term.hole < 0)
                continue;
            int& n = number[static_cast<std::size_t>(term.hole)];
            if (n < 0) {
                n = static_cast<int>(types.size());
                types.push_back(t.holes[static_cast<std::size_t>(term.hole)]);
            }
            term.hole = n;
        }
    });
    t.holes = std::move(types);
    return t;
}

} // namespace rustcoder::knowledge
