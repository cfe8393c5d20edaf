#include "server/mcp_sampling.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

/// Of all samples of one question together: people may have to agree to each.
constexpr model::milliseconds patience{180'000};

json::object create_message(const std::string& id, const model::SamplingQuestion& question) {
    json::array messages;
    for (const auto& m : question.messages)
        messages.push_back(json::object{{"role", m.role == model::Role::assistant ? "assistant" : "user"},
                                        {"content", json::object{{"type", "text"}, {"text", m.text}}}});
    json::object params{{"messages", std::move(messages)}, {"maxTokens", question.max_tokens}};
    if (!question.system.empty())
        params["systemPrompt"] = question.system;
    params["temperature"] = question.temperature;
    json::array stops;
    for (const auto& text : question.stop)
        stops.emplace_back(json::string(text));
    if (!stops.empty())
        params["stopSequences"] = std::move(stops);
    return {{"jsonrpc", "2.0"}, {"id", id}, {"method", "sampling/createMessage"}, {"params", std::move(params)}};
}

/// {role, content: {type: text, text}, model, stopReason}; the content may be a list.
Result<model::SamplingAnswer> read_answer(const Message& response) {
    if (const auto* error = base::get_object(response.body, "error"))
        return fail(Errc::unavailable, fmt::format("the client's model did not answer: {}",
                                                   base::get_string(*error, "message", "no reason")));
    const auto* result = base::get_object(response.body, "result");
    if (!result)
        return fail(Errc::unavailable, "the client's answer about its model holds no result");
    model::SamplingAnswer out{.text = {},
                              .model = std::string(base::get_string(*result, "model", "the client's model")),
                              .stop_reason = std::string(base::get_string(*result, "stopReason"))};
    const auto take = [&](const json::value& block) {
        if (const auto* o = block.if_object(); o && base::get_string(*o, "type") == "text")
            out.text += base::get_string(*o, "text");
    };
    if (const auto* content = result->if_contains("content")) {
        if (const auto* list = content->if_array())
            for (const auto& block : *list)
                take(block);
        else
            take(*content);
    }
    return out;
}

const model::Profile& usual_profile() {
    static const model::Profile profile = [] {
        const auto shipped = model::Profiles::load();
        return shipped ? shipped->for_model("") : model::Profile();
    }();
    return profile;
}

} // namespace

bool ClientModel::answered(const Message& response) {
    if (!response.id.is_string())
        return false;
    const std::lock_guard lock(mutex_);
    const auto it = pending_.find(std::string(response.id.get_string()));
    if (it == pending_.end())
        return false;
    it->second.response = response;
    changed_.notify_all();
    return true;
}

void ClientModel::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

Result<model::SamplingAnswer> ClientModel::ask(const std::weak_ptr<McpReply>& reply,
                                               const model::SamplingQuestion& question, const std::stop_token& stop) {
    std::string id;
    {
        const std::lock_guard lock(mutex_);
        id = fmt::format("sampling-{}", next_++);
        pending_[id];
    }
    const auto forget = [&] { pending_.erase(id); };
    if (const auto way = reply.lock()) {
        way->notify(create_message(id, question));
    } else {
        const std::lock_guard lock(mutex_);
        forget();
        return fail(Errc::unavailable, "the request that the client's model was wanted for is over");
    }
    std::unique_lock lock(mutex_);
    const auto settled = [&] { return closed_ || pending_[id].response.has_value(); };
    const bool in_time = changed_.wait_for(lock, stop, patience, settled);
    const auto response = std::move(pending_[id].response);
    forget();
    lock.unlock();
    if (response)
        return read_answer(*response);
    if (const auto way = reply.lock())
        way->notify({{"jsonrpc", "2.0"},
                     {"method", "notifications/cancelled"},
                     {"params", json::object{{"requestId", id}, {"reason", "the answer is not needed any more"}}}});
    if (stop.stop_requested())
        return fail(Errc::cancelled, "the client's model was not waited for");
    return fail(in_time ? Errc::unavailable : Errc::timeout,
                in_time ? "the client is gone" : "the client's model did not answer in time");
}

std::shared_ptr<model::ChatModel> ClientModel::model_for(std::weak_ptr<McpReply> reply) {
    return model::make_sampling_model(
        [weak = weak_from_this(), reply = std::move(reply)](const model::SamplingQuestion& question,
                                                            std::stop_token stop) -> Result<model::SamplingAnswer> {
            const auto self = weak.lock();
            if (!self)
                return fail(Errc::unavailable, "the client is gone");
            return self->ask(reply, question, stop);
        },
        usual_profile(), patience);
}

} // namespace rustcoder::server
