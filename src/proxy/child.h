// An MCP server as a child process: one JSON-RPC message a line on its standard streams. The user's own program, so no
// sandbox; but a process group of its own that ends as a whole, and only the environment that it is given.
#pragma once

#include "proxy/upstream.h"

#include <chrono>

namespace rustcoder::proxy {

struct ChildOptions {
    std::vector<std::string> argv; // the program: a path, or a name that PATH finds
    std::vector<std::string> env;  // complete, "K=V"
    std::string cwd;               // empty: ours
    std::size_t longest_message = 32u << 20;
    std::size_t most_waiting = 64u << 20;       // bytes that the child has not read yet
    std::chrono::milliseconds end_grace{1'000}; // from the end of its input to SIGTERM, and from there to SIGKILL
};

/// What a child gets when nobody asks for more: where programs, home, language and scratch are.
std::vector<std::string> clean_environment();
/// Ours, whole.
std::vector<std::string> inherited_environment();
/// Sets or replaces. False: `assignment` is not K=V.
bool set_variable(std::vector<std::string>& env, const std::string& assignment);

/// Errors: not_found (no such program; says where it was looked for), io.
Result<std::shared_ptr<Upstream>> start_child(const ChildOptions& options, Upstream::Events events);

} // namespace rustcoder::proxy
