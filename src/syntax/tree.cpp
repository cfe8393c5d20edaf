#include "syntax/tree.h"

#include "syntax/scan.h"
#include "syntax/tree_items.h"

#include <algorithm>

namespace rustcoder::syntax {

Tree::Tree(std::shared_ptr<const Source> source) : source_(std::move(source)) {
    Scanned scanned = scan_items(*source_);
    items_ = std::move(scanned.items);
    imports_ = std::move(scanned.imports);
}

const Item* Tree::item_at(std::size_t offset) const {
    const Item* best = nullptr;
    for (const Item& it : items_)
        if (it.range.contains(offset) && (!best || it.depth >= best->depth))
            best = &it;
    return best;
}

const Item* Tree::function_at(std::size_t offset) const {
    const Item* it = item_at(offset);
    while (it && it->kind != ItemKind::function)
        it = parent(*it);
    return it;
}

const Item* Tree::parent(const Item& item) const {
    return item.parent >= 0 && item.parent < static_cast<int>(items_.size())
               ? &items_[static_cast<std::size_t>(item.parent)]
               : nullptr;
}

const Item* Tree::find(ItemKind kind, std::string_view name) const {
    auto it =
        std::find_if(items_.begin(), items_.end(), [&](const Item& i) { return i.kind == kind && i.name == name; });
    return it == items_.end() ? nullptr : &*it;
}

std::vector<Binding> Tree::bindings_in(const Item& function) const {
    std::vector<Range> nested;
    for (const Item& it : items_)
        if (it.depth > function.depth && function.body.contains(it.range.begin))
            nested.push_back(it.range);
    return scan_bindings(*source_, function, nested);
}

std::vector<Binding> Tree::bindings_at(std::size_t offset) const {
    std::vector<Binding> out;
    if (const Item* function = function_at(offset))
        for (Binding& b : bindings_in(*function))
            if (b.scope.contains(offset))
                out.push_back(std::move(b));
    std::stable_sort(out.begin(), out.end(), [](const Binding& a, const Binding& b) {
        return a.scope.begin != b.scope.begin ? a.scope.begin > b.scope.begin : a.name_range.begin > b.name_range.begin;
    });
    for (const Item& it : items_) {
        if (it.kind != ItemKind::constant && it.kind != ItemKind::static_)
            continue;
        const Item* owner = parent(it);
        bool associated = owner && (owner->kind == ItemKind::impl || owner->kind == ItemKind::trait);
        if (associated || it.name == "_" || (owner && !owner->body.contains(offset)))
            continue;
        Binding b;
        b.name = it.name;
        b.name_range = it.name_range;
        b.origin = it.kind == ItemKind::constant ? Binding::Origin::constant : Binding::Origin::static_;
        b.type_text = it.type_text;
        b.initializer = it.body;
        b.statement = it.range;
        b.scope = owner ? owner->body : Range{0, source_->text().size()};
        out.push_back(std::move(b));
    }
    return out;
}

} // namespace rustcoder::syntax
