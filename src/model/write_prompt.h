// The question to a model that is to write or change a whole project. A pure function of values.
#pragma once

#include "model/prompt.h"

#include <map>

namespace rustcoder::model {

/// Texts are the caller's; empty ones are left out.
struct WriteQuestion {
    std::string description, requirements;
    std::string missing;  // requirements that `project` does not meet
    std::string material; // what the program is to be made from: sources in another language
    std::string examples; // that it will be judged by
    std::string crates;   // that can be had; "" = none
    std::string package, edition;
    std::string title;                             // of the project, when it is a template
    const project::Project* project = nullptr;     // to be changed; null or empty: to be written
    std::map<std::string, std::string> tests;      // shown, never to be changed
    std::span<const toolchain::Diagnostic> errors; // of the project as it is
    std::string failures;                          // failed tests and examples
    std::string lessons;
    std::string refused; // what was wrong with the last answer
};

/// How many tokens an answer may have that holds files.
int write_tokens(const Profile& profile);

/// Of the project, the files that the errors name come before the others; description, material, errors and the first
/// file at fault are always told. Errors: limit.
Result<Prompt> assemble_write_prompt(const WriteQuestion& question, const Profile& profile);

} // namespace rustcoder::model
