#include "syntax/grammar.h"

#include <gtest/gtest.h>

namespace rustcoder::syntax {
namespace {

Reading read(const std::string& text) {
    static std::vector<std::unique_ptr<Source>> keep;
    keep.push_back(std::make_unique<Source>(text));
    return read_file(lexemes(*keep.back()));
}

class Accepted : public testing::TestWithParam<const char*> {};
TEST_P(Accepted, Reads) {
    Reading r = read(GetParam());
    EXPECT_TRUE(r.ok) << GetParam() << "\nstops at lexeme " << r.error;
}
INSTANTIATE_TEST_SUITE_P(
    Grammar, Accepted,
    testing::Values(
        "#![allow(x)] //! d\nuse a::{self, b::*, c as d}; pub(crate) mod m { pub(in a::b) struct S; }",
        "impl<'a, T: ?Sized + 'a, const N: usize> Tr<T> for [T; N] where for<'b> &'b T: Into<u8>, { type A = u8; const "
        "C: u8 = 1; "
        "fn f(&'a mut self, mut x: u8) -> Result<(), Box<dyn E + Send>> { Ok(()) } }",
        "trait A: B + 'static { type X<'a>: C where Self: 'a; const K: u8; fn f(self: Box<Self>) -> impl Fn(&u8) -> u8 "
        "+ '_; }",
        "enum E<T> { A, B(u8, T), C { x: u8 }, D = 4 } union U { a: u8 } static mut G: u8 = 0; extern \"C\" { fn p(f: "
        "*const u8, ...); }",
        "fn f() { let Some(x) = y else { return }; if let A { b, .. } | C(b) = d && let 1..=9 = e { } else if !g { } }",
        "fn f() { match x { A | B if c => 1, D { e: 1.., .. } => { } ref mut y @ Some(_) => break 'l, -1 => (), _ => "
        "return } }",
        "fn f() { 'l: loop { for (i, x) in 0..n { while a < b { continue 'l } } } x = |a: &u8, (b, _)| -> u8 { a } ; "
        "y(move || z?.w.await.0.1) }",
        "fn f() { a::<Vec<Vec<u8>>>::b(&mut c[1..], [0; 4], S { x, y: 1, ..d })(); <T as U>::v(); x as u8 as f64 >> 2; "
        "*p += 1; }",
        "fn f() { if x { 1 } else { 2 }; match y {} - 1; unsafe { q() } (a, b) = (b, a); println!(\"{}\", x = 1); "
        "vec![1; 2]; any!{ a b } }",
        "async fn f() -> u8 { async move { 1 }.await } const fn g<T>(x: fn(u8) -> T) {} type F = dyn for<'a> Fn(&'a "
        "u8); "
        "macro_rules! m { ($x:expr) => { $x }; } thread_local! { static X: u8 = 1; }"));

struct Broken {
    const char* text;
    std::size_t error; // lexeme
};
class Refused : public testing::TestWithParam<Broken> {};
TEST_P(Refused, StopsThere) {
    Reading r = read(GetParam().text);
    EXPECT_FALSE(r.ok) << GetParam().text;
    EXPECT_EQ(r.error, GetParam().error) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(Grammar, Refused,
                         testing::Values(Broken{"fn f() { a(1; }", 8}, Broken{"func f() {}", 1},
                                         Broken{"fn f() { let x 5; }", 7}, Broken{"fn f() { x = 1 y = 2; }", 8},
                                         Broken{"fn f() { if x y(); }", 7}, Broken{"struct S { a: u8 b: u8 }", 6},
                                         Broken{"fn f() { match x { 1 -> 2 } }", 9},
                                         Broken{"fn f() { a == b == c }", 8}, Broken{"fn f() {", 5},
                                         Broken{"fn f() { 'ab' }", 5}, Broken{"fn f() { println!(\"a\" x); }", 9},
                                         Broken{"fn f() -> { }", 5}, Broken{"fn f() { x(1) y }", 9},
                                         Broken{"fn f() } {", 4}));

TEST(Grammar, SurvivesDeepNesting) {
    EXPECT_FALSE(read("fn f() { " + std::string(100000, '(') + " }").ok);
    EXPECT_FALSE(read("type T = " + std::string(100000, '&')).ok);
}

TEST(Grammar, ReadsFromAnItemOn) {
    Source s("fn a() {} fn b( {} fn c() {}");
    auto l = lexemes(s);
    EXPECT_EQ(item_starts(l), (std::vector<std::size_t>{0, 6}));
    EXPECT_FALSE(read_file(l, 6).ok);
    EXPECT_EQ(read_file(l, 6).error, read_file(l).error);
    EXPECT_TRUE(read_file(l, 11).ok);
}

} // namespace
} // namespace rustcoder::syntax
