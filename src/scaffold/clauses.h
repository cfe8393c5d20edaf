// A description cut into the clauses that each say one thing. Pure; total on any text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::scaffold {

struct Clause {
    std::string text;      // as written, trimmed
    bool unwanted = false; // in the reach of "without", "no", "don't need"
    bool subject = false;  // the first clause of the whole text: what the thing is
};

std::vector<Clause> clauses(std::string_view text);

} // namespace rustcoder::scaffold
