// MCP over Streamable HTTP at /mcp: sessions of the legacy revisions, and stateless requests of 2026-07-28. Private.
#pragma once

#include "server/face.h"
#include "server/mcp.h"

#include <unordered_map>

namespace rustcoder::server {

class McpSession;

/// Thread-safe.
class McpHub {
public:
    explicit McpHub(App& app);
    ~McpHub();
    void post(const std::shared_ptr<Call>& call);
    void get(const std::shared_ptr<Call>& call);
    void remove(const std::shared_ptr<Call>& call);
    std::size_t sessions() const;
    /// Ends the streams that only listen, so that a drain need not wait for them.
    void close_idle_streams();

private:
    std::shared_ptr<McpSession> find(const std::shared_ptr<Call>& call); // answers 400/404 itself
    void initialize(const std::shared_ptr<Call>& call, const Message& message);
    void stateless(const std::shared_ptr<Call>& call, const Message& message);
    void batch(const std::shared_ptr<Call>& call, const base::json::array& items);
    void sweep();

    App& app_;
    McpServices services_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<McpSession>> sessions_;
    bool sweeping_ = false;
};

} // namespace rustcoder::server
