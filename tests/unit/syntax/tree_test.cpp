#include "syntax/tree.h"

#include <gtest/gtest.h>

#include <random>

namespace rustcoder::syntax {
namespace {

Tree tree(std::string text) {
    return Tree(std::make_shared<Source>(std::move(text)));
}
std::string cut(const Tree& t, Range r) {
    return std::string(t.source().text(r));
}
std::size_t at(const Tree& t, std::string_view needle) {
    return t.source().text().find(needle);
}

const char* const program = R"--(//! Shop.
use std::{collections::HashMap, fmt::{self, Display as D}};

/// A thing.
#[derive(Debug, Clone)]
pub struct Item<'a, T: Ord> where T: Copy {
    pub name: &'a str,
    price: HashMap<String, Vec<T>>,
}
struct Pair(pub i32, f64);
enum Shape { Unit, Tuple(i32, u8), Record { side: f64 } }
const LIMIT: usize = 10;

impl<'a, T: Ord + Copy> fmt::Display for Item<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)
    }
}

pub async fn total(items: &[Item<'_, i32>], mut start: i32, (a, b): (i32, i32)) -> Option<i32> {
    let mut sum: i32 = start + a;
    for (i, item) in items.iter().enumerate() {
        if let Some(v) = item.price.get("x") {
            sum += v.iter().map(|q| q * 2).sum::<i32>();
        }
        match item.name {
            "a" | "b" => {}
            other if other.len() > i => sum += 1,
            _ => (),
        }
    }
    let Some(last) = items.last() else { return None; };
    fn helper(z: u8) -> u8 { let inner = z; inner }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn works() { assert_eq!(1, 1); }
}
)--";

TEST(Tree, ListsItemsWithTheirParts) {
    Tree t = tree(program);
    const Item* item = t.find(ItemKind::structure, "Item");
    ASSERT_TRUE(item);
    EXPECT_TRUE(item->is_public);
    EXPECT_EQ(item->derives, (std::vector<std::string>{"Debug", "Clone"}));
    EXPECT_EQ(cut(t, item->generics), "<'a, T: Ord>");
    EXPECT_EQ(cut(t, item->where_clause), "where T: Copy");
    ASSERT_EQ(item->fields.size(), 2u);
    EXPECT_EQ(item->fields[0].type_text, "&'a str");
    EXPECT_EQ(item->fields[1].type_text, "HashMap<String, Vec<T>>");
    EXPECT_TRUE(cut(t, item->range).starts_with("/// A thing."));
    EXPECT_EQ(t.find(ItemKind::structure, "Pair")->fields[1].name, "1");
    const Item* shape = t.find(ItemKind::enumeration, "Shape");
    ASSERT_EQ(shape->variants.size(), 3u);
    EXPECT_EQ(shape->variants[1].shape, Variant::Shape::tuple);
    EXPECT_EQ(shape->variants[2].fields[0].name, "side");
    EXPECT_EQ(t.find(ItemKind::constant, "LIMIT")->type_text, "usize");
    const Item* implementation = t.find(ItemKind::impl, "Item");
    ASSERT_TRUE(implementation);
    EXPECT_EQ(implementation->trait_name, "Display");
    EXPECT_EQ(implementation->self_type, "Item<'a, T>");
}

TEST(Tree, ReadsSignatures) {
    Tree t = tree(program);
    const Item* f = t.find(ItemKind::function, "total");
    ASSERT_TRUE(f);
    EXPECT_TRUE(f->is_async);
    EXPECT_EQ(cut(t, f->return_type), "Option<i32>");
    ASSERT_EQ(f->parameters.size(), 3u);
    EXPECT_EQ(f->parameters[0].type_text, "&[Item<'_, i32>]");
    EXPECT_TRUE(f->parameters[1].by_mut);
    EXPECT_EQ(f->parameters[2].name, "");
    const Item* m = t.find(ItemKind::function, "fmt");
    EXPECT_EQ(m->parameters[0].type_text, "&Self");
    EXPECT_EQ(t.parent(*m)->kind, ItemKind::impl);
    EXPECT_TRUE(t.find(ItemKind::function, "works")->is_test);
    EXPECT_FALSE(f->is_test);
    EXPECT_EQ(t.find(ItemKind::function, "helper")->depth, 1);
}

TEST(Tree, FlattensImports) {
    Tree t = tree(program);
    std::vector<std::string> all;
    for (const Import& i : t.imports())
        all.push_back(i.path + "=" + i.name);
    EXPECT_EQ(all, (std::vector<std::string>{"std::collections::HashMap=HashMap", "std::fmt=fmt", "std::fmt::Display=D",
                                             "super::*=*"}));
}

TEST(Tree, FindsBindingsInScope) {
    Tree t = tree(program);
    auto names = [&](std::string_view needle) {
        std::string out;
        for (const Binding& b : t.bindings_at(at(t, needle)))
            out += b.name + " ";
        return out;
    };
    EXPECT_EQ(names("sum += v"), "v item i sum b a start items LIMIT ");
    EXPECT_EQ(names("q * 2"), "q v item i sum b a start items LIMIT ");
    EXPECT_EQ(names("sum += 1"), "other item i sum b a start items LIMIT ");
    EXPECT_EQ(names("Some(sum)"), "last sum b a start items LIMIT ");
    EXPECT_EQ(names("inner }"), "inner z LIMIT ");
    for (const Binding& b : t.bindings_at(at(t, "Some(sum)"))) {
        if (b.name == "sum") {
            EXPECT_TRUE(b.is_mutable);
            EXPECT_EQ(b.type_text, "i32");
            EXPECT_EQ(cut(t, b.initializer), "start + a");
            EXPECT_EQ(cut(t, b.statement), "let mut sum: i32 = start + a;");
        } else if (b.name == "last") {
            EXPECT_EQ(cut(t, b.initializer), "items.last()");
        }
    }
}

TEST(Tree, CutsStatementsAndBlocks) {
    Tree t = tree("fn f() -> i32 {\n    let a = if x { 1 } else { 2 };\n    g(Foo { a: 1 })?;\n    for i in v { h(i) "
                  "}\n    a + 1\n}\n");
    EXPECT_EQ(cut(t, t.statement_at(at(t, "2 }"))), "2");
    EXPECT_EQ(cut(t, t.statement_at(at(t, "let"))), "let a = if x { 1 } else { 2 };");
    EXPECT_EQ(cut(t, t.statement_at(at(t, "a: 1"))), "g(Foo { a: 1 })?;");
    EXPECT_EQ(cut(t, t.statement_at(at(t, "for"))), "for i in v { h(i) }");
    EXPECT_EQ(cut(t, t.statement_at(at(t, "a + 1"))), "a + 1");
    EXPECT_EQ(cut(t, t.block_at(at(t, "h(i)"))), "{ h(i) }");
}

TEST(Tree, CutsPostfixExpressions) {
    Tree t = tree("fn f() { x = a + self.b[0].c::<Vec<u8>>(1, |p, q| p)?.await.0 + std::mem::take(&mut v); "
                  "y = vec![1].len(); z = &Foo { a: 1 }.a; w = match k { _ => 1 }.abs(); }");
    auto before = [&](std::string_view end) { return cut(t, t.postfix_before(at(t, end))); };
    EXPECT_EQ(before(" + std"), "self.b[0].c::<Vec<u8>>(1, |p, q| p)?.await.0");
    EXPECT_EQ(before("; y"), "std::mem::take(&mut v)");
    EXPECT_EQ(before(".len"), "vec![1]");
    EXPECT_EQ(before(".a; w"), "Foo { a: 1 }");
    EXPECT_EQ(before(".abs"), "match k { _ => 1 }");
    auto from = [&](std::string_view begin) { return cut(t, t.postfix_from(at(t, begin))); };
    EXPECT_EQ(from("self.b"), "self.b[0].c::<Vec<u8>>(1, |p, q| p)?.await.0");
    EXPECT_EQ(from("std"), "std::mem::take(&mut v)");
    EXPECT_EQ(from("Foo"), "Foo { a: 1 }.a");
    auto args = t.arguments(at(t, "(1, |p"));
    ASSERT_EQ(args.size(), 2u);
    EXPECT_EQ(cut(t, args[1]), "|p, q| p");
    EXPECT_EQ(t.call_open({at(t, "std"), at(t, "; y")}), at(t, "(&mut v)"));
    EXPECT_EQ(t.call_open({at(t, "vec!"), at(t, ".len")}), Tree::npos);
}

TEST(Tree, ResynchronisesByIndentationWhenBracesAreBroken) {
    Tree t = tree("impl A {\n    fn a(&self) {\n        if x {\n            y();\n    }\n\n    fn b() -> u8 {\n        "
                  "1\n    }\n}\n\n"
                  "fn c() {\n    loop {\n        z();\n    }\n}\nstruct S { a: u8 }\n");
    for (auto name : {"a", "b", "c"})
        ASSERT_TRUE(t.find(ItemKind::function, name)) << name;
    EXPECT_EQ(t.parent(*t.find(ItemKind::function, "b"))->kind, ItemKind::impl);
    EXPECT_EQ(t.parent(*t.find(ItemKind::function, "c")), nullptr);
    EXPECT_EQ(t.find(ItemKind::structure, "S")->depth, 0);
}

TEST(Tree, IsTotal) {
    std::mt19937 random(3);
    const std::string text = program;
    for (int round = 0; round < 400; ++round) {
        std::string broken = text;
        for (int n = 0; n < 6; ++n) {
            std::size_t i = random() % broken.size();
            broken.erase(i, 1 + random() % 4);
        }
        Tree t = tree(broken);
        for (std::size_t i = 0; i < broken.size(); i += 37) {
            t.bindings_at(i);
            t.statement_at(i);
            t.block_at(i);
            t.postfix_before(i);
            t.postfix_from(i);
            t.arguments(i);
        }
    }
}

} // namespace
} // namespace rustcoder::syntax
