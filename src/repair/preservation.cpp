// What became of the author's code: items, statements, tests, asserts and tokens before and after.
#include "repair/engine.h"

#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace rustcoder::repair {

namespace {

using syntax::Item;
using syntax::ItemKind;
using syntax::Kind;
using syntax::Source;
using syntax::Tree;

struct Census {
    std::size_t statements = 0, tests = 0, asserts = 0;
    std::multiset<std::string> items; // "kind name"; duplicates of one name count, but only the last one is a loss
    std::map<std::string, std::size_t, std::less<>> escapes;
};

constexpr std::string_view escape_names[] = {"todo", "unimplemented", "unreachable", "panic", "unsafe"};

const char* kind_name(ItemKind k) {
    switch (k) {
    case ItemKind::function:
        return "fn";
    case ItemKind::structure:
        return "struct";
    case ItemKind::enumeration:
        return "enum";
    case ItemKind::union_:
        return "union";
    case ItemKind::trait:
        return "trait";
    case ItemKind::impl:
        return "impl";
    case ItemKind::module:
        return "mod";
    case ItemKind::constant:
        return "const";
    case ItemKind::static_:
        return "static";
    case ItemKind::type_alias:
        return "type";
    case ItemKind::macro_definition:
        return "macro";
    default:
        return "";
    }
}

void count_tokens(const Source& s, Census& census) {
    for (std::size_t i = 0; i < s.tokens().size(); ++i) {
        std::string_view text = s.at(i);
        if (text == ";")
            ++census.statements;
        if (s.at(i + 1) == "!" && text.starts_with("assert"))
            ++census.asserts;
        for (std::string_view name : escape_names)
            if (text == name && (name == "unsafe" || s.at(i + 1) == "!"))
                ++census.escapes[std::string(name)];
        if (text == "#" && (s.at(i + 1) == "[" || s.at(i + 2) == "[")) {
            std::size_t k = s.at(i + 1) == "[" ? i + 2 : i + 3;
            if (s.at(k) == "allow" || s.at(k) == "ignore" || (s.at(k) == "cfg" && s.at(k + 2) != "test"))
                ++census.escapes["#[" + std::string(s.at(k)) + "]"];
        }
        if (text == "test" && s.at(i - 1) == "[" && s.at(i - 2) == "#")
            ++census.tests;
    }
}

Census take(const project::Project& project) {
    Census census;
    for (const auto& [path, file] : project.files()) {
        if (!path.ends_with(".rs"))
            continue;
        auto source = std::make_shared<const Source>(*file.bytes);
        count_tokens(*source, census);
        const Tree tree(source);
        for (const Item& item : tree.items()) {
            std::string_view kind = kind_name(item.kind);
            if (kind.empty())
                continue;
            std::string name =
                std::string(kind) + " " + (item.trait_name.empty() ? "" : item.trait_name + " for ") + item.name;
            census.items.insert(std::move(name));
        }
    }
    return census;
}

// Tokens of `before` that are still there in order: common ends are cut, the middle is an LCS (or, when it is very
// large, a multiset intersection, which is an upper bound and only used past four million cells).
std::size_t kept_tokens(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    std::size_t head = 0, tail = 0;
    while (head < a.size() && head < b.size() && a[head] == b[head])
        ++head;
    while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        ++tail;
    std::size_t n = a.size() - head - tail, m = b.size() - head - tail;
    if (n * m > 4'000'000) {
        std::unordered_map<std::uint64_t, std::size_t> left;
        for (std::size_t j = 0; j < m; ++j)
            ++left[b[head + j]];
        std::size_t common = 0;
        for (std::size_t i = 0; i < n; ++i)
            if (auto it = left.find(a[head + i]); it != left.end() && it->second > 0) {
                --it->second;
                ++common;
            }
        return head + tail + common;
    }
    std::vector<std::uint32_t> row(m + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
        std::uint32_t diagonal = 0;
        for (std::size_t j = 0; j < m; ++j) {
            std::uint32_t above = row[j + 1];
            row[j + 1] = a[head + i] == b[head + j] ? diagonal + 1 : std::max(above, row[j]);
            diagonal = above;
        }
    }
    return head + tail + row[m];
}

std::vector<std::uint64_t> hashes(const std::string& text) {
    Source s(text);
    std::vector<std::uint64_t> out;
    for (const auto& t : s.tokens())
        if (t.kind != Kind::doc)
            out.push_back(base::hash64(s.text(t)));
    return out;
}

// A lost quote turns code into strings and strings into code as far as the file goes: then words are compared.
bool quotes_shifted(const std::string& text) {
    const Source s(text);
    return std::any_of(s.tokens().begin(), s.tokens().end(),
                       [](const syntax::Token& t) { return t.unterminated && t.kind != Kind::doc; });
}

std::string without_quotes(std::string text) {
    std::replace_if(text.begin(), text.end(), [](char c) { return c == '"' || c == '\'' || c == '\\'; }, ' ');
    return text;
}

// Tokens of the items at file level that are still there word for word: an item that moved is not gone.
std::size_t kept_items(const std::string& before, const std::string& after) {
    const Tree a(std::make_shared<const Source>(before)), b(std::make_shared<const Source>(after));
    std::multiset<std::string_view> there;
    for (const Item& item : b.items())
        if (item.parent < 0)
            there.insert(b.source().text(item.range));
    std::size_t kept = 0;
    for (const Item& item : a.items())
        if (item.parent < 0)
            if (auto found = there.find(a.source().text(item.range)); found != there.end()) {
                there.erase(found);
                kept += hashes(std::string(a.source().text(item.range))).size();
            }
    return kept;
}

// Returns the number of the author's tokens that are gone.
std::size_t compare_tokens(const project::Project& before, const project::Project& after, Preservation& p) {
    std::size_t total = 0, kept = 0;
    for (const auto& [path, file] : before.files()) {
        if (!path.ends_with(".rs"))
            continue;
        const bool shifted = quotes_shifted(*file.bytes);
        auto a = hashes(shifted ? without_quotes(*file.bytes) : *file.bytes);
        total += a.size();
        if (const std::string* now = after.find(path))
            kept += *now == *file.bytes ? a.size()
                    : shifted           ? kept_tokens(a, hashes(without_quotes(*now)))
                                        : std::max(kept_tokens(a, hashes(*now)), kept_items(*file.bytes, *now));
    }
    p.tokens_kept = total == 0 ? 1.0 : static_cast<double>(kept) / static_cast<double>(total);
    return total - kept;
}

std::size_t count(const std::map<std::string, std::size_t, std::less<>>& m, const std::string& key) {
    auto it = m.find(key);
    return it == m.end() ? 0 : it->second;
}

// A lost item that has a new one of like name is a rename (a typo mended), not a loss.
void find_lost(const Census& a, const Census& b, Preservation& p) {
    std::vector<std::string> lost, gained;
    std::set<std::string> before(a.items.begin(), a.items.end()), after(b.items.begin(), b.items.end());
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(lost));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(gained));
    for (const std::string& item : lost) {
        // An impl that went to another type (a wrapper around the old one) is still there.
        auto trait = item.starts_with("impl ") ? item.find(" for ") : std::string::npos;
        auto alike = std::find_if(gained.begin(), gained.end(), [&](const std::string& g) {
            return base::edit_distance(item, g, 3) <= 3 ||
                   (trait != std::string::npos && g.starts_with(item.substr(0, trait + 5)));
        });
        if (alike != gained.end())
            gained.erase(alike);
        else
            p.lost_items.push_back(item);
    }
}

} // namespace

Preservation compare(const project::Project& before, const project::Project& after) {
    Preservation p;
    if (before == after) {
        p.summary = "nothing was changed";
        return p;
    }
    Census a = take(before), b = take(after);
    p.items_before = a.items.size(), p.items_after = b.items.size();
    p.statements_before = a.statements, p.statements_after = b.statements;
    p.tests_before = a.tests, p.tests_after = b.tests;
    p.asserts_before = a.asserts, p.asserts_after = b.asserts;
    find_lost(a, b, p);
    for (const auto& [name, n] : b.escapes)
        if (n > count(a.escapes, name))
            p.added_escapes.push_back(name);
    // A handful of replaced tokens is what a repair is; in a ten-token program it is also a large share.
    constexpr std::size_t small_change = 6;
    const std::size_t lost = compare_tokens(before, after, p);

    bool lost_tests = p.tests_after < p.tests_before || p.asserts_after < p.asserts_before;
    bool stubbed = std::any_of(p.added_escapes.begin(), p.added_escapes.end(),
                               [](const std::string& e) { return e == "todo" || e == "unimplemented"; });
    if ((lost > small_change && p.tokens_kept < 0.85) || (!p.lost_items.empty() && lost > small_change / 2) ||
        lost_tests)
        p.verdict = Preservation::Verdict::gutted;
    else if ((lost > small_change && p.tokens_kept < 0.95) || stubbed || !p.added_escapes.empty() ||
             p.statements_after + 1 < p.statements_before)
        p.verdict = Preservation::Verdict::changed;
    p.summary = fmt::format("{:.1f} % of the author's tokens kept; items {} -> {}, statements {} -> {}, tests {} -> {}",
                            100 * p.tokens_kept, p.items_before, p.items_after, p.statements_before, p.statements_after,
                            p.tests_before, p.tests_after);
    if (!p.lost_items.empty())
        p.summary += fmt::format("; lost: {}", fmt::join(p.lost_items, ", "));
    if (!p.added_escapes.empty())
        p.summary += fmt::format("; introduced: {}", fmt::join(p.added_escapes, ", "));
    return p;
}

const char* name(Preservation::Verdict v) {
    switch (v) {
    case Preservation::Verdict::preserved:
        return "preserved";
    case Preservation::Verdict::changed:
        return "changed";
    case Preservation::Verdict::gutted:
        return "gutted";
    }
    return "preserved";
}

const char* name(Verdict v) {
    switch (v) {
    case Verdict::already_ok:
        return "already_ok";
    case Verdict::fixed:
        return "fixed";
    case Verdict::partial:
        return "partial";
    case Verdict::unchanged:
        return "unchanged";
    case Verdict::cancelled:
        return "cancelled";
    case Verdict::failed:
        return "failed";
    }
    return "failed";
}

} // namespace rustcoder::repair
