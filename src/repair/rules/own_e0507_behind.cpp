// E0507 E0508 E0509: a value cannot be moved out from behind a reference, an index, a shared pointer or a type with
// Drop.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

struct Behind {
    Range place;                 // the moved place
    std::string type;            // its type, cleaned
    bool is_mutable = false;     // behind `&mut`
    Index before = 0, after = 0; // neighbouring tokens
};

void option_calls(Site& site, const Behind& b) {
    const Source& s = site.s();
    if (s.at(b.after) != "." || s.at(b.after + 2) != "(")
        return;
    std::string method(s.at(b.after + 1));
    if (!b.type.starts_with("Option<") && !b.type.starts_with("Result<"))
        return;
    std::string x = site.str(b.place);
    site.propose(Risk::low, b.is_mutable ? 0.45 : 0.6,
                 "`" + method + "` would take the value out of `" + x +
                     "`, which is only borrowed; `as_ref` looks at it in place.",
                 {site.put(b.place.end, ".as_ref()")});
    if (has(b.type, "<Box<") || has(b.type, "<String") || has(b.type, "<Vec<"))
        site.propose(Risk::low, 0.35, "`" + x + "` is only borrowed; `as_deref` gives a reference to what is inside.",
                     {site.put(b.place.end, ".as_deref()")});
    if (b.type.starts_with("Option<")) {
        site.propose(Risk::behaviour, b.is_mutable ? 0.5 : 0.12,
                     "`" + x + "` is only borrowed; `take` moves the value out and leaves None.",
                     {site.put(b.place.end, ".take()")});
        site.propose(Risk::low, b.is_mutable ? 0.3 : 0.05,
                     "`" + x + "` is only borrowed; `as_mut` changes the value in place.",
                     {site.put(b.place.end, ".as_mut()")});
    }
}

/// Names that the match would move into, with their types.
std::vector<std::pair<Range, std::string>> moved_bindings(const Site& site) {
    std::vector<std::pair<Range, std::string>> out;
    for (const Span& span : site.d.spans)
        if (has(span.label, "moved here"))
            if (Range r = site.range(&span); !r.empty() && site.text(r).find_first_of(" .(") == std::string_view::npos)
                out.emplace_back(r, clean_type(between(span.label, "has type `", "`").value_or("")));
    return out;
}

/// Places where the value itself is wanted: `=> name,`, `f(name)`, `Type { field: name }`, `return name`.
std::vector<Range> given_away(const Source& s, Range in, std::string_view name) {
    std::vector<Range> out;
    for (Range use : uses_of(s, in, name)) {
        auto i = static_cast<Index>(s.token_at(use.begin));
        auto before = s.at(i - 1), after = s.at(i + 1);
        bool ends = after == "," || after == "}" || after == ")" || after == ";";
        bool wanted = before == "=>" || before == "(" || before == "," || before == ":" || before == "return" ||
                      before == "=" || before == "{" || before == ";";
        Index open = s.enclosing_open(static_cast<std::size_t>(i));
        bool printed = open > 0 && s.at(open - 1) == "!";
        if (s.at(i) == name && ends && wanted && !printed)
            out.push_back(use);
    }
    return out;
}

/// The match borrows, and where an arm gives a moved part away it gives a clone.
void borrowing_match(Site& site, const Behind& b) {
    const Source& s = site.s();
    Index open = b.after;
    auto names = moved_bindings(site);
    if (s.at(open) != "{" || names.empty() || s.tokens()[static_cast<std::size_t>(open)].match < 0)
        return;
    const Range body{s.tokens()[static_cast<std::size_t>(open)].begin,
                     s.tokens()[static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(open)].match)].end};
    std::vector<Edit> clones, refs;
    for (const auto& [at, type] : names) {
        refs.push_back(site.put(at.begin, "ref "));
        std::size_t end = body.end; // of the arm
        for (const auto& [other, unused] : names)
            if (other.begin > at.begin && s.text(other) == s.text(at))
                end = std::min(end, other.begin);
        for (Range use : given_away(s, {at.end, end}, s.text(at)))
            clones.push_back(site.put(use.end, type == "&str" ? "" : ".clone()"));
    }
    if (clones.empty())
        return;
    std::string x = site.str(b.place);
    const std::string why =
        "matching on `" + x + "` would move out of it; the match borrows, and what is given on is cloned.";
    auto borrowed = clones;
    borrowed.push_back(x.starts_with("*") ? site.cut({b.place.begin, b.place.begin + 1})
                                          : site.put(b.place.begin, "&"));
    site.propose(Risk::cost, 0.66, why, std::move(borrowed));
    clones.insert(clones.end(), refs.begin(), refs.end());
    site.propose(Risk::cost, 0.5, why, std::move(clones));
}

/// The arms use the parts up or set the place anew: the value is meant to leave it.
bool used_up(const Site& site, const Behind& b) {
    const Source& s = site.s();
    if (s.at(b.after) != "{" || s.tokens()[static_cast<std::size_t>(b.after)].match < 0)
        return false;
    const Range body{s.tokens()[static_cast<std::size_t>(b.after)].begin,
                     s.tokens()[static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(b.after)].match)].end};
    if (has(s.text(body), site.str(b.place) + " = "))
        return true;
    auto names = moved_bindings(site);
    return std::any_of(names.begin(), names.end(),
                       [&](const auto& n) { return usage_of(s, body, s.text(n.first)) == Usage::consumes; });
}

void patterns(Site& site, const Behind& b) {
    const Source& s = site.s();
    auto before = s.at(b.before);
    std::string x = site.str(b.place);
    bool scrutinee = before == "match" || (before == "=" && s.at(b.after) == "{");
    if (scrutinee) {
        bool star = x.starts_with("*");
        site.propose(Risk::low, 0.72, "matching on `" + x + "` would move out of it; the match now borrows.",
                     {star ? site.cut({b.place.begin, b.place.begin + 1}) : site.put(b.place.begin, "&")});
        site.propose(Risk::low, b.is_mutable ? 0.5 : 0.1,
                     "matching on `" + x + "` would move out of it; it is borrowed mutably.",
                     {site.put(b.place.begin, "&mut ")});
        borrowing_match(site, b);
        bool set_anew = b.is_mutable && used_up(site, b);
        // `Some(mut n)`: what is changed in there and not put back would be lost
        const auto names = moved_bindings(site);
        const bool changed = std::any_of(names.begin(), names.end(), [&](const auto& n) {
            return s.at(static_cast<Index>(s.token_at(n.first.begin)) - 1) == "mut" ||
                   s.text(n.first).starts_with("mut ");
        });
        set_anew =
            set_anew &&
            (!changed ||
             (s.at(b.after) == "{" && s.tokens()[static_cast<std::size_t>(b.after)].match > 0 &&
              has(s.text(s.tokens()[static_cast<std::size_t>(b.after)].begin,
                         s.tokens()[static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(b.after)].match)].end),
                  x + " = ")));
        if (b.type.starts_with("Option<") || has(site.d.message, "variant `Some`"))
            site.propose(set_anew ? Risk::low : Risk::behaviour,
                         set_anew       ? 0.74
                         : b.is_mutable ? 0.4
                                        : 0.05,
                         "the value is taken out of `" + x + "` and None left behind.",
                         {site.put(b.place.end, ".take()")});
    }
    if (before == "in") {
        site.propose(Risk::low, 0.75,
                     "the loop would consume `" + x + "`, which is only borrowed; it borrows the items.",
                     {site.put(b.place.begin, "&")});
        site.propose(Risk::cost, 0.3,
                     "the loop would consume `" + x + "`, which is only borrowed; the items are cloned.",
                     {site.put(b.place.end, ".iter().cloned()")});
        site.propose(Risk::cost, 0.2, "the loop runs over a copy of `" + x + "`.", {site.put(b.place.end, ".clone()")});
        if (b.is_mutable)
            site.propose(Risk::behaviour, 0.2, "the items are taken out of `" + x + "`.",
                         {site.put(b.place.end, b.type.starts_with("Vec") ? ".drain(..)" : ".drain()")});
    }
    if (before == "=" && !scrutinee) {
        bool star = x.starts_with("*");
        site.propose(Risk::low, 0.4, "`" + x + "` is only borrowed, so the binding borrows it too.",
                     {star ? site.swap(b.place, "&" + x) : site.put(b.place.begin, "&")});
        if (b.is_mutable)
            site.propose(Risk::low, 0.2, "`" + x + "` is only borrowed, so the binding borrows it mutably.",
                         {site.put(b.place.begin, "&mut ")});
    }
}

void replacements(Site& site, const Behind& b) {
    const Source& s = site.s();
    std::string x = site.str(b.place);
    bool star = x.starts_with("*");
    std::string bare = star ? x.substr(1) : x;
    if (star && bare.starts_with("(") && bare.ends_with(")"))
        bare = bare.substr(1, bare.size() - 2);
    if (b.type.starts_with("&mut "))
        return;
    bool shared = b.type.starts_with("Rc<") || b.type.starts_with("Arc<");
    bool clonable = !b.type.starts_with("dyn ") && !b.type.starts_with("Box<dyn") && !b.type.starts_with("[");
    if (clonable) {
        site.propose(
            shared ? Risk::none : Risk::cost, shared ? 0.85 : 0.5,
            "`" + x + "` is only borrowed and cannot be given away; a clone is.",
            {star ? site.swap(b.place, base::is_ident_start(bare[0]) || bare[0] == '(' ? "(" + x + ").clone()" : bare)
                  : site.put(b.place.end, ".clone()")});
        if (star) { // (*rc).clone() reads better than a double dereference
            site.propose(Risk::cost, 0.45, "`" + x + "` cannot be moved out of the shared pointer; a clone is.",
                         {site.swap(b.place, "(" + x + ").clone()")});
            site.propose(Risk::cost, 0.4, "the pointer itself is cloned instead of moving out of it.",
                         {site.swap(b.place, bare + ".clone()")});
        }
    }
    if (auto type = local_type(site.context, b.type); type && clonable) {
        if (auto edit = derive_edit(*type, {"Clone"}))
            site.propose(Risk::cost, 0.42,
                         "`" + type->item->name + "` can be cloned once it derives Clone; a clone is given away.",
                         {*edit, star ? site.swap(b.place, "(" + x + ").clone()") : site.put(b.place.end, ".clone()")});
        if (fields_copy(site.context, *type->item))
            if (auto edit = derive_edit(*type, {"Clone", "Copy"}))
                site.propose(Risk::cost, 0.5,
                             "`" + type->item->name + "` holds only plain values, so it can be copied.", {*edit});
    }
    bool option = b.type.starts_with("Option<");
    bool defaults = option || !default_value(site.context, b.type).empty();
    if (option && s.at(b.after) != ".")
        site.propose(Risk::behaviour, b.is_mutable ? 0.65 : 0.1,
                     "the value is moved out of `" + x + "` and None left behind.", {site.put(b.place.end, ".take()")});
    if (defaults && !star)
        site.propose(Risk::behaviour,
                     b.is_mutable             ? (option ? 0.2 : 0.35)
                     : site.d.code == "E0509" ? 0.4
                                              : 0.05,
                     "the value is moved out of `" + x + "` and an empty one left behind.",
                     {site.swap(b.place, "std::mem::take(&mut " + x + ")")});
}

void consuming_method(Site& site, const Behind& b) {
    const Source& s = site.s();
    if (s.at(b.after) != "." || s.at(b.after + 2) != "(")
        return;
    std::string method(s.at(b.after + 1));
    const auto& name = s.tokens()[static_cast<std::size_t>(b.after) + 1];
    if (method == "into_iter") {
        site.propose(Risk::low, 0.62, "`into_iter` would consume the borrowed collection; `iter` looks at its items.",
                     {site.swap({name.begin, name.end}, "iter")});
        site.propose(Risk::cost, 0.4,
                     "`into_iter` would consume the borrowed collection; its items are cloned one by one.",
                     {site.swap({name.begin, name.end}, "iter().cloned")});
    }
    if (method == "into_bytes")
        site.propose(Risk::low, 0.5, "`into_bytes` would consume the borrowed string.",
                     {site.swap({name.begin, name.end}, "as_bytes")});
    Call call;
    call.path = site.path();
    call.name = method;
    call.method = true;
    call.arguments = site.t().arguments(s.tokens()[static_cast<std::size_t>(b.after) + 2].begin);
    auto callee = callee_of(site.context, call);
    if (!callee || callee->item->parameters.empty())
        return;
    const auto& self = callee->item->parameters.front();
    auto text = callee->tree->source().text(self.range);
    if (text != "self" && text != "mut self")
        return;
    const Item* owner = owner_of(*callee->tree, *callee->item);
    if (owner && owner->kind == ItemKind::impl && !owner->trait_name.empty())
        return;
    Usage usage = usage_of(callee->tree->source(), callee->item->body, "self");
    site.propose(
        Risk::low, usage == Usage::consumes ? 0.25 : 0.6,
        "`" + method + "` consumed its object although it is only borrowed here; it now borrows it.",
        {make_edit(callee->path, self.range.begin, self.range.end, usage == Usage::mutates ? "&mut self" : "&self")});
}

void arguments_and_returns(Site& site, const Behind& b) {
    std::size_t argument = 0;
    auto call = call_around(site, b.place.begin, &argument);
    std::string x = site.str(b.place);
    if (call && call->arguments[argument] == b.place) {
        if (auto callee = callee_of(site.context, *call))
            if (auto p = parameter_of(*callee->item, *call, argument)) {
                Usage usage = usage_of(callee->tree->source(), callee->item->body, callee->item->parameters[*p].name);
                if (auto edits = borrow_parameter(site.context, *callee, *p, false))
                    site.propose(Risk::low, usage == Usage::reads ? 0.6 : 0.12,
                                 "`" + call->name + "` took ownership of `" + x +
                                     "`, which is only borrowed here; it now borrows it.",
                                 std::move(*edits));
            }
        site.propose(Risk::low, 0.3, "`" + x + "` is only borrowed, so a reference is passed on.",
                     {site.put(b.place.begin, "&")});
    }
    const Item* fn = site.function();
    if (!fn || fn->return_type.empty())
        return;
    auto frames = frames_at(site.s(), b.place.begin);
    bool tail = !frames.empty() &&
                (without_semicolon(site.s(), frames.front().statement) == b.place || site.s().at(b.before) == "return");
    const Item* owner = owner_of(site.t(), *fn);
    if (tail && clean_type(site.text(fn->return_type)) == b.type && (!owner || owner->trait_name.empty())) {
        std::string type = borrowed_type(site.text(fn->return_type));
        site.propose(fn->is_public ? Risk::behaviour : Risk::cost, b.type == "String" ? 0.4 : 0.35,
                     "`" + x + "` is only borrowed, so the function returns a reference to it.",
                     {site.put(b.place.begin, "&"), site.swap(fn->return_type, type)});
    }
}

void move_from_behind(Site& site) {
    Behind b;
    b.place = site.at();
    const Source& s = site.s();
    b.type = clean_type(moved_type(site.d));
    b.is_mutable = has(site.d.message, "mutable reference") && !has(site.d.message, "shared");
    if (site.d.code == "E0509")
        b.is_mutable = true;
    b.before = static_cast<Index>(s.token_at(b.place.begin)) - 1;
    b.after = static_cast<Index>(s.token_at(b.place.end));
    if (auto walk = borrow_walk(site, b.place))
        site.propose(Risk::low, 0.7, "the walk only looks at the elements, so it goes along by references.",
                     std::move(*walk));
    option_calls(site, b);
    patterns(site, b);
    replacements(site, b);
    consuming_method(site, b);
    arguments_and_returns(site, b);
    // a binding in a pattern: `ref`
    for (const Span& span : site.d.spans)
        if (has(span.label, "data moved here") || has(span.label, "moved here"))
            if (Range r = site.range(&span); !r.empty() && s.text(r).find_first_of(" .(") == std::string_view::npos)
                site.propose(Risk::low, 0.4, "the pattern would move the value out; `ref` borrows it.",
                             {site.put(r.begin, "ref ")});
    if (has(site.d.message, "captured variable")) {
        std::string x = site.str(b.place);
        site.propose(Risk::cost, 0.5,
                     "the closure may run several times, so it cannot give `" + x + "` away; it gives a clone.",
                     {site.put(b.place.end, ".clone()")});
    }
}

} // namespace

RC_CODE_RULE(move_from_behind, "own-e0507", "E0507", "E0508", "E0509")

} // namespace rustcoder::repair
