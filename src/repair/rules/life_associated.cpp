// `type Item = &str;` in an impl whose type carries no lifetime: the struct, the impl and the associated type get one.
// And E0713: what a value with a destructor lends cannot outlive it, so the value itself is only borrowed.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// References without a lifetime in the range get `'a`.
void name_references(const Site& site, Range in, std::vector<Edit>& out) {
    const Source& s = site.s();
    for (std::size_t i = s.token_at(in.begin); i < s.tokens().size() && s.tokens()[i].end <= in.end; ++i)
        if (s.text(s.tokens()[i]) == "&" && s.at(static_cast<Index>(i) + 1) != "self" &&
            !s.at(static_cast<Index>(i) + 1).starts_with("'") && s.at(static_cast<Index>(i) + 2) != "self")
            out.push_back(site.put(s.tokens()[i].end, "'a "));
}

void impl_keyword(const Site& site, const Item& impl, const std::string& text, std::vector<Edit>& out) {
    const Source& s = site.s();
    std::size_t i = s.token_at(impl.signature.begin);
    while (i < s.tokens().size() && s.text(s.tokens()[i]) != "impl")
        ++i;
    if (i < s.tokens().size())
        out.push_back(site.put(s.tokens()[i].end, text));
}

std::optional<Edit> type_argument(const Site& site, const Item& impl, const std::string& text) {
    auto at = site.s().text(impl.signature).rfind(impl.self_type);
    if (at == std::string_view::npos)
        return std::nullopt;
    return site.put(impl.signature.begin + at + impl.self_type.size(), text);
}

void associated(Site& site) {
    const Source& s = site.s();
    const Item* impl = site.t().item_at(site.at().begin);
    while (impl && impl->kind != ItemKind::impl)
        impl = site.t().parent(*impl);
    if (!impl)
        return;
    std::string type_name = impl->self_type.substr(0, impl->self_type.find('<'));
    auto type = local_type(site.context, type_name);
    std::vector<Edit> edits;
    std::string lifetime = "'a";
    // The impl: what has a lifetime already is only named.
    if (has(s.text(impl->generics), "'")) {
        lifetime = std::string(s.text(impl->generics).substr(s.text(impl->generics).find('\'')));
        lifetime = lifetime.substr(0, lifetime.find_first_of(",:> ", 1));
    } else {
        impl_keyword(site, *impl, "<'a>", edits);
        if (auto place = impl->self_type.find("<'_"); place != std::string::npos) {
            auto at = s.text(impl->signature).rfind("'_");
            edits.push_back(site.swap({impl->signature.begin + at, impl->signature.begin + at + 2}, "'a"));
        } else if (impl->self_type.find('<') == std::string::npos) {
            if (auto edit = type_argument(site, *impl, "<'a>"))
                edits.push_back(*edit);
        }
    }
    if (lifetime != "'a" && lifetime.size() < 2)
        return;
    for (const Item* member : members_of(site.t(), *impl)) {
        if (member->kind == ItemKind::type_alias)
            for (std::size_t i = s.token_at(member->range.begin);
                 i < s.tokens().size() && s.tokens()[i].end <= member->range.end; ++i)
                if (s.text(s.tokens()[i]) == "&" && !s.at(static_cast<Index>(i) + 1).starts_with("'"))
                    edits.push_back(site.put(s.tokens()[i].end, lifetime + " "));
        if (member->kind == ItemKind::function && !member->return_type.empty() && lifetime == "'a")
            name_references(site, member->return_type, edits);
    }
    // The struct, and its other impls.
    if (type && type->path == site.path() && type->item->generics.empty()) {
        edits.push_back(site.put(type->item->name_range.end, "<'a>"));
        for (const auto& field : type->item->fields)
            name_references(site, field.type, edits);
        for (const Item& other : site.t().items())
            if (other.kind == ItemKind::impl && &other != impl && other.self_type == type_name) {
                impl_keyword(site, other, "<'a>", edits);
                if (auto edit = type_argument(site, other, "<'a>"))
                    edits.push_back(*edit);
                for (const Item* member : members_of(site.t(), other))
                    for (const auto& p : member->parameters)
                        if (!p.is_self && std::any_of(type->item->fields.begin(), type->item->fields.end(),
                                                      [&](const auto& f) { return f.name == p.name; }))
                            name_references(site, p.type, edits);
            }
    }
    site.propose(
        Risk::low, 0.9,
        "the associated type is a reference, so the lifetime of what it points into is named by the type itself.",
        std::move(edits));
}

void destructor(Site& site) { // E0713
    const Item* function = site.function();
    if (!function || function->return_type.empty())
        return;
    const Source& s = site.s();
    const std::string text = site.str(function->return_type);
    auto tick = text.find('\'');
    const std::string lifetime =
        tick == std::string::npos ? "" : text.substr(tick, text.find_first_of(" ,>", tick) - tick);
    if (lifetime.empty())
        return;
    for (std::size_t k = 0; k < function->parameters.size(); ++k) {
        const auto& p = function->parameters[k];
        if (p.is_self || p.type.empty() || is_ref(p.type_text) || !uses_of(s, site.at(), p.name).size())
            continue;
        std::string type = site.str(p.type);
        if (auto at = type.find(lifetime); at != std::string::npos)
            type.replace(at, lifetime.size(), "'_");
        std::vector<Edit> edits{site.swap(p.type, "&" + lifetime + " mut " + type)};
        Declared self{site.path(), site.context.sources.tree(site.path()), function};
        for (const Call& call : calls_of(site.context, self))
            if (k < call.arguments.size()) {
                edits.push_back(make_edit(call.path, call.arguments[k].begin, call.arguments[k].begin, "&mut "));
            }
        site.propose(
            Risk::low, 0.8,
            "`" + p.name +
                "` runs its destructor when the function ends, while what it lent is given back; it is only borrowed.",
            std::move(edits));
    }
}

} // namespace

RC_CODE_RULE(associated, "life-associated", "~is declared without lifetime parameters")
RC_CODE_RULE(destructor, "life-destructor", "E0713")

} // namespace rustcoder::repair
