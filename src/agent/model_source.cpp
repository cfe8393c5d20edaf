#include "agent/model_source.h"

#include "agent/model_objection.h"
#include "base/text.h"
#include "model/edit_blocks.h"
#include "model/prompt.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view rule_name = "model";

/// At most so many bytes, in whole characters.
std::string beginning(std::string_view text, std::size_t bytes) {
    text = text.substr(0, bytes);
    for (int i = 0; i < 4 && !base::valid_utf8(text) && !text.empty(); ++i)
        text.remove_suffix(1);
    return std::string(text);
}

/// A single answer is a coin; answers that agree are worth more.
double prior_of(int votes) {
    return std::min(0.8, 0.45 + 0.15 * (votes - 1));
}

} // namespace

ModelSource::ModelSource(std::shared_ptr<model::ChatModel> model, ModelSourceOptions options)
    : model_(std::move(model)), options_(std::move(options)) {}

ModelSource::~ModelSource() {
    std::jthread thread;
    {
        const std::lock_guard lock(mutex_);
        thread = std::move(thread_);
    }
    thread.request_stop(); // and joins
}

void ModelSource::propose(const repair::RuleContext& context, repair::Proposals& out) const {
    std::unique_lock lock(mutex_);
    if (!report_.asked) {
        report_.asked = true;
        head_start_ = options_.head_start;
        if (head_start_.count() > 0)
            head_start_ = std::max(head_start_, 4 * std::chrono::duration_cast<milliseconds>(Clock::now() - made_));
        report_.model = model_->name();
        asked_about_ = context.project();
        errors_.assign(context.all.begin(), context.all.end());
        // The error that is answered first is what the model should look at first.
        const auto first = std::find_if(errors_.begin(), errors_.end(), [&](const toolchain::Diagnostic& d) {
            return d.fingerprint() == context.diagnostic.fingerprint();
        });
        if (first != errors_.end())
            std::rotate(errors_.begin(), first, std::next(first));
        thread_ = std::jthread([this](const std::stop_token& stop) { ask(stop, {}); });
        return;
    }
    if (!report_.heard)
        return;
    if (!fitted_to_ || !(*fitted_to_ == context.project())) {
        fitted_ = candidates(context.project());
        fitted_to_ = context.project();
    }
    for (const auto& candidate : fitted_)
        out.add(candidate);
}

/// The answers repeat the text that they replace, so they can be fitted to any state that still holds it.
std::vector<repair::Candidate> ModelSource::candidates(const project::Project& project) const {
    std::vector<repair::Candidate> out;
    std::vector<int> votes;
    for (std::size_t i = 0; i < report_.answers.size(); ++i) {
        auto patch = model::read_edits(report_.answers[i], project).patch;
        if (patch.empty() || !patch.normalise())
            continue;
        if (const auto changed = project::apply(project, patch); !changed || !objection_to(project, *changed).empty())
            continue;
        const auto same = std::find_if(out.begin(), out.end(),
                                       [&](const repair::Candidate& c) { return c.patch.hash() == patch.hash(); });
        if (same != out.end()) {
            same->prior = prior_of(++votes[static_cast<std::size_t>(same - out.begin())]);
            continue;
        }
        repair::Candidate candidate;
        candidate.patch = std::move(patch);
        candidate.rule = rule_name;
        candidate.why =
            fmt::format("The language model {} proposed this change; the compiler accepts it.", report_.model);
        candidate.risk = repair::Risk::behaviour; // nobody can say what it thought of
        candidate.prior = prior_of(1);
        candidate.late = true;
        candidate.origin = fmt::format("model:{}#{}", report_.model, i + 1);
        out.push_back(std::move(candidate));
        votes.push_back(1);
    }
    return out;
}

void ModelSource::ask(const std::stop_token& stop, std::string refused) const {
    {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, head_start_, [&] { return hurry_; });
    }
    while (!stop.stop_requested()) {
        const bool useful = ask_once(refused, stop);
        const std::lock_guard lock(mutex_);
        report_.useful = useful;
        if (useful || report_.failure || report_.refused.empty() || questions_ >= options_.rounds)
            break;
        refused.clear();
        for (const auto& reason : report_.refused)
            refused += "- " + reason + "\n";
    }
    const std::lock_guard lock(mutex_);
    if (stop.stop_requested() && report_.answers.empty() && !report_.failure)
        report_.failure = Error{Errc::cancelled, "the model was not asked any more", {}, {}};
    finished_ = true;
    changed_.notify_all();
}

/// Under the mutex. False: there is nothing to say that it does not know.
bool ModelSource::ask_again() const {
    if (!report_.heard || !finished_ || verdicts_.empty() || questions_ >= options_.rounds)
        return false;
    std::string refused;
    for (const auto& verdict : verdicts_)
        refused += verdict;
    verdicts_.clear();
    finished_ = given_ = false;
    fitted_to_.reset();
    thread_ = std::jthread( // the one before has ended
        [this, refused = std::move(refused)](const std::stop_token& stop) { ask(stop, refused); });
    return true;
}

void ModelSource::turned_down(const repair::Candidate& candidate, std::string_view why) const {
    constexpr std::size_t most = 4, bytes = 1'500;
    if (candidate.rule != rule_name)
        return;
    std::string change;
    for (const auto& edit : candidate.patch.edits)
        change += beginning(edit.text, 200) + "\n";
    const std::lock_guard lock(mutex_);
    if (verdicts_.size() < most)
        verdicts_.push_back(fmt::format("You wrote:\n{}and this came of it:\n{}\n", change, beginning(why, bytes)));
}

/// True when an answer holds a change that fits the state that was asked about.
bool ModelSource::ask_once(const std::string& refused, const std::stop_token& stop) const {
    const auto begin = Clock::now(); // asked_about_ and errors_ do not change any more
    {
        const std::lock_guard lock(mutex_);
        ++questions_;
    }
    model::PromptInput input{.project = asked_about_, .errors = errors_, .task = options_.task, .refused = refused};
    if (options_.notes) {
        auto notes = options_.notes(asked_about_, errors_);
        input.lessons = std::move(notes.lessons);
        input.fixes = std::move(notes.fixes);
        input.api = std::move(notes.api);
    }
    auto prompt = model::assemble_prompt(input, model_->profile());
    if (prompt) {
        const std::lock_guard lock(mutex_);
        report_.sent = true;
    }
    Result<model::ChatReply> reply =
        prompt ? model_->chat(
                     {.messages = std::move(prompt->messages), .samples = options_.samples, .budget = options_.budget},
                     stop)
               : std::unexpected(prompt.error());
    std::vector<std::string> answers, reasons;
    bool useful = false;
    if (reply)
        for (auto& sample : reply->samples) {
            const auto edits = model::read_edits(sample.text, asked_about_);
            const auto changed = project::apply(asked_about_, edits.patch);
            const auto objection = changed ? objection_to(asked_about_, *changed) : std::string();
            useful = useful || (!edits.patch.empty() && changed && objection.empty());
            if (!objection.empty())
                reasons.push_back(objection);
            for (const auto& r : edits.refused)
                reasons.push_back(fmt::format("{}: {}", r.path.empty() ? "a block" : r.path, r.reason));
            answers.push_back(std::move(sample.text));
        }
    std::sort(reasons.begin(), reasons.end());
    reasons.erase(std::unique(reasons.begin(), reasons.end()), reasons.end());
    const std::lock_guard lock(mutex_);
    report_.wall += std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    if (!reply) {
        if (report_.answers.empty()) // a second question that fails does not take the first answers away
            report_.failure = std::move(reply).error();
        return false;
    }
    report_.usage.add(reply->usage);
    report_.cost += reply->cost;
    report_.requests += reply->requests;
    report_.answers = std::move(answers);
    report_.refused = std::move(reasons);
    return useful;
}

bool ModelSource::wait(milliseconds time, const std::stop_token& stop) const {
    std::unique_lock lock(mutex_);
    if (!report_.asked || (given_ && (time.count() <= 0 || !ask_again())))
        return false;
    hurry_ = true;
    changed_.notify_all();
    if (!finished_ && time.count() > 0) {
        if (options_.on_wait) {
            lock.unlock();
            options_.on_wait();
            lock.lock();
        }
        changed_.wait_for(lock, stop, time, [&] { return finished_; });
    }
    if (!finished_)
        return false;
    given_ = true;
    report_.heard = report_.heard || report_.useful;
    return report_.useful;
}

ModelSource::Report ModelSource::report() const {
    const std::lock_guard lock(mutex_);
    return report_;
}

} // namespace rustcoder::agent
