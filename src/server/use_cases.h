// What the faces can ask for. The real one forwards to rustcoder::agent; tests bring a fake. Thread-safe.
#pragma once

#include "agent/agent.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace rustcoder::server {

struct ReadyCheck {
    std::string name; // "toolchain", "sandbox", "disk", "queue"
    bool ok = false;
    std::string detail;
};

class UseCases {
public:
    virtual ~UseCases() = default;
    virtual Result<agent::CompileAnswer> compile(const agent::CompileRequest& request, std::stop_token stop) = 0;
    virtual Result<agent::FixAnswer> fix(const agent::FixRequest& request, std::stop_token stop,
                                         const std::function<void(const repair::Event&)>& on_event) = 0;
    /// May start a process the first time: not for the I/O thread.
    virtual std::vector<ReadyCheck> ready() = 0;
};

/// Called at most once successfully, on the first request that needs it; a failure is told and tried again next time.
using EnvironmentProvider = std::function<Result<agent::Environment>()>;
std::shared_ptr<UseCases> make_use_cases(EnvironmentProvider provider);

} // namespace rustcoder::server
