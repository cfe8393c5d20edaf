// Plain Rust source as a project. `project` knows no syntax tree, so a small scanner that skips comments and literals
// is enough to see whether there is a main function.
#include "base/text.h"
#include "project/project.h"

#include <fmt/format.h>
#include <set>

namespace rustcoder::project {

namespace {

class MainFinder {
public:
    explicit MainFinder(std::string_view source) : s_(source) {}

    bool found() {
        std::string_view previous;
        while (i_ < s_.size()) {
            if (skip_trivia_or_literal())
                continue;
            if (!base::is_ident_start(s_[i_])) {
                previous = {};
                ++i_;
                continue;
            }
            const std::size_t begin = i_;
            while (i_ < s_.size() && base::is_ident(s_[i_]))
                ++i_;
            const auto word = s_.substr(begin, i_ - begin);
            if (previous == "fn" && word == "main")
                return true;
            previous = word;
        }
        // A quote that is never closed may hide everything after it: then the start of a line decides.
        return unterminated_ && line_begins_main();
    }

private:
    bool skip_trivia_or_literal() {
        const char c = s_[i_];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            ++i_;
            return true;
        }
        if (s_.substr(i_).starts_with("//")) {
            i_ = std::min(s_.find('\n', i_), s_.size());
            return true;
        }
        if (s_.substr(i_).starts_with("/*"))
            return skip_block_comment();
        if (c == '"')
            return skip_string();
        if (c == '\'')
            return skip_character();
        if (c == 'r' || s_.substr(i_).starts_with("br") || s_.substr(i_).starts_with("cr"))
            return skip_raw_string();
        return false;
    }
    bool skip_block_comment() {
        int depth = 0;
        do {
            if (s_.substr(i_).starts_with("/*"))
                ++depth, i_ += 2;
            else if (s_.substr(i_).starts_with("*/"))
                --depth, i_ += 2;
            else
                ++i_;
        } while (depth > 0 && i_ < s_.size());
        unterminated_ |= depth > 0;
        return true;
    }
    bool skip_string() {
        for (++i_; i_ < s_.size() && s_[i_] != '"'; ++i_)
            if (s_[i_] == '\\')
                ++i_;
        unterminated_ |= i_ >= s_.size();
        i_ = std::min(i_ + 1, s_.size());
        return true;
    }
    bool skip_character() { // 'a' '\n' '"' but not the lifetime 'a
        if (i_ + 1 < s_.size() && s_[i_ + 1] == '\\') {
            const auto end = s_.find('\'', i_ + 3);
            i_ = end == std::string_view::npos ? i_ + 2 : end + 1;
        } else if (const auto end = s_.substr(i_ + 1, 6).find('\'');
                   end != std::string_view::npos && end >= 1 &&
                   (end == 1 || static_cast<unsigned char>(s_[i_ + 1]) >= 0x80)) {
            i_ += end + 2;
        } else {
            ++i_;
        }
        return true;
    }
    bool skip_raw_string() {
        if (i_ > 0 && base::is_ident(s_[i_ - 1]))
            return false;
        std::size_t at = i_ + (s_[i_] == 'r' ? 1 : 2), hashes = 0;
        while (at < s_.size() && s_[at] == '#')
            ++at, ++hashes;
        if (at >= s_.size() || s_[at] != '"')
            return false;
        const auto end = s_.find("\"" + std::string(hashes, '#'), at + 1);
        unterminated_ |= end == std::string_view::npos;
        i_ = end == std::string_view::npos ? s_.size() : end + 1 + hashes;
        return true;
    }
    bool line_begins_main() const {
        for (const auto line : base::lines(s_))
            for (const std::string_view start : {"fn main(", "pub fn main(", "async fn main(", "pub async fn main("})
                if (line.starts_with(start))
                    return true;
        return false;
    }

    std::string_view s_;
    std::size_t i_ = 0;
    bool unterminated_ = false;
};

/// Cargo refuses keywords, "test" and names that do not begin with a letter.
std::string crate_name(std::string_view hint) {
    std::string out;
    for (const char c : hint.substr(0, 60)) {
        if (base::is_ident(c) && static_cast<unsigned char>(c) < 0x80)
            out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        else if (!out.empty() && out.back() != '_')
            out += '_';
    }
    static const std::set<std::string_view> refused{
        "as",    "async",      "await",  "box",      "break",    "const",      "continue", "crate",   "do",
        "dyn",   "else",       "enum",   "false",    "final",    "fn",         "for",      "gen",     "if",
        "impl",  "in",         "let",    "loop",     "macro",    "match",      "mod",      "move",    "mut",
        "priv",  "pub",        "ref",    "return",   "self",     "static",     "struct",   "super",   "test",
        "trait", "true",       "try",    "type",     "typeof",   "unsafe",     "use",      "virtual", "where",
        "while", "yield",      "extern", "abstract", "become",   "override",   "unsized",  "core",    "std",
        "alloc", "proc_macro", "deps",   "build",    "examples", "incremental"};
    if (out.empty() || out.find_first_not_of('_') == std::string::npos)
        return "rust_project";
    if (refused.contains(out) || !base::is_ident_start(out.front()))
        return "rust_" + out;
    return out;
}

} // namespace

Result<Project> single_file(std::string_view source, std::string_view name_hint) {
    Project project;
    RC_TRY(project.set("Cargo.toml", fmt::format("[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
                                                 crate_name(name_hint))));
    RC_TRY(project.set(MainFinder(source).found() ? "src/main.rs" : "src/lib.rs", std::string(source)));
    return project;
}

} // namespace rustcoder::project
