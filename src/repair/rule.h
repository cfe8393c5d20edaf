// Candidate sources. A rule looks at one diagnostic and proposes patches; the compiler judges them. One file per rule
// (or per family of one error code) in repair/rules/, self-registered with RC_REGISTER_RULE.
//
// A rule is stateless and thread-safe. It must be total: any diagnostic, any (broken) source. It never edits tests or
// asserts (the engine refuses such patches anyway). It knows nothing about benchmarks, exercises or file names.
#pragma once

#include "project/patch.h"
#include "syntax/tree.h"
#include "toolchain/diagnostic.h"

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::repair {

/// What may go wrong with an edit even though it compiles (shared/repair.md section 5).
enum class Risk {
    none = 0,       // syntax only: the one thing that can have been meant
    low = 1,        // right name, borrow, import, derive
    cost = 2,       // clones, aliasing, extra allocation
    behaviour = 3,  // may compute something else: casts, defaults, reordering, changed public types
    destructive = 4 // deletes code, may panic (unwrap, todo!), unsafe
};

/// "none", "low", "cost", "behaviour", "destructive".
const char* name(Risk risk);

struct Candidate {
    project::Patch patch;
    std::string rule; // "compiler", "e0308-borrow", "lexical-brace", ...
    std::string why;  // what was wrong and why this fixes it: one plain sentence a learner understands
    Risk risk = Risk::low;
    double prior = 0.5; // chance that this is the author's meaning, before anything is compiled (0..1); rank order is
                        // by prior, so keep it honest: 0.9 nearly sure, 0.5 coin, 0.1 long shot
    std::uint64_t diagnostic = 0; // fingerprint of the error it answers (set by the engine)
    std::string origin;           // what its source knows it by: id of a learned fix, of a model's sample; "" for rules
    bool late = false; // from a source that is only heard when the others get nowhere; never preferred to theirs
};

/// Lexed and scanned files of one project version, built lazily. Thread-safe.
class SourceMap {
public:
    explicit SourceMap(project::Project project) : project_(std::move(project)) {}
    const project::Project& project() const { return project_; }
    /// nullptr when the file is not there or is not a .rs file.
    std::shared_ptr<const syntax::Source> source(std::string_view path) const;
    std::shared_ptr<const syntax::Tree> tree(std::string_view path) const;
    /// All .rs files of the project.
    std::vector<std::string> rust_files() const;

private:
    project::Project project_;
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::pair<std::shared_ptr<const syntax::Source>, std::shared_ptr<const syntax::Tree>>,
                     std::less<>>
        cache_;
};

struct RuleContext {
    const SourceMap& sources;
    const toolchain::Diagnostic& diagnostic;    // the error to answer
    std::span<const toolchain::Diagnostic> all; // every error of this check
    int rustc_minor = 0;                        // 95 for 1.95
    const project::Project& project() const { return sources.project(); }
};

/// Collects proposals; helpers keep rules short.
class Proposals {
public:
    void add(Candidate c) { candidates.push_back(std::move(c)); }
    /// One edit.
    void edit(std::string_view rule, std::string_view path, std::size_t begin, std::size_t end, std::string text,
              Risk risk, double prior, std::string why);
    void insert(std::string_view rule, std::string_view path, std::size_t at, std::string text, Risk risk, double prior,
                std::string why) {
        edit(rule, path, at, at, std::move(text), risk, prior, std::move(why));
    }
    /// Several edits that belong together (any order).
    void edits(std::string_view rule, std::vector<project::Edit> list, Risk risk, double prior, std::string why);
    std::vector<Candidate> candidates;
};

class Rule {
public:
    virtual ~Rule() = default;
    virtual std::string_view name() const = 0;
    /// Cheap test.
    virtual bool applies(const toolchain::Diagnostic& d) const = 0;
    virtual void propose(const RuleContext& context, Proposals& out) const = 0;
};

/// All registered rules in a fixed (name) order.
const std::vector<const Rule*>& all_rules();
void register_rule(std::unique_ptr<Rule> rule);

#define RC_REGISTER_RULE(type)                                                                                         \
    namespace {                                                                                                        \
    const bool rc_registered_##type = (::rustcoder::repair::register_rule(std::make_unique<type>()), true);            \
    }

/// Asks every applicable rule and source, plus the compiler's own suggestions, de-duplicates by patch hash (keeping the
/// best prior), drops patches that touch tests, no-ops and files outside the project. Sorted by descending prior, then
/// smaller size.
class CandidateSource; // repair/source.h
std::vector<Candidate> propose_all(const RuleContext& context,
                                   std::span<const std::shared_ptr<const CandidateSource>> sources = {});
/// The same of the sources alone.
std::vector<Candidate> propose_from(const RuleContext& context,
                                    std::span<const std::shared_ptr<const CandidateSource>> sources);

} // namespace rustcoder::repair
