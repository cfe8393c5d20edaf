// rustcoder knowledge export, forget, verify.
#include "base/text.h"
#include "cli/knowledge.h"
#include "knowledge/snapshot.h"
#include "server/knowledge_render.h"

#include <fmt/format.h>

#include <iostream>
#include <memory>

namespace rustcoder::cli {

namespace json = base::json;

namespace {

struct ExportOptions {
    std::string file;
    FilterOptions filter;
    bool vectors = false, json = false;
};

struct ForgetOptions {
    std::vector<std::string> ids;
    FilterOptions filter;
    std::string source;
    bool all = false, yes = false, json = false;
};

int run_export(const ExportOptions& o) {
    auto stop = interrupt_token();
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    knowledge::ExportOptions options;
    options.filter = o.filter.filter();
    if (o.vectors) {
        if (auto searcher = knowledge->searcher(); !searcher)
            return report(searcher.error());
        options.model = knowledge->embedder_name();
        options.vectors = !options.model.empty();
        if (!options.vectors)
            return report({Errc::unavailable, "there are no vectors to export: " + knowledge->embedder_error()});
    }
    auto done = knowledge::export_snapshot(**store, o.file, options, stop);
    if (!done)
        return report(done.error());
    return answer(o.json, server::snapshot_json(*done),
                  fmt::format("{} entries, {} vectors in {}\n", done->entries, done->vectors, o.file));
}

Result<std::vector<std::string>> matching(knowledge::Store& store, const ForgetOptions& o) {
    auto filter = o.filter.filter();
    filter.quarantined = true;
    std::vector<std::string> out;
    RC_TRY(store.each(filter, [&](const knowledge::Entry& entry) {
        if (o.source.empty() || entry.provenance.source.starts_with(o.source))
            out.push_back(entry.id);
        return true;
    }));
    return out;
}

int run_forget(const ForgetOptions& o) {
    const bool some =
        !o.filter.kinds.empty() || !o.filter.code.empty() || !o.filter.toolchain.empty() || !o.source.empty();
    if (o.ids.empty() && !some && !o.all)
        return report({Errc::invalid_input,
                       "nothing is named that is to be forgotten",
                       {},
                       "give ids, or --kind, --code, --source, or --all"});
    auto stop = interrupt_token();
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    auto ids = o.ids;
    if (ids.empty()) {
        auto found = matching(**store, o);
        if (!found)
            return report(found.error());
        ids = *std::move(found);
        if (!o.yes)
            return report({Errc::invalid_input,
                           fmt::format("{} entries would be forgotten", ids.size()),
                           {},
                           "add --yes to do it; `rustcoder knowledge export` keeps a copy"});
    }
    std::size_t removed = 0;
    std::vector<std::string> unknown;
    for (const auto& id : ids) {
        if (stop.stop_requested())
            break;
        auto gone = (*store)->remove(id);
        if (!gone)
            return report(gone.error());
        *gone ? void(++removed) : unknown.push_back(id);
    }
    json::array list;
    for (const auto& id : unknown)
        list.emplace_back(id);
    std::string text = fmt::format("{} forgotten\n", removed);
    for (const auto& id : unknown)
        text += "no such entry: " + id + "\n";
    answer(o.json, json::object{{"removed", removed}, {"unknown", std::move(list)}}, text);
    return stop.stop_requested() ? interrupted : unknown.empty() ? ok : usage;
}

int run_verify(bool thorough, bool as_json) {
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    auto wrong = (*store)->verify(thorough);
    if (!wrong)
        return report(wrong.error());
    json::array list;
    std::string text = wrong->empty() ? "the knowledge base is sound\n" : "";
    for (const auto& line : *wrong) {
        list.emplace_back(line);
        text += line + "\n";
    }
    answer(as_json, json::object{{"ok", wrong->empty()}, {"problems", std::move(list)}}, text);
    return wrong->empty() ? ok : not_fixed;
}

} // namespace

void add_knowledge_keep(CLI::App& knowledge, Run& run) {
    auto e = std::make_shared<ExportOptions>();
    auto* out = knowledge.add_subcommand(
        "export", "Write a snapshot for another machine (of learned fixes only abstract templates); import reads it");
    out->add_option("file", e->file, "Where to, such as knowledge.jsonl.gz")->required();
    add_filter(*out, e->filter);
    out->add_flag("--vectors", e->vectors, "Vectors too");
    out->add_flag("--json", e->json, "The report as JSON");
    out->callback([e, &run] { run = [e] { return run_export(*e); }; });

    auto f = std::make_shared<ForgetOptions>();
    auto* forget = knowledge.add_subcommand("forget", "Remove entries");
    forget->add_option("ids", f->ids, "Their ids");
    add_filter(*forget, f->filter);
    forget->add_option("--source", f->source, "Whose source begins so");
    forget->add_flag("--all", f->all, "Everything");
    forget->add_flag("--yes", f->yes, "Without this, only says how many");
    forget->add_flag("--json", f->json, "As JSON");
    forget->callback([f, &run] { run = [f] { return run_forget(*f); }; });

    auto thorough = std::make_shared<bool>(false), json = std::make_shared<bool>(false);
    auto* verify = knowledge.add_subcommand("verify", "Check the file, its indexes and every entry's identity");
    verify->add_flag("--thorough", *thorough, "Read everything");
    verify->add_flag("--json", *json, "As JSON");
    verify->callback([thorough, json, &run] { run = [thorough, json] { return run_verify(*thorough, *json); }; });
}

} // namespace rustcoder::cli
