// Texts to vectors by any OpenAI-compatible /embeddings endpoint (LlamaEdge, Gaia, llama.cpp, Ollama, vLLM, OpenAI).
// There is never an invented vector: what cannot be embedded is an error.
#pragma once

#include "model/endpoint.h"

#include <memory>
#include <span>
#include <vector>

namespace rustcoder::model {

/// Thread-safe. Vectors are of length 1.
class EmbeddingModel {
public:
    virtual ~EmbeddingModel() = default;
    /// The model and where it is asked: vectors of different names are never compared.
    virtual const std::string& name() const = 0;
    /// 0 until the first answer when it was not configured.
    virtual std::size_t dimension() const = 0;
    /// One vector per text, in order. A text longer than the model takes is cut at its end. Errors: those of the
    /// server; invalid_input (an empty text); internal (another number of vectors, another dimension, a value that is
    /// not finite, a vector of zeros).
    virtual Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts,
                                                          std::stop_token stop = {}) = 0;
};

struct EmbeddingOptions {
    Endpoint endpoint;
    std::string model;
    std::size_t dimension = 0;    // 0 = what the first answer has
    std::size_t batch_texts = 32; // in one request
    std::size_t batch_bytes = 256u << 10;
    std::size_t text_bytes = 24'000; // about 8 k tokens; the rest of a longer text is not embedded
    net::ClientTimeouts timeouts{.first_byte = milliseconds(60'000), .total = milliseconds(120'000)}; // of one batch
    RetryPolicy retry;
    BreakerOptions breaker;
    net::ClientOptions client;
};

std::unique_ptr<EmbeddingModel> make_embedding_model(EmbeddingOptions options);

/// LLM_API_BASE, LLM_API_KEY, LLM_EMBED_MODEL, LLM_EMBED_SIZE of the known Rust Coder; LLM_EMBED_API_BASE and
/// LLM_EMBED_API_KEY when embeddings come from another server. nullopt when no server or no embedding model is named:
/// nothing is ever sent to a server that the user did not name. Errors: invalid_input.
Result<std::optional<EmbeddingOptions>> embedding_from(const std::function<std::string(const char*)>& environment);

} // namespace rustcoder::model
