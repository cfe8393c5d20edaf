#include "cli/generate_setup.h"

#include <cstdlib>

namespace rustcoder::cli {

namespace fs = std::filesystem;

std::shared_ptr<scaffold::Library> make_library(const agent::Knowledge& knowledge) {
    scaffold::LibraryOptions options;
    if (const auto& shipped = knowledge.options().shipped; !shipped.empty())
        options.folders.push_back(shipped / "projects");
    const char* own = std::getenv("RUSTCODER_TEMPLATES");
    const auto folder = own && *own ? fs::path(own) : config_directory() / "templates";
    std::error_code ec;
    if (fs::is_directory(folder, ec))
        options.folders.push_back(folder);
    if (knowledge.options().embedder)
        options.embedder = template_embedder;
    options.cache = cache_directory();
    return std::make_shared<scaffold::Library>(std::move(options));
}

} // namespace rustcoder::cli
