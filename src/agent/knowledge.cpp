#include "agent/knowledge.h"

#include "base/log.h"

namespace rustcoder::agent {

Knowledge::~Knowledge() = default;

Result<knowledge::Store*> Knowledge::open() {
    if (!on())
        return fail(Errc::unavailable,
                    options_.off_because.empty() ? "the knowledge base is switched off" : options_.off_because, {},
                    "set RUSTCODER_KNOWLEDGE to the path of a file, or unset it for the usual one");
    if (!store_) {
        RC_TRY_ASSIGN(store_, knowledge::open_store(options_.file));
    }
    return store_.get();
}

Result<knowledge::Store*> Knowledge::store() {
    std::lock_guard lock(mutex_);
    return open();
}

Result<knowledge::Memory*> Knowledge::memory() {
    std::lock_guard lock(mutex_);
    if (!memory_) {
        RC_TRY_ASSIGN(auto* store, open());
        RC_TRY_ASSIGN(memory_, knowledge::open_memory(*store));
    }
    return memory_.get();
}

// One question and out: reading everything for it ranks better than the store's own full text and, up to this size,
// takes less than half a second (bench/retrieval.md has both).
Result<knowledge::SearchOptions> Knowledge::how_to_search(knowledge::Store& store) const {
    constexpr std::uint64_t read_whole = 30'000;
    if (options_.resident)
        return knowledge::SearchOptions{};
    RC_TRY_ASSIGN(const knowledge::Stats stats, store.stats());
    std::uint64_t entries = 0;
    for (const auto& [kind, count] : stats.entries)
        entries += count;
    knowledge::SearchOptions options;
    options.resident = entries <= read_whole;
    options.first_wait = std::chrono::seconds(5);
    return options;
}

Result<knowledge::Searcher*> Knowledge::searcher() {
    std::lock_guard lock(mutex_);
    if (!searcher_) {
        RC_TRY_ASSIGN(auto* store, open());
        if (!options_.embedder) {
            embedder_error_ = "vector search is switched off";
        } else if (auto made = options_.embedder()) {
            embedder_ = std::move(*made);
        } else {
            embedder_error_ = made.error().text();
            base::log_info("no embedding model, searching by text: " + embedder_error_);
        }
        RC_TRY_ASSIGN(const auto options, how_to_search(*store));
        searcher_ = knowledge::make_searcher(*store, embedder_, options);
    }
    return searcher_.get();
}

std::string Knowledge::embedder_error() {
    std::lock_guard lock(mutex_);
    return embedder_error_;
}

std::string Knowledge::embedder_name() {
    std::lock_guard lock(mutex_);
    return embedder_ ? embedder_->name() : std::string();
}

bool Knowledge::exists() const {
    std::error_code ec;
    return on() && std::filesystem::exists(options_.file, ec);
}

Result<knowledge::Answer> Knowledge::search(const knowledge::Query& query, std::stop_token stop) {
    RC_TRY_ASSIGN(auto* s, searcher());
    return s->search(query, stop);
}

Result<std::size_t> Knowledge::embed_missing(std::stop_token stop,
                                             const std::function<void(std::size_t, std::size_t)>& progress) {
    RC_TRY_ASSIGN(auto* s, searcher());
    if (embedder_name().empty())
        return std::size_t{0};
    return s->embed_missing(stop, progress);
}

} // namespace rustcoder::agent
