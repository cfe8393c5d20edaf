// E0432 (and E0433 in `use`): an import that leads nowhere. E0583: a module without a file.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

std::string crate_name(const RuleContext& context) {
    if (const std::string* manifest = context.project().find("Cargo.toml"))
        for (auto line : base::lines(*manifest))
            if (base::trim(line).starts_with("name"))
                if (auto name = between(line, "\"", "\""))
                    return base::replace_all(*name, "-", "_");
    return {};
}

class NameImport final : public Rule {
public:
    std::string_view name() const override { return "name-import-path"; }
    bool applies(const toolchain::Diagnostic& d) const override { return code_is(d, {"E0432", "E0433", "E0583"}); }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        if (context.diagnostic.code == "E0583") {
            missing_file(context, *place, out);
            return;
        }
        for (const auto& span : context.diagnostic.spans) {
            if (!span.primary)
                continue;
            auto p = place_of(context, span);
            if (!p)
                continue;
            auto last = s.token_before(p->end);
            if (last < 0 || s.tokens()[static_cast<std::size_t>(last)].kind != Kind::ident)
                continue;
            auto token = static_cast<std::size_t>(last);
            if (in_use(*p, token))
                one(context, *p, token, out);
            else
                module_prefix(context, *p, p->token(), out);
        }
    }

private:
    static bool in_use(const Place& p, std::size_t token) {
        const Item* item = p.tree->item_at(p.source->tokens()[token].begin);
        return item && item->kind == ItemKind::use;
    }

    /// The path in front of the token, with the braces it is in resolved: `use a::{b::C}` at C -> {a, b}.
    static std::vector<std::string> prefix(const Source& s, std::size_t token) {
        std::vector<std::string> out;
        auto i = static_cast<std::int64_t>(token);
        while (i > 0) {
            if (s.at(i - 1) == "::") {
                out.insert(out.begin(), std::string(s.at(i - 2)));
                i -= 2;
                continue;
            }
            auto open = s.enclosing_open(static_cast<std::size_t>(i));
            if (open > 0 && s.at(open) == "{" && s.at(open - 1) == "::") {
                out.insert(out.begin(), std::string(s.at(open - 2)));
                i = open - 2;
                continue;
            }
            break;
        }
        return out;
    }

    static void one(const RuleContext& context, const Place& p, std::size_t token, Proposals& out) {
        const Source& s = *p.source;
        std::string name(s.text(s.tokens()[token]));
        auto before = prefix(s, token);
        std::size_t begin = s.tokens()[token].begin, end = s.tokens()[token].end;
        bool std_path = !before.empty() && (before[0] == "std" || before[0] == "core" || before[0] == "alloc");
        if (std_path) {
            std::string parent;
            for (const auto& b : before)
                parent += (parent.empty() ? "" : "::") + b;
            std::vector<std::string> names;
            for (const auto& n : std_names())
                for (const auto& path : std_paths(n))
                    if (path == parent + "::" + n)
                        names.push_back(n);
            for (const auto& n : closest(name, names, 2))
                rename(context, p, begin, end, name, n, out);
            // right name, wrong module
            for (const auto& path : std_paths(name)) {
                std::size_t first = token;
                while (first >= 2 && s.at(static_cast<std::int64_t>(first) - 1) == "::")
                    first -= 2;
                if (s.at(static_cast<std::int64_t>(first) - 1) == "use" &&
                    s.at(static_cast<std::int64_t>(token) + 1) == ";")
                    out.edit("name-path", p.path, s.tokens()[first].begin, end, path, Risk::low, 0.85,
                             fmt::format("`{}` lives in `{}`.", name, path));
            }
            return;
        }
        // crate-local
        std::vector<std::string> names;
        for (const auto& d : items_where(context, [](const Item& i) {
                 return !i.name.empty() && i.kind != ItemKind::impl && i.kind != ItemKind::use;
             }))
            names.push_back(d.item->name);
        if (before.empty()) {
            for (const char* root : {"std", "crate", "core"})
                names.push_back(root);
            names.push_back(crate_name(context));
        }
        for (const auto& n : closest(name, names, 3))
            rename(context, p, begin, end, name, n, out);
        if (before.empty())
            module_prefix(context, p, token, out);
        // crate::Item where Item sits in a module of its own
        for (const auto& d :
             items_where(context, [](const Item& i) { return i.kind != ItemKind::impl && i.kind != ItemKind::use; })) {
            if (d.item->name != name)
                continue;
            const std::string modules = modules_of(d);
            std::size_t first = token;
            while (first >= 2 && s.at(static_cast<std::int64_t>(first) - 1) == "::")
                first -= 2;
            if (s.at(static_cast<std::int64_t>(first) - 1) != "use")
                continue;
            out.edit("name-path", p.path, s.tokens()[first].begin, end, "crate::" + modules + name, Risk::low, 0.7,
                     fmt::format("`{}` is declared in `crate::{}`.", name, modules));
        }
        if (before.size() == 1 && before[0] != "crate" && before[0] != "self" && before[0] != "super")
            if (!std_paths(name).empty() && s.at(static_cast<std::int64_t>(token) - 3) == "use")
                out.edit("name-path", p.path, s.tokens()[token - 2].begin, end, std_paths(name).front(), Risk::low, 0.5,
                         fmt::format("`{}` lives in `{}`.", name, std_paths(name).front()));
        // no way to mend the path: the standard library has the name
        if (before.empty() && !std_paths(name).empty())
            out.insert("name-path", p.path, begin, "std::", Risk::low, 0.6,
                       fmt::format("`{}` is a module of `std`.", name));
    }

    static void rename(const RuleContext& context, const Place& p, std::size_t begin, std::size_t end,
                       const std::string& name, const Near& n, Proposals& out) {
        double prior = std::clamp((n.closeness - 0.4) * 1.85, 0.05, 0.94);
        int uses = 0;
        for (const auto& t : p.source->tokens())
            uses += t.kind == Kind::ident && p.source->text(t) == n.name;
        if (uses > 0)
            prior = std::min(0.95, prior + 0.05); // the file uses the right spelling
        (void)context;
        out.edit("name-spelling", p.path, begin, end, n.name, Risk::low, prior,
                 fmt::format("There is no `{}` at this place; it is spelt `{}`.", name, n.name));
    }

    /// `foo::..` where foo is a module of ours: `crate::foo`, or the `mod foo;` is missing.
    static void module_prefix(const RuleContext& context, const Place& p, std::size_t token, Proposals& out) {
        const Source& s = *p.source;
        std::string name(s.text(s.tokens()[token]));
        std::size_t begin = s.tokens()[token].begin;
        bool file = false;
        std::string root;
        for (const auto& path : context.sources.rust_files()) {
            file |= path.ends_with("/" + name + ".rs") || path.ends_with("/" + name + "/mod.rs");
            if (path == "src/lib.rs" || (root.empty() && path == "src/main.rs"))
                root = path;
        }
        bool declared = false;
        for (const auto& d : items_where(context, [](const Item& i) { return i.kind == ItemKind::module; }))
            declared |= d.item->name == name;
        if (declared) {
            for (const char* prefix : {"crate::", "super::", "self::"})
                if (s.at(static_cast<std::int64_t>(token) - 1) != "::")
                    out.insert(
                        "name-path", p.path, begin, prefix, Risk::low, prefix[0] == 'c' ? 0.8 : 0.4,
                        fmt::format("`{}` is a module of this crate; paths to it start with `{}`.", name, prefix));
        } else if (file) {
            for (const std::string& target : {root, p.path}) {
                auto tree = context.sources.tree(target);
                if (!tree)
                    continue;
                std::size_t at = 0;
                for (const Item& i : tree->items())
                    if (i.parent == -1) {
                        at = i.range.begin;
                        break;
                    }
                out.insert(
                    "name-mod", target, at, "mod " + name + ";\n", Risk::low, target == root ? 0.85 : 0.5,
                    fmt::format("The file of `{}` is there, but no `mod {};` makes it part of the crate.", name, name));
            }
        }
        if (std::string crate = crate_name(context); !crate.empty() && p.path.find("tests/") != std::string::npos)
            out.edit("name-path", p.path, begin, s.tokens()[token].end, crate, Risk::low, 0.6,
                     fmt::format("The crate is called `{}`.", crate));
    }

    static void missing_file(const RuleContext& context, const Place& p, Proposals& out) {
        auto name = between(context.diagnostic.message, "module `", "`");
        if (!name)
            return;
        std::vector<std::string> files;
        for (const auto& path : context.sources.rust_files()) {
            auto slash = path.rfind('/');
            std::string stem = path.substr(slash == std::string::npos ? 0 : slash + 1);
            stem.resize(stem.size() - 3);
            if (stem == "mod" && slash != std::string::npos) {
                auto up = path.rfind('/', slash - 1);
                stem =
                    path.substr(up == std::string::npos ? 0 : up + 1, slash - (up == std::string::npos ? 0 : up + 1));
            }
            if (stem != "lib" && stem != "main" && path != p.path)
                files.push_back(stem);
        }
        auto at = p.source->text(p.begin, p.end).find(*name);
        if (at == std::string_view::npos)
            return;
        for (const auto& n : closest(*name, files, 2))
            out.edit("name-spelling", p.path, p.begin + at, p.begin + at + name->size(), n.name, Risk::low, 0.8,
                     fmt::format("There is a file for `{}`, none for `{}`.", n.name, *name));
        std::size_t end = p.end;
        if (end < p.source->text().size() && p.source->text()[end] == '\n')
            ++end;
        bool used = false;
        for (std::size_t i = 0; i < p.source->tokens().size(); ++i)
            used |= p.source->tokens()[i].begin >= p.end && p.source->at(static_cast<std::int64_t>(i)) == *name;
        if (!used)
            out.edit("name-mod", p.path, p.begin, end, "", Risk::destructive, 0.2,
                     fmt::format("There is no file for the module `{}`, and nothing uses it.", *name));
    }
};

RC_REGISTER_RULE(NameImport)

} // namespace

} // namespace rustcoder::repair
