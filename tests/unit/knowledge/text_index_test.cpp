#include "knowledge/text_index.h"
#include "unit/knowledge/fake_store.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace rustcoder::knowledge;

namespace {

/// Words with the frequencies that texts have: few are common, most are rare.
std::vector<Entry> random_entries(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    std::vector<Entry> out;
    for (std::size_t i = 0; i < count; ++i) {
        std::string text;
        const auto length = 5 + static_cast<int>(uniform(random) * 60);
        for (int w = 0; w < length; ++w)
            text += fmt::format("w{} ", static_cast<int>(std::exp(uniform(random) * std::log(2000.0))));
        out.push_back(entry_of(fmt::format("{:06}", i), Kind::passage, fmt::format("w{}", i % 50), text));
    }
    return out;
}

TextIndex index_of(std::span<const Entry> entries) {
    TextIndexBuilder builder;
    for (const auto& entry : entries)
        builder.add(entry);
    return builder.build();
}

std::vector<QueryWord> weighted(const TextIndex& index, std::string_view text) {
    const auto query = text_query(text);
    TextStats stats;
    stats.documents = static_cast<double>(index.documents());
    index.count(query, stats);
    return weigh(query, stats);
}

std::vector<Ranked> ask(const TextIndex& index, std::string_view text, std::size_t k, const DocSet* allowed = nullptr) {
    const auto average = index.total_length() / static_cast<double>(std::max<std::size_t>(1, index.documents()));
    return index.top(weighted(index, text), static_cast<float>(average), allowed, k);
}

std::string random_query(std::mt19937& random) {
    std::uniform_int_distribution<int> word(1, 1500), common(1, 12);
    std::string out;
    for (int i = 0; i < 6; ++i)
        out += fmt::format("w{} w{} ", word(random), common(random));
    return out;
}

} // namespace

TEST(TextIndex, RareWordsDecide) {
    const std::vector<Entry> entries{
        entry_of("1", Kind::passage, "", "the value is borrowed and the value is used"),
        entry_of("2", Kind::passage, "", "the value is moved into the closure"),
        entry_of("3", Kind::passage, "", "the value is the value"),
        entry_of("4", Kind::passage, "", "nothing of the kind"),
    };
    const auto found = ask(index_of(entries), "why is the value moved into a closure", 10);
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found[0].doc, 1u);
}

TEST(TextIndex, EarlyEndingFindsTheSameBest) {
    const auto entries = random_entries(4000, 3);
    const auto index = index_of(entries);
    std::mt19937 random(11);
    for (int round = 0; round < 40; ++round) {
        const auto query = random_query(random);
        const auto all = ask(index, query, entries.size()); // nothing can end early
        for (const std::size_t k : {1u, 10u, 50u}) {
            const auto best = ask(index, query, k);
            ASSERT_EQ(best.size(), std::min(k, all.size()));
            for (std::size_t i = 0; i < best.size(); ++i) {
                EXPECT_EQ(best[i].doc, all[i].doc) << query << " at " << i;
                EXPECT_EQ(best[i].score, all[i].score);
            }
        }
    }
}

TEST(TextIndex, FiltersInsideTheSearch) {
    const auto entries = random_entries(2000, 4);
    const auto index = index_of(entries);
    DocSet allowed(entries.size());
    for (Doc d = 3; d < entries.size(); d += 40)
        allowed.add(d);
    const auto all = ask(index, "w1 w2 w3", entries.size());
    std::vector<Doc> expected;
    for (const auto& r : all)
        if (allowed.has(r.doc) && expected.size() < 20)
            expected.push_back(r.doc);
    ASSERT_EQ(expected.size(), 20u);
    std::vector<Doc> found;
    for (const auto& r : ask(index, "w1 w2 w3", 20, &allowed))
        found.push_back(r.doc);
    EXPECT_EQ(found, expected);
}

TEST(TextIndex, MergedIsAsIfBuiltAtOnce) {
    const auto entries = random_entries(600, 5);
    const auto whole = index_of(entries);
    std::vector<Entry> odd, even;
    std::vector<Doc> odd_numbers, even_numbers;
    for (Doc d = 0; d < entries.size(); ++d) {
        (d % 2 ? odd : even).push_back(entries[d]);
        (d % 2 ? odd_numbers : even_numbers).push_back(d);
    }
    const auto a = index_of(odd), b = index_of(even);
    const TextIndex::Part parts[] = {{&a, odd_numbers}, {&b, even_numbers}};
    const auto merged = TextIndex::merge(parts, entries.size());
    EXPECT_EQ(merged.postings(), whole.postings());
    std::mt19937 random(2);
    for (int round = 0; round < 10; ++round) {
        const auto query = random_query(random);
        const auto x = ask(merged, query, 30), y = ask(whole, query, 30);
        ASSERT_EQ(x.size(), y.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            EXPECT_EQ(x[i].doc, y[i].doc);
            EXPECT_EQ(x[i].score, y[i].score);
        }
    }
}

TEST(TextIndex, MergingLeavesOutWhatIsGone) {
    const auto entries = random_entries(10, 6);
    const auto index = index_of(entries);
    std::vector<Doc> numbers{0, TextIndex::gone, 1, 2, 3, 4, 5, 6, 7, 8};
    const TextIndex::Part parts[] = {{&index, numbers}};
    const auto merged = TextIndex::merge(parts, 9);
    std::vector<Entry> rest(entries);
    rest.erase(rest.begin() + 1);
    const auto expected = index_of(rest);
    EXPECT_EQ(merged.postings(), expected.postings());
    EXPECT_EQ(merged.total_length(), expected.total_length());
    EXPECT_EQ(ask(merged, entries[1].text, 20).size(), ask(expected, entries[1].text, 20).size());
}

TEST(TextIndex, AnErrorCodeIsAStrongSignal) {
    // The page talks about the code all the time; the lesson is about it.
    std::vector<Entry> entries{
        entry_of("1", Kind::passage, "borrow of moved value",
                 "borrow of moved value E0382 E0382 E0382 E0382 value borrowed here after move, move occurs because"),
        entry_of("2", Kind::lesson, "Use after move", "A variable was used after its contents went elsewhere.",
                 {"E0382"}),
        entry_of("3", Kind::lesson, "Other", "borrow of moved value, value borrowed here after move", {"E0505"}),
    };
    for (int i = 10; i < 60; ++i)
        entries.push_back(entry_of(fmt::format("{}", i), Kind::passage, "", "some value is borrowed, another moved"));
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.id < b.id; });
    const auto index = index_of(entries);
    const auto found = ask(index, "error[E0382]: borrow of moved value: `names`, value borrowed here after move", 3);
    ASSERT_EQ(found.size(), 3u);
    EXPECT_TRUE(entries[found[0].doc].id == "2" || entries[found[1].doc].id == "2")
        << "among the first two, though no other word of the question is in it";
    EXPECT_EQ(entries[ask(index, "E0382", 1)[0].doc].id, "2");
    EXPECT_TRUE(names_error_code("what is e0382?"));
    EXPECT_FALSE(names_error_code("what is E382 or main?"));
}

TEST(TextIndex, LintsAreFoundByTheirName) {
    const std::vector<Entry> entries{
        entry_of("1", Kind::passage, "", "a needless return at the end, needless_return needless_return"),
        entry_of("2", Kind::lesson, "Return", "The last expression is the value.", {"clippy::needless_return"}),
        entry_of("3", Kind::passage, "", "return"),
    };
    EXPECT_EQ(ask(index_of(entries), "needless_return", 1)[0].doc, 1u);
}

TEST(TextIndex, OddQueries) {
    const auto index = index_of(random_entries(20, 1));
    EXPECT_TRUE(ask(index, "", 5).empty());
    EXPECT_TRUE(ask(index, "nothing of this is there", 5).empty());
    EXPECT_TRUE(ask(index_of({}), "w1", 5).empty());
    EXPECT_FALSE(ask(index, std::string(100'000, 'x') + " w1", 5).size() > 5);
    std::string many;
    for (int i = 0; i < 3000; ++i)
        many += fmt::format("w{} ", i);
    EXPECT_EQ(ask(index, many, 5).size(), 5u);
}
