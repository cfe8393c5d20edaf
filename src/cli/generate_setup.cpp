#include "cli/generate_setup.h"

#include "agent/known_projects.h"

#include <cstdlib>

namespace rustcoder::cli {

namespace fs = std::filesystem;

std::shared_ptr<scaffold::Library> make_library(const std::shared_ptr<agent::Knowledge>& knowledge_base) {
    const auto& knowledge = *knowledge_base;
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
    options.known = [knowledge_base] { return agent::known_projects(*knowledge_base); };
    options.cache = cache_directory();
    return std::make_shared<scaffold::Library>(std::move(options));
}

} // namespace rustcoder::cli
