#include "model/chat.h"

#include "base/text.h"

#include <charconv>
#include <fmt/format.h>

namespace rustcoder::model {

const char* name(Role role) {
    switch (role) {
    case Role::system:
        return "system";
    case Role::assistant:
        return "assistant";
    default:
        return "user";
    }
}

const char* name(Sample::End end) {
    switch (end) {
    case Sample::End::length:
        return "length";
    case Sample::End::filtered:
        return "filtered";
    case Sample::End::tool_call:
        return "tool_call";
    case Sample::End::babble:
        return "babble";
    default:
        return "complete";
    }
}

void Usage::add(const Usage& other) {
    prompt += other.prompt;
    completion += other.completion;
    cached += other.cached;
    reasoning += other.reasoning;
    estimated = estimated || other.estimated;
}

namespace {

class NoModel final : public ChatModel {
public:
    explicit NoModel(Error why) : why_(std::move(why)) {}
    const std::string& name() const override { return name_; }
    const Profile& profile() const override { return profile_; }
    bool available() const override { return false; }
    Result<ChatReply> chat(const ChatRequest&, std::stop_token, const OnDelta&) override {
        return std::unexpected(why_);
    }

private:
    const std::string name_ = "none";
    const Profile profile_;
    const Error why_;
};

Result<int> positive(const std::string& text, const char* variable, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > most)
        return fail(Errc::invalid_input,
                    fmt::format("{} is '{}', which is no number from 1 to {}", variable, text, most), variable);
    return value;
}

Result<Api> api_of(const std::string& named, const std::string& base) {
    if (named == "anthropic" || (named.empty() && base::has(base, "//api.anthropic.com")))
        return Api::anthropic;
    if (named.empty() || named == "openai")
        return Api::openai;
    return fail(Errc::invalid_input, fmt::format("LLM_API is '{}'", named), "LLM_API",
                "Known are openai (and all that speak like it), anthropic and none.");
}

} // namespace

std::unique_ptr<ChatModel> make_no_model(Error why) {
    return std::make_unique<NoModel>(std::move(why));
}

Result<std::unique_ptr<ChatModel>> chat_from(const std::function<std::string(const char*)>& environment,
                                             const Profiles& profiles) {
    auto base = environment("LLM_API_BASE");
    const auto named = environment("LLM_API");
    if (base.empty() && named == "anthropic")
        base = "https://api.anthropic.com/v1";
    if (base.empty() || named == "none")
        return make_no_model({Errc::unavailable, "no language model is configured", "LLM_API_BASE",
                              "Set LLM_API_BASE, for example to http://localhost:8080/v1, and LLM_MODEL."});
    ChatOptions out;
    RC_TRY_ASSIGN(out.endpoint.base, normalise_base(base));
    RC_TRY_ASSIGN(out.api, api_of(named, base));
    out.endpoint.key = environment("LLM_API_KEY");
    if (out.api == Api::anthropic) {
        out.endpoint.key_as_x_api_key = true;
        out.endpoint.headers.add("anthropic-version", "2023-06-01");
    }
    out.model = environment("LLM_MODEL");
    if (out.model.empty() && out.api == Api::anthropic)
        return fail(Errc::invalid_input, "LLM_MODEL is not set", "LLM_MODEL", "Name the model to ask.");
    if (out.model.empty())
        out.model = "Qwen2.5-Coder-3B-Instruct";
    out.profile = profiles.for_model(out.model);
    if (const auto profile = environment("LLM_PROFILE"); !profile.empty()) {
        const auto* found = profiles.find(profile);
        if (!found)
            return fail(Errc::invalid_input, fmt::format("there is no profile '{}'", profile), "LLM_PROFILE");
        out.profile = *found;
    }
    if (const auto context = environment("LLM_CONTEXT"); !context.empty()) {
        RC_TRY_ASSIGN(out.profile.context_tokens, positive(context, "LLM_CONTEXT", 100'000'000));
    }
    if (const auto timeout = environment("LLM_TIMEOUT"); !timeout.empty()) {
        RC_TRY_ASSIGN(const int seconds, positive(timeout, "LLM_TIMEOUT", 86'400));
        out.timeouts.total = milliseconds(std::int64_t{1000} * seconds);
        out.timeouts.first_token = std::min(out.timeouts.first_token, out.timeouts.total);
    }
    out.client.proxy = environment("LLM_PROXY");
    return make_chat_model(std::move(out));
}

} // namespace rustcoder::model
