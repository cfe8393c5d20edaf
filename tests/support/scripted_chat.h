// A chat model in memory that says what the test wrote down: no server, no network.
#pragma once

#include "model/chat.h"

#include <atomic>
#include <thread>

namespace rustcoder::test {

/// Says what the test wrote down, one list of samples a question.
class Scripted final : public model::ChatModel {
public:
    std::vector<std::vector<std::string>> script;
    std::vector<std::string> prompts, systems;
    std::chrono::milliseconds takes{0};
    std::optional<Error> error;
    std::atomic<bool> stopped = false;
    model::Sample::End end = model::Sample::End::complete;

    const std::string& name() const override { return name_; }
    const model::Profile& profile() const override { return profile_; }
    Result<model::ChatReply> chat(const model::ChatRequest& request, std::stop_token stop,
                                  const model::OnDelta&) override {
        prompts.push_back(request.messages.back().text);
        systems.push_back(request.messages.front().text);
        for (const auto until = model::Clock::now() + takes; model::Clock::now() < until;) {
            if (stop.stop_requested()) {
                stopped = true;
                return fail(Errc::cancelled, "stopped");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (error)
            return std::unexpected(*error);
        model::ChatReply reply;
        for (const auto& text : script.at(std::min(prompts.size(), script.size()) - 1))
            reply.samples.push_back({.text = text, .reasoning = {}, .end = end});
        reply.usage = {.prompt = 100, .completion = 10};
        reply.requests = 1;
        return reply;
    }

private:
    const std::string name_ = "scripted";
    const model::Profile profile_ = model::Profiles::load()->for_model("scripted");
};

} // namespace rustcoder::test
