#include "model/prompt.h"

#include "base/text.h"
#include "model/prompt_parts.h"
#include "syntax/tree.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace rustcoder::model {

namespace {

constexpr std::size_t short_file = 120, long_item = 120, window = 25; // lines
constexpr std::size_t max_errors = 20;
constexpr std::size_t max_note = 6000; // a text of the caller's in bytes

/// Lines [begin, end) of a file, 0-based; a lower rank is needed more.
struct Region {
    std::size_t begin = 0, end = 0;
    int rank = 0;
};

/// Without the empty one behind the last terminator.
std::size_t lines_in(const syntax::Source& source) {
    const auto count = source.line_count();
    return count > 1 && source.line_text(count - 1).empty() ? count - 1 : count;
}

/// The lines to show for a span: the whole of a short file, else the item around it, else what is near.
std::vector<Region> regions_of(const syntax::Tree& tree, const toolchain::Span& span, int rank) {
    const auto& source = tree.source();
    const auto count = lines_in(source);
    if (count <= short_file)
        return {{0, count, rank}};
    const auto line = std::min(source.line_of(span.begin), count - 1);
    std::vector<Region> out;
    const auto* item = tree.item_at(span.begin);
    if (!item)
        return {{line - std::min(line, window), std::min(count, line + window + 1), rank}};
    const auto first = source.line_of(item->range.begin);
    const auto last = source.line_of(std::max(item->range.end, item->range.begin + 1) - 1);
    if (last - first < long_item) {
        out.push_back({first, last + 1, rank});
    } else {
        const auto from = std::max(first, line - std::min(line, window));
        out.push_back({from, std::min(last + 1, line + window + 1), rank});
        const auto head = source.line_of(std::max(item->signature.end, item->range.begin + 1) - 1);
        out.push_back({first, std::min(head + 1, first + window), rank});
    }
    if (const auto* outer = tree.parent(*item); outer && outer->kind != syntax::ItemKind::module) {
        const auto begin = source.line_of(outer->signature.begin); // which impl or trait it is in
        out.push_back({begin, begin + 1, rank});
    }
    return out;
}

/// Joined where they meet or nearly do.
std::vector<Region> merged(std::vector<Region> regions) {
    std::sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) { return a.begin < b.begin; });
    std::vector<Region> out;
    for (const auto& region : regions) {
        if (out.empty() || region.begin > out.back().end + 3) {
            out.push_back(region);
        } else {
            out.back().end = std::max(out.back().end, region.end);
            out.back().rank = std::min(out.back().rank, region.rank);
        }
    }
    return out;
}

std::string numbered(const syntax::Source& source, const Region& region) {
    std::string out;
    for (auto line = region.begin; line < region.end; ++line)
        out += fmt::format("{:>4} | {}\n", line + 1, source.line_text(line));
    return out;
}

class Assembler {
public:
    Assembler(const PromptInput& input, const Profile& profile) : input_(input), profile_(profile) {}
    Result<Prompt> assemble();

private:
    enum Section : std::size_t { task, errors, sources, api, fixes, lessons, refused };
    static constexpr std::string_view titles[] = {"What the program is for",
                                                  "What the compiler says",
                                                  "The source",
                                                  "The API of the types involved",
                                                  "Fixes that worked for such errors",
                                                  "What is known about such errors",
                                                  "Your last answer could not be used"};

    void note(Section section, int rank, std::string_view text) {
        if (!base::trim(text).empty())
            pieces_.push_back({section, rank, cut_text(text, max_note) + "\n", std::string(titles[section]), {}});
    }
    void add_errors();
    void add_sources();

    const PromptInput& input_;
    const Profile& profile_;
    std::vector<Piece> pieces_;
};

void Assembler::add_errors() {
    const auto count = std::min(input_.errors.size(), max_errors);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& error = input_.errors[i];
        pieces_.push_back({errors,
                           static_cast<int>(i) * 10,
                           diagnostic_text(error, profile_.fence),
                           fmt::format("error {}", i + 1),
                           {},
                           i == 0});
    }
    if (input_.errors.size() > count)
        pieces_.push_back(
            {errors, 1000, fmt::format("({} more errors)\n", input_.errors.size() - count), "their number", {}});
}

void Assembler::add_sources() {
    std::map<std::string, std::vector<Region>> regions;
    std::map<std::string, std::unique_ptr<syntax::Tree>> trees;
    const auto tree_of = [&](const std::string& path) -> const syntax::Tree* {
        auto& tree = trees[path];
        if (const auto* text = input_.project.find(path); !tree && text)
            tree = std::make_unique<syntax::Tree>(std::make_shared<const syntax::Source>(*text));
        return tree.get();
    };
    int rank = 1; // right behind the error it belongs to
    for (const auto& error : input_.errors.first(std::min(input_.errors.size(), max_errors))) {
        bool placed = false;
        for (const auto& span : error.spans) {
            const auto* tree = span.in_project ? tree_of(span.file) : nullptr;
            if (!tree)
                continue;
            placed = true;
            for (const auto& region : regions_of(*tree, span, rank + (span.primary ? 0 : 2)))
                regions[span.file].push_back(region);
        }
        if (!placed && tree_of("Cargo.toml")) // cargo's own errors have no spans
            regions["Cargo.toml"].push_back({0, lines_in(tree_of("Cargo.toml")->source()), rank});
        rank += 10;
    }
    if (!regions.contains("Cargo.toml") && tree_of("Cargo.toml"))
        regions["Cargo.toml"].push_back({0, std::min(lines_in(tree_of("Cargo.toml")->source()), short_file), 60});
    for (const auto& [path, list] : regions) {
        const auto& source = tree_of(path)->source();
        for (const auto& region : merged(list)) {
            const bool whole = region.begin == 0 && region.end >= lines_in(source);
            const auto title = whole ? path : fmt::format("{}, lines {} to {}", path, region.begin + 1, region.end);
            pieces_.push_back(
                {sources, region.rank,
                 title + ":\n" + fenced(profile_.fence, path.ends_with(".rs") ? "rust" : "", numbered(source, region)),
                 title, path, region.rank == 1});
        }
    }
}

Result<Prompt> Assembler::assemble() {
    if (input_.errors.empty())
        return fail(Errc::invalid_input, "there is no error to ask about");
    note(task, 45, input_.task);
    add_errors();
    add_sources();
    note(api, 35, input_.api);
    note(fixes, 25, input_.fixes);
    note(lessons, 55, input_.lessons);
    note(refused, 5, input_.refused);
    return fit(std::move(pieces_),
               {.system = base::replace_all(profile_.system, "{format}", profile_.format),
                .reminder = profile_.reminder,
                .titles = titles,
                .answer_tokens = std::min(profile_.max_tokens, profile_.context_tokens / 3),
                .too_long = "the first error and its source are too long"},
               profile_);
}

} // namespace

Result<Prompt> assemble_prompt(const PromptInput& input, const Profile& profile) {
    return Assembler(input, profile).assemble();
}

} // namespace rustcoder::model
