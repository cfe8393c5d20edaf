// What JobStore does with its folder: jobs that outlive the process.
#include "base/log.h"
#include "base/text.h"
#include "server/job_folder.h"
#include "server/jobs.h"

#include <fmt/core.h>

namespace rustcoder::server {

namespace {

std::int64_t milliseconds(const JobSummary& job) {
    return job.created.time_since_epoch() / std::chrono::milliseconds(1);
}

} // namespace

void JobStore::keep_on_disk(const std::shared_ptr<Job>& job) {
    if (!options_.folder)
        return;
    std::lock_guard disk(job->disk_mutex_);
    if (job->stored_ || job->over_)
        return;
    if (auto accepted = options_.folder->accept(*job); !accepted) {
        base::log_warn(fmt::format("job {}: {}", job->id(), accepted.error().text()));
        return;
    }
    job->stored_ = true;
    if (job->state() == JobState::running)
        options_.folder->begun(*job);
}

void JobStore::write_begin(Job& job) {
    std::lock_guard disk(job.disk_mutex_);
    if (job.stored_)
        options_.folder->begun(job);
}

void JobStore::write_end(Job& job, JobState state, const Result<Answer>& result) {
    std::lock_guard disk(job.disk_mutex_);
    job.over_ = true;
    if (!job.stored_)
        return;
    bool shutdown = false;
    {
        std::lock_guard lock(job.mutex_);
        shutdown = job.shutdown_;
    }
    if (shutdown && !result)
        return options_.folder->put_back(job);
    std::uint64_t last_event = 0;
    {
        std::lock_guard lock(job.events_mutex_);
        last_event = job.next_event_;
    }
    if (auto written = options_.folder->ended(job, state, job.seconds(), last_event, result); !written)
        base::log_error(fmt::format("job {}: its result is kept in memory only: {}", job.id(), written.error().text()));
}

std::shared_ptr<Job> JobStore::find_stored(std::string_view id) {
    auto loaded = options_.folder->load(id);
    if (!loaded) {
        if (loaded.error().code != Errc::busy)
            return nullptr;
        auto job = options_.folder->take_over(id); // the process that had it is gone
        if (job)
            take_up(job);
        return job;
    }
    std::lock_guard lock(mutex_);
    const auto [it, fresh] = jobs_.emplace((*loaded)->id(), *loaded);
    const auto job = it->second;
    if (fresh)
        keep(job);
    return job;
}

void JobStore::take_up(const std::shared_ptr<Job>& job) {
    {
        std::lock_guard lock(mutex_);
        if (!accepting_)
            return options_.folder->put_back(*job);
        if (job->tries() < most_tries)
            return enqueue(job);
        jobs_.emplace(job->id(), job);
    }
    conclude(job, JobState::failed,
             fail(Errc::internal,
                  fmt::format("The server ended {} times while it worked on this job, so it is not begun again",
                              job->tries()),
                  {}, "Send something smaller, and please report it"));
    std::lock_guard lock(mutex_);
    keep(job);
}

void JobStore::resume() {
    if (!options_.folder)
        return;
    const auto jobs = options_.folder->take_over();
    for (const auto& job : jobs)
        take_up(job);
    if (!jobs.empty())
        base::log_info(fmt::format("{} unfinished jobs were taken up again from {}", jobs.size(),
                                   options_.folder->options().root.string()));
}

bool JobStore::remove(const std::shared_ptr<Job>& job) {
    if (!finished(job->state()))
        return false;
    {
        std::lock_guard lock(mutex_);
        jobs_.erase(job->id());
        const auto it = std::ranges::find(finished_, job->id(), &Kept::id);
        if (it != finished_.end()) {
            kept_bytes_ -= it->bytes;
            finished_.erase(it);
        }
    }
    std::lock_guard disk(job->disk_mutex_);
    if (job->stored_)
        options_.folder->remove(job->id());
    return true;
}

std::vector<JobSummary> JobStore::list() {
    std::map<std::string, JobSummary> all;
    if (options_.folder)
        for (auto& summary : options_.folder->list())
            all.emplace(summary.id, std::move(summary));
    {
        std::lock_guard lock(mutex_);
        prune();
        for (const auto& [id, job] : jobs_)
            if (job->retained_)
                all.insert_or_assign(id, job->summary());
    }
    std::vector<JobSummary> out;
    for (auto& [id, summary] : all)
        out.push_back(std::move(summary));
    std::ranges::sort(out, [](const JobSummary& a, const JobSummary& b) { // as the cursor of a page has it
        return std::pair(milliseconds(a), a.id) > std::pair(milliseconds(b), b.id);
    });
    return out;
}

Result<std::shared_ptr<const std::string>> JobStore::artifact(const Job& job) {
    const auto none = [] { return fail(Errc::not_found, "No built file was asked for, or none could be made"); };
    const auto* result = job.result();
    if (!result || !*result)
        return none();
    if (const auto* made = std::get_if<agent::GenerateAnswer>(&**result)) {
        if (!made->artifact || !made->artifact->bytes)
            return none();
        return made->artifact->bytes;
    }
    const auto* stored = std::get_if<StoredAnswer>(&**result);
    const auto* about = stored ? base::get_object(stored->body, "artifact") : nullptr;
    if (!about || !options_.folder)
        return none();
    RC_TRY_ASSIGN(auto bytes, options_.folder->artifact(job.id()));
    if (base::sha256_hex(*bytes) != base::get_string(*about, "sha256"))
        return fail(Errc::io, "The stored file is damaged: it has another SHA-256", {}, "Generate it again");
    return bytes;
}

} // namespace rustcoder::server
