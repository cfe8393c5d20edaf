#include "knowledge/embedder_kernels.h"
#include "knowledge/search_docs.h"
#include "knowledge/search_parts.h"

#include <algorithm>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t first_look = 4; // times k: how many of the nearest are fetched to see whether they pass

struct Scored {
    float score = 0;
    std::string id;
};
bool nearer(const Scored& a, const Scored& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
}

class Direct final : public Parts {
public:
    Direct(Store& store, std::string model) : store_(store), model_(std::move(model)) {}

    Result<std::vector<Candidate>> by_text(std::string_view text, const Filter& filter, std::size_t k) override {
        RC_TRY_ASSIGN(const auto hits, store_.full_text(text, filter, k));
        std::vector<Candidate> out;
        for (const auto& hit : hits)
            out.push_back({hit.id});
        return out;
    }

    Result<std::vector<Candidate>> by_vector(std::span<const float> query, const Filter& filter, std::size_t k,
                                             std::stop_token stop) override {
        std::vector<Scored> all;
        RC_TRY(store_.each_vector(model_, [&](const Store::Vector& v) {
            if (v.values.size() == query.size())
                all.push_back({dot(v.values.data(), query.data(), query.size()), v.id});
            return !stop.stop_requested();
        }));
        return nearest_passing(std::move(all), filter, k, stop);
    }

    Result<bool> has_vectors() override {
        bool any = false;
        RC_TRY(store_.each_vector(model_, [&](const Store::Vector&) {
            any = true;
            return false;
        }));
        return any;
    }

    bool knows_groups() const override { return false; }

private:
    /// Vectors do not say what a filter asks for, so entries are fetched from the nearest on until there are enough.
    Result<std::vector<Candidate>> nearest_passing(std::vector<Scored> all, const Filter& filter, std::size_t k,
                                                   std::stop_token stop) {
        std::vector<Candidate> out;
        std::size_t step = k * first_look;
        for (std::size_t done = 0; done < all.size() && out.size() < k && !stop.stop_requested(); step *= 2) {
            const std::size_t end = std::min(all.size(), done + step);
            const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
            std::partial_sort(at(done), at(end), all.end(), nearer);
            std::vector<std::string> ids;
            for (; done < end; ++done)
                ids.push_back(std::move(all[done].id));
            RC_TRY_ASSIGN(const auto entries, store_.get(ids));
            for (const auto& entry : entries)
                if (out.size() < k && matches(filter, entry))
                    out.push_back({entry.id, group_of(entry)});
        }
        return out;
    }

    Store& store_;
    std::string model_;
};

} // namespace

std::unique_ptr<Parts> direct_parts(Store& store, std::string model) {
    return std::make_unique<Direct>(store, std::move(model));
}

} // namespace rustcoder::knowledge
