#include "agent/knowledge_background.h"

#include "base/counters.h"
#include "base/log.h"
#include "base/os.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

namespace rustcoder::agent {

namespace {

using Phase = KnowledgeBackground::State::Phase;

/// One process seeds a store at a time; the kernel gives the lock back when the process dies.
base::Fd only_seeder(const std::filesystem::path& store) {
    base::Fd fd(::open((store.string() + ".seeding").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        fd.reset();
    return fd;
}

/// For /metrics, which must not wait for a store.
void set_gauges(knowledge::Store& store) {
    const auto stats = store.stats();
    if (!stats)
        return;
    for (const auto kind :
         {knowledge::Kind::lesson, knowledge::Kind::fix, knowledge::Kind::project, knowledge::Kind::passage}) {
        const auto found = stats->entries.find(kind);
        base::gauge("knowledge_entries", "Entries of the knowledge base by kind, as of the last change made here",
                    fmt::format("kind=\"{}\"", knowledge::name(kind)))
            .set(found == stats->entries.end() ? 0 : static_cast<std::int64_t>(found->second));
    }
}

} // namespace

const char* KnowledgeBackground::name(Phase phase) {
    switch (phase) {
    case Phase::waiting:
        return "waiting";
    case Phase::seeding:
        return "seeding";
    case Phase::embedding:
        return "embedding";
    case Phase::idle:
        return "idle";
    case Phase::failed:
        return "failed";
    case Phase::stopped:
        return "stopped";
    }
    return "failed";
}

std::string KnowledgeBackground::State::text() const {
    std::string out = name(phase);
    if (phase == Phase::seeding && !progress.source.empty())
        out += progress.all > 0 ? fmt::format(": {}, {} of {}", progress.source, progress.done, progress.all)
                                : fmt::format(": {}, {} done", progress.source, progress.done);
    if (phase == Phase::embedding && to_embed > 0)
        out += fmt::format(": {} of {}", embedded, to_embed);
    return detail.empty() ? out : out + (out.empty() ? "" : ": ") + detail;
}

KnowledgeBackground::KnowledgeBackground(std::shared_ptr<Knowledge> knowledge,
                                         std::function<Result<Environment>()> environment, Options options)
    : knowledge_(std::move(knowledge)), environment_(std::move(environment)), options_(options) {}

KnowledgeBackground::~KnowledgeBackground() {
    stop();
}

void KnowledgeBackground::start() {
    std::lock_guard lock(mutex_);
    if (!knowledge_ || !knowledge_->on() || thread_.joinable() || state_.phase == Phase::stopped)
        return;
    thread_ = std::jthread([this](std::stop_token stop) { work(stop); });
}

void KnowledgeBackground::added() {
    {
        std::lock_guard lock(mutex_);
        wanted_ = true;
    }
    changed_.notify_all();
}

KnowledgeBackground::State KnowledgeBackground::state() const {
    std::lock_guard lock(mutex_);
    return state_;
}

void KnowledgeBackground::stop() {
    std::jthread ending;
    {
        std::lock_guard lock(mutex_);
        ending = std::move(thread_);
        if (!ending.joinable()) {
            state_.phase = Phase::stopped;
            return;
        }
    }
    ending.request_stop();
    changed_.notify_all();
    ending.join();
    set(Phase::stopped);
}

void KnowledgeBackground::set(Phase phase, std::string detail) {
    static auto& busy = base::gauge("knowledge_background", "1 while the knowledge base is being filled");
    std::lock_guard lock(mutex_);
    state_.phase = phase;
    state_.detail = std::move(detail);
    busy.set(state_.busy() ? 1 : 0);
}

void KnowledgeBackground::work(std::stop_token stop) {
    try {
        if (options_.seed)
            seed(stop);
        while (!stop.stop_requested()) {
            {
                std::unique_lock lock(mutex_);
                if (!changed_.wait(lock, stop, [&] { return wanted_; }))
                    return;
                wanted_ = false;
                changed_.wait_for(lock, stop, options_.settle, [] { return false; });
            }
            if (!stop.stop_requested())
                embed(stop);
        }
    } catch (const std::exception& e) { // the rim of this thread
        base::log_error(std::string("knowledge base: ") + e.what());
        set(Phase::failed, e.what());
    }
}

void KnowledgeBackground::seed(std::stop_token stop) {
    auto store = knowledge_->store();
    if (!store)
        return set(Phase::failed, store.error().text());
    auto environment = environment_();
    if (!environment)
        return set(Phase::idle, "not seeded: " + environment.error().text());
    knowledge::SeedOptions options;
    options.shipped = knowledge_->options().shipped;
    if (auto done = knowledge::seeded(**store, environment->toolchain, options); done && *done)
        return set(Phase::idle);
    const auto lock = only_seeder(knowledge_->options().file);
    if (!lock)
        return set(Phase::idle, "another process is seeding");
    set(Phase::seeding);
    base::log_info("seeding the knowledge base in the background");
    auto report = knowledge::seed(**store, environment->toolchain, environment->sandbox, options, stop,
                                  [&](const knowledge::Progress& p) {
                                      std::lock_guard hold(mutex_);
                                      state_.progress = p;
                                  });
    if (stop.stop_requested())
        return set(Phase::stopped, "seeding goes on at the next start");
    if (!report) {
        base::log_warn("the knowledge base could not be seeded: " + report.error().text());
        return set(Phase::failed, report.error().text());
    }
    base::log_info(fmt::format("the knowledge base is seeded: {} entries, {} new", report->read, report->added));
    set(Phase::idle);
}

void KnowledgeBackground::embed(std::stop_token stop) {
    const auto before = state();
    set(Phase::embedding);
    if (auto store = knowledge_->store())
        set_gauges(**store);
    auto count = knowledge_->embed_missing(stop, [&](std::size_t done, std::size_t all) {
        std::lock_guard hold(mutex_);
        state_.embedded = done;
        state_.to_embed = all;
    });
    if (stop.stop_requested())
        return;
    if (!count)
        return set(Phase::failed, count.error().text());
    if (*count > 0)
        base::log_info(fmt::format("{} vectors computed for the knowledge base", *count));
    set(before.phase == Phase::failed ? Phase::failed : Phase::idle, before.detail);
}

} // namespace rustcoder::agent
