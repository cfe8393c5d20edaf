// JSON-RPC batches of revision 2025-03-26. Private.
#pragma once

#include "mcp/conversation.h"

namespace rustcoder::mcp {

/// Handles the messages; `done` is called once with all responses, none when nothing is to be answered. `aside` gets
/// what is said meanwhile, nullptr = nobody.
void handle_batch(Conversation& conversation, json::array batch, std::shared_ptr<Sink> aside,
                  std::function<void(json::array)> done);

} // namespace rustcoder::mcp
