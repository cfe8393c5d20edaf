// Vectors of what templates say of themselves, and how near a question lies to them. Vectors are kept in a file between
// runs, because making them takes longer than a command line should. Immutable after building: thread-safe.
#pragma once

#include "knowledge/embedder.h"
#include "scaffold/template.h"

#include <filesystem>
#include <memory>

namespace rustcoder::scaffold {

struct VectorScore {
    double best = 0;       // greatest cosine to a text of the template
    double mean = 0;       // of the three greatest
    double deviations = 0; // of `mean`, in standard deviations above what templates reach for this question
};

class VectorRank {
public:
    /// `cache` empty: nothing is kept. A cache that is damaged or cannot be written is no error: `note` says so.
    static Result<VectorRank> build(std::shared_ptr<knowledge::Embedder> embedder,
                                    const std::vector<std::shared_ptr<const Template>>& templates,
                                    const std::filesystem::path& cache, std::string& note, std::stop_token stop);

    Result<std::vector<VectorScore>> rank(const std::string& question, std::stop_token stop) const;

private:
    std::shared_ptr<knowledge::Embedder> embedder_;
    std::size_t dimension_ = 0;
    std::vector<float> values_;       // dimension_ a text
    std::vector<std::size_t> begins_; // first text of each template; one more at the end
};

} // namespace rustcoder::scaffold
