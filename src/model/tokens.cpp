#include "model/tokens.h"

namespace rustcoder::model {

namespace {

bool letter(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(unsigned char c) {
    return c >= '0' && c <= '9';
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
        else if (c == ' ' || c == '\t')
            tokens += run([](unsigned char x) { return x == ' ' || x == '\t'; }) > 1 ? 1 : 0;
        else if (c >= 0x80)
            tokens += 1 + run([](unsigned char x) { return x >= 0x80; }) / 2;
        else
            ++tokens, ++i;
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
