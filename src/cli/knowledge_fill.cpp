// rustcoder knowledge add, import, seed.
#include "agent/learning.h"
#include "base/text.h"
#include "cli/knowledge.h"
#include "knowledge/snapshot.h"
#include "server/knowledge_render.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace fs = std::filesystem;

namespace {

struct AddOptions {
    std::vector<std::string> paths; // BEFORE AFTER, or one lesson
    std::string source = "user";
    bool json = false;
};

struct ImportOptions {
    std::string path, format = "automatic", source, licence;
    bool json = false, no_vectors = false;
};

struct SeedOptions {
    std::string docs;
    bool again = false, no_api = false, json = false, no_vectors = false;
};

knowledge::OnProgress progress_on(StatusLine& line) {
    return [&line](const knowledge::Progress& p) {
        line.show(p.all > 0 ? fmt::format("{}: {} of {}, {} entries", p.source, p.done, p.all, p.entries)
                            : fmt::format("{}: {} done, {} entries", p.source, p.done, p.entries));
    };
}

std::string import_text(const knowledge::ImportReport& report) {
    std::string out =
        fmt::format("{} entries read: {} new, {} known already\n", report.read, report.added, report.known);
    for (const auto& skipped : report.skipped)
        out += "  left out: " + skipped + "\n";
    return out;
}

/// Both versions as projects of one name: two .rs files are two versions of one file, whatever they are called.
Result<std::pair<project::Project, project::Project>> versions(const std::string& before, const std::string& after) {
    RC_TRY_ASSIGN(auto a, read_input(before));
    RC_TRY_ASSIGN(auto b, read_input(after));
    if (a.kind != Input::Kind::file || b.kind != Input::Kind::file)
        return std::pair(std::move(a.project), std::move(b.project));
    RC_TRY_ASSIGN(auto from, project::single_file(*a.project.find(a.file_in_project)));
    RC_TRY_ASSIGN(auto to, project::single_file(*b.project.find(b.file_in_project)));
    return std::pair(std::move(from), std::move(to));
}

int add_repair(const AddOptions& o) {
    auto stop = interrupt_token();
    auto pair = versions(o.paths[0], o.paths[1]);
    if (!pair)
        return report(pair.error());
    auto knowledge = make_knowledge();
    if (auto store = knowledge->store(); !store)
        return report(store.error());
    auto env = environment(knowledge, false);
    if (!env)
        return report(env.error());
    StatusLine line(somebody_watches());
    line.show("asking the compiler about both versions");
    auto learned = agent::learn_from_fix(*env, pair->first, pair->second, o.source, stop);
    line.clear();
    if (!learned)
        return report(learned.error());
    return answer(o.json, server::learned_json(*learned), server::learned_text(*learned) + "\n");
}

/// `already` reads and stores; then come vectors and what to say.
int fill(agent::Knowledge& knowledge, Result<knowledge::ImportReport> report_or, bool json, bool vectors,
         std::stop_token stop) {
    if (!report_or)
        return report(report_or.error());
    if (vectors && !stop.stop_requested() && !embed_missing(knowledge, stop))
        return interrupted;
    answer(json, server::import_json(*report_or), import_text(*report_or));
    return stop.stop_requested() ? interrupted : ok;
}

int run_add(const AddOptions& o) {
    if (o.paths.size() == 2)
        return add_repair(o);
    auto stop = interrupt_token();
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    knowledge::ImportOptions options;
    options.source = o.source;
    StatusLine line(somebody_watches());
    auto result = knowledge::import_path(**store, o.paths[0], options, stop, progress_on(line));
    line.clear();
    if (result && result->read == 0)
        return report({Errc::invalid_input, "there is no lesson in it", o.paths[0],
                       "write a heading and what to do below it (Markdown), or {\"error\": ..., \"solution\": ...}"});
    return fill(*knowledge, std::move(result), o.json, true, stop);
}

int run_import(const ImportOptions& o) {
    auto stop = interrupt_token();
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    knowledge::ImportOptions options;
    options.format = knowledge::format_named(o.format).value_or(knowledge::Format::automatic);
    options.source = o.source;
    options.licence = o.licence;
    StatusLine line(somebody_watches());
    auto result = knowledge::import_path(**store, o.path, options, stop, progress_on(line));
    line.clear();
    return fill(*knowledge, std::move(result), o.json, !o.no_vectors, stop);
}

int run_seed(const SeedOptions& o) {
    auto stop = interrupt_token();
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    auto env = environment(nullptr, false);
    if (!env)
        return report(env.error());
    knowledge::SeedOptions options;
    options.shipped = knowledge->options().shipped;
    options.rust_docs = o.docs;
    options.std_api = !o.no_api;
    options.again = o.again;
    StatusLine line(somebody_watches());
    auto result = knowledge::seed(**store, env->toolchain, env->sandbox, options, stop, progress_on(line));
    line.clear();
    return fill(*knowledge, std::move(result), o.json, !o.no_vectors, stop);
}

} // namespace

void add_knowledge_fill(CLI::App& knowledge, Run& run) {
    auto a = std::make_shared<AddOptions>();
    auto* add = knowledge.add_subcommand(
        "add",
        "Teach: BEFORE AFTER (a project, .rs or flat-text file with errors, and the same repaired), or one lesson "
        "(Markdown or JSON)");
    add->add_option("paths", a->paths, "BEFORE AFTER, or LESSON")->required()->expected(1, 2);
    add->add_option("--source", a->source, "Who says so (default: user)");
    add->add_flag("--json", a->json, "As JSON");
    add->callback([a, &run] { run = [a] { return run_add(*a); }; });

    auto i = std::make_shared<ImportOptions>();
    auto* import =
        knowledge.add_subcommand("import", "Read a file or folder in: projects, JSON, Q&A, CSV, text, Markdown, "
                                           "HTML, Qdrant snapshots, our own exports");
    import->add_option("path", i->path, "File or folder")->required();
    import->add_option("--format", i->format, "Instead of guessing by name and content")
        ->check(CLI::IsMember(
            {"automatic", "project", "json", "qna", "csv", "text", "markdown", "html", "qdrant", "snapshot"}));
    import->add_option("--source", i->source, "Where it is from (default: import:NAME)");
    import->add_option("--licence", i->licence, "Its licence, where the source does not say");
    import->add_flag("--no-vectors", i->no_vectors, "Leave vectors for later");
    import->add_flag("--json", i->json, "As JSON");
    import->callback([i, &run] { run = [i] { return run_import(*i); }; });

    auto s = std::make_shared<SeedOptions>();
    auto* seed = knowledge.add_subcommand(
        "seed", "Fill it from the installed toolchain: rustc --explain, rust-docs, our lessons and templates");
    seed->add_option("--docs", s->docs, "Folder of the HTML documentation (default: the toolchain's)");
    seed->add_flag("--no-api", s->no_api, "Without the pages of the standard library's API");
    seed->add_flag("--again", s->again, "Even what was read before");
    seed->add_flag("--no-vectors", s->no_vectors, "Leave vectors for later");
    seed->add_flag("--json", s->json, "As JSON");
    seed->callback([s, &run] { run = [s] { return run_seed(*s); }; });
}

} // namespace rustcoder::cli
