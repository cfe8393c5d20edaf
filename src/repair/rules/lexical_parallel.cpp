#include "repair/rules/lexical_parallel.h"

#include <algorithm>

namespace rustcoder::repair::lexical {

namespace {

constexpr int longest_group = 24; // tokens compared; longer ones are never written twice alike
constexpr int tightest = 99;

/// How tightly a binary operator binds; 0 when it is none.
int binding(std::string_view op) {
    if (op == "." || op == "?")
        return tightest;
    if (op == "as")
        return 12;
    if (one_of(op, {"*", "/", "%"}))
        return 11;
    if (one_of(op, {"+", "-"}))
        return 10;
    if (one_of(op, {"<<", ">>"}))
        return 9;
    if (op == "&")
        return 8;
    if (op == "^")
        return 7;
    if (op == "|")
        return 6;
    if (one_of(op, {"==", "!=", "<", ">", "<=", ">="}))
        return 5;
    if (op == "&&")
        return 4;
    if (op == "||")
        return 3;
    return op == ".." || op == "..=" ? 2 : 0;
}

} // namespace

int Parallels::closed_by(std::string_view text, int open, int i) const {
    for (int k = i - 1; k >= open; --k) {
        if (b_.kind(k, Kind::close) && b_.match(k) >= open) {
            k = b_.match(k);
            continue;
        }
        if (b_.kind(k, Kind::open))
            return b_.is(k, text) ? k : -1;
    }
    return -1;
}

/// First token of what is called or indexed by the delimiter: `self.items` of `self.items[`, `g[r]` of `g[r][`.
int Parallels::head(int open) const {
    int k = open;
    while (k > 0) {
        if (b_.kind(k - 1, Kind::close) && b_.match(k - 1) >= 0)
            k = b_.match(k - 1);
        else if (b_.kind(k - 1, Kind::ident) || one_of(b_.at(k - 1), {"self", "Self", "!", "crate", "super"}))
            k -= 1;
        else
            break;
        if (!one_of(b_.at(k - 1), {".", "::"}) && !(b_.kind(k, Kind::open) && k < open) && !b_.is(k, "!"))
            break;
        if (one_of(b_.at(k - 1), {".", "::"}))
            --k;
    }
    return k;
}

bool Parallels::called(int open) const {
    return b_.kind(open - 1, Kind::ident) || b_.is(open - 1, "!") || b_.is(open - 1, "]") || b_.is(open - 1, ">") ||
           b_.is(open - 1, "Self");
}

/// 1 for the same tokens, less when only the kinds agree, 0 when the shapes differ.
double Parallels::alike(int a, int a_end, int b, int b_end) const {
    const int n = a_end - a;
    if (n != b_end - b || n > longest_group)
        return 0;
    if (n == 0)
        return 0.2;
    int same = 0;
    for (int k = 0; k < n; ++k) {
        if (b_.at(a + k) == b_.at(b + k))
            ++same;
        else if (b_.token(a + k).kind != b_.token(b + k).kind ||
                 !(b_.kind(a + k, Kind::ident) || b_.kind(a + k, Kind::integer) || b_.kind(a + k, Kind::floating)))
            return 0;
    }
    if (n == 1) // one name or number is in every second pair of parentheses
        return same == 1 ? (b_.kind(a, Kind::ident) ? 0.6 : 0.3) : 0;
    return 0.5 + 0.5 * same / n;
}

/// The group that would arise stands elsewhere in the file, behind the same or another name.
double Parallels::repeated(int open, int i) const {
    double best = 0;
    const int from = std::max(0, open - 400), to = std::min(b_.size(), i + 400);
    for (int g = from; g < to; ++g) {
        if (g == open || b_.at(g) != b_.at(open) || b_.match(g) < 0 || called(g) != called(open))
            continue;
        if (b_.is(g - 2, "fn"))
            continue; // parameters
        const int end = b_.match(g);
        if (g < open && end > open)
            continue; // around it
        double likeness = alike(open + 1, i, g + 1, end);
        if (likeness == 0)
            continue;
        if (b_.at(g - 1) != b_.at(open - 1))
            likeness *= 0.75;
        likeness *= b_.at(end + 1) == b_.at(i) || b_.token(g).line == b_.token(open).line ? 1.0 : 0.7;
        best = std::max(best, likeness);
    }
    return best;
}

/// `fib(n - 1) + fib(n - 2)`, `cube(n) - square(n)`: behind the operator the same thing is called, or the same is given
/// to another.
double Parallels::mirrored(int open, int i) const {
    if (binding(b_.at(i)) == 0 || b_.is(i, ".") || !called(open))
        return 0;
    const int begin = head(open), n = open - begin + 1;
    int same = 0;
    while (same < n && b_.at(begin + same) == b_.at(i + 1 + same))
        ++same;
    if (same == n)
        return 1;
    int other = i + 1;
    while (b_.kind(other, Kind::ident) || one_of(b_.at(other), {".", "::", "self"}))
        ++other;
    bool given = other > i + 1 && i > open + 1 && b_.at(other) == b_.at(open) && b_.match(other) - other == i - open;
    for (int k = 1; given && k < i - open; ++k)
        given = b_.at(open + k) == b_.at(other + k);
    return given ? 0.8 : 0;
}

/// `gcd(a, b)` where `fn gcd(a: u64, b: u64)` stands in the file.
double Parallels::as_declared(int open, int i) const {
    if (!b_.is(open, "(") || !b_.kind(open - 1, Kind::ident) || i == open + 1)
        return 0;
    for (int f = 1; f + 1 < b_.size(); ++f) {
        if (!b_.is(f - 1, "fn") || b_.at(f) != b_.at(open - 1))
            continue;
        int parameter = f + 1;
        while (b_.valid(parameter) && !b_.is(parameter, "("))
            ++parameter;
        const int end = b_.match(parameter);
        int argument = open + 1, k = parameter + 1;
        while (k < end && argument < i && b_.at(k) == b_.at(argument) && b_.is(k + 1, ":")) {
            while (k < end && !b_.is(k, ","))
                k = b_.kind(k, Kind::open) && b_.match(k) > k ? b_.match(k) + 1 : k + 1;
            ++k;
            argument += 1;
            if (argument < i && !b_.is(argument++, ","))
                return 0;
        }
        return argument != i || k < end ? 0 : i == open + 2 ? 0.3 : 1; // one alike name alone says little
    }
    return 0;
}

/// Parentheses that change nothing are rarely written: something inside must bind less than what stands next to them.
/// `before`, `after`: the operators outside, as token indexes.
double Parallels::useful(int first, int last, int before, int after) const {
    int loosest = tightest;
    bool list = false, operators = false;
    for (int k = first; k < last; k = b_.kind(k, Kind::open) && b_.match(k) > k ? b_.match(k) + 1 : k + 1) {
        list = list || b_.is(k, ",");
        if (k > first && binding(b_.at(k)) > 0 && !b_.is(k, ".") && !b_.is(k, "?")) {
            operators = true;
            loosest = std::min(loosest, binding(b_.at(k)));
        }
    }
    if (list)
        return 0;
    const std::string_view left = b_.at(before);
    const bool operand_before = b_.kind(before - 1, Kind::ident) || b_.kind(before - 1, Kind::close) ||
                                b_.kind(before - 1, Kind::integer) || b_.kind(before - 1, Kind::floating) ||
                                b_.is(before - 1, "self");
    int tight_left = operand_before ? binding(left) : one_of(left, {"-", "!", "*", "&"}) ? 13 : 0;
    if (tight_left == 10 && left == "-")
        tight_left = 11; // a - (b + c)
    if (tight_left == 11 && left == "/")
        tight_left = 12;
    const int tight_right = binding(b_.at(after));
    if (!operators)
        return last - first <= 1 || tight_right != tightest ? -1.8 : -0.6;
    if (loosest < tight_left || loosest < tight_right)
        return 0.6;
    return one_of(left, {"if", "while", "return", "match"}) ? -0.2 : -1.2;
}

double Parallels::closer(int open, int i) const {
    const int group = closed_by(b_.at(open), open, i);
    if (group < 0)
        return 0;
    double score = 1.6 * repeated(group, i) + 1.8 * mirrored(group, i) + 1.5 * as_declared(group, i);
    if (b_.is(group, "(") && !called(group) && i > group + 1)
        score += useful(group + 1, i, group - 1, i);
    return score;
}

double Parallels::opener(int i, int close) const {
    if (!b_.is(close, ")") || called(i))
        return 0;
    double score = useful(i, close, i - 1, close + 1);
    // As far as the expression goes.
    if (score > 0 && (one_of(b_.at(i - 1), {"=", "(", ",", "return", "{", ";", "=>", "+=", "-="}) || b_.line_start(i)))
        score += 0.5;
    return score;
}

} // namespace rustcoder::repair::lexical
