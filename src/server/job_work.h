// From a job's request to the use case that does it.
#pragma once

#include "server/job.h"

namespace rustcoder::server {

/// Blocks until it is done. Exceptions become internal errors, told in the log with `id`.
Result<Answer> perform(UseCases& use_cases, const std::string& id, const JobRequest& request, std::stop_token stop,
                       const std::function<void(const repair::Event&)>& on_event);

} // namespace rustcoder::server
