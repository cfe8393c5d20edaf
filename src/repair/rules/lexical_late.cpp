// Slips of the pen that still parse, so that the compiler reports them later: words of other languages, a lost `|`,
// `else`, `let` or `loop`, and `=!` for `!=`.
#include "repair/rules/lexical.h"

#include "repair/rule_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace rustcoder::repair {

namespace {

using lexical::one_of;

struct Word {
    std::string_view wrong, right;
    double prior;
};
constexpr Word values[] = {{"null", "None", 0.9},    {"nil", "None", 0.9},     {"NULL", "None", 0.9},
                           {"nullptr", "None", 0.9}, {"none", "None", 0.9},    {"undefined", "None", 0.6},
                           {"Null", "None", 0.9},    {"True", "true", 0.95},   {"False", "false", 0.95},
                           {"TRUE", "true", 0.95},   {"FALSE", "false", 0.95}, {"this", "self", 0.9},
                           {"Self", "self", 0.4}};
constexpr Word printers[] = {{"printf", "println", 0.85}, {"puts", "println", 0.8},      {"echo", "println", 0.8},
                             {"cout", "println", 0.2},    {"printLine", "println", 0.9}, {"writeln", "println", 0.2},
                             {"log", "println", 0.3},     {"fprintf", "eprintln", 0.3},  {"sprintf", "format", 0.85},
                             {"raise", "panic", 0.4},     {"throw", "panic", 0.4},       {"Println", "println", 0.9},
                             {"printLn", "println", 0.9}};
constexpr Word types[] = {
    {"string", "String", 0.9},  {"str", "String", 0.3},    {"int", "i32", 0.85},       {"Int", "i32", 0.8},
    {"integer", "i32", 0.8},    {"Integer", "i32", 0.8},   {"long", "i64", 0.85},      {"short", "i16", 0.8},
    {"uint", "u32", 0.85},      {"unsigned", "u32", 0.7},  {"byte", "u8", 0.85},       {"float", "f64", 0.6},
    {"Float", "f64", 0.6},      {"double", "f64", 0.9},    {"Double", "f64", 0.9},     {"boolean", "bool", 0.95},
    {"Boolean", "bool", 0.95},  {"Bool", "bool", 0.95},    {"size_t", "usize", 0.9},   {"void", "()", 0.8},
    {"List", "Vec", 0.6},       {"ArrayList", "Vec", 0.7}, {"vector", "Vec", 0.8},     {"Vector", "Vec", 0.8},
    {"list", "Vec", 0.5},       {"Array", "Vec", 0.5},     {"vec", "Vec", 0.85},       {"Str", "String", 0.5},
    {"character", "char", 0.8}, {"Char", "char", 0.9},     {"Character", "char", 0.8}, {"Optional", "Option", 0.85},
    {"Maybe", "Option", 0.8},   {"option", "Option", 0.9}, {"result", "Result", 0.9},  {"Dictionary", "HashMap", 0.5},
    {"Map", "HashMap", 0.5},    {"usize_t", "usize", 0.8}, {"Usize", "usize", 0.9},    {"I32", "i32", 0.9},
    {"U32", "u32", 0.9},        {"F64", "f64", 0.9},       {"i3", "i32", 0.5},         {"number", "i32", 0.4}};

class AlienWords final : public Rule {
public:
    std::string_view name() const override { return "lexical-alien"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0412", "E0425", "E0433", "E0423"}) && d.primary();
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        const auto i = static_cast<std::int64_t>(place->token());
        std::string word(s.at(i));
        bool type = context.diagnostic.mentions("type") || one_of(s.at(i - 1), {":", "->", "<", "&"});
        for (const Word& w : type ? std::span<const Word>(types) : std::span<const Word>(values))
            if (w.wrong == word)
                out.edit(name(), place->path, place->begin, place->end, std::string(w.right), Risk::low, w.prior,
                         fmt::format("`{}` is not Rust's name for this; `{}` is.", word, w.right));
        for (const Word& w : printers) {
            if (w.wrong != word || s.at(i + 1) != "(")
                continue;
            out.edit(name(), place->path, place->begin, place->end, std::string(w.right) + "!", Risk::low, w.prior,
                     fmt::format("Rust has no function `{}`; the macro `{}!` does this.", word, w.right));
            if (word == "printf")
                out.edit(name(), place->path, place->begin, place->end, "print!", Risk::low, 0.3,
                         "Rust has no function `printf`; the macro `print!` does this.");
        }
        console(*place, out);
    }

private:
    /// console.log(x), System.out.println(x), std::cout is left alone.
    void console(const Place& place, Proposals& out) const {
        const Source& s = *place.source;
        const auto i = static_cast<std::int64_t>(place.token());
        std::int64_t open = -1;
        if (s.at(i) == "console" && s.at(i + 1) == "." && s.at(i + 3) == "(")
            open = i + 3;
        else if (s.at(i) == "System" && s.at(i + 2) == "out" && s.at(i + 5) == "(")
            open = i + 5;
        else if (s.at(i) == "fmt" && s.at(i + 2) == "Println" && s.at(i + 3) == "(")
            open = i + 3;
        if (open < 0)
            return;
        bool text = s.tokens()[static_cast<std::size_t>(open) + 1].kind == Kind::string;
        out.edit(name(), place.path, place.begin, s.tokens()[static_cast<std::size_t>(open)].end,
                 text ? "println!(" : "println!(\"{}\", ", Risk::low, 0.85, "Rust prints with the macro `println!`.");
    }
};

/// A closure that lost its first bar: `map(x| x + 1)`.
class LostBar final : public Rule {
public:
    std::string_view name() const override { return "lexical-closure-bar"; }
    bool applies(const toolchain::Diagnostic& d) const override { return code_is(d, {"E0425"}) && d.primary(); }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        const auto i = static_cast<std::int64_t>(place->token());
        // forwards to the remaining bar over what a pattern may hold, backwards to the start of the argument
        std::int64_t bar = i + 1;
        while (bar < i + 12 && one_of(s.at(bar), {",", ")", "(", "&", "mut", "_", ":"}))
            bar += s.at(bar) == "," || s.at(bar) == "(" ? 2 : 1;
        if (s.at(bar) != "|")
            return;
        for (std::int64_t k = i; k > i - 10 && k > 0; --k) {
            std::string_view before = s.at(k - 1);
            if (one_of(before, {";", "{", "}", "|"}))
                return;
            if (before != "(" && before != "," && before != "=" && before != "move")
                continue;
            // `(a, b)|`: the parenthesis may belong to the pattern
            auto open = s.enclosing_open(static_cast<std::size_t>(bar));
            if (before == "(" && open != k - 1)
                continue;
            const auto& t = s.tokens()[static_cast<std::size_t>(k)];
            out.insert(
                name(), place->path, t.begin, "|", Risk::none, before == "(" || before == "=" ? 0.85 : 0.5,
                fmt::format("The parameters of a closure stand between two bars; the first one before `{}` is missing.",
                            s.text(t)));
            if (before != ",")
                return;
        }
    }
};

/// `if c { a } { b }`.
class LostElse final : public Rule {
public:
    std::string_view name() const override { return "lexical-else"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0308", "E0317", "E0381", "E0282"}) && d.primary();
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        const Item* function = place->tree->function_at(place->begin);
        const Range around = function ? function->body : Range{0, s.text().size()};
        const auto& tokens = s.tokens();
        for (std::size_t i = s.token_at(around.begin); i + 1 < tokens.size() && tokens[i].begin < around.end; ++i) {
            if (s.text(tokens[i]) != "}" || tokens[i].match < 0)
                continue;
            std::string_view next = s.text(tokens[i + 1]);
            bool near = tokens[i + 1].line == tokens[i].line;
            if (!(next == "{" || (next == "if" && near)) || !headed_by_if(s, tokens[i].match))
                continue;
            out.insert(name(), place->path, tokens[i + 1].begin, "else ", Risk::none, near ? 0.85 : 0.4,
                       "A block follows the block of an `if`; an `else` between them is missing.");
        }
    }

private:
    static bool headed_by_if(const Source& s, std::int64_t open) {
        for (std::int64_t k = open - 1; k >= 0;) {
            std::string_view t = s.at(k);
            if (t == "if")
                return true;
            if (one_of(t, {";", "{", "}", "=>"}))
                return false;
            const auto& token = s.tokens()[static_cast<std::size_t>(k)];
            k = token.kind == Kind::close && token.match >= 0 ? token.match - 1 : k - 1;
        }
        return false;
    }
};

/// `a =! b` reads as an assignment of `!b`.
class LooseOperator final : public Rule {
public:
    std::string_view name() const override { return "lexical-operator"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0308", "E0600", "E0070", "E0384", "E0594"}) && d.primary();
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        const std::size_t first = s.token_at(s.line_begin(s.line_of(place->begin))),
                          last = s.token_at(s.line_end(s.line_of(place->begin)));
        for (std::size_t i = first; i + 1 < s.tokens().size() && i <= last; ++i) {
            const auto &a = s.tokens()[i], &b = s.tokens()[i + 1];
            if (a.end != b.begin || s.text(a) != "=")
                continue;
            if (s.text(b) == "!")
                out.edit(name(), place->path, a.begin, b.end, "!=", Risk::low, 0.85,
                         "`=!` assigns a negated value; the comparison is `!=`.");
            if (s.text(b) == "-" || s.text(b) == "*")
                out.edit(name(), place->path, a.begin, b.end, std::string(s.text(b)) + "=", Risk::behaviour, 0.15,
                         fmt::format("`={0}` is an assignment; `{0}=` may have been meant.", s.text(b)));
        }
    }
};

/// A statement `pattern = value;` whose names do not exist yet.
class LostLet final : public Rule {
public:
    std::string_view name() const override { return "lexical-let"; }
    bool applies(const toolchain::Diagnostic& d) const override {
        return code_is(d, {"E0425", "E0070"}) && d.primary();
    }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        std::string word(s.at(static_cast<std::int64_t>(place->token())));
        // the statement that would declare the name: here, or an earlier one in this function
        const Item* function = place->tree->function_at(place->begin);
        if (!function || function->body.empty())
            return;
        std::set<std::size_t> seen;
        for (std::size_t i = s.token_at(function->body.begin);
             i < s.tokens().size() && s.tokens()[i].begin <= place->begin; ++i) {
            if (s.text(s.tokens()[i]) != word)
                continue;
            Range statement = place->tree->statement_at(s.tokens()[i].begin);
            if (statement.empty() || !seen.insert(statement.begin).second)
                continue;
            declare(*place, *function, statement, word, out);
        }
    }

private:
    void declare(const Place& place, const Item& function, Range statement, const std::string& word,
                 Proposals& out) const {
        const Source& s = *place.source;
        std::size_t first = s.token_at(statement.begin);
        std::string_view head = s.text(s.tokens()[first]);
        if (one_of(head, {"let", "if", "for", "while", "match", "return", "loop", "fn", "use", "const", "*"}))
            return;
        std::size_t equals = first;
        bool inside = false;
        for (; equals < s.tokens().size() && s.tokens()[equals].begin < statement.end; ++equals) {
            std::string_view t = s.text(s.tokens()[equals]);
            if (t == word)
                inside = true;
            if (t == "=" && s.enclosing_open(equals) == s.enclosing_open(first))
                break;
            if (one_of(t, {";", ".", "[", "+=", "!"}))
                return;
        }
        if (equals >= s.tokens().size() || s.text(s.tokens()[equals]) != "=" || !inside)
            return;
        bool plain = equals == first + 1;
        bool changes = plain && changed_later(s, function, statement.end, word);
        std::string why =
            fmt::format("`{}` is used here for the first time; a new variable is declared with `let`.", word);
        out.insert(name(), place.path, statement.begin, changes ? "let mut " : "let ", Risk::low, 0.8, why);
        if (plain)
            out.insert(name(), place.path, statement.begin, changes ? "let " : "let mut ", Risk::low, 0.12, why);
    }

    /// The name is assigned, borrowed mutably or given a method of that kind further down.
    static bool changed_later(const Source& s, const Item& function, std::size_t from, const std::string& word) {
        for (std::size_t i = s.token_at(from); i + 1 < s.tokens().size() && s.tokens()[i].begin < function.body.end;
             ++i) {
            if (s.text(s.tokens()[i]) != word)
                continue;
            auto k = static_cast<std::int64_t>(i);
            if (s.at(k - 1) == "mut" && s.at(k - 2) == "&")
                return true;
            if (one_of(s.at(k + 1), {"=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>="}) &&
                s.at(k - 1) != "." && s.at(k - 1) != "let")
                return true;
            if (s.at(k + 1) == "." &&
                one_of(s.at(k + 2),
                       {"push",     "push_str", "insert",      "pop",           "remove",    "clear",      "extend",
                        "sort",     "sort_by",  "sort_by_key", "sort_unstable", "reverse",   "iter_mut",   "entry",
                        "append",   "truncate", "dedup",       "retain",        "push_back", "push_front", "pop_front",
                        "pop_back", "next",     "drain",       "swap",          "get_mut"}))
                return true;
        }
        return false;
    }
};

/// `break` in a block whose `loop` got lost.
class LostLoop final : public Rule {
public:
    std::string_view name() const override { return "lexical-loop"; }
    bool applies(const toolchain::Diagnostic& d) const override { return code_is(d, {"E0268"}) && d.primary(); }
    void propose(const RuleContext& context, Proposals& out) const override {
        auto place = primary_place(context);
        if (!place)
            return;
        const Source& s = *place->source;
        for (auto open = s.enclosing_open(place->token()); open > 0;
             open = s.enclosing_open(static_cast<std::size_t>(open))) {
            if (s.at(open) != "{" || !one_of(s.at(open - 1), {";", "}", "{", "=", "=>"}))
                continue;
            out.insert(name(), place->path, s.tokens()[static_cast<std::size_t>(open)].begin, "loop ", Risk::low, 0.8,
                       "`break` and `continue` need a loop around them; the block here lacks its `loop`.");
        }
    }
};

RC_REGISTER_RULE(AlienWords)
RC_REGISTER_RULE(LostBar)
RC_REGISTER_RULE(LostElse)
RC_REGISTER_RULE(LooseOperator)
RC_REGISTER_RULE(LostLet)
RC_REGISTER_RULE(LostLoop)

} // namespace

} // namespace rustcoder::repair
