#include "toolchain/diagnostic_parse.h"

#include "base/json.h"
#include "base/text.h"

#include <algorithm>
#include <tuple>

namespace rustcoder::toolchain {

using base::get_array;
using base::get_bool;
using base::get_int;
using base::get_object;
using base::get_string;
using base::json::object;
using base::json::value;

std::string strip_ansi(std::string_view s) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '\x1b' && i + 1 < s.size() && s[i + 1] == '[') {
            i += 2;
            while (i < s.size() && !(s[i] >= '@' && s[i] <= '~'))
                ++i;
            continue;
        }
        out += s[i];
    }
    return out;
}

std::string normal_path(std::string_view path) {
    std::vector<std::string_view> parts;
    for (std::string_view p : base::split(path, '/')) {
        if (p.empty() || p == ".")
            continue;
        if (p == ".." && !parts.empty() && parts.back() != "..")
            parts.pop_back();
        else
            parts.push_back(p);
    }
    std::string out = path.starts_with('/') ? "/" : "";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i)
            out += '/';
        out += parts[i];
    }
    return out;
}

namespace {

Level level_of(std::string_view s) {
    if (s == "error")
        return Level::error;
    if (s == "warning")
        return Level::warning;
    if (s == "note")
        return Level::note;
    if (s == "help")
        return Level::help;
    if (s == "failure-note")
        return Level::failure_note;
    if (s.starts_with("error: internal compiler error"))
        return Level::ice;
    return Level::other;
}

Applicability applicability_of(std::string_view s) {
    if (s == "MachineApplicable")
        return Applicability::machine_applicable;
    if (s == "MaybeIncorrect")
        return Applicability::maybe_incorrect;
    if (s == "HasPlaceholders")
        return Applicability::has_placeholders;
    return Applicability::unspecified;
}

struct Place {
    std::string file;
    bool ours = false;
};

Place place_of(std::string_view raw, const ParseContext& context) {
    if (raw.starts_with('<')) // "<anon>", "<proc-macro source code>"
        return {std::string(raw), false};
    if (raw.starts_with('/')) {
        std::string path = normal_path(raw);
        const std::string& prefix = context.project_prefix;
        if (!prefix.empty() && path.size() > prefix.size() && path.starts_with(prefix) && path[prefix.size()] == '/') {
            path.erase(0, prefix.size() + 1);
            const bool ours = context.is_ours && context.is_ours(path);
            return {std::move(path), ours};
        }
        return {std::move(path), false};
    }
    std::string path =
        normal_path(context.relative_base.empty() ? std::string(raw) : context.relative_base + "/" + std::string(raw));
    const bool ours = context.is_ours && context.is_ours(path);
    return {std::move(path), ours};
}

std::size_t offset_of(const object& o, std::string_view key) {
    const std::int64_t n = get_int(o, key);
    return n < 0 ? 0 : static_cast<std::size_t>(n);
}

void read_location(const object& o, const ParseContext& context, Span& span) {
    Place place = place_of(get_string(o, "file_name"), context);
    span.file = std::move(place.file);
    span.in_project = place.ours;
    span.begin = offset_of(o, "byte_start");
    span.end = std::max(span.begin, offset_of(o, "byte_end"));
    span.line_begin = static_cast<int>(get_int(o, "line_start"));
    span.line_end = static_cast<int>(get_int(o, "line_end"));
    span.column_begin = static_cast<int>(get_int(o, "column_start"));
    span.column_end = static_cast<int>(get_int(o, "column_end"));
    span.text.clear();
    if (const auto* lines = get_array(o, "text")) {
        for (const value& line : *lines) {
            if (!line.is_object())
                continue;
            if (!span.text.empty())
                span.text += '\n';
            span.text += get_string(line.get_object(), "text");
        }
    }
}

Span read_span(const object& o, const ParseContext& context) {
    Span span;
    read_location(o, context, span);
    span.primary = get_bool(o, "is_primary");
    span.label = get_string(o, "label");
    // Walk outwards: a span that lies in std's macro is of no use, the call in the project is. One that is already in
    // the project stays where it is, even when a macro or a desugaring made it.
    const object* frame = get_object(o, "expansion");
    for (int depth = 0; frame && depth < 128; ++depth) {
        if (span.macro.empty())
            span.macro = get_string(*frame, "macro_decl_name");
        span.from_expansion = true;
        const object* outer = get_object(*frame, "span");
        if (span.in_project || !outer)
            break;
        Span wider;
        read_location(*outer, context, wider);
        if (wider.in_project) {
            wider.primary = span.primary;
            wider.label = std::move(span.label);
            wider.from_expansion = true;
            wider.macro = get_string(*frame, "macro_decl_name");
            return wider;
        }
        frame = get_object(*outer, "expansion");
    }
    return span;
}

struct Part {
    Replacement replacement;
    Applicability applicability = Applicability::unspecified;
    auto range() const { return std::tie(replacement.file, replacement.begin, replacement.end); }
};

bool overlap(const Part& a, const Part& b) {
    if (a.replacement.file != b.replacement.file)
        return false;
    if (a.range() == b.range())
        return true;
    return a.replacement.begin < b.replacement.end && b.replacement.begin < a.replacement.end;
}

/// Length of one alternative in a flattened list: the shortest period of the ranges whose parts do not overlap; 1 when
/// even the whole list could not be applied together.
std::size_t alternative_length(const std::vector<Part>& parts) {
    const std::size_t n = parts.size();
    for (std::size_t p = 1; p <= n; ++p) {
        if (n % p != 0)
            continue;
        bool periodic = true;
        for (std::size_t i = p; i < n && periodic; ++i)
            periodic = parts[i].range() == parts[i - p].range();
        if (!periodic)
            continue;
        for (std::size_t i = 0; i < p; ++i)
            for (std::size_t j = i + 1; j < p; ++j)
                if (overlap(parts[i], parts[j]))
                    return 1;
        return p;
    }
    return 1;
}

void add_suggestions(const std::vector<Part>& parts, const std::string& message, std::vector<Suggestion>& out) {
    if (parts.empty())
        return;
    const std::size_t length = alternative_length(parts);
    for (std::size_t at = 0; at < parts.size(); at += length) {
        Suggestion s;
        s.message = message;
        s.applicability = parts[at].applicability;
        for (std::size_t i = at; i < at + length; ++i) {
            s.applicability = std::max(s.applicability, parts[i].applicability); // the weakest promise counts
            s.parts.push_back(parts[i].replacement);
        }
        std::ranges::stable_sort(s.parts, [](const Replacement& a, const Replacement& b) {
            return std::tie(a.file, a.begin, a.end) < std::tie(b.file, b.begin, b.end);
        });
        const bool known = std::ranges::any_of(out, [&](const Suggestion& other) {
            return other.message == s.message &&
                   std::ranges::equal(other.parts, s.parts, [](const Replacement& a, const Replacement& b) {
                       return a.file == b.file && a.begin == b.begin && a.end == b.end && a.text == b.text;
                   });
        });
        if (!known)
            out.push_back(std::move(s));
    }
}

void read_spans(const object& o, const ParseContext& context, const std::string& message, std::vector<Span>& spans,
                std::vector<Suggestion>& suggestions) {
    std::vector<Part> parts;
    if (const auto* list = get_array(o, "spans")) {
        for (const value& v : *list) {
            if (!v.is_object())
                continue;
            const object& so = v.get_object();
            spans.push_back(read_span(so, context));
            const value* text = so.if_contains("suggested_replacement");
            if (!text || !text->is_string())
                continue;
            // Edits apply to the span as printed, never to a call site that it was moved out to.
            Span exact;
            read_location(so, context, exact);
            parts.push_back({{exact.file, exact.begin, exact.end, std::string(text->get_string()), exact.in_project},
                             applicability_of(get_string(so, "suggestion_applicability"))});
        }
    }
    add_suggestions(parts, message, suggestions);
}

Diagnostic read_diagnostic(const object& o, const ParseContext& context) {
    Diagnostic d;
    d.level = level_of(get_string(o, "level"));
    d.message = strip_ansi(get_string(o, "message"));
    d.rendered = strip_ansi(get_string(o, "rendered"));
    d.unit = context.unit;
    if (const object* code = get_object(o, "code"))
        d.code = get_string(*code, "code");
    read_spans(o, context, d.message, d.spans, d.suggestions);
    if (const auto* list = get_array(o, "children")) {
        for (const value& v : *list) {
            if (!v.is_object())
                continue;
            const object& co = v.get_object();
            Child child;
            child.level = level_of(get_string(co, "level"));
            child.message = strip_ansi(get_string(co, "message"));
            read_spans(co, context, child.message, child.spans, d.suggestions);
            d.children.push_back(std::move(child));
        }
    }
    d.phase = phase_of(d);
    return d;
}

bool is_summary(const Diagnostic& d) {
    if (d.level == Level::failure_note)
        return true;
    const std::string_view m = d.message;
    if (!d.spans.empty() || !d.code.empty())
        return false;
    return m.starts_with("aborting due to") || m.starts_with("could not compile") || m.ends_with(" warnings emitted") ||
           m.ends_with(" warning emitted");
}

std::string package_name(std::string_view id) {
    if (const auto hash = id.rfind('#'); hash != std::string_view::npos && id.find(' ') == std::string_view::npos) {
        const std::string_view tail = id.substr(hash + 1); // "name@1.0.0" or "1.0.0" after ".../name"
        if (const auto at = tail.find('@'); at != std::string_view::npos)
            return std::string(tail.substr(0, at));
        const std::string_view url = id.substr(0, hash);
        const auto slash = url.rfind('/');
        return std::string(slash == std::string_view::npos ? url : url.substr(slash + 1));
    }
    return std::string(id.substr(0, id.find(' '))); // cargo before 1.77: "name 1.0.0 (url)"
}

std::string first_kind(const object& target) {
    const auto* kinds = get_array(target, "kind");
    if (!kinds || kinds->empty() || !kinds->front().is_string())
        return "target";
    return std::string(kinds->front().get_string());
}

std::string unit_name(const object& message) {
    const std::string package = package_name(get_string(message, "package_id"));
    const object* target = get_object(message, "target");
    if (!target)
        return package;
    const std::string kind = first_kind(*target);
    const std::string name(get_string(*target, "name"));
    const bool plain = kind == "lib" || name == package;
    return plain ? kind + " " + package : kind + ":" + name + " " + package;
}

Artifact read_artifact(const object& o) {
    Artifact a;
    a.package_id = get_string(o, "package_id");
    if (const object* target = get_object(o, "target")) {
        a.target_name = get_string(*target, "name");
        a.kind = first_kind(*target);
    }
    if (const object* profile = get_object(o, "profile"))
        a.test = get_bool(*profile, "test");
    if (const auto* files = get_array(o, "filenames"))
        for (const value& f : *files)
            if (f.is_string())
                a.files.emplace_back(f.get_string());
    a.executable = get_string(o, "executable");
    a.fresh = get_bool(o, "fresh");
    return a;
}

bool same_place(const Diagnostic& a, const Diagnostic& b) {
    return a.code == b.code && a.level == b.level && a.message == b.message &&
           std::ranges::equal(a.spans, b.spans, [](const Span& x, const Span& y) {
               return x.begin == y.begin && x.end == y.end && x.file == y.file && x.primary == y.primary;
           });
}

void add_unit(std::string& units, const std::string& unit) {
    for (std::string_view known : base::split(units, ','))
        if (base::trim(known) == unit)
            return;
    if (!unit.empty())
        units += units.empty() ? unit : ", " + unit;
}

void add_merged(std::vector<Diagnostic>& into, Diagnostic d) {
    for (Diagnostic& known : into) {
        if (!same_place(known, d))
            continue;
        for (std::string_view unit : base::split(d.unit, ','))
            add_unit(known.unit, std::string(base::trim(unit)));
        if (known.suggestions.size() < d.suggestions.size())
            known.suggestions = std::move(d.suggestions);
        return;
    }
    into.push_back(std::move(d));
}

void take_diagnostic(const object& o, const ParseContext& context, ParsedOutput& out) {
    Diagnostic d = read_diagnostic(o, context);
    if (is_summary(d) || (!d.is_error() && d.level != Level::warning))
        return;
    add_merged(out.diagnostics, std::move(d));
}

/// False when the line is neither cargo's nor rustc's.
bool take_line(const object& o, const ParseContext& context, CargoOutput& out) {
    const std::string_view reason = get_string(o, "reason");
    if (reason.empty()) {
        const std::string_view type = get_string(o, "$message_type");
        if (type == "artifact" || type == "future_incompat" || type == "unused_extern" || type == "timing_section")
            return true;
        if (!o.contains("message") || !o.contains("level"))
            return o.contains("artifact");
        take_diagnostic(o, context, out.parsed);
        return true;
    }
    if (reason == "compiler-message") {
        const object* message = get_object(o, "message");
        if (!message)
            return false;
        ParseContext inner = context;
        inner.unit = unit_name(o);
        take_diagnostic(*message, inner, out.parsed);
    } else if (reason == "compiler-artifact") {
        Artifact a = read_artifact(o);
        if (!a.executable.empty())
            out.parsed.executables.push_back(a.executable);
        out.artifacts.push_back(std::move(a));
    } else if (reason == "build-finished") {
        out.parsed.build_finished = get_bool(o, "success");
    }
    return true;
}

} // namespace

CargoOutput parse_cargo_output(std::string_view ndjson, const ParseContext& context) {
    CargoOutput out;
    for (std::string_view line : base::lines(ndjson)) {
        if (base::trim(line).empty())
            continue;
        if (line.front() == '{') {
            const auto parsed = base::parse_json(line);
            if (parsed && parsed->is_object() && take_line(parsed->get_object(), context, out))
                continue;
        }
        out.parsed.other.emplace_back(line);
    }
    return out;
}

void merge_diagnostics(std::vector<Diagnostic>& into, std::vector<Diagnostic> more) {
    for (Diagnostic& d : more)
        add_merged(into, std::move(d));
}

ParsedOutput parse_output(std::string_view ndjson, std::string_view project_prefix,
                          bool (*is_ours)(void* context, std::string_view file), void* context) {
    ParseContext c;
    c.project_prefix = project_prefix;
    while (c.project_prefix.size() > 1 && c.project_prefix.ends_with('/'))
        c.project_prefix.pop_back();
    if (is_ours)
        c.is_ours = [=](std::string_view file) { return is_ours(context, file); };
    return parse_cargo_output(ndjson, c).parsed;
}

} // namespace rustcoder::toolchain
