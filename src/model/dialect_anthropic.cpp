// Anthropic's Messages API.
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
    if (base::one_of(reason, {"max_tokens", "model_context_window_exceeded"}))
        return Sample::End::length;
    if (reason == "refusal")
        return Sample::End::filtered;
    if (base::one_of(reason, {"tool_use", "pause_turn"}))
        return Sample::End::tool_call;
    return Sample::End::complete;
}

class AnthropicDecoder final : public Decoder {
public:
    Attempt<void> event(const net::SseMessage& message) override {
        const auto parsed = base::parse_json(message.data);
        if (!parsed || !parsed->is_object())
            return std::unexpected(garbage("a piece is no JSON object"));
        const auto& object = parsed->get_object();
        const auto type = base::get_string(object, "type");
        if (type == "error")
            return std::unexpected(reported(message.data));
        if (type == "message_start") {
            if (const auto* start = base::get_object(object, "message")) {
                model = base::get_string(*start, "model");
                take_usage(*start);
            }
        } else if (type == "content_block_delta") {
            if (const auto* delta = base::get_object(object, "delta")) {
                text += base::get_string(*delta, "text");
                reasoning += base::get_string(*delta, "thinking");
            }
        } else if (type == "message_delta") {
            if (const auto* delta = base::get_object(object, "delta"))
                if (const auto why = end_of(base::get_string(*delta, "stop_reason")))
                    end = why;
            take_usage(object);
        } else if (type == "message_stop") {
            done = true;
            if (!end)
                end = Sample::End::complete;
        }
        return {}; // pings, block borders, and kinds to come
    }
    Attempt<void> whole(std::string_view body) override {
        done = true;
        const auto parsed = base::parse_json(body);
        if (!parsed || !parsed->is_object())
            return std::unexpected(garbage("it is no JSON object"));
        const auto& object = parsed->get_object();
        if (base::get_string(object, "type") == "error")
            return std::unexpected(reported(body));
        model = base::get_string(object, "model");
        text = content_text(object.if_contains("content"));
        end = end_of(base::get_string(object, "stop_reason"));
        if (!end && !text.empty())
            end = Sample::End::complete;
        take_usage(object);
        return {};
    }

private:
    void take_usage(const json::object& owner) {
        const auto* counts = base::get_object(owner, "usage");
        if (!counts)
            return;
        auto u = usage.value_or(Usage{});
        const auto get = [&](const char* key) { return std::max<std::int64_t>(0, base::get_int(*counts, key)); };
        if (counts->contains("input_tokens")) {
            u.cached = get("cache_read_input_tokens");
            u.prompt = get("input_tokens") + get("cache_creation_input_tokens") + u.cached;
        }
        u.completion = std::max(u.completion, get("output_tokens")); // cumulative
        usage = u;
    }
};

class AnthropicDialect final : public Dialect {
public:
    std::string_view path() const override { return "/messages"; }
    std::unique_ptr<Decoder> decoder() const override { return std::make_unique<AnthropicDecoder>(); }
    std::span<const std::string_view> optional_parts() const override {
        static constexpr std::string_view parts[] = {"temperature", "top_p", "stop_sequences"};
        return parts;
    }
    std::string body(const Question& q) const override {
        const auto allowed = [&](std::string_view part) { return !q.refused.contains(part); };
        const auto turns = turns_of(q);
        json::array messages;
        for (const auto& turn : turns.rest)
            messages.push_back({{"role", name(turn.role)}, {"content", turn.text}});
        json::object out{
            {"model", q.model}, {"max_tokens", q.max_tokens}, {"messages", std::move(messages)}, {"stream", true}};
        if (!turns.system.empty())
            out["system"] = turns.system;
        // Newer models take either of the two, not both.
        if (allowed("temperature"))
            out["temperature"] = std::clamp(q.request.temperature.value_or(q.profile.temperature(q.sample)), 0.0, 1.0);
        else if (q.profile.top_p > 0 && allowed("top_p"))
            out["top_p"] = q.profile.top_p;
        if (const auto stop = stop_words(q, 8); !stop.empty() && allowed("stop_sequences"))
            out["stop_sequences"] = json::array(stop.begin(), stop.end());
        for (const auto& member : q.profile.extra)
            out[member.key()] = member.value();
        return base::dump(out);
    }
};

} // namespace

std::unique_ptr<Dialect> anthropic_dialect() {
    return std::make_unique<AnthropicDialect>();
}

} // namespace rustcoder::model
