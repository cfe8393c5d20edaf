// The model of the client (sampling/createMessage, revisions up to 2025-11-25): questions go out beside the request
// that needs them, answers come in as messages of their own. Thread-safe.
#pragma once

#include "model/sampling.h"
#include "server/mcp.h"

#include <condition_variable>
#include <optional>

namespace rustcoder::server {

class ClientModel : public std::enable_shared_from_this<ClientModel> {
public:
    /// What the client sent as the answer to one of our questions; false: none of ours.
    bool answered(const Message& response);
    /// A model for work that belongs to the request answered through `reply`.
    std::shared_ptr<model::ChatModel> model_for(std::weak_ptr<McpReply> reply);
    /// The client is gone: what is asked now or later fails.
    void close();

private:
    struct Pending {
        std::optional<Message> response;
    };
    Result<model::SamplingAnswer> ask(const std::weak_ptr<McpReply>& reply, const model::SamplingQuestion& question,
                                      const std::stop_token& stop);
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, Pending> pending_; // by id
    std::uint64_t next_ = 1;
    bool closed_ = false;
};

} // namespace rustcoder::server
