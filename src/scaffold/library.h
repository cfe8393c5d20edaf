// The templates that there are, and which of them a description means: full text and vectors fused (docs/generate.md
// says how, with figures). Thread-safe; templates and index are read by the first call.
#pragma once

#include "knowledge/embedder.h"
#include "scaffold/confidence.h"
#include "scaffold/request.h"

#include <functional>
#include <mutex>

namespace rustcoder::scaffold {

class VectorRank;

struct LibraryOptions {
    std::vector<std::filesystem::path> folders; // later ones replace templates of the same name
    std::vector<Template> more;                 // beside those
    /// Called once, with the first choice, for templates beside those; none of a name that is there. An error is told
    /// in problems().
    std::function<Result<std::vector<Template>>()> known;
    /// Called once, by the first choice. None, or an error: by text alone, and `note` says so.
    std::function<Result<std::shared_ptr<knowledge::Embedder>>()> embedder;
    /// Where the templates' vectors are kept between runs (80 templates take most of a second to embed, to read them 5
    /// ms). Empty: nowhere.
    std::filesystem::path cache;
};

struct Match {
    std::shared_ptr<const Template> from;
    Plan plan;
    double confidence = 0; // 0..1: calibrated on descriptions, the chance that this is the right template
    Evidence evidence;     // what it follows from
};

/// Below it a template is offered, not used.
inline constexpr double least_confidence = 0.5;

struct Chosen {
    std::vector<Match> matches; // best first, at most `limit`
    std::string note;           // what was not used, and why
};

class Library {
public:
    explicit Library(LibraryOptions options);
    ~Library();
    Library(const Library&) = delete;

    /// Errors: not_found (no folder has a template), io. Problems of single templates are in problems().
    Result<std::vector<std::shared_ptr<const Template>>> all();
    std::vector<std::string> problems();
    Result<std::shared_ptr<const Template>> find(std::string_view name);
    /// Errors: those of all(); invalid_input (nothing to go by); cancelled.
    Result<Chosen> choose(const Request& request, std::size_t limit = 5, std::stop_token stop = {});

private:
    struct Index;
    Result<const Index*> index();
    const VectorRank* vectors(const Index& index, std::string& note, std::stop_token stop);
    const LibraryOptions options_;
    std::mutex mutex_, vectors_mutex_;
    std::unique_ptr<Index> index_;
    std::unique_ptr<VectorRank> vectors_;
    std::string vectors_note_; // once they were tried
};

} // namespace rustcoder::scaffold
