// Embeddings for search: of questions (the last ones are remembered, a failing model is left alone for a while) and of
// entries that have none yet. Thread-safe.
#pragma once

#include "knowledge/embedder.h"
#include "knowledge/store.h"

#include <chrono>
#include <functional>
#include <list>
#include <mutex>

namespace rustcoder::knowledge {

class QueryEmbedding {
public:
    QueryEmbedding(Store& store, std::shared_ptr<Embedder> embedder);

    bool available() const { return embedder_ != nullptr; }
    std::string model() const { return embedder_ ? embedder_->name() : std::string(); }
    std::size_t dimension() const { return embedder_ ? embedder_->dimension() : 0; }

    Result<std::vector<float>> of(const std::string& text, std::stop_token stop);
    Result<std::size_t> embed_missing(std::stop_token stop,
                                      const std::function<void(std::size_t done, std::size_t all)>& progress);

private:
    struct Remembered {
        std::string text;
        std::vector<float> vector;
    };
    Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, std::stop_token stop);
    Result<std::size_t> embed_batch(std::span<const std::string> ids, std::stop_token stop);

    Store& store_;
    const std::shared_ptr<Embedder> embedder_;
    std::mutex mutex_;                 // guards what follows
    std::list<Remembered> remembered_; // latest first
    std::chrono::steady_clock::time_point retry_at_{};
    std::string last_error_;
    std::mutex filling_; // one embed_missing at a time
};

/// What of an entry is embedded: title and text, cut where no model reads on.
std::string embedded_text(const Entry& entry);

} // namespace rustcoder::knowledge
