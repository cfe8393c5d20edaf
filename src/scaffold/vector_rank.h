// Vectors of what templates say of themselves, and how near a question lies to them. Vectors are kept in a file between
// runs, because making them takes longer than a command line should. Immutable after building: thread-safe.
#pragma once

#include "knowledge/embedder.h"
#include "scaffold/template.h"

#include <filesystem>
#include <memory>

namespace rustcoder::scaffold {

class VectorRank {
public:
    /// `cache` empty: nothing is kept. A cache that is damaged or cannot be written is no error: `note` says so.
    static Result<VectorRank> build(std::shared_ptr<knowledge::Embedder> embedder,
                                    const std::vector<std::shared_ptr<const Template>>& templates,
                                    const std::filesystem::path& cache, std::string& note, std::stop_token stop);

    /// One score a template, in their order: the mean of its three greatest cosines.
    Result<std::vector<double>> rank(const std::string& question, std::stop_token stop) const;

private:
    std::shared_ptr<knowledge::Embedder> embedder_;
    std::size_t dimension_ = 0;
    std::vector<float> values_;       // dimension_ a text
    std::vector<std::size_t> begins_; // first text of each template; one more at the end
};

} // namespace rustcoder::scaffold
