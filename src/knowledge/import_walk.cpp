#include "knowledge/import_walk.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::knowledge {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> files_below(const fs::path& root, const std::function<bool(const fs::path&)>& wanted,
                                          const WalkLimits& limits) {
    std::error_code ec;
    std::vector<fs::path> out;
    fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, ec);
    if (ec)
        return fail(Errc::not_found, fmt::format("cannot read the folder: {}", ec.message()), root.string());
    std::size_t seen = 0;
    for (; it != fs::recursive_directory_iterator(); it.increment(ec)) {
        if (ec)
            return fail(Errc::io, fmt::format("cannot read the folder: {}", ec.message()), root.string());
        if (++seen > limits.files * 4)
            return fail(Errc::limit, fmt::format("more than {} files and folders", limits.files * 4), root.string(),
                        "Import its parts one by one");
        const auto status = it->symlink_status(ec);
        const std::string name = it->path().filename().string();
        if (fs::is_directory(status)) {
            if (name.starts_with('.') || name == "target" || name == "node_modules" || it.depth() >= limits.depth)
                it.disable_recursion_pending();
            continue;
        }
        if (!fs::is_regular_file(status) || !wanted(it->path()))
            continue;
        if (out.size() >= limits.files)
            return fail(Errc::limit, fmt::format("more than {} files", limits.files), root.string(),
                        "Import its parts one by one");
        out.push_back(it->path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace rustcoder::knowledge
