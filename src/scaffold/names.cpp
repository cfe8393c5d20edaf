#include "scaffold/names.h"

#include "base/text.h"
#include "scaffold/fill.h"
#include "syntax/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rustcoder::scaffold {

namespace {

using syntax::Kind;

constexpr std::size_t longest_name = 64; // a crate registry takes no longer ones

/// Names that cargo refuses, or that hide what every program uses.
bool is_reserved(std::string_view name) {
    static constexpr auto reserved =
        std::to_array<std::string_view>({"test", "core", "std", "alloc", "proc_macro", "proc-macro", "deps", "build",
                                         "examples", "incremental", "con", "prn", "aux", "nul", "rustc", "cargo"});
    return syntax::is_keyword(base::replace_all(std::string(name), "-", "_")) ||
           std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool joins_name(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

/// Replaces whole names: nothing that could belong to a name stands beside them.
std::string replace_whole(std::string_view text, std::string_view from, std::string_view to) {
    std::string out;
    std::size_t done = 0;
    for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from, at + 1)) {
        const auto end = at + from.size();
        if (at < done || (at > 0 && joins_name(text[at - 1])) || (end < text.size() && joins_name(text[end])))
            continue;
        out += text.substr(done, at - done);
        out += to;
        done = end;
    }
    return out + std::string(text.substr(done));
}

bool is_hyphenated(std::string_view name) {
    return base::has(name, "-") || base::has(name, "_");
}

/// Documentation and other prose. A name of one word may be a plain word there: it is taken as the package only in
/// code.
std::string in_prose(std::string_view text, std::string_view from, std::string_view to) {
    const auto old_crate = crate_name(from), new_crate = crate_name(to);
    std::string out;
    if (is_hyphenated(from)) {
        out = replace_whole(text, from, to);
        return from == old_crate ? out : replace_whole(out, old_crate, new_crate);
    }
    out = std::string(text);
    for (const auto* frame : {"use {}::", "use {};", "`{}`", "`{}::", "`{} ", "cargo install {}", "/{} "})
        out = base::replace_all(
            std::move(out), fmt::format(fmt::runtime(frame), old_crate),
            fmt::format(fmt::runtime(frame), base::has(frame, "::") || base::has(frame, "use") ? new_crate : to));
    if (out.starts_with(fmt::format("# {}\n", from)))
        out.replace(2, from.size(), to);
    return out;
}

/// `usage: name ...`, `name: message`, and what cargo calls the built program for tests.
std::string in_string(std::string_view text, std::string_view from, std::string_view to) {
    std::string out = base::replace_all(std::string(text), fmt::format("CARGO_BIN_EXE_{}\"", from),
                                        fmt::format("CARGO_BIN_EXE_{}\"", to));
    for (const auto* before : {"\"usage: ", "\"Usage: ", "\"USAGE: "})
        out = base::replace_all(std::move(out), fmt::format("{}{} ", before, from), fmt::format("{}{} ", before, to));
    return base::replace_all(std::move(out), fmt::format("\"{}: ", from), fmt::format("\"{}: ", to));
}

bool heads_path(const syntax::Source& source, std::size_t i) {
    const auto at = static_cast<std::int64_t>(i);
    const auto before = source.at(at - 1), after = source.at(at + 1);
    if (before == "::") // `::name::` is absolute, `a::name` is something else
        return after == "::" && (i < 2 || !base::one_of(source.at(at - 2), {">", "]", ")"})) &&
               (i < 2 || source.tokens()[i - 2].kind != Kind::ident) &&
               !base::one_of(source.at(at - 2), {"crate", "self", "super", "Self"});
    if (before == "." || before == "mod" || before == "fn")
        return false;
    return after == "::" || before == "crate" || (before == "use" && base::one_of(after, {";", "as"}));
}

std::string in_rust(std::string_view bytes, std::string_view from, std::string_view to, bool paths) {
    const auto old_crate = crate_name(from), new_crate = crate_name(to);
    const syntax::Source source{std::string(bytes)};
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < source.tokens().size(); ++i) {
        const auto& token = source.tokens()[i];
        const auto text = source.text(token);
        std::string now(text);
        if (token.kind == Kind::ident && text == old_crate && paths && heads_path(source, i))
            now = new_crate;
        else if (token.kind == Kind::doc)
            now = in_prose(text, from, to);
        else if (token.kind == Kind::string)
            now = in_string(text, from, to);
        if (now == text)
            continue;
        out += source.text(done, token.begin);
        out += now;
        done = token.end;
    }
    return out + std::string(source.text(done, bytes.size()));
}

std::string in_manifest(std::string_view bytes, std::string_view from, std::string_view to) {
    const auto old_crate = crate_name(from), new_crate = crate_name(to);
    std::string out;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto end = std::min(bytes.find('\n', at), bytes.size() - 1) + 1;
        auto line = std::string(bytes.substr(at, end - at));
        const auto key = base::trim(std::string_view(line).substr(0, line.find('=')));
        if (base::one_of(key, {"name", "default-run"})) {
            line = base::replace_all(std::move(line), fmt::format("\"{}\"", from), fmt::format("\"{}\"", to));
            if (from != old_crate)
                line = base::replace_all(std::move(line), fmt::format("\"{}\"", old_crate),
                                         fmt::format("\"{}\"", new_crate));
        }
        out += line;
        at = end;
    }
    return out;
}

} // namespace

std::string crate_name(std::string_view package) {
    return base::replace_all(std::string(package), "-", "_");
}

std::string package_name(std::string_view text) {
    std::string out;
    for (const char c : base::lower(text)) {
        if (is_letter(c) || is_digit(c) || c == '_')
            out += c;
        else if (c != '\'' && !out.empty() && out.back() != '-' && out.back() != '_')
            out += '-';
    }
    if (out.size() > longest_name)
        out.resize(longest_name);
    const auto first = out.find_first_not_of("-_");
    if (first == std::string::npos)
        return {};
    out = out.substr(first, out.find_last_not_of("-_") + 1 - first);
    if (is_digit(out[0]))
        out = "rust-" + out;
    return is_reserved(out) ? out + "-app" : out;
}

Status check_package_name(std::string_view name) {
    const bool letters = !name.empty() && (is_letter(name[0]) || name[0] == '_') && name != "_" &&
                         std::all_of(name.begin(), name.end(), joins_name);
    if (letters && name.size() <= longest_name && !is_reserved(name))
        return {};
    const auto better = package_name(name);
    return fail(Errc::invalid_input, fmt::format("'{}' cannot be the name of a package", name), {},
                better.empty() ? "Take a word of letters, digits and '-'." : fmt::format("'{}' can.", better));
}

bool declares_module(std::string_view bytes, std::string_view name) {
    const syntax::Source source{std::string(bytes)};
    for (std::size_t i = 0; i + 1 < source.tokens().size(); ++i)
        if (source.at(static_cast<std::int64_t>(i)) == "mod" && source.at(static_cast<std::int64_t>(i) + 1) == name)
            return true;
    return false;
}

std::string renamed(std::string_view path, std::string_view bytes, std::string_view from, std::string_view to,
                    bool module_of_that_name) {
    if (from == to)
        return std::string(bytes);
    const auto file = path.substr(path.rfind('/') + 1);
    if (path.ends_with(".rs")) {
        const bool apart = path == "src/main.rs" || !path.starts_with("src/") || path.starts_with("src/bin/");
        const bool local = module_of_that_name && (!apart || declares_module(bytes, crate_name(from)));
        return in_rust(bytes, from, to, !local);
    }
    if (file == "Cargo.toml" || file == "Cargo.lock")
        return in_manifest(bytes, from, to);
    return base::valid_utf8(bytes) ? in_prose(bytes, from, to) : std::string(bytes);
}

} // namespace rustcoder::scaffold
