#include "agent/knowledge_lessons.h"

#include "base/json.h"
#include "base/text.h"
#include "project/flat_text.h"

#include <algorithm>
#include <cctype>

namespace rustcoder::agent {

namespace json = base::json;
using base::has;

namespace {

constexpr std::size_t gist_bytes = 600;  // of a message; the rest is the user's code
constexpr std::size_t title_bytes = 120; // one line
constexpr std::size_t fixes_looked_at = 2'000;

std::string one_line(std::string_view text) {
    text = base::trim(text);
    text = text.substr(0, text.find('\n'));
    std::size_t n = std::min(text.size(), title_bytes);
    while (n < text.size() && n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80)
        --n; // not in the middle of a character
    return std::string(base::trim(text.substr(0, n)));
}

Result<std::string> put_one(Knowledge& knowledge, knowledge::Entry entry) {
    RC_TRY_ASSIGN(auto* store, knowledge.store());
    RC_TRY_ASSIGN(auto ids, store->put(std::span(&entry, 1)));
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

std::vector<std::string> error_codes_in(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    std::vector<std::string> out;
    for (std::size_t i = 0; i + 5 <= text.size(); ++i) {
        if (text[i] != 'E' || (i > 0 && base::is_ident(text[i - 1])) ||
            (i + 5 < text.size() && base::is_ident(text[i + 5])))
            continue;
        const auto digits = text.substr(i + 1, 4);
        if (!std::all_of(digits.begin(), digits.end(), digit))
            continue;
        std::string code(text.substr(i, 5));
        if (std::find(out.begin(), out.end(), code) == out.end())
            out.push_back(std::move(code));
    }
    return out;
}

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
    knowledge::Entry entry;
    entry.kind = knowledge::Kind::lesson;
    entry.title = one_line(lesson.error);
    entry.text = lesson.error + "\n\n" + lesson.solution;
    json::object payload{{"error", lesson.error}, {"solution", lesson.solution}};
    if (!lesson.context.empty()) {
        entry.text += "\n\n" + lesson.context;
        payload["context"] = lesson.context;
    }
    if (!lesson.example.empty()) {
        entry.text += "\n\n```rust\n" + lesson.example + "\n```";
        payload["example"] = lesson.example;
    }
    entry.payload = base::dump(payload);
    entry.codes = error_codes_in(lesson.error);
    for (const auto& code : lesson.codes)
        if (std::find(entry.codes.begin(), entry.codes.end(), code) == entry.codes.end())
            entry.codes.push_back(code);
    entry.provenance.source = lesson.source;
    entry.provenance.licence = lesson.licence;
    return put_one(knowledge, std::move(entry));
}

Result<std::string> add_project(Knowledge& knowledge, const ProjectText& project) {
    if (base::trim(project.query).empty())
        return fail(Errc::invalid_input, "a project needs words that say what it is for", {},
                    "give \"query\": what somebody would ask for");
    if (project.files.empty() && base::trim(project.example).empty())
        return fail(Errc::invalid_input, "a project needs files, or at least an example", {},
                    "give \"project_files\": {path: content}");
    knowledge::Entry entry;
    entry.kind = knowledge::Kind::project;
    entry.title = one_line(project.query);
    entry.text = project.query;
    if (!project.example.empty())
        entry.text += "\n\n" + project.example;
    json::object payload{{"query", project.query}, {"example", project.example}};
    json::object files;
    for (const auto& [path, file] : project.files.files()) {
        if (!base::valid_utf8(*file.bytes))
            return fail(Errc::invalid_input, "a file of the project is no text", path, "leave it out");
        files[path] = *file.bytes;
        entry.text += "\n\n" + path + "\n```\n" + *file.bytes + "\n```";
    }
    if (!files.empty())
        payload["project_files"] = std::move(files);
    entry.payload = base::dump(payload);
    entry.provenance.source = project.source;
    entry.provenance.licence = project.licence;
    return put_one(knowledge, std::move(entry));
}

Result<Explanation> explain(Knowledge& knowledge, const Environment* environment, std::string_view about,
                            std::size_t limit, std::stop_token stop) {
    about = base::trim(about);
    if (about.empty())
        return fail(Errc::invalid_input, "there is nothing to explain", {},
                    "give an error code such as E0382, or the compiler's message");
    Explanation out;
    if (auto codes = error_codes_in(about); !codes.empty())
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
