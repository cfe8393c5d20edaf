// The recursive-descent recogniser behind grammar.h. Every function returns false when the input does not fit; the
// furthest place where that happened is the error.
#pragma once

#include "syntax/grammar.h"

#include <algorithm>
#include <initializer_list>

namespace rustcoder::syntax {

class Grammar {
public:
    explicit Grammar(const std::vector<Lexeme>& lexemes) : t_(lexemes) {}
    Reading file(std::size_t from = 0, std::vector<std::size_t>* starts = nullptr);

private:
    enum class Place { file, trait, impl, external, block };
    struct Restriction {
        bool no_struct = false; // conditions and scrutinees
        bool let = false;       // `let` allowed: if/while conditions, guards
        bool no_lazy = false;   // the scrutinee of a `let` condition ends before && and ||
        bool statement = false; // block-like expressions end here
    };

    // ---- tokens
    std::string_view cur() const { return i_ < t_.size() ? t_[i_].text.substr(off_) : std::string_view(); }
    std::string_view ahead(std::size_t n) const { return i_ + n < t_.size() ? t_[i_ + n].text : std::string_view(); }
    Kind kind(std::size_t n = 0) const { return i_ + n < t_.size() ? t_[i_ + n].kind : Kind::unknown; }
    bool at_end() const { return i_ >= t_.size(); }
    bool is(std::string_view s) const { return !at_end() && cur() == s; }
    bool is_any(std::initializer_list<std::string_view> list) const {
        return !at_end() && std::find(list.begin(), list.end(), cur()) != list.end();
    }
    void bump() {
        ++i_;
        off_ = 0;
    }
    bool fail() {
        error_ = std::max(error_, i_);
        return false;
    }
    bool eat(std::string_view s) {
        if (!is(s))
            return false;
        bump();
        return true;
    }
    bool need(std::string_view s) { return eat(s) || fail(); }
    /// Takes one character off a longer operator: `>` of `>>`, `&` of `&&`, `|` of `||`, `<` of `<<`.
    bool eat_split(char c) {
        std::string_view s = cur();
        if (s.empty() || kind() != Kind::punct || s[0] != c)
            return false;
        if (s.size() == 1)
            bump();
        else
            ++off_;
        return true;
    }
    bool need_split(char c) { return eat_split(c) || fail(); }
    bool ident() { return kind() == Kind::ident && !at_end() ? (bump(), true) : fail(); }
    bool is_ident(std::size_t n = 0) const { return i_ + n < t_.size() && kind(n) == Kind::ident; }
    bool is_path_word(std::size_t n = 0) const;
    bool is_literal(std::size_t n = 0) const;
    bool token_tree();

    // ---- items (grammar.cpp)
    bool attributes(bool inner);
    bool outer_attributes() { return attributes(false); }
    bool inner_attributes() { return attributes(true); }
    bool visibility();
    bool starts_item() const;
    bool item(Place place);
    bool use_tree();
    bool function(Place place);
    bool parameters(bool types_only);
    bool generics();
    bool where_clause();
    bool structure();
    bool enumeration();
    bool record_fields();
    bool tuple_fields();
    bool constant(Place place);
    bool type_alias(Place place);
    bool trait();
    bool implementation();
    bool body_of(Place place);
    bool macro_item();

    // ---- types and patterns (grammar_types.cpp)
    bool type(bool plus = true);
    bool function_type();
    bool bounds();
    bool bound();
    bool generic_arguments();
    bool generic_argument();
    bool type_path();
    bool for_lifetimes();
    bool pattern();
    bool pattern_no_alternatives();
    bool pattern_list(std::string_view close);
    bool pattern_fields();
    bool range_end();

    // ---- expressions (grammar_expressions.cpp)
    bool block();
    bool statement(bool& closed);
    bool let_statement();
    bool expression(Restriction r);
    bool unary(Restriction r, bool& block_like);
    bool postfix(Restriction r, bool& block_like);
    bool primary(Restriction r, bool& block_like);
    bool path_expression(Restriction r, bool& block_like);
    bool closure(Restriction r);
    bool condition();
    bool if_expression();
    bool match_expression();
    bool match_arm();
    bool arguments(std::string_view close);
    bool struct_fields();
    bool macro_call();
    bool macro_body(std::string_view name);
    bool starts_expression(Restriction r) const;

    struct Deeper {
        explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
        ~Deeper() { --depth_; }
        int& depth_;
    };
    static constexpr int max_depth = 220;

    const std::vector<Lexeme>& t_;
    std::size_t i_ = 0, off_ = 0, error_ = 0;
    int depth_ = 0;
};

} // namespace rustcoder::syntax
