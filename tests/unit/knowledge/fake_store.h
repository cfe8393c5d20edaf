// A store in memory for tests of what stands above it: same contract, no file, full text by counting words. It can be
// told to fail. Thread-safe.
#pragma once

#include "knowledge/search_docs.h"
#include "knowledge/store.h"
#include "knowledge/words.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <map>
#include <mutex>

namespace rustcoder::knowledge {

class FakeStore final : public Store {
public:
    std::atomic<bool> broken{false};    // every read fails
    std::atomic<bool> forgetful{false}; // changes are no longer known
    std::atomic<int> fetched{0};        // entries given by get()
    std::atomic<int> full_text_asked{0};
    std::function<void()> before_each; // called by each() before the first entry

    Result<std::vector<std::string>> put(std::span<const Entry> entries) override {
        std::lock_guard lock(mutex_);
        std::vector<std::string> ids;
        for (Entry entry : entries) {
            if (entry.id.empty())
                entry.id = content_id(entry);
            ids.push_back(entry.id);
            if (entries_.emplace(entry.id, entry).second)
                changed(entry.id, false);
        }
        return ids;
    }
    Result<std::optional<Entry>> get(std::string_view id) override {
        std::lock_guard lock(mutex_);
        const auto at = entries_.find(std::string(id));
        return at == entries_.end() ? std::nullopt : std::optional(at->second);
    }
    Result<std::vector<Entry>> get(std::span<const std::string> ids) override {
        if (broken)
            return failure();
        std::lock_guard lock(mutex_);
        std::vector<Entry> out;
        for (const auto& id : ids)
            if (const auto at = entries_.find(id); at != entries_.end())
                out.push_back(at->second);
        fetched += static_cast<int>(out.size());
        return out;
    }
    Result<bool> remove(std::string_view id) override {
        std::lock_guard lock(mutex_);
        for (auto& [model, vectors] : vectors_)
            vectors.erase(std::string(id));
        const bool there = entries_.erase(std::string(id)) > 0;
        if (there)
            changed(std::string(id), true);
        return there;
    }
    Status revise(const Entry& entry) override {
        std::lock_guard lock(mutex_);
        auto& old = entries_[entry.id];
        if (old.title != entry.title || old.text != entry.text)
            for (auto& [model, vectors] : vectors_)
                vectors.erase(entry.id);
        old = entry;
        changed(entry.id, false);
        return {};
    }
    Status count(std::string_view id, const Counts& more) override {
        std::lock_guard lock(mutex_);
        entries_[std::string(id)].counts += more;
        changed(std::string(id), false);
        return {};
    }
    Status quarantine(std::string_view id, bool on) override {
        std::lock_guard lock(mutex_);
        entries_[std::string(id)].quarantined = on;
        changed(std::string(id), false);
        return {};
    }
    Status atomically(const std::function<Status()>& body) override { return body(); }
    Status each(const Filter& filter, const std::function<bool(const Entry&)>& visit) override {
        if (broken)
            return failure();
        if (before_each)
            before_each();
        std::map<std::string, Entry> copy;
        {
            std::lock_guard lock(mutex_);
            copy = entries_;
        }
        for (const auto& [id, entry] : copy)
            if (matches(filter, entry) && !visit(entry))
                break;
        return {};
    }
    Result<std::vector<TextHit>> full_text(std::string_view query, const Filter& filter, std::size_t limit) override {
        if (broken)
            return failure();
        ++full_text_asked;
        std::lock_guard lock(mutex_);
        const auto asked = words(query);
        std::vector<TextHit> out;
        for (const auto& [id, entry] : entries_) {
            if (!matches(filter, entry))
                continue;
            const auto have = words(entry.title + " " + entry.text);
            double score = 0;
            for (const auto& word : asked)
                score += static_cast<double>(std::count(have.begin(), have.end(), word));
            if (score > 0)
                out.push_back({id, score});
        }
        std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
        out.resize(std::min(out.size(), limit));
        return out;
    }

    Status put_vectors(std::string_view model, std::span<const Vector> vectors) override {
        std::lock_guard lock(mutex_);
        for (const auto& v : vectors) {
            vectors_[std::string(model)][v.id] = v.values;
            changed(v.id, false);
        }
        return {};
    }
    Status each_vector(std::string_view model, const std::function<bool(const Vector&)>& visit) override {
        std::map<std::string, std::vector<float>> copy;
        {
            std::lock_guard lock(mutex_);
            copy = vectors_[std::string(model)];
        }
        // Not in the order of ids: a real store has no reason for it either.
        for (auto at = copy.rbegin(); at != copy.rend(); ++at)
            if (!visit({at->first, at->second}))
                break;
        return {};
    }
    Result<std::vector<std::string>> without_vector(std::string_view model, std::size_t limit) override {
        std::lock_guard lock(mutex_);
        std::vector<std::string> out;
        for (const auto& [id, entry] : entries_)
            if (out.size() < limit && !vectors_[std::string(model)].contains(id))
                out.push_back(id);
        return out;
    }
    Result<std::optional<std::string>> meta(std::string_view key) override {
        std::lock_guard lock(mutex_);
        const auto at = meta_.find(std::string(key));
        return at == meta_.end() ? std::nullopt : std::optional(at->second);
    }
    Status set_meta(std::string_view key, std::string_view value) override {
        std::lock_guard lock(mutex_);
        meta_[std::string(key)] = value;
        return {};
    }
    Result<std::uint64_t> revision() override {
        std::lock_guard lock(mutex_);
        return static_cast<std::uint64_t>(changes_.size());
    }
    Result<std::optional<std::vector<Change>>> changes_since(std::uint64_t revision) override {
        if (broken)
            return failure();
        std::lock_guard lock(mutex_);
        if (forgetful)
            return std::nullopt;
        return std::vector(changes_.begin() + static_cast<std::ptrdiff_t>(revision), changes_.end());
    }
    Result<Stats> stats() override { return Stats{}; }
    Result<std::vector<std::string>> verify(bool) override { return std::vector<std::string>{}; }

private:
    static std::unexpected<Error> failure() { return fail(Errc::unavailable, "the store is broken on purpose"); }
    void changed(std::string id, bool removed) { changes_.push_back({std::move(id), removed}); }

    std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::map<std::string, std::map<std::string, std::vector<float>>> vectors_;
    std::map<std::string, std::string> meta_;
    std::vector<Change> changes_;
};

inline Entry entry_of(std::string id, Kind kind, std::string title, std::string text,
                      std::vector<std::string> codes = {}) {
    Entry entry;
    entry.id = std::move(id);
    entry.kind = kind;
    entry.title = std::move(title);
    entry.text = std::move(text);
    entry.codes = std::move(codes);
    return entry;
}

} // namespace rustcoder::knowledge
