#include "repair/rules/lexical.h"

#include "syntax/lexer.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rustcoder::repair::lexical {

namespace {

/// The most frequent first step of indentation below a line that ends with `{`.
int indentation_unit(const Source& source) {
    std::array<int, 9> votes{};
    const auto& tokens = source.tokens();
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (source.at(static_cast<std::int64_t>(i)) != "{" || !tokens[i + 1].first_on_line)
            continue;
        int step = static_cast<int>(tokens[i + 1].indent) - static_cast<int>(tokens[i].indent);
        if (step >= 1 && step <= 8)
            ++votes[static_cast<std::size_t>(step)];
    }
    auto best = std::max_element(votes.begin(), votes.end());
    return *best > 0 ? static_cast<int>(best - votes.begin()) : 4;
}

bool fits(std::string_view open, std::string_view close) {
    return (open == "(" && close == ")") || (open == "[" && close == "]") || (open == "{" && close == "}");
}

} // namespace

Bench::Bench(std::string path, std::shared_ptr<const Source> source)
    : path_(std::move(path)), source_(std::move(source)), lexemes_(syntax::lexemes(*source_)),
      starts_(syntax::item_starts(lexemes_)), before_(syntax::read_file(lexemes_)), unit_(indentation_unit(*source_)) {
    Verdict v;
    layout(apply({}), v);
    layout_before_ = v.layout;
}

std::vector<Bench::Placed> Bench::apply(const Change& c) const {
    std::vector<Placed> out;
    out.reserve(lexemes_.size() + 4);
    auto copy = [&](int from, int to) {
        for (int i = from; i < to; ++i) {
            const Token& t = token(i);
            out.push_back({lexemes_[static_cast<std::size_t>(i)], static_cast<int>(t.line), static_cast<int>(t.indent),
                           t.first_on_line});
        }
    };
    copy(0, c.first);
    syntax::Lexed inserted = syntax::lex(c.text);
    const bool line_head = c.first < size() && token(c.first).first_on_line;
    bool at_head = c.own_line || (line_head && (c.last > c.first || !c.tight));
    int line = c.first < size() ? static_cast<int>(token(c.first).line) : 1 << 30;
    int indent = c.first < size() ? static_cast<int>(token(c.first).indent) : 0;
    if ((c.tight || c.own_line) && c.first > 0) {
        line = static_cast<int>(token(c.first - 1).line);
        indent = static_cast<int>(token(c.first - 1).indent);
    }
    for (const Token& t : inserted.tokens) {
        Placed p{
            {t.kind, t.unterminated, std::string_view(c.text).substr(t.begin, t.end - t.begin)}, line, indent, at_head};
        if (c.own_line) {
            p.line = -2 - c.first; // a line of its own
            p.indent = c.indent;
        }
        at_head = false;
        out.push_back(p);
    }
    bool head_again = line_head && c.last > c.first && inserted.tokens.empty();
    std::size_t next = out.size();
    copy(c.last, size());
    if (next < out.size()) {
        if (head_again)
            out[next].first_on_line = true;
        else if (c.last == c.first && line_head && !c.tight && !c.own_line && !inserted.tokens.empty())
            out[next].first_on_line = false;
    }
    return out;
}

/// Counts lines whose indentation disagrees with their nesting, in the style of rustfmt: a closer that starts a line
/// stands under the line of its opener; what is inside stands deeper; statements of a block stand exactly one step
/// deeper.
void Bench::layout(const std::vector<Placed>& tokens, Verdict& v) const {
    struct Open {
        std::size_t index;
        int line, indent;
        bool last_on_line;
    };
    std::vector<Open> stack;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const Placed& p = tokens[i];
        std::string_view text = p.lexeme.text;
        if (p.lexeme.kind == Kind::close) {
            auto it = std::find_if(stack.rbegin(), stack.rend(),
                                   [&](const Open& o) { return fits(tokens[o.index].lexeme.text, text); });
            if (it == stack.rend()) {
                ++v.unmatched;
                continue;
            }
            auto dropped = std::distance(stack.rbegin(), it);
            v.unmatched += static_cast<int>(dropped);
            stack.resize(stack.size() - static_cast<std::size_t>(dropped));
            const Open o = stack.back();
            stack.pop_back();
            if (o.line == p.line)
                continue;
            if (p.first_on_line)
                v.layout += p.indent != o.indent ? 2 : 0;
            else if (o.last_on_line && i > 0 && tokens[i - 1].lexeme.kind != Kind::close)
                v.layout += 1;
            continue;
        }
        if (p.first_on_line && i > 0) {
            std::string_view before = tokens[i - 1].lexeme.text;
            bool statement = before == "{" || before == ";" || before == "}" || tokens[i - 1].lexeme.kind == Kind::doc;
            bool continued = text == "." || text == "?" || text == "else" ||
                             (p.lexeme.kind == Kind::punct && text != "#" && text != "*" && text != "&" &&
                              text != "|" && text != "-" && text != "..");
            if (stack.empty()) {
                v.layout += statement && !continued && p.indent > 0 ? 1 : 0;
            } else {
                const Open& o = stack.back();
                bool block = tokens[o.index].lexeme.text == "{";
                if (p.indent <= o.indent && o.line != p.line)
                    v.layout += 2;
                else if (block && o.last_on_line && (statement || before == ",") && !continued &&
                         p.indent != o.indent + unit_)
                    v.layout += 1;
            }
        }
        if (p.lexeme.kind == Kind::open) {
            bool last = i + 1 >= tokens.size() || tokens[i + 1].first_on_line;
            stack.push_back({i, p.line, p.indent, last});
        }
    }
    v.unmatched += static_cast<int>(stack.size());
}

Verdict Bench::nesting(const Change& change) const {
    Verdict v;
    layout(apply(change), v);
    return v;
}

Verdict Bench::judge(const Change& change) const {
    std::vector<Placed> placed = apply(change);
    Verdict v;
    layout(placed, v);
    // Items before the edit read as before: start at the last one that begins at or before it.
    std::size_t from = 0;
    auto start =
        std::upper_bound(starts_.begin(), starts_.end(), static_cast<std::size_t>(std::max(change.first - 1, 0)));
    if (start != starts_.begin())
        from = *std::prev(start);
    std::vector<Lexeme> sequence;
    sequence.reserve(placed.size());
    for (const Placed& p : placed)
        sequence.push_back(p.lexeme);
    syntax::Reading r = syntax::read_file(sequence, std::min(from, sequence.size()));
    v.reads = r.ok;
    int inserted = static_cast<int>(placed.size()) - (size() - (change.last - change.first));
    int error = static_cast<int>(r.error);
    if (error >= change.first + inserted)
        error += change.last - change.first - inserted;
    else
        error = std::min(error, change.first);
    v.error = error;
    return v;
}

int Bench::statement_start(int i) const {
    int k = std::min(i, size());
    while (k > 0) {
        std::string_view before = at(k - 1);
        if (one_of(before, {";", "{", "}"}) || kind(k - 1, Kind::doc))
            return k;
        if (before == "]" && match(k - 1) > 0 && is(match(k - 1) - 1, "#"))
            return k;
        k = kind(k - 1, Kind::close) && match(k - 1) >= 0 ? match(k - 1) : k - 1;
    }
    return 0;
}

namespace {

bool word_like(const std::string& s, bool front) {
    if (s.empty())
        return false;
    unsigned char c = static_cast<unsigned char>(front ? s.front() : s.back());
    return std::isalnum(c) || c == '_' || c >= 0x80 || c == '\'' || c == '"';
}

/// Operators that stand between spaces.
bool wants_space(std::string_view s) {
    return one_of(s, {"=", "=>", "->", "==", "!=", "<=", ">=", "&&", "||",   "+", "-",
                      "*", "/",  "%",  "+=", "-=", "in", "{",  "}",  "else", "as"});
}

} // namespace

int Bench::blanks_before(int i) const {
    if (!valid(i) || !valid(i - 1) || token(i).first_on_line)
        return 0;
    std::string_view gap = source_->text(token(i - 1).end, token(i).begin);
    return gap.find_first_not_of(' ') == gap.npos ? static_cast<int>(gap.size()) : 0;
}

std::optional<std::size_t> Bench::blank_line(const Change& c) const {
    if (!c.own_line || c.first <= 0)
        return std::nullopt;
    std::size_t line = source_->line_of(token(c.first - 1).end) + 1;
    std::size_t stop = c.first < size() ? token(c.first).line : source_->line_count();
    for (; line < stop; ++line) {
        std::string_view text = source_->line_text(line);
        if (text.find_first_not_of(' ') == text.npos && !text.empty() && static_cast<int>(text.size()) == c.indent)
            return line;
    }
    return std::nullopt;
}

project::Edit Bench::edit(const Change& c) const {
    project::Edit e;
    e.path = path_;
    const std::string& text = source_->text();
    std::string insert = c.text;
    if (c.last > c.first) {
        e.begin = token(c.first).begin;
        e.end = token(c.last - 1).end;
        char before = e.begin > 0 ? text[e.begin - 1] : '\n', after = e.end < text.size() ? text[e.end] : '\n';
        if (insert.empty()) { // take one of two neighbouring spaces along
            if (before == ' ' && (after == ' ' || after == ';' || after == ',' || after == ')'))
                --e.begin;
            else if (after == ' ' && (line_start(c.first) || before == '('))
                ++e.end;
        } else if (wants_space(insert) && !is(c.first, "{")) {
            if (!std::isspace(static_cast<unsigned char>(before)))
                insert.insert(0, " ");
            if (!std::isspace(static_cast<unsigned char>(after)) && after != ';' && after != ',')
                insert += ' ';
        } else if (word_like(insert, false) && word_like(std::string(1, after), true)) {
            insert += ' ';
        }
        e.text = insert;
        return e;
    }
    if (c.own_line) {
        const std::string line = std::string(static_cast<std::size_t>(std::max(c.indent, 0)), ' ') + insert;
        if (auto blank = blank_line(c)) { // the place where it once stood
            e.begin = source_->line_begin(*blank);
            e.end = source_->line_end(*blank);
            e.text = line;
            return e;
        }
        e.begin = e.end = source_->line_end(c.first > 0 ? token(c.first - 1).line : 0);
        if (c.first > 0 && token(c.first - 1).end > e.begin) // a literal over several lines
            e.begin = e.end = source_->line_end(source_->line_of(token(c.first - 1).end));
        e.text = "\n" + line;
        return e;
    }
    bool tight = c.tight || c.first >= size();
    std::size_t at = tight ? (c.first > 0 ? token(c.first - 1).end : 0) : token(c.first).begin;
    e.begin = e.end = at;
    if (int blanks = blanks_before(c.first); blanks >= 2 && c.first < size()) { // fill the hole
        e.begin = token(c.first).begin - static_cast<std::size_t>(blanks);
        e.end = token(c.first).begin;
        bool attached = one_of(c.text, {",", ";", ":", "?", ")", "]", ">"});
        e.text = attached                                           ? insert + " "
                 : c.text == "." || c.text == "::" || c.text == "!" ? insert
                                                                    : " " + insert + " ";
        return e;
    }
    if (tight) { // at the end of a line: no blanks are left behind
        std::size_t line_end = source_->line_end(source_->line_of(at));
        if (text.find_first_not_of(' ', at) >= line_end && at < line_end) {
            e.end = line_end;
            e.text = (wants_space(insert) ? " " : "") + insert;
            return e;
        }
    }
    char before = at > 0 ? text[at - 1] : '\n', after = at < text.size() ? text[at] : '\n';
    bool space_before = std::isspace(static_cast<unsigned char>(before)) || before == '(' || before == '[';
    bool space_after = std::isspace(static_cast<unsigned char>(after));
    if (wants_space(insert)) {
        if (!space_before)
            insert.insert(0, " ");
        if (!space_after && after != ';' && after != ',' && after != ')')
            insert += ' ';
    } else if (one_of(c.text, {",", ":", ";"})) {
        if (!space_after && after != ')' && after != '}' && after != ']')
            insert += ' ';
    } else {
        if (word_like(insert, true) && word_like(std::string(1, before), false))
            insert.insert(0, " ");
        if (word_like(insert, false) &&
            (word_like(std::string(1, after), true) ||
             one_of(insert, {"let", "match", "if", "while", "for", "return", "fn", "use"})) &&
            !space_after)
            insert += ' ';
    }
    e.text = insert;
    return e;
}

// ---- ideas --------------------------------------------------------------------------------------------------------

double Ideas::outcome(const Verdict& v, const Change& change, bool& reads, bool& better) const {
    const int before = bench_.error();
    const int odd = bench_.unmatched_before();
    reads = v.reads;
    double score = 0;
    int advance = v.error - std::max(before, change.last);
    if (bench_.before().ok) // the compiler sees what we cannot
        score = v.reads ? -1.0 : -6.0;
    else if (v.reads)
        score = 0;
    else if (v.unmatched < odd)
        score = advance > 6 ? -1.2 : -2.2;
    else if (v.unmatched > odd)
        score = -7;
    else
        score = advance > 40 ? -1.2 : advance > 12 ? -1.6 : advance > 4 ? -2.6 : advance > 0 ? -4.0 : -7;
    better = score > -5;
    int delta = v.layout - bench_.layout_before();
    score -= 0.6 * delta;
    // Traces that a deletion leaves: a line of blanks, two blanks in a row.
    if (bench_.blank_line(change))
        score += 0.7;
    else if (change.first == change.last && bench_.blanks_before(change.first) == 2)
        score += 0.5;
    return score;
}

void Ideas::consider(const Change& change, double weight, std::string_view rule,
                     const std::function<std::string()>& why, Risk risk) {
    Verdict v = bench_.judge(change);
    bool reads = false, better = false;
    double score = weight + outcome(v, change, reads, better);
    if (!better)
        return;
    list_.push_back({{bench_.edit(change)}, score, std::string(rule), why(), risk, reads});
}

void Ideas::consider_text(std::vector<project::Edit> edits, double weight, std::string_view rule, std::string why,
                          Risk risk) {
    std::string text = bench_.source().text();
    std::sort(edits.begin(), edits.end());
    std::size_t first = edits.empty() ? 0 : edits.front().begin;
    for (auto it = edits.rbegin(); it != edits.rend(); ++it) {
        if (it->end > text.size() || it->begin > it->end)
            return;
        text.replace(it->begin, it->end - it->begin, it->text);
    }
    const Bench changed(bench_.path(), std::make_shared<const Source>(std::move(text)));
    double score = weight - 0.6 * (changed.layout_before() - bench_.layout_before());
    if (!changed.before().ok) {
        // progress in bytes, since token numbers do not compare
        auto place = [](const Bench& b) {
            return b.error() < b.size() ? b.token(b.error()).begin : b.source().text().size();
        };
        std::size_t old_place = std::max<std::size_t>(place(bench_), first), new_place = place(changed);
        if (new_place <= old_place + 2)
            return;
        score -= new_place > old_place + 60 ? 1.2 : 2.6;
    }
    list_.push_back({std::move(edits), score, std::string(rule), std::move(why), risk, changed.before().ok});
}

bool Ideas::any_reads() const {
    return std::any_of(list_.begin(), list_.end(), [](const Idea& i) { return i.reads; });
}

void Ideas::emit(Proposals& out) const {
    std::vector<const Idea*> sorted;
    for (const Idea& i : list_) {
        bool seen = std::any_of(sorted.begin(), sorted.end(),
                                [&](const Idea* s) { return s->edits == i.edits && s->score >= i.score; });
        if (!seen)
            sorted.push_back(&i);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const Idea* a, const Idea* b) { return a->score > b->score; });
    constexpr std::size_t most = 24;
    if (sorted.size() > most)
        sorted.resize(most);
    // The best idea is right more often than its share of the plain sum says (measured): sharpen.
    constexpr double sharpness = 1.5;
    double sum = 0.05;
    for (const Idea* i : sorted)
        sum += std::exp(sharpness * (i->score - sorted.front()->score));
    for (const Idea* i : sorted) {
        double prior = 0.95 * std::exp(sharpness * (i->score - sorted.front()->score)) / sum;
        if (!i->reads && !bench_.before().ok)
            prior *= 0.85;
        if (prior < 0.002)
            break;
        out.edits(i->rule, i->edits, i->risk, prior, i->why);
    }
}

} // namespace rustcoder::repair::lexical
