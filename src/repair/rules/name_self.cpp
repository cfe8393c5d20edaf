// E0424: a method without its `self` parameter. E0407: a trait method under another name. E0053, E0050, E0186, E0185,
// E0195: a signature that is not the trait's.
#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::repair {

namespace {

/// The `(` of the parameter list and its partner, by token index.
std::optional<std::pair<std::size_t, std::size_t>> parameter_list(const Source& s, const Item& f) {
    std::size_t i = s.token_at(f.generics.empty() ? f.name_range.end : f.generics.end);
    while (i < s.tokens().size() && s.tokens()[i].begin < f.signature.end && s.at(static_cast<std::int64_t>(i)) != "(")
        ++i;
    if (i >= s.tokens().size() || s.tokens()[i].match < 0)
        return std::nullopt;
    return std::pair{i, static_cast<std::size_t>(s.tokens()[i].match)};
}

bool assigns(std::string_view t) {
    return t.size() >= 1 && t.back() == '=' && t != "==" && t != "!=" && t != "<=" && t != ">=";
}

/// "&mut self", "&self" or "self", by what the body does with it.
std::string receiver_by_use(const RuleContext& context, const Tree& tree, const Item& f) {
    const Source& s = tree.source();
    bool moved = false;
    const Item* owner = owner_of(tree, f);
    for (std::size_t k = s.token_at(f.body.begin); k < s.tokens().size() && s.tokens()[k].begin < f.body.end; ++k) {
        auto i = static_cast<std::int64_t>(k);
        if (s.at(i) != "self")
            continue;
        if (s.at(i - 1) == "mut" && s.at(i - 2) == "&")
            return "&mut self";
        if (s.at(i + 1) != ".") {
            moved |= s.at(i - 1) != "&" && s.at(i - 1) != "*" && s.at(i + 1) != "." &&
                     (s.at(i - 1) == "(" || s.at(i - 1) == "{");
            continue;
        }
        // follow the chain of fields and indexes to what is done with it
        std::size_t j = k + 1;
        std::string_view last;
        while (j < s.tokens().size()) {
            auto t = s.at(static_cast<std::int64_t>(j));
            if (t == "." || t == "?") {
                ++j;
            } else if (s.tokens()[j].kind == Kind::ident || s.tokens()[j].kind == Kind::integer) {
                last = t;
                ++j;
            } else if (t == "[" && s.tokens()[j].match > 0) {
                j = static_cast<std::size_t>(s.tokens()[j].match) + 1;
            } else {
                break;
            }
        }
        auto after = s.at(static_cast<std::int64_t>(j));
        if (assigns(after) && (s.tokens()[j].kind == Kind::punct))
            return "&mut self";
        if (after == "(") {
            static constexpr std::string_view mutators[] = {
                "push",   "push_str", "insert",    "remove",      "clear",      "pop",
                "sort",   "sort_by",  "extend",    "append",      "reverse",    "retain",
                "drain",  "entry",    "push_back", "push_front",  "pop_front",  "pop_back",
                "dedup",  "truncate", "swap",      "iter_mut",    "get_mut",    "take",
                "as_mut", "next",     "write_all", "sort_by_key", "values_mut", "write"};
            if (std::find(std::begin(mutators), std::end(mutators), last) != std::end(mutators))
                return "&mut self";
            if (owner)
                for (const auto& m : methods_of(context, owner->name))
                    if (m.item->name == last && !m.item->parameters.empty() && m.item->parameters.front().is_self &&
                        m.item->parameters.front().type_text.starts_with("&mut"))
                        return "&mut self";
        }
    }
    return moved ? "self" : "&self";
}

class NameSelf final : public Rule {
public:
    std::string_view name() const override { return "name-self-parameter"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0424", "E0407", "E0053", "E0050", "E0186", "E0185", "E0195", "E0599"});
    }

    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Item* f = place->tree->function_at(place->begin);
        const std::string& code = context.diagnostic.code;
        if (code == "E0424" && f)
            add_self(context, *place, *f, out);
        else if (code == "E0407")
            trait_method(context, *place, out);
        else if (code != "E0599" && f)
            trait_signature(context, *place, *f, out);
    }

private:
    static void add_self(const RuleContext& context, const Place& p, const Item& f, Proposals& out) {
        auto list = parameter_list(*p.source, f);
        const Item* owner = owner_of(*p.tree, f);
        if (!list || !owner || (!f.parameters.empty() && f.parameters.front().is_self))
            return;
        std::string best = receiver_by_use(context, *p.tree, f);
        bool declared = false;
        if (!owner->trait_name.empty())
            for (const auto& d : types_named(context, owner->trait_name, p.path))
                for (const Item& i : d.tree->items())
                    if (d.tree->parent(i) == d.item && i.name == f.name && !i.parameters.empty() &&
                        i.parameters.front().is_self) {
                        best = std::string(d.tree->source().text(i.parameters.front().range));
                        declared = true;
                    }
        std::size_t at = p.source->tokens()[list->first].end;
        std::string tail = f.parameters.empty() ? "" : ", ";
        const std::string why =
            fmt::format("`{}` uses `self`, so it has to take `{}` as its first parameter.", f.name, best);
        out.insert("name-self-parameter", p.path, at, best + tail, Risk::low, declared ? 0.95 : 0.9, why);
        for (const char* other : {"&self", "&mut self", "self"})
            if (other != best)
                out.insert("name-self-parameter", p.path, at, other + tail, Risk::low, 0.3, why);
    }

    static void trait_method(const RuleContext& context, const Place& p, Proposals& out) {
        auto ticked = backticked(context.diagnostic.message);
        const Item* item = p.tree->item_at(p.begin);
        if (ticked.empty() || !item)
            return;
        const Item* owner = item->kind == ItemKind::impl ? item : p.tree->parent(*item);
        if (!owner || item->kind == ItemKind::impl)
            return;
        std::vector<std::string> missing;
        for (const auto& d : context.all)
            if (d.code == "E0046" && d.is_error())
                if (const auto* at = d.primary(); at && at->file == p.path && owner->range.contains(at->begin))
                    for (auto& n : backticked(d.message))
                        missing.push_back(n);
        for (const auto& d : types_named(context, owner->trait_name, p.path))
            for (const Item& i : d.tree->items())
                if (d.tree->parent(i) == d.item)
                    missing.push_back(i.name);
        static constexpr std::string_view known[] = {
            "from",     "into",        "fmt",       "next",      "drop",       "default",    "clone",
            "eq",       "partial_cmp", "cmp",       "add",       "sub",        "mul",        "div",
            "neg",      "index",       "index_mut", "deref",     "deref_mut",  "from_str",   "hash",
            "try_from", "as_ref",      "into_iter", "from_iter", "add_assign", "sub_assign", "read",
            "write",    "flush",       "to_string", "extend",    "not"};
        for (auto k : known)
            missing.emplace_back(k);
        bool only = false;
        for (const auto& d : context.all)
            only |= d.code == "E0046" && backticked(d.message).size() == 1;
        for (const auto& n : closest(ticked[0], missing, 2))
            out.edit("name-trait-method", p.path, item->name_range.begin, item->name_range.end, n.name, Risk::low,
                     std::clamp((n.closeness - 0.45) * 1.9 + (only ? 0.1 : 0), 0.1, 0.95),
                     fmt::format("The trait has no `{}`; its method is called `{}`.", ticked[0], n.name));
        if (only && !missing.empty() && closeness(ticked[0], missing[0]) < 0.5)
            out.edit("name-trait-method", p.path, item->name_range.begin, item->name_range.end, missing[0], Risk::low,
                     0.35, fmt::format("The trait wants a `{}` and has no `{}`.", missing[0], ticked[0]));
    }

    /// Parameters and return type as the trait (ours or std's) declares them.
    static void trait_signature(const RuleContext& context, const Place& p, const Item& f, Proposals& out) {
        const Item* owner = owner_of(*p.tree, f);
        auto list = parameter_list(*p.source, f);
        if (!owner || !list)
            return;
        for (const auto& d : types_named(context, owner->trait_name, p.path)) {
            if (d.item->kind != ItemKind::trait)
                continue;
            for (const Item& i : d.tree->items()) {
                if (d.tree->parent(i) != d.item || i.name != f.name)
                    continue;
                const Source& ts = d.tree->source();
                auto theirs = parameter_list(ts, i);
                if (!theirs)
                    continue;
                trait_side(context, {d.path, d.tree, &i}, *theirs, p, f, out);
                std::size_t end = i.return_type.empty() ? ts.tokens()[theirs->second].end : i.return_type.end;
                std::size_t my_end = f.return_type.empty() ? p.source->tokens()[list->second].end : f.return_type.end;
                out.edit("name-trait-signature", p.path, p.source->tokens()[list->first].begin, my_end,
                         std::string(ts.text(ts.tokens()[theirs->first].begin, end)), Risk::low, 0.72,
                         fmt::format("The signature of `{}` has to be the one that the trait `{}` declares.", f.name,
                                     owner->trait_name));
            }
        }
        // only the receiver differs
        auto expected = expected_signature(context.diagnostic);
        if (expected.empty())
            return;
        if (f.return_type.empty()) {
            auto arrow = expected.rfind(") -> ");
            if (arrow != std::string::npos) {
                std::string type =
                    spell_type(*p.tree, f.signature.begin, with_alias(p, clean_type(expected.substr(arrow + 5))));
                if (!type.empty())
                    out.insert("name-trait-signature", p.path, p.source->tokens()[list->second].end, " -> " + type,
                               Risk::low, 0.85, fmt::format("The trait says that `{}` returns `{}`.", f.name, type));
            }
        }
    }

    /// The impl is right and the trait's declaration lost something (its receiver, a parameter).
    static void trait_side(const RuleContext& context, const Declared& declared,
                           std::pair<std::size_t, std::size_t> theirs, const Place& p, const Item& f, Proposals& out) {
        const Source& ts = declared.tree->source();
        const Item& i = *declared.item;
        auto mine = parameter_list(*p.source, f);
        bool has = !i.parameters.empty() && i.parameters.front().is_self;
        bool impl_has = !f.parameters.empty() && f.parameters.front().is_self;
        if (impl_has && !has) {
            std::string self(p.source->text(f.parameters.front().range));
            bool used = p.source->text(f.body).find("self") != std::string_view::npos;
            out.insert("name-trait-signature", declared.path, ts.tokens()[theirs.first].end,
                       self + (i.parameters.empty() ? "" : ", "), Risk::low, used ? 0.85 : 0.5,
                       fmt::format("The methods take `{}`, so the trait has to declare it.", self));
        } else if (mine && context.diagnostic.code != "E0186") {
            std::size_t end = i.return_type.empty() ? ts.tokens()[theirs.second].end : i.return_type.end;
            std::size_t my_end = f.return_type.empty() ? p.source->tokens()[mine->second].end : f.return_type.end;
            int agreeing = 0;
            for (const auto& d : context.all)
                agreeing +=
                    d.is_error() && d.code == context.diagnostic.code && d.message == context.diagnostic.message;
            out.edit("name-trait-signature", declared.path, ts.tokens()[theirs.first].begin, end,
                     std::string(p.source->text(p.source->tokens()[mine->first].begin, my_end)), Risk::behaviour,
                     agreeing > 1 ? 0.75 : 0.4,
                     fmt::format("The trait declares `{}` otherwise than its implementations.", f.name));
        }
    }

    static std::string expected_signature(const toolchain::Diagnostic& d) {
        for (const auto& c : d.children)
            if (auto e = between(c.message, "expected signature `", "`"))
                return *e;
        return {};
    }

    /// `Result<T, Error>` of io or fmt is written through the alias that the file imports.
    static std::string with_alias(const Place& p, std::string type) {
        auto arguments = type_arguments(type);
        if (type_head(type) != "Result" || arguments.size() != 2 || arguments[1] != "Error")
            return type;
        const std::string& text = p.source->text();
        bool fmt_trait = arguments[0] == "()" && text.find("fmt") != std::string::npos;
        for (const auto& i : p.tree->imports())
            if (i.name == "Result")
                return i.path.find("fmt") != std::string::npos ? "Result" : "Result<" + arguments[0] + ">";
        bool module = false;
        for (const auto& i : p.tree->imports())
            module |= i.name == (fmt_trait ? "fmt" : "io");
        std::string prefix = module ? "" : "std::";
        return fmt_trait ? prefix + "fmt::Result" : prefix + "io::Result<" + arguments[0] + ">";
    }
};

RC_REGISTER_RULE(NameSelf)

} // namespace

} // namespace rustcoder::repair
