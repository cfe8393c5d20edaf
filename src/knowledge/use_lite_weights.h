// Named tensors of a TensorFlow.js model folder: model.json tells names and shapes, shards hold the values one after
// the other. The shards are mapped, not read.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rustcoder::knowledge {

struct Tensor {
    std::vector<std::size_t> shape;
    std::span<const float> values;
};

class UseLiteWeights {
public:
    static Result<UseLiteWeights> open(const std::filesystem::path& folder);
    /// The one tensor whose name ends in `ending`, with this shape (ones left out) and only finite values.
    Result<Tensor> find(std::string_view ending, std::initializer_list<std::size_t> shape) const;
    /// The same with any number of rows of `width`.
    Result<Tensor> find_rows(std::string_view ending, std::size_t width) const;
    /// Keeps what the spans of tensors point to.
    std::shared_ptr<const void> memory() const { return memory_; }

private:
    Result<Tensor> find_any(std::string_view ending) const;

    std::map<std::string, Tensor, std::less<>> tensors_;
    std::shared_ptr<const void> memory_;
    std::string place_;
};

} // namespace rustcoder::knowledge
