// links: toolchain
// The work between the door and the compiler: flat text, lexing, patches, rustc's JSON. All of it together must stay
// far below one rustc call (about 30 ms for hello world), else the engine and not the compiler would set the pace.
#include "base/os.h"
#include "project/flat_text.h"
#include "project/patch.h"
#include "syntax/tree.h"
#include "toolchain/diagnostic.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

using namespace rustcoder;

namespace {

/// A source of about `lines` lines that looks like what people write: functions, calls, strings, comments.
std::string source_text(int lines) {
    std::string out = "use std::collections::HashMap;\n\n";
    for (int i = 0; i * 10 < lines; ++i)
        out += fmt::format("/// Adds what belongs to group {0}.\n"
                           "pub fn total_{0}(items: &HashMap<String, u64>, limit: u64) -> Result<u64, String> {{\n"
                           "    let mut sum = 0u64; // running total\n"
                           "    for (name, value) in items.iter().filter(|(n, _)| n.starts_with(\"g{0}\")) {{\n"
                           "        sum = sum.checked_add(*value).ok_or_else(|| format!(\"{{name}}: too much\"))?;\n"
                           "    }}\n"
                           "    if sum > limit {{ return Err(String::from(\"limit\")); }}\n"
                           "    Ok(sum)\n"
                           "}}\n\n",
                           i);
    return out;
}

project::Project project_of(int files, int lines) {
    project::Project p;
    (void)p.set("Cargo.toml", "[package]\nname = \"b\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    for (int i = 0; i < files; ++i)
        (void)p.set(fmt::format("src/m{}.rs", i), source_text(lines));
    return p;
}

void flat_text_print(benchmark::State& state) {
    const auto p = project_of(20, 100);
    for (auto _ : state)
        benchmark::DoNotOptimize(project::print_flat_text(p));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * p.total_bytes()));
}
BENCHMARK(flat_text_print);

void flat_text_parse(benchmark::State& state) {
    const auto text = project::print_flat_text(project_of(20, 100));
    for (auto _ : state) {
        auto parsed = project::parse_flat_text(text);
        if (!parsed)
            state.SkipWithError(parsed.error().text().c_str());
        benchmark::DoNotOptimize(parsed);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(flat_text_parse);

void lex(benchmark::State& state) {
    const auto text = source_text(1000);
    for (auto _ : state)
        benchmark::DoNotOptimize(syntax::Source(text));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(lex)->Unit(benchmark::kMicrosecond);

void tree(benchmark::State& state) {
    auto source = std::make_shared<const syntax::Source>(source_text(1000));
    for (auto _ : state)
        benchmark::DoNotOptimize(syntax::Tree(source));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * source->text().size()));
}
BENCHMARK(tree)->Unit(benchmark::kMicrosecond);

void patch_apply(benchmark::State& state) {
    const auto p = project_of(20, 1000);
    project::Patch patch;
    for (std::size_t i = 0; i < 10; ++i)
        patch.edits.push_back({"src/m3.rs", i * 100, i * 100 + 1, "x"});
    for (auto _ : state) {
        auto changed = project::apply(p, patch);
        if (!changed)
            state.SkipWithError(changed.error().text().c_str());
        benchmark::DoNotOptimize(changed);
    }
}
BENCHMARK(patch_apply)->Unit(benchmark::kMicrosecond);

void diff(benchmark::State& state) {
    const auto from = project_of(5, 1000);
    project::Patch patch;
    for (std::size_t i = 1; i <= 10; ++i)
        patch.edits.push_back({"src/m3.rs", i * 2000, i * 2000, "/* here */"});
    const auto to = project::apply(from, patch).value();
    for (auto _ : state)
        benchmark::DoNotOptimize(project::diff(from, to));
}
BENCHMARK(diff)->Unit(benchmark::kMicrosecond);

/// What one check of a small broken program yields (recorded from rustc 1.95).
void diagnostics_parse(benchmark::State& state) {
    const auto text = base::read_file(RC_SOURCE_DIR "/bench/data/diagnostics.ndjson").value();
    std::size_t found = 0;
    for (auto _ : state) {
        auto parsed = toolchain::parse_output(text, "", [](void*, std::string_view) { return true; }, nullptr);
        found = parsed.diagnostics.size();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
    state.counters["diagnostics"] = static_cast<double>(found);
}
BENCHMARK(diagnostics_parse)->Unit(benchmark::kMicrosecond);

} // namespace
