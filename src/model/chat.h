// Language models as values in, values out. Whatever a server does - silence, garbage, endless text, a lie about its
// limits - ends within the timeouts as text or as an error; what the text is worth is for the compiler to say.
#pragma once

#include "model/endpoint.h"
#include "model/profile.h"
#include "model/tokens.h"

#include <memory>

namespace rustcoder::model {

enum class Role { system, user, assistant };
const char* name(Role role);

struct Message {
    Role role = Role::user;
    std::string text;
};

struct ChatRequest {
    std::vector<Message> messages;
    int samples = 1;                   // independent answers, asked for in parallel
    int max_tokens = 0;                // of one answer; 0 = the profile's
    std::optional<double> temperature; // else the profile's, by sample
    std::vector<std::string> stop;     // beside the profile's
    std::optional<std::int64_t> seed;  // sample i gets seed + i
    std::shared_ptr<TokenBudget> budget;
};

struct Sample {
    std::string text;      // without what the model thought aloud
    std::string reasoning; // that
    enum class End {
        complete,
        length,    // the token limit cut it
        filtered,  // the provider kept it back
        tool_call, // it called a tool that nobody offered
        babble     // it fell into a loop, or wrote far more than allowed, and was cut off
    } end = End::complete;
};
const char* name(Sample::End end);

struct Usage {
    std::int64_t prompt = 0, completion = 0; // tokens
    std::int64_t cached = 0, reasoning = 0;  // parts of the two, where the server says so
    bool estimated = false;                  // the server did not count, so we did
    void add(const Usage& other);
};

struct ChatReply {
    std::vector<Sample> samples; // at least one, in the order of the samples asked for
    std::vector<Error> failures; // of samples that could not be had
    std::string model;           // as the server names it
    Usage usage;
    double cost = 0;  // by the profile's prices
    int requests = 0; // HTTP requests made, retries included
    milliseconds first_token{0}, wall{0};
};

/// Text as it comes, for people who watch. Not yet cleaned of reasoning.
struct Delta {
    int sample = 0;
    std::string_view text;
    bool restarted = false; // the attempt failed: forget what came of this sample so far
};
using OnDelta = std::function<void(const Delta&)>; // never called by two threads at once

/// Thread-safe.
class ChatModel {
public:
    virtual ~ChatModel() = default;
    /// The model and where it is asked; for people and provenance.
    virtual const std::string& name() const = 0;
    virtual const Profile& profile() const = 0;
    /// False: chat() can only fail (no model is configured).
    virtual bool available() const { return true; }
    /// Errors (when no sample could be had): those of the server; limit (the prompt does not fit, the budget is used
    /// up); timeout, saying which phase; cancelled.
    virtual Result<ChatReply> chat(const ChatRequest& request, std::stop_token stop = {},
                                   const OnDelta& on_delta = {}) = 0;
};

struct ChatTimeouts { // zero = none
    milliseconds connect{5'000};
    milliseconds first_token{120'000}; // from the request to the first word; a cold local model loads meanwhile
    milliseconds between_tokens{30'000};
    milliseconds total{300'000}; // all attempts together
};

enum class Api { openai, anthropic };

struct ChatOptions {
    Endpoint endpoint;
    Api api = Api::openai;
    std::string model;
    Profile profile;
    ChatTimeouts timeouts;
    RetryPolicy retry;
    BreakerOptions breaker;
    net::ClientOptions client;
    int parallel = 4; // requests at once for one call with several samples
};

std::unique_ptr<ChatModel> make_chat_model(ChatOptions options);
/// "none": every question is answered by the error `why`.
std::unique_ptr<ChatModel> make_no_model(Error why);

/// LLM_API_BASE, LLM_API_KEY, LLM_MODEL of the known Rust Coder; beside them LLM_API (openai, anthropic, none; else by
/// the address), LLM_PROFILE (else by the model's name), LLM_CONTEXT (tokens), LLM_PROXY, LLM_TIMEOUT (seconds for one
/// question). Without LLM_API_BASE (and LLM_API other than anthropic) there is no model: nothing is ever sent to a
/// server that the user did not name. Errors: invalid_input.
Result<std::unique_ptr<ChatModel>> chat_from(const std::function<std::string(const char*)>& environment,
                                             const Profiles& profiles);

} // namespace rustcoder::model
