// links: knowledge
// packages: xapian-core
// What search was chosen against, on the same data: Xapian for text, hnswlib for vectors, plain floats. Builds of
// minutes, so it runs only when RC_BENCH_PEERS is set. Figures: knowledge-search.md.
#include "knowledge_search_data.h"

#include "knowledge/words.h"

#include <hnswlib/hnswlib.h>
#include <thread>
#include <xapian.h>

using namespace knowledge_bench;

namespace {

Xapian::Database& xapian(double* seconds, double* megabytes) {
    static base::TempDir dir = base::TempDir::create("bench-xapian").value();
    static double took = 0;
    static Xapian::Database made = [] {
        const auto begin = std::chrono::steady_clock::now();
        Xapian::WritableDatabase db(dir.path().string(), Xapian::DB_CREATE_OR_OPEN);
        for (const auto& entry : Data::get().entries) {
            Xapian::Document document;
            for (const auto& word : knowledge::words(entry.title))
                document.add_term(word, 3);
            for (const auto& word : knowledge::words(entry.text))
                document.add_term(word);
            db.add_document(document);
        }
        db.commit();
        took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return Xapian::Database(dir.path().string());
    }();
    std::uintmax_t bytes = 0;
    for (const auto& file : std::filesystem::directory_iterator(dir.path()))
        bytes += file.file_size();
    *seconds = took;
    *megabytes = static_cast<double>(bytes) / 1e6;
    return made;
}

void xapian_text(benchmark::State& state, std::size_t kind) {
    double seconds = 0, megabytes = 0;
    auto& db = xapian(&seconds, &megabytes);
    run_questions(state, [&](std::size_t i) {
        const auto words = knowledge::words(Data::get().questions[kind].texts[i]);
        Xapian::Enquire enquire(db);
        enquire.set_query(Xapian::Query(Xapian::Query::OP_OR, words.begin(), words.end()));
        auto found = enquire.get_mset(0, 50);
        benchmark::DoNotOptimize(found);
    });
    state.counters["index_s"] = seconds;
    state.counters["megabytes"] = megabytes;
}

struct Graph {
    hnswlib::InnerProductSpace space{Data::dimension};
    hnswlib::HierarchicalNSW<float> index{&space, Data::get().vectors.size(), 16, 200};
    double seconds = 0;
    Graph() {
        const auto begin = std::chrono::steady_clock::now();
        std::atomic<std::size_t> next{0};
        std::vector<std::jthread> threads;
        for (int t = 0; t < 2; ++t)
            threads.emplace_back([&] {
                for (std::size_t i; (i = next++) < Data::get().vectors.size();)
                    index.addPoint(Data::get().vectors[i].data(), i);
            });
        threads.clear();
        seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
};

void hnsw(benchmark::State& state, std::size_t ef) {
    static Graph graph;
    graph.index.setEf(ef);
    run_questions(state, [&](std::size_t i) {
        benchmark::DoNotOptimize(
            graph.index.searchKnn(Data::get().asked_vectors[i].data(), std::min<std::size_t>(ef, 50)));
    });
    state.counters["recall10"] = recall10([&](const std::vector<float>& query) {
        auto queue = graph.index.searchKnn(query.data(), 10);
        std::vector<std::size_t> found;
        for (; !queue.empty(); queue.pop())
            found.push_back(queue.top().second);
        return found;
    });
    state.counters["build_s"] = graph.seconds;
}

template <class F> void add(const std::string& name, F f) {
    benchmark::RegisterBenchmark(name.c_str(), std::move(f))->Unit(benchmark::kMicrosecond)->Iterations(300);
}

const bool registered = [] {
    if (!std::getenv("RC_BENCH_PEERS"))
        return false;
    static const char* kinds[] = {"rare", "common", "words12", "message40"};
    for (std::size_t k = 0; k < 4; ++k)
        add(std::string("xapian/") + kinds[k], [k](auto& s) { xapian_text(s, k); });
    for (const std::size_t ef : {10u, 16u, 32u, 64u, 128u})
        add(fmt::format("hnswlib/ef{}", ef), [ef](auto& s) { hnsw(s, ef); });
    return true;
}();

} // namespace
