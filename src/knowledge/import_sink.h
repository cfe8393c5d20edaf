// Where the readers' entries go: gives them their provenance, bounds them, and writes them by the few hundred. Not
// thread-safe.
#pragma once

#include "knowledge/import.h"

#include <functional>
#include <string>
#include <vector>

namespace rustcoder::knowledge {

/// What a reader calls with each entry; an error ends the reading and is passed on.
using Emit = std::function<Status(Entry)>;

class Sink {
public:
    Sink(Store& store, const ImportOptions& options, std::stop_token stop, OnProgress progress);

    /// Entries from here on come from this source ("import:NAME"); those that name their own keep it.
    void source(std::string name) { source_ = std::move(name); }
    void licence(std::string name) { licence_ = std::move(name); }
    void toolchain(std::string version) { toolchain_ = std::move(version); }
    const std::string& source() const { return source_; }

    /// Errors: cancelled, limit (max_entries), and the store's. What the store could not take (too large, nothing to
    /// search) is skipped instead.
    Status add(Entry entry);
    Emit emit() {
        return [this](Entry e) { return add(std::move(e)); };
    }
    /// Writes what is waiting.
    Status flush();

    void skip(std::string_view what, std::string_view why);
    /// Units of the source, for progress.
    void advance(std::size_t done, std::size_t all);
    Status stopped() const;

    const ImportReport& report() const { return report_; }
    const ImportOptions& options() const { return options_; }

private:
    Status write(std::span<const Entry> entries);

    Store& store_;
    ImportOptions options_;
    std::stop_token stop_;
    OnProgress progress_;
    std::string source_, licence_, toolchain_;
    std::vector<Entry> waiting_;
    std::size_t waiting_bytes_ = 0;
    Progress at_;
    ImportReport report_;
};

} // namespace rustcoder::knowledge
