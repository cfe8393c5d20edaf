#include "scaffold/request.h"

#include "base/text.h"
#include "scaffold/clauses.h"
#include "scaffold/terms.h"

#include <algorithm>

namespace rustcoder::scaffold {

namespace {

constexpr std::size_t most_wishes = 100; // nobody reads more, and each is compared with every template

struct Said {
    std::string name;               // as it is written
    std::size_t begin = 0, end = 0; // of the words that say it
};

bool joins(char c) {
    return base::is_ident(c) || c == '-';
}

std::string_view word_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && joins(text[end]))
        ++end;
    return text.substr(at, end - at);
}

/// What stands before "called" when the name is not the program's.
bool names_something_else(std::string_view before) {
    std::vector<std::string> words;
    const auto lowered = base::lower(before);
    for (const auto word : base::split(lowered, ' '))
        if (!word.empty())
            words.emplace_back(word);
    if (!words.empty() && base::one_of(words.back(), {"is", "are", "be", "file", "a"}) && words.size() > 1 &&
        words.back() != "file")
        words.pop_back();
    if (words.empty())
        return false;
    return base::one_of(
        words.back(),
        {"file",     "files",      "folder",    "directory", "column",  "columns", "function", "functions", "method",
         "struct",   "type",       "variable",  "variables", "field",   "fields",  "option",   "flag",      "command",
         "commands", "subcommand", "table",     "key",       "user",    "person",  "player",   "module",    "constant",
         "trait",    "enum",       "parameter", "argument",  "section", "so",      "often",    "sometimes", "also",
         "usually",  "algorithm",  "technique", "test",      "been",    "item",    "items"});
}

/// Quoted, or one word. Empty: what stands there is no name.
std::string_view name_at(std::string_view text, std::size_t at, std::size_t& end) {
    while (at < text.size() && (text[at] == ' ' || text[at] == ':'))
        ++at;
    if (at >= text.size())
        return {};
    for (const std::string_view quote : {"\"", "'", "`", "\xE2\x80\x9C", "\xE2\x80\x98", "**"})
        if (text.substr(at).starts_with(quote)) {
            const std::string_view closing = quote == "\xE2\x80\x9C"   ? "\xE2\x80\x9D"
                                             : quote == "\xE2\x80\x98" ? "\xE2\x80\x99"
                                                                       : quote;
            const auto last = text.find(closing, at + quote.size());
            if (last == std::string_view::npos || last - at > 48)
                return {};
            end = last + closing.size();
            return text.substr(at + quote.size(), last - at - quote.size());
        }
    const auto word = word_at(text, at);
    end = at + word.size();
    const bool file = end + 1 < text.size() && text[end] == '.' && base::is_ident(text[end + 1]);
    if (word.empty() || file || text.substr(end).starts_with("::") || text.substr(end).starts_with("("))
        return {};
    if (base::one_of(base::lower(word),
                     {"a",     "an",   "the",  "with",  "when",  "by",    "from",      "on",       "after",
                      "for",   "in",   "to",   "at",    "as",    "that",  "it",        "and",      "or",
                      "every", "each", "once", "like",  "my",    "your",  "something", "whatever", "anything",
                      "if",    "is",   "only", "again", "twice", "again", "before",    "without"}))
        return {};
    return word;
}

std::optional<Said> said_name(std::string_view text) {
    const auto lowered = base::lower(text);
    for (const std::string_view cue :
         {"called", "named", "titled", "name it", "call it", "name the crate", "name the project", "name the package",
          "its name is", "package name", "crate name", "project name"}) {
        for (auto at = lowered.find(cue); at != std::string::npos; at = lowered.find(cue, at + 1)) {
            auto after = at + cue.size();
            if ((at > 0 && joins(text[at - 1])) || (after < text.size() && joins(text[after])))
                continue;
            if (base::one_of(cue, {"called", "named"}) && names_something_else(text.substr(0, at)))
                continue;
            for (const std::string_view filler : {" should be", " must be", " is", " as", " to be", ":", " ="})
                if (std::string_view(lowered).substr(after).starts_with(filler))
                    after += filler.size();
            std::size_t end = after;
            if (const auto name = name_at(text, after, end); !package_name(name).empty())
                return Said{std::string(name), at, end};
        }
    }
    for (const std::string_view cue : {"crate ", "library ", "package ", "project ", "tool ", "program ", "app "})
        for (auto at = lowered.find(cue); at != std::string::npos; at = lowered.find(cue, at + 1)) {
            if (at > 0 && joins(text[at - 1]))
                continue;
            std::size_t end = at;
            const auto begin = at + cue.size();
            const auto name = name_at(text, begin, end);
            const bool quoted = begin < text.size() && (text[begin] == '`' || text[begin] == '"');
            const bool compound = cue == "crate " && base::has(name, "-") && name == base::lower(name);
            if (!name.empty() && (quoted || compound) && word_at(name, 0) == name && !package_name(name).empty())
                return Said{std::string(name), at + cue.size() - 1, end};
        }
    return std::nullopt;
}

/// A library is for something or that does something; "library management" and "my library" are not meant.
bool says_library(const std::vector<Term>& words, std::size_t i, std::string_view text) {
    const auto& word = words[i].word;
    if (word == "crat") // stems, as terms have them
        return i == 0 || !base::one_of(words[i - 1].word, {"without", "no", "external", "other", "extern"});
    if (word != "library" || base::lower(text.substr(words[i].begin, words[i].end - words[i].begin)) != "library")
        return false;
    if (i > 0 && base::one_of(words[i - 1].word, {"standard", "std", "music", "book", "my", "public", "town", "city",
                                                  "external", "no", "without"}))
        return false;
    if (i + 1 >= words.size())
        return true;
    const auto between = text.substr(words[i].end, words[i + 1].begin - words[i].end);
    return between.find_first_not_of(' ') != std::string_view::npos ||
           base::one_of(words[i + 1].word, {"for", "that", "to", "with", "which", "of", "crat", "implement", "offer",
                                            "provid", "in", "so", "and", "call", "nam", "do", "i", "we", "wher"});
}

std::optional<bool> said_kind(std::string_view text) {
    const auto words = terms(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (says_library(words, i, text))
            return true;
        if (base::one_of(words[i].word, {"program", "tool", "app", "application", "utility", "cli", "gam", "script"}))
            return false;
        if (words[i].word == "command" && i + 1 < words.size() && words[i + 1].word == "lin")
            return false;
    }
    return std::nullopt;
}

} // namespace

Request read_request(std::string_view description, std::string_view requirements) {
    Request out{std::string(description), std::string(requirements), {}, {}, {}};
    for (const auto part : {description, requirements}) {
        std::string text(part);
        if (const auto said = said_name(part)) {
            if (out.package.empty())
                out.package = package_name(said->name);
            text.replace(said->begin, said->end - said->begin, " ");
        }
        if (!out.library)
            out.library = said_kind(text);
        bool described = part.data() != description.data();
        for (auto& clause : clauses(text)) {
            Wish wish{std::move(clause.text), {}, clause.unwanted, described || !clause.subject};
            for (auto& term : terms(wish.text))
                if (!term.filler)
                    wish.words.push_back(std::move(term.word));
            const bool said = std::ranges::any_of(out.wishes, [&](const Wish& w) { return w.text == wish.text; });
            if (!wish.words.empty() && !said && out.wishes.size() < most_wishes)
                out.wishes.push_back(std::move(wish));
        }
    }
    return out;
}

} // namespace rustcoder::scaffold
