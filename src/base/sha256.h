// SHA-256 of what comes piece by piece. Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rustcoder::base {

class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(std::string_view bytes);
    /// 64 lower-case hex digits of all so far; nothing can be added afterwards.
    std::string hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rustcoder::base
