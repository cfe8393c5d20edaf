// rustc's JSON diagnostics as values. Plain data, thread-safe.
// Format: https://doc.rust-lang.org/rustc/json.html (a local copy is in the installed rust-docs).
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::toolchain {

enum class Level { error, warning, note, help, failure_note, ice, other };
/// The compiler pass an error comes from. Earlier phases hide later ones.
enum class Phase { parse, resolve, type, borrow, lint, link, cargo };
enum class Applicability { machine_applicable, maybe_incorrect, has_placeholders, unspecified };

struct Span {
    std::string file;                     // relative to the project root when inside it, as rustc prints it otherwise
    std::size_t begin = 0, end = 0;       // bytes, [begin, end)
    int line_begin = 0, line_end = 0;     // 1-based
    int column_begin = 0, column_end = 0; // 1-based, characters
    bool primary = false;
    bool in_project = false;     // the file is one of the project's
    bool from_expansion = false; // the span itself came out of a macro or desugaring
    std::string macro;           // "println!", "desugaring of `?` operator", ... when from_expansion
    std::string label;
    std::string text; // the source lines rustc quotes, joined by '\n'
};

struct Replacement {
    std::string file;
    std::size_t begin = 0, end = 0;
    std::string text;
    bool in_project = false;
};

/// One alternative: all parts belong together (multipart). Flattened alternatives (rust-lang/rust#53934) are split.
struct Suggestion {
    std::string message;
    std::vector<Replacement> parts; // sorted by (file, begin)
    Applicability applicability = Applicability::unspecified;
};

struct Child {
    Level level = Level::note;
    std::string message;
    std::vector<Span> spans;
};

struct Diagnostic {
    std::string code; // "E0308", lint name, or "" (syntax errors)
    Level level = Level::error;
    std::string message;
    std::vector<Span> spans; // primary and secondary; locations in macros are resolved outwards so that `primary()` is
                             // in the project whenever any frame of the expansion is
    std::vector<Child> children;
    std::vector<Suggestion> suggestions;
    std::string rendered; // as rustc prints it, without colours
    Phase phase = Phase::type;
    std::string unit; // "lib p", "test:it p", ... the target it was reported for

    bool is_error() const { return level == Level::error || level == Level::ice; }
    /// First primary span that lies in the project, else nullptr.
    const Span* primary() const;
    /// First span (any) whose label contains `needle`, else nullptr.
    const Span* labelled(std::string_view needle) const;
    /// True if message, any label or any child's message contains `needle`.
    bool mentions(std::string_view needle) const;
    /// Identity without positions: code + message + file (line numbers and columns left out), 64-bit.
    std::uint64_t fingerprint() const;
};

/// Phase from the error code (docs/diagnostics.md has the table); code-less errors are parse unless the message says
/// otherwise.
Phase phase_of(const Diagnostic& d);

/// Reads rustc's `--error-format=json` or cargo's `--message-format=json` lines, mixed. Lines that are not JSON are
/// collected in `other`. `project_prefix`: absolute directory cut from file names ("" = none); `is_ours(file)` decides
/// in_project. Never throws; a malformed line is kept in `other`.
struct ParsedOutput {
    std::vector<Diagnostic> diagnostics; // errors and warnings, duplicates from several units merged; summaries
                                         // ("aborting due to", failure notes) dropped
    std::vector<std::string> other;
    std::optional<bool> build_finished;   // cargo's verdict when present
    std::vector<std::string> executables; // cargo artifacts with an executable: path
};
ParsedOutput parse_output(std::string_view ndjson, std::string_view project_prefix,
                          bool (*is_ours)(void* context, std::string_view file), void* context);

} // namespace rustcoder::toolchain
