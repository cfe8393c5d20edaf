// links: knowledge
// Search over 100,000 entries (RC_BENCH_ENTRIES) with 512-dimensional vectors: hybrid against its parts, resident and
// one-shot, with filters; what building and memory cost. Figures: knowledge-search.md.
#include "knowledge_search_data.h"

#include "knowledge/search.h"
#include "knowledge/search_resident.h"
#include "knowledge/snippets.h"

using namespace knowledge_bench;
using namespace std::chrono_literals;

namespace {

/// One store file with all entries and vectors, made at first use.
knowledge::Store& store() {
    static base::TempDir dir = base::TempDir::create("bench-search").value();
    static const std::unique_ptr<knowledge::Store> made = [] {
        auto opened = knowledge::open_store(dir.path() / "knowledge.db");
        if (!opened)
            throw std::runtime_error(opened.error().text());
        auto store = std::move(*opened);
        const auto& data = Data::get();
        for (std::size_t i = 0; i < data.entries.size(); i += 1000) {
            const auto n = std::min<std::size_t>(1000, data.entries.size() - i);
            if (auto put = store->put(std::span(data.entries).subspan(i, n)); !put)
                throw std::runtime_error(put.error().text());
            std::vector<knowledge::Store::Vector> vectors;
            for (std::size_t j = i; j < i + n; ++j)
                vectors.push_back({data.entries[j].id, data.vectors[j]});
            if (auto put = store->put_vectors("known", vectors); !put)
                throw std::runtime_error(put.error().text());
        }
        return store;
    }();
    return *made;
}

std::shared_ptr<knowledge::Embedder> embedder() {
    static const auto made = std::make_shared<KnownVectors>();
    return made;
}

knowledge::ResidentIndex& index() {
    static knowledge::ResidentIndex made(store(), "known", Data::dimension, 600s);
    return made;
}

knowledge::Searcher& searcher(bool resident) {
    static const auto kept = knowledge::make_searcher(store(), embedder(), {.resident = true, .first_wait = 600s});
    static const auto direct = knowledge::make_searcher(store(), embedder(), {.resident = false});
    return resident ? *kept : *direct;
}

using Mode = knowledge::Query::Mode;

void search(benchmark::State& state, bool resident, Mode mode, std::size_t kind, const knowledge::Filter& filter) {
    auto& s = searcher(resident);
    const auto& texts = Data::get().questions[kind].texts;
    (void)s.search({.text = "first", .mode = Mode::text});
    double hits = 0;
    run_questions(state, [&](std::size_t i) {
        const auto answer = s.search({texts[i], filter, 10, mode});
        if (!answer)
            throw std::runtime_error(answer.error().text());
        hits += static_cast<double>(answer->hits.size());
    });
    state.counters["hits"] = benchmark::Counter(hits, benchmark::Counter::kAvgIterations);
}

void build(benchmark::State& state) {
    (void)store();
    std::size_t bytes = 0;
    for (auto _ : state) {
        knowledge::ResidentIndex fresh(store(), "known", Data::dimension, 600s);
        bytes = fresh.get()->bytes();
    }
    state.counters["megabytes"] = static_cast<double>(bytes) / 1e6;
    const auto& segment = *index().get()->parts()[0].segment;
    state.counters["text_mb"] = static_cast<double>(segment.text.bytes()) / 1e6;
    state.counters["vector_mb"] = static_cast<double>(segment.vectors.bytes()) / 1e6;
    state.counters["table_mb"] = static_cast<double>(segment.docs.bytes()) / 1e6;
}

/// One entry is written, then asked for: what a question pays that finds something changed.
void follow(benchmark::State& state) {
    (void)index().get();
    int i = 0;
    run_questions(state, [&](std::size_t) {
        knowledge::Entry entry;
        entry.title = fmt::format("fresh{}", i++);
        entry.text = "something new";
        const auto begin = std::chrono::steady_clock::now();
        (void)store().put(std::span(&entry, 1)).value();
        state.counters["put_us"] =
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
        if (index().get()->by_text(entry.title, {}, 10).empty())
            throw std::runtime_error("not found");
    });
}

void text_part(benchmark::State& state, std::size_t kind) {
    const auto now = index().get();
    run_questions(state, [&](std::size_t i) {
        benchmark::DoNotOptimize(now->by_text(Data::get().questions[kind].texts[i], {}, 50));
    });
}

void full_text_of_store(benchmark::State& state, std::size_t kind) {
    (void)store().full_text("first", {}, 1);
    run_questions(state, [&](std::size_t i) {
        benchmark::DoNotOptimize(store().full_text(Data::get().questions[kind].texts[i], {}, 50));
    });
}

void vector_part(benchmark::State& state, const knowledge::Filter& filter) {
    const auto now = index().get();
    run_questions(state, [&](std::size_t i) {
        benchmark::DoNotOptimize(now->by_vector(Data::get().asked_vectors[i], filter, 50, {}));
    });
    if (filter.kinds.empty() && filter.code.empty())
        state.counters["recall10"] = recall10([&](const std::vector<float>& query) {
            std::vector<std::size_t> found;
            for (const auto& c : now->by_vector(query, {}, 10, {}))
                found.push_back(std::strtoul(c.id.c_str(), nullptr, 16));
            return found;
        });
}

void kernel(benchmark::State& state, const knowledge::DotKernel& kernel) {
    static std::vector<std::int8_t> rows;
    static std::vector<std::int8_t> query;
    if (rows.empty())
        for (const auto& v : Data::get().vectors) {
            const auto q = knowledge::quantise(v);
            rows.insert(rows.end(), q.high.begin(), q.high.end());
            query = q.high;
        }
    std::int32_t out[64];
    run_questions(state, [&](std::size_t) {
        for (std::size_t i = 0; i + 64 <= Data::get().vectors.size(); i += 64) {
            kernel.dots(&rows[i * Data::dimension], 64, Data::dimension, query.data(), out);
            benchmark::DoNotOptimize(out);
        }
    });
}

void snippet(benchmark::State& state) {
    const auto& data = Data::get();
    run_questions(state, [&](std::size_t i) {
        for (std::size_t j = 0; j < 10; ++j)
            benchmark::DoNotOptimize(
                knowledge::make_snippet(data.entries[i * 10 + j].text, data.questions[3].texts[i]));
    });
}

template <class F> void add(const std::string& name, int iterations, F f) {
    benchmark::RegisterBenchmark(name.c_str(), std::move(f))->Unit(benchmark::kMicrosecond)->Iterations(iterations);
}

const bool registered = [] {
    static const char* kinds[] = {"rare", "common", "words12", "message40"};
    for (std::size_t k = 0; k < 4; ++k) {
        const std::string kind = kinds[k];
        add("resident/hybrid/" + kind, 300, [k](auto& s) { search(s, true, Mode::hybrid, k, {}); });
        add("resident/text/" + kind, 300, [k](auto& s) { search(s, true, Mode::text, k, {}); });
        add("resident/vector/" + kind, 300, [k](auto& s) { search(s, true, Mode::vector, k, {}); });
        add("part/text_own/" + kind, 300, [k](auto& s) { text_part(s, k); });
        add("part/text_store/" + kind, 60, [k](auto& s) { full_text_of_store(s, k); });
        add("one_shot/hybrid/" + kind, 10, [k](auto& s) { search(s, false, Mode::hybrid, k, {}); });
    }
    add("resident/hybrid/message40/kind=lesson", 300,
        [](auto& s) { search(s, true, Mode::hybrid, 3, {.kinds = {knowledge::Kind::lesson}}); });
    add("resident/hybrid/message40/code=E0382", 300,
        [](auto& s) { search(s, true, Mode::hybrid, 3, {.code = "E0382"}); });
    add("one_shot/hybrid/message40/kind=lesson", 10,
        [](auto& s) { search(s, false, Mode::hybrid, 3, {.kinds = {knowledge::Kind::lesson}}); });
    add("part/vector", 300, [](auto& s) { vector_part(s, {}); });
    add("part/vector/kind=lesson", 300, [](auto& s) { vector_part(s, {.kinds = {knowledge::Kind::lesson}}); });
    for (const auto& k : knowledge::dot_kernels())
        add(std::string("part/scan/") + k.name, 60, [&k](auto& s) { kernel(s, k); });
    add("part/snippets_of_10", 300, [](auto& s) { snippet(s); });
    add("build", 1, [](auto& s) { build(s); });
    add("follow_one_write", 200, [](auto& s) { follow(s); });
    return true;
}();

} // namespace
