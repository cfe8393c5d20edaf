// What the resident indexes know of each document besides its words and its vector: id, what filters ask for, and which
// near-duplicates it belongs to. Documents are numbered by ascending id. Immutable after building, so thread-safe.
#pragma once

#include "knowledge/store.h"

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rustcoder::knowledge {

using Doc = std::uint32_t;

/// A document and how well it fits.
struct Ranked {
    Doc doc = 0;
    float score = 0;
};
/// Better first; the lower number, which is the lower id, breaks ties.
inline bool better(const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : a.doc < b.doc;
}
/// Leaves the best `k`, best first.
void keep_best(std::vector<Ranked>& ranked, std::size_t k);

/// A set of document numbers below `size`.
class DocSet {
public:
    explicit DocSet(std::size_t size = 0, bool all = false);
    std::size_t size() const { return size_; }
    bool has(Doc d) const { return (words_[d >> 6] >> (d & 63)) & 1; }
    void add(Doc d) { words_[d >> 6] |= std::uint64_t{1} << (d & 63); }
    void drop(Doc d) { words_[d >> 6] &= ~(std::uint64_t{1} << (d & 63)); }
    void resize(std::size_t size);
    std::size_t count() const;
    void keep(const DocSet& o);    // intersection
    void take(const DocSet& o);    // union
    void without(const DocSet& o); // difference

private:
    std::size_t size_ = 0;
    std::vector<std::uint64_t> words_;
};

/// Passages and lessons of one title and source section are parts of the same thing: equal, not 0. Others: 0.
std::uint64_t group_of(const Entry& entry);
bool matches(const Filter& filter, const Entry& entry);

class DocTable {
public:
    /// In ascending order of ids.
    void add(const Entry& entry);
    void add(const DocTable& other, Doc doc); // a row of another table
    void finish();                            // once, after the last

    std::size_t size() const { return kinds_.size(); }
    std::string_view id(Doc d) const;
    std::uint64_t group(Doc d) const { return groups_[d]; }
    std::optional<Doc> find(std::string_view id) const;
    const DocSet& quarantined() const { return quarantined_; }
    /// Documents that pass kinds, code and toolchain (not quarantine). nullopt: all do, nothing was asked.
    std::optional<DocSet> passing(const Filter& filter) const;
    std::size_t bytes() const;

private:
    static constexpr std::size_t kind_count = 4;
    std::uint32_t toolchain_number(const std::string& name);

    std::string ids_;
    std::vector<std::uint32_t> id_ends_;
    std::vector<std::uint8_t> kinds_;
    std::vector<std::uint32_t> toolchains_; // into toolchain_names_; 0 = none stated
    std::vector<std::string> toolchain_names_{""};
    std::vector<std::uint64_t> groups_;
    std::vector<std::uint32_t> code_ends_; // per document, into code_hashes_
    std::vector<std::uint64_t> code_hashes_;
    std::vector<std::pair<std::uint64_t, Doc>> by_code_; // sorted
    std::array<DocSet, kind_count> of_kind_;
    DocSet quarantined_;
};

} // namespace rustcoder::knowledge
