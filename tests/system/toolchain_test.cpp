// The Workspace against real cargo and rustc: every kind of project, and that quick answers agree with the authority.
#include "base/os.h"
#include "toolchain/workspace.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <thread>

namespace rustcoder::toolchain {
namespace {

using project::Project;

const Toolchain& real_toolchain() {
    static const Toolchain t = [] {
        auto found = discover();
        EXPECT_TRUE(found) << found.error().text();
        return found ? *found : Toolchain{};
    }();
    return t;
}

std::unique_ptr<Workspace> open_workspace(WorkspaceOptions options = {}) {
    auto w = Workspace::open(real_toolchain(), process::Sandbox::from_environment(), std::move(options));
    EXPECT_TRUE(w) << w.error().text();
    return w ? std::move(*w) : nullptr;
}

Project make(std::initializer_list<std::pair<std::string, std::string>> files) {
    Project p;
    for (const auto& [path, text] : files)
        EXPECT_TRUE(p.set(path, text)) << path;
    return p;
}

std::string manifest(const std::string& name, const std::string& more = "", const std::string& edition = "2021") {
    return fmt::format("[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"{}\"\n{}", name, edition, more);
}

std::vector<std::string> codes(const CheckReport& r) {
    std::vector<std::string> out;
    for (const Diagnostic& d : r.diagnostics)
        if (d.is_error())
            out.push_back(d.code.empty() ? d.message : d.code);
    std::ranges::sort(out);
    return out;
}

std::vector<std::uint64_t> prints(const CheckReport& r) {
    std::vector<std::uint64_t> out;
    for (const Diagnostic& d : r.diagnostics)
        if (d.is_error())
            out.push_back(d.fingerprint());
    std::ranges::sort(out);
    return out;
}

CheckReport must(Result<CheckReport> r) {
    EXPECT_TRUE(r) << r.error().text();
    return r ? std::move(*r) : CheckReport{};
}

TEST(Discover, FindsRealBinariesAndRemembersThem) {
    const Toolchain& t = real_toolchain();
    EXPECT_FALSE(t.rustc_version.empty());
    EXPECT_GT(t.minor, 50);
    EXPECT_EQ(t.rustc.string().find("/.cargo/bin/"), std::string::npos) << "a rustup proxy costs 10 ms a call";
    const auto again = discover();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->identity(), t.identity());
    EXPECT_EQ(again->sysroot, t.sysroot);
}

TEST(Discover, SaysWhatIsWrongWithANamedTool) {
    const auto r = discover({.cargo_path = "/nonexistent/cargo"});
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::unavailable);
    EXPECT_NE(r.error().text().find("CARGO_PATH"), std::string::npos);
}

TEST(Check, SingleCrateGoodAndBad) {
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", manifest("one")}, {"src/main.rs", "fn main() { println!(\"hi\"); }\n"}});
    CheckReport r = must(w->check(p));
    EXPECT_TRUE(r.ok) << r.stderr_text;
    EXPECT_TRUE(r.complete);
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { let x: i32 = \"a\"; }\n"));
    r = must(w->check(p));
    EXPECT_FALSE(r.ok);
    EXPECT_EQ(codes(r), std::vector<std::string>{"E0308"});
    ASSERT_NE(r.diagnostics.front().primary(), nullptr);
    EXPECT_EQ(r.diagnostics.front().primary()->file, "src/main.rs");
    EXPECT_NE(r.stderr_text.find("error[E0308]"), std::string::npos);
    EXPECT_NE(r.stderr_text.find("could not compile `one`"), std::string::npos);
    EXPECT_EQ(r.stderr_text.find("Running"), std::string::npos);
    EXPECT_EQ(r.stderr_text.find("/dev/shm"), std::string::npos) << "private paths do not belong in the answer";
}

TEST(Check, NoManifestAndBrokenManifestAreReports) {
    auto w = open_workspace();
    CheckReport r = must(w->check(make({{"src/main.rs", "fn main() {}\n"}})));
    EXPECT_FALSE(r.ok);
    EXPECT_NE(r.cargo_error.find("Cargo.toml"), std::string::npos);
    r = must(w->check(make({{"Cargo.toml", manifest("x", "", "2022")}, {"src/main.rs", "fn main() {}\n"}})));
    EXPECT_FALSE(r.ok);
    EXPECT_NE(r.cargo_error.find("2022"), std::string::npos) << r.cargo_error;
    // The candidate that mends the manifest goes through cargo in the slot.
    r = must(w->quick_check(make({{"Cargo.toml", manifest("x")}, {"src/main.rs", "fn main() {}\n"}})));
    EXPECT_TRUE(r.ok) << r.stderr_text;
}

TEST(Check, ErrorsOfLibraryTestsAndExamplesAreSeen) {
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", manifest("all")},
                      {"src/lib.rs", "pub fn f() -> u8 { 1 }\n#[cfg(test)] mod t { #[test] fn a() { nope(); } }\n"},
                      {"src/main.rs", "fn main() { all::f(); }\n"},
                      {"tests/it.rs", "#[test] fn b() { let _: String = all::f(); }\n"},
                      {"examples/ex.rs", "fn main() { all::g(); }\n"}});
    CheckReport r = must(w->check(p));
    EXPECT_EQ(codes(r), (std::vector<std::string>{"E0308", "E0425", "E0425"})) << r.stderr_text;
    EXPECT_TRUE(r.complete);
    // Each is answered on its own; what did not change is not compiled again.
    ASSERT_TRUE(p.set("examples/ex.rs", "fn main() { all::f(); }\n"));
    const auto before = w->costs().rustc_calls;
    r = must(w->quick_check(p));
    EXPECT_EQ(codes(r), (std::vector<std::string>{"E0308", "E0425"})) << r.stderr_text;
    EXPECT_LE(w->costs().rustc_calls - before, 2u);
}

TEST(QuickCheck, DependentsOfAChangedLibraryAreCheckedAgainstIt) {
    auto w = open_workspace();
    // A dash in the name: cargo passes CARGO_BIN_EXE_pair-up to the integration test.
    Project p = make({{"Cargo.toml", manifest("pair-up", "description = \"\"\"\ntwo `lines`\nand 'quotes'\"\"\"\n")},
                      {"src/lib.rs", "pub fn f() -> u8 { 1 }\n"},
                      {"src/main.rs", "fn main() { let _: u8 = pair_up::f(); }\n"},
                      {"tests/it.rs", "#[test] fn t() { assert_eq!(pair_up::f(), 1); }\n"}});
    ASSERT_TRUE(must(w->check(p)).ok);
    Project q = p;
    ASSERT_TRUE(q.set("src/lib.rs", "pub fn f() -> u16 { 1 }\n"));
    CheckReport r = must(w->quick_check(q));
    EXPECT_FALSE(r.ok);
    EXPECT_EQ(codes(r), std::vector<std::string>{"E0308"});
    EXPECT_EQ(r.diagnostics.front().primary()->file, "src/main.rs");
    ASSERT_TRUE(q.set("src/main.rs", "fn main() { let _: u16 = pair_up::f(); }\n"));
    EXPECT_TRUE(must(w->quick_check(q)).ok);
    EXPECT_EQ(w->costs().cargo_calls, 1u) << "rustc's recorded lines are enough";
    EXPECT_TRUE(must(w->check(q)).ok);
}

TEST(QuickCheck, NewModuleFileIsSeen) {
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", manifest("mods")}, {"src/main.rs", "mod part;\nfn main() { part::f(); }\n"}});
    EXPECT_EQ(codes(must(w->check(p))), std::vector<std::string>{"E0583"});
    ASSERT_TRUE(p.set("src/part.rs", "pub fn f() { 1 }\n"));
    EXPECT_EQ(codes(must(w->quick_check(p))), std::vector<std::string>{"E0308"});
    ASSERT_TRUE(p.set("src/part.rs", "pub fn f() {}\n"));
    EXPECT_TRUE(must(w->quick_check(p)).ok);
}

TEST(Check, WorkspaceWithPathDependency) {
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"2\"\n"},
                      {"a/Cargo.toml", manifest("a", "[dependencies]\nb = { path = \"../b\" }\n")},
                      {"a/src/main.rs", "fn main() { b::f(1); }\n"},
                      {"b/Cargo.toml", manifest("b")},
                      {"b/src/lib.rs", "mod inner;\npub use inner::f;\n"},
                      {"b/src/inner.rs", "pub fn f(x: u8) -> u8 { y }\n"}});
    CheckReport r = must(w->check(p));
    EXPECT_EQ(codes(r), std::vector<std::string>{"E0425"});
    EXPECT_EQ(r.diagnostics.front().primary()->file, "b/src/inner.rs");
    EXPECT_FALSE(r.complete) << "the binary was never reached";
    ASSERT_TRUE(p.set("b/src/inner.rs", "pub fn f(x: u8) -> u8 { x }\n"));
    EXPECT_TRUE(must(w->quick_check(p)).ok);
    EXPECT_TRUE(must(w->check(p)).ok);
    ASSERT_TRUE(p.set("b/src/inner.rs", "pub fn f(x: &str) -> u8 { x.len() as u8 }\n"));
    r = must(w->quick_check(p));
    ASSERT_EQ(codes(r), std::vector<std::string>{"E0308"});
    EXPECT_EQ(r.diagnostics.front().primary()->file, "a/src/main.rs");
}

TEST(Check, ProjectInASubfolder) {
    auto w = open_workspace();
    Project p = make({{"app/Cargo.toml", manifest("app")}, {"app/src/main.rs", "fn main() { x }\n"}});
    const CheckReport r = must(w->check(p));
    ASSERT_EQ(codes(r), std::vector<std::string>{"E0425"});
    EXPECT_EQ(r.diagnostics.front().primary()->file, "app/src/main.rs");
    ASSERT_TRUE(p.set("app/src/main.rs", "fn main() { let x = y; }\n"));
    const CheckReport q = must(w->quick_check(p));
    ASSERT_EQ(codes(q), std::vector<std::string>{"E0425"});
    EXPECT_EQ(q.diagnostics.front().primary()->file, "app/src/main.rs");
}

TEST(Check, BuildScriptOutputIsUsedAndItsFailureExplained) {
    auto w = open_workspace();
    const std::string build =
        "use std::{env, fs, path::Path};\nfn main() {\n"
        "    let out = env::var(\"OUT_DIR\").unwrap();\n"
        "    fs::write(Path::new(&out).join(\"g.rs\"), \"pub const N: u8 = 7;\").unwrap();\n"
        "    println!(\"cargo:rustc-env=COLOUR=red\");\n    println!(\"cargo:rustc-cfg=extra\");\n}\n";
    Project p = make({{"Cargo.toml", manifest("scripted")},
                      {"build.rs", build},
                      {"src/main.rs", "include!(concat!(env!(\"OUT_DIR\"), \"/g.rs\"));\n"
                                      "fn main() { let _: u16 = N; println!(env!(\"COLOUR\")); }\n"}});
    CheckReport r = must(w->check(p));
    EXPECT_EQ(codes(r), std::vector<std::string>{"E0308"}) << r.stderr_text;
    Project q = p;
    ASSERT_TRUE(q.set("src/main.rs", "include!(concat!(env!(\"OUT_DIR\"), \"/g.rs\"));\n"
                                     "fn main() { let _: u8 = N; println!(env!(\"COLOUR\")); }\n"));
    const auto cargo_calls = w->costs().cargo_calls;
    r = must(w->quick_check(q));
    EXPECT_TRUE(r.ok) << r.stderr_text;
    EXPECT_EQ(w->costs().cargo_calls, cargo_calls) << "the recorded line is enough";
    ASSERT_TRUE(q.set("build.rs", "fn main() { panic!(\"no luck\"); }\n"));
    r = must(w->quick_check(q));
    EXPECT_FALSE(r.ok);
    EXPECT_GT(w->costs().cargo_calls, cargo_calls);
    r = must(w->check(q));
    EXPECT_FALSE(r.ok);
    EXPECT_NE(r.cargo_error.find("build"), std::string::npos) << r.cargo_error;
}

TEST(Check, ProcMacroInTheWorkspace) {
    auto w = open_workspace();
    Project p =
        make({{"Cargo.toml",
               manifest("user", "[dependencies]\nmac = { path = \"mac\" }\n[workspace]\nmembers = [\"mac\"]\n")},
              {"src/main.rs", "#[derive(mac::Hello)]\nstruct S;\nfn main() { let _: u8 = S.hello(); }\n"},
              {"mac/Cargo.toml", manifest("mac", "[lib]\nproc-macro = true\n")},
              {"mac/src/lib.rs", "use proc_macro::TokenStream;\n#[proc_macro_derive(Hello)]\n"
                                 "pub fn hello(_: TokenStream) -> TokenStream {\n"
                                 "    \"impl S { fn hello(&self) -> u16 { 1 } }\".parse().unwrap()\n}\n"}});
    CheckReport r = must(w->check(p));
    EXPECT_EQ(codes(r), std::vector<std::string>{"E0308"}) << r.stderr_text << r.cargo_error;
    Project q = p;
    ASSERT_TRUE(q.set("src/main.rs", "#[derive(mac::Hello)]\nstruct S;\nfn main() { let _: u16 = S.hello(); }\n"));
    EXPECT_TRUE(must(w->quick_check(q)).ok);
    // A candidate that changes the macro itself: rustc's line alone cannot tell, cargo rebuilds it.
    q = p;
    ASSERT_TRUE(q.set("mac/src/lib.rs", "use proc_macro::TokenStream;\n#[proc_macro_derive(Hello)]\n"
                                        "pub fn hello(_: TokenStream) -> TokenStream {\n"
                                        "    \"impl S { fn hello(&self) -> u8 { 1 } }\".parse().unwrap()\n}\n"));
    r = must(w->quick_check(q));
    EXPECT_TRUE(r.ok) << r.stderr_text;
}

TEST(Check, EveryEdition) {
    for (const char* edition : {"2015", "2018", "2021", "2024"}) {
        auto w = open_workspace();
        Project p =
            make({{"Cargo.toml", manifest("ed", "", edition)},
                  {"src/main.rs", std::string(edition) == "2015" ? "fn main() { let async = 1; let _ = async; }\n"
                                                                 : "fn main() { let dyn = 1; }\n"}});
        const CheckReport r = must(w->check(p));
        EXPECT_EQ(r.ok, std::string(edition) == "2015") << edition << r.stderr_text;
        if (!r.ok) {
            EXPECT_EQ(r.diagnostics.front().phase, Phase::parse);
        }
    }
}

TEST(Check, MissingCrateIsNamed) {
    auto w = open_workspace();
    const CheckReport r =
        must(w->check(make({{"Cargo.toml", manifest("m", "[dependencies]\nno-such-crate-here = \"3.1\"\n")},
                            {"src/main.rs", "fn main() {}\n"}})));
    EXPECT_FALSE(r.ok);
    EXPECT_NE(r.cargo_error.find("crate `no-such-crate-here` cannot be had offline: version \"3.1\" is wanted"),
              std::string::npos)
        << r.cargo_error;
}

TEST(Check, CrateFromDebiansRegistry) {
    if (!std::filesystem::is_directory("/usr/share/cargo/registry"))
        GTEST_SKIP() << "needs a local registry: apt-get install librust-itoa-dev";
    std::filesystem::path found;
    for (const auto& e : std::filesystem::directory_iterator("/usr/share/cargo/registry"))
        if (e.path().filename().string().starts_with("itoa-"))
            found = e.path();
    if (found.empty())
        GTEST_SKIP() << "needs apt-get install librust-itoa-dev";
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", manifest("uses", "[dependencies]\nitoa = \"1\"\n")},
                      {"src/main.rs", "fn main() { let mut b = itoa::Buffer::new(); let _: u8 = b.format(7); }\n"}});
    EXPECT_EQ(codes(must(w->check(p))), std::vector<std::string>{"E0308"});
    ASSERT_TRUE(
        p.set("src/main.rs", "fn main() { let mut b = itoa::Buffer::new(); println!(\"{}\", b.format(7)); }\n"));
    EXPECT_TRUE(must(w->quick_check(p)).ok);
    const auto run = w->run(p, {});
    ASSERT_TRUE(run);
    EXPECT_EQ(run->exit.out, "7\n") << run->build.stderr_text;
    ASSERT_TRUE(p.set("Cargo.toml", manifest("uses", "[dependencies]\nitoa = \"77\"\n")));
    const CheckReport r = must(w->check(p));
    EXPECT_NE(r.cargo_error.find("version \"^77\" is wanted, 1."), std::string::npos) << r.cargo_error;
}

TEST(Check, ALockFileThatCannotBeMetIsSetAside) {
    bool there = false;
    if (std::filesystem::is_directory("/usr/share/cargo/registry"))
        for (const auto& e : std::filesystem::directory_iterator("/usr/share/cargo/registry"))
            there = there || e.path().filename().string().starts_with("itoa-1");
    if (!there)
        GTEST_SKIP() << "needs apt-get install librust-itoa-dev";
    auto w = open_workspace();
    const std::string sum(64, 'a');
    Project p =
        make({{"Cargo.toml", manifest("locked", "[dependencies]\nitoa = \"1\"\n")},
              {"Cargo.lock", "version = 3\n\n[[package]]\nname = \"itoa\"\nversion = \"1.0.999\"\n"
                             "source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" +
                                 sum +
                                 "\"\n\n[[package]]\nname = \"locked\"\nversion = \"0.1.0\"\n"
                                 "dependencies = [\n \"itoa\",\n]\n"},
              {"src/main.rs", "fn main() { println!(\"{}\", itoa::Buffer::new().format(1)); }\n"}});
    EXPECT_TRUE(must(w->check(p)).ok);
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { nope(); }\n"));
    EXPECT_EQ(codes(must(w->quick_check(p))), std::vector<std::string>{"E0425"});
    EXPECT_EQ(codes(must(w->check(p))), std::vector<std::string>{"E0425"});
}

TEST(Check, DependenciesAreBuiltOnceForAllWorkspaces) {
    bool there = false;
    if (std::filesystem::is_directory("/usr/share/cargo/registry"))
        for (const auto& e : std::filesystem::directory_iterator("/usr/share/cargo/registry"))
            there = there || e.path().filename().string().starts_with("itoa-1");
    if (!there)
        GTEST_SKIP() << "needs apt-get install librust-itoa-dev";
    auto cache = base::TempDir::create("cache");
    ASSERT_TRUE(cache);
    WorkspaceOptions o;
    o.cache_dir = cache->path();
    const std::string good = "fn main() { println!(\"{}\", itoa::Buffer::new().format(7)); }\n";
    const Project p =
        make({{"Cargo.toml", manifest("first", "[dependencies]\nitoa = \"1\"\n")}, {"src/main.rs", good}});
    {
        auto w = open_workspace(o);
        const CheckReport r = must(w->check(p));
        EXPECT_TRUE(r.ok);
        EXPECT_NE(r.stderr_text.find("Checking itoa"), std::string::npos);
        EXPECT_TRUE(must(w->build(p)).ok);
    }
    // Another project, another workspace, same dependencies; and its own fault is not hidden by what is kept.
    const Project q = make({{"Cargo.toml", manifest("first", "[dependencies]\nitoa = \"1\"\n")},
                            {"src/main.rs", "fn main() { let _: u8 = itoa::Buffer::new().format(7); }\n"}});
    auto w = open_workspace(o);
    CheckReport r = must(w->check(q));
    EXPECT_EQ(codes(r), std::vector<std::string>{"E0308"}) << r.stderr_text;
    EXPECT_EQ(r.stderr_text.find("Checking itoa"), std::string::npos) << r.stderr_text;
    r = must(w->build(p));
    EXPECT_TRUE(r.ok);
    EXPECT_EQ(r.stderr_text.find("Compiling itoa"), std::string::npos) << r.stderr_text;
    for (const auto& e : std::filesystem::recursive_directory_iterator(cache->path()))
        EXPECT_EQ(e.path().filename().string().find("first"), std::string::npos)
            << "the project's own output is not kept";
}

TEST(Check, VendoredCrateThroughTheProjectsOwnConfig) {
    auto w = open_workspace();
    const Project p =
        make({{"Cargo.toml", manifest("vend", "[dependencies]\ntiny = \"1\"\n")},
              {".cargo/config.toml",
               "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"vendor\"\n"},
              {"vendor/tiny/Cargo.toml", "[package]\nname = \"tiny\"\nversion = \"1.0.0\"\nedition = \"2018\"\n"},
              {"vendor/tiny/.cargo-checksum.json", "{\"files\":{}}"},
              {"vendor/tiny/src/lib.rs", "pub fn one() -> u8 { 1 }\n"},
              {"src/main.rs", "fn main() { println!(\"{}\", tiny::one()); }\n"}});
    const CheckReport r = must(w->check(p));
    EXPECT_TRUE(r.ok) << r.cargo_error << r.stderr_text;
}

// Two versions that differ only in content, checked alternately: cargo must never take one for the other.
TEST(Check, NeverTakesAChangedFileForFresh) {
    auto w = open_workspace();
    const std::string good = "pub fn f() -> u8 { 1 }\n", bad = "pub fn f() -> u8 { \"\" }\n";
    for (int i = 0; i < 6; ++i) {
        const Project p = make({{"Cargo.toml", manifest("same")}, {"src/lib.rs", i % 2 ? bad : good}});
        EXPECT_EQ(must(w->check(p)).ok, i % 2 == 0) << i;
        // The slot's own cargo, seeded from the main target directory, must not be fooled either.
        const Project q = make(
            {{"Cargo.toml", manifest("same", "# " + std::to_string(i) + "\n")}, {"src/lib.rs", i % 2 ? good : bad}});
        EXPECT_EQ(must(w->quick_check(q)).ok, i % 2 == 1) << i;
    }
}

std::string mutant(int i) {
    static const std::vector<std::pair<std::string, std::string>> changes{{"u32", "u64"},
                                                                          {"let mut total", "let total"},
                                                                          {"&self", "self"},
                                                                          {"total += v", "total -= \"x\""},
                                                                          {"Vec::new()", "Vec"},
                                                                          {"items.push", "items.add"},
                                                                          {"struct", "strct"},
                                                                          {"}\n", ""},
                                                                          {";\n", "\n"},
                                                                          {"impl Bag", "impl Bga"},
                                                                          {"use std", "use sdt"},
                                                                          {"name: String", "name: str"},
                                                                          {"-> u32", ""},
                                                                          {"for v in", "for v on"},
                                                                          {"bag.sum()", "bag.sum"},
                                                                          {"\"{}\"", "\"{} {}\""},
                                                                          {"fn main", "fn man"},
                                                                          {"(&mut self", "(&self"},
                                                                          {"&self.items", "self.items"},
                                                                          {"3", "-3"}};
    std::string text =
        "use std::collections::HashMap;\n"
        "struct Bag { name: String, items: Vec<u32> }\n"
        "impl Bag {\n    fn new(name: &str) -> Bag { Bag { name: name.to_string(), items: Vec::new() } }\n"
        "    fn add(&mut self, v: u32) { self.items.push(v); }\n"
        "    fn sum(&self) -> u32 {\n        let mut total = 0;\n        for v in &self.items { total += v; }\n"
        "        total\n    }\n}\n"
        "fn main() {\n    let mut bag = Bag::new(\"b\");\n    bag.add(3);\n"
        "    let mut m = HashMap::new();\n    m.insert(bag.name.clone(), 1);\n"
        "    println!(\"{}\", bag.sum());\n    let again = bag;\n    drop(again);\n}\n";
    const auto& [from, to] = changes.at(static_cast<std::size_t>(i) % changes.size());
    if (const auto at = text.find(from); at != std::string::npos)
        text.replace(at, from.size(), to);
    return text;
}

TEST(QuickCheck, AgreesWithCheckOnMutants) {
    auto quick = open_workspace();
    auto slow = open_workspace();
    Project p = make({{"Cargo.toml", manifest("mut")}, {"src/main.rs", mutant(0)}});
    (void)must(quick->check(p));
    int failing = 0;
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(p.set("src/main.rs", mutant(i)));
        const CheckReport a = must(quick->quick_check(p));
        const CheckReport b = must(slow->check(p));
        EXPECT_EQ(a.ok, b.ok) << i;
        EXPECT_EQ(prints(a), prints(b)) << i << a.stderr_text << b.stderr_text;
        failing += !b.ok;
    }
    EXPECT_GT(failing, 12) << "the mutants must break something";
    EXPECT_EQ(quick->costs().cargo_calls, 1u);
}

TEST(QuickCheck, ManyThreadsManyCandidates) {
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", manifest("mut")}, {"src/main.rs", mutant(1)}});
    (void)must(w->check(p));
    std::vector<std::vector<std::uint64_t>> expected(20), got(20);
    for (int i = 0; i < 20; ++i) {
        Project q = p;
        ASSERT_TRUE(q.set("src/main.rs", mutant(i)));
        expected[static_cast<std::size_t>(i)] = prints(must(w->quick_check(q)));
    }
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = t; i < 20; i += 4) {
                Project q = p;
                ASSERT_TRUE(q.set("src/main.rs", mutant(i)));
                got[static_cast<std::size_t>(i)] = prints(must(w->quick_check(q)));
            }
        });
    threads.clear();
    EXPECT_EQ(got, expected);
}

TEST(Cancel, EndsARunningProgramAndACheckAtOnce) {
    auto w = open_workspace();
    const Project p =
        make({{"Cargo.toml", manifest("sleepy")},
              {"src/main.rs", "fn main() { std::thread::sleep(std::time::Duration::from_secs(300)); }\n"}});
    ASSERT_TRUE(must(w->build(p)).ok);
    std::stop_source stop;
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        stop.request_stop();
    });
    const auto start = std::chrono::steady_clock::now();
    const auto r = w->run(p, {}, stop.get_token());
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::cancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
    const auto c = w->check(p, stop.get_token());
    ASSERT_FALSE(c);
    EXPECT_EQ(c.error().code, Errc::cancelled);
    EXPECT_TRUE(must(w->check(p)).ok) << "the workspace is still usable";
}

TEST(Limits, ASlowBuildScriptTimesOutWithAClearText) {
    WorkspaceOptions o;
    o.check_limits.wall = std::chrono::milliseconds(4000);
    auto w = open_workspace(o);
    const CheckReport r =
        must(w->check(make({{"Cargo.toml", manifest("slow")},
                            {"build.rs", "fn main() { std::thread::sleep(std::time::Duration::from_secs(300)); }\n"},
                            {"src/main.rs", "fn main() {}\n"}})));
    EXPECT_FALSE(r.ok);
    EXPECT_TRUE(r.timed_out);
    EXPECT_NE(r.stderr_text.find("stopped"), std::string::npos) << r.stderr_text;
}

TEST(Run, ArgumentsInputOutputAndExitCode) {
    auto w = open_workspace();
    const Project p =
        make({{"Cargo.toml", manifest("echo")},
              {"src/main.rs", "use std::io::Read;\nfn main() {\n    let mut s = String::new();\n"
                              "    std::io::stdin().read_to_string(&mut s).unwrap();\n"
                              "    println!(\"{:?} {}\", std::env::args().skip(1).collect::<Vec<_>>(), s.trim());\n"
                              "    eprintln!(\"err\");\n    std::process::exit(3);\n}\n"}});
    const auto r = w->run(p, {.arguments = {"a", "b c"}, .stdin_bytes = "in\n"});
    ASSERT_TRUE(r) << r.error().text();
    EXPECT_TRUE(r->built);
    EXPECT_EQ(r->exit.out, "[\"a\", \"b c\"] in\n");
    EXPECT_EQ(r->exit.err, "err\n");
    EXPECT_EQ(r->exit.code, 3);
}

TEST(Run, SeesNothingOfTheServer) {
    ASSERT_EQ(::setenv("RC_TEST_SECRET", "hunter2", 1), 0); // NOLINT(concurrency-mt-unsafe)
    auto w = open_workspace();
    const auto r =
        w->run(make({{"Cargo.toml", manifest("spy")},
                     {"src/main.rs", "fn main() { for (k, v) in std::env::vars() { println!(\"{k}={v}\"); } }\n"}}),
               {});
    ASSERT_TRUE(r);
    EXPECT_TRUE(r->built) << r->build.stderr_text;
    EXPECT_EQ(r->exit.out.find("hunter2"), std::string::npos);
}

TEST(Run, ALibraryHasNothingToRunAndSeveralBinariesMustBeNamed) {
    auto w = open_workspace();
    auto r = w->run(make({{"Cargo.toml", manifest("l")}, {"src/lib.rs", "pub fn f() {}\n"}}), {});
    ASSERT_TRUE(r);
    EXPECT_FALSE(r->built);
    EXPECT_NE(r->build.cargo_error.find("library"), std::string::npos);
    Project two = make({{"Cargo.toml", manifest("two")},
                        {"src/bin/one.rs", "fn main() { println!(\"1\"); }\n"},
                        {"src/bin/other.rs", "fn main() { println!(\"2\"); }\n"}});
    r = w->run(two, {});
    ASSERT_TRUE(r);
    EXPECT_FALSE(r->built);
    EXPECT_NE(r->build.cargo_error.find("one, other"), std::string::npos) << r->build.cargo_error;
    r = w->run(two, {.bin = "other"});
    ASSERT_TRUE(r);
    EXPECT_EQ(r->exit.out, "2\n");
    ASSERT_TRUE(two.set("Cargo.toml",
                        "[package]\nname = \"two\"\nversion = \"0.1.0\"\nedition = \"2021\"\ndefault-run = \"one\"\n"));
    r = w->run(two, {});
    ASSERT_TRUE(r);
    EXPECT_EQ(r->exit.out, "1\n");
}

TEST(Run, FilesOfARunAreItsWholeFolder) {
    auto w = open_workspace();
    const auto p = make({{"Cargo.toml", manifest("lister")},
                         {"src/main.rs", "fn main() { let mut n: Vec<_> = std::fs::read_dir(\".\").unwrap().map(|e| "
                                         "e.unwrap().file_name().into_string().unwrap()).collect(); n.sort(); "
                                         "println!(\"{n:?}\"); std::fs::write(\"out\", \"x\").unwrap(); }\n"}});
    RunInput input;
    input.files = make({{"in.txt", "a"}, {"d/e.txt", "b"}});
    for (int i = 0; i < 2; ++i) { // nothing is left from one run to the next
        const auto run = w->run(p, input);
        ASSERT_TRUE(run && run->built) << (run ? run->build.stderr_text : run.error().text());
        EXPECT_EQ(run->exit.out, "[\"d\", \"in.txt\"]\n");
    }
    EXPECT_EQ(w->costs().cargo_calls, 1u) << "what was built is not built again";
    const auto plain = w->run(p, {});
    ASSERT_TRUE(plain && plain->built);
    EXPECT_NE(plain->exit.out.find("Cargo.toml"), std::string::npos);
}

TEST(Binary, IsAnExecutableThatRuns) {
    auto w = open_workspace();
    const auto p = make({{"Cargo.toml", manifest("tool")}, {"src/main.rs", "fn main() { println!(\"made\"); }\n"}});
    const auto made = w->binary(p, {}, 64u << 20);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_EQ(made->file, "tool");
    EXPECT_EQ(made->executable.substr(0, 4), "\x7f"
                                             "ELF");
    const auto small = w->binary(p, {}, 1000);
    ASSERT_FALSE(small);
    EXPECT_EQ(small.error().code, Errc::limit);
    const auto foreign = w->binary(p, {.release = true, .target = "m68k-unknown-none", .bin = {}}, 64u << 20);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, Errc::invalid_input);
    EXPECT_NE(foreign.error().place.find(real_toolchain().host), std::string::npos);
    const auto broken =
        w->binary(make({{"Cargo.toml", manifest("tool")}, {"src/main.rs", "fn main() { 1 + }\n"}}), {}, 64u << 20);
    ASSERT_TRUE(broken);
    EXPECT_FALSE(broken->build.ok);
    const auto library = w->binary(make({{"Cargo.toml", manifest("l")}, {"src/lib.rs", "pub fn f() {}\n"}}), {}, 1000);
    ASSERT_TRUE(library);
    EXPECT_TRUE(library->executable.empty());
    EXPECT_NE(library->build.cargo_error.find("library"), std::string::npos);
}

TEST(Check, AFailingLoneLibraryIsTheWholeProject) {
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", manifest("lone")}, {"src/lib.rs", "pub fn f() -> u8 { \"\" }\n"}});
    EXPECT_TRUE(must(w->check(p)).complete);
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { lone::f(); }\n"));
    EXPECT_FALSE(must(w->check(p)).complete);
}

TEST(Build, AConfirmedCandidateIsCompiledOnce) {
    auto w = open_workspace();
    Project p = make({{"Cargo.toml", manifest("once")}, {"src/main.rs", "fn main() { nope(); }\n"}});
    EXPECT_FALSE(must(w->check(p)).ok);
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { let unused = 1; }\n"));
    ASSERT_TRUE(must(w->quick_check(p)).ok);
    const auto before = w->costs().cargo_calls;
    const CheckReport checked = must(w->check(p));
    EXPECT_TRUE(checked.ok && checked.complete);
    EXPECT_EQ(checked.warnings(), 1u);
    EXPECT_TRUE(must(w->build(p)).ok);
    EXPECT_EQ(w->costs().cargo_calls, before + 1);
    // The next state of the search is still judged against what was recorded.
    ASSERT_TRUE(p.set("src/main.rs", "fn main() { gone(); }\n"));
    EXPECT_FALSE(must(w->quick_check(p)).ok);
    EXPECT_FALSE(must(w->check(p)).ok);
    EXPECT_FALSE(must(w->build(p)).ok) << "an earlier good build must not answer for another project";
}

TEST(Build, FindsWhatACheckCannotSee) {
    auto w = open_workspace();
    const Project p =
        make({{"Cargo.toml", manifest("post")},
              {"src/main.rs", "struct A<const N: usize>;\nimpl<const N: usize> A<N> { const X: () = assert!(N > 3); "
                              "fn f() { Self::X } }\nfn main() { A::<2>::f(); }\n"}});
    EXPECT_TRUE(must(w->check(p)).ok);
    const CheckReport r = must(w->build(p));
    EXPECT_FALSE(r.ok);
    EXPECT_EQ(codes(r), std::vector<std::string>{"E0080"}) << r.stderr_text;
}

TEST(Tests, ResultsByName) {
    auto w = open_workspace();
    const Project p = make({{"Cargo.toml", manifest("tested")},
                            {"src/lib.rs", "pub fn f() -> u8 { 1 }\n#[cfg(test)] mod t {\n    #[test] fn good() {}\n"
                                           "    #[test] fn bad() { println!(\"noise\"); assert_eq!(super::f(), 2); }\n"
                                           "    #[test] #[ignore] fn later() {}\n"
                                           "    #[test] #[should_panic] fn panics() { panic!() }\n}\n"},
                            {"tests/it.rs", "#[test] fn outside() { assert_eq!(tested::f(), 1); }\n"}});
    const auto r = w->test(p);
    ASSERT_TRUE(r) << r.error().text();
    ASSERT_TRUE(r->built) << r->build.stderr_text;
    EXPECT_EQ(r->passed(), 3u);
    EXPECT_EQ(r->failed(), 1u);
    EXPECT_EQ(r->tests.size(), 5u);
    EXPECT_FALSE(r->exit.ok());
    const auto named = [&](const std::string& n) {
        return std::ranges::find(r->tests, n, &RunReport::Test::name) != r->tests.end();
    };
    EXPECT_TRUE(named("t::bad"));
    EXPECT_TRUE(named("t::panics"));
    EXPECT_TRUE(named("outside"));
}

TEST(Tests, ExamplesInDocumentationCount) {
    auto w = open_workspace();
    const std::string good = "/// ```\n/// assert_eq!(documented::one(), 1);\n/// ```\npub fn one() -> u8 { 1 }\n";
    const std::string bad = "/// ```\n/// assert_eq!(documented::two(), 3);\n/// ```\npub fn two() -> u8 { 2 }\n";
    const auto both = w->test(make({{"Cargo.toml", manifest("documented")}, {"src/lib.rs", good + bad}}));
    ASSERT_TRUE(both) << both.error().text();
    EXPECT_EQ(both->passed(), 1u);
    EXPECT_EQ(both->failed(), 1u);
    EXPECT_FALSE(both->exit.ok());
    const auto one = w->test(make({{"Cargo.toml", manifest("documented")}, {"src/lib.rs", good}}));
    ASSERT_TRUE(one) << one.error().text();
    EXPECT_EQ(one->tests.size(), 1u);
    EXPECT_TRUE(one->exit.ok());
}

} // namespace
} // namespace rustcoder::toolchain
