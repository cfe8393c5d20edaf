// rustcoder knowledge stats, search, explain, show.
#include "base/text.h"
#include "cli/knowledge.h"
#include "server/knowledge_render.h"

#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <memory>

namespace rustcoder::cli {

namespace {

struct SearchOptions {
    std::vector<std::string> words;
    FilterOptions filter;
    std::string mode = "hybrid";
    std::size_t limit = 10;
    bool json = false;
};

struct ShowOptions {
    std::string id;
    bool json = false;
};

std::string stats_text(const knowledge::Stats& stats, const std::filesystem::path& file) {
    std::uint64_t all = 0;
    std::string kinds;
    for (const auto& [kind, count] : stats.entries) {
        all += count;
        kinds += fmt::format("  {:<10} {:>8}\n", knowledge::name(kind), count);
    }
    std::string out = fmt::format("{}\n{} entries, {} vectors, {:.1f} MiB\n{}", file.string(), all, stats.vectors,
                                  static_cast<double>(stats.bytes) / (1 << 20), kinds);
    if (const auto fixes = stats.entries.find(knowledge::Kind::fix); fixes != stats.entries.end() && fixes->second > 0)
        out += fmt::format("learned fixes: {}, {} set aside\n", server::record_text(stats.fixes), stats.quarantined);
    if (!stats.by_source.empty())
        out += "from\n";
    for (const auto& [source, count] : stats.by_source)
        out += fmt::format("  {:<24} {:>8}\n", source, count);
    if (!stats.growth.empty())
        out += "new by day\n";
    for (const auto& [day, by_kind] : stats.growth) {
        out += "  " + day;
        for (const auto& [kind, count] : by_kind)
            out += fmt::format("  {} {}", count, knowledge::name(kind));
        out += "\n";
    }
    if (all == 0)
        out += "It is empty: `rustcoder knowledge seed` fills it from the installed toolchain.\n";
    return out;
}

int run_stats(bool json) {
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    auto stats = (*store)->stats();
    if (!stats)
        return report(stats.error());
    auto object = server::stats_json(*stats, nullptr);
    object["file"] = knowledge->options().file.string();
    return answer(json, object, stats_text(*stats, knowledge->options().file));
}

int run_search(const SearchOptions& o) {
    auto knowledge = make_knowledge();
    knowledge::Query query;
    for (const auto& word : o.words)
        query.text += (query.text.empty() ? "" : " ") + word;
    query.filter = o.filter.filter();
    query.limit = o.limit;
    query.mode = o.mode == "text"     ? knowledge::Query::Mode::text
                 : o.mode == "vector" ? knowledge::Query::Mode::vector
                                      : knowledge::Query::Mode::hybrid;
    if (base::trim(query.text).empty())
        return report({Errc::invalid_input, "there is nothing to search for", {}, "give some words"});
    auto found = knowledge->search(query, interrupt_token());
    if (!found)
        return report(found.error());
    auto object = server::search_json(*found);
    object["query"] = query.text;
    if (o.json)
        return answer(true, object, {});
    const Style style = style_for(1);
    int n = 0;
    for (const auto& hit : found->hits) {
        std::cout << style.bold(fmt::format("{}. {}", ++n, hit.entry.title)) << "\n   "
                  << style.dim(fmt::format("{}  {}  {}", knowledge::name(hit.entry.kind), hit.entry.provenance.source,
                                           hit.entry.id))
                  << "\n";
        if (const auto snippet = base::trim(hit.snippet); !snippet.empty())
            std::cout << "   " << base::replace_all(std::string(snippet), "\n", "\n   ") << "\n";
    }
    if (!found->note.empty())
        std::cerr << style_for(2).dim("note: " + found->note) << "\n";
    if (!found->hits.empty())
        return ok;
    std::cerr << "nothing was found; `rustcoder knowledge stats` says what there is\n";
    return not_fixed;
}

int run_explain(const std::string& about, bool json) {
    std::string text = about;
    if (about == "-")
        text.assign(std::istreambuf_iterator<char>(std::cin), {});
    auto knowledge = make_knowledge();
    auto env = environment(nullptr, false); // without a toolchain, what was seeded has to do
    auto found = agent::explain(*knowledge, env ? &*env : nullptr, text, 5, interrupt_token());
    if (!found)
        return report(found.error());
    answer(json, server::explanation_json(*found), server::explanation_text(*found));
    return found->text.empty() && found->lessons.empty() && found->fixes.empty() ? not_fixed : ok;
}

int run_show(const ShowOptions& o) {
    auto knowledge = make_knowledge();
    auto store = knowledge->store();
    if (!store)
        return report(store.error());
    auto entry = (*store)->get(o.id);
    if (!entry)
        return report(entry.error());
    if (!*entry)
        return report(
            {Errc::not_found, "there is no entry with this id", o.id, "`rustcoder knowledge search` shows ids"});
    const auto& e = **entry;
    std::string text = fmt::format("{}\n{}  {}{}{}\n", style_for(1).bold(e.title), knowledge::name(e.kind),
                                   e.provenance.source, e.provenance.licence.empty() ? "" : ", ", e.provenance.licence);
    if (!e.codes.empty())
        text += fmt::format("about {}\n", fmt::join(e.codes, ", "));
    if (e.kind == knowledge::Kind::fix)
        text += fmt::format("{}{}\n", server::record_text(e.counts), e.quarantined ? ", set aside" : "");
    text += "\n" + e.text + "\n";
    return answer(o.json, server::entry_json(e), text);
}

} // namespace

void add_knowledge_look(CLI::App& knowledge, Run& run) {
    auto json = std::make_shared<bool>(false);
    auto* stats = knowledge.add_subcommand("stats", "How much there is, from where, and how it grows");
    stats->add_flag("--json", *json, "As JSON");
    stats->callback([json, &run] { run = [json] { return run_stats(*json); }; });

    auto s = std::make_shared<SearchOptions>();
    auto* search = knowledge.add_subcommand("search", "Search by words, identifiers, error codes or a whole message");
    search->add_option("words", s->words, "What to search for")->required();
    add_filter(*search, s->filter);
    search->add_option("--limit,-n", s->limit, "At most so many (default 10)")->check(CLI::Range(1, 100));
    search->add_option("--mode", s->mode, "hybrid (default), text or vector")
        ->check(CLI::IsMember({"hybrid", "text", "vector"}));
    search->add_flag("--json", s->json, "As JSON");
    search->callback([s, &run] { run = [s] { return run_search(*s); }; });

    auto about = std::make_shared<std::string>();
    auto explain_json = std::make_shared<bool>(false);
    auto* explain = knowledge.add_subcommand("explain", "What an error means and how it was repaired before");
    explain->add_option("error", *about, "An error code, a message, or - for the compiler's output on standard input")
        ->required();
    explain->add_flag("--json", *explain_json, "As JSON");
    explain->callback(
        [about, explain_json, &run] { run = [about, explain_json] { return run_explain(*about, *explain_json); }; });

    auto o = std::make_shared<ShowOptions>();
    auto* show = knowledge.add_subcommand("show", "One entry, whole");
    show->add_option("id", o->id, "Its id")->required();
    show->add_flag("--json", o->json, "As JSON");
    show->callback([o, &run] { run = [o] { return run_show(*o); }; });
}

} // namespace rustcoder::cli
