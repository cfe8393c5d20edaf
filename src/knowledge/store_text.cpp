#include "knowledge/store_sqlite.h"
#include "knowledge/words.h"
#include "knowledge/words_common.h"
#include "knowledge/words_cut.h"

#include <algorithm>
#include <set>

namespace rustcoder::knowledge {

namespace {

constexpr std::size_t max_query_bytes = 16'384; // an error message with its source; more says nothing new
constexpr std::size_t max_query_words = 24;
constexpr std::size_t common_share = 20;     // a word in more than 1/20 of the documents is common ...
constexpr std::size_t common_at_least = 200; // ... but a small store can afford them all
constexpr std::size_t max_scored = 10'000;   // documents; only questions of nothing but common words come near
constexpr std::size_t max_cached_words = 50'000;

bool is_code(std::string_view word) {
    return word.size() == 5 && word[0] == 'e' && word.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::vector<std::string> distinct_words(std::string_view query) {
    std::vector<std::string> out = words(query.substr(0, max_query_bytes));
    std::set<std::string> seen;
    std::erase_if(out, [&](const std::string& word) { return !seen.insert(word).second; });
    return out;
}

/// Words as strings of the engine's language, where nothing in them has a meaning.
std::string match_expression(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) {
        if (!out.empty())
            out += " OR ";
        out += '"';
        for (const char c : word)
            out += c == '"' ? "\"\"" : std::string(1, c);
        out += '"';
    }
    return out;
}

} // namespace

Result<std::size_t> SqliteStore::documents(Database& db) {
    RC_TRY_ASSIGN(const std::int64_t now, db.number("SELECT seq FROM sqlite_sequence WHERE name = 'changes'", 0));
    const auto revision = static_cast<std::uint64_t>(now);
    if (frequencies_.revision == revision && frequencies_.documents > 0)
        return frequencies_.documents;
    RC_TRY_ASSIGN(const std::int64_t count, db.number("SELECT count(*) FROM entries", 0));
    frequencies_.revision = revision;
    frequencies_.documents = static_cast<std::size_t>(count);
    const std::size_t then = frequencies_.counted_at, moved = then / 10 + 100;
    if (frequencies_.documents > then + moved || frequencies_.documents + moved < then ||
        frequencies_.words.size() > max_cached_words) {
        frequencies_.words.clear();
        frequencies_.counted_at = frequencies_.documents;
    }
    return frequencies_.documents;
}

/// The engine scores every document that has any of the words, so common words cost much and say little: they are left
/// out as long as others are there. Error codes come first, then rare words.
Result<std::vector<std::string>> SqliteStore::pruned(Database& db, std::string_view query) {
    struct Weighed {
        std::string word;
        std::size_t documents = 0;
    };
    std::vector<Weighed> known;
    const std::lock_guard guard(frequencies_.lock);
    RC_TRY_ASSIGN(const std::size_t all, documents(db));
    const std::size_t common = std::max(all / common_share, common_at_least);
    RC_TRY_ASSIGN(auto frequency, db.statement("SELECT doc FROM temp.vocabulary WHERE term = ?1"));
    for (std::string& word : distinct_words(query)) {
        auto found = frequencies_.words.find(word);
        if (found == frequencies_.words.end()) {
            frequency.bind(1, word);
            RC_TRY_ASSIGN(const bool there, frequency.step());
            found = frequencies_.words.emplace(word, there ? static_cast<std::size_t>(frequency.integer(0)) : 0).first;
            frequency.reset();
        }
        // A word that was not there when it was counted may be there now: it costs nothing to ask for it.
        known.push_back({std::move(word), found->second});
    }
    // "how" and "my" are rare in documentation, and would push out what the question is about.
    const auto carries = [](const Weighed& w) { return is_common_word(w.word); };
    if (!std::all_of(known.begin(), known.end(), [&](const Weighed& w) { return w.documents == 0 || carries(w); }))
        std::erase_if(known, carries);
    std::stable_sort(known.begin(), known.end(), [](const Weighed& a, const Weighed& b) {
        const bool a_code = is_code(a.word), b_code = is_code(b.word);
        return a_code != b_code ? a_code : a.documents < b.documents;
    });
    std::vector<std::string> out;
    std::size_t scored = 0, useful = 0;
    for (const Weighed& w : known) {
        // The rarest that is there is asked for in any case.
        const bool wanted = w.documents <= common && (scored + w.documents <= common || useful < 2);
        if (out.size() == max_query_words || (useful > 0 && !wanted && !is_code(w.word)))
            continue;
        out.push_back(w.word);
        scored += w.documents;
        useful += w.documents > 0;
    }
    return out;
}

Result<std::vector<TextHit>> SqliteStore::full_text(std::string_view query, const Filter& filter, std::size_t limit) {
    bool damaged = false;
    {
        RC_TRY_ASSIGN(auto db, reading());
        auto out = match(**db, query, filter, limit);
        damaged = !out && (*db)->index_damaged();
        if (!damaged || options_.read_only)
            return out;
    }
    RC_TRY(rebuild_index());
    RC_TRY_ASSIGN(auto db, reading());
    return match(**db, query, filter, limit);
}

Result<std::vector<TextHit>> SqliteStore::match(Database& db, std::string_view query, const Filter& filter,
                                                std::size_t limit) {
    std::vector<TextHit> out;
    RC_TRY_ASSIGN(const std::vector<std::string> asked, pruned(db, query));
    if (asked.empty() || limit == 0)
        return out;
    const std::string expression = match_expression(asked);
    // Weights: a word in the title says more than one in the text, a code most.
    RC_TRY_ASSIGN(
        auto rows,
        db.query("SELECT id, score FROM (SELECT e.id AS id, -bm25(search, 4.0, 1.0, 8.0) AS score "
                 "FROM search CROSS JOIN entries e "
                 "ON e.seq = search.rowid WHERE search MATCH ?1 AND (?2 >> e.kind) & 1 AND e.quarantined <= ?3 "
                 "AND (?4 = '' OR e.toolchain IN ('', ?4)) "
                 "AND (?5 = '' OR EXISTS (SELECT 1 FROM codes c WHERE c.code = ?5 AND c.seq = e.seq)) "
                 "LIMIT ?7) ORDER BY score DESC, id LIMIT ?6",
                 expression, kind_bits(filter), filter.quarantined, filter.toolchain, filter.code,
                 static_cast<std::int64_t>(std::min(limit, max_scored)), static_cast<std::int64_t>(max_scored)));
    for (;;) {
        RC_TRY_ASSIGN(const bool row, rows.step());
        if (!row)
            return out;
        out.push_back({rows.text(0), rows.real(1)});
    }
}

} // namespace rustcoder::knowledge
