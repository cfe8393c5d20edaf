#include "syntax/grammar.h"

#include "syntax/grammar_parser.h"
#include "syntax/lexer.h"

namespace rustcoder::syntax {

std::vector<Lexeme> lexemes(const Source& source) {
    std::vector<Lexeme> out;
    out.reserve(source.tokens().size());
    for (const Token& t : source.tokens())
        out.push_back({t.kind, t.unterminated, source.text(t)});
    return out;
}

Lexeme lexeme(std::string_view text) {
    Lexed lexed = lex(text);
    if (lexed.tokens.empty())
        return {};
    const Token& t = lexed.tokens.front();
    return {t.kind, t.unterminated, text.substr(t.begin, t.end - t.begin)};
}

Reading read_file(const std::vector<Lexeme>& lexemes, std::size_t from) {
    return Grammar(lexemes).file(from);
}

std::vector<std::size_t> item_starts(const std::vector<Lexeme>& lexemes) {
    std::vector<std::size_t> starts;
    Grammar(lexemes).file(0, &starts);
    return starts;
}

namespace {

bool sound_suffix(const Lexeme& t) {
    std::string_view s = t.text;
    std::size_t i = 0;
    if (s.starts_with("0x")) {
        i = std::min(s.find_first_not_of("0123456789abcdefABCDEF_", 2), s.size());
    } else {
        if (s.starts_with("0b") || s.starts_with("0o"))
            i = 2;
        i = std::min(s.find_first_not_of("0123456789_.", i), s.size());
        if (i < s.size() && (s[i] == 'e' || s[i] == 'E'))
            i = std::min(s.find_first_not_of("0123456789_+-", i + 1), s.size());
    }
    static constexpr std::string_view suffixes[] = {"",    "u8",  "u16", "u32",  "u64",   "u128", "usize", "i8",
                                                    "i16", "i32", "i64", "i128", "isize", "f32",  "f64"};
    return std::find(std::begin(suffixes), std::end(suffixes), s.substr(i)) != std::end(suffixes);
}

/// A token that rustc's lexer refuses.
bool sound(const Lexeme& t) {
    if (t.unterminated || t.kind == Kind::unknown)
        return false;
    if (t.kind == Kind::integer || t.kind == Kind::floating)
        return sound_suffix(t);
    if (t.kind == Kind::string)
        return t.text.back() == '"' || t.text.back() == '#';
    if (t.kind != Kind::character)
        return true;
    if (t.text.size() < 3 || t.text.back() != '\'')
        return false;
    if (t.text[1] == '\\')
        return t.text.size() == 4 || t.text[2] == 'x' || t.text[2] == 'u';
    return code_point_at(t.text, 1).length + 2 == t.text.size();
}

} // namespace

bool Grammar::is_path_word(std::size_t n) const {
    if (is_ident(n))
        return true;
    std::string_view s = n == 0 ? cur() : ahead(n);
    return s == "self" || s == "Self" || s == "super" || s == "crate";
}

bool Grammar::is_literal(std::size_t n) const {
    if (i_ + n >= t_.size())
        return false;
    return syntax::is_literal(kind(n)) || t_[i_ + n].text == "true" || t_[i_ + n].text == "false";
}

bool Grammar::token_tree() {
    if (at_end() || kind() == Kind::close)
        return fail();
    if (kind() != Kind::open) {
        bump();
        return true;
    }
    Deeper deeper(depth_);
    if (depth_ > max_depth)
        return fail();
    std::string_view close = cur() == "(" ? ")" : cur() == "[" ? "]" : "}";
    bump();
    while (!at_end() && kind() != Kind::close)
        if (!token_tree())
            return false;
    return need(close);
}

Reading Grammar::file(std::size_t from, std::vector<std::size_t>* starts) {
    std::size_t unsound = from;
    while (unsound < t_.size() && sound(t_[unsound]))
        ++unsound;
    i_ = error_ = from;
    bool ok = from > 0 || inner_attributes();
    while (ok && !at_end()) {
        if (starts)
            starts->push_back(i_);
        ok = item(Place::file);
    }
    if (ok && unsound == t_.size())
        return {true, t_.size()};
    return {false, std::min(ok ? t_.size() : error_, unsound)};
}

bool Grammar::attributes(bool inner) {
    while (!at_end()) {
        if (kind() == Kind::doc && (cur().starts_with("//!") || cur().starts_with("/*!")) == inner) {
            bump();
        } else if (is("#") && ahead(inner ? 2 : 1) == "[" && (!inner || ahead(1) == "!")) {
            bump();
            if (inner)
                bump();
            if (!token_tree())
                return false;
        } else {
            break;
        }
    }
    return true;
}

bool Grammar::visibility() {
    if (!eat("pub"))
        return true;
    if (is("(") &&
        (ahead(1) == "in" || ((ahead(1) == "crate" || ahead(1) == "self" || ahead(1) == "super") && ahead(2) == ")")))
        return token_tree();
    return true;
}

bool Grammar::starts_item() const {
    std::string_view s = cur(), n = ahead(1);
    if (is_any({"use", "fn", "struct", "enum", "static", "mod", "impl", "trait", "type", "extern", "pub"}))
        return true;
    if (s == "unsafe")
        return n == "fn" || n == "impl" || n == "trait" || n == "extern";
    if (s == "async")
        return n == "fn" || n == "unsafe";
    if (s == "const")
        return n != "{" && n != "|" && n != "||" && n != "move" && n != "async";
    if (s == "union")
        return is_ident(1) && (ahead(2) == "{" || ahead(2) == "<" || ahead(2) == "where");
    return s == "macro_rules" && n == "!" && is_ident(2);
}

bool Grammar::item(Place place) {
    Deeper deeper(depth_);
    if (depth_ > max_depth || !outer_attributes())
        return fail();
    if (place == Place::file && eat(";")) // an error of rustc's with its own advice
        return fail();
    if (!visibility())
        return false;
    if (is("default") && kind(1) == Kind::keyword)
        bump();
    std::size_t k = 0;
    while (ahead(k) == "const" || ahead(k) == "async" || ahead(k) == "unsafe" || ahead(k) == "safe" ||
           ahead(k) == "auto" || (ahead(k) == "extern" && kind(k + 1) == Kind::string) ||
           (k > 0 && kind(k) == Kind::string) || (ahead(k) == "extern" && ahead(k + 1) == "fn"))
        ++k;
    std::string_view key = ahead(k);
    if (key == "fn" || (k > 0 && (key == "impl" || key == "trait")) ||
        (key == "{" && ahead(k - 1 < k ? k - 1 : 0) == "extern")) {
        for (; k > 0; --k)
            bump();
    } else {
        key = cur();
    }
    if (key == "fn")
        return function(place);
    if (key == "type")
        return type_alias(place);
    if (key == "const" || key == "static")
        return constant(place);
    if (place == Place::file || place == Place::block) {
        if (key == "use")
            return bump(), use_tree() && need(";");
        if (key == "mod") {
            bump();
            return ident() && (eat(";") || body_of(Place::file));
        }
        if (key == "struct" || (key == "union" && is_ident(1)))
            return structure();
        if (key == "enum")
            return enumeration();
        if (key == "trait")
            return trait();
        if (key == "impl")
            return implementation();
        if (key == "extern" || (key == "unsafe" && ahead(1) == "extern")) {
            eat("unsafe");
            bump();
            if (eat("crate")) {
                if (!(ident() || eat("self")) || (eat("as") && !(eat("_") || ident())))
                    return fail();
                return need(";");
            }
            if (kind() == Kind::string && !at_end())
                bump();
            return body_of(Place::external);
        }
    }
    return macro_item();
}

bool Grammar::macro_item() {
    eat("::");
    if (!is_path_word())
        return fail();
    bump();
    while (is("::") && is_path_word(1)) {
        bump();
        bump();
    }
    if (!need("!"))
        return false;
    if (is_ident())
        bump();
    if (kind() != Kind::open || at_end())
        return fail();
    bool braces = is("{");
    return token_tree() && (braces || need(";"));
}

bool Grammar::use_tree() {
    eat("::");
    for (;;) {
        if (eat("*"))
            return true;
        if (eat("{")) {
            while (!is("}")) {
                if (!use_tree())
                    return false;
                if (!eat(","))
                    break;
            }
            return need("}");
        }
        if (!is_path_word())
            return fail();
        bump();
        if (eat("as"))
            return eat("_") || ident();
        if (!eat("::"))
            return true;
    }
}

bool Grammar::function(Place place) {
    bump();
    if (!ident() || !generics() || !is("("))
        return fail();
    if (!parameters(false))
        return false;
    if (eat("->") && !type())
        return false;
    if (!where_clause())
        return false;
    if (is("{"))
        return block();
    if (place == Place::trait || place == Place::external)
        return need(";");
    return fail();
}

bool Grammar::parameters(bool types_only) {
    if (!need("("))
        return false;
    bool first = true;
    while (!is(")")) {
        if (!outer_attributes())
            return false;
        std::size_t k = 0;
        if (ahead(k) == "&")
            ++k;
        if (k && kind(k) == Kind::lifetime)
            ++k;
        if (ahead(k) == "mut")
            ++k;
        if (eat("...")) {
            ;
        } else if (first && !types_only && ahead(k) == "self" && ahead(k + 1) != "::") {
            for (; k > 0; --k)
                bump();
            bump();
            if (eat(":") && !type())
                return false;
        } else if (types_only) {
            if ((is_ident() || is("_")) && ahead(1) == ":") {
                bump();
                bump();
            }
            if (!type())
                return false;
        } else if (!pattern_no_alternatives() || !need(":") || !(eat("...") || type())) {
            return false;
        }
        first = false;
        if (!eat(","))
            break;
    }
    return need(")");
}

bool Grammar::generics() {
    if (!is("<"))
        return true;
    bump();
    while (!cur().starts_with(">")) {
        if (!outer_attributes())
            return false;
        if (kind() == Kind::lifetime && !at_end()) {
            bump();
            if (eat(":") && !bounds())
                return false;
        } else if (eat("const")) {
            if (!ident() || !need(":") || !type())
                return false;
            if (eat("=") && !(is("{") ? block() : (eat("-"), is_literal() || is_ident() ? (bump(), true) : fail())))
                return false;
        } else {
            if (!ident() || (eat(":") && !bounds()) || (eat("=") && !type()))
                return false;
        }
        if (!eat(","))
            break;
    }
    return need_split('>');
}

bool Grammar::where_clause() {
    if (!eat("where"))
        return true;
    while (!is_any({"{", ";", "="}) && !at_end()) {
        if (kind() == Kind::lifetime) {
            bump();
            if (!need(":") || !bounds())
                return false;
        } else if (!for_lifetimes() || !type(false) || !need(":") || !bounds()) {
            return false;
        }
        if (!eat(","))
            break;
    }
    return true;
}

bool Grammar::record_fields() {
    if (!need("{"))
        return false;
    while (!is("}")) {
        if (!outer_attributes() || !visibility() || !ident() || !need(":") || !type())
            return false;
        if (!eat(","))
            break;
    }
    return need("}");
}

bool Grammar::tuple_fields() {
    if (!need("("))
        return false;
    while (!is(")")) {
        if (!outer_attributes() || !visibility() || !type())
            return false;
        if (!eat(","))
            break;
    }
    return need(")");
}

bool Grammar::structure() {
    bump();
    if (!ident() || !generics())
        return false;
    if (is("("))
        return tuple_fields() && where_clause() && need(";");
    if (!where_clause())
        return false;
    return is("{") ? record_fields() : need(";");
}

bool Grammar::enumeration() {
    bump();
    if (!ident() || !generics() || !where_clause() || !need("{"))
        return false;
    while (!is("}")) {
        if (!outer_attributes() || !visibility() || !ident())
            return false;
        if ((is("(") && !tuple_fields()) || (is("{") && !record_fields()))
            return false;
        if (eat("=") && !expression({}))
            return false;
        if (!eat(","))
            break;
    }
    return need("}");
}

bool Grammar::constant(Place place) {
    bool is_static = cur() == "static";
    bump();
    if (is_static)
        eat("mut");
    if (!eat("_") && !ident())
        return false;
    if (!need(":") || !type())
        return false;
    if (is(";") && (place == Place::trait || place == Place::external))
        return bump(), true;
    return need("=") && expression({}) && need(";");
}

bool Grammar::type_alias(Place place) {
    bump();
    if (!ident() || !generics() || (eat(":") && !bounds()) || !where_clause())
        return false;
    if (is(";") && (place == Place::trait || place == Place::external))
        return bump(), true;
    return need("=") && type() && where_clause() && need(";");
}

bool Grammar::body_of(Place place) {
    if (!need("{") || !inner_attributes())
        return false;
    while (!at_end() && !is("}"))
        if (!item(place))
            return false;
    return need("}");
}

bool Grammar::trait() {
    bump();
    if (!ident() || !generics() || (eat(":") && !bounds()))
        return false;
    if (eat("="))
        return bounds() && where_clause() && need(";");
    return where_clause() && body_of(Place::trait);
}

bool Grammar::implementation() {
    bump();
    if (is("<") && ahead(1) != "<" && !generics())
        return false;
    eat("const");
    eat("!");
    if (!type())
        return false;
    if (eat("for") && !type())
        return false;
    return where_clause() && body_of(Place::impl);
}

} // namespace rustcoder::syntax
