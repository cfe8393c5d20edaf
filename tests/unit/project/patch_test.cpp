#include "project/patch.h"

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

Patch edits(std::vector<Edit> list) {
    Patch out;
    out.edits = std::move(list);
    return out;
}

File file(std::string bytes, bool executable = false) {
    return {std::make_shared<const std::string>(std::move(bytes)), executable};
}

std::string applied(const std::string& content, std::vector<Edit> list) {
    const auto result = apply(make({{"a", content}}), edits(std::move(list)));
    return result ? *result->find("a") : std::string("!") + name(result.error().code);
}

TEST(Apply, EditsInOneFile) {
    EXPECT_EQ(applied("abcdef", {{"a", 4, 5, "E"}, {"a", 0, 1, "A"}}), "AbcdEf") << "any order";
    EXPECT_EQ(applied("abc", {{"a", 3, 3, "!"}}), "abc!");
    EXPECT_EQ(applied("abc", {{"a", 1, 1, "1"}, {"a", 1, 1, "2"}}), "a12bc") << "insertions keep their order";
    EXPECT_EQ(applied("abc", {{"a", 1, 1, "2"}, {"a", 1, 1, "1"}}), "a21bc");
    EXPECT_EQ(applied("abc", {{"a", 1, 1, "x"}, {"a", 1, 1, "x"}}), "axbc") << "a duplicate counts once";
    EXPECT_EQ(applied("abc", {{"a", 1, 2, "B"}, {"a", 1, 1, "<"}, {"a", 2, 2, ">"}}), "a<B>c");
    EXPECT_EQ(applied("abc", {{"a", 0, 1, ""}, {"a", 1, 2, ""}}), "c");
    EXPECT_EQ(applied("", {{"a", 0, 0, "x"}}), "x");
}

TEST(Apply, Refusals) {
    EXPECT_EQ(applied("abc", {{"b", 0, 0, "x"}}), "!not_found");
    EXPECT_EQ(applied("abc", {{"a", 2, 4, "x"}}), "!invalid_input");
    EXPECT_EQ(applied("abc", {{"a", 2, 1, "x"}}), "!invalid_input");
    EXPECT_EQ(applied("abc", {{"a", 0, 2, "x"}, {"a", 1, 3, "y"}}), "!invalid_input");
    EXPECT_EQ(applied("abc", {{"a", 0, 2, "x"}, {"a", 0, 2, "y"}}), "!invalid_input");
    EXPECT_EQ(applied("abc", {{"a", 0, 2, "x"}, {"a", 1, 1, "y"}}), "!invalid_input");
    EXPECT_EQ(applied("aé", {{"a", 2, 2, "x"}}), "!invalid_input") << "inside a character";
    EXPECT_EQ(applied("a\xA9", {{"a", 1, 1, "x"}}), "ax\xA9") << "a stray byte is no character";
    EXPECT_EQ(applied("é", {{"a", 0, 2, "e"}}), "e");
}

TEST(Apply, WholeFiles) {
    const auto project = make({{"a", "1"}, {"b", "2"}});
    Patch patch;
    patch.removed = {"a"};
    patch.added["a/c"] = file("3");
    patch.edits = {{"b", 0, 1, "4"}};
    const auto result = apply(project, patch);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(*result, make({{"a/c", "3"}, {"b", "4"}}));

    Patch there;
    there.added["b"] = file("3");
    EXPECT_EQ(apply(project, there).error().code, Errc::invalid_input);
    there.removed = {"b"}; // replaces it
    EXPECT_EQ(*apply(project, there)->find("b"), "3");
    there.edits = {{"b", 0, 0, "x"}};
    EXPECT_EQ(apply(project, there).error().code, Errc::invalid_input);
    Patch gone;
    gone.removed = {"zzz"};
    EXPECT_EQ(apply(project, gone).error().code, Errc::not_found);
    Patch evil;
    evil.added["../x"] = file("");
    EXPECT_EQ(apply(project, evil).error().code, Errc::denied);
    EXPECT_EQ(*project.find("b"), "2") << "the input is never touched";
}

TEST(Patch, SizesAndIdentity) {
    auto a = edits({{"x", 3, 5, "abc"}, {"x", 0, 1, ""}});
    EXPECT_EQ(a.size(), 6u);
    EXPECT_EQ(a.deleted_bytes(), 3u);
    const auto same = edits({{"x", 0, 1, ""}, {"x", 3, 5, "abc"}});
    EXPECT_EQ(a.hash(), same.hash()) << "order is no content";
    EXPECT_NE(a.hash(), edits({{"x", 0, 1, ""}, {"x", 3, 5, "abd"}}).hash());
    EXPECT_NE(edits({{"x", 0, 1, "ab"}}).hash(), edits({{"x", 0, 1, "a"}}).hash());
    EXPECT_FALSE(a.empty());
    EXPECT_TRUE(Patch{}.empty());
}

TEST(Patch, AFailedNormaliseLeavesItAsItWas) {
    auto bad = edits({{"x", 0, 4, "long enough to be on the heap, surely"}, {"x", 2, 3, "b"}});
    const auto copy = bad.edits;
    ASSERT_FALSE(bad.normalise());
    EXPECT_EQ(bad.edits, copy);
}

TEST(Conflict, Ranges) {
    const auto clash = [](Edit a, Edit b) {
        const bool one = conflict(edits({a}), edits({b})), two = conflict(edits({b}), edits({a}));
        EXPECT_EQ(one, two) << "symmetric";
        EXPECT_EQ(merge(edits({a}), edits({b})).has_value(), !one);
        return one;
    };
    EXPECT_FALSE(clash({"a", 0, 2, "x"}, {"a", 2, 4, "y"}));
    EXPECT_FALSE(clash({"a", 0, 2, "x"}, {"b", 0, 2, "y"}));
    EXPECT_FALSE(clash({"a", 0, 2, "x"}, {"a", 0, 2, "x"})) << "the same edit";
    EXPECT_TRUE(clash({"a", 0, 2, "x"}, {"a", 0, 2, "y"}));
    EXPECT_TRUE(clash({"a", 0, 3, "x"}, {"a", 2, 4, "y"}));
    EXPECT_TRUE(clash({"a", 0, 9, "x"}, {"a", 2, 4, "y"}));
    EXPECT_TRUE(clash({"a", 0, 3, "x"}, {"a", 1, 1, "y"}));
    EXPECT_FALSE(clash({"a", 0, 3, "x"}, {"a", 0, 0, "y"}));
    EXPECT_FALSE(clash({"a", 0, 3, "x"}, {"a", 3, 3, "y"}));
    EXPECT_TRUE(clash({"a", 1, 1, "x"}, {"a", 1, 1, "y"}));
    EXPECT_FALSE(clash({"a", 1, 1, "x"}, {"a", 1, 1, "x"}));
}

TEST(Conflict, ManyInsertionsAtOnePoint) {
    const auto two = edits({{"a", 1, 1, "x"}, {"a", 1, 1, "y"}});
    EXPECT_FALSE(conflict(two, two));
    EXPECT_TRUE(conflict(two, edits({{"a", 1, 1, "x"}}))) << "the order would be a guess";
    EXPECT_TRUE(conflict(edits({{"a", 0, 2, "x"}, {"a", 1, 3, "y"}}), Patch{})) << "one cannot be applied at all";
}

TEST(Conflict, WholeFiles) {
    Patch add_one, add_two, remove, edit = edits({{"f", 0, 1, "x"}}), replace, below;
    add_one.added["f"] = file("1");
    add_two.added["f"] = file("2");
    remove.removed = {"f"};
    replace.removed = {"f"};
    replace.added["f"] = file("1");
    below.added["f/g"] = file("1");
    EXPECT_FALSE(conflict(add_one, add_one));
    EXPECT_FALSE(conflict(remove, remove));
    EXPECT_FALSE(conflict(replace, replace));
    for (const auto& [a, b] : {std::pair{add_one, add_two},
                               {add_one, remove},
                               {edit, remove},
                               {edit, add_one},
                               {edit, replace},
                               {replace, remove},
                               {replace, add_one},
                               {below, add_one}}) {
        EXPECT_TRUE(conflict(a, b));
        EXPECT_TRUE(conflict(b, a));
    }
}

TEST(Merge, AppliesBoth) {
    const auto merged = merge(edits({{"a", 0, 1, "X"}}), edits({{"a", 2, 3, "Z"}, {"a", 0, 1, "X"}}));
    ASSERT_TRUE(merged);
    EXPECT_EQ(*apply(make({{"a", "abc"}}), *merged)->find("a"), "XbZ");
}

TEST(Invert, AdjacentDeletionsOfEqualText) {
    const auto project = make({{"a", "xyxy"}});
    const auto patch = edits({{"a", 0, 2, ""}, {"a", 2, 4, ""}});
    const auto back = invert(project, patch);
    ASSERT_TRUE(back);
    EXPECT_EQ(*apply(*apply(project, patch), *back), project);
}

TEST(Diff, IsSmall) {
    const auto a = make({{"a", "fn main() {\n    let x = 1;\n    f(x);\n}\n"}});
    const auto b = make({{"a", "fn main() {\n    let mut x = 1;\n    f(&x);\n}\n"}});
    const auto patch = diff(a, b);
    EXPECT_EQ(patch.size(), 5u) << "\"mut \" and \"&\"";
    EXPECT_EQ(patch.deleted_bytes(), 0u);
    EXPECT_EQ(patch.edits.size(), 2u);
    EXPECT_TRUE(diff(a, a).empty());
}

/// Random programs-like text; few distinct lines, so that matches are ambiguous.
class Random {
public:
    explicit Random(std::uint64_t seed) : random_(seed) {}
    std::size_t pick(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
    std::string text() {
        static const std::vector<std::string> pieces{"a\n",  "b\n", "\n",  "let x = y;\n", "}\n", "é",  "é\n",
                                                     "日本", " ",   "x+y", "\r\n",         "{\n", "ab", "no newline"};
        std::string out;
        for (auto n = pick(12); n > 0; --n)
            out += pieces[pick(pieces.size())];
        return pick(15) == 0 ? out + "\xff\xA9" : out;
    }
    Project project() {
        Project out;
        for (const char* path : {"a", "b", "c/d", "e"})
            if (pick(3) != 0) {
                EXPECT_TRUE(out.set(path, text(), pick(8) == 0));
            }
        return out;
    }
    Patch patch(const Project& project) {
        Patch out;
        for (const auto& [path, file] : project.files()) {
            for (auto n = pick(4); n > 0; --n) {
                const auto begin = pick(file.bytes->size() + 1);
                const auto end = begin + pick(std::min<std::size_t>(4, file.bytes->size() - begin + 1));
                out.edits.push_back({path, begin, end, pick(3) == 0 ? "" : text()});
            }
            if (pick(9) == 0)
                out.removed.push_back(path);
        }
        if (pick(5) == 0)
            out.added["new"] = file(text());
        return out;
    }

private:
    std::mt19937_64 random_;
};

TEST(DiffProperty, LeadsFromOneToTheOther) {
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        Random random(seed);
        const auto a = random.project(), b = random.project();
        const auto result = apply(a, diff(a, b));
        ASSERT_TRUE(result) << "seed " << seed << ": " << result.error().text();
        ASSERT_EQ(*result, b) << "seed " << seed;
        ASSERT_EQ(unified_diff(a, b).empty(), a == b) << "seed " << seed;
    }
}

TEST(PatchProperty, InvertRestoresAndMergeCommutes) {
    int applied = 0, merged = 0;
    for (std::uint64_t seed = 1; seed <= 6000; ++seed) {
        Random random(seed);
        const auto project = random.project();
        const auto p = random.patch(project), q = random.patch(project);
        ASSERT_EQ(conflict(p, q), conflict(q, p)) << "seed " << seed;
        const auto after = apply(project, p);
        if (!after)
            continue;
        ++applied;
        EXPECT_FALSE(conflict(p, p));
        const auto back = invert(project, p);
        ASSERT_TRUE(back) << "seed " << seed << ": " << back.error().text();
        const auto restored = apply(*after, *back);
        ASSERT_TRUE(restored) << "seed " << seed << ": " << restored.error().text();
        ASSERT_EQ(*restored, project) << "seed " << seed;
        const auto both = merge(p, q), swapped = merge(q, p);
        ASSERT_EQ(both.has_value(), !conflict(p, q));
        if (!both || !apply(project, q))
            continue;
        ++merged;
        const auto one = apply(project, *both), two = apply(project, *swapped);
        ASSERT_TRUE(one) << "seed " << seed << ": " << one.error().text();
        ASSERT_EQ(*one, *two) << "seed " << seed;
    }
    EXPECT_GT(applied, 1000);
    EXPECT_GT(merged, 100);
}

TEST(Diff, LargeDifferentFilesStayAffordable) {
    std::string a, b;
    for (int i = 0; i < 20000; ++i) {
        a += "line " + std::to_string(i) + "\n";
        b += "zeile " + std::to_string(i * 7) + "\n";
    }
    const auto from = make({{"a", a}}), to = make({{"a", b}});
    EXPECT_EQ(*apply(from, diff(from, to)), to);
}

} // namespace
} // namespace rustcoder::project
