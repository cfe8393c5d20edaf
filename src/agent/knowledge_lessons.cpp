#include "agent/knowledge_lessons.h"

#include "base/json.h"
#include "base/text.h"
#include "knowledge/format_readers.h"

#include <algorithm>

namespace rustcoder::agent {

namespace json = base::json;
using base::has;

namespace {

constexpr std::size_t gist_bytes = 600; // of a message; the rest is the user's code
constexpr std::size_t fixes_looked_at = 2'000;

/// The same reading as an import of the same JSON, so that both give one entry.
Result<std::string> put_one(Knowledge& knowledge, const json::object& object, const std::vector<std::string>& codes,
                            knowledge::Provenance provenance) {
    auto entry = knowledge::entry_of(object);
    if (!entry)
        return fail(Errc::invalid_input, "there is nothing in it to know");
    for (const auto& code : codes)
        if (std::find(entry->codes.begin(), entry->codes.end(), code) == entry->codes.end())
            entry->codes.push_back(code);
    entry->provenance = std::move(provenance);
    RC_TRY_ASSIGN(auto* store, knowledge.store());
    RC_TRY_ASSIGN(auto ids, store->put(std::span(&*entry, 1)));
    if (ids.empty())
        return fail(Errc::internal, "the store took the entry but named no id");
    return ids.front();
}

Result<std::string> explained_by_rustc(const Environment& environment, const std::string& code, std::stop_token stop) {
    process::Command command;
    command.argv = {environment.toolchain.rustc.string(), "--explain", code};
    command.env = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"};
    command.cwd = environment.toolchain.sysroot;
    process::Policy policy;
    policy.tier = process::Tier::checking;
    policy.read_only = {environment.toolchain.sysroot};
    policy.limits.wall = std::chrono::seconds(10);
    RC_TRY_ASSIGN(auto exit, environment.sandbox.run(command, policy, stop));
    if (!exit.ok() || exit.out.empty())
        return fail(Errc::not_found, "rustc has no explanation for " + code);
    return std::move(exit.out);
}

bool is_rustc_explanation(const knowledge::Entry& entry) {
    return entry.provenance.source.starts_with("rustc --explain");
}

Status add_rustc_text(knowledge::Store& store, const Environment* environment, Explanation& out, std::stop_token stop) {
    knowledge::Filter filter;
    filter.kinds = {knowledge::Kind::lesson};
    filter.code = out.code;
    RC_TRY(store.each(filter, [&](const knowledge::Entry& entry) {
        if (!is_rustc_explanation(entry))
            return true;
        out.text = entry.text;
        out.text_from = entry.provenance.source;
        return false;
    }));
    if (!out.text.empty() || !environment)
        return {};
    if (auto text = explained_by_rustc(*environment, out.code, stop)) {
        out.text = std::move(*text);
        out.text_from = "rustc --explain " + out.code;
    }
    return {};
}

Status add_fixes(knowledge::Store& store, Explanation& out, std::size_t limit) {
    knowledge::Filter filter;
    filter.kinds = {knowledge::Kind::fix};
    filter.code = out.code;
    std::vector<knowledge::Entry> all;
    RC_TRY(store.each(filter, [&](const knowledge::Entry& entry) {
        all.push_back(entry);
        return all.size() < fixes_looked_at;
    }));
    const auto chance = [](const knowledge::Entry& e) {
        return knowledge::wilson_lower(e.counts.passed, std::max(e.counts.tried, e.counts.passed));
    };
    std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) { return chance(a) > chance(b); });
    all.resize(std::min(all.size(), limit));
    out.fixes = std::move(all);
    return {};
}

void add_note(Explanation& out, const std::string& note) {
    if (!note.empty() && !has(out.note, note))
        out.note += (out.note.empty() ? "" : "; ") + note;
}

Status add_lessons(Knowledge& knowledge, Explanation& out, const std::string& words, std::size_t limit,
                   std::stop_token stop) {
    knowledge::Query query;
    query.text = words;
    query.limit = limit + 1; // rustc's own text is shown apart
    query.filter.kinds = {knowledge::Kind::lesson, knowledge::Kind::passage};
    // First what is filed under the code, then whatever is near in words.
    for (const bool by_code : {true, false}) {
        if (by_code && out.code.empty())
            continue;
        query.filter.code = by_code ? out.code : std::string();
        RC_TRY_ASSIGN(auto answer, knowledge.search(query, stop));
        add_note(out, answer.note);
        for (auto& hit : answer.hits) {
            const bool known = std::any_of(out.lessons.begin(), out.lessons.end(),
                                           [&](const auto& h) { return h.entry.id == hit.entry.id; });
            if (!known && !(is_rustc_explanation(hit.entry) && hit.entry.text == out.text) &&
                out.lessons.size() < limit)
                out.lessons.push_back(std::move(hit));
        }
    }
    return {};
}

} // namespace

std::string gist_of(std::string_view message) {
    std::string out;
    for (std::string_view line : base::lines(message)) {
        line = base::trim(line);
        // " --> src/main.rs:3:5", "   |", "3 | let x = ...": where it is and whose code; only labels (after ^^^ or ---)
        // and notes say what is wrong.
        if (line.starts_with("-->") || line.starts_with(":::"))
            continue;
        if (const auto bar = line.find('|');
            bar != std::string_view::npos &&
            line.substr(0, bar).find_first_not_of("0123456789 ") == std::string_view::npos) {
            const auto label = base::trim(line.substr(bar + 1));
            const auto text = label.find_first_not_of("^-_| ");
            if (line.front() != '|' || text == std::string_view::npos || text == 0)
                continue;
            line = label.substr(text);
        }
        if (line.starts_with("= "))
            line = line.substr(2);
        if (line.empty())
            continue;
        out += (out.empty() ? "" : "\n") + std::string(line);
        if (out.size() > gist_bytes)
            break;
    }
    return out;
}

Result<std::string> add_lesson(Knowledge& knowledge, const LessonText& lesson) {
    if (base::trim(lesson.error).empty() || base::trim(lesson.solution).empty())
        return fail(Errc::invalid_input, "a lesson needs an error and its solution", {},
                    "give both \"error\" (the compiler's message) and \"solution\" (what to do)");
    json::object object{{"error", lesson.error}, {"solution", lesson.solution}};
    if (!lesson.context.empty())
        object["context"] = lesson.context;
    if (!lesson.example.empty())
        object["example"] = lesson.example;
    return put_one(knowledge, object, lesson.codes, {lesson.source, lesson.licence});
}

Result<std::string> add_project(Knowledge& knowledge, const ProjectText& project) {
    if (base::trim(project.query).empty())
        return fail(Errc::invalid_input, "a project needs words that say what it is for", {},
                    "give \"query\": what somebody would ask for");
    if (project.files.empty() && base::trim(project.example).empty())
        return fail(Errc::invalid_input, "a project needs files, or at least an example", {},
                    "give \"project_files\": {path: content}");
    json::object object{{"query", project.query}, {"example", project.example}};
    json::object files;
    for (const auto& [path, file] : project.files.files()) {
        if (!base::valid_utf8(*file.bytes))
            return fail(Errc::invalid_input, "a file of the project is no text", path, "leave it out");
        files[path] = *file.bytes;
    }
    if (!files.empty())
        object["project_files"] = std::move(files);
    return put_one(knowledge, object, {}, {project.source, project.licence});
}

Result<Explanation> explain(Knowledge& knowledge, const Environment* environment, std::string_view about,
                            std::size_t limit, std::stop_token stop) {
    about = base::trim(about);
    if (about.empty())
        return fail(Errc::invalid_input, "there is nothing to explain", {},
                    "give an error code such as E0382, or the compiler's message");
    Explanation out;
    if (auto codes = knowledge::codes_in(about); !codes.empty())
        out.code = codes.front();
    const std::string gist = gist_of(about);
    if (gist != out.code)
        out.message = gist.substr(0, gist.find('\n'));
    RC_TRY_ASSIGN(auto* store, knowledge.store());
    if (!out.code.empty()) {
        RC_TRY(add_rustc_text(*store, environment, out, stop));
        RC_TRY(add_fixes(*store, out, limit));
    }
    std::string words = gist.empty() ? std::string(about.substr(0, gist_bytes)) : gist;
    if (words == out.code) // the code alone says little: what its explanation is about says more
        words += " " + gist_of(out.text.substr(0, out.text.find("```")));
    RC_TRY(add_lessons(knowledge, out, words, limit, stop));
    if (!out.code.empty() && out.text.empty())
        add_note(out, "the compiler has no explanation for " + out.code);
    return out;
}

} // namespace rustcoder::agent
