// How a value of one type becomes a value of another, as source text around the expression.
#pragma once

#include "repair/rule_support.h"

namespace rustcoder::repair {

struct Conversion {
    std::string before, after; // text put in front of and behind the expression
    bool tight = false;        // the expression needs parentheses unless it is a postfix expression
    Risk risk = Risk::low;
    double prior = 0.5;
    std::string why;
    std::size_t drop = 0; // so many bytes at the end of the expression give way to `after`
};

/// `text` is the expression as written (literals are judged by it). Types are clean_type()d.
std::vector<Conversion> conversions(std::string_view expected, std::string_view found, std::string_view text);

} // namespace rustcoder::repair
