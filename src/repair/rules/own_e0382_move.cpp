// E0382: a value is used after it was moved. What to do depends on how it was moved: into a call, a method, a loop, a
// pattern, a binding or a closure.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

struct Move {
    Range moved;      // the expression that gives the value away
    Range use;        // the later use
    std::string name; // of the binding, "" when it is a place like self.x
    std::string type;
    std::string label;
    bool in_loop = false;
    const Span* declaration = nullptr;
};

std::optional<Move> read(const Site& site) {
    Move m;
    for (std::string_view label :
         {"value moved", "moved due to", "variable moved", "moved into closure", "partially moved"})
        if (const Span* span = site.d.labelled(label); span && !site.range(span).empty()) {
            m.moved = site.range(span);
            m.label = span->label;
            break;
        }
    if (m.moved.empty())
        return std::nullopt;
    m.use = site.at();
    m.in_loop = has(m.label, "previous iteration");
    m.type = moved_type(site.d);
    m.declaration = site.d.labelled("move occurs because");
    auto ticked = backticked(site.d.message);
    if (!ticked.empty())
        m.name = ticked.front();
    // 1.96 on a reference-counted pointer: "the type `Arc` does not implement `Copy`"; the variable is at the use.
    if (site.d.message.starts_with("the type `")) {
        m.type = m.name + "<_>";
        m.name = site.text(m.use);
    }
    return m;
}

bool plain(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return base::is_ident(c); });
}

/// The tokens of the moved place right at the move ("x" or "self.items"); the moved span may hold a method call too.
Range place_at_move(const Site& site, const Move& m) {
    auto text = site.text(m.moved);
    if (text == m.name)
        return m.moved;
    // "`x` moved due to this method call" points at the call behind the dot
    auto dot = site.s().token_before(m.moved.begin);
    if (has(m.label, "method call") && dot >= 0 && site.s().at(dot) == ".") {
        Range receiver = site.t().postfix_before(site.s().tokens()[static_cast<std::size_t>(dot)].begin);
        // after `let w = v;` rustc blames the call on `w`, and the let is the move
        if (site.text(receiver) != m.name)
            for (const auto& b : site.t().bindings_at(receiver.begin))
                if (b.name == site.text(receiver) && site.text(b.initializer) == m.name)
                    return b.initializer;
        return receiver;
    }
    for (Range use : uses_of(site.s(), m.moved, m.name))
        return use;
    return m.moved;
}

void borrow_in_call(Site& site, const Move& m) {
    std::size_t argument = 0;
    auto call = call_around(site, m.moved.begin, &argument);
    if (!call || call->arguments[argument] != m.moved)
        return;
    std::string x = site.str(m.moved);
    if (auto callee = callee_of(site.context, *call)) {
        if (auto parameter = parameter_of(*callee->item, *call, argument)) {
            const auto& p = callee->item->parameters[*parameter];
            Usage usage = p.by_mut ? Usage::mutates : usage_of(callee->tree->source(), callee->item->body, p.name);
            if (auto edits = borrow_parameter(site.context, *callee, *parameter, false))
                site.propose(callee->item->is_public ? Risk::cost : Risk::low,
                             usage == Usage::reads     ? 0.72
                             : usage == Usage::mutates ? 0.15
                                                       : 0.12,
                             "`" + call->name + "` took ownership of `" + x +
                                 "`, which is used again later; it now borrows it, and every call passes a reference.",
                             std::move(*edits));
            if (usage == Usage::mutates)
                if (auto edits = borrow_parameter(site.context, *callee, *parameter, true))
                    site.propose(Risk::low, 0.4,
                                 "`" + call->name +
                                     "` changes its argument, which is used again later; it now takes `&mut`.",
                                 std::move(*edits));
        }
    }
    site.propose(Risk::low, 0.35, "`" + x + "` is used again later, so the call borrows it instead of taking it.",
                 {site.put(m.moved.begin, "&")});
}

void method_receiver(Site& site, const Move& m) {
    const Source& s = site.s();
    Range place = place_at_move(site, m);
    Index dot = static_cast<Index>(s.token_at(place.end));
    if (s.at(dot) != "." || s.at(dot + 2) != "(")
        return;
    std::string method(s.at(dot + 1));
    const auto& name = s.tokens()[static_cast<std::size_t>(dot) + 1];
    std::string x = site.str(place);
    if (method == "into_iter") {
        site.propose(Risk::low, 0.6,
                     "`into_iter` consumes `" + x + "`, which is used again later; `iter` only borrows it.",
                     {site.swap({name.begin, name.end}, "iter")});
        site.propose(Risk::cost, 0.35,
                     "`into_iter` consumes `" + x +
                         "`, which is used again later; the items are cloned one by one instead.",
                     {site.swap({name.begin, name.end}, "iter().cloned")});
    }
    std::string type = clean_type(m.type);
    if (type.starts_with("Option<") || type.starts_with("Result<")) {
        site.propose(Risk::low, 0.55,
                     "`" + method + "` consumes `" + x + "`; `as_ref` lets it look at the value inside.",
                     {site.put(place.end, ".as_ref()")});
        if (type.starts_with("Option<String") || type.starts_with("Option<Box") || type.starts_with("Option<Vec"))
            site.propose(Risk::low, 0.3, "`" + method + "` consumes `" + x + "`; `as_deref` borrows what is inside.",
                         {site.put(place.end, ".as_deref()")});
        if (has(type, "<&mut "))
            site.propose(Risk::low, 0.5, "`" + x + "` holds a mutable reference, which cannot be copied; reborrow it.",
                         {site.put(place.end, ".as_deref_mut()")});
        site.propose(Risk::cost, 0.3, "`" + method + "` consumes `" + x + "`, which is used again; a copy is consumed.",
                     {site.put(place.end, ".clone()")});
    }
    Call call;
    call.path = site.path();
    call.name = method;
    call.method = true;
    call.arguments = site.t().arguments(s.tokens()[static_cast<std::size_t>(dot) + 2].begin);
    auto callee = callee_of(site.context, call);
    if (!callee)
        return;
    const auto& self = callee->item->parameters.front();
    auto self_text = callee->tree->source().text(self.range);
    Usage usage = usage_of(callee->tree->source(), callee->item->body, "self");
    const Item* owner = owner_of(*callee->tree, *callee->item);
    bool foreign = owner && owner->kind == ItemKind::impl && !owner->trait_name.empty() &&
                   !trait_named(site.context, owner->trait_name);
    if (foreign || (self_text != "self" && self_text != "mut self"))
        return;
    std::vector<Edit> edits{make_edit(callee->path, self.range.begin, self.range.end,
                                      usage == Usage::mutates || self_text == "mut self" ? "&mut self" : "&self")};
    site.propose(Risk::low, usage == Usage::consumes ? 0.2 : 0.65,
                 "`" + method + "` took `self` by value although the object is used afterwards; it now borrows it.",
                 std::move(edits));
}

void pattern_and_loop(Site& site, const Move& m) {
    const Source& s = site.s();
    Range place = place_at_move(site, m);
    Index i = static_cast<Index>(s.token_at(place.begin));
    auto before = s.at(i - 1);
    std::string x = site.str(place);
    if (before == "in") {
        site.propose(Risk::low, 0.8, "the loop consumed `" + x + "`, which is used again later; it now borrows it.",
                     {site.put(place.begin, "&")});
        site.propose(Risk::cost, 0.3,
                     "the loop consumed `" + x + "`, which is used again later; it now runs over a copy.",
                     {site.put(place.end, ".clone()")});
        site.propose(Risk::cost, 0.25, "the loop consumed `" + x + "`; it now clones each item.",
                     {site.put(place.end, ".iter().cloned()")});
    }
    // partial move: the span is the binding inside a pattern
    if (has(site.d.message, "partially moved")) {
        for (const Frame& frame : frames_at(s, m.moved.begin)) {
            Index k = static_cast<Index>(s.token_at(frame.statement.begin));
            for (; static_cast<std::size_t>(k) < s.tokens().size() &&
                   s.tokens()[static_cast<std::size_t>(k)].begin < frame.statement.end;
                 ++k) {
                auto word = s.at(k);
                std::size_t scrutinee = 0;
                if (word == "match")
                    scrutinee = static_cast<std::size_t>(k) + 1;
                else if (word == "=" && has(s.text(frame.statement), "let "))
                    scrutinee = static_cast<std::size_t>(k) + 1;
                if (scrutinee && scrutinee < s.tokens().size() && s.text(s.tokens()[scrutinee]) != "&") {
                    site.propose(
                        Risk::low, 0.72,
                        "the pattern moved a part out of the value, which is used again later; match on a reference.",
                        {site.put(s.tokens()[scrutinee].begin, "&")});
                    break;
                }
            }
            break;
        }
        if (plain(site.text(m.moved)))
            site.propose(Risk::low, 0.45, "the pattern moved a part out of the value; `ref` borrows it instead.",
                         {site.put(m.moved.begin, "ref ")});
        else
            site.propose(Risk::cost, 0.4,
                         "a part of the value was moved out and the rest is used later; a copy is taken.",
                         {site.put(m.moved.end, ".clone()")});
    }
    if (before == "match" || (before == "=" && s.at(static_cast<Index>(s.token_at(place.end))) == "{"))
        site.propose(Risk::low, 0.7, "matching consumed `" + x + "`, which is used again later; match on a reference.",
                     {site.put(place.begin, "&")});
}

/// Derives for a local type: Copy for plain data, Clone with a clone at the move.
void derives(Site& site, const Move& m) {
    auto type = local_type(site.context, m.type);
    if (!type || type_head(m.type) == "&")
        return;
    Range place = place_at_move(site, m);
    std::string name = type->item->name;
    if (fields_copy(site.context, *type->item))
        if (auto edit = derive_edit(*type, {"Clone", "Copy"}))
            site.propose(Risk::cost, 0.5,
                         "`" + name + "` holds only plain values, so it can be copied instead of moved (derive Copy).",
                         {*edit});
    if (auto edit = derive_edit(*type, {"Clone"}))
        site.propose(Risk::cost, 0.4, "`" + name + "` can be cloned once it derives Clone; the move takes a copy.",
                     {*edit, site.put(place.end, ".clone()")});
}

/// `Config { n: 2, ..a }` takes the other fields out of `a`.
void struct_update(Site& site, const Move& m) {
    const Source& s = site.s();
    auto text = s.text(m.moved);
    auto dots = text.rfind("..");
    Range base = dots == std::string_view::npos ? place_at_move(site, m)
                                                : Range{m.moved.begin + dots + 2, m.moved.begin + dots + 2};
    Index i = static_cast<Index>(s.token_at(base.begin));
    if (s.at(i - 1) != "..")
        return;
    Index open = s.enclosing_open(static_cast<std::size_t>(i));
    auto type = open > 0 ? local_type(site.context, s.at(open - 1)) : std::nullopt;
    Range place = site.t().postfix_from(s.tokens()[static_cast<std::size_t>(i)].begin);
    if (!type || place.empty())
        return;
    std::vector<Edit> edits{site.put(place.end, ".clone()")};
    if (auto derive = derive_edit(*type, {"Clone"}))
        edits.push_back(*derive);
    site.propose(Risk::cost, 0.62,
                 "the other fields are taken from a clone, because `" + site.str(place) + "` is used again later.",
                 std::move(edits));
}

void closures(Site& site, const Move& m) {
    if (!has(m.label, "closure") || !plain(m.name))
        return;
    const Source& s = site.s();
    Index i = static_cast<Index>(s.token_at(m.moved.begin));
    // the label sits on the closure's `move |..|` head or on the use inside
    while (i > 0 && s.at(i) != "move" && s.tokens()[static_cast<std::size_t>(i)].begin + 400 > m.moved.begin &&
           !(s.at(i) == "|" || s.at(i) == "||"))
        --i;
    if (s.at(i - 1) == "move")
        --i;
    bool is_move = s.at(i) == "move";
    auto frames = frames_at(s, s.tokens()[static_cast<std::size_t>(i)].begin);
    if (frames.empty())
        return;
    bool shared = m.type.starts_with("Rc<") || m.type.starts_with("Arc<") || has(m.type, "::Rc<") ||
                  has(m.type, "::Arc<") || has(m.type, "Sender<");
    std::string clone = "let " + m.name + " = " + m.name + ".clone();";
    const Item* fn = site.function();
    std::size_t outside = m.declaration ? m.declaration->begin : fn ? fn->body.begin + 1 : m.moved.begin;
    if (loop_between(s, m.moved.begin, outside))
        site.propose(shared ? Risk::low : Risk::cost, shared ? 0.75 : 0.55,
                     "each round of the loop moves `" + m.name + "` into a closure; each round now gets its own clone.",
                     {site.put(frames.front().statement.begin, clone + gap_at(s, frames.front().statement.begin))});
    std::size_t closure = s.tokens()[static_cast<std::size_t>(i)].begin;
    // the closure ends where the argument or the initializer ends
    Range whole;
    std::size_t argument = 0;
    if (auto call = call_around(site, closure, &argument); call && call->arguments[argument].begin == closure)
        whole = call->arguments[argument];
    else if (Range init = initializer_of(s, frames.front().statement); init.begin == closure)
        whole = init;
    if (!whole.empty())
        site.propose(shared ? Risk::low : Risk::cost, shared ? 0.65 : 0.45,
                     "the closure takes `" + m.name +
                         "`, which is used again later; the closure gets a clone of its own.",
                     {site.put(whole.begin, "{ " + clone + " "), site.put(whole.end, " }")});
    if (is_move)
        site.propose(Risk::low, 0.3, "the closure need not own `" + m.name + "`: without `move` it borrows it.",
                     {site.cut({closure, s.tokens()[static_cast<std::size_t>(i) + 1].begin})});
}

void reorder(Site& site, const Move& m) {
    if (m.in_loop)
        return;
    const Source& s = site.s();
    auto pair = common_block(s, m.moved.begin, m.use.begin);
    if (!pair || pair->first.statement == pair->second.statement)
        return;
    Range move = pair->first.statement, use = pair->second.statement;
    bool prints = has(s.text(use), "print");
    bool drops = s.text(move).starts_with("drop(") || has(s.text(move), "mem::drop(");
    bool read_only = has(s.text(use), "let ") || has(s.text(use), "assert") || prints;
    std::string bound = let_name(s, move);
    bool depends = !bound.empty() && !uses_of(s, {move.end, use.end}, bound).empty();
    if (!depends) {
        // after the last use in the block
        Range last = use;
        for (Range st : statements_of(s, pair->first.open))
            if (st.begin > use.begin && !uses_of(s, st, m.name).empty())
                last = st;
        site.propose(drops ? Risk::low : Risk::behaviour,
                     drops    ? 0.7
                     : prints ? 0.14
                              : 0.2,
                     "`" + m.name + "` is given away before its last use; the giving away now comes after it.",
                     move_after(s, site.path(), move, last));
    }
    if (read_only && pair->second.index > pair->first.index)
        site.propose(prints ? Risk::behaviour : Risk::cost, prints ? 0.15 : 0.3,
                     "`" + m.name + "` was read after it had been moved; it is now read before the move.",
                     move_before(s, site.path(), use, move.begin));
}

void binding(Site& site, const Move& m) {
    const Source& s = site.s();
    Range place = place_at_move(site, m);
    Index i = static_cast<Index>(s.token_at(place.begin));
    std::string type = clean_type(m.type), x = site.str(place);
    if (type.starts_with("&mut "))
        site.propose(Risk::none, 0.7, "a mutable reference moves when it is passed on; `&mut *` lends it instead.",
                     {site.swap(place, "&mut *" + x)});
    if (s.at(i - 1) == "=" && s.at(i + 1) == ";") {
        site.propose(Risk::low, 0.42, "`" + x + "` is used again later, so the new binding only borrows it.",
                     {site.put(place.begin, "&")});
        site.propose(Risk::low, 0.12, "`" + x + "` is changed later, so the new binding borrows it mutably.",
                     {site.put(place.begin, "&mut ")});
    }
    bool whole = m.moved == place || !has(m.label, "due to");
    if (!has(m.label, "closure") && !type.starts_with("&mut ") && !type.starts_with("impl ") &&
        !type.starts_with("dyn ")) {
        bool shared = type.starts_with("Rc<") || type.starts_with("Arc<") || type.starts_with("Sender<");
        std::string copy = shared && !type.starts_with("Sender") && plain(x)
                               ? type.substr(0, type.find('<')) + "::clone(&" + x + ")"
                               : x + ".clone()";
        Index next = static_cast<Index>(s.token_at(place.end));
        if (shared && s.at(next) == ".")
            copy = x + ".clone()";
        bool shorthand = (s.at(i - 1) == "{" || s.at(i - 1) == ",") && (s.at(i + 1) == "," || s.at(i + 1) == "}") &&
                         s.enclosing_open(static_cast<std::size_t>(i)) >= 0 &&
                         brace_kind(s, static_cast<std::size_t>(s.enclosing_open(static_cast<std::size_t>(i)))) ==
                             BraceKind::literal;
        site.propose(shared ? Risk::none : Risk::cost,
                     shared  ? 0.8
                     : whole ? 0.5
                             : 0.35,
                     "`" + x + "` is used again later; the move takes a clone.",
                     {site.swap(place, (shorthand ? x + ": " : "") + copy)});
    }
    if (m.in_loop && type.starts_with("Option<"))
        site.propose(Risk::behaviour, 0.35, "the loop needs the value once: `take` leaves None behind.",
                     {site.put(place.end, ".take()")});
}

void use_after_move(Site& site) {
    auto m = read(site);
    if (!m)
        return;
    if (auto walk = borrow_walk(site, place_at_move(site, *m)))
        site.propose(Risk::low, 0.6, "the walk only looks at the elements, so it goes along by references.",
                     std::move(*walk));
    borrow_in_call(site, *m);
    method_receiver(site, *m);
    pattern_and_loop(site, *m);
    derives(site, *m);
    struct_update(site, *m);
    closures(site, *m);
    reorder(site, *m);
    binding(site, *m);
}

} // namespace

RC_CODE_RULE(use_after_move, "own-e0382", "E0382")

} // namespace rustcoder::repair
