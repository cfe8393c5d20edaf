// E0117: a foreign trait for a foreign type. A struct of our own around the type can have the impl; values are wrapped
// where the trait is asked for.
#include "repair/own_support.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

void wrapper_type(Site& site) { // E0117
    const Source& s = site.s();
    const Item* impl = site.t().item_at(site.at().begin);
    while (impl && impl->kind != ItemKind::impl)
        impl = site.t().parent(*impl);
    if (!impl || impl->trait_name.empty() || impl->self_type.empty() || impl->self_type.starts_with("&") ||
        impl->body.empty())
        return;
    const auto head = s.text(impl->signature).rfind(impl->self_type);
    if (head == std::string_view::npos)
        return;
    const std::string name = fresh_name(s, "Wrapper");
    std::string generics;
    for (const auto& g : generic_names(s.text(impl->generics)))
        generics += (generics.empty() ? "" : ", ") + g;
    if (!generics.empty())
        generics = "<" + generics + ">";
    std::vector<Edit> edits{
        site.put(impl->range.begin,
                 "struct " + name + generics + "(" + impl->self_type + ");\n\n" + indent_at(s, impl->range.begin)),
        site.swap({impl->signature.begin + head, impl->signature.begin + head + impl->self_type.size()},
                  name + generics)};
    for (const Item* member : members_of(site.t(), *impl)) {
        if (member->kind != ItemKind::function)
            continue;
        for (Range use : uses_of(s, member->body, "self"))
            if (s.text(use) == "self")
                edits.push_back(site.put(use.end, ".0"));
        for (std::size_t i = s.token_at(member->body.begin);
             i < s.tokens().size() && s.tokens()[i].end <= member->body.end; ++i)
            if (s.text(s.tokens()[i]) == "self" && s.tokens()[i].kind == Kind::keyword)
                edits.push_back(site.put(s.tokens()[i].end, ".0"));
    }
    site.propose(Risk::low, 0.8,
                 "neither `" + impl->trait_name + "` nor `" + impl->self_type +
                     "` is from this crate; a struct around the type is, and can have the impl.",
                 std::move(edits));
}

/// `Vec<i32>` lacks the trait, but `struct Wrapper(Vec<i32>)` of the project has it.
void wrapped_value(Site& site) { // E0277
    auto ticked = backticked(site.d.message);
    if (ticked.size() < 2)
        return;
    const std::string type = clean_type(strip_refs(ticked[0]));
    std::string trait = ticked[1].substr(0, ticked[1].find('<'));
    trait = trait.substr(trait.rfind(':') == std::string::npos ? 0 : trait.rfind(':') + 1);
    const std::string text = site.str(site.at());
    const bool printed = text.starts_with("{");
    for (const Declared& wrapper :
         items_where(site.context, [](const Item& i) { return i.kind == ItemKind::structure; })) {
        const auto& fields = wrapper.item->fields;
        if (fields.size() != 1 || fields[0].name != "0" || !same_type(clean_type(fields[0].type_text), type))
            continue;
        bool has_it = false;
        for (const Item& item : wrapper.tree->items())
            has_it =
                has_it || (item.kind == ItemKind::impl && item.name == wrapper.item->name && item.trait_name == trait);
        Range value = site.at();
        if (printed) { // the span is the `{}`: the value is in another one
            value = {};
            for (const Span& span : site.d.spans)
                if (Range r = site.range(&span);
                    !span.primary && !r.empty() && !site.text(r).starts_with("\"") && !site.text(r).starts_with("{"))
                    value = r;
        }
        if (!has_it || value.empty() || site.text(value).starts_with("\""))
            continue;
        const std::string why =
            "`" + trait + "` is implemented for `" + wrapper.item->name + "`, so the value is wrapped in it.";
        const Source& s = site.s();
        const Item* function = site.function();
        bool later = function && !uses_of(s, {value.end, function->body.end}, site.text(value)).empty();
        site.propose(Risk::low, later ? 0.3 : 0.93, why,
                     {site.put(value.begin, wrapper.item->name + "("), site.put(value.end, ")")});
        site.propose(Risk::low, later ? 0.9 : 0.4, why,
                     {site.put(value.begin, wrapper.item->name + "("), site.put(value.end, ".clone())")});
    }
}

} // namespace

RC_CODE_RULE(wrapper_type, "trait-newtype", "E0117")
RC_CODE_RULE(wrapped_value, "trait-newtype-value", "E0277")

} // namespace rustcoder::repair
