// Expressions in the wrong place or of the wrong form: E0267 E0268 E0284 E0368 E0391 E0525 E0571 E0580 E0586 E0593
// E0631 E0659 E0689 E0695 E0696 E0728 E0733 E0745 E0768.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

void outside_loop(Site& site) { // E0267 E0268 E0695 E0696
    const Source& s = site.s();
    std::string text = site.str(site.at());
    const Item* fn = site.function();
    if (site.d.code == "E0695" || site.d.code == "E0696") {
        // leaving a labelled block is `break 'label`
        Index open = s.enclosing_open(site.token());
        while (open > 1 && !(s.at(open) == "{" && s.at(open - 1) == ":" && s.at(open - 2).starts_with("'")))
            open = s.enclosing_open(static_cast<std::size_t>(open));
        if (open > 1)
            site.propose(Risk::behaviour, 0.4, "a labelled block is left with `break`; there is nothing to continue.",
                         {site.swap(site.at(), "break " + std::string(s.at(open - 2)))});
        // or the loop around it gets a label
        for (Index i = open; i > 0; --i)
            if ((s.at(i) == "loop" || s.at(i) == "for" || s.at(i) == "while") &&
                s.tokens()[static_cast<std::size_t>(i)].depth < s.tokens()[site.token()].depth && fn &&
                s.tokens()[static_cast<std::size_t>(i)].begin > fn->body.begin) {
                if (s.at(i - 1) == ":")
                    break;
                std::string word(text.substr(0, text.find(' ')));
                site.propose(Risk::low, 0.6, "inside a labelled block the loop that is meant must be named.",
                             {site.put(s.tokens()[static_cast<std::size_t>(i)].begin, "'outer: "),
                              site.swap(site.at(), word + " 'outer")});
                break;
            }
        return;
    }
    bool unit = fn && (fn->return_type.empty() || site.text(fn->return_type) == "()");
    bool closure = site.d.code == "E0267";
    site.propose(
        Risk::low, unit || closure ? 0.7 : 0.3,
        closure ? "a closure is left with `return`, not with `" + text + "`."
                : "there is no loop to leave; the function is left with `return`.",
        {site.swap({site.at().begin, site.at().begin + text.find_first_of(" ;") +
                                         (text.find_first_of(" ;") == std::string::npos ? text.size() + 1 : 0)},
                   "return")});
}

void into_what(Site& site) { // E0284 E0283
    const Source& s = site.s();
    // x.into() among numbers: the type is named in the message
    Index i = static_cast<Index>(site.token());
    if (s.at(i) != "into" || s.at(i - 1) != "." || s.at(i + 1) != "(" || s.at(i + 2) != ")")
        return;
    Range receiver = site.t().postfix_before(s.tokens()[static_cast<std::size_t>(i) - 1].begin);
    if (receiver.empty())
        return;
    Range whole{receiver.begin, s.tokens()[static_cast<std::size_t>(i) + 2].end};
    for (const Child& child : site.d.children)
        if (auto type = between(child.message, "<", " as "))
            site.propose(Risk::low, is_numeric(*type) ? 0.8 : 0.4,
                         "the compiler cannot tell what `into` should make; `" + *type + "::from` says it.",
                         {site.swap(whole, *type + "::from(" + site.str(receiver) + ")")});
}

void assign_operator(Site& site) { // E0368
    auto ticked = backticked(site.d.message);
    if (ticked.empty() || ticked.front().size() < 2 || ticked.front().back() != '=')
        return;
    const Source& s = site.s();
    std::string op = ticked.front().substr(0, ticked.front().size() - 1);
    for (std::size_t i = s.token_at(site.at().begin); i < s.tokens().size() && s.tokens()[i].begin < site.at().end; ++i)
        if (s.text(s.tokens()[i]) == ticked.front() && i > 0 && i + 1 < s.tokens().size()) {
            std::string place(s.text(site.at().begin, s.tokens()[i - 1].end));
            Range right{s.tokens()[i + 1].begin, site.at().end};
            bool parens = needs_parentheses(s, right);
            site.propose(
                Risk::low, 0.6, "`" + ticked.front() + "` is not implemented for the type, `" + op + "` may be.",
                {site.swap({s.tokens()[i].begin, right.end}, "= " + place + " " + op + " " + (parens ? "(" : "") +
                                                                 site.str(right) + (parens ? ")" : ""))});
            return;
        }
}

void closure_shape(Site& site) { // E0593 E0631 E0525
    const Source& s = site.s();
    if (site.d.code == "E0631") {
        for (const Child& child : site.d.children) {
            auto expected = between(child.message, "expected closure signature `fn(", ")");
            if (!expected)
                continue;
            auto wanted = type_arguments("(" + *expected + ")");
            Range head = site.labelled("found signature defined here");
            if (head.empty() || wanted.empty())
                return;
            std::vector<Edit> edits;
            std::size_t index = 0;
            for (std::size_t i = s.token_at(head.begin); i < s.tokens().size() && s.tokens()[i].begin < head.end; ++i) {
                if (s.text(s.tokens()[i]) == ",")
                    ++index;
                if (s.text(s.tokens()[i]) == ":" && index < wanted.size()) {
                    std::size_t last = i + 1;
                    while (last < s.tokens().size() && s.text(s.tokens()[last]) != "," &&
                           s.text(s.tokens()[last]) != "|")
                        ++last;
                    std::string type = wanted[index];
                    type = base::replace_all(type, "'a ", "");
                    if (is_complete_type(type))
                        edits.push_back(site.swap({s.tokens()[i + 1].begin, s.tokens()[last - 1].end}, type));
                }
            }
            site.propose(Risk::low, 0.7, "the function calls the closure with other types than the closure declares.",
                         std::move(edits));
        }
        return;
    }
    if (site.d.code == "E0525") {
        // called once only: FnOnce is enough
        for (const Child& child : site.d.children)
            for (const Span& span : child.spans) {
                if (!has(span.label, "required by this bound") || !span.in_project)
                    continue;
                auto source = site.context.sources.source(span.file);
                auto token = source ? source->token_at(span.begin) : 0;
                if (source && token < source->tokens().size() &&
                    (source->text(source->tokens()[token]) == "Fn" ||
                     source->text(source->tokens()[token]) == "FnMut")) {
                    bool mut = site.d.mentions("implements `FnMut`");
                    site.propose(Risk::low, 0.5,
                                 "the closure can only be called once, and the function asks for no more than that.",
                                 {make_edit(span.file, source->tokens()[token].begin, source->tokens()[token].end,
                                            mut ? "FnMut" : "FnOnce")});
                }
            }
        // the closure gives a clone away each time
        for (const Span& span : site.d.spans)
            if (has(span.label, "moves the variable"))
                if (Range r = site.range(&span); !r.empty()) {
                    site.propose(Risk::cost, 0.45, "the closure may be called again, so it gives a clone away.",
                                 {site.put(r.end, ".clone()")});
                    site.propose(Risk::low, 0.35, "the closure may be called again, so it only lends the variable.",
                                 {site.put(r.begin, "&")});
                }
        return;
    }
    // E0593: number of arguments
    Range head;
    for (const Span& span : site.d.spans)
        if (span.label.starts_with("takes "))
            head = site.range(&span);
    auto expected = between(site.d.message, "expected to take ", " ");
    if (head.empty() || !expected || !s.text(head).starts_with("|"))
        return;
    long wanted = std::strtol(expected->c_str(), nullptr, 10);
    std::vector<std::string> names;
    for (auto part : base::split(s.text(head).substr(1, s.text(head).size() - 2), ','))
        if (!base::trim(part).empty())
            names.emplace_back(base::trim(part));
    std::string text;
    for (long k = 0; k < wanted; ++k)
        text += (k ? ", " : "") +
                (k < static_cast<long>(names.size()) ? names[static_cast<std::size_t>(k)] : std::string("_"));
    site.propose(Risk::low, static_cast<long>(names.size()) > wanted ? 0.5 : 0.6,
                 "the closure is called with " + *expected + " arguments.", {site.swap(head, "|" + text + "|")});
}

void ambiguous_glob(Site& site) { // E0659
    const Source& s = site.s();
    std::string name = site.str(site.at());
    Index i = static_cast<Index>(site.token()), first = i;
    while (s.at(first - 1) == "::" && first >= 2)
        first -= 2;
    for (const Child& child : site.d.children)
        for (const Span& span : child.spans) {
            auto source = span.in_project ? site.context.sources.source(span.file) : nullptr;
            if (!source || !has(child.message, "could"))
                continue;
            std::string path(source->text(span.begin, span.end));
            if (path.ends_with("::*"))
                path.resize(path.size() - 3);
            site.propose(
                Risk::behaviour, 0.45, "two imports bring the same name; the full path says which is meant.",
                {site.swap({s.tokens()[static_cast<std::size_t>(first)].begin, site.at().end}, path + "::" + name)});
        }
}

void async_forms(Site& site) { // E0728 E0733
    const Source& s = site.s();
    if (site.d.code == "E0728") {
        const Item* fn = site.function();
        if (!fn || fn->is_async)
            return;
        auto at = s.text(fn->signature).find("fn ");
        if (at != std::string_view::npos)
            site.propose(Risk::behaviour, fn->name == "main" ? 0.1 : 0.75,
                         "`await` is only possible inside an `async` function.",
                         {site.put(fn->signature.begin + at, "async ")});
        return;
    }
    for (const Span& span : site.d.spans) {
        Range r = site.range(&span);
        if (r.empty() || !has(span.label, "recursive call"))
            continue;
        auto text = s.text(r);
        auto await = text.rfind(".await");
        Range call{r.begin, await == std::string_view::npos ? r.end : r.begin + await};
        site.propose(Risk::cost, 0.92, "a recursive async call would have infinite size; a box holds it.",
                     {site.put(call.begin, "Box::pin("), site.put(call.end, ")")});
    }
}

void small_forms(Site& site) { // E0391 E0586 E0689 E0745 E0768 E0571 E0580
    const Source& s = site.s();
    const std::string& code = site.d.code;
    if (code == "E0586")
        site.propose(Risk::low, 0.7, "`..=` needs an end; `..` runs to the end.", {site.swap(site.at(), "..")});
    if (code == "E0745") {
        auto frames = frames_at(s, site.at().begin);
        if (!frames.empty())
            site.propose(Risk::none, 0.88, "only a variable has an address; the value gets one.",
                         hoist(s, site.path(), site.at(), frames.front().statement, fresh_name(s, "value")));
    }
    if (code == "E0768")
        site.propose(Risk::behaviour, 0.4, "the number has no digits.", {site.put(site.at().end, "0")});
    if (code == "E0689") {
        const auto& t = s.tokens()[site.token()];
        std::string text = site.str({t.begin, t.end});
        if (t.kind == Kind::floating || t.kind == Kind::integer) {
            bool real = t.kind == Kind::floating;
            site.propose(Risk::low, 0.8, "the number's type must be known before a method is called on it.",
                         {site.put(t.end, real ? "_f64" : "_i32")});
        } else {
            for (const auto& b : site.t().bindings_at(site.at().begin))
                if (b.name == text && b.type_range.empty()) {
                    std::string type = has(site.d.message, "float") ? "f64" : "i32";
                    site.propose(Risk::low, 0.75, "the number's type must be known before a method is called on it.",
                                 {site.put(b.name_range.end, ": " + type)});
                    break;
                }
        }
    }
    if (code == "E0391") {
        // a cycle of supertraits: one of them must not ask for the other
        Index colon = static_cast<Index>(site.token()) - 1;
        const Item* item = site.t().item_at(site.at().begin);
        if (item && item->kind == ItemKind::trait && s.at(colon) == ":")
            site.propose(Risk::behaviour, 0.4, "two traits cannot require each other.",
                         {site.cut({s.tokens()[static_cast<std::size_t>(colon) - 1].end, site.at().end})});
    }
    if (code == "E0571") {
        // `break value` in a `for`/`while`
        auto text = site.text(site.at());
        if (text.starts_with("break "))
            site.propose(Risk::behaviour, 0.35, "only `loop` has a value; the others are just left.",
                         {site.swap(site.at(), "break")});
        const Item* fn = site.function();
        if (fn && !fn->return_type.empty() && text.starts_with("break "))
            site.propose(Risk::behaviour, 0.5, "only `loop` has a value; the function returns it at once.",
                         {site.swap({site.at().begin, site.at().begin + 5}, "return")});
    }
}

} // namespace

RC_CODE_RULE(outside_loop, "misc-outside-loop", "E0267", "E0268", "E0695", "E0696")
RC_CODE_RULE(into_what, "misc-into-what", "E0283", "E0284")
RC_CODE_RULE(assign_operator, "misc-assign-operator", "E0368")
RC_CODE_RULE(closure_shape, "misc-closure-shape", "E0593", "E0631", "E0525")
RC_CODE_RULE(ambiguous_glob, "misc-e0659", "E0659")
RC_CODE_RULE(async_forms, "misc-async", "E0728", "E0733")
RC_CODE_RULE(small_forms, "misc-small-forms", "E0391", "E0571", "E0586", "E0689", "E0745", "E0768")

} // namespace rustcoder::repair
