// File access below an open folder that never follows a symlink, step by step with openat. Internal to project.
#pragma once

#include "base/os.h"

#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace rustcoder::project::beneath {

/// "a/b/c" -> {"a/b", "c"}; "c" -> {"", "c"}.
std::pair<std::string_view, std::string_view> split_name(std::string_view path);

/// The folder itself; a symlink to it is followed, because the user named it.
Result<base::Fd> open_root(const std::filesystem::path& root);
/// Opens (and creates) `folder`, "" for the root. Errors: denied (a symlink in the way), not_found, io.
Result<base::Fd> open_folder(int root, std::string_view folder, bool create);
/// What a name in a folder is, nullopt when absent. A symlink is reported as such.
std::optional<struct stat> look(int folder, std::string_view name);
/// A regular file's bytes. Errors: denied (symlink), limit, io.
Result<std::string> read(int folder, std::string_view name, std::size_t max_bytes);
/// Creates `name`, which must not exist. `mode` as for open; `sync` waits for the disk.
Status create(int folder, std::string_view name, std::string_view bytes, mode_t mode, bool sync);

/// The error for errno (or `error`) with a place.
std::unexpected<Error> os_error(std::string_view what, std::string_view place, int error);

} // namespace rustcoder::project::beneath
