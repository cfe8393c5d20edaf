// What the knowledge base says -> JSON, the same for REST, MCP and the command line's --json. Pure functions; all text
// comes out as valid UTF-8.
#pragma once

#include "agent/knowledge_background.h"
#include "agent/knowledge_lessons.h"
#include "agent/learning.h"
#include "base/json.h"
#include "knowledge/snapshot.h"

namespace rustcoder::server {

/// {id, kind, title, text, payload, codes, source, licence, toolchain, created, updated, counts, quarantined}.
base::json::object entry_json(const knowledge::Entry& entry);
/// {id, kind, title, snippet, codes, source, score, text_rank, vector_rank, counts for learned fixes}.
base::json::object hit_json(const knowledge::Hit& hit);
/// {count, hits, note, took_ms}.
base::json::object search_json(const knowledge::Answer& answer);
/// {entries: {lesson, fix, project, passage, all}, quarantined, vectors, bytes, sources, fixes, oldest, newest,
/// growth}; with `background` what is being done beside.
base::json::object stats_json(const knowledge::Stats& stats, const agent::KnowledgeBackground::State* background);
base::json::object counts_json(const knowledge::Counts& counts);
base::json::object background_json(const agent::KnowledgeBackground::State& state);
/// {code, message, explanation, explanation_from, lessons, fixes, note}.
base::json::object explanation_json(const agent::Explanation& explanation);
/// {success, kind: "fix", ids, fresh, strengthened, generalised, errors, changes, explained, checks, learned, note}.
base::json::object learned_json(const agent::LearnedFix& learned);
base::json::object import_json(const knowledge::ImportReport& report);
base::json::object snapshot_json(const knowledge::SnapshotReport& report);

/// For people and models: the same in words.
std::string learned_text(const agent::LearnedFix& learned);
std::string search_text(std::string_view query, const knowledge::Answer& answer);
std::string explanation_text(const agent::Explanation& explanation);
/// "passed 7 of 9", "not tried yet".
std::string record_text(const knowledge::Counts& counts);

} // namespace rustcoder::server
