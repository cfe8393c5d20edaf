// The name of a package in its files. Pure.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace rustcoder::scaffold {

/// Errors: invalid_input: cargo refuses it; the next step is a name that it would take.
Status check_package_name(std::string_view name);

/// The bytes of a file with another package name: in Rust the library's paths (`old_name::`, `use old_name`), never
/// parts of identifiers nor local modules of the same name; in manifests the names of package and targets; in other
/// texts the package's name where it can be nothing else.
std::string renamed(std::string_view path, std::string_view bytes, std::string_view from, std::string_view to,
                    bool module_of_that_name);
/// Whether a Rust file declares `mod name`.
bool declares_module(std::string_view bytes, std::string_view name);
/// The library's name in code: my-crate -> my_crate.
std::string crate_name(std::string_view package);

} // namespace rustcoder::scaffold
