// Hybrid search: full text and vectors, fused by reciprocal rank (Cormack, Clarke, Buettcher 2009).
#pragma once

#include "knowledge/embedder.h"
#include "knowledge/store.h"

#include <chrono>

namespace rustcoder::knowledge {

struct Query {
    std::string text;
    Filter filter;
    std::size_t limit = 10; // at most 100
    enum class Mode { hybrid, text, vector } mode = Mode::hybrid;
};

struct Hit {
    Entry entry;
    double score = 0;                           // fused; only the order means something
    std::size_t text_rank = 0, vector_rank = 0; // 1-based, 0 = not found by that part
    std::string snippet;
};

struct Answer {
    std::vector<Hit> hits;
    std::string note; // what was not used and why ("no embedding model: searched by text alone"), else ""
    std::chrono::microseconds took{};
};

/// Thread-safe. Follows what other processes write to the store. Without an embedder, or while it fails, searches by
/// text and says so in `note`; mode `vector` is then an error (unavailable).
class Searcher {
public:
    virtual ~Searcher() = default;
    virtual Result<Answer> search(const Query& query, std::stop_token stop = {}) = 0;
    /// Computes vectors that are missing, in batches; returns how many. Called after imports, in the background by the
    /// server.
    virtual Result<std::size_t>
    embed_missing(std::stop_token stop = {},
                  const std::function<void(std::size_t done, std::size_t all)>& progress = {}) = 0;
};

struct SearchOptions {
    bool resident = true; // keep indexes in memory (server); false: one question and out (CLI)
    std::size_t fuse_depth = 50;
    double fuse_constant = 10; // 60 for long lists of documents; bench/retrieval.md has both
    /// How long questions wait for a resident index that is being built before they go to the store directly.
    std::chrono::milliseconds first_wait{200};
};
std::unique_ptr<Searcher> make_searcher(Store& store, std::shared_ptr<Embedder> embedder,
                                        const SearchOptions& options = {});

} // namespace rustcoder::knowledge
