// A chat model behind HTTP: one question becomes one request a sample, streamed, timed by phase, repeated when that can
// help, and adapted when the server refuses a part of it.
#include "base/counters.h"
#include "base/text.h"
#include "model/chat_listener.h"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace rustcoder::model {

namespace {

constexpr std::size_t bytes_per_token = 16; // more than any honest answer has

class HttpChatModel final : public ChatModel {
public:
    explicit HttpChatModel(ChatOptions options)
        : options_(std::move(options)), name_(options_.model + " at " + options_.endpoint.base),
          dialect_(options_.api == Api::anthropic ? anthropic_dialect() : openai_dialect()), client_(options_.client),
          breaker_(options_.breaker, options_.retry.now) {}

    const std::string& name() const override { return name_; }
    const Profile& profile() const override { return options_.profile; }
    Result<ChatReply> chat(const ChatRequest& request, std::stop_token stop, const OnDelta& on_delta) override;

private:
    struct Call { // one chat()
        const ChatRequest& request;
        const std::stop_token& stop;
        const OnDelta& on_delta;
        int max_tokens = 0;
        std::int64_t prompt_tokens = 0;
        Clock::time_point deadline = {};
        std::vector<std::optional<Result<Sample>>> samples = {};
        std::mutex mutex = {}; // of the reply, and so that one thread at a time calls on_delta
        ChatReply reply = {};
    };
    Status fit(Call& call) const;
    void ask_all(Call& call);
    Result<Sample> ask(Call& call, int sample);
    Attempt<Sample> request_once(Call& call, int sample, const Refused& refused, bool& spoke);
    bool adapt(const Failure& failure, const Refused& sent);
    Refused refused() const {
        const std::lock_guard lock(mutex_);
        return refused_;
    }

    const ChatOptions options_;
    const std::string name_;
    const std::unique_ptr<Dialect> dialect_;
    net::HttpClient client_;
    Breaker breaker_;
    mutable std::mutex mutex_;
    Refused refused_;
};

/// The answer gets what the context leaves, but not less than a few lines.
Status HttpChatModel::fit(Call& call) const {
    constexpr int least_answer = 256, per_message = 8;
    for (const auto& message : call.request.messages)
        call.prompt_tokens += static_cast<std::int64_t>(estimate_tokens(message.text)) + per_message;
    const auto& profile = options_.profile;
    call.max_tokens = call.request.max_tokens > 0 ? call.request.max_tokens : profile.max_tokens;
    const auto room = profile.context_tokens - call.prompt_tokens;
    if (room < std::min(least_answer, call.max_tokens))
        return fail(Errc::limit, fmt::format("the prompt has about {} tokens and the model takes {}",
                                             call.prompt_tokens, profile.context_tokens));
    call.max_tokens = static_cast<int>(std::min<std::int64_t>(call.max_tokens, room));
    return {};
}

/// Learns from an error which part of the request the server does not take. True when the next request will differ.
bool HttpChatModel::adapt(const Failure& failure, const Refused& sent) {
    if (failure.error.code == Errc::limit || (failure.status != 400 && failure.status != 422 && failure.status != 500))
        return false;
    const auto text = base::lower(failure.error.message);
    for (const auto part : dialect_->optional_parts()) {
        if (sent.contains(part))
            continue;
        bool named = failure.parameter == part;
        if (part == "system")
            named = base::has(text, "system role") || base::has(text, "system message");
        for (const auto* quote : {"'", "\"", "`"})
            named = named || base::has(text, quote + std::string(part) + quote);
        named = named || (base::has(part, "_") && base::has(text, part));
        if (!named)
            continue;
        const std::lock_guard lock(mutex_);
        refused_.insert(std::string(part));
        return true;
    }
    return false;
}

Attempt<Sample> HttpChatModel::request_once(Call& call, int sample, const Refused& refused, bool& spoke) {
    static auto& requests = base::counter("model_requests_total", "Requests to language models");
    Listener listener(options_.timeouts, dialect_->decoder(),
                      static_cast<std::size_t>(call.max_tokens) * bytes_per_token + 4096, [&](std::string_view text) {
                          const std::lock_guard lock(call.mutex);
                          if (call.on_delta)
                              call.on_delta({sample, text});
                      });
    requests.add();
    // give_up_at knows the phases; only the connection is left to the transport.
    Post post{.path = dialect_->path(),
              .body =
                  dialect_->body({call.request, options_.profile, options_.model, sample, call.max_tokens, refused}),
              .timeouts = {.connect = options_.timeouts.connect,
                           .first_byte = milliseconds(0),
                           .idle = milliseconds(0),
                           .total = milliseconds(0)},
              .give_up_at = [&] { return std::min(listener.give_up_at(), call.deadline); },
              .on_data = [&](std::string_view piece) { return listener.take(piece); },
              .on_head = [&](const net::ClientResponse& head) { listener.head(head); }};
    auto out = listener.finish(post_json(client_, options_.endpoint, std::move(post), call.stop), options_.profile);
    spoke = spoke || listener.heard();
    const auto& decoder = listener.decoder();
    const std::lock_guard lock(call.mutex);
    ++call.reply.requests;
    if (out || listener.heard()) // what a failed attempt said is paid for too
        call.reply.usage.add(decoder.usage.value_or(Usage{
            .prompt = call.prompt_tokens,
            .completion = static_cast<std::int64_t>(estimate_tokens(decoder.text) + estimate_tokens(decoder.reasoning)),
            .estimated = true}));
    if (out && !decoder.model.empty())
        call.reply.model = decoder.model;
    auto& first = call.reply.first_token;
    if (out && listener.heard() && (first.count() == 0 || listener.first_token() < first))
        first = listener.first_token();
    return out;
}

Result<Sample> HttpChatModel::ask(Call& call, int sample) {
    Retrying retrying(options_.retry, breaker_, call.deadline, call.stop);
    bool spoke = false;
    return retry<Sample>(retrying, [&]() -> Attempt<Sample> {
        if (std::exchange(spoke, false) && call.on_delta) {
            const std::lock_guard lock(call.mutex);
            call.on_delta({sample, {}, true});
        }
        for (;;) { // ends: each turn leaves out a part more
            const auto sent = refused();
            auto out = request_once(call, sample, sent, spoke);
            if (out || !adapt(out.error(), sent))
                return out;
        }
    });
}

void HttpChatModel::ask_all(Call& call) {
    std::atomic<int> next = 0;
    const auto work = [&] {
        for (int i; (i = next++) < static_cast<int>(call.samples.size());)
            call.samples[static_cast<std::size_t>(i)] = ask(call, i);
    };
    std::vector<std::jthread> others;
    const int workers = std::min(std::max(options_.parallel, 1), static_cast<int>(call.samples.size()));
    try {
        for (int i = 1; i < workers; ++i)
            others.emplace_back(work);
    } catch (const std::system_error&) { // no more threads: those that are there do it
    }
    work();
}

Result<ChatReply> HttpChatModel::chat(const ChatRequest& request, std::stop_token stop, const OnDelta& on_delta) {
    static auto& prompt = base::counter("model_tokens_total", "Tokens of language models", "kind=\"prompt\"");
    static auto& completion = base::counter("model_tokens_total", "Tokens of language models", "kind=\"completion\"");
    static auto& seconds = base::histogram("model_seconds", "Time of one question to a language model");
    Call call{.request = request, .stop = stop, .on_delta = on_delta};
    RC_TRY(fit(call));
    call.samples.resize(static_cast<std::size_t>(std::clamp(request.samples, 1, 64)));
    const auto most = (call.prompt_tokens + call.max_tokens) * static_cast<std::int64_t>(call.samples.size());
    if (request.budget && !request.budget->take(most))
        return fail(Errc::limit, fmt::format("the question may take {} tokens, and {} are left of the budget", most,
                                             request.budget->left()));
    const auto begin = options_.retry.now();
    const auto total = options_.timeouts.total;
    call.deadline = total.count() > 0 ? begin + total : Clock::time_point::max();
    ask_all(call);
    auto& reply = call.reply;
    for (auto& sample : call.samples) {
        if (*sample)
            reply.samples.push_back(**std::move(sample));
        else
            reply.failures.push_back(std::move(*sample).error());
    }
    const auto& usage = reply.usage;
    if (request.budget) // what was set aside and not used; a server that used more has used more
        request.budget->give_back(most - usage.prompt - usage.completion);
    reply.wall = std::chrono::duration_cast<milliseconds>(options_.retry.now() - begin);
    reply.cost = (static_cast<double>(usage.prompt) * options_.profile.input_price +
                  static_cast<double>(usage.completion) * options_.profile.output_price) /
                 1e6;
    prompt.add(static_cast<std::uint64_t>(usage.prompt));
    completion.add(static_cast<std::uint64_t>(usage.completion));
    seconds.observe(static_cast<double>(reply.wall.count()) / 1000);
    if (reply.samples.empty())
        return std::unexpected(reply.failures.front());
    return std::move(reply);
}

} // namespace

std::unique_ptr<ChatModel> make_chat_model(ChatOptions options) {
    return std::make_unique<HttpChatModel>(std::move(options));
}

} // namespace rustcoder::model
