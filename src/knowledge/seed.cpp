#include "base/text.h"
#include "knowledge/import.h"
#include "knowledge/seed_sources.h"

#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace fs = std::filesystem;

namespace {

// Grows when the readers give other passages for the same pages.
constexpr int readers_revision = 1;

/// One thing to seed: its name in the store (with the version, so that two toolchains do not undo each other) and how.
struct Step {
    std::string key;
    std::function<Status(Sink&, SeedState&)> run;
};

std::string key_of(std::string_view what, std::string_view version) {
    return fmt::format("{}/{}/{}", what, version.empty() ? "unknown" : version, readers_revision);
}

Result<std::vector<Step>> steps_of(const toolchain::Toolchain& toolchain, const process::Sandbox* sandbox,
                                   const SeedOptions& options, std::stop_token stop) {
    std::vector<Step> steps;
    if (!options.shipped.empty()) {
        RC_TRY_ASSIGN(const std::string version, shipped_version(options.shipped));
        steps.push_back({key_of("shipped", version),
                         [&options](Sink& sink, SeedState&) { return seed_shipped(sink, options.shipped); }});
    }
    const auto docs = find_rust_docs(toolchain, options.rust_docs);
    steps.push_back(
        {key_of("explain", toolchain.rustc_version), [&toolchain, sandbox, docs, stop](Sink& sink, SeedState&) {
             return seed_explanations(sink, toolchain, *sandbox, docs, stop);
         }});
    if (!docs)
        return steps;
    for (const auto& [folder, title] : seeded_books())
        steps.push_back({key_of(folder, docs->version), [docs, folder, title](Sink& sink, SeedState& state) {
                             return seed_book(sink, state, *docs, folder, title);
                         }});
    if (options.std_api)
        steps.push_back({key_of("std", docs->version),
                         [docs](Sink& sink, SeedState& state) { return seed_std(sink, state, *docs); }});
    return steps;
}

} // namespace

Result<bool> SeedState::done() const {
    RC_TRY_ASSIGN(const auto value, store_.meta(key_));
    return value == "done";
}
Result<std::string> SeedState::reached() const {
    RC_TRY_ASSIGN(const auto value, store_.meta(key_));
    return value && value->starts_with("page:") ? value->substr(5) : std::string();
}
Status SeedState::reach(std::string_view page) {
    return store_.set_meta(key_, fmt::format("page:{}", page));
}
Status SeedState::finish() {
    return store_.set_meta(key_, "done");
}
Status SeedState::forget() {
    return store_.set_meta(key_, "");
}

Result<ImportReport> seed(Store& store, const toolchain::Toolchain& toolchain, const process::Sandbox& sandbox,
                          const SeedOptions& options, std::stop_token stop, const OnProgress& progress) {
    try {
        RC_TRY_ASSIGN(const auto steps, steps_of(toolchain, &sandbox, options, stop));
        Sink sink(store, {}, stop, progress);
        for (const auto& step : steps) {
            SeedState state(store, step.key);
            if (options.again)
                RC_TRY(state.forget());
            RC_TRY_ASSIGN(const bool done, state.done());
            if (done)
                continue;
            sink.source({});
            sink.licence({});
            const Status read = step.run(sink, state);
            RC_TRY(sink.flush());
            if (!read)
                return std::unexpected(read.error());
            RC_TRY(state.finish());
        }
        return sink.report();
    } catch (const std::exception& e) { // std::filesystem and memory
        return fail(Errc::internal, fmt::format("seeding failed: {}", e.what()));
    }
}

Result<bool> seeded(Store& store, const toolchain::Toolchain& toolchain, const SeedOptions& options) {
    try {
        RC_TRY_ASSIGN(const auto steps, steps_of(toolchain, nullptr, options, {}));
        for (const auto& step : steps) {
            RC_TRY_ASSIGN(const bool done, SeedState(store, step.key).done());
            if (!done)
                return false;
        }
        return true;
    } catch (const std::exception& e) {
        return fail(Errc::internal, fmt::format("cannot tell what is seeded: {}", e.what()));
    }
}

} // namespace rustcoder::knowledge
