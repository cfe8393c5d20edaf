// Projects that users have put into the knowledge base, as templates without slots: what was asked for once is nearest
// when it is asked for again.
#pragma once

#include "agent/knowledge.h"
#include "scaffold/template.h"

namespace rustcoder::agent {

/// Whole cargo projects (with manifest and sources) that are not ours, at most `most`, named after their packages. Text
/// examples, and projects that cannot be taken as they are, are left out. A store that is not there is empty. Errors:
/// those of the store.
Result<std::vector<scaffold::Template>> known_projects(Knowledge& knowledge, std::size_t most = 500);

} // namespace rustcoder::agent
