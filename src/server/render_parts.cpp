#include "server/render_parts.h"

#include "base/text.h"
#include "project/flat_text.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::size_t longest_text = 1u << 20; // of one output field; more is cut with a note

/// Length of the well-formed UTF-8 sequence at the start of s, 0 if there is none.
std::size_t sequence(std::string_view s) {
    const auto b = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    const auto tail = [&](std::size_t n) {
        if (s.size() < n)
            return false;
        for (std::size_t i = 1; i < n; ++i)
            if ((b(i) & 0xC0) != 0x80)
                return false;
        return true;
    };
    const unsigned char c = b(0);
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        return tail(2) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF)
        return tail(3) && !(c == 0xE0 && b(1) < 0xA0) && !(c == 0xED && b(1) > 0x9F) ? 3 : 0;
    if (c >= 0xF0 && c <= 0xF4)
        return tail(4) && !(c == 0xF0 && b(1) < 0x90) && !(c == 0xF4 && b(1) > 0x8F) ? 4 : 0;
    return 0;
}

const char* level_name(toolchain::Level level) {
    switch (level) {
    case toolchain::Level::error:
        return "error";
    case toolchain::Level::warning:
        return "warning";
    case toolchain::Level::note:
        return "note";
    case toolchain::Level::help:
        return "help";
    case toolchain::Level::failure_note:
        return "failure-note";
    case toolchain::Level::ice:
        return "error: internal compiler error";
    case toolchain::Level::other:
        break;
    }
    return "other";
}

const char* applicability_name(toolchain::Applicability a) {
    switch (a) {
    case toolchain::Applicability::machine_applicable:
        return "machine-applicable";
    case toolchain::Applicability::maybe_incorrect:
        return "maybe-incorrect";
    case toolchain::Applicability::has_placeholders:
        return "has-placeholders";
    case toolchain::Applicability::unspecified:
        break;
    }
    return "unspecified";
}

json::object suggestion_json(const toolchain::Suggestion& s) {
    json::object o;
    o["message"] = clean_utf8(s.message);
    o["applicability"] = applicability_name(s.applicability);
    json::array parts;
    for (const auto& part : s.parts) {
        json::object p;
        p["file"] = clean_utf8(part.file);
        p["begin"] = part.begin;
        p["end"] = part.end;
        p["text"] = clean_utf8(part.text);
        parts.emplace_back(std::move(p));
    }
    o["edits"] = std::move(parts);
    return o;
}

json::object diagnostic_json(const toolchain::Diagnostic& d) {
    json::object o;
    o["code"] = d.code;
    o["level"] = level_name(d.level);
    o["message"] = clean_utf8(d.message);
    if (const auto* s = place_of(d)) {
        o["file"] = clean_utf8(s->file);
        o["line"] = s->line_begin;
        o["column"] = s->column_begin;
        o["label"] = clean_utf8(s->label);
    } else {
        o["file"] = nullptr;
        o["line"] = nullptr;
        o["column"] = nullptr;
        o["label"] = "";
    }
    json::array help;
    for (const auto& child : d.children)
        if (!child.message.empty())
            help.emplace_back(clean_utf8(std::string(level_name(child.level)) + ": " + child.message));
    o["help"] = std::move(help);
    json::array suggestions;
    for (const auto& s : d.suggestions)
        suggestions.emplace_back(suggestion_json(s));
    o["suggestions"] = std::move(suggestions);
    return o;
}

} // namespace

std::string clean_utf8(std::string_view bytes) {
    if (base::valid_utf8(bytes))
        return std::string(bytes);
    std::string out;
    out.reserve(bytes.size() + 16);
    while (!bytes.empty()) {
        if (const auto n = sequence(bytes)) {
            out.append(bytes.substr(0, n));
            bytes.remove_prefix(n);
        } else {
            out.append("\xEF\xBF\xBD");
            bytes.remove_prefix(1);
        }
    }
    return out;
}

std::string output_text(std::string_view s) {
    if (s.size() <= longest_text)
        return clean_utf8(s);
    return clean_utf8(s.substr(0, longest_text)) + fmt::format("\n[{} more bytes left out]\n", s.size() - longest_text);
}

json::object files_json(const project::Project& project) {
    json::object out;
    for (const auto& [path, file] : project.files())
        out[path] = clean_utf8(*file.bytes);
    return out;
}

json::array strings(const std::vector<std::string>& list) {
    json::array out;
    for (const auto& s : list)
        out.emplace_back(clean_utf8(s));
    return out;
}

/// First primary span, wherever it is; diagnostics without one have no place.
const toolchain::Span* place_of(const toolchain::Diagnostic& d) {
    const toolchain::Span* any = nullptr;
    for (const auto& s : d.spans)
        if (s.primary) {
            if (s.in_project)
                return &s;
            if (!any)
                any = &s;
        }
    return any;
}

std::string headline(const toolchain::Diagnostic& d) {
    return d.code.empty() ? "error: " + d.message : fmt::format("error[{}]: {}", d.code, d.message);
}

/// Upstream read these two from cargo's text, and only for "error[": plain "error:" (all syntax errors) came out empty.
json::object error_details(const std::string& text, std::span<const toolchain::Diagnostic> diagnostics,
                           const std::string& cargo_error) {
    std::string message, location;
    for (const auto& d : diagnostics) {
        if (!d.is_error())
            continue;
        message = headline(d);
        if (const auto* s = place_of(d))
            location = fmt::format("--> {}:{}:{}", s->file, s->line_begin, s->column_begin);
        break;
    }
    if (message.empty() && !cargo_error.empty())
        message = std::string(base::trim(cargo_error.substr(0, cargo_error.find('\n'))));
    json::object out;
    out["full_error"] = output_text(text);
    out["error_message"] = clean_utf8(message);
    out["error_location"] = clean_utf8(location);
    return out;
}

json::value run_output(const std::optional<toolchain::RunReport>& run, const json::value& when_failed) {
    if (!run || !run->built)
        return nullptr; // no binary: there is nothing to run
    if (!run->exit.ok())
        return when_failed;
    return json::value(output_text(run->exit.out));
}

json::array attempts_json(const std::vector<repair::Attempt>& attempts) {
    json::array out;
    int number = 0;
    for (const auto& attempt : attempts) {
        json::object a;
        a["attempt"] = ++number;
        a["success"] = attempt.success;
        if (attempt.success)
            a["output"] = nullptr;
        else
            a["output"] = output_text(attempt.output);
        out.emplace_back(std::move(a));
    }
    return out;
}

std::string failed_text(const project::Project& project, std::string_view summary,
                        std::span<const toolchain::Diagnostic> left, std::string_view explanation) {
    const auto remark = [](std::string_view text) {
        return text.empty() ? std::string() : "# " + clean_utf8(base::replace_all(std::string(text), "\n", " ")) + "\n";
    };
    std::string out;
    if (!project.empty())
        out = clean_utf8(project::print_flat_text(project));
    if (!out.empty())
        out += out.ends_with('\n') ? "\n" : "\n\n";
    out += "# Build failed\n" + remark(summary);
    std::size_t shown = 0;
    for (const auto& d : left) {
        if (!d.is_error() || ++shown > 5)
            continue;
        const auto* s = place_of(d);
        out += remark(headline(d) + (s ? fmt::format(" at {}:{}:{}", s->file, s->line_begin, s->column_begin) : ""));
    }
    return out + remark(explanation);
}

json::value evidence_json(const std::string& text) {
    if (text.empty())
        return nullptr;
    auto parsed = base::parse_json(text);
    return parsed ? std::move(*parsed) : json::value(nullptr);
}

json::array diagnostics_json(std::span<const toolchain::Diagnostic> list, std::size_t most) {
    json::array out;
    for (const bool errors : {true, false}) // errors first, each in the compiler's order
        for (const auto& d : list)
            if (d.is_error() == errors && out.size() < most)
                out.emplace_back(diagnostic_json(d));
    return out;
}

} // namespace rustcoder::server
