#include "agent/generate_texts.h"

#include "agent/evidence_parts.h"
#include "base/clock.h"
#include "base/text.h"
#include "repair/examples.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace {

using base::json::array;
using base::json::object;
using scaffold::Coverage;

std::string percent(double share) {
    return fmt::format("{:.0f} %", 100 * share);
}

array texts(const std::vector<std::string>& list) {
    array out;
    for (const auto& s : list)
        out.push_back(base::json::string(s));
    return out;
}

std::string code(std::string_view text) {
    std::string out("```text\n");
    out += base::trim(text);
    return out + "\n```\n";
}

} // namespace

std::vector<RequirementReport> requirement_reports(const scaffold::Plan& plan) {
    std::vector<RequirementReport> out;
    for (const auto& c : plan.coverage) {
        if (!c.wish.required && !c.met())
            continue; // the sentence that says what the thing is, not a demand
        RequirementReport report{.text = c.wish.text, .met = c.met()};
        switch (c.by) {
        case Coverage::By::template_:
            report.how = c.name.empty() ? "always" : "always: " + c.name;
            break;
        case Coverage::By::feature:
            report.how = fmt::format("{} feature {}", c.wish.unwanted ? "without the" : "with the", c.name);
            break;
        case Coverage::By::slot:
            report.how = fmt::format("{} = {}", c.name, c.value);
            break;
        case Coverage::By::nobody:
            report.how = c.name.empty() ? "not covered" : "not covered: " + c.name;
            break;
        }
        out.push_back(std::move(report));
    }
    return out;
}

std::string readme(const ReadmeInput& input) {
    std::string out = fmt::format("# {}\n\n", input.package);
    if (input.from)
        out += input.from->summary + "\n";
    else
        out += std::string(base::trim(input.description)) + "\n";
    if (input.from && input.choices) {
        out += "\n## What it does\n\n";
        for (const auto& cover : input.from->covers)
            out += fmt::format("- {}\n", cover.says);
        const auto on = scaffold::closure(*input.from, input.choices->features);
        for (const auto& feature : input.from->features)
            if (on.contains(feature.name))
                out += fmt::format("- {}\n", feature.says);
    }
    if (!input.usage.empty())
        out += "\n## Usage\n\n" + code(input.usage);
    out += "\n## Build and test\n\n```sh\n";
    out += input.library ? "cargo test\ncargo doc --open\n" : "cargo run --release -- --help\ncargo test\n";
    out += "```\n";
    std::string missing;
    for (const auto& r : input.requirements)
        if (!r.met && !r.claimed)
            missing += fmt::format("- {}\n", r.text);
    if (!missing.empty())
        out += "\n## Asked for, and not there\n\n" + missing;
    return out;
}

std::string closing_words(const GenerateAnswer& answer, const Judgement* judged, bool model_there) {
    const auto met = std::ranges::count_if(answer.requirements, [](const auto& r) { return r.met; });
    const auto claimed = std::ranges::count_if(answer.requirements, [](const auto& r) { return r.claimed; });
    std::string missing;
    for (const auto& r : answer.requirements)
        if (!r.met && !r.claimed)
            missing += fmt::format("{}\"{}\"", missing.empty() ? "" : ", ", r.text);
    std::string out;
    if (answer.success) {
        const auto passed = answer.tests ? answer.tests->passed() : 0;
        out = fmt::format("Made from {}: it builds, {}", answer.origin,
                          passed > 0 ? fmt::format("{} tests pass", passed) : std::string("it has no tests"));
        if (!answer.examples.empty())
            out += fmt::format(", {} examples hold", answer.examples.size());
        out += ".";
        if (!answer.requirements.empty())
            out += fmt::format(" {} of {} requirements are covered", met, answer.requirements.size());
        if (claimed > 0)
            out += fmt::format(", {} more are claimed by the model", claimed);
        if (!answer.requirements.empty())
            out += missing.empty() ? "." : "; not covered: " + missing + ".";
        if (!answer.artifact_problem.empty())
            out += " There is no artifact: " + answer.artifact_problem;
        return out;
    }
    if (judged) {
        out = fmt::format(
            "Nothing was made that holds. The nearest state ({}) is returned, and this is wrong with it: {}",
            answer.origin, judged->words());
    } else if (answer.nearest.empty()) {
        out = "No template is near this description.";
    } else {
        const auto& near = answer.nearest.front();
        out = fmt::format("No template is near enough; the nearest is {} ({}, confidence {}).", near.name, near.title,
                          percent(near.confidence));
        out +=
            fmt::format(" Next: say more about what the program is to do, take it by name (template {}),", near.name);
        out += model_there ? " or ask the model with other words." : " or set LLM_API_BASE to have a model write it.";
    }
    if (!answer.model.failure.empty())
        out += fmt::format(" The model did not help: {}", answer.model.failure);
    return out;
}

std::string evidence(const Environment& environment, const GenerateRequest& request, const GenerateAnswer& answer) {
    object out = evidence_head(environment, answer.success ? "generated" : "not_generated", answer.message);
    out["request"] = object{{"description", request.description},
                            {"requirements", request.requirements},
                            {"examples", request.examples.size()},
                            {"tests", request.tests.size()}};
    out["origin"] = answer.origin;
    out["confidence"] = answer.confidence;
    out["features"] = texts(answer.features);
    object slots;
    for (const auto& [name, value] : answer.slots)
        slots[name] = value;
    out["slots"] = std::move(slots);
    array nearest;
    for (const auto& n : answer.nearest)
        nearest.push_back(object{{"name", n.name}, {"title", n.title}, {"confidence", n.confidence}});
    out["nearest"] = std::move(nearest);
    array requirements;
    for (const auto& r : answer.requirements)
        requirements.push_back(object{{"text", r.text}, {"met", r.met}, {"claimed", r.claimed}, {"how", r.how}});
    out["requirements"] = std::move(requirements);
    out["result_sha256"] = answer.project.empty() ? std::string() : answer.project.content_hash();
    array builds;
    for (const auto& a : answer.attempts)
        builds.push_back(object{{"success", a.success}});
    out["attempts"] = std::move(builds);
    if (answer.tests)
        out["tests"] = evidence_run(*answer.tests);
    array examples;
    for (std::size_t i = 0; i < answer.examples.size(); ++i)
        examples.push_back(object{{"command", repair::describe(request.examples[i])},
                                  {"passed", answer.examples[i].passed},
                                  {"what", answer.examples[i].what}});
    out["examples"] = std::move(examples);
    if (answer.run)
        out["run"] = evidence_run(*answer.run);
    if (answer.artifact)
        out["artifact"] = object{{"file", answer.artifact->file},
                                 {"target", answer.artifact->target},
                                 {"release", answer.artifact->release},
                                 {"bytes", answer.artifact->bytes->size()},
                                 {"sha256", answer.artifact->sha256}};
    out["model"] = evidence_model(answer.model);
    out["wall_ms"] = answer.wall.count();
    return base::dump_pretty(out);
}

} // namespace rustcoder::agent
