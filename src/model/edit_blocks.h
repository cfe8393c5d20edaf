// A model's answer as a change: search/replace blocks that repeat the text they replace. Read tolerantly (fences,
// prose, thoughts, CRLF, numbered lines), applied exactly or refused with a reason. Pure functions, total on any text.
#pragma once

#include "project/patch.h"

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::model {

struct EditBlock {
    std::string path;            // as written; "" when the answer names none
    std::string search, replace; // lines, each ended by '\n'
    std::size_t line = 0;        // of the answer, 1-based
    bool whole_file = false;     // a fenced file with no markers
};
struct RefusedBlock {
    std::string path;
    std::size_t line = 0; // of the answer, 1-based
    std::string reason;   // one sentence; may be shown to the model
};

struct ParsedAnswer {
    std::vector<EditBlock> blocks;
    std::vector<RefusedBlock> refused; // begun and not ended, nested, ...
};
ParsedAnswer parse_edit_blocks(std::string_view answer);

struct EditAnswer {
    project::Patch patch; // of all blocks that fit, against the project as it was
    std::size_t applied = 0;
    std::vector<RefusedBlock> refused;
};
/// What an answer may do beside repairing.
struct EditRules {
    bool replace_files = false;           // a whole file may take the place of one that exists
    std::vector<std::string> untouchable; // paths that stay as they are
};
/// Each block is applied to what the ones before it left. Only files that a block names (or, where it names none, the
/// only file that holds its text) change; nothing is ever deleted or renamed. A new file is a plain source, manifest or
/// text; nothing that configures the tools or runs at build time.
EditAnswer read_edits(std::string_view answer, const project::Project& project, const EditRules& rules = {});
EditAnswer apply_edits(ParsedAnswer parsed, const project::Project& project, const EditRules& rules);

} // namespace rustcoder::model
