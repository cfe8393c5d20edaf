// E0308: a collection of references where one of values is wanted. The element types were fixed where the elements were
// put in, which may be far from the error: a `*` is missing there.
#include "repair/own_support.h"
#include "repair/rules/type_mismatch.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

/// `Vec<&T>` for `Vec<T>` or `[T]`, also behind references or inside an `Option`: T, else "".
std::string element_behind_reference(std::string expected, std::string found) {
    for (int depth = 0; depth < 4; ++depth) {
        expected = strip_refs(expected);
        found = strip_refs(found);
        auto have = type_arguments(found), want = type_arguments(expected);
        if (expected.starts_with("[") && want.empty())
            want = {expected.substr(1, expected.size() - 2)};
        if (have.empty() || want.size() != have.size())
            return "";
        for (std::size_t i = 0; i < have.size(); ++i)
            if (is_ref(have[i]) && !is_ref(want[i]) && same_type(want[i], strip_refs(have[i])))
                return want[i];
        expected = want.back();
        found = have.back();
    }
    return "";
}

void gathered(Site& site) {
    std::string element;
    for (const Mismatch& m : mismatches(site.context))
        if (auto e = element_behind_reference(m.expected, m.found); !e.empty())
            element = e;
    const Item* f = site.function();
    if (element.empty() || !f)
        return;
    const Source& s = site.s();
    std::vector<std::pair<Range, bool>> places; // where an element goes in
    for (std::size_t i = s.token_at(f->body.begin); i + 2 < s.tokens().size() && s.tokens()[i].begin < f->body.end;
         ++i) {
        auto name = s.text(s.tokens()[i]);
        bool takes =
            name == "push" || name == "insert" || name == "push_back" || name == "push_front" || name == "entry";
        if (!takes || s.text(s.tokens()[i - 1]) != "." || s.text(s.tokens()[i + 1]) != "(")
            continue;
        for (Range a : site.t().arguments(s.tokens()[i + 1].begin)) {
            std::size_t first = s.token_at(a.begin);
            if (s.tokens()[first].kind == Kind::ident && s.tokens()[first].end == a.end)
                places.emplace_back(a, true);
        }
    }
    std::string why = "references are put in, but the collection has to hold the values.";
    const bool copy = is_copy(element);
    for (auto [at, plain] : places) {
        double prior = places.size() == 1 ? 0.84 : 0.6;
        if (copy)
            site.propose(Risk::low, prior, why, {site.put(at.begin, "*")});
        else
            site.propose(Risk::cost, prior - 0.15, why, {site.put(at.end, ".clone()")});
    }
}

} // namespace

RC_CODE_RULE(gathered, "type-gathered-references", "E0308")

} // namespace rustcoder::repair
