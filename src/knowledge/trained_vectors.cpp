#include "knowledge/trained_vectors.h"

#include "base/text.h"
#include "knowledge/embedder_kernels.h"
#include "knowledge/words.h"
#include "knowledge/words_common.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <unordered_map>

// Carried in the program: RC_TRAINED_VECTORS is the file's name, set by CMake.
asm(".section .rodata\n"
    ".global rustcoder_trained_vectors_begin, rustcoder_trained_vectors_end\n"
    ".balign 16\n"
    "rustcoder_trained_vectors_begin:\n"
    ".incbin \"" RC_TRAINED_VECTORS "\"\n"
    "rustcoder_trained_vectors_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char rustcoder_trained_vectors_begin[], rustcoder_trained_vectors_end[];

namespace rustcoder::knowledge {
namespace {

constexpr float common_weight = 0.3F;
constexpr std::string_view magic("RCVEC\0\0\1", 8);

// Little endian, no padding: header, hashes, scales, values.
struct Header {
    char magic[8];
    std::uint32_t words, dimension;
    std::uint64_t check; // hash64 of everything behind the header
};

void append(std::string& to, const void* data, std::size_t bytes) {
    to.append(static_cast<const char*>(data), bytes);
}

} // namespace

Result<TrainedVectors> TrainedVectors::parse(std::string_view bytes) {
    Header header{};
    if (bytes.size() < sizeof header)
        return fail(Errc::invalid_input, "the file of word vectors is too short");
    std::memcpy(&header, bytes.data(), sizeof header);
    const std::size_t each = sizeof(std::uint64_t) + sizeof(float) + header.dimension;
    const auto body = bytes.substr(sizeof header);
    if (std::string_view(header.magic, sizeof header.magic) != magic || header.dimension == 0 ||
        header.dimension > 4096 || body.size() != each * header.words)
        return fail(Errc::invalid_input, "this is no file of word vectors of this version");
    if (base::hash64(body) != header.check)
        return fail(Errc::invalid_input, "the file of word vectors is damaged");
    TrainedVectors out;
    out.dimension_ = header.dimension;
    out.name_ = fmt::format("rust-words-{}-{:08x}", header.dimension, static_cast<std::uint32_t>(header.check));
    out.hashes_.resize(header.words);
    out.scales_.resize(header.words);
    const char* at = body.data();
    std::memcpy(out.hashes_.data(), at, sizeof(std::uint64_t) * header.words);
    at += sizeof(std::uint64_t) * header.words;
    std::memcpy(out.scales_.data(), at, sizeof(float) * header.words);
    at += sizeof(float) * header.words;
    out.values_ = reinterpret_cast<const std::int8_t*>(at);
    return out;
}

const TrainedVectors& TrainedVectors::carried() {
    static const TrainedVectors vectors = [] {
        const char* begin = rustcoder_trained_vectors_begin;
        auto parsed = parse({begin, static_cast<std::size_t>(rustcoder_trained_vectors_end - begin)});
        return parsed ? std::move(*parsed) : TrainedVectors{}; // a test reads the carried file
    }();
    return vectors;
}

std::string TrainedVectors::serialise(std::vector<Word>& words) {
    std::ranges::sort(words, {}, &Word::hash);
    std::string hashes, scales, values;
    for (const Word& word : words) {
        float most = 0;
        for (const float v : word.values)
            most = std::max(most, std::abs(v));
        const float scale = most > 0 ? most / 127 : 1;
        append(hashes, &word.hash, sizeof word.hash);
        append(scales, &scale, sizeof scale);
        for (const float v : word.values)
            values.push_back(static_cast<char>(std::lround(v / scale)));
    }
    const std::string body = hashes + scales + values;
    Header header{};
    std::memcpy(header.magic, magic.data(), sizeof header.magic);
    header.words = static_cast<std::uint32_t>(words.size());
    header.dimension = words.empty() ? 0 : static_cast<std::uint32_t>(words.front().values.size());
    header.check = base::hash64(body);
    std::string out;
    append(out, &header, sizeof header);
    return out + body;
}

float TrainedVectors::weight(std::string_view word) {
    return is_common_word(word) ? common_weight : 1;
}

bool TrainedVectors::add(std::uint64_t word, float weight, std::span<float> out) const {
    const auto at = std::ranges::lower_bound(hashes_, word);
    if (at == hashes_.end() || *at != word)
        return false;
    const auto row = static_cast<std::size_t>(at - hashes_.begin());
    const std::int8_t* values = values_ + row * dimension_;
    const float factor = weight * scales_[row];
    for (std::size_t i = 0; i < dimension_; ++i)
        out[i] += factor * static_cast<float>(values[i]);
    return true;
}

bool TrainedVectors::encode(std::string_view text, std::span<float> out) const {
    struct Count {
        float times = 0, weight = 1;
    };
    std::unordered_map<std::uint64_t, Count> counts;
    const auto count = [&](std::string_view part) {
        for (const auto& word : words(part))
            if (auto& c = counts[base::hash64(word)]; c.times++ == 0)
                c.weight = weight(word);
    };
    count(text);
    if (const auto end = text.find('\n'); end != std::string_view::npos)
        count(text.substr(0, end));
    // In the order of hashes: sums of floats must not depend on a hash table.
    std::vector<std::pair<std::uint64_t, float>> bag;
    for (const auto& [word, c] : counts)
        bag.emplace_back(word, c.weight * (1 + std::log(c.times)));
    std::ranges::sort(bag);
    std::ranges::fill(out, 0.0F);
    bool any = false;
    for (const auto& [word, n] : bag)
        any |= add(word, n, out);
    const float length = std::sqrt(dot(out.data(), out.data(), out.size()));
    if (!any || length < 1e-12F)
        return false;
    for (float& v : out)
        v /= length;
    return true;
}

} // namespace rustcoder::knowledge
