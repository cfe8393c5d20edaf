#include "knowledge/use_lite_model.h"

#include "knowledge/use_lite_weights.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t token_width = 256; // of a token's vector
constexpr std::size_t width = UseLiteModel::dimension;
constexpr std::size_t inner_width = 1536; // of the feed-forward part
constexpr std::size_t heads = 4;
constexpr float layer_norm_epsilon = 1e-6F;

/// Rows of one width, one after the other.
struct Rows {
    std::size_t width = 0;
    std::vector<float> data;

    Rows(std::size_t count, std::size_t width) : width(width), data(count * width) {}
    float* operator[](std::size_t row) { return data.data() + row * width; }
    const float* operator[](std::size_t row) const { return data.data() + row * width; }
    std::size_t count() const { return data.size() / width; }
};

struct Dense {
    Panels weights;
    std::span<const float> bias;

    Rows operator()(const Rows& x, Kernel kernel) const {
        Rows y(x.count(), weights.columns); // every width of this model is a multiple of the panels'
        multiply(x.data.data(), x.count(), x.width, weights, bias.data(), y.data.data(), y.width, kernel);
        return y;
    }
};

struct LayerNorm {
    std::span<const float> scale, bias;

    Rows operator()(const Rows& x) const {
        Rows y(x.count(), x.width);
        for (std::size_t r = 0; r < x.count(); ++r) {
            float mean = 0, variance = 0;
            for (std::size_t i = 0; i < x.width; ++i)
                mean += x[r][i];
            mean /= static_cast<float>(x.width);
            for (std::size_t i = 0; i < x.width; ++i)
                variance += (x[r][i] - mean) * (x[r][i] - mean);
            variance /= static_cast<float>(x.width);
            const float factor = 1 / std::sqrt(variance + layer_norm_epsilon);
            for (std::size_t i = 0; i < x.width; ++i)
                y[r][i] = (x[r][i] - mean) * scale[i] * factor + bias[i];
        }
        return y;
    }
};

struct Layer {
    LayerNorm before_attention, before_inner;
    Dense query_key_value, combine, widen, narrow;
};

void add(Rows& to, const Rows& more) {
    for (std::size_t i = 0; i < to.data.size(); ++i)
        to.data[i] += more.data[i];
}

/// In place, over the first `count` values.
void softmax(float* values, std::size_t count) {
    const float top = *std::max_element(values, values + count);
    float sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += values[i] = std::exp(values[i] - top);
    for (std::size_t i = 0; i < count; ++i)
        values[i] /= sum;
}

/// Attention of the rows [first, first + count), all of one text, to each other. `qkv` has queries, keys and values
/// side by side, each with its heads side by side.
void attend(const Rows& qkv, std::size_t first, std::size_t count, Rows& out, Kernel kernel) {
    const std::size_t all = qkv.width / 3, each = all / heads;
    const float scale = 1 / std::sqrt(static_cast<float>(each));
    for (std::size_t head = 0; head < heads; ++head) {
        const float* query = qkv[first] + head * each;
        const auto keys = Panels::pack_transposed(query + all, each, count, qkv.width);
        const auto values = Panels::pack(query + 2 * all, count, each, qkv.width);
        Rows weights(count, keys.padded());
        multiply(query, count, qkv.width, keys, nullptr, weights.data.data(), weights.width, kernel);
        for (std::size_t r = 0; r < count; ++r) {
            for (std::size_t i = 0; i < count; ++i)
                weights[r][i] *= scale;
            softmax(weights[r], count);
        }
        multiply(weights.data.data(), count, weights.width, values, nullptr, out[first] + head * each, out.width,
                 kernel);
    }
}

class Model final : public UseLiteModel {
public:
    static Result<std::unique_ptr<UseLiteModel>> load(const std::filesystem::path& folder);

    std::vector<std::vector<float>> encode(std::span<const std::vector<std::uint32_t>> lists,
                                           Kernel kernel) const override;
    std::size_t vocabulary() const override { return tokens_.size() / token_width; }

private:
    Status load_layer(const UseLiteWeights& weights, std::size_t number);
    Rows embed(std::span<const std::vector<std::uint32_t>> lists, std::size_t count) const;

    std::shared_ptr<const void> memory_; // what the spans below point into
    std::span<const float> tokens_;
    std::span<const float> frequencies_; // of the position signal
    Dense widen_tokens_, last_;
    Layer layers_[2];
};

Result<Dense> dense(const UseLiteWeights& weights, const std::string& kernel, const std::string& bias, std::size_t from,
                    std::size_t to) {
    RC_TRY_ASSIGN(const auto w, weights.find(kernel, {from, to}));
    RC_TRY_ASSIGN(const auto b, weights.find(bias, {to}));
    return Dense{Panels::pack(w.values.data(), from, to, to), b.values};
}

Result<LayerNorm> layer_norm(const UseLiteWeights& weights, const std::string& prefix, std::size_t size) {
    const std::string name = prefix + "layer_prepostprocess/layer_norm/layer_norm_";
    RC_TRY_ASSIGN(const auto scale, weights.find(name + "scale/ConcatPartitions/concat", {size}));
    RC_TRY_ASSIGN(const auto bias, weights.find(name + "bias/ConcatPartitions/concat", {size}));
    return LayerNorm{scale.values, bias.values};
}

Status Model::load_layer(const UseLiteWeights& weights, std::size_t number) {
    const std::size_t in = number == 0 ? token_width : width;
    const std::string layer = fmt::format("Layer_{}/TransformerLayer/", number);
    const std::string attention = layer + "MultiheadAttention/", inner = layer + "FFN/";
    const std::string bias = "/bias/ConcatPartitions/concat";
    Layer& to = layers_[number];
    RC_TRY_ASSIGN(to.before_attention, layer_norm(weights, layer, in));
    RC_TRY_ASSIGN(to.query_key_value, dense(weights, attention + "qkv_transform_single/kernel/part_0",
                                            attention + "qkv_transform_single" + bias, in, 3 * in));
    RC_TRY_ASSIGN(to.combine, dense(weights, attention + "output_transform_single/kernel/part_0",
                                    attention + "output_transform_single" + bias, in, width));
    RC_TRY_ASSIGN(to.before_inner, layer_norm(weights, inner, width));
    RC_TRY_ASSIGN(to.widen,
                  dense(weights, inner + "conv1/Tensordot/Reshape_1", inner + "conv1" + bias, width, inner_width));
    RC_TRY_ASSIGN(to.narrow,
                  dense(weights, inner + "conv2/Tensordot/Reshape_1", inner + "conv2" + bias, inner_width, width));
    return {};
}

Result<std::unique_ptr<UseLiteModel>> Model::load(const std::filesystem::path& folder) {
    RC_TRY_ASSIGN(const auto weights, UseLiteWeights::open(folder));
    auto model = std::make_unique<Model>();
    model->memory_ = weights.memory();
    RC_TRY_ASSIGN(const auto tokens, weights.find_rows("module/Embeddings_en", token_width));
    model->tokens_ = tokens.values;
    RC_TRY_ASSIGN(const auto frequencies, weights.find("AddTimingSignal/TimingSignal/ExpandDims_1", {token_width / 2}));
    model->frequencies_ = frequencies.values;
    RC_TRY_ASSIGN(model->widen_tokens_,
                  dense(weights, "Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat",
                        "Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat", token_width, width));
    for (const std::size_t number : {0U, 1U})
        RC_TRY(model->load_layer(weights, number));
    RC_TRY_ASSIGN(model->last_, dense(weights, "hidden_layers/tanh_layer_0/weights", "hidden_layers/tanh_layer_0/bias",
                                      width, width));
    return model;
}

/// Twice the token's vector plus where it stands (the graph adds the vector once before and once with the signal).
Rows Model::embed(std::span<const std::vector<std::uint32_t>> lists, std::size_t count) const {
    Rows x(count, token_width);
    std::size_t row = 0;
    for (const auto& list : lists)
        for (std::size_t place = 0; place < list.size(); ++place, ++row) {
            const float* token = tokens_.data() + list[place] * token_width;
            for (std::size_t i = 0; i < token_width / 2; ++i) {
                const float angle = static_cast<float>(place) * frequencies_[i];
                x[row][i] = 2 * token[i] + std::sin(angle);
                x[row][i + token_width / 2] = 2 * token[i + token_width / 2] + std::cos(angle);
            }
        }
    return x;
}

std::vector<std::vector<float>> Model::encode(std::span<const std::vector<std::uint32_t>> lists, Kernel kernel) const {
    std::size_t count = 0;
    for (const auto& list : lists)
        count += list.size();
    Rows x = embed(lists, count);
    Rows stream = widen_tokens_(x, kernel);
    for (const Layer& layer : layers_) {
        const Rows qkv = layer.query_key_value(layer.before_attention(&layer == layers_ ? x : stream), kernel);
        Rows attended(count, qkv.width / 3);
        std::size_t first = 0;
        for (const auto& list : lists) {
            if (!list.empty())
                attend(qkv, first, list.size(), attended, kernel);
            first += list.size();
        }
        add(stream, layer.combine(attended, kernel));
        Rows inner = layer.widen(layer.before_inner(stream), kernel);
        for (float& v : inner.data)
            v = std::max(v, 0.0F);
        add(stream, layer.narrow(inner, kernel));
    }
    std::vector<std::vector<float>> out;
    std::size_t row = 0;
    for (const auto& list : lists) {
        if (list.empty()) {
            out.emplace_back();
            continue;
        }
        Rows mean(1, width);
        for (std::size_t r = 0; r < list.size(); ++r, ++row)
            for (std::size_t i = 0; i < width; ++i)
                mean.data[i] += stream[row][i];
        for (float& v : mean.data)
            v /= static_cast<float>(list.size());
        auto vector = last_(mean, kernel).data;
        for (float& v : vector)
            v = std::tanh(v);
        const float length = std::sqrt(std::max(dot(vector.data(), vector.data(), width), 1e-12F));
        for (float& v : vector)
            v /= length;
        out.push_back(std::move(vector));
    }
    return out;
}

} // namespace

Result<std::unique_ptr<UseLiteModel>> UseLiteModel::load(const std::filesystem::path& folder) {
    return Model::load(folder);
}

} // namespace rustcoder::knowledge
