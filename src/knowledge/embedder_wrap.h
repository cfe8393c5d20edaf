// What every embedder gets around it, in-process or remote: checks of what goes in and what comes out, and a memory.
#pragma once

#include "knowledge/embedder.h"

namespace rustcoder::knowledge {

struct CheckOptions {
    std::size_t batch = 64;             // texts handed on at once; stop is looked at in between
    std::size_t text_bytes = 32u << 10; // of a longer text the beginning is embedded
};
/// Refuses blank texts (invalid_input, before anything is asked), and answers that are not one vector per text, of
/// another dimension than before, not finite or of length 0 (internal). Vectors come out with length 1.
std::shared_ptr<Embedder> checked(std::shared_ptr<Embedder> inner, const CheckOptions& options = {});

struct CacheOptions {
    std::size_t entries = 2048; // least recently used ones go; 4 MiB with 512 dimensions
};
/// Remembers vectors by a 128-bit hash of the text; a text that is asked for twice at once is embedded once. Calls to
/// `inner` run outside the lock.
std::shared_ptr<Embedder> cached(std::shared_ptr<Embedder> inner, const CacheOptions& options = {});

} // namespace rustcoder::knowledge
