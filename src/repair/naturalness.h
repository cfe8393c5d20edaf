// How much like Rust an edit reads: a small n-gram model of token sequences, trained on this machine from the sources
// and docs that are there (docs/naturalness.md). It breaks ties between repair candidates; it never overrules a prior.
// Optional: without a model file every adjustment is 0.
#pragma once

#include "repair/rule.h"
#include "toolchain/toolchain.h"

#include <chrono>
#include <filesystem>
#include <stop_token>

namespace rustcoder::repair {

namespace ngram {
class Model;
}

/// A trained model. Immutable, thread-safe.
class Naturalness {
public:
    ~Naturalness();
    /// Where the model of this toolchain lives below the cache directory.
    static std::filesystem::path file_for(const std::filesystem::path& cache, const toolchain::Toolchain& toolchain);
    /// The model that was trained for this toolchain; nullptr when there is none that can be used. Read once, and again
    /// when the file changes.
    static std::shared_ptr<const Naturalness> installed(const std::filesystem::path& cache,
                                                        const toolchain::Toolchain& toolchain);
    /// Errors: not_found (never trained), invalid_input (damaged, another version or toolchain): train again.
    static Result<std::shared_ptr<const Naturalness>> load(const std::filesystem::path& file, std::uint64_t identity);
    static Result<std::shared_ptr<const Naturalness>> from_bytes(std::string bytes, std::uint64_t identity);

    /// ln P of each token of the text given up to three tokens before it.
    std::vector<double> score(const syntax::Source& source) const;
    const ngram::Model& model() const { return *model_; }

private:
    Naturalness() = default;
    std::unique_ptr<const ngram::Model> model_;
};

struct TrainingOptions {
    // Decoded bytes of Rust read from each kind of place; a bound on time and memory (about 0.1 s CPU a MiB).
    std::size_t listing_bytes = 4u << 20;
    std::size_t std_bytes = 10u << 20;
    std::size_t crate_bytes = 8u << 20;
    std::chrono::milliseconds deadline{20'000};    // safety only: what was read by then is used
    std::vector<std::filesystem::path> registries; // default: Debian's and cargo's own, when there
};
struct TrainingReport {
    std::size_t listings = 0, std_files = 0, crate_files = 0, tokens = 0, words = 0, ngrams = 0, file_bytes = 0;
    std::chrono::milliseconds wall{};
};
/// Reads what the machine has and writes the model atomically. Errors: not_found (no material), io, cancelled.
Result<TrainingReport> train_naturalness(const toolchain::Toolchain& toolchain, const std::filesystem::path& file,
                                         const TrainingOptions& options = {}, std::stop_token stop = {});

/// Judges patches against one state of a project. Not thread-safe; cheap to make, lexes a file when first asked about
/// it.
class EditJudge {
public:
    EditJudge(const Naturalness* naturalness, const SourceMap& sources)
        : naturalness_(naturalness), sources_(sources) {}

    /// ln P of the tokens that the patch replaces and of those it puts there, with those whose context it changes.
    struct Reading {
        double before = 0, after = 0;
        int before_tokens = 0, after_tokens = 0;
    };
    Reading read(const project::Patch& patch);
    /// Nats to add to the candidate's cost, within +-max_adjustment; negative when the edit reads better than what was
    /// there. 0 without a model and for patches of other than Rust files.
    double adjustment(const project::Patch& patch);
    static constexpr double max_adjustment = 0.3;

private:
    struct FileUse;
    FileUse& use_of(const std::string& path, const syntax::Source& source);
    void read_group(std::span<const project::Edit> edits, const syntax::Source& source, const FileUse& use,
                    Reading& out) const;

    const Naturalness* naturalness_;
    const SourceMap& sources_;
    std::map<std::string, std::shared_ptr<FileUse>, std::less<>> uses_;
};

} // namespace rustcoder::repair
