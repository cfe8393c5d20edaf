// Token walking shared by the parts of the tree. A cheap view over a Source; every function is total, also on broken
// delimiters. Positions are token indexes; `int` so that "before the first" is -1.
#pragma once

#include "syntax/source.h"

#include <string>
#include <vector>

namespace rustcoder::syntax {

class Scan {
public:
    explicit Scan(const Source& source) : s_(source) {}

    const Source& source() const { return s_; }
    int size() const { return static_cast<int>(s_.tokens().size()); }
    std::string_view at(int i) const { return s_.at(i); }
    bool is(int i, std::string_view text) const { return s_.at(i) == text; }
    bool kind(int i, Kind k) const { return i >= 0 && i < size() && token(i).kind == k; }
    const Token& token(int i) const { return s_.tokens()[static_cast<std::size_t>(i)]; }
    bool is_open(int i) const { return kind(i, Kind::open); }
    bool is_close(int i) const { return kind(i, Kind::close); }
    bool is_literal(int i) const;
    /// An identifier or a keyword that may head a path (self, Self, super, crate).
    bool is_name(int i) const;

    int match(int i) const { return i >= 0 && i < size() ? token(i).match : -1; }
    int parent(int i) const {
        return i >= 0 && i < size() ? static_cast<int>(s_.enclosing_open(static_cast<std::size_t>(i))) : -1;
    }
    /// The token after i, or after its whole group when i opens one.
    int next(int i) const { return is_open(i) && match(i) > i ? match(i) + 1 : i + 1; }
    /// The token before i, or before its whole group when i closes one.
    int previous(int i) const { return is_close(i) && match(i) >= 0 ? match(i) - 1 : i - 1; }
    /// i is at `<`: the index after the matching `>` (`>>` counts twice), or i when there is none before `limit`.
    int skip_angles(int i, int limit) const;
    /// i is at `>` or `>>` ending a generic list: index of the matching `<`, -1 when none.
    int angle_open(int i) const;
    /// First index in [i, limit) at this level whose text is one of `stops` (groups skipped; angles too when `types`).
    int find(int i, int limit, std::initializer_list<std::string_view> stops, bool types = false) const;
    /// Start of a closure's parameter list: i is `|` or `||` in operand position.
    bool is_closure_bar(int i) const;
    /// Index after the parameter list of the closure that starts at i.
    int closure_parameters_end(int i, int limit) const;
    /// Ranges [first, last) of tokens between commas in [i, limit).
    std::vector<std::pair<int, int>> split_commas(int i, int limit, bool types) const;

    enum class Brace { block, match_body, literal, item_body, group };
    /// What the `{` at i is.
    Brace brace(int i) const;
    /// Index of the keyword that heads the `{` at i (`match`, `if`, `fn`, ...), -1 when none.
    int head(int i) const;

    Range range(int first, int last_exclusive) const;
    /// Text with runs of white space and comments collapsed.
    std::string normal(Range r) const;

private:
    const Source& s_;
};

} // namespace rustcoder::syntax
