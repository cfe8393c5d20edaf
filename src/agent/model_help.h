// A model's part in a repair: when it is asked, what it is told, what it took. Thread-safe.
#pragma once

#include "agent/agent.h"
#include "agent/model_source.h"

namespace rustcoder::agent {

/// The environment's model as a source for this one repair, told what the knowledge base says. Null when there is no
/// model, it is not wanted, or its edits could not be taken: whether one changes behaviour nobody can say, so --strict
/// leaves it out, and so does the baseline.
std::shared_ptr<ModelSource> model_for(const Environment& environment, const FixRequest& request,
                                       std::function<void()> on_wait);

/// Lessons and learned fixes that are near to the errors, and the declarations that the lines at fault use.
/// Nearest lessons and projects of the knowledge base for a program that is to be written; empty without any.
std::string notes_for(Knowledge* knowledge, const std::string& description, std::stop_token stop);
ModelNotes notes_about(Knowledge* knowledge, const project::Project& project,
                       std::span<const toolchain::Diagnostic> errors);

/// `used`: an edit of the model is part of what was verified.
ModelCosts costs_of(const ModelSource::Report& report, bool used);

/// "model:NAME", by which an edit of the model is known in what is learned; "" for edits of others.
std::string model_provenance(const repair::Candidate& candidate);

} // namespace rustcoder::agent
