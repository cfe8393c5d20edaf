#include "project/flat_plain.h"

#include "base/text.h"
#include "project/flat_lines.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::project::flat {

namespace {

struct Block {
    std::string_view info;
    std::string named; // a path that the line above the block consists of
    std::string content;
    std::size_t line = 0;
};

constexpr std::string_view advice =
    "Start each file with a line \"[filename: src/main.rs]\", or send plain Rust source.";

/// "### `src/main.rs`:" -> "src/main.rs"; anything that is not just one path with a known ending -> "".
std::string path_alone(std::string_view line) {
    constexpr std::string_view around = " \t\r\n#*_`:\"'";
    const auto first = line.find_first_not_of(around);
    if (first == std::string_view::npos)
        return {};
    line = line.substr(first, line.find_last_not_of(around) - first + 1);
    if (line.find_first_of(" \t") != std::string_view::npos)
        return {};
    for (const std::string_view ending : {".rs", ".toml", ".md", ".lock"})
        if (line.size() > ending.size() && line.ends_with(ending))
            return std::string(line);
    return {};
}

std::vector<Block> find_blocks(std::string_view text, std::size_t number) {
    std::vector<Block> out;
    std::optional<Fence> open;
    std::string_view heading;
    for (const auto line : cut_lines(text)) {
        const auto fence = parse_fence(line);
        if (open && fence && fence->closes(*open)) {
            open.reset();
            heading = {};
        } else if (open) {
            out.back().content += line;
        } else if (fence) {
            open = fence;
            out.push_back({fence->info, path_alone(heading), {}, number});
        } else if (!blank(line)) {
            heading = line;
        }
        ++number;
    }
    return out;
}

/// The language: the info string up to the first separator ("rust,no_run" -> "rust").
std::string language(const Block& block) {
    return base::lower(block.info.substr(0, block.info.find_first_of(" ,:{")));
}

bool is_manifest(const Block& block) {
    const auto name = language(block);
    if (!name.empty() && name != "toml" && name != "ini" && name != "text")
        return false;
    return std::ranges::any_of(base::lines(block.content), [](auto line) {
        return base::trim(line) == "[package]" || base::trim(line) == "[workspace]";
    });
}

/// Cargo.toml, src/main.rs or src/lib.rs, README.md, or "" when the block is an excerpt or something else.
std::string classify(const Block& block) {
    if (!block.named.empty())
        return block.named;
    if (is_manifest(block))
        return "Cargo.toml";
    const auto name = language(block);
    if (name == "markdown" || name == "md")
        return "README.md";
    const bool rust = name == "rust" || name == "rs" || (name.empty() && looks_like_rust(block.content));
    if (!rust)
        return {};
    if (block.content.find("fn main") != std::string::npos)
        return "src/main.rs";
    const bool items = std::ranges::any_of(base::lines(block.content), [](auto line) {
        return std::ranges::any_of(std::initializer_list<std::string_view>{"fn ", "pub ", "struct ", "enum ", "impl ",
                                                                           "impl<", "trait ", "mod ", "const ",
                                                                           "static ", "macro_rules!"},
                                   [&](auto start) { return line.starts_with(start); });
    });
    return items ? "src/lib.rs" : "";
}

Status add_block(Parsed& out, const Block& block, std::string_view path, const Limits& limits) {
    if (out.project.contains(path))
        out.notes.push_back(fmt::format("{} is given more than once: the block at line {} counts", path, block.line));
    auto status = out.project.set(path, block.content, false, limits);
    if (!status)
        status.error().place = fmt::format("line {}, {}", block.line, status.error().place);
    return status;
}

/// A library block beside a program block is an excerpt in an explanation, unless it was named.
bool is_excerpt(const std::vector<Block>& blocks, const Block& block, std::string_view path) {
    return block.named.empty() && path == "src/lib.rs" &&
           std::ranges::any_of(blocks, [](const Block& b) { return classify(b) == "src/main.rs"; });
}

Result<Parsed> from_blocks(const std::vector<Block>& blocks, const Limits& limits) {
    Parsed out;
    for (const auto& block : blocks) {
        const auto path = classify(block);
        if (path.empty() || is_excerpt(blocks, block, path))
            out.notes.push_back(fmt::format("the code block at line {} was left out: no file it could be", block.line));
        else
            RC_TRY(add_block(out, block, path, limits));
    }
    const auto& files = out.project.files();
    const bool rust = std::ranges::any_of(files, [](const auto& f) { return f.first.ends_with(".rs"); });
    if (!rust && !out.project.contains("Cargo.toml"))
        return fail(Errc::invalid_input, "there is no [filename: PATH] line, and no code block is Rust or a Cargo.toml",
                    fmt::format("line {}", blocks.front().line), std::string(advice));
    out.notes.insert(out.notes.begin(), "no [filename: PATH] line: files were told by their code blocks");
    const auto* source = out.project.find("src/main.rs");
    if (!source)
        source = out.project.find("src/lib.rs");
    if (source && !out.project.contains("Cargo.toml")) {
        out.single_file = files.size() == 1;
        RC_TRY_ASSIGN(const Project with_manifest, single_file(*source));
        RC_TRY(out.project.set("Cargo.toml", *with_manifest.find("Cargo.toml"), false, limits));
        out.notes.push_back("a Cargo.toml was added: none of the code blocks is one");
    }
    return out;
}

} // namespace

Result<Parsed> parse_unmarked(std::string_view text, std::size_t first_line, const Limits& limits) {
    const auto place = fmt::format("line {}", first_line);
    if (blank(text))
        return fail(Errc::invalid_input, "the input is empty", place, std::string(advice));
    const auto blocks = find_blocks(text, first_line);
    // A fence may also stand in the doc comment of plain source: then Rust comes before it.
    const auto before_fence = blocks.empty() ? text : text.substr(0, std::min(text.find("```"), text.find("~~~")));
    if (!blocks.empty() && !looks_like_rust(before_fence))
        return from_blocks(blocks, limits);
    if (!looks_like_rust(text))
        return fail(Errc::invalid_input, "there is no [filename: PATH] line, and the text is not Rust source", place,
                    std::string(advice));
    if (text.size() > limits.file_bytes)
        return fail(Errc::limit, fmt::format("the file is longer than {} bytes", limits.file_bytes), place);
    Parsed out;
    RC_TRY_ASSIGN(out.project, single_file(text));
    out.single_file = true;
    out.notes.push_back("no [filename: PATH] line: taken as a single-file project, with a Cargo.toml added");
    return out;
}

} // namespace rustcoder::project::flat
