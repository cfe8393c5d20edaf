// A model's answer that is a project, or a change of one: files in whatever form models write them, search/replace
// blocks, or both. Pure functions, total on any text.
#pragma once

#include "model/edit_blocks.h"

namespace rustcoder::model {

/// Forms: `[filename: PATH]` markers, fences below or with a file's name, a JSON object of paths and contents (also as
/// "files"), search/replace blocks, and one fenced main.rs that names no file. `cut`: the answer was ended by its token
/// limit, so its last file is not taken. What may not be written is refused like in read_edits().
EditAnswer read_files(std::string_view answer, const project::Project& base, const EditRules& rules, bool cut = false);

} // namespace rustcoder::model
