// What the command line calls: the faces wired to the real use cases. Apart, so that tests with fakes need no engine.
#include "server/server.h"

#include <atomic>
#include <csignal>
#include <pthread.h>
#include <thread>

namespace rustcoder::server {

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, EnvironmentProvider provider,
                                              KnowledgeSetup knowledge) {
    return start(std::move(options), make_use_cases(std::move(provider), std::move(knowledge)));
}

Status run_mcp_stdio(int in, int out, EnvironmentProvider provider, StdioOptions options, KnowledgeSetup knowledge) {
    return run_mcp_stdio(in, out, make_use_cases(std::move(provider), std::move(knowledge)), options);
}

Status serve_until_signal(ServerOptions options, EnvironmentProvider provider,
                          const std::function<void(const Server&)>& on_started, std::chrono::milliseconds grace,
                          KnowledgeSetup knowledge) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGXFSZ,
                SIG_IGN); // a file-size limit is an error of the one job; children start with all signals reset
    RC_TRY_ASSIGN(auto server, Server::start(std::move(options), std::move(provider), std::move(knowledge)));
    if (on_started)
        on_started(*server);
    int signal = 0;
    sigwait(&signals, &signal);
    std::atomic<bool> done{false};
    std::thread impatient([&] { // a second signal ends the patience
        while (!done) {
            const timespec tick{0, 100'000'000};
            if (sigtimedwait(&signals, nullptr, &tick) > 0)
                std::_Exit(128 + signal);
        }
    });
    server->stop(grace);
    done = true;
    impatient.join();
    return {};
}

} // namespace rustcoder::server
