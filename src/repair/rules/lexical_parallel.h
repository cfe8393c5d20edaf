// Which of several places for a lost delimiter makes code like the rest of the file: all of them may compile, and only
// the author's habits tell `f(n) - g(n)` from `f(n - g(n))`.
#pragma once

#include "repair/rules/lexical.h"

namespace rustcoder::repair::lexical {

class Parallels {
public:
    explicit Parallels(const Bench& bench) : b_(bench) {}

    /// In nats, how much better than elsewhere a closer in front of token i is. `open`: what it closes.
    double closer(int open, int i) const;
    /// The same for an opener in front of token i whose closer is token `close`.
    double opener(int i, int close) const;
    /// The delimiter that a closer in front of token i would close: the innermost one of the text that is open there.
    int closed_by(std::string_view text, int open, int i) const;

private:
    double alike(int a, int a_end, int b, int b_end) const;
    double repeated(int open, int i) const;
    double mirrored(int open, int i) const;
    double as_declared(int open, int i) const;
    double useful(int first, int last, int before, int after) const;
    int head(int open) const;
    bool called(int open) const;

    const Bench& b_;
};

} // namespace rustcoder::repair::lexical
