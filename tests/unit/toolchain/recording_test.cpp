// Reading `cargo -vv`, dep-info, and keeping a source tree in step. No cargo is run.
#include "base/os.h"
#include "toolchain/cargo.h"
#include "toolchain/recording.h"
#include "toolchain/target_seed.h"
#include "toolchain/workspace_impl.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rustcoder::toolchain {
namespace {

namespace fs = std::filesystem;
using project::Project;

std::string data(const std::string& name) {
    auto text = base::read_file(std::string(RC_TESTS_DIR) + "/unit/toolchain/data/" + name);
    EXPECT_TRUE(text) << name;
    return text ? *text : "";
}

const RecordContext context{"/w/main", "/w/main", "/opt/rust/bin/rustc"};

TEST(Recording, UnitsOfACapturedRun) {
    const auto lines = running_lines(data("cargo_vv.txt"));
    ASSERT_EQ(lines.size(), 4u);
    std::vector<Unit> units;
    for (const RunningLine& line : lines) {
        auto unit = unit_of(line, context);
        ASSERT_TRUE(unit);
        units.push_back(*unit);
    }
    std::vector<std::string> labels;
    for (const Unit& u : units)
        labels.push_back(u.label);
    EXPECT_EQ(labels, (std::vector<std::string>{"lib p1", "lib p1 (test)", "bin p1 (test)", "bin p1"}));
    EXPECT_EQ(units[0].key, "p1-0ccdd812816dc58d");
    EXPECT_EQ(units[0].root, "src/lib.rs");
    EXPECT_EQ(units[0].package, "p1");
    EXPECT_EQ(units[0].package_dir, "");
    EXPECT_EQ(units[3].depends, std::vector<std::string>{units[0].key});
    EXPECT_EQ(units[3].out_dir, "/w/target/debug/deps");
    EXPECT_NE(std::ranges::find(units[3].env, "CARGO_PKG_AUTHORS="), units[3].env.end()) << "empty values are kept";
    EXPECT_FALSE(units[0].links);
}

TEST(Recording, ValuesWithNewlinesQuotesAndBackticks) {
    const std::string text = "     Running `CARGO_PKG_DESCRIPTION='two\nlines with `ticks` and it'\\''s quoted' "
                             "CARGO_BIN_EXE_my-bin=/t/x /opt/rust/bin/rustc "
                             "--crate-name p src/lib.rs --cfg 'feature=\"a b\"'`\n    Finished\n";
    const auto lines = running_lines(text);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].env[0], "CARGO_PKG_DESCRIPTION=two\nlines with `ticks` and it's quoted");
    EXPECT_EQ(lines[0].argv.back(), "feature=\"a b\"");
    EXPECT_EQ(plain_stderr(text), "    Finished\n");
}

TEST(Recording, WrappersAndForeignSourcesAreNotUnits) {
    RunningLine line;
    line.env = {"CARGO_MANIFEST_DIR=/w/main", "CARGO_PKG_NAME=p"};
    line.argv = {"/opt/rust/bin/rustc", "--crate-name", "p",  "src/lib.rs",
                 "--out-dir",           "/t",           "-C", "extra-filename=-1"};
    EXPECT_TRUE(unit_of(line, context));
    auto other = line;
    other.argv[0] = "/usr/bin/wrapper";
    EXPECT_FALSE(unit_of(other, context));
    other = line;
    other.env[0] = "CARGO_MANIFEST_DIR=/usr/share/cargo/registry/itoa-1.0.1";
    other.argv[3] = "/usr/share/cargo/registry/itoa-1.0.1/src/lib.rs";
    EXPECT_FALSE(unit_of(other, context));
}

TEST(Recording, PlainTextReadsLikeCargo) {
    const std::string plain = plain_stderr(data("cargo_vv.txt"));
    EXPECT_EQ(plain.find("Running"), std::string::npos);
    EXPECT_EQ(plain.find("Caused by"), std::string::npos);
    EXPECT_NE(plain.find("    Checking p1 v0.1.0 (/w/main)\n"), std::string::npos);
    EXPECT_NE(plain.find("error: could not compile `p1` (bin \"p1\") due to"), std::string::npos);
}

TEST(Recording, ACauseThatIsNotRustcStays) {
    const std::string text =
        "error: failed to run custom build command for `p v0.1.0`\n\nCaused by:\n  process didn't exit "
        "successfully: `/t/build-script-build` (exit status: 101)\n  --- stderr\n  no luck\n";
    EXPECT_EQ(plain_stderr(text), text);
}

TEST(DepInfo, EscapedSpaces) {
    EXPECT_EQ(dep_info_paths("/t/p.d: src/main.rs src/a\\ b.rs /abs/x.rs\n\nsrc/main.rs:\n"),
              (std::vector<std::string>{"src/main.rs", "src/a b.rs", "/abs/x.rs"}));
    EXPECT_TRUE(dep_info_paths("").empty());
}

Project make(std::initializer_list<std::pair<std::string, std::string>> files) {
    Project p;
    for (const auto& [path, text] : files)
        EXPECT_TRUE(p.set(path, text)) << path;
    return p;
}

TEST(TestCode, RuleNeverMissesAndUsuallySpares) {
    EXPECT_FALSE(
        has_test_code(make({{"src/main.rs", "#[derive(Debug)] struct S;\nfn main() { println!(\"test\"); }"}})));
    for (const char* text :
         {"#[test]\nfn a() {}", "#[cfg(test)] mod t {}", "#![cfg_attr(test, allow(x))]",
          "#[tokio::test] async fn a() {}", "#[cfg(all(\n  unix, test))] fn f() {}", "#[rstest] fn a() {}",
          "fn f() { if cfg!(test) {} }", "proptest! { }", "#[bench] fn b() {}"})
        EXPECT_TRUE(has_test_code(make({{"src/lib.rs", text}}))) << text;
    EXPECT_TRUE(has_test_code(make({{"tests/a.rs", ""}})));
    EXPECT_TRUE(has_test_code(make({{"m/examples/a.rs", ""}})));
    EXPECT_TRUE(has_test_code(make({{"Cargo.toml", "[[example]]\nname='x'"}})));
}

TEST(ManifestFolder, RootThenShallowest) {
    EXPECT_EQ(Cargo::manifest_folder(make({{"a/Cargo.toml", ""}, {"Cargo.toml", ""}})), "");
    EXPECT_EQ(Cargo::manifest_folder(make({{"a/b/Cargo.toml", ""}, {"z/Cargo.toml", ""}})), "z");
    EXPECT_EQ(Cargo::manifest_folder(make({{"src/main.rs", ""}})), std::nullopt);
}

TEST(Structural, WhatSendsACandidateToCargo) {
    Baseline base;
    EXPECT_TRUE(is_structural("Cargo.toml", base));
    EXPECT_TRUE(is_structural("m/Cargo.lock", base));
    EXPECT_TRUE(is_structural("build.rs", base));
    EXPECT_TRUE(is_structural(".cargo/config.toml", base));
    EXPECT_FALSE(is_structural("src/main.rs", base));
    EXPECT_FALSE(is_structural("data/x.txt", base));
    Unit script;
    script.build_script = true;
    script.root = "gen/make.rs";
    base.units.push_back(script);
    EXPECT_TRUE(is_structural("gen/make.rs", base));
    EXPECT_TRUE(is_structural("data/x.txt", base)) << "a build script may read it";
    EXPECT_FALSE(is_structural("src/main.rs", base));
    EXPECT_TRUE(may_be_target("src/bin/x.rs"));
    EXPECT_TRUE(may_be_target("m/src/lib.rs"));
    EXPECT_FALSE(may_be_target("src/part.rs"));
}

TEST(MissingCrate, SaysWhatIsWantedAndWhatIsThere) {
    const Project p = make({{"Cargo.toml", "[dependencies]\nitoa = { version = \"2\" }\n"}});
    EXPECT_NE(explain_missing_crate("error: no matching package named `itoa` found\n", p, {})
                  .find("crate `itoa` cannot be had offline: version \"2\" is wanted, and there is no local registry"),
              std::string::npos);
    const std::string versions = explain_missing_crate("error: failed to select a version for the requirement `itoa = "
                                                       "\"^2\"`\ncandidate versions found which didn't match: "
                                                       "1.0.1\n",
                                                       p, {"/nowhere"});
    EXPECT_NE(versions.find("version \"^2\" is wanted, 1.0.1 is there"), std::string::npos) << versions;
    EXPECT_EQ(explain_missing_crate("error: expected `;`", p, {}), "");
}

TEST(ComposeText, DiagnosticsStandBeforeTheirVerdict) {
    Diagnostic a;
    a.rendered = "error: A\n\n";
    a.unit = "lib p, lib p (test)";
    Diagnostic b;
    b.rendered = "error: B\n\n";
    b.unit = "bin p";
    EXPECT_EQ(
        compose_text("    Checking p v0.1.0 (/x/main)\nerror: could not compile `p` (lib) due to 1 previous error\n"
                     "error: could not compile `p` (bin \"p\") due to 1 previous error\n",
                     {a, b}, "/x/main"),
        "    Checking p v0.1.0 (/project)\nerror: A\n\nerror: could not compile `p` (lib) due to 1 previous error\n"
        "error: B\n\nerror: could not compile `p` (bin \"p\") due to 1 previous error\n");
}

TEST(Libtest, Names) {
    const auto tests = parse_libtest("running 4 tests\ntest a::b ... ok\ntest c ... FAILED\ntest d ... ignored, slow\n"
                                     "test e - should panic ... ok\ntest result: FAILED. 2 passed; 1 failed\n");
    ASSERT_EQ(tests.size(), 4u);
    EXPECT_EQ(tests[0].name, "a::b");
    EXPECT_EQ(tests[1].result, RunReport::Test::Result::failed);
    EXPECT_EQ(tests[2].result, RunReport::Test::Result::ignored);
    EXPECT_EQ(tests[3].name, "e");
}

TEST(SourceTree, WritesOnlyWhatDiffers) {
    auto dir = base::TempDir::create("tree");
    ASSERT_TRUE(dir);
    auto tree = SourceTree::create(dir->path() / "t");
    ASSERT_TRUE(tree);
    Project p = make({{"a.rs", "1"}, {"d/b.rs", "2"}, {"d/e/c.rs", "3"}});
    ASSERT_TRUE(tree->sync(p));
    EXPECT_EQ(base::read_file(tree->root() / "d/e/c.rs"), "3");
    struct stat before{}, after{};
    ::stat((tree->root() / "a.rs").c_str(), &before);
    ASSERT_TRUE(p.set("d/b.rs", "22"));
    p.erase("d/e/c.rs");
    ASSERT_TRUE(tree->sync(p));
    ::stat((tree->root() / "a.rs").c_str(), &after);
    EXPECT_EQ(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    EXPECT_EQ(base::read_file(tree->root() / "d/b.rs"), "22");
    EXPECT_FALSE(fs::exists(tree->root() / "d/e")) << "an empty folder goes with its last file";
    ASSERT_TRUE(p.set("d/e/c.rs", "again"));
    ASSERT_TRUE(tree->sync(p));
    EXPECT_EQ(base::read_file(tree->root() / "d/e/c.rs"), "again");
    p.erase("d/e/c.rs");
    ASSERT_TRUE(p.set("d/e", "now a file"));
    ASSERT_TRUE(tree->sync(p));
    EXPECT_EQ(base::read_file(tree->root() / "d/e"), "now a file");
}

TEST(SourceTree, NeverWritesThroughAPlantedLink) {
    auto dir = base::TempDir::create("tree");
    ASSERT_TRUE(dir);
    ASSERT_TRUE(base::write_file(dir->path() / "outside/victim.rs", "mine"));
    auto tree = SourceTree::create(dir->path() / "t");
    ASSERT_TRUE(tree);
    Project p = make({{"src/victim.rs", "1"}});
    ASSERT_TRUE(tree->sync(p));
    fs::remove_all(tree->root() / "src");
    fs::create_directory_symlink(dir->path() / "outside", tree->root() / "src");
    ASSERT_TRUE(p.set("src/victim.rs", "2"));
    const auto r = tree->sync(p);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Errc::denied);
    EXPECT_EQ(base::read_file(dir->path() / "outside/victim.rs"), "mine");
}

TEST(SeedTarget, SharesOnlyWhatIsReplacedWhole) {
    auto dir = base::TempDir::create("seed");
    ASSERT_TRUE(dir);
    const fs::path from = dir->path() / "from", to = dir->path() / "to";
    ASSERT_TRUE(base::write_file(from / "debug/deps/libx.rmeta", std::string(100'000, 'x')));
    ASSERT_TRUE(base::write_file(from / "debug/deps/x.d", std::string(100'000, 'x')));
    ASSERT_TRUE(base::write_file(from / "debug/incremental/big.bin", "no"));
    fs::create_symlink("/etc/passwd", from / "debug/link.rlib");
    fs::create_directories(to);
    ASSERT_TRUE(seed_target(from, to));
    struct stat a{}, b{};
    ::stat((from / "debug/deps/libx.rmeta").c_str(), &a);
    ::stat((to / "debug/deps/libx.rmeta").c_str(), &b);
    EXPECT_EQ(a.st_ino, b.st_ino);
    ::stat((from / "debug/deps/x.d").c_str(), &a);
    ::stat((to / "debug/deps/x.d").c_str(), &b);
    EXPECT_NE(a.st_ino, b.st_ino);
    EXPECT_EQ(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
    EXPECT_EQ(a.st_size, b.st_size);
    EXPECT_FALSE(fs::exists(to / "debug/incremental"));
    EXPECT_FALSE(fs::is_symlink(to / "debug/link.rlib"));
}

} // namespace
} // namespace rustcoder::toolchain
