// Learned fixes: what changed between broken and working code, aligned with the diagnostic, made abstract, merged with
// its neighbours, ranked by measured success. docs/learning.md explains the method.
//
// Private by default: a template holds error code, message shape, Rust keywords, operators and names of the standard
// library; names and literals of the user's code are holes and are never stored.
#pragma once

#include "knowledge/preference.h"
#include "knowledge/store.h"
#include "project/patch.h"
#include "syntax/tree.h"
#include "toolchain/diagnostic.h"

namespace rustcoder::knowledge {

/// One verified repair of one or more errors.
struct Lesson {
    project::Project before;
    project::Patch patch;                      // against before; minimal
    std::vector<toolchain::Diagnostic> errors; // of `before`, those that the patch removes
    std::string toolchain;                     // "1.95.0"
    std::string source;                        // provenance: "engine", "user", "watch", "model:NAME", "agent:NAME"
    bool judged = true;                        // by a user or by tests; false: only the compiler agreed
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

/// How a template did in use.
struct Evidence {
    std::string code;   // error code
    std::string origin; // id of the template
    Counts counts;
};

/// What one or more repairs say about candidates of any source; written as one.
struct Experiences {
    std::vector<Evidence> evidence;
    std::vector<Decision> decisions;
    std::vector<std::string> kept, dropped; // origins of edits that were found to be needed, and unneeded
    std::vector<int> waits;                 // of repairs that succeeded: most checks in a row that brought nothing
};

/// Thread-safe. Keeps all templates in memory (they are few and small) and follows the store's changes. What is only
/// asked (recall, leaning, droppable, patience) never fails and never waits for the store's writers.
class Memory {
public:
    virtual ~Memory() = default;
    /// Errors: those of the store.
    virtual Result<LearnReport> learn(const Lesson& lesson) = 0;
    /// Best first, at most 16.
    virtual std::vector<Recalled> recall(const toolchain::Diagnostic& diagnostic, const TreeOf& tree_of,
                                         int rustc_minor) const = 0;

    /// What happened to candidates; sinks, quarantines and forgets templates, shifts preferences.
    virtual Status record(const Experiences& experiences) = 0;
    /// False: leaning() is 0 for this code, whatever the features.
    virtual bool leans(const std::string& code) const = 0;
    /// Nats to add to ln(prior) of a candidate for an error of this code; 0 when nothing is known.
    virtual double leaning(const std::string& code, std::span<const std::uint64_t> features) const = 0;
    /// Careful estimate of the chance that an edit of this origin is unneeded in the end; 1 when nothing is known.
    virtual double droppable(const std::string& origin) const = 0;
    /// Checks without progress that are worth making, at most `usual`.
    virtual int patience(int usual) const = 0;
};
/// The store must outlive it. Errors: those of reading the store.
Result<std::unique_ptr<Memory>> open_memory(Store& store);

} // namespace rustcoder::knowledge
