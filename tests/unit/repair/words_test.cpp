#include "repair/words.h"

#include <gtest/gtest.h>

using rustcoder::repair::word_share;

TEST(Words, TellsASlipFromAWord) {
    EXPECT_GT(word_share("square"), word_share("sqaure"));
    EXPECT_GT(word_share("is_prime"), word_share("is_prie"));
    EXPECT_GT(word_share("BinaryTree"), word_share("BinaryTere"));
    EXPECT_EQ(word_share("parsed_results"), 1.0); // forms of known words
}

TEST(Words, HasNoOpinionOnShortNames) {
    EXPECT_EQ(word_share("x"), 0.5);
    EXPECT_EQ(word_share(""), 0.5);
    EXPECT_EQ(word_share("a_b1"), 0.5);
}
