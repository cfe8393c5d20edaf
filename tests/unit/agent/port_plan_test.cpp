#include "agent/port_plan.h"

#include "support/scripted_chat.h"

#include <gtest/gtest.h>

namespace rustcoder::agent {
namespace {

const std::vector<AvailableCrate> crates{{"rand", "0.8.5"}, {"lazy_static", "1.4.0"}};

TEST(PortPlanTest, lines_are_found_whatever_stands_around_them) {
    const auto plan = parse_port_plan("Sure! Here is my plan:\n\n1. **Module:** `parser` - reads the table\n"
                                      "* module: main: runs it\n- Crate: rand or fastrand - dice\n"
                                      "Risk: floats are printed otherwise.\nThat is all: nothing more.\n",
                                      crates);
    EXPECT_EQ(plan.modules.size(), 2u);
    EXPECT_EQ(plan.modules[1], "main: runs it");
    ASSERT_EQ(plan.crates.size(), 1u);
    EXPECT_EQ(plan.crates[0].name, "rand");
    EXPECT_EQ(plan.crates[0].alternatives, std::vector<std::string>{"fastrand"});
    EXPECT_EQ(plan.crates[0].why, "dice");
    EXPECT_TRUE(plan.crates[0].available);
    ASSERT_EQ(plan.risks.size(), 1u);
    EXPECT_EQ(plan.risks[0], "floats are printed otherwise");
}

TEST(PortPlanTest, an_alternative_that_can_be_had_comes_first_and_what_cannot_is_said) {
    auto plan =
        parse_port_plan("crate: once_cell or lazy-static - globals\ncrate: tokio - tasks\ncrate: none\n", crates);
    ASSERT_EQ(plan.crates.size(), 2u);
    EXPECT_EQ(plan.crates[0].name, "lazy-static");
    EXPECT_EQ(plan.crates[0].alternatives, std::vector<std::string>{"once_cell"});
    EXPECT_FALSE(plan.crates[1].available);
    EXPECT_NE(plan.text().find("tokio - tasks (cannot be had on this machine"), std::string::npos) << plan.text();
}

TEST(PortPlanTest, any_text_is_survived_and_none_is_empty) {
    for (const auto* text : {"", "no plan", ":::", "module:", "crate: ()", "risk:\n\xff", "module", "crate: or or or"})
        EXPECT_TRUE(parse_port_plan(text, crates).empty()) << text;
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += "module: m\ncrate: rand\nrisk: r\n";
    EXPECT_LT(parse_port_plan(many, crates).modules.size(), 20u);
}

TEST(PortPlanTest, a_program_that_does_not_fit_is_an_error_before_anybody_is_asked) {
    test::Scripted model;
    model.script = {{"module: main: all"}};
    EXPECT_TRUE(ask_port_plan(model, "Python", "print(1)", crates));
    const auto plan = ask_port_plan(model, "Python", std::string(1u << 20, 'x') + "\n", crates);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, Errc::limit);
    EXPECT_EQ(model.prompts.size(), 1u);
}

} // namespace
} // namespace rustcoder::agent
