// E0004 E0005: a match or a `let` does not cover every value. New arms take their body from their siblings where those
// follow a pattern; where they do not, a neutral value is proposed and marked as a change of behaviour.
#include "repair/own_support.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace rustcoder::repair {

namespace {

using Index = std::int64_t;

using base::has;

struct Arm {
    Range pattern, body;
};

std::vector<Arm> arms_of(const Source& s, std::size_t open) {
    std::vector<Arm> out;
    const auto& tokens = s.tokens();
    if (tokens[open].match < 0)
        return out;
    std::size_t close = static_cast<std::size_t>(tokens[open].match), first = open + 1;
    for (std::size_t i = open + 1; i < close; ++i) {
        if (tokens[i].kind == Kind::open && tokens[i].match >= 0) {
            i = static_cast<std::size_t>(tokens[i].match);
            continue;
        }
        if (s.text(tokens[i]) != "=>" || i + 1 >= close)
            continue;
        std::size_t last = i + 1;
        bool block = s.text(tokens[last]) == "{";
        while (last < close && s.text(tokens[last]) != ",") {
            last = tokens[last].kind == Kind::open && tokens[last].match >= 0
                       ? static_cast<std::size_t>(tokens[last].match) + 1
                       : last + 1;
            if (block)
                break;
        }
        out.push_back({{tokens[first].begin, tokens[i - 1].end}, {tokens[i + 1].begin, tokens[last - 1].end}});
        if (last < close && s.text(tokens[last]) == ",")
            ++last;
        first = last;
        i = last - 1;
    }
    return out;
}

std::string last_segment(std::string_view pattern) {
    std::string name;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (base::is_ident_start(pattern[i])) {
            std::size_t begin = i;
            while (i < pattern.size() && base::is_ident(pattern[i]))
                ++i;
            name = pattern.substr(begin, i - begin);
            if (!pattern.substr(i).starts_with("::"))
                break;
            ++i;
        }
    }
    return name;
}

std::string lower(std::string s) {
    std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return s;
}

std::string operator_of(const std::string& name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> table = {{{"add", "+"},
                                                                                             {"plus", "+"},
                                                                                             {"sum", "+"},
                                                                                             {"addition", "+"},
                                                                                             {"sub", "-"},
                                                                                             {"subtract", "-"},
                                                                                             {"minus", "-"},
                                                                                             {"subtraction", "-"},
                                                                                             {"mul", "*"},
                                                                                             {"multiply", "*"},
                                                                                             {"times", "*"},
                                                                                             {"multiplication", "*"},
                                                                                             {"div", "/"},
                                                                                             {"divide", "/"},
                                                                                             {"division", "/"},
                                                                                             {"rem", "%"}}};
    for (auto [word, op] : table)
        if (lower(name) == word)
            return std::string(op);
    return {};
}

/// A sibling's body carried over to another variant: its operator, or its name inside a string.
std::string by_analogy(const Source& s, const Arm& arm, const std::string& missing) {
    std::string from = last_segment(s.text(arm.pattern)), body(s.text(arm.body));
    if (from.empty() || missing.empty())
        return {};
    if (auto a = operator_of(from), b = operator_of(missing); !a.empty() && !b.empty()) {
        auto at = body.find(" " + a + " ");
        if (at != std::string::npos && body.find(" " + a + " ", at + 1) == std::string::npos)
            return body.substr(0, at + 1) + b + body.substr(at + 1 + a.size());
    }
    for (int form = 0; form < 2; ++form) {
        std::string x = form ? lower(from) : from, y = form ? lower(missing) : missing;
        auto quoted = body.find("\"" + x + "\"");
        if (quoted != std::string::npos)
            return body.substr(0, quoted + 1) + y + body.substr(quoted + 1 + x.size());
    }
    return {};
}

/// A value of the kind the siblings have, "" when they differ or are unknown.
std::string neutral(const Source& s, const std::vector<Arm>& arms) {
    std::string result;
    for (const Arm& arm : arms) {
        auto text = base::trim(s.text(arm.body));
        std::size_t i = s.token_at(arm.body.begin);
        std::string kind;
        if (text.starts_with("Some(") || text == "None")
            kind = "None";
        else if (text.starts_with("println!") || text.starts_with("print!") || text == "()" || text == "{}" ||
                 text.starts_with("eprintln!") ||
                 (text.starts_with("{") && (has(text, "print") || text.ends_with("; }") || text.ends_with(";\n}"))))
            kind = "{}";
        else if (text == "true" || text == "false")
            kind = "false";
        else if (text.ends_with(".to_string()") || text.starts_with("String::") || text.starts_with("format!"))
            kind = "String::new()";
        else if (s.tokens()[i].kind == Kind::string && s.tokens()[i].end == arm.body.end)
            kind = "\"\"";
        else if (s.tokens()[i].kind == Kind::integer && s.tokens()[i].end == arm.body.end)
            kind = "0";
        else if (s.tokens()[i].kind == Kind::floating && s.tokens()[i].end == arm.body.end)
            kind = "0.0";
        else if (text.starts_with("return ") || text.starts_with("break") || text.starts_with("continue") ||
                 text.starts_with("panic!"))
            continue;
        else
            return {};
        if (!result.empty() && result != kind)
            return {};
        result = kind;
    }
    return result;
}

void missing_arms(Site& site) {
    const Source& s = site.s();
    auto patterns = backticked(site.d.message);
    std::size_t open = s.token_at(site.at().end);
    while (open < s.tokens().size() && s.text(s.tokens()[open]) != "{")
        ++open;
    if (patterns.empty() || open >= s.tokens().size() || s.tokens()[open].match < 0)
        return;
    auto arms = arms_of(s, open);
    const auto& close = s.tokens()[static_cast<std::size_t>(s.tokens()[open].match)];
    // the note spells every pattern when the message shortens the list
    for (const Child& child : site.d.children)
        for (const Span& span : child.spans)
            if (has(span.label, "not covered"))
                (void)span;
    bool shortened = has(site.d.message, " more not covered");
    for (auto& p : patterns) { // the enum's path as the siblings write it
        if (!arms.empty() && p.find("::") == std::string::npos)
            continue;
        while (p.starts_with("&"))
            p.erase(0, 1);
    }
    bool multiline = s.line_of(s.tokens()[open].begin) != s.line_of(close.begin);
    std::string pad =
        multiline ? (arms.empty() ? indent_at(s, close.begin) + "    " : indent_at(s, arms.front().pattern.begin)) : "";
    bool comma = arms.empty() || s.at(static_cast<Index>(s.token_at(close.begin)) - 1) == "," ||
                 s.text(arms.back().body).starts_with("{");
    auto write = [&](const std::vector<std::pair<std::string, std::string>>& added) {
        std::string text = comma ? "" : ",";
        std::vector<Edit> edits;
        for (const auto& [pattern, body] : added)
            text += (multiline ? "\n" + pad : " ") + pattern + " => " + body + ",";
        std::size_t at = arms.empty() ? s.tokens()[open].end : s.tokens()[s.token_at(close.begin) - 1].end;
        if (arms.empty())
            text += multiline ? "" : " ";
        edits.push_back(site.put(at, text));
        return edits;
    };
    // all siblings agree
    bool agree = arms.size() > 1;
    for (const Arm& arm : arms)
        agree = agree && s.text(arm.body) == s.text(arms.front().body);
    auto plain = [&](const std::string& body) {
        std::vector<std::pair<std::string, std::string>> list;
        bool guarded =
            std::any_of(arms.begin(), arms.end(), [&](const Arm& a) { return has(s.text(a.pattern), " if "); });
        bool enumerated = !shortened && !guarded && patterns.size() <= 4 &&
                          std::all_of(patterns.begin(), patterns.end(), [](const auto& p) {
                              return p.find("..=") == std::string::npos && !p.ends_with("_");
                          });
        if (enumerated)
            for (const auto& p : patterns)
                list.emplace_back(p, body);
        else
            list.emplace_back("_", body);
        return list;
    };
    if (agree)
        site.propose(Risk::low, 0.75,
                     "the match did not cover every value; all arms do the same, and so does the new one.",
                     write(plain(site.str(arms.front().body))));
    // each missing variant by analogy
    std::vector<std::pair<std::string, std::string>> analogous;
    for (const auto& p : patterns)
        for (const Arm& arm : arms)
            if (auto body = by_analogy(s, arm, last_segment(p)); !body.empty()) {
                analogous.emplace_back(p, body);
                break;
            }
    if (!shortened && analogous.size() == patterns.size())
        site.propose(Risk::behaviour, 0.6,
                     "the match did not cover every variant; the new arm follows the pattern of its siblings.",
                     write(analogous));
    if (auto body = neutral(s, arms); !body.empty() && !agree)
        site.propose(Risk::behaviour, body == "None" || body == "{}" ? 0.4 : 0.25,
                     "the match did not cover every value; the values left over give a neutral result.",
                     write(plain(body)));
    // the last arm's guard or literal was meant as the rest
    if (!arms.empty() && has(site.text(arms.back().pattern), " if ") && patterns.size() == 1) {
        auto pattern = site.text(arms.back().pattern);
        auto guard = pattern.find(" if ");
        site.propose(Risk::behaviour, 0.45,
                     "the compiler does not see that the conditions cover everything; the last arm is the rest.",
                     {site.cut({arms.back().pattern.begin + guard, arms.back().pattern.end})});
    }
    // unit-like function bodies: the value of the match is not used
    const Item* fn = site.function();
    if (arms.empty() && fn)
        site.propose(Risk::behaviour, 0.3, "the match has no arms; it does nothing for the values named.",
                     write(plain("{}")));
    auto frames = frames_at(s, site.at().begin);
    if (!frames.empty() && neutral(s, arms).empty() && !agree &&
        s.text(frames.front().statement).starts_with("match") && fn && fn->return_type.empty())
        site.propose(Risk::behaviour, 0.2,
                     "nothing uses the result of the match; it does nothing for the values left over.",
                     write(plain("{}")));
    if (fn && !fn->return_type.empty() && neutral(s, arms).empty() && !agree) {
        std::string type = site.str(fn->return_type);
        std::string body = type.starts_with("Option<") ? "None" : default_value(site.context, type);
        bool tail =
            !frames.empty() && without_semicolon(s, frames.front().statement).end == close.end && frames.size() == 1;
        if (!body.empty() && tail)
            site.propose(Risk::behaviour, type.starts_with("Option<") ? 0.35 : 0.15,
                         "the match did not cover every value; the values left over give a neutral result.",
                         write(plain(body)));
    }
}

void refutable_let(Site& site) {
    const Source& s = site.s();
    auto frames = frames_at(s, site.at().begin);
    if (frames.empty())
        return;
    Range statement = frames.front().statement;
    auto text = s.text(statement);
    Range init = initializer_of(s, statement);
    const Item* fn = site.function();
    if (!text.starts_with("let ") || init.empty() || !fn)
        return;
    std::string result = fn->return_type.empty() ? "" : site.str(fn->return_type);
    std::string leave;
    if (loop_between(s, statement.begin, fn->signature.begin))
        leave = "continue";
    else if (result.empty() || result == "()")
        leave = "return";
    else if (result.starts_with("Option<"))
        leave = "return None";
    else if (auto value = default_value(site.context, result); !value.empty())
        leave = "return " + value;
    std::string pattern = site.str(site.at()), inner;
    if ((pattern.starts_with("Some(") || pattern.starts_with("Ok(")) && pattern.ends_with(")"))
        inner = pattern.substr(pattern.find('(') + 1, pattern.size() - pattern.find('(') - 2);
    if (!inner.empty() && ((result.starts_with("Option<") && pattern.starts_with("Some")) ||
                           (has(result, "Result<") && pattern.starts_with("Ok"))))
        site.propose(Risk::low, 0.6, "the pattern does not fit every value; `?` passes the other case on.",
                     {site.swap(site.at(), inner), site.put(init.end, "?")});
    if (!leave.empty())
        site.propose(Risk::behaviour, leave == "return" || leave == "continue" || leave == "return None" ? 0.55 : 0.3,
                     "the pattern does not fit every value; in the other case the function leaves.",
                     {site.put(init.end, " else { " + leave + " }")});
    // if let with the rest of the block
    const auto& open = s.tokens()[frames.front().open];
    if (open.match >= 0) {
        std::size_t end = s.tokens()[static_cast<std::size_t>(open.match)].begin;
        auto statements = statements_of(s, frames.front().open);
        bool value = !statements.empty() && !s.text(statements.back()).ends_with(";") &&
                     !s.text(statements.back()).ends_with("}");
        if (!value && frames.front().index + 1 < statements.size())
            site.propose(Risk::behaviour, 0.35,
                         "the pattern does not fit every value; what follows runs only when it fits.",
                         {site.put(statement.begin, "if "),
                          site.swap({without_semicolon(s, statement).end, statement.end}, " {"),
                          site.put(end, "}\n" + std::string(s.line_indent(s.line_of(end))))});
    }
}

} // namespace

RC_CODE_RULE(missing_arms, "pattern-e0004", "E0004")
RC_CODE_RULE(refutable_let, "pattern-e0005", "E0005")

} // namespace rustcoder::repair
