// Cargo projects as entries: what the package is, and its public API in brief from its sources. Reads, never runs.
#pragma once

#include "knowledge/import_sink.h"
#include "project/project.h"

#include <filesystem>

namespace rustcoder::knowledge {

/// One entry of kind project. Small projects of the user's own carry their files; crates of a registry do not.
Result<Entry> project_entry(const project::Project& project, bool with_files);

/// A cargo project, or a folder of projects (Debian's /usr/share/cargo/registry, a workspace), each one entry.
Status read_projects(Sink& sink, const std::filesystem::path& folder);

} // namespace rustcoder::knowledge
