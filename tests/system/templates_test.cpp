// Every shipped template with the real cargo: as it lies in its folder, and filled with the default features, all,
// none, and each one alone. Warnings are errors. One workspace a template, one package a variant, so that cargo
// compiles them side by side in one private target directory.
#include "base/os.h"
#include "base/text.h"
#include "scaffold/fill.h"
#include "scaffold/values.h"
#include "toolchain/toolchain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <sys/wait.h>

using namespace rustcoder;
namespace fs = std::filesystem;

namespace {

struct Ran {
    int code = -1;
    std::string out;
};

Ran shell(const std::string& command) {
    Ran ran;
    FILE* pipe = popen(command.c_str(), "r");
    if (!pipe)
        return ran;
    char buffer[4096];
    while (const auto n = fread(buffer, 1, sizeof buffer, pipe))
        ran.out.append(buffer, n);
    const int status = pclose(pipe);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

const scaffold::Loaded& shipped() {
    static const auto loaded = scaffold::load_folder(fs::path(RC_SOURCE_DIR) / "knowledge" / "projects");
    static const scaffold::Loaded none;
    EXPECT_TRUE(loaded) << loaded.error().text();
    return loaded ? *loaded : none;
}

const scaffold::Template* find(const std::string& name) {
    for (const auto& one : shipped().templates)
        if (one.name == name)
            return &one;
    return nullptr;
}

std::vector<std::string> template_names() {
    std::vector<std::string> out;
    for (const auto& one : shipped().templates)
        out.push_back(one.name);
    return out;
}

/// One way to fill the template.
struct Variant {
    std::string package;
    scaffold::Choices choices;
    bool examples = true; // hold here
};

using Features = std::set<std::string>;

Features all_features(const scaffold::Template& from) {
    Features out;
    for (const auto& feature : from.features)
        out.insert(feature.name);
    return out;
}

/// Each slot at one end of its range. Texts take one with a quotation mark.
std::map<std::string, std::string> extreme_slots(const scaffold::Template& from, bool most) {
    std::map<std::string, std::string> out;
    for (const auto& slot : from.slots) {
        const auto limit = most ? slot.max : slot.min;
        const bool number = slot.kind == scaffold::Slot::Kind::integer || slot.kind == scaffold::Slot::Kind::decimal;
        if (number && limit)
            out[slot.name] = scaffold::number_text(*limit);
        else if (!slot.choices.empty())
            out[slot.name] = most ? slot.choices.back() : slot.choices.front();
    }
    return out;
}

class Workshop {
public:
    Workshop(const scaffold::Template& from, const toolchain::Toolchain& tools) : from_(from), tools_(tools) {
        auto scratch = base::TempDir::create("templates");
        EXPECT_TRUE(scratch) << scratch.error().text();
        if (scratch)
            scratch_ = *std::move(scratch);
    }

    void add(std::string package, const project::Project& project) {
        const auto folder = scratch_.path() / package;
        fs::create_directories(folder);
        const auto written = project::materialise(project, folder);
        EXPECT_TRUE(written) << written.error().text();
        members_.push_back("\"" + package + "\"");
    }
    void add(const Variant& variant) {
        auto choices = variant.choices;
        choices.package = variant.package;
        const auto project = scaffold::fill(from_, choices);
        ASSERT_TRUE(project) << variant.package << ": " << project.error().text();
        add(variant.package, *project);
    }
    void close() {
        const auto text = fmt::format("[workspace]\nresolver = \"2\"\nmembers = [{}]\n", fmt::join(members_, ", "));
        EXPECT_TRUE(base::write_file(scratch_.path() / "Cargo.toml", text));
    }
    /// `cargo COMMAND -p ...`: nothing may be said that is an error or a warning.
    void cargo(const std::string& command, const std::vector<std::string>& packages) const {
        auto line = fmt::format("cd {} && CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 "
                                "CARGO_PROFILE_DEV_CODEGEN_UNITS=1 CARGO_NET_OFFLINE=true "
                                "CARGO_TERM_COLOR=never RUSTFLAGS=-Dwarnings RUSTDOCFLAGS=-Dwarnings RUSTC={} {} {}",
                                base::shell_quote(scratch_.path().string()), base::shell_quote(tools_.rustc.string()),
                                base::shell_quote(tools_.cargo.string()), command);
        for (const auto& package : packages)
            line += " -p " + package;
        const auto ran = shell(line + " </dev/null 2>&1");
        EXPECT_EQ(ran.code, 0) << from_.name << ": cargo " << command << "\n" << ran.out;
    }
    void examples(const std::string& package) const {
        for (const auto& example : from_.examples) {
            const auto input = scratch_.path() / "stdin";
            ASSERT_TRUE(base::write_file(input, example.stdin_bytes));
            auto line = fmt::format("cd {} && timeout 10 target/debug/{}", base::shell_quote(scratch_.path().string()),
                                    package);
            for (const auto& argument : example.arguments)
                line += " " + base::shell_quote(argument);
            const auto ran = shell(line + " <" + base::shell_quote(input.string()) + " 2>/dev/null");
            EXPECT_EQ(ran.code, example.code) << package << ": " << line;
            if (example.expected_stdout) {
                EXPECT_EQ(ran.out, *example.expected_stdout) << package << ": " << line;
            }
        }
    }

private:
    const scaffold::Template& from_;
    const toolchain::Toolchain& tools_;
    base::TempDir scratch_;
    std::vector<std::string> members_;
};

/// The targets that have tests: a harness around a main.rs without any costs as much as the program.
std::string tested_targets(const project::Project& files) {
    std::string out = files.contains("src/lib.rs") ? " --lib" : "";
    bool integration = false;
    for (const auto& [path, file] : files.files())
        integration = integration || path.starts_with("tests/");
    if (integration)
        out += " --test '*'";
    const auto* main = files.find("src/main.rs");
    return main && base::has(*main, "#[test]") ? out + " --bins" : out;
}

bool has_documentation_tests(const project::Project& files) {
    return std::any_of(files.files().begin(), files.files().end(), [](const auto& file) {
        return base::has(*file.second.bytes, "/// ```") || base::has(*file.second.bytes, "//! ```");
    });
}

class ShippedTemplate : public ::testing::TestWithParam<std::string> {};

TEST_P(ShippedTemplate, BuildsTestsAndDoesWhatItsExamplesSay) {
    const auto tools = toolchain::discover();
    ASSERT_TRUE(tools) << tools.error().text();
    const auto* from = find(GetParam());
    ASSERT_TRUE(from);
    Workshop shop(*from, *tools);
    std::vector<std::string> whole, looked_at{from->name};
    std::vector<Features> seen;
    const auto add = [&](const Variant& variant, std::vector<std::string>& list) {
        shop.add(variant);
        list.push_back(variant.package);
    };
    std::vector<std::string> with_examples;
    for (const auto& [what, features] :
         {std::pair{"all", all_features(*from)}, {"none", Features{}}, {"usual", scaffold::default_features(*from)}})
        if (std::find(seen.begin(), seen.end(), features) == seen.end()) {
            add({from->name + "-" + what, {.features = features}}, with_examples);
            seen.push_back(features);
        }
    whole = with_examples;
    for (const bool most : {false, true})
        add({from->name + (most ? "-most" : "-least"),
             {.features = most ? all_features(*from) : Features{}, .slots = extreme_slots(*from, most)}},
            whole);
    for (const auto& feature : from->features)
        if (const auto alone = scaffold::closure(*from, {feature.name});
            std::find(seen.begin(), seen.end(), alone) == seen.end()) {
            add({fmt::format("{}-with-{}", from->name, feature.name), {.features = alone}}, looked_at);
            seen.push_back(alone);
        }
    shop.add(from->name, from->files);
    shop.close();
    if (HasFatalFailure())
        return;
    shop.cargo("check --all-targets", looked_at);
    const auto targets = tested_targets(from->files);
    EXPECT_NE(targets, "") << "no tests";
    if (!from->library)
        shop.cargo("build --bins", with_examples);
    shop.cargo("test --quiet --no-fail-fast" + targets, whole);
    if (has_documentation_tests(from->files))
        shop.cargo("test --doc --quiet --no-fail-fast", with_examples);
    if (!from->library)
        for (const auto& package : with_examples)
            shop.examples(package);
}

INSTANTIATE_TEST_SUITE_P(Templates, ShippedTemplate, ::testing::ValuesIn(template_names()),
                         [](const auto& info) { return base::replace_all(info.param, "-", "_"); });

/// What docs/templates.md asks of those that we ship; users' own may be smaller.
TEST(ShippedTemplates, AreManyAndSayEnough) {
    EXPECT_EQ(shipped().problems, std::vector<std::string>{});
    EXPECT_GE(shipped().templates.size(), 60u);
    for (const auto& one : shipped().templates) {
        EXPECT_GE(one.asks.size(), 4u) << one.name;
        EXPECT_GE(one.covers.size(), 3u) << one.name;
        EXPECT_TRUE(one.features.size() >= 2 && one.features.size() <= 5) << one.name;
        EXPECT_TRUE(one.slots.size() >= 1 && one.slots.size() <= 4) << one.name;
        EXPECT_GE(one.examples.size(), one.library ? 0u : 2u) << one.name;
    }
}

} // namespace
