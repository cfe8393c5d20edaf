#include "server/generate_render.h"

#include "base/text.h"
#include "project/flat_text.h"
#include "server/render_parts.h"

#include <cmath>
#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

/// "template:calculator+model:x" -> "calculator".
json::value template_of(std::string_view origin) {
    constexpr std::string_view mark = "template:";
    if (!origin.starts_with(mark))
        return nullptr;
    origin.remove_prefix(mark.size());
    return json::value(origin.substr(0, origin.find('+')));
}

double rounded(double share) {
    return std::round(share * 1000) / 1000;
}

json::array requirements_json(const std::vector<agent::RequirementReport>& list) {
    json::array out;
    for (const auto& r : list)
        out.emplace_back(json::object{
            {"text", clean_utf8(r.text)}, {"met", r.met}, {"claimed", r.claimed}, {"how", clean_utf8(r.how)}});
    return out;
}

json::array nearest_json(const std::vector<agent::NearestTemplate>& list) {
    json::array out;
    for (const auto& t : list)
        out.emplace_back(json::object{
            {"name", t.name}, {"title", t.title}, {"summary", t.summary}, {"confidence", rounded(t.confidence)}});
    return out;
}

json::value tests_json(const std::optional<toolchain::RunReport>& tests) {
    if (!tests)
        return nullptr;
    json::object out{{"passed", tests->passed()}, {"failed", tests->failed()}};
    if (tests->failed() > 0 || !tests->exit.ok())
        out["output"] = output_text(tests->exit.out);
    return out;
}

json::array examples_report(const std::vector<agent::ExampleReport>& list) {
    json::array out;
    for (const auto& e : list)
        out.emplace_back(json::object{{"passed", e.passed}, {"what", output_text(e.what)}});
    return out;
}

json::value artifact_json(const agent::GenerateAnswer& answer) {
    if (!answer.artifact)
        return nullptr;
    const auto& a = *answer.artifact;
    return json::object{{"file", clean_utf8(a.file)},
                        {"target", a.target},
                        {"release", a.release},
                        {"bytes", a.bytes ? a.bytes->size() : 0},
                        {"sha256", a.sha256}};
}

json::value model_json(const agent::ModelCosts& m) {
    if (m.model.empty())
        return nullptr;
    return json::object{{"model", m.model},
                        {"requests", m.requests},
                        {"prompt_tokens", m.prompt_tokens},
                        {"completion_tokens", m.completion_tokens},
                        {"cost", m.cost},
                        {"seconds", std::chrono::duration<double>(m.wall).count()},
                        {"failure", clean_utf8(m.failure)}};
}

struct Stage {
    const char* status;
    const char* message;
    std::string output; // of a failed build
};

/// Where a running job stands, by its events: "checked" is said of every build, "rejected" of what did not hold.
Stage stage_of(const Job& job) {
    if (job.state() == JobState::queued)
        return {"processing", "Project generation started", {}};
    Stage out{"generating", "Generating project code", {}};
    for (const auto& e : job.events()) {
        if (e.phase == "rejected" || (e.phase == "checked" && e.errors > 0))
            out = {"error", "Compilation failed, attempting to fix", e.message};
        else if (e.phase == "checked" || e.phase == "verifying")
            out = {"compiling", "Compiling project", {}};
    }
    return out;
}

json::object head(const std::string& id, std::string_view status, std::string_view message) {
    return {{"project_id", id}, {"status", status},        {"message", message},
            {"files", nullptr}, {"build_output", nullptr}, {"run_output", nullptr}};
}

void put_links(json::object& out, const Job& job, bool artifact) {
    const std::string self = "/project/" + job.id(), handle = "/jobs/" + job.id();
    json::object links{{"self", self}, {"job", handle}, {"events", handle + "/events"}};
    if (project_of(job))
        links["download"] = self + "/download";
    if (job.result() && *job.result())
        links["evidence"] = self + "/evidence";
    if (artifact)
        links["artifact"] = self + "/artifact";
    out["links"] = std::move(links);
}

void put_answer(json::object& out, const json::object& body) {
    json::array paths;
    if (const auto* files = base::get_object(body, "files"))
        for (const auto& file : *files)
            paths.emplace_back(file.key());
    const bool ok = base::get_bool(body, "success");
    out["status"] = ok ? "completed" : "failed";
    out["message"] = body.at("message");
    out["files"] = std::move(paths);
    if (!ok)
        out["build_output"] = body.at("build_output");
    if (const auto* run = body.if_contains("run_output"))
        out["run_output"] = *run;
    for (const char* field : {"explanation", "requirements", "origin", "template", "confidence", "features", "slots",
                              "nearest", "tests", "examples", "artifact", "artifact_problem"})
        if (const auto* value = body.if_contains(field))
            out[field] = *value;
}

} // namespace

json::object generate_body(const JobRequest& request, const agent::GenerateAnswer& answer) {
    json::object out;
    out["success"] = answer.success;
    out["message"] = answer.success ? "Project generated successfully" : "Failed to generate working project";
    out["combined_text"] = answer.success
                               ? clean_utf8(project::print_flat_text(answer.project)) + "\n# Build succeeded\n"
                               : failed_text(answer.project, answer.message, answer.report.diagnostics, {});
    out["files"] = files_json(answer.project);
    if (answer.project.empty())
        out["build_output"] = nullptr;
    else
        out["build_output"] = output_text(answer.build_output);
    out["build_success"] = !answer.project.empty() && (answer.success || answer.report.ok);
    // From here on ours.
    out["explanation"] = clean_utf8(answer.message);
    out["origin"] = clean_utf8(answer.origin);
    out["template"] = template_of(answer.origin);
    out["confidence"] = rounded(answer.confidence);
    out["features"] = strings(answer.features);
    json::object slots;
    for (const auto& [slot, value] : answer.slots)
        slots[slot] = clean_utf8(value);
    out["slots"] = std::move(slots);
    out["requirements"] = requirements_json(answer.requirements);
    out["nearest"] = nearest_json(answer.nearest);
    out["tests"] = tests_json(answer.tests);
    out["run_output"] = run_output(answer.run, "Failed to run project");
    out["examples"] = examples_report(answer.examples);
    out["artifact"] = artifact_json(answer);
    if (!answer.artifact_problem.empty())
        out["artifact_problem"] = clean_utf8(answer.artifact_problem);
    out["attempts"] = attempts_json(answer.attempts);
    out["diagnostics"] = diagnostics_json(answer.report.diagnostics);
    out["model"] = model_json(answer.model);
    out["notes"] = strings(request.notes);
    out["evidence"] = evidence_json(answer.evidence_json);
    return out;
}

json::object project_started(const std::string& id) {
    return head(id, "processing", "Project generation started");
}

json::object project_body(const Job& job) {
    json::object out;
    bool artifact = false;
    if (const auto* result = job.result(); !result) {
        const auto stage = stage_of(job);
        out = head(job.id(), stage.status, stage.message);
        if (!stage.output.empty())
            out["build_output"] = clean_utf8(stage.output);
    } else if (*result) {
        const auto body = answer_body(job.request(), **result);
        out = head(job.id(), "", "");
        put_answer(out, body);
        artifact = base::get_object(body, "artifact") != nullptr;
    } else {
        out = head(job.id(), "failed", "Project generation failed: " + clean_utf8(result->error().text()));
    }
    put_links(out, job, artifact);
    return out;
}

const project::Project* project_of(const Job& job) {
    const auto* result = job.result();
    if (!result || !*result)
        return nullptr;
    const project::Project* out = nullptr;
    if (const auto* made = std::get_if<agent::GenerateAnswer>(&**result))
        out = &made->project;
    else if (const auto* stored = std::get_if<StoredAnswer>(&**result))
        out = &stored->project;
    return out && !out->empty() ? out : nullptr;
}

std::string generate_summary(const json::object& body) {
    std::string out(base::get_string(body, "explanation"));
    if (const auto* list = base::get_array(body, "requirements"))
        for (const auto& item : *list) {
            const auto& r = item.get_object();
            out += fmt::format("\n- {}: {} ({})",
                               base::get_bool(r, "met")       ? "done"
                               : base::get_bool(r, "claimed") ? "claimed, not verified"
                                                              : "MISSING",
                               base::get_string(r, "text"), base::get_string(r, "how"));
        }
    if (const auto* list = base::get_array(body, "examples"))
        for (std::size_t i = 0; i < list->size(); ++i)
            if (const auto& e = (*list)[i].get_object(); !base::get_bool(e, "passed"))
                out += fmt::format("\n- example {} does not hold: {}", i, base::get_string(e, "what"));
    if (const auto* list = base::get_array(body, "nearest");
        list && !list->empty() && !base::get_bool(body, "success")) {
        out += "\nNearest templates, to be named in `template`:";
        for (const auto& item : *list) {
            const auto& t = item.get_object();
            out += fmt::format("\n- {}: {}", base::get_string(t, "name"), base::get_string(t, "title"));
        }
    }
    if (const auto* a = base::get_object(body, "artifact"))
        out += fmt::format("\nBuilt {} for {} ({} bytes, SHA-256 {}).", base::get_string(*a, "file"),
                           base::get_string(*a, "target"), base::get_int(*a, "bytes"), base::get_string(*a, "sha256"));
    if (const auto problem = base::get_string(body, "artifact_problem"); !problem.empty())
        out += fmt::format("\nNo built file: {}", problem);
    if (const auto* run = body.if_contains("run_output"); run && run->is_string())
        out += "\nOutput of the program:\n" + std::string(base::get_string(body, "run_output"));
    return out;
}

} // namespace rustcoder::server
