// What somebody asks for, taken apart: single requirements, names, values, what is not wanted. English; pure functions.
#pragma once

#include "scaffold/fill.h"

namespace rustcoder::scaffold {

struct Wish {
    std::string text;               // as the user wrote it
    std::vector<std::string> words; // knowledge/words.h, without filler
    bool unwanted = false;          // "without colours", "no history"
    bool required = true;           // false: the description's own sentence that says what the thing is
};

struct Request {
    std::string description, requirements;
    std::vector<Wish> wishes;    // of both, in order
    std::string package;         // "called foo", "named `foo`", "a crate foo-bar"; empty when none was given
    std::optional<bool> library; // said to be a library / a program
};
/// Lists, sentences and clauses become wishes; never fails, whatever the text.
Request read_request(std::string_view description, std::string_view requirements);

/// How a wish is met.
struct Coverage {
    Wish wish;
    enum class By { template_, feature, slot, nobody } by = By::nobody;
    std::string name;  // of the feature or slot; what the template says of it for template_
    std::string value; // slot
    bool met() const { return by != By::nobody; }
};

/// The choices that a request means for a template, and which of its wishes they meet. A wish that names something that
/// the template does not have is `nobody`: honest rather than flattering. A value outside a slot's limits is `nobody`
/// too, and `name` says so.
struct Plan {
    Choices choices;
    std::vector<Coverage> coverage;
    double covered = 1; // share of the required wishes that are met; 1 when there is none
};
Plan plan(const Template& from, const Request& request);

} // namespace rustcoder::scaffold
