#include "repair/words.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace rustcoder::repair {

namespace {

const std::vector<std::string_view>& vocabulary() {
    static const std::vector<std::string_view> words = [] {
        std::vector<std::string_view> v;
        std::string_view all = known_words;
        for (std::size_t at = 0, space; (space = all.find(' ', at)) != std::string_view::npos; at = space + 1)
            v.push_back(all.substr(at, space - at));
        std::sort(v.begin(), v.end());
        return v;
    }();
    return words;
}

bool known(const std::string& word) {
    auto has = [](std::string_view w) { return std::binary_search(vocabulary().begin(), vocabulary().end(), w); };
    if (has(word))
        return true;
    // plural, past and gerund forms of known words
    for (std::string_view suffix : {"s", "es", "ed", "d", "ing", "er"})
        if (word.size() > suffix.size() + 2 && word.ends_with(suffix) &&
            has(std::string_view(word).substr(0, word.size() - suffix.size())))
            return true;
    return false;
}

} // namespace

double word_share(std::string_view identifier) {
    std::size_t judged = 0, good = 0;
    std::string word;
    auto flush = [&] {
        if (word.size() >= 3) {
            judged += word.size();
            good += known(word) ? word.size() : 0;
        }
        word.clear();
    };
    for (std::size_t i = 0; i < identifier.size(); ++i) {
        auto c = static_cast<unsigned char>(identifier[i]);
        bool starts_hump = std::isupper(c) && i > 0 && std::islower(static_cast<unsigned char>(identifier[i - 1]));
        if (!std::isalpha(c) || starts_hump)
            flush();
        if (std::isalpha(c))
            word += static_cast<char>(std::tolower(c));
    }
    flush();
    return judged == 0 ? 0.5 : static_cast<double>(good) / static_cast<double>(judged);
}

} // namespace rustcoder::repair
