// links: toolchain
// Candidates judged per second: Workspace::quick_check (sandbox, slots, diagnostics parsed) against the floor, which is
// the same number of bare rustc processes on files that are already there. items_per_second of the two rows is the
// ratio.
#include "base/os.h"
#include "toolchain/workspace.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <atomic>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace rustcoder;

namespace {

constexpr int batch = 24;

/// About 130 lines that type check; `variant` makes each candidate another text.
std::string program(int variant) {
    std::string out = "use std::collections::HashMap;\n\n";
    for (int i = 0; i < 10; ++i)
        out += fmt::format("pub fn total_{0}(items: &HashMap<String, u64>, limit: u64) -> Result<u64, String> {{\n"
                           "    let mut sum = {1}i64 as u64;\n"
                           "    for (name, value) in items.iter().filter(|(n, _)| n.starts_with(\"g{0}\")) {{\n"
                           "        sum = sum\n"
                           "            .checked_add(*value)\n"
                           "            .ok_or_else(|| format!(\"{{name}}: too much\"))?;\n"
                           "    }}\n"
                           "    if sum > limit {{\n"
                           "        return Err(String::from(\"limit\"));\n"
                           "    }}\n"
                           "    Ok(sum)\n"
                           "}}\n\n",
                           i, variant);
    return out + "fn main() {\n    println!(\"{:?}\", total_0(&HashMap::new(), 10));\n}\n";
}

project::Project project_with(int variant) {
    project::Project p;
    (void)p.set("Cargo.toml", "[package]\nname = \"bench\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    (void)p.set("src/main.rs", program(variant));
    return p;
}

const toolchain::Toolchain& rust() {
    static const toolchain::Toolchain found = toolchain::discover().value();
    return found;
}

/// Runs work(0) .. work(batch - 1) on `threads` threads.
void in_parallel(int threads, const std::function<void(int)>& work) {
    std::atomic<int> next{0};
    std::vector<std::jthread> pool;
    for (int t = 0; t < threads; ++t)
        pool.emplace_back([&] {
            for (int i = next++; i < batch; i = next++)
                work(i);
        });
}

bool bare_rustc(const std::string& source, const std::string& out_dir) {
    const std::string rustc = rust().rustc.string();
    std::vector<std::string> words = {
        rustc, "--edition=2021", "--crate-name=bench", "--emit=metadata", "--error-format=json", "--out-dir", out_dir,
        source};
    std::vector<char*> argv;
    for (auto& w : words)
        argv.push_back(w.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    if (posix_spawn(&pid, rustc.c_str(), nullptr, nullptr, argv.data(), environ) != 0)
        return false;
    int status = 0;
    return waitpid(pid, &status, 0) == pid && status == 0;
}

void floor_bare_rustc(benchmark::State& state) {
    const auto dir = base::TempDir::create("bench").value();
    for (int i = 0; i < batch; ++i) {
        const auto place = dir.path() / std::to_string(i);
        (void)base::write_file(place / "main.rs", program(i));
    }
    std::atomic<int> failed{0};
    for (auto _ : state)
        in_parallel(static_cast<int>(state.range(0)), [&](int i) {
            const auto place = dir.path() / std::to_string(i);
            failed += !bare_rustc((place / "main.rs").string(), place.string());
        });
    if (failed)
        state.SkipWithError("bare rustc failed");
    state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(floor_bare_rustc)->Arg(1)->Arg(2)->Arg(4)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);

void quick_check(benchmark::State& state) {
    auto opened = toolchain::Workspace::open(rust(), process::Sandbox::from_environment());
    if (!opened || !(*opened)->check(project_with(-1))) {
        state.SkipWithError("no workspace");
        return;
    }
    std::atomic<int> failed{0};
    int round = 0;
    for (auto _ : state) {
        ++round; // no text comes twice, so that no answer can be remembered
        in_parallel(static_cast<int>(state.range(0)), [&](int i) {
            auto report = (*opened)->quick_check(project_with(round * batch + i));
            failed += !report || !report->ok;
        });
    }
    if (failed)
        state.SkipWithError("a check failed");
    state.SetItemsProcessed(state.iterations() * batch);
}
BENCHMARK(quick_check)->Arg(1)->Arg(2)->Arg(4)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);

} // namespace
