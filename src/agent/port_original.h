// The program that is ported, as it runs on this machine: what it prints is what the port must print. Not thread-safe.
#pragma once

#include "base/os.h"
#include "process/sandbox.h"
#include "project/project.h"
#include "repair/engine.h"

namespace rustcoder::agent {

enum class Language { python, c, cpp };
const char* name(Language language);

/// By the files' names. Errors: invalid_input (no program in a known language; several).
Result<Language> language_of(const project::Project& sources);
/// All of it as text for a model: each file under its name, the entry first.
std::string source_text(const project::Project& sources);

class Original {
public:
    /// Built in a private folder when it is C or C++. Errors: not_found (no interpreter or compiler, no entry),
    /// invalid_input (it does not compile, with the compiler's words), those of the sandbox.
    static Result<Original> prepare(const project::Project& sources, Language language, const process::Sandbox& sandbox,
                                    std::stop_token stop = {});
    /// With the arguments, input and files of a case. A program that hangs or crashes is an Exit, not an error.
    Result<process::Exit> run(const repair::Example& example, std::stop_token stop = {}) const;
    /// "python3 tool.py", "cc"
    const std::string& how() const { return how_; }

private:
    Original() = default;
    base::TempDir folder_;
    process::Sandbox sandbox_;
    std::vector<std::string> command_;
    std::string how_;
};

} // namespace rustcoder::agent
