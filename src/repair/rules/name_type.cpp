// E0433, E0412 (E0425 "cannot find type"), E0405, E0404, E0422, E0573, E0574: types, traits and the first segment of
// paths.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

using base::one_of;

/// How well an import path agrees with what follows the name.
double usage_weight(const Source& s, std::size_t token, const std::string& path) {
    auto i = static_cast<std::int64_t>(token);
    std::string_view next = s.at(i + 1) == "::" ? s.at(i + 2) : "";
    if (path.ends_with("::Ordering")) {
        bool atomic = one_of(next, {"SeqCst", "Relaxed", "Acquire", "Release", "AcqRel"});
        return atomic == (path == "std::sync::atomic::Ordering") ? 1.0 : 0.15;
    }
    if (path == "std::rc::Weak" || path == "std::sync::Weak") {
        bool arc = s.text().find("Arc") != std::string::npos;
        return arc == (path == "std::sync::Weak") ? 1.0 : 0.4;
    }
    if (path == "std::error::Error" || path == "std::io::Error") {
        bool dyn = s.at(i - 1) == "dyn" || s.at(i - 1) == "impl" || s.at(i + 1) == "for" || s.at(i - 1) == "+";
        return dyn == (path == "std::error::Error") ? 1.0 : 0.4;
    }
    if (path == "std::io::Result")
        return 0.4;
    if (path.starts_with("std::slice::") || path.starts_with("std::vec::") || path.starts_with("std::iter::Map"))
        return 0.6;
    return 1.0;
}

class NameType final : public Rule {
public:
    std::string_view name() const override { return "name-type"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0433", "E0412", "E0405", "E0404", "E0422", "E0573", "E0574", "E0576", "E0411"}) ||
               (d.code == "E0425" && (d.message.find("cannot find type") != std::string::npos ||
                                      d.message.find("cannot find function, tuple struct") != std::string::npos));
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        // the span may be a whole path: the segment that the message names is the one to mend
        auto ticked = backticked(context.diagnostic.message);
        std::size_t token = place->token();
        if (!ticked.empty())
            for (std::size_t i = place->token(); i < s.tokens().size() && s.tokens()[i].end <= place->end; ++i)
                if (s.text(s.tokens()[i]) == ticked[0])
                    token = i;
        if (token >= s.tokens().size() || s.tokens()[token].kind != Kind::ident)
            return;
        std::string name(s.text(s.tokens()[token]));
        bool tail = s.at(static_cast<std::int64_t>(token) - 1) == "::";
        if (tail) {
            segment(context, *place, token, name, out);
            return;
        }
        spelling(context, *place, token, name, out);
        imports(*place, token, name, 1.0, out);
        all_imports(context, *place, out);
        local_imports(context, *place, token, name, out);
        if (context.diagnostic.code == "E0404" || context.diagnostic.code == "E0405")
            swapped(*place, token, out);
    }

private:
    static bool wants_trait(const RuleContext& context) { return code_is(context.diagnostic, {"E0405", "E0404"}); }

    static void spelling(const RuleContext& context, const Place& p, std::size_t token, const std::string& name,
                         Proposals& out) {
        const auto& t = p.source->tokens()[token];
        auto names = visible_types(*p.tree, t.begin);
        bool path_head = p.source->at(static_cast<std::int64_t>(token) + 1) == "::";
        if (path_head && !name.empty() && name[0] >= 'a' && name[0] <= 'z')
            for (const Item& i : p.tree->items())
                if (i.kind == ItemKind::module)
                    names.push_back(i.name);
        auto near = closest(name, names, 3);
        for (const auto& n : near) {
            double prior = std::clamp((n.closeness - 0.45) * 1.85, 0.05, 0.92);
            if (name.size() <= 2)
                prior *= 0.3;
            out.edit("name-spelling", p.path, t.begin, t.end, n.name, Risk::low, prior,
                     fmt::format("There is no `{}`; `{}` is in scope and spelt nearly the same.", name, n.name));
        }
        // the misspelt thing is the import or the declaration: every use says `name`
        int missing = 0;
        for (const auto& d : context.all)
            missing += d.is_error() && d.message.find("`" + name + "`") != std::string::npos;
        for (const auto& n : near) {
            if (n.closeness < 0.75)
                continue;
            int uses = 0;
            for (const auto& u : p.source->tokens())
                uses += u.kind == Kind::ident && p.source->text(u) == n.name;
            if (uses != 1)
                continue;
            for (const auto& d : types_named(context, n.name, p.path))
                out.edit("name-declaration", d.path, d.item->name_range.begin, d.item->name_range.end, name, Risk::low,
                         missing > 1 ? 0.88 : 0.55,
                         fmt::format("`{}` is used everywhere, but declared as `{}`.", name, n.name));
        }
        // a misspelt std name that is not imported either
        for (const auto& n : closest(name, std_names(), 2)) {
            if (n.closeness < 0.8 || std::find(names.begin(), names.end(), n.name) != names.end() ||
                (name[0] >= 'a' && name[0] <= 'z') != (n.name[0] >= 'a' && n.name[0] <= 'z'))
                continue;
            auto paths = std_paths(n.name);
            if (paths.empty())
                continue;
            out.edits("name-import",
                      {import_edit(*p.tree, p.path, t.begin, paths.front()), make_edit(p.path, t.begin, t.end, n.name)},
                      Risk::low, 0.4,
                      fmt::format("`{}` is misspelt for `{}`, which also has to be imported.", name, n.name));
        }
    }

    static void imports(const Place& p, std::size_t token, const std::string& name, double weight, Proposals& out) {
        const Source& s = *p.source;
        double prior = 0.9 * weight;
        bool bound = s.at(static_cast<std::int64_t>(token) + 1) == "::";
        for (const auto& path : std_paths(name)) {
            if (name[0] >= 'a' && name[0] <= 'z' && !bound)
                continue;
            double w = usage_weight(s, token, path);
            if (s.text().find("use " + path + ";") != std::string::npos && p.tree->item_at(p.begin) == nullptr)
                continue;
            out.edits("name-import", {import_edit(*p.tree, p.path, s.tokens()[token].begin, path)}, Risk::low,
                      std::max(0.05, prior * w),
                      fmt::format("`{}` is `{}` of the standard library and has to be imported.", name, path));
            prior *= 0.75;
        }
    }

    /// Several std names are missing in the file (a lost `use` of several, or the head of the file): bring all in at
    /// once.
    static void all_imports(const RuleContext& context, const Place& p, Proposals& out) {
        std::vector<std::string> paths;
        for (const auto& d : context.all) {
            if (!d.is_error() || !code_is(d, {"E0433", "E0405", "E0404", "E0412", "E0425", "E0422"}))
                continue;
            const auto* span = d.primary();
            auto ticked = backticked(d.message);
            if (!span || span->file != p.path || ticked.empty())
                continue;
            const std::string& name = d.code == "E0404" ? ticked.back() : ticked.front();
            std::size_t token = p.source->token_at(span->begin);
            if (name.empty() || name[0] < 'A' ||
                (name[0] > 'Z' && p.source->at(static_cast<std::int64_t>(token) + 1) != "::"))
                continue;
            std::string best;
            double weight = 0;
            for (const auto& path : std_paths(name))
                if (double w = usage_weight(*p.source, token, path); w > weight) {
                    weight = w;
                    best = path;
                }
            if (!best.empty() && std::find(paths.begin(), paths.end(), best) == paths.end())
                paths.push_back(best);
        }
        if (paths.size() < 2)
            return;
        std::sort(paths.begin(), paths.end());
        auto edit = import_edit(*p.tree, p.path, p.begin, paths.front());
        std::string names = "`" + paths.front() + "`";
        std::string indent = edit.text.substr(0, edit.text.find('u'));
        for (std::size_t i = 1; i < paths.size(); ++i) {
            edit.text += indent + "use " + paths[i] + ";\n";
            names += ", `" + paths[i] + "`";
        }
        out.edits("name-import", {edit}, Risk::low, 0.93,
                  "Several names of the standard library are not imported: " + names + ".");
    }

    /// The item exists in another module of the project.
    static void local_imports(const RuleContext& context, const Place& p, std::size_t token, const std::string& name,
                              Proposals& out) {
        for (const auto& d : items_where(context, [](const Item& i) {
                 return i.kind == ItemKind::structure || i.kind == ItemKind::enumeration || i.kind == ItemKind::trait ||
                        i.kind == ItemKind::type_alias || i.kind == ItemKind::module;
             })) {
            if (d.item->name != name)
                continue;
            if (d.path == p.path && d.item->depth == 0) {
                // the item is at the top of the file and we are in an inner module
                out.edits("name-import", {import_edit(*p.tree, p.path, p.begin, "super::" + name)}, Risk::low, 0.7,
                          fmt::format("`{}` is declared outside this module and has to be brought in.", name));
                out.insert("name-import", p.path, p.source->tokens()[token].begin, "super::", Risk::low, 0.5,
                           fmt::format("`{}` is declared outside this module.", name));
                continue;
            }
            out.edits("name-import", {import_edit(*p.tree, p.path, p.begin, "crate::" + modules_of(d) + name)},
                      Risk::low, 0.72, fmt::format("`{}` lives in another module and has to be brought in.", name));
        }
    }

    /// `path::Nmae`: the last segment of a path that exists.
    static void segment(const RuleContext& context, const Place& p, std::size_t token, const std::string& name,
                        Proposals& out) {
        const Source& s = *p.source;
        std::vector<std::string> names;
        std::string parent(s.at(static_cast<std::int64_t>(token) - 2));
        for (const auto& n : std_names())
            for (const auto& path : std_paths(n))
                if (path.ends_with("::" + parent + "::" + n) || path == parent + "::" + n)
                    names.push_back(n);
        for (const auto& d : items_where(context, [](const Item& i) {
                 return i.kind == ItemKind::structure || i.kind == ItemKind::enumeration || i.kind == ItemKind::trait ||
                        i.kind == ItemKind::type_alias || i.kind == ItemKind::module || i.kind == ItemKind::function;
             }))
            names.push_back(d.item->name);
        for (const auto& d : types_named(context, parent, p.path))
            for (const auto& v : d.item->variants)
                names.push_back(v.name);
        for (const auto& n : closest(name, names, 3))
            out.edit("name-spelling", p.path, s.tokens()[token].begin, s.tokens()[token].end, n.name, Risk::low,
                     std::clamp((n.closeness - 0.45) * 1.85, 0.05, 0.9),
                     fmt::format("`{}` has no `{}`; `{}` is spelt nearly the same.", parent, name, n.name));
        for (const auto& path : std_paths(name)) { // std::sync::Rc -> std::rc::Rc
            std::size_t first = token;
            while (first >= 2 && s.at(static_cast<std::int64_t>(first) - 1) == "::")
                first -= 2;
            out.edit("name-path", p.path, s.tokens()[first].begin, s.tokens()[token].end, path, Risk::low, 0.7,
                     fmt::format("`{}` lives in `{}`.", name, path));
        }
    }

    /// `impl Type for Trait`: the other way round.
    static void swapped(const Place& p, std::size_t token, Proposals& out) {
        const Item* item = p.tree->item_at(p.begin);
        if (!item || item->kind != ItemKind::impl)
            return;
        const Source& s = *p.source;
        std::size_t i = token;
        while (i < s.tokens().size() && s.at(static_cast<std::int64_t>(i)) != "for" &&
               s.tokens()[i].begin < item->signature.end)
            ++i;
        if (s.at(static_cast<std::int64_t>(i)) != "for")
            return;
        std::size_t last = s.token_at(item->signature.end);
        if (last == 0 || last <= i + 1)
            return;
        Range right{s.tokens()[i + 1].begin, s.tokens()[last - 1].end};
        Range left{s.tokens()[token].begin, s.tokens()[i - 1].end};
        if (right.end <= right.begin || s.text(right).find("where") != std::string_view::npos)
            return;
        out.edits("name-swap-impl",
                  {make_edit(p.path, left.begin, left.end, std::string(s.text(right))),
                   make_edit(p.path, right.begin, right.end, std::string(s.text(left)))},
                  Risk::low, 0.55, "In `impl A for B` the trait comes first and the type second.");
    }
};

RC_REGISTER_RULE(NameType)

} // namespace

} // namespace rustcoder::repair
