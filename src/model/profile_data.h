// The profiles that are compiled in; the definition is generated from models/profiles/ (cmake/modules.cmake).
#pragma once

#include <span>
#include <string_view>

namespace rustcoder::model {

struct ShippedFile {
    std::string_view name, text;
};
std::span<const ShippedFile> shipped_profiles();

} // namespace rustcoder::model
