// Jobs on the disk, a folder each: ID/request.json, status.json, result.json, artifact. Every file appears whole or not
// at all. Several processes may share one root: who works on a job holds a lock on its folder. Damage is told and
// passed over. Thread-safe. docs/jobs.md.
#pragma once

#include "base/os.h"
#include "server/job.h"

#include <set>

namespace rustcoder::server {

struct JobFolderOptions {
    std::filesystem::path root;
    std::chrono::seconds keep{7 * 24 * 3600}; // finished jobs
    std::uint64_t most_bytes = 2ull << 30;    // of all; the oldest finished ones go first
    std::size_t most_jobs = 10'000;
};

inline constexpr int most_tries = 2; // a job that was running when the process ended, twice, is not begun again

class JobFolder {
public:
    /// Makes the root (private). Errors: unavailable (not a folder, not writable).
    static Result<std::shared_ptr<JobFolder>> open(JobFolderOptions options);
    explicit JobFolder(JobFolderOptions options) : options_(std::move(options)) {}
    JobFolder(const JobFolder&) = delete;

    /// A new job, ours from now on. Errors: unavailable (disk or quota full, not writable).
    Status accept(const Job& job);
    /// It is being worked on. A failure to write that is only logged.
    void begun(const Job& job);
    /// Its answer, readable when this returns. Errors as accept(); the job then counts as unfinished.
    Status ended(const Job& job, JobState state, double seconds, std::uint64_t last_event,
                 const Result<Answer>& result);
    /// The process ends before the job does: for the next one.
    void put_back(const Job& job);
    /// Unfinished jobs that no living process has, oldest first; ours from now on. Those that ended the process too
    /// often end here, as failed.
    std::vector<std::shared_ptr<Job>> take_over();
    std::shared_ptr<Job> take_over(std::string_view id);

    /// A finished job. Errors: not_found (also: too old); busy (not finished); invalid_input (damaged).
    Result<std::shared_ptr<Job>> load(std::string_view id);
    Result<std::shared_ptr<const std::string>> artifact(std::string_view id);
    bool remove(std::string_view id);
    /// Finished jobs.
    std::vector<JobSummary> list();

    struct Stats {
        std::size_t finished = 0;
        std::uint64_t bytes = 0;
        std::vector<std::string> problems; // "ID: reason"
    };
    Stats stats() const;
    const JobFolderOptions& options() const { return options_; }

private:
    using Clock = std::chrono::system_clock;
    struct Entry {
        JobSummary summary;
        Clock::time_point ended;
        std::uint64_t bytes = 0;
        bool damaged = false;
    };
    std::filesystem::path path_of(std::string_view id) const { return options_.root / id; }
    // All under mutex_:
    void refresh();
    void look_at(const std::string& id);
    void put_entry(const std::string& id, Entry entry);
    void drop_entry(const std::string& id);
    Status make_room(std::uint64_t bytes);
    bool remove_now(const std::string& id);
    void tell(const std::string& id, const std::string& problem);
    bool own(const std::string& id);

    const JobFolderOptions options_;
    mutable std::mutex mutex_;
    std::map<std::string, base::Fd> owned_; // a locked folder each
    std::map<std::string, Entry> entries_;  // finished and damaged ones
    std::set<std::pair<Clock::time_point, std::string>> by_end_;
    std::uint64_t bytes_ = 0;
    std::map<std::string, std::string> problems_;
};

} // namespace rustcoder::server
