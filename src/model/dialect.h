// How the two families of chat APIs write a question and stream an answer. No network here.
#pragma once

#include "model/chat.h"

#include <set>

namespace rustcoder::model {

/// What a server has refused to take, learned from its errors: "temperature", "stream_options", "system", ...
using Refused = std::set<std::string, std::less<>>;

struct Question {
    const ChatRequest& request;
    const Profile& profile;
    const std::string& model;
    int sample = 0;
    int max_tokens = 0;
    const Refused& refused;
};

/// Takes the answer of one request. Total: any bytes.
class Decoder {
public:
    virtual ~Decoder() = default;
    /// One event of a stream. The Failure is what the server reports in it, or that it cannot be read.
    virtual Attempt<void> event(const net::SseMessage& message) = 0;
    /// An answer that came in one piece although a stream was asked for.
    virtual Attempt<void> whole(std::string_view body) = 0;

    std::string text, reasoning, model;
    std::optional<Sample::End> end; // why the text ended; without it the answer is cut
    bool done = false;              // nothing more will come
    std::optional<Usage> usage;
};

class Dialect {
public:
    virtual ~Dialect() = default;
    virtual std::string_view path() const = 0;
    virtual std::string body(const Question& question) const = 0;
    virtual std::unique_ptr<Decoder> decoder() const = 0;
    /// Parts of a request that a server may not know and that can be left out or written otherwise.
    virtual std::span<const std::string_view> optional_parts() const = 0;
};
std::unique_ptr<Dialect> openai_dialect();
std::unique_ptr<Dialect> anthropic_dialect();

/// Stop words of request and profile, without doubles and blanks, at most `most`.
std::vector<std::string> stop_words(const Question& question, std::size_t most);
/// The turns with the system prompts apart (joined), empty ones dropped, neighbours of one role joined.
struct Turns {
    std::string system;
    std::vector<Message> rest; // starts with the user's
};
Turns turns_of(const Question& question);
/// The text of a message's content: a string, or a list of parts.
std::string content_text(const boost::json::value* content);
Failure garbage(std::string what);
/// An error that came inside an answer with status 200.
Failure reported(std::string_view body);

} // namespace rustcoder::model
