#include "base/text.h"
#include "repair/search.h"

#include <algorithm>
#include <charconv>

namespace rustcoder::repair {

namespace {

// cargo names the manifest as " --> path/Cargo.toml:LINE:COLUMN" or "... at `/abs/path/Cargo.toml`".
toolchain::Diagnostic manifest_diagnostic(const std::string& text, const project::Project& project) {
    toolchain::Diagnostic d;
    d.phase = toolchain::Phase::cargo;
    d.message = text;
    d.rendered = text;
    toolchain::Span span;
    span.primary = span.in_project = true;
    span.file = "Cargo.toml";
    std::size_t best = 0;
    for (const auto& [path, file] : project.files())
        if (path.ends_with("Cargo.toml") && path.size() > best && text.find("/" + path) != std::string::npos)
            span.file = path, best = path.size();
    if (auto at = text.find("Cargo.toml:"); at != std::string::npos) {
        int line = 0;
        std::from_chars(text.data() + at + 11, text.data() + text.size(), line);
        const std::string* bytes = project.find(span.file);
        if (bytes && line > 0) {
            std::size_t begin = 0;
            for (int i = 1; i < line && begin != std::string::npos; ++i) {
                begin = bytes->find('\n', begin);
                begin = begin == std::string::npos ? begin : begin + 1;
            }
            if (begin != std::string::npos) {
                span.line_begin = span.line_end = line;
                span.begin = begin;
                span.end = std::min(bytes->find('\n', begin), bytes->size());
                span.text = bytes->substr(span.begin, span.end - span.begin);
            }
        }
    }
    d.spans.push_back(std::move(span));
    return d;
}

} // namespace

Diagnostics complaints(const toolchain::CheckReport& report, const project::Project& project, bool deny_warnings) {
    Diagnostics out;
    for (const auto& d : report.diagnostics)
        if (d.is_error() || (deny_warnings && d.level == toolchain::Level::warning && d.primary()))
            out.push_back(d);
    if (out.empty() && !report.ok && !report.cargo_error.empty())
        out.push_back(manifest_diagnostic(report.cargo_error, project));
    return out;
}

} // namespace rustcoder::repair
