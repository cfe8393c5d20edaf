#include "repair/rule_support.h"
#include "repair/rules/field_table.h"
#include "repair/rules/type_conversions.h"
#include "repair/rules/type_mismatch.h"

#include <gtest/gtest.h>

using namespace rustcoder;
using namespace rustcoder::repair;

namespace {

toolchain::Diagnostic with_label(std::string label, std::string note = {}) {
    toolchain::Diagnostic d;
    d.code = "E0308";
    d.message = "mismatched types";
    toolchain::Span span;
    span.primary = true;
    span.label = std::move(label);
    d.spans.push_back(span);
    if (!note.empty())
        d.children.push_back({toolchain::Level::note, std::move(note), {}});
    return d;
}

TEST(TypeText, LosesPathsAndLifetimes) {
    EXPECT_EQ(clean_type("std::slice::Iter<'_, i32>"), "Iter<i32>");
    EXPECT_EQ(clean_type("&'static str"), "&str");
    EXPECT_EQ(clean_type("Result<usize, std::io::Error>"), "Result<usize, Error>");
    EXPECT_EQ(clean_type("fn() -> Vec<_> {Vec::<_>::new}"), "fn() -> Vec<_>");
    EXPECT_EQ(clean_type("Map<Chars<'_>, {closure@src/lib.rs:1:2: 3:4}>"), "Map<Chars, {closure}>");
    EXPECT_EQ(clean_type("{integer}"), "{integer}");
    EXPECT_EQ(clean_type(""), "");
}

TEST(TypeText, TakesTypesApart) {
    EXPECT_EQ(wraps("Option<Vec<u8>>", "Option"), "Vec<u8>");
    EXPECT_FALSE(wraps("Vec<u8>", "Option"));
    EXPECT_EQ(type_arguments("HashMap<String, (u8, Fn(A) -> B)>"),
              (std::vector<std::string>{"String", "(u8, Fn(A) -> B)"}));
    EXPECT_EQ(type_arguments("(u8, char)"), (std::vector<std::string>{"u8", "char"}));
    EXPECT_EQ(strip_refs("&&mut T"), "T");
    EXPECT_EQ(type_head("&[T]"), "&");
    EXPECT_FALSE(is_complete_type("Vec<_>"));
    EXPECT_TRUE(is_complete_type("Vec<my_type>"));
}

TEST(TypeText, KnowsWhatFits) {
    EXPECT_TRUE(lossless("u8", "u32"));
    EXPECT_TRUE(lossless("u32", "i64"));
    EXPECT_TRUE(lossless("u32", "f64"));
    EXPECT_FALSE(lossless("i32", "u64"));
    EXPECT_FALSE(lossless("u64", "f64"));
    EXPECT_FALSE(lossless("u32", "usize"));
    EXPECT_TRUE(same_type("Vec<_>", "Vec<u8>"));
    EXPECT_TRUE(same_type("u64", "{integer}"));
    EXPECT_FALSE(same_type("&str", "String"));
}

TEST(TypeText, ItemsOfIterators) {
    EXPECT_EQ(iterator_item("Rev<Chars>"), "char");
    EXPECT_EQ(iterator_item("Enumerate<Iter<u8>>"), "(usize, &u8)");
    EXPECT_EQ(iterator_item("Cloned<Iter<String>>"), "String");
    EXPECT_EQ(iterator_item("Map<Iter<u8>, {closure}>"), "");
}

TEST(ExpectedFoundText, ReadsLabels) {
    auto d = with_label("expected `Option<u32>`, found `u32`");
    auto ef = expected_found(d, d.spans[0]);
    ASSERT_TRUE(ef);
    EXPECT_EQ(ef->expected, "Option<u32>");
    EXPECT_EQ(ef->found, "u32");
    d = with_label("expected `&&i32`, found integer");
    EXPECT_EQ(expected_found(d, d.spans[0])->found, "{integer}");
    d = with_label("expected due to this");
    EXPECT_FALSE(expected_found(d, d.spans[0]));
}

TEST(ExpectedFoundText, TakesElidedTypesFromTheNote) {
    auto d = with_label(
        "expected `Vec<String>`, found `Map<Iter<'_, i32>, ...>`",
        "expected struct `Vec<String>`\n   found struct `Map<std::slice::Iter<'_, i32>, {closure@a.rs:1:2: 3:4}>`");
    auto ef = expected_found(d, d.spans[0]);
    ASSERT_TRUE(ef);
    EXPECT_EQ(ef->found, "Map<Iter<i32>, {closure}>");
    EXPECT_EQ(ef->found_kind, "struct");
    // the note's `_` never replaces what the label says in full
    d = with_label("expected `HashMap<String, u8>`, found `&mut HashMap<String, u8>`",
                   "expected struct `HashMap<_, _>`\nfound mutable reference `&mut HashMap<_, _>`");
    EXPECT_EQ(expected_found(d, d.spans[0])->expected, "HashMap<String, u8>");
}

TEST(Spelling, FindsTranspositionsAndCase) {
    auto near = closest("lenght", {"length", "width", "light"});
    ASSERT_FALSE(near.empty());
    EXPECT_EQ(near[0].name, "length");
    EXPECT_GT(near[0].closeness, 0.8);
    EXPECT_EQ(closest("wordcount", {"word_count", "words"}).at(0).name, "word_count");
    EXPECT_TRUE(closest("total", {"x", "bananas"}).empty());
}

TEST(StdTable, OrderingIsAmbiguous) {
    auto paths = std_paths("Ordering");
    ASSERT_EQ(paths.size(), 2u);
    EXPECT_EQ(paths[0], "std::cmp::Ordering");
    EXPECT_EQ(paths[1], "std::sync::atomic::Ordering");
    EXPECT_EQ(std_paths("HashMap"), std::vector<std::string>{"std::collections::HashMap"});
    EXPECT_TRUE(std_paths("NotThere").empty());
}

TEST(Conversions, BestFirstForCommonPairs) {
    auto best = [](std::string_view expected, std::string_view found, std::string_view text) {
        std::string out;
        double prior = 0;
        for (const auto& c : conversions(expected, found, text))
            if (c.prior > prior) {
                prior = c.prior;
                out = c.before + "_" + c.after;
            }
        return out;
    };
    EXPECT_EQ(best("Option<u32>", "u32", "x"), "Some(_)");
    EXPECT_EQ(best("String", "&str", "name"), "_.to_string()");
    EXPECT_EQ(best("&str", "String", "s"), "&_");
    EXPECT_EQ(best("u32", "&u32", "x"), "*_");
    EXPECT_EQ(best("Vec<char>", "&str", "s"), "_.chars().collect()");
    EXPECT_EQ(best("Vec<u32>", "Map<Iter<u8>, {closure}>", "it"), "_.collect()");
    EXPECT_EQ(best("Vec<i32>", "[i32; 3]", "[1, 2, 3]"), "vec!_");
    EXPECT_EQ(best("u64", "u32", "n"), "_ as u64");
    EXPECT_EQ(best("Result<(), E>", "E", "e"), "Err(_)");
    EXPECT_TRUE(conversions("u32", "u32", "x").empty());
    EXPECT_TRUE(conversions("{integer}", "char", "'a'").empty());
}

TEST(MethodTable, ByFamily) {
    EXPECT_EQ(family_of("&mut Vec<u8>"), Family::vector);
    EXPECT_EQ(family_of("Box<str>"), Family::text);
    EXPECT_TRUE(has_method(Family::vector, "sort"));
    EXPECT_TRUE(has_method(Family::iterator, "map"));
    EXPECT_FALSE(has_method(Family::text, "map"));
    EXPECT_FALSE(has_method(Family::slice, "push"));
}

TEST(Parentheses, OnlyWhereAnOperatorIsLoose) {
    auto needs = [](const std::string& e) {
        Source s(e);
        return needs_parentheses(s, {0, e.size()});
    };
    EXPECT_FALSE(needs("a.b(c + d)[1]"));
    EXPECT_TRUE(needs("a + b"));
    EXPECT_TRUE(needs("&x"));
    EXPECT_TRUE(needs("x as u8"));
    EXPECT_FALSE(needs("x.parse::<u8>()"));
}

} // namespace
