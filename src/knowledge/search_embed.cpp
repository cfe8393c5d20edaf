#include "knowledge/search_embed.h"

#include "base/log.h"

#include <algorithm>
#include <limits>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t remembered_questions = 64;
constexpr std::size_t max_remembered_bytes = 4 << 10;
constexpr std::size_t max_embedded_bytes = 8 << 10;
constexpr std::size_t batch_entries = 64; // what is lost at most when the process is killed
constexpr std::chrono::seconds leave_alone{10};

std::string cut_to(std::string text, std::size_t bytes) {
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
        --bytes;
    text.resize(bytes);
    return text;
}

} // namespace

std::string embedded_text(const Entry& entry) {
    return cut_to(entry.title.empty() ? entry.text : entry.title + "\n" + entry.text, max_embedded_bytes);
}

QueryEmbedding::QueryEmbedding(Store& store, std::shared_ptr<Embedder> embedder)
    : store_(store), embedder_(std::move(embedder)) {}

Result<std::vector<std::vector<float>>> QueryEmbedding::embed(std::span<const std::string> texts,
                                                              std::stop_token stop) {
    RC_TRY_ASSIGN(auto vectors, embedder_->embed(texts, stop));
    const auto right = [&](const auto& v) { return v.size() == embedder_->dimension(); };
    if (vectors.size() != texts.size() || !std::all_of(vectors.begin(), vectors.end(), right))
        return fail(Errc::internal, "the embedding model answered with another number of vectors or values",
                    embedder_->name());
    return vectors;
}

Result<std::vector<float>> QueryEmbedding::of(const std::string& text, std::stop_token stop) {
    {
        std::lock_guard lock(mutex_);
        const auto at =
            std::find_if(remembered_.begin(), remembered_.end(), [&](const auto& r) { return r.text == text; });
        if (at != remembered_.end()) {
            remembered_.splice(remembered_.begin(), remembered_, at);
            return at->vector;
        }
        if (std::chrono::steady_clock::now() < retry_at_)
            return fail(Errc::unavailable, last_error_);
    }
    const std::string asked[] = {cut_to(text, max_embedded_bytes)};
    auto vectors = embed(asked, stop);
    std::lock_guard lock(mutex_);
    if (!vectors) {
        const auto& error = vectors.error();
        // A question that cannot be embedded or was cancelled says nothing about the next one.
        if (error.code != Errc::invalid_input && error.code != Errc::cancelled) {
            retry_at_ = std::chrono::steady_clock::now() + leave_alone;
            last_error_ = error.text();
        }
        return std::unexpected(error);
    }
    if (text.size() <= max_remembered_bytes) {
        remembered_.push_front({text, vectors->front()});
        if (remembered_.size() > remembered_questions)
            remembered_.pop_back();
    }
    return std::move(vectors->front());
}

/// Returns how many got a vector. One entry that the model cannot embed does not keep the others from theirs.
Result<std::size_t> QueryEmbedding::embed_batch(std::span<const std::string> ids, std::stop_token stop) {
    RC_TRY_ASSIGN(const auto entries, store_.get(ids));
    std::vector<std::string> texts;
    for (const auto& entry : entries)
        texts.push_back(embedded_text(entry));
    if (texts.empty())
        return std::size_t{0};
    std::vector<Store::Vector> found;
    if (auto vectors = embed(texts, stop)) {
        for (std::size_t i = 0; i < entries.size(); ++i)
            found.push_back({entries[i].id, std::move((*vectors)[i])});
    } else if (vectors.error().code != Errc::invalid_input) {
        return std::unexpected(vectors.error());
    } else {
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (auto one = embed(std::span(texts).subspan(i, 1), stop))
                found.push_back({entries[i].id, std::move(one->front())});
            else if (one.error().code != Errc::invalid_input)
                return std::unexpected(one.error());
            else
                base::log_debug("no vector for entry " + entries[i].id + ": " + one.error().text());
        }
    }
    if (!found.empty())
        RC_TRY(store_.put_vectors(embedder_->name(), found));
    return found.size();
}

Result<std::size_t>
QueryEmbedding::embed_missing(std::stop_token stop,
                              const std::function<void(std::size_t done, std::size_t all)>& progress) {
    if (!embedder_)
        return fail(Errc::unavailable, "no embedding model", {}, "configure one, or search by text");
    std::lock_guard filling(filling_);
    RC_TRY_ASSIGN(const auto ids, store_.without_vector(embedder_->name(), std::numeric_limits<int>::max()));
    std::size_t embedded = 0;
    for (std::size_t done = 0; done < ids.size() && !stop.stop_requested();) {
        const auto batch = std::span(ids).subspan(done, std::min(batch_entries, ids.size() - done));
        auto got = embed_batch(batch, stop);
        if (!got) {
            if (stop.stop_requested())
                break; // what is done stays
            return std::unexpected(got.error());
        }
        embedded += *got;
        done += batch.size();
        if (progress)
            progress(done, ids.size());
    }
    return embedded;
}

} // namespace rustcoder::knowledge
