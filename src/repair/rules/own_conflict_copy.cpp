// E0499 E0502 E0503 E0505 E0506: two accesses overlap in time. This file lets the first hold a value of its own instead
// of a borrow: a copy, a clone, a snapshot of the collection, or what is behind the reference.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

Range first_borrow(const Site& site) {
    for (const Span& span : site.d.spans)
        if (!span.primary && (has(span.label, "borrow occurs here") || has(span.label, "is borrowed here") ||
                              has(span.label, "borrow of ")))
            if (Range r = site.range(&span); !r.empty())
                return r;
    return {};
}

/// The name of the last method of a chain, with the token range of the name.
std::string last_method(const Source& s, Range e, Range* name = nullptr) {
    auto close = s.token_before(e.end);
    if (close < 0)
        return {};
    Index open = s.tokens()[static_cast<std::size_t>(close)].match;
    if (s.at(close) != ")" || open < 2 || s.at(open - 2) != ".")
        return {};
    const auto& t = s.tokens()[static_cast<std::size_t>(open) - 1];
    if (name)
        *name = {t.begin, t.end};
    return std::string(s.text(t));
}

/// Dereferences of the name in the statements after `from`: `*x` -> `x`.
std::vector<Edit> drop_stars(const Site& site, Range block, std::size_t from, const std::string& name) {
    std::vector<Edit> out;
    const Source& s = site.s();
    for (Range use : uses_of(s, {from, block.end}, name)) {
        auto i = static_cast<Index>(s.token_at(use.begin));
        if (s.at(i) != name || s.at(i - 1) != "*")
            continue;
        auto before = s.at(i - 2);
        const auto& star = s.tokens()[static_cast<std::size_t>(i) - 1];
        if (i >= 2 &&
            (s.tokens()[static_cast<std::size_t>(i) - 2].kind == Kind::ident ||
             s.tokens()[static_cast<std::size_t>(i) - 2].kind == Kind::integer || before == ")" || before == "]"))
            continue; // a product
        out.push_back(site.cut({star.begin, star.end}));
    }
    return out;
}

bool exclusive_borrow(const Site& site, Range first) {
    return std::any_of(site.d.spans.begin(), site.d.spans.end(), [&](const Span& span) {
        return !span.primary && site.range(&span) == first && has(span.label, "mutable borrow") &&
               !has(span.label, "immutable");
    });
}

/// `name.field -= 1`, `*name = 2`, `name.push(3)`: not plainly a reading of it.
bool written_through(const Source& s, Range in, const std::string& name) {
    for (Range use : uses_of(s, in, name)) {
        auto i = static_cast<Index>(s.token_at(use.end));
        while (s.at(i) == "." && s.at(i + 2) != "(")
            i += 2;
        auto after = s.at(i);
        bool assigned = after == "=" || (after.size() >= 2 && after.ends_with("=") && after != "==" && after != "!=" &&
                                         after != "<=" && after != ">=");
        if (assigned || (s.at(i) == "." && s.at(i + 2) == "(")) // a method: may change it
            return true;
    }
    return false;
}

/// Reads of a let-bound borrow become reads of an own value.
void own_the_binding(Site& site, Range first) {
    const Source& s = site.s();
    auto frames = frames_at(s, first.begin);
    if (frames.empty())
        return;
    Range statement = frames.front().statement;
    std::string name = let_name(s, statement);
    Range init = initializer_of(s, statement);
    if (init.empty() || !s.text(statement).starts_with("let"))
        return;
    const auto& open = s.tokens()[frames.front().open];
    Range block{open.begin, open.match >= 0 ? s.tokens()[static_cast<std::size_t>(open.match)].end : s.text().size()};
    auto text = s.text(init);
    std::string_view why = "what was borrowed is changed while the borrow is still used; the binding now owns a copy.";
    bool annotated = has(s.text(statement.begin, init.begin), ": &");
    auto with_stars = [&](std::vector<Edit> edits) {
        if (!name.empty())
            for (Edit& e : drop_stars(site, block, statement.end, name))
                edits.push_back(std::move(e));
        if (annotated) {
            auto amp = statement.begin + s.text(statement).find(": &") + 2;
            edits.push_back(site.cut({amp, amp + 1}));
        }
        return edits;
    };
    // What is changed through the borrow would be changed in the copy, and be lost.
    const bool exclusive = has(text, "_mut(") || has(text, "&mut ") || exclusive_borrow(site, first);
    if (exclusive && (name.empty() || usage_of(s, {statement.end, block.end}, name) != Usage::reads ||
                      written_through(s, {statement.end, block.end}, name)))
        return;
    if (text.starts_with("&mut ")) {
        return;
    } else if (text.starts_with("&")) {
        bool element = text.back() == ']' && !has(text, "..");
        bool slice = has(text, "..") && text.back() == ']';
        if (slice) {
            site.propose(Risk::cost, 0.5, std::string(why),
                         {site.put(init.end, ".to_owned()"), site.cut({init.begin, init.begin + 1})});
        } else {
            site.propose(Risk::cost, element ? 0.44 : 0.4, std::string(why),
                         with_stars({site.cut({init.begin, init.begin + 1})}));
            site.propose(Risk::cost, 0.4, std::string(why),
                         {site.cut({init.begin, init.begin + 1}), site.put(init.end, ".clone()")});
        }
        return;
    }
    std::string method = last_method(s, init);
    static constexpr std::array options = {"get",        "first",      "last",   "iter",   "max",   "min",
                                           "peek",       "as_ref",     "next",   "find",   "front", "back",
                                           "max_by_key", "min_by_key", "max_by", "min_by", "nth",   "get_key_value"};
    bool option = std::find(options.begin(), options.end(), method) != options.end();
    bool unwrapped = method == "unwrap" || method == "expect" || method == "unwrap_or" || method == "unwrap_or_default";
    if (option) {
        site.propose(Risk::cost, 0.5, std::string(why), with_stars({site.put(init.end, ".cloned()")}));
        site.propose(Risk::cost, 0.3, std::string(why), with_stars({site.put(init.end, ".copied()")}));
    }
    if (unwrapped) {
        // x.get(k).unwrap() -> x.get(k).unwrap().clone(); or a copy of a plain value
        site.propose(Risk::cost, 0.5, std::string(why), {site.put(init.end, ".clone()")});
        site.propose(Risk::cost, 0.42, std::string(why), with_stars({site.put(init.begin, "*")}));
    }
    if (!option && !unwrapped) {
        site.propose(Risk::cost, 0.42, std::string(why), with_stars({site.put(init.end, ".to_owned()")}));
        site.propose(Risk::cost, 0.4, std::string(why), with_stars({site.put(init.end, ".clone()")}));
        if (text.back() == ')')
            site.propose(Risk::cost, 0.3, std::string(why), {site.put(init.end, ".to_string()")});
    }
    if (text.back() == '?' || s.at(s.token_before(statement.end)) == "}") // let-else or `?`
        site.propose(Risk::cost, 0.3, std::string(why), {site.put(init.end, ".clone()")});
}

/// A loop that borrows what its body changes runs over a snapshot, or over indices.
void snapshot_loop(Site& site, Range first) {
    const Source& s = site.s();
    Index i = static_cast<Index>(s.token_at(first.begin));
    Index in = i;
    while (in > 0 && s.at(in) != "in" && s.at(in) != ";" && s.at(in) != "{" && i - in < 12)
        --in;
    if (s.at(in) != "in")
        return;
    Range iterated = {s.tokens()[static_cast<std::size_t>(in) + 1].begin, 0};
    Index body = in + 1;
    while (static_cast<std::size_t>(body) < s.tokens().size() && s.at(body) != "{") {
        const auto& t = s.tokens()[static_cast<std::size_t>(body)];
        body = t.kind == Kind::open && t.match >= 0 ? t.match + 1 : body + 1;
    }
    if (s.at(body) != "{")
        return;
    iterated.end = s.tokens()[static_cast<std::size_t>(body) - 1].end;
    std::string e = site.str(iterated);
    std::string_view why = "the loop borrows what its body changes; it now runs over a snapshot taken before.";
    std::string method = last_method(s, iterated);
    Index let = in; // `for PATTERN in`
    while (let > 0 && s.at(let) != "for")
        --let;
    std::string pattern(base::trim(
        s.text(s.tokens()[static_cast<std::size_t>(let)].end, s.tokens()[static_cast<std::size_t>(in)].begin)));
    Range loop = {s.tokens()[static_cast<std::size_t>(let)].begin, iterated.end};
    auto frames = frames_at(s, loop.begin);
    if (frames.empty())
        return;
    if (e.starts_with("&mut "))
        return;
    if (e.starts_with("&")) {
        site.propose(Risk::cost, 0.45, std::string(why), {site.put(iterated.end, ".clone()")});
        site.propose(Risk::cost, 0.3, std::string(why),
                     {site.cut({iterated.begin, iterated.begin + 1}), site.put(iterated.end, ".clone()")});
        e.erase(0, 1);
    } else if (method == "iter") {
        Range receiver = {iterated.begin, iterated.end - 7};
        if (s.text(iterated).ends_with(".iter()"))
            site.propose(Risk::cost, 0.45, std::string(why), {site.put(receiver.end, ".clone()")});
        e = site.str(receiver);
    } else if (method == "keys" || method == "values" || method == "chars" || method == "into_iter") {
        std::string name = fresh_name(s, method == "chars" ? "chars" : method);
        std::string copied = method == "chars" ? "" : ".cloned()";
        site.propose(
            Risk::cost, 0.6, "the loop borrows what its body changes; the " + name + " are collected first.",
            {site.put(frames.front().statement.begin, "let " + name + ": Vec<_> = " + e + copied + ".collect();" +
                                                          gap_at(s, frames.front().statement.begin)),
             site.swap(iterated, method == "chars" ? name : "&" + name)});
    } else if (s.text(iterated).back() == ')') {
        site.propose(Risk::cost, 0.35, std::string(why), {site.put(iterated.end, ".collect::<Vec<_>>()")});
        site.propose(Risk::cost, 0.35, std::string(why), {site.put(iterated.end, ".cloned().collect::<Vec<_>>()")});
    }
    bool name =
        !pattern.empty() && std::all_of(pattern.begin(), pattern.end(), [](char c) { return base::is_ident(c); });
    if (name && (method == "iter" || e.find('(') == std::string::npos)) {
        std::string index = fresh_name(s, "i");
        std::size_t inside = s.tokens()[static_cast<std::size_t>(body)].end;
        auto inner = statements_of(s, static_cast<std::size_t>(body));
        std::string pad = inner.empty() ? " " : "\n" + indent_at(s, inner.front().begin);
        site.propose(Risk::cost, 0.3,
                     "the loop runs over indices, so that nothing stays borrowed while its body changes the data.",
                     {site.swap(loop, "for " + index + " in 0.." + e + ".len()"),
                      site.put(inside, pad + "let " + pattern + " = " + e + "[" + index + "].clone();")});
    }
}

/// E0505/E0506/E0503: the second access.
void second_access(Site& site, Range first) {
    const Source& s = site.s();
    Range at = site.at();
    std::string x = site.str(at);
    if (site.d.code == "E0505") {
        std::size_t argument = 0;
        auto call = call_around(site, at.begin, &argument);
        if (call && call->arguments[argument] == at) {
            if (auto callee = callee_of(site.context, *call))
                if (auto p = parameter_of(*callee->item, *call, argument)) {
                    Usage usage =
                        usage_of(callee->tree->source(), callee->item->body, callee->item->parameters[*p].name);
                    if (auto edits = borrow_parameter(site.context, *callee, *p, false))
                        site.propose(Risk::low, usage == Usage::reads ? 0.62 : 0.15,
                                     "`" + call->name + "` took ownership of `" + x +
                                         "` while it was borrowed; it now borrows it.",
                                     std::move(*edits));
                }
            site.propose(Risk::low, 0.35,
                         "`" + x + "` is still borrowed, so the call borrows it too instead of taking it.",
                         {site.put(at.begin, "&")});
        }
        site.propose(Risk::cost, 0.45, "`" + x + "` is still borrowed, so a clone is given away instead.",
                     {site.put(at.end, ".clone()")});
        if (auto type = local_type(site.context, moved_type(site.d)); type)
            if (auto edit = derive_edit(*type, {"Clone"})) {
                site.propose(Risk::cost, 0.4, "`" + type->item->name + "` can be cloned once it derives Clone.",
                             {*edit, site.put(at.end, ".clone()")});
                if (fields_copy(site.context, *type->item))
                    if (auto copy = derive_edit(*type, {"Clone", "Copy"}))
                        site.propose(Risk::cost, 0.35,
                                     "`" + type->item->name + "` holds only plain values and can be copied.", {*copy});
            }
        for (const Child& child : site.d.children)
            for (const auto& name : backticked(child.message))
                if (auto local = local_type(site.context, name); local && has(child.message, "implemented `Clone`"))
                    if (auto edit = derive_edit(*local, {"Clone"}))
                        site.propose(Risk::cost, 0.42, "`" + name + "` can be cloned once it derives Clone.",
                                     {*edit, site.put(at.end, ".clone()")});
        // the borrow owns instead: `let r = &x;` -> `let r = x.clone();`
        if (!first.empty() && s.text(first).starts_with("&"))
            site.propose(Risk::cost, 0.3, "the borrow is kept beyond the move, so it becomes a clone.",
                         {site.cut({first.begin, first.begin + 1}), site.put(first.end, ".clone()")});
    }
    if (site.d.code == "E0503" || site.d.code == "E0506" || site.d.code == "E0502") {
        // through the reference that holds the borrow: `let r = &mut x; .. x + 1` -> `*r + 1`
        auto frames = frames_at(s, first.empty() ? at.begin : first.begin);
        if (!first.empty() && !frames.empty() && s.text(first).starts_with("&mut ")) {
            std::string name = let_name(s, frames.front().statement);
            std::string target = std::string(base::trim(s.text(first).substr(5)));
            Range use = site.d.code == "E0502" ? Range{} : at;
            if (site.d.code == "E0506") // the assignment's left side
                use = {at.begin, std::min(at.end, at.begin + target.size())};
            if (!name.empty() && !use.empty() && s.text(use) == target)
                site.propose(Risk::low, 0.48,
                             "`" + target + "` is mutably borrowed by `" + name + "`; it is reached through it.",
                             {site.swap(use, "*" + name)});
        }
    }
    if (site.d.code == "E0499" && !first.empty() && s.text(first) == x && x.starts_with("&mut ")) {
        // only read: two shared borrows do not conflict
        site.propose(Risk::low, 0.15, "both borrows may be shared ones when nothing is changed through them.",
                     {site.swap(first, "&" + x.substr(5)), site.swap(at, "&" + x.substr(5))});
    }
}

void take_and_replace(Site& site, Range first) {
    const Source& s = site.s();
    if (first.empty() || (site.d.code != "E0502" && site.d.code != "E0499"))
        return;
    auto text = s.text(first);
    if (!text.starts_with("self.") && !text.starts_with("&self.") && !text.starts_with("&mut self."))
        return;
    Index i = static_cast<Index>(s.token_at(first.begin));
    while (i > 0 && s.at(i) != "in" && s.at(i) != ";" && s.at(i) != "{")
        --i;
    if (s.at(i) != "in" || !has(text, "mut"))
        return;
    std::string field(text.starts_with("&mut ") ? text.substr(5) : text);
    if (auto paren = field.find(".iter_mut()"); paren != std::string::npos)
        field.resize(paren);
    if (field.find('(') != std::string::npos)
        return;
    auto frames = frames_at(s, s.tokens()[static_cast<std::size_t>(i)].begin);
    if (frames.empty())
        return;
    std::string name = fresh_name(s, field.substr(field.rfind('.') + 1));
    std::string pad = indent_at(s, frames.front().statement.begin);
    Range iterated = text.starts_with("&mut ") ? Range{first.begin + 5, first.begin + 5 + field.size()}
                                               : Range{first.begin, first.begin + field.size()};
    site.propose(
        Risk::behaviour, 0.3,
        "the loop changes `" + field +
            "` and calls methods of its owner; the field is taken out meanwhile and put back.",
        {site.put(frames.front().statement.begin, "let mut " + name + " = std::mem::take(&mut " + field + ");\n" + pad),
         site.swap(iterated, name), site.put(frames.front().statement.end, "\n" + pad + field + " = " + name + ";")});
}

/// `match self.map.get(&k) { Some(v) => .. }` whose arms change the owner: the arms work on a copy.
void copy_scrutinee(Site& site, Range first) {
    const Source& s = site.s();
    auto frames = frames_at(s, first.begin);
    if (frames.empty())
        return;
    Range statement = frames.front().statement;
    Index i = static_cast<Index>(s.token_at(first.begin));
    while (i > 0 && s.tokens()[static_cast<std::size_t>(i)].begin >= statement.begin && s.at(i) != "match" &&
           s.at(i) != "=" && s.at(i) != ";" && s.at(i) != "{")
        --i;
    if (s.at(i) != "match" && s.at(i) != "=")
        return;
    std::size_t from = static_cast<std::size_t>(i) + 1, open = from;
    while (open < s.tokens().size() && s.text(s.tokens()[open]) != "{" && s.text(s.tokens()[open]) != ";")
        open = s.tokens()[open].kind == Kind::open && s.tokens()[open].match >= 0
                   ? static_cast<std::size_t>(s.tokens()[open].match) + 1
                   : open + 1;
    if (open >= s.tokens().size() || s.text(s.tokens()[open]) != "{" || open <= from || s.tokens()[open].match < 0)
        return;
    Range scrutinee{s.tokens()[from].begin, s.tokens()[open - 1].end};
    Range body{s.tokens()[open].begin, s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)].end};
    if (s.text(scrutinee).back() != ')')
        return;
    if (has(s.text(scrutinee), "_mut(") || exclusive_borrow(site, first))
        return; // what is changed in a copy is lost
    std::vector<Edit> stars;
    std::size_t begin = s.at(i) == "match" ? open : s.token_at(statement.begin);
    for (std::size_t k = begin; k + 2 < s.tokens().size() && s.tokens()[k].begin < body.end; ++k)
        if (s.text(s.tokens()[k]) == "Some" && s.at(static_cast<Index>(k) + 1) == "(" &&
            s.tokens()[k + 2].kind == Kind::ident)
            for (Edit& e : drop_stars(site, body, body.begin, std::string(s.text(s.tokens()[k + 2]))))
                if (std::find(stars.begin(), stars.end(), e) == stars.end())
                    stars.push_back(std::move(e));
    for (std::string_view copy : {".copied()", ".cloned()"}) {
        std::vector<Edit> edits = stars;
        edits.push_back(site.put(scrutinee.end, std::string(copy)));
        site.propose(Risk::cost,
                     copy == ".cloned()" ? 0.5
                     : stars.empty()     ? 0.3
                                         : 0.52,
                     "the arms change what the matched reference borrows from; they work on a copy of the value.",
                     std::move(edits));
    }
}

/// `fn word(&mut self) -> &str` of a type that borrows its data: the result lives as long as the data, not as `self`.
void lifetime_of_result(Site& site, Range first) {
    const Source& s = site.s();
    for (std::size_t i = s.token_at(first.begin);
         i + 1 < s.tokens().size() && s.tokens()[i].begin < std::max(first.end, first.begin + 1) + 40; ++i) {
        const auto call = method_call_at(site, i);
        if (!call)
            continue;
        auto callee = callee_of(site.context, *call);
        const Item* owner = callee ? owner_of(*callee->tree, *callee->item) : nullptr;
        if (!owner || owner->generics.empty() || callee->item->return_type.empty())
            return;
        const Source& u = callee->tree->source();
        std::string_view generics = u.text(owner->generics), result = u.text(callee->item->return_type);
        auto tick = generics.find('\''), amp = result.find('&');
        if (tick == std::string_view::npos || amp == std::string_view::npos ||
            (amp + 1 < result.size() && result[amp + 1] == '\''))
            return;
        std::size_t end = tick + 1;
        while (end < generics.size() && base::is_ident(generics[end]))
            ++end;
        std::string name(generics.substr(tick, end - tick));
        std::size_t at = callee->item->return_type.begin + amp + 1;
        site.propose(Risk::low, 0.62,
                     "what `" + call->name + "` returns comes from the data with lifetime `" + name +
                         "`, so it does not keep the object borrowed.",
                     {make_edit(callee->path, at, at, name + " ")});
        return;
    }
}

void conflict_copy(Site& site) {
    Range first = first_borrow(site);
    if (!first.empty()) {
        copy_scrutinee(site, first);
        lifetime_of_result(site, first);
        own_the_binding(site, first);
        snapshot_loop(site, first);
        take_and_replace(site, first);
    }
    second_access(site, first);
}

} // namespace

RC_CODE_RULE(conflict_copy, "own-conflict-copy", "E0499", "E0502", "E0503", "E0505", "E0506")

} // namespace rustcoder::repair
