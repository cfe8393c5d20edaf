// The unified text is judged by git itself: `git apply` must turn one project into the other.
#include "base/os.h"
#include "project/patch.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>

namespace rustcoder::project {
namespace {

Project make(std::initializer_list<std::pair<const char*, std::string>> files) {
    Project out;
    for (const auto& [path, bytes] : files)
        EXPECT_TRUE(out.set(path, bytes));
    return out;
}

TEST(UnifiedDiff, Text) {
    const auto a = make({{"src/main.rs", "fn main() {\n    println!(\"hi\";\n}\n"}});
    const auto b = make({{"src/main.rs", "fn main() {\n    println!(\"hi\");\n}\n"}});
    EXPECT_EQ(unified_diff(a, b), "diff --git a/src/main.rs b/src/main.rs\n--- a/src/main.rs\n+++ b/src/main.rs\n"
                                  "@@ -1,3 +1,3 @@\n fn main() {\n-    println!(\"hi\";\n+    println!(\"hi\");\n }\n");
    EXPECT_EQ(unified_diff(a, a), "");
}

TEST(UnifiedDiff, FinalNewline) {
    EXPECT_EQ(unified_diff(make({{"a", "x"}}), make({{"a", "x\n"}})),
              "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
    EXPECT_EQ(unified_diff(make({{"a", "x\ny"}}), make({{"a", "z\ny"}})),
              "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-x\n+z\n y\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, NewAndDeleted) {
    EXPECT_EQ(unified_diff(make({{"old", "x\ny\n"}}), make({{"new", "z\n"}})),
              "diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+z\n"
              "diff --git a/old b/old\ndeleted file mode 100644\n--- a/old\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n");
    EXPECT_EQ(unified_diff(make({}), make({{"e", ""}})), "diff --git a/e b/e\nnew file mode 100644\n");
}

TEST(UnifiedDiff, HunksJoinWhenTheirContextTouches) {
    const auto text = [](int lines, std::initializer_list<int> changed) {
        std::string out;
        for (int i = 1; i <= lines; ++i)
            out += (std::ranges::find(changed, i) != changed.end() ? "changed\n" : std::to_string(i) + "\n");
        return out;
    };
    const auto hunks = [&](std::initializer_list<int> changed) {
        const auto out = unified_diff(make({{"a", text(30, {})}}), make({{"a", text(30, changed)}}));
        std::size_t n = 0;
        for (auto at = out.find("\n@@ "); at != std::string::npos; at = out.find("\n@@ ", at + 1))
            ++n;
        return n;
    };
    EXPECT_EQ(hunks({5, 12}), 1u);
    EXPECT_EQ(hunks({5, 13}), 2u);
}

bool git(const std::string& folder, const std::string& arguments) {
    return std::system(("cd '" + folder + "' && GIT_DIR=/nonexistent git " + arguments + " >/dev/null 2>&1").c_str()) ==
           0;
}

TEST(UnifiedDiff, GitAppliesIt) {
    auto dir = base::TempDir::create("unified-diff");
    ASSERT_TRUE(dir);
    if (!git(dir->path(), "--version"))
        GTEST_SKIP() << "git is not installed";
    static const std::vector<std::string> lines{"a\n", "b\n", "\n", "c\r\n", "{\n", "}\n", "é\n"};
    std::mt19937_64 random(7);
    const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    for (int round = 0; round < 60; ++round) {
        const auto text = [&] {
            std::string out;
            for (auto n = pick(30); n > 0; --n)
                out += lines[pick(lines.size())];
            return pick(4) == 0 ? out + "end" : out;
        };
        Project a, b;
        for (const char* path : {"x.rs", "with blank/ü y.rs", "quo\"te", "d/e/f"}) {
            const auto base = text();
            if (pick(4) != 0) {
                ASSERT_TRUE(a.set(path, base, pick(6) == 0));
            }
            if (pick(4) != 0) {
                ASSERT_TRUE(b.set(path, pick(2) ? base + text() : text(), pick(6) == 0));
            }
        }
        auto folder = base::TempDir::create("apply", dir->path());
        ASSERT_TRUE(folder && materialise(a, folder->path()));
        const auto patch_file = dir->path() / "the.patch";
        const auto patch = unified_diff(a, b, static_cast<int>(1 + pick(3)));
        ASSERT_TRUE(base::write_file(patch_file, patch));
        if (patch.empty())
            continue;
        ASSERT_TRUE(git(folder->path(), "apply --whitespace=nowarn " + patch_file.string())) << patch;
        const auto loaded = load_folder(folder->path());
        ASSERT_TRUE(loaded);
        ASSERT_EQ(loaded->project, b) << patch;
    }
}

} // namespace
} // namespace rustcoder::project
