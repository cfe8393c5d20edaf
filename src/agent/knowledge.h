// The knowledge base as the use cases and the faces see it: one handle, opened by the first call that needs it.
// Thread-safe. Nothing is opened, created or seeded by making the handle.
#pragma once

#include "knowledge/import.h"
#include "knowledge/learn.h"
#include "knowledge/search.h"
#include "knowledge/store.h"

#include <functional>
#include <memory>
#include <mutex>

namespace rustcoder::agent {

struct KnowledgeOptions {          // chosen once, in cli/
    std::filesystem::path file;    // the store; empty = off
    std::string off_because;       // what to say then
    std::filesystem::path shipped; // our own lessons and templates, for seeding; empty = none
    bool resident = false;         // keep indexes in memory (server); false: one question and out
    /// Called once, by the first question that needs vectors. None, or an error: search goes by text and says so.
    std::function<Result<std::shared_ptr<knowledge::Embedder>>()> embedder;
};

class Knowledge {
public:
    explicit Knowledge(KnowledgeOptions options) : options_(std::move(options)) {}
    Knowledge(const Knowledge&) = delete;
    ~Knowledge();

    bool on() const { return !options_.file.empty(); }
    const KnowledgeOptions& options() const { return options_; }
    /// Errors: unavailable (off; locked; not writable), those of open_store. A failure is told and tried again next
    /// time. What is returned lives as long as this object.
    Result<knowledge::Store*> store();
    Result<knowledge::Memory*> memory();
    Result<knowledge::Searcher*> searcher();
    /// Why there are no vectors, "" when there are or when nobody has asked yet.
    std::string embedder_error();
    /// Name of the embedding model in use, "" as above.
    std::string embedder_name();

    /// Whether there is a store, without opening or making it.
    bool exists() const;

    Result<knowledge::Answer> search(const knowledge::Query& query, std::stop_token stop = {});
    /// Of the local model or endpoint, after something was added. Nothing to do without vectors.
    Result<std::size_t> embed_missing(std::stop_token stop = {},
                                      const std::function<void(std::size_t, std::size_t)>& progress = {});

private:
    const KnowledgeOptions options_;
    std::mutex mutex_;
    std::unique_ptr<knowledge::Store> store_;
    std::unique_ptr<knowledge::Memory> memory_;
    std::shared_ptr<knowledge::Embedder> embedder_;
    std::unique_ptr<knowledge::Searcher> searcher_;
    std::string embedder_error_;
    Result<knowledge::Store*> open(); // under mutex_
    Result<knowledge::SearchOptions> how_to_search(knowledge::Store& store) const;
};

/// Learned fixes behind the handle: a store that is not there yet is empty and is made by the first lesson only; one
/// that cannot be opened is told to the log, left alone for a while, and counts as empty meanwhile. Null when it is
/// off.
std::shared_ptr<knowledge::Memory> memory_of(std::shared_ptr<Knowledge> knowledge);

} // namespace rustcoder::agent
