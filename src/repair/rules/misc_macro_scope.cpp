// A macro_rules! macro that exists but is not in scope where it is used: it comes later in the file, or in a module
// without #[macro_use].
#include "repair/own_support.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

/// Outermost item around the offset, or nullptr.
const Item* outermost(const Tree& tree, std::size_t offset) {
    for (const Item& item : tree.items())
        if (item.parent < 0 && item.range.begin <= offset && offset < item.range.end)
            return &item;
    return nullptr;
}

void macro_scope(Site& site) {
    auto ticked = backticked(site.d.message);
    if (ticked.empty())
        return;
    const Tree& t = site.t();
    const Source& s = site.s();
    const Item* user = outermost(t, site.at().begin);
    for (const Item& item : t.items()) {
        if (item.kind != ItemKind::macro_definition || item.name != ticked.front())
            continue;
        const Item* outer = outermost(t, item.range.begin);
        if (!outer || !user || outer == user)
            continue;
        std::vector<Edit> edits;
        std::string why = "macros are known from their definition on";
        bool in_module = outer->kind == ItemKind::module;
        bool usable = std::any_of(outer->attributes.begin(), outer->attributes.end(),
                                  [&](Range a) { return s.text(a).find("macro_use") != std::string_view::npos; });
        if (outer->range.begin > user->range.begin) {
            edits = move_before(s, site.path(), outer->range, user->range.begin);
            why += ", so `" + item.name + "` moves in front of its use";
            if (in_module && !usable)
                for (Edit& e : edits) // the moved text carries the attribute
                    if (!e.text.empty()) {
                        e.text = "#[macro_use]\n" + e.text;
                        break;
                    }
        } else if (in_module && !usable) {
            edits.push_back(site.put(outer->range.begin, "#[macro_use]\n" + indent_at(s, outer->range.begin)));
            why = "a macro is visible outside its module only when the module has `#[macro_use]`";
        }
        site.propose(Risk::none, 0.93, why + ".", std::move(edits));
        return;
    }
}

} // namespace

RC_CODE_RULE(macro_scope, "misc-macro-scope", "~cannot find macro")

} // namespace rustcoder::repair
