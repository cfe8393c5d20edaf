// Declarations that clash or lack something: E0015 E0044 E0062 E0081 E0124 E0133 E0201 E0252 E0255 E0364 E0370 E0428
// E0434 E0492 E0516 E0562 E0592 E0764.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <set>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

bool same_tokens(const Source& a, Range x, const Source& b, Range y) {
    std::size_t i = a.token_at(x.begin), j = b.token_at(y.begin);
    while (i < a.tokens().size() && a.tokens()[i].begin < x.end && j < b.tokens().size() &&
           b.tokens()[j].begin < y.end) {
        if (a.text(a.tokens()[i]) != b.text(b.tokens()[j]))
            return false;
        ++i;
        ++j;
    }
    bool end_a = i >= a.tokens().size() || a.tokens()[i].begin >= x.end,
         end_b = j >= b.tokens().size() || b.tokens()[j].begin >= y.end;
    return end_a && end_b;
}

std::string next_name(const std::string& name) {
    std::size_t digits = name.size();
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9')
        --digits;
    if (digits < name.size() && digits > 0)
        return name.substr(0, digits) + std::to_string(std::stoul(name.substr(digits)) + 1);
    bool type = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
    return name + (type ? "2" : "_2");
}

const Item* named_item_at(const Site& site, std::size_t offset) {
    const Item* best = nullptr;
    for (const Item& item : site.t().items())
        if (item.range.begin <= offset && offset < item.range.end && !item.name.empty() &&
            (!best || item.range.begin >= best->range.begin))
            best = &item;
    return best;
}

void defined_twice(Site& site) { // E0428 E0592 E0201
    const Source& s = site.s();
    const Item* second = named_item_at(site, site.at().begin);
    Range previous;
    for (std::string_view label : {"previous definition", "other definition"})
        if (previous.empty())
            previous = site.labelled(label);
    const Item* first = previous.empty() ? nullptr : named_item_at(site, previous.begin);
    if (!second || !first || first == second)
        return;
    if (second->range.begin < first->range.begin)
        std::swap(first, second);
    bool identical = same_tokens(s, first->range, s, second->range);
    if (identical)
        site.propose(Risk::destructive, second->body.empty() ? 0.35 : 0.6,
                     "`" + second->name + "` is written twice, word for word; one is enough.",
                     {cut_line(s, site.path(), second->range)});
    const Item* owner = owner_of(site.t(), *second);
    bool in_trait_impl = owner && !owner->trait_name.empty();
    if (in_trait_impl) {
        if (!identical && second->kind == ItemKind::function) { // the other version stays as a plain method
            auto local = local_type(site.context, owner->self_type);
            std::string pad = indent_at(s, owner->range.begin), fresh = fresh_name(s, next_name(second->name));
            std::string text = site.str(second->range);
            std::size_t at = second->name_range.begin - second->range.begin;
            text.replace(at, second->name.size(), fresh);
            if (local)
                site.propose(Risk::behaviour, 0.3,
                             "the trait takes one `" + second->name +
                                 "`; the other becomes a method under another name.",
                             {cut_line(s, site.path(), second->range),
                              site.put(owner->range.end, "\n\n" + pad + "impl" + site.str(owner->generics) + " " +
                                                             owner->self_type + " {\n" + pad + "    " + text + "\n" +
                                                             pad + "}")});
        }
        return;
    }
    std::string fresh = fresh_name(s, next_name(second->name));
    site.propose(Risk::behaviour, identical ? 0.4 : 0.55,
                 "the name `" + second->name + "` was taken; the second definition gets another one.",
                 {site.swap(second->name_range, fresh)});
}

void field_twice(Site& site) { // E0124 E0062
    const Source& s = site.s();
    const auto& t = s.tokens()[site.token()];
    std::string name(s.text(t));
    if (site.d.code == "E0124") {
        site.propose(Risk::behaviour, 0.55, "two fields had the same name; the second gets another one.",
                     {site.swap({t.begin, t.end}, fresh_name(s, next_name(name)))});
        return;
    }
    Index open = s.enclosing_open(site.token());
    if (open < 1)
        return;
    auto list = site.t().arguments(s.tokens()[static_cast<std::size_t>(open)].begin);
    std::set<std::string> present;
    Range first, second;
    for (Range r : list) {
        std::string field(s.at(static_cast<Index>(s.token_at(r.begin))));
        present.insert(field);
        if (field == name)
            (first.empty() ? first : second) = r;
    }
    for (const auto& f : fields_of(site.context, s.at(open - 1)))
        if (!present.contains(f.name))
            site.propose(Risk::low, 0.7, "`" + name + "` was given twice and `" + f.name + "` not at all.",
                         {site.swap({t.begin, t.end}, f.name)});
    if (!second.empty()) {
        bool same = same_tokens(s, first, s, second);
        Range gone = with_separator(s, second);
        Range lines{s.line_begin(s.line_of(gone.begin)), 0};
        bool whole_line = base::trim(s.text(lines.begin, gone.begin)).empty();
        site.propose(same ? Risk::low : Risk::destructive, same ? 0.75 : 0.3,
                     same ? "the field was given twice with the same value; once is enough."
                          : "the field was given twice; the first value counts.",
                     {whole_line ? cut_line(s, site.path(), gone) : site.cut(gone)});
    }
}

void discriminants(Site& site) { // E0081 E0370
    const Source& s = site.s();
    const Item* item = named_item_at(site, site.at().begin);
    if (!item || item->kind != ItemKind::enumeration)
        return;
    if (site.d.code == "E0370") {
        for (const Child& child : site.d.children)
            if (auto text = between(child.message, "explicitly set `", "`")) {
                auto equals = text->find(" = ");
                if (equals != std::string::npos)
                    site.propose(Risk::behaviour, 0.6,
                                 "the number after the last one does not fit; the one it would wrap to is written out.",
                                 {site.put(site.at().end, text->substr(equals))});
            }
        return;
    }
    long largest = -1;
    Range last;
    long current = -1;
    for (const auto& v : item->variants) {
        auto text = s.text(v.range);
        auto equals = text.rfind('=');
        current = equals == std::string_view::npos
                      ? current + 1
                      : std::strtol(std::string(base::trim(text.substr(equals + 1))).c_str(), nullptr, 0);
        largest = std::max(largest, current);
        for (const Span& span : site.d.spans)
            if (!span.primary && has(span.label, "assigned") && v.range.begin <= span.begin && span.begin < v.range.end)
                last = v.range;
    }
    auto text = s.text(last);
    auto equals = text.rfind('=');
    if (!last.empty() && equals != std::string_view::npos) {
        std::size_t at = last.begin + equals + 1;
        site.propose(Risk::behaviour, 0.6, "two variants had the same number; the second gets one that is free.",
                     {site.swap({at, last.end}, " " + std::to_string(largest + 1))});
        site.propose(Risk::behaviour, 0.4,
                     "two variants had the same number; the second counts on from its predecessor.",
                     {site.cut({last.begin + std::string(base::trim(text.substr(0, equals))).size(), last.end})});
    }
}

void const_call(Site& site) { // E0015 E0010
    const Source& s = site.s();
    auto ticked = backticked(site.d.message);
    // the callee is ours
    for (const auto& name : ticked) {
        std::string last = name.substr(name.rfind(':') == std::string::npos ? 0 : name.rfind(':') + 1);
        for (const Declared& d : functions_named(site.context, last))
            if (!d.item->is_const && !d.item->body.empty()) {
                auto signature = d.tree->source().text(d.item->signature);
                auto at = signature.find("fn ");
                if (at != std::string_view::npos)
                    site.propose(
                        Risk::low, 0.85, "`" + last + "` is called in a constant, so it must be a `const fn`.",
                        {make_edit(d.path, d.item->signature.begin + at, d.item->signature.begin + at, "const ")});
            }
    }
    const Item* item = site.t().item_at(site.at().begin);
    if (!item || (item->kind != ItemKind::constant && item->kind != ItemKind::static_) || item->type_text.empty())
        return;
    // the parts of `static NAME: TYPE = VALUE;`
    Range value, type;
    int depth = 0;
    for (std::size_t i = s.token_at(item->name_range.end);
         i < s.tokens().size() && s.tokens()[i].begin < item->range.end; ++i) {
        auto text = s.text(s.tokens()[i]);
        if (text == ":" && type.begin == 0)
            type.begin = s.tokens()[i + 1].begin;
        if (text == "<")
            ++depth;
        if (text == ">")
            --depth;
        if (text == ">>")
            depth -= 2;
        if (text == "=" && depth <= 0 && value.begin == 0) {
            type.end = s.tokens()[i - 1].end;
            value.begin = s.tokens()[i + 1].begin;
        }
    }
    auto text = base::trim(s.text(item->range));
    value.end = item->range.end - (text.ends_with(";") ? 1 : 0);
    if (value.begin == 0 || type.end == 0)
        return;
    std::string t = site.str(type), v = site.str(value);
    if (t == "String" || t == "&String") {
        for (std::string_view form : {"String::from(", "\"", "format!("})
            if (v.starts_with(form)) {
                std::string literal =
                    v.starts_with("String::from(") ? v.substr(13, v.size() - 14) : v.substr(0, v.find(".to_"));
                if (literal.starts_with("\"") && literal.ends_with("\""))
                    site.propose(Risk::low, 0.7, "a constant cannot allocate; a string literal needs no allocation.",
                                 {site.swap(type, "&str"), site.swap(value, literal)});
                break;
            }
    }
    if (t.starts_with("Vec<") && v.starts_with("vec![") && v.ends_with("]"))
        site.propose(Risk::low, 0.6, "a constant cannot allocate; a slice needs no allocation.",
                     {site.swap(type, "&[" + t.substr(4, t.size() - 5) + "]"), site.swap(value, "&" + v.substr(4))});
    std::vector<Edit> lazy{site.swap(type, "std::sync::LazyLock<" + t + ">"),
                           site.swap(value, "std::sync::LazyLock::new(|| " + v + ")")};
    if (item->kind == ItemKind::constant) {
        auto at = s.text(item->signature).find("const");
        if (at != std::string_view::npos)
            lazy.push_back(site.swap({item->signature.begin + at, item->signature.begin + at + 5}, "static"));
    }
    site.propose(Risk::low, 0.66, "the value can only be made at run time; `LazyLock` makes it at first use.",
                 std::move(lazy));
}

void constant_borrow(Site& site) { // E0492 E0764
    const Source& s = site.s();
    if (site.d.code == "E0764") {
        std::vector<Edit> edits;
        std::string text = site.str(site.at());
        const Item* item = site.t().item_at(site.at().begin);
        if (text.starts_with("&mut ")) {
            edits.push_back(site.cut({site.at().begin + 1, site.at().begin + 5}));
            std::size_t from =
                item && item->kind != ItemKind::function ? item->range.begin : s.line_begin(s.line_of(site.at().begin));
            for (std::size_t i = s.token_at(from); i < s.tokens().size() && s.tokens()[i].end <= site.at().begin; ++i)
                if (s.text(s.tokens()[i]) == "mut" &&
                    (s.at(static_cast<Index>(i) - 1) == "&" || s.at(static_cast<Index>(i) - 2) == "&"))
                    edits.push_back(site.cut({s.tokens()[i].begin, s.tokens()[i + 1].begin}));
            site.propose(Risk::low, 0.66, "a constant cannot hand out a mutable reference.", std::move(edits));
        }
        return;
    }
    // const A + const B = &A: both must have one place in memory
    std::vector<Edit> edits;
    std::string root;
    for (std::size_t i = s.token_at(site.at().begin);
         i < s.tokens().size() && s.tokens()[i].end <= site.at().end && root.empty(); ++i)
        if (s.tokens()[i].kind == Kind::ident)
            root = s.text(s.tokens()[i]);
    for (const Item& item : site.t().items())
        if (item.kind == ItemKind::constant &&
            (item.name == root || (item.range.begin <= site.at().begin && site.at().begin < item.range.end))) {
            auto at = s.text(item.signature).find("const");
            if (at != std::string_view::npos)
                edits.push_back(site.swap({item.signature.begin + at, item.signature.begin + at + 5}, "static"));
        }
    site.propose(Risk::cost, 0.62,
                 "a reference to something changeable needs one place in memory: `static` instead of `const`.",
                 std::move(edits));
}

void captured_by_item(Site& site) { // E0434
    const Source& s = site.s();
    const Item* fn = site.function();
    if (!fn || fn->body.empty() || !fn->generics.empty())
        return;
    auto signature = s.text(fn->signature);
    auto word = signature.find("fn ");
    if (word == std::string_view::npos)
        return;
    std::string parameters;
    for (const auto& p : fn->parameters) {
        if (p.is_self)
            return;
        parameters += (parameters.empty() ? "" : ", ") + site.str(p.range);
    }
    std::string result = fn->return_type.empty() ? "" : " -> " + site.str(fn->return_type);
    bool assigns = false;
    for (Range use : uses_of(s, fn->body, site.str(site.at())))
        assigns = assigns || s.at(static_cast<Index>(s.token_at(use.begin)) + 1) == "=" ||
                  s.at(static_cast<Index>(s.token_at(use.begin)) + 1) == "+=";
    for (bool is_mutable : {false, true})
        site.propose(Risk::low, is_mutable == assigns ? 0.78 : 0.15,
                     "an inner function sees no local variables; a closure does.",
                     {site.swap({fn->signature.begin + word, fn->body.begin},
                                std::string("let ") + (is_mutable ? "mut " : "") + fn->name + " = |" + parameters +
                                    "|" + result + " "),
                      site.put(fn->body.end, ";")});
    // or it becomes a parameter
    std::string name = site.str(site.at()), type;
    for (const Item* outer = site.t().parent(*fn); outer && type.empty(); outer = site.t().parent(*outer))
        for (const auto& b : site.t().bindings_in(*outer))
            if (b.name == name)
                type = !b.type_text.empty()
                           ? b.type_text
                           : spell_type(site.t(), fn->range.begin,
                                        guess_type(site.context, site.t(), site.path(), b.initializer));
    if (!type.empty() && is_copy(type)) {
        std::size_t close = fn->body.begin;
        for (std::size_t i = s.token_at(fn->name_range.end);
             i < s.tokens().size() && s.tokens()[i].begin < fn->body.begin; ++i)
            if (s.text(s.tokens()[i]) == "(" && s.tokens()[i].match >= 0) {
                close = s.tokens()[static_cast<std::size_t>(s.tokens()[i].match)].begin;
                break;
            }
        std::vector<Edit> edits{site.put(close, (parameters.empty() ? "" : ", ") + name + ": " + type)};
        for (const Call& call : calls_of(site.context, {site.path(), site.context.sources.tree(site.path()), fn})) {
            auto source = site.context.sources.source(call.path);
            std::size_t end = source->tokens()[static_cast<std::size_t>(source->tokens()[call.open].match)].begin;
            edits.push_back(make_edit(call.path, end, end, (call.arguments.empty() ? "" : ", ") + name));
        }
        site.propose(Risk::low, 0.4, "an inner function sees no local variables, so it is handed the value.",
                     std::move(edits));
    }
}

void type_position(Site& site) { // E0516 E0562
    const Source& s = site.s();
    if (site.d.code == "E0516") {
        std::string inner = site.str(site.at());
        auto open = inner.find('(');
        if (open == std::string::npos || !inner.ends_with(")"))
            return;
        inner = inner.substr(open + 1, inner.size() - open - 2);
        bool number = !inner.empty() && inner.find_first_not_of("0123456789") == std::string::npos;
        if (number)
            site.propose(Risk::low, 0.6, "`typeof` does not exist; the type is written out.",
                         {site.swap(site.at(), "i32")});
        site.propose(Risk::low, 0.55, "`typeof` does not exist; the compiler infers the type.",
                     {site.swap(site.at(), "_")});
        return;
    }
    // `let x: impl Trait = ...` : the annotation goes, the type is inferred
    auto frames = frames_at(s, site.at().begin);
    if (frames.empty() || !s.text(frames.front().statement).starts_with("let"))
        return;
    Index colon = static_cast<Index>(site.token()) - 1;
    if (s.at(colon) == ":")
        site.propose(Risk::low, 0.75, "`impl Trait` is for parameters and results; the variable's type is inferred.",
                     {site.cut({s.tokens()[static_cast<std::size_t>(colon)].begin, site.at().end})});
}

void unsafe_call(Site& site) { // E0133
    const Source& s = site.s();
    auto frames = frames_at(s, site.at().begin);
    Range call = site.t().postfix_from(site.at().begin);
    if (call.empty() || call.end < site.at().end)
        call = site.at();
    site.propose(
        Risk::destructive, 0.45,
        "this is only allowed inside `unsafe`, where the programmer vouches for it; check that its conditions hold.",
        {site.put(call.begin, "unsafe { "), site.put(call.end, " }")});
    if (!frames.empty()) {
        Range st = frames.front().statement;
        if (!s.text(st).starts_with("let") && s.text(st).ends_with(";"))
            site.propose(Risk::destructive, 0.3,
                         "this is only allowed inside `unsafe`, where the programmer vouches for it; check that its "
                         "conditions hold.",
                         {site.put(st.begin, "unsafe { "), site.put(st.end, " }")});
    }
}

void import_twice(Site& site) { // E0252 E0254 E0255
    const Source& s = site.s();
    auto ticked = backticked(site.d.message);
    const auto& imports = site.t().imports();
    for (const auto& a : imports) {
        if (!(a.range.begin <= site.at().begin && site.at().begin < a.range.end) &&
            !(a.statement.begin <= site.at().begin && site.at().begin < a.statement.end))
            continue;
        if (!ticked.empty() && a.name != ticked.front())
            continue;
        for (const auto& b : imports)
            if (b.range.begin < a.range.begin && b.path == a.path && b.name == a.name) {
                bool single = std::count_if(imports.begin(), imports.end(),
                                            [&](const auto& i) { return i.statement == a.statement; }) == 1;
                site.propose(Risk::none, 0.92, "`" + a.path + "` is imported twice; once is enough.",
                             {single ? cut_line(s, site.path(), a.statement) : site.cut(with_separator(s, a.range))});
            }
        return;
    }
}

void foreign_generic(Site& site) { // E0044
    const Source& s = site.s();
    const Item* fn = nullptr;
    for (const Item& item : site.t().items())
        if (item.kind == ItemKind::function && item.range.begin <= site.at().begin && site.at().begin < item.range.end)
            fn = &item;
    if (!fn || fn->generics.empty())
        return;
    auto names = generic_names(site.str(fn->generics));
    std::vector<Edit> edits{site.cut(fn->generics)};
    for (std::size_t i = s.token_at(fn->generics.end); i < s.tokens().size() && s.tokens()[i].begin < fn->range.end;
         ++i)
        if (std::find(names.begin(), names.end(), s.text(s.tokens()[i])) != names.end())
            edits.push_back(site.swap({s.tokens()[i].begin, s.tokens()[i].end}, "u32"));
    site.propose(Risk::behaviour, 0.35, "a foreign function has one fixed form, so its parameter has a concrete type.",
                 std::move(edits));
}

} // namespace

RC_CODE_RULE(defined_twice, "misc-defined-twice", "E0428", "E0592", "E0201")
RC_CODE_RULE(field_twice, "misc-field-twice", "E0124", "E0062")
RC_CODE_RULE(discriminants, "misc-discriminant", "E0081", "E0370")
RC_CODE_RULE(const_call, "misc-const-call", "E0015", "E0010")
RC_CODE_RULE(constant_borrow, "misc-const-borrow", "E0492", "E0764")
RC_CODE_RULE(captured_by_item, "misc-e0434", "E0434")
RC_CODE_RULE(type_position, "misc-type-position", "E0516", "E0562")
RC_CODE_RULE(unsafe_call, "misc-e0133", "E0133")
RC_CODE_RULE(import_twice, "misc-import-twice", "E0252", "E0254", "E0255")
RC_CODE_RULE(foreign_generic, "misc-e0044", "E0044")

} // namespace rustcoder::repair
