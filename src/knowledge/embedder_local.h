// The embedding that works inside this process and needs no server. Two parts, either alone or both side by side in one
// vector: word vectors trained on the Rust documentation, carried in the program; and Universal Sentence Encoder Lite,
// when its files are there (docs/embeddings.md says how they come). bench/retrieval.md compares.
#pragma once

#include "knowledge/embedder.h"

#include <filesystem>

namespace rustcoder::knowledge {

enum class LocalParts {
    all,   // what is there: both, or the words alone
    words, // the trained words
    use    // the sentence encoder; unavailable without its files
};
Result<LocalParts> parts_named(std::string_view name); // "all", "words", "use"

struct LocalEmbedderOptions {
    LocalParts parts = LocalParts::all;
    std::filesystem::path folder; // of the sentence encoder; empty = embedding_folder()
};

/// Opens without reading the weights; they are read by the first call (50 ms). Errors: unavailable (parts `use`, and no
/// files). Files that are damaged are an error of every call, never other vectors.
Result<std::shared_ptr<Embedder>> open_local_embedder(const LocalEmbedderOptions& options = {});

/// The folder with the sentence encoder's files: RUSTCODER_EMBEDDINGS_DIR, and only that, when it is set; else the
/// first of <program>/../share/rustcoder/embeddings, /usr/local/share/rustcoder/embeddings and
/// /usr/share/rustcoder/embeddings that has them. Errors: unavailable, with where it was looked for.
Result<std::filesystem::path> embedding_folder();

} // namespace rustcoder::knowledge
