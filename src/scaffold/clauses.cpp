#include "scaffold/clauses.h"

#include "base/text.h"
#include "scaffold/terms.h"

#include <algorithm>
#include <array>
#include <optional>

namespace rustcoder::scaffold {

namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// "- x", "* x", "1. x", "2) x", "(a) x", "[ ] x" -> x; nullopt-like npos when the line is no item of a list.
std::size_t item_begin(std::string_view line) {
    std::size_t i = 0;
    while (i < line.size() && is_space(line[i]))
        ++i;
    for (const std::string_view bullet : {"-", "*", "+", "\xE2\x80\xA2", "\xE2\x80\x93", "\xC2\xB7"})
        if (line.substr(i).starts_with(bullet) && i + bullet.size() < line.size() &&
            is_space(line[i + bullet.size()])) {
            i += bullet.size() + 1;
            const auto box = base::trim(line.substr(i));
            for (const auto* mark : {"[ ]", "[x]", "[X]"})
                if (box.starts_with(mark))
                    return line.find(mark, i) + 3;
            return i;
        }
    const bool bracket = i < line.size() && line[i] == '(';
    i += bracket ? 1 : 0;
    const auto digits = i;
    while (i < line.size() && is_digit(line[i]) && i - digits < 3)
        ++i;
    if (i == digits && i < line.size() && line[i] >= 'a' && line[i] <= 'z')
        ++i;
    const bool number = i > digits && is_digit(line[digits]);
    const bool closed = i < line.size() && (line[i] == ')' || (line[i] == '.' && number && !bracket));
    if (i > digits && closed && i + 1 < line.size() && is_space(line[i + 1]))
        return i + 2;
    return std::string_view::npos;
}

constexpr std::size_t wrapped_line = 50; // bytes of a line that may go on in the next

/// Items of lists each by itself; lines of running text joined until a blank line.
std::vector<std::string> blocks(std::string_view text) {
    std::vector<std::string> out;
    bool joins = false, item = false;
    std::size_t before = 0; // bytes of the line before: short ones stand by themselves
    for (const auto line : base::lines(text)) {
        const auto begin = item_begin(line);
        const auto words = base::trim(begin == std::string_view::npos ? line : line.substr(begin));
        if (begin != std::string_view::npos) {
            out.emplace_back(words);
            item = joins = true;
        } else if (words.empty() || words.find_first_not_of("#=-*") == std::string_view::npos) {
            joins = item = false;
        } else if (joins && (item ? is_space(line[0]) : before >= wrapped_line)) {
            out.back() += ' ';
            out.back() += words;
        } else {
            out.emplace_back(words.substr(std::min(words.find_first_not_of("# "), words.size() - 1)));
            joins = !words.starts_with('#');
            item = false;
        }
        before = line.size();
    }
    return out;
}

/// A place where one clause ends and the next begins.
struct Cut {
    std::size_t end = 0, next = 0;
    enum class Kind { sentence, comma, joined, or_, with, without } kind = Kind::comma;
};

struct Joint {
    std::string_view word;
    Cut::Kind kind;
};
/// With spaces around; the longest first.
constexpr auto joints = std::to_array<Joint>({
    {"as well as", Cut::Kind::joined}, {"but without", Cut::Kind::without}, {"but not", Cut::Kind::without},
    {"and then", Cut::Kind::joined},   {"but no", Cut::Kind::without},      {"and no", Cut::Kind::without},
    {"and not", Cut::Kind::without},   {"and", Cut::Kind::joined},          {"plus", Cut::Kind::joined},
    {"but", Cut::Kind::joined},        {"then", Cut::Kind::joined},         {"or", Cut::Kind::or_},
    {"nor", Cut::Kind::or_},           {"without", Cut::Kind::without},     {"except", Cut::Kind::without},
    {"excluding", Cut::Kind::without}, {"with", Cut::Kind::with},           {"that", Cut::Kind::with},
    {"which", Cut::Kind::with},        {"where", Cut::Kind::with},          {"including", Cut::Kind::with},
    {"featuring", Cut::Kind::with},    {"supporting", Cut::Kind::with},     {"such as", Cut::Kind::with},
    {"while", Cut::Kind::joined},      {"using", Cut::Kind::with},          {"it should", Cut::Kind::joined},
});

bool ends_sentence(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (c == ';')
        return true;
    if (c != '.' && c != '!' && c != '?')
        return false;
    const bool last = at + 1 >= text.size() || is_space(text[at + 1]) || (text[at + 1] == ')' && at + 2 >= text.size());
    if (!last)
        return false;
    const auto before = base::lower(text.substr(0, at));
    for (const std::string_view abbreviation : {"e.g", "i.e", " etc", " vs", " approx", " max", " min", " no"})
        if (before.ends_with(abbreviation) && at + 1 < text.size() && c == '.')
            return abbreviation == " etc" && at + 2 < text.size() && text[at + 2] >= 'A' && text[at + 2] <= 'Z';
    return true;
}

/// Quoted texts are never cut. The end of the one that begins at `at`, or `at`.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
    const char c = text[at];
    const bool opens = at == 0 || is_space(text[at - 1]) || text[at - 1] == '(';
    if (c != '"' && c != '`' && !(c == '\'' && opens))
        return at;
    const auto end = text.find(c, at + 1);
    return end == std::string_view::npos || end - at > 80 ? at : end;
}

std::optional<Cut> joint_at(std::string_view text, std::string_view lowered, std::size_t at) {
    if (at > 0 && !is_space(text[at - 1]))
        return std::nullopt;
    for (const auto& [word, kind] : joints) {
        const auto end = at + word.size();
        if (lowered.substr(at).starts_with(word) && end < text.size() && is_space(text[end]))
            return Cut{at, kind == Cut::Kind::without ? at : end, kind};
    }
    return std::nullopt;
}

std::vector<Cut> cuts(std::string_view text) {
    std::vector<Cut> out;
    const auto lowered = base::lower(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (const auto end = skip_quoted(text, i); end != i)
            i = end;
        else if (ends_sentence(text, i))
            out.push_back({i, i + 1, Cut::Kind::sentence});
        else if (text[i] == ',' && (i + 1 >= text.size() || is_space(text[i + 1])))
            out.push_back({i, i + 1, Cut::Kind::comma});
        else if (text[i] == '(' || text[i] == ')')
            out.push_back({i, i + 1, Cut::Kind::comma});
        else if (text[i] == ':' && i + 1 < text.size() && is_space(text[i + 1]))
            out.push_back({i, i + 1, Cut::Kind::with});
        else if (const auto joint = joint_at(text, lowered, i)) {
            out.push_back(*joint);
            i = std::max(joint->next, i + 1) - 1;
        }
    }
    return out;
}

/// "no more than 20" is a limit, "not only" is none at all.
bool negates(std::string_view clause) {
    std::string text = " " + base::lower(clause) + " ";
    text = base::replace_all(std::move(text), "\xE2\x80\x99", "'");
    for (const auto* not_so :
         {" no more ",         " no longer ",      " no fewer ",      " no less ",        " not more ",
          " not less ",        " no later ",       " not only ",      " not just ",       " no matter ",
          " no such ",         " or not ",         " no two ",        " does not exist ", " do not exist ",
          " cannot be found ", " is not found ",   " are not found ", " not found ",      " does not fit ",
          " not crash ",       " never crash ",    " not panic ",     " never panic ",    " not lose ",
          " never lose ",      " not fail ",       " never fail ",    " not hang ",       " not block ",
          " not overwrite ",   " never overwrite "})
        text = base::replace_all(std::move(text), not_so, " ");
    for (const auto* start :
         {" no ", " not ", " without ", " except ", " excluding ", " but no ", " but not ", " but without ", " and no ",
          " and not ", " skip ", " omit ", " leave out ", " avoid ", " drop the ", " never mind ", " nothing "})
        if (text.starts_with(start))
            return true;
    for (const auto* anywhere :
         {" don't need",      " do not need",   " don't want",    " do not want",  " doesn't need",  " does not need",
          " no need for",     " not needed",    " isn't needed",  " not required", " not necessary", " unnecessary",
          " should have no ", " must have no ", " has no ",       " have no ",     " needs no ",     " need no ",
          " want no ",        " with no ",      " without ",      " must not ",    " mustn't ",      " shall not ",
          " should not ",     " shouldn't ",    " does not use ", " do not use ",  " doesn't use ",  " don't use ",
          " never "})
        if (base::has(text, anywhere))
            return true;
    return false;
}

bool informative(std::string_view text) {
    const auto list = terms(text);
    return std::any_of(list.begin(), list.end(), [](const Term& term) { return !term.filler; });
}

std::string_view cleaned(std::string_view text) {
    while (!text.empty() && (is_space(text.front()) || base::one_of(text.substr(0, 1), {",", ";", ":", ".", ")", "-"})))
        text.remove_prefix(1);
    while (!text.empty() &&
           (is_space(text.back()) || base::one_of(text.substr(text.size() - 1), {",", ";", ":", ".", "("})))
        text.remove_suffix(1);
    return text;
}

class Cutter {
public:
    void block(std::string_view text) {
        reach_ = false;
        bool open = true; // still in what the thing is: "with" ends it
        std::size_t begin = 0;
        Cut::Kind before = Cut::Kind::sentence;
        for (const auto& cut : cuts(text)) {
            if (cut.kind == Cut::Kind::with && !(open && out_.empty()))
                continue; // elsewhere it belongs to the clause
            if (cut.next < begin || cut.end < begin)
                continue;
            if (give(text.substr(begin, cut.end - begin), before))
                open = false;
            else if (cut.kind == Cut::Kind::with || cut.kind == Cut::Kind::or_)
                if (base::trim(text.substr(begin, cut.end - begin)).empty() == false)
                    continue; // nothing said yet: goes on
            before = cut.kind;
            begin = cut.next;
            if (cut.kind == Cut::Kind::sentence)
                reach_ = false;
        }
        give(text.substr(begin), before);
    }
    std::vector<Clause> take() { return std::move(out_); }

private:
    /// False when there was nothing in it.
    bool give(std::string_view text, Cut::Kind before) {
        text = cleaned(text);
        if (text.empty() || !informative(text))
            return false;
        const bool negated = negates(text) || before == Cut::Kind::without;
        const auto words = terms(text);
        const bool goes_on = reach_ && (before == Cut::Kind::or_ || (before == Cut::Kind::comma && words.size() <= 3) ||
                                        (before == Cut::Kind::joined && words.size() <= 2));
        reach_ = negated || goes_on;
        out_.push_back({std::string(text), reach_, out_.empty()});
        return true;
    }

    std::vector<Clause> out_;
    bool reach_ = false; // of a negation
};

} // namespace

std::vector<Clause> clauses(std::string_view text) {
    Cutter cutter;
    for (const auto& block : blocks(text))
        cutter.block(block);
    return cutter.take();
}

} // namespace rustcoder::scaffold
