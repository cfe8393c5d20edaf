// How well the knowledge base answers: questions with known passages, asked of a seeded store through the real search,
// by text, by vectors and by both. bench/retrieval.md has the figures; bench/run.sh retrieval runs it.
#include "base/os.h"
#include "base/text.h"
#include "knowledge/embedder_local.h"
#include "knowledge/import.h"
#include "knowledge/search.h"
#include "retrieval/judge.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <map>

using namespace rustcoder;
using namespace rustcoder::knowledge;

namespace {

struct Arguments {
    std::filesystem::path store = "build/retrieval.db";
    std::string local = "all"; // see LocalEmbedderOptions::parts
    std::string only;          // one set
    bool misses = false, direct = false;
};

Arguments parse(int count, char** values) {
    Arguments a;
    for (int i = 1; i < count; ++i) {
        const std::string_view key = values[i], value = i + 1 < count ? values[i + 1] : "";
        if (key == "--misses")
            a.misses = true;
        else if (key == "--direct")
            a.direct = true; // as the command line asks: no index in memory
        else if (key == "--store")
            a.store = value, ++i;
        else if (key == "--local")
            a.local = value, ++i;
        else if (key == "--only")
            a.only = value, ++i;
        else
            fmt::print(stderr, "usage: retrieval [--store FILE] [--local none|words|use|all] [--only SET] [--misses] "
                               "[--direct]\n"),
                std::exit(2);
    }
    return a;
}

template <class T> T need(Result<T> result) {
    if (!result) {
        fmt::print(stderr, "retrieval: {}\n", result.error().text());
        std::exit(1);
    }
    return std::move(*result);
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void fill(Store& store) {
    const auto toolchain = need(toolchain::discover());
    const auto sandbox = process::Sandbox::from_environment();
    SeedOptions options;
    options.shipped = RC_SOURCE_DIR "/knowledge";
    const auto start = std::chrono::steady_clock::now();
    const auto report = need(seed(store, toolchain, sandbox, options));
    if (report.read > 0)
        fmt::print("seeded {} entries in {:.1f} s\n", report.added, seconds_since(start));
}

/// Questions that the documentation's own structure asks: a heading of a book for its section (every ninth), the first
/// line of an error's lesson for the lesson (every fifth).
std::vector<bench::Question> structural(Store& store) {
    std::vector<bench::Question> out;
    std::map<std::string, std::size_t> seen;
    (void)store.each({}, [&](const Entry& e) {
        const auto cut = e.title.rfind(" > ");
        const std::string_view source = e.provenance.source;
        if (e.kind == Kind::passage && cut != std::string::npos && source.find('#') != std::string_view::npos &&
            source.find("/std/") == std::string_view::npos && base::hash64(e.provenance.source) % 9 == 0) {
            const std::string heading = e.title.substr(cut + 3);
            if (heading.find('(') == std::string::npos && seen[heading]++ == 0)
                out.push_back(
                    {"heading", heading, {std::string(source.starts_with("rust-docs/") ? source.substr(10) : source)}});
        } else if (e.kind == Kind::lesson && source.starts_with("rustc --explain") && base::hash64(e.id) % 5 == 0) {
            for (const auto line : base::lines(e.text)) {
                const auto text = base::trim(line);
                if (text.size() > 25 && !text.starts_with('#') && !text.starts_with('`') && e.codes.size() > 0 &&
                    text.find("no longer emitted") == std::string_view::npos) {
                    out.push_back({"lesson", std::string(text.substr(0, 120)), {e.codes.front()}});
                    break;
                }
            }
        }
        return true;
    });
    // A heading that several sections have says nothing about which of them is meant.
    std::erase_if(out, [&](const auto& q) { return q.set == "heading" && seen[q.text] > 1; });
    return out;
}

struct Times {
    std::vector<double> micros;
    double at(double share) {
        std::ranges::sort(micros);
        return micros.empty() ? 0 : micros[static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1))];
    }
};

void ask(Searcher& searcher, const std::vector<bench::Question>& questions, Query::Mode mode, const char* name,
         bool misses) {
    std::map<std::string, bench::Figures> figures;
    Times times;
    for (const auto& q : questions) {
        Query query;
        query.text = q.text;
        query.limit = 20;
        query.mode = mode;
        const auto answer = searcher.search(query);
        if (!answer) {
            fmt::print("{:<8} \"{}\": {}\n", name, q.text, answer.error().text());
            figures[q.set].add(0);
            continue;
        }
        times.micros.push_back(static_cast<double>(answer->took.count()));
        std::size_t rank = 0;
        for (std::size_t i = 0; i < answer->hits.size() && rank == 0; ++i)
            if (bench::answers(answer->hits[i].entry, q))
                rank = i + 1;
        figures[q.set].add(rank);
        if (misses && (rank == 0 || rank > 5)) {
            fmt::print("MISS [{}] {} (rank {})\n", name, q.text, rank);
            for (std::size_t i = 0; i < std::min<std::size_t>(5, answer->hits.size()); ++i)
                fmt::print("     {} | {} (text {}, vector {})\n", answer->hits[i].entry.provenance.source,
                           answer->hits[i].entry.title, answer->hits[i].text_rank, answer->hits[i].vector_rank);
        }
    }
    for (const auto& [set, f] : figures)
        fmt::print("{:<8} {:<8} {:>5} questions  recall@1 {:.3f}  @5 {:.3f}  @10 {:.3f}  MRR {:.3f}\n", name, set,
                   f.asked, f.at_1(), f.at_5(), f.at_10(), f.mrr());
    fmt::print("{:<8} p50 {:.1f} ms  p99 {:.1f} ms\n", name, times.at(0.5) / 1000, times.at(0.99) / 1000);
}

} // namespace

int main(int count, char** values) {
    const Arguments arguments = parse(count, values);
    const auto store = need(open_store(arguments.store));
    fill(*store);
    std::shared_ptr<Embedder> embedder;
    if (arguments.local != "none") {
        LocalEmbedderOptions options;
        options.parts = need(parts_named(arguments.local));
        embedder = need(open_local_embedder(options));
    }
    // The first question waits for the resident index: it is the one that is measured.
    const auto searcher =
        make_searcher(*store, embedder, {.resident = !arguments.direct, .first_wait = std::chrono::seconds(60)});
    if (embedder) {
        const auto start = std::chrono::steady_clock::now();
        const auto made = need(searcher->embed_missing());
        fmt::print("model {} ({} values): {} vectors in {:.1f} s\n", embedder->name(), embedder->dimension(), made,
                   seconds_since(start));
    }
    auto questions = bench::read_questions(RC_SOURCE_DIR "/bench/retrieval/questions.tsv");
    for (auto& q : structural(*store))
        questions.push_back(std::move(q));
    if (!arguments.only.empty())
        std::erase_if(questions, [&](const auto& q) { return q.set != arguments.only; });
    (void)searcher->search({.text = "warm up"});
    ask(*searcher, questions, Query::Mode::text, "text", arguments.misses && !embedder);
    if (embedder) {
        ask(*searcher, questions, Query::Mode::vector, "vector", false);
        ask(*searcher, questions, Query::Mode::hybrid, "hybrid", arguments.misses);
    }
}
