#include "model/retry.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <ctime>
#include <fmt/format.h>
#include <random>

namespace rustcoder::model {

namespace {

std::optional<double> number(std::string_view s) {
    double value = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (s.empty() || error != std::errc() || end != s.data() + s.size() || !(value >= 0) || value > 1e9)
        return std::nullopt;
    return value;
}

} // namespace

bool RetryPolicy::sleep_for(milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    return !changed.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
}

double RetryPolicy::random_unit() {
    thread_local std::minstd_rand engine(std::random_device{}());
    return std::uniform_real_distribution<double>(0, 1)(engine);
}

std::optional<milliseconds> parse_retry_after(std::string_view seconds_or_date, std::string_view ms,
                                              std::chrono::system_clock::time_point now) {
    if (const auto value = number(base::trim(ms)))
        return milliseconds(static_cast<std::int64_t>(*value));
    const std::string text(base::trim(seconds_or_date));
    if (const auto value = number(text))
        return milliseconds(static_cast<std::int64_t>(*value * 1000));
    std::tm tm{};
    const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (text.empty() || !end || *end)
        return std::nullopt;
    const auto at = std::chrono::system_clock::from_time_t(::timegm(&tm));
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(at - now));
}

Status Breaker::admit() {
    const std::lock_guard lock(mutex_);
    if (failures_ < options_.failures)
        return {};
    const auto left = std::chrono::ceil<std::chrono::seconds>(until_ - now_());
    if (left.count() > 0 || probing_)
        return fail(Errc::unavailable,
                    fmt::format("the server failed {} times in a row and is left alone for now", failures_), {},
                    left.count() > 0 ? fmt::format("It is tried again in {} s.", left.count())
                                     : "It is being tried at this moment.");
    probing_ = true;
    return {};
}

void Breaker::succeeded() {
    const std::lock_guard lock(mutex_);
    failures_ = rests_ = 0;
    probing_ = false;
}

void Breaker::failed() {
    const std::lock_guard lock(mutex_);
    ++failures_;
    // Calls that were under way when it opened do not make the rest longer.
    if (failures_ < options_.failures || (failures_ > options_.failures && !probing_))
        return;
    probing_ = false;
    until_ = now_() + std::min(options_.longest_rest, options_.rest * (1 << std::min(rests_, 16)));
    ++rests_;
}

void Breaker::undecided() {
    const std::lock_guard lock(mutex_);
    probing_ = false;
}

Status Retrying::begin() {
    if (stop_.stop_requested())
        return fail(Errc::cancelled, "the caller stopped waiting");
    if (policy_.now() >= deadline_)
        return fail(Errc::timeout, "the time for the model is used up");
    if (auto admitted = breaker_.admit(); !admitted)
        return last_ ? std::unexpected(*last_) : admitted;
    ++attempts_;
    return {};
}

Status Retrying::failed(Failure failure) {
    if (failure.dead)
        breaker_.failed();
    else
        breaker_.undecided();
    auto& error = failure.error;
    if (!failure.again || stop_.stop_requested())
        return std::unexpected(std::move(error));
    if (attempts_ >= policy_.attempts) {
        if (attempts_ > 1)
            error.message += fmt::format("; {} attempts were made", attempts_);
        return std::unexpected(std::move(error));
    }
    const auto longest = std::min(policy_.longest_wait, policy_.first_wait * (1 << std::min(attempts_ - 1, 16)));
    // Half of the wait is fixed, so that a struggling server gets some rest; the other half spreads the callers.
    const double spread = 0.5 + 0.5 * policy_.random();
    auto wait = milliseconds(static_cast<std::int64_t>(static_cast<double>(longest.count()) * spread));
    if (failure.after)
        wait = *failure.after + milliseconds(static_cast<std::int64_t>(spread * 100));
    if (deadline_ - policy_.now() <= wait) {
        error.message += fmt::format("; asking again would be {} s from now, and that is too late",
                                     std::chrono::ceil<std::chrono::seconds>(wait).count());
        return std::unexpected(std::move(error));
    }
    last_ = error;
    if (!policy_.sleep(wait, stop_))
        return fail(Errc::cancelled, "the caller stopped waiting");
    return {};
}

} // namespace rustcoder::model
