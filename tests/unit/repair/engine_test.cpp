// The search, against a compiler that is a function.
#include "repair/engine.h"
#include "unit/repair/fake_workspace.h"

#include <gtest/gtest.h>

using namespace rustcoder;
using repair::Verdict;
using test::diagnostic;
using test::FakeWorkspace;
using toolchain::Applicability;
using toolchain::Diagnostic;

namespace {

constexpr auto MA = Applicability::machine_applicable;
constexpr auto MI = Applicability::maybe_incorrect;

project::Project one(std::string text) {
    project::Project p;
    EXPECT_TRUE(p.set("Cargo.toml", "[package]\nname = \"x\"\n"));
    EXPECT_TRUE(p.set("src/main.rs", std::move(text)));
    return p;
}

const std::string& text(const project::Project& p) {
    return *p.find("src/main.rs");
}

// Complains about each `badN` and offers good N; `bad0` hides all later ones (a phase of its own).
std::vector<Diagnostic> words(const project::Project& p, std::vector<std::pair<std::string, Applicability>> offers) {
    std::vector<Diagnostic> out;
    const std::string& s = text(p);
    for (std::size_t at = s.find("bad"); at != std::string::npos; at = s.find("bad", at + 1)) {
        auto d = diagnostic("E01" + s.substr(at + 3, 2), "src/main.rs", at, at + 5, offers);
        out.push_back(d);
    }
    return out;
}

} // namespace

TEST(Engine, LeavesAWorkingProjectAlone) {
    FakeWorkspace w([](const project::Project&) { return std::vector<Diagnostic>{}; });
    auto o = repair::repair(w, one("fn main() {}\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::already_ok);
    EXPECT_EQ(o->best, o->original);
    EXPECT_EQ(w.quick, 0);
}

TEST(Engine, TakesTheAlternativeTheCompilerAccepts) {
    FakeWorkspace w([](const project::Project& p) -> std::vector<Diagnostic> {
        if (text(p).find("right") != std::string::npos)
            return {};
        if (text(p).find("wrong") != std::string::npos)
            return {diagnostic("E0002", "src/main.rs", 12, 17, {})};
        return {diagnostic("E0001", "src/main.rs", 12, 15, {{"wrong", MA}, {"right", MI}})};
    });
    auto o = repair::repair(w, one("fn main() { xxx }\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::fixed);
    EXPECT_EQ(text(o->best), "fn main() { right }\n");
    ASSERT_EQ(o->applied.size(), 1u);
    EXPECT_EQ(o->applied[0].error_code, "E0001");
    EXPECT_GT(o->applied[0].confidence, 0);
    ASSERT_EQ(o->attempts.size(), 2u);
    EXPECT_FALSE(o->attempts[0].success);
    EXPECT_TRUE(o->attempts[1].success);
}

TEST(Engine, AnswersIndependentErrorsTogether) {
    FakeWorkspace w([](const project::Project& p) { return words(p, {{"fine0", MA}, {"other", MI}}); });
    std::string source =
        "fn other() { let keep = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]; let _ = keep; "
        "let more = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]; let _ = more; }\nfn main() {";
    for (int i = 10; i < 20; ++i)
        source += " bad" + std::to_string(i) + ";";
    auto o = repair::repair(w, one(source + " }\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::fixed);
    EXPECT_EQ(text(o->best).find("bad"), std::string::npos);
    EXPECT_EQ(o->applied.size(), 10u);
    EXPECT_LE(o->checks, 24); // one batch, a few rivals, and one check a step to see that it is needed
}

TEST(Engine, AnswersFiftyErrorsThatReadTheSame) {
    FakeWorkspace w([](const project::Project& p) {
        auto all = words(p, {{"fine0", MA}});
        for (auto& d : all)
            d.code = "E0308", d.message = "mismatched types";
        return all;
    });
    std::string source;
    for (int i = 0; i < 50; ++i)
        source += "fn f" + std::to_string(i) + "(a: i32, b: i32) -> i32 {\n    let c = a + b;\n    c * bad10\n}\n";
    auto o = repair::repair(w, one(source + "fn main() {}\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::fixed);
    EXPECT_EQ(text(o->best).find("bad"), std::string::npos);
    EXPECT_LE(o->checks, 20);
}

TEST(Engine, IsDeterministicForAnyNumberOfThreads) {
    auto compiler = [](const project::Project& p) { return words(p, {{"aaaaa", MI}, {"bbbbb", MI}, {"ccccc", MA}}); };
    std::string first;
    int checks = 0;
    for (int threads : {1, 2, 4, 8}) {
        FakeWorkspace w(compiler);
        repair::Options options;
        options.threads = threads;
        auto o = repair::repair(w, one("fn main() { bad10; bad11; bad12; }\n"), options);
        ASSERT_TRUE(o);
        if (first.empty())
            first = text(o->best), checks = o->checks;
        EXPECT_EQ(text(o->best), first);
        EXPECT_EQ(o->checks, checks);
    }
}

TEST(Engine, KeepsTheBestStateWhenItCannotFinish) {
    // bad10 can be mended, bad11 cannot.
    FakeWorkspace w([](const project::Project& p) {
        auto all = words(p, {{"fine0", MA}});
        for (auto& d : all)
            if (d.code == "E0111")
                d.suggestions.clear();
        return all;
    });
    auto o = repair::repair(w, one("fn main() { bad10; bad11; }\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::partial);
    EXPECT_EQ(text(o->best), "fn main() { fine0; bad11; }\n");
    EXPECT_EQ(text(o->original), "fn main() { bad10; bad11; }\n");
    EXPECT_EQ(o->errors_before, 2);
    EXPECT_EQ(o->errors_after, 1);
    EXPECT_FALSE(o->explanation.empty());
}

TEST(Engine, NeverCallsItFixedWhenCargoDisagrees) {
    FakeWorkspace w([](const project::Project& p) { return words(p, {{"fine0", MA}}); });
    w.full = [](const project::Project&) {
        return std::vector<Diagnostic>{diagnostic("E0999", "src/main.rs", 0, 2, {})};
    };
    auto o = repair::repair(w, one("fn main() { bad10; }\n"));
    ASSERT_TRUE(o);
    EXPECT_NE(o->verdict, Verdict::fixed);
    EXPECT_NE(o->verdict, Verdict::already_ok);
}

TEST(Engine, NeverCallsItFixedWhenTheLinkFails) {
    FakeWorkspace w([](const project::Project& p) { return words(p, {{"fine0", MA}}); });
    w.link = [](const project::Project&) { return std::vector<Diagnostic>{diagnostic("", "src/main.rs", 0, 2, {})}; };
    auto o = repair::repair(w, one("fn main() { bad10; }\n"));
    ASSERT_TRUE(o);
    EXPECT_NE(o->verdict, Verdict::fixed);
}

TEST(Engine, GoesOnWhenCargoReachesMoreUnits) {
    // Quick checks see only bad1x; cargo sees bad2x once those are gone.
    auto only = [](const project::Project& p, char digit) {
        auto all = words(p, {{"fine0", MA}});
        std::erase_if(all, [&](const Diagnostic& d) { return d.code[3] != digit; });
        return all;
    };
    bool recorded = false;
    FakeWorkspace w([&](const project::Project& p) {
        auto d = only(p, '1');
        return d.empty() && recorded ? only(p, '2') : d;
    });
    w.full = [&](const project::Project& p) {
        auto d = only(p, '1');
        if (!d.empty())
            return d;
        recorded = true;
        return only(p, '2');
    };
    auto o = repair::repair(w, one("fn main() { bad10; bad20; }\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::fixed);
    EXPECT_EQ(text(o->best), "fn main() { fine0; fine0; }\n");
}

TEST(Engine, RefusesToGut) {
    std::string body = "fn keep_me(a: i32, b: i32) -> i32 { let c = a + b; let d = c * 2; d + bad10 }\n";
    FakeWorkspace w([&](const project::Project& p) -> std::vector<Diagnostic> {
        auto at = text(p).find("bad10");
        if (at == std::string::npos)
            return {};
        Diagnostic d = diagnostic("E0110", "src/main.rs", at, at + 5, {});
        toolchain::Suggestion remove;
        remove.applicability = MA;
        remove.message = "remove this function";
        remove.parts.push_back({"src/main.rs", 0, text(p).find("fn main"), "", true});
        d.suggestions.push_back(remove);
        return {d};
    });
    auto o = repair::repair(w, one(body + "fn main() {}\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::unchanged);
    EXPECT_EQ(o->best, o->original);
    EXPECT_NE(o->explanation.find("delete"), std::string::npos);
}

TEST(Engine, NeverLeavesAStub) {
    FakeWorkspace w([](const project::Project& p) { return words(p, {{"todo!()", MA}, {"unimplemented!()", MA}}); });
    auto o = repair::repair(w, one("fn main() { bad10; }\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::unchanged);
    EXPECT_EQ(o->best, o->original);
}

TEST(Engine, StrictRefusesRiskyEdits) {
    auto compiler = [](const project::Project& p) { return words(p, {{"x.unwrap()", MA}}); };
    for (auto [risk, verdict] :
         {std::pair(repair::Risk::cost, Verdict::unchanged), std::pair(repair::Risk::destructive, Verdict::fixed)}) {
        FakeWorkspace w(compiler);
        repair::Options options;
        options.max_risk = risk;
        auto o = repair::repair(w, one("fn main() { bad10; }\n"), options);
        ASSERT_TRUE(o);
        EXPECT_EQ(o->verdict, verdict);
    }
}

TEST(Engine, LetsTheTestsChoose) {
    FakeWorkspace w([](const project::Project& p) { return words(p, {{"first", MA}, {"second", MI}}); });
    w.passes = [](const project::Project& p) { return text(p).find("second") != std::string::npos; };
    repair::Options options;
    options.run_tests = true;
    auto o = repair::repair(w, one("fn main() { bad10; }\n"), options);
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::fixed);
    EXPECT_EQ(text(o->best), "fn main() { second; }\n");
    ASSERT_TRUE(o->tests);
    EXPECT_EQ(o->tests->failed(), 0u);
}

TEST(Engine, SaysSoWhenTestsStillFail) {
    FakeWorkspace w([](const project::Project& p) { return words(p, {{"first", MA}}); });
    w.passes = [](const project::Project&) { return false; };
    repair::Options options;
    options.run_tests = true;
    auto o = repair::repair(w, one("fn main() { bad10; }\n"), options);
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::fixed); // it compiles ...
    ASSERT_TRUE(o->tests);
    EXPECT_EQ(o->tests->failed(), 1u); // ... and the answer carries the failing test
    EXPECT_NE(o->explanation.find("tests fail"), std::string::npos);
}

TEST(Engine, HonoursTheBudgetInBuilds) {
    FakeWorkspace w([](const project::Project& p) { return words(p, {{"fine0", MA}}); });
    repair::Options options;
    options.max_builds = 1;
    auto o = repair::repair(w, one("fn main() { bad10; }\n"), options);
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::unchanged);
    EXPECT_EQ(o->attempts.size(), 1u);
}

TEST(Engine, StopsWhenAsked) {
    std::stop_source stop;
    FakeWorkspace w([&](const project::Project& p) {
        if (text(p).find("aaaaa") != std::string::npos)
            stop.request_stop();
        return words(p, {{"aaaaa bad99", MA}, {"bbbbb bad98", MA}});
    });
    auto o = repair::repair(w, one("fn main() { bad10; }\n"), {}, stop.get_token());
    ASSERT_TRUE(o);
    EXPECT_EQ(o->verdict, Verdict::cancelled);
}

TEST(Engine, DropsEditsThatTurnOutNeedless) {
    // Mending bad10 makes the complaint about bad11 vanish by itself.
    FakeWorkspace w([](const project::Project& p) {
        auto all = words(p, {{"fine0", MA}});
        bool cause = text(p).find("bad10") != std::string::npos;
        if (!cause)
            all.clear();
        return all;
    });
    auto o = repair::repair(w, one("fn main() { bad10; bad11; }\n"));
    ASSERT_TRUE(o);
    EXPECT_EQ(text(o->best), "fn main() { fine0; bad11; }\n");
    EXPECT_EQ(o->applied.size(), 1u);
}

TEST(Engine, RefusesAnEmptyProject) {
    FakeWorkspace w([](const project::Project&) { return std::vector<Diagnostic>{}; });
    auto o = repair::repair(w, {});
    ASSERT_FALSE(o);
    EXPECT_EQ(o.error().code, Errc::invalid_input);
}

TEST(Preservation, SeesLostItemsStubsAndTests) {
    auto before = one(
        "fn a() { let x = 1; let y = 2; drop(x + y); }\nfn b() -> i32 { 3 }\n#[test] fn t() { assert_eq!(b(), 3); }\n");
    EXPECT_EQ(repair::compare(before, before).verdict, repair::Preservation::Verdict::preserved);
    auto gone = repair::compare(before, one("fn b() -> i32 { 3 }\n#[test] fn t() { assert_eq!(b(), 3); }\n"));
    EXPECT_EQ(gone.verdict, repair::Preservation::Verdict::gutted);
    EXPECT_EQ(gone.lost_items, std::vector<std::string>{"fn a"});
    auto untested =
        repair::compare(before, one("fn a() { let x = 1; let y = 2; drop(x + y); }\nfn b() -> i32 { 3 }\n"));
    EXPECT_EQ(untested.verdict, repair::Preservation::Verdict::gutted);
    auto stub = repair::compare(before, one("fn a() { let x = 1; let y = 2; drop(x + y); }\nfn b() -> i32 { todo!() "
                                            "}\n#[test] fn t() { assert_eq!(b(), 3); }\n"));
    EXPECT_NE(stub.verdict, repair::Preservation::Verdict::preserved);
    EXPECT_EQ(stub.added_escapes, std::vector<std::string>{"todo"});
}

TEST(Preservation, ARenameIsNoLoss) {
    auto p = repair::compare(one("fn lenght() -> i32 { 3 }\nfn main() {}\n"),
                             one("fn length() -> i32 { 3 }\nfn main() {}\n"));
    EXPECT_EQ(p.verdict, repair::Preservation::Verdict::preserved);
    EXPECT_TRUE(p.lost_items.empty());
}
