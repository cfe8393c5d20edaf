// /chat/completions as OpenAI, LlamaEdge, Gaia, llama.cpp, Ollama, vLLM, OpenRouter and many others speak it.
#include "base/json.h"
#include "base/text.h"
#include "model/dialect.h"

#include <algorithm>

namespace rustcoder::model {

namespace {

namespace json = boost::json;

std::optional<Sample::End> end_of(std::string_view reason) {
    if (reason.empty())
        return std::nullopt;
    if (base::one_of(reason, {"length", "max_tokens"}))
        return Sample::End::length;
    if (base::one_of(reason, {"content_filter", "refusal"}))
        return Sample::End::filtered;
    if (base::one_of(reason, {"tool_calls", "function_call"}))
        return Sample::End::tool_call;
    return Sample::End::complete;
}

class OpenAiDecoder final : public Decoder {
public:
    Attempt<void> event(const net::SseMessage& message) override {
        if (base::trim(message.data) == "[DONE]") {
            done = true;
            if (!end) // servers that give no reason say at least that it was the end
                end = Sample::End::complete;
            return {};
        }
        return take(message.data, "delta");
    }
    Attempt<void> whole(std::string_view body) override {
        auto taken = take(body, "message");
        if (taken && !end && !text.empty())
            end = Sample::End::complete;
        done = true;
        return taken;
    }

private:
    Attempt<void> take(std::string_view body, std::string_view part) {
        const auto parsed = base::parse_json(body);
        if (!parsed || !parsed->is_object())
            return std::unexpected(garbage("a piece is no JSON object"));
        const auto& object = parsed->get_object();
        if (const auto* error = object.if_contains("error"); error && !error->is_null())
            return std::unexpected(reported(body));
        if (const auto name = base::get_string(object, "model"); !name.empty())
            model = name;
        if (const auto* counts = base::get_object(object, "usage"))
            take_usage(*counts);
        const auto* choices = base::get_array(object, "choices");
        if (!choices)
            return {}; // timings, prompt filters, ... : servers send what they like
        for (const auto& item : *choices)
            if (const auto* choice = item.if_object(); choice && base::get_int(*choice, "index") == 0)
                take_choice(*choice, part);
        return {};
    }
    void take_choice(const json::object& choice, std::string_view part) {
        const auto* message = base::get_object(choice, part);
        if (!message) // a server that streams but sends whole messages, or the other way round
            message = base::get_object(choice, part == "delta" ? "message" : "delta");
        if (message) {
            text += content_text(message->if_contains("content"));
            for (const auto* key : {"reasoning_content", "reasoning"})
                if (const auto thought = base::get_string(*message, key); !thought.empty()) {
                    reasoning += thought;
                    break; // some send both names
                }
            if (!base::get_string(*message, "refusal").empty())
                end = Sample::End::filtered;
        } else {
            text += base::get_string(choice, "text"); // completions in the old manner
        }
        if (const auto reason = base::get_string(choice, "finish_reason"); !reason.empty() && !end)
            end = end_of(reason);
    }
    void take_usage(const json::object& counts) {
        Usage u;
        u.prompt = std::max<std::int64_t>(0, base::get_int(counts, "prompt_tokens"));
        u.completion = std::max<std::int64_t>(0, base::get_int(counts, "completion_tokens"));
        if (const auto* details = base::get_object(counts, "prompt_tokens_details"))
            u.cached = base::get_int(*details, "cached_tokens");
        if (const auto* details = base::get_object(counts, "completion_tokens_details"))
            u.reasoning = base::get_int(*details, "reasoning_tokens");
        if (u.prompt > 0 || u.completion > 0)
            usage = u;
    }
};

class OpenAiDialect final : public Dialect {
public:
    std::string_view path() const override { return "/chat/completions"; }
    std::unique_ptr<Decoder> decoder() const override { return std::make_unique<OpenAiDecoder>(); }
    std::span<const std::string_view> optional_parts() const override {
        static constexpr std::string_view parts[] = {
            "stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "seed", "system"};
        return parts;
    }
    std::string body(const Question& q) const override {
        const auto allowed = [&](std::string_view part) { return !q.refused.contains(part); };
        json::object out{{"model", q.model}, {"messages", messages(q)}, {"stream", true}};
        if (allowed("stream_options"))
            out["stream_options"] = {{"include_usage", true}};
        if (allowed("max_tokens"))
            out["max_tokens"] = q.max_tokens;
        else if (allowed("max_completion_tokens"))
            out["max_completion_tokens"] = q.max_tokens;
        if (allowed("temperature"))
            out["temperature"] = std::clamp(q.request.temperature.value_or(q.profile.temperature(q.sample)), 0.0, 2.0);
        if (q.profile.top_p > 0 && allowed("top_p"))
            out["top_p"] = q.profile.top_p;
        if (const auto stop = stop_words(q, 4); !stop.empty() && allowed("stop"))
            out["stop"] = json::array(stop.begin(), stop.end());
        if (q.request.seed && allowed("seed"))
            out["seed"] = *q.request.seed + q.sample;
        for (const auto& member : q.profile.extra)
            out[member.key()] = member.value();
        return base::dump(out);
    }

private:
    static json::array messages(const Question& q) {
        auto turns = turns_of(q);
        json::array out;
        if (!turns.system.empty() && (!q.profile.system_role || q.refused.contains("system")))
            turns.rest.front().text = turns.system + "\n\n" + turns.rest.front().text;
        else if (!turns.system.empty())
            out.push_back({{"role", "system"}, {"content", turns.system}});
        for (const auto& turn : turns.rest)
            out.push_back({{"role", name(turn.role)}, {"content", turn.text}});
        return out;
    }
};

} // namespace

std::unique_ptr<Dialect> openai_dialect() {
    return std::make_unique<OpenAiDialect>();
}

} // namespace rustcoder::model
