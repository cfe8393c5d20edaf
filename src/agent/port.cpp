#include "agent/port.h"

#include "agent/deadline.h"
#include "agent/evidence_parts.h"
#include "agent/judge.h"
#include "agent/learning.h"
#include "agent/port_original.h"
#include "repair/examples.h"
#include "repair/naturalness.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace {

using repair::Event;
using Verdict = PortCase::Verdict;

constexpr std::size_t most_cases = 64;

struct State {
    project::Project project;
    Judgement judged;
};

class Porting {
public:
    Porting(const Environment& environment, const PortRequest& request, std::stop_token stop,
            const std::function<void(const Event&)>& on_event)
        : environment_(environment), request_(request), outer_(stop), on_event_(on_event),
          deadline_(request.deadline, std::move(stop)), begin_(Deadline::Clock::now()) {}

    Result<PortAnswer> run() {
        if (!environment_.chat || !environment_.chat->available())
            return fail(Errc::unavailable, "a port needs a language model, and none is configured", "LLM_API_BASE",
                        "set LLM_API_BASE, for example to http://localhost:8080/v1, and LLM_MODEL");
        if (request_.cases.size() > most_cases)
            return fail(Errc::limit, fmt::format("there are more than {} cases", most_cases), "cases");
        RC_TRY_ASSIGN(const auto language, language_of(request_.sources));
        answer_.language = name(language);
        answer_.model.model = environment_.chat->name();
        crates_ = available_crates(environment_);
        tell("asking " + environment_.chat->name() + " for a plan");
        RC_TRY_ASSIGN(auto asked, ask_port_plan(*environment_.chat, answer_.language, source_text(request_.sources),
                                                crates_, deadline_.token()));
        answer_.model += asked.costs;
        answer_.plan = std::move(asked.plan);
        if (request_.plan_only) {
            answer_.message =
                answer_.plan.empty() ? "the model's answer holds no plan" : "the plan; nothing was written";
            answer_.success = !answer_.plan.empty();
            return finish();
        }
        RC_TRY(observe(language));
        RC_TRY(write());
        return finish();
    }

private:
    void tell(std::string message) const {
        if (on_event_)
            on_event_({.kind = Event::Kind::trying, .message = std::move(message)});
    }

    /// What the original does with each case becomes what the port must do.
    Status observe(Language language) {
        cases_ = request_.cases.empty() ? std::vector<repair::Example>(1) : request_.cases;
        answer_.cases.resize(cases_.size());
        auto original = Original::prepare(request_.sources, language, environment_.sandbox, deadline_.token());
        if (!original && (original.error().code == Errc::cancelled || original.error().code == Errc::denied))
            return std::unexpected(std::move(original).error());
        if (original)
            answer_.original = original->how();
        for (std::size_t i = 0; i < cases_.size(); ++i) {
            auto& example = cases_[i];
            auto& told = answer_.cases[i];
            told.input = repair::describe(example);
            const bool given = example.expected_stdout || example.expected_code;
            if (!original) {
                if (!given)
                    told.what = original.error().message;
            } else {
                tell("running the original: " + told.input);
                RC_TRY_ASSIGN(auto exit, original->run(example, deadline_.token()));
                if (exit.ended == process::Ended::cancelled)
                    return fail(Errc::cancelled, "stopped while the original ran");
                if (exit.ended != process::Ended::exited || exit.out_truncated) {
                    if (!given)
                        told.what = "the original: " + exit.describe();
                } else {
                    example.expected_stdout = std::move(exit.out);
                    example.expected_code = exit.code;
                }
            }
            if (example.expected_stdout || example.expected_code) {
                comparable_.push_back(example);
                index_.push_back(i);
            }
        }
        return {};
    }

    WriteInput input() const {
        WriteInput in;
        in.description =
            fmt::format("Port this {} program to Rust. The port must print the same, byte for byte, and end "
                        "with the same exit code, for every input.",
                        answer_.language);
        if (!answer_.plan.empty())
            in.requirements = "Follow this plan where it helps:\n" + answer_.plan.text();
        in.material = source_text(request_.sources);
        in.package = request_.package;
        in.edition = "2021";
        in.examples = comparable_;
        in.crates = crates_;
        return in;
    }

    Status write() {
        toolchain::WorkspaceOptions options;
        options.cache_dir = environment_.cache_dir;
        RC_TRY_ASSIGN(workspace_, toolchain::Workspace::open(environment_.toolchain, environment_.sandbox, options));
        const auto in = input();
        tell("asking " + environment_.chat->name() + " for the program");
        auto written = write_project(*environment_.chat, in, deadline_.token());
        for (int round = 1; written; ++round) {
            answer_.model += written->costs;
            auto considered = consider(std::move(written->project));
            if (!considered)
                return time_is_over(considered.error()) ? Status{} : considered;
            if (best_->judged.right() || round == request_.rounds)
                return {};
            tell("asking again: " + last_->judged.words().substr(0, 100));
            Failure failure{.errors = last_->judged.report.diagnostics, .words = last_->judged.words()};
            std::erase_if(failure.errors, [](const toolchain::Diagnostic& d) { return !d.is_error(); });
            written = revise_project(*environment_.chat, in, last_->project, failure, deadline_.token());
        }
        if (!best_ && !time_is_over(written.error()))
            return std::unexpected(std::move(written).error());
        answer_.model.failure = written.error().text();
        return outer_.stop_requested() && !best_ ? Status(std::unexpected(std::move(written).error())) : Status{};
    }
    bool time_is_over(const Error& error) const { return error.code == Errc::cancelled && !outer_.stop_requested(); }

    Status consider(project::Project project) {
        tell("compiling and comparing");
        State state{std::move(project), {}};
        RC_TRY_ASSIGN(state.judged, judge(*workspace_, state.project, comparable_, deadline_.token()));
        if (!state.judged.builds)
            RC_TRY(
                repair_and_judge(environment_, *workspace_, state.project, state.judged, comparable_, {}, deadline_));
        answer_.attempts.push_back(
            {state.judged.right(), state.judged.right() ? std::string("Build successful") : state.judged.words()});
        last_ = state;
        if (!best_ || state.judged.rank() > best_->judged.rank())
            best_ = std::move(state);
        return {};
    }

    Result<PortAnswer> finish() {
        if (best_) {
            answer_.project = best_->project;
            answer_.report = best_->judged.report;
            report_cases(best_->judged);
        }
        if (!request_.plan_only)
            conclude();
        answer_.wall = std::chrono::duration_cast<std::chrono::milliseconds>(Deadline::Clock::now() - begin_);
        answer_.evidence_json = evidence();
        return std::move(answer_);
    }

    void report_cases(const Judgement& judged) {
        for (std::size_t k = 0; k < index_.size(); ++k) {
            auto& told = answer_.cases[index_[k]];
            if (k >= judged.examples.size()) {
                told.what = "the port does not get as far: " + judged.words().substr(0, 200);
            } else {
                told.verdict = judged.examples[k].passed ? Verdict::equal : Verdict::different;
                told.what = judged.examples[k].what;
            }
        }
    }

    void conclude() {
        const auto count = [&](Verdict v) {
            return std::ranges::count_if(answer_.cases, [&](const PortCase& c) { return c.verdict == v; });
        };
        const auto equal = count(Verdict::equal), different = count(Verdict::different),
                   other = count(Verdict::not_comparable);
        const bool builds = best_ && best_->judged.builds && best_->judged.tests_pass;
        answer_.success = builds && equal > 0 && different == 0 && best_->judged.right();
        const auto cases = fmt::format("{} equal, {} different, {} not comparable", equal, different, other);
        if (!best_)
            answer_.message = "no project came of it: " +
                              (answer_.model.failure.empty() ? std::string("time was over") : answer_.model.failure);
        else if (!best_->judged.builds)
            answer_.message = fmt::format("the port does not compile yet: {} errors", best_->judged.report.errors());
        else if (!best_->judged.tests_pass)
            answer_.message = "the port builds, but tests in it fail";
        else if (answer_.success)
            answer_.message = fmt::format("the port builds and behaves like the original ({})", cases);
        else if (different > 0)
            answer_.message = fmt::format("the port builds, but behaves differently ({})", cases);
        else
            answer_.message =
                fmt::format("the port builds, but nothing could be compared ({}): give cases with what the "
                            "original prints (--examples)",
                            cases);
    }

    std::string evidence() const {
        using base::json::array;
        using base::json::object;
        auto out = evidence_head(environment_,
                                 request_.plan_only ? "planned"
                                 : answer_.success  ? "ported"
                                                    : "not_ported",
                                 answer_.message);
        array cases, attempts;
        for (const auto& c : answer_.cases)
            cases.push_back(object{{"input", c.input}, {"verdict", name(c.verdict)}, {"what", c.what}});
        for (const auto& a : answer_.attempts)
            attempts.push_back(object{{"success", a.success}, {"output", a.output}});
        out["language"] = answer_.language;
        out["original"] = answer_.original;
        out["original_sha256"] = request_.sources.content_hash();
        out["plan"] = answer_.plan.text();
        out["cases"] = std::move(cases);
        out["attempts"] = std::move(attempts);
        out["model"] = evidence_model(answer_.model);
        if (!answer_.project.empty())
            out["result_sha256"] = answer_.project.content_hash();
        out["wall_ms"] = answer_.wall.count();
        return base::dump_pretty(out);
    }

    const Environment& environment_;
    const PortRequest& request_;
    const std::stop_token outer_;
    const std::function<void(const Event&)>& on_event_;
    Deadline deadline_;
    const Deadline::Clock::time_point begin_;
    std::vector<AvailableCrate> crates_;
    std::vector<repair::Example> cases_, comparable_; // comparable_[k] is case index_[k], with what is expected of it
    std::vector<std::size_t> index_;
    std::unique_ptr<toolchain::Workspace> workspace_;
    std::optional<State> best_, last_;
    PortAnswer answer_;
};

} // namespace

const char* name(PortCase::Verdict verdict) {
    return verdict == Verdict::equal ? "equal" : verdict == Verdict::different ? "different" : "not comparable";
}

Result<PortAnswer> port(const Environment& environment, const PortRequest& request, std::stop_token stop,
                        const std::function<void(const repair::Event&)>& on_event) {
    return Porting(environment, request, std::move(stop), on_event).run();
}

} // namespace rustcoder::agent
