// Short-hands for the tests of the sandbox: a command, a policy and a run in one line.
#pragma once

#include "base/os.h"
#include "process/sandbox.h"

#include <gtest/gtest.h>

#include <dirent.h>
#include <string>
#include <vector>

namespace rustcoder::process::testing {

inline Command shell(std::string script, std::filesystem::path cwd = "/usr") {
    Command c;
    c.argv = {"/bin/sh", "-c", std::move(script)};
    c.env = {"PATH=/usr/bin:/bin", "LC_ALL=C"};
    c.cwd = std::move(cwd);
    return c;
}

inline Policy policy(Tier tier, std::vector<std::filesystem::path> read_write = {}) {
    Policy p;
    p.tier = tier;
    p.read_write = std::move(read_write);
    p.limits.wall = std::chrono::seconds(20);
    return p;
}

/// A run that must start; its error fails the test.
inline Exit run(const Command& command, const Policy& policy, Mode mode = Mode::strict, std::stop_token stop = {}) {
    auto exit = Sandbox(mode).run(command, policy, std::move(stop));
    if (!exit) {
        ADD_FAILURE() << exit.error().text();
        return {};
    }
    return *std::move(exit);
}

inline std::size_t count_entries(const char* dir) {
    std::size_t n = 0;
    if (DIR* d = opendir(dir)) {
        while (readdir(d))
            ++n;
        closedir(d);
    }
    return n;
}

inline std::string tier_name(const ::testing::TestParamInfo<Tier>& info) {
    return info.param == Tier::checking ? "checking" : "running";
}

} // namespace rustcoder::process::testing
