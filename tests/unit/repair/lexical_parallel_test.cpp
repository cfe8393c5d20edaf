// A lost delimiter that fits in several places: the place that reads like the rest of the file comes first.
#include "lexical_case.h"

namespace rustcoder::repair::testing {
namespace {

struct Case {
    const char* name;
    const char* broken;
    const char* fixed;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

class Parallel : public ::testing::TestWithParam<Case> {};

TEST_P(Parallel, ComesFirst) {
    const Case& c = GetParam();
    ASSERT_TRUE(syntax::read_file(syntax::lexemes(syntax::Source(c.fixed))).ok) << "the expected text must read";
    auto list = proposals(c.broken, syntax_error(c.broken));
    EXPECT_EQ(rank_of(list, c.fixed), 1) << (list.empty() ? "nothing proposed" : list[0].second);
}

INSTANTIATE_TEST_SUITE_P(
    Closers, Parallel,
    ::testing::Values(
        Case{"CalledAgainBehindTheOperator", "fn f(n: u64) -> u64 {\n    f(n - 1 + f(n - 2)\n}\n",
             "fn f(n: u64) -> u64 { f(n - 1) + f(n - 2) }"},
        Case{"SameArgumentForAnother", "fn d(n: i64) -> i64 {\n    cube(n - square(n)\n}\n",
             "fn d(n: i64) -> i64 { cube(n) - square(n) }"},
        Case{"SameShapeOnTheLine",
             "fn d(a: P, b: P) -> f64 {\n    ((a.x - b.x).powi(2) + (a.y - b.y.powi(2)).sqrt()\n}\n",
             "fn d(a: P, b: P) -> f64 { ((a.x - b.x).powi(2) + (a.y - b.y).powi(2)).sqrt() }"},
        Case{
            "AsDeclared",
            "fn gcd(a: u64, b: u64) -> u64 {\n    a + b\n}\nfn lcm(a: u64, b: u64) -> u64 {\n    a / gcd(a, b * b\n}\n",
            "fn gcd(a: u64, b: u64) -> u64 { a + b } fn lcm(a: u64, b: u64) -> u64 { a / gcd(a, b) * b }"},
        Case{"NestedStaysNested", "fn b(n: u64, k: u64) -> u64 {\n    fact(n) / (fact(k) * fact(n - k)\n}\n",
             "fn b(n: u64, k: u64) -> u64 { fact(n) / (fact(k) * fact(n - k)) }"},
        Case{"NotSuperfluous", "fn c(f: f64) -> f64 {\n    (f - 32.0 * 5.0 / 9.0\n}\n",
             "fn c(f: f64) -> f64 { (f - 32.0) * 5.0 / 9.0 }"},
        Case{"Index", "fn r(g: &G, r: usize, c: usize) -> i32 {\n    g[r][c + g[r][c + 1]\n}\n",
             "fn r(g: &G, r: usize, c: usize) -> i32 { g[r][c] + g[r][c + 1] }"}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(Openers, Parallel,
                         ::testing::Values(Case{"RoundTheSum", "fn main() {\n    let m = a + b + c) / 3;\n}\n",
                                                "fn main() { let m = (a + b + c) / 3; }"},
                                           Case{"OfTheSecondFactor",
                                                "fn p(w: f64, h: f64) -> f64 {\n    2.0 * w + h)\n}\n",
                                                "fn p(w: f64, h: f64) -> f64 { 2.0 * (w + h) }"},
                                           Case{"OfTheReceiver", "fn main() {\n    let w = b.0 - a.0).abs();\n}\n",
                                                "fn main() { let w = (b.0 - a.0).abs(); }"}),
                         [](const auto& info) { return std::string(info.param.name); });

} // namespace
} // namespace rustcoder::repair::testing
