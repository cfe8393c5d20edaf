// E0597 E0716 E0373 E0521: a borrowed value dies too early. Its `let` moves outward, a temporary gets a name, or the
// borrower owns what it keeps.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

Range block_of(const Source& s, std::size_t open) {
    const auto& t = s.tokens()[open];
    return {t.begin, t.match >= 0 ? s.tokens()[static_cast<std::size_t>(t.match)].end : s.text().size()};
}

void move_owner_out(Site& site) {
    const Source& s = site.s();
    const Span* declared = site.d.labelled("declared here");
    Range use = site.labelled("borrow later used here");
    if (use.empty())
        use = site.labelled("borrow might be used here");
    Range name = site.range(declared);
    if (name.empty())
        return;
    auto frames = frames_at(s, name.begin);
    if (frames.empty())
        return;
    Range let = frames.front().statement;
    if (!s.text(let).starts_with("let"))
        return;
    Range inner = block_of(s, frames.front().open);
    std::string x = site.str(name);
    if (x.starts_with("mut "))
        x.erase(0, 4);
    // names of the inner block that the initializer needs move along with it
    std::vector<Range> moved{let};
    auto statements = statements_of(s, frames.front().open);
    for (std::size_t k = frames.front().index; k-- > 0;) {
        auto bound = let_name(s, statements[k]);
        if (!bound.empty() &&
            std::any_of(moved.begin(), moved.end(), [&](Range m) { return !uses_of(s, m, bound).empty(); }))
            moved.insert(moved.begin(), statements[k]);
    }
    auto move_to = [&](std::size_t before) {
        std::vector<Edit> edits;
        std::string text;
        for (Range m : moved) {
            edits.push_back(cut_line(s, site.path(), m));
            text += site.str(m) + gap_at(s, before);
        }
        edits.push_back(site.put(before, text));
        return edits;
    };
    bool in_loop = loop_between(s, name.begin, frames.back().statement.begin).has_value();
    if (frames.size() > 1) {
        Range outer = frames[1].statement;
        site.propose(in_loop ? Risk::behaviour : Risk::low, in_loop ? 0.12 : 0.75,
                     "`" + x +
                         "` died at the end of its block while it was still borrowed; it is declared before the block.",
                     move_to(outer.begin));
    }
    if (auto dropped = site.d.labelled("dropped here while still borrowed");
        dropped && (use.empty() || use.begin >= inner.end - 1)) {
        // same block: values die in the opposite order of their declarations
        for (std::size_t k = 0; k < frames.front().index; ++k) {
            auto bound = let_name(s, statements[k]);
            if (bound.empty() || std::find(moved.begin(), moved.end(), statements[k]) != moved.end())
                continue;
            auto borrow = frames_at(s, site.at().begin);
            if (!borrow.empty() && !uses_of(s, borrow.front().statement, bound).empty()) {
                site.propose(Risk::low, 0.7,
                             "`" + bound + "` borrows from `" + x + "` and must die first, so `" + x +
                                 "` is declared before it.",
                             move_to(statements[k].begin));
                break;
            }
        }
    }
    // the last use moves into the block
    if (!use.empty() && use.begin > inner.end && frames.size() > 1) {
        auto later = frames_at(s, use.begin);
        for (const Frame& f : later)
            if (f.open == frames[1].open && !statements.empty()) {
                site.propose(Risk::low, 0.3,
                             "`" + x + "` dies at the end of the block, so its last use comes before that.",
                             move_after(s, site.path(), f.statement, statements.back()));
                break;
            }
        // plain inner block: no block, no early end
        const auto& open = s.tokens()[frames.front().open];
        if (open.match >= 0 && frames[1].statement.begin == open.begin)
            site.propose(Risk::low, 0.25, "without the inner block `" + x + "` lives as long as what borrows it.",
                         {site.cut({inner.begin, inner.begin + 1}), site.cut({inner.end - 1, inner.end})});
    }
}

/// What is stored owns itself: `v.push(&s)` -> `v.push(s.clone())`, with the declared `Vec<&str>` -> `Vec<String>`.
void own_what_is_kept(Site& site) {
    const Source& s = site.s();
    Range at = site.at();
    std::size_t argument = 0;
    auto call = call_around(site, at.begin, &argument);
    std::string x = site.str(at);
    Range whole = at;
    Index i = static_cast<Index>(s.token_at(at.begin));
    bool reference = x.starts_with("&") || s.at(i - 1) == "&";
    if (!x.starts_with("&") && s.at(i - 1) == "&")
        whole.begin = s.tokens()[static_cast<std::size_t>(i) - 1].begin;
    std::string bare(base::trim(reference ? s.text(whole).substr(1) : s.text(whole)));
    if (call && call->method && argument < call->arguments.size()) {
        Range kept = call->arguments[argument];
        std::string text = site.str(kept);
        std::string owned;
        if (text.starts_with("&") && !text.starts_with("&mut"))
            owned = std::string(base::trim(std::string_view(text).substr(1)));
        else if (text.ends_with(".as_str()"))
            owned = text.substr(0, text.size() - 9);
        else
            owned = text + ".to_string()";
        bool plain_owner = owned.find_first_of(".([ ") == std::string::npos;
        if (has(owned, "[") && has(owned, ".."))
            owned += ".to_string()";
        std::string container = site.str(call->receiver);
        std::vector<Edit> retype;
        for (const auto& b : site.t().bindings_at(at.begin))
            if (b.name == container && !b.type_range.empty() && has(b.type_text, "&str")) {
                std::string type = site.str(b.type_range);
                retype.push_back(site.swap(b.type_range, base::replace_all(type, "&str", "String")));
                break;
            }
        for (bool clone : {false, true}) {
            if (clone && !plain_owner)
                continue;
            std::vector<Edit> edits = retype;
            edits.push_back(site.swap(kept, clone ? owned + ".clone()" : owned));
            site.propose(Risk::cost, (retype.empty() ? 0.35 : 0.6) * (clone ? 0.6 : 1),
                         "`" + container + "` outlives what is put into it, so it owns it instead of borrowing.",
                         std::move(edits));
        }
    }
    // r = &x  ->  r = x.clone()
    auto frames = frames_at(s, at.begin);
    if (reference && !frames.empty()) {
        Range init = initializer_of(s, frames.front().statement);
        if (init == whole) {
            site.propose(Risk::cost, 0.3, "what is kept outlives the value it borrowed from, so it keeps a copy.",
                         {site.swap(whole, bare + ".clone()")});
            site.propose(Risk::cost, 0.25, "what is kept outlives the value it borrowed from, so it keeps the value.",
                         {site.swap(whole, bare)});
        }
    }
    // the outer variable takes the result of a call on borrowed values
    if (!frames.empty()) {
        Range init = initializer_of(s, frames.front().statement);
        if (!init.empty() && init.begin <= at.begin && at.end <= init.end && init != whole) {
            site.propose(Risk::cost, 0.3, "the result borrows from a value that dies first, so a copy of it is kept.",
                         {site.put(init.end, ".to_owned()")});
            site.propose(Risk::cost, 0.22, "the result borrows from a value that dies first, so a copy of it is kept.",
                         {site.put(init.end, ".clone()")});
        }
    }
}

void name_temporary(Site& site) {
    const Source& s = site.s();
    Range at = site.at();
    auto frames = frames_at(s, at.begin);
    if (frames.empty())
        return;
    std::string name;
    auto text = s.text(at);
    for (std::size_t i = s.token_at(at.begin); i < s.tokens().size() && s.tokens()[i].end <= at.end; ++i)
        if (s.tokens()[i].kind == Kind::ident && s.at(static_cast<Index>(i) + 1) == "(" &&
            s.tokens()[i].depth == s.tokens()[s.token_at(at.begin)].depth)
            name = s.text(s.tokens()[i]);
    static constexpr std::string_view dull[] = {"new",  "from", "unwrap", "clone",   "to_string",
                                                "into", "lock", "borrow", "to_owned"};
    if (name.empty() || std::find(std::begin(dull), std::end(dull), name) != std::end(dull))
        name = text.starts_with("String") || text.starts_with("format") || text.ends_with("to_string()") ? "text"
                                                                                                         : "owner";
    bool is_mutable = site.d.mentions("&mut") || has(s.text(at), "lock()") || has(s.text(at), "borrow_mut()");
    std::string fresh = fresh_name(s, name);
    site.propose(Risk::none, 0.86,
                 "the temporary value dies at the end of the statement but is still borrowed; a `let` keeps it alive.",
                 hoist(s, site.path(), at, frames.front().statement, fresh));
    site.propose(Risk::none, is_mutable ? 0.7 : 0.3,
                 "the temporary value dies at the end of the statement; a `let mut` keeps it alive.",
                 hoist(s, site.path(), at, frames.front().statement, fresh, true));
    Range init = initializer_of(s, frames.front().statement);
    if (!init.empty())
        for (std::string_view suffix : {".as_str()", ".as_slice()", ".as_bytes()"})
            if (s.text(init).ends_with(suffix)) {
                std::vector<Edit> edits{site.cut({init.end - suffix.size(), init.end})};
                auto annotation = s.text(frames.front().statement.begin, init.begin).find(": &str");
                if (annotation != std::string_view::npos)
                    edits.push_back(site.swap(
                        {frames.front().statement.begin + annotation, frames.front().statement.begin + annotation + 6},
                        ": String"));
                site.propose(Risk::low, 0.5, "the value is kept itself instead of a reference to a temporary.",
                             std::move(edits));
            }
}

/// E0521: something is kept for ever (a thread) that only borrows a parameter.
void escape(Site& site) {
    const Source& s = site.s();
    const Item* fn = site.function();
    if (!fn)
        return;
    auto frames = frames_at(s, site.at().begin);
    if (frames.empty())
        return;
    for (const auto& p : fn->parameters) {
        if (p.name.empty() || p.is_self || uses_of(s, site.at(), p.name).empty() || !has(p.type_text, "&"))
            continue;
        if (is_ref(p.type_text)) {
            std::string copy = has(p.type_text, "str") ? ".to_string()"
                               : has(p.type_text, "[") ? ".to_vec()"
                                                       : ".clone()";
            site.propose(Risk::cost, 0.62,
                         "`" + p.name + "` is only borrowed, but the thread may outlive the caller; it gets a copy.",
                         {site.put(frames.front().statement.begin, "let " + p.name + " = " + p.name + copy + ";" +
                                                                       gap_at(s, frames.front().statement.begin))});
            std::string written = site.str(p.type);
            if (!has(written, "'"))
                site.propose(Risk::behaviour, 0.2,
                             "`" + p.name + "` is kept for ever, so it must live for ever (`'static`).",
                             {site.swap(p.type, "&'static " + written.substr(1))});
        }
    }
    if (has(site.d.message, "method") && !fn->parameters.empty() && fn->parameters.front().is_self) {
        // a field is copied in front of the closure
        auto uses = uses_of(s, site.at(), "self");
        if (!uses.empty()) {
            Range field = site.t().postfix_from(uses.front().begin);
            std::string text = site.str(field);
            auto dot = text.find('.');
            auto end = dot == std::string::npos ? dot : text.find_first_of(".([", dot + 1);
            if (dot != std::string::npos) {
                std::string place = text.substr(0, end), name = place.substr(dot + 1);
                std::vector<Edit> edits{
                    site.put(frames.front().statement.begin,
                             "let " + name + " = " + place + ".clone();" + gap_at(s, frames.front().statement.begin))};
                for (Range use : uses)
                    if (s.text(use.begin, use.begin + place.size()) == place)
                        edits.push_back(site.swap({use.begin, use.begin + place.size()}, name));
                site.propose(Risk::cost, 0.5, "the thread may outlive the object, so it gets its own `" + name + "`.",
                             std::move(edits));
            }
        }
    }
}

void closure_keeps(Site& site) {
    const Source& s = site.s();
    Index i = static_cast<Index>(s.token_at(site.at().begin));
    if (s.at(i) == "|" || s.at(i) == "||")
        site.propose(Risk::low, 0.75, "the closure may outlive what it borrows, so it takes it along (`move`).",
                     {site.put(site.at().begin, "move ")});
}

void dies_too_early(Site& site) {
    if (site.d.code == "E0597") {
        move_owner_out(site);
        own_what_is_kept(site);
    } else if (site.d.code == "E0716") {
        name_temporary(site);
        own_what_is_kept(site);
    } else if (site.d.code == "E0373") {
        closure_keeps(site);
    } else {
        escape(site);
    }
}

} // namespace

RC_CODE_RULE(dies_too_early, "own-e0597", "E0597", "E0716", "E0373", "E0521")

} // namespace rustcoder::repair
