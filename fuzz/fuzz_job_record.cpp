// links: server
// Any bytes as what the disk holds of a job: reading gives a value or an error, and a value that was read can be
// written and read again as the same.
#include "server/job_record.h"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace rustcoder;
using namespace rustcoder::server;

void require(bool condition, const char* what) {
    if (condition)
        return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto request = read_request(text)) {
        const auto written = base::dump(request_record(request->request, request->created));
        const auto again = read_request(written);
        require(again.has_value(), "a request that was read can be read again");
        require(base::dump(request_record(again->request, again->created)) == written, "and is the same");
    }
    if (const auto end = read_end(text)) {
        const auto written = base::dump(end_record({}, end->state, end->seconds, end->last_event, end->result));
        require(read_end(written).has_value(), "an end that was read can be read again");
    }
    if (const auto status = read_status(text)) {
        const auto written = base::dump(status_record(status->summary, status->tries));
        const auto again = read_status(written);
        require(again.has_value(), "a status that was read can be read again");
        require(base::dump(status_record(again->summary, again->tries)) == written, "and is the same");
    }
    return 0;
}
