// Everything that fills the knowledge base. Importers read one source and give entries; nothing is executed.
#pragma once

#include "knowledge/store.h"
#include "toolchain/toolchain.h"

#include <stop_token>

namespace rustcoder::knowledge {

struct Progress {
    std::string source;
    std::size_t done = 0, all = 0; // units of the source (files, codes); all = 0 when not known
    std::size_t entries = 0;       // read so far
};
using OnProgress = std::function<void(const Progress&)>;

struct ImportReport {
    std::size_t read = 0, added = 0, known = 0;
    std::vector<std::string> skipped; // "FILE: why", at most 100
};

enum class Format {
    automatic, // by name and content
    project,   // a cargo project folder, or a folder of them (Debian's registry)
    json,      // the contract's project_examples and error_examples, one object, an array, JSON lines, or a folder
    qna,       // "Q1: ...\nA1: ```rust ...```"
    csv,       // two columns: text, and what is searched for it; one column: text
    text,      // paragraphs separated by blank lines
    markdown,  // sections by heading
    html,      // rust-docs pages (mdBook, rustdoc)
    qdrant,    // snapshot (.snapshot, .tar, .tar.gz) or a dump of points as JSON
    snapshot   // our own export (snapshot.h)
};
std::optional<Format> format_named(std::string_view name);
const char* name(Format format);

struct ImportOptions {
    Format format = Format::automatic;
    std::string source;  // provenance; "" = "import:NAME"
    std::string licence; // "" = taken from the source where it says so
    std::size_t max_file_bytes = 64u << 20;
    std::size_t max_entries = 1'000'000;
};

/// Reads a file or folder into the store, in transactions of a few hundred entries; what was read before a stop or
/// failure stays. Errors: not_found, invalid_input (format not recognised, damaged), unavailable (store).
Result<ImportReport> import_path(Store& store, const std::filesystem::path& path, const ImportOptions& options = {},
                                 std::stop_token stop = {}, const OnProgress& progress = {});

/// First start: error lessons of `rustc --explain`, the local rust-docs when installed, our own lessons and project
/// templates. Resumable: each source is noted in the store when it is complete, and redone only when its version
/// changes. Runs rustc in the checking sandbox.
struct SeedOptions {
    std::filesystem::path shipped;   // our knowledge/ folder; empty = none
    std::filesystem::path rust_docs; // html folder; empty = looked for in the toolchain's sysroot and in /usr/share/doc
    bool std_api = true;             // the standard library's API pages too
    bool again = false;              // even when it was complete
};
Result<ImportReport> seed(Store& store, const toolchain::Toolchain& toolchain, const process::Sandbox& sandbox,
                          const SeedOptions& options = {}, std::stop_token stop = {}, const OnProgress& progress = {});
/// True when `seed` has nothing left to do for this toolchain.
Result<bool> seeded(Store& store, const toolchain::Toolchain& toolchain, const SeedOptions& options = {});

} // namespace rustcoder::knowledge
