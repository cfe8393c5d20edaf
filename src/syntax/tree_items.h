// The item scanner behind Tree.
#pragma once

#include "syntax/tree.h"

namespace rustcoder::syntax {

struct Scanned {
    std::vector<Item> items;
    std::vector<Import> imports;
};
Scanned scan_items(const Source& source);

/// Names bound by the pattern made of tokens [first, last).
struct PatternName {
    std::string name;
    Range range;
    bool is_mutable = false;
};
std::vector<PatternName> pattern_names(const Source& source, int first, int last);

/// All bindings of the function body; `nested` are items inside it, whose tokens are skipped.
std::vector<Binding> scan_bindings(const Source& source, const Item& function, const std::vector<Range>& nested);

} // namespace rustcoder::syntax
