// The knowledge base as the engine wants it, and what the engine did as the knowledge base wants it. Thread-safe.
#pragma once

#include "knowledge/learn.h"
#include "knowledge/template_distance.h"
#include "repair/engine.h"

namespace rustcoder::agent {

std::shared_ptr<const repair::CandidateSource> learned_fixes(std::shared_ptr<knowledge::Memory> memory);
std::shared_ptr<const repair::Experience> experience(std::shared_ptr<knowledge::Memory> memory);

/// What the trials of a repair say. `answer`: the version that is known to be right, when there is one: then every
/// candidate for every error met is judged by it, not only those that were tried. Without it, only a repair that was
/// verified says anything, and less when no test judged it.
knowledge::Experiences experiences(const repair::Outcome& outcome, const knowledge::Target* answer,
                                   const repair::Options& options, int rustc_minor);
/// Every candidate for the errors of a state, judged by the right answer.
std::vector<knowledge::Decision> decisions(const project::Project& state, std::span<const toolchain::Diagnostic> errors,
                                           const knowledge::Target& answer, const repair::Options& options,
                                           int rustc_minor);
/// The verified steps of a repair as lessons.
std::vector<knowledge::Lesson> lessons(const repair::Outcome& outcome, const std::string& toolchain,
                                       const std::string& source);
/// Tests or examples were there and passed.
bool judged_by_tests(const repair::Outcome& outcome);

} // namespace rustcoder::agent
