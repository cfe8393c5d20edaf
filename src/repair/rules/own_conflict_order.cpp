// E0499 E0500 E0501 E0502 E0503 E0505 E0506 E0524: two accesses overlap in time. This file puts them after one another:
// a value read first, a statement moved, a guard dropped.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

struct Conflict {
    Range first, second, later;
};

Conflict read(const Site& site) {
    Conflict c;
    c.second = site.at();
    for (const Span& span : site.d.spans) {
        Range r = site.range(&span);
        if (r.empty())
            continue;
        if (has(span.label, "later used") || has(span.label, "later call") ||
            has(span.label, "used here, in later iteration") || has(span.label, "borrow might be used here"))
            c.later = r;
        else if (!span.primary && c.first.empty() &&
                 (has(span.label, "borrow occurs here") || has(span.label, "is borrowed here") ||
                  has(span.label, "borrow of ") || has(span.label, "closure construction occurs here") ||
                  has(span.label, "closure is constructed here")))
            c.first = r;
    }
    return c;
}

/// A name for a hoisted expression: its last method or field, else `value`.
std::string hoisted_name(const Source& s, Range e) {
    std::string best;
    const auto& tokens = s.tokens();
    for (std::size_t i = s.token_at(e.begin); i < tokens.size() && tokens[i].end <= e.end; ++i) {
        if (tokens[i].kind == Kind::open && tokens[i].match >= 0) {
            i = static_cast<std::size_t>(tokens[i].match);
            continue;
        }
        if (tokens[i].kind == Kind::ident &&
            (s.at(static_cast<Index>(i) - 1) == "." || s.at(static_cast<Index>(i) + 1) == "("))
            best = s.text(tokens[i]);
    }
    for (std::string_view prefix : {"get_", "to_", "compute_", "next_"})
        if (best.starts_with(prefix) && best.size() > prefix.size() + 1 && prefix != "next_")
            best = best.substr(prefix.size());
    static constexpr std::string_view dull[] = {"clone",  "unwrap", "cloned", "copied",
                                                "string", "owned",  "as_str", "iter"};
    if (best.empty() || std::find(std::begin(dull), std::end(dull), best) != std::end(dull))
        best = "value";
    return best;
}

/// Arguments and operands of the statement that hold one of the two accesses get their own `let` in front.
void hoist_inside_statement(Site& site, const Conflict& c) {
    const Source& s = site.s();
    auto frames = frames_at(s, c.second.begin);
    if (frames.empty())
        return;
    Range statement = frames.front().statement;
    std::vector<Range> tried;
    auto offer = [&](Range e, double prior) {
        if (e.empty() || e.begin < statement.begin || e.end > statement.end ||
            std::find(tried.begin(), tried.end(), e) != tried.end())
            return;
        auto text = s.text(e);
        if (text.starts_with("&") || text.starts_with("|") || text.starts_with("move") ||
            text.find('(') == std::string_view::npos) {
            if (text.starts_with("|") || text.starts_with("move") || text.starts_with("&mut"))
                return;
            prior *= 0.7;
        }
        tried.push_back(e);
        site.propose(
            Risk::low, prior,
            "the value is needed while the other borrow is active; it is computed in a `let` of its own first.",
            hoist(s, site.path(), e, statement, fresh_name(s, hoisted_name(s, e))));
    };
    for (Range access : {c.second, c.first}) {
        if (access.empty() || access.begin < statement.begin || access.end > statement.end)
            continue;
        // arguments around the access, innermost first
        for (Index open = s.enclosing_open(s.token_at(access.begin)); open >= 0;
             open = s.enclosing_open(static_cast<std::size_t>(open))) {
            const auto& t = s.tokens()[static_cast<std::size_t>(open)];
            if (t.begin < statement.begin || s.text(t) == "{")
                break;
            for (Range a : site.t().arguments(t.begin))
                if (a.begin <= access.begin && access.begin < a.end)
                    offer(a, access == c.second ? 0.66 : 0.5);
        }
        // right side of an assignment: `self.total += self.rate();`
        Index i = static_cast<Index>(s.token_at(statement.begin));
        for (; static_cast<std::size_t>(i) < s.tokens().size() &&
               s.tokens()[static_cast<std::size_t>(i)].begin < access.begin;
             ++i) {
            auto op = s.at(i);
            if (s.tokens()[static_cast<std::size_t>(i)].kind == Kind::punct && op.size() <= 2 && op.ends_with("=") &&
                op != "==" && op != "!=" && op != "<=" && op != ">=" &&
                static_cast<std::size_t>(i) + 1 < s.tokens().size() && !s.text(statement).starts_with("let"))
                offer({s.tokens()[static_cast<std::size_t>(i) + 1].begin, without_semicolon(s, statement).end}, 0.55);
        }
        Range whole = site.t().postfix_from(access.begin);
        if (whole != without_semicolon(s, statement) && s.text(statement).find('{') == std::string_view::npos)
            offer(whole, 0.35);
    }
}

/// The loop whose header borrows: values of the body that do not change there are computed before the loop.
void hoist_before_loop(Site& site, const Conflict& c) {
    const Source& s = site.s();
    auto pair = common_block(s, c.first.begin, c.second.begin);
    if (c.first.empty() || !pair || pair->first.statement != pair->second.statement)
        return;
    Range loop = pair->first.statement;
    auto head = s.at(static_cast<Index>(s.token_at(loop.begin)));
    if (head != "for" && head != "while" && head != "loop")
        return; // out of an `if` or `match` it would run in cases where it did not
    Range e = site.t().postfix_from(c.second.begin);
    auto inner = frames_at(s, c.second.begin);
    if (!inner.empty() && without_semicolon(s, inner.front().statement) == e)
        return; // a statement for its effect
    Call call;
    if (auto close = s.token_before(e.end);
        close > 0 && s.at(close) == ")" && s.tokens()[static_cast<std::size_t>(close)].match > 1) {
        auto open = static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(close)].match);
        call.path = site.path();
        call.name = s.at(static_cast<Index>(open) - 1);
        call.method = true;
        call.arguments = site.t().arguments(s.tokens()[open].begin);
        if (auto callee = callee_of(site.context, call);
            callee && has(callee->tree->source().text(callee->item->parameters.front().range), "mut"))
            return; // it changes something each time
    }
    if (e.empty() || e.begin <= loop.begin || e.end > loop.end || e.begin == c.first.begin)
        return;
    // nothing that the loop or the statements between bind may occur in it
    std::size_t open = 0;
    for (Index o = s.enclosing_open(s.token_at(e.begin));
         o >= 0 && s.tokens()[static_cast<std::size_t>(o)].begin >= loop.begin;
         o = s.enclosing_open(static_cast<std::size_t>(o)))
        open = static_cast<std::size_t>(o);
    for (const auto& b : site.t().bindings_at(e.begin))
        if (b.name_range.begin >= loop.begin && b.name_range.begin < e.begin && !uses_of(s, e, b.name).empty())
            return;
    (void)open;
    if (s.text(e).find('(') == std::string_view::npos && s.text(e).find('.') == std::string_view::npos)
        return;
    site.propose(Risk::low, 0.6,
                 "the value does not depend on the loop; it is read once before the loop borrows its owner.",
                 hoist(s, site.path(), e, loop, fresh_name(s, hoisted_name(s, e))));
}

/// A value read while a mutable borrow is active, and independent of it: read before the borrow begins.
void hoist_before_borrow(Site& site, const Conflict& c) { // E0502 E0503
    const Source& s = site.s();
    auto pair = c.first.empty() ? std::nullopt : common_block(s, c.first.begin, c.second.begin);
    if (!pair || pair->first.statement == pair->second.statement || site.d.code == "E0499" || site.d.code == "E0506" ||
        pair->second.statement.begin < pair->first.statement.begin ||
        (site.d.code == "E0502" && !has(site.d.message, "as immutable because")))
        return;
    Range e = site.t().postfix_from(c.second.begin);
    const Range first = pair->first.statement;
    if (e.empty() || e.end > pair->second.statement.end || s.text(e).starts_with("&mut") ||
        (s.text(e).find('(') == std::string_view::npos && s.text(e).find('.') == std::string_view::npos))
        return;
    for (const auto& b : site.t().bindings_at(e.begin))
        if (b.name_range.begin >= first.begin && b.name_range.begin < e.begin && !uses_of(s, e, b.name).empty())
            return;
    const std::string borrower = let_name(s, first);
    if (borrower.empty() || !uses_of(s, {first.end, pair->second.statement.begin}, borrower).empty())
        return; // it would be read before it is changed
    site.propose(Risk::low, 0.74, "the value does not depend on what is borrowed mutably, so it is read before that.",
                 hoist(s, site.path(), e, first, fresh_name(s, hoisted_name(s, e))));
}

void move_statements(Site& site, const Conflict& c) {
    const Source& s = site.s();
    if (c.first.empty() || c.later.empty())
        return;
    auto fs = common_block(s, c.first.begin, c.second.begin);
    auto sl = common_block(s, c.second.begin, c.later.begin);
    if (!fs || !sl || fs->first.open != sl->first.open)
        return;
    Range first = fs->first.statement, second = fs->second.statement, later = sl->second.statement;
    if (first == second || second == later || later.begin < second.begin)
        return;
    std::string borrower = let_name(s, first), made = let_name(s, second);
    auto statements = statements_of(s, fs->first.open);
    Range last = later;
    int uses_after = 0;
    for (Range st : statements)
        if (st.begin > second.begin && !borrower.empty() && !uses_of(s, st, borrower).empty()) {
            last = st;
            ++uses_after;
        }
    bool made_needed = !made.empty() && !uses_of(s, {second.end, last.end}, made).empty();
    bool drops = s.text(second).starts_with("drop(");
    // a statement that also looks at the owner would see another state of it
    std::string owner;
    for (std::size_t i = s.token_at(c.first.begin);
         owner.empty() && i < s.tokens().size() && s.tokens()[i].begin < c.first.end; ++i)
        if (s.tokens()[i].kind == Kind::ident)
            owner = s.text(s.tokens()[i]);
    bool sees = !owner.empty() && owner != borrower && !uses_of(s, {second.end, last.end}, owner).empty();
    // The borrowed value cannot change while it is borrowed, so what the later use sees stays the same.
    if (!made_needed)
        site.propose(
            sees ? Risk::behaviour : Risk::cost,
            drops  ? 0.7
            : sees ? 0.2
                   : 0.42,
            "the first borrow is still used further down; the conflicting statement now comes after its last use.",
            move_after(s, site.path(), second, last));
    if (uses_after <= 1 && uses_of(s, later, made.empty() ? "\x01" : made).empty() && !s.text(later).starts_with("let"))
        site.propose(sees ? Risk::behaviour : Risk::cost, sees ? 0.2 : 0.44,
                     "the last use of the first borrow now comes before the conflicting statement, so that the borrow "
                     "has ended.",
                     move_before(s, site.path(), later, second.begin));
    if (!borrower.empty() && uses_of(s, {first.end, last.begin}, borrower).empty() && !made_needed &&
        first.begin < second.begin && uses_after <= 1)
        site.propose(Risk::behaviour, 0.22,
                     "the borrow is taken only where it is needed, after the conflicting statement.",
                     move_after(s, site.path(), first, second));
    bool depends = false;
    for (Range st : statements)
        if (st.begin >= first.begin && st.begin < second.begin)
            if (auto n = let_name(s, st); !n.empty() && !uses_of(s, second, n).empty())
                depends = true;
    if (!depends)
        site.propose(Risk::behaviour, s.text(second).starts_with("let") ? 0.4 : 0.2,
                     "the conflicting statement now comes before the borrow begins.",
                     move_before(s, site.path(), second, first.begin));
}

/// E0501/E0500/E0524: the closure borrows; it can take the variable as an argument only when all uses are calls.
void closure_first(Site& site, const Conflict& c) {
    if (c.first.empty() || !has(site.d.message, "closure"))
        return;
    const Source& s = site.s();
    auto frames = frames_at(s, c.first.begin);
    if (frames.empty())
        return;
    // `let starks = || ..` that is never called again: its construction moves behind the last use of the other borrow
    std::string name = let_name(s, frames.front().statement);
    Range block = {s.tokens()[frames.front().open].begin,
                   s.tokens()[frames.front().open].match >= 0
                       ? s.tokens()[static_cast<std::size_t>(s.tokens()[frames.front().open].match)].end
                       : frames.front().statement.end};
    if (name.empty())
        return;
    auto uses = uses_of(s, {frames.front().statement.end, block.end}, name);
    if (uses.size() == 1) {
        auto use = frames_at(s, uses.front().begin);
        if (!use.empty() && use.front().open == frames.front().open)
            site.propose(Risk::behaviour, 0.2,
                         "the closure keeps its variable borrowed until it is last called; it is called first.",
                         move_after(s, site.path(), use.front().statement, frames.front().statement));
    }
}

void drop_guard(Site& site, const Conflict& c) {
    const Source& s = site.s();
    if (c.first.empty())
        return;
    auto pair = common_block(s, c.first.begin, c.second.begin);
    if (!pair || pair->first.statement == pair->second.statement)
        return;
    std::string name = let_name(s, pair->first.statement);
    bool dropped_at_end = site.d.mentions("is dropped and runs") || site.d.mentions("might be used here, when");
    if (!name.empty() && dropped_at_end && uses_of(s, {pair->second.statement.begin, s.text().size()}, name).empty())
        site.propose(Risk::low, 0.6,
                     "`" + name + "` is a guard that lives to the end of the block; it is dropped when it is done.",
                     {site.put(pair->second.statement.begin,
                               "drop(" + name + ");\n" + indent_at(s, pair->second.statement.begin))});
}

/// `std::mem::swap(&mut v[i], &mut v[j])` and the two halves of one slice.
void two_elements(Site& site, const Conflict& c) {
    if (site.d.code != "E0499" || c.first.empty())
        return;
    const Source& s = site.s();
    auto element = [&](Range borrow) -> std::optional<std::pair<Range, Range>> { // collection, index
        Range e = borrow;
        auto text = s.text(e);
        if (text.starts_with("&mut "))
            e.begin += 5;
        e = site.t().postfix_from(e.begin);
        if (e.empty() || s.text(e).back() != ']')
            return std::nullopt;
        auto close = s.token_before(e.end);
        Index open = s.tokens()[static_cast<std::size_t>(close)].match;
        if (open < 0)
            return std::nullopt;
        return std::pair(
            Range{e.begin, s.tokens()[static_cast<std::size_t>(open)].begin},
            Range{s.tokens()[static_cast<std::size_t>(open)].end, s.tokens()[static_cast<std::size_t>(close)].begin});
    };
    // the spans point at the collection; the `&mut v[i]` around it starts one or two tokens before
    auto around = [&](Range r) -> Range {
        Index i = static_cast<Index>(s.token_at(r.begin));
        if (s.at(i - 1) == "mut" && s.at(i - 2) == "&")
            return {s.tokens()[static_cast<std::size_t>(i) - 2].begin, site.t().postfix_from(r.begin).end};
        return r;
    };
    Range ra = around(c.first), rb = around(c.second);
    auto a = element(ra), b = element(rb);
    if (!a || !b || s.text(a->first) != s.text(b->first))
        return;
    std::string v = site.str(a->first), i = site.str(a->second), j = site.str(b->second);
    auto frames = frames_at(s, c.second.begin);
    if (frames.empty())
        return;
    std::size_t argument = 0;
    auto call = call_around(site, rb.begin, &argument);
    if (call && call->name == "swap" && !call->method) {
        Range whole = without_semicolon(s, frames.front().statement);
        site.propose(Risk::none, 0.93,
                     "two elements of one collection cannot be borrowed mutably at once; `swap` does it inside.",
                     {site.swap(whole, v + ".swap(" + i + ", " + j + ")")});
        return;
    }
    auto pair = common_block(s, c.first.begin, c.second.begin);
    if (!pair)
        return;
    auto number = [](const std::string& text) {
        return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    };
    bool ordered = number(i) && number(j) && std::stoul(i) < std::stoul(j);
    std::string left = fresh_name(s, "left"), right = fresh_name(s, "right");
    std::string split = "let (" + left + ", " + right + ") = " + v + ".split_at_mut(" + j + ");\n" +
                        indent_at(s, pair->first.statement.begin);
    std::string second = number(j) ? right + "[0]" : right + "[0]";
    site.propose(
        ordered ? Risk::low : Risk::behaviour, ordered ? 0.7 : 0.35,
        "two elements of one collection are borrowed mutably; `split_at_mut` gives two halves that do not overlap.",
        {site.put(pair->first.statement.begin, split), site.swap({a->first.begin, ra.end}, left + "[" + i + "]"),
         site.swap({b->first.begin, rb.end}, second)});
}

void conflict_order(Site& site) {
    Conflict c = read(site);
    hoist_inside_statement(site, c);
    hoist_before_loop(site, c);
    hoist_before_borrow(site, c);
    move_statements(site, c);
    closure_first(site, c);
    drop_guard(site, c);
    two_elements(site, c);
}

} // namespace

RC_CODE_RULE(conflict_order, "own-conflict-order", "E0499", "E0500", "E0501", "E0502", "E0503", "E0505", "E0506",
             "E0524")

} // namespace rustcoder::repair
