#include "lexical_case.h"

namespace rustcoder::repair::testing {
namespace {

struct Case {
    const char* name;
    const char* broken;
    const char* fixed;
    int within = 1; // the repair is among the first so many
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

class Syntax : public ::testing::TestWithParam<Case> {};

TEST_P(Syntax, IsRepaired) {
    const Case& c = GetParam();
    ASSERT_TRUE(syntax::read_file(syntax::lexemes(syntax::Source(c.fixed))).ok) << "the expected text must read";
    auto list = proposals(c.broken, syntax_error(c.broken));
    int rank = rank_of(list, c.fixed);
    EXPECT_GT(rank, 0) << "not proposed among " << list.size();
    EXPECT_LE(rank, c.within) << (list.empty() ? "" : list[0].second);
    if (rank > 0) {
        EXPECT_FALSE(list[static_cast<std::size_t>(rank) - 1].first.why.empty());
    }
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Braces, Syntax,
    ::testing::Values(
        Case{"MissingOpenOfFunction", "fn a() -> u8\n    let x = 1;\n    x\n}\n\nfn b() {}\n",
             "fn a() -> u8 {\n let x = 1; x } fn b() {}"},
        Case{"MissingOpenOfIf", "fn a(x: u8) {\n    if x > 1\n        b();\n    }\n    c();\n}\n",
             "fn a(x: u8) { if x > 1 { b(); } c(); }"},
        Case{"MissingOpenOfMatchArm",
             "fn a(x: u8) {\n    match x {\n        1 =>\n            b();\n        }\n        _ => {}\n    }\n}\n",
             "fn a(x: u8) { match x { 1 => { b(); } _ => {} } }"},
        Case{"MissingOpenOfImpl", "struct A;\nimpl A\n    fn b(&self) {}\n}\n", "struct A; impl A { fn b(&self) {} }"},
        Case{"MissingOpenOfLiteral", "fn a() -> P {\n    P x: 1, y: 2 }\n}\n", "fn a() -> P { P { x: 1, y: 2 } }"},
        Case{"MissingOpenOnOneLine", "fn a(x: u8) -> u8 {\n    if x > 1 return 2; }\n    x\n}\n",
             "fn a(x: u8) -> u8 { if x > 1 { return 2; } x }"},
        Case{"MissingCloseOfIf", "fn a() {\n    if x {\n        b();\n    c();\n}\n\nfn d() {\n}\n",
             "fn a() { if x { b(); } c(); } fn d() {}"},
        Case{"MissingCloseBeforeElse", "fn a() {\n    if x {\n        b();\n    else {\n        c();\n    }\n}\n",
             "fn a() { if x { b(); } else { c(); } }"},
        Case{"MissingCloseOfFunction",
             "impl A {\n    fn b(&self) {\n        x();\n\n    fn c(&self) {\n        y();\n    }\n}\n",
             "impl A { fn b(&self) { x(); } fn c(&self) { y(); } }"},
        Case{"MissingCloseAtEnd", "fn a() {\n    b();\n}\n\nfn c() {\n    d();\n", "fn a() { b(); } fn c() { d(); }"},
        Case{"MissingCloseOfClosure", "fn a() {\n    b(|x| {\n        c(x);\n    );\n    d();\n}\n",
             "fn a() { b(|x| { c(x); }); d(); }"},
        Case{"MissingBoth", "fn a(x: u8) {\n    if x > 1\n        b();\n        c();\n\n    d();\n}\n",
             "fn a(x: u8) { if x > 1 { b(); c(); } d(); }"},
        Case{"ExtraClose", "fn a() {\n    b();\n}}\n\nfn c() {}\n", "fn a() { b(); } fn c() {}"},
        Case{"ExtraOpen", "fn a() {{\n    b();\n    c();\n}\n", "fn a() { b(); c(); }"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Parentheses, Syntax,
    ::testing::Values(
        Case{"CallBeforeSemicolon", "fn a() {\n    println!(\"hi\";\n}\n", "fn a() { println!(\"hi\"); }"},
        Case{"NestedCall", "fn a() {\n    let x = b(c(1), d(2);\n}\n", "fn a() { let x = b(c(1), d(2)); }"},
        Case{"ConditionBeforeBrace", "fn a() {\n    if (x && y {\n        b();\n    }\n}\n",
             "fn a() { if (x && y) { b(); } }"},
        Case{"ParametersBeforeArrow", "fn a(x: u8 -> u8 {\n    x\n}\n", "fn a(x: u8) -> u8 { x }"},
        Case{"PatternBeforeArrow", "fn a() {\n    match b {\n        Some(x => x,\n        None => 1,\n    }\n}\n",
             "fn a() { match b { Some(x) => x, None => 1, } }"},
        Case{"ChainOnLines", "fn a() {\n    v.iter()\n        .map(|c| c + 1\n        .sum()\n}\n",
             "fn a() { v.iter().map(|c| c + 1).sum() }", 2},
        Case{"Index", "fn a() {\n    let x = v[i + 1;\n}\n", "fn a() { let x = v[i + 1]; }"},
        Case{"MissingOpener", "fn a() {\n    b x, y);\n}\n", "fn a() { b(x, y); }"},
        Case{"MissingOpenerOfMacro", "fn a() {\n    println!\"hi\");\n}\n", "fn a() { println!(\"hi\"); }"},
        Case{"MissingOpenerOfAttribute", "#derive(Debug)]\nstruct A;\n", "#[derive(Debug)] struct A;"},
        Case{"Doubled", "fn a() {\n    b(x));\n    c();\n}\n", "fn a() { b(x); c(); }"},
        Case{"DoubledOpener", "fn a() {\n    b((x);\n    c();\n}\n", "fn a() { b(x); c(); }"},
        Case{"WrongKind", "fn a() {\n    b(x};\n    c();\n}\n", "fn a() { b(x); c(); }"},
        Case{"WrongKindOfBrace", "fn a() {\n    b(x);\n)\n", "fn a() { b(x); }"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Tokens, Syntax,
    ::testing::Values(
        Case{"Semicolon", "fn a() {\n    let x = 1\n    b(x);\n}\n", "fn a() { let x = 1; b(x); }"},
        Case{"CommaOfFields", "struct A {\n    x: u8\n    y: u8,\n}\n", "struct A { x: u8, y: u8, }"},
        Case{"CommaOfArguments", "fn a() {\n    b(x y);\n}\n", "fn a() { b(x, y); }"},
        Case{"CommaOfArms", "fn a(x: u8) -> u8 {\n    match x {\n        1 => 2\n        _ => 3,\n    }\n}\n",
             "fn a(x: u8) -> u8 { match x { 1 => 2, _ => 3, } }"},
        Case{"FatArrow", "fn a(x: u8) -> u8 {\n    match x {\n        1 2,\n        _ => 3,\n    }\n}\n",
             "fn a(x: u8) -> u8 { match x { 1 => 2, _ => 3, } }"},
        Case{"ThinArrow", "fn a(x: u8) u8 {\n    x\n}\n", "fn a(x: u8) -> u8 { x }"},
        Case{"ArrowForFatArrow", "fn a(x: u8) -> u8 {\n    match x {\n        1 -> 2,\n        _ => 3,\n    }\n}\n",
             "fn a(x: u8) -> u8 { match x { 1 => 2, _ => 3, } }"},
        Case{"EqualsForFatArrow", "fn a(x: u8) -> u8 {\n    match x {\n        1 = 2,\n        _ => 3,\n    }\n}\n",
             "fn a(x: u8) -> u8 { match x { 1 => 2, _ => 3, } }"},
        Case{"FatArrowForArrow", "fn a(x: u8) => u8 {\n    x\n}\n", "fn a(x: u8) -> u8 { x }"},
        Case{"ColonForPath", "use std:collections::HashMap;\n", "use std::collections::HashMap;"},
        Case{"ColonForAssociated", "fn a() {\n    let v = Vec:new();\n}\n", "fn a() { let v = Vec::new(); }"},
        Case{"PathForColon", "fn a(x:: u8) {}\n", "fn a(x: u8) {}"},
        Case{"ColonOfParameter", "fn a(x u8) {}\n", "fn a(x: u8) {}"},
        Case{"EqualsOfLet", "fn a() {\n    let x Vec::new();\n}\n", "fn a() { let x = Vec::new(); }"},
        Case{"DoubleEqualsOfLet", "fn a() {\n    let x == 5;\n}\n", "fn a() { let x = 5; }"},
        Case{"TripleEquals", "fn a() {\n    if x === y {\n    }\n}\n", "fn a() { if x == y { } }"},
        Case{"LessGreater", "fn a() {\n    if x <> y {\n    }\n}\n", "fn a() { if x != y { } }"},
        Case{"EqualsLess", "fn a() {\n    if x =< y {\n    }\n}\n", "fn a() { if x <= y { } }"},
        Case{"Increment", "fn a() {\n    x++;\n}\n", "fn a() { x += 1; }"},
        Case{"SemicolonForComma", "struct A {\n    x: u8;\n    y: u8,\n}\n", "struct A { x: u8, y: u8, }"},
        Case{"CommaForSemicolon", "fn a() {\n    let x = 1,\n    b(x);\n}\n", "fn a() { let x = 1; b(x); }"},
        Case{"Generic", "fn a() {\n    let x: Vec<Option<u8> = b();\n}\n", "fn a() { let x: Vec<Option<u8>> = b(); }"},
        Case{"ClosureBar", "fn a() {\n    v.map(|x x + 1);\n}\n", "fn a() { v.map(|x| x + 1); }"},
        Case{"MacroBang", "fn a() {\n    let v = vec[0; 3];\n}\n", "fn a() { let v = vec![0; 3]; }"},
        Case{"In", "fn a() {\n    for x xs {\n    }\n}\n", "fn a() { for x in xs { } }"},
        Case{"Dot", "fn a() {\n    let n = v len();\n}\n", "fn a() { let n = v.len(); }"},
        Case{"DoubledComma", "fn a() {\n    b(x,, y);\n}\n", "fn a() { b(x, y); }"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Keywords, Syntax,
    ::testing::Values(
        Case{"Func", "func a() {}\n", "fn a() {}"},
        Case{"Def", "pub def a() -> u8 {\n    1\n}\n", "pub fn a() -> u8 { 1 }"},
        Case{"Retrun", "fn a() -> u8 {\n    retrun 1;\n}\n", "fn a() -> u8 { return 1; }"},
        Case{"Strcut", "strcut A {\n    x: u8,\n}\n", "struct A { x: u8, }"},
        Case{"Pubic", "pubic fn a() {}\n", "pub fn a() {}"},
        Case{"Whlie", "fn a() {\n    whlie x < 3 {\n        b();\n    }\n}\n", "fn a() { while x < 3 { b(); } }"},
        Case{"Lte", "fn a() {\n    lte x = 1;\n}\n", "fn a() { let x = 1; }"},
        Case{"Var", "fn a() {\n    val x = 1;\n}\n", "fn a() { let x = 1; }"},
        Case{"Elif", "fn a() {\n    if x {\n        b();\n    } elif y {\n        c();\n    }\n}\n",
             "fn a() { if x { b(); } else if y { c(); } }"},
        Case{"Switch", "fn a(x: u8) {\n    switch x {\n        1 => b(),\n        _ => c(),\n    }\n}\n",
             "fn a(x: u8) { match x { 1 => b(), _ => c(), } }"},
        Case{"And", "fn a() {\n    if x and y {\n        b();\n    }\n}\n", "fn a() { if x && y { b(); } }"},
        Case{"Class", "class A {\n    x: u8,\n}\n", "struct A { x: u8, }"},
        Case{"Interface", "interface A {\n    fn b(&self);\n}\n", "trait A { fn b(&self); }"},
        Case{"Import", "import std::fmt;\n", "use std::fmt;"},
        Case{"Namespace", "namespace a {\n    fn b() {}\n}\n", "mod a { fn b() {} }"},
        Case{"LostFn", "pub a(x: u8) -> u8 {\n    x\n}\n", "pub fn a(x: u8) -> u8 { x }"},
        Case{"LostLetBeforeMut", "fn a() {\n    mut x = 1;\n}\n", "fn a() { let mut x = 1; }"},
        Case{"LostLetWithType", "fn a() {\n    x: u8 = 1;\n}\n", "fn a() { let x: u8 = 1; }"},
        Case{"LostMatch", "fn a(x: O) -> u8 {\n    x {\n        Some(y) => y,\n        None => 1,\n    }\n}\n",
             "fn a(x: O) -> u8 { match x { Some(y) => y, None => 1, } }"},
        Case{"LostElse", "fn a() -> u8 {\n    let y = if x { 1 } { 2 };\n    y\n}\n",
             "fn a() -> u8 { let y = if x { 1 } else { 2 }; y }"},
        Case{"LostImplFor", "struct A;\nfmt::Display for A {\n    fn b(&self) {}\n}\n",
             "struct A; impl fmt::Display for A { fn b(&self) {} }"},
        Case{"LostUse", "std::fmt::Display;\nfn a() {}\n", "use std::fmt::Display; fn a() {}"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Literals, Syntax,
    ::testing::Values(
        Case{"LostClosingQuote", "fn a() {\n    println!(\"hello);\n    println!(\"x\");\n}\n",
             "fn a() { println!(\"hello\"); println!(\"x\"); }"},
        Case{"LostClosingQuoteBeforeArgument", "fn a() {\n    println!(\"x is {}, x);\n    b(\"y\");\n}\n",
             "fn a() { println!(\"x is {}\", x); b(\"y\"); }"},
        Case{"LostOpeningQuote", "fn a() {\n    println!(hello {}\", x);\n    b(\"y\");\n}\n",
             "fn a() { println!(\"hello {}\", x); b(\"y\"); }"},
        Case{"SingleQuotes", "fn a() {\n    println!('hello {}', x);\n}\n", "fn a() { println!(\"hello {}\", x); }"},
        Case{"LostCharQuote", "fn a() {\n    let c = 'x;\n    b(c);\n}\n", "fn a() { let c = 'x'; b(c); }"},
        Case{"LostFirstCharQuote", "fn a() {\n    let c = x';\n    b(c);\n}\n", "fn a() { let c = 'x'; b(c); }"},
        Case{"CurlyQuotes", "fn a() {\n    println!(“hi {}”, x)；\n}\n", "fn a() { println!(\"hi {}\", x); }"},
        Case{"HashComment", "# adds\nfn a() {\n    b(); # calls it\n}\n", "fn a() { b(); }"},
        Case{"OneSlash", "fn a() {\n    / calls it, don't ask\n    b();\n}\n", "fn a() { b(); }"},
        Case{"OpenComment", "fn a() {\n    /* calls it\n    b();\n}\n", "fn a() { b(); }"},
        Case{"FormatPrefix", "fn a() {\n    println!(f\"{x}\");\n}\n", "fn a() { println!(\"{x}\"); }"},
        Case{"FormatPrefixOutside", "fn a() -> String {\n    f\"{x}\"\n}\n", "fn a() -> String { format!(\"{x}\") }"},
        Case{"Suffix", "fn a() {\n    let x = 1usizee;\n}\n", "fn a() { let x = 1usize; }"}),
    name_of);

struct Late {
    const char* name;
    const char* code;
    const char* at; // text the compiler points at
    const char* broken;
    const char* fixed;
};
class LateSlips : public ::testing::TestWithParam<Late> {};

TEST_P(LateSlips, AreRepaired) {
    const Late& c = GetParam();
    std::string broken = c.broken;
    std::size_t begin = broken.find(c.at);
    ASSERT_NE(begin, broken.npos);
    auto list = proposals(
        broken, diagnostic(broken, begin, begin + std::string_view(c.at).size(), c.code, "cannot find value"));
    EXPECT_EQ(rank_of(list, c.fixed), 1) << (list.empty() ? "nothing" : list[0].second);
}

INSTANTIATE_TEST_SUITE_P(
    Words, LateSlips,
    ::testing::Values(
        Late{"Null", "E0425", "null", "fn a() -> O { null }", "fn a() -> O { None }"},
        Late{"True", "E0425", "True", "fn a() -> bool { True }", "fn a() -> bool { true }"},
        Late{"Printf", "E0425", "printf", "fn a() { printf(\"x\"); }", "fn a() { println!(\"x\"); }"},
        Late{"Console", "E0425", "console", "fn a() { console.log(\"x\"); }", "fn a() { println!(\"x\"); }"},
        Late{"IntType", "E0425", "int", "fn a(x: int) {}", "fn a(x: i32) {}"},
        Late{"Bar", "E0425", "x|", "fn a() { v.map(x| x + 1); }", "fn a() { v.map(|x| x + 1); }"},
        Late{"BarOfTuple", "E0425", "y)|", "fn a() { v.map((x, y)| x + y); }", "fn a() { v.map(|(x, y)| x + y); }"},
        Late{"Else", "E0308", "1 }", "fn a(x: bool) -> u8 { if x { 1 } { 2 } }",
             "fn a(x: bool) -> u8 { if x { 1 } else { 2 } }"},
        Late{"NotEqual", "E0308", "x =! y", "fn a() { if x =! y { } }", "fn a() { if x != y { } }"},
        Late{"Let", "E0425", "x = 1", "fn a() { x = 1; b(x); }", "fn a() { let x = 1; b(x); }"},
        Late{"LetMut", "E0425", "v = V", "fn a() { v = V::new(); v.push(1); }",
             "fn a() { let mut v = V::new(); v.push(1); }"},
        Late{"LetOfPattern", "E0425", "p, q", "fn a() { (p, q) = b(); c(p, q); }",
             "fn a() { let (p, q) = b(); c(p, q); }"},
        Late{"Loop", "E0268", "break", "fn a() { b(); { if x { break; } } }",
             "fn a() { b(); loop { if x { break; } } }"}),
    [](const ::testing::TestParamInfo<Late>& info) { return std::string(info.param.name); });

TEST(Lexical, PriorsAreSharesOfOneWhole) {
    std::string broken = "fn a() {\n    println!(\"hi\";\n}\n";
    double sum = 0;
    for (auto& [candidate, text] : proposals(broken, syntax_error(broken)))
        sum += candidate.prior;
    EXPECT_GT(sum, 0.5);
    EXPECT_LE(sum, 1.05);
}

TEST(Lexical, SaysNothingAboutATextThatReads) {
    std::string text = "fn a() { b(); }";
    EXPECT_TRUE(proposals(text, diagnostic(text, 0, 2, "E0999")).empty());
}

TEST(Lexical, IsTotalAndQuickOnNoise) {
    std::string noise;
    const std::string pieces[] = {"{",    "}",   "(",  ")",  "fn ", "x ", "\"", "'",  "=> ", "\n",
                                  "    ", "if ", ", ", "; ", "<",   ">",  "“",  "/*", "#"};
    for (unsigned i = 0, r = 12345; i < 1500; ++i) {
        r = r * 1103515245u + 12345u;
        noise += pieces[(r >> 16) % std::size(pieces)];
    }
    EXPECT_LE(proposals(noise, syntax_error(noise)).size(), 200u);
}

} // namespace
} // namespace rustcoder::repair::testing
