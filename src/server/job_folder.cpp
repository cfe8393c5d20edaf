#include "server/job_folder.h"

#include "base/log.h"
#include "base/text.h"
#include "server/job_record.h"
#include "server/render.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rustcoder::server {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_record = 512u << 20;
constexpr auto stray_age = std::chrono::minutes(10); // of folders that a killed process left half made

constexpr const char* request_file = "request.json";
constexpr const char* status_file = "status.json";
constexpr const char* result_file = "result.json";
constexpr const char* artifact_file = "artifact";

/// Whatever the disk says, the one who submits a job can only wait or go elsewhere.
Error not_stored(const Error& cause) {
    return {Errc::unavailable, "The job could not be stored: " + cause.text(), {}, "Try again later"};
}

/// Locked, or empty when another process has it (or the folder is gone).
base::Fd lock_folder(const fs::path& path) {
    base::Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        fd.reset();
    return fd;
}

void sync_folder(const fs::path& path) {
    if (base::Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); fd)
        ::fsync(fd.get()); // best effort: the name survives a power cut
}

void remove_tree(const fs::path& path) {
    std::error_code ec;
    fs::remove_all(path, ec);
}

std::chrono::system_clock::time_point changed_at(const fs::path& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return {};
    return std::chrono::system_clock::from_time_t(info.st_mtim.tv_sec) + std::chrono::nanoseconds(info.st_mtim.tv_nsec);
}

std::uint64_t bytes_in(const fs::path& folder) {
    std::uint64_t n = 4096;
    std::error_code ec;
    for (auto it = fs::directory_iterator(folder, ec); !ec && it != fs::directory_iterator(); it.increment(ec))
        if (const auto size = it->file_size(ec); !ec)
            n += size;
    return n;
}

bool is_there(const fs::path& path) {
    std::error_code ec;
    return fs::exists(path, ec);
}

} // namespace

Result<std::shared_ptr<JobFolder>> JobFolder::open(JobFolderOptions options) {
    try {
        const fs::path root = options.root;
        std::error_code ec;
        if (!is_there(root)) {
            fs::create_directories(root.parent_path(), ec);
            if (::mkdir(root.c_str(), 0700) != 0 && errno != EEXIST)
                ec = std::error_code(errno, std::generic_category());
        }
        if (!ec && !fs::is_directory(root, ec) && !ec)
            ec = std::make_error_code(std::errc::not_a_directory);
        if (!ec && ::access(root.c_str(), R_OK | W_OK | X_OK) != 0)
            ec = std::error_code(errno, std::generic_category());
        if (ec)
            return fail(Errc::unavailable, "The folder for jobs cannot be used: " + ec.message(), root.string(),
                        "Name another one (--data DIR), or none (--data off)");
        auto folder = std::make_shared<JobFolder>(std::move(options));
        std::lock_guard lock(folder->mutex_);
        folder->refresh();
        (void)folder->make_room(0);
        return folder;
    } catch (const std::exception& e) {
        return fail(Errc::unavailable, std::string("The folder for jobs cannot be used: ") + e.what());
    }
}

Status JobFolder::accept(const Job& job) {
    const std::string text = base::dump(request_record(job.request(), job.created()));
    std::lock_guard lock(mutex_);
    RC_TRY(make_room(text.size()));
    // Made aside and put in place whole, with its lock: no other process sees it half made, or free.
    const auto aside = path_of(".new-" + job.id()), place = path_of(job.id());
    const auto made = [&]() -> Status {
        if (::mkdir(aside.c_str(), 0700) != 0)
            return fail(Errc::io, std::strerror(errno), aside.string());
        auto held = lock_folder(aside);
        if (!held)
            return fail(Errc::io, "its folder cannot be locked", aside.string());
        RC_TRY(base::write_file_atomic(aside / request_file, text));
        if (::rename(aside.c_str(), place.c_str()) != 0)
            return fail(Errc::io, std::strerror(errno), place.string());
        sync_folder(options_.root);
        owned_[job.id()] = std::move(held);
        return {};
    }();
    if (made)
        return {};
    remove_tree(aside);
    return std::unexpected(not_stored(made.error()));
}

void JobFolder::begun(const Job& job) {
    auto summary = job.summary();
    summary.state = JobState::running;
    const auto text = base::dump(status_record(summary, job.tries() + 1));
    if (auto written = base::write_file_atomic(path_of(job.id()) / status_file, text); !written)
        base::log_warn(fmt::format("job {}: {}", job.id(), written.error().text()));
}

void JobFolder::put_back(const Job& job) {
    auto summary = job.summary();
    summary.state = JobState::queued;
    const auto text = base::dump(status_record(summary, job.tries())); // it did no harm: the try does not count
    if (auto written = base::write_file_atomic(path_of(job.id()) / status_file, text); !written)
        base::log_warn(fmt::format("job {}: {}", job.id(), written.error().text()));
    std::lock_guard lock(mutex_);
    owned_.erase(job.id());
}

Status JobFolder::ended(const Job& job, JobState state, double seconds, std::uint64_t last_event,
                        const Result<Answer>& result) {
    const std::string text = base::dump(end_record(job.request(), state, seconds, last_event, result));
    std::shared_ptr<const std::string> artifact;
    if (result)
        if (const auto* made = std::get_if<agent::GenerateAnswer>(&*result); made && made->artifact)
            artifact = made->artifact->bytes;
    auto summary = job.summary();
    summary.state = state;
    summary.seconds = seconds;
    if (result)
        summary.success = succeeded(*result);
    else
        summary.error = result.error().text();
    const auto place = path_of(job.id());
    std::lock_guard lock(mutex_);
    const auto written = [&]() -> Status {
        RC_TRY(make_room(text.size() + (artifact ? artifact->size() : 0)));
        if (artifact)
            RC_TRY(base::write_file_atomic(place / artifact_file, *artifact));
        return base::write_file_atomic(place / result_file, text); // from here on it is finished
    }();
    if (!written) // the lock stays: nobody else begins it while this process can still answer
        return std::unexpected(not_stored(written.error()));
    // Only spares reading the result for a list.
    (void)base::write_file_atomic(place / status_file, base::dump(status_record(summary, job.tries() + 1)));
    put_entry(job.id(), {std::move(summary), Clock::now(), bytes_in(place), false});
    owned_.erase(job.id());
    return {};
}

Result<std::shared_ptr<Job>> JobFolder::load(std::string_view id) {
    if (!is_job_id(id))
        return fail(Errc::not_found, "not the id of a job", std::string(id));
    const auto place = path_of(id);
    if (!is_there(place / result_file))
        return is_there(place) ? fail(Errc::busy, "the job is not finished", std::string(id))
                               : fail(Errc::not_found, "there is no such job", std::string(id));
    if (Clock::now() - changed_at(place / result_file) > options_.keep)
        return fail(Errc::not_found, "the job is too old", std::string(id));
    const auto read = [&]() -> Result<std::shared_ptr<Job>> {
        RC_TRY_ASSIGN(const auto request_text, base::read_file(place / request_file, longest_record));
        RC_TRY_ASSIGN(auto request, read_request(request_text));
        RC_TRY_ASSIGN(const auto result_text, base::read_file(place / result_file, longest_record));
        RC_TRY_ASSIGN(auto end, read_end(result_text));
        return std::make_shared<Job>(std::string(id), std::move(request.request), request.created, std::move(end));
    }();
    if (read)
        return *read;
    std::lock_guard lock(mutex_);
    tell(std::string(id), read.error().text());
    return fail(Errc::invalid_input, "the job's record is damaged: " + read.error().text(), std::string(id));
}

std::vector<std::shared_ptr<Job>> JobFolder::take_over() {
    std::vector<std::string> ids;
    std::error_code ec;
    for (auto it = fs::directory_iterator(options_.root, ec); !ec && it != fs::directory_iterator(); it.increment(ec))
        if (auto id = it->path().filename().string(); is_job_id(id))
            ids.push_back(std::move(id));
    std::vector<std::shared_ptr<Job>> out;
    for (const auto& id : ids)
        if (auto job = take_over(id))
            out.push_back(std::move(job));
    std::ranges::sort(out, {}, [](const auto& job) { return job->created(); });
    return out;
}

std::shared_ptr<Job> JobFolder::take_over(std::string_view id_text) {
    const std::string id(id_text);
    const auto place = path_of(id);
    std::lock_guard lock(mutex_);
    if (!is_job_id(id) || is_there(place / result_file) || !own(id))
        return nullptr;
    const auto give_up = [&](const std::string& problem) -> std::shared_ptr<Job> {
        tell(id, problem);
        put_entry(id, {{id}, changed_at(place), bytes_in(place), true});
        owned_.erase(id);
        return nullptr;
    };
    const auto text = base::read_file(place / request_file, longest_record);
    auto request = text ? read_request(*text) : Result<RequestRecord>(std::unexpected(text.error()));
    if (!request)
        return give_up("its request cannot be read: " + request.error().text());
    int tries = 0;
    if (const auto status = base::read_file(place / status_file, longest_record)) {
        const auto record = read_status(*status);
        if (!record)
            tell(id, "its status cannot be read: " + record.error().text());
        tries = record ? record->tries : 1;
    }
    return std::make_shared<Job>(id, std::move(request->request), request->created, tries);
}

Result<std::shared_ptr<const std::string>> JobFolder::artifact(std::string_view id) {
    RC_TRY_ASSIGN(auto bytes, base::read_file(path_of(id) / artifact_file, longest_record));
    return std::make_shared<const std::string>(std::move(bytes));
}

bool JobFolder::remove(std::string_view id) {
    std::lock_guard lock(mutex_);
    return is_job_id(id) && remove_now(std::string(id));
}

std::vector<JobSummary> JobFolder::list() {
    std::lock_guard lock(mutex_);
    refresh();
    (void)make_room(0);
    std::vector<JobSummary> out;
    for (const auto& [id, entry] : entries_)
        if (!entry.damaged)
            out.push_back(entry.summary);
    return out;
}

JobFolder::Stats JobFolder::stats() const {
    std::lock_guard lock(mutex_);
    Stats out;
    out.bytes = bytes_;
    for (const auto& [id, entry] : entries_)
        out.finished += !entry.damaged;
    for (const auto& [id, problem] : problems_)
        out.problems.push_back(id + ": " + problem);
    return out;
}

// --- the index of what is finished

/// What is on the disk now: other processes put things there and take them away.
void JobFolder::refresh() {
    std::set<std::string> there;
    std::error_code ec;
    for (auto it = fs::directory_iterator(options_.root, ec); !ec && it != fs::directory_iterator(); it.increment(ec)) {
        auto id = it->path().filename().string();
        if (is_job_id(id))
            there.insert(std::move(id));
        else if ((id.starts_with(".new-") || id.starts_with(".old-")) &&
                 Clock::now() - changed_at(it->path()) > stray_age && lock_folder(it->path()))
            remove_tree(it->path());
    }
    for (auto it = entries_.begin(); it != entries_.end();) {
        const auto id = (it++)->first;
        if (!there.contains(id))
            drop_entry(id);
    }
    for (const auto& id : there)
        if (!entries_.contains(id) && !owned_.contains(id))
            look_at(id);
}

void JobFolder::look_at(const std::string& id) {
    const auto place = path_of(id);
    if (!is_there(place / result_file))
        return; // somebody works on it, or will
    Entry entry{{id}, changed_at(place / result_file), bytes_in(place), false};
    if (const auto text = base::read_file(place / status_file, longest_record))
        if (auto status = read_status(*text); status && finished(status->summary.state) && status->summary.id == id) {
            entry.summary = std::move(status->summary);
            return put_entry(id, std::move(entry));
        }
    // The process ended between the two files, or something happened to one of them.
    const auto request_text = base::read_file(place / request_file, longest_record);
    const auto result_text = base::read_file(place / result_file, longest_record);
    auto request =
        request_text ? read_request(*request_text) : Result<RequestRecord>(std::unexpected(request_text.error()));
    auto end = result_text ? read_end(*result_text) : Result<JobEnd>(std::unexpected(result_text.error()));
    if (request && end) {
        entry.summary = Job(id, std::move(request->request), request->created, *std::move(end)).summary();
    } else {
        entry.damaged = true;
        tell(id, request ? end.error().text() : request.error().text());
    }
    put_entry(id, std::move(entry));
}

void JobFolder::put_entry(const std::string& id, Entry entry) {
    drop_entry(id);
    bytes_ += entry.bytes;
    by_end_.emplace(entry.ended, id);
    entries_.emplace(id, std::move(entry));
}

void JobFolder::drop_entry(const std::string& id) {
    const auto it = entries_.find(id);
    if (it == entries_.end())
        return;
    bytes_ -= it->second.bytes;
    by_end_.erase({it->second.ended, id});
    entries_.erase(it);
}

Status JobFolder::make_room(std::uint64_t bytes) {
    if (bytes > options_.most_bytes)
        return fail(Errc::unavailable,
                    fmt::format("The job needs {} bytes on the disk, more than the {} that all of them may take", bytes,
                                options_.most_bytes),
                    options_.root.string(), "Send less, or have the server started with a larger --data-mib");
    const auto oldest = Clock::now() - options_.keep;
    while (!by_end_.empty() && (by_end_.begin()->first < oldest || bytes_ + bytes > options_.most_bytes ||
                                by_end_.size() > options_.most_jobs))
        remove_now(std::string(by_end_.begin()->second));
    return {};
}

bool JobFolder::remove_now(const std::string& id) {
    drop_entry(id);
    problems_.erase(id);
    const auto place = path_of(id), aside = path_of(fmt::format(".old-{}-{}", id, random_id()));
    const bool there = ::rename(place.c_str(), aside.c_str()) == 0; // gone at once for everybody
    owned_.erase(id);
    if (there)
        remove_tree(aside);
    return there;
}

void JobFolder::tell(const std::string& id, const std::string& problem) {
    if (problems_.emplace(id, problem).second)
        base::log_warn(fmt::format("job {} in {}: {}", id, options_.root.string(), problem));
}

bool JobFolder::own(const std::string& id) {
    if (owned_.contains(id))
        return false; // in this very process
    auto held = lock_folder(path_of(id));
    if (!held || is_there(path_of(id) / result_file)) // it may have ended just now
        return false;
    owned_.emplace(id, std::move(held));
    return true;
}

} // namespace rustcoder::server
