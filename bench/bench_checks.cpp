// links: toolchain
// Candidates judged per second: Workspace::quick_check (sandbox, slots, diagnostics parsed) against the floor, which is
// the same number of bare rustc processes on files that are already there. RUSTCODER_FORK_SERVER=off: without it.
#include "base/os.h"
#include "process/fork_server.h"
#include "toolchain/workspace.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

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
    // A session of its own, as our children have: a busy machine's scheduler shares out its time by session.
    static posix_spawnattr_t own_session = [] {
        posix_spawnattr_t a;
        posix_spawnattr_init(&a);
        posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSID);
        return a;
    }();
    if (posix_spawn(&pid, rustc.c_str(), nullptr, &own_session, argv.data(), environ) != 0)
        return false;
    int status = 0;
    return waitpid(pid, &status, 0) == pid && status == 0;
}

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values.empty() ? 0 : values[values.size() / 2];
}

/// Pairs: each iteration runs a batch of bare processes and a batch of ours, the first of the two in turn, so that a
/// busy moment hits both. ratio = median over pairs of (our rate / bare rate).
void checks_against_floor(benchmark::State& state) {
    const int threads = static_cast<int>(state.range(0));
    const auto dir = base::TempDir::create("bench").value();
    for (int i = 0; i < batch; ++i)
        (void)base::write_file(dir.path() / std::to_string(i) / "main.rs", program(i));
    auto opened = toolchain::Workspace::open(rust(), process::Sandbox::from_environment());
    if (!opened || !(*opened)->check(project_with(-1))) {
        state.SkipWithError("no workspace");
        return;
    }
    (void)process::wait_for_fork_server(rust().rustc.string());
    std::atomic<int> failed{0};
    int round = 0;
    const auto bare = [&] {
        in_parallel(threads, [&](int i) {
            const auto place = dir.path() / std::to_string(i);
            failed += !bare_rustc((place / "main.rs").string(), place.string());
        });
    };
    const auto ours = [&] {
        ++round; // no text comes twice, so that no answer can be remembered
        in_parallel(threads, [&](int i) {
            auto report = (*opened)->quick_check(project_with(round * batch + i));
            failed += !report || !report->ok;
        });
    };
    bare(), ours(); // warms the page cache
    std::vector<double> bare_rates, our_rates, ratios;
    for (auto _ : state) {
        double b = 0, o = 0;
        if (round % 2)
            b = seconds(bare), o = seconds(ours);
        else
            o = seconds(ours), b = seconds(bare);
        bare_rates.push_back(batch / b);
        our_rates.push_back(batch / o);
        ratios.push_back(b / o);
    }
    if (failed)
        state.SkipWithError("a check failed");
    state.counters["bare_per_s"] = median(bare_rates);
    state.counters["ours_per_s"] = median(our_rates);
    state.counters["ratio"] = median(ratios);
}
BENCHMARK(checks_against_floor)->Arg(1)->Arg(2)->Arg(4)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(15);

} // namespace
