// E0106: a reference without a lifetime. In a signature the body says which inputs the result comes from; in a type
// either the type gets a lifetime or it owns the data.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// Return positions of a body: tail of the outermost block, tails of its branches (textually) and `return`.
std::vector<std::string> returned_texts(const Source& s, const Item& fn) {
    std::vector<std::string> out;
    const auto& tokens = s.tokens();
    for (std::size_t i = s.token_at(fn.body.begin); i < tokens.size() && tokens[i].begin < fn.body.end; ++i) {
        if (s.text(tokens[i]) == "{" && brace_kind(s, i) == BraceKind::block) {
            auto statements = statements_of(s, i);
            if (!statements.empty() && !s.text(statements.back()).ends_with(";") &&
                !s.text(statements.back()).ends_with("}"))
                out.emplace_back(s.text(statements.back()));
        }
        if (s.text(tokens[i]) == "=>" || s.text(tokens[i]) == "return") {
            std::size_t last = i + 1;
            while (last < tokens.size() && s.text(tokens[last]) != "," && s.text(tokens[last]) != ";" &&
                   tokens[last].kind != Kind::close)
                last = tokens[last].kind == Kind::open && tokens[last].match >= 0
                           ? static_cast<std::size_t>(tokens[last].match) + 1
                           : last + 1;
            if (last > i + 1 && s.text(tokens[i + 1]) != "{")
                out.emplace_back(s.text(tokens[i + 1].begin, tokens[last - 1].end));
        }
    }
    return out;
}

void in_signature(Site& site, const Item& fn) {
    const Source& s = site.s();
    std::string result = site.str(fn.return_type);
    auto texts = returned_texts(s, fn);
    std::vector<std::size_t> sources; // parameters the result comes from
    for (std::size_t k = 0; k < fn.parameters.size(); ++k) {
        const auto& p = fn.parameters[k];
        if (p.name.empty() || !has(p.type_text, "&"))
            continue;
        for (const auto& text : texts) {
            Source piece{text};
            if (!uses_of(piece, {0, text.size()}, p.name).empty()) {
                sources.push_back(k);
                break;
            }
        }
    }
    // edit the result: every `&` without lifetime, every `'_`
    auto with = [&](const std::string& name, std::vector<Edit>& edits) {
        for (std::size_t i = s.token_at(fn.return_type.begin);
             i < s.tokens().size() && s.tokens()[i].begin < fn.return_type.end; ++i) {
            auto next = i + 1 < s.tokens().size() ? s.tokens()[i + 1].kind : Kind::unknown;
            if (s.text(s.tokens()[i]) == "&" && next != Kind::lifetime)
                edits.push_back(site.put(s.tokens()[i].end, name + " "));
            if (s.text(s.tokens()[i]) == "'_")
                edits.push_back(site.swap({s.tokens()[i].begin, s.tokens()[i].end}, name));
        }
    };
    if (!sources.empty()) {
        std::string name = has(site.str(fn.generics), "'a") ? "'a" : "'a";
        bool declared = has(site.str(fn.generics), "'a");
        const Item* owner = owner_of(site.t(), fn);
        declared = declared || (owner && has(site.str(owner->generics), "'a"));
        std::vector<Edit> edits;
        for (std::size_t k : sources) {
            const auto& p = fn.parameters[k];
            Range type = p.is_self ? p.range : p.type;
            for (std::size_t i = s.token_at(type.begin); i < s.tokens().size() && s.tokens()[i].begin < type.end; ++i)
                if (s.text(s.tokens()[i]) == "&") {
                    if (i + 1 < s.tokens().size() && s.tokens()[i + 1].kind == Kind::lifetime)
                        name = s.text(s.tokens()[i + 1]);
                    else
                        edits.push_back(site.put(s.tokens()[i].end, name + " "));
                    break;
                }
        }
        if (!declared && !edits.empty())
            edits.push_back(fn.generics.empty() ? site.put(fn.name_range.end, "<" + name + ">")
                                                : site.put(fn.generics.begin + 1, name + ", "));
        with(name, edits);
        std::string list;
        for (std::size_t k : sources)
            list += (list.empty() ? "`" : ", `") + fn.parameters[k].name + "`";
        site.propose(Risk::low, 0.8, "the result is borrowed from " + list + ", and the signature now says so.",
                     std::move(edits));
    }
    bool literals = !texts.empty() && std::all_of(texts.begin(), texts.end(), [](const std::string& t) {
        return t.starts_with("\"") || t.starts_with("&[");
    });
    if (sources.empty()) {
        std::vector<Edit> edits;
        with("'static", edits);
        site.propose(literals ? Risk::none : Risk::low, literals ? 0.9 : 0.35,
                     literals ? "only literals are returned, and they live for ever (`'static`)."
                              : "no input lends the result, so it lives for ever (`'static`).",
                     std::move(edits));
        // owned: literals become strings
        if (result == "&str" || result == "& str") {
            std::vector<Edit> owned{site.swap(fn.return_type, "String")};
            for (std::size_t i = s.token_at(fn.body.begin); i < s.tokens().size() && s.tokens()[i].begin < fn.body.end;
                 ++i)
                if (s.tokens()[i].kind == Kind::string) {
                    auto before = s.at(static_cast<Index>(i) - 1), after = s.at(static_cast<Index>(i) + 1);
                    if ((before == "{" || before == "=>" || before == "return" || before == ";" || before == "}") &&
                        (after == "}" || after == "," || after == ";"))
                        owned.push_back(site.put(s.tokens()[i].end, ".to_string()"));
                }
            for (std::string_view suffix : {".as_str()"})
                for (const auto& text : texts)
                    if (text.ends_with(suffix)) {
                        auto at = s.text(fn.body).rfind(text);
                        if (at != std::string_view::npos) {
                            std::size_t end = fn.body.begin + at + text.size();
                            owned.push_back(site.cut({end - suffix.size(), end}));
                        }
                    }
            for (const auto& text : texts)
                if (text.starts_with("&")) {
                    auto at = s.text(fn.body).rfind(text);
                    if (at != std::string_view::npos)
                        owned.push_back(site.cut({fn.body.begin + at, fn.body.begin + at + 1}));
                }
            site.propose(Risk::low, literals ? 0.4 : 0.62,
                         "the function makes the string itself, so it returns it instead of a reference.",
                         std::move(owned));
        }
    }
}

void in_type(Site& site, const Item& type) {
    const Source& s = site.s();
    // the whole type gets a lifetime, and so does every mention of it
    std::vector<Edit> edits;
    std::string name = "'a";
    bool declared = has(site.str(type.generics), "'");
    if (declared) {
        for (std::size_t i = s.token_at(type.generics.begin); s.tokens()[i].begin < type.generics.end; ++i)
            if (s.tokens()[i].kind == Kind::lifetime) {
                name = s.text(s.tokens()[i]);
                break;
            }
    } else {
        edits.push_back(type.generics.empty() ? site.put(type.name_range.end, "<" + name + ">")
                                              : site.put(type.generics.begin + 1, name + ", "));
    }
    for (std::size_t i = s.token_at(type.name_range.end); i < s.tokens().size() && s.tokens()[i].begin < type.range.end;
         ++i)
        if (s.text(s.tokens()[i]) == "&" && i + 1 < s.tokens().size() && s.tokens()[i + 1].kind != Kind::lifetime)
            edits.push_back(site.put(s.tokens()[i].end, name + " "));
    auto at_token = s.tokens()[site.token()];
    if (at_token.kind == Kind::ident &&
        s.at(static_cast<Index>(site.token()) + 1) != "<") // a borrowing type without argument
        edits.push_back(site.put(at_token.end, "<" + name + ">"));
    std::vector<Edit> everywhere = edits;
    if (!declared)
        for (const auto& path : site.context.sources.rust_files()) {
            auto tree = site.context.sources.tree(path);
            for (const Item& item : tree->items()) {
                if (item.kind != ItemKind::impl || item.name != type.name)
                    continue;
                const Source& u = tree->source();
                for (std::size_t i = u.token_at(item.signature.begin);
                     i < u.tokens().size() && u.tokens()[i].begin < item.body.begin; ++i)
                    if (u.text(u.tokens()[i]) == type.name && u.at(static_cast<Index>(i) + 1) != "<")
                        everywhere.push_back(make_edit(path, u.tokens()[i].end, u.tokens()[i].end, "<'_>"));
            }
        }
    if (everywhere.size() > edits.size())
        site.propose(Risk::low, 0.66,
                     "`" + type.name + "` borrows data, so it carries the lifetime of what it borrows.",
                     std::move(everywhere));
    site.propose(Risk::low, 0.6, "`" + type.name + "` borrows data, so it carries the lifetime of what it borrows.",
                 std::move(edits));
    // or owns it
    std::vector<Edit> owned;
    for (std::size_t i = s.token_at(type.name_range.end);
         i + 1 < s.tokens().size() && s.tokens()[i].begin < type.range.end; ++i)
        if (s.text(s.tokens()[i]) == "&" && s.at(static_cast<Index>(i) + 1) == "str")
            owned.push_back(site.swap({s.tokens()[i].begin, s.tokens()[i + 1].end}, "String"));
    if (!owned.empty()) {
        auto fields = type.fields;
        for (const auto& path : site.context.sources.rust_files()) {
            auto tree = site.context.sources.tree(path);
            const Source& u = tree->source();
            for (std::size_t i = 0; i + 2 < u.tokens().size(); ++i)
                for (const auto& f : fields)
                    if (f.type_text.find("&str") != std::string::npos && u.text(u.tokens()[i]) == f.name &&
                        u.at(static_cast<Index>(i) + 1) == ":" && u.tokens()[i + 2].kind == Kind::string &&
                        (u.at(static_cast<Index>(i) + 3) == "," || u.at(static_cast<Index>(i) + 3) == "}"))
                        owned.push_back(make_edit(path, u.tokens()[i + 2].end, u.tokens()[i + 2].end, ".to_string()"));
        }
        site.propose(Risk::cost, 0.4, "`" + type.name + "` owns its text instead of borrowing it.", std::move(owned));
    }
}

/// `fn report(text: String) -> Report`: the result borrows from what the function owns, so it has to be lent instead.
void lent_parameter(Site& site, const Item& fn) {
    if (std::any_of(fn.parameters.begin(), fn.parameters.end(),
                    [](const auto& p) { return p.is_self || is_ref(p.type_text); }))
        return;
    auto statements = statements_of(site.s(), site.s().token_at(fn.body.begin));
    for (std::size_t k = 0; k < fn.parameters.size() && !statements.empty(); ++k) {
        const auto& p = fn.parameters[k];
        if ((p.type_text != "String" && type_head(p.type_text) != "Vec") ||
            uses_of(site.s(), statements.back(), p.name).empty())
            continue;
        if (auto edits =
                borrow_parameter(site.context, {site.path(), site.context.sources.tree(site.path()), &fn}, k, false))
            site.propose(Risk::low, 0.72,
                         "the result points into `" + p.name + "`, so the caller keeps it and lends it.",
                         std::move(*edits));
    }
}

void missing_lifetime(Site& site) {
    const Item* fn = site.function();
    if (fn && !fn->return_type.empty() && fn->return_type.begin <= site.at().begin &&
        site.at().begin < fn->return_type.end) {
        in_signature(site, *fn);
        lent_parameter(site, *fn);
        return;
    }
    const Item* item = site.t().item_at(site.at().begin);
    if (item && (item->kind == ItemKind::structure || item->kind == ItemKind::enumeration ||
                 item->kind == ItemKind::type_alias))
        in_type(site, *item);
}

} // namespace

RC_CODE_RULE(missing_lifetime, "life-e0106", "E0106")

} // namespace rustcoder::repair
