// Learned fixes: what changed between broken and working code, aligned with the diagnostic, made abstract, merged with
// its neighbours, ranked by measured success. docs/learning.md explains the method.
//
// Private by default: a template holds error code, message shape, Rust keywords, operators and names of the standard
// library; names and literals of the user's code are holes and are never stored.
#pragma once

#include "knowledge/store.h"
#include "project/patch.h"
#include "syntax/source.h"
#include "toolchain/diagnostic.h"

#include <functional>

namespace rustcoder::knowledge {

/// One verified repair of one or more errors.
struct Lesson {
    project::Project before;
    project::Patch patch;                      // against before; minimal
    std::vector<toolchain::Diagnostic> errors; // of `before`, those that the patch removes
    std::string toolchain;                     // "1.95.0"
    std::string source;                        // provenance: "engine", "user", "watch", "model:NAME", "agent:NAME"
};

struct LearnReport {
    std::size_t fresh = 0, strengthened = 0, generalised = 0; // templates new, met again, merged into a wider one
    std::vector<std::string> ids;                             // of the templates concerned
    std::string note;                                         // why nothing was learned, when nothing was
};

/// A fix proposed from memory.
struct Recalled {
    project::Patch patch;
    std::string id;          // of the template
    std::string why;         // one sentence
    double chance = 0;       // Wilson lower bound of its success, weighed with how specific the match is
    bool deletes = false;    // removes tokens without replacing them
    bool adds_panic = false; // brings unwrap, expect, panic!, index
    bool adds_clone = false;
};

/// How a template or rule did with a kind of error.
struct Evidence {
    std::string code;   // error code
    std::string origin; // id of a template, or "rule:NAME" for the engine's own operators
    Counts counts;
    std::uint64_t dropped = 0; // found unneeded at the end
};

/// Thread-safe. Keeps all templates in memory (they are few and small) and follows the store's changes.
class Memory {
public:
    virtual ~Memory() = default;
    virtual Result<LearnReport> learn(const Lesson& lesson) = 0;

    using SourceOf = std::function<std::shared_ptr<const syntax::Source>(std::string_view path)>;
    virtual std::vector<Recalled> recall(const toolchain::Diagnostic& diagnostic, const project::Project& project,
                                         const SourceOf& source_of, int rustc_minor) const = 0;

    /// What happened to candidates; sinks, quarantines and forgets templates.
    virtual Status record(std::span<const Evidence> evidence) = 0;
    /// Of a rule or template for this code and message shape; zeros when unknown.
    virtual Evidence evidence(std::string_view origin, const toolchain::Diagnostic& diagnostic) const = 0;
};
Result<std::unique_ptr<Memory>> open_memory(Store& store);

} // namespace rustcoder::knowledge
