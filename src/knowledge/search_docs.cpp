#include "knowledge/search_docs.h"

#include "base/text.h"

#include <algorithm>

namespace rustcoder::knowledge {
namespace {

std::uint64_t code_hash(std::string_view code) {
    std::string lower(code);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return base::hash64(lower);
}

template <class T> std::size_t bytes_of(const std::vector<T>& v) {
    return v.capacity() * sizeof(T);
}

} // namespace

void keep_best(std::vector<Ranked>& ranked, std::size_t k) {
    if (ranked.size() > k) {
        std::nth_element(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(k), ranked.end(), better);
        ranked.resize(k);
    }
    std::sort(ranked.begin(), ranked.end(), better);
}

DocSet::DocSet(std::size_t size, bool all) : size_(size), words_((size + 63) / 64, all ? ~std::uint64_t{0} : 0) {
    if (all && size % 64 != 0)
        words_.back() = (std::uint64_t{1} << (size % 64)) - 1;
}

void DocSet::resize(std::size_t size) {
    size_ = size;
    words_.resize((size + 63) / 64, 0);
}

std::size_t DocSet::count() const {
    std::size_t n = 0;
    for (const auto w : words_)
        n += static_cast<std::size_t>(std::popcount(w));
    return n;
}

void DocSet::keep(const DocSet& o) {
    for (std::size_t i = 0; i < words_.size(); ++i)
        words_[i] &= o.words_[i];
}

void DocSet::take(const DocSet& o) {
    for (std::size_t i = 0; i < words_.size(); ++i)
        words_[i] |= o.words_[i];
}

void DocSet::without(const DocSet& o) {
    for (std::size_t i = 0; i < words_.size(); ++i)
        words_[i] &= ~o.words_[i];
}

std::uint64_t group_of(const Entry& entry) {
    if ((entry.kind != Kind::passage && entry.kind != Kind::lesson) || entry.title.empty())
        return 0;
    std::string_view title = entry.title; // "Section (2)" is the second part of "Section"
    if (const auto open = title.rfind(" ("); title.ends_with(')') && open != title.npos && open + 2 < title.size() - 1)
        if (title.find_first_not_of("0123456789", open + 2) == title.size() - 1)
            title = title.substr(0, open);
    return base::hash64(title, base::hash64(entry.provenance.source)) | 1;
}

bool matches(const Filter& filter, const Entry& entry) {
    if (entry.quarantined && !filter.quarantined)
        return false;
    if (!filter.kinds.empty() && std::find(filter.kinds.begin(), filter.kinds.end(), entry.kind) == filter.kinds.end())
        return false;
    if (!filter.code.empty()) {
        const auto wanted = code_hash(filter.code);
        if (std::none_of(entry.codes.begin(), entry.codes.end(), [&](const auto& c) { return code_hash(c) == wanted; }))
            return false;
    }
    return filter.toolchain.empty() || entry.provenance.toolchain.empty() ||
           entry.provenance.toolchain == filter.toolchain;
}

std::uint32_t DocTable::toolchain_number(const std::string& name) {
    const auto at = std::find(toolchain_names_.begin(), toolchain_names_.end(), name);
    if (at != toolchain_names_.end())
        return static_cast<std::uint32_t>(at - toolchain_names_.begin());
    toolchain_names_.push_back(name);
    return static_cast<std::uint32_t>(toolchain_names_.size() - 1);
}

void DocTable::add(const Entry& entry) {
    const auto doc = static_cast<Doc>(size());
    ids_ += entry.id;
    id_ends_.push_back(static_cast<std::uint32_t>(ids_.size()));
    kinds_.push_back(static_cast<std::uint8_t>(entry.kind));
    toolchains_.push_back(toolchain_number(entry.provenance.toolchain));
    groups_.push_back(group_of(entry));
    for (const auto& code : entry.codes)
        code_hashes_.push_back(code_hash(code));
    code_ends_.push_back(static_cast<std::uint32_t>(code_hashes_.size()));
    quarantined_.resize(doc + 1);
    if (entry.quarantined)
        quarantined_.add(doc);
}

void DocTable::add(const DocTable& other, Doc d) {
    const auto doc = static_cast<Doc>(size());
    ids_ += other.id(d);
    id_ends_.push_back(static_cast<std::uint32_t>(ids_.size()));
    kinds_.push_back(other.kinds_[d]);
    toolchains_.push_back(toolchain_number(other.toolchain_names_[other.toolchains_[d]]));
    groups_.push_back(other.groups_[d]);
    const std::size_t codes_begin = d == 0 ? 0 : other.code_ends_[d - 1];
    for (std::size_t i = codes_begin; i < other.code_ends_[d]; ++i)
        code_hashes_.push_back(other.code_hashes_[i]);
    code_ends_.push_back(static_cast<std::uint32_t>(code_hashes_.size()));
    quarantined_.resize(doc + 1);
    if (other.quarantined_.has(d))
        quarantined_.add(doc);
}

void DocTable::finish() {
    for (auto& set : of_kind_)
        set = DocSet(size());
    by_code_.reserve(code_hashes_.size());
    std::size_t code = 0;
    for (Doc d = 0; d < size(); ++d) {
        of_kind_[kinds_[d]].add(d);
        for (; code < code_ends_[d]; ++code)
            by_code_.emplace_back(code_hashes_[code], d);
    }
    std::sort(by_code_.begin(), by_code_.end());
}

std::string_view DocTable::id(Doc d) const {
    const std::size_t begin = d == 0 ? 0 : id_ends_[d - 1];
    return std::string_view(ids_).substr(begin, id_ends_[d] - begin);
}

std::optional<Doc> DocTable::find(std::string_view wanted) const {
    Doc low = 0, high = static_cast<Doc>(size());
    while (low < high) {
        const Doc middle = low + (high - low) / 2;
        if (id(middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < size() && id(low) == wanted)
        return low;
    return std::nullopt;
}

std::optional<DocSet> DocTable::passing(const Filter& filter) const {
    if (filter.kinds.empty() && filter.code.empty() && filter.toolchain.empty())
        return std::nullopt;
    DocSet set(size(), filter.code.empty());
    if (!filter.code.empty()) {
        const auto hash = code_hash(filter.code);
        for (auto at = std::lower_bound(by_code_.begin(), by_code_.end(), std::pair(hash, Doc{0}));
             at != by_code_.end() && at->first == hash; ++at)
            set.add(at->second);
    }
    if (!filter.kinds.empty()) {
        DocSet kinds(size());
        for (const Kind kind : filter.kinds)
            kinds.take(of_kind_[static_cast<std::size_t>(kind)]);
        set.keep(kinds);
    }
    if (!filter.toolchain.empty()) {
        const auto at = std::find(toolchain_names_.begin() + 1, toolchain_names_.end(), filter.toolchain);
        const auto number = static_cast<std::uint32_t>(at - toolchain_names_.begin());
        for (Doc d = 0; d < size(); ++d)
            if (toolchains_[d] != 0 && toolchains_[d] != number)
                set.drop(d);
    }
    return set;
}

std::size_t DocTable::bytes() const {
    return ids_.capacity() + bytes_of(id_ends_) + bytes_of(kinds_) + bytes_of(toolchains_) + bytes_of(groups_) +
           bytes_of(code_ends_) + bytes_of(code_hashes_) + bytes_of(by_code_) + (kind_count + 1) * size() / 8;
}

} // namespace rustcoder::knowledge
