// Parentheses and square brackets: missing, superfluous, or of the wrong kind.
#include "repair/rules/lexical_parallel.h"

#include <fmt/format.h>

#include <algorithm>

namespace rustcoder::repair::lexical {

namespace {

constexpr int reach = 140; // tokens looked at from the odd delimiter

std::string_view partner(std::string_view s) {
    return s == "(" ? ")" : s == ")" ? "(" : s == "[" ? "]" : s == "]" ? "[" : s == "{" ? "}" : "{";
}

class Parentheses {
public:
    Parentheses(const Bench& bench, Ideas& ideas) : b_(bench), ideas_(ideas), parallels_(bench) {}

    void run() {
        int looked = 0;
        for (std::size_t u : b_.source().unmatched()) {
            int i = static_cast<int>(u);
            if (++looked > 6)
                return;
            if (b_.kind(i, Kind::open)) {
                wrong_opener(i);
                if (!b_.is(i, "{")) {
                    missing_closer(i);
                    remove(i, std::min(i + 30, b_.size()));
                }
            } else {
                wrong_closer(i);
                if (!b_.is(i, "}")) {
                    missing_opener(i);
                    remove(std::max(0, i - 30), i + 1, i);
                }
            }
        }
    }

private:
    int line(int i) const { return static_cast<int>(b_.token(i).line) + 1; }

    void missing_closer(int open) {
        std::string close(partner(b_.at(open)));
        int end = std::min(open + reach, b_.size());
        // A statement that starts on a line of its own, no deeper than the opener's line, is out of reach.
        for (int i = open + 1; i < end; ++i)
            if (b_.line_start(i) && b_.token(i).indent <= b_.token(open).indent && b_.kind(i, Kind::keyword) &&
                one_of(b_.at(i), {"let", "fn", "pub", "impl", "struct", "enum", "use", "mod", "trait", "return", "for",
                                  "while", "match"})) {
                end = i;
                break;
            }
        for (int i = open + 1; i <= end; ++i) {
            if (b_.is(i, close) && !b_.line_start(i))
                continue; // the same text as behind it
            ideas_.consider({.first = i, .last = i, .text = close, .tight = true},
                            closer_weight(open, i) + parallels_.closer(open, i), "lexical-paren", [&] {
                                return fmt::format("The `{}` on line {} is never closed; a `{}` is missing here.",
                                                   b_.at(open), line(open), close);
                            });
        }
    }

    double closer_weight(int open, int i) const {
        std::string_view before = b_.at(i - 1), after = b_.at(i);
        double w;
        if (after == ";" || after == "=>")
            w = 0;
        else if (after == "{" || after == "->" || after == "else")
            w = -0.1;
        else if (one_of(after, {")", "]", "}"}))
            w = -0.3;
        else if (after == "=" || after == "?")
            w = -0.4;
        else if (after == ".")
            w = b_.line_start(i) ? -0.3 : -0.9;
        else if (after == ",")
            w = -0.7;
        else if (one_of(after, {"==", "!=", "<", ">", "<=", ">=", "&&", "||", "as", "in", ".."}))
            w = -0.9;
        else if (b_.kind(i, Kind::punct))
            w = -1.3;
        else
            w = b_.line_start(i) ? -0.8 : -3.0;
        if (b_.line_start(i))
            w += 0.3;
        if (i == open + 1) // nothing inside
            w -= b_.kind(open - 1, Kind::ident) && b_.is(open - 2, ".") ? 0.2 : 0.8;
        if (before == ",")
            w -= b_.line_start(i) ? 0.2 : 2.0;
        if (one_of(before, {"(", "[", "{"}) && i != open + 1)
            w -= 0.5;
        return w;
    }

    void missing_opener(int close) {
        std::string open(partner(b_.at(close)));
        for (int i = close; i > std::max(0, close - reach); --i) {
            std::string_view before = b_.at(i - 1), after = b_.at(i);
            double w = -2.5;
            bool name = b_.kind(i - 1, Kind::ident) || before == "Self" || before == "self";
            if (open == "(" && (name || before == ">"))
                w = b_.spaced(i) ? -0.4 : 0;
            else if (before == "!")
                w = 0;
            else if (open == "(" &&
                     one_of(before, {"if", "while", "match", "=",  "return", "&",  "*", "!", "-",   "+", "(",
                                     ",",  "&&",    "||",    "==", "in",     "=>", "{", ";", "for", "|"}))
                w = -1.2;
            else if (open == "[" && one_of(before, {"=", "&", "(", ",", ":", "#", "vec", "mut", "in", "<", "->"}))
                w = before == "#" ? 0.3 : -0.2;
            else if (open == "[" && name)
                w = after == "(" ? -3.0 : -0.2;
            if (i == close || one_of(after, {")", "]", "}"})) {
                bool method = name && one_of(b_.at(i - 2), {".", "::"});
                w -= open == "[" ? 2.5 : method ? 0.3 : 1.5;
            }
            if (after == "." || after == ";" || after == ",")
                w -= 1.5;
            if (after == open)
                w -= 3.0;
            if (b_.line_start(i))
                w -= 1.0;
            w += parallels_.opener(i, close) - 0.01 * (close - i);
            ideas_.consider({.first = i, .last = i, .text = open, .tight = name || before == "!"}, w, "lexical-paren",
                            [&] {
                                return fmt::format("The `{}` on line {} has no partner; a `{}` is missing here.",
                                                   b_.at(close), line(close), open);
                            });
        }
    }

    /// Delimiters of the odd one's kind around it, one of which may be too many.
    void remove(int from, int to, int odd = -1) {
        std::string_view text = b_.at(odd >= 0 ? odd : from);
        for (int i = from; i < to; ++i) {
            if (b_.at(i) != text)
                continue;
            bool doubled = (b_.at(i - 1) == text || b_.at(i + 1) == text) && !b_.line_start(i + 1);
            double w = doubled ? 0.1 : i == odd ? -1.4 : -2.0;
            if (doubled && b_.kind(i, Kind::open))
                w += superfluous(b_.at(i + 1) == text ? i + 1 : i) ? 0.9 : -0.8;
            else if (doubled)
                w += 0.5;
            ideas_.consider({.first = i, .last = i + 1, .text = ""}, w, "lexical-paren", [&] {
                return fmt::format("The `{}` on line {} has no partner and is one too many.", text, line(i));
            });
        }
    }

    /// The group opened at i would do without the delimiter in front of it: no tuple, and the end follows it.
    bool superfluous(int i) const {
        int close = b_.match(i);
        if (close < 0)
            return true;
        for (int k = i + 1; k < close; k = b_.kind(k, Kind::open) && b_.match(k) > k ? b_.match(k) + 1 : k + 1)
            if (b_.is(k, ","))
                return !one_of(b_.at(i), {"("});
        int end = close + 1; // of the calls on its value
        while (one_of(b_.at(end), {".", "?"}))
            for (end += b_.is(end, ".") ? 2 : 1; b_.is(end, "(") && b_.match(end) > end;)
                end = b_.match(end) + 1;
        return one_of(b_.at(end), {";", ",", ")", "]", "}", "{"}) || b_.line_start(end);
    }

    void wrong_closer(int close) {
        int open = static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(close)));
        for (int tries = 0; open >= 0 && tries < 3; ++tries) {
            if (b_.match(open) < 0 || tries == 0) {
                std::string text(partner(b_.at(open)));
                if (text != b_.at(close))
                    ideas_.consider({.first = close, .last = close + 1, .text = text}, 0.2, "lexical-paren", [&] {
                        return fmt::format("`{}` on line {} cannot close the `{}` on line {}; `{}` does.", b_.at(close),
                                           line(close), b_.at(open), line(open), text);
                    });
            }
            open = static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(open)));
        }
    }

    void wrong_opener(int open) {
        // The closer that went to the delimiter around it.
        int outer = static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(open)));
        if (int close = b_.match(outer); close > open) {
            std::string text(partner(b_.at(open)));
            if (text != b_.at(close))
                ideas_.consider({.first = close, .last = close + 1, .text = text}, 0.2, "lexical-paren", [&] {
                    return fmt::format("`{}` on line {} cannot close the `{}` on line {}; `{}` does.", b_.at(close),
                                       line(close), b_.at(open), line(open), text);
                });
        }
        for (std::size_t u : b_.source().unmatched()) {
            int close = static_cast<int>(u);
            if (close <= open || !b_.kind(close, Kind::close) || close - open > 400)
                continue;
            std::string text(partner(b_.at(close)));
            ideas_.consider({.first = open, .last = open + 1, .text = text}, -0.3, "lexical-paren", [&] {
                return fmt::format("`{}` on line {} is closed by `{}`; `{}` was meant.", b_.at(open), line(open),
                                   b_.at(close), text);
            });
            return;
        }
    }

    const Bench& b_;
    Ideas& ideas_;
    Parallels parallels_;
};

} // namespace

void parentheses(const Bench& bench, int, const toolchain::Diagnostic&, Ideas& ideas) {
    Parentheses(bench, ideas).run();
}

} // namespace rustcoder::repair::lexical
