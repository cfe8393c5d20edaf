// rustcoder knowledge: the knowledge base from the command line. docs/knowledge.md.
#include "cli/knowledge.h"

#include <fmt/format.h>

#include <iostream>

namespace rustcoder::cli {

int answer(bool json, const base::json::object& object, const std::string& text) {
    std::cout << (json ? base::dump_pretty(object) : text);
    return ok;
}

knowledge::Filter FilterOptions::filter() const {
    knowledge::Filter out;
    for (const auto& kind : kinds)
        if (const auto known = knowledge::kind_named(kind))
            out.kinds.push_back(*known);
    out.code = code;
    out.toolchain = toolchain;
    return out;
}

void add_filter(CLI::App& command, FilterOptions& options) {
    command.add_option("--kind", options.kinds, "Only this kind: lesson, fix, project, passage; may be repeated")
        ->check(CLI::IsMember({"lesson", "fix", "project", "passage"}));
    command.add_option("--code", options.code, "Only what is about this error code");
    command.add_option("--toolchain", options.toolchain,
                       "Only what was verified with this version, or with none stated");
}

bool embed_missing(agent::Knowledge& knowledge, std::stop_token stop) {
    StatusLine line(somebody_watches());
    auto count = knowledge.embed_missing(
        stop, [&](std::size_t done, std::size_t all) { line.show(fmt::format("vectors: {} of {}", done, all)); });
    line.clear();
    if (stop.stop_requested()) {
        std::cerr << "stopped; `rustcoder knowledge seed` goes on from here\n";
        return false;
    }
    if (!count)
        std::cerr << "vectors could not be computed: " << count.error().text() << "\n";
    else if (knowledge.embedder_name().empty())
        std::cerr << "no vectors (" << knowledge.embedder_error() << "); search goes by text\n";
    return true;
}

void add_knowledge(CLI::App& app, Run& run) {
    auto* cmd =
        app.add_subcommand("knowledge", "What is known about Rust and its errors: search it, teach it, take it along");
    cmd->require_subcommand(1);
    add_knowledge_look(*cmd, run);
    add_knowledge_fill(*cmd, run);
    add_knowledge_keep(*cmd, run);
}

} // namespace rustcoder::cli
