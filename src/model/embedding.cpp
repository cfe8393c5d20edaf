#include "model/embedding.h"

#include "base/counters.h"
#include "base/json.h"
#include "base/text.h"

#include <atomic>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace rustcoder::model {

namespace {

namespace json = boost::json;
using Vector = std::vector<float>;
using Vectors = std::vector<Vector>;

std::unexpected<Error> nonsense(std::string what) {
    return fail(Errc::internal, "the embedding server's answer is wrong: " + std::move(what));
}

/// Little-endian 32-bit floats in base64, as OpenAI's own clients ask for.
Result<Vector> from_base64(std::string_view text) {
    std::string bytes;
    unsigned bits = 0, have = 0;
    while (text.ends_with('='))
        text.remove_suffix(1);
    for (const char c : text) {
        const auto value = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
        if (value == std::string_view::npos)
            return nonsense("a vector is neither numbers nor base64");
        bits = (bits << 6 | static_cast<unsigned>(value)) & 0xFFFFFFu;
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes.push_back(static_cast<char>(bits >> have & 0xFFu));
        }
    }
    if (bytes.size() % sizeof(float) != 0)
        return nonsense("a vector in base64 is no list of 32-bit numbers");
    static_assert(std::endian::native == std::endian::little);
    Vector out(bytes.size() / sizeof(float));
    if (!out.empty())
        std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
}

Result<Vector> numbers(const json::value& value) {
    if (const auto* text = value.if_string())
        return from_base64(*text);
    const auto* array = value.if_array();
    if (!array)
        return nonsense("a vector is missing");
    if (array->size() == 1 && array->front().is_array()) // llama.cpp without pooling wraps it once more
        return numbers(array->front());
    Vector out;
    out.reserve(array->size());
    for (const auto& item : *array) {
        if (!item.is_number())
            return nonsense("a vector holds something that is no number");
        out.push_back(item.to_number<float>());
    }
    return out;
}

Status to_unit(Vector& v) {
    double sum = 0;
    for (const float x : v) {
        if (!std::isfinite(x))
            return nonsense("a value is not finite");
        sum += static_cast<double>(x) * static_cast<double>(x);
    }
    const double length = std::sqrt(sum);
    if (!(length > 1e-20))
        return nonsense("a vector is all zeros");
    for (float& x : v)
        x = static_cast<float>(static_cast<double>(x) / length);
    return {};
}

/// The vectors of an answer in the order of the texts. Servers that number every item 0, or not at all, are taken in
/// the order in which they come.
Result<Vectors> read_answer(std::string_view body, std::size_t expected) {
    const auto parsed = base::parse_json(body);
    if (!parsed || !parsed->is_object())
        return nonsense("it is no JSON object");
    const auto& object = parsed->get_object();
    const auto* data = base::get_array(object, "data");
    if (!data) { // an error under status 200
        if (object.contains("error"))
            return fail(Errc::unavailable, "the embedding server answered: " + error_text(body, {}));
        return nonsense("it has no data");
    }
    if (data->size() != expected)
        return nonsense(fmt::format("{} vectors for {} texts", data->size(), expected));
    std::vector<bool> taken(expected, false);
    bool numbered = true;
    for (const auto& item : *data) {
        const auto* entry = item.if_object();
        if (!entry)
            return nonsense("an item is no object");
        const auto index = base::get_int(*entry, "index", -1);
        numbered = numbered && index >= 0 && static_cast<std::size_t>(index) < expected &&
                   !taken[static_cast<std::size_t>(index)];
        if (numbered)
            taken[static_cast<std::size_t>(index)] = true;
    }
    Vectors out(expected);
    for (std::size_t i = 0; i < expected; ++i) {
        const auto& entry = data->at(i).get_object();
        const auto* value = entry.if_contains("embedding");
        RC_TRY_ASSIGN(auto vector, numbers(value ? *value : json::value()));
        RC_TRY(to_unit(vector));
        out[numbered ? static_cast<std::size_t>(base::get_int(entry, "index")) : i] = std::move(vector);
    }
    return out;
}

std::string_view cut(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0u) == 0x80u)
        --bytes;
    return text.substr(0, bytes);
}

class HttpEmbeddingModel final : public EmbeddingModel {
public:
    explicit HttpEmbeddingModel(EmbeddingOptions options)
        : options_(std::move(options)), name_(options_.model + " at " + options_.endpoint.base),
          dimension_(options_.dimension), client_(options_.client), breaker_(options_.breaker, options_.retry.now) {}

    const std::string& name() const override { return name_; }
    std::size_t dimension() const override { return dimension_; }

    Result<Vectors> embed(std::span<const std::string> texts, std::stop_token stop) override {
        for (const auto& text : texts)
            if (base::trim(text).empty() || !base::valid_utf8(text))
                return fail(Errc::invalid_input, "an empty text, or one that is not UTF-8, cannot be embedded");
        Vectors out;
        out.reserve(texts.size());
        for (std::size_t at = 0; at < texts.size();) {
            std::vector<std::string_view> batch;
            for (std::size_t bytes = 0; at < texts.size() && batch.size() < options_.batch_texts; ++at) {
                const auto text = cut(texts[at], options_.text_bytes);
                bytes += text.size();
                if (!batch.empty() && bytes > options_.batch_bytes)
                    break;
                batch.push_back(text);
            }
            RC_TRY_ASSIGN(auto vectors, embed_batch(batch, stop));
            for (auto& vector : vectors)
                out.push_back(std::move(vector));
        }
        return out;
    }

private:
    /// A batch that the server finds too long is cut in two; a single text that is too long, to its half.
    Result<Vectors> embed_batch(std::span<const std::string_view> texts, const std::stop_token& stop) {
        auto vectors = ask(texts, stop);
        if (vectors || vectors.error().code != Errc::limit)
            return vectors;
        if (texts.size() == 1) {
            if (texts[0].size() < 512)
                return vectors;
            const auto half = cut(texts[0], texts[0].size() / 2);
            return embed_batch({&half, 1}, stop);
        }
        RC_TRY_ASSIGN(auto left, embed_batch(texts.first(texts.size() / 2), stop));
        RC_TRY_ASSIGN(auto right, embed_batch(texts.subspan(texts.size() / 2), stop));
        for (auto& vector : right)
            left.push_back(std::move(vector));
        return left;
    }

    Result<Vectors> ask(std::span<const std::string_view> texts, const std::stop_token& stop) {
        static auto& requests = base::counter("embedding_requests_total", "Requests to the embedding server");
        static auto& embedded = base::counter("embedding_texts_total", "Texts embedded by the embedding server");
        json::array input;
        for (const auto text : texts)
            input.emplace_back(json::string(text));
        const auto body = base::dump(json::object{{"model", options_.model}, {"input", std::move(input)}});
        const auto total = options_.timeouts.total;
        const auto deadline =
            total.count() > 0 ? options_.retry.now() + total * options_.retry.attempts : Clock::time_point::max();
        Retrying retrying(options_.retry, breaker_, deadline, stop);
        auto vectors = retry<Vectors>(retrying, [&]() -> Attempt<Vectors> {
            requests.add();
            auto response = post_json(client_, options_.endpoint,
                                      {.path = "/embeddings", .body = body, .timeouts = options_.timeouts}, stop);
            if (!response)
                return std::unexpected(std::move(response).error());
            auto read = read_answer(response->body, texts.size());
            if (!read)
                return std::unexpected(Failure{.error = std::move(read).error(), .again = true, .dead = true});
            return *std::move(read);
        });
        if (!vectors)
            return vectors;
        for (const auto& vector : *vectors)
            RC_TRY(check_dimension(vector.size()));
        embedded.add(vectors->size());
        return vectors;
    }

    Status check_dimension(std::size_t got) {
        std::size_t expected = 0;
        if (dimension_.compare_exchange_strong(expected, got) || expected == got)
            return {};
        return fail(Errc::internal, fmt::format("{} gives vectors of {} numbers, not {}", name_, got, expected), {},
                    fmt::format("Set LLM_EMBED_SIZE to {}, or name the embedding model that you mean.", got));
    }

    const EmbeddingOptions options_;
    const std::string name_;
    std::atomic<std::size_t> dimension_;
    net::HttpClient client_;
    Breaker breaker_;
};

} // namespace

std::unique_ptr<EmbeddingModel> make_embedding_model(EmbeddingOptions options) {
    return std::make_unique<HttpEmbeddingModel>(std::move(options));
}

Result<std::optional<EmbeddingOptions>> embedding_from(const std::function<std::string(const char*)>& environment) {
    const auto own = environment("LLM_EMBED_API_BASE");
    const auto base = own.empty() ? environment("LLM_API_BASE") : own;
    EmbeddingOptions out;
    out.model = environment("LLM_EMBED_MODEL");
    if (base.empty() || out.model.empty())
        return std::nullopt;
    RC_TRY_ASSIGN(out.endpoint.base, normalise_base(base));
    const auto key = environment("LLM_EMBED_API_KEY");
    // A key goes only to the server that it was given for.
    out.endpoint.key = !key.empty() || !own.empty() ? key : environment("LLM_API_KEY");
    if (const auto size = environment("LLM_EMBED_SIZE"); !size.empty()) {
        const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), out.dimension);
        if (error != std::errc() || end != size.data() + size.size() || out.dimension < 1 || out.dimension > 65'536)
            return fail(Errc::invalid_input,
                        fmt::format("LLM_EMBED_SIZE is '{}', which is no number of dimensions", size), "LLM_EMBED_SIZE",
                        "Leave it out to take what the model gives.");
    }
    return out;
}

} // namespace rustcoder::model
