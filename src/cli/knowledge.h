// rustcoder knowledge: what its parts share. Internal to cli/.
#pragma once

#include "base/json.h"
#include "cli/common.h"
#include "cli/status_line.h"

namespace rustcoder::cli {

// One file each; every one registers its own subcommands below `knowledge`.
void add_knowledge_look(CLI::App& knowledge, Run& run); // stats, search, explain, show
void add_knowledge_fill(CLI::App& knowledge, Run& run); // add, import, seed
void add_knowledge_keep(CLI::App& knowledge, Run& run); // export, forget, verify

/// Prints the object (--json) or the text, and gives `ok`.
int answer(bool json, const base::json::object& object, const std::string& text);
/// "lesson", ... into a filter; usage errors are CLI11's.
struct FilterOptions {
    std::vector<std::string> kinds;
    std::string code, toolchain;
    knowledge::Filter filter() const;
};
void add_filter(CLI::App& command, FilterOptions& options);
/// Computes what is missing, with progress; says on standard error when there is no model. False when interrupted.
bool embed_missing(agent::Knowledge& knowledge, std::stop_token stop);

} // namespace rustcoder::cli
