// Vectors for tests: words are hashed into 64 dimensions, a few synonyms into the same one. Thread-safe.
#pragma once

#include "base/text.h"
#include "knowledge/embedder.h"
#include "knowledge/words.h"

#include <atomic>
#include <cmath>

namespace rustcoder::knowledge {

class FakeEmbedder final : public Embedder {
public:
    std::atomic<bool> down{false};
    std::atomic<int> asked{0}, texts_asked{0};

    const std::string& name() const override { return name_; }
    std::size_t dimension() const override { return 64; }
    Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, std::stop_token) override {
        ++asked;
        texts_asked += static_cast<int>(texts.size());
        if (down)
            return fail(Errc::unavailable, "the model is down");
        std::vector<std::vector<float>> out;
        for (const auto& text : texts) {
            std::vector<float> v(64);
            float sum = 0;
            for (auto word : words(text)) {
                if (word.starts_with("vehic") || word.starts_with("automob")) // words are stemmed
                    word = "car";
                v[base::hash64(word) % 64] += 1;
            }
            for (const float x : v)
                sum += x * x;
            if (sum == 0)
                return fail(Errc::invalid_input, "nothing to embed");
            for (auto& x : v)
                x /= std::sqrt(sum);
            out.push_back(std::move(v));
        }
        return out;
    }

private:
    std::string name_ = "fake-64";
};

} // namespace rustcoder::knowledge
