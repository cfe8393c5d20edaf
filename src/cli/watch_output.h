// What `rustcoder watch` prints: lines for people, or one JSON object a line for editors. Internal to cli/.
#pragma once

#include "agent/learning.h"
#include "cli/common.h"
#include "repair/engine.h"

#include <memory>

namespace rustcoder::cli {

class WatchOutput {
public:
    virtual ~WatchOutput() = default;
    virtual void watching(const project::Project& project) = 0;
    virtual void checking() = 0;
    virtual void checked(const toolchain::CheckReport& report) = 0;
    virtual void searching() = 0;
    /// `command`: what writes the repair.
    virtual void fix(const repair::Outcome& outcome, const std::string& command) = 0;
    virtual void learned(const agent::LearnedFix& learned) = 0;
    virtual void note(const std::string& text) = 0;
    virtual void trouble(const Error& error) = 0;
    virtual void stopped() = 0;
};

std::unique_ptr<WatchOutput> watch_for_people(std::string name);
std::unique_ptr<WatchOutput> watch_as_json(std::string path);

} // namespace rustcoder::cli
