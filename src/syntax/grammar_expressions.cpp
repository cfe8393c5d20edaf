#include "base/text.h"
#include "syntax/grammar_parser.h"

namespace rustcoder::syntax {

namespace {

using base::one_of;

bool comparison(std::string_view s) {
    return one_of(s, {"==", "!=", "<", ">", "<=", ">="});
}
bool assignment(std::string_view s) {
    return one_of(s, {"=", "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<=", ">>="});
}
bool arithmetic(std::string_view s) {
    return one_of(s, {"+", "-", "*", "/", "%", "^", "&", "|", "<<", ">>"});
}

} // namespace

bool Grammar::block() {
    Deeper deeper(depth_);
    if (depth_ > max_depth || !need("{") || !inner_attributes())
        return fail();
    while (!at_end() && !is("}")) {
        bool closed = false;
        if (!statement(closed))
            return false;
        if (!closed && !is("}"))
            return fail();
    }
    return need("}");
}

/// `closed`: another statement may follow.
bool Grammar::statement(bool& closed) {
    closed = true;
    if (eat(";"))
        return true;
    if (!outer_attributes())
        return false;
    if (is("let"))
        return let_statement();
    if (starts_item())
        return item(Place::block);
    std::size_t begin = i_;
    if (!expression({.statement = true}))
        return false;
    if (eat(";"))
        return true;
    // a block-like expression or a macro call with braces needs no semicolon
    bool braces = i_ > begin && t_[i_ - 1].text == "}";
    bool head = one_of(t_[begin].text, {"if", "match", "for", "while", "loop", "unsafe", "{", "async", "const"}) ||
                t_[begin].kind == Kind::lifetime;
    std::size_t bang = begin + 1;
    while (bang + 1 < t_.size() && t_[bang].text == "::")
        bang += 2;
    bool macro =
        t_[begin].kind == Kind::ident && bang + 1 < t_.size() && t_[bang].text == "!" && t_[bang + 1].text == "{";
    closed = braces && (head || macro);
    return true;
}

bool Grammar::let_statement() {
    bump();
    if (!pattern() || (eat(":") && !type()))
        return false;
    if (eat("=")) {
        if (!expression({}))
            return false;
        if (eat("else") && !block())
            return false;
    }
    return need(";");
}

bool Grammar::starts_expression(Restriction r) const {
    if (at_end() || kind() == Kind::close || kind() == Kind::doc)
        return false;
    if (is("{"))
        return !r.no_struct;
    if (kind() == Kind::open || kind() == Kind::ident || kind() == Kind::lifetime || is_literal())
        return true;
    if (kind() == Kind::keyword)
        return !is_any({"as", "else", "in", "where", "let", "mut", "ref", "fn", "struct", "enum", "impl", "use", "pub",
                        "mod", "trait", "type", "dyn"});
    return is_any({"-", "!", "*", "&", "&&", "|", "||", "..", "..=", "<", "<<", "::", "#"});
}

bool Grammar::expression(Restriction r) {
    Deeper deeper(depth_);
    if (depth_ > max_depth)
        return fail();
    bool compared = false;
    bool statement = r.statement;
    for (;;) {
        if (is("..") || is("..=")) { // prefix range
            bump();
            if (!starts_expression(r))
                return true;
        }
        bool block_like = false;
        Restriction operand = r;
        operand.statement = statement;
        if (!unary(operand, block_like))
            return false;
        if (statement && block_like)
            return true;
        statement = false;
        r.statement = false;
        while (eat("as")) {
            if (!type(false))
                return false;
        }
        std::string_view op = cur();
        if (at_end() || kind() != Kind::punct)
            return true;
        if (op == ".." || op == "..=" || op == "...") {
            if (op == "...")
                return fail();
            bump();
            compared = false;
            if (!starts_expression(r))
                return true;
            continue;
        }
        if ((op == "&&" || op == "||") && r.no_lazy)
            return true;
        if (comparison(op)) {
            if (compared)
                return fail();
            compared = true;
        } else if (op == "&&" || op == "||" || assignment(op)) {
            compared = false;
        } else if (!arithmetic(op)) {
            return true;
        }
        bump();
    }
}

bool Grammar::unary(Restriction r, bool& block_like) {
    Deeper deeper(depth_);
    if (depth_ > max_depth)
        return fail();
    if (is("let")) {
        if (!r.let)
            return fail();
        bump();
        return pattern() && need("=") && expression({.no_struct = r.no_struct, .no_lazy = true});
    }
    bool prefixed = false;
    for (;;) {
        if (is("-") || is("!") || is("*")) {
            bump();
        } else if (is("&") || is("&&")) {
            bump();
            if (is("raw") && (ahead(1) == "const" || (ahead(1) == "mut" && ahead(2) != ")")))
                bump(), bump();
            else
                eat("mut");
        } else {
            break;
        }
        prefixed = true;
    }
    if (prefixed) {
        r.statement = false;
        r.let = false;
    }
    return postfix(r, block_like);
}

bool Grammar::postfix(Restriction r, bool& block_like) {
    if (!primary(r, block_like))
        return false;
    if (block_like && r.statement && !is(".") && !is("?"))
        return true;
    for (;;) {
        if (eat("?")) {
            ;
        } else if (is(".")) {
            bump();
            if (kind() == Kind::integer || kind() == Kind::floating || is("await")) {
                bump();
            } else {
                if (!ident())
                    return false;
                if (is("::")) {
                    bump();
                    if (!generic_arguments())
                        return false;
                    if (!is("("))
                        return fail();
                }
            }
        } else if (is("(")) {
            if (block_like && r.statement)
                return true;
            if (!arguments(")"))
                return false;
        } else if (is("[")) {
            if (block_like && r.statement)
                return true;
            bump();
            if (!expression({}) || !need("]"))
                return false;
        } else {
            return true;
        }
        block_like = false;
    }
}

bool Grammar::arguments(std::string_view close) {
    bump();
    while (!is(close)) {
        if (!outer_attributes() || !expression({}))
            return false;
        if (!eat(","))
            break;
    }
    return need(close);
}

bool Grammar::primary(Restriction r, bool& block_like) {
    if (at_end())
        return fail();
    if (!outer_attributes())
        return false;
    if (is_literal()) {
        bump();
        return true;
    }
    if (is("("))
        return arguments(")");
    if (is("[")) {
        bump();
        if (eat("]"))
            return true;
        if (!expression({}))
            return false;
        if (eat(";"))
            return expression({}) && need("]");
        while (eat(",")) {
            if (is("]"))
                break;
            if (!expression({}))
                return false;
        }
        return need("]");
    }
    std::string_view s = cur();
    if (s == "{") {
        block_like = true;
        return block();
    }
    if (s == "if") {
        block_like = true;
        return if_expression();
    }
    if (s == "match") {
        block_like = true;
        return match_expression();
    }
    if ((s == "unsafe" || s == "const") && ahead(1) == "{") {
        block_like = true;
        bump();
        return block();
    }
    if (s == "async" && (ahead(1) == "{" || (ahead(1) == "move" && ahead(2) == "{"))) {
        block_like = r.statement;
        bump();
        eat("move");
        return block();
    }
    if (kind() == Kind::lifetime) {
        bump();
        if (!need(":"))
            return false;
        if (!is_any({"loop", "while", "for", "{"}))
            return fail();
        return primary(r, block_like);
    }
    if (s == "loop") {
        block_like = true;
        bump();
        return block();
    }
    if (s == "while") {
        block_like = true;
        bump();
        return condition() && block();
    }
    if (s == "for" && ahead(1) != "<") {
        block_like = true;
        bump();
        return pattern() && need("in") && expression({.no_struct = true}) && block();
    }
    if (is_any({"|", "||", "move", "static"}) || (s == "async" && one_of(ahead(1), {"move", "|", "||"})) || s == "for")
        return closure(r);
    if (s == "return" || s == "break") {
        bump();
        if (s == "break" && kind() == Kind::lifetime && !at_end())
            bump();
        Restriction operand{.no_struct = r.no_struct};
        return !starts_expression(operand) || expression(operand);
    }
    if (s == "continue") {
        bump();
        if (kind() == Kind::lifetime && !at_end())
            bump();
        return true;
    }
    if (eat("_"))
        return true;
    return path_expression(r, block_like);
}

bool Grammar::closure(Restriction r) {
    if (!for_lifetimes())
        return false;
    eat("static");
    eat("async");
    eat("move");
    if (!eat("||")) {
        if (!need("|"))
            return false;
        while (!is("|")) {
            if (!outer_attributes() || !pattern_no_alternatives() || (eat(":") && !type()))
                return false;
            if (!eat(","))
                break;
        }
        if (!need("|"))
            return false;
    }
    if (eat("->"))
        return type(false) && block();
    return expression({.no_struct = r.no_struct});
}

bool Grammar::condition() {
    return expression({.no_struct = true, .let = true});
}

bool Grammar::if_expression() {
    bump();
    if (!condition() || !block())
        return false;
    if (!eat("else"))
        return true;
    return is("if") ? if_expression() : block();
}

bool Grammar::match_expression() {
    bump();
    if (!expression({.no_struct = true}) || !need("{") || !inner_attributes())
        return false;
    while (!is("}"))
        if (!match_arm())
            return false;
    return need("}");
}

bool Grammar::match_arm() {
    Deeper deeper(depth_);
    if (depth_ > max_depth || !outer_attributes() || !pattern())
        return fail();
    if (eat("if") && !expression({.let = true}))
        return false;
    if (!need("=>"))
        return false;
    std::size_t begin = i_;
    if (!expression({.statement = true}))
        return false;
    if (eat(",") || is("}"))
        return true;
    bool head = begin < t_.size() && (one_of(t_[begin].text, {"{", "if", "match", "for", "while", "loop", "unsafe"}) ||
                                      t_[begin].kind == Kind::lifetime);
    if (head && t_[i_ - 1].text == "}")
        return true;
    return fail();
}

bool Grammar::path_expression(Restriction r, bool& block_like) {
    if (is("<") || is("<<")) {
        eat_split('<');
        if (!type() || (eat("as") && !type_path()) || !need_split('>') || !need("::"))
            return false;
    } else {
        eat("::");
    }
    for (;;) {
        if (!is_path_word())
            return fail();
        bump();
        if (!is("::"))
            break;
        bump();
        if (is("<") || is("<<")) {
            if (!generic_arguments())
                return false;
            if (!eat("::"))
                break;
        }
    }
    if (is("!") && kind(1) == Kind::open && i_ + 1 < t_.size()) {
        bool braces = ahead(1) == "{";
        if (!macro_call())
            return false;
        block_like = braces && r.statement;
        return true;
    }
    if (is("{") && !r.no_struct)
        return struct_fields();
    return true;
}

bool Grammar::struct_fields() {
    bump();
    while (!is("}")) {
        if (!outer_attributes())
            return false;
        if (eat("..")) {
            if (!is("}") && !expression({}))
                return false;
            break;
        }
        if (!is_ident() && kind() != Kind::integer)
            return fail();
        bool shorthand = is_ident();
        bump();
        if (eat(":")) {
            if (!expression({}))
                return false;
        } else if (!shorthand) {
            return fail();
        }
        if (!eat(","))
            break;
    }
    return need("}");
}

bool Grammar::macro_call() {
    std::string_view name = t_[i_ - 1].text;
    bump();
    return macro_body(name);
}

/// At the opening delimiter. The standard macros that take expressions are read; others are opaque.
bool Grammar::macro_body(std::string_view name) {
    bool format = one_of(name, {"println", "print", "eprintln", "eprint", "format"});
    bool expressions =
        format || one_of(name, {"panic", "write", "writeln", "assert", "assert_eq", "assert_ne", "debug_assert",
                                "debug_assert_eq", "debug_assert_ne", "todo", "unimplemented", "unreachable", "dbg"});
    if (name == "vec" && (is("[") || is("("))) {
        std::string_view close = is("[") ? "]" : ")";
        bump();
        if (eat(close))
            return true;
        if (!expression({}))
            return false;
        if (eat(";"))
            return expression({}) && need(close);
        while (eat(","))
            if (!is(close) && !expression({}))
                return false;
        return need(close);
    }
    if (name == "matches" && is("(")) {
        bump();
        if (!expression({}) || !need(",") || !pattern() || (eat("if") && !expression({.let = true})))
            return false;
        eat(",");
        return need(")");
    }
    if (!expressions || is("{"))
        return token_tree();
    std::string_view close = is("(") ? ")" : "]";
    bump();
    bool first = true;
    while (!is(close)) {
        if (first && format && kind() != Kind::string && !(is_ident() && ahead(1) == "!"))
            return fail();
        if (is_ident() && ahead(1) == "=")
            bump(), bump();
        if (!expression({}))
            return false;
        first = false;
        if (!eat(","))
            break;
    }
    return need(close);
}

} // namespace rustcoder::syntax
