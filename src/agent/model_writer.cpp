#include "agent/model_writer.h"

#include "agent/model_manifest.h"
#include "base/text.h"
#include "model/file_answer.h"
#include "model/write_prompt.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace rustcoder::agent {

namespace fs = std::filesystem;

namespace {

constexpr int questions = 2; // the second one says why nothing of the first answer could be used
constexpr const char* registry = "/usr/share/cargo/registry"; // what Workspace offers to cargo
constexpr std::size_t crates_told = 400, refusals_told = 20;

/// "1.0.10" > "1.0.9"; a pre-release comes before its release.
std::vector<long> version_key(std::string_view version) {
    std::vector<long> out;
    const auto numbers = version.substr(0, version.find_first_of("-+"));
    for (const auto part : base::split(numbers, '.')) {
        long n = 0;
        std::from_chars(part.data(), part.data() + part.size(), n);
        out.push_back(n);
    }
    out.push_back(numbers.size() == version.size() ? 1 : 0);
    return out;
}

/// Parts of the standard library that were packed as crates.
bool for_rustc_alone(std::string_view name) {
    return name == "compiler_builtins" || name.starts_with("rustc-std-workspace");
}

/// "aho-corasick-0.7.19" as name and version.
std::optional<AvailableCrate> read_folder_name(const std::string& folder) {
    for (auto dash = folder.find('-'); dash != std::string::npos; dash = folder.find('-', dash + 1)) {
        const auto version = std::string_view(folder).substr(dash + 1);
        const bool number = !version.empty() && version[0] >= '0' && version[0] <= '9' && base::has(version, ".");
        if (dash > 0 && number)
            return AvailableCrate{folder.substr(0, dash), std::string(version)};
    }
    return std::nullopt;
}

std::string crates_text(const std::vector<AvailableCrate>& crates) {
    std::string out;
    for (std::size_t i = 0; i < std::min(crates.size(), crates_told); ++i)
        out += fmt::format("{}{} {}", i == 0 ? "" : ", ", crates[i].name, crates[i].version);
    return out;
}

std::string example_text(const repair::Example& example) {
    std::string out = "- run with arguments:";
    for (const auto& argument : example.arguments)
        out += " " + base::shell_quote(argument);
    if (example.arguments.empty())
        out += " none";
    if (!example.stdin_bytes.empty())
        out += fmt::format("\n  standard input: {}", base::shell_quote(example.stdin_bytes));
    if (example.expected_stdout)
        out += fmt::format("\n  must print: {}", base::shell_quote(*example.expected_stdout));
    if (example.expected_code)
        out += fmt::format("\n  must exit with: {}", *example.expected_code);
    return out + "\n";
}

bool has_source(const project::Project& project) {
    return std::any_of(project.files().begin(), project.files().end(), [](const auto& f) {
        return f.first.ends_with(".rs") && !f.first.starts_with("tests/") && f.first != "build.rs";
    });
}

class Writer {
public:
    Writer(model::ChatModel& model, const WriteInput& input, const project::Project& start, const Failure& failure,
           std::stop_token stop)
        : model_(model), input_(input), start_(start), failure_(failure), stop_(std::move(stop)) {
        rules_.replace_files = true;
        for (const auto& [path, text] : input.tests)
            rules_.untouchable.push_back(path);
        out_.costs.model = model.name();
    }

    Result<Written> write() {
        for (int i = 0; i < questions; ++i) {
            RC_TRY_ASSIGN(const bool good, ask());
            if (good)
                return finish();
        }
        std::string why = "no answer of the model holds ";
        why += start_.empty() ? "a project" : "a change of the project";
        if (!out_.refused.empty())
            why += ": " + out_.refused.front();
        return fail(Errc::invalid_input, std::move(why), model_.name(),
                    "try again, or configure a larger model (LLM_MODEL)");
    }

private:
    /// False: nothing of the answer could be used.
    Result<bool> ask() {
        std::string refused, missing, examples;
        for (std::size_t i = 0; i < std::min(out_.refused.size(), refusals_told); ++i)
            refused += "- " + out_.refused[i] + "\n";
        if (refused.empty() && out_.costs.requests > 0)
            refused = "- it holds no file and no edit block\n";
        for (const auto& text : input_.missing)
            missing += "- " + text + "\n";
        for (const auto& example : input_.examples)
            examples += example_text(example);
        const model::WriteQuestion question{.description = input_.description,
                                            .requirements = input_.requirements,
                                            .missing = std::move(missing),
                                            .material = input_.material,
                                            .examples = std::move(examples),
                                            .crates = crates_text(input_.crates),
                                            .package = input_.package,
                                            .edition = input_.edition,
                                            .title = input_.base_title,
                                            .project = &start_,
                                            .tests = input_.tests,
                                            .errors = failure_.errors,
                                            .failures = failure_.words,
                                            .lessons = input_.lessons,
                                            .refused = std::move(refused)};
        RC_TRY_ASSIGN(auto prompt, model::assemble_write_prompt(question, model_.profile()));
        RC_TRY_ASSIGN(auto reply, model_.chat({.messages = std::move(prompt.messages),
                                               .max_tokens = model::write_tokens(model_.profile())},
                                              stop_));
        out_.costs.requests += reply.requests;
        out_.costs.prompt_tokens += reply.usage.prompt;
        out_.costs.completion_tokens += reply.usage.completion;
        out_.costs.cost += reply.cost;
        out_.costs.wall += reply.wall;
        const auto& sample = reply.samples.front();
        auto answer = model::read_files(sample.text, start_, rules_, sample.end != model::Sample::End::complete);
        out_.refused.clear();
        for (const auto& block : answer.refused)
            out_.refused.push_back(fmt::format("{}: {}", block.path.empty() ? "a part" : block.path, block.reason));
        if (answer.patch.empty())
            return false;
        RC_TRY_ASSIGN(out_.project, project::apply(start_, answer.patch));
        return has_source(out_.project);
    }

    Result<Written> finish() {
        for (const auto& [path, text] : input_.tests)
            RC_TRY(out_.project.set(path, text));
        const auto manifests =
            std::count_if(out_.project.files().begin(), out_.project.files().end(),
                          [](const auto& f) { return f.first == "Cargo.toml" || f.first.ends_with("/Cargo.toml"); });
        const auto* manifest = out_.project.find("Cargo.toml");
        const auto* before = start_.find("Cargo.toml");
        if (!manifest || !before || *manifest != *before) { // that of the base is good as it is
            auto sane = sane_manifest(manifest ? *manifest : "",
                                      {input_.package, input_.edition, input_.crates, manifests > (manifest ? 1 : 0)});
            out_.dropped = std::move(sane.dropped);
            RC_TRY(out_.project.set("Cargo.toml", std::move(sane.text)));
        }
        out_.project.erase("Cargo.lock"); // made anew from what can be had
        return std::move(out_);
    }

    model::ChatModel& model_;
    const WriteInput& input_;
    const project::Project& start_;
    const Failure& failure_;
    const std::stop_token stop_;
    model::EditRules rules_;
    Written out_;
};

} // namespace

std::vector<AvailableCrate> available_crates(const Environment&) {
    std::map<std::string, AvailableCrate> newest;
    std::error_code ec;
    for (fs::directory_iterator it(registry, ec), end; !ec && it != end; it.increment(ec)) {
        const auto crate = read_folder_name(it->path().filename().string());
        if (!crate || for_rustc_alone(crate->name))
            continue;
        auto& known = newest[crate->name];
        if (known.name.empty() || version_key(known.version) < version_key(crate->version))
            known = *crate;
    }
    std::vector<AvailableCrate> out;
    for (auto& [name, crate] : newest)
        out.push_back(std::move(crate));
    return out;
}

Result<Written> write_project(model::ChatModel& model, const WriteInput& input, std::stop_token stop) {
    return Writer(model, input, input.base, {}, std::move(stop)).write();
}

Result<Written> revise_project(model::ChatModel& model, const WriteInput& input, const project::Project& current,
                               const Failure& failure, std::stop_token stop) {
    return Writer(model, input, current, failure, std::move(stop)).write();
}

} // namespace rustcoder::agent
