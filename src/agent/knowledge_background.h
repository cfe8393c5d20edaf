// Seeds the knowledge base and computes missing vectors beside whatever else a server does. Thread-safe.
#pragma once

#include "agent/agent.h"
#include "agent/knowledge.h"

#include <condition_variable>
#include <thread>

namespace rustcoder::agent {

class KnowledgeBackground {
public:
    struct Options {
        bool seed = true;                      // on the first start; false: only vectors
        std::chrono::milliseconds settle{500}; // after start and after each addition, before vectors are computed
    };
    struct State {
        enum class Phase { waiting, seeding, embedding, idle, failed, stopped } phase = Phase::waiting;
        knowledge::Progress progress; // of seeding
        std::size_t embedded = 0, to_embed = 0;
        std::string detail; // the failure, or what was not done and why
        bool busy() const { return phase == Phase::seeding || phase == Phase::embedding; }
        /// "seeding: rustc --explain, 120 of 512", "idle", ...
        std::string text() const;
    };
    static const char* name(State::Phase phase);

    KnowledgeBackground(std::shared_ptr<Knowledge> knowledge, std::function<Result<Environment>()> environment,
                        Options options);
    ~KnowledgeBackground(); // stops

    /// Starts the thread, once. Does nothing when the knowledge base is off.
    void start();
    /// Something was added: its vectors are wanted.
    void added();
    State state() const;
    /// Cancels what runs and joins. Idempotent.
    void stop();

private:
    void work(std::stop_token stop);
    void seed(std::stop_token stop);
    void embed(std::stop_token stop);
    void set(State::Phase phase, std::string detail = {});

    const std::shared_ptr<Knowledge> knowledge_;
    const std::function<Result<Environment>()> environment_;
    const Options options_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    State state_;
    bool wanted_ = true; // vectors
    std::jthread thread_;
};

} // namespace rustcoder::agent
