// Small pure parts: tokens, reasoning, babble.
#include "model/reasoning.h"
#include "model/tokens.h"

#include <gtest/gtest.h>

namespace rustcoder::model {
namespace {

std::pair<std::string, std::string> separate(std::string_view text) {
    auto parts = separate_reasoning(text, {{"<think>", "</think>"}, {"[THINK]", "[/THINK]"}});
    return {parts.answer, parts.reasoning};
}
using Pair = std::pair<std::string, std::string>;

TEST(Reasoning, is_taken_out_wherever_it_stands) {
    EXPECT_EQ(separate("<think>\nhm\n</think>\nanswer"), (Pair{"\nanswer", "hm"}));
    EXPECT_EQ(separate("a\n  <think>x</think>b\n<think>y</think>"), (Pair{"a\n  b\n", "x\ny"}));
    EXPECT_EQ(separate("hm, so\n</think>\nanswer"), (Pair{"\nanswer", "hm, so"})); // the template opened it
    EXPECT_EQ(separate("<think>never closed"), (Pair{"", "never closed"}));
    EXPECT_EQ(separate("[THINK]m[/THINK]a"), (Pair{"a", "m"}));
    EXPECT_EQ(separate("plain"), (Pair{"plain", ""}));
    EXPECT_EQ(separate(""), (Pair{"", ""}));
}

TEST(Reasoning, code_that_mentions_the_tags_stays_whole) {
    const std::string code = "let a = \"<think>\"; let b = text.split(\"</think>\").next();\n";
    EXPECT_EQ(separate(code), (Pair{code, ""}));
}

TEST(Babble, loops_are_seen_and_code_is_not_one) {
    std::string loop = "fn main() {}\n";
    EXPECT_FALSE(is_babbling(loop));
    for (int i = 0; i < 200; ++i)
        loop += "I apologize for the confusion. ";
    EXPECT_TRUE(is_babbling(loop));
    EXPECT_TRUE(is_babbling(std::string(5000, ' ')));
    std::string code;
    for (int i = 0; i < 400; ++i)
        code += "    let x" + std::to_string(i) + " = " + std::to_string(i * i) + ";\n";
    EXPECT_FALSE(is_babbling(code));
}

TEST(Tokens, are_near_what_tokenizers_say) {
    const std::string_view code =
        "fn main() {\n    let numbers = vec![1, 2, 3];\n    println!(\"{:?}\", numbers);\n}\n";
    EXPECT_GE(estimate_tokens(code), 26u); // o200k_base and cl100k_base
    EXPECT_LE(estimate_tokens(code), 38u);
    const std::string_view prose = "The compiler says that the value was moved in the previous iteration of the loop.";
    EXPECT_GE(estimate_tokens(prose), 16u);
    EXPECT_LE(estimate_tokens(prose), 24u);
    EXPECT_EQ(estimate_tokens(std::string(1000, ' ')), 1u);
    EXPECT_GE(estimate_tokens("\xE4\xB8\xAD\xE6\x96\x87"), 2u);
}

TEST(Tokens, a_budget_is_never_overdrawn_by_taking) {
    TokenBudget budget(100);
    EXPECT_TRUE(budget.take(60));
    EXPECT_FALSE(budget.take(60));
    EXPECT_EQ(budget.left(), 40);
    budget.give_back(20);
    EXPECT_TRUE(budget.take(60));
    EXPECT_EQ(budget.left(), 0);
}

} // namespace
} // namespace rustcoder::model
