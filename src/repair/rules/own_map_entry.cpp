// E0499 E0502 E0506: "look it up, else put it in" on a map. The borrow of the hit lasts as long as the value that is
// given back, also on the way where nothing was found, so the map cannot be changed there. Asking first, or the entry,
// needs no borrow that long. And elements removed from a list while it is walked: `retain`.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

Range first_borrow(const Site& site) {
    for (const Span& span : site.d.spans)
        if (!span.primary && has(span.label, "borrow occurs here"))
            if (Range r = site.range(&span); !r.empty())
                return r;
    return {};
}

/// `map.get_mut(&key)`: tokens of its parts.
struct Lookup {
    Range map, key;
    Index end = 0; // behind the closing parenthesis
};

std::optional<Lookup> lookup_at(const Source& s, std::size_t offset) {
    const auto begin = static_cast<Index>(s.token_at(offset));
    for (Index i = begin; i < begin + 12; ++i) {
        if (s.at(i) != "." || (s.at(i + 1) != "get" && s.at(i + 1) != "get_mut") || s.at(i + 2) != "(")
            continue;
        const auto close = s.tokens()[static_cast<std::size_t>(i) + 2].match;
        if (close < i + 4)
            return std::nullopt;
        Lookup l;
        l.map = {s.tokens()[static_cast<std::size_t>(begin)].begin, s.tokens()[static_cast<std::size_t>(i)].begin};
        l.key = {s.tokens()[static_cast<std::size_t>(i) + 3].begin,
                 s.tokens()[static_cast<std::size_t>(close) - 1].end};
        l.end = close + 1;
        return l;
    }
    return std::nullopt;
}

/// `map.insert(key, value);` as the last of the statements: its arguments.
std::optional<std::pair<Range, Range>> insertion(const Site& site, const std::vector<Range>& statements,
                                                 std::string_view map) {
    const Source& s = site.s();
    for (auto it = statements.rbegin(); it != statements.rend(); ++it) {
        const std::string head = std::string(map) + ".insert(";
        if (!s.text(*it).starts_with(head))
            continue;
        auto arguments = site.t().arguments(it->begin + head.size() - 1);
        if (arguments.size() == 2)
            return std::pair(arguments[0], arguments[1]);
    }
    return std::nullopt;
}

/// The map's entry in place of the look-up, the insertion and the second look-up.
void propose_entry(Site& site, Range all, const std::vector<Range>& statements, const Lookup& l) {
    auto put = insertion(site, statements, site.text(l.map));
    if (!put || statements.size() > 2)
        return;
    const Source& s = site.s();
    std::string value = site.str(put->second);
    for (std::string_view leaves : {"self", "return", "?", "await"}) // not from within a closure
        if (has(value, leaves) && (leaves != "self" || s.text(l.map).starts_with("self")))
            return;
    if (statements.size() == 2) { // { let v = make(); map.insert(k, v); }
        const bool first = s.text(statements[0]).starts_with("let ");
        if (!first || let_name(s, statements[0]) != value)
            return;
        value = site.str(initializer_of(s, statements[0]));
        if (has(value, "?") || has(value, "return") || has(value, "self"))
            return;
    }
    const bool plain = value.find('(') == std::string::npos && value.find('!') == std::string::npos;
    site.propose(
        Risk::low, 0.66,
        "the hit stays borrowed while the miss is filled in; `entry` looks up once and fills in what is missing.",
        {site.swap(all, site.str(l.map) + ".entry(" + site.str(put->first) + ")" +
                            (plain ? ".or_insert(" + value + ")" : ".or_insert_with(|| " + value + ")"))});
}

constexpr std::string_view why_ask =
    "the hit stays borrowed as long as what is given back, also where nothing was found; "
    "asking with `contains_key` first needs no such borrow.";

/// `match map.get_mut(&k) { Some(v) => v, None => { map.insert(..); map.get_mut(&k).unwrap() } }`
void matched(Site& site, Index keyword, const Lookup& l) {
    const Source& s = site.s();
    const Index open = l.end;
    const Index close = s.at(open) == "{" ? s.tokens()[static_cast<std::size_t>(open)].match : -1;
    if (close < 0)
        return;
    Index miss = -1;
    for (Index i = open + 1; i < close; ++i)
        if (s.at(i) == "None" && s.at(i + 1) == "=>" && s.at(i + 2) == "{" &&
            s.enclosing_open(static_cast<std::size_t>(i)) == open)
            miss = i + 2;
    const Index name = open + 3;
    const bool plain = s.at(open + 1) == "Some" && s.at(open + 2) == "(" && s.at(name + 1) == ")" &&
                       s.at(name + 2) == "=>" &&
                       (s.at(name + 3) == s.at(name) || (s.at(name + 3) == "return" && s.at(name + 4) == s.at(name)));
    if (miss < 0 || !plain || miss < name)
        return;
    auto statements = statements_of(s, static_cast<std::size_t>(miss));
    if (statements.size() < 2)
        return;
    const Range tail = statements.back();
    statements.pop_back();
    const Range all{s.tokens()[static_cast<std::size_t>(keyword)].begin,
                    s.tokens()[static_cast<std::size_t>(close)].end};
    propose_entry(site, all, statements, l);
    // if !map.contains_key(&k) { .. } map.get_mut(&k).unwrap()
    const std::string indent = indent_at(s, all.begin);
    std::string text = "if !" + site.str(l.map) + ".contains_key(" + site.str(l.key) + ") {";
    for (Range statement : statements)
        text += "\n" + indent + "    " + site.str(statement);
    text += "\n" + indent + "}\n" + indent + site.str(tail);
    auto frames = frames_at(s, all.begin);
    if (!frames.empty() && without_semicolon(s, frames.front().statement) == all)
        site.propose(Risk::low, 0.6, std::string(why_ask), {site.swap(all, text)});
}

/// `if let Some(v) = map.get(&k) { return v; } map.insert(..); map.get(&k).unwrap()`
void returned(Site& site, const Lookup& l) {
    const Source& s = site.s();
    const Index open = l.end;
    auto frames = frames_at(s, l.map.begin);
    if (s.at(open) != "{" || frames.empty())
        return;
    const Frame& frame = frames.front();
    auto hit = statements_of(s, static_cast<std::size_t>(open));
    auto all = statements_of(s, frame.open);
    if (hit.size() != 1 || !s.text(hit[0]).starts_with("return ") || !s.text(frame.statement).starts_with("if let ") ||
        frame.index + 2 >= all.size() || s.text(all.back()).ends_with(";"))
        return;
    std::vector<Range> statements(all.begin() + static_cast<std::ptrdiff_t>(frame.index) + 1, all.end() - 1);
    propose_entry(site, {frame.statement.begin, all.back().end}, statements, l);
    // the condition turned round, and what fills in inside it
    const std::string indent = indent_at(s, frame.statement.begin);
    std::string text = "if !" + site.str(l.map) + ".contains_key(" + site.str(l.key) + ") {";
    for (Range statement : statements)
        text += "\n" + indent + "    " + site.str(statement);
    text += "\n" + indent + "}";
    site.propose(Risk::low, 0.6, std::string(why_ask),
                 {site.swap({frame.statement.begin, statements.back().end}, text)});
}

void look_up_else_insert(Site& site) {
    const Range first = first_borrow(site);
    if (first.empty())
        return;
    const Source& s = site.s();
    auto l = lookup_at(s, first.begin);
    if (!l)
        return;
    const auto begin = static_cast<Index>(s.token_at(first.begin));
    if (s.at(begin - 1) == "match")
        matched(site, begin - 1, *l);
    else if (s.at(begin - 1) == "=" && s.at(begin - 2) == ")")
        returned(site, *l);
}

// ---- removing while walking

std::string negated(std::string_view condition) {
    static constexpr std::pair<std::string_view, std::string_view> opposite[] = {
        {" == ", " != "}, {" != ", " == "}, {" <= ", " > "}, {" >= ", " < "}, {" < ", " >= "}, {" > ", " <= "}};
    if (!has(condition, "&&") && !has(condition, "||"))
        for (auto [a, b] : opposite)
            if (auto at = condition.find(a);
                at != std::string_view::npos && condition.find(a, at + 1) == std::string_view::npos)
                return std::string(condition.substr(0, at)) + std::string(b) +
                       std::string(condition.substr(at + a.size()));
    if (condition.starts_with("!") && !has(condition, " "))
        return std::string(condition.substr(1));
    return "!(" + std::string(condition) + ")";
}

/// `for (i, x) in v.iter().enumerate() { if C { v.remove(i); } }` is `v.retain(|x| !C)`.
void remove_while_walking(Site& site) { // E0502 E0499
    const Source& s = site.s();
    for (const Frame& frame : frames_at(s, site.at().begin)) {
        const Range loop = frame.statement;
        if (!s.text(loop).starts_with("for "))
            continue;
        auto i = static_cast<Index>(s.token_at(loop.begin)) + 1;
        std::vector<std::string> names;
        Index in = i;
        for (; s.at(in) != "in" && in < i + 12; ++in)
            if (s.tokens()[static_cast<std::size_t>(in)].kind == Kind::ident)
                names.emplace_back(s.at(in));
        Index open = in;
        while (open < in + 24 && s.at(open) != "{")
            ++open;
        if (s.at(in) != "in" || s.at(open) != "{" || names.empty() || names.size() > 2)
            return;
        std::string walked = site.str(
            {s.tokens()[static_cast<std::size_t>(in) + 1].begin, s.tokens()[static_cast<std::size_t>(open) - 1].end});
        const bool pairs = walked.starts_with("&") || walked.ends_with(".iter()") || walked.ends_with(".iter_mut()");
        std::string list = walked.starts_with("&mut ") ? walked.substr(5)
                           : walked.starts_with("&")   ? walked.substr(1)
                                                       : walked;
        const bool numbered = list.ends_with(".enumerate()");
        for (std::string_view tail : {".enumerate()", ".iter()", ".iter_mut()"})
            if (list.ends_with(tail))
                list.resize(list.size() - tail.size());
        auto body = statements_of(s, static_cast<std::size_t>(open));
        if (body.size() != 1 || !s.text(body[0]).starts_with("if ") || s.text(body[0]).starts_with("if let"))
            return;
        auto head = static_cast<Index>(s.token_at(body[0].begin));
        Index block = head + 1;
        while (block < head + 60 && s.at(block) != "{")
            ++block;
        if (s.at(block) != "{" || s.at(s.tokens()[static_cast<std::size_t>(block)].match + 1) == "else")
            return;
        auto removal = statements_of(s, static_cast<std::size_t>(block));
        if (removal.size() != 1 || !s.text(removal[0]).starts_with(list + ".remove("))
            return;
        auto given = site.t().arguments(removal[0].begin + list.size() + 7);
        if (given.size() != 1)
            return;
        std::string argument = site.str(given[0]),
                    condition = site.str({s.tokens()[static_cast<std::size_t>(head) + 1].begin,
                                          s.tokens()[static_cast<std::size_t>(block) - 1].end});
        std::string holds;
        if (numbered && names.size() == 2 && argument == names[0])
            holds = names[1];
        else if (pairs && names.size() == 2 && (argument == names[0] || argument == "&" + names[0]))
            holds = names[0] + ", " + names[1];
        else if (pairs && names.size() == 1 && (argument == names[0] || argument == "&" + names[0]))
            holds = names[0];
        if (holds.empty() || uses_of(s,
                                     {s.tokens()[static_cast<std::size_t>(head)].begin,
                                      s.tokens()[static_cast<std::size_t>(block)].begin},
                                     names[0])
                                     .size() > (numbered ? 0u : 99u))
            return;
        site.propose(
            Risk::low, 0.8,
            "elements cannot be removed while the collection is walked; `retain` keeps those that are to stay.",
            {site.swap(loop, list + ".retain(|" + holds + "| " + negated(condition) + ");")});
        return;
    }
}

} // namespace

RC_CODE_RULE(look_up_else_insert, "own-map-entry", "E0499", "E0502", "E0506", "E0505")
RC_CODE_RULE(remove_while_walking, "own-retain", "E0499", "E0502")

} // namespace rustcoder::repair
