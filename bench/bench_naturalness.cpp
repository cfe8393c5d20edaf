// links: repair
// Does the naturalness model rank the author's own edit higher? For each practice program with one fault: check it
// once, gather the candidates, find those that give the original text back, and look where the ranking by cost puts the
// first of them, without and with the model. Needs RC_PRACTICE_SETS (else ../shared/bench); RC_NATURALNESS: a model
// file to use instead of training one.
#include "base/json.h"
#include "base/os.h"
#include "repair/naturalness.h"
#include "repair/search.h"
#include "toolchain/workspace.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>

using namespace rustcoder;

namespace {

struct Case {
    project::Project broken, original;
    repair::Diagnostics errors;
    std::vector<repair::Candidate> candidates;
    std::vector<bool> right;
    std::string how;
};

const toolchain::Toolchain& rust() {
    static const toolchain::Toolchain found = toolchain::discover().value();
    return found;
}

project::Project read(const base::json::object& files) {
    project::Project p;
    for (const auto& [path, text] : files)
        (void)p.set(path, std::string(text.as_string()));
    return p;
}

std::vector<Case> read_cases(const std::string& set) {
    const char* given = std::getenv("RC_PRACTICE_SETS");
    auto bytes = base::read_file(std::filesystem::path(given ? given : RC_SOURCE_DIR "/../shared/bench") / set);
    std::vector<Case> out;
    if (!bytes)
        return out;
    process::Sandbox sandbox(process::Mode::off);
    std::size_t at = 0;
    while (at < bytes->size()) {
        std::size_t end = std::min(bytes->find('\n', at), bytes->size());
        auto parsed = base::parse_json(std::string_view(*bytes).substr(at, end - at));
        at = end + 1;
        if (!parsed)
            continue;
        const auto& o = parsed->as_object();
        Case c;
        c.broken = read(*base::get_object(o, "files"));
        c.original = read(*base::get_object(o, "original"));
        c.how = o.at("how").as_array().front().as_string();
        auto workspace = toolchain::Workspace::open(rust(), sandbox);
        if (!workspace)
            continue;
        auto report = (*workspace)->check(c.broken);
        if (!report)
            continue;
        c.errors = repair::complaints(*report, c.broken, false);
        out.push_back(std::move(c));
    }
    return out;
}

bool same(const project::Project& a, const project::Project& original) {
    auto squeeze = [](const std::string& s) {
        std::string t;
        for (char ch : s)
            if (!std::isspace(static_cast<unsigned char>(ch)))
                t += ch;
        return t;
    };
    for (const auto& [path, file] : original.files()) {
        const std::string* mine = a.find(path);
        if (!mine || squeeze(*mine) != squeeze(*file.bytes))
            return false;
    }
    return true;
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all = [] {
        const char* set = std::getenv("RC_SET");
        auto list = read_cases(set ? set : "single.jsonl");
        for (Case& c : list) {
            repair::SourceMap sources(c.broken);
            std::map<std::uint64_t, std::size_t> by_patch;
            for (const auto& d : c.errors) {
                repair::RuleContext context{sources, d, c.errors, rust().minor};
                for (auto& candidate : repair::propose_all(context)) {
                    if (!by_patch.emplace(candidate.patch.hash(), 0).second)
                        continue;
                    auto changed = project::apply(c.broken, candidate.patch);
                    c.right.push_back(changed && same(*changed, c.original));
                    c.candidates.push_back(std::move(candidate));
                }
            }
        }
        return list;
    }();
    return all;
}

std::shared_ptr<const repair::Naturalness> model() {
    static const auto loaded = [] {
        const char* given = std::getenv("RC_NATURALNESS");
        std::filesystem::path file =
            given ? std::filesystem::path(given) : std::filesystem::temp_directory_path() / "bench-naturalness.bin";
        repair::TrainingOptions options;
        if (std::getenv("RC_HOLD_OUT")) // the listings that the judged programs were made of
            options.listing_bytes = 0;
        if (!given)
            (void)repair::train_naturalness(rust(), file, options);
        return repair::Naturalness::load(file, rust().identity()).value();
    }();
    return loaded;
}

void rank_of_the_right_edit(benchmark::State& state) {
    const bool with = state.range(0) != 0;
    const bool verbose = std::getenv("RC_VERBOSE") != nullptr;
    auto m = model();
    double sum_rank = 0, reciprocal = 0;
    int first = 0, second = 0, n = 0;
    std::size_t edits = 0;
    const repair::Weights w;
    for (auto _ : state) {
        sum_rank = reciprocal = 0, first = second = n = 0;
        for (const Case& c : cases()) {
            repair::SourceMap sources(c.broken);
            repair::EditJudge judge(with || verbose ? m.get() : nullptr, sources);
            std::vector<std::pair<double, std::size_t>> order;
            for (std::size_t i = 0; i < c.candidates.size(); ++i) {
                const auto& k = c.candidates[i];
                double cost = -std::log(k.prior) + w.risk[static_cast<int>(k.risk)] +
                              std::min(0.5, w.per_byte * static_cast<double>(k.patch.size()));
                if (with)
                    cost += judge.adjustment(k.patch);
                order.emplace_back(cost, i);
                ++edits;
            }
            std::sort(order.begin(), order.end());
            auto hit = std::find_if(order.begin(), order.end(), [&](auto& p) { return c.right[p.second]; });
            if (hit == order.end())
                continue;
            auto rank = hit - order.begin() + 1;
            sum_rank += static_cast<double>(std::min<std::ptrdiff_t>(rank, 20)),
                reciprocal += 1.0 / static_cast<double>(rank);
            first += rank == 1, second += rank <= 2, ++n;
            if (verbose && !with)
                for (auto& [cost, i] : order) {
                    auto r = judge.read(c.candidates[i].patch);
                    std::cout << "F\t" << (&c - cases().data()) << '\t' << c.right[i] << '\t' << cost << '\t'
                              << r.before << '\t' << r.after << '\t' << r.before_tokens << '\t' << r.after_tokens
                              << '\t' << c.how << '\t' << c.candidates[i].rule << '\t' << c.candidates[i].why << '\n';
                }
        }
    }
    state.counters["cases"] = n;
    state.counters["first"] = first;
    state.counters["first_two"] = second;
    state.counters["mean_rank"] = sum_rank / std::max(1, n);
    state.counters["mean_reciprocal"] = reciprocal / std::max(1, n);
    state.SetItemsProcessed(static_cast<std::int64_t>(edits));
}

void training(benchmark::State& state) {
    auto file = std::filesystem::temp_directory_path() / "bench-naturalness-training.bin";
    for (auto _ : state) {
        auto report = repair::train_naturalness(rust(), file);
        if (!report) {
            state.SkipWithError(report.error().text().c_str());
            break;
        }
        state.counters["tokens"] = static_cast<double>(report->tokens);
        state.counters["listings"] = static_cast<double>(report->listings);
        state.counters["std_files"] = static_cast<double>(report->std_files);
        state.counters["crate_files"] = static_cast<double>(report->crate_files);
        state.counters["ngrams"] = static_cast<double>(report->ngrams);
        state.counters["bytes"] = static_cast<double>(report->file_bytes);
    }
}

void loading(benchmark::State& state) {
    auto file = std::filesystem::temp_directory_path() / "bench-naturalness-training.bin";
    for (auto _ : state)
        if (!repair::Naturalness::load(file, rust().identity()))
            state.SkipWithError("no model");
}

BENCHMARK(training)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(loading)->Unit(benchmark::kMillisecond);
BENCHMARK(rank_of_the_right_edit)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->Iterations(1);

} // namespace
