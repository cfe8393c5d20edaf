#include "scaffold/vector_rank.h"

#include "base/os.h"
#include "base/text.h"
#include "knowledge/embedder_kernels.h"

#include <cstring>
#include <fmt/format.h>
#include <unordered_map>

namespace rustcoder::scaffold {

namespace {

constexpr std::size_t near_texts = 3;
constexpr std::size_t cache_bytes = 64u << 20;

std::vector<std::string> texts_of(const Template& from) {
    std::vector<std::string> out = from.asks;
    out.push_back(from.title);
    out.push_back(from.summary);
    std::string keywords = from.title;
    for (const auto& word : from.keywords)
        keywords += ", " + word;
    out.push_back(std::move(keywords));
    return out;
}

/// "rcvec1 HASH-OF-THE-REST\n", then for each text its key (16 bytes) and its values.
class VectorFile {
public:
    VectorFile(std::filesystem::path folder, const std::string& embedder, std::size_t dimension)
        : dimension_(dimension),
          path_(folder.empty() ? folder
                               : folder / fmt::format("templates-{:016x}.vectors", base::hash64(embedder, dimension))) {
    }

    void load(std::string& note) {
        std::error_code ignored;
        if (path_.empty() || !std::filesystem::exists(path_, ignored))
            return;
        const auto bytes = base::read_file(path_, cache_bytes);
        const std::size_t row = 16 + dimension_ * sizeof(float);
        const auto head = bytes ? header(std::string_view(*bytes).substr(std::min(header_size, bytes->size()))) : "";
        if (!bytes || !bytes->starts_with(head) || (bytes->size() - header_size) % row != 0) {
            note = fmt::format("The vectors kept in {} are damaged; they were made anew.", path_.string());
            return;
        }
        for (std::size_t at = header_size; at < bytes->size(); at += row) {
            std::vector<float> values(dimension_);
            std::memcpy(values.data(), bytes->data() + at + 16, dimension_ * sizeof(float));
            kept_[bytes->substr(at, 16)] = std::move(values);
        }
    }
    const std::vector<float>* find(const std::string& text) const {
        const auto it = kept_.find(key(text));
        return it == kept_.end() ? nullptr : &it->second;
    }
    void save(const std::vector<std::string>& texts, const std::vector<float>& values, std::string& note) const {
        if (path_.empty())
            return;
        std::string rows;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            rows += key(texts[i]);
            rows.append(reinterpret_cast<const char*>(values.data() + i * dimension_), dimension_ * sizeof(float));
        }
        std::error_code ignored; // writing says it
        std::filesystem::create_directories(path_.parent_path(), ignored);
        if (const auto written = base::write_file_atomic(path_, header(rows) + rows); !written)
            note = fmt::format("The vectors of the templates could not be kept: {}", written.error().text());
    }

private:
    static constexpr std::size_t header_size = 24;
    static std::string header(std::string_view rows) { return fmt::format("rcvec1 {:016x}\n", base::hash64(rows)); }
    static std::string key(std::string_view text) {
        const std::uint64_t parts[2] = {base::hash64(text, 1), base::hash64(text, 2)};
        return {reinterpret_cast<const char*>(parts), sizeof parts};
    }

    std::size_t dimension_;
    std::filesystem::path path_;
    std::unordered_map<std::string, std::vector<float>> kept_;
};

/// A text of which the embedding knows no word gets zeros: it is near nothing.
Result<std::vector<std::vector<float>>> embedded(knowledge::Embedder& embedder, const std::vector<std::string>& texts,
                                                 std::stop_token stop) {
    if (texts.empty())
        return std::vector<std::vector<float>>{};
    auto all = embedder.embed(texts, stop);
    if (all && all->size() != texts.size())
        return fail(Errc::internal, "the embedding gave too few vectors", embedder.name());
    if (all || all.error().code != Errc::invalid_input)
        return all;
    std::vector<std::vector<float>> out;
    std::size_t dimension = 0;
    for (const auto& text : texts) {
        auto one = embedder.embed(std::span(&text, 1), stop);
        if (!one && one.error().code != Errc::invalid_input)
            return std::unexpected(one.error());
        out.push_back(one && one->size() == 1 ? std::move(one->front()) : std::vector<float>());
        dimension = std::max(dimension, out.back().size());
    }
    if (dimension == 0)
        return all;
    for (auto& values : out)
        values.resize(dimension);
    return out;
}

} // namespace

Result<VectorRank> VectorRank::build(std::shared_ptr<knowledge::Embedder> embedder,
                                     const std::vector<std::shared_ptr<const Template>>& templates,
                                     const std::filesystem::path& cache, std::string& note, std::stop_token stop) {
    VectorRank out;
    std::vector<std::string> texts, missing;
    for (const auto& from : templates) {
        out.begins_.push_back(texts.size());
        for (auto& text : texts_of(*from))
            texts.push_back(std::move(text));
    }
    out.begins_.push_back(texts.size());
    out.embedder_ = std::move(embedder);
    out.dimension_ = out.embedder_->dimension();
    VectorFile file(out.dimension_ > 0 ? cache : std::filesystem::path(), out.embedder_->name(), out.dimension_);
    file.load(note);
    for (const auto& text : texts)
        if (!file.find(text))
            missing.push_back(text);
    RC_TRY_ASSIGN(const auto made, embedded(*out.embedder_, missing, stop));
    if (!made.empty())
        out.dimension_ = made.front().size(); // some know theirs only now
    std::size_t next = 0;
    for (const auto& text : texts) {
        const auto* kept = file.find(text);
        const auto& values = kept ? *kept : made[next++];
        if (values.size() != out.dimension_)
            return fail(Errc::internal, "the embedding gave vectors of different lengths", out.embedder_->name());
        out.values_.insert(out.values_.end(), values.begin(), values.end());
    }
    if (!made.empty())
        file.save(texts, out.values_, note);
    return out;
}

Result<std::vector<double>> VectorRank::rank(const std::string& question, std::stop_token stop) const {
    RC_TRY_ASSIGN(const auto asked, embedder_->embed(std::span(&question, 1), stop));
    if (asked.size() != 1 || asked.front().size() != dimension_)
        return fail(Errc::internal, "the embedding gave a vector of another length", embedder_->name());
    std::vector<double> out;
    for (std::size_t t = 0; t + 1 < begins_.size(); ++t) {
        std::vector<double> cosines;
        for (auto i = begins_[t]; i < begins_[t + 1]; ++i)
            cosines.push_back(knowledge::dot(values_.data() + i * dimension_, asked.front().data(), dimension_));
        std::sort(cosines.rbegin(), cosines.rend());
        cosines.resize(std::min(cosines.size(), near_texts));
        double mean = 0;
        for (const double cosine : cosines)
            mean += cosine / static_cast<double>(cosines.size());
        out.push_back(mean);
    }
    return out;
}

} // namespace rustcoder::scaffold
