#include "knowledge/words_stem.h"

#include "base/text.h"

namespace rustcoder::knowledge {

namespace {

bool is_vowel(char c) {
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

bool has_vowel(std::string_view s) {
    return std::any_of(s.begin(), s.end(), is_vowel);
}

/// "classes", "boxes", "matches", "hashes": the e belongs to the ending.
bool hisses(std::string_view s) {
    return s.ends_with('s') || s.ends_with('x') || s.ends_with('z') || s.ends_with("ch") || s.ends_with("sh");
}

void strip_plural(std::string& w) {
    if (w.size() < 4 || !w.ends_with('s') || w.ends_with("ss") || w.ends_with("us") || w.ends_with("is"))
        return;
    if (w.ends_with("ies") && w.size() > 4)
        w.replace(w.size() - 3, 3, "y");
    else if (w.ends_with("es") && hisses(std::string_view(w).substr(0, w.size() - 2)))
        w.resize(w.size() - 2);
    else
        w.pop_back();
}

void strip_verb(std::string& w) {
    if (w.ends_with("ied") && w.size() > 4) {
        w.replace(w.size() - 3, 3, "y");
        return;
    }
    const std::size_t ending = w.ends_with("ing") ? 3 : w.ends_with("ed") && !w.ends_with("eed") ? 2 : 0;
    if (ending == 0 || w.size() < ending + 3 || !has_vowel(std::string_view(w).substr(0, w.size() - ending)))
        return;
    w.resize(w.size() - ending);
    const char last = w.back();
    // "stopped" -> "stop", but "called" -> "call"
    if (w.size() > 3 && last == w[w.size() - 2] && !is_vowel(last) && last != 'l' && last != 's' && last != 'z' &&
        last != 'f')
        w.pop_back();
}

} // namespace

void stem(std::string& w) {
    if (w == "used" || w == "using" || w == "uses") {
        w = "use";
        return;
    }
    strip_plural(w);
    strip_verb(w);
    if (w.size() > 3 && w.back() == 'e')
        w.pop_back();
}

} // namespace rustcoder::knowledge
