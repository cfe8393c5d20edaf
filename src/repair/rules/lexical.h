// Shared ground of the lexical rules: one broken file with what is known about it, and a way to judge thousands of
// small edits without the compiler (does it read further? does the layout agree with the nesting?).
#pragma once

#include "base/text.h"
#include "repair/rule.h"
#include "syntax/grammar.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace rustcoder::repair::lexical {

using syntax::Kind;
using syntax::Lexeme;
using syntax::Range;
using syntax::Source;
using syntax::Token;

/// Replaces tokens [first, last) by the tokens of `text`. first == last inserts before `first`.
struct Change {
    int first = 0, last = 0;
    std::string text;
    bool own_line = false; // the text stands on a line of its own after the previous token
    int indent = -1;       // column of that line
    bool tight = false;    // inserted right behind the previous token, else right before the next one
};

struct Verdict {
    bool reads = false; // the whole file reads
    int error = 0;      // else: where reading stops, as an index of the original tokens
    int layout = 0;     // disagreements between indentation and nesting
    int unmatched = 0;  // delimiters without partner
};

class Bench {
public:
    Bench(std::string path, std::shared_ptr<const Source> source);

    const std::string& path() const { return path_; }
    const Source& source() const { return *source_; }
    int size() const { return static_cast<int>(lexemes_.size()); }
    std::string_view at(int i) const { return source_->at(i); }
    bool is(int i, std::string_view s) const { return source_->at(i) == s; }
    const Token& token(int i) const { return source_->tokens()[static_cast<std::size_t>(i)]; }
    bool kind(int i, Kind k) const { return i >= 0 && i < size() && token(i).kind == k; }
    bool valid(int i) const { return i >= 0 && i < size(); }
    int match(int i) const { return valid(i) ? token(i).match : -1; }
    bool line_start(int i) const { return !valid(i) || token(i).first_on_line; }
    /// White space or a line end between tokens i - 1 and i.
    bool spaced(int i) const { return !valid(i) || !valid(i - 1) || token(i).begin > token(i - 1).end; }

    const syntax::Reading& before() const { return before_; }
    int error() const { return static_cast<int>(before_.error); } // may be size()
    int layout_before() const { return layout_before_; }
    int unmatched_before() const { return static_cast<int>(source_->unmatched().size()); }

    Verdict judge(const Change& change) const;
    /// Only nesting and layout, not the grammar.
    Verdict nesting(const Change& change) const;
    project::Edit edit(const Change& change) const;
    /// For text on a line of its own: a line there that holds nothing but its indentation.
    std::optional<std::size_t> blank_line(const Change& change) const;
    /// Blanks between tokens i - 1 and i when nothing else is between them, 0 otherwise.
    int blanks_before(int i) const;
    /// Columns of one indentation step.
    int unit() const { return unit_; }
    /// First token of the statement, arm or item that contains token i, going back at most one block.
    int statement_start(int i) const;

private:
    struct Placed {
        Lexeme lexeme;
        int line = 0, indent = 0;
        bool first_on_line = false;
    };
    std::vector<Placed> apply(const Change& change) const;
    void layout(const std::vector<Placed>& tokens, Verdict& v) const;

    std::string path_;
    std::shared_ptr<const Source> source_;
    std::vector<Lexeme> lexemes_;
    std::vector<std::size_t> starts_;
    syntax::Reading before_;
    int unit_ = 4;
    int layout_before_ = 0;
};

/// An edit with a score in nats; scores of one pool are comparable.
struct Idea {
    std::vector<project::Edit> edits;
    double score = 0;
    std::string rule, why;
    Risk risk = Risk::none;
    bool reads = false;
};

class Ideas {
public:
    explicit Ideas(const Bench& bench) : bench_(bench) {}
    /// Judges the change and keeps it unless it makes things no better. `weight`: log prior of this kind of edit.
    void consider(const Change& change, double weight, std::string_view rule, const std::function<std::string()>& why,
                  Risk risk = Risk::none);
    /// The same for byte edits (literals, comments), relexed.
    void consider_text(std::vector<project::Edit> edits, double weight, std::string_view rule, std::string why,
                       Risk risk = Risk::none);
    /// Without judging.
    void keep(Idea idea) { list_.push_back(std::move(idea)); }
    /// Turns scores into priors and hands them over.
    void emit(Proposals& out) const;
    bool any_reads() const;

private:
    double outcome(const Verdict& v, const Change& change, bool& reads, bool& better) const;
    const Bench& bench_;
    std::vector<Idea> list_;
};

// The families. `place`: token at which the compiler stopped, -1 when it names none in this file.
void braces(const Bench& bench, int place, const toolchain::Diagnostic& d, Ideas& ideas);
void parentheses(const Bench& bench, int place, const toolchain::Diagnostic& d, Ideas& ideas);
void tokens(const Bench& bench, int place, const toolchain::Diagnostic& d, Ideas& ideas);
void keywords(const Bench& bench, int place, const toolchain::Diagnostic& d, Ideas& ideas);
void literals(const Bench& bench, int place, const toolchain::Diagnostic& d, Ideas& ideas);

using base::one_of;

} // namespace rustcoder::repair::lexical
