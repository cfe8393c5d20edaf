// Braces: which one is missing, superfluous or wrong is read off the layout of the whole file, since the compiler only
// notices at the end of it.
#include "repair/rules/lexical.h"

#include <fmt/format.h>

#include <algorithm>

namespace rustcoder::repair::lexical {

namespace {

struct Option {
    Change change;
    double weight = 0;
    std::string why;
    Risk risk = Risk::none;
    int layout = 0;
};

class Braces {
public:
    Braces(const Bench& bench, Ideas& ideas) : b_(bench), ideas_(ideas) {}

    void run() {
        for (std::size_t i : b_.source().unmatched()) {
            int k = static_cast<int>(i);
            if (b_.is(k, "{"))
                missing_close_ = missing_close_ < 0 ? k : missing_close_;
            else if (b_.is(k, "}"))
                missing_open_ = k;
        }
        if (missing_close_ >= 0) {
            close_at_line_ends();
            close_on_line();
            remove("{", missing_close_, b_.size());
        }
        if (missing_open_ >= 0) {
            open_at_line_ends();
            open_on_line();
            remove("}", std::max(0, missing_open_ - 600), missing_open_ + 1);
        }
        if (missing_close_ >= 0 || missing_open_ >= 0)
            judge_best();
        both_braces();
    }

private:
    void option(Change change, double weight, std::string why, Risk risk = Risk::none) {
        Verdict v = b_.nesting(change);
        if (v.unmatched >= b_.unmatched_before())
            return;
        options_.push_back({std::move(change), weight, std::move(why), risk, v.layout});
    }

    int line(int i) const { return static_cast<int>(b_.token(i).line) + 1; }

    /// The `{` that a `}` put before token i would close.
    int closes(int i) const {
        int open = i < b_.size() ? static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(i))) : -1;
        if (i < b_.size())
            return open;
        for (std::size_t u : b_.source().unmatched())
            if (b_.kind(static_cast<int>(u), Kind::open))
                open = static_cast<int>(u);
        return open;
    }

    std::string closing_reason(int open) const {
        return fmt::format("The block opened by `{{` on line {} is never closed; by its indentation it ends here.",
                           line(open));
    }

    void close_at_line_ends() {
        for (int i = missing_close_ + 1; i <= b_.size(); ++i) {
            if (!b_.line_start(i))
                continue;
            int open = closes(i);
            if (open < 0 || !b_.is(open, "{"))
                continue;
            std::string why = closing_reason(open);
            if (b_.valid(i) && one_of(b_.at(i), {"else", ")", "]", ";", ",", ".", "?"})) {
                option({.first = i, .last = i, .text = "}"}, 0, why);
                if (b_.is(i, "else"))
                    continue;
            }
            if (b_.line_start(open + 1) || i - open > 1)
                option({.first = i,
                        .last = i,
                        .text = "}",
                        .own_line = true,
                        .indent = static_cast<int>(b_.token(open).indent)},
                       i == open + 1    ? -2.5
                       : i >= b_.size() ? -0.3
                                        : 0,
                       std::move(why));
        }
    }

    /// `{ a b);`: openers that have text behind them on their line.
    void close_on_line() {
        for (int o = missing_close_; o < b_.size(); ++o) {
            if (!b_.is(o, "{") || b_.line_start(o + 1))
                continue;
            int depth = 0, end = o + 1;
            for (; end < b_.size() && b_.token(end).line == b_.token(o).line; ++end)
                depth += b_.is(end, "{") ? 1 : b_.is(end, "}") ? -1 : 0;
            if (depth < 0)
                continue;
            for (int i = o + 2; i <= end; ++i) {
                double weight =
                    one_of(b_.at(i), {"else", ")", ";", ",", "]", ".", "?"}) || b_.line_start(i) ? -0.3 : -2.5;
                option({.first = i, .last = i, .text = "}", .tight = true}, weight,
                       fmt::format("The `{{` on line {} is never closed; its line ends the braces here.", line(o)));
            }
        }
    }

    void open_at_line_ends() {
        for (int i = 1; i <= missing_open_; ++i) {
            if (!b_.line_start(i) || b_.is(i, "{"))
                continue;
            if (b_.is(i - 1, "{"))
                continue;
            bool deeper = b_.token(i).indent > b_.token(i - 1).indent;
            option({.first = i, .last = i, .text = "{", .tight = true},
                   deeper          ? 0
                   : b_.is(i, "}") ? -0.7
                                   : -1.5,
                   fmt::format("Line {} starts a block but has no `{{`, so the `}}` that closes it has no partner.",
                               line(i - 1)));
        }
    }

    /// A header whose block lost both braces: the indented lines below it are the block.
    void both_braces() {
        int head = b_.error();
        if (!b_.valid(head) || head == 0 || !b_.line_start(head) || b_.kind(head - 1, Kind::open) ||
            b_.token(head).indent <= b_.token(head - 1).indent)
            return;
        std::uint32_t indent = b_.token(head - 1).indent;
        int end = head;
        while (end < b_.size() && !(b_.line_start(end) && b_.token(end).indent <= indent))
            ++end;
        project::Edit open = b_.edit({.first = head, .last = head, .text = "{", .tight = true});
        project::Edit close =
            b_.edit({.first = end, .last = end, .text = "}", .own_line = true, .indent = static_cast<int>(indent)});
        ideas_.consider_text(
            {open, close}, -0.7, "lexical-brace",
            fmt::format("The lines below line {} are its block, but both braces are missing.", line(head - 1)));
    }

    /// `Foo a: 1 }`, `if x return }`.
    void open_on_line() {
        for (int c = 0; c <= missing_open_; ++c) {
            if (!b_.is(c, "}"))
                continue;
            int begin = c, depth = 0;
            while (begin > 0 && b_.token(begin - 1).line == b_.token(c).line) {
                --begin;
                depth += b_.is(begin, "}") ? 1 : b_.is(begin, "{") ? -1 : 0;
            }
            if (depth < 0)
                continue;
            bool only_closers = begin == c;
            if (only_closers)
                continue;
            for (int i = begin + 1; i <= c; ++i)
                option({.first = i, .last = i, .text = "{"}, inline_weight(i),
                       fmt::format("The `}}` on line {} has no partner; the `{{` belongs here.", line(c)));
        }
        // a line whose braces open in the middle: `match x A => {`, `let y = S a: 1,`
        for (int i = 1; i <= missing_open_; ++i) {
            if (b_.line_start(i) || i + 1 >= b_.size() || b_.is(i, "{") || b_.is(i - 1, "{"))
                continue;
            if (b_.kind(i - 1, Kind::ident) && b_.kind(i, Kind::ident))
                option({.first = i, .last = i, .text = "{"}, -1.5,
                       fmt::format("A `{{` is missing on line {}.", line(i)));
        }
    }

    /// `Name {` reads best, then a block behind a closed header; a brace behind another is odd.
    double inline_weight(int i) const {
        std::string_view before = b_.at(i - 1);
        bool type = b_.kind(i - 1, Kind::ident) && before[0] >= 'A' && before[0] <= 'Z';
        if (type || one_of(before, {"::", "else", "=>", "loop", "Self", "unsafe", "move"}))
            return -0.3;
        if (b_.is(i - 1, "{") || b_.is(i, "{"))
            return -3.0;
        return one_of(before, {"(", ",", "=", "&", "|"}) ? -1.8 : -0.8;
    }

    void remove(std::string_view brace, int from, int to) {
        for (int i = from; i < to; ++i) {
            if (!b_.is(i, brace))
                continue;
            bool doubled = (b_.is(i - 1, brace) && !b_.line_start(i)) || (b_.is(i + 1, brace) && !b_.line_start(i + 1));
            bool alone = b_.line_start(i) && b_.line_start(i + 1);
            option({.first = i, .last = i + 1, .text = ""},
                   doubled ? 0.9
                   : alone ? -1.0
                           : -1.6,
                   fmt::format("The `{}` on line {} has no partner and is one too many.", brace, line(i)), Risk::none);
        }
    }

    void judge_best() {
        std::stable_sort(options_.begin(), options_.end(), [](const Option& a, const Option& b) {
            return 0.6 * a.layout - a.weight < 0.6 * b.layout - b.weight;
        });
        constexpr std::size_t most = 70;
        for (std::size_t i = 0; i < options_.size() && i < most; ++i) {
            const Option& o = options_[i];
            ideas_.consider(o.change, o.weight, "lexical-brace", [&] { return o.why; }, o.risk);
        }
    }

    const Bench& b_;
    Ideas& ideas_;
    int missing_close_ = -1; // first unmatched `{`
    int missing_open_ = -1;  // last unmatched `}`
    std::vector<Option> options_;
};

} // namespace

void braces(const Bench& bench, int, const toolchain::Diagnostic&, Ideas& ideas) {
    Braces(bench, ideas).run();
}

} // namespace rustcoder::repair::lexical
