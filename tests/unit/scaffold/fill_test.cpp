#include "scaffold/fill.h"

#include "sample.h"
#include "scaffold/markers.h"
#include "scaffold/values.h"
#include "syntax/grammar.h"

#include <filesystem>

namespace rustcoder::scaffold {
namespace {

std::string filled(const Choices& choices, std::string_view path = "src/lib.rs") {
    const auto project = fill(sample(), choices);
    EXPECT_TRUE(project) << project.error().text();
    const auto* text = project ? project->find(path) : nullptr;
    EXPECT_TRUE(text) << path;
    return text ? *text : std::string();
}

TEST(Fill, WithoutFeaturesTheirCodeIsGone) {
    EXPECT_EQ(filled({}), R"(//! Greetings. Use it as `my_greeter::greet`.

const LIMIT: usize = 64;
pub const GREETING: &str = "Hello";
pub const MARK: char = '!';

pub fn greet(name: &str) -> String {
    format!("{GREETING}, {name}{MARK}")
}

pub fn no_log() -> bool {
    true
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_with_marks_is_text() {
        assert_eq!("// @feature shout", r"// @feature shout");
        assert!(super::LIMIT > 0);
    }
}
)");
}

TEST(Fill, FeaturesBringWhatTheyNeed) {
    EXPECT_EQ(default_features(sample()), (std::set<std::string>{"count", "log"}));
    const auto text = filled({.features = {"count"}});
    EXPECT_TRUE(base::has(text, "-> String {\n    log(&name);\n    format!")) << text;
    EXPECT_TRUE(base::has(text, "\n}\n\nfn log(_: &str) {}\n\n#[cfg(test)]")) << text;
    EXPECT_FALSE(base::has(filled({.features = {"log"}}), "log(&name)"));
    EXPECT_TRUE(base::has(filled({.features = {"shout"}}), "{\n    let name = name.to_uppercase();\n\n    format!"));
}

TEST(Fill, SlotsAreWrittenAsTheirPlaceWants) {
    const auto text = filled({.slots = {{"limit", "1,000"}, {"greeting", "Say \"hi\"\\"}, {"mark", "semicolon"}}});
    EXPECT_TRUE(base::has(text, "LIMIT: usize = 1000;\n")) << text;
    EXPECT_TRUE(base::has(text, R"(GREETING: &str = "Say \"hi\"\\";)")) << text;
    EXPECT_TRUE(base::has(text, "MARK: char = ';';")) << text;
}

TEST(Fill, ChoicesThatCannotBeAreRefused) {
    const auto from = sample();
    const auto refusal = [&](const Choices& choices) {
        const auto project = fill(from, choices);
        EXPECT_FALSE(project);
        return project ? Error{} : project.error();
    };
    EXPECT_TRUE(base::has(refusal({.features = {"fly"}}).next_step, "shout, count, log"));
    EXPECT_TRUE(base::has(refusal({.slots = {{"size", "1"}}}).next_step, "limit, greeting, mark"));
    EXPECT_TRUE(base::has(refusal({.slots = {{"limit", "1001"}}}).message, "from 1 to 1000"));
    EXPECT_TRUE(base::has(refusal({.slots = {{"limit", "many"}}}).message, "whole number"));
    EXPECT_TRUE(base::has(refusal({.slots = {{"mark", "comma"}}}).message, "one of"));
    EXPECT_TRUE(base::has(refusal({.package = "std"}).next_step, "std-app"));
    EXPECT_TRUE(base::has(refusal({.package = "My Tool!"}).next_step, "my-tool"));
    EXPECT_TRUE(base::has(refusal({.edition = "1999"}).message, "1999"));
}

TEST(Fill, RenamesPackageAndPaths) {
    const Choices choices{.package = "sum-tool", .edition = "2024"};
    EXPECT_EQ(filled(choices, "Cargo.toml"),
              "[package]\nname = \"sum-tool\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    EXPECT_EQ(filled(choices, "src/main.rs"), R"(use sum_tool::greet;

mod cli {
    pub fn my_greeter() -> &'static str {
        env!("CARGO_PKG_NAME")
    }
}

fn main() {
    let my_greeter_count = 1;
    let text = sum_tool::GREETING;
    println!("{}{}{}{}", greet("you"), text, my_greeter_count, cli::my_greeter());
}
)");
    EXPECT_EQ(filled(choices, "README.md"),
              "# sum-tool\n\nUse `sum-tool Ann` or sum_tool::greet, not my-greeter-two.\n");
    EXPECT_TRUE(filled(choices).starts_with("//! Greetings. Use it as `sum_tool::greet`.\n"));
}

TEST(Fill, PlainWordsThatAreAPackagesNameStayWords) {
    Template from;
    from.name = "queue";
    const char* text = "//! A queue. `queue::Queue` is a queue.\n\nmod queue {}\npub fn f(queue: queue::Queue) {}\n";
    ASSERT_TRUE(from.files.set("src/lib.rs", text));
    ASSERT_TRUE(
        from.files.set("tests/all.rs", "use queue::Queue;\nfn f() { let queue = ::queue::new(); queue.len(); }\n"));
    ASSERT_TRUE(from.files.set("tests/run.rs", "const P: &str = env!(\"CARGO_BIN_EXE_queue\");\nuse queue as q;\n"));
    const auto project = fill(from, {.package = "my-line"});
    ASSERT_TRUE(project) << project.error().text();
    EXPECT_EQ(*project->find("src/lib.rs"),
              "//! A queue. `my_line::Queue` is a queue.\n\nmod queue {}\npub fn f(queue: queue::Queue) {}\n");
    EXPECT_EQ(*project->find("tests/all.rs"),
              "use my_line::Queue;\nfn f() { let queue = ::my_line::new(); queue.len(); }\n");
    EXPECT_EQ(*project->find("tests/run.rs"), "const P: &str = env!(\"CARGO_BIN_EXE_my-line\");\nuse my_line as q;\n");
}

TEST(Fill, MarkersInOtherFiles) {
    Template from;
    from.name = "thing";
    from.features = {{"net", "", {}, false, {}}};
    from.slots = {{.name = "port", .default_value = "80"},
                  {.name = "host", .kind = Slot::Kind::text, .default_value = "local"}};
    ASSERT_TRUE(from.files.set("conf.toml", "a = 1\n# @feature net\nport = 80 # @slot port\n# @end\n# @without net\n"
                                            "#| port = 0\n# @end\nhost = \"local\" # @slot host\n"));
    ASSERT_TRUE(from.files.set("src/net.rs", "// @feature net\nfn net() {}\n// @end\n"));
    const auto off = fill(from, {.slots = {{"host", "a\"b"}}}),
               on = fill(from, {.features = {"net"}, .slots = {{"port", "8080"}}});
    ASSERT_TRUE(off && on);
    EXPECT_EQ(*off->find("conf.toml"), "a = 1\nport = 0\nhost = \"a\\\"b\"\n");
    EXPECT_FALSE(off->contains("src/net.rs"));
    EXPECT_EQ(*on->find("conf.toml"), "a = 1\nport = 8080\nhost = \"local\"\n");
    EXPECT_EQ(*on->find("src/net.rs"), "fn net() {}\n");
}

TEST(Values, OfSlots) {
    const auto value = [](Slot slot, std::string_view text) {
        const auto out = slot_value(slot, text);
        return out ? *out : "refused";
    };
    const Slot whole{.name = "n", .min = -10, .max = 2e6};
    for (const auto& [text, wanted] : std::vector<std::pair<std::string, std::string>>{{"7", "7"},
                                                                                       {" 1,000 ", "1000"},
                                                                                       {"1_000", "1000"},
                                                                                       {"three", "3"},
                                                                                       {"twenty-five", "25"},
                                                                                       {"a dozen", "12"},
                                                                                       {"1.5k", "1500"},
                                                                                       {"2M", "2000000"},
                                                                                       {"two hundred and fifty", "250"},
                                                                                       {"half a million", "500000"},
                                                                                       {"one million", "1000000"},
                                                                                       {"-3", "-3"},
                                                                                       {"0x10", "refused"},
                                                                                       {"2.5", "refused"},
                                                                                       {"", "refused"},
                                                                                       {"3000000", "refused"},
                                                                                       {"-11", "refused"},
                                                                                       {"some", "refused"},
                                                                                       {"1e3", "refused"},
                                                                                       {"007", "7"}})
        EXPECT_EQ(value(whole, text), wanted) << text;
    const Slot real{.name = "r", .kind = Slot::Kind::decimal, .min = 0, .max = 1};
    EXPECT_EQ(value(real, "0.25"), "0.25");
    EXPECT_EQ(value(real, "half"), "0.5");
    EXPECT_EQ(value(real, "1.5"), "refused");
    EXPECT_EQ(value(real, "20 percent"), "0.2");
    const Slot name{.name = "i", .kind = Slot::Kind::identifier};
    EXPECT_EQ(value(name, "my_type"), "my_type");
    for (const auto* bad : {"fn", "9a", "a-b", "", "_"})
        EXPECT_EQ(value(name, bad), "refused") << bad;
    const Slot pick{.name = "c", .kind = Slot::Kind::choice, .choices = {"true", "false", "Red"}};
    EXPECT_EQ(value(pick, "yes"), "true");
    EXPECT_EQ(value(pick, "red"), "Red");
    EXPECT_EQ(value(pick, "blue"), "refused");
    const Slot text{.name = "t", .kind = Slot::Kind::text, .max = 5};
    EXPECT_EQ(value(text, "a b"), "a b");
    EXPECT_EQ(value(text, "too long"), "refused");
    EXPECT_EQ(value(text, std::string("a\0b", 3)), "refused");
}

TEST(Values, InTheirPlaces) {
    const auto put = [](std::string_view line, std::string_view from, std::string_view to) -> std::string {
        const auto out = replace_value(line, true, from, to);
        return !out ? "refused" : *out ? **out : "absent";
    };
    EXPECT_EQ(put("const A: [u8; 16] = f(6, 16);", "6", "7"), "const A: [u8; 16] = f(7, 16);");
    EXPECT_EQ(put("let a = 1_000_u64;", "1000", "25000"), "let a = 25_000u64;");
    EXPECT_EQ(put("let a = 10usize;", "10", "7"), "let a = 7usize;");
    EXPECT_EQ(put("let a = 2.0;", "2", "3"), "let a = 3.0;");
    EXPECT_EQ(put("let a = 0.5;", "0.5", "2"), "let a = 2.0;");
    EXPECT_EQ(put("let a = -5;", "-5", "3"), "let a = 3;");
    EXPECT_EQ(put("f('\\'');", "'", "\\"), "f('\\\\');");
    EXPECT_EQ(put("f(b',');", ",", "\xC3\xA9"), "refused");
    EXPECT_EQ(put("f(',');", ",", "ab"), "refused");
    EXPECT_EQ(put("f(\"see todo.txt\");", "todo.txt", "a\nb"), "f(\"see a\\nb\");");
    EXPECT_EQ(put("f(\"mytodo.txt\");", "todo.txt", "x"), "absent");
    EXPECT_EQ(put("f(r\"todo.txt\");", "todo.txt", "a\"b"), "f(\"a\\\"b\");");
    EXPECT_EQ(put("println!(\"hi {x}\");", "hi", "{}"), "println!(\"{{}} {x}\");");
    EXPECT_EQ(put("const NAME: &str = \"\";", "", "x"), "const NAME: &str = \"x\";");
    EXPECT_EQ(put("const D: bool = false;", "false", "true"), "const D: bool = true;");
}

TEST(Names, OfPackages) {
    EXPECT_EQ(package_name("Sum Calculator!"), "sum-calculator");
    EXPECT_EQ(package_name("  my_lib 2 "), "my_lib-2");
    EXPECT_EQ(package_name("3D viewer"), "rust-3d-viewer");
    EXPECT_EQ(package_name("--__--"), "");
    EXPECT_EQ(package_name("\xC3\xA9t\xC3\xA9"), "t");
    for (const auto* taken : {"fn", "test", "std", "core", "Self", "async"})
        EXPECT_TRUE(package_name(taken).ends_with("-app")) << taken;
    EXPECT_EQ(package_name(std::string(200, 'a')).size(), 64u);
}

/// What a filled project must be, whatever was chosen.
void expect_plain(const Template& from, const Choices& choices) {
    const auto project = fill(from, choices);
    ASSERT_TRUE(project) << from.name << ": " << project.error().text();
    for (const auto& [path, file] : project->files()) {
        for (const auto* marker : {"@feature", "@without", "@end", "@slot"}) {
            const auto original = from.files.find(path);
            EXPECT_TRUE(!base::has(*file.bytes, std::string("// ") + marker) || (from.name == "my-greeter" && original))
                << from.name << "/" << path << " still has " << marker;
        }
        if (!path.ends_with(".rs"))
            continue;
        EXPECT_FALSE(base::has(*file.bytes, "//|")) << from.name << "/" << path;
        EXPECT_FALSE(base::has(*file.bytes, "\n\n\n")) << from.name << "/" << path;
        const syntax::Source source(*file.bytes);
        EXPECT_TRUE(source.balanced()) << from.name << "/" << path;
        const auto reading = syntax::read_file(syntax::lexemes(source));
        EXPECT_TRUE(reading.ok) << from.name << "/" << path << " does not read";
    }
    EXPECT_TRUE(base::has(*project->find("Cargo.toml"), "name = \"renamed-here\"")) << from.name;
}

TEST(FillProperty, EverySubsetOfFeaturesOfEveryTemplateIsPlainRust) {
    auto loaded = load_folder(std::filesystem::path(RC_SOURCE_DIR) / "knowledge/projects");
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(loaded->problems, std::vector<std::string>{});
    loaded->templates.push_back(sample());
    EXPECT_GE(loaded->templates.size(), 30u);
    for (const auto& from : loaded->templates)
        for (unsigned bits = 0; bits < (1u << from.features.size()); ++bits) {
            Choices choices{.package = "renamed-here"};
            for (std::size_t i = 0; i < from.features.size(); ++i)
                if (bits >> i & 1)
                    choices.features.insert(from.features[i].name);
            expect_plain(from, choices);
        }
}

TEST(FillProperty, SlotsTakeTheirLimits) {
    const auto loaded = load_folder(std::filesystem::path(RC_SOURCE_DIR) / "knowledge/projects");
    ASSERT_TRUE(loaded);
    for (const auto& from : loaded->templates)
        for (const auto& slot : from.slots) {
            std::vector<std::string> values = slot.choices;
            for (const auto limit : {slot.min, slot.max})
                if (limit && (slot.kind == Slot::Kind::integer || slot.kind == Slot::Kind::decimal))
                    values.push_back(number_text(*limit));
            if (slot.kind == Slot::Kind::text)
                values = {"a \"quoted\" text"};
            if (values.empty())
                values = {slot.default_value};
            for (const auto& value : values) {
                const Choices choices{
                    .package = "renamed-here", .features = default_features(from), .slots = {{slot.name, value}}};
                expect_plain(from, choices);
            }
        }
}

} // namespace
} // namespace rustcoder::scaffold
