// `Shape::Rect(w, h)` for a variant or struct with named fields, in patterns and values: the names go into braces.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

/// Fields of the variant or struct named by the last segments of the path.
std::vector<std::string> named_fields(const Site& site, const std::string& owner, const std::string& name) {
    std::vector<std::string> out;
    for (const Declared& type : items_where(site.context, [](const Item& i) {
             return i.kind == ItemKind::structure || i.kind == ItemKind::enumeration;
         })) {
        if (type.item->kind == ItemKind::structure && type.item->name == name)
            for (const auto& f : type.item->fields)
                out.push_back(f.name);
        if (type.item->kind == ItemKind::enumeration && (owner.empty() || owner == "Self" || type.item->name == owner))
            for (const auto& v : type.item->variants)
                if (v.name == name && v.shape == syntax::Variant::Shape::record)
                    for (const auto& f : v.fields)
                        out.push_back(f.name);
    }
    return out;
}

void braces_for_fields(Site& site) { // E0164 E0532 E0533 E0769
    const Source& s = site.s();
    std::size_t i = site.token();
    while (i + 1 < s.tokens().size() && s.at(static_cast<Index>(i) + 1) == "::")
        i += 2;
    if (s.at(static_cast<Index>(i) + 1) != "(" || s.tokens()[i + 1].match < 0)
        return;
    const std::string owner =
        s.at(static_cast<Index>(i) - 1) == "::" ? std::string(s.at(static_cast<Index>(i) - 2)) : "";
    const auto fields = named_fields(site, owner, std::string(s.at(static_cast<Index>(i))));
    const auto given = site.t().arguments(s.tokens()[i + 1].begin);
    if (fields.empty() || given.size() > fields.size() || given.empty() || fields.front() == "0")
        return;
    std::string text = " {";
    std::vector<std::string> left = fields;
    auto take = [&](std::size_t k) {
        std::string name = site.str(given[k]);
        auto same = std::find(left.begin(), left.end(), name);
        std::string field = same != left.end() ? *same : left.empty() ? "" : left.front();
        std::erase(left, field);
        text += (k > 0 ? ", " : " ") + (field == name ? name : field + ": " + name);
    };
    for (std::size_t k = 0; k < given.size(); ++k)
        take(k);
    text += left.empty() ? " }" : ", .. }";
    const bool value = site.d.code == "E0533" && !site.d.mentions("pattern");
    if (value && !left.empty())
        return;
    site.propose(
        Risk::low, 0.88,
        "`" + std::string(s.at(static_cast<Index>(i))) + "` has named fields, so they stand in braces.",
        {site.swap({s.tokens()[i].end, s.tokens()[static_cast<std::size_t>(s.tokens()[i + 1].match)].end}, text)});
}

} // namespace

RC_CODE_RULE(braces_for_fields, "pattern-variant-shape", "E0164", "E0532", "E0533", "E0423")

} // namespace rustcoder::repair
