#include "knowledge/search.h"

#include "base/counters.h"
#include "base/log.h"
#include "knowledge/search_embed.h"
#include "knowledge/search_parts.h"
#include "knowledge/search_resident.h"
#include "knowledge/snippets.h"

#include <algorithm>
#include <unordered_map>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t max_limit = 100;
constexpr double code_text_weight = 2; // an error code in the question is a matter of text

class FromIndex final : public Parts {
public:
    explicit FromIndex(std::shared_ptr<const Index> index) : index_(std::move(index)) {}
    Result<std::vector<Candidate>> by_text(std::string_view text, const Filter& filter, std::size_t k) override {
        return index_->by_text(text, filter, k);
    }
    Result<std::vector<Candidate>> by_vector(std::span<const float> query, const Filter& filter, std::size_t k,
                                             std::stop_token stop) override {
        return index_->by_vector(query, filter, k, stop);
    }
    Result<bool> has_vectors() override { return index_->vectors() > 0; }
    bool knows_groups() const override { return true; }

private:
    std::shared_ptr<const Index> index_;
};

class HybridSearcher final : public Searcher {
public:
    HybridSearcher(Store& store, std::shared_ptr<Embedder> embedder, const SearchOptions& options)
        : store_(store), options_(options), embedding_(store, std::move(embedder)),
          direct_(direct_parts(store, embedding_.model())) {
        if (options.resident)
            resident_ =
                std::make_unique<ResidentIndex>(store, embedding_.model(), embedding_.dimension(), options.first_wait);
    }

    Result<Answer> search(const Query& query, std::stop_token stop) override;

    Result<std::size_t> embed_missing(std::stop_token stop,
                                      const std::function<void(std::size_t, std::size_t)>& progress) override {
        return embedding_.embed_missing(stop, progress);
    }

private:
    using Entries = std::unordered_map<std::string, Entry>;

    Result<std::vector<Candidate>> nearest(const Query& query, Parts& parts, std::size_t depth, std::stop_token stop,
                                           std::string& note);
    Result<Entries> fetch(std::span<const Fused> ranked);
    Result<std::vector<Hit>> hits(std::vector<Fused> ranked, const Query& query, const Parts& parts);

    Store& store_;
    const SearchOptions options_;
    QueryEmbedding embedding_;
    std::unique_ptr<Parts> direct_;
    std::unique_ptr<ResidentIndex> resident_; // null: one question and out
};

Status valid(const Query& query) {
    if (query.limit == 0 || query.limit > max_limit)
        return fail(Errc::invalid_input, "the number of hits must be 1 to 100", "limit");
    if (query.text.find_first_not_of(" \t\r\n") == std::string::npos)
        return fail(Errc::invalid_input, "nothing is asked for", "query",
                    "give words, an error code or a whole error message");
    return {};
}

/// What vectors say; when they cannot be had, nothing and why (mode vector: an error).
Result<std::vector<Candidate>> HybridSearcher::nearest(const Query& query, Parts& parts, std::size_t depth,
                                                       std::stop_token stop, std::string& note) {
    const bool needed = query.mode == Query::Mode::vector;
    const auto without = [&](std::string why) -> Result<std::vector<Candidate>> {
        if (needed)
            return fail(Errc::unavailable, std::move(why), "mode", "ask with mode hybrid or text");
        note = std::move(why) + ": searched by text alone";
        return std::vector<Candidate>{};
    };
    if (!embedding_.available())
        return without("no embedding model");
    RC_TRY_ASSIGN(const bool any, parts.has_vectors());
    if (!any)
        return without("no entry has a vector of " + embedding_.model() + " yet");
    const auto vector = embedding_.of(query.text, stop);
    if (!vector)
        return without("no embedding of the question (" + vector.error().text() + ")");
    return parts.by_vector(*vector, query.filter, depth, stop);
}

Result<HybridSearcher::Entries> HybridSearcher::fetch(std::span<const Fused> ranked) {
    std::vector<std::string> ids;
    for (const auto& f : ranked)
        ids.push_back(f.id);
    RC_TRY_ASSIGN(auto entries, store_.get(ids));
    Entries out;
    for (auto& entry : entries) {
        auto id = entry.id;
        out.emplace(std::move(id), std::move(entry));
    }
    return out;
}

Result<std::vector<Hit>> HybridSearcher::hits(std::vector<Fused> ranked, const Query& query, const Parts& parts) {
    Entries entries;
    std::size_t fetched = 0;
    if (!parts.knows_groups()) {
        RC_TRY_ASSIGN(entries, fetch(ranked));
        fetched = ranked.size();
        for (auto& f : ranked)
            if (const auto at = entries.find(f.id); at != entries.end())
                f.group = group_of(at->second);
    }
    spread_groups(ranked);
    std::vector<Hit> out;
    for (std::size_t i = 0; i < ranked.size() && out.size() < query.limit; ++i) {
        if (i == fetched) { // entries that were removed meanwhile leave room for others
            const auto next = std::min(ranked.size(), i + query.limit - out.size());
            RC_TRY_ASSIGN(entries, fetch(std::span(ranked).subspan(i, next - i)));
            fetched = next;
        }
        const auto at = entries.find(ranked[i].id);
        if (at == entries.end())
            continue;
        Hit hit;
        hit.entry = std::move(at->second);
        hit.score = ranked[i].score;
        hit.text_rank = ranked[i].text_rank;
        hit.vector_rank = ranked[i].vector_rank;
        hit.snippet = make_snippet(hit.entry.text, query.text);
        out.push_back(std::move(hit));
    }
    return out;
}

Result<Answer> HybridSearcher::search(const Query& query, std::stop_token stop) {
    static auto& searches = base::counter("knowledge_searches_total", "Questions to the knowledge base");
    static auto& seconds = base::histogram("knowledge_search_seconds", "Time per question to the knowledge base");
    const auto begin = std::chrono::steady_clock::now();
    RC_TRY(valid(query));
    std::unique_ptr<Parts> from_index;
    if (resident_)
        if (auto index = resident_->get())
            from_index = std::make_unique<FromIndex>(std::move(index));
    Parts& parts = from_index ? *from_index : *direct_;
    Answer answer;
    // Deeper than the limit, because near-duplicates are moved back.
    const std::size_t depth = std::max(options_.fuse_depth, 2 * query.limit);
    std::vector<Candidate> text, vector;
    if (query.mode != Query::Mode::vector) {
        RC_TRY_ASSIGN(text, parts.by_text(query.text, query.filter, depth));
    }
    if (query.mode != Query::Mode::text) {
        RC_TRY_ASSIGN(vector, nearest(query, parts, depth, stop, answer.note));
    }
    if (stop.stop_requested())
        return fail(Errc::cancelled, "the search was cancelled");
    FuseWeights weights;
    weights.constant = options_.fuse_constant;
    weights.text = names_error_code(query.text) ? code_text_weight : 1;
    RC_TRY_ASSIGN(answer.hits, hits(fuse(text, vector, weights), query, parts));
    const auto took = std::chrono::steady_clock::now() - begin;
    answer.took = std::chrono::duration_cast<std::chrono::microseconds>(took);
    searches.add();
    seconds.observe(std::chrono::duration<double>(took).count());
    return answer;
}

} // namespace

std::unique_ptr<Searcher> make_searcher(Store& store, std::shared_ptr<Embedder> embedder,
                                        const SearchOptions& options) {
    return std::make_unique<HybridSearcher>(store, std::move(embedder), options);
}

} // namespace rustcoder::knowledge
