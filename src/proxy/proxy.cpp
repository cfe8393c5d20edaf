#include "proxy/proxy.h"

#include "base/text.h"
#include "proxy/stdio_front.h"

#include <condition_variable>
#include <fmt/format.h>

namespace rustcoder::proxy {

Status run_proxy(ProxyOptions options, std::stop_token stop, const std::function<void(const Front&)>& on_started) {
    Workers workers; // outlives all that follows, and waits for its last work
    MakeUpstream make;
    std::string what;
    if (options.child) {
        what = fmt::format("{}", fmt::join(options.child->argv, " "));
        make = [child = *options.child](Upstream::Events events) { return start_child(child, std::move(events)); };
    } else if (options.remote) {
        what = options.remote->url;
        make = remote_upstream(*options.remote, workers, options.client);
    } else {
        return fail(Errc::invalid_input, "there is nothing to join", "proxy", "Give a command or --connect URL.");
    }
    if (!options.front)
        return serve_stdio(0, 1, make, workers, stop);
    options.front->what = what;
    RC_TRY_ASSIGN(auto front, Front::start(std::move(*options.front), make, workers));
    on_started(*front);
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, stop, [] { return false; });
    front->stop();
    return {};
}

} // namespace rustcoder::proxy
