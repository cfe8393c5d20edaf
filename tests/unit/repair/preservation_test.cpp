#include "repair/engine.h"

#include <gtest/gtest.h>

namespace rustcoder::repair {
namespace {

project::Project program(const std::string& text) {
    project::Project p;
    EXPECT_TRUE(p.set("src/main.rs", text));
    return p;
}

TEST(PreservationOfQuotes, ALostQuoteShiftsStringsNotWords) {
    const auto before =
        program("fn main() {\n    let words = vec![\"one\", two\", \"three\"];\n    println!(\"{}\", words.len());\n"
                "    println!(\"{}\", words.join(\"-\"));\n}\n");
    const auto after =
        program("fn main() {\n    let words = vec![\"one\", \"two\", \"three\"];\n    println!(\"{}\", words.len());\n"
                "    println!(\"{}\", words.join(\"-\"));\n}\n");
    EXPECT_EQ(compare(before, after).verdict, Preservation::Verdict::preserved);
    const auto gutted = program("fn main() {\n    let words = vec![\"one\"];\n}\n");
    EXPECT_EQ(compare(before, gutted).verdict, Preservation::Verdict::gutted);
}

TEST(PreservationOfImpls, AnImplThatMovedToAWrapperIsNotLost) {
    const auto before =
        program("impl fmt::Display for Vec<i32> {\n    fn fmt(&self) { self.len(); self.len(); }\n}\nfn main() {}\n");
    const auto moved = program("struct Wrapper(Vec<i32>);\nimpl fmt::Display for Wrapper {\n    fn fmt(&self) { "
                               "self.0.len(); self.0.len(); }\n}\n"
                               "fn main() {}\n");
    EXPECT_TRUE(compare(before, moved).lost_items.empty());
    EXPECT_FALSE(compare(before, program("fn main() {}\n")).lost_items.empty());
}

} // namespace
} // namespace rustcoder::repair
