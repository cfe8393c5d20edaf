#include "model/write_prompt.h"

#include "base/text.h"
#include "model/prompt_parts.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::model {

namespace {

constexpr std::size_t max_errors = 20;
constexpr std::size_t max_words = 6'000;     // a text of the caller's in bytes
constexpr std::size_t max_material = 60'000; // sources to port
constexpr int most_tokens = 16'384;

enum Section : std::size_t {
    task,
    wishes,
    material,
    missing,
    examples,
    tests,
    crates,
    sources,
    errors,
    failures,
    lessons,
    refused
};
constexpr std::string_view titles[] = {"What to write",
                                       "Requirements",
                                       "The program to port",
                                       "Requirements that the project does not meet yet",
                                       "Examples that it must satisfy",
                                       "Tests that it must pass and that must stay as they are",
                                       "Crates that can be used",
                                       "The project as it is",
                                       "What the compiler says",
                                       "What failed",
                                       "What is known",
                                       "Your last answer could not be used"};

class Assembler {
public:
    Assembler(const WriteQuestion& question, const Profile& profile) : question_(question), profile_(profile) {}

    Result<Prompt> assemble() {
        const bool change = question_.project && !question_.project->empty();
        note(task, 0, head(change), true);
        note(wishes, 10, question_.requirements, true);
        if (!base::trim(question_.material).empty())
            pieces_.push_back(
                {material, 1, cut_text(question_.material, max_material) + "\n", "the program", {}, true});
        note(missing, 11, question_.missing, true);
        note(examples, 12, question_.examples, false);
        for (const auto& [path, text] : question_.tests)
            source(tests, 20, path, text, false);
        note(crates, 30, question_.crates.empty() ? "None: the standard library only." : question_.crates, false);
        add_errors();
        if (change)
            add_sources();
        note(failures, 3, question_.failures, false);
        note(lessons, 60, question_.lessons, false);
        note(refused, 4, question_.refused, false);
        return fit(std::move(pieces_),
                   {.system = base::replace_all(profile_.write_system, "{format}",
                                                change ? profile_.format : profile_.write_format),
                    .reminder = change ? profile_.reminder : profile_.write_reminder,
                    .titles = titles,
                    .answer_tokens = write_tokens(profile_),
                    .too_long = "the description and what belongs to it are too long"},
                   profile_);
    }

private:
    std::string head(bool change) const {
        std::string out = question_.description + "\n";
        if (!question_.package.empty())
            out += fmt::format("\nThe package is called `{}`.", question_.package);
        if (!question_.edition.empty())
            out += fmt::format("\nThe edition is {}.", question_.edition);
        if (change)
            out += fmt::format("\nStart from the project below{} and change only what is needed.",
                               question_.title.empty() ? "" : fmt::format(" ({})", question_.title));
        return out;
    }
    void note(Section section, int rank, std::string_view text, bool needed) {
        if (!base::trim(text).empty())
            pieces_.push_back(
                {section, rank, cut_text(text, max_words) + "\n", std::string(titles[section]), {}, needed});
    }
    void source(Section section, int rank, const std::string& path, const std::string& text, bool needed) {
        const auto language = path.ends_with(".rs") ? "rust" : path.ends_with(".toml") ? "toml" : "";
        pieces_.push_back(
            {section, rank, path + ":\n" + fenced(profile_.fence, language, text) + "\n", path, path, needed});
    }
    void add_errors() {
        const auto count = std::min(question_.errors.size(), max_errors);
        for (std::size_t i = 0; i < count; ++i)
            pieces_.push_back({errors,
                               2 + static_cast<int>(i) * 5,
                               diagnostic_text(question_.errors[i], profile_.fence),
                               fmt::format("error {}", i + 1),
                               {},
                               i == 0});
    }
    void add_sources() {
        const auto at_fault = [&](const std::string& path) {
            return std::any_of(question_.errors.begin(), question_.errors.end(), [&](const auto& error) {
                return std::any_of(error.spans.begin(), error.spans.end(),
                                   [&](const auto& span) { return span.file == path; });
            });
        };
        for (const auto& [path, file] : question_.project->files()) {
            if (question_.tests.contains(path) || !base::valid_utf8(*file.bytes) || path == "Cargo.lock")
                continue;
            const bool code = path.ends_with(".rs") || path == "Cargo.toml";
            source(sources, at_fault(path) ? 5 : code ? 15 : 50, path, *file.bytes, false);
        }
    }

    const WriteQuestion& question_;
    const Profile& profile_;
    std::vector<Piece> pieces_;
};

} // namespace

int write_tokens(const Profile& profile) {
    return std::min(std::max(profile.max_tokens, most_tokens), profile.context_tokens / 2);
}

Result<Prompt> assemble_write_prompt(const WriteQuestion& question, const Profile& profile) {
    return Assembler(question, profile).assemble();
}

} // namespace rustcoder::model
