// Jobs as JSON on the disk, and back. Pure functions; whatever the text, reading gives a value or an error.
#pragma once

#include "server/job.h"

namespace rustcoder::server {

inline constexpr std::string_view record_format = "rustcoder-job/1";

/// {format, created, kind, ...}: the fields that a client would send, with the project as `files`. Holds no secret:
/// keys never reach a JobRequest.
base::json::object request_record(const JobRequest& request, std::chrono::system_clock::time_point created);
struct RequestRecord {
    JobRequest request;
    std::chrono::system_clock::time_point created;
};
Result<RequestRecord> read_request(std::string_view text);

/// {format, state, seconds, last_event, success, error | answer}.
base::json::object end_record(const JobRequest& request, JobState state, double seconds, std::uint64_t last_event,
                              const Result<Answer>& result);
Result<JobEnd> read_end(std::string_view text);

/// {format, state, tries, id, kind, created, seconds, success, error, title}.
base::json::object status_record(const JobSummary& summary, int tries);
struct StatusRecord {
    JobSummary summary;
    int tries = 0;
};
Result<StatusRecord> read_status(std::string_view text);

} // namespace rustcoder::server
