// Several errors that share one wrong declaration: each mismatch says which declaration would have to be of which type.
#pragma once

#include "repair/rules/type_mismatch.h"

namespace rustcoder::repair {

struct Retype {
    std::string path;
    std::size_t begin = 0, end = 0; // of the declared type; begin == end: `-> T` is missing there
    std::string old_type, new_type; // as to be written
    std::string what;               // "the parameter `n`", "the return type of `f`", ...
    bool is_public = false;
    bool adds_return = false;
    bool direct = false; // this diagnostic's label names the place
    int rank = 0;        // among alternatives for the same place
    int evidence = 1;    // errors that agree
};

/// Where the type of the expression was declared and what that would have to become for the expression to be `wanted`.
std::vector<Retype> declarations_behind(const RuleContext& context, const Place& place, Range expression,
                                        std::string wanted, int depth = 0);
/// Retypes that this diagnostic supports, with the number of errors in `context.all` that support the same one.
std::vector<Retype> retypes(const RuleContext& context);

} // namespace rustcoder::repair
