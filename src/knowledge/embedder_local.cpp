#include "knowledge/embedder_local.h"

#include "base/os.h"
#include "base/text.h"
#include "knowledge/embedder_wrap.h"
#include "knowledge/trained_vectors.h"
#include "knowledge/use_lite_model.h"
#include "knowledge/use_lite_tokens.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <mutex>
#include <optional>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t batch = 16; // texts worked on together; stop is looked at in between
/// Pieces of a text that are read: half of what the model takes in half of the time; bench/retrieval.md has both.
constexpr std::size_t read_pieces = 64;
constexpr const char* use_name = "use-lite-en-0.2.0-64";
/// Share of the sentence encoder in the dot product of two vectors, the trained words have the rest: the best of the
/// shares tried in bench/retrieval.md.
constexpr float use_share = 0.5F;

/// The text without the headings above its own: "Book > Chapter > Section\nText" begins with "Section".
std::string_view last_heading(std::string_view text) {
    const auto title = text.substr(0, std::min(text.find('\n'), text.size()));
    const auto at = title.size() < text.size() ? title.rfind(" > ") : std::string_view::npos;
    return at == std::string_view::npos ? text : text.substr(at + 3);
}

std::string on_one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
        if (!blank)
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    return out;
}

/// The sentence encoder, read by the first call.
class SentenceEncoder {
public:
    explicit SentenceEncoder(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Of each text's beginning.
    Result<std::vector<std::vector<float>>> encode(std::span<const std::string> texts) {
        RC_TRY(load());
        std::vector<std::vector<std::uint32_t>> lists;
        for (const auto& text : texts) {
            // No more than can matter: a piece has at most 16 letters of at most 4 bytes.
            const auto line = on_one_line(last_heading(text).substr(0, read_pieces * 64));
            lists.push_back(tokens_->encode(line, read_pieces));
        }
        return model_->encode(lists, best_kernel());
    }

private:
    Status load() {
        const std::lock_guard lock(mutex_);
        if (model_)
            return {};
        RC_TRY_ASSIGN(const auto json, base::read_file(folder_ / "vocab.json"));
        RC_TRY_ASSIGN(auto tokens, UseLiteTokens::parse(json));
        RC_TRY_ASSIGN(auto model, UseLiteModel::load(folder_));
        if (tokens.size() > model->vocabulary())
            return fail(Errc::invalid_input, "the embedding model has fewer vectors than its vocabulary has pieces",
                        folder_.string(), "Install the embedding model again");
        tokens_.emplace(std::move(tokens));
        model_ = std::move(model);
        return {};
    }

    std::filesystem::path folder_;
    std::mutex mutex_;
    std::optional<UseLiteTokens> tokens_;
    std::unique_ptr<UseLiteModel> model_;
};

class LocalEmbedder final : public Embedder {
public:
    LocalEmbedder(bool words, std::optional<std::filesystem::path> folder) : words_(words) {
        if (folder)
            encoder_.emplace(*folder);
        if (words_) {
            name_ = TrainedVectors::carried().name();
            dimension_ = TrainedVectors::carried().dimension();
        }
        if (encoder_) {
            name_ += (words_ ? "+" : "") + std::string(use_name);
            dimension_ += UseLiteModel::dimension;
        }
    }
    const std::string& name() const override { return name_; }
    std::size_t dimension() const override { return dimension_; }

    Result<std::vector<std::vector<float>>> embed(std::span<const std::string> texts, std::stop_token stop) override {
        std::vector<std::vector<float>> out;
        for (std::size_t first = 0; first < texts.size(); first += batch) {
            if (stop.stop_requested())
                return fail(Errc::cancelled, "embedding was cancelled");
            const auto part = texts.subspan(first, std::min(batch, texts.size() - first));
            std::vector<std::vector<float>> encoded(part.size());
            if (encoder_) {
                RC_TRY_ASSIGN(encoded, encoder_->encode(part));
            }
            for (std::size_t i = 0; i < part.size(); ++i) {
                RC_TRY_ASSIGN(auto vector, joined(part[i], std::move(encoded[i])));
                out.push_back(std::move(vector));
            }
        }
        return out;
    }

private:
    /// Side by side, so that the dot product of two texts is the weighted mean of both parts' dot products.
    Result<std::vector<float>> joined(const std::string& text, std::vector<float> encoded) const {
        if (!words_)
            return encoded.empty() ? nothing() : Result<std::vector<float>>(std::move(encoded));
        std::vector<float> out(dimension_);
        const auto words = std::span(out).first(TrainedVectors::carried().dimension());
        const bool known = TrainedVectors::carried().encode(text, words);
        if (!known && encoded.empty())
            return nothing();
        if (!encoder_)
            return out;
        for (float& v : words)
            v *= encoded.empty() ? 1 : std::sqrt(1 - use_share);
        const float factor = known ? std::sqrt(use_share) : 1;
        for (std::size_t i = 0; i < encoded.size(); ++i)
            out[words.size() + i] = factor * encoded[i];
        return out;
    }
    static Result<std::vector<float>> nothing() {
        return fail(Errc::invalid_input, "no word of the text is known to the embedding model");
    }

    bool words_;
    std::string name_;
    std::size_t dimension_ = 0;
    std::optional<SentenceEncoder> encoder_;
};

bool has_model(const std::filesystem::path& folder) {
    std::error_code ec;
    return std::filesystem::is_regular_file(folder / "model.json", ec) &&
           std::filesystem::is_regular_file(folder / "vocab.json", ec);
}

} // namespace

Result<LocalParts> parts_named(std::string_view name) {
    if (name == "all")
        return LocalParts::all;
    if (name == "words")
        return LocalParts::words;
    if (name == "use")
        return LocalParts::use;
    return fail(Errc::invalid_input, fmt::format("there is no local embedding '{}'", name), {},
                "It is one of: all, words, use");
}

Result<std::filesystem::path> embedding_folder() {
    std::vector<std::filesystem::path> places;
    if (const char* chosen = std::getenv("RUSTCODER_EMBEDDINGS_DIR"); chosen && *chosen) {
        places.emplace_back(chosen);
    } else {
        std::error_code ec;
        const auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
        if (!ec)
            places.push_back(program.parent_path().parent_path() / "share/rustcoder/embeddings");
        places.emplace_back("/usr/local/share/rustcoder/embeddings");
        places.emplace_back("/usr/share/rustcoder/embeddings");
    }
    std::string looked;
    for (const auto& place : places) {
        if (has_model(place))
            return place;
        looked += (looked.empty() ? "" : ", ") + place.string();
    }
    return fail(Errc::unavailable, "the files of the sentence encoder are not installed", looked,
                "scripts/fetch-embeddings.sh FOLDER gets them; RUSTCODER_EMBEDDINGS_DIR names the folder");
}

Result<std::shared_ptr<Embedder>> open_local_embedder(const LocalEmbedderOptions& options) {
    std::optional<std::filesystem::path> folder;
    if (options.parts != LocalParts::words) {
        if (!options.folder.empty() && has_model(options.folder))
            folder = options.folder;
        else if (!options.folder.empty())
            return fail(Errc::unavailable, "there is no embedding model in this folder", options.folder.string());
        else if (auto found = embedding_folder())
            folder = *found;
        else if (options.parts == LocalParts::use)
            return std::unexpected(found.error());
    }
    const bool words = options.parts != LocalParts::use;
    if (words && TrainedVectors::carried().size() == 0)
        return fail(Errc::internal, "the program carries no word vectors", "src/knowledge/rust_words.vec",
                    "Build it with the file that bench/retrieval/train_words.cpp makes");
    return cached(checked(std::make_shared<LocalEmbedder>(words, folder)));
}

} // namespace rustcoder::knowledge
