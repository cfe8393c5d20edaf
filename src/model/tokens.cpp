#include "model/tokens.h"

namespace rustcoder::model {

namespace {

bool letter(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(unsigned char c) {
    return c >= '0' && c <= '9';
}
bool space(unsigned char c) {
    return c <= ' ';
}
bool punctuation(unsigned char c) {
    return c > ' ' && c < 0x80 && !letter(c) && !digit(c);
}

} // namespace

std::size_t estimate_tokens(std::string_view text) {
    std::size_t tokens = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto begin = i;
        const auto run = [&](auto belongs) {
            while (i < text.size() && belongs(static_cast<unsigned char>(text[i])))
                ++i;
            return i - begin;
        };
        const auto c = static_cast<unsigned char>(text[i]);
        if (letter(c)) // words of up to six letters are mostly one token, with the space before them
            tokens += 1 + (run(letter) - 1) / 6;
        else if (digit(c))
            tokens += 1 + (run(digit) - 1) / 3;
        else if (space(c)) // a line end with the indentation after it is one
            tokens += run(space) > 1 ? 1 : 0;
        else if (c >= 0x80)
            tokens += 1 + run([](unsigned char x) { return x >= 0x80; }) / 2;
        else // "();" and "::<" are not three each
            tokens += 1 + (run(punctuation) - 1) * 2 / 3;
    }
    return tokens;
}

bool TokenBudget::take(std::int64_t tokens) {
    auto left = left_.load();
    while (left >= tokens)
        if (left_.compare_exchange_weak(left, left - tokens))
            return true;
    return false;
}

} // namespace rustcoder::model
