// The forward pass of Universal Sentence Encoder Lite (Cer et al. 2018): token vectors, position signal, two
// transformer layers, mean, one tanh layer, length 1. Weights come from a TensorFlow.js graph model; the graph is fixed
// and its shapes are checked against the file. Immutable after loading, thread-safe.
#pragma once

#include "base/result.h"
#include "knowledge/embedder_kernels.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace rustcoder::knowledge {

class UseLiteModel {
public:
    static constexpr std::size_t dimension = 512;
    static constexpr std::size_t max_tokens = 128; // what comes later is not read

    virtual ~UseLiteModel() = default;
    /// One vector of length 1 for each list of at most max_tokens numbers; an empty list gives an empty vector. Lists
    /// are worked on together, so keep a batch to some dozens.
    virtual std::vector<std::vector<float>> encode(std::span<const std::vector<std::uint32_t>> lists,
                                                   Kernel kernel) const = 0;
    virtual std::size_t vocabulary() const = 0;

    /// Reads model.json and the shards that it names from `folder`. Errors: not_found, invalid_input (damaged).
    static Result<std::unique_ptr<UseLiteModel>> load(const std::filesystem::path& folder);
};

} // namespace rustcoder::knowledge
