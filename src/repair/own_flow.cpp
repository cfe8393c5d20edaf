// Blocks, statements, uses and calls: the part of own_support.h that reads function bodies.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::one_of;

bool upper(std::string_view s) {
    return !s.empty() && s[0] >= 'A' && s[0] <= 'Z';
}

/// Token before i at the same nesting: jumps from a closer to its opener.
Index previous(const Source& s, Index i) {
    --i;
    if (i >= 0) {
        const auto& t = s.tokens()[static_cast<std::size_t>(i)];
        if (t.kind == Kind::close && t.match >= 0)
            return t.match;
    }
    return i;
}

/// The statement keyword that the `{` belongs to: walks back over a header (`while let Some(x) = f(y)`).
std::string_view header_keyword(const Source& s, std::size_t open) {
    for (Index i = previous(s, static_cast<Index>(open)); i >= 0; i = previous(s, i)) {
        auto text = s.at(i);
        const auto& t = s.tokens()[static_cast<std::size_t>(i)];
        if (t.kind == Kind::open && text == "{") // a block before: the header starts after it
            return {};
        if (one_of(text, {"match", "if", "while", "for", "loop", "unsafe", "else", "fn", "impl", "trait", "mod",
                          "struct", "enum", "union", "async", "move", "=>", "->"})) {
            if (text == "for" && i > 0 && header_keyword(s, static_cast<std::size_t>(i)) == "impl")
                return "impl";
            if (text == "->") {
                auto before = header_keyword(s, static_cast<std::size_t>(i));
                return before.empty() ? text : before;
            }
            return text;
        }
        if (one_of(text, {";", "=", ",", "|", "||"}) || (t.kind == Kind::open && t.match < 0))
            return text == "=" || text == "," ? header_keyword(s, static_cast<std::size_t>(i)) : std::string_view{};
        if (t.kind == Kind::open && t.match >= 0 && static_cast<std::size_t>(t.match) > open)
            return {};
    }
    return {};
}

bool record_like(const Source& s, std::size_t open) {
    Index i = static_cast<Index>(open) + 1;
    const auto& tokens = s.tokens();
    if (s.at(i) == "}" || s.at(i) == ".." || s.at(i) == "#")
        return true;
    if (static_cast<std::size_t>(i) < tokens.size() && tokens[static_cast<std::size_t>(i)].kind == Kind::ident)
        return one_of(s.at(i + 1), {":", ",", "}"});
    return tokens.size() > static_cast<std::size_t>(i) && tokens[static_cast<std::size_t>(i)].kind == Kind::integer &&
           s.at(i + 1) == ":";
}

bool starts_block_statement(std::string_view t) {
    return one_of(t, {"if", "match", "for", "while", "loop", "unsafe", "{", "fn", "struct", "enum", "impl", "trait",
                      "mod", "union", "macro_rules"});
}

bool continues_expression(std::string_view t) {
    return one_of(t, {".", "?", "else", "as", "==", "&&", "||", "+", "=>"});
}

} // namespace

BraceKind brace_kind(const Source& s, std::size_t open) {
    if (open >= s.tokens().size() || s.at(static_cast<Index>(open)) != "{")
        return BraceKind::other;
    std::string_view before = s.at(static_cast<Index>(open) - 1);
    std::string_view keyword = header_keyword(s, open);
    if (one_of(keyword, {"impl", "trait", "mod"}))
        return BraceKind::items;
    if (one_of(keyword, {"struct", "enum", "union"}))
        return BraceKind::other;
    if (keyword == "match" && before != "=>" && before != "|")
        return record_like(s, open) && upper(before) && s.at(static_cast<Index>(open) + 1) != "}"
                   ? BraceKind::literal
                   : BraceKind::match_body;
    if (upper(before) || before == ">" || before == "Self")
        if (keyword != "fn" && keyword != "->" && record_like(s, open)) {
            // `if x == Limit {}`: a literal cannot stand bare in a condition
            if (!one_of(keyword, {"if", "while", "for", "match"}) || s.at(static_cast<Index>(open) + 2) == ":")
                return BraceKind::literal;
        }
    return BraceKind::block;
}

std::vector<Range> statements_of(const Source& s, std::size_t open) {
    std::vector<Range> out;
    const auto& tokens = s.tokens();
    if (open >= tokens.size())
        return out;
    std::size_t end = tokens[open].match >= 0 ? static_cast<std::size_t>(tokens[open].match) : tokens.size();
    std::size_t first = open + 1;
    for (std::size_t i = open + 1; i < end; ++i) {
        std::string_view text = s.text(tokens[i]);
        std::size_t last = i;
        bool ends = text == ";";
        if (tokens[i].kind == Kind::open && tokens[i].match >= 0) {
            last = static_cast<std::size_t>(tokens[i].match);
            std::size_t head = first;
            while (head < i && s.at(static_cast<Index>(head)) == "#" && tokens[head + 1].match >= 0) // attributes
                head = static_cast<std::size_t>(tokens[head + 1].match) + 1;
            if (tokens[head].kind == Kind::lifetime)
                head += 2;
            while (one_of(s.at(static_cast<Index>(head)), {"pub", "async", "const", "unsafe", "extern"}) && head < i &&
                   !(s.at(static_cast<Index>(head)) == "unsafe" && s.at(static_cast<Index>(head) + 1) == "{"))
                ++head;
            if (text == "{" && starts_block_statement(s.at(static_cast<Index>(head))) && last + 1 <= end) {
                auto next = s.at(static_cast<Index>(last) + 1);
                ends = last + 1 >= end || !continues_expression(next);
                if (s.at(static_cast<Index>(head)) == "match" || s.at(static_cast<Index>(head)) == "if")
                    ends = ends && brace_kind(s, i) != BraceKind::literal;
                if (next == ";" && ends) { // `};`
                    last = last + 1;
                }
            }
        }
        i = last;
        if (ends) {
            out.push_back({tokens[first].begin, tokens[last].end});
            first = last + 1;
        }
    }
    if (first < end)
        out.push_back({tokens[first].begin, tokens[end - 1].end});
    return out;
}

std::vector<Frame> frames_at(const Source& s, std::size_t offset) {
    std::vector<Frame> out;
    std::size_t token = s.token_at(offset);
    if (token >= s.tokens().size())
        return out;
    for (Index open = s.enclosing_open(token); open >= 0; open = s.enclosing_open(static_cast<std::size_t>(open))) {
        auto kind = brace_kind(s, static_cast<std::size_t>(open));
        if (kind == BraceKind::items)
            break;
        if (kind == BraceKind::block) {
            auto statements = statements_of(s, static_cast<std::size_t>(open));
            for (std::size_t k = 0; k < statements.size(); ++k)
                if (statements[k].begin <= offset && offset < std::max(statements[k].end, statements[k].begin + 1)) {
                    out.push_back({static_cast<std::size_t>(open), k, statements[k]});
                    break;
                }
            if (header_keyword(s, static_cast<std::size_t>(open)) == "fn")
                break;
        }
    }
    return out;
}

std::optional<std::pair<Frame, Frame>> common_block(const Source& s, std::size_t a, std::size_t b) {
    auto left = frames_at(s, a), right = frames_at(s, b);
    for (const Frame& l : left)
        for (const Frame& r : right)
            if (l.open == r.open)
                return std::pair(l, r);
    return std::nullopt;
}

std::optional<std::size_t> loop_between(const Source& s, std::size_t offset, std::size_t outside) {
    std::optional<std::size_t> found;
    std::size_t token = s.token_at(offset);
    if (token >= s.tokens().size())
        return found;
    for (Index open = s.enclosing_open(token); open >= 0; open = s.enclosing_open(static_cast<std::size_t>(open))) {
        const auto& t = s.tokens()[static_cast<std::size_t>(open)];
        if (t.match >= 0 && t.begin < outside && outside < s.tokens()[static_cast<std::size_t>(t.match)].end)
            break;
        auto keyword = header_keyword(s, static_cast<std::size_t>(open));
        if (s.text(t) == "{" && one_of(keyword, {"for", "while", "loop"}))
            found = static_cast<std::size_t>(open);
        if (keyword == "fn")
            break;
    }
    return found;
}

std::vector<Range> uses_of(const Source& s, Range in, std::string_view name) {
    std::vector<Range> out;
    const auto& tokens = s.tokens();
    for (std::size_t i = s.token_at(in.begin); i < tokens.size() && tokens[i].begin < in.end; ++i) {
        const auto& t = tokens[i];
        Index k = static_cast<Index>(i);
        if ((t.kind == Kind::ident || t.kind == Kind::keyword) && s.text(t) == name) {
            if (s.at(k - 1) == "." || s.at(k - 1) == "::" || s.at(k + 1) == "::" || s.at(k - 1) == "fn")
                continue;
            if (s.at(k + 1) == ":" && one_of(s.at(k - 1), {"{", ","}) && s.enclosing_open(i) >= 0 &&
                s.at(s.enclosing_open(i)) == "{")
                continue;
            out.push_back({t.begin, t.end});
        } else if (t.kind == Kind::string && s.enclosing_open(i) >= 0 && s.at(s.enclosing_open(i) - 1) == "!") {
            std::string_view text = s.text(t);
            for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
                char after = at + name.size() < text.size() ? text[at + name.size()] : ' ';
                if (at > 0 && text[at - 1] == '{' && (after == '}' || after == ':'))
                    out.push_back({t.begin + at, t.begin + at + name.size()});
            }
        }
    }
    return out;
}

std::string let_name(const Source& s, Range statement) {
    Index i = static_cast<Index>(s.token_at(statement.begin));
    if (s.at(i) != "let")
        return {};
    ++i;
    if (s.at(i) == "mut")
        ++i;
    if (static_cast<std::size_t>(i) < s.tokens().size() &&
        s.tokens()[static_cast<std::size_t>(i)].kind == Kind::ident && one_of(s.at(i + 1), {"=", ":", ";"}))
        return std::string(s.at(i));
    return {};
}

Range without_semicolon(const Source& s, Range statement) {
    auto text = s.text(statement);
    while (!text.empty() && (text.back() == ';' || text.back() == ' ' || text.back() == '\n'))
        text.remove_suffix(1);
    return {statement.begin, statement.begin + text.size()};
}

Range initializer_of(const Source& s, Range statement) {
    const auto& tokens = s.tokens();
    for (std::size_t i = s.token_at(statement.begin); i < tokens.size() && tokens[i].begin < statement.end; ++i) {
        if (tokens[i].kind == Kind::open && tokens[i].match >= 0) {
            i = static_cast<std::size_t>(tokens[i].match);
            continue;
        }
        if (s.text(tokens[i]) == "=" && i + 1 < tokens.size()) {
            Range whole = without_semicolon(s, statement);
            if (tokens[i + 1].begin < whole.end)
                return {tokens[i + 1].begin, whole.end};
        }
    }
    return {};
}

// ---- calls --------------------------------------------------------------------------------------------------------

namespace {

std::optional<Call> call_at(const Source& s, const Tree& t, std::string_view path, std::size_t open) {
    Index name = static_cast<Index>(open) - 1;
    if (s.at(static_cast<Index>(open)) != "(" || name < 0)
        return std::nullopt;
    if (s.at(name) == ">") { // turbofish
        int depth = 0;
        for (; name > 0; --name) {
            if (s.at(name) == ">")
                ++depth;
            else if (s.at(name) == ">>")
                depth += 2;
            else if (s.at(name) == "<" && --depth == 0)
                break;
        }
        --name;
        if (s.at(name) != "::")
            return std::nullopt;
        --name;
    }
    if (name < 0 || s.tokens()[static_cast<std::size_t>(name)].kind != Kind::ident || s.at(name - 1) == "fn")
        return std::nullopt;
    Call call;
    call.path = path;
    call.name = s.at(name);
    call.name_token = static_cast<std::size_t>(name);
    call.open = open;
    call.arguments = t.arguments(s.tokens()[open].begin);
    call.method = s.at(name - 1) == ".";
    if (call.method)
        call.receiver = t.postfix_before(s.tokens()[static_cast<std::size_t>(name) - 1].begin);
    return call;
}

} // namespace

std::optional<Call> method_call_at(const Site& site, std::size_t token) {
    const Source& s = site.s();
    const auto i = static_cast<Index>(token);
    if (token + 1 >= s.tokens().size() || s.tokens()[token].kind != Kind::ident || s.at(i + 1) != "(" ||
        s.at(i - 1) != ".")
        return std::nullopt;
    Call call;
    call.path = site.path();
    call.name = s.text(s.tokens()[token]);
    call.method = true;
    call.arguments = site.t().arguments(s.tokens()[token + 1].begin);
    return call;
}

const Item* generic_impl_around(const Site& site) {
    const Item* impl = site.t().item_at(site.at().begin);
    while (impl && impl->kind != ItemKind::impl)
        impl = site.t().parent(*impl);
    return impl && !impl->generics.empty() ? impl : nullptr;
}

std::optional<Call> call_around(const Site& site, std::size_t offset, std::size_t* argument) {
    const Source& s = site.s();
    std::size_t token = s.token_at(offset);
    if (token >= s.tokens().size())
        return std::nullopt;
    Index open = s.enclosing_open(token);
    if (open < 0)
        return std::nullopt;
    auto call = call_at(s, site.t(), site.path(), static_cast<std::size_t>(open));
    if (!call)
        return std::nullopt;
    for (std::size_t k = 0; k < call->arguments.size(); ++k)
        if (call->arguments[k].begin <= offset && offset < call->arguments[k].end) {
            if (argument)
                *argument = k;
            return call;
        }
    return std::nullopt;
}

std::vector<Call> calls_of(const RuleContext& context, const Declared& function) {
    std::vector<Call> out;
    bool takes_self = !function.item->parameters.empty() && function.item->parameters.front().is_self;
    for (const auto& path : context.sources.rust_files()) {
        auto tree = context.sources.tree(path);
        if (!tree)
            continue;
        const Source& s = tree->source();
        for (std::size_t i = 0; i + 1 < s.tokens().size(); ++i) {
            if (s.tokens()[i].kind != Kind::ident || s.text(s.tokens()[i]) != function.item->name)
                continue;
            Index open = static_cast<Index>(i) + 1;
            if (s.at(open) == "::" && s.at(open + 1) == "<") {
                int depth = 0;
                for (open += 1; static_cast<std::size_t>(open) < s.tokens().size(); ++open) {
                    if (s.at(open) == "<")
                        ++depth;
                    else if (s.at(open) == ">>")
                        depth -= 2;
                    else if (s.at(open) == ">")
                        --depth;
                    if (depth <= 0)
                        break;
                }
                ++open;
            }
            if (s.at(open) != "(")
                continue;
            auto call = call_at(s, *tree, path, static_cast<std::size_t>(open));
            if (call && call->name_token == i && (takes_self || !call->method))
                out.push_back(std::move(*call));
        }
    }
    return out;
}

std::optional<std::size_t> parameter_of(const Item& function, const Call& call, std::size_t argument) {
    bool self = !function.parameters.empty() && function.parameters.front().is_self;
    std::size_t index = argument + (self && call.method ? 1 : 0);
    if (index >= function.parameters.size())
        return std::nullopt;
    return index;
}

std::optional<Declared> callee_of(const RuleContext& context, const Call& call) {
    auto found = functions_named(context, call.name, call.path);
    std::erase_if(found, [&](const Declared& d) {
        bool self = !d.item->parameters.empty() && d.item->parameters.front().is_self;
        if (call.method && !self)
            return true;
        return d.item->parameters.size() != call.arguments.size() + (call.method ? 1 : 0) || d.item->body.empty();
    });
    if (found.size() != 1)
        return std::nullopt;
    return found.front();
}

std::optional<std::vector<Edit>> borrow_walk(const Site& site, Range place) {
    const Source& s = site.s();
    const Item* fn = site.function();
    if (!fn)
        return std::nullopt;
    auto plain_place = [&](Range e) {
        auto text = s.text(e);
        return !text.empty() && base::is_ident_start(text[0]) &&
               std::all_of(text.begin(), text.end(), [](char c) { return base::is_ident(c) || c == '.'; });
    };
    for (const Frame& frame : frames_at(s, place.begin)) {
        std::string name = let_name(s, frame.statement);
        Range init = initializer_of(s, frame.statement);
        if (name.empty()) { // `cur = node.next;`
            Index i = static_cast<Index>(s.token_at(frame.statement.begin));
            if (s.at(i + 1) == "=" && init == place)
                name = s.at(i);
        }
        if (name.empty() || init != place || !plain_place(place))
            return std::nullopt;
        std::vector<Edit> edits;
        int steps = 0;
        for (std::size_t i = s.token_at(fn->body.begin);
             i + 2 < s.tokens().size() && s.tokens()[i].begin < fn->body.end; ++i) {
            Index k = static_cast<Index>(i);
            bool declared = s.at(k - 1) == "let" || (s.at(k - 1) == "mut" && s.at(k - 2) == "let");
            if (s.text(s.tokens()[i]) != name || s.at(k + 1) != "=" ||
                (!declared && !one_of(s.at(k - 1), {";", "{", "}"})))
                continue;
            std::size_t last = i + 2;
            while (last < s.tokens().size() && s.text(s.tokens()[last]) != ";" && s.text(s.tokens()[last]) != "}")
                ++last;
            Range value{s.tokens()[i + 2].begin, s.tokens()[last - 1].end};
            if (!plain_place(value))
                return std::nullopt;
            edits.push_back(site.put(value.begin, "&"));
            steps += !declared;
        }
        if (steps == 0 || edits.size() < 2)
            return std::nullopt;
        return edits;
    }
    return std::nullopt;
}

Usage usage_of(const Source& s, Range body, std::string_view name) {
    static constexpr std::array consuming = {
        "into_iter",   "into_bytes", "into_boxed_str",    "unwrap", "expect",      "unwrap_or",     "into_keys",
        "into_values", "into_inner", "unwrap_or_default", "into",   "into_string", "unwrap_or_else"};
    static constexpr std::array mutating = {
        "push",          "push_str", "insert",   "remove",    "pop",       "clear",     "sort",       "sort_by",
        "sort_unstable", "extend",   "truncate", "append",    "retain",    "drain",     "dedup",      "reverse",
        "iter_mut",      "get_mut",  "entry",    "swap",      "push_back", "pop_front", "push_front", "pop_back",
        "next",          "as_mut",   "last_mut", "first_mut", "take"};
    Usage usage = Usage::reads;
    for (Range use : uses_of(s, body, name)) {
        Index i = static_cast<Index>(s.token_at(use.begin));
        if (s.tokens()[static_cast<std::size_t>(i)].kind == Kind::string)
            continue;
        auto before = s.at(i - 1), after = s.at(i + 1);
        if (after == ".") {
            Index field = i + 2;
            auto method = s.at(field);
            while (s.at(field + 1) == ".") { // a.b.c
                field += 2;
                method = s.at(field);
            }
            if (s.at(field + 1) == "(" || s.at(field + 1) == "::") {
                if (std::find(consuming.begin(), consuming.end(), method) != consuming.end())
                    return Usage::consumes;
                if (std::find(mutating.begin(), mutating.end(), method) != mutating.end())
                    usage = Usage::mutates;
                continue;
            }
            auto op = s.at(field + 1);
            if (one_of(op, {"=", "+=", "-=", "*=", "/="}))
                usage = Usage::mutates;
            continue;
        }
        if (before == "&" || after == "[")
            continue;
        if (before == "mut" || one_of(after, {"=", "+=", "-=", "*=", "/="})) {
            usage = Usage::mutates;
            continue;
        }
        Index open = s.enclosing_open(static_cast<std::size_t>(i));
        if (open > 0 && s.at(open - 1) == "!") // println!(.., name)
            continue;
        if (one_of(before, {"==", "!=", "<", ">", "in", "match", "if"}) ||
            one_of(after, {"==", "!=", "<", ">", "<=", ">="}))
            continue;
        return Usage::consumes;
    }
    return usage;
}

std::optional<std::vector<Edit>> borrow_parameter(const RuleContext& context, const Declared& function,
                                                  std::size_t index, bool mutably) {
    const Item& item = *function.item;
    if (index >= item.parameters.size())
        return std::nullopt;
    const auto& p = item.parameters[index];
    if (p.is_self || p.type.empty() || is_ref(p.type_text))
        return std::nullopt;
    const Source& s = function.tree->source();
    std::vector<Edit> edits;
    std::string written(s.text(p.type));
    edits.push_back(
        make_edit(function.path, p.type.begin, p.type.end, mutably ? "&mut " + written : borrowed_type(written)));
    if (p.by_mut) { // `mut v: Vec<T>`
        auto text = s.text(p.pattern);
        if (text.starts_with("mut "))
            edits.push_back(make_edit(function.path, p.pattern.begin, p.pattern.begin + 4, {}));
    }
    bool self = !item.parameters.empty() && item.parameters.front().is_self;
    for (const Call& call : calls_of(context, function)) {
        std::size_t argument = self && call.method ? index - 1 : index;
        if (argument >= call.arguments.size() || (self && call.method && index == 0))
            continue;
        auto source = context.sources.source(call.path);
        Range a = call.arguments[argument];
        auto text = source->text(a);
        if (text.starts_with("&"))
            continue;
        std::string mark = mutably ? "&mut " : "&";
        if (text.ends_with(".clone()") && !mutably) { // f(x.clone()) -> f(&x)
            edits.push_back(make_edit(call.path, a.begin, a.begin, mark));
            edits.push_back(make_edit(call.path, a.end - 8, a.end, {}));
            continue;
        }
        if (needs_parentheses(*source, a)) {
            edits.push_back(make_edit(call.path, a.begin, a.begin, mark + "("));
            edits.push_back(make_edit(call.path, a.end, a.end, ")"));
        } else {
            edits.push_back(make_edit(call.path, a.begin, a.begin, mark));
        }
    }
    return edits;
}

} // namespace rustcoder::repair
