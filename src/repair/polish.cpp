#include "repair/polish.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rustcoder::repair {

namespace {

using syntax::Item;
using syntax::ItemKind;
using syntax::Tree;

// Mentions of a name outside of its own definition and of impl blocks for it.
bool used_elsewhere(const SourceMap& sources, std::string_view name, const Item& item, std::string_view file) {
    for (const std::string& path : sources.rust_files()) {
        auto tree = sources.tree(path);
        const auto& source = tree->source();
        for (const auto& token : source.tokens()) {
            if (token.kind != syntax::Kind::ident || source.text(token) != name)
                continue;
            if (path == file && item.range.contains(token.begin))
                continue;
            bool own_impl = std::any_of(tree->items().begin(), tree->items().end(), [&](const Item& i) {
                return i.kind == ItemKind::impl && i.name == name && i.range.contains(token.begin);
            });
            if (!own_impl)
                return true;
        }
    }
    return false;
}

// Public already, in a trait impl (where `pub` is an error), in a function, or a test: nothing to do.
bool may_be_public(const Tree& tree, const Item& item) {
    if (item.is_public || item.is_test || item.name.empty() || item.name.front() == '_' || item.name == "main")
        return false;
    for (const Item* up = tree.parent(item); up; up = tree.parent(*up)) {
        bool inherent = up->kind == ItemKind::impl && up->trait_name.empty();
        if (!inherent && !(up->kind == ItemKind::module && up->is_public))
            return false;
    }
    constexpr ItemKind kinds[] = {ItemKind::function, ItemKind::structure, ItemKind::enumeration, ItemKind::trait};
    return std::find(std::begin(kinds), std::end(kinds), item.kind) != std::end(kinds);
}

} // namespace

std::optional<Candidate> restore_visibility(const project::Project& project,
                                            const std::vector<toolchain::Diagnostic>& diagnostics) {
    SourceMap sources(project);
    Candidate c;
    std::vector<std::string> names;
    for (const auto& d : diagnostics) {
        if (d.code != "dead_code" || !d.unit.starts_with("lib "))
            continue;
        for (const auto& span : d.spans) {
            auto tree = span.primary && span.in_project ? sources.tree(span.file) : nullptr;
            if (!tree)
                continue;
            for (const Item& item : tree->items()) {
                if (item.name_range.begin != span.begin || !may_be_public(*tree, item) ||
                    used_elsewhere(sources, item.name, item, span.file))
                    continue;
                c.patch.edits.push_back({span.file, item.signature.begin, item.signature.begin, "pub "});
                names.push_back("`" + item.name + "`");
            }
        }
    }
    if (c.patch.edits.empty() || !c.patch.normalise())
        return std::nullopt;
    c.rule = "visibility-unused";
    c.risk = Risk::low;
    c.prior = 0.6;
    c.why = fmt::format("This is a library; nothing in it uses {} and nobody outside can, so `pub` is missing.",
                        fmt::join(names, ", "));
    return c;
}

} // namespace rustcoder::repair
