// What people and agents put into the knowledge base in words, and what it says about an error. Thread-safe.
#pragma once

#include "agent/agent.h"
#include "agent/knowledge.h"

namespace rustcoder::agent {

/// An error and what to do about it: the contract's error_examples.
struct LessonText {
    std::string error, solution, context, example;
    std::vector<std::string> codes; // besides those named in the texts
    std::string source = "user", licence;
};
/// The id. Errors: invalid_input (no error or no solution), those of the store.
Result<std::string> add_lesson(Knowledge& knowledge, const LessonText& lesson);

/// What a program is for, and its files: the contract's project_examples.
struct ProjectText {
    std::string query, example;
    project::Project files;
    std::string source = "user", licence;
};
Result<std::string> add_project(Knowledge& knowledge, const ProjectText& project);

/// All there is to say about an error.
struct Explanation {
    std::string code;                    // "E0382"; empty when none was recognised
    std::string message;                 // the error's own words, from a full message
    std::string text, text_from;         // rustc's own explanation, and where it was taken from
    std::vector<knowledge::Hit> lessons; // nearest first
    std::vector<knowledge::Entry> fixes; // learned, most reliable first
    std::string note;                    // what was not used and why
};
/// `about` is an error code, or a whole message of the compiler, or words. `environment` may be null: then the
/// compiler's explanation is only there when it was seeded. Errors: invalid_input (nothing to go by), those of the
/// store.
Result<Explanation> explain(Knowledge& knowledge, const Environment* environment, std::string_view about,
                            std::size_t limit = 5, std::stop_token stop = {});

/// What is worth searching for in a compiler message: its first line and its labels, without places and source lines.
std::string gist_of(std::string_view message);

} // namespace rustcoder::agent
