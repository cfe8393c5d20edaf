// What compiles with a copy, a `move` or a `mut` would change the copy and lose the change: the value is lent for
// changing instead. E0382 E0384 E0594 E0596 E0308 E0507 E0373.
#include "repair/own_support.h"
#include "repair/rules/type_mismatch.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

bool assigns(std::string_view op) {
    return op == "=" ||
           (op.size() >= 2 && op.ends_with("=") && op != "==" && op != "!=" && op != "<=" && op != ">=" && op != "..=");
}

/// The use writes through the name: `x.n += 1`, `x[0] = 1`, `*x = 1`, or calls a method that changes it by its name.
bool writes(const Source& s, Range use) {
    auto i = static_cast<Index>(s.token_at(use.end));
    for (;;) {
        if (s.at(i) == "." && s.at(i + 2) != "(")
            i += 2;
        else if (s.at(i) == "[" && s.tokens()[static_cast<std::size_t>(i)].match > i)
            i = s.tokens()[static_cast<std::size_t>(i)].match + 1;
        else
            break;
    }
    if (assigns(s.at(i)))
        return true;
    static constexpr std::string_view changing[] = {
        "push",   "push_str", "insert",   "clear",     "pop",           "remove",   "sort",    "extend",
        "append", "retain",   "truncate", "push_back", "push_front",    "entry",    "reverse", "sort_by",
        "dedup",  "drain",    "swap",     "pop_front", "sort_unstable", "iter_mut", "get_mut"};
    return s.at(i) == "." && std::find(std::begin(changing), std::end(changing), s.at(i + 1)) != std::end(changing);
}

/// The function changes its parameter and never looks at it again: the change was meant for the caller.
bool for_the_caller(const Source& s, const Item& fn, const std::string& name) {
    if (!fn.return_type.empty() || fn.body.empty())
        return false;
    auto uses = uses_of(s, fn.body, name);
    return !uses.empty() && writes(s, uses.back());
}

bool scalar(std::string_view type) {
    return is_numeric(type) || type == "bool" || type == "char";
}

/// Parameter `T` -> `&mut T`, arguments `&mut x`, their bindings `mut`.
std::optional<std::vector<Edit>> lend_for_changing(const RuleContext& context, const Declared& fn, std::size_t index) {
    const auto& p = fn.item->parameters[index];
    if (p.is_self || p.type.empty() || is_ref(p.type_text) || scalar(p.type_text) || p.type_text.starts_with("impl "))
        return std::nullopt;
    std::vector<Edit> edits{make_edit(fn.path, p.type.begin, p.type.begin, "&mut ")};
    const Source& own = fn.tree->source();
    if (auto pattern = own.text(p.pattern); pattern.starts_with("mut "))
        edits.push_back(make_edit(fn.path, p.pattern.begin, p.pattern.begin + 4, ""));
    bool method = !fn.item->parameters.empty() && fn.item->parameters.front().is_self;
    for (const Call& call : calls_of(context, fn)) {
        std::size_t k = method && call.method ? index - 1 : index;
        auto source = context.sources.source(call.path);
        auto tree = context.sources.tree(call.path);
        if (!source || !tree || k >= call.arguments.size())
            return std::nullopt;
        const Range argument = call.arguments[k];
        std::string text(source->text(argument));
        if (text.starts_with("&mut "))
            continue;
        if (!text.starts_with("&"))
            edits.push_back(make_edit(call.path, argument.begin, argument.begin, "&mut "));
        else
            edits.push_back(make_edit(call.path, argument.begin + 1, argument.begin + 1, "mut "));
        const std::string root = text.substr(text.starts_with("&") ? 1 : 0);
        for (const auto& b : tree->bindings_at(argument.begin))
            if (b.name == root.substr(0, root.find_first_of(".["))) {
                if (!b.is_mutable && b.origin == syntax::Binding::Origin::let)
                    edits.push_back(make_edit(call.path, b.name_range.begin, b.name_range.begin, "mut "));
                break;
            }
    }
    std::sort(edits.begin(), edits.end());
    edits.erase(std::unique(edits.begin(), edits.end()), edits.end());
    return edits;
}

constexpr std::string_view why_lend =
    "` changes what it is given and hands nothing back, so the change is meant for the caller's value: it is "
    "lent with `&mut`.";

/// E0594 E0596 E0384 on a parameter that is owned.
void changed_parameter(Site& site) {
    const Item* fn = site.function();
    const Source& s = site.s();
    if (!fn)
        return;
    std::size_t i = site.token();
    while (i < s.tokens().size() && s.tokens()[i].kind != Kind::ident && s.tokens()[i].begin < site.at().end)
        ++i;
    const std::string name(s.at(static_cast<Index>(i)));
    for (std::size_t k = 0; k < fn->parameters.size(); ++k)
        if (fn->parameters[k].name == name && for_the_caller(s, *fn, name))
            if (auto edits =
                    lend_for_changing(site.context, {site.path(), site.context.sources.tree(site.path()), fn}, k))
                site.propose(Risk::low, 0.93, "`" + fn->name + std::string(why_lend), std::move(*edits));
}

/// E0382 E0308 on the caller's side.
void changed_argument(Site& site) {
    std::vector<Range> places{site.at()};
    for (const Span& span : site.d.spans)
        if (Range r = site.range(&span); !r.empty())
            places.push_back(r);
    for (Range place : places) {
        std::size_t number = 0;
        auto call = call_around(site, place.begin, &number);
        if (!call || call->arguments[number] != place)
            continue;
        if (site.d.code == "E0308" && !site.text(place).starts_with("&mut "))
            continue;
        auto callee = callee_of(site.context, *call);
        auto index = callee ? parameter_of(*callee->item, *call, number) : std::nullopt;
        if (!index || !for_the_caller(callee->tree->source(), *callee->item, callee->item->parameters[*index].name))
            continue;
        if (auto edits = lend_for_changing(site.context, *callee, *index))
            site.propose(Risk::low, 0.93, "`" + callee->item->name + std::string(why_lend), std::move(*edits));
        return;
    }
}

/// `let mut item = self.items[i]; item.qty += n;`
void changed_place(Site& site) { // E0507
    const Source& s = site.s();
    const Item* function = site.function();
    auto frames = frames_at(s, site.at().begin);
    if (!function || frames.empty() || (has(site.d.message, "shared reference") && !has(site.d.message, "index of")))
        return;
    const Range statement = frames.front().statement;
    const std::string name = let_name(s, statement);
    if (name.empty() || initializer_of(s, statement) != site.at())
        return;
    auto uses = uses_of(s, {statement.end, function->body.end}, name);
    if (std::none_of(uses.begin(), uses.end(), [&](Range use) { return writes(s, use); }))
        return;
    std::vector<Edit> edits{site.put(site.at().begin, "&mut ")};
    if (auto at = s.text(statement).find("let mut "); at != std::string_view::npos)
        edits.push_back(site.cut({statement.begin + at + 4, statement.begin + at + 8}));
    site.propose(Risk::low, 0.88,
                 "`" + name + "` is changed, and the change is meant for `" + site.str(site.at()) +
                     "`: it is borrowed mutably.",
                 std::move(edits));
}

/// `if let Some(mut n) = self.head { n.v += 1; }`, `match`, `for mut p in self.players`
void changed_pattern(Site& site) { // E0507
    const Source& s = site.s();
    const auto before = s.at(static_cast<Index>(site.token()) - 1);
    const auto after = static_cast<Index>(s.token_at(site.at().end));
    if (s.at(after) != "{" || s.tokens()[static_cast<std::size_t>(after)].match < 0 ||
        (before != "=" && before != "match" && before != "in") || has(site.d.message, "shared"))
        return;
    const Range body{s.tokens()[static_cast<std::size_t>(after)].begin,
                     s.tokens()[static_cast<std::size_t>(s.tokens()[static_cast<std::size_t>(after)].match)].end};
    const std::string place = site.str(site.at());
    if (has(s.text(body), place + " = "))
        return; // set anew: the value may leave
    // names bound between `let`/`for`/the arms and here, that are changed
    auto frames = frames_at(s, site.at().begin);
    if (frames.empty())
        return;
    const std::size_t from = s.token_at(frames.front().statement.begin);
    std::vector<Edit> edits{site.put(site.at().begin, "&mut ")};
    bool changed = false;
    for (std::size_t i = from; i < s.tokens().size() && s.tokens()[i].begin < body.end; ++i) {
        if (s.text(s.tokens()[i]) != "mut" || s.tokens()[i + 1].kind != Kind::ident ||
            (s.tokens()[i].begin > site.at().begin && before != "match"))
            continue;
        auto uses = uses_of(s, {s.tokens()[i + 1].end, body.end}, s.text(s.tokens()[i + 1]));
        bool pattern = s.at(static_cast<Index>(i) - 1) == "(" || s.at(static_cast<Index>(i) - 1) == "," ||
                       s.at(static_cast<Index>(i) - 1) == "for" || s.at(static_cast<Index>(i) - 1) == "{";
        if (!pattern || std::none_of(uses.begin(), uses.end(), [&](Range use) { return writes(s, use); }))
            continue;
        changed = true;
        edits.push_back(site.cut({s.tokens()[i].begin, s.tokens()[i + 1].begin}));
    }
    if (changed)
        site.propose(Risk::low, 0.9,
                     "what is taken apart is changed, and the change is meant for `" + place +
                         "`: it is borrowed mutably.",
                     std::move(edits));
}

/// `thread::spawn(|| count += 1)`: with `move` each thread would count in a copy of its own.
void shared_counter(Site& site) { // E0373 E0499 E0502 E0506 E0503
    const Source& s = site.s();
    const Item* function = site.function();
    auto ticked = backticked(site.d.message);
    if (!function || ticked.empty())
        return;
    std::string name;
    const syntax::Binding* let = nullptr;
    auto bindings = site.t().bindings_in(*function);
    for (const auto& tick : ticked)
        for (const auto& b : bindings)
            if (b.name == tick && b.origin == syntax::Binding::Origin::let && !b.initializer.empty() &&
                b.type_range.empty()) {
                name = tick;
                let = &b;
            }
    if (!let)
        return;
    // the closure given to spawn that writes to it
    std::size_t spawn = 0;
    for (std::size_t i = s.token_at(let->statement.end);
         i + 2 < s.tokens().size() && s.tokens()[i].end <= function->body.end; ++i)
        if (s.text(s.tokens()[i]) == "spawn" && s.at(static_cast<Index>(i) + 1) == "(" && s.tokens()[i + 1].match > 0 &&
            spawn == 0 &&
            has(s.text(s.tokens()[i + 1].begin, s.tokens()[static_cast<std::size_t>(s.tokens()[i + 1].match)].end),
                name))
            spawn = i;
    if (spawn == 0 || s.at(static_cast<Index>(spawn) - 1) == "." || s.at(static_cast<Index>(spawn) - 2) != "thread")
        return;
    const Range call{s.tokens()[spawn].begin, s.tokens()[static_cast<std::size_t>(s.tokens()[spawn + 1].match)].end};
    auto inside = uses_of(s, call, name);
    if (std::none_of(inside.begin(), inside.end(), [&](Range use) { return writes(s, use); }))
        return;
    auto frames = frames_at(s, call.begin);
    if (frames.empty())
        return;
    std::vector<Edit> edits{site.put(let->initializer.begin, "Arc::new(Mutex::new("),
                            site.put(let->initializer.end, "))")};
    if (let->is_mutable)
        if (auto at = s.text(let->statement).find("mut "); at != std::string_view::npos)
            edits.push_back(site.cut({let->statement.begin + at, let->statement.begin + at + 4}));
    const std::size_t statement = frames.front().statement.begin;
    edits.push_back(site.put(statement, "let " + name + " = Arc::clone(&" + name + ");" + gap_at(s, statement)));
    if (s.at(static_cast<Index>(spawn) + 2) != "move")
        edits.push_back(site.put(s.tokens()[spawn + 2].begin, "move "));
    for (Range use : uses_of(s, {let->statement.end, function->body.end}, name)) {
        auto i = static_cast<Index>(s.token_at(use.begin));
        if (s.at(i) != name)
            return; // named in a format string
        const bool method = s.at(i + 1) == "." || s.at(i + 1) == "[";
        edits.push_back(method ? site.put(use.end, ".lock().unwrap()")
                               : site.swap(use, "*" + name + ".lock().unwrap()"));
    }
    std::string missing;
    for (std::string_view type : {"Arc", "Mutex"})
        if (std::none_of(site.t().imports().begin(), site.t().imports().end(),
                         [&](const auto& i) { return i.name == type; }))
            missing += (missing.empty() ? "" : ", ") + std::string(type);
    if (!missing.empty())
        edits.push_back(import_edit(site.t(), site.path(), call.begin,
                                    has(missing, ",") ? "std::sync::{" + missing + "}" : "std::sync::" + missing));
    site.propose(Risk::cost, 0.9,
                 "the threads change `" + name + "` together: it is shared with `Arc` and guarded by a `Mutex`.",
                 std::move(edits));
}

/// `*inv.slot(1) += 5` where `slot` lends for reading only.
void lends_for_changing(Site& site) { // E0594 E0596
    const Source& s = site.s();
    for (std::size_t i = site.token(); i + 1 < s.tokens().size() && s.tokens()[i].end <= site.at().end; ++i) {
        const auto call = method_call_at(site, i);
        if (!call)
            continue;
        auto callee = callee_of(site.context, *call);
        if (!callee || callee->item->parameters.empty() || callee->item->return_type.empty())
            continue;
        const Source& u = callee->tree->source();
        const Item& fn = *callee->item;
        const Range self = fn.parameters.front().range;
        auto result = u.text(fn.return_type);
        auto amp = result.find('&');
        if (u.text(self) != "&self" || amp == std::string_view::npos || result.substr(amp).starts_with("&mut"))
            continue;
        std::vector<Edit> edits{
            make_edit(callee->path, self.begin + 1, self.begin + 1, "mut "),
            make_edit(callee->path, fn.return_type.begin + amp + 1, fn.return_type.begin + amp + 1, "mut ")};
        static constexpr std::pair<std::string_view, std::string_view> twins[] = {
            {"get", "get_mut"},   {"iter", "iter_mut"}, {"first", "first_mut"},
            {"last", "last_mut"}, {"as_ref", "as_mut"}, {"values", "values_mut"}};
        for (std::size_t k = u.token_at(fn.body.begin); k < u.tokens().size() && u.tokens()[k].end <= fn.body.end;
             ++k) {
            auto before = u.at(static_cast<Index>(k) - 1), text = u.text(u.tokens()[k]);
            if (text == "&" && u.at(static_cast<Index>(k) + 1) == "self" &&
                (before == "{" || before == ";" || before == "}" || before == "(" || before == "return" ||
                 before == "=>"))
                edits.push_back(make_edit(callee->path, u.tokens()[k].end, u.tokens()[k].end, "mut "));
            for (auto [shared, exclusive] : twins)
                if (text == shared && before == "." && u.at(static_cast<Index>(k) + 1) == "(")
                    edits.push_back(
                        make_edit(callee->path, u.tokens()[k].begin, u.tokens()[k].end, std::string(exclusive)));
        }
        site.propose(Risk::low, 0.8, "what `" + call->name + "` lends is changed, so it lends it with `&mut`.",
                     std::move(edits));
        return;
    }
}

} // namespace

RC_CODE_RULE(changed_parameter, "own-changed-parameter", "E0594", "E0596", "E0384")
RC_CODE_RULE(changed_argument, "own-changed-argument", "E0382", "E0308")
RC_CODE_RULE(changed_place, "own-changed-place", "E0507")
RC_CODE_RULE(changed_pattern, "own-changed-pattern", "E0507")
RC_CODE_RULE(shared_counter, "own-shared-counter", "E0373", "E0499", "E0502", "E0503", "E0506")
RC_CODE_RULE(lends_for_changing, "own-lends-for-changing", "E0594", "E0596")

} // namespace rustcoder::repair
