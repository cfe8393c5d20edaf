// A language model as one more source of candidates: asked beside the search, heard when the search gets nowhere
// without it, judged like every other source.
#pragma once

#include "model/chat.h"
#include "repair/engine.h"

#include <condition_variable>
#include <thread>

namespace rustcoder::agent {

/// What goes into the prompt beside errors and source.
struct ModelNotes {
    std::string lessons, fixes, api;
};

struct ModelSourceOptions {
    int samples = 3;
    int rounds = 2; // questions: the second one says why nothing of the first answers was of use
    /// The engine has so long alone, or four times what it took to get to the first errors (a slow machine, a large
    /// project); what it repairs meanwhile costs no tokens. wait() ends it. Zero: none.
    std::chrono::milliseconds head_start{1'500};
    std::string task; // what the user says the program is for
    /// Called once a question, on the asking thread.
    std::function<ModelNotes(const project::Project&, std::span<const toolchain::Diagnostic>)> notes;
    std::function<void()> on_wait; // the search has nothing left to do but to wait; on its thread
    std::shared_ptr<model::TokenBudget> budget;
};

/// Thread-safe. For one repair of one project: the first proposal starts the question (about the state that it is asked
/// for); once wait() has said that there are answers, proposals hand them out, fitted to whatever state they are asked
/// for. The destructor stops a question that is under way.
class ModelSource final : public repair::CandidateSource {
public:
    ModelSource(std::shared_ptr<model::ChatModel> model, ModelSourceOptions options);
    ~ModelSource() override;
    std::string_view name() const override { return "model"; }
    void propose(const repair::RuleContext& context, repair::Proposals& out) const override;

    /// Until the answers are there, the question failed, the time is over or the token fires. True, once a question: at
    /// least one answer holds a change. When all of the first were turned down, the second question is asked.
    bool wait(std::chrono::milliseconds time, const std::stop_token& stop) const override;

    void turned_down(const repair::Candidate& candidate, std::string_view why) const override;

    struct Report {
        bool asked = false, useful = false; // an answer holds a change that fits
        bool sent = false;                  // a question went out
        bool heard = false;                 // the search has taken the answers up
        std::string model;
        std::vector<std::string> answers; // of the last round
        std::vector<std::string> refused; // why blocks of the answers did not fit: "file: reason"
        std::optional<Error> failure;     // why there is no answer
        model::Usage usage;
        double cost = 0;
        int requests = 0;
        std::chrono::milliseconds wall{};
    };
    Report report() const;

private:
    void ask(const std::stop_token& stop, std::string refused) const;
    bool ask_again() const;
    bool ask_once(const std::string& refused, const std::stop_token& stop) const;
    std::vector<repair::Candidate> candidates(const project::Project& project) const;

    const std::shared_ptr<model::ChatModel> model_;
    const ModelSourceOptions options_;
    const std::chrono::steady_clock::time_point made_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_; // of everything below
    mutable std::chrono::milliseconds head_start_{};
    mutable std::condition_variable_any changed_;
    mutable bool hurry_ = false, finished_ = false;
    mutable bool given_ = false; // what the last question brought was told to the search
    mutable int questions_ = 0;
    mutable std::vector<std::string> verdicts_; // on what was tried
    mutable project::Project asked_about_;
    mutable std::vector<toolchain::Diagnostic> errors_;
    mutable Report report_;
    mutable std::optional<project::Project> fitted_to_; // the state that `fitted_` is for
    mutable std::vector<repair::Candidate> fitted_;
    mutable std::jthread thread_; // last: ends before what it uses
};

} // namespace rustcoder::agent
