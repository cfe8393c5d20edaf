#include "model/edit_blocks.h"

#include "base/text.h"
#include "model/edit_match.h"
#include "project/flat_lines.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace rustcoder::model {

namespace {

constexpr std::size_t max_answer = 1u << 20, max_blocks = 200, max_path = 200;

// ---- reading ---------------------------------------------------------------------------------------------------

/// The rest of a marker line: five to ten of the character, then nothing or a word. nullopt: no marker.
std::optional<std::string_view> marker(std::string_view line, char c) {
    line = base::trim(line);
    const auto run = std::min(line.find_first_not_of(c), line.size());
    if (run < 5 || run > 10)
        return std::nullopt;
    const auto rest = line.substr(run);
    const auto word = base::trim(rest);
    const bool letter = !word.empty() && ((word[0] >= 'a' && word[0] <= 'z') || (word[0] >= 'A' && word[0] <= 'Z'));
    if (!word.empty() && !letter)
        return std::nullopt;
    return word;
}

bool path_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/' || c == '\\' || c == '+';
}

/// `text` when it is nothing but the path of a file of a known kind ("self.x" and "e.g." are none).
std::string_view as_path(std::string_view text) {
    while (!text.empty() && base::has("`*\"'()[]<>:,#", text.substr(0, 1)))
        text.remove_prefix(1);
    while (!text.empty() && base::has("`*\"'()[]<>:,.;", text.substr(text.size() - 1)))
        text.remove_suffix(1);
    const auto dot = text.rfind('.');
    const bool known = dot != std::string_view::npos && dot > 0 &&
                       base::one_of(text.substr(dot + 1), {"rs", "toml", "md", "txt", "json", "yaml", "yml", "html",
                                                           "css", "js", "sql", "proto", "csv", "sh", "lock", "in"});
    if (!known || text.size() > max_path || text.starts_with("//") || !std::all_of(text.begin(), text.end(), path_char))
        return {};
    return text;
}

/// The last path that a line of prose, a heading, a comment or a fence's info string names.
std::string_view path_in(std::string_view line) {
    std::string_view found;
    for (std::size_t at = 0; at < line.size();) {
        const auto begin = line.find_first_not_of(" \t=:|", at);
        if (begin == std::string_view::npos)
            break;
        const auto end = std::min(line.find_first_of(" \t=:|", begin), line.size());
        if (const auto path = as_path(line.substr(begin, end - begin)); !path.empty())
            found = path;
        at = end;
    }
    return found;
}

/// Without a fence that a model has put around one half of a block.
std::string without_fence(const std::vector<std::string_view>& lines) {
    std::size_t first = 0, last = lines.size();
    while (first < last && base::trim(lines[first]).empty())
        ++first;
    auto end = last;
    while (end > first && base::trim(lines[end - 1]).empty())
        --end;
    const auto open = first < end ? project::flat::parse_fence(lines[first]) : std::nullopt;
    const auto close = end - first > 1 ? project::flat::parse_fence(lines[end - 1]) : std::nullopt;
    if (open && close && close->closes(*open)) {
        ++first;
        last = end - 1;
    } else {
        first = 0;
    }
    std::string out;
    for (auto i = first; i < last; ++i)
        out.append(lines[i]).append("\n");
    return out;
}

class Reader {
public:
    explicit Reader(std::string_view answer) : lines_(base::lines(answer)) {}
    ParsedAnswer read();

private:
    enum class Part { outside, search, replace, file };
    void outside(std::string_view line);
    void begin(std::string_view word);
    void finish();
    void drop(std::string reason) {
        out_.refused.push_back({path_, begun_ + 1, std::move(reason)});
        part_ = Part::outside;
    }
    void found(EditBlock block) {
        block.line = begun_ + 1;
        last_path_ = block.path;
        out_.blocks.push_back(std::move(block));
        part_ = Part::outside;
        named_.clear();
    }

    std::vector<std::string_view> lines_;
    ParsedAnswer out_;
    Part part_ = Part::outside;
    std::size_t at_ = 0, begun_ = 0, named_at_ = 0;
    std::string path_, named_, last_path_; // of the open block; last named in the text; of the last block
    std::vector<std::string_view> search_, replace_;
    project::flat::Fence fence_;
};

/// The path a few lines above a block is the block's.
void Reader::begin(std::string_view word) {
    part_ = Part::search;
    begun_ = at_;
    search_.clear();
    replace_.clear();
    path_ = path_in(word);
    if (path_.empty() && !named_.empty() && at_ - named_at_ <= 5)
        path_ = named_;
    if (path_.empty())
        path_ = last_path_;
}

void Reader::outside(std::string_view line) {
    if (const auto word = marker(line, '<'))
        return begin(*word);
    const auto fence = project::flat::parse_fence(line);
    const auto file = project::flat::parse_marker(line);
    if (const auto path = file ? std::string_view(file->path) : path_in(line); !path.empty()) {
        named_ = path;
        named_at_ = at_;
    }
    const auto open = fence ? fence : file ? file->fence : std::nullopt;
    if (!open)
        return;
    // A fence right under a path is a whole file unless a block begins inside.
    if (named_.empty() || at_ - named_at_ > 2)
        return;
    std::size_t inside = at_ + 1;
    for (; inside < lines_.size(); ++inside) {
        if (marker(lines_[inside], '<'))
            return;
        const auto close = project::flat::parse_fence(lines_[inside]);
        if (close && close->closes(*open))
            break;
    }
    begun_ = at_;
    path_ = named_;
    if (inside == lines_.size())
        return drop("the file is not complete: its fence is not closed");
    EditBlock block{.path = named_, .whole_file = true};
    for (auto i = at_ + 1; i < inside; ++i)
        block.replace.append(lines_[i]).append("\n");
    at_ = inside;
    found(std::move(block));
}

void Reader::finish() {
    found({.path = path_, .search = without_fence(search_), .replace = without_fence(replace_)});
}

ParsedAnswer Reader::read() {
    for (; at_ < lines_.size() && out_.blocks.size() < max_blocks; ++at_) {
        const auto line = lines_[at_];
        if (part_ == Part::outside) {
            outside(line);
        } else if (const auto word = marker(line, '<')) {
            drop("the block has no end");
            begin(*word);
        } else if (marker(line, '=')) {
            if (part_ == Part::search)
                part_ = Part::replace;
            else
                drop("the block has two dividing lines");
        } else if (marker(line, '>')) {
            if (part_ == Part::replace)
                finish();
            else
                drop("the block has no dividing line");
        } else {
            (part_ == Part::search ? search_ : replace_).push_back(line);
        }
    }
    if (part_ != Part::outside)
        drop(out_.blocks.size() < max_blocks ? "the answer ends within the block" : "there are too many blocks");
    return std::move(out_);
}

// ---- applying --------------------------------------------------------------------------------------------------

std::unexpected<Error> refuse(std::string reason) {
    return fail(Errc::invalid_input, std::move(reason));
}

/// What a model may add to a project: nothing hidden, nothing that configures cargo or runs when it builds.
bool may_be_added(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    if (path.starts_with('.') || base::has(path, "/.") || path.starts_with("target/") || name == "build.rs" ||
        name.starts_with("rust-toolchain") || base::one_of(name, {"clippy.toml", "rustfmt.toml"}))
        return false;
    const auto dot = name.rfind('.');
    return name == "Cargo.toml" ||
           (dot != std::string_view::npos &&
            base::one_of(name.substr(dot + 1), {"rs", "md", "txt", "json", "csv", "html", "css", "sql"}));
}

/// Keys and tables by which a manifest runs code when it builds, or takes code from elsewhere.
std::size_t reaches_out(std::string_view manifest) {
    std::size_t out = 0;
    for (const auto line : base::lines(manifest)) {
        const auto text = base::trim(line);
        const auto key = base::trim(text.substr(0, text.find('=')));
        const bool table = text.starts_with('[');
        out += base::one_of(key, {"build", "links", "proc-macro", "proc_macro", "replace-with"}) ||
               (table && (base::has(text, "build-dependencies") || text.starts_with("[patch") ||
                          text.starts_with("[replace") || text.starts_with("[source"))) ||
               (!table && (base::has(text, "git =") || base::has(text, "git=") ||
                           (base::has(text, "path") && (base::has(text, "\"/") || base::has(text, "..")))));
    }
    return out;
}

class Applier {
public:
    Applier(const project::Project& project, const EditRules& rules)
        : project_(project), rules_(rules), work_(project) {}
    EditAnswer apply(ParsedAnswer parsed);

private:
    Result<std::string> resolve(const EditBlock& block) const;
    Status apply(const EditBlock& block, const std::string& path);

    const project::Project& project_;
    const EditRules& rules_;
    project::Project work_;
};

/// The project's file that the block means, or a path for a new one.
Result<std::string> Applier::resolve(const EditBlock& block) const {
    if (block.path.empty()) {
        std::string only;
        for (const auto& [path, file] : work_.files())
            if (!base::trim(block.search).empty() && replace_in(*file.bytes, block.search, block.replace)) {
                if (!only.empty())
                    return refuse("it names no file, and its text is in several");
                only = path;
            }
        if (only.empty())
            return refuse("it names no file");
        return only;
    }
    const auto safe = project::safe_path(block.path);
    if (!safe)
        return refuse("its path is outside the project");
    if (work_.contains(*safe))
        return *safe;
    // "my_project/src/main.rs" and "main.rs" for src/main.rs
    for (auto rest = std::string_view(*safe); rest.find('/') != std::string_view::npos;) {
        rest.remove_prefix(rest.find('/') + 1);
        if (work_.contains(rest))
            return std::string(rest);
    }
    std::string only;
    for (const auto& [path, file] : work_.files())
        if (path.ends_with("/" + *safe)) {
            if (!only.empty())
                return refuse("several files have this name; write the whole path");
            only = path;
        }
    if (!only.empty() || base::trim(block.search).empty())
        return only.empty() ? *safe : only;
    return refuse("there is no such file");
}

Status Applier::apply(const EditBlock& block, const std::string& path) {
    const auto* old = work_.find(path);
    const bool no_text = base::trim(block.search).empty();
    if ((!old || rules_.replace_files) && !may_be_added(path))
        return refuse("such a file may not be added");
    if (std::find(rules_.untouchable.begin(), rules_.untouchable.end(), path) != rules_.untouchable.end())
        return refuse("this file must stay as it is");
    if (block.whole_file && old && !rules_.replace_files)
        return refuse("it is a whole file, but the file exists; answer with search and replace blocks");
    if (!old || block.whole_file || (no_text && base::trim(*old).empty())) {
        for (const auto line : base::lines(block.replace))
            if (is_elision(line))
                return refuse("the file leaves code out; write it completely");
        if (base::trim(block.replace).empty())
            return refuse("the file is empty");
        if (path.ends_with("Cargo.toml") && !rules_.replace_files && reaches_out(block.replace) > 0)
            return refuse("the manifest may not run code when it builds, nor take code from elsewhere");
        return work_.set(path, block.replace);
    }
    if (!base::valid_utf8(*old) || !base::valid_utf8(block.replace))
        return refuse("it is not UTF-8");
    RC_TRY_ASSIGN(auto text, replace_in(*old, block.search, block.replace));
    if (text == *old)
        return refuse("it changes nothing");
    if (path.ends_with("Cargo.toml") && reaches_out(text) > reaches_out(*old))
        return refuse("the manifest may not run code when it builds, nor take code from elsewhere");
    return work_.set(path, std::move(text), project_.contains(path) && project_.files().find(path)->second.executable);
}

EditAnswer Applier::apply(ParsedAnswer parsed) {
    EditAnswer out;
    out.refused = std::move(parsed.refused);
    const auto& blocks = parsed.blocks;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto& block = blocks[i];
        if (std::any_of(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(i), [&](const EditBlock& b) {
                return b.path == block.path && b.search == block.search && b.replace == block.replace;
            }))
            continue; // said twice
        const auto path = resolve(block);
        const auto done = path ? apply(block, *path) : Status(std::unexpected(path.error()));
        if (done)
            ++out.applied;
        else
            out.refused.push_back({path ? *path : block.path, block.line, done.error().message});
    }
    std::stable_sort(out.refused.begin(), out.refused.end(),
                     [](const RefusedBlock& a, const RefusedBlock& b) { return a.line < b.line; });
    if (out.applied > 0)
        out.patch = project::diff(project_, work_);
    return out;
}

} // namespace

ParsedAnswer parse_edit_blocks(std::string_view answer) {
    if (answer.size() > max_answer)
        return {{}, {{"", 1, "the answer is too long"}}};
    return Reader(answer).read();
}

EditAnswer apply_edits(ParsedAnswer parsed, const project::Project& project, const EditRules& rules) {
    return Applier(project, rules).apply(std::move(parsed));
}

EditAnswer read_edits(std::string_view answer, const project::Project& project, const EditRules& rules) {
    return apply_edits(parse_edit_blocks(answer), project, rules);
}

} // namespace rustcoder::model
