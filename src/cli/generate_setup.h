// Which project templates there are: chosen here. Internal to cli/.
#pragma once

#include "cli/common.h"
#include "scaffold/library.h"

namespace rustcoder::cli {

/// The user's projects in the knowledge base, ours (knowledge/projects, wherever the shipped knowledge is) and the
/// user's own: RUSTCODER_TEMPLATES, else
/// ~/.config/rustcoder/templates. Reads nothing yet.
std::shared_ptr<scaffold::Library> make_library(const std::shared_ptr<agent::Knowledge>& knowledge);

} // namespace rustcoder::cli
