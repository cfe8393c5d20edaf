#include "knowledge/embedder_wrap.h"

#include "base/text.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fmt/format.h>
#include <list>
#include <mutex>
#include <unordered_map>

namespace rustcoder::knowledge {
namespace {

using Vectors = std::vector<std::vector<float>>;

/// The first `bytes` bytes without half a character at the end.
std::string_view beginning(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
        --bytes;
    return text.substr(0, bytes);
}

class Checked final : public Embedder {
public:
    Checked(std::shared_ptr<Embedder> inner, const CheckOptions& options)
        : inner_(std::move(inner)), options_(options), seen_(inner_->dimension()) {}

    const std::string& name() const override { return inner_->name(); }
    std::size_t dimension() const override { return seen_ != 0 ? seen_.load() : inner_->dimension(); }

    Result<Vectors> embed(std::span<const std::string> texts, std::stop_token stop) override {
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (base::trim(texts[i]).empty())
                return fail(Errc::invalid_input, "there is nothing to embed in a blank text",
                            fmt::format("text {} of {}", i + 1, texts.size()));
        Vectors out;
        out.reserve(texts.size());
        const std::size_t batch = std::max<std::size_t>(1, options_.batch);
        for (std::size_t first = 0; first < texts.size(); first += batch) {
            if (stop.stop_requested())
                return fail(Errc::cancelled, "embedding was cancelled");
            const auto part = texts.subspan(first, std::min(batch, texts.size() - first));
            std::vector<std::string> shortened;
            for (const auto& text : part)
                shortened.emplace_back(beginning(text, options_.text_bytes));
            RC_TRY_ASSIGN(auto vectors, inner_->embed(shortened, stop));
            RC_TRY(check(vectors, part.size()));
            std::ranges::move(vectors, std::back_inserter(out));
        }
        return out;
    }

private:
    Error wrong(std::string what) const {
        return Error{Errc::internal,
                     fmt::format("the embedding model '{}' {}", name(), what),
                     {},
                     "Nothing of this answer is kept; search goes by text"};
    }

    Status check(Vectors& vectors, std::size_t asked) {
        if (vectors.size() != asked)
            return std::unexpected(wrong(fmt::format("gave {} vectors for {} texts", vectors.size(), asked)));
        for (auto& vector : vectors) {
            std::size_t known = 0;
            if (!vector.empty())
                seen_.compare_exchange_strong(known, vector.size()); // the first answer settles it
            if (vector.empty() || vector.size() != seen_)
                return std::unexpected(
                    wrong(fmt::format("gave a vector of {} values instead of {}", vector.size(), seen_.load())));
            double sum = 0;
            for (const float v : vector)
                sum += static_cast<double>(v) * static_cast<double>(v);
            if (!std::isfinite(sum))
                return std::unexpected(wrong("gave a value that is no finite number"));
            if (sum < 1e-20)
                return std::unexpected(wrong("gave a vector of zeros"));
            const auto factor = static_cast<float>(1 / std::sqrt(sum));
            for (float& v : vector)
                v *= factor;
        }
        return {};
    }

    std::shared_ptr<Embedder> inner_;
    CheckOptions options_;
    std::atomic<std::size_t> seen_;
};

class Cached final : public Embedder {
public:
    Cached(std::shared_ptr<Embedder> inner, const CacheOptions& options)
        : inner_(std::move(inner)), limit_(options.entries) {}

    const std::string& name() const override { return inner_->name(); }
    std::size_t dimension() const override { return inner_->dimension(); }

    Result<Vectors> embed(std::span<const std::string> texts, std::stop_token stop) override {
        Vectors out(texts.size());
        std::vector<std::string> fresh;
        std::vector<std::size_t> source(texts.size(), npos);
        std::unordered_map<Key, std::size_t, KeyHash> pending;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const Key key = key_of(texts[i]);
            if (recall(key, out[i]))
                continue;
            const auto [at, is_new] = pending.try_emplace(key, fresh.size());
            if (is_new)
                fresh.push_back(texts[i]);
            source[i] = at->second;
        }
        if (fresh.empty())
            return out;
        RC_TRY_ASSIGN(const auto vectors, inner_->embed(fresh, stop));
        if (vectors.size() != fresh.size())
            return fail(Errc::internal, fmt::format("the embedding model '{}' lost a vector", name()));
        for (const auto& [key, place] : pending)
            remember(key, vectors[place]);
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (source[i] != npos)
                out[i] = vectors[source[i]];
        return out;
    }

private:
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    struct Key {
        std::uint64_t a = 0, b = 0;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& k) const { return k.a; }
    };
    struct Kept {
        Key key;
        std::vector<float> vector;
    };
    static Key key_of(std::string_view text) { return {base::hash64(text, 0x5eed), base::hash64(text, 0xcafe)}; }

    bool recall(const Key& key, std::vector<float>& to) {
        const std::lock_guard lock(mutex_);
        const auto at = places_.find(key);
        if (at == places_.end())
            return false;
        kept_.splice(kept_.begin(), kept_, at->second);
        to = at->second->vector;
        return true;
    }
    void remember(const Key& key, const std::vector<float>& vector) {
        const std::lock_guard lock(mutex_);
        if (limit_ == 0 || places_.contains(key))
            return;
        kept_.push_front({key, vector});
        places_[key] = kept_.begin();
        if (kept_.size() > limit_) {
            places_.erase(kept_.back().key);
            kept_.pop_back();
        }
    }

    std::shared_ptr<Embedder> inner_;
    std::size_t limit_;
    std::mutex mutex_;
    std::list<Kept> kept_; // most recently used first
    std::unordered_map<Key, std::list<Kept>::iterator, KeyHash> places_;
};

} // namespace

std::shared_ptr<Embedder> checked(std::shared_ptr<Embedder> inner, const CheckOptions& options) {
    return std::make_shared<Checked>(std::move(inner), options);
}

std::shared_ptr<Embedder> cached(std::shared_ptr<Embedder> inner, const CacheOptions& options) {
    return std::make_shared<Cached>(std::move(inner), options);
}

} // namespace rustcoder::knowledge
