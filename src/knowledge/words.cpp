#include "knowledge/words.h"

#include "base/text.h"
#include "knowledge/words_cut.h"
#include "knowledge/words_stem.h"

#include <cstdint>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t longest_word = 64; // longer ones are base64, hashes and the like: nobody asks for them

enum class Class { separator, letter, ideograph };

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word(char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_';
}
char lower(char c) {
    return is_upper(c) ? static_cast<char>(c + 32) : c;
}

/// One code point; `size` 1 and code 0 for bytes that are no UTF-8.
struct CodePoint {
    std::uint32_t code = 0;
    std::size_t size = 1;
};

CodePoint decode(std::string_view s, std::size_t at) {
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return at + i < s.size() ? static_cast<unsigned char>(s[at + i]) : 0u;
    };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const std::uint32_t first = byte(0);
    if (first < 0x80)
        return {first, 1};
    if (first >= 0xC2 && first < 0xE0 && tail(1))
        return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    if (first >= 0xE0 && first < 0xF0 && tail(1) && tail(2))
        return {(first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    if (first >= 0xF0 && first < 0xF5 && tail(1) && tail(2) && tail(3))
        return {(first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
    return {};
}

Class class_of(std::uint32_t c) {
    if (c < 0xAA || (c > 0xAA && c < 0xC0 && c != 0xB5 && c != 0xBA) || c == 0xD7 || c == 0xF7)
        return Class::separator; // ASCII is handled by its own rules; NBSP, guillemets, times
    if ((c >= 0x2000 && c < 0x2C00) || (c >= 0x3000 && c < 0x3040) || (c >= 0xFE00 && c < 0xFE70) || c >= 0xFFF0)
        return Class::separator; // typographic quotes, dashes, arrows, box drawing, variation selectors, emoji
    if ((c >= 0x3040 && c < 0xA000) || (c >= 0xAC00 && c < 0xD7B0) || (c >= 0xF900 && c < 0xFB00))
        return Class::ideograph; // no spaces between words: each character is one
    return Class::letter;
}

/// Lower case of the alphabets that have two-byte capitals (Latin-1, Greek, Cyrillic); others as they are.
void append_lower(std::string& out, std::uint32_t c, std::string_view bytes) {
    std::uint32_t l = c;
    if ((c >= 0xC0 && c <= 0xDE) || (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F))
        l = c + 0x20;
    else if (c >= 0x400 && c <= 0x40F)
        l = c + 0x50;
    if (l == c) {
        out += bytes;
        return;
    }
    out += static_cast<char>(0xC0 | l >> 6);
    out += static_cast<char>(0x80 | (l & 0x3F));
}

/// E0382
bool is_error_code(std::string_view s) {
    return s.size() == 5 && (s[0] == 'E' || s[0] == 'e') && is_digit(s[1]) && is_digit(s[2]) && is_digit(s[3]) &&
           is_digit(s[4]);
}

class Cutter {
public:
    Cutter(std::string_view text, const std::function<bool(const Word&)>& sink) : text_(text), sink_(sink) {}

    void run() {
        while (at_ < text_.size() && going_) {
            const char c = text_[at_];
            if (is_word(c) || static_cast<unsigned char>(c) >= 0x80)
                identifier();
            else if (!operator_word())
                ++at_;
        }
    }

private:
    char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
    char before() const { return at_ > 0 ? text_[at_ - 1] : '\0'; }
    bool starts(std::string_view s) const { return text_.substr(at_).starts_with(s); }

    void give(std::string_view word, std::size_t begin, std::size_t end, bool part = false) {
        if (going_ && !word.empty())
            going_ = sink_(Word{word, begin, end, part});
    }

    /// True when an operator was at the place; `at_` is then behind it.
    bool operator_word() {
        switch (text_[at_]) {
        case '&':
            if (starts("&mut") && !is_word(at(at_ + 4))) {
                give("&mut", at_, at_ + 4);
                give("mut", at_ + 1, at_ + 4, true);
                at_ += 4;
                return true;
            }
            return false;
        case '-':
            return starts("->") && before() != '-' && fixed("->");
        case '=':
            return starts("=>") && fixed("=>");
        case ':':
            return starts("::<") && fixed("::<");
        case '.':
            return starts("..=") && fixed("..=");
        case '?':
            return question();
        case '\'':
            return quote();
        default:
            return false;
        }
    }

    bool fixed(std::string_view op) {
        give(op, at_, at_ + op.size());
        at_ += op.size();
        return true;
    }

    /// Behind a letter and before a space it ends a sentence, else it is the operator.
    bool question() {
        const char next = at(at_ + 1);
        const bool prose = (is_word(before()) || static_cast<unsigned char>(before()) >= 0x80) &&
                           (next == '\0' || next == ' ' || next == '\n' || next == '\r' || next == '\t' ||
                            next == '"' || next == '<' || next == '?' || next == '!');
        if (prose || before() == '?')
            return false;
        return fixed("?");
    }

    /// Lifetimes are words; character literals, possessives and quotation marks are not.
    bool quote() {
        std::size_t end = at_ + 1;
        while (is_word(at(end)))
            ++end;
        const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
        if (is_word(before())) { // "trait's", "don't": what follows is no word of its own
            at_ = name.size() <= 2 ? end : at_ + 1;
            return true;
        }
        if (name.empty() || is_digit(name[0]) || at(end) == '\'') {
            if (name.size() == 1 && at(end) == '\'') { // 'x'
                at_ = end + 1;
                return true;
            }
            return false;
        }
        if (name.size() > 3 && name != "static")
            return false; // 'a quotation': the word follows as usual
        buffer_ = '\'';
        for (const char c : name)
            buffer_ += lower(c);
        give(buffer_, at_, end);
        at_ = end;
        return true;
    }

    void identifier() {
        const std::size_t begin = at_;
        bool ascii = true, wordy = false;
        buffer_.clear();
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_word(c)) {
                buffer_ += lower(c);
                wordy = wordy || c != '_';
                ++at_;
                continue;
            }
            if (static_cast<unsigned char>(c) < 0x80)
                break;
            const CodePoint point = decode(text_, at_);
            const Class kind = class_of(point.code);
            if (kind == Class::letter) {
                append_lower(buffer_, point.code, text_.substr(at_, point.size));
                ascii = false;
                wordy = true;
                at_ += point.size;
                continue;
            }
            finish(begin, at_, ascii, wordy);
            if (kind == Class::ideograph)
                give(text_.substr(at_, point.size), at_, at_ + point.size);
            at_ += point.size;
            return;
        }
        finish(begin, at_, ascii, wordy);
    }

    void finish(std::size_t begin, std::size_t end, bool ascii, bool wordy) {
        if (!wordy || buffer_.size() > longest_word)
            return;
        const std::string_view source = text_.substr(begin, end - begin);
        if (!ascii || is_error_code(source))
            return give(buffer_, begin, end);
        if (const std::size_t first = part_end(source, 0); first == source.size() && source[0] != '_') {
            if (!is_digit(source[0]))
                stem(buffer_);
            return give(buffer_, begin, end);
        }
        give(buffer_, begin, end);
        for (std::size_t i = 0; i < source.size() && going_;) {
            const std::size_t stop = part_end(source, i);
            std::size_t from = i;
            while (from < stop && source[from] == '_')
                ++from;
            part_.clear();
            for (std::size_t k = from; k < stop; ++k)
                part_ += lower(source[k]);
            if (part_.size() > 1) { // a single letter says nothing
                if (!is_digit(part_[0]))
                    stem(part_);
                give(part_, begin + from, begin + stop, true);
            }
            i = stop;
        }
    }

    /// End of the part that begins at `i` (with leading underscores): before the next '_' or hump.
    static std::size_t part_end(std::string_view s, std::size_t i) {
        while (i < s.size() && s[i] == '_')
            ++i;
        for (std::size_t k = i + 1; k < s.size(); ++k) {
            if (s[k] == '_')
                return k;
            if (!is_upper(s[k]))
                continue;
            const bool hump = is_lower(s[k - 1]) || is_digit(s[k - 1]);
            const bool acronym_ends = is_upper(s[k - 1]) && k + 1 < s.size() && is_lower(s[k + 1]);
            if (hump || acronym_ends)
                return k;
        }
        return s.size();
    }

    std::string_view text_;
    const std::function<bool(const Word&)>& sink_;
    std::size_t at_ = 0;
    bool going_ = true;
    std::string buffer_, part_;
};

/// Operators have no letters: names that no text holds by chance.
void append_indexable(std::string& out, std::string_view word) {
    if (word == "&mut")
        out += "oprefmut";
    else if (word == "?")
        out += "opquestion";
    else if (word == "->")
        out += "oparrow";
    else if (word == "=>")
        out += "opfatarrow";
    else if (word == "::<")
        out += "opturbofish";
    else if (word == "..=")
        out += "oprangeinclusive";
    else if (word.starts_with('\'')) {
        out += "oplifetime";
        out += word.substr(1);
    } else {
        out += word;
    }
}

} // namespace

void cut_words(std::string_view text, const std::function<bool(const Word&)>& sink) {
    Cutter(text, sink).run();
}

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    cut_words(text, [&](const Word& word) {
        out.emplace_back(word.text);
        return true;
    });
    return out;
}

std::string indexable(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    cut_words(text, [&](const Word& word) {
        if (!out.empty())
            out += ' ';
        append_indexable(out, word.text);
        return true;
    });
    return out;
}

} // namespace rustcoder::knowledge
