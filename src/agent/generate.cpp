#include "agent/generate.h"

#include "agent/deadline.h"
#include "agent/generate_texts.h"
#include "agent/judge.h"
#include "agent/model_help.h"
#include "agent/model_writer.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace {

using repair::Event;
using scaffold::Match;
using std::chrono::milliseconds;

constexpr std::size_t nearest_shown = 5;
/// With examples or tests the program itself says whether the template was the right one, so that less is asked of the
/// words.
constexpr double least_confidence_judged = 0.25;
constexpr int model_rounds = 3;              // the first answer and two more
constexpr std::size_t most_prose = 1u << 16; // of description and requirements together

Status validate(const Environment& environment, const GenerateRequest& request) {
    if (base::trim(request.description).empty())
        return fail(Errc::invalid_input, "the description is empty", "description",
                    "say in a sentence what the program is to do");
    if (request.description.size() + request.requirements.size() > most_prose)
        return fail(Errc::limit, fmt::format("description and requirements have more than {} bytes", most_prose),
                    "description");
    if (!request.package.empty() && scaffold::package_name(request.package) != request.package) {
        const auto near = scaffold::package_name(request.package);
        return fail(Errc::invalid_input, fmt::format("'{}' cannot be the name of a package", request.package), "name",
                    near.empty() ? "use lower-case letters, digits and -" : fmt::format("'{}' would do", near));
    }
    if (!request.edition.empty() && !base::one_of(request.edition, {"2015", "2018", "2021", "2024"}))
        return fail(Errc::invalid_input, fmt::format("there is no edition '{}'", request.edition), "edition",
                    "use 2021 or 2024");
    for (const auto& [path, content] : request.tests)
        RC_TRY(check_test_path(path));
    if (request.artifact && !request.artifact->target.empty()) {
        const auto installed = installed_targets(environment.toolchain);
        if (std::ranges::find(installed, request.artifact->target) == installed.end())
            return fail(Errc::invalid_input, fmt::format("the toolchain cannot build for {}", request.artifact->target),
                        "target", fmt::format("installed: {}", fmt::join(installed, ", ")));
    }
    return {};
}

/// Sets the caller's tests; they win over files of the same name.
Status add_tests(project::Project& project, const std::map<std::string, std::string>& tests) {
    for (const auto& [path, content] : tests)
        RC_TRY(project.set(path, content));
    return {};
}

bool is_library(const project::Project& project) {
    return !project.contains("src/main.rs") &&
           std::none_of(project.files().begin(), project.files().end(),
                        [](const auto& f) { return f.first.starts_with("src/bin/"); });
}

/// One state that was judged.
struct Made {
    project::Project project;
    Judgement judged;
    std::string origin;
    const Match* match = nullptr; // of the template in it
    scaffold::Choices choices;
    bool by_model = false;
};

class Generation {
public:
    Generation(const Environment& environment, const GenerateRequest& request, std::stop_token stop,
               const std::function<void(const Event&)>& on_event)
        : environment_(with_model_of(environment, request.chat)), request_(request), outer_(stop), on_event_(on_event),
          deadline_(request.deadline, std::move(stop)), begin_(Deadline::Clock::now()) {}

    Result<GenerateAnswer> run() {
        RC_TRY(validate(environment_, request_));
        RC_TRY(choose());
        toolchain::WorkspaceOptions options;
        options.cache_dir = environment_.cache_dir;
        RC_TRY_ASSIGN(workspace_, toolchain::Workspace::open(environment_.toolchain, environment_.sandbox, options));
        auto ended = from_templates();
        if (ended && wants_model())
            ended = with_model();
        // Time that is over is no error: what was reached is the answer.
        if (!ended && (ended.error().code != Errc::cancelled || outer_.stop_requested()))
            return std::unexpected(std::move(ended).error());
        if (outer_.stop_requested() && !right())
            return fail(Errc::cancelled, "the generation was cancelled");
        RC_TRY(finish());
        return std::move(answer_);
    }

private:
    bool judged_by_caller() const { return !request_.examples.empty() || !request_.tests.empty(); }
    bool model_there() const { return environment_.chat && environment_.chat->available(); }
    bool may_go_on() const {
        return static_cast<int>(answer_.attempts.size()) < request_.max_attempts && !deadline_.token().stop_requested();
    }

    void tell(Event::Kind kind, std::string message) const {
        if (on_event_)
            on_event_({.kind = kind,
                       .message = std::move(message),
                       .errors = best_ ? static_cast<int>(best_->judged.report.errors()) : 0,
                       .checks = static_cast<int>(answer_.attempts.size())});
    }

    // --- which template

    Status choose() {
        wishes_ = scaffold::read_request(request_.description, request_.requirements);
        if (!environment_.templates) {
            if (!model_there() || !request_.use_model)
                return fail(Errc::unavailable, "there are neither templates nor a model to write projects with", {},
                            "set RUSTCODER_SHARE to the folder with knowledge/projects, or LLM_API_BASE to a server");
            return {};
        }
        if (!request_.from.empty()) {
            RC_TRY_ASSIGN(auto from, environment_.templates->find(request_.from));
            auto plan = scaffold::plan(*from, wishes_);
            chosen_.matches.push_back({.from = std::move(from), .plan = std::move(plan), .confidence = 1});
        } else if (auto chosen = environment_.templates->choose(wishes_, nearest_shown, deadline_.token())) {
            chosen_ = std::move(*chosen);
        } else if (!model_there() || !request_.use_model || chosen.error().code == Errc::cancelled) {
            return std::unexpected(std::move(chosen).error());
        }
        for (const Match& m : chosen_.matches)
            answer_.nearest.push_back({m.from->name, m.from->title, m.from->summary, m.confidence});
        return {};
    }

    double least() const { return judged_by_caller() ? least_confidence_judged : scaffold::least_confidence; }

    std::string package_for(const Match& match) const {
        return !request_.package.empty()  ? request_.package
               : !wishes_.package.empty() ? wishes_.package
                                          : match.from->name;
    }

    // --- without a model

    Status from_templates() {
        for (const Match& match : chosen_.matches) {
            if (match.confidence < least() || !may_go_on() || right())
                break;
            RC_TRY(try_template(match, match.plan.choices));
        }
        if (!best_ || right() || !best_->judged.tests_pass)
            return {};
        // It builds, and an example does not hold: perhaps a part was left out, or is there, that nobody spoke of.
        const Match& match = *best_->match;
        for (const auto& variant : variants(match)) {
            if (!may_go_on() || right())
                break;
            RC_TRY(try_template(match, variant));
        }
        return {};
    }

    bool right() const { return best_ && best_->judged.right(); }

    /// With each single feature turned over that the request does not speak of.
    static std::vector<scaffold::Choices> variants(const Match& match) {
        std::vector<scaffold::Choices> out;
        for (const auto& feature : match.from->features) {
            const bool spoken_of = std::ranges::any_of(match.plan.coverage, [&](const scaffold::Coverage& c) {
                return c.by == scaffold::Coverage::By::feature && c.name == feature.name;
            });
            if (spoken_of)
                continue;
            auto choices = match.plan.choices;
            if (choices.features.erase(feature.name) == 0)
                choices.features.insert(feature.name);
            out.push_back(std::move(choices));
        }
        return out;
    }

    Status try_template(const Match& match, scaffold::Choices choices) {
        choices.package = package_for(match);
        choices.edition = request_.edition;
        tell(Event::Kind::trying, fmt::format("filling the template {}", match.from->name));
        Made made{.origin = "template:" + match.from->name, .match = &match, .choices = choices};
        RC_TRY_ASSIGN(made.project, scaffold::fill(*match.from, choices));
        RC_TRY(add_tests(made.project, request_.tests));
        return consider(std::move(made));
    }

    /// Judges it, with the engine's help when it does not compile, and keeps it when it is the best so far.
    Status consider(Made made) {
        under_way_ = made.origin;
        tell(Event::Kind::checked, "compiling and testing " + made.origin);
        RC_TRY_ASSIGN(made.judged, judge(*workspace_, made.project, request_.examples, deadline_.token()));
        note_attempt(made.judged);
        if (!made.judged.builds && may_go_on()) {
            RC_TRY_ASSIGN(const bool helped, repair_and_judge(environment_, *workspace_, made.project, made.judged,
                                                              request_.examples, request_.tests, deadline_));
            if (helped)
                note_attempt(made.judged);
        }
        tell(made.judged.right() ? Event::Kind::accepted : Event::Kind::rejected,
             made.judged.right() ? made.origin : made.judged.words());
        last_ = made;
        // What a model changed counts only when it is right: else the template as it is says more.
        if (!best_ || made.judged.rank() > best_->judged.rank() || (made.by_model && made.judged.right()))
            best_ = std::move(made);
        return {};
    }

    void note_attempt(const Judgement& judged) {
        answer_.attempts.push_back({judged.right(), judged.right() ? std::string("Build successful") : judged.words()});
    }

    // --- with a model

    std::vector<std::string> missing() const {
        std::vector<std::string> out;
        if (best_ && best_->match)
            for (const auto& c : best_->match->plan.coverage)
                if (c.wish.required && !c.met())
                    out.push_back(c.wish.text);
        return out;
    }

    bool wants_model() const {
        return request_.use_model && model_there() && may_go_on() && (!right() || !missing().empty());
    }

    WriteInput write_input() const {
        WriteInput input;
        input.description = request_.description;
        input.requirements = request_.requirements;
        input.edition = request_.edition.empty() ? "2021" : request_.edition;
        input.examples = request_.examples;
        input.tests = request_.tests;
        input.crates = available_crates(environment_);
        if (best_ && best_->match && best_->judged.builds) {
            input.base = best_->project;
            input.base_title = best_->match->from->title;
            input.missing = missing();
            input.package = best_->choices.package;
        } else {
            input.package = !request_.package.empty()  ? request_.package
                            : !wishes_.package.empty() ? wishes_.package
                                                       : "generated";
        }
        return input;
    }

    Status with_model() {
        WriteInput input = write_input();
        input.lessons = notes_for(environment_.knowledge.get(), request_.description, deadline_.token());
        const Match* base = input.base.empty() ? nullptr : best_->match;
        const auto choices = base ? best_->choices : scaffold::Choices{.package = input.package};
        const std::string& name = environment_.chat->name();
        tell(Event::Kind::trying, "asking " + name);
        auto written = write_project(*environment_.chat, input, deadline_.token());
        for (int round = 1; written; ++round) {
            answer_.model += written->costs;
            Made made{.project = std::move(written->project),
                      .origin = base ? fmt::format("template:{}+model:{}", base->from->name, name) : "model:" + name,
                      .match = base,
                      .choices = choices,
                      .by_model = true};
            RC_TRY(add_tests(made.project, request_.tests));
            RC_TRY(consider(std::move(made)));
            if (right() && best_->by_model)
                return {};
            if (round == model_rounds || !may_go_on())
                return {};
            tell(Event::Kind::trying, fmt::format("asking {} again", name));
            Failure failure{.errors = last_->judged.report.diagnostics, .words = last_->judged.words()};
            std::erase_if(failure.errors, [](const toolchain::Diagnostic& d) { return !d.is_error(); });
            const auto notes = notes_about(environment_.knowledge.get(), last_->project, failure.errors);
            input.lessons = notes.lessons + notes.fixes + notes.api;
            written = revise_project(*environment_.chat, input, last_->project, failure, deadline_.token());
        }
        answer_.model.model = name;
        answer_.model.failure = written.error().text();
        if (written.error().code == Errc::cancelled)
            return std::unexpected(std::move(written).error());
        tell(Event::Kind::rejected, written.error().text());
        return {}; // a model that fails takes nothing away
    }

    // --- the end

    Status finish() {
        const auto time = [&] { return std::chrono::duration_cast<milliseconds>(Deadline::Clock::now() - begin_); };
        if (best_)
            RC_TRY(hand_over());
        answer_.wall = time();
        answer_.message = !best_ && !under_way_.empty()
                              ? fmt::format("Nothing was reached while {} was being built and tested; a test or an "
                                            "example may not come to an end.",
                                            under_way_)
                              : closing_words(answer_, best_ ? &best_->judged : nullptr, model_there());
        if (deadline_.over() && !answer_.success)
            answer_.message =
                fmt::format("The time of {} s is over. {}", request_.deadline.count() / 1000, answer_.message);
        if (!chosen_.note.empty())
            answer_.message += " (" + chosen_.note + ")";
        answer_.evidence_json = evidence(environment_, request_, answer_);
        tell(Event::Kind::done, answer_.message);
        return {};
    }

    Status hand_over() {
        Made& made = *best_;
        answer_.origin = made.origin;
        if (made.match) {
            answer_.confidence = made.match->confidence;
            const auto features = scaffold::closure(*made.match->from, made.choices.features);
            answer_.features.assign(features.begin(), features.end());
            answer_.slots = made.choices.slots;
            answer_.requirements = requirement_reports(made.match->plan);
        }
        if (made.by_model)
            claim();
        answer_.success = made.judged.right();
        if (answer_.success)
            RC_TRY(describe(made));
        answer_.project = made.project;
        answer_.report = std::move(made.judged.report);
        answer_.build_output = answer_.report.ok ? "Build successful" : answer_.report.stderr_text;
        answer_.tests = std::move(made.judged.tests);
        answer_.examples = made.judged.examples;
        if (answer_.success && request_.run && !is_library(made.project)) {
            RC_TRY_ASSIGN(auto run, workspace_->run(made.project, request_.input, outer_));
            answer_.run = std::move(run);
        }
        if (answer_.success && request_.artifact) {
            tell(Event::Kind::checked, "building the artifact");
            auto artifact = build_artifact(environment_, made.project, *request_.artifact, outer_);
            if (artifact)
                answer_.artifact = std::move(*artifact);
            else // the project stands all the same
                answer_.artifact_problem = artifact.error().text();
        }
        return {};
    }

    /// A model says that it has done everything; nobody has checked that but for the examples and tests.
    void claim() {
        if (answer_.requirements.empty())
            for (const auto& wish : wishes_.wishes)
                if (wish.required)
                    answer_.requirements.push_back({.text = wish.text});
        for (auto& r : answer_.requirements)
            if (!r.met) {
                r.claimed = true;
                r.how = fmt::format("written by {}; no test of the caller's says so", answer_.model.model);
            }
    }

    /// README and .gitignore; then the compiler's word on exactly these bytes.
    Status describe(Made& made) {
        project::Project project = made.project;
        if (!project.contains("README.md")) {
            ReadmeInput input{.package = made.choices.package, .description = request_.description};
            input.library = is_library(project);
            input.requirements = answer_.requirements;
            if (made.match && !made.by_model) {
                input.from = made.match->from.get();
                input.choices = &made.choices;
            }
            if (!input.library) {
                RC_TRY_ASSIGN(const auto help, workspace_->run(project, {.arguments = {"--help"}}, outer_));
                if (help.built && help.exit.ok())
                    input.usage = help.exit.out;
            }
            RC_TRY(project.set("README.md", readme(input)));
        }
        if (!project.contains(".gitignore"))
            RC_TRY(project.set(".gitignore", "/target\n"));
        RC_TRY_ASSIGN(auto report, workspace_->build(project, outer_));
        if (!report.ok) // it reads its own README: then it goes without ours
            return {};
        made.project = std::move(project);
        made.judged.report = std::move(report);
        return {};
    }

    const Environment environment_;
    const GenerateRequest& request_;
    const std::stop_token outer_;
    const std::function<void(const Event&)>& on_event_;
    const Deadline deadline_;
    const Deadline::Clock::time_point begin_;
    scaffold::Request wishes_;
    scaffold::Chosen chosen_;
    std::unique_ptr<toolchain::Workspace> workspace_;
    std::optional<Made> best_, last_; // the best state, and the one judged last
    std::string under_way_;           // what was judged last
    GenerateAnswer answer_;
};

} // namespace

Status check_test_path(std::string_view path) {
    RC_TRY_ASSIGN(const auto safe, project::safe_path(path));
    if (safe != path || !path.starts_with("tests/") || !path.ends_with(".rs"))
        return fail(Errc::invalid_input, "a test has to be a Rust file below tests/", std::string(path),
                    "name it like tests/acceptance.rs");
    return {};
}

Result<GenerateAnswer> generate(const Environment& environment, const GenerateRequest& request, std::stop_token stop,
                                const std::function<void(const Event&)>& on_event) {
    return Generation(environment, request, std::move(stop), on_event).run();
}

} // namespace rustcoder::agent
