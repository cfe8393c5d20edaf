// Loops whose header borrows what the body needs: a method of `self` called while a field is walked, neighbours read
// while elements are changed, a walk along a list to its end.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// `for PATTERN in HEAD {` around the offset, the innermost whose body holds it.
struct Loop {
    Range statement, pattern, walked, body;
    std::size_t open = 0;
};

std::optional<Loop> loop_around(const Source& s, std::size_t offset) {
    for (const Frame& frame : frames_at(s, offset)) {
        if (!s.text(frame.statement).starts_with("for "))
            continue;
        const auto& tokens = s.tokens();
        const std::size_t first = s.token_at(frame.statement.begin) + 1;
        std::size_t in = first;
        while (in < tokens.size() && s.text(tokens[in]) != "in")
            ++in;
        std::size_t open = in;
        while (open < tokens.size() && tokens[open].end <= frame.statement.end && s.text(tokens[open]) != "{")
            open = tokens[open].kind == Kind::open && tokens[open].match > 0
                       ? static_cast<std::size_t>(tokens[open].match) + 1
                       : open + 1;
        if (open >= tokens.size() || in <= first || open <= in + 1 || tokens[open].match < 0 ||
            tokens[open].begin > offset)
            continue;
        return Loop{frame.statement,
                    {tokens[first].begin, tokens[in - 1].end},
                    {tokens[in + 1].begin, tokens[open - 1].end},
                    {tokens[open].begin, tokens[static_cast<std::size_t>(tokens[open].match)].end},
                    open};
    }
    return std::nullopt;
}

/// `self.note(x)` while `self.items` is walked: what the method does to another field stands in the loop itself.
void method_in_place(Site& site) { // E0499 E0502
    const Source& s = site.s();
    auto loop = loop_around(s, site.at().begin);
    if (!loop || !has(s.text(loop->walked), "self."))
        return;
    const std::size_t i = site.token();
    if (s.at(static_cast<Index>(i)) != "self" || s.at(static_cast<Index>(i) + 1) != "." ||
        s.at(static_cast<Index>(i) + 3) != "(")
        return;
    const auto& open = s.tokens()[i + 3];
    if (open.match < 0)
        return;
    Call call;
    call.path = site.path();
    call.name = std::string(s.at(static_cast<Index>(i) + 2));
    call.method = true;
    call.arguments = site.t().arguments(open.begin);
    auto callee = callee_of(site.context, call);
    if (!callee || callee->item->parameters.size() != call.arguments.size() + 1)
        return;
    const Source& body = callee->tree->source();
    auto statements = statements_of(body, body.token_at(callee->item->body.begin));
    if (statements.size() != 1)
        return;
    Range does = without_semicolon(body, statements.front());
    std::string text(body.text(does));
    if (has(text, "return") || has(text, "?") || has(text, "{\n"))
        return;
    std::vector<std::pair<Range, std::string>> fills;
    for (std::size_t k = 0; k < call.arguments.size(); ++k) {
        std::string argument = site.str(call.arguments[k]);
        auto uses = uses_of(body, does, callee->item->parameters[k + 1].name);
        if (uses.size() > 1 && argument.find_first_of("(") != std::string::npos)
            return; // would be calculated twice
        for (Range use : uses) {
            auto after = body.at(static_cast<Index>(body.token_at(use.end)));
            bool tight = after == "." || after == "?";
            bool simple = argument.find_first_of(" &*") == std::string::npos ||
                          (argument.ends_with(")") && !argument.starts_with("&"));
            if (body.text(use) != callee->item->parameters[k + 1].name)
                return; // named in a format string
            fills.emplace_back(use, tight && !simple ? "(" + argument + ")" : argument);
        }
    }
    std::sort(fills.begin(), fills.end(), [](const auto& a, const auto& b) { return a.first.begin > b.first.begin; });
    for (const auto& [use, argument] : fills)
        text.replace(use.begin - does.begin, use.end - use.begin, argument);
    site.propose(Risk::cost, 0.62,
                 "a method borrows all of `self`, but a field of it is being walked; what `" + call.name +
                     "` does touches another field only and is written out here.",
                 {site.swap({s.tokens()[i].begin, s.tokens()[static_cast<std::size_t>(open.match)].end}, text)});
}

/// `for (i, x) in v.iter_mut().enumerate() { .. v[i - 1] .. }`: over the indices, and `v[i]` for `x`.
void by_index(Site& site) { // E0499 E0502 E0503
    const Source& s = site.s();
    auto loop = loop_around(s, site.at().begin);
    if (!loop)
        return;
    std::string walked = site.str(loop->walked), pattern = site.str(loop->pattern), list = walked, index,
                element = pattern;
    if (list.ends_with(".enumerate()")) {
        list.resize(list.size() - 12);
        auto comma = pattern.find(',');
        if (!pattern.starts_with("(") || comma == std::string::npos)
            return;
        index = base::trim(pattern.substr(1, comma - 1));
        element = base::trim(pattern.substr(comma + 1, pattern.size() - comma - 2));
    }
    bool changes = list.ends_with(".iter_mut()") || list.starts_with("&mut ");
    for (std::string_view tail : {".iter_mut()", ".iter()"})
        if (list.ends_with(tail))
            list.resize(list.size() - tail.size());
    for (std::string_view head : {"&mut ", "&"})
        if (list.starts_with(head))
            list.erase(0, head.size());
    bool named =
        !element.empty() && std::all_of(element.begin(), element.end(), [](char c) { return base::is_ident(c); });
    if (!named || list.find('(') != std::string::npos || list.empty() || !has(s.text(loop->body), list))
        return;
    if (index.empty())
        index = fresh_name(s, "i");
    std::vector<Edit> edits{site.swap({loop->pattern.begin, loop->walked.end}, index + " in 0.." + list + ".len()")};
    for (Range use : uses_of(s, loop->body, element)) {
        auto i = static_cast<Index>(s.token_at(use.begin));
        if (s.at(i) != element) // inside a format string
            return;
        bool star = s.at(i - 1) == "*";
        edits.push_back(site.swap({star ? s.tokens()[static_cast<std::size_t>(i) - 1].begin : use.begin, use.end},
                                  list + "[" + index + "]"));
    }
    site.propose(Risk::low, changes ? 0.66 : 0.34,
                 "the loop borrows all of `" + list +
                     "` while its body needs other elements; by index nothing stays borrowed.",
                 std::move(edits));
}

/// `while let Some(n) = cur.next { cur = n; }`: to the last element, without taking anything out.
void to_the_end(Site& site) { // E0507 E0499 E0506 E0597 E0716
    const Source& s = site.s();
    for (const Frame& frame : frames_at(s, site.at().begin)) {
        auto i = static_cast<Index>(s.token_at(frame.statement.begin));
        if (s.at(i) != "while" || s.at(i + 1) != "let" || s.at(i + 2) != "Some")
            continue;
        Index equals = i;
        while (equals < i + 12 && s.at(equals) != "=")
            ++equals;
        Index open = equals;
        while (open < equals + 20 && s.at(open) != "{")
            ++open;
        if (s.at(equals) != "=" || s.at(open) != "{" || s.tokens()[static_cast<std::size_t>(open)].match < 0)
            return;
        auto body = statements_of(s, static_cast<std::size_t>(open));
        std::string place = site.str({s.tokens()[static_cast<std::size_t>(equals) + 1].begin,
                                      s.tokens()[static_cast<std::size_t>(open) - 1].end});
        for (std::string_view head : {"&mut ", "&"})
            if (place.starts_with(head))
                place.erase(0, head.size());
        for (std::string_view tail : {".as_mut()", ".as_deref_mut()"})
            if (place.ends_with(tail))
                place.resize(place.size() - tail.size());
        auto dot = place.find('.');
        if (body.size() != 1 || dot == std::string::npos)
            return;
        const std::string walker = place.substr(0, dot);
        std::string step = site.str(without_semicolon(s, body[0]));
        if (!step.starts_with(walker + " = ") || has(step, "("))
            return;
        site.propose(Risk::low, 0.8,
                     "the walk must neither take elements out nor keep the last one borrowed: it looks whether there "
                     "is a next one, then steps.",
                     {site.swap({frame.statement.begin, s.tokens()[static_cast<std::size_t>(open) - 1].end},
                                "while " + place + ".is_some()"),
                      site.swap(without_semicolon(s, body[0]), walker + " = " + place + ".as_mut().unwrap()")});
        return;
    }
}

/// `let slot = if left { self.left } else { self.right };` with `slot` changed later: a mutable reference to the place.
void place_by_reference(Site& site) { // E0507
    const Source& s = site.s();
    const Item* function = site.function();
    auto frames = frames_at(s, site.at().begin);
    if (!function || frames.empty())
        return;
    for (const Frame& frame : frames) {
        std::string name = let_name(s, frame.statement);
        if (name.empty())
            continue;
        std::vector<Edit> edits;
        for (const Diagnostic& d : site.context.all)
            if (const Span* at = d.primary();
                d.code == "E0507" && at && at->file == site.path() && frame.statement.contains(at->begin))
                edits.push_back(site.put(at->begin, "&mut "));
        bool changed = false;
        for (Range use : uses_of(s, {frame.statement.end, function->body.end}, name)) {
            auto i = static_cast<Index>(s.token_at(use.begin));
            if (s.at(i) == name && s.at(i + 1) == "=") {
                edits.push_back(site.put(use.begin, "*"));
                changed = true;
            }
        }
        if (has(s.text(frame.statement), "let mut "))
            if (auto at = s.text(frame.statement).find("mut "); at != std::string_view::npos)
                edits.push_back(site.cut({frame.statement.begin + at, frame.statement.begin + at + 4}));
        if (changed)
            site.propose(Risk::low, 0.86,
                         "`" + name +
                             "` is set later, and that is meant to change the place it comes from: it is a mutable "
                             "reference to it.",
                         std::move(edits));
        return;
    }
}

/// `for k in &node.kids { self.double(*k); }` with `node` a part of `self`: the loop goes over a copy of the list.
void walk_a_copy(Site& site) { // E0499 E0502
    const Source& s = site.s();
    auto loop = loop_around(s, site.at().begin);
    if (!loop || site.at().begin < loop->body.begin)
        return;
    bool header = std::any_of(site.d.spans.begin(), site.d.spans.end(), [&](const Span& span) {
        Range r = site.range(&span);
        return has(span.label, "later used here") && !r.empty() && r.begin >= loop->walked.begin &&
               r.end <= loop->walked.end;
    });
    auto text = s.text(loop->walked);
    if (!header || !text.starts_with("&") || text.starts_with("&mut") || has(text, "("))
        return;
    site.propose(Risk::cost, 0.72,
                 "the list that is walked belongs to what the body needs as a whole; the loop goes over a copy of it.",
                 {site.put(loop->walked.end, ".clone()")});
}

/// `for line in lines { keys.push(line.trim()); }` with `keys` living on: the elements stay where they are.
void walk_by_reference(Site& site) { // E0597
    const Source& s = site.s();
    const Range declared = site.labelled("declared here");
    auto loop = declared.empty() ? std::nullopt : loop_around(s, site.at().begin);
    if (!loop || declared.begin < loop->pattern.begin || declared.end > loop->pattern.end)
        return;
    auto text = s.text(loop->walked);
    const std::string why = "what is kept points into the elements, so the loop only borrows them.";
    if (text.find_first_of("(&[") == std::string_view::npos)
        site.propose(Risk::low, 0.82, why, {site.put(loop->walked.begin, "&")});
    else if (text.ends_with(".into_iter()"))
        site.propose(Risk::low, 0.82, why, {site.swap({loop->walked.end - 11, loop->walked.end}, "iter()")});
}

/// `self.clip(x)` inside a closure that borrows a field, where `clip` never looks at `self`.
void needs_no_self(Site& site) { // E0499 E0500 E0501 E0502
    const Source& s = site.s();
    for (const Span& span : site.d.spans) {
        const Range r = site.range(&span);
        const auto i = static_cast<Index>(s.token_at(r.begin));
        if (r.empty() || s.at(i) != "self" || s.at(i + 1) != "." || s.at(i + 3) != "(")
            continue;
        Call call;
        call.path = site.path();
        call.name = std::string(s.at(i + 2));
        call.method = true;
        call.arguments = site.t().arguments(s.tokens()[static_cast<std::size_t>(i) + 3].begin);
        auto callee = callee_of(site.context, call);
        const Item* owner = callee ? owner_of(*callee->tree, *callee->item) : nullptr;
        if (!owner || owner->kind != ItemKind::impl || !owner->trait_name.empty() || callee->item->parameters.empty())
            continue;
        const Source& u = callee->tree->source();
        for (std::size_t k = u.token_at(callee->item->body.begin);
             k < u.tokens().size() && u.tokens()[k].end <= callee->item->body.end; ++k)
            if (u.text(u.tokens()[k]) == "self")
                return;
        const Range self = with_separator(u, callee->item->parameters.front().range);
        std::vector<Edit> edits{make_edit(callee->path, self.begin, self.end, "")};
        for (const Call& c : calls_of(site.context, *callee)) {
            auto source = site.context.sources.source(c.path);
            if (!c.method || !source)
                continue;
            const bool inside = c.path == callee->path && source->text(c.receiver) == "self";
            edits.push_back(make_edit(c.path, c.receiver.begin, source->tokens()[c.name_token].begin,
                                      (inside ? "Self" : owner->name) + "::"));
        }
        site.propose(Risk::low, 0.7,
                     "`" + call.name +
                         "` never looks at `self`, so it need not borrow it: it becomes a function of the type.",
                     std::move(edits));
        return;
    }
}

} // namespace

RC_CODE_RULE(walk_by_reference, "own-walk-by-reference", "E0597")
RC_CODE_RULE(needs_no_self, "own-needs-no-self", "E0499", "E0500", "E0501", "E0502")
RC_CODE_RULE(walk_a_copy, "own-walk-a-copy", "E0499", "E0502")
RC_CODE_RULE(method_in_place, "own-method-in-place", "E0499", "E0502")
RC_CODE_RULE(by_index, "own-loop-by-index", "E0499", "E0502", "E0503", "E0506")
RC_CODE_RULE(to_the_end, "own-walk-to-end", "E0507", "E0499", "E0506", "E0597", "E0716")
RC_CODE_RULE(place_by_reference, "own-place-reference", "E0507")

} // namespace rustcoder::repair
