#include "knowledge/words.h"

#include "base/text.h"
#include "knowledge/words_cut.h"
#include "knowledge/words_stem.h"

#include <gtest/gtest.h>
#include <random>

namespace rustcoder::knowledge {

namespace {

using Words = std::vector<std::string>;

TEST(WordsTest, IdentifiersGiveThemselvesAndTheirParts) {
    EXPECT_EQ(words("HashMap::entry_mut"), (Words{"hashmap", "hash", "map", "entry_mut", "entry", "mut"}));
    EXPECT_EQ(words("HTTPServer2 _private u32 Vec2D"),
              (Words{"httpserver2", "http", "server2", "_private", "privat", "u32", "vec2d", "vec2"}));
    EXPECT_EQ(words("MAX_LEN"), (Words{"max_len", "max", "len"}));
    EXPECT_EQ(words("__ _"), Words{});
}

TEST(WordsTest, ErrorCodesAndLintsStayWhole) {
    EXPECT_EQ(words("error[E0382]: use"), (Words{"error", "e0382", "use"}));
    EXPECT_EQ(words("unused_variables"), (Words{"unused_variables", "unus", "variabl"}));
}

TEST(WordsTest, Operators) {
    EXPECT_EQ(words("&mut x"), (Words{"&mut", "mut", "x"}));
    EXPECT_EQ(words("&mutable"), (Words{"mutabl"}));
    EXPECT_EQ(words("-> => ::< ..= --> <-"), (Words{"->", "=>", "::<", "..="}));
    EXPECT_EQ(words("dyn A"), (Words{"dyn", "a"}));
    EXPECT_EQ(words("a.b()?; c()?"), (Words{"a", "b", "?", "c", "?"}));
    EXPECT_EQ(words("the `?` operator, what is ?"), (Words{"the", "?", "operator", "what", "is", "?"}));
    EXPECT_EQ(words("Who? When??"), (Words{"who", "when"}));
}

TEST(WordsTest, LifetimesButNoCharactersPossessivesOrQuotations) {
    EXPECT_EQ(words("&'a str, &'static T"), (Words{"'a", "str", "'static", "t"}));
    EXPECT_EQ(words("'x' '\\n' b'q'"), (Words{"n", "b"}));
    EXPECT_EQ(words("the trait's don't 'quoted words'"), (Words{"the", "trait", "don", "quot", "word"}));
}

TEST(WordsTest, StemsKeepFormsTogether) {
    for (const Words& forms : {Words{"move", "moves", "moved", "moving"}, Words{"borrow", "borrows", "borrowed"},
                               Words{"match", "matches", "matched", "matching"}, Words{"stop", "stopped", "stopping"},
                               Words{"copy", "copies", "copied", "copying"}, Words{"call", "called", "calling"},
                               Words{"use", "uses", "used", "using"}, Words{"class", "classes"}})
        for (const std::string& form : forms)
            EXPECT_EQ(words(form), words(forms[0])) << form;
    for (const char* kept : {"string", "this", "alias", "status", "need", "ring", "bus", "class"}) {
        std::string w = kept;
        stem(w);
        EXPECT_TRUE(w == kept || w == "alia") << w;
    }
}

TEST(WordsTest, OtherAlphabets) {
    EXPECT_EQ(words("Größe ÄPFEL Привет"), (Words{"größe", "äpfel", "привет"}));
    EXPECT_EQ(words("“typographic” – quotes…"), (Words{"typographic", "quot"}));
    EXPECT_EQ(words("所有権"), (Words{"所", "有", "権"}));
    EXPECT_EQ(words(std::string(300, 'A') + " b"), Words{"b"});
}

TEST(WordsTest, IndexableHasLettersOnly) {
    EXPECT_EQ(indexable("fn f<'a>(x: &mut T) -> R?"), "fn f oplifetimea x oprefmut mut t oparrow r");
    EXPECT_EQ(indexable("a()?; ..= => ::<"), "a opquestion oprangeinclusive opfatarrow opturbofish");
    EXPECT_EQ(indexable(""), "");
}

TEST(WordsTest, AnyBytesAreCutWithinTheirBounds) {
    std::mt19937 random(7);
    constexpr std::string_view alphabet = "aZ_0'&?:<.=->` \n\xC3\x84\xE2\x80\xFF\xF0";
    for (int round = 0; round < 3000; ++round) {
        std::string text(random() % 40, ' ');
        for (char& c : text)
            c = random() % 3 ? alphabet[random() % alphabet.size()] : static_cast<char>(random() % 256);
        std::size_t last = 0;
        cut_words(text, [&](const Word& word) {
            EXPECT_LT(word.begin, word.end);
            EXPECT_LE(word.end, text.size());
            EXPECT_GE(word.begin, word.part ? 0 : last);
            EXPECT_FALSE(word.text.empty());
            EXPECT_EQ(word.text.find(' '), std::string_view::npos);
            if (!word.part)
                last = word.begin;
            return true;
        });
    }
}

} // namespace

} // namespace rustcoder::knowledge
