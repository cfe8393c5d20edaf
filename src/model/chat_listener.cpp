#include "model/chat_listener.h"

#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::model {

void Listener::head(const net::ClientResponse& response) {
    streamed_ = net::has_token(response.headers.get("Content-Type"), "text/event-stream");
}

bool Listener::take(std::string_view piece) {
    if (!streamed_) { // or streamed under another name
        const auto begun = body_.size() < 8;
        body_ += piece;
        const auto start = base::trim(body_);
        streamed_ = begun && (start.starts_with("data:") || start.starts_with("event:") || start.starts_with(": "));
        if (!streamed_)
            return true;
        piece = body_;
    }
    const auto fed = reader_.feed(piece, [&](const net::SseMessage& message) { return take_event(message); });
    if (!fed)
        failure_ = garbage(fed.error().message);
    return !failure_ && !enough_;
}

Clock::time_point Listener::give_up_at() const {
    const auto limit = heard_ ? timeouts_.between_tokens : timeouts_.first_token;
    return limit.count() > 0 ? last_ + limit : Clock::time_point::max();
}

bool Listener::take_event(const net::SseMessage& message) {
    const auto had = decoder_->text.size(), thought = decoder_->reasoning.size();
    auto taken = decoder_->event(message);
    if (!taken) {
        failure_ = std::move(taken).error();
        return false;
    }
    if (decoder_->text.size() + decoder_->reasoning.size() > had + thought) {
        last_ = Clock::now();
        if (!std::exchange(heard_, true))
            first_ = last_;
    }
    if (on_text_ && decoder_->text.size() > had)
        on_text_(std::string_view(decoder_->text).substr(had));
    watch_for_babble();
    enough_ = enough_ || decoder_->done;
    return !enough_;
}

void Listener::watch_for_babble() {
    if (decoder_->text.size() > max_bytes_ || decoder_->reasoning.size() > max_bytes_)
        enough_ = babble_ = true;
    const auto size = decoder_->text.size() + decoder_->reasoning.size();
    if (size < looked_ + 2000)
        return;
    looked_ = size;
    if (is_babbling(decoder_->text) || is_babbling(decoder_->reasoning))
        enough_ = babble_ = true;
}

Attempt<Sample> Listener::finish(Attempt<net::ClientResponse> ended, const Profile& profile) {
    if (failure_)
        return std::unexpected(*failure_);
    if (!ended && !enough_) {
        auto failure = std::move(ended).error();
        if (failure.error.code == Errc::timeout && failure.status == 0 && Clock::now() >= give_up_at())
            failure.error.message =
                heard_
                    ? fmt::format("the model fell silent for {} ms within its answer", timeouts_.between_tokens.count())
                    : fmt::format("the model said nothing for {} ms", timeouts_.first_token.count());
        return std::unexpected(std::move(failure));
    }
    if (!streamed_) {
        if (auto whole = decoder_->whole(body_); !whole)
            return std::unexpected(std::move(whole).error());
        if (decoder_->text.size() > max_bytes_)
            babble_ = true;
    }
    if (babble_)
        decoder_->end = Sample::End::babble;
    if (!decoder_->end)
        return std::unexpected(garbage(decoder_->text.empty() ? "it holds no answer" : "it was cut in the middle"));
    auto parts = separate_reasoning(decoder_->text, profile.reasoning);
    Sample out{std::move(parts.answer), std::move(decoder_->reasoning), *decoder_->end};
    out.reasoning += (out.reasoning.empty() || parts.reasoning.empty() ? "" : "\n") + parts.reasoning;
    if (base::trim(out.text).empty() && out.end == Sample::End::complete)
        return std::unexpected(
            Failure{.error = {Errc::unavailable, "the model's answer is empty", {}, {}}, .again = true});
    return out;
}

} // namespace rustcoder::model
