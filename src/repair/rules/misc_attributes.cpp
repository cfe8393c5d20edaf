// Attributes, editions, visibility and qualifiers that are written wrongly or do not go together: E0045 E0055 E0197
// E0200 E0364 E0365 E0452 E0453 E0538 E0539 E0552 E0565 E0566 E0577 E0584 E0585 E0587 E0589 E0634 E0646 E0648 E0670
// E0692 E0697 E0703 E0704 E0710 E0732 E0737 E0742 E0752 E0774 E0777 E0805.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <bit>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

/// The attribute `#[...]` around the error.
Range attribute_at(const Site& site) {
    const Source& s = site.s();
    for (Index i = static_cast<Index>(site.token()); i >= 0; --i)
        if (s.at(i) == "#" && (s.at(i + 1) == "[" || s.at(i + 2) == "[")) {
            std::size_t open = static_cast<std::size_t>(s.at(i + 1) == "[" ? i + 1 : i + 2);
            if (s.tokens()[open].match < 0)
                return {};
            Range r{s.tokens()[static_cast<std::size_t>(i)].begin,
                    s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)].end};
            return r.end >= site.at().end || r.contains(site.at().begin) ? r : Range{};
        }
    return {};
}

std::string unquoted(std::string text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2);
    return text;
}

void form(Site& site) { // E0539 E0565 E0777 E0805 E0452
    const Source& s = site.s();
    Range attribute = attribute_at(site);
    if (attribute.empty())
        return;
    std::size_t first = s.token_at(attribute.begin), last = s.token_at(attribute.end - 1);
    for (std::size_t i = first; i + 2 <= last; ++i) {
        auto k = static_cast<Index>(i);
        // #[repr = "C"] -> #[repr(C)]
        if (s.at(k) == "=" && s.tokens()[i + 1].kind == Kind::string && i == first + 3)
            site.propose(Risk::none, 0.85, "the attribute takes its value in parentheses.",
                         {site.swap({s.tokens()[i - 1].end, s.tokens()[i + 1].end},
                                    "(" + unquoted(std::string(s.at(k + 1))) + ")")});
        // note("reason") -> note = "reason"
        if (s.at(k) == "(" && s.tokens()[i + 1].kind == Kind::string && s.at(k + 2) == ")" && i > first + 3)
            site.propose(Risk::none, 0.88, "the value is given with `=`.",
                         {site.swap({s.tokens()[i].begin, s.tokens()[i + 2].end}, " = " + std::string(s.at(k + 1)))});
        // repr("C"), derive("Clone")
        if (s.tokens()[i].kind == Kind::string && (s.at(k - 1) == "(" || s.at(k - 1) == ",") && s.at(k - 2) != "=")
            site.propose(Risk::none, 0.88, "a name is wanted here, not a string.",
                         {site.swap({s.tokens()[i].begin, s.tokens()[i].end}, unquoted(std::string(s.at(k))))});
        // allow(foo = "")
        if (site.d.code == "E0452" && s.at(k) == "=" && i > first + 3)
            site.propose(Risk::low, 0.7, "lint names take no value.",
                         {site.cut({s.tokens()[i - 1].end, s.tokens()[i + 1].end})});
        // inline(whatever) -> inline
        if ((site.d.code == "E0539" || site.d.code == "E0805") && s.at(k) == "(" && s.at(k - 1) == "inline" &&
            s.tokens()[i].match >= 0) {
            Range arguments{s.tokens()[i].begin, s.tokens()[static_cast<std::size_t>(s.tokens()[i].match)].end};
            site.propose(Risk::low, 0.6, "`inline` stands alone or with `always` or `never`.", {site.cut(arguments)});
            if (auto comma = s.text(arguments).find(','); comma != std::string_view::npos)
                site.propose(Risk::low, 0.65, "`inline` takes one argument.",
                             {site.swap(arguments, std::string(s.text(arguments).substr(0, comma)) + ")")});
        }
    }
}

void conflicting_hints(Site& site) { // E0538 E0566 E0587 E0634 E0692
    const Source& s = site.s();
    std::vector<Range> hints;
    for (const Span& span : site.d.spans)
        if (Range r = site.range(&span); !r.empty() && (site.d.code != "E0538" || !span.primary))
            hints.push_back(r);
    if (site.d.code == "E0587" || site.d.code == "E0634") {
        hints.clear();
        const Item* item = site.t().item_at(site.at().begin);
        for (std::size_t a = 0; item && a < item->attributes.size(); ++a)
            for (std::size_t i = s.token_at(item->attributes[a].begin);
                 i < s.tokens().size() && s.tokens()[i].begin < item->attributes[a].end; ++i)
                if (s.tokens()[i].kind == Kind::ident && s.text(s.tokens()[i]) != "repr") {
                    std::size_t end = s.tokens()[i].end;
                    if (i + 1 < s.tokens().size() && s.text(s.tokens()[i + 1]) == "(" && s.tokens()[i + 1].match >= 0)
                        end = s.tokens()[static_cast<std::size_t>(s.tokens()[i + 1].match)].end;
                    hints.push_back({s.tokens()[i].begin, end});
                }
    }
    for (std::size_t k = hints.size(); k-- > 0;) {
        auto near = s.token_before(hints[k].begin), next = static_cast<Index>(s.token_at(hints[k].end));
        bool alone = s.at(near) == "(" && s.at(next) == ")";
        if (alone) { // a whole attribute
            for (const Item& item : site.t().items())
                for (Range a : item.attributes)
                    if (a.contains(hints[k].begin))
                        site.propose(Risk::behaviour, 0.35,
                                     "the representation hints contradict each other; one of them goes.",
                                     {cut_line(s, site.path(), a)});
            continue;
        }
        site.propose(Risk::behaviour, 0.5 - 0.05 * static_cast<double>(hints.size() - 1 - k),
                     "the hints contradict each other; one of them goes.", {site.cut(with_separator(s, hints[k]))});
    }
}

void representation(Site& site) { // E0552 E0589 E0732 E0693
    const Source& s = site.s();
    if (site.d.code == "E0589") {
        unsigned long value = std::strtoul(site.str(site.at()).c_str(), nullptr, 10);
        if (value > 0 && value < (1ul << 29))
            site.propose(Risk::low, 0.85, "an alignment is a power of two.",
                         {site.swap(site.at(), std::to_string(std::bit_ceil(value)))});
    } else if (site.d.code == "E0552") {
        static const std::vector<std::string> known = {"C",   "Rust", "transparent", "packed", "align", "simd",
                                                       "u8",  "u16",  "u32",         "u64",    "u128",  "i8",
                                                       "i16", "i32",  "i64",         "i128",   "usize", "isize"};
        std::string text = site.str(site.at());
        for (const auto& near : closest(text, known))
            site.propose(Risk::low, 0.7 * near.closeness,
                         "there is no representation `" + text + "`; `" + near.name + "` is one.",
                         {site.swap(site.at(), near.name)});
        site.propose(Risk::low, 0.45, "there is no representation `" + text + "`; `C` is the usual one.",
                     {site.swap(site.at(), "C")});
    } else {
        const Item* item = site.t().item_at(site.at().begin);
        if (item)
            site.propose(Risk::low, 0.85, "an enum with data and explicit numbers must say how wide the numbers are.",
                         {site.put(item->signature.begin, "#[repr(u8)]\n" + indent_at(s, item->signature.begin))});
    }
}

void qualifiers(Site& site) { // E0045 E0197 E0198 E0200 E0199 E0572 E0646 E0697 E0752 E0703
    const Source& s = site.s();
    const std::string& code = site.d.code;
    auto remove_word = [&](std::string_view word, Range in, double prior, std::string why) {
        for (std::size_t i = s.token_at(in.begin); i + 1 < s.tokens().size() && s.tokens()[i].begin < in.end; ++i)
            if (s.text(s.tokens()[i]) == word) {
                site.propose(Risk::low, prior, std::move(why),
                             {site.cut({s.tokens()[i].begin, s.tokens()[i + 1].begin})});
                return;
            }
    };
    Range line{s.line_begin(s.line_of(site.at().begin)), site.at().end};
    if (code == "E0045")
        for (Index i = static_cast<Index>(site.token()); i > 0; --i)
            if (s.at(i) == "extern" && s.tokens()[static_cast<std::size_t>(i) + 1].kind == Kind::string) {
                const auto& t = s.tokens()[static_cast<std::size_t>(i) + 1];
                site.propose(Risk::low, 0.88, "a variable number of arguments needs the C calling convention.",
                             {site.swap({t.begin, t.end}, "\"C\"")});
                break;
            }
    if (code == "E0197" || code == "E0198" || code == "E0199")
        remove_word("unsafe", line, 0.88, "only implementations of unsafe traits are marked `unsafe`.");
    if (code == "E0200") {
        auto ticked = backticked(site.d.message);
        if (auto trait = ticked.empty() ? std::nullopt : trait_named(site.context, ticked.front())) {
            auto text = trait->tree->source().text(trait->item->signature);
            auto at = text.find("unsafe ");
            if (at != std::string_view::npos)
                site.propose(Risk::behaviour, 0.3, "nothing about the trait has to be unsafe to implement.",
                             {make_edit(trait->path, trait->item->signature.begin + at,
                                        trait->item->signature.begin + at + 7, {})});
        }
    }
    if (code == "E0572" && s.text(site.at()).starts_with("return"))
        site.propose(Risk::none, 0.95, "a constant has a value, nothing to return from.",
                     {site.cut({site.at().begin, s.tokens()[site.token() + 1].begin})});
    if (code == "E0646")
        site.propose(Risk::low, 0.85, "`main` has no bounds.",
                     {site.cut({s.tokens()[site.token() - 1].end, site.at().end})});
    if (code == "E0697")
        remove_word("static", site.at(), 0.85, "closures are not `static`.");
    if (code == "E0752") {
        remove_word("async", site.at(), 0.7, "`main` cannot be async without a runtime.");
    }
    if (code == "E0703") {
        static const std::vector<std::string> known = {"C",     "system", "Rust",  "cdecl",    "stdcall", "fastcall",
                                                       "win64", "sysv64", "aapcs", "C-unwind", "efiapi"};
        std::string text = unquoted(site.str(site.at()));
        for (const auto& near : closest(text, known))
            site.propose(Risk::low, 0.6 * near.closeness + 0.2, "there is no calling convention `" + text + "`.",
                         {site.swap(site.at(), "\"" + near.name + "\"")});
        site.propose(Risk::low, 0.5, "there is no calling convention `" + text + "`; `C` is the usual one.",
                     {site.swap(site.at(), "\"C\"")});
    }
}

void visibility(Site& site) { // E0364 E0365 E0577 E0704 E0742
    const Source& s = site.s();
    if (site.d.code == "E0364" || site.d.code == "E0365") {
        auto ticked = backticked(site.d.message);
        if (ticked.empty())
            return;
        std::string name = ticked.front();
        for (const auto& path : site.context.sources.rust_files()) {
            auto tree = site.context.sources.tree(path);
            for (const Item& item : tree->items())
                if (item.name == name && item.kind != ItemKind::use && item.kind != ItemKind::impl &&
                    !tree->source().text(item.signature).starts_with("pub "))
                    site.propose(Risk::low, 0.8, "`" + name + "` is exported again, so it must be public itself.",
                                 {make_edit(path, item.signature.begin, item.signature.begin, "pub ")});
        }
        return;
    }
    Index open = s.enclosing_open(site.token());
    if (open < 1 || s.at(open) != "(" || s.at(open - 1) != "pub" ||
        s.tokens()[static_cast<std::size_t>(open)].match < 0)
        return;
    Range list{s.tokens()[static_cast<std::size_t>(open) - 1].end,
               s.tokens()[static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(open)].match)].end};
    site.propose(Risk::low, 0.66, "visibility can only be limited to a module around the item.",
                 {site.swap(list, "(crate)")});
    site.propose(Risk::low, 0.4, "visibility can only be limited to a module around the item.",
                 {site.swap(list, "(super)")});
}

void comments(Site& site) { // E0584 E0585
    auto text = site.text(site.at());
    if (text.starts_with("///") || text.starts_with("//!"))
        site.propose(Risk::none, 0.93,
                     "a documentation comment must stand before what it documents; this one is a plain comment.",
                     {site.cut({site.at().begin + 2, site.at().begin + 3})});
    else if (text.starts_with("/**"))
        site.propose(Risk::none, 0.93,
                     "a documentation comment must stand before what it documents; this one is a plain comment.",
                     {site.cut({site.at().begin + 2, site.at().begin + 3})});
}

void levels(Site& site) { // E0453 E0710 E0055 E0648 E0737 E0774
    const Source& s = site.s();
    const std::string& code = site.d.code;
    if (code == "E0453") {
        Range set = site.labelled("`forbid` level set here");
        if (!set.empty())
            for (Index i = static_cast<Index>(s.token_at(set.begin)); i > 0; --i)
                if (s.at(i) == "forbid") {
                    const auto& t = s.tokens()[static_cast<std::size_t>(i)];
                    site.propose(Risk::low, 0.75, "`forbid` admits no exceptions; `deny` does.",
                                 {site.swap({t.begin, t.end}, "deny")});
                    break;
                }
    }
    if (code == "E0710") {
        static const std::vector<std::string> tools = {"clippy", "rustfmt", "rustdoc", "rustc", "miri", "diagnostic"};
        for (const auto& near : closest(site.str(site.at()), tools))
            site.propose(Risk::none, 0.9, "the tool is called `" + near.name + "`.", {site.swap(site.at(), near.name)});
    }
    if (code == "E0055")
        for (const Child& child : site.d.children)
            if (auto limit = between(child.message, "recursion_limit = \"", "\"")) {
                auto at = s.text().find("recursion_limit");
                if (at == std::string::npos) {
                    site.propose(Risk::low, 0.6, "the types nest deeper than the compiler follows by default.",
                                 {site.put(0, "#![recursion_limit = \"" + *limit + "\"]\n")});
                } else if (auto quote = s.text().find('"', at); quote != std::string::npos) {
                    auto end = s.text().find('"', quote + 1);
                    if (end != std::string::npos)
                        site.propose(Risk::low, 0.85, "the types nest deeper than the limit allows.",
                                     {site.swap({quote + 1, end}, *limit)});
                }
            }
    if (code == "E0648") {
        auto text = site.str(site.at());
        auto at = text.find("\\0");
        if (at != std::string::npos)
            site.propose(Risk::low, 0.8, "a symbol name cannot hold a NUL.",
                         {site.cut({site.at().begin + at, site.at().begin + at + 2})});
    }
    if (code == "E0737" || code == "E0774") {
        Range attribute = attribute_at(site);
        if (!attribute.empty())
            site.propose(Risk::behaviour, 0.4, "the attribute does not apply here.",
                         {cut_line(s, site.path(), attribute)});
    }
    if (code == "E0737") {
        const Item* item = site.t().item_at(site.at().end + 1);
        if (item)
            if (auto at = s.text(item->signature).find("extern \"C\" "); at != std::string_view::npos)
                site.propose(Risk::behaviour, 0.45, "callers are tracked only through Rust's own calling convention.",
                             {site.cut({item->signature.begin + at, item->signature.begin + at + 11})});
    }
}

void edition(Site& site) { // E0670
    const std::string* manifest = site.context.project().find("Cargo.toml");
    if (!manifest)
        return;
    // the manifest is no Rust file, so the edit bypasses the site's check of Rust sources
    auto at = manifest->find("edition");
    auto quote = at == std::string::npos ? at : manifest->find('"', at);
    if (quote != std::string::npos && quote + 6 <= manifest->size())
        site.propose_raw(Risk::low, 0.85, "`async` needs edition 2018 or later; the manifest asks for a current one.",
                         {make_edit("Cargo.toml", quote + 1, quote + 5, "2021")});
    else if (auto package = manifest->find("[package]"); package != std::string::npos)
        site.propose_raw(Risk::low, 0.85, "`async` needs edition 2018 or later; the manifest asks for a current one.",
                         {make_edit("Cargo.toml", package + 9, package + 9, "\nedition = \"2021\"")});
}

} // namespace

RC_CODE_RULE(form, "misc-attribute-form", "E0539", "E0565", "E0777", "E0805", "E0452")
RC_CODE_RULE(conflicting_hints, "misc-attribute-conflict", "E0538", "E0566", "E0587", "E0634", "E0692")
RC_CODE_RULE(representation, "misc-representation", "E0552", "E0589", "E0732")
RC_CODE_RULE(qualifiers, "misc-qualifier", "E0045", "E0197", "E0198", "E0199", "E0200", "E0572", "E0646", "E0697",
             "E0703", "E0752")
RC_CODE_RULE(visibility, "misc-visibility", "E0364", "E0365", "E0577", "E0704", "E0742")
RC_CODE_RULE(comments, "misc-doc-comment", "E0584", "E0585")
RC_CODE_RULE(levels, "misc-level", "E0453", "E0710", "E0055", "E0648", "E0737", "E0774")
RC_CODE_RULE(edition, "misc-edition", "E0670")

} // namespace rustcoder::repair
