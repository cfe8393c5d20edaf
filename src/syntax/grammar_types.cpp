#include "syntax/grammar_parser.h"

namespace rustcoder::syntax {

bool Grammar::for_lifetimes() {
    if (is("for") && ahead(1) == "<") {
        bump();
        return generics();
    }
    return true;
}

bool Grammar::type(bool plus) {
    Deeper deeper(depth_);
    if (depth_ > max_depth || at_end())
        return fail();
    if (is("(")) {
        bump();
        while (!is(")")) {
            if (!type())
                return false;
            if (!eat(","))
                break;
        }
        return need(")");
    }
    if (eat("!") || eat("_"))
        return true;
    if (eat("*"))
        return (eat("const") || eat("mut") || fail()) && type(false);
    if (cur().starts_with("&") && !is("&=")) {
        while (eat_split('&')) {
            if (kind() == Kind::lifetime && !at_end())
                bump();
            eat("mut");
        }
        return type(false);
    }
    if (eat("[")) {
        if (!type())
            return false;
        if (eat(";") && !expression({}))
            return false;
        return need("]");
    }
    if (is("impl") || (is("dyn") && ahead(1) != "::")) {
        bump();
        return plus ? bounds() : bound();
    }
    if (!for_lifetimes())
        return false;
    if (is_any({"fn", "unsafe", "extern"}))
        return function_type();
    if (kind() == Kind::lifetime)
        return bounds();
    return type_path() && (!plus || !eat("+") || bounds()); // `A + B` without dyn is not the parser's business
}

bool Grammar::function_type() {
    eat("unsafe");
    if (eat("extern") && kind() == Kind::string)
        bump();
    return need("fn") && parameters(true) && (!eat("->") || type(false));
}

bool Grammar::bounds() {
    for (;;) {
        if (!(kind() == Kind::lifetime ||
              is_any({"?", "~", "(", "for", "<", "::", "use", "async", "const", "[", "dyn"}) || is_path_word()) ||
            at_end())
            return true; // may be empty, may end with `+`
        if (!bound())
            return false;
        if (!eat("+"))
            return true;
    }
}

bool Grammar::bound() {
    if (at_end())
        return fail();
    if (kind() == Kind::lifetime) {
        bump();
        return true;
    }
    if (is("(")) {
        bump();
        return bound() && need(")");
    }
    if (eat("use"))
        return generic_arguments();
    if (eat("~"))
        eat("const");
    else if (is("[") && ahead(1) == "const") // [const] Trait
        return token_tree() && bound();
    else
        eat("async") || eat("const");
    eat("?");
    return for_lifetimes() && type_path();
}

bool Grammar::type_path() {
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
        if (is("!") && kind(1) == Kind::open) { // a macro as a type
            bump();
            return token_tree();
        }
        if (is("::") && (ahead(1) == "<" || ahead(1) == "<<"))
            bump();
        if ((is("<") || is("<<")) && !generic_arguments())
            return false;
        if (is("(")) { // Fn(A) -> B
            if (!parameters(true) || (eat("->") && !type(false)))
                return false;
        }
        if (!is("::") || !is_path_word(1))
            return true;
        bump();
    }
}

bool Grammar::generic_arguments() {
    if (!eat_split('<'))
        return fail();
    while (!cur().starts_with(">")) {
        if (!generic_argument())
            return false;
        if (!eat(","))
            break;
    }
    return need_split('>');
}

bool Grammar::generic_argument() {
    if (at_end())
        return fail();
    if (kind() == Kind::lifetime) {
        bump();
        return true;
    }
    if (is("-") || is_literal()) {
        eat("-");
        return is_literal() ? (bump(), true) : fail();
    }
    if (is("{"))
        return block();
    if (is_ident() && ahead(1) == "=") {
        bump();
        bump();
        return is_literal() ? (bump(), true) : is("{") ? block() : type();
    }
    if (is_ident() && ahead(1) == ":") {
        bump();
        bump();
        return bounds();
    }
    if (!type())
        return false;
    if (eat("=")) // Item<'a> = T
        return type();
    return !eat(":") || bounds();
}

// ---- patterns ---------------------------------------------------------------------------------------------------

bool Grammar::pattern() {
    eat("|");
    do {
        if (!pattern_no_alternatives())
            return false;
    } while (eat("|"));
    return true;
}

bool Grammar::pattern_list(std::string_view close) {
    bump();
    while (!is(close)) {
        if (!outer_attributes() || !pattern())
            return false;
        if (!eat(","))
            break;
    }
    return need(close);
}

bool Grammar::pattern_fields() {
    bump();
    while (!is("}")) {
        if (!outer_attributes())
            return false;
        if (eat(".."))
            break;
        if ((is_ident() || kind() == Kind::integer) && ahead(1) == ":") {
            bump();
            bump();
            if (!pattern())
                return false;
        } else {
            eat("ref");
            eat("mut");
            if (!ident())
                return false;
        }
        if (!eat(","))
            break;
    }
    return need("}");
}

/// After `..=` or `..`: a literal or path may follow.
bool Grammar::range_end() {
    if (is("-") || is_literal()) {
        eat("-");
        return is_literal() ? (bump(), true) : fail();
    }
    if (is_path_word() || is("::") || is("<")) {
        bool block_like = false;
        return path_expression({.no_struct = true}, block_like);
    }
    return true;
}

bool Grammar::pattern_no_alternatives() {
    Deeper deeper(depth_);
    if (depth_ > max_depth || at_end())
        return fail();
    if (eat("_"))
        return true;
    if (is("..") || is("..=")) {
        bump();
        return range_end();
    }
    if (cur().starts_with("&") && !is("&=")) {
        while (eat_split('&'))
            ;
        eat("mut");
        return pattern_no_alternatives();
    }
    if (is("("))
        return pattern_list(")");
    if (is("["))
        return pattern_list("]");
    if (is("-") || is_literal()) {
        eat("-");
        if (!is_literal())
            return fail();
        bump();
        if (is("..=") || is("..") || is("...")) {
            bump();
            return range_end();
        }
        return true;
    }
    if (is("ref") || is("mut")) {
        eat("ref");
        eat("mut");
        if (!eat("self") && !ident())
            return false;
        return !eat("@") || pattern_no_alternatives();
    }
    if (is("const") && ahead(1) == "{") {
        bump();
        return block();
    }
    if (is_ident() && ahead(1) == "@") {
        bump();
        bump();
        return pattern_no_alternatives();
    }
    if (!is_path_word() && !is("::") && !is("<"))
        return fail();
    if (is_ident() && ahead(1) == "!" && kind(2) == Kind::open) {
        bump();
        bump();
        return token_tree();
    }
    bool block_like = false;
    if (is_ident() && ahead(1) != "::")
        bump();
    else if (!path_expression({.no_struct = true}, block_like))
        return false;
    if (is("("))
        return pattern_list(")");
    if (is("{"))
        return pattern_fields();
    if (is("..=") || is("..") || is("...")) {
        bump();
        return range_end();
    }
    return true;
}

} // namespace rustcoder::syntax
