// Questions with known passages, and whether an answer holds one of them.
#pragma once

#include "knowledge/entry.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rustcoder::bench {

struct Question {
    std::string set, text;
    std::vector<std::string> passages; // "book/ch04-01.html#slices", "book/ch04-01.html", "E0382"
};

/// questions.tsv: set, question, passages, separated by tabs; '#' begins a comment.
std::vector<Question> read_questions(const std::filesystem::path& file);

/// Whether `entry` is, or is part of, one of the passages.
bool answers(const knowledge::Entry& entry, const Question& question);

/// Of the questions asked so far.
struct Figures {
    std::size_t asked = 0, first = 0, five = 0, ten = 0;
    double reciprocal = 0; // of the rank of the first answer

    void add(std::size_t rank); // 1-based; 0 = not found
    double at_1() const { return share(first); }
    double at_5() const { return share(five); }
    double at_10() const { return share(ten); }
    double mrr() const { return asked ? reciprocal / static_cast<double>(asked) : 0; }

private:
    double share(std::size_t n) const { return asked ? static_cast<double>(n) / static_cast<double>(asked) : 0; }
};

} // namespace rustcoder::bench
