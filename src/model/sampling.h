// The model of the program that called us (MCP sampling): no key, no server of our own. The MCP side supplies the call.
#pragma once

#include "model/chat.h"

namespace rustcoder::model {

struct SamplingQuestion {
    std::string system;
    std::vector<Message> messages; // starts with the user's
    int max_tokens = 0;
    double temperature = 0;
    std::vector<std::string> stop;
};
struct SamplingAnswer {
    std::string text, model;
    std::string stop_reason; // "endTurn", "stopSequence", "maxTokens", or what the host says
};
/// Asks the host. Must come back soon after the token fires; may be called by several threads. People may have to agree
/// to each question, so it is never repeated.
using SamplingCall = std::function<Result<SamplingAnswer>(const SamplingQuestion&, std::stop_token)>;

/// `total`: for all samples of one question together; they are asked for one after the other.
std::unique_ptr<ChatModel> make_sampling_model(SamplingCall call, Profile profile,
                                               milliseconds total = milliseconds(300'000));

} // namespace rustcoder::model
