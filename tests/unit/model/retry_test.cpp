#include "model/retry.h"

#include <gtest/gtest.h>
#include <thread>

namespace rustcoder::model {
namespace {

using namespace std::chrono_literals;

/// Time that passes only by sleeping.
struct RetryTest : testing::Test {
    Clock::time_point now{};
    std::vector<milliseconds> slept;
    RetryPolicy policy{.attempts = 4,
                       .first_wait = 100ms,
                       .longest_wait = 250ms,
                       .now = [this] { return now; },
                       .sleep =
                           [this](milliseconds time, const std::stop_token&) {
                               slept.push_back(time);
                               now += time;
                               return true;
                           },
                       .random = [] { return 1.0; }};
    Breaker breaker{BreakerOptions{.failures = 100}, [this] { return now; }};
    std::stop_token never;
    int calls = 0;

    Result<int> run(Failure failure, int good_call = 0, milliseconds budget = 1h) {
        Retrying retrying(policy, breaker, now + budget, never);
        return retry<int>(retrying, [&]() -> Attempt<int> {
            if (++calls == good_call)
                return 42;
            return std::unexpected(failure);
        });
    }
};

const Failure flaky{.error = {Errc::unavailable, "down", {}, {}}, .again = true, .dead = true};

TEST_F(RetryTest, asks_again_with_growing_waits_until_it_works_or_the_attempts_end) {
    EXPECT_EQ(run(flaky, 3), 42);
    EXPECT_EQ(slept, (std::vector<milliseconds>{100ms, 200ms}));
    slept.clear();
    calls = 0;
    const auto failed = run(flaky);
    ASSERT_FALSE(failed);
    EXPECT_EQ(calls, 4);
    EXPECT_EQ(slept, (std::vector<milliseconds>{100ms, 200ms, 250ms}));
    EXPECT_EQ(failed.error().message, "down; 4 attempts were made");
}

TEST_F(RetryTest, what_is_final_is_not_asked_again) {
    const auto failed = run({.error = {Errc::denied, "no", {}, {}}});
    ASSERT_FALSE(failed);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(failed.error().message, "no");
}

TEST_F(RetryTest, the_server_says_how_long_to_wait_and_a_wait_past_the_deadline_is_not_begun) {
    auto limited = flaky;
    limited.after = 3s;
    EXPECT_EQ(run(limited, 2), 42);
    EXPECT_EQ(slept, (std::vector<milliseconds>{3100ms}));
    slept.clear();
    limited.after = 10min;
    const auto failed = run(limited, 0, 5s);
    ASSERT_FALSE(failed);
    EXPECT_TRUE(slept.empty());
    EXPECT_NE(failed.error().message.find("601 s"), std::string::npos) << failed.error().message;
}

TEST_F(RetryTest, a_stop_ends_the_waiting) {
    policy = RetryPolicy{.first_wait = 60s};
    std::stop_source source;
    const auto token = source.get_token();
    Retrying stopped(policy, breaker, Clock::now() + 1h, token);
    std::thread stopper([&] {
        std::this_thread::sleep_for(30ms);
        source.request_stop();
    });
    const auto begin = Clock::now();
    const auto failed = retry<int>(stopped, [&]() -> Attempt<int> { return std::unexpected(flaky); });
    stopper.join();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::cancelled);
    EXPECT_LT(Clock::now() - begin, 5s);
}

TEST_F(RetryTest, a_dead_server_is_left_alone_then_probed_by_one) {
    Breaker b({.failures = 3, .rest = 10s, .longest_rest = 15s}, [this] { return now; });
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(b.admit());
        b.failed();
    }
    ASSERT_FALSE(b.admit());
    EXPECT_EQ(b.admit().error().code, Errc::unavailable);
    now += 10s;
    ASSERT_TRUE(b.admit());  // the probe
    ASSERT_FALSE(b.admit()); // and nobody else
    b.failed();
    now += 14s;
    ASSERT_FALSE(b.admit()); // twice the rest, but not above the bound
    now += 1s;
    ASSERT_TRUE(b.admit());
    b.undecided(); // cancelled: somebody else may probe
    ASSERT_TRUE(b.admit());
    b.succeeded();
    ASSERT_TRUE(b.admit());
    b.failed();
    ASSERT_TRUE(b.admit()); // the count began anew
}

TEST_F(RetryTest, an_opening_breaker_does_not_hide_why) {
    Breaker b({.failures = 2}, [this] { return now; });
    Retrying retrying(policy, b, now + 1h, never);
    const auto failed = retry<int>(retrying, [&]() -> Attempt<int> { return std::unexpected(flaky); });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "down");
}

TEST(RetryAfter, seconds_dates_and_milliseconds) {
    const auto now = std::chrono::system_clock::from_time_t(1'700'000'000); // Tue, 14 Nov 2023 22:13:20 GMT
    EXPECT_EQ(parse_retry_after("2", "", now), 2000ms);
    EXPECT_EQ(parse_retry_after(" 0.5 ", "", now), 500ms);
    EXPECT_EQ(parse_retry_after("7", "1500", now), 1500ms);
    EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:13:30 GMT", "", now), 10'000ms);
    EXPECT_EQ(parse_retry_after("Tue, 14 Nov 2023 22:13:10 GMT", "", now), 0ms);
    for (const auto* bad : {"", "soon", "-1", "1e99", "nan", "2 s", "Tue, 14 Nov 2023"})
        EXPECT_EQ(parse_retry_after(bad, "", now), std::nullopt) << bad;
}

} // namespace
} // namespace rustcoder::model
