// A template with its choices made -> a plain cargo project. Pure functions.
#pragma once

#include "scaffold/template.h"

#include <map>
#include <set>

namespace rustcoder::scaffold {

struct Choices {
    std::string package;                      // empty: the template's name
    std::string edition;                      // empty: the template's
    std::set<std::string> features;           // needs are added by fill()
    std::map<std::string, std::string> slots; // others keep their defaults
};

/// The features that are on when nobody says anything, with what they need.
std::set<std::string> default_features(const Template& from);
/// With everything that they need.
std::set<std::string> closure(const Template& from, std::set<std::string> features);

/// No marker is left, code of features that are off is gone, slots hold the chosen values written as the place wants
/// them (a string literal stays one), the package and `use` paths carry the new name, no blank lines pile up where a
/// block went. Errors: invalid_input (unknown feature or slot; a value of the wrong kind or outside its limits; a name
/// that cargo refuses, with one that it would take).
Result<project::Project> fill(const Template& from, const Choices& choices);

/// A value as its slot takes it ("1,000" -> "1000", "three" -> "3"), or why not.
Result<std::string> slot_value(const Slot& slot, std::string_view text);

/// "Sum Calculator!" -> "sum-calculator"; empty when nothing is left. Never a Rust keyword, `test` or a std crate's
/// name.
std::string package_name(std::string_view text);

} // namespace rustcoder::scaffold
