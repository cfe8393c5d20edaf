#include "model/sampling.h"

#include <gtest/gtest.h>
#include <thread>

namespace rustcoder::model {
namespace {

using namespace std::chrono_literals;

const ChatRequest two{.messages = {{Role::system, "sys"}, {Role::user, "q"}}, .samples = 2};

TEST(Sampling, asks_the_host_once_a_sample) {
    std::vector<SamplingQuestion> asked;
    const auto model = make_sampling_model(
        [&](const SamplingQuestion& question, std::stop_token) -> Result<SamplingAnswer> {
            asked.push_back(question);
            if (asked.size() == 1)
                return SamplingAnswer{"<think>hm</think>one", "host-model", "maxTokens"};
            return fail(Errc::denied, "the user said no");
        },
        {.stop = {"END"}, .temperatures = {0.1, 0.9}, .max_tokens = 50});
    const auto reply = model->chat(two);
    ASSERT_TRUE(reply) << reply.error().text();
    ASSERT_EQ(reply->samples.size(), 1u);
    EXPECT_EQ(reply->samples[0].text, "one");
    EXPECT_EQ(reply->samples[0].reasoning, "hm");
    EXPECT_EQ(reply->samples[0].end, Sample::End::length);
    EXPECT_EQ(reply->failures.size(), 1u);
    EXPECT_EQ(reply->model, "host-model");
    EXPECT_TRUE(reply->usage.estimated);
    ASSERT_EQ(asked.size(), 2u);
    EXPECT_EQ(asked[0].system, "sys");
    EXPECT_EQ(asked[0].messages.size(), 1u);
    EXPECT_EQ(asked[0].max_tokens, 50);
    EXPECT_EQ(asked[1].temperature, 0.9);
    EXPECT_EQ(asked[1].stop, std::vector<std::string>{"END"});
}

TEST(Sampling, a_host_that_does_not_answer_is_a_timeout_and_a_stop_reaches_it) {
    const SamplingCall wait = [](const SamplingQuestion&, std::stop_token stop) -> Result<SamplingAnswer> {
        while (!stop.stop_requested())
            std::this_thread::sleep_for(1ms);
        return fail(Errc::cancelled, "stopped");
    };
    const auto begin = Clock::now();
    EXPECT_EQ(make_sampling_model(wait, {}, 50ms)->chat(two).error().code, Errc::timeout);
    std::stop_source source;
    std::thread stopper([&] {
        std::this_thread::sleep_for(20ms);
        source.request_stop();
    });
    EXPECT_EQ(make_sampling_model(wait, {})->chat(two, source.get_token()).error().code, Errc::cancelled);
    stopper.join();
    EXPECT_LT(Clock::now() - begin, 2s);
}

TEST(Sampling, an_empty_answer_is_no_answer) {
    const auto model = make_sampling_model(
        [](const SamplingQuestion&, std::stop_token) { return Result<SamplingAnswer>(SamplingAnswer{" \n", "m", ""}); },
        {});
    EXPECT_EQ(model->chat(two).error().code, Errc::unavailable);
}

} // namespace
} // namespace rustcoder::model
