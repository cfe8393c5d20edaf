// Methods of the standard library by the family of the receiver, as far as everyday programs use them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::repair {

enum class Family {
    text,
    owned_text,
    vector,
    slice,
    option,
    result,
    iterator,
    map,
    set,
    deque,
    character,
    integer,
    floating,
    other
};

Family family_of(std::string_view type);
/// Names that can be called on the family (its derefs included).
const std::vector<std::string>& methods_of_family(Family f);
bool has_method(Family f, std::string_view name);
/// Functions called as `Type::name(..)`.
const std::vector<std::string>& associated_of_family(Family f);

} // namespace rustcoder::repair
