// Makes words.h the tokenizer of SQLite's full text tables, so that the index holds exactly the words that are asked.
#pragma once

#include "knowledge/sqlite.h"

namespace rustcoder::knowledge {

/// Registers the tokenizer "rust" with this connection. In queries it cuts at spaces only: queries are made of words
/// that words.h gave already.
Status add_tokenizer(Database& db);

} // namespace rustcoder::knowledge
