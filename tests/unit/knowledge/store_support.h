// What the tests of the store share: a private folder with a store in it, and entries to put there.
#pragma once

#include "base/os.h"
#include "knowledge/store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace rustcoder::knowledge {

inline Entry passage(std::string text, std::string title = {}) {
    return {
        .kind = Kind::passage, .title = std::move(title), .text = std::move(text), .provenance = {.source = "test"}};
}

class StoreTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = base::TempDir::create("store-test");
        ASSERT_TRUE(made) << made.error().text();
        folder_ = *std::move(made);
        file_ = folder_.path() / "kb" / "knowledge.db";
    }
    std::unique_ptr<Store> open(const StoreOptions& options = {}) {
        auto store = open_store(file_, options);
        EXPECT_TRUE(store) << store.error().text();
        return store ? *std::move(store) : nullptr;
    }
    static std::string put(Store& store, const Entry& entry) {
        const auto ids = store.put({&entry, 1});
        EXPECT_TRUE(ids) << ids.error().text();
        return ids ? ids->at(0) : "";
    }
    static void expect_sound(Store& store) {
        const auto findings = store.verify(true);
        ASSERT_TRUE(findings) << findings.error().text();
        EXPECT_EQ(*findings, std::vector<std::string>());
    }
    static std::vector<std::string> found(Store& store, std::string_view query, const Filter& filter = {}) {
        std::vector<std::string> out;
        const auto hits = store.full_text(query, filter, 10);
        EXPECT_TRUE(hits) << hits.error().text();
        if (hits)
            for (const TextHit& hit : *hits)
                out.push_back(hit.id);
        return out;
    }

    base::TempDir folder_;
    std::filesystem::path file_;
};

} // namespace rustcoder::knowledge
