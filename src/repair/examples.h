// Acceptance examples: run the program and compare.
#pragma once

#include "repair/engine.h"

namespace rustcoder::repair {

/// What differs from what the example demands, in words ("the output differs in line 2: ..."); empty when nothing does.
/// A program that cannot be built or hangs differs. Errors: those of Workspace::run.
Result<std::string> judge_example(toolchain::Workspace& workspace, const project::Project& project,
                                  const Example& example, std::stop_token stop = {});

/// The command line of an example, for people: "stdin | program 'a b' c".
std::string describe(const Example& example);

} // namespace rustcoder::repair
