// Text to vectors. Implementations: in-process (embedder_local.h), any OpenAI-compatible endpoint (model/, adapted in
// cli/). There is never a noise vector: no embedding is an error, and search then goes by text alone and says so.
#pragma once

#include "base/result.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace rustcoder::knowledge {

/// Thread-safe. Vectors are of length 1 (cosine = dot product).
class Embedder {
public:
    virtual ~Embedder() = default;
    /// Identifies weights and version; vectors of different names are never compared.
    virtual const std::string& name() const = 0;
    virtual std::size_t dimension() const = 0;
    /// One vector per text, in order. Errors: unavailable (no model, endpoint down), invalid_input (nothing to embed),
    /// internal (wrong dimension or a value that is not finite).
    virtual Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts,
                                                          std::stop_token stop = {}) = 0;
};

} // namespace rustcoder::knowledge
