// Values behind shared pointers and between threads: an Rc that must be an Arc (E0277), a write through an Arc, Rc or
// Cow (E0594 E0596), a lock or receiver that every turn of a loop moves into a thread (E0382), elements that are moved
// out of a borrowed collection (E0507).
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <set>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

Range token_range(const Source& s, std::size_t i) {
    return {s.tokens()[i].begin, s.tokens()[i].end};
}

/// Every `Rc` becomes `Arc`, its import too.
void atomic_count(Site& site) { // E0277
    if (!has(site.d.message, "between threads safely") || !has(site.d.message, "`Rc<"))
        return;
    const Source& s = site.s();
    std::vector<Edit> edits;
    bool arc_there = false;
    for (const auto& import : site.t().imports())
        arc_there |= import.path == "std::sync::Arc";
    for (const auto& import : site.t().imports())
        if (import.path == "std::rc::Rc") {
            bool single = std::count_if(site.t().imports().begin(), site.t().imports().end(),
                                        [&](const auto& i) { return i.statement == import.statement; }) == 1;
            if (arc_there)
                edits.push_back(single ? cut_line(s, site.path(), import.statement)
                                       : site.cut(with_separator(s, import.range)));
            else if (single)
                edits.push_back(site.swap(import.statement, "use std::sync::Arc;"));
            else
                return;
        }
    if (edits.empty())
        return;
    for (std::size_t i = 0; i < s.tokens().size(); ++i) {
        Range r = token_range(s, i);
        bool imported = std::any_of(site.t().imports().begin(), site.t().imports().end(), [&](const auto& import) {
            return import.statement.begin <= r.begin && r.end <= import.statement.end;
        });
        if (s.text(r) == "Rc" && !imported)
            edits.push_back(site.swap(r, "Arc"));
    }
    site.propose(
        Risk::cost, 0.88,
        "`Rc` counts without synchronisation and must stay in one thread; `Arc` is the one that threads share.",
        std::move(edits));
}

/// Names of the function that stand for the same shared value: `a`, `b = Arc::clone(&a)`, `c = b.clone()`.
std::set<std::string> shared_names(const Site& site, const Item& function, std::string start) {
    std::set<std::string> names{std::move(start)};
    auto bindings = site.t().bindings_in(function);
    for (std::size_t size = 0; size != names.size();) {
        size = names.size();
        for (const auto& b : bindings) {
            if (b.initializer.empty())
                continue;
            std::string text = site.str(b.initializer);
            std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
            for (const auto& name : std::set<std::string>(names)) {
                const std::string called = "::clone(&" + name + ")";
                bool copies = text == name + ".clone()" || text.ends_with(called) || text == name;
                if (copies)
                    names.insert(b.name);
                if (b.name == name)
                    for (const auto& other : bindings) {
                        const std::string& from = other.name;
                        const std::string called_on = "::clone(&" + from + ")";
                        if (!from.empty() && (text == from + ".clone()" || text.ends_with(called_on)))
                            names.insert(from);
                    }
            }
        }
    }
    return names;
}

/// Calls that are the pointer's own and need no look inside.
bool pointer_method(std::string_view name) {
    return name == "clone" || name == "lock" || name == "borrow" || name == "borrow_mut";
}

/// The write goes through `Arc<T>` or `Rc<T>`: the value is put into a Mutex or RefCell, and every use asks for it.
void interior(Site& site) { // E0594 E0596
    bool arc = has(site.d.message, "in an `Arc`"), rc = has(site.d.message, "in an `Rc`");
    const Item* function = site.function();
    if ((!arc && !rc) || !function)
        return;
    const Source& s = site.s();
    std::size_t first = site.token();
    while (first + 1 < s.tokens().size() && s.tokens()[first].kind != Kind::ident &&
           s.at(static_cast<Index>(first)) != "self")
        ++first;
    auto names = shared_names(site, *function, std::string(s.at(static_cast<Index>(first))));
    std::string pointer = arc ? "Arc" : "Rc", cell = arc ? "Mutex" : "RefCell";
    std::vector<Edit> edits;
    for (const auto& b : site.t().bindings_in(*function)) {
        if (!names.contains(b.name))
            continue;
        std::string init = site.str(b.initializer);
        if (init.starts_with(pointer + "::new(") && init.ends_with(")")) {
            edits.push_back(site.put(b.initializer.begin + pointer.size() + 6, cell + "::new("));
            edits.push_back(site.put(b.initializer.end, ")"));
        }
        if (!b.type_range.empty())
            if (auto inner = wraps(b.type_text, pointer))
                edits.push_back(site.swap(b.type_range, pointer + "<" + cell + "<" + *inner + ">>"));
    }
    if (edits.empty())
        return;
    for (const auto& name : names)
        for (Range use : uses_of(s, function->body, name)) {
            auto i = static_cast<Index>(s.token_at(use.begin));
            if (s.text(use) != s.at(i)) // inside a format string
                continue;
            bool place = s.at(i + 1) == "." && !pointer_method(s.at(i + 2));
            bool target = s.at(i - 1) == "*";
            if (!place && !target)
                continue;
            bool writes = site.at().contains(use.begin);
            edits.push_back(site.put(use.end, arc ? ".lock().unwrap()" : writes ? ".borrow_mut()" : ".borrow()"));
        }
    edits.push_back(
        import_edit(site.t(), site.path(), site.at().begin, arc ? "std::sync::Mutex" : "std::cell::RefCell"));
    for (const auto& import : site.t().imports())
        if (import.name == cell)
            edits.pop_back();
    site.propose(
        Risk::behaviour, 0.7,
        arc ? "what several threads share through `Arc` can only be changed under a lock, so it goes into a `Mutex`."
            : "what several owners share through `Rc` can only be changed through a `RefCell`.",
        std::move(edits));
}

/// `cow[i] = x` -> `cow.to_mut()[i] = x`.
void own_cow(Site& site) { // E0594 E0596
    if (!has(site.d.message, "dereference of `Cow<"))
        return;
    const Source& s = site.s();
    auto first = site.token();
    if (s.at(static_cast<Index>(first)) == "*") {
        Range name = token_range(s, first + 1);
        site.propose(Risk::none, 0.9, "a `Cow` is changed through `to_mut`, which copies borrowed data first.",
                     {site.put(name.end, ".to_mut()")});
        return;
    }
    Range name = token_range(s, first);
    if (s.tokens()[first].kind == Kind::ident)
        site.propose(Risk::none, 0.9, "a `Cow` is changed through `to_mut`, which copies borrowed data first.",
                     {site.put(name.end, ".to_mut()")});
}

/// `m.lock().iter()`: the lock gives a Result, whose guard has to be taken out.
void guard_taken_out(Site& site) { // E0277 E0599 E0308
    const Source& s = site.s();
    std::string all = site.d.message;
    for (const Span& span : site.d.spans)
        all += span.label;
    if (!has(all, "MutexGuard") && !has(all, "RwLockReadGuard") && !has(all, "RwLockWriteGuard"))
        return;
    auto frames = frames_at(s, site.at().begin);
    if (frames.empty())
        return;
    const Range statement = frames.front().statement;
    for (std::size_t i = s.token_at(statement.begin); i + 3 < s.tokens().size() && s.tokens()[i].end <= statement.end;
         ++i) {
        const auto at = static_cast<Index>(i);
        if ((s.at(at) == "lock" || s.at(at) == "read" || s.at(at) == "write") && s.at(at - 1) == "." &&
            s.at(at + 1) == "(" && s.at(at + 2) == ")" && s.at(at + 4) != "unwrap" && s.at(at + 4) != "expect")
            site.propose(Risk::low, 0.85,
                         "`" + std::string(s.at(at)) +
                             "` answers with a `Result` (another thread may have panicked); the guard is inside.",
                         {site.put(s.tokens()[i + 2].end, ".unwrap()")});
    }
}

/// Every `RefCell` becomes a `Mutex`: its borrows are locks.
void lock_instead(Site& site) { // E0277
    if (!site.d.message.starts_with("`RefCell<") || !has(site.d.message, "between threads safely"))
        return;
    const Source& s = site.s();
    std::vector<Edit> edits;
    bool there = false;
    for (const auto& import : site.t().imports())
        there |= import.path == "std::sync::Mutex";
    for (const auto& import : site.t().imports())
        if (import.path == "std::cell::RefCell") {
            bool single = std::count_if(site.t().imports().begin(), site.t().imports().end(),
                                        [&](const auto& i) { return i.statement == import.statement; }) == 1;
            if (!single)
                return;
            edits.push_back(there ? cut_line(s, site.path(), import.statement)
                                  : site.swap(import.statement, "use std::sync::Mutex;"));
        }
    for (std::size_t i = 0; i < s.tokens().size(); ++i) {
        const auto at = static_cast<Index>(i);
        bool imported = std::any_of(edits.begin(), edits.end(), [&](const Edit& e) {
            return e.begin <= s.tokens()[i].begin && s.tokens()[i].end <= e.end;
        });
        if (s.at(at) == "RefCell" && !imported)
            edits.push_back(site.swap(token_range(s, i), "Mutex"));
        if ((s.at(at) == "borrow_mut" || s.at(at) == "borrow") && s.at(at - 1) == "." && s.at(at + 1) == "(" &&
            s.at(at + 2) == ")")
            edits.push_back(site.swap({s.tokens()[i].begin, s.tokens()[i + 2].end}, "lock().unwrap()"));
    }
    if (!edits.empty())
        site.propose(Risk::cost, 0.85,
                     "a `RefCell` counts its borrows for one thread only; a `Mutex` lets one thread at a time in.",
                     std::move(edits));
}

/// A lock, atomic or receiver is moved by each turn of a loop: it is put into an Arc that every turn clones.
void share_in_loop(Site& site) { // E0382
    std::string type = clean_type(moved_type(site.d));
    std::string head = type_head(type);
    bool lock = head == "Mutex" || head == "RwLock" || head.starts_with("Atomic") || head == "Condvar";
    bool looped = site.d.mentions("in previous iteration of loop");
    auto ticked = backticked(site.d.message);
    const Item* function = site.function();
    if (ticked.empty() || !function || !(lock || (looped && local_type(site.context, type))))
        return;
    const Source& s = site.s();
    const std::string& name = ticked.front();
    const syntax::Binding* let = nullptr;
    auto bindings = site.t().bindings_in(*function);
    for (const auto& b : bindings)
        if (b.name == name && b.origin == syntax::Binding::Origin::let && !b.initializer.empty())
            let = &b;
    if (!let || !let->type_range.empty())
        return;
    std::vector<Edit> edits{site.put(let->initializer.begin, "Arc::new("), site.put(let->initializer.end, ")")};
    std::set<std::size_t> statements;
    for (Range use : uses_of(s, function->body, name)) { // each `move` closure gets a handle of its own
        for (const Frame& f : frames_at(s, use.begin)) {
            bool moves = false;
            for (std::size_t i = s.token_at(f.statement.begin);
                 i < s.tokens().size() && s.tokens()[i].begin < use.begin; ++i)
                moves |= s.text(s.tokens()[i]) == "move";
            if (!moves)
                continue;
            if (statements.insert(f.statement.begin).second)
                edits.push_back(site.put(f.statement.begin, "let " + name + " = Arc::clone(&" + name + ");" +
                                                                gap_at(s, f.statement.begin)));
            break;
        }
    }
    if (statements.empty())
        return;
    bool imported = std::any_of(site.t().imports().begin(), site.t().imports().end(),
                                [](const auto& i) { return i.path == "std::sync::Arc"; });
    if (!imported)
        edits.push_back(import_edit(site.t(), site.path(), site.at().begin, "std::sync::Arc"));
    site.propose(Risk::cost, lock ? 0.85 : 0.5,
                 "several threads need `" + name + "`; each gets its own `Arc` handle to the one value.",
                 std::move(edits));
}

/// `for x in &mut self.list { x.consume() }` -> `for x in self.list.drain(..)`.
void drain(Site& site) { // E0507
    const Source& s = site.s();
    auto name = s.at(static_cast<Index>(site.token()));
    for (const auto& b : site.t().bindings_at(site.at().begin)) {
        if (b.name != name)
            continue;
        if (b.origin != syntax::Binding::Origin::for_loop)
            return;
        std::size_t i = s.token_at(b.name_range.end);
        if (s.at(static_cast<Index>(i)) != "in")
            return;
        std::size_t end = i + 1;
        while (end < s.tokens().size() && s.text(s.tokens()[end]) != "{")
            end = s.tokens()[end].kind == Kind::open && s.tokens()[end].match > 0
                      ? static_cast<std::size_t>(s.tokens()[end].match) + 1
                      : end + 1;
        if (end >= s.tokens().size())
            return;
        Range over{s.tokens()[i + 1].begin, s.tokens()[end - 1].end};
        std::string text = site.str(over), place;
        if (text.starts_with("&mut "))
            place = text.substr(5);
        else if (text.ends_with(".iter_mut()"))
            place = text.substr(0, text.size() - 11);
        else if (text.starts_with("&") && s.tokens()[end - 1].kind == Kind::ident && end - i == 3)
            site.propose(Risk::low, 0.72, "the loop takes its elements over, so it goes over the collection itself.",
                         {site.swap(over, text.substr(1))});
        if (!place.empty())
            site.propose(Risk::behaviour, 0.5,
                         "the loop takes its elements over, so they are drained out of the collection.",
                         {site.swap(over, place + ".drain(..)")});
        return;
    }
}

} // namespace

RC_CODE_RULE(atomic_count, "own-rc-to-arc", "E0277")
RC_CODE_RULE(guard_taken_out, "own-guard", "E0277", "E0599", "E0308", "E0614", "E0369")
RC_CODE_RULE(lock_instead, "own-refcell-to-mutex", "E0277")
RC_CODE_RULE(interior, "own-shared-write", "E0594", "E0596")
RC_CODE_RULE(own_cow, "own-cow", "E0594", "E0596")
RC_CODE_RULE(share_in_loop, "own-share-in-loop", "E0382")
RC_CODE_RULE(drain, "own-drain", "E0507")

} // namespace rustcoder::repair
