// One attempt at one sample: collects the stream, watches the clock and the mouth. Used by one thread.
#pragma once

#include "model/dialect.h"

namespace rustcoder::model {

class Listener {
public:
    Listener(const ChatTimeouts& timeouts, std::unique_ptr<Decoder> decoder, std::size_t max_bytes,
             std::function<void(std::string_view)> on_text)
        : timeouts_(timeouts), decoder_(std::move(decoder)), max_bytes_(max_bytes), on_text_(std::move(on_text)) {}

    void head(const net::ClientResponse& response);
    /// False when nothing more is wanted.
    bool take(std::string_view piece);
    Clock::time_point give_up_at() const;
    /// The answer, or why there is none. `ended`: how the transport saw it.
    Attempt<Sample> finish(Attempt<net::ClientResponse> ended, const Profile& profile);

    const Decoder& decoder() const { return *decoder_; }
    bool heard() const { return heard_; }
    milliseconds first_token() const { return std::chrono::duration_cast<milliseconds>(first_ - start_); }

private:
    bool take_event(const net::SseMessage& message);
    void watch_for_babble();

    const ChatTimeouts& timeouts_;
    std::unique_ptr<Decoder> decoder_;
    const std::size_t max_bytes_;
    std::function<void(std::string_view)> on_text_;
    net::SseReader reader_{4u << 20};
    std::string body_;
    std::optional<Failure> failure_;
    bool streamed_ = false, heard_ = false, enough_ = false, babble_ = false;
    std::size_t looked_ = 0;
    const Clock::time_point start_ = Clock::now();
    Clock::time_point last_ = start_, first_ = start_;
};

} // namespace rustcoder::model
