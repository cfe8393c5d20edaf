// How many tokens a text has, without anybody's tokenizer, and how many may be spent.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace rustcoder::model {

/// An estimate for code and prose that is rather too high than too low.
std::size_t estimate_tokens(std::string_view text);

/// Shared by all requests of one job. Thread-safe.
class TokenBudget {
public:
    explicit TokenBudget(std::int64_t tokens) : left_(tokens) {}
    /// False, and nothing taken, when fewer are left.
    bool take(std::int64_t tokens);
    void give_back(std::int64_t tokens) { left_ += tokens; }
    std::int64_t left() const { return left_; }

private:
    std::atomic<std::int64_t> left_;
};

} // namespace rustcoder::model
