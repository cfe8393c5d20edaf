#include "model/sampling.h"

#include "base/text.h"
#include "model/dialect.h"

#include <condition_variable>
#include <fmt/format.h>
#include <thread>

namespace rustcoder::model {

namespace {

/// A token that fires with another one or when a time is over.
class Deadline {
public:
    Deadline(const std::stop_token& outer, milliseconds time)
        : follow_(outer, [this] { source_.request_stop(); }), timer_([this, time](const std::stop_token& over) {
              std::mutex mutex;
              std::condition_variable_any changed;
              std::unique_lock lock(mutex);
              changed.wait_for(lock, over, time, [&] { return over.stop_requested(); });
              if (!over.stop_requested()) {
                  expired_ = true;
                  source_.request_stop();
              }
          }) {}
    std::stop_token token() const { return source_.get_token(); }
    bool expired() const { return expired_; }

private:
    std::stop_source source_;
    std::atomic<bool> expired_ = false;
    std::stop_callback<std::function<void()>> follow_;
    std::jthread timer_;
};

class SamplingModel final : public ChatModel {
public:
    SamplingModel(SamplingCall call, Profile profile, milliseconds total)
        : call_(std::move(call)), profile_(std::move(profile)), total_(total) {}
    const std::string& name() const override { return name_; }
    const Profile& profile() const override { return profile_; }

    Result<ChatReply> chat(const ChatRequest& request, std::stop_token stop, const OnDelta& on_delta) override {
        const auto begin = Clock::now();
        const Deadline deadline(stop, total_);
        ChatReply reply;
        for (int i = 0; i < std::max(request.samples, 1); ++i) {
            auto sample = ask(request, i, deadline, reply);
            if (sample && on_delta)
                on_delta({i, sample->text});
            if (sample)
                reply.samples.push_back(*std::move(sample));
            else
                reply.failures.push_back(std::move(sample).error());
            if (deadline.token().stop_requested())
                break;
        }
        reply.wall = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
        if (reply.samples.empty())
            return std::unexpected(reply.failures.front());
        return reply;
    }

private:
    Result<Sample> ask(const ChatRequest& request, int i, const Deadline& deadline, ChatReply& reply) const {
        const Refused refused;
        const int max_tokens = request.max_tokens > 0 ? request.max_tokens : profile_.max_tokens;
        const Question question{request, profile_, name_, i, max_tokens, refused};
        auto turns = turns_of(question);
        SamplingQuestion asked{std::move(turns.system), std::move(turns.rest), max_tokens,
                               request.temperature.value_or(profile_.temperature(i)), stop_words(question, 8)};
        std::int64_t prompt = static_cast<std::int64_t>(estimate_tokens(asked.system));
        for (const auto& message : asked.messages)
            prompt += static_cast<std::int64_t>(estimate_tokens(message.text));
        if (request.budget && !request.budget->take(prompt + max_tokens))
            return fail(Errc::limit, "the budget of tokens is used up");
        ++reply.requests;
        auto answer = call_(asked, deadline.token());
        Usage usage{.prompt = prompt, .estimated = true};
        if (answer)
            usage.completion = static_cast<std::int64_t>(estimate_tokens(answer->text));
        if (request.budget)
            request.budget->give_back(max_tokens - usage.completion);
        reply.usage.add(usage);
        if (!answer && deadline.expired())
            return fail(Errc::timeout, fmt::format("the host's model did not answer within {} ms", total_.count()));
        if (!answer)
            return std::unexpected(std::move(answer).error());
        reply.model = answer->model;
        auto parts = separate_reasoning(answer->text, profile_.reasoning);
        if (base::trim(parts.answer).empty())
            return fail(Errc::unavailable, "the host's model gave an empty answer");
        return Sample{std::move(parts.answer), std::move(parts.reasoning),
                      answer->stop_reason == "maxTokens" ? Sample::End::length : Sample::End::complete};
    }

    const SamplingCall call_;
    const Profile profile_;
    const milliseconds total_;
    const std::string name_ = "the host's model (MCP sampling)";
};

} // namespace

std::unique_ptr<ChatModel> make_sampling_model(SamplingCall call, Profile profile, milliseconds total) {
    return std::make_unique<SamplingModel>(std::move(call), std::move(profile), total);
}

} // namespace rustcoder::model
