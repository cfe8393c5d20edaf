// The question to a model about a project that does not compile. A pure function of values.
#pragma once

#include "model/chat.h"
#include "project/project.h"
#include "toolchain/diagnostic.h"

namespace rustcoder::model {

/// The texts are the caller's; empty ones are left out.
struct PromptInput {
    const project::Project& project;
    std::span<const toolchain::Diagnostic> errors; // the most important first
    std::string task;                              // what the user says the program is for
    std::string lessons;                           // what is known about such errors
    std::string fixes;                             // the nearest fixes that worked before
    std::string api;                               // of the types involved
    std::string refused;                           // what was wrong with the last answer
};

struct Prompt {
    std::vector<Message> messages;
    std::size_t tokens = 0;            // estimated
    std::vector<std::string> files;    // whose source is shown, wholly or in part
    std::vector<std::string> left_out; // what did not fit, in words
};

/// The failing source is always told: the item around each place that an error names, with line numbers, or the whole
/// file when it is short. What goes beyond the profile's context (less the answer's share) is left out, least needed
/// first. Errors: invalid_input (nothing to ask), limit (the first error and its source alone do not fit).
Result<Prompt> assemble_prompt(const PromptInput& input, const Profile& profile);

} // namespace rustcoder::model
