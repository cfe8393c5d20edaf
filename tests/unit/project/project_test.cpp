#include "project/project.h"

#include <gtest/gtest.h>

namespace rustcoder::project {
namespace {

std::string path(std::string_view raw) {
    const auto safe = safe_path(raw);
    return safe ? *safe : std::string("!") + name(safe.error().code);
}

TEST(SafePath, Normalises) {
    EXPECT_EQ(path("src/main.rs"), "src/main.rs");
    EXPECT_EQ(path("./a//b/./c"), "a/b/c");
    EXPECT_EQ(path("src\\bin\\x.rs"), "src/bin/x.rs");
    EXPECT_EQ(path("..."), "...");
    EXPECT_EQ(path("a..b"), "a..b");
    EXPECT_EQ(path("ünï/ä.rs"), "ünï/ä.rs");
    EXPECT_EQ(path("with blank/x y.rs"), "with blank/x y.rs");
}

TEST(SafePath, Refuses) {
    for (const std::string_view raw : {"/a", "\\a", "//a", "..", "a/..", "../a", "a/../b", "C:/a", "c:a", "a\nb",
                                       "a\x01", "a\x7f", "\xff", "./ a", "./C:/a"})
        EXPECT_EQ(path(raw), "!denied") << raw;
    EXPECT_EQ(path(std::string_view("a\0b", 3)), "!denied");
    for (const std::string_view raw : {"", ".", "./", "a/", "a/.", " a", "a "})
        EXPECT_EQ(path(raw), "!invalid_input") << raw;
    EXPECT_EQ(path(std::string(256, 'a')), "!limit");
    EXPECT_EQ(path(std::string(1000000, '/') + "a"), "!limit");
    std::string deep = "a";
    for (int i = 0; i < 40; ++i)
        deep += "/a";
    EXPECT_EQ(path(deep), "!limit");
    std::string wide;
    for (int i = 0; i < 6; ++i)
        wide += std::string(100, 'a') + "/";
    EXPECT_EQ(path(wide + "a"), "!limit");
}

TEST(ProjectValue, SetFindErase) {
    Project p;
    ASSERT_TRUE(p.set("a/b.rs", "one"));
    ASSERT_TRUE(p.set("./a//b.rs", "three"));
    EXPECT_EQ(p.files().size(), 1u);
    EXPECT_EQ(*p.find("a/b.rs"), "three");
    EXPECT_EQ(p.find("a"), nullptr);
    EXPECT_EQ(p.total_bytes(), 5u);
    EXPECT_TRUE(p.erase("a/b.rs"));
    EXPECT_FALSE(p.erase("a/b.rs"));
    EXPECT_EQ(p.total_bytes(), 0u);
}

TEST(ProjectValue, AFileIsNoFolder) {
    Project p;
    ASSERT_TRUE(p.set("a/b", "x"));
    ASSERT_TRUE(p.set("a.rs", "x"));
    EXPECT_EQ(p.set("a", "x").error().code, Errc::invalid_input);
    EXPECT_EQ(p.set("a/b/c", "x").error().code, Errc::invalid_input);
    EXPECT_EQ(p.files().size(), 2u) << "a refused file leaves no trace";
}

TEST(ProjectValue, Limits) {
    Limits limits;
    limits.files = 2;
    limits.file_bytes = 4;
    limits.total_bytes = 6;
    Project p;
    EXPECT_EQ(p.set("a", "12345", false, limits).error().code, Errc::limit);
    ASSERT_TRUE(p.set("a", "1234", false, limits));
    EXPECT_EQ(p.set("b", "123", false, limits).error().code, Errc::limit);
    ASSERT_TRUE(p.set("a", "123", false, limits)) << "the old content does not count twice";
    ASSERT_TRUE(p.set("b", "123", false, limits));
    EXPECT_EQ(p.set("c", "", false, limits).error().code, Errc::limit);
    EXPECT_EQ(p.total_bytes(), 6u);
}

TEST(ProjectValue, HashSeesPathsModesAndContents) {
    Project a, b;
    ASSERT_TRUE(a.set("x", "1"));
    ASSERT_TRUE(b.set("x", "1"));
    EXPECT_EQ(a.content_hash(), b.content_hash());
    EXPECT_EQ(a.content_hash().size(), 64u);
    EXPECT_EQ(a, b);
    for (const auto& change : {+[](Project& p) { return p.set("x", "2"); }, +[](Project& p) { return p.set("y", ""); },
                               +[](Project& p) { return p.set("x", "1", true); }}) {
        Project c = a;
        ASSERT_TRUE(change(c));
        EXPECT_NE(c.content_hash(), a.content_hash());
        EXPECT_NE(c, a);
    }
    EXPECT_EQ(*a.find("x"), "1") << "copies do not share changes";
}

TEST(SingleFile, MainOrLibrary) {
    const auto target = [](std::string_view source) {
        const auto p = single_file(source);
        return p && p->find("src/main.rs") ? "main" : p && p->find("src/lib.rs") ? "lib" : "none";
    };
    EXPECT_STREQ(target("fn main() {}"), "main");
    EXPECT_STREQ(target("#[tokio::main]\nasync fn  main ( ) {}"), "main");
    EXPECT_STREQ(target("pub fn f<'a>(x: &'a str) -> char { '\"' }\nfn main() {}"), "main");
    EXPECT_STREQ(target("fn f() {\nfn main() {}"), "main") << "an unclosed brace hides nothing";
    EXPECT_STREQ(target("fn f() { println!(\"x); }\nfn main() {}\n"), "main") << "nor does an unclosed string";
    EXPECT_STREQ(target("pub fn f() {}"), "lib");
    EXPECT_STREQ(target("// fn main() {}\n/* fn main() {} /* */ fn main() {} */ pub fn f() {}"), "lib");
    EXPECT_STREQ(target("pub const S: &str = \"\\\" fn main() {}\";"), "lib");
    EXPECT_STREQ(target("pub const S: &str = r#\"\" fn main() {}\"#;"), "lib");
    EXPECT_STREQ(target("fn mainly() {}\nfn domain() {}"), "lib");
}

TEST(SingleFile, NamesThatCargoTakes) {
    const auto manifest = [](std::string_view hint) { return *single_file("fn main() {}", hint)->find("Cargo.toml"); };
    EXPECT_NE(manifest("hello-World.x").find("name = \"hello_world_x\""), std::string::npos);
    EXPECT_NE(manifest("9lives").find("name = \"rust_9lives\""), std::string::npos);
    EXPECT_NE(manifest("test").find("name = \"rust_test\""), std::string::npos);
    EXPECT_NE(manifest("\"\n[evil]").find("name = \"evil"), std::string::npos);
    EXPECT_NE(manifest("日本").find("name = \"rust_project\""), std::string::npos);
    EXPECT_NE(manifest("").find("edition = \"2021\""), std::string::npos);
}

} // namespace
} // namespace rustcoder::project
