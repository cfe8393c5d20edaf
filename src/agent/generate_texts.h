// What is said about a generated project: README, requirement reports, closing words. Pure functions. Internal to
// agent/.
#pragma once

#include "agent/generate.h"
#include "agent/judge.h"

namespace rustcoder::agent {

/// "always: ...", "feature history", "limit = 20", "not covered: ...".
std::vector<RequirementReport> requirement_reports(const scaffold::Plan& plan);

struct ReadmeInput {
    std::string package, description, usage; // usage: what --help printed
    const scaffold::Template* from = nullptr;
    const scaffold::Choices* choices = nullptr;
    bool library = false;
    std::vector<RequirementReport> requirements;
};
std::string readme(const ReadmeInput& input);

/// `answer` is complete but for its message.
std::string closing_words(const GenerateAnswer& answer, const Judgement* judged, bool model_there);

/// docs/evidence.md
std::string evidence(const Environment& environment, const GenerateRequest& request, const GenerateAnswer& answer);

} // namespace rustcoder::agent
