// When to ask a server again, and when to leave it alone. Time and chance come from outside, so tests need no sleep.
#pragma once

#include "base/result.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

namespace rustcoder::model {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Why one attempt failed.
struct Failure {
    Error error;
    bool again = false;                // another attempt may go better
    bool dead = false;                 // counts against the server (the breaker): no answer, or a broken one
    std::optional<milliseconds> after; // the server's own wish (Retry-After)
    int status = 0;                    // HTTP, 0 when there was none
    std::string parameter;             // the field of the request that the server names, if any
};
template <class T> using Attempt = std::expected<T, Failure>;

struct RetryPolicy {
    int attempts = 4;
    milliseconds first_wait{500}, longest_wait{20'000}; // doubled each time; the wait is a random part of it
    std::function<Clock::time_point()> now = [] { return Clock::now(); };
    /// Sleeps; false when the token fired meanwhile.
    std::function<bool(milliseconds, const std::stop_token&)> sleep = sleep_for;
    std::function<double()> random = random_unit; // [0, 1)

    static bool sleep_for(milliseconds time, const std::stop_token& stop);
    static double random_unit();
};

/// Seconds or an HTTP date, and OpenAI's retry-after-ms. nullopt when absent or nonsense; never negative.
std::optional<milliseconds> parse_retry_after(std::string_view seconds_or_date, std::string_view ms,
                                              std::chrono::system_clock::time_point now);

struct BreakerOptions {
    int failures = 5;          // in a row
    milliseconds rest{30'000}; // then nobody asks for so long, doubled each time
    milliseconds longest_rest{5 * 60'000};
};

/// Keeps callers from queueing up at a dead server: after some failures in a row it refuses at once; after a rest one
/// caller may probe. Thread-safe.
class Breaker {
public:
    explicit Breaker(
        BreakerOptions options = {}, std::function<Clock::time_point()> now = [] { return Clock::now(); })
        : options_(options), now_(std::move(now)) {}
    /// Errors: unavailable, saying how long it still rests. Every admitted caller reports one of the three below.
    Status admit();
    void succeeded();
    void failed();
    void undecided(); // cancelled, or refused for a reason that says nothing about the server's health

private:
    const BreakerOptions options_;
    const std::function<Clock::time_point()> now_;
    std::mutex mutex_;
    int failures_ = 0, rests_ = 0;
    bool probing_ = false;
    Clock::time_point until_{};
};

/// What decides about another attempt; `retry` below is the loop around it.
class Retrying {
public:
    Retrying(const RetryPolicy& policy, Breaker& breaker, Clock::time_point deadline, const std::stop_token& stop)
        : policy_(policy), breaker_(breaker), deadline_(deadline), stop_(stop) {}
    Status begin();
    void succeeded() { breaker_.succeeded(); }
    /// Waits when there is another attempt; else the error to return.
    Status failed(Failure failure);
    int attempts() const { return attempts_; }

private:
    const RetryPolicy& policy_;
    Breaker& breaker_;
    const Clock::time_point deadline_;
    const std::stop_token& stop_;
    int attempts_ = 0;
    std::optional<Error> last_; // says more than a breaker that opens between two attempts
};

/// Calls `once` until it succeeds, the failure is final, the attempts or the time are used up.
template <class T> Result<T> retry(Retrying& retrying, const std::function<Attempt<T>()>& once) {
    for (;;) {
        RC_TRY(retrying.begin());
        auto result = once();
        if (result) {
            retrying.succeeded();
            return *std::move(result);
        }
        RC_TRY(retrying.failed(std::move(result).error()));
    }
}

} // namespace rustcoder::model
