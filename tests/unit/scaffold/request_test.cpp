#include "scaffold/request.h"

#include "sample.h"

namespace rustcoder::scaffold {
namespace {

std::vector<std::string> wishes(std::string_view description, std::string_view requirements = "") {
    std::vector<std::string> out;
    for (const auto& wish : read_request(description, requirements).wishes)
        out.push_back((wish.unwanted ? "!" : wish.required ? "" : "*") + wish.text);
    return out;
}

using Texts = std::vector<std::string>;

TEST(Request, SentencesAndClausesAreWishes) {
    EXPECT_EQ(wishes("A to-do list with priorities, due dates and search"),
              (Texts{"*A to-do list", "priorities", "due dates", "search"}));
    EXPECT_EQ(wishes("A calculator. It evaluates expressions; it keeps a history."),
              (Texts{"*A calculator", "It evaluates expressions", "it keeps a history"}));
    EXPECT_EQ(wishes("Parse numbers, e.g. 2.5 or 1,000, from todo.txt"),
              (Texts{"*Parse numbers", "e.g. 2.5", "1,000", "from todo.txt"}));
    EXPECT_EQ(wishes("Replace \"a, b and c\" in files"), Texts{"*Replace \"a, b and c\" in files"});
}

TEST(Request, ListsAreWishes) {
    EXPECT_EQ(
        wishes("A greeter", "- greets by name\n* counts\n  the greetings\n1. writes capitals\n2) a log\n[ ] colours"),
        (Texts{"*A greeter", "greets by name", "counts the greetings", "writes capitals", "a log", "[ ] colours"}));
    EXPECT_EQ(wishes("", "reads the names of all guests from a file and greets them\none after another\n\nlog\ncount"),
              (Texts{"reads the names of all guests from a file", "greets them one after another", "log", "count"}));
}

TEST(Request, FillerIsNoWish) {
    EXPECT_EQ(wishes("Please write a small Rust program for me. It should be fast, nice and easy to use!"), Texts{});
    EXPECT_EQ(wishes(""), Texts{});
    EXPECT_EQ(wishes("\xFF\xFE ... --- ,,, ((("), wishes("\xFF\xFE ... --- ,,, ((("));
}

TEST(Request, Negation) {
    EXPECT_EQ(wishes("A greeter without colours"), (Texts{"*A greeter", "!without colours"}));
    EXPECT_EQ(wishes("Greeter", "no colours\nI don't need a log\nhistory is not needed\nnot the counter"),
              (Texts{"*Greeter", "!no colours", "!I don't need a log", "!history is not needed", "!not the counter"}));
    EXPECT_EQ(wishes("A greeter with a log but no history or counter"),
              (Texts{"*A greeter", "a log", "!but no history", "!counter"}));
    EXPECT_EQ(wishes("Greeter", "no more than 20 names\nnot only capitals\nmust not crash on empty input"),
              (Texts{"*Greeter", "no more than 20 names", "not only capitals", "must not crash on empty input"}));
}

TEST(Request, Names) {
    const auto name = [](std::string_view text) { return read_request(text, "").package; };
    EXPECT_EQ(name("A calculator called sumit"), "sumit");
    EXPECT_EQ(name("A calculator named `sum-it` with history"), "sum-it");
    EXPECT_EQ(name("Write a program called \"Sum It\" for sums"), "sum-it");
    EXPECT_EQ(name("Please make a crate foo-bar that counts"), "foo-bar");
    EXPECT_EQ(name("Make a crate `words` that counts"), "words");
    EXPECT_EQ(name("A greeter; the package name should be hello_you."), "hello_you");
    EXPECT_EQ(name("Name it Frodo"), "frodo");
    for (const auto* none :
         {"Reads a file called notes", "A function named add", "Saves to a file named data.txt",
          "A thing that is called when it rains", "A so-called calculator", "A calculator", "called"})
        EXPECT_EQ(name(none), "") << none;
    EXPECT_EQ(wishes("A calculator called sumit"), Texts{"*A calculator"});
}

TEST(Request, LibraryOrProgram) {
    const auto library = [](std::string_view text) { return read_request(text, "").library; };
    EXPECT_EQ(library("A library for big numbers"), true);
    EXPECT_EQ(library("Write a small crate with a queue"), true);
    EXPECT_EQ(library("A library of numerical functions"), true);
    EXPECT_EQ(library("A command line tool without external libraries"), false);
    EXPECT_EQ(library("Library management program"), false);
    EXPECT_EQ(library("A program for my music library"), false);
    EXPECT_EQ(library("Sort numbers"), std::nullopt);
}

const Coverage& only(const Plan& plan) {
    EXPECT_FALSE(plan.coverage.empty());
    static const Coverage none;
    return plan.coverage.empty() ? none : plan.coverage.back();
}

Plan planned(std::string_view requirements) {
    return plan(sample(), read_request("A greeter", requirements));
}

TEST(Plan, FeaturesGoOnByTheirWordsAndOffByNegation) {
    EXPECT_EQ(planned("").choices.features, (std::set<std::string>{"count", "log"}));
    EXPECT_EQ(planned("Names in capitals").choices.features, (std::set<std::string>{"count", "log", "shout"}));
    EXPECT_EQ(planned("upper-case output").choices.features.contains("shout"), true);
    const auto off = planned("without counting");
    EXPECT_EQ(off.choices.features, std::set<std::string>{"log"});
    EXPECT_EQ(only(off).by, Coverage::By::feature);
    const auto both = planned("no log"); // count needs it
    EXPECT_EQ(both.choices.features, std::set<std::string>{});
    const auto contrary = planned("- keep a log\n- no history");
    EXPECT_TRUE(contrary.choices.features.contains("log"));
    EXPECT_FALSE(only(contrary).met());
}

TEST(Plan, ValuesGoToTheSlotWhoseCueIsNear) {
    const auto one = planned("at most 20 names");
    EXPECT_EQ(one.choices.slots, (std::map<std::string, std::string>{{"limit", "20"}}));
    EXPECT_EQ(only(one).by, Coverage::By::slot);
    EXPECT_EQ(only(one).name, "limit");
    EXPECT_EQ(only(one).value, "20");
    EXPECT_EQ(planned("greet no more than two hundred names").choices.slots.at("limit"), "200");
    EXPECT_EQ(planned("a limit of 0.5k").choices.slots.at("limit"), "500");
    EXPECT_EQ(planned("the greeting is \"Good day\"").choices.slots.at("greeting"), "Good day");
    EXPECT_EQ(planned("names followed by a semicolon").choices.slots.at("mark"), ";");
    EXPECT_TRUE(planned("the greeting").choices.slots.empty());
}

TEST(Plan, ValuesOutsideTheLimitsAreNotCovered) {
    const auto plan = planned("up to 5000 names, at most 5000");
    EXPECT_TRUE(plan.choices.slots.empty());
    EXPECT_FALSE(only(plan).met());
    EXPECT_TRUE(base::has(only(plan).name, "from 1 to 1000")) << only(plan).name;
    EXPECT_LT(plan.covered, 1);
}

TEST(Plan, CoverageIsHonest) {
    for (const auto* known : {"Refuse empty names", "Read names from standard input", "say hello", "greets in capitals",
                              "with unit tests", "counts how many were greeted"})
        EXPECT_TRUE(only(planned(known)).met()) << known;
    for (const auto* unknown : {"Export to PDF", "Greet in French", "Save names to a database", "Read names over HTTP",
                                "Greet 12 times", "Log to syslog"})
        EXPECT_FALSE(only(planned(unknown)).met()) << unknown;
    const auto half = planned("- greets by name\n- draws a chart");
    EXPECT_DOUBLE_EQ(half.covered, 0.5);
    EXPECT_DOUBLE_EQ(planned("").covered, 1);
    EXPECT_TRUE(only(planned("without a database")).met()) << "the manifest says so";
    EXPECT_TRUE(only(planned("no floating point")).met());
    EXPECT_FALSE(only(planned("without mentioning elephants")).met()) << "nothing is known of that";
    EXPECT_FALSE(only(planned("must not greet by name")).met()) << "it always does";
    EXPECT_EQ(only(planned("say hello")).name, "Greets a name");
}

TEST(Plan, OfAnyTextIsAPlan) {
    std::string text = "called, and without 1,,000 \"( `no not 'x";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto turned = text.substr(i) + text.substr(0, i);
        const auto out = plan(sample(), read_request(turned, turned));
        EXPECT_TRUE(fill(sample(), out.choices)) << turned;
    }
}

} // namespace
} // namespace rustcoder::scaffold
