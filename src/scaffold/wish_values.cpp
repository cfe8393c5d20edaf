#include "scaffold/wish_values.h"

#include "base/text.h"
#include "scaffold/values.h"

#include <algorithm>

namespace rustcoder::scaffold {

namespace {

constexpr std::size_t reach = 40; // bytes between a cue and its value: about six words

/// Something in the text that a slot might take.
struct Value {
    std::string text;
    std::size_t begin = 0, end = 0;
    bool number = false, quoted = false, weak = false; // weak: "one", "a single": a number only beside its cue
};

struct Token {
    std::string_view text;
    std::size_t begin = 0, end = 0;
};

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n') {
            ++i;
            continue;
        }
        const auto end = std::min(text.find_first_of(" \t\n", i), text.size());
        auto first = i, last = end;
        while (first < last && base::one_of(text.substr(first, 1), {"(", "\"", "'", "`", "[", "<", ">", "="}))
            ++first;
        while (last > first &&
               base::one_of(text.substr(last - 1, 1), {".", ",", ";", ":", ")", "\"", "'", "`", "]", "!", "?"}))
            --last;
        if (last > first)
            out.push_back({text.substr(first, last - first), first, last});
        i = end;
    }
    return out;
}

bool starts_number(std::string_view token) {
    const auto word = base::lower(token);
    const bool digit =
        !token.empty() && (base::has("0123456789", token.substr(0, 1)) ||
                           (token.size() > 1 && token[0] == '-' && base::has("0123456789", token.substr(1, 1))));
    return digit || (number_of(word) && !base::one_of(word, {"a", "an", "no", "none", "k", "m", "g", "couple", "pair",
                                                             "of", "and", "single", "half", "quarter", "percent"}));
}

/// "two hundred", "1.5 million", "20%".
std::vector<Value> numbers_in(std::string_view text) {
    std::vector<Value> out;
    const auto tokens = tokens_of(text);
    for (std::size_t i = 0; i < tokens.size();) {
        std::size_t used = 0;
        if (starts_number(tokens[i].text))
            for (std::size_t count = std::min<std::size_t>(5, tokens.size() - i); count > 0 && used == 0; --count) {
                const auto& last = tokens[i + count - 1];
                auto said = text.substr(tokens[i].begin, last.end - tokens[i].begin);
                const bool percent = said.ends_with('%');
                if (percent)
                    said.remove_suffix(1);
                if (base::one_of(base::lower(last.text), {"and", "a", "an", "of"}) ||
                    said.find_first_of(",;(") < said.find(' ') * (said.find(' ') != std::string_view::npos))
                    continue;
                if (number_of(said)) {
                    out.push_back({std::string(said), tokens[i].begin, last.end, true, false,
                                   base::one_of(base::lower(said), {"one", "two"})});
                    used = count;
                }
            }
        i += std::max<std::size_t>(used, 1);
    }
    return out;
}

std::vector<Value> quoted_in(std::string_view text) {
    std::vector<Value> out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool opens = i == 0 || text[i - 1] == ' ' || text[i - 1] == '(';
        if (!opens || (c != '"' && c != '`' && c != '\''))
            continue;
        const auto end = text.find(c, i + 1);
        if (end == std::string_view::npos || end == i + 1 || end - i > 200)
            continue;
        out.push_back({std::string(text.substr(i + 1, end - i - 1)), i, end + 1, false, true, false});
        i = end;
    }
    return out;
}

/// File names and single marks need no quotes.
std::vector<Value> words_in(std::string_view text) {
    std::vector<Value> out;
    for (const auto& token : tokens_of(text))
        out.push_back({std::string(token.text), token.begin, token.end, false, false, true});
    return out;
}

std::size_t distance(const Value& value, std::size_t begin, std::size_t end) {
    if (value.begin < end && begin < value.end)
        return reach + 1; // the cue itself
    return value.end <= begin ? begin - value.end : value.begin - end;
}

struct Candidate {
    std::size_t slot = 0, distance = 0, cue_words = 0;
    Value value;
};

bool fits_kind(const Slot& slot, const Value& value) {
    switch (slot.kind) {
    case Slot::Kind::integer:
    case Slot::Kind::decimal:
        return value.number;
    case Slot::Kind::text:
        return value.quoted || (base::has(value.text, ".") && !value.number && base::has(slot.default_value, ".") &&
                                value.text.find('.') + 1 < value.text.size());
    case Slot::Kind::identifier:
        return value.quoted;
    case Slot::Kind::choice:
        return static_cast<bool>(slot_value(slot, value.text));
    }
    return false;
}

/// Places of a cue in the wish.
std::vector<std::pair<std::size_t, std::size_t>> places(std::string_view cue, const std::vector<Term>& words) {
    std::vector<std::pair<std::size_t, std::size_t>> out;
    const auto wanted = phrase(cue);
    for (std::size_t i = 0; i < words.size() && !wanted.roots.empty(); ++i) {
        const std::vector<Term> rest(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
        const auto at = find_phrase(wanted, rest);
        if (at == std::string_view::npos)
            break;
        i += at;
        out.emplace_back(words[i].begin, words[i + wanted.roots.size() - 1].end);
    }
    return out;
}

bool is_switch(const Slot& slot) {
    const auto has = [&](std::string_view value) {
        return std::find(slot.choices.begin(), slot.choices.end(), value) != slot.choices.end();
    };
    return slot.kind == Slot::Kind::choice && slot.choices.size() == 2 && has("true") && has("false");
}

} // namespace

std::vector<SlotChoice> slot_choices(const Template& from, const Wish& wish) {
    const auto words = terms(wish.text);
    std::vector<Value> values = numbers_in(wish.text);
    for (auto list : {quoted_in(wish.text), words_in(wish.text)})
        values.insert(values.end(), list.begin(), list.end());
    std::vector<Candidate> candidates;
    std::vector<SlotChoice> out;
    for (std::size_t s = 0; s < from.slots.size(); ++s)
        for (const auto& cue : from.slots[s].cues)
            for (const auto& [begin, end] : places(cue, words)) {
                if (is_switch(from.slots[s])) {
                    out.push_back({&from.slots[s], wish.unwanted ? "false" : "true", begin, end});
                    break;
                }
                for (const auto& value : values) {
                    const auto far = distance(value, begin, end);
                    if (fits_kind(from.slots[s], value) && far <= (value.weak && value.number ? 2 : reach) &&
                        !wish.unwanted)
                        candidates.push_back({s, far, phrase(cue).roots.size(), value});
                }
            }
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.cue_words > b.cue_words;
    });
    for (const auto& candidate : candidates) {
        const auto* slot = &from.slots[candidate.slot];
        const bool taken = std::any_of(out.begin(), out.end(), [&](const SlotChoice& choice) {
            return choice.slot == slot || (choice.begin < candidate.value.end && candidate.value.begin < choice.end);
        });
        if (!taken)
            out.push_back({slot, candidate.value.text, candidate.value.begin, candidate.value.end});
    }
    return out;
}

} // namespace rustcoder::scaffold
