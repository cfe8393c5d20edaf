#include "agent/model_help.h"

#include "agent/knowledge_lessons.h"
#include "base/log.h"
#include "base/text.h"
#include "model/api_notes.h"

#include <algorithm>

namespace rustcoder::agent {

namespace {

constexpr std::size_t codes_asked = 3, lessons_told = 2, fixes_told = 3; // codes; of one code
constexpr std::size_t most_bytes = 900;                                  // of one lesson or fix
constexpr std::size_t note_bytes = 5'000;

std::string clipped(std::string_view text) {
    text = base::trim(text);
    if (text.size() <= most_bytes)
        return std::string(text);
    const auto line = text.rfind('\n', most_bytes); // whole lines, and so whole characters
    return line == std::string_view::npos ? std::string() : std::string(text.substr(0, line));
}

void add(std::string& out, const knowledge::Entry& entry) {
    const auto text = clipped(entry.text);
    if (text.empty() || base::has(out, text) || out.size() + text.size() > note_bytes)
        return;
    out += "## " + entry.title + "\n" + text + "\n";
}

} // namespace

ModelNotes notes_about(Knowledge* knowledge, const project::Project& project,
                       std::span<const toolchain::Diagnostic> errors) {
    ModelNotes notes{.lessons = {}, .fixes = {}, .api = model::api_notes(project, errors)};
    if (!knowledge || !knowledge->on() || !knowledge->exists())
        return notes;
    std::vector<std::string> seen;
    for (const auto& error : errors) {
        const auto what = error.code.empty() ? error.message : error.code;
        if (seen.size() >= codes_asked || std::find(seen.begin(), seen.end(), what) != seen.end())
            continue;
        seen.push_back(what);
        const auto known = explain(*knowledge, nullptr, error.rendered.empty() ? error.message : error.rendered,
                                   std::max(lessons_told, fixes_told));
        if (!known) {
            base::log_warn("the model is asked without the knowledge base: " + known.error().text());
            return notes;
        }
        for (std::size_t i = 0; i < std::min(known->lessons.size(), lessons_told); ++i)
            add(notes.lessons, known->lessons[i].entry);
        for (std::size_t i = 0; i < std::min(known->fixes.size(), fixes_told); ++i)
            add(notes.fixes, known->fixes[i]);
    }
    return notes;
}

std::string notes_for(Knowledge* knowledge, const std::string& description, std::stop_token stop) {
    std::string out;
    if (!knowledge || !knowledge->on() || !knowledge->exists())
        return out;
    knowledge::Query query{.text = description, .filter = {}, .limit = lessons_told + 1};
    query.filter.kinds = {knowledge::Kind::lesson, knowledge::Kind::project};
    const auto found = knowledge->search(query, std::move(stop));
    if (!found) {
        base::log_warn("the model is asked without the knowledge base: " + found.error().text());
        return out;
    }
    for (const auto& hit : found->hits)
        add(out, hit.entry);
    return out;
}

std::shared_ptr<ModelSource> model_for(const Environment& environment, const FixRequest& request,
                                       std::function<void()> on_wait) {
    const auto& options = request.options;
    if (!request.use_model || !environment.chat || !environment.chat->available() || options.compiler_only ||
        options.max_risk < repair::Risk::behaviour)
        return nullptr;
    ModelSourceOptions how;
    how.samples = request.model_samples;
    how.task = request.description;
    how.on_wait = std::move(on_wait);
    how.notes = [knowledge = environment.knowledge](const project::Project& project,
                                                    std::span<const toolchain::Diagnostic> errors) {
        return notes_about(knowledge.get(), project, errors);
    };
    return std::make_shared<ModelSource>(environment.chat, std::move(how));
}

ModelCosts costs_of(const ModelSource::Report& report, bool used) {
    ModelCosts out;
    if (!report.sent && !report.failure)
        return out; // the engine was faster: nobody was asked
    out.model = report.model;
    out.requests = std::max(report.requests, report.sent ? 1 : 0); // those of a question that failed are not counted;
    out.prompt_tokens = report.usage.prompt;
    out.completion_tokens = report.usage.completion;
    out.cost = report.cost;
    out.wall = report.wall;
    if (report.failure)
        out.failure = report.failure->text();
    else if (report.requests == 0)
        out.failure = "its answer was not waited for";
    else if (!report.useful)
        out.failure = report.refused.empty() ? "no answer holds a change"
                                             : "no change in the answers fits: " + report.refused.front();
    else if (!used && report.heard)
        out.failure = "no change that it proposed was accepted";
    return out;
}

std::string model_provenance(const repair::Candidate& candidate) {
    if (candidate.rule != "model")
        return {};
    const std::string_view origin = candidate.origin; // model:NAME at ADDRESS#SAMPLE
    return std::string(origin.substr(0, std::min(origin.find(" at "), origin.rfind('#'))));
}

} // namespace rustcoder::agent
