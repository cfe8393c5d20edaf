// What the faces can ask for. The real one forwards to rustcoder::agent; tests bring a fake. Thread-safe.
#pragma once

#include "agent/agent.h"
#include "agent/generate.h"
#include "agent/knowledge_background.h"
#include "agent/knowledge_lessons.h"
#include "agent/learning.h"

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
    virtual Result<agent::GenerateAnswer> generate(const agent::GenerateRequest& request, std::stop_token stop,
                                                   const std::function<void(const repair::Event&)>& on_event);
    /// May start a process the first time: not for the I/O thread.
    virtual std::vector<ReadyCheck> ready() = 0;

    /// Null: there is none. Its calls may take milliseconds, the first one more: not for the I/O thread.
    virtual agent::Knowledge* knowledge() { return nullptr; }
    /// How `before` was repaired, verified by the compiler: as expensive as a fix.
    virtual Result<agent::LearnedFix> learn(const project::Project& before, const project::Project& after,
                                            std::string_view source, std::stop_token stop);
    virtual Result<agent::Explanation> explain(std::string_view about, std::size_t limit, std::stop_token stop);
    /// Seeding and vectors, beside everything else; begins with the first call of either.
    virtual void start_background() {}
    virtual void knowledge_added() {}
    virtual agent::KnowledgeBackground::State background() { return {}; }
    /// Ends what runs in the background. Idempotent.
    virtual void shutdown() {}
};

/// Called at most once successfully, on the first request that needs it; a failure is told and tried again next time.
using EnvironmentProvider = std::function<Result<agent::Environment>()>;
/// Which knowledge base, and whether it is seeded on the first start.
struct KnowledgeSetup {
    std::shared_ptr<agent::Knowledge> knowledge; // none = off
    bool seed = true;
};
std::shared_ptr<UseCases> make_use_cases(EnvironmentProvider provider, KnowledgeSetup setup = {});

} // namespace rustcoder::server
