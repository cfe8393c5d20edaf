// E0515: a function returns a reference to something that dies with it. It returns the value instead: signature and
// every returned expression change together.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

/// Ends of the values a block can have: tails of its branches.
void tails(const Source& s, Range e, std::vector<Range>& out) {
    std::size_t i = s.token_at(e.begin);
    const auto& tokens = s.tokens();
    if (i >= tokens.size())
        return;
    auto head = s.text(tokens[i]);
    bool branching = head == "if" || head == "match" || head == "{" || head == "unsafe";
    if (!branching) {
        out.push_back(e);
        return;
    }
    for (; i < tokens.size() && tokens[i].begin < e.end; ++i) {
        if (tokens[i].kind != Kind::open || tokens[i].match < 0)
            continue;
        std::size_t close = static_cast<std::size_t>(tokens[i].match);
        if (s.text(tokens[i]) == "{") {
            auto kind = brace_kind(s, i);
            if (kind == BraceKind::match_body) {
                for (std::size_t k = i + 1; k < close; ++k) {
                    if (tokens[k].kind == Kind::open && tokens[k].match >= 0) {
                        k = static_cast<std::size_t>(tokens[k].match);
                        continue;
                    }
                    if (s.text(tokens[k]) != "=>")
                        continue;
                    std::size_t first = k + 1, last = first;
                    while (last < close && s.text(tokens[last]) != ",") {
                        bool block = s.text(tokens[last]) == "{" && last == first;
                        last = tokens[last].kind == Kind::open && tokens[last].match >= 0
                                   ? static_cast<std::size_t>(tokens[last].match) + 1
                                   : last + 1;
                        if (block)
                            break;
                    }
                    if (last > first)
                        tails(s, {tokens[first].begin, tokens[last - 1].end}, out);
                    k = last - 1;
                }
            } else if (kind == BraceKind::block) {
                auto statements = statements_of(s, i);
                if (!statements.empty() && !s.text(statements.back()).ends_with(";"))
                    tails(s, statements.back(), out);
            }
        }
        i = close;
    }
}

std::vector<Range> returned(const Source& s, const Item& fn) {
    std::vector<Range> out;
    std::size_t open = s.token_at(fn.body.begin);
    auto statements = statements_of(s, open);
    if (!statements.empty() && !s.text(statements.back()).ends_with(";"))
        tails(s, statements.back(), out);
    const auto& tokens = s.tokens();
    for (std::size_t i = open; i < tokens.size() && tokens[i].begin < fn.body.end; ++i)
        if (s.text(tokens[i]) == "return" && i + 1 < tokens.size() && s.text(tokens[i + 1]) != ";") {
            std::size_t last = i + 1;
            while (last < tokens.size() &&
                   !(s.text(tokens[last]) == ";" || s.text(tokens[last]) == "," || tokens[last].kind == Kind::close))
                last = tokens[last].kind == Kind::open && tokens[last].match >= 0
                           ? static_cast<std::size_t>(tokens[last].match) + 1
                           : last + 1;
            out.push_back({tokens[i + 1].begin, tokens[last - 1].end});
        }
    return out;
}

/// `expression`, a reference, as an own value; "" keeps it.
std::string owned_form(const Source& s, Range e, const std::string& target, bool offending) {
    std::string text(base::trim(s.text(e)));
    bool string = target == "String";
    auto wrap = [&](std::string_view ctor) {
        if (!text.starts_with(ctor) || !text.ends_with(")"))
            return std::string();
        Range inner{e.begin + ctor.size(), e.end - 1};
        auto body = owned_form(s, inner, target, offending);
        return body.empty() ? std::string() : std::string(ctor) + body + ")";
    };
    for (std::string_view ctor : {"Some(", "Ok("})
        if (text.starts_with(ctor))
            return wrap(ctor);
    if (text.starts_with("None") || text.starts_with("Err("))
        return {};
    for (std::string_view suffix : {".as_str()", ".as_slice()", ".as_ref()", ".borrow()", ".as_bytes()", ".deref()"})
        if (text.ends_with(suffix))
            return text.substr(0, text.size() - suffix.size());
    if (text.starts_with("&mut "))
        text.erase(0, 5);
    else if (text.starts_with("&"))
        text.erase(0, 1);
    else
        return text + (string ? ".to_string()" : target.starts_with("Vec<") ? ".to_vec()" : ".clone()");
    text = std::string(base::trim(text));
    if (text.starts_with("(") && text.ends_with(")"))
        return text.substr(1, text.size() - 2);
    bool slice = text.ends_with("]") && has(text, "..");
    if (slice && has(text, "[..]"))
        return text.substr(0, text.rfind("[..]")) + (offending ? "" : string ? ".to_string()" : ".to_vec()");
    if (slice)
        return text + (string ? ".to_string()" : ".to_vec()");
    if (text.starts_with("[") && target.starts_with("Vec<"))
        return "vec!" + text;
    if (!offending)
        return text + ".clone()";
    if (text.ends_with("]")) // an element
        return text + ".clone()";
    return text;
}

/// The type with its references made values: `Option<&str>` -> `Option<String>`.
std::string owned_type(std::string_view type) {
    std::string out;
    for (std::size_t i = 0; i < type.size(); ++i) {
        if (type[i] != '&') {
            out += type[i];
            continue;
        }
        std::string_view rest = base::trim(type.substr(i + 1));
        if (rest.starts_with("'")) {
            std::size_t k = 1;
            while (k < rest.size() && base::is_ident(rest[k]))
                ++k;
            rest = base::trim(rest.substr(k));
        }
        if (rest.starts_with("mut "))
            rest = base::trim(rest.substr(4));
        if (rest.starts_with("str") && (rest.size() == 3 || !base::is_ident(rest[3])))
            return out + "String" + owned_type(rest.substr(3));
        if (rest.starts_with("[")) {
            auto close = rest.find(']');
            if (close != std::string_view::npos && rest.substr(0, close).find(';') == std::string_view::npos)
                return out + "Vec<" + std::string(rest.substr(1, close - 1)) + ">" + owned_type(rest.substr(close + 1));
        }
        return out + owned_type(rest);
    }
    return out;
}

/// The trait's declaration and the other impls follow when a method of a trait of the project returns its value.
std::vector<Edit> along_the_trait(const Site& site, const Item& fn, const Item& owner, const std::string& target,
                                  const std::string& inner) {
    std::vector<Edit> out;
    for (const Declared& other : functions_named(site.context, fn.name, site.path())) {
        const Item* place = owner_of(*other.tree, *other.item);
        const bool declares = place && place->kind == ItemKind::trait && place->name == owner.trait_name;
        const bool implements = place && place->kind == ItemKind::impl && place->trait_name == owner.trait_name;
        if ((!declares && !implements) || (other.path == site.path() && other.item->range == fn.range))
            continue;
        if (other.item->return_type.empty())
            return {};
        out.push_back(make_edit(other.path, other.item->return_type.begin, other.item->return_type.end, target));
        if (other.item->body.empty())
            continue;
        const Source& s = other.tree->source();
        for (Range v : returned(s, *other.item))
            if (std::string text = owned_form(s, v, inner, false); !text.empty() && text != s.text(v))
                out.push_back(make_edit(other.path, v.begin, v.end, text));
    }
    return out;
}

void return_owned(Site& site) {
    const Item* fn = site.function();
    const Source& s = site.s();
    Range at = site.at();
    if (!fn || fn->return_type.empty())
        return;
    std::string type = site.str(fn->return_type);
    const Item* owner = owner_of(site.t(), *fn);
    bool bound_by_trait = owner && !owner->trait_name.empty();
    auto values = returned(s, *fn);
    bool direct =
        std::any_of(values.begin(), values.end(), [&](Range v) { return v.begin <= at.begin && at.end <= v.end; });
    if (has(type, "&") && direct) {
        std::string target = owned_type(type);
        std::string inner = target;
        for (std::string_view shell : {"Option<", "Result<"})
            if (inner.starts_with(shell)) {
                auto arguments = type_arguments(inner);
                if (!arguments.empty())
                    inner = arguments.front();
            }
        bool collection = inner.starts_with("Vec<") && has(type, "Vec<&");
        for (int variant = 0; variant < 2; ++variant) {
            std::vector<Edit> edits{site.swap(fn->return_type, target)};
            for (Range v : values) {
                bool offending = v.begin <= at.begin && at.end <= v.end;
                if (collection) {
                    if (offending && s.text(v).ends_with(".collect()"))
                        edits.push_back(site.put(v.end - 10, inner == "Vec<String>" ? ".map(|item| item.to_string())"
                                                                                    : ".cloned()"));
                    continue;
                }
                std::string text;
                if (offending && variant == 1)
                    text = site.str(v) + (inner == "String" ? ".to_string()" : ".clone()");
                else
                    text = owned_form(s, v, inner, offending);
                if (!text.empty() && text != s.text(v))
                    edits.push_back(site.swap(v, text));
            }
            if (edits.size() < 2 && variant == 0 && !collection)
                continue;
            const bool local_trait = bound_by_trait && trait_named(site.context, owner->trait_name);
            if (local_trait)
                for (Edit& e : along_the_trait(site, *fn, *owner, target, inner))
                    edits.push_back(std::move(e));
            site.propose(
                fn->is_public ? Risk::cost : Risk::low,
                (variant ? 0.35 : 0.72) * (bound_by_trait && !local_trait ? 0.3 : 1),
                "the value is created inside the function and dies when it returns, so it is returned itself (`" +
                    target + "`), not a reference to it.",
                std::move(edits));
        }
    }
    // an iterator over a local collection
    auto head = type_head(clean_type(type));
    if ((head == "Iter" || head == "IterMut") && direct && s.text(at).ends_with("iter()")) {
        auto arguments = type_arguments(clean_type(type));
        std::string receiver = site.str({at.begin, at.end - 7});
        if (arguments.size() == 1)
            site.propose(Risk::low, 0.6,
                         "the iterator would borrow a local collection; the function returns one that owns it.",
                         {site.swap(fn->return_type, "std::vec::IntoIter<" + arguments.front() + ">"),
                          site.swap(at, receiver + ".into_iter()")});
    }
    if (type.starts_with("impl ") || type.starts_with("Box<dyn")) {
        std::string text = site.str(at);
        if (auto iter = text.find(".iter()"); iter != std::string::npos)
            site.propose(Risk::low, 0.55, "the iterator would borrow a local collection; `into_iter` takes it along.",
                         {site.swap({at.begin + iter, at.begin + iter + 7}, ".into_iter()")});
        if (has(text, "|") && !has(text, "move "))
            if (auto bar = text.find('|'); bar != std::string::npos)
                site.propose(Risk::low, 0.5,
                             "the closure outlives the function, so it takes what it uses along (`move`).",
                             {site.put(at.begin + bar, "move ")});
    }
}

/// Inside closures and where the local is a parameter.
void return_inner(Site& site) {
    const Source& s = site.s();
    Range at = site.at();
    std::string text = site.str(at);
    std::string_view why = "the reference would point to a value that dies at the end; an own value is returned.";
    for (std::string_view suffix : {".as_str()", ".as_slice()", ".as_ref()", ".trim()"})
        if (text.ends_with(suffix)) {
            if (suffix == ".trim()")
                site.propose(Risk::low, 0.4, std::string(why), {site.put(at.end, ".to_string()")});
            else
                site.propose(Risk::low, 0.45, std::string(why), {site.cut({at.end - suffix.size(), at.end})});
        }
    if (text.starts_with("&"))
        site.propose(Risk::low, 0.42, std::string(why), {site.cut({at.begin, at.begin + 1})});
    auto ticked = backticked(site.d.message);
    const Item* fn = site.function();
    if (fn && has(site.d.message, "parameter") && !ticked.empty())
        for (const auto& p : fn->parameters)
            if (p.name == ticked.front() && !p.is_self && !is_ref(p.type_text)) {
                Declared self{site.path(), site.context.sources.tree(site.path()), fn};
                if (auto edits = borrow_parameter(site.context, self,
                                                  static_cast<std::size_t>(&p - fn->parameters.data()), false))
                    site.propose(Risk::low, 0.55,
                                 "the result borrows from `" + p.name +
                                     "`, so the caller must keep it: it is passed by reference.",
                                 std::move(*edits));
            }
    // Vec<&str> built in a closure or a let: own the strings
    auto frames = frames_at(s, at.begin);
    if (!frames.empty()) {
        Range statement = frames.back().statement;
        auto annotation = s.text(statement).find("Vec<&str>");
        if (annotation != std::string_view::npos && (text.ends_with(".as_str()") || text.starts_with("&"))) {
            Edit fix = text.starts_with("&") ? site.cut({at.begin, at.begin + 1}) : site.cut({at.end - 9, at.end});
            site.propose(
                Risk::low, 0.6, "the strings are created here, so the vector owns them.",
                {fix, site.swap({statement.begin + annotation, statement.begin + annotation + 9}, "Vec<String>")});
        }
    }
}

/// A reference to a constant value can live for ever.
void promote(Site& site) {
    const Source& s = site.s();
    Range at = site.at();
    const Item* fn = site.function();
    if (!fn || !s.text(at).starts_with("&"))
        return;
    std::string name(base::trim(s.text(at).substr(1)));
    for (const auto& b : site.t().bindings_in(*fn))
        if (b.name == name && b.origin == syntax::Binding::Origin::let && !b.initializer.empty() && !b.is_mutable) {
            auto token = s.token_at(b.initializer.begin);
            if (token < s.tokens().size() && s.tokens()[token].end == b.initializer.end &&
                (s.tokens()[token].kind == Kind::integer || s.tokens()[token].kind == Kind::floating ||
                 s.tokens()[token].kind == Kind::string)) {
                std::string value = site.str(b.initializer);
                site.propose(Risk::low, 0.25,
                             "`" + name + "` is a constant, and a reference to a constant lives for ever.",
                             {site.swap(at, "&" + value)});
            }
        }
}

void dangling_return(Site& site) {
    return_owned(site);
    return_inner(site);
    promote(site);
}

} // namespace

RC_CODE_RULE(dangling_return, "own-e0515", "E0515")

} // namespace rustcoder::repair
